/* hands/knows.c - what a person brings along: the language, the number of the card, and an answer to
 * every question that the service will ask. Thought out beforehand with the program's own interview on
 * facts of its own, so a new service is known without a change here. */
#include "hands/hands.h"

#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "text/text.h"

static const char *const messages[SAID_COUNT] = {
    [SAID_NEXT] = "bar.next",
    [SAID_BACK] = "bar.back",
    [SAID_GO_ON] = "leave.go-on",
    [SAID_START] = "explain.start",
    [SAID_WITHOUT_CARD] = "card.without",
    [SAID_PIN_AGAIN] = "fault.pin-again",
    [SAID_PIN_ONCE_MORE] = "fault.pin-once-more",
    [SAID_LAST_TRY] = "pin-last.go",
    [SAID_CARD_AGAIN] = "fault.card-again",
    [SAID_SUBMIT] = "check.submit",
    [SAID_READ_ON] = "check.read-on",
    [SAID_MORE] = "list.more",
    [SAID_BEFORE] = "list.before",
    [SAID_DELETE] = "key.delete",
    [SAID_SPACE] = "key.space",
    [SAID_HIRAGANA] = "key.hiragana",
    [SAID_KATAKANA] = "key.katakana",
    [SAID_LATIN] = "key.latin",
    [SAID_DIGITS] = "key.digits",
    [SAID_WESTERN] = "date.western",
    [SAID_FINISH] = "bar.finish",
    [SAID_EMPTY] = "speech.empty",
    [SAID_WRITE_ADDRESS] = "postal.skip",
    [SAID_STILL_HERE] = "still-there.go-on",
    [SAID_CHANGE] = "check.change",
    [SAID_SHOW] = "pick.show",
    [SAID_UP] = "place.up",
    [SAID_DOWN] = "place.down",
    [SAID_LEFT] = "place.left",
    [SAID_RIGHT] = "place.right",
    [SAID_AT_COUNTER] = "sign.at-counter",
    [SAID_CLEAR] = "key.clear",
    [SAID_WITHOUT_TAP] = "check-in.write",
    [SAID_UNSURE] = "home.unsure",
    [TITLE_HOME] = "home.title",
    [TITLE_CARD] = "card.title",
    [TITLE_PIN] = "pin.title",
    [TITLE_PIN_WRONG] = "fault-pin-wrong.title",
    [TITLE_PIN_LAST] = "pin-last.title",
    [TITLE_CHECK] = "check.title",
    [TITLE_ACCEPTED] = "accepted.title",
    [TITLE_TAKE_CARD] = "take-card.title",
    [TITLE_STILL_THERE] = "still-there.title",
    [TITLE_READING] = "reading.title",
    [TITLE_SUBMITTING] = "submitting.title",
    [TITLE_ATTRACT] = "attract.promise",
    [TITLE_CHECK_IN] = "check-in.title",
    [TITLE_CHECKED_IN] = "checked-in.title",
    [TITLE_BOOKED] = "accepted.title-book",
    [TITLE_REPORTED] = "accepted.title-report",
    [TITLE_TOLD] = "accepted.title-ask",
    [TITLE_RESULTS] = "results.title",
    [TITLE_RESULTS_SELF] = "results.title-self",
    [TITLE_NO_RESULTS] = "results.none",
    [TITLE_NOT_HERE] = "not-here.title",
};

void
person_take(const struct person *person, const char *text, char out[WORDS_MAX])
{
    if (person->hands != HANDS_EARS) {
        (void)text_plain(text, out, WORDS_MAX);
        return;
    }
    /* a title is broken into lines only to look well: the ear has none */
    const char *code = i18n_current(person->stage->app->i18n)->code;
    const char *between = strncmp(code, "ja", 2) == 0 ? "" : " ";
    AUTO_BUF line;
    AUTO_BUF spoken;
    buf_init(&line, 16 * 1024);
    buf_init(&spoken, 16 * 1024);
    for (const char *at = text; *at != 0; at++) {
        (void)(*at == '\n' ? buf_add_str(&line, between) : buf_add(&line, at, 1));
    }
    spoken_text(person->stage->app, code, buf_str(&line), &spoken);
    (void)snprintf(out, WORDS_MAX, "%.*s", WORDS_MAX - 1, buf_str(&spoken));
}

