/* ui/scenes.h - ten screens like those of the look, built with ui's own calls: what the tests of drawing,
 * touching and forgetting stand on, without the app. Included by one file a program. */
#ifndef TESTS_UI_SCENES_H
#define TESTS_UI_SCENES_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/conf.h"
#include "base/fs.h"
#include "ui/ui.h"

enum { SCENE_W = 4764, SCENE_H = 2680, SCENE_COUNT = 10 };

/* The list of the built fonts; caller frees. */
static ATTR_UNUSED char *
scene_fonts(void)
{
    char *folder = conf_share(NULL, "fonts");
    char *list = fs_join(folder, "fonts.list");
    free(folder);
    return list;
}

/* A ui on the dummy driver, 1920 x 1080, with the built fonts and the pictograms of the tree. */
static ATTR_UNUSED struct ui *
scene_ui(const struct clock *clock)
{
    char *fonts = scene_fonts();
    struct ui_config config = {
        .fonts = fonts,
        .theme = "assets/theme",
        .width_px = 1920,
        .height_px = 1080,
        .px_per_m = 4030,
        .clock = clock,
    };
    struct ui *ui = NULL;
    (void)setenv("SDL_VIDEODRIVER", "dummy", 1);
    int error = ui_new(&config, &ui);
    free(fonts);
    if (error < 0) {
        (void)fprintf(stderr, "ui_new: %d (run from the top of the tree)\n", error);
        exit(1);
    }
    return ui;
}

/* Top bar: help left, where one is beside it, four settings right. */
static void
scene_top(struct ui *ui, const char *const words[6])
{
    const char *const ids[] = {"help", "language", "text-size", "contrast", "speak"};
    const char *const pictures[] = {"help", "globe", "letters", "contrast", "speaker"};
    ui_add(ui, &(struct ui_element){
                   .role = UI_ROLE_PANEL, .rect = {0, 0, SCENE_W, 280}, .tone = UI_TONE_SURFACE});
    int w, h, x = 120;
    for (int i = 0; i < 5; i++) {
        struct ui_element e = {.id = ids[i],
            .role = UI_ROLE_BUTTON,
            .picture = pictures[i],
            .text = words[i == 0 ? 0 : i + 1],
            .size = UI_SIZE_SMALL};
        ui_natural(ui, &e, &w, &h);
        if (i == 0) {
            e.rect = (struct ui_rect){x, 34, w, 206};
            ui_add(ui, &e);
            ui_add(ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                           .text = words[1],
                           .bold = true,
                           .rect = {x + w + 60, 0, 1000, 272},
                           .valign = UI_ALIGN_CENTRE,
                           .size = UI_SIZE_SMALL,
                           .tone = UI_TONE_QUIET});
        }
    }
    x = SCENE_W - 120;
    for (int i = 4; i > 0; i--) {
        struct ui_element e = {.id = ids[i],
            .role = UI_ROLE_BUTTON,
            .picture = pictures[i],
            .text = words[i + 1],
            .size = UI_SIZE_SMALL};
        ui_natural(ui, &e, &w, &h);
        x -= w;
        e.rect = (struct ui_rect){x, 34, w, 206};
        ui_add(ui, &e);
        x -= 60;
    }
}

static void
scene_bottom(struct ui *ui, const char *back, const char *main, unsigned main_state)
{
    ui_add(ui, &(struct ui_element){.role = UI_ROLE_PANEL,
                   .rect = {0, SCENE_H - 420, SCENE_W, 420},
                   .tone = UI_TONE_SURFACE});
    int w, h;
    if (back != NULL) {
        struct ui_element e = {.id = "back",
            .role = UI_ROLE_BUTTON,
            .text = back,
            .picture = "arrow-left",
            .size = UI_SIZE_BODY};
        ui_natural(ui, &e, &w, &h);
        e.rect = (struct ui_rect){120, SCENE_H - 332, w, 256};
        ui_add(ui, &e);
    }
    if (main != NULL) {
        struct ui_element e = {.id = "next",
            .role = UI_ROLE_MAIN,
            .text = main,
            .size = UI_SIZE_VALUE,
            .state = main_state};
        ui_natural(ui, &e, &w, &h);
        w = w > 1040 ? w : 1040;
        e.rect = (struct ui_rect){SCENE_W - 120 - w, SCENE_H - 342, w, 278};
        ui_add(ui, &e);
    }
}

