/* ui/script.c - how play scripts, tests and audits speak to the screen: they find elements by id or by
 * what is written on them, tap, press keys, type, and read the list back. All of it goes through the
 * same judgement as fingers and real keys. */
#include "ui/ui_priv.h"

#include <string.h>

#include "base/err.h"
#include "base/utf8.h"

enum { PLAIN_MAX = 4096 };

static bool
plain_contains(const char *text, const char *needle)
{
    char plain[PLAIN_MAX];
    if (text == NULL) {
        return false;
    }
    (void)dump_plain(text, plain, sizeof plain);
    bool found = strstr(plain, needle) != NULL;
    explicit_bzero(plain, sizeof plain);
    return found;
}

static bool
plain_is(const char *text, const char *wanted)
{
    char plain[PLAIN_MAX];
    if (text == NULL) {
        return false;
    }
    (void)dump_plain(text, plain, sizeof plain);
    bool same = strcmp(plain, wanted) == 0;
    explicit_bzero(plain, sizeof plain);
    return same;
}

/* By id, else by text, else by label, of things with an id. */
static const struct item *
find_wanted(const struct frame *frame, const char *wanted)
{
    for (int by = 0; by < 3; by++) {
        for (size_t i = frame->count; i > 0; i--) {
            const struct item *item = &frame->items[i - 1];
            const struct ui_element *e = &item->e;
            if (e->id == NULL || e->id[0] == '\0') {
                continue;
            }
            bool hit = by == 0   ? strcmp(e->id, wanted) == 0
                       : by == 1 ? plain_is(e->text, wanted)
                                 : plain_is(e->label, wanted);
            if (hit) {
                return item;
            }
        }
    }
    return NULL;
}

int
ui_find(const struct ui *ui, const char *id_or_text)
{
    const struct frame *frame = &ui->frames[ui->shown];
    const struct item *item = find_wanted(frame, id_or_text);
    return item != NULL ? (int)(item - frame->items) : -1;
}

int
ui_tap(struct ui *ui, const char *id_or_text)
{
    const struct item *item = find_wanted(ui_shown(ui), id_or_text);
    if (item == NULL) {
        return KERR_NOT_FOUND;
    }
    int x = item->e.rect.x + item->e.rect.w / 2, y = item->e.rect.y + item->e.rect.h / 2;
    const struct item *hit = frame_hit(ui_shown(ui), x, y);
    if (!frame_touchable(item) || hit == NULL || strcmp(hit->e.id, item->e.id) != 0) {
        return KERR_STATE;
    }
    if (ui->queue_count == UI_QUEUE_MAX) {
        return KERR_TOO_BIG;
    }
    enum { SCRIPT_FINGER = -2 };
    if (ui->touch.down) { /* a real finger rests on the glass: the script's is the first one */
        touch_cancel(&ui->touch);
    }
    ui->touch.skipped_ms += touch_free_at(&ui->touch, item, ui_now(ui)) - ui_now(ui);
    ui_touch(ui, UI_PHASE_DOWN, SCRIPT_FINGER, x, y);
    ui->touch.skipped_ms += ui->touch.hold_ms;
    ui_touch(ui, UI_PHASE_UP, SCRIPT_FINGER, x, y);
    return 0;
}

bool
ui_shows(const struct ui *ui, const char *text)
{
    const struct frame *frame = &ui->frames[ui->shown];
    for (size_t i = 0; i < frame->count; i++) {
        const struct ui_element *e = &frame->items[i].e;
        if (plain_contains(e->text, text) || plain_contains(e->gloss, text) ||
            plain_contains(e->detail, text) || plain_contains(e->label, text)) {
            return true;
        }
    }
    return false;
}

const char *
ui_screen(const struct ui *ui)
{
    return ui->frames[ui->shown].screen;
}

size_t
ui_count(const struct ui *ui)
{
    return ui->frames[ui->shown].count;
}

const struct ui_element *
ui_at(const struct ui *ui, size_t index)
{
    const struct frame *frame = &ui->frames[ui->shown];
    return index < frame->count ? &frame->items[index].e : NULL;
}

int
ui_dump(const struct ui *ui, struct buf *ret_json)
{
    static const char *const themes[UI_THEME_COUNT] = {"default", "black", "white", "low-glare"};
    const struct frame *frame = &ui->frames[ui->shown];
    struct ui_rect panel = ui_panel(ui);
    (void)buf_printf(ret_json,
        "{\n  \"screen\": \"%s\",\n  \"language\": \"%s\",\n  \"theme\": \"%s\",\n"
        "  \"text-size\": %d,\n  \"panel\": [%d, %d],\n  \"truncated\": %s,\n  \"elements\": [",
        frame->screen, ui->language, themes[ui->theme], (int)ui->text_size + 1, panel.w, panel.h,
        frame->truncated ? "true" : "false");
    for (size_t i = 0; i < frame->count; i++) {
        (void)buf_add_str(ret_json, i == 0 ? "\n" : ",\n");
        dump_item(&frame->items[i], ret_json);
    }
    (void)buf_add_str(ret_json, "\n  ]\n}\n");
    return buf_error(ret_json);
}

int
ui_shot(struct ui *ui, const char *path)
{
    paint(ui); /* a window that came back since has lost its pixels */
    return ui->canvas.pixels != NULL ? window_save_png(&ui->canvas, path) : KERR_STATE;
}

int
ui_type(struct ui *ui, const char *text)
{
    size_t len = strlen(text), pos = 0;
    if (!utf8_valid(text, len)) {
        return KERR_INVALID;
    }
    if (utf8_count(text, len) > UI_QUEUE_MAX - ui->queue_count) {
        return KERR_TOO_BIG;
    }
    while (pos < len) {
        size_t from = pos;
        (void)utf8_next(text, len, &pos);
        (void)ui_push(ui, UI_INPUT_TEXT, "", text + from, pos - from); /* counted above */
    }
    return 0;
}
