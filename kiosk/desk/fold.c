/* desk/fold.c - how names, kana and days are compared in a search. i18n_fold takes away case, width and marks; here the forms
 * of a kanji become one (assets/desk/kanji.txt), and kana one spelling: small letters large, ヴ as ブ, ぢ as じ, a long vowel always
 * as あ い う え(い) お(う), however it was written (おおの, おうの, オーノ). Too much found is better than somebody not found. */
#include "find_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/utf8.h"

enum {
    KANJI_FILE_MAX = 64 * 1024,
    KANJI_MAX = 4096,
    CODES_MAX = 256, /* letters of one text with its spaces */
    KANA_FIRST = 0x3041, /* ぁ */
    KANA_LAST = 0x3096, /* ゖ */
    LONG_MARK = 0x30fc,
    MIDDLE_DOT = 0x30fb,
    REPEAT = 0x3005, /* 々 */
    SPACE = ' '
};

/* ---- kanji ---- */

struct form {
    uint32_t kanji, stands; /* for this one the other is compared */
    uint32_t part; /* the first of those that are the same character */
};

struct desk_kanji {
    size_t count;
    struct form forms[KANJI_MAX];
};

static int
by_kanji(const void *a, const void *b)
{
    const struct form *one = a;
    const struct form *other = b;
    return (one->kanji > other->kanji) - (one->kanji < other->kanji);
}

static int
add_line(struct desk_kanji *kanji, const char *line, size_t len)
{
    size_t at = 0, from = 0;
    uint32_t first = utf8_next(line, len, &at), part = 0;
    for (uint32_t code; first != '#' && (code = utf8_next(line, len, &from)) != 0;) {
        if (code == SPACE) {
            part = 0;
            continue;
        }
        if (kanji->count == KANJI_MAX) {
            return KERR_INVALID;
        }
        part = part == 0 ? code : part;
        kanji->forms[kanji->count++] = (struct form){code, first, part};
    }
    return 0;
}

int
desk_kanji_load(const char *folder, struct desk_kanji **ret_kanji)
{
    struct desk_kanji *kanji = xcalloc(1, sizeof(*kanji));
    char *path = fs_join(folder, "kanji.txt");
    AUTO_BUF text;
    buf_init(&text, KANJI_FILE_MAX);
    int r = fs_read(path, &text);
    free(path);
    if (r == 0 && !utf8_valid(buf_str(&text), text.len)) {
        r = KERR_INVALID;
    }
    for (const char *line = buf_str(&text); r == 0 && *line != 0;) {
        size_t len = strcspn(line, "\n");
        r = add_line(kanji, line, len);
        line += len + (line[len] == '\n' ? 1 : 0);
    }
    qsort(kanji->forms, kanji->count, sizeof(kanji->forms[0]), by_kanji);
    for (size_t i = 1; r == 0 && i < kanji->count; i++) {
        r = kanji->forms[i].kanji == kanji->forms[i - 1].kanji ? KERR_INVALID : 0;
    }
    if (r < 0) {
        free(kanji);
        return r;
    }
    *ret_kanji = kanji;
    return 0;
}

void
desk_kanji_free(struct desk_kanji *kanji)
{
    free(kanji);
}

static const struct form *
find_form(const struct desk_kanji *kanji, uint32_t code)
{
    struct form key = {.kanji = code};
    return bsearch(&key, kanji->forms, kanji->count, sizeof(kanji->forms[0]), by_kanji);
}

static uint32_t
one_form(const struct desk_kanji *kanji, uint32_t code)
{
    const struct form *form = find_form(kanji, code);
    return form != NULL ? form->stands : code;
}

bool
desk_kanji_same(const struct desk_kanji *kanji, uint32_t one, uint32_t other)
{
    const struct form *form = kanji != NULL ? find_form(kanji, one) : NULL;
    const struct form *beside = kanji != NULL ? find_form(kanji, other) : NULL;
    return one == other || (form != NULL && beside != NULL && form->part == beside->part);
}

