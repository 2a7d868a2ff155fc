/* ui/draw.c - how each role looks: an element becomes boxes, runs of text and pictograms, told to a
 * table of operations (pixels in ui.c, a list in tests). The grid of sizes is that of the look: borders
 * 1 mm, corners 5 mm, no shadows; state shows in border, shape and words, never in colour alone. */
#include "ui/ui_priv.h"

#include <string.h>

/* 0.1 mm */
enum {
    BORDER = 10,
    BORDER_THIN = 7,
    BORDER_CHOSEN = 17,
    CORNER = 50,
    CORNER_SMALL = 40,
    ROW_PAD = 110,
    ROW_GAP = 80,
    RING = 110, /* of a choice */
    DOOR_PICTURE = 230,
    LEAST_PAD = 30,
    KEY_PAD = 25, /* "abc" in one piece on a key of 16 mm */
    SMALL_HEIGHT = 215, /* of a button: thinner border */
    STACKED_LEAST = 155, /* a tool as high as this has room for its word below the pictogram */
    GROUP_PICTURE = 150, /* beside a word, at most */
    BAR_LEAST = 60, /* words in the bars are 6.0 mm at least: JIS S 0032 at 60 cm */
    BAR_LEAST_SMALL = 50, /* and the same angle at 50 cm, from where a small panel is looked at */
    SMALL_PANEL = 2200, /* its shorter side: 194 mm at 15.6 inch, 268 mm at 21.5 inch */
    TOOL_PICTURE = 90,
    TOOL_PICTURE_LEAST = 50, /* where its word needs two lines */
    SIGN = 130, /* at the end of a row that is answered by itself */
    SIGN_GAP = 40
};

int
draw_px(const struct drawing *drawing, int tenths)
{
    int64_t n = (int64_t)tenths * drawing->px_per_m;
    return (int)((n + (n >= 0 ? 5000 : -5000)) / 10000);
}

int
draw_room_px(const struct drawing *drawing, int tenths)
{
    return (int)((int64_t)tenths * drawing->px_per_m / 10000);
}

/* Scaled with the four text sizes. */
static int
scaled_px(const struct drawing *d, int tenths)
{
    return draw_px(d, theme_scaled(tenths, d->text_size));
}

struct px_rect
draw_rect(const struct drawing *drawing, struct ui_rect r)
{
    int x = draw_px(drawing, r.x), y = draw_px(drawing, r.y);
    int right = draw_px(drawing, r.x + r.w), bottom = draw_px(drawing, r.y + r.h);
    return (struct px_rect){x, y, right - x, bottom - y};
}

struct px_rect
draw_bounds(const struct drawing *drawing, const struct item *item)
{
    return px_grow(draw_rect(drawing, item->e.rect), draw_px(drawing, RING_WIDTH) + 1);
}

struct px_rect
draw_clip(const struct drawing *drawing, const struct item *item)
{
    if ((item->e.state & UI_STATE_FOCUSED) != 0) {
        return draw_bounds(drawing, item);
    }
    return px_grow(draw_rect(drawing, item->e.rect), 1);
}

/* ---- colours of an element in its state ---- */

struct look {
    struct colours c;
    uint32_t hint;
    int border, radius;
    bool dashed;
};

static struct colours
tone_of(const struct drawing *d, const struct ui_element *e)
{
    const struct palette *p = d->palette;
    struct colours c = p->tones[e->tone];
    switch (e->role) {
    case UI_ROLE_MAIN:
        return e->tone == UI_TONE_PAPER ? p->tones[UI_TONE_PRIMARY] : c;
    case UI_ROLE_BUTTON:
        if (e->tone == UI_TONE_SOFT) {
            return (struct colours){p->surface, p->accent, p->accent};
        }
        break;
    case UI_ROLE_DOOR:
        if (e->tone == UI_TONE_CARE) { /* an ordinary door on warm ground */
            return (struct colours){c.ground, p->ink, p->ink};
        }
        break;
    default:
        break;
    }
    return e->tone == UI_TONE_PAPER ? p->tones[UI_TONE_SURFACE] : c;
}

