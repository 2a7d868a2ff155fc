/* audit/ink.c - rules over what is drawn (strokes.c): where each line of words stands, in which size, and
 * what its ink covers. Nothing is drawn for it. */
#define _XOPEN_SOURCE 700 /* wcwidth */
#include "audit/audit.h"

#include <string.h>
#include <wchar.h>

#include "base/utf8.h"

enum {
    LINE_HALVES = 44, /* 22 Japanese characters */
    LINE_EMS = 26, /* of letters that are narrower: some 50 of them (ui/theme.c) */
    BODY_TOLERANCE = 2, /* 0.1 mm: pixels of 0.25 mm, hinting */
    SIZE_LEAST_PERCENT = 98,
    ROOM = 2 /* px */
};

/* ---- overlap ---- */

static bool
solid(const struct item *item)
{
    switch (item->e.role) {
    case UI_ROLE_PANEL:
    case UI_ROLE_TITLE:
    case UI_ROLE_TEXT:
        return false;
    default:
        return true;
    }
}

static bool
inside(struct px_rect a, struct px_rect b)
{
    return a.x >= b.x && a.y >= b.y && a.x + a.w <= b.x + b.w && a.y + a.h <= b.y + b.h;
}

static bool
holds_others(const struct item *item)
{
    return item->e.role == UI_ROLE_PANEL ||
           (item->e.role == UI_ROLE_NOTICE && item->e.text == NULL);
}

/* The pin on a drawn map, and the disc where the terminal stands. */
static bool
on_map(const struct item *sign, const struct item *map)
{
    const char *drawing = map->e.picture;
    const char *picture = sign->e.picture;
    return drawing != NULL && strncmp(drawing, "map-", 4) == 0 && picture != NULL &&
           (strcmp(picture, "pin") == 0 || strcmp(picture, "here") == 0);
}

static void
clash(struct audit *audit, size_t a, struct px_rect area_a, size_t b, struct px_rect area_b)
{
    const struct frame *frame = audit_frame(audit);
    const struct item *first = &frame->items[a];
    const struct item *second = &frame->items[b];
    struct px_rect both;
    report_checked(audit, RULE_OVERLAP);
    if (!px_meet(px_grow(area_a, -1), px_grow(area_b, -1), &both)) {
        return;
    }
    if ((holds_others(first) && inside(area_b, px_grow(area_a, 1))) ||
        (holds_others(second) && inside(area_a, px_grow(area_b, 1)))) {
        return;
    }
    if (on_map(first, second) || on_map(second, first)) {
        return;
    }
    report_finding(audit, RULE_OVERLAP, audit_name(first), "over %s by %d x %d px: %.60s",
        audit_name(second), both.w, both.h, second->e.text != NULL ? second->e.text : "");
}

/* A ground that is no bar and not the whole page: what lies on it must not cross its edge. */
static bool
bounded(const struct drawing *drawing, const struct item *item, struct px_rect area)
{
    return item->e.role == UI_ROLE_PANEL && !inside(drawing->panel, px_grow(area, 1));
}

static void
overlaps(struct audit *audit)
{
    const struct frame *frame = audit_frame(audit);
    struct drawing drawing = paint_drawing(audit->stage.app->ui);
    for (size_t a = 0; a < frame->count; a++) {
        const struct item *first = &frame->items[a];
        struct px_rect area = draw_rect(&drawing, first->e.rect);
        bool ground = bounded(&drawing, first, area);
        if (!solid(first) && !ground) {
            continue;
        }
        for (size_t b = a + 1; b < frame->count; b++) {
            const struct item *second = &frame->items[b];
            struct px_rect other = draw_rect(&drawing, second->e.rect);
            if (solid(second) || (!ground && bounded(&drawing, second, other))) {
                clash(audit, a, area, b, other);
            }
        }
        for (size_t k = 0; k < audit->inks; k++) {
            size_t owner = audit->ink[k].item;
            if (owner != a && !solid(&frame->items[owner])) {
                clash(audit, a, area, owner, audit->ink[k].em);
            }
        }
    }
}