size_t
desk_kanji_others(const struct desk_kanji *kanji, uint32_t code, uint32_t *ret_others, size_t max)
{
    const struct form *form = kanji != NULL ? find_form(kanji, code) : NULL;
    size_t count = 0;
    for (size_t i = 0; form != NULL && i < kanji->count && count < max; i++) {
        if (kanji->forms[i].part == form->part && kanji->forms[i].kanji != code) {
            ret_others[count++] = kanji->forms[i].kanji;
        }
    }
    return count;
}

/* ---- kana ---- */

/* From ぁ on: the letter's vowel, '-' for none. */
static const char vowels[] = "aaiiuueeoo" /* ぁ..お */
                             "aaiiuueeoo" /* か..ご */
                             "aaiiuueeoo" /* さ..ぞ */
                             "aaii-uueeoo" /* た..ど, with っ */
                             "aiueo" /* な..の */
                             "aaaiiiuuueeeooo" /* は..ぽ */
                             "aiueo" /* ま..も */
                             "aauuoo" /* ゃ..よ */
                             "aiueo" /* ら..ろ */
                             "aaieo-uae"; /* ゎ わ ゐ ゑ を ん ゔ ゕ ゖ */
_Static_assert(sizeof(vowels) - 1 == KANA_LAST - KANA_FIRST + 1, "a vowel for each letter");

static bool
is_kana(uint32_t code)
{
    return code >= KANA_FIRST && code <= KANA_LAST;
}

static char
vowel_of(uint32_t code)
{
    return is_kana(code) ? vowels[code - KANA_FIRST] : '-';
}

/* The large letter for a small one, and one for those that sound alike. */
static uint32_t
plain_kana(uint32_t code)
{
    static const uint32_t pairs[][2] = {{0x3041, 0x3042}, {0x3043, 0x3044}, {0x3045, 0x3046},
        {0x3047, 0x3048}, {0x3049, 0x304a}, {0x3063, 0x3064}, {0x3083, 0x3084}, {0x3085, 0x3086},
        {0x3087, 0x3088}, {0x308e, 0x308f}, {0x3095, 0x304b}, {0x3096, 0x3051}, {0x3062, 0x3058},
        {0x3065, 0x305a}, {0x3090, 0x3044}, {0x3091, 0x3048}, {0x3092, 0x304a}, {0x3094, 0x3076}};
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        if (pairs[i][0] == code) {
            return pairs[i][1];
        }
    }
    return code;
}

/* ゔ and a small vowel behind it: ば び べ ぼ, 0 for anything else. */
static uint32_t
with_v(uint32_t code, uint32_t next)
{
    static const uint32_t rows[][2] = {
        {0x3041, 0x3070}, {0x3043, 0x3073}, {0x3047, 0x3079}, {0x3049, 0x307c}};
    for (size_t i = 0; code == 0x3094 && i < ARRAY_LEN(rows); i++) {
        if (rows[i][0] == next) {
            return rows[i][1];
        }
    }
    return 0;
}

static bool
is_letter(uint32_t code)
{
    return code >= 0x80 || (code >= '0' && code <= '9') || (code >= 'a' && code <= 'z');
}

/* A dash that stands for the long mark behind kana, as half-width typing gives it. */
static bool
is_dash(uint32_t code)
{
    return code == '-' || code == LONG_MARK || (code >= 0x2010 && code <= 0x2015) ||
           code == 0x2212 || code == 0x301c;
}

/* The letters of a text, words parted by one space each; long vowels are still as they were written. Apostrophes and full stops
 * go, other signs part words. Returns how many. */
