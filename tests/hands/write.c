/* hands/write.c - how a person writes key by key, looking or listening to what stands there by now; and what is
 * remembered of the keys that were pressed. */
#include "hands/hands.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

enum { MIDDLE = 500, PIN_STEP = 25, EDGE = 1000 }; /* of a map, in thousandths */

static const char *const voiced =
    "かがきぎくぐけげこごさざしじすずせぜそぞただちぢつづてでとどはばひびふぶへべほぼ"
    "カガキギクグケゲコゴサザシジスズセゼソゾタダチヂツヅテデトドハバヒビフブヘベホボ";

static const char *const small =
    "あぁいぃうぅえぇおぉつっやゃゆゅよょアァイィウゥエェオォツッヤャユュヨョ";

/* The kana of which a mark makes this one, and the mark; NULL when there is none. */
static const char *
unmarked(const char *one, char out[8])
{
    static const struct {
        const char *const *pairs, *mark;
    } marks[] = {{&voiced, "゛"}, {&small, "小"}};
    for (size_t k = 0; k < ARRAY_LEN(marks) && one[0] != 0; k++) {
        const char *pairs = *marks[k].pairs;
        for (size_t i = 0; pairs[i] != 0; i += 6) {
            if (strncmp(pairs + i + 3, one, 3) == 0) {
                (void)snprintf(out, 8, "%.3s", pairs + i);
                return marks[k].mark;
            }
        }
    }
    return NULL;
}

static void
digits_only(const char *text, char out[ENTERED_MAX])
{
    size_t n = 0;
    for (; *text != 0 && n + 1 < ENTERED_MAX; text++) {
        if (*text >= '0' && *text <= '9') {
            out[n++] = *text;
        }
    }
    out[n] = 0;
}

/* What is said of a field is its name and, after a stop, what stands in it. */
static void
heard_value(const struct person *person, const char *words, char out[ENTERED_MAX])
{
    static const char *const stops[] = {"。", ". "};
    const char *value = "";
    for (size_t i = 0; i < ARRAY_LEN(stops); i++) {
        const char *at = strstr(words, stops[i]);
        value = value[0] == 0 && at != NULL ? at + strlen(stops[i]) : value;
    }
    bool empty = strcmp(value, person->said[SAID_EMPTY]) == 0;
    (void)snprintf(out, ENTERED_MAX, "%.*s", ENTERED_MAX - 1, empty ? "" : value);
}

/* What stands in the field: read from it, or heard; digits, which are said as words, are remembered. */
static void
standing(const struct person *person, const struct page *page, bool digits, char out[ENTERED_MAX])
{
    const struct thing *field = first_of(page, THING_FIELD);
    bool ears = person->hands == HANDS_EARS;
    if (digits) {
        digits_only(ears || field == NULL ? person->entered : field->words, out);
    } else if (ears && field != NULL) {
        heard_value(person, field->words, out);
    } else {
        (void)snprintf(out, ENTERED_MAX, "%.*s", ENTERED_MAX - 1,
            field != NULL ? field->words : person->entered);
    }
}

static struct decision
key_for(struct person *person, const struct page *page, const char *one)
{
    char base[8];
    char words[WORDS_MAX];
    if (strcmp(one, " ") == 0 || strcmp(one, "　") == 0) {
        const struct thing *space = button(person, page, SAID_SPACE);
        if (space != NULL) {
            return press_it(space);
        }
    }
    person_take(person, one, words);
    const struct thing *key = find_act(page, words);
    if (key == NULL && unmarked(one, base) != NULL) {
        person_take(person, base, words);
        key = find_act(page, words);
    }
    if (key != NULL) {
        return press_it(key);
    }
    bool letter = ((unsigned char)one[0] | 0x20) >= 'a' && ((unsigned char)one[0] | 0x20) <= 'z';
    bool digit = one[0] >= '0' && one[0] <= '9';
    bool katakana = strncmp(one, "\xe3\x82\xa1", 3) >= 0 && strncmp(one, "\xe3\x83\xbf", 3) <= 0;
    return press_it(button(person, page,
        letter     ? SAID_LATIN
        : digit    ? SAID_DIGITS
        : katakana ? SAID_KATAKANA
                   : SAID_HIRAGANA));
}