static struct look
look_of(const struct drawing *d, const struct ui_element *e)
{
    const struct palette *p = d->palette;
    bool small = (e->rect.h < SMALL_HEIGHT && e->role == UI_ROLE_BUTTON) || e->role == UI_ROLE_TOOL;
    struct look look = {
        .c = tone_of(d, e),
        .border = draw_px(d, small ? BORDER_THIN : BORDER),
        .radius = draw_px(d, small ? CORNER_SMALL : CORNER),
    };
    if ((e->state & UI_STATE_CHOSEN) != 0) {
        look.c = (struct colours){p->tones[UI_TONE_SOFT].ground, p->ink, p->accent};
        look.border = draw_px(d, BORDER_CHOSEN);
    }
    if ((e->state & UI_STATE_WAITING) != 0) {
        look.c = (struct colours){p->surface, p->waiting, p->waiting};
        look.border = draw_px(d, BORDER_THIN);
        look.dashed = true;
    }
    if ((e->state & UI_STATE_PRESSED) != 0) {
        bool filled = look.c.ground == p->accent;
        look.c.ground = filled ? p->ink : p->accent;
        look.c.edge = look.c.ground;
        look.c.ink = filled ? p->paper : p->accent_ink;
    }
    look.hint = look.c.ink == p->ink ? p->hint : look.c.ink;
    return look;
}

static void
box(const struct drawing *d, struct px_rect rect, const struct look *look)
{
    struct draw_box b = {
        .rect = rect,
        .radius = look->radius,
        .border = look->border,
        .dashed = look->dashed,
        .ground = look->c.ground,
        .edge = look->c.edge,
    };
    d->ops->box(d->ops->ctx, &b);
}

static void
disc(const struct drawing *d, struct px_rect rect, int border, uint32_t ground, uint32_t edge)
{
    int side = rect.w < rect.h ? rect.w : rect.h;
    struct draw_box b = {
        .rect = {rect.x + (rect.w - side) / 2, rect.y + (rect.h - side) / 2, side, side},
        .radius = side / 2,
        .border = border,
        .ground = ground,
        .edge = edge,
    };
    d->ops->box(d->ops->ctx, &b);
}

/* Around what is only read. */
static void
ring_around(const struct drawing *d, const struct item *item)
{
    if ((item->e.state & UI_STATE_FOCUSED) != 0) {
        struct ring ring = {.shown = true, .rect = item->e.rect};
        draw_ring(d, &ring);
    }
}

/* ---- words ---- */

/* The least height of words in bars and on keys, 0.1 mm. */
static int
bar_least(const struct drawing *d)
{
    int side = d->panel.w < d->panel.h ? d->panel.w : d->panel.h;
    return side < draw_px(d, SMALL_PANEL) ? BAR_LEAST_SMALL : BAR_LEAST;
}

static struct words
words_of(const struct drawing *d, const struct ui_element *e, const char *language)
{
    enum ui_size detail = e->role == UI_ROLE_TITLE ? UI_SIZE_BODY : UI_SIZE_HINT;
    int own = theme_size(e->size, d->text_size), small;
    bool tool = e->role == UI_ROLE_TOOL;
    own = tool ? theme_size(e->size, UI_TEXT_NORMAL) : own; /* the bars stay as they are */
    bool centred = e->role == UI_ROLE_CHOICE && e->align == UI_ALIGN_CENTRE; /* a name alone */
    bool label = tool || centred || e->role == UI_ROLE_BUTTON || e->role == UI_ROLE_MAIN ||
                 e->role == UI_ROLE_KEY;
    bool read = e->role == UI_ROLE_TITLE || e->role == UI_ROLE_TEXT || e->role == UI_ROLE_NOTICE;
    /* what is touched may be as small as anything before its words don't fit */
    enum ui_text_size least = read || d->text_size < UI_TEXT_NORMAL ? d->text_size : UI_TEXT_NORMAL;
    small = e->size == UI_SIZE_BAR ? bar_least(d) : theme_size(UI_SIZE_SMALL, least);
    return (struct words){
        .text = e->text,
        .gloss = e->gloss,
        .detail = e->detail,
        .size_px = draw_px(d, own),
        .gloss_px = draw_px(d, small),
        .detail_px = draw_px(d, theme_size(detail, d->text_size)),
        .min_px = draw_px(d, own < small ? own : small), /* sizes that stay may be under it */
        .bold = e->bold || e->role == UI_ROLE_TITLE || e->role == UI_ROLE_MAIN ||
                e->role == UI_ROLE_DOOR || e->role == UI_ROLE_KEY || e->role == UI_ROLE_BUTTON ||
                tool || e->role == UI_ROLE_CHOICE || e->role == UI_ROLE_CHECK,
        .label = label,
        .line_percent =
            theme_line_percent(e->size, e->text, language, label || e->size == UI_SIZE_BAR),
        .line_characters = e->role == UI_ROLE_FIELD ? 0 : theme_line_characters(),
        .language = language,
    };
}