static bool
has_value(const char *list, const char *value)
{
    size_t len = strlen(value);
    for (const char *at = list; *at != 0;) {
        size_t n = strcspn(at, " ");
        if (n == len && strncmp(at, value, n) == 0) {
            return true;
        }
        at += n + (at[n] == ' ' ? 1 : 0);
    }
    return false;
}

/* A free time is chosen as a place, a day and a time of day. */
static void
choose_slot(struct person *person, struct known *known, const char *answer)
{
    struct app *app = person->stage->app;
    struct live_slot_name name;
    AUTO_BUF day;
    buf_init(&day, 256);
    if (!live_slot_name(answer, &name)) {
        return;
    }
    const struct procedure_list *list = procedure_list(app->procedures, person->slots);
    const struct procedure_entry *entry =
        list != NULL ? procedure_entry(list, name.resource) : NULL;
    person_take(
        person, entry != NULL ? words(app, &entry->name) : name.resource, known->choices[0]);
    (void)i18n_day(app->i18n, &day, name.date);
    person_take(person, buf_str(&day), known->choices[1]);
    person_take(person, name.time[0] == '0' ? name.time + 1 : name.time, known->choices[2]);
}

/* One of a long list: its name to choose, and letters of its reading to find it by. */
static void
choose_pick(
    struct person *person, struct known *known, const struct question *q, const char *answer)
{
    struct app *app = person->stage->app;
    const struct procedure_entry *entry = procedure_entry(q->list, answer);
    char latin[FIND_LATIN_MAX] = "";
    if (entry == NULL) {
        return;
    }
    person_take(person, words(app, &entry->name), known->choices[0]);
    if (entry->kana != NULL && strncmp(person->language, "ja", 2) == 0) {
        for (size_t pos = 0, n = 0; n < 4 && entry->kana[pos] != 0; n++) {
            uint32_t code = utf8_next(entry->kana, strlen(entry->kana), &pos);
            size_t have = strlen(known->written);
            bool plain = code >= 0x30a1 && code <= 0x30f4; /* keys have no long mark */
            (void)(plain ? utf8_encode(code - 0x60, known->written + have) : 0);
        }
    } else if (entry->kana != NULL) {
        find_latin(entry->kana, latin);
        (void)snprintf(known->written, sizeof(known->written), "%.5s", latin);
        for (char *at = known->written; *at != 0; at++) {
            *at = (char)(*at >= 'a' && *at <= 'z' ? *at - 'a' + 'A' : *at);
        }
    }
}

/* The words of the options that an answer chooses. */
static void
choose(struct person *person, struct known *known, const struct question *q, const char *answer)
{
    struct app *app = person->stage->app;
    size_t count = 0;
    if (strcmp(answer, "unknown") == 0 && q->dont_know) {
        person_take(person, say(app, "answer.unknown"), known->choices[count++]);
    } else if (q->type == QUESTION_YES_NO) {
        person_take(person, say(app, strcmp(answer, "yes") == 0 ? "answer.yes" : "answer.no"),
            known->choices[count++]);
    } else if (q->type == QUESTION_NUMBER && answer[0] != 0) {
        char number[WORDS_MAX];
        (void)snprintf(number, sizeof(number), "%s%s", answer, unit_words(app, &q->unit, answer));
        person_take(person, number, known->choices[count++]);
    } else if (q->type == QUESTION_TIME && answer[0] != 0) {
        person_take(person, answer[0] == '0' ? answer + 1 : answer, known->choices[count++]);
    } else if (q->type == QUESTION_SLOT) {
        choose_slot(person, known, answer);
    } else if (q->type == QUESTION_PICK) {
        choose_pick(person, known, q, answer);
    } else if (q->type == QUESTION_SIGNATURE && strcmp(answer, "counter") == 0) {
        person_take(person, say(app, "sign.at-counter"), known->choices[count++]);
    }
    for (size_t i = 0; count < CHOICES_MAX && i < q->choice_count; i++) {
        const struct question_choice *choice = &q->choices[i];
        if (has_value(answer, choice->value)) {
            person_take(person, choice->text != NULL ? choice->text : words(app, &choice->label),
                known->choices[count++]);
        }
    }
}