static void
scene_title(struct ui *ui, int y, int width, const char *text, const char *hint, int hint_gap)
{
    struct ui_element title = {
        .role = UI_ROLE_TITLE, .text = text, .size = UI_SIZE_TITLE, .rect = {240, y, width, 0}};
    title.rect.h = ui_text_height(ui, text, width, UI_SIZE_TITLE, true) + 10;
    ui_add(ui, &title);
    if (hint != NULL) {
        ui_add(ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                       .text = hint,
                       .size = UI_SIZE_BODY,
                       .tone = UI_TONE_QUIET,
                       .rect = {240, y + title.rect.h + hint_gap, width, 0}});
    }
}

static const char *const scene_ja[6] = {
    "てつだって", "住民票の写し  2 / 7", "日本語", "もじ", "見やすく", "こえ"};

static void
scene_attract(struct ui *ui)
{
    static const char *const names[14] = {"日本語", "やさしい日本語", "English", "简体中文",
        "繁體中文", "한국어", "Tiếng Việt", "Filipino", "नेपाली", "Português", "Bahasa Indonesia",
        "မြန်မာ", "ไทย", "Español"};
    static const char *const ids[14] = {"ja", "ja-easy", "en", "zh-Hans", "zh-Hant", "ko", "vi",
        "fil", "ne", "pt-BR", "id", "my", "th", "es"};
    ui_add(ui, &(struct ui_element){.id = "start",
                   .role = UI_ROLE_PANEL,
                   .rect = {0, 0, SCENE_W, 1864},
                   .tone = UI_TONE_PRIMARY});
    ui_add(ui, &(struct ui_element){
                   .role = UI_ROLE_PANEL, .rect = {0, 1864, SCENE_W, 26}, .tone = UI_TONE_BAND});
    ui_add(ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                   .text = "ひたち交流センター  総合まどぐち",
                   .rect = {276, 220, 3000, 0},
                   .size = UI_SIZE_CHOICE,
                   .bold = true,
                   .tone = UI_TONE_PRIMARY});
    ui_add(ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                   .text = "書かずに、\n手続きできます。",
                   .rect = {276, 480, 3100, 0},
                   .size = UI_SIZE_PROMISE,
                   .bold = true,
                   .tone = UI_TONE_PRIMARY});
    ui_add(ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                   .text = "画面にさわると始まります。 マイナンバーカードがなくても使えます。",
                   .rect = {276, 1360, 4000, 0},
                   .size = UI_SIZE_VALUE,
                   .tone = UI_TONE_PRIMARY});
    ui_add(ui, &(struct ui_element){.role = UI_ROLE_PICTURE,
                   .picture = "card",
                   .rect = {3494, 372, 992, 992},
                   .tone = UI_TONE_SURFACE});
    ui_add(ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                   .text = "ことばを えらぶ  ／  Choose your language",
                   .rect = {240, 1960, 3000, 0},
                   .size = UI_SIZE_HINT,
                   .bold = true});
    for (int i = 0; i < 14; i++) {
        char id[32];
        (void)snprintf(id, sizeof id, "language:%s", ids[i]);
        ui_add(ui, &(struct ui_element){.id = id,
                       .role = UI_ROLE_BUTTON,
                       .text = names[i],
                       .rect = {240 + i % 7 * 619, 2142 + i / 7 * 253, 570, 207},
                       .size = UI_SIZE_HINT});
    }
}

