/* screens/keys.c - trying the keys: whatever key or switch is pressed says what it is for and does nothing else.
 * The same one twice in a row leads back, so that any single key is enough. An overlay of the page access. */
#include "app/app_priv.h"

#include <stdio.h>
#include <string.h>

enum { SIGN = 700 };

/* What an act is called, in words that the pages use for it anyway. */
static const struct {
    const char *act, *message, *picture;
} acts[] = {
    {"up", "keys.up", "arrow-up"},
    {"down", "keys.down", "arrow-down"},
    {"left", "keys.left", "arrow-left"},
    {"right", "keys.right", "arrow-right"},
    {"next", "keys.move", "arrow-right"},
    {"previous", "keys.move", "arrow-left"},
    {"select", "keys.select", "check"},
    {"switch-1", "keys.move", "arrow-right"},
    {"switch-2", "keys.select", "check"},
    {"main", "bar.next", "arrow-right"},
    {"back", "bar.back", "arrow-left"},
    {"delete", "key.delete", "cross"},
    {"volume-up", "sound.louder", "speaker"},
    {"volume-down", "sound.quieter", "speaker"},
    {"rate-up", "sound.faster", "speaker"},
    {"rate-down", "sound.slower", "speaker"},
    {"pause", "sound.pause", "speaker"},
    {"repeat", "sound.repeat", "speaker"},
    {"light", "sound.black", "speaker"},
    {"tap:help", "bar.help", "help"},
    {"tap:speak", "bar.speak", "speaker"},
    {"tap:page:next", "list.more", "arrow-down"},
    {"tap:page:back", "list.before", "arrow-up"},
};

static void
enter(struct app *app)
{
    explicit_bzero(app->visit.tried, sizeof(app->visit.tried));
}

static void
build(struct app *app)
{
    struct flow flow = page_begin(app, say(app, "bar.access"), "bar.back");
    page_title(app, &flow, say(app, "keys.title"));
    flow_text(
        app, &flow, say(app, "keys.text"), UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER, false, 100);
    for (size_t i = 0; i < ARRAY_LEN(acts); i++) {
        if (strcmp(app->visit.tried, acts[i].act) != 0) {
            continue;
        }
        struct ui_element sign = {.role = UI_ROLE_NOTICE,
            .rect = rect(flow.x, 0, flow.w, 0),
            .text = say(app, acts[i].message),
            .picture = acts[i].picture,
            .tone = UI_TONE_DONE,
            .size = UI_SIZE_TITLE,
            .bold = true};
        flow_element(app, &flow, &sign, SIGN);
    }
}

static void
leave(struct app *app)
{
    app_over(app, &screen_access);
}

static void
tap(struct app *app, const char *id)
{
    if (strcmp(id, "back") == 0) {
        leave(app);
    }
}

static void
key(struct app *app, const char *act)
{
    if (strcmp(app->visit.tried, act) == 0) {
        leave(app);
        return;
    }
    (void)snprintf(app->visit.tried, sizeof(app->visit.tried), "%s", act);
}

const struct screen screen_keys = {
    .name = "keys", .build = build, .tap = tap, .enter = enter, .key = key};
