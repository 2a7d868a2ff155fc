/* screens/fault.c - a page for each thing that can go wrong: what happened, what it means, what to do
 * next. No blame, no code. One table: a new fault is a new row and its words. */
#include "app/app_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"

static void build(struct app *app);
static void tap(struct app *app, const char *id);

enum { FAULT_ID_MAX = 64 };

enum fault_act {
    ACT_CARD_AGAIN = 1 << 0,
    ACT_NO_CARD = 1 << 1,
    ACT_CALL = 1 << 2,
    ACT_OTHER = 1 << 3, /* another service */
    ACT_RETRY_SUBMIT = 1 << 4,
    ACT_PIN_AGAIN = 1 << 5
};

/* Three ways on from each: the page's main act, doors, and back. */
enum fault_ways {
    AGAIN_WITH_PIN = ACT_PIN_AGAIN | ACT_NO_CARD | ACT_CALL,
    AGAIN_WITH_CARD = ACT_CARD_AGAIN | ACT_NO_CARD | ACT_CALL,
    WITHOUT_CARD = ACT_NO_CARD | ACT_CALL,
    AGAIN_APPLY = ACT_RETRY_SUBMIT | ACT_CALL | ACT_OTHER,
    ELSEWHERE = ACT_CALL | ACT_OTHER
};

#define PAGE(n)                                                                                    \
    {                                                                                              \
        .name = (n), .build = build, .tap = tap                                                    \
    }

/* Words: "<name>.title", "<name>.text" (with {n} tries). A picture belongs to one page only. */
static const struct fault {
    int error;
    struct screen screen;
    const char *picture;
    unsigned acts;
} faults[] = {
    {KERR_CARD_PIN_WRONG, PAGE("fault-pin-wrong"), "number-keypad", AGAIN_WITH_PIN},
    {KERR_CARD_PIN_BLOCKED, PAGE("fault-pin-blocked"), "lock", WITHOUT_CARD},
    {KERR_CANCELLED, PAGE("pin-unknown"), "question", AGAIN_WITH_PIN},
    {KERR_CARD_PIN_LAST_TRY, PAGE("fault-pin-last"), "one-left", AGAIN_WITH_PIN},
    {KERR_CARD_PIN_FORM, PAGE("fault-pin-form"), "four-digits", AGAIN_WITH_PIN},
    {KERR_LOCKED_MEMORY, PAGE("fault-pin-safe"), "safe", AGAIN_WITH_CARD},
    {KERR_CARD_REMOVED, PAGE("fault-card-removed"), "card-up", AGAIN_WITH_CARD},
    {KERR_CARD_CHANGED, PAGE("fault-card-changed"), "card-changed", AGAIN_WITH_CARD},
    {KERR_CARD_UNKNOWN, PAGE("fault-card-unknown"), "card-question", AGAIN_WITH_CARD},
    {KERR_CARD_UNRESPONSIVE, PAGE("fault-card-unresponsive"), "card-stack", AGAIN_WITH_CARD},
    {KERR_CARD_DATA, PAGE("fault-card-data"), "card-letters", WITHOUT_CARD},
    {KERR_CARD_BUSY, PAGE("fault-card-busy"), "reader-busy", AGAIN_WITH_CARD},
    {KERR_CARD_TIMEOUT, PAGE("fault-card-timeout"), "clock", AGAIN_WITH_CARD},
    {KERR_CARD_STATUS, PAGE("fault-card-answer"), "card-waves", AGAIN_WITH_CARD},
    {KERR_CARD_REFUSED, PAGE("fault-card-refused"), "shield", WITHOUT_CARD},
    {KERR_CARD_NO_READER, PAGE("fault-no-reader"), "reader", WITHOUT_CARD},
    {KERR_CARD_NO_SERVICE, PAGE("fault-card-service"), "plug", WITHOUT_CARD},
    {KERR_CARD_COMM, PAGE("fault-card"), "card-down", AGAIN_WITH_CARD},
    {KERR_STATE, PAGE("fault-moment"), "wait", AGAIN_WITH_CARD},
    {KERR_NO_SPACE, PAGE("fault-full"), "box-full", AGAIN_APPLY},
    {KERR_BUSY, PAGE("fault-storing"), "box-busy", AGAIN_APPLY},
    {KERR_NO_MEMORY, PAGE("fault-memory"), "gauge", AGAIN_APPLY},
    {KERR_TOO_BIG, PAGE("fault-too-much"), "pile", AGAIN_APPLY},
    {KERR_INVALID, PAGE("fault-form"), "document", AGAIN_APPLY},
    {KERR_CONFLICT, PAGE("fault-twice"), "two-documents", AGAIN_APPLY},
    {KERR_SEAL_CRYPTO, PAGE("fault-seal"), "envelope", AGAIN_APPLY},
    {KERR_SEAL_KEY, PAGE("fault-seal-key"), "key", ELSEWHERE},
    {KERR_STORE, PAGE("fault-closed"), "shutter", ELSEWHERE},
    {KERR_STORE_CORRUPT, PAGE("fault-store-damaged"), "box-open", ELSEWHERE},
    {KERR_STORE_READ_ONLY, PAGE("fault-store-locked"), "box-locked", ELSEWHERE},
    {KERR_STORE_VERSION, PAGE("fault-store-newer"), "versions", ELSEWHERE},
    {KERR_NOT_FOUND, PAGE("fault-not-here"), "signpost", ELSEWHERE},
    {KERR_PROCEDURE_FILE, PAGE("fault-services"), "book", ELSEWHERE},
    /* last: whatever else keeps a record from being stored */
    {KERR_IO, PAGE("fault-not-accepted"), "tray", AGAIN_APPLY},
};

