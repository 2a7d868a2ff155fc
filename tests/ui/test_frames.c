/* The life of frames on the dummy driver: nothing is drawn when nothing differs, a change repaints the same
 * pixels as drawing everything would, taps and keys come out judged, scripts never lose a tap, and what
 * was a visitor's is gone after the wipe. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/err.h"
#include "harness/harness.h"
#include "ui/scenes.h"
#include "ui/ui_priv.h"

struct fake_time {
    int64_t ms;
};

static int64_t
fake_mono(void *ctx)
{
    return ((struct fake_time *)ctx)->ms;
}

static int64_t
fake_wall(void *ctx)
{
    return ((struct fake_time *)ctx)->ms / 1000;
}

static struct fake_time at;
static const struct clock fake_clock = {fake_mono, fake_wall, &at};

static void
expect(struct ui *ui, enum ui_input_type type, const char *id)
{
    struct ui_input input;
    do { /* the hints that something was pressed and that the ring moved have tests of their own */
        ui_wait(ui, 0, &input);
    } while (input.type != type && (input.type == UI_INPUT_PRESS || input.type == UI_INPUT_FOCUS));
    assert_int_equal(input.type, type);
    assert_string_equal(input.id, id);
}

static uint64_t
pixels_hash(const struct ui *ui)
{
    uint64_t hash = 0xcbf29ce484222325U;
    for (int y = 0; y < ui->canvas.h; y++) {
        for (int x = 0; x < ui->canvas.w; x++) {
            hash =
                (hash ^ (ui->canvas.pixels[y * ui->canvas.stride + x] & 0xffffff)) * 0x100000001b3U;
        }
    }
    return hash;
}

static void
test_equal_list_draws_nothing(void **state ATTR_UNUSED)
{
    struct ui *ui = scene_ui(&fake_clock);
    struct ui_input input;
    scene_show_named(ui, "question");
    ui_wait(ui, 0, &input); /* the window's own first events */
    uint64_t frames = ui_frames(ui);
    for (int i = 0; i < 5; i++) {
        scene_show_named(ui, "question");
        ui_wait(ui, 0, &input);
    }
    assert_int_equal(ui_frames(ui), frames);
    ui_free(ui);
}

/* A page with some of its answers chosen and n lines of text: changes of every kind come from it. */
static void
page(struct ui *ui, const char *screen, unsigned chosen, int lines, const char *typed)
{
    ui_begin(ui, screen);
    scene_top(ui, scene_ja);
    for (int i = 0; i < 4; i++) {
        char id[32];
        (void)snprintf(id, sizeof id, "choice:%d", i);
        ui_add(ui, &(struct ui_element){.id = id,
                       .role = i < 2 ? UI_ROLE_CHOICE : UI_ROLE_CHECK,
                       .text = "年金・保険の手続き",
                       .size = UI_SIZE_CHOICE,
                       .state = (chosen >> i & 1) != 0 ? UI_STATE_CHOSEN : 0,
                       .rect = {240, 400 + i * 400, 2000, 330}});
    }
    for (int i = 0; i < lines; i++) {
        ui_add(ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                       .text = "ご案内の文",
                       .size = UI_SIZE_BODY,
                       .rect = {2400, 800 + i * 150, 2000, 0}});
    }
    ui_add(ui, &(struct ui_element){.id = "field:name",
                   .role = UI_ROLE_FIELD,
                   .text = typed,
                   .detail = "なまえ",
                   .size = UI_SIZE_VALUE,
                   .state = UI_STATE_PERSONAL,
                   .rect = {2400, 400, 2000, 300}});
    scene_bottom(ui, "もどる", "つぎへ", chosen == 0 ? UI_STATE_WAITING : 0);
    ui_end(ui);
}

/* Drawing only what changed gives the same pixels as drawing all. */
static void
test_partial_is_whole(void **state ATTR_UNUSED)
{
    struct ui *ui = scene_ui(&fake_clock);
    struct rng {
        uint32_t x;
    } rng = {12345};
    const char *const typed[] = {"", "は", "はな", "はなこ"};
    page(ui, "page", 0, 0, "");
    for (int i = 0; i < 40; i++) {
        rng.x = rng.x * 1664525U + 1013904223U;
        page(ui, "page", rng.x >> 28, (int)(rng.x >> 24 & 3), typed[rng.x >> 20 & 3]);
        if (i % 3 == 0) {
            (void)ui_key(ui, i % 2 == 0 ? "down" : "right");
        }
        if (i % 5 == 0) {
            ui_touch(ui, UI_PHASE_DOWN, 1, 300, 450);
        } else {
            ui_touch(ui, UI_PHASE_UP, 1, 4000, 2000);
        }
        uint64_t partial = pixels_hash(ui);
        ui->damage.all = true;
        paint(ui);
        assert_int_equal(pixels_hash(ui), partial);
    }
    ui_free(ui);
}

