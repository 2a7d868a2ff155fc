/* program/ctl_easy.c - easy Japanese, sentence by sentence, as it is read: furigana in place of its kanji, without what
 * stands in brackets (official words for the form) and in quotes (words of a button). */
#include "ctl_easy.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/utf8.h"

enum { SENTENCE_MAX = 4096 };
enum {
    WIDE_SPACE = 0x3000,
    COMMA = 0x3001,
    FULL_STOP = 0x3002,
    QUOTE_OPEN = 0x300c,
    QUOTE_CLOSE = 0x300d,
    WIDE_EXCLAMATION = 0xff01,
    BRACKET_OPEN = 0xff08,
    BRACKET_CLOSE = 0xff09,
    WIDE_QUESTION = 0xff1f
};

static const char *const lists[] = {"two-thoughts", "no-and-no", "hard", "eras"};

int
easy_load(const char *folder, struct conf **ret_rules, int *ret_line)
{
    char *path = fs_join(folder, "easy.conf");
    struct conf *rules = NULL;
    int r = conf_load(path, &rules, ret_line);
    for (size_t i = 0; r == 0 && i < ARRAY_LEN(lists); i++) {
        r = conf_str(rules, lists[i], "")[0] != 0 ? 0 : KERR_NOT_FOUND;
    }
    free(path);
    if (r < 0) {
        conf_free(rules);
        return r;
    }
    *ret_rules = rules;
    return 0;
}

/* The text as it is read: {漢字|かんじ} is かんじ, {n} a digit. */
static void
add_reading(struct buf *out, const char *text)
{
    while (*text != 0) {
        size_t plain = strcspn(text, "{");
        (void)buf_add(out, text, plain); /* errors stick in out */
        text += plain;
        size_t end = strcspn(text, "}");
        if (*text == 0 || text[end] == 0) {
            (void)buf_add_str(out, text);
            return;
        }
        const char *bar = memchr(text, '|', end);
        if (bar != NULL) {
            (void)buf_add(out, bar + 1, (size_t)(text + end - bar - 1));
        } else {
            (void)buf_add_str(out, "2");
        }
        text += end + 1;
    }
}

static bool
ends_sentence(uint32_t code)
{
    return code == FULL_STOP || code == '\n' || code == '!' || code == '?' || code == WIDE_SPACE ||
           code == WIDE_EXCLAMATION || code == WIDE_QUESTION;
}

static bool
is_space(uint32_t code)
{
    return code == ' ' || code == COMMA;
}

/* ゃ, ゅ, ょ and small vowels share the beat of the kana before them; っ has its own. */
static bool
is_small(uint32_t code)
{
    static const uint32_t small[] = {
        0x3041, 0x3043, 0x3045, 0x3047, 0x3049, 0x3083, 0x3085, 0x3087};
    for (size_t i = 0; i < ARRAY_LEN(small); i++) {
        if (code == small[i] || code == small[i] + 0x60) { /* katakana stand 0x60 behind */
            return true;
        }
    }
    return false;
}

static bool
is_kana(uint32_t code)
{
    return (code >= 0x3041 && code <= 0x3096) || (code >= 0x30a1 && code <= 0x30fc);
}

