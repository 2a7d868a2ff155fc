/* app/pause.c - the visits that pause: each sealed under its number, in memory alone, bounded in count and bytes, with an
 * end. Who tries numbers soon has to wait. Nothing of them is ever written to a disk. */
#include "app_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "base/rng.h"

enum {
    KEEP_S = 30 * 60, /* research "ux" section 8 row 42 */
    LEAST_S = 3 * 60, /* before closing it isn't worth it */
    DAY_MIN = 24 * 60,
    FREE_TRIES = 5,
    SHOWN_MS = 60 * 60 * 1000,
    LOCK_MS = 5 * 60 * 1000,
    FORGIVE_MS = 10 * 60 * 1000, /* a wrong number is forgotten, one each time */
    NUMBERS = 100000000,
    DRAFT_BYTES_MAX = SEAL_DRAFT_MAX + 8 * 1024
};

static const char CODE_WORD[] = "MADOGUCHIP"; /* letters and digits are the same on every scanner */

/* "17:15" as minutes of the day; "no" or nonsense: -1. */
static int
minutes_of(const char *text)
{
    int hours = 0;
    int minutes = 0;
    char end = 0;
    bool time = sscanf(text, "%2d:%2d%c", &hours, &minutes, &end) == 2 && hours >= 0 &&
                hours < 24 && minutes >= 0 && minutes < 60;
    return time ? hours * 60 + minutes : -1;
}

void
pause_open(struct app *app)
{
    struct pause *pause = &app->pause;
    uint8_t salt[SEAL_DRAFT_SALT_LEN];
    pause->keep_s = (int)conf_int(app->conf, "pause-s", 0, KEEP_S, KEEP_S);
    pause->closes_min = minutes_of(conf_str(app->conf, "closes", "17:15"));
    int r = secret_new(&pause->salt);
    rng_fill(salt, sizeof(salt));
    for (size_t i = 0; r == 0 && i < sizeof(salt); i++) {
        r = secret_push(pause->salt, salt[i]);
    }
    explicit_bzero(salt, sizeof(salt));
    if (r < 0) {
        LOG(LOG_ERROR, "pause.memory", LOG_ERR(r)); /* nobody can pause; all else goes on */
        secret_free(pause->salt);
        pause->salt = NULL;
    }
}

static void
drop(struct draft *draft)
{
    buf_release(&draft->bytes);
    explicit_bzero(draft, sizeof(*draft));
}

void
pause_close(struct app *app)
{
    for (size_t i = 0; i < PAUSE_DRAFTS_MAX; i++) {
        drop(&app->pause.drafts[i]);
    }
    secret_free(app->pause.salt);
    app->pause.salt = NULL;
}

static bool
is_over(const struct app *app, const struct draft *draft)
{
    return clock_mono_ms(app->clock) >= draft->until_ms ||
           clock_wall_s(app->clock) >= draft->until_s;
}

/* Only time makes wrong numbers forgotten. A right one doesn't: who has a ticket of his own could try four others before each
 * time that it is taken up. */
static void
forgive(struct app *app)
{
    struct pause *pause = &app->pause;
    int64_t now = clock_mono_ms(app->clock);
    while (pause->wrong > 0 && now - pause->wrong_ms >= FORGIVE_MS) {
        pause->wrong--;
        pause->wrong_ms += FORGIVE_MS;
    }
}

void
pause_watch(struct app *app)
{
    forgive(app);
    for (size_t i = 0; i < PAUSE_DRAFTS_MAX; i++) {
        struct draft *draft = &app->pause.drafts[i];
        if (draft->bytes.max > 0 && is_over(app, draft)) {
            drop(draft);
            LOG(LOG_INFO, "pause.over", LOG_INT("place", (int64_t)i));
        }
    }
}

bool
pause_any(const struct app *app)
{
    if (app->pause.last_ms != 0 && clock_mono_ms(app->clock) - app->pause.last_ms < SHOWN_MS) {
        return true;
    }
    for (size_t i = 0; i < PAUSE_DRAFTS_MAX; i++) {
        if (app->pause.drafts[i].bytes.max > 0 && !is_over(app, &app->pause.drafts[i])) {
            return true;
        }
    }
    return false;
}