/* Lines of words of different elements. */
static void
words_over_words(struct audit *audit)
{
    const struct frame *frame = audit_frame(audit);
    for (size_t a = 0; a < audit->inks; a++) {
        for (size_t b = a + 1; b < audit->inks; b++) {
            size_t i = audit->ink[a].item;
            size_t k = audit->ink[b].item;
            if (i != k && !solid(&frame->items[i]) && !solid(&frame->items[k])) {
                clash(audit, i, audit->ink[a].em, k, audit->ink[b].em);
            }
        }
    }
}

/* ---- lines, sizes, languages ---- */

static bool
reading(const struct item *item)
{
    return item->e.role == UI_ROLE_TEXT || item->e.role == UI_ROLE_NOTICE;
}

/* Half widths of a run: a kanji is two, a combining mark none. */
static int
halves(const struct text_run *run)
{
    int sum = 0;
    for (size_t pos = 0; pos < run->len;) {
        int width = wcwidth((wchar_t)utf8_next(run->text, run->len, &pos));
        sum += width > 0 ? width : 0;
    }
    return sum;
}

/* A line of kana and kanji is counted; letters of other scripts are narrow and wide: their line is as long
 * as 26 kanji of its size. */
static void
line_lengths(struct audit *audit)
{
    const struct frame *frame = audit_frame(audit);
    const char *language = audit->look.language;
    bool wide = strncmp(language, "ja", 2) == 0 || strncmp(language, "zh", 2) == 0;
    for (size_t a = 0; a < audit->inks; a++) {
        const struct ink *first = &audit->ink[a];
        bool begins = a == 0 || audit->ink[a - 1].item != first->item ||
                      audit->ink[a - 1].baseline != first->baseline;
        if (!begins || !reading(&frame->items[first->item]) || first->run.ruby) {
            continue;
        }
        int sum = 0;
        int width = 0;
        for (size_t b = a; b < audit->inks && audit->ink[b].item == first->item; b++) {
            const struct ink *ink = &audit->ink[b];
            bool same = ink->baseline == first->baseline;
            sum += same ? halves(&ink->run) : 0;
            width += same ? ink->run.width_px : 0;
        }
        report_checked(audit, RULE_LINE);
        if (sum > LINE_HALVES && width > (wide ? LINE_HALVES / 2 : LINE_EMS) * first->run.size_px) {
            report_finding(audit, RULE_LINE, audit_name(&frame->items[first->item]),
                "%d half widths: %.80s", sum, frame->items[first->item].e.text);
        }
    }
}

/* Is this of the Japanese that stands, smaller, under the visitor's own words? */
static bool
of_gloss(const struct item *item, const struct ink *ink)
{
    const char *gloss = item->e.gloss;
    const char *at = gloss != NULL ? strstr(gloss, ink->run.text) : NULL;
    /* an official term may stand in both: 户主（世帯主） over 世帯主 */
    return at != NULL &&
           (at == gloss || item->e.text == NULL || strstr(item->e.text, ink->run.text) == NULL);
}

/* What is to be read is drawn in the size that it was asked in: never shrunk to fit. */
static void
drawn_sizes(struct audit *audit)
{
    const struct frame *frame = audit_frame(audit);
    struct drawing drawing = paint_drawing(audit->stage.app->ui);
    for (size_t i = 0; i < audit->inks; i++) {
        const struct ink *ink = &audit->ink[i];
        const struct item *item = &frame->items[ink->item];
        if ((!reading(item) && item->e.role != UI_ROLE_TITLE) || ink->run.ruby ||
            item->e.size == UI_SIZE_BAR) {
            continue;
        }
        enum ui_size size = of_gloss(item, ink) ? UI_SIZE_SMALL : item->e.size;
        int asked = draw_px(&drawing, theme_size(size, drawing.text_size));
        report_checked(audit, RULE_BODY);
        if (ink->run.size_px * 100 < asked * SIZE_LEAST_PERCENT) {
            report_finding(audit, RULE_BODY, audit_name(item), "%d px instead of %d: %.80s",
                ink->run.size_px, asked, item->e.text != NULL ? item->e.text : "");
        }
    }
}

