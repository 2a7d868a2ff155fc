/* app/utter.c - from the element list to what is said: name, value, role and state of each element, in
 * reading order. What can't be seen isn't said and what is said can be seen, but for the PIN, whose
 * digits are only counted. */
#include "speak_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

enum { DIGITS_SPELT = 5 };

void
utterances_init(struct utterances *list)
{
    list->count = 0;
    buf_init(&list->pool, UTTER_POOL);
}

void
utterances_release(struct utterances *list)
{
    buf_release(&list->pool);
    explicit_bzero(list->all, sizeof(list->all));
    list->count = 0;
}

const char *
utterance_words(const struct utterances *list, const struct utterance *utterance)
{
    return buf_str(&list->pool) + utterance->words;
}

const char *
utterance_name(const struct utterances *list, const struct utterance *utterance)
{
    return buf_str(&list->pool) + utterance->name;
}

const char *
utterance_value(const struct utterances *list, const struct utterance *utterance)
{
    return buf_str(&list->pool) + utterance->value;
}

const char *
utterance_state(const struct utterances *list, const struct utterance *utterance)
{
    return buf_str(&list->pool) + utterance->state;
}

static bool
is_japanese(const char *language)
{
    return strncmp(language, "ja", 2) == 0;
}

/* Kana and no letter of another script but kanji: a text that nobody has translated yet. */
static bool
only_japanese(const char *text)
{
    size_t len = strlen(text);
    bool kana = false;
    bool valid = utf8_valid(text, len);
    for (size_t pos = 0; valid && pos < len;) {
        uint32_t code = utf8_next(text, len, &pos);
        bool latin = (code | 0x20) >= 'a' && (code | 0x20) <= 'z';
        if (latin || (code >= 0xc0 && code < 0x2000)) {
            return false;
        }
        kana = kana || (code >= 0x3041 && code <= 0x30fa);
    }
    return kana;
}

/* ---- words as they are said ---- */

static size_t
digits_at(const char *text)
{
    return strspn(text, "0123456789");
}

static void
add_digits(const char *language, const char *digits, size_t len, struct buf *out)
{
    static const char *const names[10] = {
        "ぜろ", "いち", "に", "さん", "よん", "ご", "ろく", "なな", "はち", "きゅう"};
    for (size_t i = 0; i < len; i++) {
        if (is_japanese(language)) {
            (void)buf_add_str(out, i > 0 ? "、" : "");
            (void)buf_add_str(out, names[digits[i] - '0']);
        } else {
            (void)buf_printf(out, "%s%c", i > 0 ? ", " : "", digits[i]);
        }
    }
}

/* {漢字|かんじ}: the reading in Japanese. Returns what follows; NULL when it is no ruby. */
static const char *
add_ruby(const char *language, const char *at, struct buf *out)
{
    const char *bar = strchr(at, '|');
    const char *end = bar != NULL ? strchr(bar, '}') : NULL;
    if (end == NULL || memchr(at, '}', (size_t)(bar - at)) != NULL) {
        return NULL;
    }
    if (is_japanese(language)) {
        (void)buf_add(out, bar + 1, (size_t)(end - bar - 1));
    } else {
        (void)buf_add(out, at + 1, (size_t)(bar - at - 1));
    }
    return end + 1;
}

/* Words whose numbers are said as they stand. */
static void
add_plain(const char *language, const char *text, struct buf *out)
{
    while (*text != 0) {
        const char *next = *text == '{' ? add_ruby(language, text, out) : NULL;
        if (next == NULL) {
            (void)buf_add_byte(out, (uint8_t)*text);
            next = text + 1;
        }
        text = next;
    }
}

