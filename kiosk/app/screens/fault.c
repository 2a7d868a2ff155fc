/* screens/fault.c - a page for each thing that can go wrong: what happened, what it means, what to do
 * next. No blame, no code. One table: a new fault is a new row and its words. */
#include "app/app_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"

static void build(struct app *app);
static void tap(struct app *app, const char *id);

enum fault_act {
    ACT_CARD_AGAIN = 1 << 0,
    ACT_NO_CARD = 1 << 1,
    ACT_CALL = 1 << 2,
    ACT_HOME = 1 << 3,
    ACT_RETRY_SUBMIT = 1 << 4,
    ACT_PIN_AGAIN = 1 << 5
};

#define FAULT_SCREEN(n)                                                                            \
    {                                                                                              \
        .name = (n), .build = build, .tap = tap                                                    \
    }

/* Words: "<name>.title", "<name>.text" (with {n} tries). */
static const struct fault {
    int error;
    struct screen screen;
    const char *title, *text, *picture;
    unsigned acts;
} faults[] = {
    {KERR_CARD_PIN_WRONG, FAULT_SCREEN("fault-pin-wrong"), "fault-pin-wrong.title",
        "fault-pin-wrong.text", "card", ACT_PIN_AGAIN | ACT_NO_CARD | ACT_CALL},
    {KERR_CARD_PIN_BLOCKED, FAULT_SCREEN("fault-pin-blocked"), "fault-pin-blocked.title",
        "fault-pin-blocked.text", "lock", ACT_NO_CARD | ACT_CALL},
    {KERR_CANCELLED, FAULT_SCREEN("pin-unknown"), "pin-unknown.title", "pin-unknown.text", "lock",
        ACT_NO_CARD | ACT_CALL | ACT_PIN_AGAIN},
    {KERR_CARD_REMOVED, FAULT_SCREEN("fault-card-removed"), "fault-card-removed.title",
        "fault-card-removed.text", "card-down", ACT_CARD_AGAIN | ACT_NO_CARD | ACT_CALL},
    {KERR_CARD_CHANGED, FAULT_SCREEN("fault-card-changed"), "fault-card-changed.title",
        "fault-card-changed.text", "card-down", ACT_CARD_AGAIN | ACT_NO_CARD | ACT_CALL},
    {KERR_CARD_UNKNOWN, FAULT_SCREEN("fault-card-unknown"), "fault-card-unknown.title",
        "fault-card-unknown.text", "card", ACT_CARD_AGAIN | ACT_NO_CARD | ACT_CALL},
    {KERR_CARD_UNRESPONSIVE, FAULT_SCREEN("fault-card-unresponsive"),
        "fault-card-unresponsive.title", "fault-card-unresponsive.text", "card-down",
        ACT_CARD_AGAIN | ACT_NO_CARD | ACT_CALL},
    {KERR_CARD_DATA, FAULT_SCREEN("fault-card-data"), "fault-card-data.title",
        "fault-card-data.text", "card", ACT_NO_CARD | ACT_CALL},
    {KERR_CARD_BUSY, FAULT_SCREEN("fault-card-busy"), "fault-card-busy.title",
        "fault-card-busy.text", "wait", ACT_CARD_AGAIN | ACT_NO_CARD | ACT_CALL},
    {KERR_CARD_TIMEOUT, FAULT_SCREEN("fault-card-timeout"), "fault-card-timeout.title",
        "fault-card-timeout.text", "wait", ACT_CARD_AGAIN | ACT_NO_CARD | ACT_CALL},
    {KERR_CARD_NO_READER, FAULT_SCREEN("fault-no-reader"), "fault-no-reader.title",
        "fault-no-reader.text", "reader", ACT_NO_CARD | ACT_CALL},
    {KERR_CARD_NO_SERVICE, FAULT_SCREEN("fault-no-reader"), "fault-no-reader.title",
        "fault-no-reader.text", "reader", ACT_NO_CARD | ACT_CALL},
    {KERR_CARD_COMM, FAULT_SCREEN("fault-card"), "fault-card.title", "fault-card.text", "card-down",
        ACT_CARD_AGAIN | ACT_NO_CARD | ACT_CALL},
    {KERR_NO_SPACE, FAULT_SCREEN("fault-full"), "fault-full.title", "fault-full.text", "people",
        ACT_RETRY_SUBMIT | ACT_CALL | ACT_HOME},
    {KERR_STORE, FAULT_SCREEN("fault-closed"), "fault-closed.title", "fault-closed.text", "people",
        ACT_CALL | ACT_HOME},
    /* last: whatever else keeps a record from being stored */
    {KERR_IO, FAULT_SCREEN("fault-not-accepted"), "fault-not-accepted.title",
        "fault-not-accepted.text", "people", ACT_RETRY_SUBMIT | ACT_CALL | ACT_HOME},
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
    page_title(app, &left, say(app, fault->title));
    char tries[16];
    (void)snprintf(tries, sizeof(tries), "%d", app->card_tries < 0 ? 0 : app->card_tries);
    AUTO_BUF text;
    buf_init(&text, 1024);
    (void)sayf(app, &text, fault->text, "n", tries);
    flow_text(app, &left, buf_str(&text), UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER, false, 70);
    if ((fault->acts & ACT_NO_CARD) != 0) {
        flow_door(
            app, &left, "no-card", "document", say(app, "card.without"), say(app, "fault.kept"));
    }
    if ((fault->acts & ACT_CALL) != 0) {
        flow_door(app, &left, "call", "people", say(app, "fault.call"),
            say(app, (fault->acts & ACT_PIN_AGAIN) != 0 || fault->error == KERR_CARD_PIN_BLOCKED
                         ? "fault.call-pin"
                         : "fault.call-detail"));
    }
    if ((fault->acts & ACT_HOME) != 0) {
        flow_door(
            app, &left, "home", "house", say(app, "fault.home"), say(app, "fault.home-detail"));
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
    } else if (strcmp(id, "home") == 0) {
        app_go(app, &screen_home);
    } else if (strcmp(id, "next") == 0) {
        /* the card page looks at the card again: tries are shown fresh, the last one is confirmed */
        app_go(app, (fault->acts & ACT_RETRY_SUBMIT) != 0 ? &screen_check : &screen_card);
    } else if (strcmp(id, "back") == 0) {
        app_go(app, (fault->acts & ACT_RETRY_SUBMIT) != 0 ? &screen_check : &screen_explain);
    }
}