static void
test_tap_and_press(void **state ATTR_UNUSED)
{
    at.ms = 10000;
    struct ui *ui = scene_ui(&fake_clock);
    scene_show_named(ui, "question");
    assert_string_equal(ui_screen(ui), "question");
    at.ms += 1000;
    uint64_t frames = ui_frames(ui);
    ui_touch(ui, UI_PHASE_DOWN, 7, 3900, 2450);
    assert_int_equal(ui_frames(ui), frames + 1); /* pressed is seen at once */
    bool pressed = false;
    for (size_t i = 0; i < ui_count(ui); i++) {
        const struct ui_element *e = ui_at(ui, i);
        pressed = pressed || (e->role == UI_ROLE_MAIN && (e->state & UI_STATE_PRESSED) != 0);
    }
    assert_true(pressed);
    ui_touch(ui, UI_PHASE_UP, 7, 3900, 2450);
    expect(ui, UI_INPUT_TAP, "next");
    expect(ui, UI_INPUT_NONE, "");
    ui_touch(ui, UI_PHASE_DOWN, 7, 3900, 2450); /* too soon: swallowed */
    ui_touch(ui, UI_PHASE_UP, 7, 3900, 2450);
    expect(ui, UI_INPUT_NONE, "");
    ui_touch(ui, UI_PHASE_DOWN, 7, 2382, 2000);
    ui_touch(ui, UI_PHASE_UP, 7, 2382, 2000);
    expect(ui, UI_INPUT_TOUCH, "");
    ui_free(ui);
}

/* A script taps as fast as it likes; nothing is lost and nothing sleeps. */
static void
test_script_taps(void **state ATTR_UNUSED)
{
    at.ms = 10000;
    struct ui *ui = scene_ui(&fake_clock);
    scene_show_named(ui, "question");
    for (int i = 0; i < 5; i++) {
        assert_int_equal(ui_tap(ui, "next"), 0);
        expect(ui, UI_INPUT_TAP, "next");
    }
    assert_int_equal(at.ms, 10000);
    assert_int_equal(ui_tap(ui, "勤め先・学校"), 0);
    expect(ui, UI_INPUT_TAP, "choice:1");
    assert_int_equal(ui_tap(ui, "住民票は、どこに出しますか。"), KERR_NOT_FOUND); /* a title */
    assert_int_equal(ui_tap(ui, "nothing"), KERR_NOT_FOUND);
    scene_show_named(ui, "card");
    assert_int_equal(ui_tap(ui, "next"), KERR_STATE); /* waits for the card */
    scene_show_named(ui, "easy");
    assert_int_equal(ui_tap(ui, "8人 以上"), 0); /* as it is read, without ruby */
    expect(ui, UI_INPUT_TAP, "choice:8");
    assert_true(ui_shows(ui, "家族は、何人"));
    assert_false(ui_shows(ui, "かぞく"));
    ui_begin(ui, "cover");
    ui_add(
        ui, &(struct ui_element){.id = "under", .role = UI_ROLE_BUTTON, .rect = {0, 0, 400, 400}});
    ui_add(
        ui, &(struct ui_element){.id = "over", .role = UI_ROLE_BUTTON, .rect = {0, 0, 900, 900}});
    ui_end(ui);
    assert_int_equal(ui_tap(ui, "under"), KERR_STATE);
    ui_free(ui);
}