/* What is typed for an answer. */
static void
write_down(struct known *known, const struct question *q, const char *answer)
{
    bool typed = q->type == QUESTION_TEXT || q->type == QUESTION_KANA || q->type == QUESTION_DATE ||
                 q->type == QUESTION_TIME || q->type == QUESTION_NUMBER ||
                 q->type == QUESTION_MONEY;
    bool unknown = q->dont_know && strcmp(answer, "unknown") == 0;
    for (const char *at = answer; typed && !unknown && *at != 0; at++) {
        size_t have = strlen(known->written);
        bool mark =
            (q->type == QUESTION_DATE && *at == '-') || (q->type == QUESTION_TIME && *at == ':');
        if (!mark && have + 1 < ENTERED_MAX) {
            known->written[have] = *at;
        }
    }
}

/* A place is told as being at a landmark or near it. */
static void
know_place(struct person *person, struct known *known, const struct question *q, const char *answer)
{
    const struct procedure_map *map;
    int x;
    int y;
    if (!procedure_place_parse(person->stage->app->procedures, answer, &map, &x, &y)) {
        return;
    }
    const struct procedure_place *near = procedure_place_near(q->map, x, y);
    for (size_t i = 0; near != NULL && i < person->landmark_count; i++) {
        const struct landmark *landmark = &person->town[i];
        if (landmark->map == map && landmark->x == near->x && landmark->y == near->y) {
            memcpy(known->shown, landmark->at, sizeof(known->shown));
            memcpy(known->shown_too, landmark->near, sizeof(known->shown_too));
            known->landmark = landmark;
        }
    }
}

static void
remember(struct person *person, const struct question *q, const char *answer)
{
    struct app *app = person->stage->app;
    if (person->known_count == KNOWN_MAX) {
        return;
    }
    struct known *known = &person->known[person->known_count++];
    AUTO_BUF text;
    AUTO_BUF shown;
    buf_init(&text, 4096);
    buf_init(&shown, 4096);
    *known = (struct known){.type = q->type, .digits = q->digits, .tasks = q->tasks};
    (void)snprintf(known->key, sizeof(known->key), "%s", q->key);
    (void)snprintf(
        person->slots, sizeof(person->slots), "%s", q->type == QUESTION_SLOT ? q->live : "");
    person_take(person, words(app, &q->label), known->label);
    person_words(app, q, &text);
    person_take(person, buf_str(&text), known->who);
    if (q->repeat_index > 0) { /* the ear hears the numbers in words */
        char number[16];
        char total[16];
        buf_clear(&text);
        (void)snprintf(number, sizeof(number), "%d", q->repeat_index);
        (void)snprintf(total, sizeof(total), "%d", q->repeat_count);
        (void)buf_printf(&text, "%s  ", words(app, &q->repeat_label));
        (void)i18n_format(app->i18n, &text, "speech.of", "number", number, "total", total, NULL);
        person_take(person, buf_str(&text), known->heard);
    }
    buf_clear(&text);
    row_words(app, q, &text);
    person_take(person, buf_str(&text), known->row);
    answer_words(app, q, answer, &shown);
    person_take(person, buf_str(&shown), known->shown);
    choose(person, known, q, answer);
    write_down(known, q, answer);
    if (q->type == QUESTION_PLACE) {
        know_place(person, known, q, answer);
    }
}

/* An answer that can be written with the keys of the page: plain kana or Latin letters. Each is another one, as the
 * names of a family are. */
