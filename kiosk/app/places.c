/* app/places.c - where things stand on a panel, as pure arithmetic: bars, tools, main button, column.
 * Knows sizes and whether the visitor sits, nothing of words: so the same button stands at the same
 * place on every page, in every language and text size. All in 0.1 mm. */
#include "app_priv.h"

enum {
    NARROW = 2200, /* the shorter side of a 15.6 inch panel is 194 mm, of a 21.5 inch one 268 mm */
    BESIDE_W = 560, /* a tool with its word beside the pictogram */
    STACKED_H = 275, /* and with the word below it */
    STACKED_H_SMALL = 235, /* on a small panel, where height is rare */
    BESIDE_H = 220,
    BESIDE_H_LOW = 200, /* two rows of them on a narrow panel leave more to the keypad */
    TOOL_AIR = 30,
    TOOL_AIR_LOW = 10, /* and on a small panel */
    TURN_H_LOW = 205, /* upright, seated, small: the keypad above it has what is left */
    TURN_PERCENT = 51, /* of the column, where the keypad takes the rest down to its end */
    WHERE_H = 200, /* two lines with ruby, or of Thai */
    WHERE_AIR = 20, /* above it */
    WHERE_W_MIN = 700,
    BAR_AIR = 30, /* of the bottom bar, above and below its buttons */
    BAR_AIR_LOW = 10,
    MAIN_W = 1500,
    MAIN_H = 380, /* two lines of the largest size, ruby too; at least 25 x 60 mm */
    MAIN_H_PORTRAIT = 420, /* narrower: two lines with ruby */
    LEFT_W = 1200,
    MAIN_W_SMALL = 1150, /* on a small panel something stands between them too */
    LEFT_W_SMALL = 850,
    MAIN_H_SMALL = 300,
    MAIN_H_LOW = 270, /* on a small panel, where a seated visitor reaches little */
    FOOT_LEAST = 1000,
    LOW_PERCENT = 40 /* what a seated visitor can't reach: the upper part of the panel */
};

static struct ui_rect
at(int x, int y, int w, int h)
{
    return (struct ui_rect){x, y, w, h};
}

static int
least(int a, int b)
{
    return a < b ? a : b;
}

/* A row of count tools from index first on, each w wide, its left end at x. */
static void
row(struct places *p, int first, int count, struct ui_rect one)
{
    for (int i = 0; i < count; i++) {
        p->tools[first + i] = at(one.x + i * (one.w + GAP_MIN), one.y, one.w, one.h);
    }
}

/* Landscape: help and home left, the others right, where am I between. */
static void
tools_wide(struct places *p, int edge)
{
    int w = least(BESIDE_W, (p->panel.w - 2 * edge - 5 * GAP_MIN - WHERE_W_MIN) / TOOL_COUNT);
    bool small = p->small;
    int h = small ? STACKED_H_SMALL : w < BESIDE_W ? STACKED_H : BESIDE_H;
    int air = small ? TOOL_AIR_LOW : TOOL_AIR;
    int right = p->panel.w - edge - 4 * w - 3 * GAP_MIN;
    row(p, TOOL_HELP, 2, at(edge, air, w, h));
    row(p, TOOL_LANGUAGE, 4, at(right, air, w, h));
    int left = edge + 2 * (w + GAP_MIN) + 20;
    p->top_bar = at(0, 0, p->panel.w, h + 2 * air);
    p->where = at(left, 0, right - left - GAP_MIN, p->top_bar.h);
}

/* Portrait: six in a row, or three above three when the panel is narrow; returns their height. */
static int
tools_narrow(struct places *p, int edge, int y)
{
    int w = (p->panel.w - 2 * edge - 5 * GAP_MIN) / TOOL_COUNT;
    if (p->panel.w >= NARROW) {
        row(p, TOOL_HELP, TOOL_COUNT, at(edge, y, w, STACKED_H));
        return STACKED_H;
    }
    w = (p->panel.w - 2 * edge - 2 * GAP_MIN) / 3;
    int h = p->low ? BESIDE_H_LOW : BESIDE_H;
    int next = y + h + GAP_MIN;
    p->tools[TOOL_HELP] = at(edge, y, w, h);
    p->tools[TOOL_HOME] = at(edge, next, w, h);
    row(p, TOOL_LANGUAGE, 2, at(edge + w + GAP_MIN, y, w, h));
    row(p, TOOL_CONTRAST, 2, at(edge + w + GAP_MIN, next, w, h));
    return 2 * h + GAP_MIN;
}