struct pen {
    uint32_t ink;
    bool bold, personal;
    enum ui_align align;
};

/* Draws a layout with every line aligned within width. */
static void
draw_layout(const struct drawing *d, const struct text_layout *layout, int x, int y, int width,
    const struct pen *pen)
{
    size_t runs = layout != NULL ? text_layout_run_count(layout) : 0;
    for (size_t i = 0; i < runs; i++) {
        const struct text_run *run = text_layout_run(layout, i);
        int left = width - text_layout_line_width(layout, run->line);
        int own =
            text_layout_line_left(layout, run->line); /* a short line that reads from the right */
        int shift = pen->align == UI_ALIGN_CENTRE ? left / 2 - own
                    : pen->align == UI_ALIGN_END  ? left - own
                                                  : 0;
        d->ops->run(d->ops->ctx, run, x + run->x_px + shift, y + run->baseline_px, pen->bold,
            pen->ink, pen->personal);
    }
}

static void
draw_fit(const struct drawing *d, const struct words_fit *fit, struct px_rect area, bool bold,
    bool personal, enum ui_align align, uint32_t ink, uint32_t hint)
{
    struct pen pen = {.ink = ink, .bold = bold, .personal = personal, .align = align};
    draw_layout(d, fit->main, area.x, area.y, area.w, &pen);
    pen.ink = hint;
    pen.bold = false;
    draw_layout(d, fit->gloss, area.x, area.y + fit->main_h, area.w, &pen);
    int top = area.y + fit->main_h + fit->gloss_h + fit->gap;
    draw_layout(d, fit->detail, area.x, top, area.w, &pen);
}

static bool
has_picture(const struct ui_element *e)
{
    return e->picture != NULL && e->picture[0] != '\0';
}

/* Width that a pictogram of this height takes: letters of two sizes are wider than high. */
static int
picture_width(const char *name, int height)
{
    return strcmp(name, "letters") == 0 ? height * 162 / 100 : height;
}

static void
draw_picture(const struct drawing *d, const char *name, struct px_rect rect, uint32_t ink)
{
    (void)d->ops->picture(d->ops->ctx, name, rect, ink);
}

/* ---- a group: pictogram, words, pictogram on one axis ---- */

struct group {
    const char *lead, *trail; /* pictograms; NULL for none */
    int icon_h, gap;
    struct words words;
    int pad_x, pad_y;
    int least; /* of pad_x, where the words need the room */
};

static struct group
group_of(const struct drawing *d, const struct ui_element *e, const char *language)
{
    struct group g = {.words = words_of(d, e, language)};
    int size = g.words.size_px;
    bool reading = e->role == UI_ROLE_TEXT || e->role == UI_ROLE_TITLE;
    if (has_picture(e)) {
        g.lead = e->picture;
    } else if (e->role == UI_ROLE_MAIN && e->picture == NULL &&
               (e->state & UI_STATE_WAITING) == 0) { /* nothing to go on to yet */
        g.trail = "arrow-right";
    }
    g.icon_h = size * (reading ? 115 : 150) / 100;
    int most = draw_px(d, GROUP_PICTURE);
    g.icon_h = g.icon_h > most ? most : g.icon_h;
    g.gap = size * (reading ? 30 : 40) / 100;
    if (!reading) {
        g.pad_x =
            e->size == UI_SIZE_SMALL || e->size == UI_SIZE_BAR ? size * 95 / 100 : size * 14 / 10;
        g.pad_y = draw_px(d, LEAST_PAD);
        g.least = draw_px(d, e->role == UI_ROLE_KEY ? KEY_PAD : LEAST_PAD);
    }
    return g;
}