static bool
kana(uint32_t code)
{
    return code >= 0x3041 && code <= 0x30ff && code != 0x30fb && code != 0x30fc;
}

static bool
japanese(uint32_t code, const char *language)
{
    bool chinese = strncmp(language, "zh", 2) == 0;
    return kana(code) || (!chinese && code >= 0x4e00 && code <= 0x9fff);
}

/* How many bytes at the beginning are a name that no list translates: a bank, a house. */
static size_t
proper_name(const struct audit *audit, const char *text)
{
    const struct procedure_set *set = audit->stage.app->procedures;
    for (size_t i = 0; i < procedure_list_count(set); i++) {
        const struct procedure_list *list = procedure_list_at(set, i);
        for (size_t k = 0; k < list->count; k++) {
            const struct procedure_words *name = &list->entries[k].name;
            if (name->context == NULL && strncmp(text, name->source, strlen(name->source)) == 0) {
                return strlen(name->source);
            }
        }
    }
    return 0;
}

/* Japanese in a page of another language stands in brackets, as the term on the form, or is the second
 * language of the page; names, keys and answers are the visitor's own. */
static void
foreign_words(struct audit *audit, const struct item *item, const char *text)
{
    const char *language = audit->look.language;
    const struct screen *screen = audit->stage.app->screen;
    int depth = 0;
    size_t len = text != NULL ? strlen(text) : 0;
    size_t name = len > 0 ? proper_name(audit, text) : 0;
    if ((screen == &screen_attract || screen == &screen_language) &&
        item->e.role != UI_ROLE_BUTTON) {
        return; /* where the language is chosen the question stands in two */
    }
    report_checked(audit, RULE_LANGUAGE);
    for (size_t pos = name; pos < len;) {
        uint32_t code = utf8_next(text, len, &pos);
        depth += code == '(' || code == 0xff08 || code == 0x300c || code == 0x201c ? 1 : 0;
        depth -= code == ')' || code == 0xff09 || code == 0x300d || code == 0x201d ? 1 : 0;
        if (depth <= 0 && japanese(code, language)) {
            report_finding(audit, RULE_LANGUAGE, audit_name(item), "%.120s", text);
            return;
        }
    }
}

static void
languages(struct audit *audit)
{
    const struct frame *frame = audit_frame(audit);
    if (strncmp(audit->look.language, "ja", 2) == 0) {
        return;
    }
    for (size_t i = 0; i < frame->count; i++) {
        const struct item *item = &frame->items[i];
        const char *id = item->e.id != NULL ? item->e.id : "";
        bool own = (item->asked & UI_STATE_PERSONAL) != 0 || strncmp(id, "key:", 4) == 0 ||
                   strncmp(id, "mode:", 5) == 0 || strncmp(id, "language", 8) == 0 ||
                   item->e.role == UI_ROLE_FIELD || item->e.role == UI_ROLE_QR;
        /* a phrase is shown to who stands there, below the visitor's own words */
        bool shown = audit->stage.app->screen == &screen_phrase && item->e.role == UI_ROLE_TITLE;
        if (!own && !shown) {
            foreign_words(audit, item, item->e.text);
            foreign_words(audit, item, item->e.detail);
        }
    }
}

/* Once a language: what has no glyph has none in any size. */
static void
glyphs(struct audit *audit)
{
    struct ui *ui = audit->stage.app->ui;
    const struct frame *frame = audit_frame(audit);
    for (size_t i = 0; i < frame->count; i++) {
        const struct item *item = &frame->items[i];
        const char *const texts[] = {item->e.text, item->e.detail};
        for (size_t k = 0; k < ARRAY_LEN(texts) && item->e.role != UI_ROLE_QR; k++) {
            struct text_style style = {.size_px = 32, .language = item->language};
            if (texts[k] == NULL || texts[k][0] == 0) {
                continue;
            }
            const struct text_layout *layout =
                layouts_get(ui->layouts, &ui->fonts, texts[k], &style);
            report_checked(audit, RULE_GLYPH);
            if (layout == NULL || text_layout_missing(layout)) {
                report_finding(audit, RULE_GLYPH, audit_name(item), "%.120s", texts[k]);
            }
        }
    }
}

