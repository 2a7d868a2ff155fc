/* procedure/kana.c - kana of any width as full-width katakana (Unicode 15: Hiragana U+3041-3096, Katakana
 * U+30A1-30FA, half-width forms U+FF66-FF9F with their sound marks as letters of their own). */
#include "kana.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"
#include "procedure.h"

enum {
    HIRAGANA_FIRST = 0x3041,
    HIRAGANA_LAST = 0x3096,
    TO_KATAKANA = 0x60,
    KATAKANA_FIRST = 0x30a1,
    KATAKANA_LAST = 0x30fa,
    LONG_MARK = 0x30fc,
    MIDDLE_DOT = 0x30fb,
    WIDE_SPACE = 0x3000,
    HALF_FIRST = 0xff66,
    HALF_LAST = 0xff9d,
    HALF_VOICED = 0xff9e,
    HALF_SEMI_VOICED = 0xff9f
};

/* U+FF66 .. U+FF9D as full-width letters. */
static const uint16_t half[HALF_LAST - HALF_FIRST + 1] = {0x30f2, 0x30a1, 0x30a3, 0x30a5, 0x30a7,
    0x30a9, 0x30e3, 0x30e5, 0x30e7, 0x30c3, 0x30fc, 0x30a2, 0x30a4, 0x30a6, 0x30a8, 0x30aa, 0x30ab,
    0x30ad, 0x30af, 0x30b1, 0x30b3, 0x30b5, 0x30b7, 0x30b9, 0x30bb, 0x30bd, 0x30bf, 0x30c1, 0x30c4,
    0x30c6, 0x30c8, 0x30ca, 0x30cb, 0x30cc, 0x30cd, 0x30ce, 0x30cf, 0x30d2, 0x30d5, 0x30d8, 0x30db,
    0x30de, 0x30df, 0x30e0, 0x30e1, 0x30e2, 0x30e4, 0x30e6, 0x30e8, 0x30e9, 0x30ea, 0x30eb, 0x30ec,
    0x30ed, 0x30ef, 0x30f3};

/* The letter with its sound mark, or 0 when there is none. */
static uint32_t
voiced(uint32_t code, bool semi)
{
    bool ha = code >= 0x30cf && code <= 0x30db && (code - 0x30cf) % 3 == 0;
    if (semi) {
        return ha ? code + 2 : 0;
    }
    if (code == 0x30a6) { /* u -> vu */
        return 0x30f4;
    }
    bool ka_to_to = (code >= 0x30ab && code <= 0x30c1 && (code - 0x30ab) % 2 == 0) ||
                    code == 0x30c4 || code == 0x30c6 || code == 0x30c8;
    return ka_to_to || ha ? code + 1 : 0;
}

static uint32_t
katakana_of(uint32_t code)
{
    if (code >= HIRAGANA_FIRST && code <= HIRAGANA_LAST) {
        return code + TO_KATAKANA;
    }
    if (code >= HALF_FIRST && code <= HALF_LAST) {
        return half[code - HALF_FIRST];
    }
    bool fine = (code >= KATAKANA_FIRST && code <= KATAKANA_LAST) || code == LONG_MARK ||
                code == MIDDLE_DOT || code == WIDE_SPACE || code == ' ';
    return fine ? code : 0;
}

bool
kana_normalise(char *text, size_t size)
{
    uint32_t codes[PROCEDURE_ANSWER_MAX];
    size_t count = 0;
    size_t len = strlen(text);
    bool fine = true;
    for (size_t pos = 0; pos < len && fine && count < PROCEDURE_ANSWER_MAX;) {
        uint32_t code = utf8_next(text, len, &pos);
        if (code == HALF_VOICED || code == HALF_SEMI_VOICED) {
            uint32_t with = count > 0 ? voiced(codes[count - 1], code == HALF_SEMI_VOICED) : 0;
            fine = with != 0;
            codes[count > 0 ? count - 1 : 0] = with;
        } else {
            codes[count] = katakana_of(code);
            fine = codes[count] != 0;
            count++;
        }
    }
    size_t out = 0;
    for (size_t i = 0; i < count && fine; i++) {
        char bytes[4];
        size_t n = utf8_encode(codes[i], bytes);
        assert(out + n < size); /* every letter above came from one of at least its length */
        memcpy(text + out, bytes, n);
        out += n;
    }
    text[fine ? out : 0] = 0;
    explicit_bzero(codes, sizeof(codes));
    return fine;
}