static int
icons_width(const struct group *g)
{
    bool words = g->words.text != NULL && g->words.text[0] != '\0';
    int gap = words ? g->gap : 0;
    return (g->lead != NULL ? picture_width(g->lead, g->icon_h) + gap : 0) +
           (g->trail != NULL ? picture_width(g->trail, g->icon_h) + gap : 0);
}

static void
draw_group(const struct drawing *d, struct item *item, const struct group *g, struct px_rect rect,
    enum ui_align align, enum ui_align valign, const struct look *look)
{
    struct words_fit fit;
    int icons = icons_width(g);
    int room = rect.w - 2 * g->least - icons;
    words_fit(d->layouts, d->fonts, &g->words, room > 1 ? room : 1, rect.h, &fit);
    item->overflow = fit.overflow || room < 1;
    int total = icons + fit.w;
    int inner = rect.w - 2 * (g->pad_x < (rect.w - total) / 2 ? g->pad_x : g->least);
    int x = rect.x + (rect.w - inner) / 2;
    x += align == UI_ALIGN_CENTRE ? (inner - total) / 2 : align == UI_ALIGN_END ? inner - total : 0;
    int y = rect.y;
    y += valign == UI_ALIGN_CENTRE ? (rect.h - fit.h) / 2
         : valign == UI_ALIGN_END  ? rect.h - fit.h
                                   : 0;
    /* Pictograms stand beside the middle of the first block, not of both. */
    int middle = y + (fit.main != NULL ? fit.main_h : rect.h) / 2;
    if (valign == UI_ALIGN_CENTRE) {
        middle = rect.y + rect.h / 2;
    }
    if (g->lead != NULL) {
        int w = picture_width(g->lead, g->icon_h);
        struct px_rect r = {x, middle - g->icon_h / 2, w, g->icon_h};
        draw_picture(d, g->lead, r, look->c.ink);
        x += w + (fit.w > 0 ? g->gap : 0);
    }
    draw_fit(d, &fit, (struct px_rect){x, y, fit.w, fit.h}, g->words.bold,
        (item->e.state & UI_STATE_PERSONAL) != 0, align, look->c.ink, look->hint);
    if (g->trail != NULL) {
        int w = picture_width(g->trail, g->icon_h);
        struct px_rect r = {x + fit.w + g->gap, middle - g->icon_h / 2, w, g->icon_h};
        draw_picture(d, g->trail, r, look->c.ink);
    }
}

/* ---- rows: something at the left, words beside it ---- */

/* A button that says more than a word is a row with its pictogram at the left, like a door. */
static bool
is_row(const struct ui_element *e)
{
    switch (e->role) {
    case UI_ROLE_DOOR:
    case UI_ROLE_NOTICE:
    case UI_ROLE_FIELD:
        return true;
    case UI_ROLE_CHOICE:
    case UI_ROLE_CHECK:
        return e->align != UI_ALIGN_CENTRE;
    case UI_ROLE_BUTTON:
        return e->detail != NULL && e->detail[0] != '\0' && e->align != UI_ALIGN_CENTRE;
    default:
        return false;
    }
}

struct row {
    int pad, lead, gap, pad_right, sign; /* px */
};

static struct row
row_of(const struct drawing *d, const struct ui_element *e, int height)
{
    struct row row = {.pad = draw_px(d, ROW_PAD), .pad_right = draw_px(d, LEAST_PAD * 2)};
    switch (e->role) {
    case UI_ROLE_CHOICE:
    case UI_ROLE_CHECK:
        row.lead = scaled_px(d, RING);
        row.gap = draw_px(d, ROW_GAP);
        if (has_picture(e)) { /* what it is about, at the other end */
            row.sign = draw_px(d, SIGN);
            row.pad_right = draw_px(d, SIGN + 2 * SIGN_GAP);
        }
        break;
    case UI_ROLE_NOTICE:
        row.pad = row.pad_right = draw_px(d, 70);
        if (has_picture(e)) {
            row.lead = scaled_px(d, 140);
            row.gap = draw_px(d, 50);
        }
        break;
    case UI_ROLE_FIELD:
        row.pad = row.pad_right = draw_px(d, 60);
        break;
    default:
        if (has_picture(e)) {
            int most = draw_px(d, DOOR_PICTURE), fit = height * 56 / 100;
            row.lead = height <= 0 || fit > most ? most : fit;
            row.gap = draw_px(d, ROW_GAP);
        }
        break;
    }
    return row;
}