/* A number at *at: "3 / 9" becomes "3 of 9"; receipt and telephone numbers are told digit by digit. */
static void
add_number(struct app *app, const char *language, const char **at, struct buf *out)
{
    const char *digits = *at;
    size_t len = digits_at(digits);
    const char *after = digits + len;
    size_t of = strncmp(after, " / ", 3) == 0 ? digits_at(after + 3) : 0;
    if (of > 0 && len < 8 && of < 8) {
        char first[8] = "";
        char second[8] = "";
        memcpy(first, digits, len);
        memcpy(second, after + 3, of);
        AUTO_BUF of_them;
        buf_init(&of_them, 512);
        (void)i18n_format(app->i18n, &of_them, "speech.of", "number", first, "total", second, NULL);
        add_plain(language, buf_str(&of_them), out);
        *at = after + 3 + of;
        return;
    }
    /* a receipt number stands in groups of four */
    if (len == 4 && after[0] == ' ' && digits_at(after + 1) == 4) {
        add_digits(language, digits, 4, out);
        (void)buf_add_str(out, is_japanese(language) ? "、" : ", ");
        add_digits(language, after + 1, 4, out);
        *at = after + 5;
        return;
    }
    if (len >= DIGITS_SPELT || (len > 1 && digits[0] == '0')) {
        add_digits(language, digits, len, out);
    } else {
        (void)buf_add(out, digits, len);
    }
    *at = after;
}

static bool
selector(const char *at)
{
    return strncmp(at, "\xf3\xa0", 2) == 0 && ((unsigned char)at[2] & 0xfc) == 0x84 && at[3] != 0;
}

void
spoken_text(struct app *app, const char *language, const char *text, struct buf *out)
{
    const char *at = text;
    while (*at != 0) {
        if (selector(at)) { /* U+E0100 to U+E01EF tell forms of a kanji apart to the eye alone */
            at += 4;
            continue;
        }
        if (*at == '{') {
            const char *next = add_ruby(language, at, out);
            if (next != NULL) {
                at = next;
                continue;
            }
        }
        if (*at >= '0' && *at <= '9') {
            add_number(app, language, &at, out);
            continue;
        }
        (void)buf_add_byte(out, (uint8_t)*at);
        at++;
    }
}

/* Ends the sentence before the next one begins. */
static void
stop(const char *language, struct buf *out)
{
    static const char *const ends[] = {
        "。", ".", "?", "!", "？", "！", "、", ",", "։", "।", "။", "…", ":", "："};
    size_t len = out->len;
    const char *text = buf_str(out);
    if (len == 0 || text[len - 1] == 0) {
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        size_t n = strlen(ends[i]);
        if (len >= n && memcmp(text + len - n, ends[i], n) == 0) {
            (void)buf_add_str(out, n > 1 ? "" : " ");
            return;
        }
    }
    bool wide = is_japanese(language) || strncmp(language, "zh", 2) == 0;
    (void)buf_add_str(out, wide ? "。" : ". ");
}

static void
add_part(struct app *app, const char *language, const char *text, struct buf *out)
{
    if (text != NULL && text[0] != 0) {
        stop(language, out);
        spoken_text(app, language, text, out);
    }
}

/* A text of several lines: a list of things, each a sentence of its own; but a title is broken only to
 * look well. */
static void
add_lines(struct app *app, const char *language, const char *text, bool title, struct buf *out)
{
    while (text != NULL && *text != 0) {
        size_t len = strcspn(text, "\n");
        AUTO_BUF line;
        buf_init(&line, 8192);
        (void)buf_add(&line, text, len);
        if (title && out->len > 0) {
            (void)buf_add_str(out, is_japanese(language) ? "" : " ");
            spoken_text(app, language, buf_str(&line), out);
        } else {
            add_part(app, language, buf_str(&line), out);
        }
        text += len + (text[len] == '\n' ? 1 : 0);
    }
}

/* ---- one element ---- */

static bool
is_act(const struct ui_element *e)
{
    return e->id != NULL && e->id[0] != 0 && e->role != UI_ROLE_DOTS;
}

