/* app/keyboard.c - the on-screen keyboard of written answers: kana in the order of the fifty sounds,
 * Latin, digits; keys of 18 mm and more. Kana stay kana: a clerk adds the kanji at the counter. */
#include "app_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

enum { KEY_COLUMNS = 11, KEY_ROWS = 5, KEYBOARD_GAP = 36, KEY_H_MAX = 205 };

/* Row by row; "" is an empty place. Columns are the ten consonants from left to right; the last
 * column holds the marks. */
static const char *const layouts[KEYBOARD_MODE_COUNT][KEY_ROWS * KEY_COLUMNS] = {
    [KEYBOARD_HIRAGANA] = {"あ", "か", "さ", "た", "な", "は", "ま", "や", "ら", "わ", "゛", //
        "い", "き", "し", "ち", "に", "ひ", "み", "", "り", "を", "゜", //
        "う", "く", "す", "つ", "ぬ", "ふ", "む", "ゆ", "る", "ん", "小", //
        "え", "け", "せ", "て", "ね", "へ", "め", "", "れ", "ー", "・", //
        "お", "こ", "そ", "と", "の", "ほ", "も", "よ", "ろ", "、", "　"},
    [KEYBOARD_KATAKANA] = {"ア", "カ", "サ", "タ", "ナ", "ハ", "マ", "ヤ", "ラ", "ワ", "゛", //
        "イ", "キ", "シ", "チ", "ニ", "ヒ", "ミ", "", "リ", "ヲ", "゜", //
        "ウ", "ク", "ス", "ツ", "ヌ", "フ", "ム", "ユ", "ル", "ン", "小", //
        "エ", "ケ", "セ", "テ", "ネ", "ヘ", "メ", "", "レ", "ー", "・", //
        "オ", "コ", "ソ", "ト", "ノ", "ホ", "モ", "ヨ", "ロ", "、", "　"},
    [KEYBOARD_LATIN] = {"A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "-", //
        "K", "L", "M", "N", "O", "P", "Q", "R", "S", "T", "'", //
        "U", "V", "W", "X", "Y", "Z", "", "", "", "", ".", //
        "", "", "", "", "", "", "", "", "", "", "", //
        "", "", "", "", "", "", "", "", "", "", " "},
    [KEYBOARD_DIGITS] = {"1", "2", "3", "", "丁目", "番", "号", "", "-", "", "", //
        "4", "5", "6", "", "番地", "号室", "", "", "/", "", "", //
        "7", "8", "9", "", "", "", "", "", "", "", "", //
        "", "0", "", "", "", "", "", "", "", "", "", //
        "", "", "", "", "", "", "", "", "", "", ""},
};

/* Pairs of a kana and the one that a mark makes of it. */
static const char *const voiced =
    "かがきぎくぐけげこごさざしじすずせぜそぞただちぢつづてでとどはばひびふぶへべほぼうゔ"
    "カガキギクグケゲコゴサザシジスズセゼソゾタダチヂツヅテデトドハバヒビフブヘベホボウヴ";
static const char *const half_voiced = "はぱひぴふぷへぺほぽハパヒピフプヘペホポ";
static const char *const small =
    "あぁいぃうぅえぇおぉつっやゃゆゅよょわゎアァイィウゥエェオォツッヤャユュヨョワヮ";

static size_t
field_max(const struct app *app)
{
    struct question question;
    if (app->screen == &screen_question &&
        interview_at(app->visit.interview) == INTERVIEW_QUESTION &&
        interview_question(app->visit.interview, &question) == 0 && question.max_length > 0) {
        return question.max_length;
    }
    return 100;
}

void
field_put(struct app *app, const char *text)
{
    char *field = app->visit.field;
    size_t have = strlen(field);
    size_t more = strlen(text);
    if (have + more >= sizeof(app->visit.field) ||
        utf8_count(field, have) + utf8_count(text, more) > field_max(app)) {
        return;
    }
    memcpy(field + have, text, more + 1);
    app->visit.verdict_shown = false;
}

void
field_erase(struct app *app)
{
    char *field = app->visit.field;
    size_t len = strlen(field);
    while (len > 0 && ((unsigned char)field[len - 1] & 0xc0) == 0x80) {
        field[--len] = 0;
    }
    if (len > 0) {
        field[--len] = 0;
    }
    app->visit.verdict_shown = false;
}