static void
test_keys_and_typing(void **state ATTR_UNUSED)
{
    struct ui *ui = scene_ui(&fake_clock);
    struct ui_input input;
    scene_show_named(ui, "question");
    assert_int_equal(ui_key(ui, "select"), 0); /* only shows the focus */
    expect(ui, UI_INPUT_NONE, "");
    assert_int_equal(ui_key(ui, "right"), 0);
    assert_int_equal(ui_key(ui, "select"), 0);
    expect(ui, UI_INPUT_TAP, "choice:1");
    assert_int_equal(ui_key(ui, "back"), 0);
    expect(ui, UI_INPUT_BACK, "");
    assert_int_equal(ui_key(ui, "delete"), 0);
    expect(ui, UI_INPUT_DELETE, "");
    assert_int_equal(ui_key(ui, "sideways"), KERR_INVALID);
    assert_int_equal(ui_type(ui, "3𠮷"), 0);
    ui_wait(ui, 0, &input);
    assert_int_equal(input.type, UI_INPUT_TEXT);
    assert_string_equal(input.text, "3");
    ui_wait(ui, 0, &input);
    assert_string_equal(input.text, "𠮷");
    assert_int_equal(ui_type(ui, "\xff"), KERR_INVALID);
    char long_text[UI_QUEUE_MAX + 2];
    memset(long_text, 'a', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    assert_int_equal(ui_type(ui, long_text), KERR_TOO_BIG);
    expect(ui, UI_INPUT_NONE, ""); /* none of it was taken */
    ui_free(ui);
}

static void
test_focus_is_seen_and_hides(void **state ATTR_UNUSED)
{
    struct ui *ui = scene_ui(&fake_clock);
    scene_show_named(ui, "question");
    uint64_t before = pixels_hash(ui), frames = ui_frames(ui);
    assert_int_equal(ui_key(ui, "down"), 0);
    assert_int_equal(ui_frames(ui), frames + 1);
    assert_int_not_equal(pixels_hash(ui), before);
    ui_touch(ui, UI_PHASE_DOWN, 1, 2390, 2000);
    assert_int_equal(pixels_hash(ui), before);
    ui_free(ui);
}

static void
test_wake(void **state ATTR_UNUSED)
{
    struct ui *ui = scene_ui(NULL);
    struct ui_input input;
    scene_show_named(ui, "home");
    ui_wake(ui);
    ui_wake(ui);
    ui_wait(ui, -1, &input);
    assert_int_equal(input.type, UI_INPUT_WAKE);
    ui_wait(ui, 20, &input); /* two calls are one wake-up */
    assert_int_equal(input.type, UI_INPUT_NONE);
    ui_free(ui);
}

static void
test_sizes_follow_words(void **state ATTR_UNUSED)
{
    struct ui *ui = scene_ui(NULL);
    int w, h, w2, h2;
    struct ui_element e = {.role = UI_ROLE_BUTTON, .text = "なおす", .size = UI_SIZE_HINT};
    ui_natural(ui, &e, &w, &h);
    assert_true(w > ui_text_width(ui, "なおす", UI_SIZE_HINT, true));
    e.text = "なおすなおす";
    ui_natural(ui, &e, &w2, &h2);
    assert_true(w2 > w);
    assert_int_equal(h2, h);
    int one = ui_text_height(ui, "あいうえお", 0, UI_SIZE_BODY, false);
    int wrapped = ui_text_height(ui, "あいうえお", 200, UI_SIZE_BODY, false);
    assert_true(wrapped >= 2 * one);
    ui_set_text_size(ui, UI_TEXT_HUGE);
    assert_true(ui_text_height(ui, "あ", 0, UI_SIZE_BODY, false) > one * 3 / 2);
    struct ui_rect panel = ui_panel(ui);
    assert_int_equal(panel.w, SCENE_W);
    assert_int_equal(panel.h, 2679);
    ui_free(ui);
}

/* An element's own language chooses its fonts: the same kanji, drawn in three faces; and a change of it
 * alone is a change. */
static void
test_own_language(void **state ATTR_UNUSED)
{
    static const char *const langs[] = {NULL, "zh-Hans", "ko"};
    static const int fonts[] = {0, 11, 13}; /* biz, sc, kr of fonts/fonts.list */
    struct ui *ui = scene_ui(NULL);
    uint64_t frames = ui_frames(ui);
    for (size_t i = 0; i < ARRAY_LEN(langs); i++) {
        ui_begin(ui, "own-language");
        ui_add(ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                       .rect = {100, 100, 2000, 200},
                       .text = "\u4ea4\u4eca",
                       .lang = langs[i],
                       .size = UI_SIZE_BODY});
        ui_end(ui);
        assert_true(ui_frames(ui) == frames + i + 1);
        const char *language = ui_shown(ui)->items[0].language;
        assert_string_equal(language, langs[i] != NULL ? langs[i] : "ja");
        struct text_style style = {.size_px = 40, .language = language};
        const struct text_layout *layout =
            layouts_get(ui->layouts, &ui->fonts, "\u4ea4\u4eca", &style);
        assert_non_null(layout);
        assert_int_equal(text_layout_run(layout, 0)->font, fonts[i]);
    }
    ui_free(ui);
}

