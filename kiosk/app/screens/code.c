/* screens/code.c - the record that was just accepted, to be carried by hand: its lean form (seal.h) as a code, a page each
 * when one does not hold it. Shown after the number while the line is away, or when the staff asked for it. The code is sealed: whoever
 * photographs it has nothing but what the city can open. */
#include "app/app_priv.h"

#include <stdio.h>
#include <string.h>

enum { CODE_SIDE = 1560 }; /* 125 modules of 1.2 mm: a telephone reads it from an arm's length */

/* What the code is for, and how many there are. */
static void
explain(struct app *app, struct flow flow, unsigned count)
{
    page_title(app, &flow, say(app, "code.title"));
    flow_text(
        app, &flow, say(app, "code.text"), UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER, false, GAP);
    if (count > 1) {
        AUTO_BUF all;
        buf_init(&all, 1024);
        char parts[16];
        (void)snprintf(parts, sizeof(parts), "%u", count);
        (void)sayf(app, &all, "code.parts", "parts", parts);
        flow_text(app, &flow, buf_str(&all), UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER, true, 0);
    }
}

static void
build(struct app *app)
{
    unsigned count = seal_code_count(app->visit.code_len);
    unsigned page = (unsigned)app->visit.page;
    unsigned shown = page < count ? page : count > 0 ? count - 1 : 0;
    AUTO_BUF digits;
    AUTO_BUF rows;
    buf_init(&digits, SEAL_CODE_DIGITS);
    buf_init(&rows, 64 * 1024);
    (void)seal_code_write(app->visit.code, app->visit.code_len, shown, &digits);
    qr_digits(buf_str(&digits), &rows);
    struct flow flow = page_begin_visit(app);
    struct ui_rect box = qr_place(app, &flow, CODE_SIDE);
    explain(app, flow, count);
    int words_end = app->flow_page;
    if (app->visit.page > words_end) { /* a further code: what it is for stands beside it again */
        app->flow_page = app->visit.page;
        explain(app, flow, count);
    }
    AUTO_BUF label;
    buf_init(&label, 1024);
    (void)buf_add_str(&label, say(app, "code.title"));
    if (count > 1) {
        (void)buf_printf(&label, " %u / %u", shown + 1, count);
    }
    qr_add(app, box, &rows, buf_str(&label), UI_STATE_PERSONAL);
    app->flow_page = words_end > (int)count - 1 ? words_end : (int)count - 1;
    page_main(app, "finish", say(app, "bar.finish"), 0);
}

static void
tap(struct app *app, const char *id)
{
    if (strcmp(id, "finish") == 0) {
        visit_finish(app);
    } else if (strcmp(id, "back") == 0) {
        app_go(app, &screen_accepted);
    }
}

const struct screen screen_code = {.name = "code", .build = build, .tap = tap};