static size_t
letters_of(const struct desk_kanji *kanji, const char *text, uint32_t out[CODES_MAX])
{
    AUTO_BUF folded;
    buf_init(&folded, FACT_VALUE_MAX * 4);
    size_t count = 0;
    size_t at = 0;
    if (i18n_fold(&folded, text) < 0) {
        return 0; /* nothing that could be found by it */
    }
    const char *all = buf_str(&folded);
    for (uint32_t code; count < CODES_MAX && (code = utf8_next(all, folded.len, &at)) != 0;) {
        size_t next_at = at;
        uint32_t joined = with_v(code, utf8_next(all, folded.len, &next_at));
        if (joined != 0) {
            out[count++] = joined;
            at = next_at;
        } else if (is_dash(code) && count > 0 &&
                   (is_kana(out[count - 1]) || out[count - 1] == LONG_MARK)) {
            out[count++] = LONG_MARK;
        } else if (code == '\'' || code == '.' || code == 0x2019) {
            continue;
        } else if (!is_letter(code) || is_dash(code) || code == MIDDLE_DOT) {
            if (count > 0 && out[count - 1] != SPACE) {
                out[count++] = SPACE;
            }
        } else if (code == REPEAT && count > 0) {
            out[count] = out[count - 1]; /* 佐々木 is 佐佐木 */
            count++;
        } else {
            out[count++] = plain_kana(one_form(kanji, code));
        }
    }
    return count;
}

/* Writes letters from one place on, without spaces, with one spelling of long vowels. */
static void
write_term(const uint32_t *letters, size_t count, struct desk_terms *terms)
{
    static const uint32_t long_of[] = {
        ['a'] = 0x3042, ['i'] = 0x3044, ['u'] = 0x3046, ['e'] = 0x3044, ['o'] = 0x3046};
    char *out = terms->terms[terms->count];
    size_t len = 0;
    uint32_t before = 0;
    for (size_t i = 0, written = 0; i < count && written < DESK_TERM_LETTERS; i++) {
        uint32_t code = letters[i];
        char vowel = vowel_of(before);
        if (code == SPACE) {
            continue;
        }
        if (code == LONG_MARK) {
            code = vowel != '-' ? long_of[(unsigned char)vowel] : 0;
        } else if ((code == 0x304a && vowel == 'o') || (code == 0x3048 && vowel == 'e')) {
            code = long_of[(unsigned char)vowel];
        }
        if (code != 0) {
            len += utf8_encode(code, out + len);
            written++;
            before = letters[i] == LONG_MARK ? before : letters[i];
        }
    }
    out[len] = 0;
    terms->count += len > 0 ? 1 : 0;
}

void
desk_terms_of_name(const struct desk_kanji *kanji, const char *text, struct desk_terms *ret_terms)
{
    uint32_t letters[CODES_MAX];
    size_t count = letters_of(kanji, text, letters);
    ret_terms->count = 0;
    for (size_t i = 0; i < count && ret_terms->count < DESK_TERMS; i++) {
        if (letters[i] != SPACE && (i == 0 || letters[i - 1] == SPACE)) {
            write_term(letters + i, count - i, ret_terms);
        }
    }
    explicit_bzero(letters, sizeof(letters));
}

void
desk_terms_of_words(const struct desk_kanji *kanji, const char *text, struct desk_terms *ret_terms)
{
    uint32_t letters[CODES_MAX];
    size_t count = letters_of(kanji, text, letters);
    ret_terms->count = 0;
    for (size_t i = 0; i < count && ret_terms->count < DESK_TERMS;) {
        size_t end = i;
        while (end < count && letters[end] != SPACE) {
            end++;
        }
        write_term(letters + i, end - i, ret_terms);
        i = end + 1;
    }
    explicit_bzero(letters, sizeof(letters));
}

/* ---- days ---- */

/* The eras: their letter, kanji, number on the forms of the state, and the year before their first. */
static const struct era {
    char letter, number;
    const char *name, *kanji;
    int before, last;
} eras[] = {{'m', '1', "明治", "明", 1867, 45}, {'t', '2', "大正", "大", 1911, 15},
    {'s', '3', "昭和", "昭", 1925, 64}, {'h', '4', "平成", "平", 1988, 31},
    {'r', '5', "令和", "令", 2018, 99}};