static int
write_answer(struct person *person, struct interview *interview, const struct question *q,
    struct interview_verdict *verdict, char out[ENTERED_MAX])
{
    static const char *const japanese[] = {"ひたち　はなこ", "すけがわちょう", "さくら",
        "みぎ　ひだり", "もみじ", "たいち", "ほたる", "わかば"};
    static const char *const latin[] = {
        "ANN BELL", "MARIA LOPEZ", "SUKEGAWA", "NGUYEN VAN AN", "LEE MIN", "TOM", "SITI", "PABLO"};
    static const char *const katakana[] = {"ヒタチ　ハナコ", "サクラ"};
    enum { SAMPLES = 8 };
    bool ja = strncmp(person->language, "ja", 2) == 0;
    uint32_t turn = person->names++;
    for (uint32_t i = 0; i < SAMPLES; i++) {
        const char *text = ja ? japanese[(turn + i) % SAMPLES] : latin[(turn + i) % SAMPLES];
        text = q->type == QUESTION_KANA ? katakana[(turn + i) % 2] : text;
        (void)snprintf(out, ENTERED_MAX, "%s", text);
        if (interview_answer(interview, text, FACT_ORIGIN_PERSON, verdict) == 0) {
            return 0;
        }
    }
    return -1;
}

/* A free time of what came from the city, from the day after tomorrow on. */
static bool
think_slot(struct person *person, const struct question *q, struct buf *out)
{
    enum { TWO_DAYS_S = 2 * 24 * 3600, TRIES = 400 };
    const struct app *app = person->stage->app;
    const struct live_table *table = live_table(app->live, q->live);
    const struct procedure_list *list = procedure_list(app->procedures, q->live);
    struct live_slot slot;
    size_t count = 0;
    while (table != NULL && live_slot_at(table, count, &slot) == 0) {
        count++;
    }
    for (int i = 0; count > 0 && i < TRIES; i++) {
        (void)live_slot_at(table, rng_seeded_below(&person->rng, (uint32_t)count), &slot);
        const struct procedure_entry *entry =
            list != NULL ? procedure_entry(list, slot.resource) : NULL;
        bool here = !q->within || (entry != NULL && entry->within != NULL &&
                                      strcmp(entry->within, q->within_value) == 0);
        if (here && slot.free > 0 &&
            slot.starts_at > clock_wall_s(&person->stage->clock) + TWO_DAYS_S) {
            (void)buf_printf(out, "%s/%s/%s", slot.resource, slot.date, slot.time);
            return true;
        }
    }
    return false;
}

static bool
think_place(struct person *person, const struct question *q, struct buf *out)
{
    if (q->map == NULL || q->map->count == 0) {
        return false;
    }
    const struct procedure_place *place =
        &q->map->places[rng_seeded_below(&person->rng, (uint32_t)q->map->count)];
    (void)buf_printf(out, "%s/%d,%d", q->map->id, place->x, place->y);
    return true;
}

/* A family of nine or ten tasks at once are no other visit, only a longer one. */
static bool
think_small(struct person *person, const struct question *q, struct buf *out)
{
    uint32_t chance = rng_seeded_below(&person->rng, 3);
    if (q->type == QUESTION_NUMBER && q->min <= 1 && q->max >= 2) {
        (void)buf_printf(out, "%u", q->min == 0 ? chance : 1 + chance % 2);
        return true;
    }
    if (q->tasks && q->choice_count > 2) {
        uint32_t one = rng_seeded_below(&person->rng, (uint32_t)q->choice_count);
        (void)buf_add_str(out, q->choices[one].value);
        return true;
    }
    if (q->type == QUESTION_SIGNATURE) { /* keys and ears can't sign */
        bool drawn = person->hands == HANDS_TREMOR && chance > 0;
        (void)buf_add_str(out, drawn ? "100,150 500,100;600,200 900,150" : "counter");
        return true;
    }
    return (q->type == QUESTION_SLOT && think_slot(person, q, out)) ||
           (q->type == QUESTION_PLACE && think_place(person, q, out));
}

/* One may leave it open, unless something is chosen for one already. */
static bool
may_be_open(const struct interview *interview)
{
    AUTO_BUF now;
    buf_init(&now, PROCEDURE_ANSWER_MAX);
    interview_answer_now(interview, &now);
    return now.len == 0;
}

