/* app/keyboard.c - the on-screen keyboard of written answers: kana in the order of the fifty sounds or on twelve
 * keys, Latin with every letter of the languages here, digits; keys of 18 mm and more. It stands at the bottom of
 * the page, so that no key moves with the text size. */
#include "app_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

enum {
    KEY_COLUMNS = 11,
    KEY_ROWS = 5,
    KEYBOARD_GAP = 36,
    KEYBOARD_GAP_SMALL = 25,
    NARROW_COLUMNS = 10, /* upright and small: the last column's keys stand in a row below */
    LOW_ROWS = 4, /* small and seated: what is within reach has room for so many rows */
    LOW_COLUMNS = 9,
    LOW_ROW_AIR = 12, /* that much higher each has two lines of words */
    KEY_H =
        185, /* 18.5 mm: five rows, the field and a long question fit on the panel at every size */
    KEY_H_PORTRAIT = 205,
    EDGE_SMALL = 50,
    EDGE = 120, /* in portrait the keyboard is as wide as the bars */
    SIDE_PART_SMALL = 72, /* where a small panel leaves little between the tools */
    SIDE_PART = 74, /* per cent of the width that the keys have beside the column of acts */
    KEY_H_LEAST = 162,
    FIELD_H = 205,
    ACTS = 10,
    LOW_ACTS = 8,
    LETTERS_ROW = 3 /* where the variants of a Latin letter begin */
};

/* A face of the keyboard: row by row; "" is an empty place. */
struct face {
    int columns, rows;
    const char *keys[KEY_COLUMNS * KEY_ROWS];
};
static const struct face faces[KEYBOARD_MODE_COUNT] = {
    /* columns are the ten consonants from left to right, as horizontal writing goes; then the marks */
    [KEYBOARD_HIRAGANA] = {KEY_COLUMNS, KEY_ROWS,
        {"あ", "か", "さ", "た", "な", "は", "ま", "や", "ら", "わ", "゛", //
            "い", "き", "し", "ち", "に", "ひ", "み", "", "り", "を", "゜", //
            "う", "く", "す", "つ", "ぬ", "ふ", "む", "ゆ", "る", "ん", "小", //
            "え", "け", "せ", "て", "ね", "へ", "め", "", "れ", "ー", "・", //
            "お", "こ", "そ", "と", "の", "ほ", "も", "よ", "ろ", "、", ""}},
    [KEYBOARD_KATAKANA] = {KEY_COLUMNS, KEY_ROWS,
        {"ア", "カ", "サ", "タ", "ナ", "ハ", "マ", "ヤ", "ラ", "ワ", "゛", //
            "イ", "キ", "シ", "チ", "ニ", "ヒ", "ミ", "", "リ", "ヲ", "゜", //
            "ウ", "ク", "ス", "ツ", "ヌ", "フ", "ム", "ユ", "ル", "ン", "小", //
            "エ", "ケ", "セ", "テ", "ネ", "ヘ", "メ", "", "レ", "ー", "・", //
            "オ", "コ", "ソ", "ト", "ノ", "ホ", "モ", "ヨ", "ロ", "、", ""}},
    [KEYBOARD_PHONE] = {4, 4,
        {"あ", "か", "さ", "ー", //
            "た", "な", "は", "・", //
            "ま", "や", "ら", "", //
            "゛゜小", "わ", "、", ">"}},
    [KEYBOARD_LATIN] = {KEY_COLUMNS, KEY_ROWS,
        {"A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "abc", //
            "K", "L", "M", "N", "O", "P", "Q", "R", "S", "T", "-", //
            "U", "V", "W", "X", "Y", "Z", ".", ",", "'", "/", "&"}},
    [KEYBOARD_DIGITS] = {7, 4,
        {"1", "2", "3", "丁目", "番地", "番", "号", //
            "4", "5", "6", "号室", "階", "棟", "-", //
            "7", "8", "9", "ー", "・", "/", "", //
            "", "0", "", "", "", "", ""}},
    [KEYBOARD_HAND] = {0, 0, {NULL}}, /* hand.c's */
};

