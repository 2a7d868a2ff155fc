/* audit/pixels.c - rules over the pixels shown: contrast by WCAG 2.2's formula between a ground (the
 * colour that most pixels around the words have) and the ink (the pixel farthest from it), the edges of
 * targets, and ink that leaves its element. */
#include "audit/audit.h"

#include <math.h>
#include <string.h>

enum { COLOURS_MAX = 64, ROOM = 2 /* px */, INK_LEAST = 96, WAITING_LEAST = 45 };

static double
channel(uint32_t value)
{
    static double known[256]; /* 0 is 0, too */
    if (known[value] <= 0 && value > 0) {
        double c = (double)value / 255;
        double x = (c + 0.055) / 1.055;
        known[value] = c <= 0.04045 ? c / 12.92 : pow(x, 2.4);
    }
    return known[value];
}

static double
luminance(uint32_t rgb)
{
    return 0.2126 * channel(rgb >> 16 & 255) + 0.7152 * channel(rgb >> 8 & 255) +
           0.0722 * channel(rgb & 255);
}

static double
contrast(uint32_t a, uint32_t b)
{
    double la = luminance(a) + 0.05;
    double lb = luminance(b) + 0.05;
    return la > lb ? la / lb : lb / la;
}

static uint32_t
pixel(const struct canvas *canvas, int x, int y)
{
    return canvas->pixels[y * canvas->stride + x] & 0xffffff;
}

struct sums {
    uint32_t colour[COLOURS_MAX];
    unsigned seen[COLOURS_MAX];
    size_t count;
};

/* The first colours of an area; letters add shades between ink and ground, the two of which come often. */
static void
count_colour(struct sums *sums, uint32_t colour)
{
    for (size_t i = 0; i < sums->count; i++) {
        if (sums->colour[i] == colour) {
            sums->seen[i]++;
            return;
        }
    }
    if (sums->count < COLOURS_MAX) {
        sums->colour[sums->count] = colour;
        sums->seen[sums->count++] = 1;
    }
}

static uint32_t
ground_of(const struct canvas *canvas, struct px_rect area)
{
    struct sums sums = {.count = 0};
    for (int y = area.y; y < area.y + area.h; y++) {
        for (int x = area.x; x < area.x + area.w; x += 3) {
            count_colour(&sums, pixel(canvas, x, y));
        }
    }
    size_t most = 0;
    for (size_t i = 1; i < sums.count; i++) {
        most = sums.seen[i] > sums.seen[most] ? i : most;
    }
    return sums.colour[most];
}

/* Best contrast of any pixel of the area with its ground, in tenths. */
static int
measured(const struct canvas *canvas, struct px_rect area)
{
    uint32_t ground = ground_of(canvas, area);
    uint32_t last = ground;
    double best = 1;
    for (int y = area.y; y < area.y + area.h; y++) {
        for (int x = area.x; x < area.x + area.w; x++) {
            uint32_t colour = pixel(canvas, x, y);
            if (colour != last) {
                double c = contrast(colour, ground);
                best = c > best ? c : best;
                last = colour;
            }
        }
    }
    return (int)(best * 10 + 0.5);
}

/* What the issue asks of words in each theme, tenths: on paper and white, and on coloured parts. */
static const struct {
    int plain, coloured, most;
} wanted[UI_THEME_COUNT] = {
    [UI_THEME_DEFAULT] = {120, 100, 210},
    [UI_THEME_BLACK] = {200, 110, 210},
    [UI_THEME_WHITE] = {200, 200, 210},
    [UI_THEME_LOW_GLARE] = {46, 46, 80},
};

static bool
plain(const struct item *item)
{
    return (item->e.tone == UI_TONE_PAPER || item->e.tone == UI_TONE_SURFACE) &&
           item->e.role != UI_ROLE_MAIN && (item->e.state & UI_STATE_CHOSEN) == 0;
}

static void
words_contrast(struct audit *audit, const struct canvas *canvas)
{
    const struct frame *frame = audit_frame(audit);
    struct px_rect panel = {0, 0, canvas->w, canvas->h};
    for (size_t i = 0; i < audit->inks; i++) {
        const struct ink *ink = &audit->ink[i];
        const struct item *item = &frame->items[ink->item];
        struct px_rect area;
        /* ruby has the ink of its word, but strokes thinner than a pixel */
        if (ink->run.ruby || !px_meet(ink->em, panel, &area) ||
            strspn(ink->run.text, " \xe3\x80\x80_") == ink->run.len) {
            continue;
        }
        int tenths = measured(canvas, area);
        /* a sample stands in the colours of its own theme */
        int theme = item->e.sample_theme > 0 ? item->e.sample_theme - 1 : (int)audit->look.theme;
        bool waiting = (item->e.state & UI_STATE_WAITING) != 0;
        int least = waiting       ? WAITING_LEAST
                    : plain(item) ? wanted[theme].plain
                                  : wanted[theme].coloured;
        report_checked(audit, RULE_CONTRAST);
        if (tenths < least || tenths > wanted[theme].most + 1) {
            report_finding(audit, RULE_CONTRAST, audit_name(item), "%d.%d:1, %d.%d:1 wanted: %.60s",
                tenths / 10, tenths % 10, least / 10, least % 10, ink->run.text);
        }
    }
}

