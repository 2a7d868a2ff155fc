/* screens/waste.c - waste: which district, then its days, the next one first; and one thing: what kind of waste it
 * is and how it is put out. */
#include "app/app_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROW_H = 220, ICON = 150, ICON_W = 190, ROW_GAP = 50, KINDS_MOST = 32, TEXT_MAX = 1024 };

/* ---- which district ---- */

static struct ui_element
district(struct app *app, size_t index, char id[UI_ID_MAX])
{
    const struct info_district *entry = info_district_at(app->info, index);
    (void)snprintf(id, UI_ID_MAX, "district:%s", entry->id);
    return (struct ui_element){.id = id,
        .role = UI_ROLE_BUTTON,
        .text = words(app, &entry->name),
        .tone = UI_TONE_SURFACE,
        .size = UI_SIZE_CHOICE,
        .bold = true,
        .align = UI_ALIGN_CENTRE};
}

static void
place_district(struct app *app, size_t index, struct ui_rect where, void *ctx)
{
    (void)ctx;
    char id[UI_ID_MAX];
    struct ui_element element = district(app, index, id);
    element.rect = where;
    ui_add(app->ui, &element);
}

static void
build(struct app *app)
{
    struct flow flow = page_begin(app, say(app, "waste.days"), "bar.back");
    page_title(app, &flow, say(app, "waste.which-district"));
    bool wide = flow.w >= TWO_COLUMNS_W && ui_text_size(app->ui) <= UI_TEXT_NORMAL;
    struct grid grid = {.count = info_district_count(app->info),
        .columns = wide                          ? 3
                   : flow.w >= TWO_COLUMNS_W / 2 ? 2
                                                 : 1,
        .height = ROW_H};
    if (ui_text_size(app->ui) > UI_TEXT_LARGE) {
        grid.columns = 1;
    }
    for (size_t i = 0; i < grid.count; i++) {
        char id[UI_ID_MAX];
        struct ui_element element = district(app, i, id);
        int w;
        int h;
        element.rect.w = (flow.w - (grid.columns - 1) * COLUMN_GAP) / grid.columns;
        ui_natural(app->ui, &element, &w, &h);
        grid.height = h > grid.height ? h : grid.height;
    }
    flow_grid(app, &flow, &grid, place_district, NULL);
}

static void
tap(struct app *app, const char *id)
{
    char target[INFO_TARGET_MAX];
    if (strcmp(id, "back") == 0) {
        trail_back(app);
    } else if (strncmp(id, "district:", 9) == 0) {
        (void)snprintf(target, sizeof(target), "waste:days/%.*s", INFO_ID_MAX, id + 9);
        (void)trail_open(app, target); /* the id came from the list */
    }
}

const struct screen screen_waste = {.name = "waste", .build = build, .tap = tap};

/* ---- its days ---- */

struct line {
    size_t kind;
    const struct info_days *days;
    bool known;
    int64_t next;
};

static int
by_next(const void *a, const void *b)
{
    const struct line *left = a;
    const struct line *right = b;
    if (left->known != right->known) {
        return left->known ? -1 : 1;
    }
    if (left->known && left->next != right->next) {
        return left->next < right->next ? -1 : 1;
    }
    return (left->kind > right->kind) - (left->kind < right->kind);
}

static void
add_weekday(struct app *app, struct buf *out, int weekday)
{
    static const char *const ids[] = {"weekday.sunday", "weekday.monday", "weekday.tuesday",
        "weekday.wednesday", "weekday.thursday", "weekday.friday", "weekday.saturday"};
    (void)buf_add_str(out, i18n_text(app->i18n, ids[weekday]));
}

/* "毎週　月曜日、木曜日", "第1・第3 水曜日": in the language of the moment. */
static void
add_rules(struct app *app, struct buf *out, const struct info_days *days)
{
    AUTO_BUF list;
    buf_init(&list, TEXT_MAX);
    bool weekly = true;
    for (size_t i = 0; i < days->count; i++) {
        const struct info_rule *rule = &days->rules[i];
        AUTO_BUF day;
        buf_init(&day, TEXT_MAX);
        add_weekday(app, &day, rule->weekday);
        (void)buf_add_str(&list, i > 0 ? i18n_text(app->i18n, "list.and") : "");
        if (rule->nth == 0) {
            (void)buf_add_str(&list, buf_str(&day));
        } else {
            char nth[16];
            (void)snprintf(nth, sizeof(nth), "%d", rule->nth);
            weekly = false;
            (void)i18n_format(
                app->i18n, &list, "waste.nth", "week", nth, "day", buf_str(&day), NULL);
        }
    }
    (void)i18n_format(
        app->i18n, out, weekly ? "waste.weekly" : "waste.monthly", "days", buf_str(&list), NULL);
}

/* When it is collected next, and by which rule. */
static void
add_line(struct app *app, struct buf *out, const struct line *line)
{
    if (!line->known) {
        (void)buf_add_str(
            out, i18n_text(app->i18n, line->days->asked ? "waste.ask" : "waste.never"));
        return;
    }
    int64_t away = line->next - app_today(app);
    if (away <= 1) {
        (void)buf_add_str(out, i18n_text(app->i18n, away == 0 ? "waste.today" : "waste.tomorrow"));
    } else {
        AUTO_BUF day;
        char iso[CLOCK_DAY_LEN];
        buf_init(&day, TEXT_MAX);
        clock_day_text(line->next, iso);
        (void)i18n_day(app->i18n, &day, iso);
        (void)i18n_format(app->i18n, out, "waste.next", "day", buf_str(&day), NULL);
    }
    (void)buf_add_byte(out, '\n');
    add_rules(app, out, line->days);
}

