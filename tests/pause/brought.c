/* pause/brought.c - answers from home and a card that says otherwise, whichever comes first, and with a pause between: the card
 * counts, the visitor is told which ones on the page of all answers, and the record says where each came from. */
#include "pause/pause.h"

#include <string.h>

#include "base/buf.h"

enum { MADE = 1795305600, CARD_FACTS = 4, ANSWERS_MAX = 100 };

static const char *const keys[CARD_FACTS] = {
    "applicant.name", "applicant.address", "applicant.birth", "applicant.sex"};
static const char *const home[CARD_FACTS] = {
    "べつの　ひと", "べつの町１番地", "1999-12-31", "male"};

static void
add_text(struct buf *bytes, const char *text, bool wide)
{
    size_t len = strlen(text);
    if (wide) {
        (void)buf_add_byte(bytes, (uint8_t)(len >> 8));
    }
    (void)buf_add_byte(bytes, (uint8_t)len);
    (void)buf_add_str(bytes, text);
}

static void
add_answer(struct buf *bytes, const char *key, const char *value)
{
    unsigned entry = 0;
    uint32_t hash = pre_entry_key_hash(key, &entry);
    (void)buf_add_byte(bytes, (uint8_t)(hash >> 16));
    (void)buf_add_byte(bytes, (uint8_t)(hash >> 8));
    (void)buf_add_byte(bytes, (uint8_t)hash);
    (void)buf_add_byte(bytes, (uint8_t)entry);
    add_text(bytes, value, true);
}

/* As a scan of such a code leaves it: all that a card tells, the same or not, and who it is for. */
static void
bring(bool differs)
{
    const struct fact_set *facts = stage.app->visit.facts;
    AUTO_BUF bytes;
    buf_init(&bytes, 2048);
    (void)buf_add_byte(&bytes, 1);
    for (int shift = 24; shift >= 0; shift -= 8) {
        (void)buf_add_byte(&bytes, (uint8_t)((uint32_t)MADE >> shift));
    }
    add_text(&bytes, "resident-record", false);
    add_text(&bytes, "ja", false);
    for (size_t i = 0; i < CARD_FACTS; i++) {
        const char *card = fact_set_value(facts, keys[i]);
        add_answer(&bytes, keys[i], differs || card == NULL ? home[i] : card);
    }
    add_answer(&bytes, "resident-record.whose", "member");
    pre_entry_free(stage.app->visit.brought);
    must(pre_entry_read(bytes.data, bytes.len, &stage.app->visit.brought) == 0, "a code");
}

static void
choose(void)
{
    must(visit_choose(stage.app, "resident-record") == 0, "resident-record");
    visit_go_on(stage.app);
    stage_settle(&stage);
}

static void
answer_the_rest(void)
{
    struct interview *interview = stage.app->visit.interview;
    struct rng_seeded rng = {.state = 7};
    for (int i = 0; i < ANSWERS_MAX && interview_at(interview) == INTERVIEW_QUESTION; i++) {
        AUTO_BUF text;
        struct interview_verdict verdict = {0};
        buf_init(&text, PROCEDURE_ANSWER_MAX);
        must(interview_random_answer(interview, &rng, &text) == 0 &&
                 interview_answer(interview, buf_str(&text), FACT_ORIGIN_PERSON, &verdict) == 0,
            "an answer");
    }
    visit_show_interview(stage.app);
    stage_settle(&stage);
    must(stage.app->screen == &screen_check, "all answers");
}

static int
times_shown(const char *id)
{
    const char *words = i18n_text(stage.app->i18n, id);
    int times = 0;
    for (size_t i = 0; i < ui_count(stage.app->ui); i++) {
        const char *text = ui_at(stage.app->ui, i)->text;
        times += text != NULL && strcmp(text, words) == 0;
    }
    return times;
}

/* Through all pages of the answers; how many of them are told of as different. */
static int
read_answers(bool *ret_note)
{
    int otherwise = times_shown("check.otherwise");
    *ret_note = times_shown("check.card-counts") > 0;
    while (stage_shows(&stage, "read-on")) {
        tap("read-on");
        otherwise += times_shown("check.otherwise");
        *ret_note = *ret_note || times_shown("check.card-counts") > 0;
    }
    return otherwise;
}

/* The record: the card's words as the card's, the rest as the visitor's from home. */
static void
check_record(struct stage_city *city, bool code)
{
    struct record *record = NULL;
    tap("next");
    must(stage_leave(&stage, &screen_submitting) && stage.app->screen == &screen_accepted,
        "accepted");
    must(stage_city_take(city, &record) == 0, "a record");
    const struct fact_set *facts = record_facts(record);
    for (size_t i = 0; i < CARD_FACTS; i++) {
        const struct fact *fact = fact_set_get(facts, keys[i]);
        must(fact != NULL && fact->origin == FACT_ORIGIN_CARD && strcmp(fact->value, home[i]) != 0,
            keys[i]); /* the card's words */
    }
    const struct fact *whose = fact_set_get(facts, "resident-record.whose");
    bool as_brought = whose != NULL && whose->origin == FACT_ORIGIN_PRE_ENTRY &&
                      strcmp(whose->value, "member") == 0;
    must(!code || as_brought, "what the card can't tell is from home");
    record_free(record);
}

static void
check_told(struct stage_city *city, int differ, bool code)
{
    bool note = false;
    answer_the_rest();
    must(read_answers(&note) == differ && note == (differ > 0), "what differs is told, on its row");
    check_record(city, code);
}

static void
pause_and_go_on(void)
{
    char number[SEAL_DRAFT_NUMBER_LEN];
    tap("home");
    tap("pause");
    must(stage.app->screen == &screen_paused, "the number");
    memcpy(number, stage.app->visit.number, sizeof(number));
    tap("finish");
    must(pause_take_up(stage.app, number) == 0, "taken up");
    visit_go_on(stage.app);
    stage_settle(&stage);
}

void
brought_and_card(void)
{
    struct stage_city city;
    must(stage_city_open(&stage, &city), "the city");
    /* the code, then the card */
    stage_reset(&stage);
    visit_start(stage.app);
    bring(true);
    stage_card(&stage, true);
    choose();
    type_pin();
    check_told(&city, CARD_FACTS, true);
    /* the card, then the code; where it says the same nobody is troubled */
    for (int differs = 0; differs < 2; differs++) {
        stage_reset(&stage);
        stage_card(&stage, true);
        choose();
        type_pin();
        bring(differs == 1);
        choose();
        check_told(&city, differs * CARD_FACTS, true);
    }
    /* the code, and another procedure that took its name without a card; a pause; then the card */
    stage_reset(&stage);
    visit_start(stage.app);
    must(fact_set_put(stage.app->visit.facts, keys[0], home[0], FACT_ORIGIN_PRE_ENTRY, MADE) == 0 &&
             visit_choose(stage.app, "resident-record") == 0,
        "a name from home");
    visit_show_interview(stage.app);
    stage_settle(&stage);
    pause_and_go_on();
    stage_card(&stage, true);
    type_pin();
    check_told(&city, 1, false);
    stage_reset(&stage);
    stage_city_close(&city);
}