static const char *
role_words(const struct ui_element *e)
{
    bool chosen = (e->state & UI_STATE_CHOSEN) != 0;
    switch (e->role) {
    case UI_ROLE_BUTTON:
        return chosen ? "speech.chosen" : "speech.button";
    case UI_ROLE_MAIN:
    case UI_ROLE_DOOR:
    case UI_ROLE_PANEL:
    case UI_ROLE_TOOL:
        return "speech.button";
    case UI_ROLE_CHOICE:
        return chosen ? "speech.chosen" : "speech.choice";
    case UI_ROLE_CHECK:
        return chosen ? "speech.checked" : "speech.check";
    case UI_ROLE_FIELD:
        return "speech.field";
    default:
        return NULL;
    }
}

/* What is written in a field. Places that are still empty are drawn as "__": they are not said, nor is the
 * word after them when nothing stands before it, nor the unit of a number that isn't there yet. */
static void
add_written(const struct ui_element *e, struct buf *out)
{
    const char *at = e->role == UI_ROLE_FIELD && e->text != NULL ? e->text : "";
    if (e->caret == 1) {
        return; /* the unit alone */
    }
    if (strchr(at, '_') == NULL) {
        (void)buf_add_str(out, at);
        return;
    }
    while (*at != 0) {
        size_t len = strcspn(at, " ");
        bool digits = strcspn(at, "0123456789") < len;
        for (size_t i = 0; digits && i < len; i++) {
            if (at[i] != '_') {
                (void)buf_add_byte(out, (uint8_t)at[i]);
            }
        }
        at += len + (at[len] == ' ' ? 1 : 0);
    }
}

static void
add_field(struct app *app, const char *language, const struct ui_element *e, struct buf *out)
{
    AUTO_BUF written;
    buf_init(&written, 8192);
    add_written(e, &written);
    add_part(app, language, e->label, out);
    if (written.len > 0) {
        add_part(app, language, buf_str(&written), out);
    } else {
        add_part(app, language, say(app, "speech.empty"), out);
    }
}

/* How many digits were entered, never which. */
static void
add_dots(struct app *app, const char *language, const struct ui_element *e, struct buf *out)
{
    char n[12];
    char total[12];
    (void)snprintf(n, sizeof(n), "%d", e->value);
    (void)snprintf(total, sizeof(total), "%d", e->count);
    AUTO_BUF entered;
    buf_init(&entered, 256);
    (void)i18n_format(app->i18n, &entered, e->value > 0 ? "speech.digits" : "speech.no-digits", "n",
        n, "total", total, NULL);
    add_part(app, language, buf_str(&entered), out);
}

/* One of several answers to "which word?": its label is its place among them. */
static bool
is_candidate(const struct ui_element *e)
{
    return e->role == UI_ROLE_KEY && e->label != NULL && e->text != NULL;
}

/* Words that are read alike are told apart by their place and by their letters: kana by its name, kanji one
 * by one, as the voice reads each alone. */
static void
add_candidate(struct app *app, const char *language, const struct ui_element *e, struct buf *out)
{
    size_t len = strlen(e->text);
    size_t letters = 0;
    size_t hiragana = 0;
    size_t katakana = 0;
    AUTO_BUF alone;
    buf_init(&alone, 8192);
    for (size_t pos = 0; pos < len;) {
        size_t from = pos;
        uint32_t code = utf8_next(e->text, len, &pos);
        bool mark = code == 0x30fc || selector(e->text + from); /* the long mark is of both kana */
        hiragana += mark || (code >= 0x3041 && code <= 0x3096) ? 1 : 0;
        katakana += mark || (code >= 0x30a1 && code <= 0x30fa) ? 1 : 0;
        (void)buf_add_str(&alone, letters > 0 && !mark ? "、" : "");
        (void)buf_add(&alone, e->text + from, pos - from);
        letters++;
    }
    add_part(app, language, e->label, out);
    add_part(app, language, e->text, out);
    if (hiragana == letters) {
        add_part(app, language, say(app, "key.hiragana"), out);
    } else if (katakana == letters) {
        add_part(app, language, say(app, "key.katakana"), out);
    } else if (letters > 1) {
        add_part(app, language, buf_str(&alone), out);
    }
}

