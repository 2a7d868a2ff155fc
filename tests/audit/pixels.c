/* audit/pixels.c - rules over the pixels shown: contrast by WCAG 2.2's formula between a ground (the
 * colour that most pixels around the words have) and the ink (the pixel farthest from it), and the edges of
 * targets. An area that is drawn with the same strokes as one before has the same pixels: only others are
 * painted, by the ui itself, and measured; and every so often one that is known, which must give the same. */
#include "audit/audit.h"

#include <math.h>
#include <string.h>

enum {
    COLOURS_MAX = 64,
    ROOM = 2, /* px */
    WAITING_LEAST = 45, /* tenths */
    EDGE_LEAST = 30,
    RIM_DEPTH = 8, /* px that are looked at from a target's side inward */
    RIM_HALF = 9, /* above and below its middle */
    RIM_STEP = 3
};

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

/* ---- the painter rests until it is asked ---- */

static bool asked;

/* The ui draws after every change; here only what is measured is drawn (Makefile: --wrap). */
void __real_paint(struct ui *ui);
void __wrap_paint(struct ui *ui);
void
__wrap_paint(struct ui *ui)
{
    if (asked) {
        __real_paint(ui);
    } else {
        ui->damage = (struct damage){0};
    }
}

/* What is damaged. */
static void
paint_now(struct ui *ui)
{
    asked = true;
    __wrap_paint(ui);
    asked = false;
}

void
pixels_paint(struct audit *audit)
{
    audit->stage.app->ui->damage.all = true;
    paint_now(audit->stage.app->ui);
}

bool
audit_proof(struct audit *audit)
{
    return ++audit->proof_turn % audit->proof_every == 0;
}

/* ---- one wish to know of the pixels ---- */

enum wish_kind { WISH_WORDS, WISH_RIM };
struct wish {
    enum wish_kind kind;
    struct px_rect area;
    size_t about; /* ink or item */
    uint64_t key;
    bool wanted; /* it is measured: not known, or to be proved */
    int answer; /* contrast in tenths */
};
static struct wish wishes[AUDIT_INKS_MAX + UI_ELEMENTS_MAX]; /* of one look */

/* Best contrast of a target's side with what is around it: border or ground. */
static int
measured_rim(const struct canvas *canvas, struct px_rect area)
{
    uint32_t around = pixel(canvas, area.x, area.y + area.h / 2);
    double best = 1;
    for (int y = area.y; y < area.y + area.h; y += RIM_STEP) { /* a dashed border has gaps */
        for (int x = area.x + ROOM; x < area.x + area.w; x++) {
            double c = contrast(pixel(canvas, x, y), around);
            best = c > best ? c : best;
        }
    }
    return (int)(best * 10);
}

static void
ask(struct audit *audit, struct wish *q, const struct ink *own)
{
    struct area_sum sum = strokes_sum(audit, q->area, own);
    const int kind = (int)q->kind;
    q->key = hash_add(sum.exact, &kind, sizeof(kind));
    /* words alone on one ground: their strongest pixel decides, whatever they are */
    if (sum.alone && memcmp(&q->area, &own->em, sizeof(q->area)) == 0) {
        const uint32_t all[] = {
            audit->blunt ? 0 : sum.ground, audit->blunt ? 0 : own->colour, (uint32_t)own->most};
        q->key = hash_add(HASH_START, all, sizeof(all));
    }
    const struct known *known = memo_get(&audit->areas, q->key);
    q->answer = known != NULL ? known->v[0] : 0;
    q->wanted = known == NULL || audit_proof(audit);
    if (q->wanted) {
        paint_damage(audit->stage.app->ui, q->area);
        if (known == NULL) {
            memo_put(&audit->areas, q->key)->v[0] =
                -1; /* asked: another of the same waits for it */
        }
    }
}

/* Draws what was asked for and not known, and measures it. */
static void
answer_all(struct audit *audit, size_t count)
{
    struct ui *ui = audit->stage.app->ui;
    paint_now(ui);
    for (size_t i = 0; i < count; i++) {
        struct wish *q = &wishes[i];
        int16_t *kept = &memo_put(&audit->areas, q->key)->v[0];
        if (!q->wanted && *kept >= 0) {
            audit->seen.known++;
            q->answer = *kept;
            continue;
        }
        q->answer = q->kind == WISH_WORDS ? measured(&ui->canvas, q->area)
                                          : measured_rim(&ui->canvas, q->area);
        audit->seen.painted++;
        if (*kept >= 0) {
            audit->seen.proofs++;
            audit->seen.broken += *kept != q->answer ? 1 : 0;
        }
        *kept = (int16_t)q->answer;
    }
}

/* ---- rules ---- */

static size_t
ask_words(struct audit *audit, size_t count)
{
    struct px_rect panel = audit->stage.app->ui->panel;
    for (size_t i = 0; i < audit->inks; i++) {
        const struct ink *ink = &audit->ink[i];
        struct px_rect area;
        /* ruby has the ink of its word, but strokes thinner than a pixel */
        if (!ink->run.ruby && px_meet(ink->em, panel, &area) &&
            strspn(ink->run.text, " \xe3\x80\x80_") != ink->run.len) {
            wishes[count] = (struct wish){.kind = WISH_WORDS, .area = area, .about = i};
            ask(audit, &wishes[count++], ink);
        }
    }
    return count;
}

/* At the middle of its left side a target differs from what is around it. */
static size_t
ask_rims(struct audit *audit, size_t count)
{
    const struct frame *frame = audit_frame(audit);
    struct drawing drawing = paint_drawing(audit->stage.app->ui);
    for (size_t i = 0; i < frame->count; i++) {
        const struct item *item = &frame->items[i];
        struct px_rect r = draw_rect(&drawing, item->e.rect);
        struct px_rect area = {
            r.x - ROOM, r.y + r.h / 2 - RIM_HALF, ROOM + RIM_DEPTH, 2 * RIM_HALF + 1};
        struct px_rect seen;
        if (item->e.id != NULL && item->e.id[0] != 0 && item->e.role != UI_ROLE_PANEL &&
            px_meet(area, drawing.panel, &seen) && seen.w == area.w && seen.h == area.h) {
            wishes[count] = (struct wish){.kind = WISH_RIM, .area = area, .about = i};
            ask(audit, &wishes[count++], NULL);
        }
    }
    return count;
}

static void
judge_words(struct audit *audit, const struct wish *q)
{
    const struct ink *ink = &audit->ink[q->about];
    const struct item *item = &audit_frame(audit)->items[ink->item];
    int tenths = q->answer;
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

static void
judge_rim(struct audit *audit, const struct wish *q)
{
    report_checked(audit, RULE_EDGE);
    if (q->answer < EDGE_LEAST) {
        report_finding(audit, RULE_EDGE, audit_frame(audit)->items[q->about].e.id, "%d.%d:1",
            q->answer / 10, q->answer % 10);
    }
}

void
pixel_rules(struct audit *audit)
{
    size_t count = ask_rims(audit, ask_words(audit, 0));
    answer_all(audit, count);
    for (size_t i = 0; i < count; i++) {
        if (wishes[i].kind == WISH_WORDS) {
            judge_words(audit, &wishes[i]);
        } else {
            judge_rim(audit, &wishes[i]);
        }
    }
}
