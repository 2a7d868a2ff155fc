/* program/kiosk.c - the terminal. Has no network library and no key that opens a record. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/app.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/version.h"

static int
usage(void)
{
    (void)fputs(
        "usage: kiosk [--play FILE] [--window] [--no-card] [--preview PROCEDURE] [--version]\n"
        "Settings come from $KIOSK_HOME/madoguchi.conf (kioskctl init makes it).\n",
        stderr);
    return 2;
}

static int
run(const struct app_options *options, const char *play)
{
    struct app *app;
    const char *what = "";
    int r = app_new(options, &app, &what);
    if (r < 0) {
        LOG(LOG_ERROR, "kiosk.start", LOG_ERR(r), LOG_ID("part", what));
        return 1;
    }
    int code = play != NULL ? app_play(app, play) : (app_run(app) < 0 ? 1 : 0);
    app_free(app);
    return code;
}

int
main(int argc, char **argv)
{
    secret_harden_process();
    const char *play = NULL;
    struct app_options options = {.clock = clock_system(), .fullscreen = true};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--play") == 0 && i + 1 < argc) {
            play = argv[++i];
        } else if (strcmp(argv[i], "--window") == 0) {
            options.fullscreen = false;
        } else if (strcmp(argv[i], "--no-card") == 0) {
            options.without_card = true;
        } else if (strcmp(argv[i], "--preview") == 0 && i + 1 < argc) {
            options.preview = argv[++i];
        } else if (strcmp(argv[i], "--version") == 0) {
            (void)puts("madoguchi " MADOGUCHI_VERSION);
            return 0;
        } else {
            return usage();
        }
    }
    struct conf *conf = NULL;
    int line = 0;
    int r = conf_load_home(&conf, &line);
    if (r < 0) {
        char *home = conf_home();
        (void)fprintf(stderr, "kiosk: %s/madoguchi.conf %s (line %d). `kioskctl init` makes one.\n",
            home, r == KERR_NOT_FOUND ? "is missing" : "can't be used", line);
        free(home);
        return 1;
    }
    options.conf = conf;
    int code = run(&options, play);
    conf_free(conf);
    return code;
}
