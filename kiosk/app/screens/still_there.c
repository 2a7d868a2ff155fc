/* screens/still_there.c - nobody touched the screen for a while. The page covers everything personal;
 * only its own large button goes on, since a touch elsewhere could be the next person's. When the
 * countdown ends, the visit is wiped. */
#include "app/app_priv.h"

#include <stdio.h>
#include <string.h>

static void
build(struct app *app)
{
    struct flow flow = page_begin(app, NULL, NULL);
    struct flow left = page_picture(app, flow, "clock", UI_TONE_CARE);
    page_title(app, &left, say(app, "still-there.title"));
    int64_t seconds = (app_idle_left_ms(app) + 999) / 1000;
    char number[24];
    (void)snprintf(number, sizeof(number), "%lld", (long long)(seconds < 0 ? 0 : seconds));
    AUTO_BUF text;
    buf_init(&text, 512);
    (void)sayf(app, &text,
        app_tells_seconds(app, seconds) ? "still-there.text" : "still-there.text-calm", "n",
        number);
    flow_text(app, &left, buf_str(&text), UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER, false, 60);
    page_left_button(app, "finish", say(app, "still-there.stop"), NULL);
    page_main(app, "next", say(app, "still-there.go-on"), 0);
}

static void
tap(struct app *app, const char *id)
{
    if (strcmp(id, "next") == 0) {
        app->touched_ms = clock_mono_ms(app->clock);
        app_return(app);
    } else if (strcmp(id, "finish") == 0) {
        visit_end(app);
    }
}

const struct screen screen_still_there = {
    .name = "still-there", .build = build, .tap = tap, .back = "next"};