static bool
answer_one(struct person *person, struct interview *interview)
{
    enum { TRIES = 40 };
    struct question q;
    struct interview_verdict verdict;
    char written[ENTERED_MAX] = "";
    if (interview_question(interview, &q) < 0) {
        return false;
    }
    bool by_hand = (q.type == QUESTION_TEXT || q.type == QUESTION_KANA) && !q.digits;
    /* words as they are before the answer moves the question on */
    if (by_hand && write_answer(person, interview, &q, &verdict, written) == 0) {
        remember(person, &q, written);
        return true;
    }
    bool open = may_be_open(interview);
    for (int i = 0; i < TRIES; i++) {
        AUTO_BUF answer;
        buf_init(&answer, PROCEDURE_ANSWER_MAX);
        bool small = i < TRIES / 2 && think_small(person, &q, &answer);
        if (!small) {
            buf_clear(&answer);
            if (interview_random_answer(interview, &person->rng, &answer) < 0) {
                return false;
            }
        }
        if (answer.len == 0 && !open) {
            continue;
        }
        size_t known = person->known_count;
        remember(person, &q, buf_str(&answer));
        if (interview_answer(interview, buf_str(&answer), FACT_ORIGIN_PERSON, &verdict) == 0) {
            return true;
        }
        person->known_count = known;
    }
    return false;
}

static void
learn_language(struct person *person)
{
    struct app *app = person->stage->app;
    for (int i = 0; i < SAID_COUNT; i++) {
        person_take(person, say(app, messages[i]), person->said[i]);
    }
    for (int n = 0; n <= PIN_DIGITS; n++) {
        char digit[2] = {(char)('0' + n), 0};
        AUTO_BUF text;
        buf_init(&text, 256);
        (void)i18n_format(app->i18n, &text, n > 0 ? "speech.digits" : "speech.no-digits", "n",
            digit, "total", "4", NULL);
        person_take(person, buf_str(&text), person->dots[n]);
    }
    (void)snprintf(person->own_name, sizeof(person->own_name), "%s", i18n_current(app->i18n)->name);
}

bool
person_door(const struct app *app, const char *service, struct procedure_door *ret_door)
{
    for (size_t i = 0; i < procedure_door_count(app->procedures); i++) {
        *ret_door = procedure_door_at(app->procedures, i);
        for (size_t j = 0; j < ret_door->hold_count; j++) {
            if (!ret_door->holds[j].page && strcmp(ret_door->holds[j].id, service) == 0) {
                return true;
            }
        }
    }
    return false;
}

/* How a pin at each landmark is told. */
static void
know_town(struct person *person)
{
    struct app *app = person->stage->app;
    person->landmark_count = 0;
    for (size_t m = 0; m < procedure_map_count(app->procedures); m++) {
        const struct procedure_map *map = procedure_map_at(app->procedures, m);
        for (size_t i = 0; i < map->count && person->landmark_count < TOWN_MAX; i++) {
            const struct procedure_place *place = &map->places[i];
            struct landmark *landmark = &person->town[person->landmark_count++];
            const char *name = words(app, &place->name);
            AUTO_BUF text;
            buf_init(&text, 1024);
            *landmark = (struct landmark){.map = map, .x = place->x, .y = place->y};
            (void)sayf(app, &text, "place.at", "name", name);
            person_take(person, buf_str(&text), landmark->at);
            buf_clear(&text);
            (void)sayf(app, &text, "place.near", "name", name);
            person_take(person, buf_str(&text), landmark->near);
        }
    }
}

static void
expect_results(struct person *person, const struct interview *interview)
{
    struct app *app = person->stage->app;
    struct interview_result result;
    person->result_count = 0;
    for (size_t i = 0; i < RESULTS_MAX && interview_result(interview, i, &result) == 0; i++) {
        const struct info_page *page =
            result.page != NULL ? info_page_find(app->info, result.page) : NULL;
        const struct procedure_words *title =
            result.title.source == NULL && page != NULL ? &page->title : &result.title;
        person_take(person, words(app, title), person->results[person->result_count++]);
    }
}