/* The ring or tick box of an answer. */
static void
draw_answer_mark(
    const struct drawing *d, const struct item *item, struct px_rect r, const struct look *look)
{
    const struct palette *p = d->palette;
    bool chosen = (item->e.state & UI_STATE_CHOSEN) != 0;
    bool pressed = (item->e.state & UI_STATE_PRESSED) != 0;
    uint32_t ink = chosen && !pressed ? p->accent : look->c.ink;
    int border = draw_px(d, 12);
    if (item->e.role == UI_ROLE_CHOICE) {
        disc(d, r, border, chosen || pressed ? look->c.ground : p->surface, ink);
        if (chosen) {
            disc(d, px_grow(r, -r.w / 4), 0, ink, ink);
        }
        return;
    }
    struct draw_box tick = {
        .rect = r,
        .radius = draw_px(d, 20),
        .border = border,
        .ground = chosen ? ink : look->c.ground,
        .edge = ink,
    };
    d->ops->box(d->ops->ctx, &tick);
    if (chosen) {
        draw_picture(d, "check", px_grow(r, -r.w / 8), pressed ? p->accent : p->accent_ink);
    }
}

/* caret: as in the element. Where the words take more than a line it stands behind them. */
static void
draw_caret(const struct drawing *d, const struct words_fit *fit, int x, int y, int size_px,
    int caret, uint32_t ink)
{
    size_t lines = fit->main != NULL ? text_layout_lines(fit->main) : 0;
    int line_h = lines > 0 ? fit->main_h / (int)lines : size_px;
    int end = lines > 0 ? text_layout_line_width(fit->main, lines - 1) : 0;
    int top = lines > 0 ? (int)(lines - 1) * line_h : 0;
    if (lines == 1 && caret > 0) {
        end = words_before(d->fonts, fit->main, (size_t)(caret - 1));
    }
    struct px_rect r = {x + end + draw_px(d, 8), y + top + (line_h - size_px * 11 / 10) / 2,
        draw_px(d, 10), size_px * 11 / 10};
    d->ops->fill(d->ops->ctx, r, ink);
}

static void
draw_field_words(const struct drawing *d, struct item *item, struct px_rect area,
    const struct words *words, const struct look *look)
{
    const struct ui_element *e = &item->e;
    bool empty = e->text == NULL || e->text[0] == '\0';
    struct words shown = *words;
    shown.detail = empty ? e->detail : NULL;
    struct words_fit fit;
    words_fit(d->layouts, d->fonts, &shown, area.w - draw_px(d, 30), area.h, &fit);
    item->overflow = fit.overflow;
    int y = area.y + (area.h - (fit.h > 0 ? fit.h : words->size_px)) / 2;
    bool caret = (e->state & UI_STATE_CHOSEN) != 0 || d->lone_field;
    int indent = empty && caret ? draw_px(d, 30) : 0;
    draw_fit(d, &fit, (struct px_rect){area.x + indent, y, fit.w, fit.h}, words->bold,
        (e->state & UI_STATE_PERSONAL) != 0, UI_ALIGN_START, look->c.ink, d->palette->waiting);
    if (caret && (e->state & UI_STATE_WAITING) == 0) {
        fit.main = empty ? NULL : fit.main;
        int top = empty ? area.y + (area.h - words->size_px) / 2 : y;
        draw_caret(d, &fit, area.x, top, words->size_px, e->caret, d->palette->accent);
    }
}

