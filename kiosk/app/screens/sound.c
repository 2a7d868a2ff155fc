/* screens/sound.c - everything of reading aloud in one place: on and off, how loud, how fast, again, pause,
 * a black screen. An overlay: no answer is lost. Says so when a language has no voice. */
#include "app/app_priv.h"

#include <stdio.h>
#include <string.h>

#include "app/speak_priv.h"
#include "speech/speech.h"

enum { ROW_H = 250, TWO_ROWS_W = 2000, ROWS_MAX = 12, DETAIL_MAX = 256 };

struct rows {
    size_t count;
    struct ui_element all[ROWS_MAX];
    char loud[DETAIL_MAX], fast[DETAIL_MAX]; /* details with a number in them */
};

static void
add_button(struct app *app, struct rows *rows, const char *id, const char *message,
    const char *picture, const char *detail)
{
    rows->all[rows->count++] = (struct ui_element){.id = id,
        .role = UI_ROLE_BUTTON,
        .text = say(app, message),
        .detail = detail,
        .picture = picture,
        .tone = UI_TONE_SURFACE,
        .size = UI_SIZE_CHOICE,
        .bold = true,
        .align = UI_ALIGN_CENTRE};
}

static void
add_switch(struct app *app, struct rows *rows, const char *id, const char *message, bool on)
{
    rows->all[rows->count++] = (struct ui_element){.id = id,
        .role = UI_ROLE_CHECK,
        .text = say(app, message),
        .detail = say(app, on ? "access.on" : "access.off"),
        .tone = on ? UI_TONE_SOFT : UI_TONE_SURFACE,
        .state = on ? UI_STATE_CHOSEN : 0,
        .size = UI_SIZE_CHOICE,
        .bold = true};
}

/* A message with one number in it. */
static const char *
detail(struct app *app, char out[DETAIL_MAX], const char *message, int value)
{
    char number[16];
    (void)snprintf(number, sizeof(number), "%d", value);
    AUTO_BUF text;
    buf_init(&text, DETAIL_MAX - 1);
    (void)sayf(app, &text, message, "percent", number);
    (void)snprintf(out, DETAIL_MAX, "%s", buf_str(&text));
    return out;
}

static void
add_rows(struct app *app, struct rows *rows)
{
    add_switch(app, rows, "speech", "sound.speech", app->prefs.speech);
    if (!app->prefs.speech) {
        return;
    }
    int volume = speak_volume(app) * 100 / SPEECH_VOLUME_MAX;
    add_switch(app, rows, "black-screen", "sound.black", app->prefs.black_screen);
    const char *loud = detail(app, rows->loud, "sound.volume", volume);
    add_button(app, rows, "volume:down", "sound.quieter", "minus", loud);
    add_button(app, rows, "volume:up", "sound.louder", "plus", loud);
    const char *fast = detail(app, rows->fast, "sound.rate", speak_rate_percent(app));
    add_button(app, rows, "rate:down", "sound.slower", "minus", fast);
    add_button(app, rows, "rate:up", "sound.faster", "plus", fast);
    add_button(app, rows, "speech:repeat", "sound.repeat", "speaker", NULL);
    add_button(app, rows, "speech:pause", "sound.pause", "wait", NULL);
    add_switch(app, rows, "personal-aloud", "sound.personal", app->prefs.personal_aloud);
}

static void
build(struct app *app)
{
    struct flow flow = page_begin(app, say(app, "bar.speak"), "bar.back");
    page_title(app, &flow, say(app, "sound.title"));
    if (!speak_can(app)) {
        flow_text(app, &flow, say(app, "sound.no-voice"), UI_ROLE_NOTICE, UI_SIZE_BODY,
            UI_TONE_CARE, true, 0);
        return;
    }
    struct rows rows = {0};
    add_rows(app, &rows);
    struct grid grid = {.count = rows.count,
        .columns = ui_text_size(app->ui) > UI_TEXT_NORMAL || flow.w < TWO_ROWS_W ? 1 : 2,
        .height = ROW_H};
    flow_elements(app, &flow, grid, rows.all);
}

static void
tap(struct app *app, const char *id)
{
    if (strcmp(id, "back") == 0) { /* its other buttons mean the same on every page: speak_tap */
        app_return(app);
    }
}

const struct screen screen_sound = {.name = "sound", .build = build, .tap = tap};