/* The same in Japanese, for who reads two languages side by side. */
static void
line_text(struct app *app, struct buf *out, const struct line *line)
{
    add_line(app, out, line);
    if (two_languages(app)) {
        char code[I18N_CODE_MAX];
        AUTO_BUF japanese;
        buf_init(&japanese, TEXT_MAX);
        (void)snprintf(code, sizeof(code), "%s", i18n_current(app->i18n)->code);
        (void)i18n_use(app->i18n, "ja"); /* always there: i18n_new checked it */
        add_line(app, &japanese, line);
        (void)i18n_use(app->i18n, code); /* it was in use */
        words_pair(app, buf_str(out), buf_str(&japanese));
    }
}

/* Pictogram, the kind's name, and its days below it, in this width: how high that is. Shows it when shown; the days are
 * smaller where both would be higher than a page. */
static int
show_line(struct app *app, const struct flow *flow, const struct line *line, struct ui_rect at,
    bool shown)
{
    const struct info_kind *kind = info_kind_at(app->info, line->kind);
    AUTO_BUF text;
    buf_init(&text, 2 * TEXT_MAX);
    line_text(app, &text, line);
    int x = at.x + ICON_W;
    int w = at.w - ICON_W;
    int name_h = ui_text_height(app->ui, words(app, &kind->name), w, UI_SIZE_CHOICE, true);
    struct flow below = *flow;
    below.w = w;
    below.top += name_h;
    enum ui_size size = flow_size(app, &below, buf_str(&text), UI_SIZE_BODY, false);
    int text_h = ui_text_height(app->ui, buf_str(&text), w, size, false);
    if (shown) {
        ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_PICTURE,
                            .rect = rect(at.x, at.y + 10, ICON, ICON),
                            .picture = kind->picture,
                            .tone = UI_TONE_PAPER});
        ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                            .rect = rect(x, at.y, w, name_h),
                            .text = words(app, &kind->name),
                            .size = UI_SIZE_CHOICE,
                            .tone = UI_TONE_PAPER,
                            .bold = true});
        ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                            .rect = rect(x, at.y + name_h, w, text_h),
                            .text = buf_str(&text),
                            .size = size,
                            .tone = UI_TONE_PAPER});
    }
    return name_h + text_h > ICON ? name_h + text_h : ICON;
}

/* Two beside each other where there is room: most of a week then stands on one page. */
static void
show_lines(struct app *app, struct flow *flow, const struct line *lines, size_t count)
{
    bool wide = flow->w >= TWO_COLUMNS_W && ui_text_size(app->ui) <= UI_TEXT_LARGE;
    int columns = wide ? 2 : 1;
    int w = (flow->w - (columns - 1) * COLUMN_GAP) / columns;
    for (size_t i = 0; i < count; i += (size_t)columns) {
        int height = 0;
        for (size_t k = i; k < count && k < i + (size_t)columns; k++) {
            int high = show_line(app, flow, &lines[k], rect(0, 0, w, 0), false);
            height = high > height ? high : height;
        }
        bool shown = flow_room(app, flow, height);
        for (size_t k = i; shown && k < count && k < i + (size_t)columns; k++) {
            int x = flow->x + (int)(k - i) * (w + COLUMN_GAP);
            (void)show_line(app, flow, &lines[k], rect(x, flow->y, w, 0), true);
        }
        flow->y += height + ROW_GAP;
    }
}

static void
days_build(struct app *app)
{
    const struct info_district *at =
        info_district_find(app->info, trail_at(app) + strlen("waste:days/"));
    struct flow flow = page_begin(app, say(app, "waste.days"), "bar.back");
    struct line lines[KINDS_MOST] = {0};
    size_t count = 0;
    page_title(app, &flow, words(app, &at->name));
    for (size_t i = 0; i < info_kind_count(app->info) && count < KINDS_MOST; i++) {
        struct line *line = &lines[count];
        *line = (struct line){
            .kind = i, .days = info_days(app->info, info_district_index(app->info, at), i)};
        line->known = info_next_day(app->info, line->days, app_today(app), &line->next);
        count += line->known || line->days->asked ? 1 : 0;
    }
    qsort(lines, count, sizeof(*lines), by_next);
    show_lines(app, &flow, lines, count);
    page_right_button(app, "things", say(app, "waste.things"), "search");
}

static void
days_tap(struct app *app, const char *id)
{
    if (strcmp(id, "back") == 0) {
        trail_back(app);
    } else if (strcmp(id, "things") == 0) {
        (void)trail_open(app, "waste:things"); /* always there */
    }
}

const struct screen screen_waste_days = {
    .name = "waste-days", .build = days_build, .tap = days_tap};

/* ---- one thing ---- */

static void
thing_build(struct app *app)
{
    const struct info_thing *thing = info_thing_find(app->info, trail_id(app));
    const struct info_kind *kind = info_kind_at(app->info, thing->kind);
    struct flow flow = page_begin(app, say(app, "waste.things"), "bar.back");
    struct flow left = page_picture(app, flow, kind->picture, UI_TONE_SOFT);
    page_title(app, &left, words(app, &thing->name));
    flow_text(
        app, &left, words(app, &kind->name), UI_ROLE_NOTICE, UI_SIZE_VALUE, UI_TONE_DONE, true, 60);
    flow_text(
        app, &left, words(app, &thing->note), UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER, true, 40);
    flow_text(
        app, &left, words(app, &kind->how), UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER, false, 60);
    page_right_button(app, "days", say(app, "waste.days"), "calendar");
}

static void
thing_tap(struct app *app, const char *id)
{
    if (strcmp(id, "back") == 0) {
        trail_back(app);
    } else if (strcmp(id, "days") == 0) {
        (void)trail_open(app, "waste:days"); /* always there */
    }
}

const struct screen screen_thing = {.name = "thing", .build = thing_build, .tap = thing_tap};