static void
draw_row(const struct drawing *d, struct item *item, struct px_rect rect, const struct look *look)
{
    const struct ui_element *e = &item->e;
    struct row row = row_of(d, e, rect.h);
    int left = row.pad + row.lead + row.gap;
    struct px_rect area = {rect.x + left, rect.y, rect.w - left - row.pad_right, rect.h};
    struct px_rect lead = {rect.x + row.pad, rect.y + (rect.h - row.lead) / 2, row.lead, row.lead};
    struct words words = words_of(d, e, item->language);
    if (e->role == UI_ROLE_FIELD) {
        draw_field_words(d, item, area, &words, look);
        return;
    }
    if (e->role == UI_ROLE_CHOICE || e->role == UI_ROLE_CHECK) {
        draw_answer_mark(d, item, lead, look);
        struct px_rect sign = {rect.x + rect.w - row.sign - draw_px(d, SIGN_GAP),
            rect.y + (rect.h - row.sign) / 2, row.sign, row.sign};
        if (row.sign > 0) {
            draw_picture(d, e->picture, sign, look->c.ink);
        }
    } else if (row.lead > 0) {
        bool accent = e->role == UI_ROLE_DOOR && look->c.ink == d->palette->ink;
        draw_picture(d, e->picture, lead, accent ? d->palette->accent : look->c.ink);
    }
    struct words_fit fit;
    words_fit(d->layouts, d->fonts, &words, area.w > 1 ? area.w : 1, rect.h, &fit);
    item->overflow = fit.overflow;
    area.y += (rect.h - fit.h) / 2;
    if (e->align == UI_ALIGN_START) {
        area.w = fit.w;
    }
    draw_fit(d, &fit, area, words.bold, (e->state & UI_STATE_PERSONAL) != 0, e->align, look->c.ink,
        look->hint);
}

/* ---- the other roles ---- */

static bool
at_edge(const struct drawing *d, struct px_rect r)
{
    const struct px_rect *p = &d->panel;
    return r.x <= p->x || r.y <= p->y || r.x + r.w >= p->x + p->w || r.y + r.h >= p->y + p->h;
}

static bool
is_bar(const struct drawing *d, const struct item *item, struct px_rect r)
{
    return at_edge(d, r) || item->e.tone == UI_TONE_PAPER || item->e.tone == UI_TONE_BAND;
}

/* White bars at the top and bottom are parted from the page by a rule on their inner side. */
static void
draw_bar_rule(const struct drawing *d, const struct item *item, struct px_rect rect)
{
    const struct px_rect *p = &d->panel;
    bool top = rect.y <= p->y, bottom = rect.y + rect.h >= p->y + p->h;
    if (item->e.tone != UI_TONE_SURFACE || rect.w < p->w || top == bottom) {
        return;
    }
    int rule = draw_px(d, BORDER_THIN);
    struct px_rect r = {rect.x, top ? rect.y + rect.h - rule : rect.y, rect.w, rule};
    d->ops->fill(d->ops->ctx, r, d->palette->tones[UI_TONE_SURFACE].edge);
}

bool
draw_ground(const struct drawing *drawing, const struct item *item, struct px_rect *ret_whole)
{
    bool focused = (item->e.state & UI_STATE_FOCUSED) != 0;
    *ret_whole = draw_rect(drawing, item->e.rect);
    return item->e.role == UI_ROLE_PANEL && !focused && is_bar(drawing, item, *ret_whole);
}

/* Grounds that reach the edge of the screen are bars: square, without border. Others are boxes; only
 * white ones need a border to be seen. */
static void
draw_panel(const struct drawing *d, const struct item *item, struct px_rect rect)
{
    const struct colours *c = &d->palette->tones[item->e.tone];
    bool bar = is_bar(d, item, rect);
    if ((item->e.state & UI_STATE_FOCUSED) != 0 && at_edge(d, rect)) {
        int out = draw_px(d, RING_WIDTH);
        draw_focus_ring(d, px_grow(rect, -out), 0);
        rect = px_grow(rect, -out);
    }
    if (bar) {
        d->ops->fill(d->ops->ctx, rect, c->ground);
        draw_bar_rule(d, item, rect);
        return;
    }
    /* A ground that is the paper's own colour (high contrast) is a box only by its border. */
    bool border = item->e.tone == UI_TONE_SURFACE || c->ground == d->palette->paper;
    struct draw_box b = {
        .rect = rect,
        .radius = draw_px(d, CORNER + 10),
        .border = border ? draw_px(d, BORDER) : 0,
        .ground = c->ground,
        .edge = c->edge,
    };
    d->ops->box(d->ops->ctx, &b);
}