static const struct fault *
fault_of(int error)
{
    for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
        if (faults[i].error == error) {
            return &faults[i];
        }
    }
    /* the card's other errors (100..199) share one page, all others keep a record from being stored */
    if (error <= -100 && error > -200) {
        return fault_of(KERR_CARD_COMM);
    }
    return &faults[ARRAY_LEN(faults) - 1];
}

const struct screen *
fault_screen(int error)
{
    /* a wrong PIN that used up the last try is a blocked card */
    return &fault_of(error)->screen;
}

static const struct fault *
shown(const struct app *app)
{
    return fault_of(app->visit.fault);
}

static void
build(struct app *app)
{
    const struct fault *fault = shown(app);
    struct flow flow = page_begin_visit(app);
    struct flow left = page_picture(app, flow, fault->picture, UI_TONE_CARE);
    char id[FAULT_ID_MAX];
    (void)snprintf(id, sizeof(id), "%s.title", fault->screen.name);
    page_title(app, &left, say(app, id));
    char tries[16];
    (void)snprintf(tries, sizeof(tries), "%d", app->card_tries < 0 ? 0 : app->card_tries);
    AUTO_BUF text;
    buf_init(&text, 1024);
    (void)snprintf(id, sizeof(id), "%s.text", fault->screen.name);
    (void)sayf(app, &text, id, "n", tries);
    flow_text(app, &left, buf_str(&text), UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER, false, 70);
    if ((fault->acts & ACT_NO_CARD) != 0) {
        flow_door(
            app, &left, "no-card", "document", say(app, "card.without"), say(app, "fault.kept"));
    }
    if ((fault->acts & ACT_CALL) != 0) {
        flow_door(app, &left, "call", "bell", say(app, "fault.call"),
            say(app, (fault->acts & ACT_PIN_AGAIN) != 0 || fault->error == KERR_CARD_PIN_BLOCKED
                         ? "fault.call-pin"
                         : "fault.call-detail"));
    }
    if ((fault->acts & ACT_OTHER) != 0) {
        flow_door(
            app, &left, "other", "house", say(app, "fault.home"), say(app, "fault.home-detail"));
    }
    if ((fault->acts & ACT_PIN_AGAIN) != 0) {
        page_main(app, "next",
            say(app, app->card_tries == 1 ? "fault.pin-once-more" : "fault.pin-again"), 0);
    } else if ((fault->acts & ACT_CARD_AGAIN) != 0) {
        page_main(app, "next", say(app, "fault.card-again"), 0);
    } else if ((fault->acts & ACT_RETRY_SUBMIT) != 0) {
        page_main(app, "next", say(app, "fault.submit-again"), 0);
    }
}

static void
tap(struct app *app, const char *id)
{
    const struct fault *fault = shown(app);
    if (strcmp(id, "no-card") == 0) {
        app->visit.card_declined = true;
        visit_show_interview(app);
    } else if (strcmp(id, "call") == 0) {
        app_over(app, &screen_call);
    } else if (strcmp(id, "other") == 0) {
        app_go(app, &screen_home);
    } else if (strcmp(id, "next") == 0) {
        /* the card page looks at the card again: tries are shown fresh, the last one is confirmed */
        app_go(app, (fault->acts & ACT_RETRY_SUBMIT) != 0 ? &screen_check : &screen_card);
    } else if (strcmp(id, "back") == 0) {
        app_go(app, (fault->acts & ACT_RETRY_SUBMIT) != 0 ? &screen_check : &screen_explain);
    }
}