/* Replaces the last kana by its partner in the pairs, either way; nothing when it has none. */
static void
turn_last(struct app *app, const char *pairs)
{
    char *field = app->visit.field;
    size_t len = strlen(field);
    if (len < 3) {
        return;
    }
    const char *last = field + len - 3; /* kana are three bytes in UTF-8 */
    for (size_t i = 0; pairs[i] != 0; i += 3) {
        if (strncmp(pairs + i, last, 3) == 0) {
            size_t partner = i / 3 % 2 == 0 ? i + 3 : i - 3;
            memcpy(field + len - 3, pairs + partner, 3);
            return;
        }
    }
}

static void
place_keys(struct app *app, const struct flow *flow, int key_h)
{
    int key_w = (flow->w - (KEY_COLUMNS - 1) * KEYBOARD_GAP) / KEY_COLUMNS;
    for (int i = 0; i < KEY_ROWS * KEY_COLUMNS; i++) {
        const char *text = layouts[app->visit.keyboard][i];
        if (text == NULL || text[0] == 0) {
            continue;
        }
        char id[UI_ID_MAX];
        (void)snprintf(id, sizeof(id), "key:%s", text);
        bool space = strcmp(text, "　") == 0 || strcmp(text, " ") == 0;
        ui_add(app->ui,
            &(struct ui_element){.id = id,
                .role = UI_ROLE_KEY,
                .rect = rect(flow->x + i % KEY_COLUMNS * (key_w + KEYBOARD_GAP),
                    flow->y + i / KEY_COLUMNS * (key_h + KEYBOARD_GAP), key_w, key_h),
                .text = space ? say(app, "key.space") : text,
                .size = space ? UI_SIZE_BAR : UI_SIZE_KEYBOARD,
                .tone = i % KEY_COLUMNS == KEY_COLUMNS - 1 ? UI_TONE_QUIET : UI_TONE_SURFACE,
                .bold = true,
                .align = UI_ALIGN_CENTRE});
    }
}

static void
place_modes(struct app *app, const struct flow *flow, int y, int h)
{
    static const char *const ids[KEYBOARD_MODE_COUNT] = {
        "mode:hiragana", "mode:katakana", "mode:latin", "mode:digits"};
    static const char *const names[KEYBOARD_MODE_COUNT] = {
        "key.hiragana", "key.katakana", "key.latin", "key.digits"};
    int width = (flow->w - KEYBOARD_MODE_COUNT * KEYBOARD_GAP) / (KEYBOARD_MODE_COUNT + 1);
    for (int i = 0; i <= KEYBOARD_MODE_COUNT; i++) {
        bool erase = i == KEYBOARD_MODE_COUNT;
        bool chosen = !erase && app->visit.keyboard == (enum keyboard_mode)i;
        ui_add(app->ui, &(struct ui_element){.id = erase ? "key:delete" : ids[i],
                            .role = UI_ROLE_BUTTON,
                            .rect = rect(flow->x + i * (width + KEYBOARD_GAP), y, width, h),
                            .text = say(app, erase ? "key.delete" : names[i]),
                            .tone = chosen ? UI_TONE_SOFT : UI_TONE_QUIET,
                            .state = chosen ? UI_STATE_CHOSEN : 0,
                            .size = UI_SIZE_BAR,
                            .bold = true,
                            .align = UI_ALIGN_CENTRE});
    }
}

void
keyboard_build(struct app *app, struct flow *flow)
{
    flow_within_reach(app, flow);
    int room = flow->bottom - flow->y;
    int key_h = (room - KEY_ROWS * KEYBOARD_GAP) / (KEY_ROWS + 1);
    key_h = key_h > KEY_H_MAX ? KEY_H_MAX : key_h;
    place_keys(app, flow, key_h);
    place_modes(app, flow, flow->y + KEY_ROWS * (key_h + KEYBOARD_GAP), key_h);
}

bool
keyboard_tap(struct app *app, const char *id)
{
    static const char *const modes[KEYBOARD_MODE_COUNT] = {
        "mode:hiragana", "mode:katakana", "mode:latin", "mode:digits"};
    for (int i = 0; i < KEYBOARD_MODE_COUNT; i++) {
        if (strcmp(id, modes[i]) == 0) {
            app->visit.keyboard = (enum keyboard_mode)i;
            return true;
        }
    }
    if (strncmp(id, "key:", 4) != 0) {
        return false;
    }
    const char *key = id + 4;
    if (strcmp(key, "delete") == 0) {
        field_erase(app);
    } else if (strcmp(key, "゛") == 0) {
        turn_last(app, voiced);
    } else if (strcmp(key, "゜") == 0) {
        turn_last(app, half_voiced);
    } else if (strcmp(key, "小") == 0) {
        turn_last(app, small);
    } else {
        field_put(app, key);
    }
    return true;
}