/* Maps are drawings of their own shape, not square pictograms (assets/theme/README.md). */
static bool
fills_place(const struct ui_element *e)
{
    return has_picture(e) && strncmp(e->picture, "map-", 4) == 0;
}

/* A pictogram in the colour of its tone, filling its place; on white and green it stands on a disc. */
static void
draw_picture_alone(const struct drawing *d, const struct item *item, struct px_rect rect)
{
    const struct palette *p = d->palette;
    const struct colours *c = &p->tones[item->e.tone];
    bool on_disc = item->e.tone == UI_TONE_SURFACE || item->e.tone == UI_TONE_DONE;
    uint32_t ink = item->e.tone == UI_TONE_SURFACE   ? p->accent
                   : item->e.tone == UI_TONE_PRIMARY ? c->edge
                                                     : c->ink;
    int side = rect.w < rect.h ? rect.w : rect.h;
    if (on_disc) {
        /* Green on the paper's own colour (high contrast) needs an edge to be a disc. */
        bool edge = item->e.tone == UI_TONE_DONE && c->ground == p->paper;
        disc(d, rect, edge ? draw_px(d, BORDER) : 0, c->ground, c->edge);
        side = side * 66 / 100;
    }
    struct px_rect r = {rect.x + (rect.w - side) / 2, rect.y + (rect.h - side) / 2, side, side};
    if (has_picture(&item->e)) {
        draw_picture(d, item->e.picture, fills_place(&item->e) ? rect : r, ink);
    }
}

static void
draw_dots(const struct drawing *d, const struct item *item, struct px_rect rect)
{
    const struct palette *p = d->palette;
    int count = item->e.count > 0 && item->e.count <= 16 ? item->e.count : 4;
    int gap = draw_px(d, 70), w = (rect.w - (count - 1) * gap) / count;
    int most = rect.h * 85 / 100;
    w = w > most ? most : w;
    for (int i = 0; i < count; i++) {
        bool entered = i < item->e.value;
        struct px_rect r = {rect.x + i * (w + gap), rect.y, w, rect.h};
        struct draw_box b = {
            .rect = r,
            .radius = draw_px(d, CORNER),
            .border = draw_px(d, 13),
            .ground = p->surface,
            .edge = entered ? p->accent : p->ink,
        };
        d->ops->box(d->ops->ctx, &b);
        if (entered) {
            disc(d, px_grow(r, -(w * 31 / 100)), 0, p->accent, p->accent);
        }
    }
}

static void
draw_reading(const struct drawing *d, struct item *item, struct px_rect rect)
{
    const struct palette *p = d->palette;
    const struct ui_element *e = &item->e;
    struct look look = {.c = p->tones[e->tone]};
    if (e->tone == UI_TONE_QUIET) {
        look.c.ink = p->hint;
    }
    look.hint = look.c.ink == p->ink ? p->hint : look.c.ink;
    struct group g = group_of(d, e, item->language);
    draw_group(d, item, &g, rect, e->align, e->valign, &look);
}

/* A tool whose word has no room beside its pictogram: below it. */
static void
draw_stacked(
    const struct drawing *d, struct item *item, struct px_rect rect, const struct look *look)
{
    struct words words = words_of(d, &item->e, item->language);
    int pad = draw_px(d, 15), icon = draw_px(d, TOOL_PICTURE);
    struct words_fit fit;
    words_fit(d->layouts, d->fonts, &words, rect.w - 2 * pad, rect.h - icon - 2 * pad, &fit);
    if (fit.overflow) {
        icon = draw_px(d, TOOL_PICTURE_LEAST);
        words_fit(d->layouts, d->fonts, &words, rect.w - 2 * pad, rect.h - icon, &fit);
    }
    item->overflow = fit.overflow;
    int y = rect.y + (rect.h - icon - fit.h) / 2;
    int w = picture_width(item->e.picture, icon);
    draw_picture(
        d, item->e.picture, (struct px_rect){rect.x + (rect.w - w) / 2, y, w, icon}, look->c.ink);
    draw_fit(d, &fit, (struct px_rect){rect.x + (rect.w - fit.w) / 2, y + icon, fit.w, fit.h},
        words.bold, false, UI_ALIGN_CENTRE, look->c.ink, look->hint);
}