static void
scene_home(struct ui *ui)
{
    static const char *const doors[8][3] = {{"house", "引っこし", "転入・転居・転出の届け"},
        {"document", "証明書がほしい", "住民票・印鑑・税など"},
        {"baby", "子ども・妊娠", "手当・保育園・届け出"},
        {"heart", "健康・介護", "健診の予約・介護保険"},
        {"people", "地域・センター", "部屋の予約・活動・催し"},
        {"trash", "くらしの案内", "ごみ・バス・施設"},
        {"shield", "災害のとき", "避難・名簿・罹災証明"},
        {"question", "何をすればいいか分からない", "いくつかの質問でご案内"}};
    const char *words[6];
    memcpy(words, scene_ja, sizeof words);
    words[1] = "はじめの画面";
    scene_top(ui, words);
    scene_title(ui, 400, 4280, "きょうは、どんなご用ですか。", NULL, 0);
    for (int i = 0; i < 8; i++) {
        char id[32];
        (void)snprintf(id, sizeof id, "door:%s", doors[i][0]);
        ui_add(ui, &(struct ui_element){.id = id,
                       .role = UI_ROLE_DOOR,
                       .picture = doors[i][0],
                       .text = doors[i][1],
                       .detail = doors[i][2],
                       .size = UI_SIZE_CHOICE,
                       .tone = i == 7 ? UI_TONE_CARE : UI_TONE_SURFACE,
                       .rect = {240 + i % 3 * 1454, 690 + i / 3 * 477, i == 7 ? 2836 : 1382, 407}});
    }
    scene_bottom(ui, "おわる", NULL, 0);
    ui_add(ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                   .text = "職員をよぶときは「てつだって」",
                   .rect = {2000, SCENE_H - 420, SCENE_W - 2120, 420},
                   .size = UI_SIZE_SMALL,
                   .align = UI_ALIGN_END,
                   .valign = UI_ALIGN_CENTRE});
}

static void
scene_card(struct ui *ui)
{
    scene_top(ui, scene_ja);
    scene_title(ui, 400, 2200, "マイナンバーカードを\n台の上に置いてください。",
        "名前・住所・生年月日を読み取ります。\n12けたの個人番号は読みません。", 40);
    ui_add(ui, &(struct ui_element){.id = "no-card",
                   .role = UI_ROLE_BUTTON,
                   .picture = "document",
                   .text = "カードを使わない",
                   .detail = "名前などを画面で入力します",
                   .rect = {240, 1272, 2222, 295},
                   .size = UI_SIZE_CHOICE});
    ui_add(ui, &(struct ui_element){
                   .role = UI_ROLE_PANEL, .rect = {2640, 397, 1885, 1746}, .tone = UI_TONE_SOFT});
    ui_add(ui, &(struct ui_element){.role = UI_ROLE_PICTURE,
                   .picture = "card-down",
                   .rect = {2900, 560, 1360, 1360},
                   .tone = UI_TONE_SOFT});
    scene_bottom(ui, "もどる", "カードを待っています", UI_STATE_WAITING);
}

static void
scene_pin(struct ui *ui)
{
    static const char *const keys[12] = {
        "1", "2", "3", "4", "5", "6", "7", "8", "9", "けす", "0", "わからない"};
    static const char *const ids[12] = {"pin:1", "pin:2", "pin:3", "pin:4", "pin:5", "pin:6",
        "pin:7", "pin:8", "pin:9", "pin:delete", "pin:0", "pin-unknown"};
    scene_top(ui, scene_ja);
    scene_title(ui, 400, 2300, "4けたの暗証番号を\n押してください。",
        "カードを受け取ったときに決めた番号です。\n長いパスワード（英数字）ではありません。", 20);
    ui_add(ui, &(struct ui_element){.role = UI_ROLE_DOTS,
                   .rect = {240, 1272, 1400, 346},
                   .value = 2,
                   .count = 4,
                   .state = UI_STATE_PERSONAL});
    ui_add(ui, &(struct ui_element){.role = UI_ROLE_NOTICE,
                   .text = "あと 3 回 入力できます",
                   .rect = {240, 1758, 1180, 320},
                   .size = UI_SIZE_BODY,
                   .bold = true,
                   .tone = UI_TONE_CARE});
    for (int i = 0; i < 12; i++) {
        bool word = i == 9 || i == 11;
        ui_add(ui, &(struct ui_element){.id = ids[i],
                       .role = UI_ROLE_KEY,
                       .text = keys[i],
                       .rect = {2738 + i % 3 * 612, 461 + i / 3 * 417, 564, 368},
                       .size = word ? UI_SIZE_BODY : UI_SIZE_KEY,
                       .tone = word ? UI_TONE_QUIET : UI_TONE_SURFACE});
    }
    scene_bottom(ui, "もどる", "つぎへ", UI_STATE_WAITING);
}

