/* ui/wedge.c - a scanner that types. What comes faster than fingers write, and long enough, is a scan: it is given as one
 * input, and no field, PIN or focus ever sees its characters. So each typed character waits GAP_MS for the next one. */
#include "ui/ui_priv.h"

#include <string.h>

#include "base/err.h"

enum {
    GAP_MS =
        50, /* scanners type a character in 1 to 20 ms; people, at their fastest, in 60 and more */
    SCAN_MIN = 8, /* fewer are let go as text: two keys at once, a stuck moment of the machine */
    RUN_MIN = 3 /* from so many on other keys belong to the scan too */
};

static bool
is_typed(const struct window_event *event)
{
    return event->type == WINDOW_TEXT && event->text[0] > ' ' && event->text[0] < 0x7f &&
           event->text[1] == 0;
}

/* What was held is no scan: as if it came now. */
static void
let_go(struct ui *ui)
{
    struct wedge *wedge = &ui->wedge;
    size_t len = wedge->len < SCAN_MIN ? wedge->len : 0;
    wedge->len = 0;
    for (size_t i = 0; i < len; i++) {
        struct window_event event = {.type = WINDOW_TEXT, .text = {wedge->text[i]}};
        hands_event(ui, &event);
        explicit_bzero(&event, sizeof(event));
    }
    explicit_bzero(wedge->text, sizeof(wedge->text));
}

static void
finish(struct ui *ui)
{
    struct wedge *wedge = &ui->wedge;
    if (wedge->len < SCAN_MIN) {
        let_go(ui);
        return;
    }
    bool fits = wedge->len < WEDGE_MAX;
    wedge->text[fits ? wedge->len : 0] = 0; /* a longer one is of nobody here: "" */
    wedge->len = 0;
    wedge->scanned = true;
    (void)ui_push(ui, UI_INPUT_SCAN, "", "", 0); /* a full queue: it can be held there again */
}

bool
wedge_event(struct ui *ui, const struct window_event *event)
{
    struct wedge *wedge = &ui->wedge;
    bool ends_key = event->key != NULL && event->type == WINDOW_KEY &&
                    (strcmp(event->key, "select") == 0 || strcmp(event->key, "main") == 0 ||
                        strcmp(event->key, "next") == 0);
    if (!ui->scanner || event->type == WINDOW_NONE) {
        return false;
    }
    if (is_typed(event)) {
        if (wedge->scanned) { /* the one before was looked at, or never will be */
            explicit_bzero(wedge, sizeof(*wedge));
        }
        if (wedge->len < WEDGE_MAX) {
            wedge->text[wedge->len++] = event->text[0];
        }
        wedge->last_ms = ui_now(ui);
        return true;
    }
    if (wedge->len >= RUN_MIN && event->type == WINDOW_KEY) {
        if (ends_key) {
            bool scan = wedge->len >= SCAN_MIN;
            finish(ui);
            return scan;
        }
        return true; /* a space, or a key that the scanner's layout means otherwise */
    }
    if (wedge->len > 0 && event->type != WINDOW_WAKE && event->type != WINDOW_EXPOSED) {
        finish(ui); /* before what comes after it */
    }
    return false;
}

void
wedge_tick(struct ui *ui)
{
    if (ui->wedge.len > 0 && ui_now(ui) - ui->wedge.last_ms >= GAP_MS) {
        finish(ui);
    }
}

int
wedge_due(const struct ui *ui)
{
    if (ui->wedge.len == 0) {
        return -1;
    }
    int64_t left = ui->wedge.last_ms + GAP_MS - ui_now(ui);
    return left > 0 ? (int)left : 0;
}

const char *
ui_scanned(const struct ui *ui)
{
    return ui->wedge.scanned ? ui->wedge.text : "";
}

int
ui_scan_text(struct ui *ui, const char *text)
{
    size_t len = strlen(text);
    explicit_bzero(&ui->wedge, sizeof(ui->wedge));
    if (len < SCAN_MIN || len >= WEDGE_MAX) {
        return KERR_INVALID;
    }
    memcpy(ui->wedge.text, text, len);
    ui->wedge.len = len;
    finish(ui);
    return 0;
}