/* Height of the ink of a kanji in body type, 0.1 mm; 0 when it can't be drawn. */
static int
kanji_height(struct ui *ui)
{
    struct drawing drawing = paint_drawing(ui);
    struct text_style style = {
        .size_px = draw_px(&drawing, theme_size(UI_SIZE_BODY, ui->text_size)), .language = "ja"};
    const struct text_layout *layout = layouts_get(ui->layouts, &ui->fonts, "國", &style);
    struct mask mask;
    int baseline;
    if (layout == NULL || text_layout_run_count(layout) == 0 ||
        faces_render(ui->faces, text_layout_run(layout, 0), false, &mask, &baseline) < 0) {
        return 0;
    }
    int top = mask.h;
    int bottom = 0;
    for (int y = 0; y < mask.h; y++) {
        for (int x = 0; x < mask.w; x++) {
            if (mask.coverage[y * mask.w + x] > 64) {
                top = y < top ? y : top;
                bottom = y + 1;
            }
        }
    }
    mask_release(&mask);
    return (int)((int64_t)(bottom - top) * 10000 / ui->scale);
}

void
ink_body(struct audit *audit)
{
    static const int wanted[UI_TEXT_SIZE_COUNT] = {60, 73, 90, 120}; /* 0.1 mm */
    struct app *app = audit->stage.app;
    for (int size = 0; size < UI_TEXT_SIZE_COUNT; size++) {
        ui_set_text_size(app->ui, (enum ui_text_size)size);
        int height = kanji_height(app->ui);
        audit->look.size = (enum ui_text_size)size;
        report_checked(audit, RULE_BODY);
        if (height < wanted[size] - BODY_TOLERANCE) {
            report_finding(audit, RULE_BODY, "kanji", "%.1f mm high, %.1f mm wanted", height / 10.0,
                wanted[size] / 10.0);
        }
    }
    ui_set_text_size(app->ui, UI_TEXT_NORMAL);
}

/* Ink that leaves its element, or the panel. */
static void
cuts(struct audit *audit)
{
    const struct frame *frame = audit_frame(audit);
    struct px_rect panel = audit->stage.app->ui->panel;
    for (size_t i = 0; i < audit->inks; i++) {
        const struct ink *ink = &audit->ink[i];
        struct px_rect clip = audit->strokes.items[ink->item].clip;
        struct px_rect box = ink->solid;
        report_checked(audit, RULE_CUT);
        int out = 0;
        out = clip.x - box.x > out ? clip.x - box.x : out;
        out = clip.y - box.y > out ? clip.y - box.y : out;
        out = box.x + box.w - clip.x - clip.w > out ? box.x + box.w - clip.x - clip.w : out;
        out = box.y + box.h - clip.y - clip.h > out ? box.y + box.h - clip.y - clip.h : out;
        if (box.w > 0 && (out > ROOM || !inside(box, panel))) {
            report_finding(audit, RULE_CUT, audit_name(&frame->items[ink->item]),
                "%d px outside: %.80s", out, ink->run.text);
        }
    }
}

void
ink_rules(struct audit *audit)
{
    if (audit->ink_lost) {
        report_finding(audit, RULE_OVERFLOW, "", "more lines of words than the audit can hold");
    }
    overlaps(audit);
    cuts(audit);
    words_over_words(audit);
    line_lengths(audit);
    drawn_sizes(audit);
    if (audit->look.size == UI_TEXT_SMALL && !audit->look.wheelchair) {
        languages(audit);
        glyphs(audit);
    }
}