static void
scene_answers(struct ui *ui, const char *const words[6][2], int y)
{
    for (int i = 0; i < 6; i++) {
        char id[32];
        (void)snprintf(id, sizeof id, "choice:%d", i);
        ui_add(ui, &(struct ui_element){.id = id,
                       .role = UI_ROLE_CHOICE,
                       .text = words[i][0],
                       .detail = words[i][1],
                       .size = UI_SIZE_CHOICE,
                       .state = i == 1 ? UI_STATE_CHOSEN : 0,
                       .rect = {240 + i % 2 * 2180, y + i / 2 * 407, 2104, 334}});
    }
}

static void
scene_question(struct ui *ui)
{
    static const char *const words[6][2] = {{"年金・保険の手続き", NULL}, {"勤め先・学校", NULL},
        {"運転免許・車", NULL}, {"銀行・携帯電話", NULL}, {"家を借りる・買う", NULL},
        {"そのほか・わからない", NULL}};
    scene_top(ui, scene_ja);
    scene_title(ui, 400, 4280, "住民票は、どこに出しますか。",
        "出す先によって、のせる内容が変わります。", 0);
    scene_answers(ui, words, 856);
    scene_bottom(ui, "もどる", "つぎへ", 0);
}

static void
scene_check(struct ui *ui)
{
    static const char *const rows[5][3] = {{"名前", "日立　花子", "カードから"},
        {"住所", "茨城県日立市助川町1丁目1番1号", "カードから"},
        {"生まれた日", "昭和16年（1941年）3月5日", "カードから"}, {"出す先", "勤め先・学校", NULL},
        {"枚数", "1枚　300円", NULL}};
    scene_top(ui, scene_ja);
    scene_title(ui, 360, 4280, "この内容で申し込みますか。", NULL, 0);
    ui_add(ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                   .text = "まだ申し込んでいません。",
                   .rect = {240, 580, 4280, 0},
                   .size = UI_SIZE_HINT,
                   .bold = true,
                   .tone = UI_TONE_CARE});
    ui_add(ui, &(struct ui_element){.role = UI_ROLE_LINE, .rect = {240, 783, 4285, 10}});
    for (int i = 0; i < 5; i++) {
        int y = 793 + i * 268;
        char id[32];
        (void)snprintf(id, sizeof id, "change:%d", i);
        ui_add(ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                       .text = rows[i][0],
                       .rect = {240, y, 700, 264},
                       .size = UI_SIZE_BODY,
                       .tone = UI_TONE_QUIET,
                       .valign = UI_ALIGN_CENTRE});
        ui_add(ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                       .text = rows[i][1],
                       .rect = {984, y, 2400, 264},
                       .size = UI_SIZE_VALUE,
                       .bold = true,
                       .valign = UI_ALIGN_CENTRE,
                       .state = UI_STATE_PERSONAL});
        if (rows[i][2] != NULL) {
            ui_add(ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                           .text = rows[i][2],
                           .picture = "check",
                           .rect = {3400, y, 560, 264},
                           .size = UI_SIZE_HINT,
                           .tone = UI_TONE_DONE,
                           .align = UI_ALIGN_END,
                           .valign = UI_ALIGN_CENTRE});
        }
        ui_add(ui, &(struct ui_element){.id = id,
                       .role = UI_ROLE_BUTTON,
                       .text = "なおす",
                       .rect = {4055, y + 28, 470, 208},
                       .size = UI_SIZE_HINT,
                       .tone = UI_TONE_SOFT});
        ui_add(
            ui, &(struct ui_element){
                    .role = UI_ROLE_LINE, .rect = {240, y + 262, 4285, 6}, .tone = UI_TONE_QUIET});
    }
    scene_bottom(ui, "もどる", "申し込む", 0);
}