/* At the middle of its left side a target differs from what is around it: border or ground. */
static void
edges(struct audit *audit, const struct canvas *canvas)
{
    enum { DEPTH = 8, EDGE_LEAST = 30 };
    const struct frame *frame = audit_frame(audit);
    struct drawing drawing = paint_drawing(audit->stage.app->ui);
    for (size_t i = 0; i < frame->count; i++) {
        const struct item *item = &frame->items[i];
        struct px_rect r = draw_rect(&drawing, item->e.rect);
        int y = r.y + r.h / 2;
        if (item->e.id == NULL || item->e.id[0] == 0 || item->e.role == UI_ROLE_PANEL ||
            r.x - ROOM < 0 || y < 0 || y >= canvas->h || r.x + DEPTH >= canvas->w) {
            continue;
        }
        uint32_t around = pixel(canvas, r.x - ROOM, y);
        double best = 1;
        for (int dy = -3; dy <= 3; dy++) { /* a dashed border has gaps */
            for (int x = r.x; x < r.x + DEPTH; x++) {
                double c = contrast(pixel(canvas, x, y + dy * 3), around);
                best = c > best ? c : best;
            }
        }
        report_checked(audit, RULE_EDGE);
        if (best * 10 < EDGE_LEAST) {
            report_finding(audit, RULE_EDGE, item->e.id, "%.1f:1", best);
        }
    }
}

/* The box of what a mask really covers, on the panel. */
static bool
ink_box(const struct mask *mask, int x, int y, struct px_rect *ret_box)
{
    int left = mask->w;
    int right = 0;
    int top = mask->h;
    int bottom = 0;
    for (int row = 0; row < mask->h; row++) {
        for (int column = 0; column < mask->w; column++) {
            if (mask->coverage[row * mask->w + column] > INK_LEAST) {
                left = column < left ? column : left;
                right = column + 1 > right ? column + 1 : right;
                top = row < top ? row : top;
                bottom = row + 1;
            }
        }
    }
    *ret_box = (struct px_rect){x + left, y + top, right - left, bottom - top};
    return right > left;
}

static void
cuts(struct audit *audit, const struct canvas *canvas)
{
    struct ui *ui = audit->stage.app->ui;
    struct frame *frame = audit_frame(audit);
    struct drawing drawing = paint_drawing(ui);
    for (size_t i = 0; i < audit->inks; i++) {
        const struct ink *ink = &audit->ink[i];
        const struct item *item = &frame->items[ink->item];
        struct px_rect clip = draw_clip(&drawing, item);
        struct px_rect box;
        struct mask mask;
        int baseline;
        if (ink->run.font < 0 ||
            faces_render(ui->faces, &ink->run, ink->bold, &mask, &baseline) < 0) {
            continue;
        }
        bool any = ink_box(&mask, ink->x, ink->baseline - baseline, &box);
        mask_release(&mask);
        report_checked(audit, RULE_CUT);
        int out = 0;
        out = clip.x - box.x > out ? clip.x - box.x : out;
        out = clip.y - box.y > out ? clip.y - box.y : out;
        out = box.x + box.w - clip.x - clip.w > out ? box.x + box.w - clip.x - clip.w : out;
        out = box.y + box.h - clip.y - clip.h > out ? box.y + box.h - clip.y - clip.h : out;
        bool off = box.x < 0 || box.y < 0 || box.x + box.w > canvas->w || box.y + box.h > canvas->h;
        if (any && (out > ROOM || off)) {
            report_finding(
                audit, RULE_CUT, audit_name(item), "%d px outside: %.80s", out, ink->run.text);
        }
    }
}

void
pixel_rules(struct audit *audit)
{
    const struct canvas *canvas = &audit->stage.app->ui->canvas;
    ink_take(audit);
    words_contrast(audit, canvas);
    edges(audit, canvas);
    if (audit->look.theme == UI_THEME_DEFAULT || audit->sample) {
        cuts(audit, canvas);
    }
}