/* Seated before a small panel: four rows; "marks" turns the letters into what the last one becomes. */
static const struct face low_latin = {LOW_COLUMNS, LOW_ROWS,
    {"A", "B", "C", "D", "E", "F", "G", "H", "I", //
        "J", "K", "L", "M", "N", "O", "P", "Q", "R", //
        "S", "T", "U", "V", "W", "X", "Y", "Z", "abc", //
        ".", ",", "'", "/", "&", "-", "", "", "marks"}};

/* The row of kana that a key of the phone's twelve goes through. */
static const char *const phone_rows[] = {"あいうえお", "かきくけこ", "さしすせそ", "たちつてと",
    "なにぬねの", "はひふへほ", "まみむめも", "やゆよ", "らりるれろ", "わをん"};

/* Pairs of a kana and the one that a mark makes of it. */
static const char *const voiced =
    "かがきぎくぐけげこごさざしじすずせぜそぞただちぢつづてでとどはばひびふぶへべほぼうゔ"
    "カガキギクグケゲコゴサザシジスズセゼソゾタダチヂツヅテデトドハバヒビフブヘベホボウヴ";
static const char *const half_voiced = "はぱひぴふぷへぺほぽハパヒピフプヘペホポ";
static const char *const small =
    "あぁいぃうぅえぇおぉつっやゃゆゅよょわゎアァイィウゥエェオォツッヤャユュヨョワヮ";
/* What the one key for all three marks makes of a kana, in a circle: か が か, は ば ぱ は, つ っ づ つ. */
static const char *const circles[] = {"かが", "きぎ", "くぐ", "けげ", "こご", "さざ", "しじ",
    "すず", "せぜ", "そぞ", "ただ", "ちぢ", "つっづ", "てで", "とど", "はばぱ", "ひびぴ", "ふぶぷ",
    "へべぺ", "ほぼぽ", "あぁ", "いぃ", "うぅゔ", "えぇ", "おぉ", "やゃ", "ゆゅ", "よょ", "わゎ"};

/* Latin letters with marks: Vietnamese first, then Portuguese, Spanish, Filipino and their neighbours. */
static const struct letters {
    const char *base, *variants;
} letters[] = {
    {"A", "ÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬÄÅÆ"},
    {"a", "àáảãạăằắẳẵặâầấẩẫậäåæ"},
    {"E", "ÈÉẺẼẸÊỀẾỂỄỆË"},
    {"e", "èéẻẽẹêềếểễệë"},
    {"I", "ÌÍỈĨỊÎÏ"},
    {"i", "ìíỉĩịîï"},
    {"O", "ÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÖØŒ"},
    {"o", "òóỏõọôồốổỗộơờớởỡợöøœ"},
    {"U", "ÙÚỦŨỤƯỪỨỬỮỰÛÜ"},
    {"u", "ùúủũụưừứửữựûü"},
    {"Y", "ỲÝỶỸỴŸ"},
    {"y", "ỳýỷỹỵÿ"},
    {"D", "ĐÐ"},
    {"d", "đð"},
    {"C", "ÇĆČ"},
    {"c", "çćč"},
    {"N", "Ñ"},
    {"n", "ñ"},
    {"S", "ŠŚ"},
    {"s", "šś"},
    {"Z", "ŽŹ"},
    {"z", "žź"},
    {"L", "Ł"},
    {"l", "ł"},
};

/* ---- what the keys do ---- */

/* The last letter of the field as text; "" for none. */
static void
last_letter(const char *field, char out[8])
{
    size_t len = strlen(field);
    size_t start = 0;
    for (size_t pos = 0; pos < len;) {
        start = pos;
        (void)utf8_next(field, len, &pos);
    }
    (void)snprintf(out, 8, "%s", field + start);
}

/* The index-th letter of a row as text; false at its end. */
static bool
letter_of(const char *row, int index, char out[8])
{
    size_t len = strlen(row);
    size_t pos = 0;
    size_t start = 0;
    for (int i = 0; i <= index; i++) {
        start = pos;
        if (utf8_next(row, len, &pos) == 0) {
            return false;
        }
    }
    (void)snprintf(out, 8, "%.*s", (int)(pos - start), row + start);
    return true;
}