/* When the field is still said as before the last key, that key did not count. */
static void
listen_again(struct person *person, const struct page *page)
{
    const struct thing *field = first_of(page, THING_FIELD);
    const char *words = field != NULL ? field->words : "";
    if (words[0] != 0 && strcmp(words, person->heard) == 0) {
        memcpy(person->entered, person->entered_then, sizeof(person->entered));
    }
    (void)snprintf(person->heard, sizeof(person->heard), "%s", words);
    memcpy(person->entered_then, person->entered, sizeof(person->entered_then));
}

struct decision
write_on(
    struct person *person, const struct page *page, const char *wanted, bool digits, enum said then)
{
    char now[ENTERED_MAX];
    if (person->hands == HANDS_EARS) {
        listen_again(person, page);
    }
    standing(person, page, digits, now);
    size_t have = strlen(now);
    if (strcmp(now, wanted) == 0) {
        return press_it(button(person, page, then));
    }
    if (strncmp(now, wanted, have) != 0) {
        /* "は" where "ば" is to be: the mark is still to come */
        char base[8];
        char next[8] = "";
        size_t at = have >= 3 ? have - 3 : 0;
        (void)snprintf(next, sizeof(next), "%.3s", wanted + at);
        const char *missing = unmarked(next, base);
        bool half = missing != NULL && have >= 3 && strncmp(now, wanted, at) == 0 &&
                    strcmp(now + at, base) == 0;
        const struct thing *mark = half ? find_act(page, missing) : NULL;
        if (half && mark == NULL) { /* the ear knows it by name */
            mark = find_act(page, strcmp(missing, "小") == 0 ? "ちいさい字" : "だくてん");
        }
        return press_it(mark != NULL ? mark : button(person, page, SAID_DELETE));
    }
    char one[8] = "";
    size_t pos = have;
    (void)utf8_next(wanted, strlen(wanted), &pos);
    memcpy(one, wanted + have, pos - have);
    return key_for(person, page, one);
}

/* ---- what was done ---- */

static void
drop_last(char *text)
{
    size_t len = strlen(text);
    while (len > 0 && ((unsigned char)text[len - 1] & 0xc0) == 0x80) {
        text[--len] = 0;
    }
    if (len > 0) {
        text[len - 1] = 0;
    }
}

/* A mark turns the last kana into its partner. */
static void
turn_last(char *text, const char *pairs)
{
    size_t len = strlen(text);
    for (size_t i = 0; len >= 3 && pairs[i] != 0; i += 6) {
        if (strncmp(text + len - 3, pairs + i, 3) == 0) {
            memcpy(text + len - 3, pairs + i + 3, 3);
            return;
        }
    }
}

static void
add(struct person *person, const char *one)
{
    size_t len = strlen(person->entered);
    if (len + strlen(one) < ENTERED_MAX) {
        memcpy(person->entered + len, one, strlen(one) + 1);
    }
}

/* A key of the map: the first one only shows the pin, in the middle. */
static void
move_pin(struct person *person, int dx, int dy)
{
    int x = person->pin_set ? person->pin_x + dx * PIN_STEP : MIDDLE;
    int y = person->pin_set ? person->pin_y + dy * PIN_STEP : MIDDLE;
    person->pin_x = x < 0 ? 0 : x > EDGE ? EDGE : x;
    person->pin_y = y < 0 ? 0 : y > EDGE ? EDGE : y;
    person->pin_set = true;
}

void
felt(struct person *person, const char *words)
{
    static const struct {
        enum said said;
        int dx, dy;
    } moves[] = {{SAID_UP, 0, -1}, {SAID_DOWN, 0, 1}, {SAID_LEFT, -1, 0}, {SAID_RIGHT, 1, 0}};
    for (size_t i = 0; i < ARRAY_LEN(moves); i++) {
        if (strcmp(words, person->said[moves[i].said]) == 0) {
            move_pin(person, moves[i].dx, moves[i].dy);
        }
    }
    if (strcmp(words, person->said[SAID_DELETE]) == 0) {
        drop_last(person->entered);
    } else if (strcmp(words, person->said[SAID_SPACE]) == 0) {
        add(person, strncmp(person->language, "ja", 2) == 0 ? "　" : " ");
    } else if (strcmp(words, "゛") == 0 || strcmp(words, "だくてん") == 0) {
        turn_last(person->entered, voiced);
    } else if (strcmp(words, "小") == 0 || strcmp(words, "ちいさい字") == 0) {
        turn_last(person->entered, small);
    } else if (utf8_count(words, strlen(words)) == 1) {
        add(person, words);
    }
}
