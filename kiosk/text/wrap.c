/* Where a line may end, and how good a place it is. ICU knows the rules (UAX 14, kinsoku by lb=strict,
 * dictionaries for Thai, Lao, Burmese, Khmer, phrases for Japanese); this file holds what it does not:
 * a phrase break is taken only where strict breaking allows one, and some phrase breaks of ICU 72 are
 * worse than none (くだ|さい, この|まど|ぐち, 「転出|届」|を). To reject one costs little: the phrase
 * becomes longer, and a line that would end too early falls back to a lesser break (line.c). */
#include "text/text_priv.h"

#include <string.h>
#include <unicode/uchar.h>

#include "base/attr.h"
#include "base/utf8.h"

/* No phrase starts with these: endings, and letters that no word starts with. */
static const char *const NO_START[] = {"て", "っ", "ぁ", "ぃ", "ぅ", "ぇ", "ぉ", "ゃ", "ゅ", "ょ",
    "ゎ", "ん", "ー", "ぐ", "ます", "まし", "ませ", "られ", "れば", "りま", "では", "には", "とは"};
/* No phrase ends with these: honorific prefixes (お|急ぎ) and the double consonant. */
static const char NO_END[] = "おごっ";
/* Few phrases end with these before more hiragana; such a break is probably inside a word. */
static const char RARE_END[] = "ぁぃぅぇぉゃゅょぐぎござぞぢづどぬひびふぶほぼぱぴぷぺぽまみむめゆ";
/* Behind these a phrase ends even where no space stands. */
static const char MARKS[] = "、。！？」』）";
/* Particles: they belong to the bracket before them. */
static const char PARTICLES[] = "はがをにでともへのやかな";
/* Words that ICU cuts in two; no line ends inside one while it fits on a line. */
static const char *const JOINED[] = {"くださ", "いただ", "ありが", "おねが", "まどぐち", "てつづ",
    "てつだ", "つだいます", "決め直", "落ち着", "読み取", "置き直", "申し込", "引っ越", "取り出",
    "見直", "ございま", "ございました", "ません", "ました", "でした", "もう一度", "られない",
    "ようです", "マイナンバー", "パスワード", "はらいま", "もらいま"};
/* Thai: names and loans that ICU's dictionary does not know (บัตรไซ|ริว), and words into which it lets another one reach (ขอบ|ริจาค). */
static const char *const JOINED_THAI[] = {"มายนัมเบอร์", "ไซริว", "สึนามิ", "ฮิรางานะ", "คาตากานะ", "คันจิ",
    "คิวอาร์โค้ด", "อัลไซเมอร์", "พาร์กินสัน", "บริจาค", "สะพาน", "กระป๋อง", "สเปรย์", "กระดูก"};

enum { QUOTE_MAX = 10 }; /* graphemes in 「」 that stay together */

static bool
is_one_of(uint32_t code, const char *set)
{
    size_t len = strlen(set);

    for (size_t pos = 0; pos < len;) {
        if (utf8_next(set, len, &pos) == code) {
            return true;
        }
    }
    return false;
}

static bool
is_hiragana(uint32_t code)
{
    return code >= 0x3041 && code <= 0x3096;
}

static bool
is_han(uint32_t code)
{
    return code >= 0x2e80 && u_hasBinaryProperty((UChar32)code, UCHAR_IDEOGRAPHIC);
}

static bool
is_close(uint32_t code)
{
    return code >= 0x3000 && (u_charType((UChar32)code) == U_END_PUNCTUATION);
}

static bool
is_open(uint32_t code)
{
    return code >= 0x3000 && (u_charType((UChar32)code) == U_START_PUNCTUATION);
}

static bool
is_digit(uint32_t code)
{
    return (code >= '0' && code <= '9') || (code >= 0xff10 && code <= 0xff19);
}

static bool
starts_with(const struct text_para *para, size_t byte, const char *word)
{
    size_t len = strlen(word);

    return byte + len <= para->len && memcmp(para->text + byte, word, len) == 0;
}

/* True when cluster at lies inside one of these words, whose letters have 3 bytes each. */
static bool
cuts_word(const struct text_para *para, size_t at, const char *const *joined, size_t count)
{
    size_t here = para->clusters[at].start;

    for (size_t w = 0; w < count; w++) {
        for (size_t back = 3; back < strlen(joined[w]) && back <= here; back += 3) {
            if (starts_with(para, here - back, joined[w])) {
                return true;
            }
        }
    }
    return false;
}

static bool
starts_badly(const struct text_para *para, size_t at)
{
    for (size_t i = 0; i < ARRAY_LEN(NO_START); i++) {
        if (starts_with(para, para->clusters[at].start, NO_START[i])) {
            return true;
        }
    }
    return false;
}