/* Words that can't fit are reported; words that fit by wrapping or shrinking are not. */
static void
test_overflow(void **state ATTR_UNUSED)
{
    static const struct {
        const char *text;
        int w, h;
        bool overflow;
    } cases[] = {
        {"つぎへ", 600, 250, false},
        {"やさしい日本語", 570, 207, false}, /* a little smaller on one line */
        {"カードを使わずにつづける", 760, 300, false}, /* in two lines */
        {"カードを使わずにつづける", 300, 120, true},
        {"つぎへ", 600, 60, true},
    };
    struct ui *ui = scene_ui(NULL);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        ui_begin(ui, "page");
        ui_add(ui, &(struct ui_element){.id = "x",
                       .role = UI_ROLE_BUTTON,
                       .text = cases[i].text,
                       .size = UI_SIZE_HINT,
                       .rect = {100, 100, cases[i].w, cases[i].h}});
        ui_end(ui);
        AUTO_BUF json;
        buf_init(&json, 4096);
        assert_int_equal(ui_dump(ui, &json), 0);
        bool found = strstr(buf_str(&json), "\"overflow\": true") != NULL;
        if (found != cases[i].overflow) {
            print_error(
                "%s in %d x %d: overflow %d\n", cases[i].text, cases[i].w, cases[i].h, found);
        }
        assert_int_equal(found, cases[i].overflow);
    }
    ui_free(ui);
}

/* What is not drawn again still says that its words do not fit. */
static void
test_overflow_stays(void **state ATTR_UNUSED)
{
    struct ui *ui = scene_ui(NULL);
    for (int i = 0; i < 3; i++) {
        ui_begin(ui, "page");
        ui_add(ui, &(struct ui_element){.id = "x",
                       .role = UI_ROLE_BUTTON,
                       .text = "カードを使わずにつづける",
                       .size = UI_SIZE_HINT,
                       .rect = {100, 100, 300, 120}});
        ui_add(ui,
            &(struct ui_element){
                .id = "y", .role = UI_ROLE_KEY, .text = "1", .rect = {1000 + i, 1000, 400, 400}});
        if (i == 2) {
            ui_add(ui, &(struct ui_element){.role = UI_ROLE_LINE, .rect = {0, 2000, 4000, 10}});
        }
        ui_end(ui);
        AUTO_BUF json;
        buf_init(&json, 4096);
        assert_int_equal(ui_dump(ui, &json), 0);
        assert_non_null(strstr(buf_str(&json), "\"overflow\": true"));
    }
    ui_free(ui);
}

/* More elements, text or id than the bounds: cut and told, never written past. */
static void
test_bounds(void **state ATTR_UNUSED)
{
    struct ui *ui = scene_ui(NULL);
    char long_id[UI_ID_MAX + 1], *long_text = malloc(UI_TEXT_POOL + 1);
    memset(long_id, 'x', UI_ID_MAX);
    long_id[UI_ID_MAX] = '\0';
    memset(long_text, 'y', UI_TEXT_POOL);
    long_text[UI_TEXT_POOL] = '\0';
    ui_begin(ui, "many");
    ui_add(ui, &(struct ui_element){.id = long_id, .role = UI_ROLE_BUTTON, .rect = {0, 0, 9, 9}});
    ui_add(ui, &(struct ui_element){.role = UI_ROLE_TEXT, .text = long_text, .rect = {0, 0, 9, 9}});
    for (int i = 0; i < 2 * UI_ELEMENTS_MAX; i++) {
        ui_add(ui, &(struct ui_element){.id = "k", .role = UI_ROLE_KEY, .rect = {i, i, 90, 90}});
    }
    ui_end(ui);
    assert_int_equal(ui_count(ui), UI_ELEMENTS_MAX);
    assert_null(ui_at(ui, 0)->id);
    assert_string_equal(ui_at(ui, 1)->text, "");
    assert_null(ui_at(ui, UI_ELEMENTS_MAX));
    AUTO_BUF json;
    buf_init(&json, 1 << 20);
    assert_int_equal(ui_dump(ui, &json), 0);
    assert_non_null(strstr(buf_str(&json), "\"truncated\": true"));
    free(long_text);
    ui_free(ui);
}