static void
scene_accepted(struct ui *ui)
{
    static const char *const steps[3] = {"カードをお取りください。",
        "2番の窓口で、番号を見せてください。", "手数料 300円 は窓口でお支払いください。"};
    char rows[21 * 22 + 1];
    size_t at = 0;
    for (int y = 0; y < 21; y++) {
        for (int x = 0; x < 21; x++) {
            rows[at++] = (x * 7 + y * 5 + x * y) % 3 == 0 ? '1' : '0';
        }
        rows[at++] = '\n';
    }
    rows[at] = '\0';
    scene_top(ui, scene_ja);
    ui_add(ui, &(struct ui_element){.role = UI_ROLE_PICTURE,
                   .picture = "check",
                   .rect = {240, 397, 360, 390},
                   .tone = UI_TONE_DONE});
    ui_add(ui, &(struct ui_element){.role = UI_ROLE_TITLE,
                   .text = "受け付けました。",
                   .rect = {680, 397, 2300, 390},
                   .size = UI_SIZE_TITLE,
                   .valign = UI_ALIGN_CENTRE,
                   .tone = UI_TONE_DONE});
    ui_add(ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                   .text = "番号",
                   .rect = {240, 880, 800, 0},
                   .size = UI_SIZE_CHOICE});
    ui_add(ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                   .text = "4827 1936",
                   .rect = {240, 990, 2700, 0},
                   .size = UI_SIZE_NUMBER,
                   .bold = true,
                   .state = UI_STATE_PERSONAL});
    for (int i = 0; i < 3; i++) {
        char number[16];
        (void)snprintf(number, sizeof number, "%d", i + 1);
        ui_add(ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                       .text = number,
                       .rect = {240, 1445 + i * 152, 100, 0},
                       .size = UI_SIZE_CHOICE,
                       .bold = true});
        ui_add(ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                       .text = steps[i],
                       .rect = {365, 1445 + i * 152, 2600, 0},
                       .size = UI_SIZE_CHOICE});
    }
    ui_add(
        ui, &(struct ui_element){
                .role = UI_ROLE_PANEL, .rect = {3136, 397, 1390, 1746}, .tone = UI_TONE_SURFACE});
    ui_add(ui, &(struct ui_element){.role = UI_ROLE_QR,
                   .text = rows,
                   .rect = {3200, 430, 1262, 1130},
                   .state = UI_STATE_PERSONAL});
    ui_add(ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                   .text = "スマートフォンで写しておくと\n番号のひかえになります。",
                   .rect = {3176, 1570, 1310, 0},
                   .size = UI_SIZE_SMALL,
                   .align = UI_ALIGN_CENTRE});
    scene_bottom(ui, NULL, "おわる", 0);
    ui_add(ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                   .text = "この画面は 30 秒で消えます。",
                   .rect = {120, SCENE_H - 420, 2000, 420},
                   .size = UI_SIZE_SMALL,
                   .valign = UI_ALIGN_CENTRE});
}

static void
scene_fault(struct ui *ui)
{
    scene_top(ui, scene_ja);
    scene_title(ui, 400, 2600, "番号がちがうようです。", NULL, 0);
    ui_add(ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                   .text = "あと 1 回 入力できます。\nもう一度ちがうと、このカードは市役所の窓口で"
                           "番号を決め直すまで使えなくなります。",
                   .rect = {240, 690, 2300, 0},
                   .size = UI_SIZE_CHOICE});
    ui_add(ui, &(struct ui_element){.id = "no-card",
                   .role = UI_ROLE_BUTTON,
                   .picture = "document",
                   .text = "カードを使わずにつづける",
                   .detail = "入力した内容は残っています",
                   .rect = {240, 1300, 2550, 306},
                   .size = UI_SIZE_CHOICE});
    ui_add(ui, &(struct ui_element){.id = "call",
                   .role = UI_ROLE_BUTTON,
                   .picture = "people",
                   .text = "職員をよぶ",
                   .detail = "窓口で番号を決め直せます",
                   .rect = {240, 1677, 2550, 306},
                   .size = UI_SIZE_CHOICE});
    ui_add(ui, &(struct ui_element){
                   .role = UI_ROLE_PANEL, .rect = {2990, 397, 1535, 1746}, .tone = UI_TONE_CARE});
    ui_add(ui, &(struct ui_element){.role = UI_ROLE_PICTURE,
                   .picture = "card",
                   .rect = {3320, 820, 880, 880},
                   .tone = UI_TONE_CARE});
    scene_bottom(ui, "もどる", "もう1回だけ入力する", 0);
}