/* The letters with marks that the last letter of the field can become, itself or its kin: NULL for none. */
static const struct letters *
kin(const struct app *app)
{
    char last[8];
    last_letter(app->visit.field, last);
    for (size_t i = 0; last[0] != 0 && i < ARRAY_LEN(letters); i++) {
        if (strcmp(letters[i].base, last) == 0 || strstr(letters[i].variants, last) != NULL) {
            return &letters[i];
        }
    }
    return NULL;
}

static void
put_instead(struct app *app, const char *text)
{
    field_erase(app);
    field_put(app, text);
}

static void
turn_in_circle(struct app *app)
{
    char last[8];
    char next[8];
    last_letter(app->visit.field, last);
    for (size_t i = 0; last[0] != 0 && i < ARRAY_LEN(circles); i++) {
        for (int n = 0; letter_of(circles[i], n, next); n++) {
            if (strcmp(next, last) == 0) {
                if (!letter_of(circles[i], n + 1, next)) {
                    (void)letter_of(circles[i], 0, next);
                }
                put_instead(app, next);
                return;
            }
        }
    }
}

/* A key of the twelve: the next kana of its row when it was the last one too, else a new letter. */
static bool
tap_phone(struct app *app, const char *key)
{
    struct writing *writing = &app->visit.writing;
    for (size_t i = 0; i < ARRAY_LEN(phone_rows); i++) {
        char first[8];
        (void)letter_of(phone_rows[i], 0, first);
        if (strcmp(first, key) != 0) {
            continue;
        }
        char kana[8];
        bool again = writing->phone_key == (int)i + 1;
        writing->phone_turn = again ? writing->phone_turn + 1 : 0;
        writing->phone_key = (int)i + 1;
        if (!letter_of(phone_rows[i], writing->phone_turn, kana)) {
            writing->phone_turn = 0;
            memcpy(kana, first, sizeof(kana));
        }
        if (again) {
            put_instead(app, kana);
        } else {
            field_put(app, kana);
        }
        return true;
    }
    writing->phone_key = 0;
    return strcmp(key, ">") == 0; /* the same row again for a new letter */
}

/* A small panel has no room for the fifty sounds within a seated visitor's reach, nor in landscape below
 * large words. */
static bool
low_keyboard(const struct app *app)
{
    bool large = !app->places.portrait && ui_text_size(app->ui) > UI_TEXT_NORMAL;
    return app->places.small && (app->places.low || large);
}

/* The mode that is shown. */
static enum keyboard_mode
mode_now(const struct app *app)
{
    enum keyboard_mode mode = app->visit.writing.mode;
    bool fifty = mode == KEYBOARD_HIRAGANA || mode == KEYBOARD_KATAKANA;
    return fifty && low_keyboard(app) ? KEYBOARD_PHONE : mode;
}

static void
tap_key(struct app *app, const char *key)
{
    struct writing *writing = &app->visit.writing;
    bool marks = writing->marks;
    writing->marks = false;
    if (mode_now(app) == KEYBOARD_PHONE && tap_phone(app, key)) {
        return;
    }
    writing->phone_key = 0;
    if (strcmp(key, "delete") == 0) {
        field_erase(app);
    } else if (strcmp(key, "convert") == 0) {
        kanji_start(app);
    } else if (strcmp(key, "forms") == 0) {
        forms_start(app);
    } else if (strcmp(key, "abc") == 0) {
        writing->lower = !writing->lower;
    } else if (strcmp(key, "marks") == 0) {
        writing->marks = !marks;
    } else if (strcmp(key, "゛゜小") == 0) {
        turn_in_circle(app);
    } else if (strcmp(key, "゛") == 0) {
        field_turn_last(app, voiced);
    } else if (strcmp(key, "゜") == 0) {
        field_turn_last(app, half_voiced);
    } else if (strcmp(key, "小") == 0) {
        field_turn_last(app, small);
    } else {
        field_put(app, key);
    }
}

/* ---- how they stand ---- */

struct place {
    struct ui_rect keys, acts;
    int act_columns, act_rows;
    int key_rows, gap;
    bool narrow, low;
};

static int
key_rows(const struct app *app)
{
    const struct places *places = &app->places;
    return low_keyboard(app) ? LOW_ROWS : KEY_ROWS + (places->portrait && places->small ? 1 : 0);
}

