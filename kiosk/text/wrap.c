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

/* No phrase starts with these: endings of verbs, and letters that no word starts with. */
static const char NO_START[] = "てっぁぃぅぇぉゃゅょゎんーぐ";
/* Few phrases end with these; so a break behind them is probably inside a word. */
static const char NO_END[] = "ぁぃぅぇぉゃゅょっぎぐござぞぢづどぬひびふぶほぼぱぴぷぺぽまみむめゆ";
/* Particles: they belong to the bracket or the number before them. */
static const char PARTICLES[] = "はがをにでともへのやかな";
/* Words that ICU cuts in two. */
static const char *const JOINED[] = {"くださ", "いただ", "ありが", "おねが", "まどぐち", "てつづ"};

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

/* True when cluster at lies inside one of the words above. */
static bool
cuts_word(const struct text_para *para, size_t at)
{
    size_t here = para->clusters[at].start;

    for (size_t w = 0; w < ARRAY_LEN(JOINED); w++) {
        size_t len = strlen(JOINED[w]);
        for (size_t back = 3; back < len && back <= here; back += 3) { /* kana have 3 bytes */
            if (para->len - (here - back) >= len &&
                memcmp(para->text + here - back, JOINED[w], len) == 0) {
                return true;
            }
        }
    }
    return false;
}

/* True when a phrase break before cluster at is one that a reader would trip over. */
static bool
is_poor(const struct text_para *para, size_t at)
{
    uint32_t left = para->clusters[at - 1].code;
    uint32_t right = para->clusters[at].code;

    if (is_hiragana(right) && is_one_of(right, NO_START)) {
        return true;
    }
    if (is_hiragana(left) && is_hiragana(right) &&
        (is_one_of(left, NO_END) || cuts_word(para, at))) {
        return true;
    }
    if (is_close(left) && is_one_of(right, PARTICLES)) {
        return true;
    }
    return is_han(left) && is_han(right); /* inside a compound: 住民|票 */
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

/* A number and its counter are one (3|回, 10|月); a Korean word is one. */
static bool
holds_together(const struct text_para *para, size_t at)
{
    const struct text_cluster *left = &para->clusters[at - 1];
    const struct text_cluster *right = &para->clusters[at];

    if (para->language->spaces_only) {
        return left->script == USCRIPT_HANGUL && right->script == USCRIPT_HANGUL && !left->space;
    }
    return para->language->phrases && is_digit(left->code) &&
           (is_han(right->code) || is_one_of(right->code, "つかカヶけ"));
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
    if (rc < 0 || !language->phrases) {
        return rc;
    }
    rc = mark(para, TEXT_RULES_PHRASE_JA, TEXT_BREAK_STRICT, TEXT_BREAK_GOOD);
    for (size_t i = 1; rc == 0 && i < para->count; i++) {
        if (para->clusters[i].before == TEXT_BREAK_GOOD && is_poor(para, i)) {
            para->clusters[i].before = TEXT_BREAK_PHRASE;
        }
    }
    keep_quotes(para);
    return rc;
}
