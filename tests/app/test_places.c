/* The buttons of the bars stand at one place: on every panel, seated or standing, they keep their order and
 * sizes, nothing overlaps, and a seated visitor's all lie in the lower 60 %. The button of the language breaks no
 * language's name in two, in any language and text size, also when two are shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/app_priv.h"
#include "base/alloc.h"
#include "base/attr.h"
#include "base/conf.h"
#include "base/fs.h"
#include "ui/ui_priv.h"

/* 0.1 mm: 21.5 inch full HD and 15.6 inch, both ways round */
static const struct ui_rect panels[] = {
    {0, 0, 4764, 2679}, {0, 0, 2679, 4764}, {0, 0, 3453, 1942}, {0, 0, 1942, 3453}};

static bool
meet(struct ui_rect a, struct ui_rect b)
{
    return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

static int
apart(struct ui_rect a, struct ui_rect b)
{
    int dx = a.x > b.x ? a.x - b.x - b.w : b.x - a.x - a.w;
    int dy = a.y > b.y ? a.y - b.y - b.h : b.y - a.y - a.h;
    return dx > dy ? dx : dy;
}

static bool
within(struct ui_rect inner, struct ui_rect outer)
{
    return inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.w <= outer.x + outer.w &&
           inner.y + inner.h <= outer.y + outer.h;
}

/* Everything that can be pressed on all pages. */
static size_t
targets_of(const struct places *p, struct ui_rect out[TOOL_COUNT + 2])
{
    memcpy(out, p->tools, sizeof(p->tools));
    out[TOOL_COUNT] = p->left;
    out[TOOL_COUNT + 1] = p->main;
    return TOOL_COUNT + 2;
}

static void
check_panel(struct ui_rect panel, bool low)
{
    struct places p;
    places_of(panel, low, &p);
    bool small = (panel.w < panel.h ? panel.w : panel.h) < 2200;
    int least = small && low && panel.w > panel.h ? 160 : 200;
    struct ui_rect all[TOOL_COUNT + 2];
    size_t count = targets_of(&p, all);
    for (size_t i = 0; i < count; i++) {
        assert_true(within(all[i], panel));
        assert_true(all[i].w >= least && all[i].h >= least);
        assert_true(!low || all[i].y >= panel.h * 40 / 100);
        assert_false(meet(all[i], p.column));
        for (size_t k = i + 1; k < count; k++) {
            /* between the tools and the two large buttons there is a bar's edge */
            int gap = low || (i < TOOL_COUNT && k < TOOL_COUNT) ? GAP_MIN : GAP_OPPOSITE;
            assert_true(apart(all[i], all[k]) >= gap);
        }
    }
    assert_true(p.main.w >= 600 && p.main.h >= 250);
    assert_true(apart(p.left, p.main) >= GAP_OPPOSITE);
    assert_true(within(p.column, panel) && within(p.turn, p.column));
    if (panel.w > panel.h) { /* between them a third button has its place, and 10 mm to each */
        assert_true(p.foot.w >= 900 && p.foot.h >= 260);
        assert_true(apart(p.foot, p.left) >= GAP_OPPOSITE);
        assert_true(apart(p.foot, p.main) >= GAP_OPPOSITE);
    }
    assert_true(!low || p.turn.y >= p.targets);
    assert_int_equal(p.portrait, panel.h > panel.w);
    /* help and home left of the four others, or above them in a column of their own */
    for (int i = TOOL_LANGUAGE; i < TOOL_COUNT; i++) {
        assert_true(p.tools[TOOL_HELP].x < p.tools[i].x && p.tools[TOOL_HOME].x < p.tools[i].x);
    }
    assert_true(p.left.x < p.main.x && p.left.y == p.main.y);
}

static void
test_panels(void **state ATTR_UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(panels); i++) {
        check_panel(panels[i], false);
        check_panel(panels[i], true);
    }
}

/* A seated visitor's keypad keeps keys of 16 mm, and the buttons that turn pages are never under it. */
static void
test_low_room(void **state ATTR_UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(panels); i++) {
        struct places p;
        places_of(panels[i], true, &p);
        int bottom = p.column.y + p.column.h;
        bool beside = p.turn.w < p.column.w;
        int room = (beside ? bottom : p.turn.y - GAP_MIN) - p.targets;
        assert_true((room - 3 * 52) / 4 >= (panels[i].w == 3453 ? 165 : 190));
    }
}

/* ---- names of languages ---- */

/* The lines that are drawn, one below the other. */
struct lines {
    struct buf text;
    int y;
};

