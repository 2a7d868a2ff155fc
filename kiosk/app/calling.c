/* app/calling.c - while the page "call" stands, the terminal's sync knows of it, by a file that it watches; what the city
 * answers stands in another one. The terminal itself has no network. Nothing of the visitor is in the file: the page, where on
 * it the call began, the time. Without a line nobody answers, and the page says what it always says. */
#include "app/app_priv.h"

#include <stdlib.h>
#include <string.h>

#include "app/speak_priv.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/rng.h"

enum { LOOK_MS = 500, FILE_MODE = 0600 };

static const uint64_t ID_BITS = (UINT64_C(1) << 53) - 1;

/* In one step, but not synced: whatever is lost in a power cut, nobody stands there any more, and no page may wait for a
 * disk. */
static int
write_file(const char *path, const struct call *call)
{
    AUTO_BUF text;
    buf_init(&text, CALL_TEXT_MAX);
    int r = call_write(call, &text);
    return r == 0 ? fs_write_quick(path, text.data, text.len, FILE_MODE) : r;
}

static void
say_so(const struct calling *calling, enum call_state state)
{
    struct call call = calling->call;
    call.state = state;
    int r = write_file(calling->path, &call);
    if (r < 0) {
        LOG(LOG_WARN, "call.file", LOG_ERR(r));
    }
}

void
calling_open(struct app *app)
{
    struct calling *calling = &app->calling;
    calling->path = conf_path(app->conf, "call", "call");
    calling->answer_path = conf_path(app->conf, "call-answer", "call-answer");
    /* a terminal that was cut off while somebody called: whoever that was is not called for any more */
    AUTO_BUF text;
    buf_init(&text, CALL_TEXT_MAX - 1);
    if (fs_read_regular(calling->path, &text) == 0 &&
        call_read(buf_str(&text), &calling->call) == 0 && calling->call.state == CALL_RINGS) {
        say_so(calling, CALL_OVER);
    }
}

void
calling_close(struct app *app)
{
    if (app->calling.is_open) {
        say_so(&app->calling, CALL_OVER);
    }
    free(app->calling.path);
    free(app->calling.answer_path);
}

void
calling_begin(struct app *app, const char *page, const char *reason)
{
    struct calling *calling = &app->calling;
    if (app->prefs.practice) {
        return; /* nothing of it is real */
    }
    calling->call = (struct call){.state = CALL_RINGS, .at = clock_wall_s(app->clock)};
    rng_fill(&calling->call.id, sizeof(calling->call.id));
    calling->call.id = (calling->call.id & ID_BITS) | 1; /* never 0 */
    memcpy(calling->call.page, page, strnlen(page, CALL_WORD_MAX - 1));
    memcpy(calling->call.reason, reason, strnlen(reason, CALL_WORD_MAX - 1));
    calling->visit = app->visit.serial;
    calling->is_open = true;
    calling->is_coming = false;
    calling->look_ms = clock_mono_ms(app->clock) + LOOK_MS;
    say_so(calling, CALL_RINGS);
}

/* Did the city say that somebody comes? */
static bool
is_answered(const struct calling *calling)
{
    enum call_state state = CALL_RINGS;
    uint64_t id = 0;
    AUTO_BUF text;
    buf_init(&text, CALL_TEXT_MAX - 1);
    return fs_read_regular(calling->answer_path, &text) == 0 &&
           call_answer_read(buf_str(&text), &id, &state) == 0 && id == calling->call.id &&
           state == CALL_COMING;
}

void
calling_watch(struct app *app)
{
    struct calling *calling = &app->calling;
    if (!calling->is_open) {
        return;
    }
    if (app->screen != &screen_call && app->beneath != &screen_call) {
        calling->is_open = false;
        calling->is_coming = false;
        say_so(calling, CALL_OVER);
        return;
    }
    int64_t now = clock_mono_ms(app->clock);
    if (calling->is_coming || now < calling->look_ms) {
        return;
    }
    calling->look_ms = now + LOOK_MS;
    calling->is_coming =
        is_answered(calling) && owner_lets_out(&app->owner, ARTEFACT_LIVE, calling->visit);
    if (calling->is_coming) {
        app->touched_ms = now; /* who comes needs a moment */
        if (app->screen == &screen_call) {
            app->entered++; /* other words: they are read anew */
            speak_chime(app, false);
        }
    }
}

int
calling_sleep_ms(const struct app *app)
{
    const struct calling *calling = &app->calling;
    if (!calling->is_open || calling->is_coming) {
        return -1;
    }
    int64_t left = calling->look_ms - clock_mono_ms(app->clock);
    return left < 0 ? 0 : (int)left;
}