/* Beats of one letter; digits are read in two on the average. */
static int
morae_of(uint32_t code)
{
    if (is_kana(code)) {
        return is_small(code) ? 0 : 1;
    }
    if (code >= '0' && code <= '9') {
        return 2;
    }
    return (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z') ? 1 : 0;
}

struct sentence {
    struct buf words; /* without spaces, brackets and quotes */
    int morae;
    int run, longest_run; /* kana without a space */
    int digits, longest_digits; /* in one number, brackets included: a western year has four */
    int depth; /* of brackets and quotes */
};

static void
take(struct sentence *sentence, uint32_t code)
{
    bool digit = code >= '0' && code <= '9';
    sentence->digits = digit ? sentence->digits + 1 : 0;
    if (sentence->digits > sentence->longest_digits) {
        sentence->longest_digits = sentence->digits;
    }
    if (code == BRACKET_OPEN || code == QUOTE_OPEN) {
        sentence->depth++;
    } else if ((code == BRACKET_CLOSE || code == QUOTE_CLOSE) && sentence->depth > 0) {
        sentence->depth--;
        sentence->run = 0;
        return;
    }
    if (sentence->depth > 0) {
        return;
    }
    char letter[4];
    if (code != ' ') {
        (void)buf_add(&sentence->words, letter, utf8_encode(code, letter));
    }
    sentence->morae += morae_of(code);
    bool hiragana = is_kana(code) && code < 0x30a0;
    sentence->run = hiragana && !is_space(code) ? sentence->run + morae_of(code) : 0;
    if (sentence->run > sentence->longest_run) {
        sentence->longest_run = sentence->run;
    }
}

/* Does a sentence hold this pattern? A star stands for anything between. */
static bool
holds(const char *words, const char *pattern, size_t len)
{
    enum { PART_MAX = 128 };
    while (words != NULL && len > 0) {
        const char *star = memchr(pattern, '*', len);
        size_t part = star != NULL ? (size_t)(star - pattern) : len;
        char text[PART_MAX];
        if (part >= PART_MAX) {
            return false;
        }
        memcpy(text, pattern, part);
        text[part] = 0;
        words = strstr(words, text);
        words = words != NULL ? words + part : NULL;
        size_t past = star != NULL ? part + 1 : part;
        pattern += past;
        len -= past;
    }
    return words != NULL;
}

static bool
holds_any(const struct conf *rules, const char *list, const char *words)
{
    const char *at = conf_str(rules, list, "");
    while (*at != 0) {
        at += strspn(at, ", ");
        size_t len = strcspn(at, ",");
        if (len > 0 && holds(words, at, len)) {
            return true;
        }
        at += len;
    }
    return false;
}

static const char *
sentence_mistake(const struct conf *rules, const struct sentence *sentence)
{
    enum { WESTERN_YEAR_DIGITS = 4 };
    const char *words = buf_str(&sentence->words);
    if (sentence->morae > EASY_MORAE_MAX) {
        return "this sentence has more than 30 morae: make it two";
    }
    if (sentence->longest_run > EASY_RUN_MAX) {
        return "put spaces between phrases";
    }
    if (holds_any(rules, "two-thoughts", words)) {
        return "two thoughts in one sentence: make it two sentences";
    }
    if (holds_any(rules, "no-and-no", words)) {
        return "no and no again: say what is needed, or what to do";
    }
    if (holds_any(rules, "hard", words)) {
        return "this form of the verb is hard: say who does it, plainly";
    }
    if (sentence->longest_digits > 0 && sentence->longest_digits < WESTERN_YEAR_DIGITS &&
        holds_any(rules, "eras", words)) {
        return "an era's year needs the western year beside it";
    }
    return NULL;
}

const char *
easy_mistake(const struct conf *rules, const char *text, struct buf *ret_sentence, size_t *ret_long)
{
    AUTO_BUF reading;
    buf_init(&reading, SENTENCE_MAX);
    add_reading(&reading, text);
    const char *at = buf_str(&reading);
    size_t len = strlen(at);
    const char *mistake = NULL;
    struct sentence sentence = {0};
    buf_init(&sentence.words, SENTENCE_MAX);
    for (size_t pos = 0; pos < len && mistake == NULL;) {
        uint32_t code = utf8_next(at, len, &pos);
        bool end = pos >= len || (ends_sentence(code) && sentence.depth == 0);
        if (!ends_sentence(code)) {
            take(&sentence, code);
        }
        if (!end) {
            continue;
        }
        mistake = sentence_mistake(rules, &sentence);
        *ret_long += sentence.morae > EASY_MORAE_GOOD ? 1 : 0;
        if (mistake != NULL) {
            buf_clear(ret_sentence);
            (void)buf_add_str(ret_sentence, buf_str(&sentence.words));
        }
        struct buf words = sentence.words;
        buf_clear(&words);
        sentence = (struct sentence){.words = words};
    }
    buf_release(&sentence.words);
    return mistake;
}