/* What a phrase break before cluster at is worth. */
static enum text_break
worth(const struct text_para *para, size_t at)
{
    uint32_t left = para->clusters[at - 1].code;
    uint32_t right = para->clusters[at].code;

    /* A reader would trip over these, so they are no better than any other place. */
    if (is_close(left) && is_one_of(right, PARTICLES)) {
        return TEXT_BREAK_STRICT;
    }
    if (is_one_of(left, NO_END) || starts_badly(para, at)) {
        return TEXT_BREAK_STRICT;
    }
    if (is_hiragana(left) && is_hiragana(right) && is_one_of(left, RARE_END)) {
        return TEXT_BREAK_STRICT;
    }
    if (para->language->spaced && !para->clusters[at - 1].space && !is_one_of(left, MARKS)) {
        return TEXT_BREAK_PHRASE;
    }
    bool counter = at > 1 && is_digit(para->clusters[at - 2].code); /* 3回|まちがえる */
    if (is_han(left) && is_hiragana(right) && !counter) { /* before an inflection: 続|けます */
        return TEXT_BREAK_STRICT;
    }
    /* Inside a compound: 住民|票. */
    return is_han(left) && is_han(right) ? TEXT_BREAK_PHRASE : TEXT_BREAK_GOOD;
}

/* Takes the good breaks out of short quotations: 「転出届」 is one thing. */
static void
keep_quotes(struct text_para *para)
{
    size_t open = SIZE_MAX;

    for (size_t i = 0; i < para->count; i++) {
        if (is_open(para->clusters[i].code)) {
            open = i;
        } else if (open != SIZE_MAX && is_close(para->clusters[i].code)) {
            for (size_t j = open + 1; i - open <= QUOTE_MAX && j <= i; j++) {
                if (para->clusters[j].before == TEXT_BREAK_GOOD) {
                    para->clusters[j].before = TEXT_BREAK_PHRASE;
                }
            }
            open = SIZE_MAX;
        }
    }
}

/* Raises each cluster that ICU allows a break before from at least `from` to `to`. */
static int
mark(struct text_para *para, enum text_rules rules, enum text_break from, enum text_break to)
{
    UErrorCode status = U_ZERO_ERROR;
    UBreakIterator *it;
    int rc = text_iterator(rules, &it);

    if (rc < 0) {
        return rc;
    }
    ubrk_setText(it, para->units, para->unit_count, &status);
    size_t at = 0;
    for (int32_t unit = ubrk_next(it); U_SUCCESS(status) && unit != UBRK_DONE;
         unit = ubrk_next(it)) {
        while (at < para->count && para->clusters[at].unit < unit) {
            at++;
        }
        if (at < para->count && para->clusters[at].unit == unit &&
            para->clusters[at].before >= from) {
            para->clusters[at].before = (uint8_t)to;
        }
    }
    text_iterator_done(it);
    return text_icu_error(status);
}

/* A number and its counter are one (3|回), a date is (10月|10日), a Korean word is. */
static bool
holds_together(const struct text_para *para, size_t at)
{
    const struct text_cluster *left = &para->clusters[at - 1];
    const struct text_cluster *right = &para->clusters[at];

    if (para->language->spaces_only) {
        return left->script == USCRIPT_HANGUL && right->script == USCRIPT_HANGUL && !left->space;
    }
    if (right->script == USCRIPT_THAI) {
        return cuts_word(para, at, JOINED_THAI, ARRAY_LEN(JOINED_THAI));
    }
    if (!para->language->phrases) {
        return false;
    }
    if (cuts_word(para, at, JOINED, ARRAY_LEN(JOINED))) {
        return true;
    }
    if (is_digit(right->code)) {
        return is_one_of(left->code, "年月");
    }
    return is_digit(left->code) && (is_han(right->code) || is_one_of(right->code, "つかカヶけ"));
}

static bool
is_japanese(uint32_t code)
{
    return is_han(code) || is_hiragana(code) || (code >= 0x30a1 && code <= 0x30fc);
}

/* Places inside what belongs together, in languages whose good places ICU knows: an official Japanese term stays whole
 * (住民|票), and who writes spaces between phrases reads on better from one: ပါသည်။ alone is an ending. */
static void
prefer_spaces(struct text_para *para)
{
    for (size_t i = 1; i < para->count; i++) {
        struct text_cluster *cluster = &para->clusters[i];
        const struct text_cluster *left = &para->clusters[i - 1];
        if (cluster->before != TEXT_BREAK_GOOD) {
            continue;
        }
        if (para->language->script != USCRIPT_HAN && is_japanese(left->code) &&
            is_japanese(cluster->code)) {
            cluster->before = TEXT_BREAK_STRICT;
        } else if (para->language->spaced && !left->space) {
            cluster->before = TEXT_BREAK_PHRASE;
        }
    }
}

int
text_wrap_mark(struct text_para *para)
{
    const struct text_language *language = para->language;
    enum text_break best = language->phrases ? TEXT_BREAK_STRICT : TEXT_BREAK_GOOD;
    int rc = mark(para, language->rules, TEXT_BREAK_GRAPHEME, best);

    for (size_t i = 1; i < para->count; i++) {
        struct text_cluster *cluster = &para->clusters[i];
        if (cluster->before > TEXT_BREAK_GRAPHEME && holds_together(para, i)) {
            cluster->before = TEXT_BREAK_GRAPHEME;
        }
    }
    if (!language->phrases) {
        prefer_spaces(para);
    }
    if (rc < 0 || !language->phrases) {
        return rc;
    }
    rc = mark(para, TEXT_RULES_PHRASE_JA, TEXT_BREAK_STRICT, TEXT_BREAK_GOOD);
    for (size_t i = 1; rc == 0 && i < para->count; i++) {
        if (para->clusters[i].before == TEXT_BREAK_GOOD) {
            para->clusters[i].before = (uint8_t)worth(para, i);
        }
    }
    keep_quotes(para);
    return rc;
}