/* What the keys take at least, the acts below them too. */
static int
keys_least(const struct app *app)
{
    int gap = app->places.small ? KEYBOARD_GAP_SMALL : KEYBOARD_GAP;
    int rows = key_rows(app) + (app->places.portrait ? 2 : 0);
    return rows * KEY_H_LEAST + (rows - 1) * gap;
}

/* Keys and acts: beside each other in landscape, below each other in portrait. */
static struct place
place_of(struct app *app, const struct flow *flow)
{
    const struct places *places = &app->places;
    bool portrait = places->portrait;
    int edge = places->small ? EDGE_SMALL : flow->x < EDGE ? flow->x : EDGE;
    int x = portrait ? edge : flow->x;
    int w = portrait ? places->panel.w - 2 * edge : flow->w;
    bool low = low_keyboard(app);
    struct place place = {.narrow = portrait && places->small && !low,
        .low = low,
        .gap = places->small ? KEYBOARD_GAP_SMALL : KEYBOARD_GAP,
        .act_columns = (low ? LOW_ACTS : ACTS) / 2,
        .act_rows = 2,
        .key_rows = key_rows(app)};
    int rows = portrait ? place.key_rows + 2 : place.key_rows;
    int room = flow->bottom - flow->y - (rows - 1) * place.gap;
    if (room < rows * KEY_H_LEAST) {
        /* rather closer than lower: seated, tall letters, an act above them */
        room += (rows - 1) * (place.gap - KEYBOARD_GAP_SMALL);
        place.gap = KEYBOARD_GAP_SMALL;
    }
    int key_h = portrait ? KEY_H_PORTRAIT : KEY_H;
    key_h = room < rows * key_h ? room / rows : key_h;
    int keys_h = place.key_rows * key_h + (place.key_rows - 1) * place.gap;
    int top = flow->bottom - rows * key_h - (rows - 1) * place.gap;
    place.keys = rect(x, top, w, keys_h);
    place.acts = rect(x, top + keys_h + place.gap, w, 2 * key_h + place.gap);
    if (!portrait) {
        int part = places->small && places->low ? SIDE_PART_SMALL : SIDE_PART;
        place.keys.w = w * part / 100;
        place.acts = rect(x + place.keys.w + GAP_MIN, top, w - place.keys.w - GAP_MIN, keys_h);
        place.act_rows = place.act_columns;
        place.act_columns = 2;
    } else if (app->keys_beside.w > 0) {
        place.acts.w -= app->keys_beside.w + GAP_MIN;
        int more = GAP_MIN - place.gap; /* it is no key: farther from them */
        app->keys_beside.x = x + place.acts.w + GAP_MIN;
        app->keys_beside.y = place.acts.y + more;
        app->keys_beside.h = place.acts.h - more;
    }
    return place;
}

static struct ui_rect
cell(const struct place *place, struct ui_rect all, int columns, int rows, int index)
{
    int w = (all.w - (columns - 1) * place->gap) / columns;
    int h = (all.h - (rows - 1) * place->gap) / rows;
    return rect(all.x + index % columns * (w + place->gap),
        all.y + index / columns * (h + place->gap), w, h);
}

/* Of the index-th key of a face. */
static struct ui_rect
key_cell(const struct place *place, const struct face *face, int index)
{
    int row = index / face->columns;
    int column = index % face->columns;
    if (!place->narrow || face->columns < KEY_COLUMNS) {
        return cell(place, place->keys, face->columns, face->rows, index);
    }
    bool last = column == KEY_COLUMNS - 1;
    int at = last ? KEY_ROWS * NARROW_COLUMNS + 2 * row : row * NARROW_COLUMNS + column;
    return cell(place, place->keys, NARROW_COLUMNS, place->key_rows, at);
}

static void
add_key(struct app *app, struct ui_rect where, const char *key, bool mark)
{
    char id[UI_ID_MAX];
    (void)snprintf(id, sizeof(id), "key:%s", key);
    const struct writing *writing = &app->visit.writing;
    bool next = strcmp(key, ">") == 0;
    bool marks = strcmp(key, "marks") == 0;
    bool several = next || marks || strcmp(key, "abc") == 0;
    ui_add(app->ui, &(struct ui_element){.id = id,
                        .role = UI_ROLE_KEY,
                        .rect = where,
                        .text = next    ? say(app, "key.next")
                                : marks ? (writing->lower ? "àáâ" : "ÀÁÂ")
                                        : key,
                        .lang = next ? NULL : "ja",
                        .state = !marks             ? 0
                                 : kin(app) == NULL ? UI_STATE_WAITING
                                 : writing->marks   ? UI_STATE_CHOSEN
                                                    : 0,
                        .size = several ? UI_SIZE_BAR : UI_SIZE_KEYBOARD,
                        .tone = mark ? UI_TONE_QUIET : UI_TONE_SURFACE,
                        .bold = true,
                        .align = UI_ALIGN_CENTRE});
}