static void
draw_boxed(const struct drawing *d, struct item *item, struct px_rect rect)
{
    struct look look = look_of(d, &item->e);
    if ((item->e.state & UI_STATE_FOCUSED) != 0) {
        draw_focus_ring(d, rect, look.radius);
    }
    box(d, rect, &look);
    if (is_row(&item->e)) {
        draw_row(d, item, rect, &look);
        return;
    }
    bool tool = item->e.role == UI_ROLE_TOOL && has_picture(&item->e);
    if (tool && item->e.rect.w < UI_TOOL_BESIDE && item->e.rect.h > STACKED_LEAST) {
        draw_stacked(d, item, rect, &look);
        return;
    }
    struct group g = group_of(d, &item->e, item->language);
    draw_group(d, item, &g, rect, UI_ALIGN_CENTRE, UI_ALIGN_CENTRE, &look);
}

/* An element that shows what another size or theme would look like. */
static void
sample(struct drawing *drawing, const struct ui_element *e)
{
    if (e->sample_size > 0 && e->sample_size <= UI_TEXT_SIZE_COUNT) {
        drawing->text_size = (enum ui_text_size)(e->sample_size - 1);
    }
    if (e->sample_theme > 0 && e->sample_theme <= UI_THEME_COUNT) {
        drawing->palette = theme_palette((enum ui_theme)(e->sample_theme - 1));
    }
}

void
draw_item(const struct drawing *drawing, struct item *item)
{
    struct px_rect rect = draw_rect(drawing, item->e.rect);
    struct drawing own = *drawing;
    sample(&own, &item->e);
    drawing = &own;
    item->overflow = false;
    switch (item->e.role) {
    case UI_ROLE_PANEL:
        draw_panel(drawing, item, rect);
        break;
    case UI_ROLE_TITLE:
    case UI_ROLE_TEXT:
        draw_reading(drawing, item, rect);
        ring_around(drawing, item);
        break;
    case UI_ROLE_PICTURE:
        draw_picture_alone(drawing, item, rect);
        ring_around(drawing, item);
        break;
    case UI_ROLE_LINE:
        draw_line(drawing, item, rect);
        break;
    case UI_ROLE_QR:
        draw_qr(drawing, item, rect);
        ring_around(drawing, item);
        break;
    case UI_ROLE_INK:
        draw_ink(drawing, item, rect);
        ring_around(drawing, item);
        break;
    case UI_ROLE_DOTS:
        draw_dots(drawing, item, rect);
        ring_around(drawing, item);
        break;
    case UI_ROLE_BUTTON:
    case UI_ROLE_TOOL:
    case UI_ROLE_MAIN:
    case UI_ROLE_CHOICE:
    case UI_ROLE_CHECK:
    case UI_ROLE_DOOR:
    case UI_ROLE_KEY:
    case UI_ROLE_FIELD:
    case UI_ROLE_NOTICE:
        draw_boxed(drawing, item, rect);
        break;
    case UI_ROLE_COUNT:
        break;
    }
}

void
draw_natural(const struct drawing *drawing, const struct ui_element *e, const char *language,
    int *ret_w, int *ret_h)
{
    int width = draw_room_px(drawing, e->rect.w), around, pad_y;
    struct drawing own = *drawing;
    sample(&own, e);
    drawing = &own;
    struct words words = words_of(drawing, e, language);
    if (is_row(e)) {
        struct row row = row_of(drawing, e, draw_px(drawing, e->rect.h));
        around = row.pad + row.lead + row.gap + row.pad_right;
        pad_y = draw_px(drawing, 50);
    } else {
        struct group g = group_of(drawing, e, language);
        around = 2 * g.pad_x + icons_width(&g);
        pad_y = g.pad_y;
    }
    struct words_fit fit;
    words.label = false; /* natural means: not shrunk */
    words.min_px = words.detail_px < words.size_px ? words.detail_px : words.size_px;
    int room = width > around ? width - around : 0;
    words_fit(drawing->layouts, drawing->fonts, &words, room, 0, &fit);
    *ret_w = width > 0 ? width : around + fit.w;
    *ret_h = fit.h + 2 * pad_y;
}