static void
take_run(void *ctx, const struct text_run *run, int x ATTR_UNUSED, int y, bool bold ATTR_UNUSED,
    uint32_t colour ATTR_UNUSED, bool personal ATTR_UNUSED)
{
    struct lines *lines = ctx;
    if (lines->text.len > 0 && y != lines->y) {
        (void)buf_add_byte(&lines->text, '\n');
    }
    lines->y = y;
    (void)buf_add(&lines->text, run->text, run->len);
}

static void
no_fill(void *ctx ATTR_UNUSED, struct px_rect rect ATTR_UNUSED, uint32_t colour ATTR_UNUSED)
{
}

static void
no_box(void *ctx ATTR_UNUSED, const struct draw_box *box ATTR_UNUSED)
{
}

static bool
no_picture(void *ctx ATTR_UNUSED, const char *name ATTR_UNUSED, struct px_rect rect ATTR_UNUSED,
    uint32_t colour ATTR_UNUSED)
{
    return true;
}

/* The words of the language's button, as they are drawn. */
static void
button_lines(struct app *app, struct lines *lines)
{
    const struct draw_ops ops = {
        .fill = no_fill, .box = no_box, .run = take_run, .picture = no_picture, .ctx = lines};
    struct drawing drawing = paint_drawing(app->ui);
    drawing.ops = &ops;
    words_begin(app);
    ui_begin(app->ui, "page");
    (void)page_begin(app, NULL, NULL);
    ui_end(app->ui);
    struct frame *frame = ui_shown(app->ui);
    for (size_t i = 0; i < frame->count; i++) {
        const char *id = frame->items[i].e.id;
        if (id != NULL && strcmp(id, "language") == 0) {
            draw_item(&drawing, &frame->items[i]);
            assert_false(frame->items[i].overflow);
        }
    }
}

/* Both names whole, or the visitor's own alone; one of two words may have a line for each. Whether both stand there. */
static bool
check_names(struct app *app, const char *own)
{
    struct lines lines = {0};
    const char *japanese = i18n_text_in(app->i18n, "ja", "language.name");
    char line[128];
    buf_init(&lines.text, 1024);
    button_lines(app, &lines);
    const char *text = buf_str(&lines.text);
    bool both = strchr(text, '+') != NULL;
    (void)snprintf(line, sizeof(line), "%s\n+ %s", own, japanese);
    bool whole =
        strcmp(text, own) == 0 || strcmp(text, line) == 0 || strcmp(text, "やさしい\n日本語") == 0;
    (void)snprintf(line, sizeof(line), "%s + %s", own, japanese);
    if (!whole && strcmp(text, line) != 0) {
        struct ui_rect panel = app->places.panel;
        fail_msg("%d x %d: the button says \"%s\" for \"%s\"", panel.w, panel.h, text, own);
    }
    buf_release(&lines.text);
    return both;
}

/* On one panel, in every language. How often both names stood there. */
static unsigned
check_language_button(struct app *app, bool low)
{
    unsigned both = 0;
    places_of(ui_panel(app->ui), low, &app->places);
    for (size_t i = 0; i < i18n_language_count(app->i18n); i++) {
        const struct i18n_language *language = i18n_language_at(app->i18n, i);
        assert_int_equal(i18n_use(app->i18n, language->code), 0);
        ui_set_language(app->ui, language->tag);
        for (int size = 0; size < UI_TEXT_SIZE_COUNT; size++) {
            ui_set_text_size(app->ui, (enum ui_text_size)size);
            app->prefs.two_languages = false;
            assert_false(check_names(app, language->name));
            app->prefs.two_languages = true;
            both += check_names(app, language->name);
        }
    }
    return both;
}

static void
test_language_button(void **state ATTR_UNUSED)
{
    struct app *app = xcalloc(1, sizeof(*app));
    char *locale = conf_share(NULL, "locale");
    char *folder = conf_share(NULL, "fonts");
    char *fonts = fs_join(folder, "fonts.list");
    assert_int_equal(i18n_new(locale, &app->i18n), 0);
    app->screen = &screen_home;
    (void)setenv("SDL_VIDEODRIVER", "dummy", 1);
    for (size_t i = 0; i < ARRAY_LEN(panels); i++) {
        const struct ui_config config = {.fonts = fonts,
            .theme = "assets/theme",
            .width_px = panels[i].w / 5,
            .height_px = panels[i].h / 5,
            .px_per_m = 2000};
        assert_int_equal(ui_new(&config, &app->ui), 0);
        bool wide = panels[i].w > panels[i].h;
        unsigned both = check_language_button(app, false);
        assert_true(wide ? both >= 11 * UI_TEXT_SIZE_COUNT : both == 0);
        assert_int_equal(check_language_button(app, true), 0);
        ui_free(app->ui);
    }
    i18n_free(app->i18n);
    free(fonts);
    free(folder);
    free(locale);
    free(app);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_panels),
        cmocka_unit_test(test_low_room),
        cmocka_unit_test(test_language_button),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