/* Keys that a voice can't name by what stands on them; all of them on Japanese keyboards. */
static const char *
name_of_key(const struct ui_element *e)
{
    static const struct {
        const char *sign, *name;
    } names[] = {{"゛", "だくてん"}, {"゜", "はんだくてん"}, {"゛゜", "てんてん、まる"},
        {"小", "ちいさい字"}, {"ー", "のばすぼう"}, {"・", "なかてん"}, {"、", "てん"},
        {"。", "まる"}};
    for (size_t i = 0; e->role == UI_ROLE_KEY && e->text != NULL && i < ARRAY_LEN(names); i++) {
        if (strcmp(e->text, names[i].sign) == 0) {
            return names[i].name;
        }
    }
    return NULL;
}

static void
add_words(struct app *app, const char *language, const struct ui_element *e, struct buf *out)
{
    if (e->role == UI_ROLE_DOTS) {
        add_dots(app, language, e, out);
    } else if (e->speech != NULL) {
        add_part(app, language, e->speech, out);
    } else if (name_of_key(e) != NULL) {
        add_part(app, language, name_of_key(e), out);
    } else if (is_candidate(e)) {
        add_candidate(app, language, e, out);
    } else if (e->role == UI_ROLE_FIELD) {
        add_field(app, language, e, out);
    } else if (e->role != UI_ROLE_QR) {
        /* the label tells buttons of the same words apart: "name: change" */
        add_part(app, language, e->label, out);
        add_lines(app, language, e->text, e->role == UI_ROLE_TITLE && e->label == NULL, out);
        if (e->role == UI_ROLE_DOOR || e->role == UI_ROLE_CHOICE || e->role == UI_ROLE_CHECK ||
            e->role == UI_ROLE_BUTTON || e->role == UI_ROLE_NOTICE || e->role == UI_ROLE_TEXT) {
            add_lines(app, language, e->detail, false, out);
        }
    }
}

static void
add_state(struct app *app, const char *language, const struct ui_element *e, struct buf *out)
{
    const char *role = e->role == UI_ROLE_KEY || !is_act(e) ? NULL : role_words(e);
    if (role != NULL) {
        add_part(app, language, say(app, role), out);
    }
    if ((e->state & UI_STATE_WAITING) != 0) {
        add_part(app, language, say(app, "speech.waiting"), out);
    }
}

/* ---- the list ---- */

static const char *
language_of(struct app *app, const struct ui_element *e)
{
    static const char prefix[] = "language:";
    const char *current = i18n_current(app->i18n)->code;
    if (e->id != NULL && strncmp(e->id, prefix, sizeof(prefix) - 1) == 0) {
        for (size_t i = 0; i < i18n_language_count(app->i18n); i++) {
            const struct i18n_language *language = i18n_language_at(app->i18n, i);
            if (strcmp(language->code, e->id + sizeof(prefix) - 1) == 0) {
                return speak_has_voice(app, language->code) ? language->code : "en";
            }
        }
    }
    if (name_of_key(e) != NULL) {
        return "ja";
    }
    bool foreign =
        !is_japanese(current) && !is_candidate(e) && e->text != NULL && only_japanese(e->text);
    return foreign ? "ja" : current;
}

/* Who lives there is private, that there is such a town is not; and what isn't heard can't be chosen. */
static bool
may_be_told(const struct ui_element *e)
{
    return e->id != NULL && strncmp(e->id, "town:", 5) == 0;
}

static bool
said_before(const struct utterances *list, const char *text)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(utterance_words(list, &list->all[i]), text) == 0) {
            return true;
        }
    }
    return false;
}