static void
scene_bilingual(struct ui *ui)
{
    static const char *const top[6] = {"Help", "住民票の写し・Copy of resident record  5 / 7",
        "English + 日本語", "Size", "Contrast", "Sound"};
    static const char *const words[6][2] = {{"Pension or insurance", "年金・保険の手続き"},
        {"Employer or school", "勤め先・学校"}, {"Driving licence or car", "運転免許・車"},
        {"Bank or mobile phone", "銀行・携帯電話"},
        {"Renting or buying a home", "家を借りる・買う"},
        {"Other, or I don’t know", "そのほか・わからない"}};
    ui_set_language(ui, "en");
    scene_top(ui, top);
    ui_add(ui, &(struct ui_element){.role = UI_ROLE_TITLE,
                   .text = "Where will you hand in the copy?",
                   .detail = "住民票は、どこに出しますか。",
                   .rect = {240, 380, 4280, 0},
                   .size = UI_SIZE_TITLE});
    scene_answers(ui, words, 812);
    scene_bottom(ui, "Back", "Continue", 0);
}

static void
scene_easy(struct ui *ui)
{
    static const char *const top[6] = {
        "てつだって", "ひっこし  4 / 12", "やさしい日本語", "もじ", "見やすく", "こえ"};
    static const char *const words[8] = {"1 {人|にん}", "2 {人|にん}", "3 {人|にん}", "4 {人|にん}",
        "5 {人|にん}", "6 {人|にん}", "7 {人|にん}", "{8人|はちにん} {以上|いじょう}"};
    ui_set_language(ui, "ja-easy");
    ui_set_theme(ui, UI_THEME_BLACK);
    scene_top(ui, top);
    scene_title(ui, 300, 4280, "{家族|かぞく}は、{何人|なんにん}ですか。",
        "あなたも {入|い}れて {数|かぞ}えてください。", 20);
    for (int i = 0; i < 8; i++) {
        char id[32];
        (void)snprintf(id, sizeof id, "choice:%d", i + 1);
        ui_add(ui, &(struct ui_element){.id = id,
                       .role = UI_ROLE_CHOICE,
                       .text = words[i],
                       .rect = {240 + i % 4 * 1090, 1046 + i / 4 * 442, 1018, 370},
                       .size = UI_SIZE_VALUE,
                       .align = UI_ALIGN_CENTRE,
                       .state = i == 2 ? UI_STATE_CHOSEN : 0});
    }
    scene_bottom(ui, "もどる", "つぎへ", 0);
}

struct scene {
    const char *name;
    void (*build)(struct ui *ui);
};
static const struct scene scenes[SCENE_COUNT] = {
    {"attract", scene_attract},
    {"home", scene_home},
    {"card", scene_card},
    {"pin", scene_pin},
    {"question", scene_question},
    {"check", scene_check},
    {"accepted", scene_accepted},
    {"fault", scene_fault},
    {"bilingual", scene_bilingual},
    {"easy", scene_easy},
};

/* Shows one scene in its own language and theme. */
static void
scene_show(struct ui *ui, size_t index)
{
    ui_set_language(ui, "ja");
    ui_set_theme(ui, UI_THEME_DEFAULT);
    ui_begin(ui, scenes[index].name);
    scenes[index].build(ui);
    ui_end(ui);
}

static void ATTR_UNUSED
scene_show_named(struct ui *ui, const char *name)
{
    for (size_t i = 0; i < SCENE_COUNT; i++) {
        if (strcmp(scenes[i].name, name) == 0) {
            scene_show(ui, i);
            return;
        }
    }
}

#endif