/* The two rows below the alphabet, or all of a low keyboard: what the last letter becomes with a mark. */
static void
place_letters(struct app *app, const struct place *place)
{
    const struct letters *found = kin(app);
    char letter[8];
    for (int i = 0; found != NULL && letter_of(found->variants, i, letter); i++) {
        int columns = place->low ? LOW_COLUMNS : place->narrow ? NARROW_COLUMNS : KEY_COLUMNS;
        int first = place->low ? 0 : LETTERS_ROW * columns;
        struct ui_rect where = cell(place, place->keys, columns, place->key_rows, first + i);
        add_key(app, where, letter, true);
    }
}

static void
place_keys(struct app *app, const struct place *place)
{
    const struct writing *writing = &app->visit.writing;
    bool latin = mode_now(app) == KEYBOARD_LATIN;
    const struct face *face = latin && place->low ? &low_latin : &faces[mode_now(app)];
    bool marks = place->low && writing->marks && kin(app) != NULL;
    for (int i = 0; i < face->columns * face->rows; i++) {
        const char *key = face->keys[i];
        bool turns = key != NULL && strcmp(key, "marks") == 0;
        if (key == NULL || key[0] == 0 || (marks && !turns)) {
            continue;
        }
        char lower[2] = {key[0], 0};
        bool capital = key[1] == 0 && key[0] >= 'A' && key[0] <= 'Z';
        if (capital && writing->lower) {
            lower[0] = (char)(key[0] - 'A' + 'a');
        }
        bool last = face != &low_latin && i % face->columns == face->columns - 1;
        bool mark = last || turns || strcmp(key, "゛゜小") == 0 || strcmp(key, "abc") == 0;
        add_key(app, key_cell(place, face, i), capital ? lower : key, mark);
    }
    if (latin && (marks || !place->low)) {
        place_letters(app, place);
    }
}

struct act {
    const char *id, *words;
    bool shown, waiting, chosen;
};

static void
place_acts(struct app *app, const struct place *place, const struct question *question)
{
    bool text = question->type == QUESTION_TEXT;
    bool latin = text || question->type == QUESTION_PICK;
    bool postal = postal_possible(app, question);
    enum keyboard_mode mode = mode_now(app);
    /* modes in the first column (landscape) or row (portrait), acts in the second; a low keyboard has
     * eight of them */
    static const int low_order[LOW_ACTS] = {2, 3, 4, 8, 5, 6, 7, 9};
    const struct act list[ACTS] = {
        {"mode:hiragana", "key.hiragana", true, false, mode == KEYBOARD_HIRAGANA},
        {"mode:katakana", "key.katakana", true, false, mode == KEYBOARD_KATAKANA},
        {"mode:phone", "key.phone", true, false, mode == KEYBOARD_PHONE},
        {"mode:latin", "key.latin", latin, false, mode == KEYBOARD_LATIN},
        {"mode:digits", "key.digits", text, false, mode == KEYBOARD_DIGITS},
        {"key:delete", "key.delete", true, app->visit.field[0] == 0, false},
        {"key:convert", "key.convert", text, !kanji_possible(app), false},
        {"key:forms", "key.forms", text && app->variants != NULL, !forms_possible(app), false},
        /* one place: an address is begun by its postal code, other texts may need a rare kanji */
        postal ? (struct act){"mode:postal", "key.postal", true, false, false}
               : (struct act){"mode:hand", "key.hand", hand_possible(app, question), false,
                     mode == KEYBOARD_HAND},
        {mode == KEYBOARD_LATIN ? "key: " : "key:　", "key.space", true, false, false},
    };
    int count = place->low ? LOW_ACTS : ACTS;
    for (int i = 0; i < count; i++) {
        const struct act *act = &list[place->low ? low_order[i] : i];
        int half = count / 2;
        int at = place->act_columns == 2 ? i % half * 2 + i / half : i;
        if (!act->shown) {
            continue;
        }
        bool strong = strcmp(act->id, "key:convert") == 0 && !act->waiting;
        ui_add(
            app->ui, &(struct ui_element){.id = act->id,
                         .role = UI_ROLE_KEY,
                         .rect = cell(place, place->acts, place->act_columns, place->act_rows, at),
                         .text = say(app, act->words),
                         .tone = act->chosen || strong ? UI_TONE_SOFT : UI_TONE_QUIET,
                         .state = act->chosen    ? UI_STATE_CHOSEN
                                  : act->waiting ? UI_STATE_WAITING
                                                 : 0,
                         .size = UI_SIZE_BAR,
                         .bold = true,
                         .align = UI_ALIGN_CENTRE});
    }
}