/* Everything that was the visitor's goes; the words of the kiosk itself may stay in the cache. */
static void
test_wipe(void **state ATTR_UNUSED)
{
    struct ui *ui = scene_ui(&fake_clock);
    struct ui_input input;
    scene_show_named(ui, "check");
    page(ui, "page", 0, 0, "にしなかまさと");
    assert_int_equal(ui_type(ui, "7391"), 0);
    /* The look at memory finds what is there: each place, before. */
    assert_true(cache_holds(ui->cache, "花子", 6));
    assert_true(layouts_hold(ui->layouts, "花子", 6));
    assert_true(cache_personal(ui->cache) > 0);
    assert_true(harness_holds(ui->frames[0].pool, UI_TEXT_POOL, "花子") ||
                harness_holds(ui->frames[1].pool, UI_TEXT_POOL, "花子"));
    uint64_t shown_before = pixels_hash(ui);
    size_t bytes = cache_bytes(ui->cache);
    ui_wipe(ui);
    assert_int_equal(cache_personal(ui->cache), 0);
    assert_true(cache_bytes(ui->cache) < bytes);
    assert_true(cache_bytes(ui->cache) > 0);
    const char *const needles[] = {"花子", "助川町", "まさと"};
    for (size_t i = 0; i < ARRAY_LEN(needles); i++) {
        size_t len = strlen(needles[i]);
        assert_false(cache_holds(ui->cache, needles[i], len));
        assert_false(layouts_hold(ui->layouts, needles[i], len));
        assert_false(harness_holds(ui->frames[0].pool, UI_TEXT_POOL, needles[i]));
        assert_false(harness_holds(ui->frames[1].pool, UI_TEXT_POOL, needles[i]));
    }
    ui_wait(ui, 0, &input);
    assert_int_equal(input.type, UI_INPUT_NONE); /* typed digits went too */
    assert_int_equal(ui_count(ui), 0);
    assert_int_not_equal(pixels_hash(ui), shown_before);
    uint32_t paper = theme_palette(UI_THEME_DEFAULT)->paper;
    for (int i = 0; i < ui->canvas.w * ui->canvas.h; i++) {
        assert_int_equal(ui->canvas.pixels[i] & 0xffffff, paper);
    }
    /* The next page is presented twice, so that no second buffer keeps the old one. */
    uint64_t frames = ui_frames(ui);
    scene_show_named(ui, "attract");
    assert_int_equal(ui_frames(ui), frames + 2);
    scene_show_named(ui, "attract");
    assert_int_equal(ui_frames(ui), frames + 2);
    ui_free(ui);
}

/* The cache keeps its bounds however much is shown. */
static void
test_cache_bound(void **state ATTR_UNUSED)
{
    struct ui *ui = scene_ui(&fake_clock);
    for (int i = 0; i < 600; i++) {
        char text[32];
        (void)snprintf(text, sizeof text, "%d番の窓口", i);
        ui_begin(ui, "page");
        ui_add(ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                       .text = text,
                       .size = UI_SIZE_NUMBER,
                       .rect = {100, 100, 4000, 500}});
        ui_end(ui);
        assert_true(cache_bytes(ui->cache) <= CACHE_BYTES);
    }
    assert_true(cache_bytes(ui->cache) > CACHE_BYTES / 4);
    ui_free(ui);
}

static void
test_bad_config(void **state ATTR_UNUSED)
{
    struct ui *ui = NULL;
    struct ui_config good = {.fonts = "fonts/fonts.list",
        .theme = "assets/theme",
        .width_px = 640,
        .height_px = 480,
        .px_per_m = 4030};
    struct ui_config config = good;
    config.fonts = "tests/ui/none.list";
    assert_int_equal(ui_new(&config, &ui), KERR_UI_FONT);
    config.fonts = "assets/theme/house.svg"; /* no list of fonts */
    assert_int_equal(ui_new(&config, &ui), KERR_UI_FONT);
    config = good;
    config.width_px = 0;
    assert_int_equal(ui_new(&config, &ui), KERR_UI_DISPLAY);
    (void)setenv("SDL_VIDEODRIVER", "no-such-driver", 1);
    assert_int_equal(ui_new(&good, &ui), KERR_UI_DISPLAY);
    (void)setenv("SDL_VIDEODRIVER", "dummy", 1);
    assert_null(ui);
    assert_int_equal(ui_new(&good, &ui), 0);
    ui_free(ui);
    ui_free(NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal_list_draws_nothing),
        cmocka_unit_test(test_partial_is_whole),
        cmocka_unit_test(test_tap_and_press),
        cmocka_unit_test(test_script_taps),
        cmocka_unit_test(test_keys_and_typing),
        cmocka_unit_test(test_focus_is_seen_and_hides),
        cmocka_unit_test(test_wake),
        cmocka_unit_test(test_sizes_follow_words),
        cmocka_unit_test(test_own_language),
        cmocka_unit_test(test_overflow),
        cmocka_unit_test(test_overflow_stays),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_wipe),
        cmocka_unit_test(test_cache_bound),
        cmocka_unit_test(test_bad_config),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