/* How long a draft that is made now is kept: until closing at most. */
static int
keep_s(const struct app *app)
{
    int64_t now = clock_wall_s(app->clock);
    struct clock_date date = clock_japan(now);
    int left = app->pause.keep_s;
    if (app->pause.closes_min >= 0) {
        int minutes = (app->pause.closes_min - date.hour * 60 - date.minute + DAY_MIN) % DAY_MIN;
        int closes = minutes * 60 - (int)(now % 60);
        closes = closes > 0 ? closes : 0; /* within the very minute */
        left = closes < left ? closes : left;
    }
    return left;
}

static struct draft *
free_place(struct app *app)
{
    for (size_t i = 0; i < PAUSE_DRAFTS_MAX; i++) {
        if (app->pause.drafts[i].bytes.max == 0) {
            return &app->pause.drafts[i];
        }
    }
    return NULL;
}

static struct draft *
find(struct app *app, const uint8_t name[SEAL_DRAFT_NAME_LEN])
{
    for (size_t i = 0; i < PAUSE_DRAFTS_MAX; i++) {
        struct draft *draft = &app->pause.drafts[i];
        if (draft->bytes.max > 0 && memcmp(draft->name, name, SEAL_DRAFT_NAME_LEN) == 0) {
            return draft;
        }
    }
    return NULL;
}

bool
pause_keeps(const struct fact *fact)
{
    return fact->origin != FACT_ORIGIN_CARD && fact->origin != FACT_ORIGIN_DERIVED;
}

/* Did the visitor answer anything that would be lost? */
static bool
has_answers(const struct fact_set *facts)
{
    for (size_t i = 0; i < fact_set_count(facts); i++) {
        if (pause_keeps(fact_set_at(facts, i))) {
            return true;
        }
    }
    return false;
}

bool
pause_offered(const struct app *app)
{
    const struct visit *visit = &app->visit;
    const struct screen *page = app_page(app);
    if (app->pause.salt == NULL || app->prefs.practice || visit->interview == NULL ||
        page == &screen_accepted || page == &screen_code || page == &screen_submitting ||
        procedure_info(visit->procedure).kind == PROCEDURE_CHECK_IN) {
        return false;
    }
    return keep_s(app) >= LEAST_S && (has_answers(visit->facts) || has_answers(visit->apart));
}

/* Eight digits by chance, none more likely than another. */
static void
number_make(char out[SEAL_DRAFT_NUMBER_LEN])
{
    uint32_t chance;
    do {
        rng_fill(&chance, sizeof(chance));
    } while (chance >= UINT32_MAX / NUMBERS * NUMBERS);
    (void)snprintf(out, SEAL_DRAFT_NUMBER_LEN, "%08u", (unsigned)(chance % NUMBERS));
    explicit_bzero(&chance, sizeof(chance));
}

static int
key_of(const struct app *app, const char *number, struct seal_draft_key *ret_key)
{
    return seal_draft_key(number, secret_bytes(app->pause.salt), ret_key);
}

/* Seals the visit into a free place, under a number that no other has. */
static int
keep(struct app *app, struct draft *place, char number[SEAL_DRAFT_NUMBER_LEN])
{
    struct seal_draft_key key;
    AUTO_BUF plain;
    buf_init(&plain, SEAL_DRAFT_MAX);
    int r = draft_write(app, &plain);
    do {
        number_make(number);
        r = r == 0 ? key_of(app, number, &key) : r;
    } while (r == 0 && find(app, key.name) != NULL);
    if (r == 0) {
        buf_init(&place->bytes, DRAFT_BYTES_MAX);
        memcpy(place->name, key.name, sizeof(place->name));
        r = seal_draft_close(&key, plain.data, plain.len, &place->bytes);
    }
    explicit_bzero(&key, sizeof(key));
    if (r < 0) {
        drop(place);
    }
    return r;
}

int
pause_visit(struct app *app)
{
    char number[SEAL_DRAFT_NUMBER_LEN] = "";
    pause_watch(app);
    struct draft *place = free_place(app);
    int seconds = keep_s(app);
    pause_find_place(app); /* it paused before, and goes again before its card came */
    int r = place == NULL ? KERR_BUSY : !pause_offered(app) ? KERR_STATE : keep(app, place, number);
    if (r == 0) {
        int64_t until_s = clock_wall_s(app->clock) + seconds;
        place->until_ms = clock_mono_ms(app->clock) + (int64_t)seconds * 1000;
        place->until_s = until_s;
        app->pause.last_ms = clock_mono_ms(app->clock);
        bool card = app->visit.card_used || app->visit.card_looked;
        visit_forget(app);
        app->visit.card_again = card;
        app->visit.open = true; /* language and looks stay while the number is shown */
        app->visit.until_s = until_s;
        memcpy(app->visit.number, number, sizeof(app->visit.number));
        ui_wipe(app->ui);
    }
    LOG(r < 0 ? LOG_WARN : LOG_INFO, "pause", LOG_ERR(r));
    explicit_bzero(number, sizeof(number));
    secret_wipe_stack();
    return r;
}