/* Once through the whole service. False when it came to nothing that the person wants. */
static bool
think_once(struct person *person, struct fact_set *facts, bool may_stop)
{
    enum { ANSWERS_MAX = 150 };
    struct app *app = person->stage->app;
    const struct procedure *procedure = procedure_find(app->procedures, person->service_id);
    struct procedure_info info = procedure_info(procedure);
    struct interview *interview = interview_new(procedure, facts, &person->stage->clock);
    struct procedure_stop stop;
    interview_refresh(interview);
    person->known_count = 0;
    person->names = 0;
    bool stopped = interview_stopped(interview, &stop);
    bool good = true;
    for (int i = 0;
         good && !stopped && i < ANSWERS_MAX && interview_at(interview) != INTERVIEW_CHECK; i++) {
        good = answer_one(person, interview);
        stopped = interview_stopped(interview, &stop);
    }
    good = good && (!stopped || may_stop);
    person->ending = stopped ? END_NOT_HERE : info.keeps ? END_RECORD : END_RESULTS;
    if (good && person->ending == END_RECORD) {
        good = interview_finish(interview, person->expected) == 0;
    } else if (good && person->ending == END_RESULTS) {
        good = interview_at(interview) == INTERVIEW_CHECK;
        expect_results(person, interview);
    }
    interview_free(interview);
    return good;
}

bool
person_think(struct person *person, const struct fact_set *card_facts)
{
    enum { TRIES = 40, MAY_STOP = 6 };
    struct app *app = person->stage->app;
    const struct procedure *procedure = procedure_find(app->procedures, person->service_id);
    struct procedure_info info = procedure_info(procedure);
    (void)i18n_use(app->i18n, person->language); /* from the list of languages */
    learn_language(person);
    know_town(person);
    person_take(person, words(app, &info.title), person->service);
    struct procedure_door door;
    if (person_door(app, person->service_id, &door)) {
        person_take(person, words(app, &door.title), person->door);
    } else {
        person->unsure = true;
    }
    person->card = person->card && !info.anonymous && info.kind != PROCEDURE_CHECK_IN && info.card;
    bool may_stop = rng_seeded_below(&person->rng, MAY_STOP) == 0;
    bool good = false;
    for (int t = 0; t < TRIES && !good; t++) {
        struct fact_set *facts = fact_set_new();
        for (size_t i = 0; person->card && i < fact_set_count(card_facts); i++) {
            const struct fact *fact = fact_set_at(card_facts, i);
            (void)fact_set_put(facts, fact->key, fact->value, FACT_ORIGIN_CARD, fact->at);
        }
        fact_set_free(person->expected);
        person->expected = fact_set_new();
        good = think_once(person, facts, may_stop);
        fact_set_free(facts);
    }
    (void)i18n_use(app->i18n, "ja");
    return good;
}

/* A stroke is never the same twice, and a finger meets a place as well as it can. */
bool
person_meant(const struct person *person, const char *key, const char *value)
{
    const struct procedure_map *map;
    int x;
    int y;
    for (size_t i = 0; i < person->known_count; i++) {
        const struct known *known = &person->known[i];
        if (strcmp(known->key, key) != 0) {
            continue;
        }
        if (known->type == QUESTION_SIGNATURE) {
            return known->choices[0][0] == 0 && value[0] != 0 && strcmp(value, "counter") != 0;
        }
        if (known->landmark != NULL &&
            procedure_place_parse(person->stage->app->procedures, value, &map, &x, &y)) {
            const struct procedure_place *near = procedure_place_near(map, x, y);
            return map == known->landmark->map && near->x == known->landmark->x &&
                   near->y == known->landmark->y;
        }
    }
    return false;
}

void
person_forget(struct person *person)
{
    fact_set_free(person->expected);
    person->expected = NULL;
}

static bool
asks_about(const struct page *page, const char *who)
{
    for (size_t i = 0; i < page->count; i++) {
        const struct thing *thing = &page->things[i];
        if ((thing->kind == THING_WORDS || thing->kind == THING_TITLE) &&
            strncmp(thing->words, who, strlen(who)) == 0) {
            return true;
        }
    }
    return false;
}

const struct known *
question_of(const struct person *person, const struct page *page)
{
    if (button(person, page, SAID_BEFORE) != NULL) {
        return person->question; /* further down the column: still the same one */
    }
    const struct known *found = NULL;
    size_t length = 0;
    for (size_t i = 0; i < person->known_count; i++) {
        const struct known *known = &person->known[i];
        size_t len = strlen(known->label) + 1; /* the longest is what is asked */
        if (len > length && titled(page, known->label) &&
            (known->who[0] == 0 || asks_about(page, known->who) ||
                asks_about(page, known->heard))) {
            found = known;
            length = len;
        }
    }
    return found;
}