/* The last part of the key: "applicant.name" -> "name". */
static const char *
bare_name(const struct question *question)
{
    const char *dot = strrchr(question->key, '.');
    return dot != NULL ? dot + 1 : question->key;
}

/* Where room is short what is written stays as large as the keys. */
static enum ui_size
field_size(const struct app *app)
{
    bool short_of_room =
        app->places.small || app->visit.verdict_shown || ui_text_size(app->ui) > UI_TEXT_LARGE;
    return short_of_room ? UI_SIZE_KEYBOARD : UI_SIZE_VALUE;
}

/* The field as high as a name with its reading, before there is one: so nothing moves. */
int
writing_field_height(struct app *app)
{
    struct ui_element field = {.role = UI_ROLE_FIELD,
        .rect = rect(0, 0, app->places.column.w, 0),
        .text = "{字|じ}",
        .lang = "ja",
        .size = field_size(app),
        .bold = true};
    int width;
    int height;
    ui_natural(app->ui, &field, &width, &height);
    return height < FIELD_H ? FIELD_H : height;
}

int
writing_height(struct app *app)
{
    return writing_field_height(app) + GAP_MIN + keys_least(app);
}

int
writing_top(struct app *app, const struct flow *flow)
{
    return flow->bottom - keys_least(app) - GAP_MIN;
}

static void
place_field(struct app *app, struct flow *flow, const struct question *question)
{
    char id[UI_ID_MAX];
    (void)snprintf(id, sizeof(id), "field:%s", bare_name(question));
    AUTO_BUF shown;
    buf_init(&shown, 4 * FIELD_MAX);
    field_shown(app, &shown);
    struct ui_rect beside = app->field_beside; /* the heading */
    struct ui_element field = {.id = id,
        .role = UI_ROLE_FIELD,
        .rect = beside.w > 0 ? beside : rect(flow->x, flow->y, flow->w, 0),
        .text = buf_str(&shown),
        .lang = "ja",
        .size = field_size(app),
        .bold = true,
        .tone = UI_TONE_SURFACE,
        .label = words(app, &question->name),
        .state = UI_STATE_PERSONAL};
    int width;
    int least = writing_field_height(app);
    /* what has more lines than there is room for is drawn smaller: the keys stay */
    int keys = keys_least(app) + (low_keyboard(app) ? LOW_ROWS * LOW_ROW_AIR : 0);
    int most = flow->bottom - keys - GAP_MIN - field.rect.y;
    ui_natural(app->ui, &field, &width, &field.rect.h);
    field.rect.h = field.rect.h > most ? most : field.rect.h;
    field.rect.h = field.rect.h < least ? least : field.rect.h;
    ui_add(app->ui, &field);
    int end = field.rect.y + field.rect.h + GAP_MIN;
    flow->y = end > flow->y ? end : flow->y;
}

void
writing_build(struct app *app, struct flow *flow, const struct question *question)
{
    const struct writing *writing = &app->visit.writing;
    if (writing->face == WRITING_POSTAL) {
        postal_build(app, flow);
        return;
    }
    place_field(app, flow, question);
    if (writing->nothing) {
        flow_text(app, flow, say(app, "write.no-kanji"), UI_ROLE_NOTICE, UI_SIZE_BODY, UI_TONE_CARE,
            true, GAP_MIN);
    }
    if (writing->face == WRITING_WORDS) {
        kanji_build(app, flow);
    } else if (writing->face == WRITING_FORM_OF || writing->face == WRITING_FORMS) {
        forms_build(app, flow);
    } else {
        flow_within_reach(app, flow);
        struct place place = place_of(app, flow);
        if (writing->mode == KEYBOARD_HAND) {
            hand_build(app, place.keys, place.gap);
        } else {
            place_keys(app, &place);
        }
        place_acts(app, &place, question);
    }
}