/* Reads an era's name; the text behind it, or NULL. */
static const char *
read_era(const char *text, const struct era **ret_era)
{
    for (size_t i = 0; i < ARRAY_LEN(eras); i++) {
        size_t name = strlen(eras[i].name);
        size_t kanji = strlen(eras[i].kanji);
        size_t len = strncmp(text, eras[i].name, name) == 0     ? name
                     : strncmp(text, eras[i].kanji, kanji) == 0 ? kanji
                     : *text == eras[i].letter                  ? 1
                                                                : 0;
        if (len > 0) {
            *ret_era = &eras[i];
            return text + len;
        }
    }
    return NULL;
}

/* Numbers of a day with signs between them, "16年3月5日" or "16.3.5": how many, 0 for another text. */
static size_t
read_parts(const char *text, int parts[3])
{
    static const char *const signs[3] = {"年", "月", "日"};
    size_t count = 0;
    while (*text != 0 && count < 3) {
        size_t digits = strspn(text, "0123456789");
        if (count == 0 && strncmp(text, "元", 3) == 0) {
            parts[count++] = 1;
            text += 3;
        } else if (digits > 0 && digits <= 4) {
            parts[count++] = (int)strtol(text, NULL, 10);
            text += digits;
        } else {
            return 0;
        }
        if (strncmp(text, signs[count - 1], 3) == 0) {
            text += 3;
        } else if (*text != 0 && strchr("-/.", *text) != NULL) {
            text++;
        } else if (*text != 0) {
            return 0;
        }
    }
    return *text == 0 ? count : 0;
}

static int
number_of(const char *digits, size_t len)
{
    int number = 0;
    for (size_t i = 0; i < len; i++) {
        number = 10 * number + (digits[i] - '0');
    }
    return number;
}

/* Digits without signs: 19410305, or behind an era 160305. */
static bool
read_digits(const char *text, size_t year_len, int parts[3])
{
    size_t len = strspn(text, "0123456789");
    if (len != year_len + 4 || text[len] != 0) {
        return false;
    }
    parts[0] = number_of(text, year_len);
    parts[1] = number_of(text + year_len, 2);
    parts[2] = number_of(text + year_len + 2, 2);
    return true;
}

bool
desk_birth_read(const char *text, struct desk_birth *ret_birth)
{
    AUTO_BUF folded;
    AUTO_BUF dense;
    buf_init(&folded, DESK_FIELD_MAX * 4);
    buf_init(&dense, DESK_FIELD_MAX * 4);
    if (i18n_fold(&folded, text) < 0) {
        return false;
    }
    for (const char *at = buf_str(&folded); *at != 0; at++) {
        (void)(*at != ' ' ? buf_add_byte(&dense, (uint8_t)*at) : 0); /* sticky */
    }
    const struct era *era = NULL;
    const char *at = buf_str(&dense);
    const char *behind = read_era(at, &era);
    int parts[3] = {0, 0, 0};
    size_t count = 3;
    if (behind != NULL) {
        count = read_digits(behind, 2, parts) ? 3 : read_parts(behind, parts);
    } else if (strlen(at) == 7 && *at >= '1' && *at <= '5' && read_digits(at + 1, 2, parts)) {
        era = &eras[*at - '1'];
    } else if (!read_digits(at, 4, parts)) {
        count = read_parts(at, parts);
    }
    bool fits =
        era != NULL ? parts[0] >= 1 && parts[0] <= era->last : parts[0] >= 1850 && parts[0] <= 2200;
    if (count == 0 || !fits || (count > 1 && (parts[1] < 1 || parts[1] > 12)) ||
        (count > 2 && (parts[2] < 1 || parts[2] > 31))) {
        return false;
    }
    *ret_birth =
        (struct desk_birth){parts[0] + (era != NULL ? era->before : 0), parts[1], parts[2]};
    return true;
}
