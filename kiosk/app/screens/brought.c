/* screens/brought.c - what became of a code that was brought from home: read, one of several, past its days, or none of this
 * city's. From each one can go on as everybody does. */
#include "app/app_priv.h"

#include <string.h>

static void
build(struct app *app)
{
    static const struct {
        const char *title, *text, *picture;
    } pages[] = {[BROUGHT_READ] = {"brought.read", "brought.read-text", "check-round"},
        [BROUGHT_MORE] = {"brought.more", "brought.more-text", "phone"},
        [BROUGHT_OLD] = {"brought.old", "brought.old-text", "calendar"},
        [BROUGHT_OTHER] = {"brought.other", "brought.other-text", "phone"}};
    enum brought word = app->visit.brought_word;
    struct flow flow = page_begin(app, NULL, "bar.back");
    struct flow left = page_picture(
        app, flow, pages[word].picture, word == BROUGHT_READ ? UI_TONE_DONE : UI_TONE_SOFT);
    page_title(app, &left, say(app, pages[word].title));
    const struct procedure *procedure =
        word == BROUGHT_READ ? procedure_find(app->procedures, brought_procedure(app)) : NULL;
    if (procedure != NULL) {
        struct procedure_info info = procedure_info(procedure);
        flow_text(app, &left, words(app, &info.title), UI_ROLE_TEXT, UI_SIZE_VALUE, UI_TONE_PAPER,
            true, 60);
    }
    flow_text(app, &left, say(app, pages[word].text), UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER,
        false, 60);
    if (word != BROUGHT_MORE) {
        page_main(app, "next", say(app, "bar.next"), 0);
    }
}

static void
tap(struct app *app, const char *id)
{
    bool on = strcmp(id, "next") == 0;
    if (on && app->visit.brought_word == BROUGHT_READ &&
        visit_choose(app, brought_procedure(app)) == 0) {
        return;
    }
    if (on || strcmp(id, "back") == 0) {
        app_go(app, &screen_home);
    }
}

const struct screen screen_brought = {.name = "brought", .build = build, .tap = tap};