/* ---- begin, taps ---- */

static int
kind_of(const struct question *question)
{
    return question->type == QUESTION_KANA ? 1 : 0;
}

/* Who writes kana will want kanji: the programs start while the first keys are pressed. */
static void
warm_up(struct app *app)
{
    const struct writing *writing = &app->visit.writing;
    if (writing->face == WRITING_KEYS &&
        (writing->mode == KEYBOARD_HIRAGANA || writing->mode == KEYBOARD_PHONE)) {
        input_begin(app->input);
    }
}

void
keyboard_begin(struct app *app, const struct question *question)
{
    struct writing *writing = &app->visit.writing;
    int chosen[KEYBOARD_KINDS] = {writing->chosen[0], writing->chosen[1]};
    bool lower = writing->lower;
    explicit_bzero(writing, sizeof(*writing));
    *writing = (struct writing){.lower = lower, .clause = -1};
    memcpy(writing->chosen, chosen, sizeof(chosen));
    bool japanese = strcmp(i18n_current(app->i18n)->tag, "ja") == 0;
    int kind = kind_of(question);
    writing->mode = chosen[kind] > 0 ? (enum keyboard_mode)(chosen[kind] - 1)
                    : kind == 1      ? KEYBOARD_KATAKANA
                    : japanese       ? KEYBOARD_HIRAGANA
                                     : KEYBOARD_LATIN;
    if (postal_possible(app, question) && app->visit.field[0] == 0) {
        writing->face = WRITING_POSTAL;
    }
    warm_up(app);
}

static bool
tap_mode(struct app *app, const struct question *question, const char *id)
{
    static const char *const modes[KEYBOARD_MODE_COUNT] = {
        "hiragana", "katakana", "phone", "latin", "digits", "hand"};
    struct writing *writing = &app->visit.writing;
    for (int i = 0; i < KEYBOARD_MODE_COUNT; i++) {
        bool there = i != KEYBOARD_HAND || hand_possible(app, question);
        if (there && strcmp(id, modes[i]) == 0) {
            writing->mode = (enum keyboard_mode)i;
            writing->phone_key = 0;
            if (i < KEYBOARD_DIGITS) { /* digits and one rare kanji are for a moment */
                writing->chosen[kind_of(question)] = i + 1;
            }
            return true;
        }
    }
    if (strcmp(id, "postal") == 0 && postal_possible(app, question)) {
        explicit_bzero(writing->postal, sizeof(writing->postal));
        writing->postal[0] = 0;
        writing->face = WRITING_POSTAL;
    }
    return true;
}

bool
writing_tap(struct app *app, const struct question *question, const char *id)
{
    struct writing *writing = &app->visit.writing;
    if (writing->face == WRITING_POSTAL && postal_tap(app, id)) {
        warm_up(app);
        return true;
    }
    if (strncmp(id, "mode:", 5) == 0) {
        return tap_mode(app, question, id + 5);
    }
    if (writing->face == WRITING_KEYS && writing->mode == KEYBOARD_HAND && hand_tap(app, id)) {
        return true;
    }
    if (strncmp(id, "key:", 4) == 0) {
        bool variant = writing->mode == KEYBOARD_LATIN && kin(app) != NULL &&
                       strstr(kin(app)->variants, id + 4) != NULL;
        if (variant) {
            writing->marks = false;
            put_instead(app, id + 4);
        } else {
            tap_key(app, id + 4);
        }
        return true;
    }
    return kanji_tap(app, id) || forms_tap(app, id);
}

bool
writing_back(struct app *app)
{
    struct writing *writing = &app->visit.writing;
    if (writing->face == WRITING_KEYS || writing->face == WRITING_POSTAL) {
        return false;
    }
    writing->face = WRITING_KEYS;
    app->visit.page = 0;
    return true;
}
