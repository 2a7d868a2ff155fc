/* app/find.c - finding names: hiragana finds katakana and the other way round, small letters capital ones, Latin letters
 * what is read so (Hepburn's spelling, long vowels with or without their u), full width half width. */
#include "app_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

enum {
    FOLD_MAX = 160, /* letters of a name that are compared */
    HIRAGANA_FIRST = 0x3041,
    HIRAGANA_LAST = 0x3096,
    TO_KATAKANA = 0x60,
    KATAKANA_FIRST = 0x30a1,
    KATAKANA_LAST = 0x30f4,
    SMALL_TU = 0x30c3,
    LONG_MARK = 0x30fc,
    WIDE_SPACE = 0x3000,
    WIDE_FIRST = 0xff01,
    WIDE_LAST = 0xff5e,
    FROM_WIDE = 0xfee0
};

/* U+30A1 to U+30F4. Small vowels as large ones, small ya yu yo without their y's i. */
static const char *const romaji[KATAKANA_LAST - KATAKANA_FIRST + 1] = {"a", "a", "i", "i", "u", "u",
    "e", "e", "o", "o", "ka", "ga", "ki", "gi", "ku", "gu", "ke", "ge", "ko", "go", "sa", "za",
    "shi", "ji", "su", "zu", "se", "ze", "so", "zo", "ta", "da", "chi", "ji", "", "tsu", "zu", "te",
    "de", "to", "do", "na", "ni", "nu", "ne", "no", "ha", "ba", "pa", "hi", "bi", "pi", "fu", "bu",
    "pu", "he", "be", "pe", "ho", "bo", "po", "ma", "mi", "mu", "me", "mo", "ya", "ya", "yu", "yu",
    "yo", "yo", "ra", "ri", "ru", "re", "ro", "wa", "wa", "i", "e", "o", "n", "vu"};

static bool
small_y(uint32_t code)
{
    return code == 0x30e3 || code == 0x30e5 || code == 0x30e7;
}

/* Adds a syllable to what is spelled so far: ki + small ya is kya, shi + small ya sha. */
static void
spell(char out[FIND_LATIN_MAX], uint32_t code, bool doubled)
{
    const char *syllable = romaji[code - KATAKANA_FIRST];
    size_t have = strlen(out);
    if (small_y(code) && have >= 2 && out[have - 1] == 'i') {
        bool soft = out[have - 2] == 'h' || out[have - 2] == 'j'; /* sha, cha, ja */
        bool hi = soft && out[have - 2] == 'h' && (have < 3 || strchr("sc", out[have - 3]) == NULL);
        syllable += soft && !hi ? 1 : 0;
        out[--have] = 0;
    }
    char twice[2] = {doubled ? syllable[0] : 0, 0};
    (void)snprintf(out + have, FIND_LATIN_MAX - have, "%s%s", twice, syllable);
}

void
find_latin(const char *kana, char out[FIND_LATIN_MAX])
{
    size_t len = strlen(kana);
    bool doubled = false;
    out[0] = 0;
    for (size_t pos = 0; pos < len;) {
        uint32_t code = utf8_next(kana, len, &pos);
        if (code == SMALL_TU) {
            doubled = true;
        } else if (code >= KATAKANA_FIRST && code <= KATAKANA_LAST) {
            spell(out, code, doubled);
            doubled = false;
        } else if (code == WIDE_SPACE || code == ' ') {
            size_t have = strlen(out);
            (void)snprintf(out + have, FIND_LATIN_MAX - have, " ");
        }
    }
}

/* Letters as they are compared; spaces and long marks don't count. */
static size_t
fold(const char *text, uint32_t out[FOLD_MAX])
{
    size_t len = strlen(text);
    size_t count = 0;
    for (size_t pos = 0; pos < len && count < FOLD_MAX;) {
        uint32_t code = utf8_next(text, len, &pos);
        code = code >= WIDE_FIRST && code <= WIDE_LAST ? code - FROM_WIDE : code;
        code = code >= HIRAGANA_FIRST && code <= HIRAGANA_LAST ? code + TO_KATAKANA : code;
        code = code >= 'A' && code <= 'Z' ? code - 'A' + 'a' : code;
        if (code != ' ' && code != WIDE_SPACE && code != LONG_MARK && code != '-') {
            out[count++] = code;
        }
    }
    return count;
}

/* Latin spelling without length: ginkou, ginkoo and ginko are one. */
static size_t
shorten(uint32_t *codes, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t before = kept > 0 ? codes[kept - 1] : 0;
        bool longer = (codes[i] == 'u' && (before == 'o' || before == 'u')) ||
                      (codes[i] == 'o' && before == 'o');
        if (!longer) {
            codes[kept++] = codes[i];
        }
    }
    return kept;
}

static enum find
within(const uint32_t *name, size_t name_len, const uint32_t *words, size_t words_len)
{
    for (size_t at = 0; at + words_len <= name_len; at++) {
        if (memcmp(name + at, words, words_len * sizeof(*words)) == 0) {
            return at == 0 ? FIND_BEGINS : FIND_HOLDS;
        }
    }
    return FIND_NOT;
}

enum find
find_in(const char *name, const char *kana, const char *words)
{
    uint32_t wanted[FOLD_MAX];
    uint32_t codes[FOLD_MAX];
    size_t wanted_len = fold(words, wanted);
    enum find best = within(codes, fold(name, codes), wanted, wanted_len);
    if (kana != NULL) {
        enum find read = within(codes, fold(kana, codes), wanted, wanted_len);
        best = read > best ? read : best;
        char latin[FIND_LATIN_MAX];
        find_latin(kana, latin);
        wanted_len = shorten(wanted, wanted_len);
        read = within(codes, shorten(codes, fold(latin, codes)), wanted, wanted_len);
        best = read > best ? read : best;
    }
    explicit_bzero(wanted, sizeof(wanted));
    return best;
}