/* Seated, landscape: the tools stand at both sides, within reach; the column between them. */
static void
tools_aside(struct places *p, int edge)
{
    int w = p->small ? 420 : 440;
    int y = p->targets;
    int h = least(STACKED_H, (p->main.y - y - 4 * GAP_MIN) / 4);
    for (int i = TOOL_HELP; i <= TOOL_SPEAK; i++) {
        bool left = i <= TOOL_HOME;
        int line = left ? i - TOOL_HELP : i - TOOL_LANGUAGE;
        p->tools[i] = at(left ? edge : p->panel.w - edge - w, y + line * (h + GAP_MIN), w, h);
    }
    int x = edge + w + 80;
    p->column = at(x, TOOL_AIR, p->panel.w - 2 * x, 0);
}

void
places_of(struct ui_rect panel, bool low, struct places *ret_places)
{
    struct places *p = ret_places;
    bool small = least(panel.w, panel.h) < NARROW;
    *p = (struct places){.panel = panel,
        .low = low,
        .small = small,
        .portrait = panel.h > panel.w,
        .text_sizes = small ? UI_TEXT_HUGE : UI_TEXT_SIZE_COUNT};
    int edge = small ? 80 : 120;
    int margin = panel.w >= 4000 ? MARGIN : small && p->portrait ? 100 : 160;
    int main_h = low && small  ? MAIN_H_LOW
                 : small       ? MAIN_H_SMALL
                 : p->portrait ? MAIN_H_PORTRAIT
                               : MAIN_H;
    int bottom = main_h + 2 * (small || low ? BAR_AIR_LOW : BAR_AIR);
    p->targets = low ? panel.h * LOW_PERCENT / 100 : 0;
    p->bottom_bar = at(0, panel.h - bottom, panel.w, bottom);
    int y = p->bottom_bar.y + (bottom - main_h) / 2;
    int left_w =
        least(small ? LEFT_W_SMALL : LEFT_W, (panel.w - 2 * edge - GAP_OPPOSITE) * 43 / 100);
    int main_w = least(small ? MAIN_W_SMALL : MAIN_W, panel.w - 2 * edge - GAP_OPPOSITE - left_w);
    p->left = at(edge, y, left_w, main_h);
    p->main = at(panel.w - edge - main_w, y, main_w, main_h);
    int between = p->main.x - edge - left_w - 2 * GAP_OPPOSITE;
    p->foot = at(edge + left_w + GAP_OPPOSITE, y, between > FOOT_LEAST ? between : 0, main_h);
    int top = 0;
    p->column = at(margin, 0, panel.w - 2 * margin, 0);
    int end = (small || low ? p->main.y : p->bottom_bar.y) - GAP_MIN; /* of the column */
    if (low && p->portrait) {
        int h = tools_narrow(p, edge, 0);
        int first = p->main.y - GAP_MIN - h;
        for (int i = 0; i < TOOL_COUNT; i++) {
            p->tools[i].y += first;
        }
        p->bottom_bar = at(0, first - BAR_AIR_LOW, panel.w, panel.h - first + BAR_AIR_LOW);
        end = first - GAP_MIN;
        top = WHERE_AIR + WHERE_H;
        p->where = at(margin, WHERE_AIR, panel.w - 2 * margin, WHERE_H);
    } else if (low) {
        tools_aside(p, edge);
        top = WHERE_AIR + WHERE_H;
        p->where = at(p->column.x, WHERE_AIR, p->column.w, WHERE_H);
    } else if (p->portrait) {
        int h = tools_narrow(p, edge, TOOL_AIR);
        p->where = at(edge, h + TOOL_AIR + 10, panel.w - 2 * edge, WHERE_H);
        top = h + TOOL_AIR + 10 + WHERE_H + 10;
        p->top_bar = at(0, 0, panel.w, top);
    } else {
        tools_wide(p, edge);
        top = p->top_bar.h;
    }
    int air = low ? GAP_MIN : small ? 40 : 110;
    p->column = at(p->column.x, top + air, p->column.w, end - top - air);
    int turn_w = low && !p->portrait ? p->column.w * TURN_PERCENT / 100 : p->column.w;
    int turn_h = low && small && p->portrait ? TURN_H_LOW : PAGE_TURN_H;
    p->turn = at(p->column.x, p->column.y + p->column.h - turn_h, turn_w, turn_h);
}
