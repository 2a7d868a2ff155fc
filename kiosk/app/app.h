/* app/app.h - the terminal: wires the rooms together, leads a visitor through the screens, submits.
 * The frame loop blocks on events; devices and the disk work in threads of their own and only wake it.
 *
 * Threads: everything here belongs to the thread that called app_new (the main thread: SDL's rule). */
#ifndef APP_APP_H
#define APP_APP_H

#include <stdbool.h>

#include "base/clock.h"
#include "base/conf.h"

struct app;

struct app_options {
    const struct conf *conf; /* borrowed, must outlive the app */
    const struct clock *clock; /* borrowed */
    bool fullscreen;
    bool without_card; /* no reader is looked for (tests of screens alone) */
    const char *preview; /* opens at this procedure, in practice mode; NULL: at the first page */
};

/* Opens everything that the terminal needs. On failure ret_what names the part in one literal word for
 * the log ("display", "fonts", "words", "procedures", "preview"). A queue or key that can't be opened is no
 * failure: the kiosk then informs, and says that it can't take applications now. */
int app_new(const struct app_options *options, struct app **ret_app, const char **ret_what);
void app_free(struct app *app); /* NULL is accepted */

/* Runs until the window is closed, a signal asks, or staff end it. 0, or an error that ended it. */
int app_run(struct app *app);

/* Plays a script (kiosk/app/README.md) and returns 0 when every step held; else 1 after a message on
 * stderr with file, line and what was on the screen. */
int app_play(struct app *app, const char *path);

#endif
