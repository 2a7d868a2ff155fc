/* i18n/fold.c - texts as a search compares them: "ｺﾞﾐ", "ゴミ" and "ごみ" are one, "Tiếng" and "tieng" too. */
#include "i18n_priv.h"

#include <stdlib.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>

#include "base/err.h"
#include "base/utf8.h"

enum {
    GROWTH = 6, /* UTF-16 units that one byte may become: U+FDFA is three bytes and 18 units */
    KATAKANA_FIRST = 0x30a1,
    KATAKANA_LAST = 0x30f6,
    LEAD_FIRST = 0xd800, /* surrogates (ICU's macros for them convert signs) */
    TRAIL_FIRST = 0xdc00,
    KANA_APART = 0x60, /* a katakana from its hiragana, JIS X 0208 rows 4 and 5 */
    D_WITH_STROKE = 0x111 /* has no decomposition; Vietnamese types d */
};

/* The letter without its marks; others as they are. */
static UChar32
bare(const UNormalizer2 *nfd, UChar32 code)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar parts[8];
    if (code == D_WITH_STROKE) {
        return 'd';
    }
    if (code < 0x80 || uscript_getScript(code, &status) != USCRIPT_LATIN) {
        return code;
    }
    int32_t len = unorm2_getDecomposition(nfd, code, parts, 8, &status);
    return len > 0 && U_SUCCESS(status) ? parts[0] : code; /* Latin letters are in the BMP here */
}

static int
add_code(struct buf *out, UChar32 code)
{
    char bytes[4];
    if (u_isUWhiteSpace(code)) {
        bool again = out->len > 0 && out->data[out->len - 1] == ' ';
        return again ? 0 : buf_add_byte(out, ' ');
    }
    if (code >= KATAKANA_FIRST && code <= KATAKANA_LAST) {
        code -= KANA_APART;
    }
    return buf_add(out, bytes, utf8_encode((uint32_t)code, bytes));
}

int
i18n_fold(struct buf *out, const char *text)
{
    size_t len = strlen(text);
    if (len > I18N_FOLD_MAX) {
        return KERR_TOO_BIG;
    }
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *fold = unorm2_getNFKCCasefoldInstance(&status);
    const UNormalizer2 *nfd = unorm2_getNFDInstance(&status);
    size_t room = (len + 1) * GROWTH;
    UChar *wide = calloc(len + 1 + room, sizeof(*wide));
    if (wide == NULL || U_FAILURE(status)) {
        free(wide);
        return KERR_NO_MEMORY;
    }
    int32_t units = 0;
    (void)u_strFromUTF8(wide, (int32_t)len + 1, &units, text, (int32_t)len, &status);
    UChar *folded = wide + len + 1;
    int32_t count = unorm2_normalize(fold, wide, units, folded, (int32_t)room, &status);
    int r = status == U_BUFFER_OVERFLOW_ERROR ? KERR_TOO_BIG : U_FAILURE(status) ? KERR_INVALID : 0;
    for (int32_t i = 0; r == 0 && i < count;) {
        UChar32 code = folded[i++];
        if (code >= LEAD_FIRST && code < TRAIL_FIRST && i < count) {
            code = U16_GET_SUPPLEMENTARY(code, folded[i++]); /* what ICU made is well formed */
        }
        bool mark = u_charType(code) == U_NON_SPACING_MARK && out->len > 0 &&
                    out->data[out->len - 1] < 0x80; /* one that composes with no letter */
        r = mark ? 0 : add_code(out, bare(nfd, code));
    }
    explicit_bzero(wide, (len + 1 + room) * sizeof(*wide)); /* a visitor may have written it */
    free(wide);
    return r;
}