int64_t
pause_locked_s(const struct app *app)
{
    int64_t left = app->pause.locked_until_ms - clock_mono_ms(app->clock);
    return left > 0 ? (left + 999) / 1000 : 0;
}

int
pause_tries(const struct app *app)
{
    int left = FREE_TRIES - app->pause.wrong;
    return left > 0 ? left : 1;
}

/* Five free ones for all that wait together; then five minutes, and twice as long each time. */
static void
count_wrong(struct app *app)
{
    struct pause *pause = &app->pause;
    pause->wrong_ms = pause->wrong == 0 ? clock_mono_ms(app->clock) : pause->wrong_ms;
    pause->wrong++;
    LOG(LOG_WARN, "pause.wrong", LOG_INT("count", pause->wrong));
    if (pause->wrong >= FREE_TRIES) {
        int doublings = pause->wrong - FREE_TRIES;
        pause->locked_until_ms =
            clock_mono_ms(app->clock) + ((int64_t)LOCK_MS << (doublings > 6 ? 6 : doublings));
    }
}

/* Opens the draft and lets it go, whether its visit can go on or not. */
static int
open_draft(struct app *app, const struct seal_draft_key *key, struct draft *draft)
{
    AUTO_BUF plain;
    buf_init(&plain, SEAL_DRAFT_MAX);
    int r = seal_draft_open(key, draft->bytes.data, draft->bytes.len, &plain);
    drop(draft);
    if (r == 0) {
        visit_forget(app);
        visit_start(app);
        r = draft_read(app, &plain);
    }
    if (r < 0) { /* content has changed meanwhile: nothing of it may stay half */
        visit_forget(app);
        visit_start(app);
    }
    return r < 0 ? KERR_INVALID : 0;
}

int
pause_take_up(struct app *app, const char *number)
{
    struct seal_draft_key key;
    pause_watch(app);
    if (app->pause.salt == NULL) {
        return KERR_NOT_FOUND;
    }
    if (pause_locked_s(app) > 0) {
        return KERR_BUSY;
    }
    int r = key_of(app, number, &key);
    struct draft *draft = r == 0 ? find(app, key.name) : NULL;
    if (draft == NULL) {
        explicit_bzero(&key, sizeof(key));
        count_wrong(app);
        return KERR_NOT_FOUND;
    }
    r = open_draft(app, &key, draft);
    LOG(r < 0 ? LOG_WARN : LOG_INFO, "pause.taken-up", LOG_ERR(r));
    explicit_bzero(&key, sizeof(key));
    secret_wipe_stack();
    return r;
}

bool
pause_code_read(const char *text, char number[SEAL_DRAFT_NUMBER_LEN])
{
    size_t head = sizeof(CODE_WORD) - 1;
    if (strncmp(text, CODE_WORD, head) != 0 ||
        strspn(text + head, "0123456789") != SEAL_DRAFT_NUMBER_LEN - 1 ||
        strlen(text) != head + SEAL_DRAFT_NUMBER_LEN - 1) {
        return false;
    }
    memcpy(number, text + head, SEAL_DRAFT_NUMBER_LEN);
    return true;
}

void
pause_code_write(const char *number, char out[PAUSE_CODE_MAX])
{
    (void)snprintf(out, PAUSE_CODE_MAX, "%s%s", CODE_WORD, number);
}

void
resumed_clear(struct resumed *resumed)
{
    fact_set_free(resumed->asked);
    explicit_bzero(resumed, sizeof(*resumed));
}

void
pause_find_place(struct app *app)
{
    struct resumed *resumed = &app->visit.resumed;
    if (resumed->asked == NULL || app->visit.interview == NULL) {
        return;
    }
    interview_resume(app->visit.interview, resumed->asked);
    interview_stand(app->visit.interview, resumed->at);
    resumed_clear(resumed);
}