static void
take(struct app *app, struct utterances *list, size_t index, const struct ui_element *e)
{
    AUTO_BUF words;
    AUTO_BUF state;
    buf_init(&words, 8192);
    buf_init(&state, 512);
    const char *language = language_of(app, e);
    bool act = is_act(e);
    add_words(app, language, e, &words);
    add_state(app, i18n_current(app->i18n)->code, e, &state);
    if (words.len == 0 ||
        (!act && (e->state & UI_STATE_PERSONAL) == 0 && said_before(list, buf_str(&words)))) {
        return;
    }
    struct utterance *out = &list->all[list->count];
    *out = (struct utterance){.element = index,
        .language = language,
        .act = act && (e->state & UI_STATE_WAITING) == 0,
        .key = e->role == UI_ROLE_KEY,
        .personal = (e->state & UI_STATE_PERSONAL) != 0,
        .told = may_be_told(e),
        .field = e->role == UI_ROLE_FIELD,
        .live = e->role == UI_ROLE_FIELD || e->role == UI_ROLE_DOTS || e->role == UI_ROLE_NOTICE};
    (void)snprintf(out->id, sizeof(out->id), "%s", e->id != NULL ? e->id : "");
    out->words = list->pool.len;
    (void)buf_add(&list->pool, words.data, words.len + 1);
    out->name = list->pool.len;
    if (out->personal && (out->key || out->field)) {
        AUTO_BUF name;
        buf_init(&name, 2048);
        add_part(app, language, e->label, &name);
        (void)buf_add(&list->pool, name.data, name.len);
    }
    (void)buf_add_byte(&list->pool, 0);
    out->value = list->pool.len;
    AUTO_BUF value;
    buf_init(&value, 8192);
    add_written(e, &value);
    (void)buf_add(&list->pool, buf_str(&value), value.len + 1);
    out->state = list->pool.len;
    (void)buf_add(&list->pool, state.len > 0 ? (const char *)state.data : "", state.len + 1);
    if (buf_error(&list->pool) == 0) { /* more than a page can hold: what fits is said */
        list->count++;
    }
}

void
utterances_take(struct app *app, struct utterances *list)
{
    buf_clear(&list->pool);
    explicit_bzero(list->all, sizeof(list->all));
    list->count = 0;
    size_t order[UI_ELEMENTS_MAX];
    size_t count = ui_reading_order(app->ui, order, ARRAY_LEN(order));
    for (size_t i = 0; i < count && i < ARRAY_LEN(order); i++) {
        take(app, list, order[i], ui_at(app->ui, order[i]));
    }
}

void
utterance_text(const struct utterances *list, const struct utterance *utterance, struct buf *out)
{
    const char *state = utterance_state(list, utterance);
    (void)buf_add_str(out, utterance_words(list, utterance));
    if (state[0] != 0) {
        stop(utterance->language, out);
        (void)buf_add_str(out, state);
    }
}

void
utterance_quiet(struct app *app, const struct utterances *list, const struct utterance *utterance,
    struct buf *out)
{
    const char *name = utterance_name(list, utterance);
    (void)buf_add_str(out, name);
    if (!utterance->key || name[0] == 0) { /* the page's text has said it of its keys */
        add_part(app, i18n_current(app->i18n)->code, say(app, "speech.kept-quiet"), out);
    }
}

void
utterance_json(struct buf *out, const char *text)
{
    (void)buf_add_byte(out, '"');
    for (; *text != 0; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\') {
            (void)buf_add_byte(out, '\\');
        }
        if (c < 0x20) {
            (void)buf_printf(out, "\\u%04x", c);
        } else {
            (void)buf_add_byte(out, c);
        }
    }
    (void)buf_add_byte(out, '"');
}

int
utterances_dump(const struct utterances *list, struct buf *ret_json)
{
    (void)buf_add_str(ret_json, "[");
    for (size_t i = 0; i < list->count; i++) {
        const struct utterance *u = &list->all[i];
        AUTO_BUF text;
        buf_init(&text, 16384);
        utterance_text(list, u, &text);
        (void)buf_printf(ret_json, "%s\n  {\"id\": ", i > 0 ? "," : "");
        utterance_json(ret_json, u->id);
        (void)buf_printf(ret_json, ", \"language\": \"%s\", \"text\": ", u->language);
        utterance_json(ret_json, buf_str(&text));
        (void)buf_printf(ret_json, "%s%s%s}", u->act ? ", \"act\": true" : "",
            u->key ? ", \"key\": true" : "", u->personal ? ", \"personal\": true" : "");
    }
    (void)buf_add_str(ret_json, "\n]\n");
    return buf_error(ret_json);
}
