/* screens/working.c - the two pages on which the machine works and the visitor waits a moment: reading
 * the card, and putting the record into the queue. The idle clock stands still. */
#include "app/app_priv.h"

static void
wait_page(struct app *app, const char *title, const char *text, const char *picture)
{
    struct flow flow = page_begin_visit(app);
    struct flow left = page_picture(app, flow, picture, UI_TONE_SOFT);
    page_title(app, &left, say(app, title));
    flow_text(app, &left, say(app, text), UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER, false, 60);
    page_main(app, "next", say(app, "working.wait"), UI_STATE_WAITING);
}

static void
reading_build(struct app *app)
{
    wait_page(app, "reading.title", "reading.text", "card");
}

static void
submitting_build(struct app *app)
{
    wait_page(app, "submitting.title", "submitting.text", "wait");
}

const struct screen screen_reading = {.name = "reading", .build = reading_build, .idle_held = true};
const struct screen screen_submitting = {
    .name = "submitting", .build = submitting_build, .idle_held = true};
