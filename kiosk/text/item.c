/* From the text of a paragraph to its graphemes, each with the font that has it, its script and its bidi
 * level. A grapheme with all its marks and its variation selector goes to one font, the first that has
 * all of it; a word of an alphabet goes to one font when there is one, since a letter from another font
 * in the middle of a name looks like a mistake. */
#include "text/text_priv.h"

#include <stdlib.h>
#include <string.h>
#include <unicode/ubidi.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/utf8.h"

/* U+FE0E and U+FE0F ask for text or emoji style; nobody's name depends on them. */
static bool
is_selector(uint32_t code)
{
    return (code >= 0xfe00 && code <= 0xfe0f) || (code >= 0xe0100 && code <= 0xe01ef);
}

static bool
is_style_selector(uint32_t code)
{
    return code == 0xfe0e || code == 0xfe0f;
}

static bool
is_ignorable(uint32_t code)
{
    return code >= 0x80 && u_hasBinaryProperty((UChar32)code, UCHAR_DEFAULT_IGNORABLE_CODE_POINT);
}

static bool
is_space(uint32_t code)
{
    return code == ' ' || code == '\t' || (code >= 0x80 && u_isUWhiteSpace((UChar32)code));
}

/* Format characters that have done their work before anything is drawn; joiners stay, they shape. */
static bool
is_dropped(uint32_t code)
{
    return code == 0xad || code == 0x61c || code == 0x200b || code == 0x200e || code == 0x200f ||
           (code >= 0x202a && code <= 0x202e) || (code >= 0x2060 && code <= 0x206f) ||
           code == 0xfeff;
}

/* UTF-16 for ICU. Also finds out whether bidi has anything to do. */
static void
make_units(struct text_para *para, bool *ret_bidi)
{
    *ret_bidi = para->language->rtl;
    para->unit_count = 0;
    for (size_t pos = 0; pos < para->len;) {
        uint32_t code = utf8_next(para->text, para->len, &pos);
        U16_APPEND_UNSAFE(para->units, para->unit_count, code);
        if (code < 0x590) { /* nothing below turns the direction */
            continue;
        }
        switch (u_charDirection((UChar32)code)) {
        case U_RIGHT_TO_LEFT:
        case U_RIGHT_TO_LEFT_ARABIC:
        case U_ARABIC_NUMBER:
        case U_RIGHT_TO_LEFT_EMBEDDING:
        case U_RIGHT_TO_LEFT_OVERRIDE:
        case U_RIGHT_TO_LEFT_ISOLATE:
            *ret_bidi = true;
            break;
        default:
            break;
        }
    }
}

/* True when the font has all that is visible in these bytes, each base with its selector. */
static bool
has_all(const struct text_font_ops *fonts, int font, const char *text, size_t len, bool selectors)
{
    for (size_t pos = 0; pos < len;) {
        uint32_t code = utf8_next(text, len, &pos);
        size_t after = pos;
        uint32_t selector = after < len ? utf8_next(text, len, &after) : 0;
        if (is_selector(selector)) {
            pos = after;
        } else {
            selector = 0;
        }
        bool wanted = !is_ignorable(code) || (selector != 0 && selectors);
        if (wanted && !fonts->covers(fonts->ctx, font, code, selectors ? selector : 0)) {
            return false;
        }
    }
    return true;
}

/* The grapheme in composed form (NFC): shaping finds an accented letter whether it is written as one
 * character or as several. 0 bytes when it is too long for that, or not a letter with marks: a kanji
 * with a selector must not be composed, that would change a compatibility kanji. */
static size_t
compose(const char *text, size_t len, char *out, size_t cap)
{
    UChar units[16];
    UChar composed[16];
    int32_t count = 0;
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *nfc = unorm2_getNFCInstance(&status);

    for (size_t pos = 0; pos < len;) {
        uint32_t code = utf8_next(text, len, &pos);
        if (is_selector(code) || count + 2 > (int32_t)ARRAY_LEN(units)) {
            return 0;
        }
        U16_APPEND_UNSAFE(units, count, code);
    }
    int32_t done =
        unorm2_normalize(nfc, units, count, composed, (int32_t)ARRAY_LEN(composed), &status);
    int32_t bytes = 0;
    (void)u_strToUTF8(out, (int32_t)cap, &bytes, composed, done, &status);
    explicit_bzero(units, sizeof(units));
    explicit_bzero(composed, sizeof(composed));
    return U_FAILURE(status) ? 0 : (size_t)bytes;
}

static int
find_font(const struct text_para *para, const char *text, size_t len, bool selectors)
{
    for (int i = 0; i < para->fonts->count; i++) {
        if (has_all(para->fonts, para->order[i], text, len, selectors)) {
            return para->order[i];
        }
    }
    return -1;
}

static bool
has_composed(const struct text_font_ops *fonts, int font, const char *text, size_t len)
{
    char composed[64];
    size_t composed_len = compose(text, len, composed, sizeof(composed));
    bool has = composed_len > 0 && has_all(fonts, font, composed, composed_len, true);

    explicit_bzero(composed, sizeof(composed));
    return has;
}

/* The first font that has a whole grapheme of several characters. */
static int
find_font_composed(const struct text_para *para, const char *text, size_t len)
{
    for (int i = 0; i < para->fonts->count; i++) {
        int font = para->order[i];
        if (has_all(para->fonts, font, text, len, true) ||
            has_composed(para->fonts, font, text, len)) {
            return font;
        }
    }
    return -1;
}

static void
add_cluster(struct text_para *para, const struct text_cluster *cluster)
{
    para->clusters[para->count++] = *cluster;
}

/* No font has all of the grapheme: its characters go on their own. */
static void
add_apart(struct text_para *para, const struct text_cluster *whole)
{
    const char *text = para->text + whole->start;
    struct text_cluster part = *whole;

    for (size_t pos = 0; pos < whole->len;) {
        size_t from = pos;
        part.code = utf8_next(text, whole->len, &pos);
        if (pos < whole->len) { /* a selector stays with its base */
            size_t after = pos;
            if (is_selector(utf8_next(text, whole->len, &after))) {
                pos = after;
            }
        }
        part.start = whole->start + from;
        part.len = pos - from;
        part.ignorable = is_ignorable(part.code);
        int font = find_font(para, text + from, part.len, false);
        part.missing = !part.ignorable && font < 0;
        part.font = font < 0 ? para->order[0] : (uint8_t)font;
        para->missing = para->missing || part.missing;
        add_cluster(para, &part);
        for (size_t i = from; i < pos;) {
            part.unit += U16_LENGTH((UChar32)utf8_next(text, pos, &i));
        }
    }
}

/* A space, or what draws nothing, goes with the text before it, so that it does not cut a run. */
static void
add_space(struct text_para *para, struct text_cluster *cluster)
{
    const struct text_font_ops *fonts = para->fonts;
    int before = para->count > 0 ? para->clusters[para->count - 1].font : para->order[0];
    bool plain = cluster->ignorable || cluster->code == '\t';

    if (plain || fonts->covers(fonts->ctx, before, cluster->code, 0)) {
        cluster->font = (uint8_t)before;
    } else {
        int font = find_font(para, para->text + cluster->start, cluster->len, false);
        cluster->font = (uint8_t)(font < 0 ? before : font);
    }
    add_cluster(para, cluster);
}

static void
add_grapheme(struct text_para *para, size_t start, size_t end, int32_t unit)
{
    const char *text = para->text + start;
    size_t len = end - start;
    size_t pos = 0;
    uint32_t code = utf8_next(text, len, &pos);
    struct text_cluster cluster = {.start = start,
        .len = len,
        .unit = unit,
        .code = code,
        .group = -1,
        .before = TEXT_BREAK_GRAPHEME};

    /* U+3000 is as wide as a kanji and hangs like any space; U+00A0 and its kin hold words together. */
    cluster.blank = pos == len && is_space(code);
    cluster.space = cluster.blank && code != 0xa0 && code != 0x202f && code != 0x2007;
    cluster.ignorable = pos == len && is_ignorable(code);
    if (cluster.ignorable || cluster.blank) {
        add_space(para, &cluster);
        return;
    }
    int font = pos < len ? find_font_composed(para, text, len) : find_font(para, text, len, true);
    if (font < 0 && pos < len) {
        font = find_font(para, text, len, false);
        if (font >= 0) {
            uint32_t selector = utf8_next(text, len, &pos);
            para->variant_lost = para->variant_lost || !is_style_selector(selector);
        }
    }
    if (font < 0) {
        add_apart(para, &cluster);
        return;
    }
    cluster.font = (uint8_t)font;
    add_cluster(para, &cluster);
}

/* Walks ICU's grapheme borders and cuts at the edges of ruby groups too. */
static void
make_clusters(struct text_para *para, UBreakIterator *graphemes)
{
    size_t group = para->group_first;
    size_t start = 0;
    size_t pos = 0;
    int32_t unit = 0;
    int32_t start_unit = 0;
    int32_t border = ubrk_next(graphemes);

    while (pos < para->len) {
        unit += U16_LENGTH((UChar32)utf8_next(para->text, para->len, &pos));
        bool edge = false;
        size_t at = pos + para->offset;
        if (group < para->group_end) {
            const struct text_group *g = &para->source->groups[group];
            edge = at == g->start || at == g->end;
        }
        while (border != UBRK_DONE && border < unit) {
            border = ubrk_next(graphemes);
        }
        if (unit != border && !edge && pos < para->len) {
            continue;
        }
        size_t first = para->count;
        add_grapheme(para, start, pos, start_unit);
        if (group < para->group_end) {
            const struct text_group *g = &para->source->groups[group];
            bool inside = start + para->offset >= g->start && at <= g->end;
            for (size_t i = first; inside && i < para->count; i++) {
                para->clusters[i].group = (int32_t)group;
                if (start + para->offset > g->start || i > first) {
                    para->clusters[i].before = TEXT_BREAK_NEVER;
                }
            }
            group += at == g->end;
        }
        start = pos;
        start_unit = unit;
    }
}

/* Kana and kanji are one script here, so that a sentence is one run. Marks that belong to several
 * scripts are taken as East Asian when they are wide. */
static UScriptCode
script_of(uint32_t code)
{
    UErrorCode status = U_ZERO_ERROR;

    if (code < 0x80) {
        return u_isalpha((UChar32)code) ? USCRIPT_LATIN : USCRIPT_COMMON;
    }
    UScriptCode script = uscript_getScript((UChar32)code, &status);
    switch (script) {
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA:
    case USCRIPT_BOPOMOFO:
        return USCRIPT_HAN;
    case USCRIPT_COMMON:
    case USCRIPT_INHERITED:
        break;
    default:
        return U_FAILURE(status) ? USCRIPT_COMMON : script;
    }
    int width = u_getIntPropertyValue((UChar32)code, UCHAR_EAST_ASIAN_WIDTH);
    bool wide = width == U_EA_WIDE || width == U_EA_FULLWIDTH;
    return wide || uscript_hasScript((UChar32)code, USCRIPT_HIRAGANA) ? USCRIPT_HAN
                                                                      : USCRIPT_COMMON;
}

/* What has no script of its own takes that of the text before it, else after it (UAX 24, 5.2). */
static void
make_scripts(struct text_para *para)
{
    UScriptCode current = USCRIPT_COMMON;
    size_t open = 0; /* clusters before the first letter */

    for (size_t i = 0; i < para->count; i++) {
        UScriptCode own = script_of(para->clusters[i].code);
        if (own != USCRIPT_COMMON) {
            for (; open < i && current == USCRIPT_COMMON; open++) {
                para->clusters[open].script = own;
            }
            current = own;
        }
        para->clusters[i].script = current;
    }
    for (; open < para->count && current == USCRIPT_COMMON; open++) {
        para->clusters[open].script = para->language->script;
    }
}

static bool
cluster_in(const struct text_para *para, const struct text_cluster *cluster, int font)
{
    const char *text = para->text + cluster->start;

    return has_all(para->fonts, font, text, cluster->len, true) ||
           has_composed(para->fonts, font, text, cluster->len);
}

/* Gives clusters from..to one font, when there is one that has them all. */
static bool
unify(struct text_para *para, size_t from, size_t to)
{
    struct text_cluster *clusters = para->clusters;
    int font = clusters[from].font;
    size_t same = from;

    while (same < to && clusters[same].font == font) {
        same++;
    }
    if (same == to) {
        return true;
    }
    for (int rank = 0; rank < para->fonts->count; rank++) {
        size_t has = from;
        font = para->order[rank];
        while (has < to && cluster_in(para, &clusters[has], font)) {
            has++;
        }
        if (has == to) {
            for (size_t i = from; i < to; i++) {
                clusters[i].font = (uint8_t)font;
            }
            return true;
        }
    }
    return false;
}

/* One font for all that stands together in an alphabet, or at least for each of its words. */
static void
unify_words(struct text_para *para)
{
    const struct text_cluster *clusters = para->clusters;

    for (size_t from = 0, to; from < para->count; from = to) {
        to = from + 1;
        if (clusters[from].script == USCRIPT_HAN || clusters[from].missing) {
            continue;
        }
        while (to < para->count && clusters[to].script == clusters[from].script &&
               !clusters[to].missing) {
            to++;
        }
        if (unify(para, from, to)) {
            continue;
        }
        for (size_t word = from, end; word < to; word = end) {
            end = word + 1;
            while (end < to && !clusters[end].space) {
                end++;
            }
            (void)unify(para, word, end); /* else it stays in several fonts */
        }
    }
}

static int
make_levels(struct text_para *para)
{
    UErrorCode status = U_ZERO_ERROR;
    UBiDi *bidi = ubidi_openSized(para->unit_count, 0, &status);

    ubidi_setPara(
        bidi, para->units, para->unit_count, para->rtl ? UBIDI_RTL : UBIDI_LTR, NULL, &status);
    const UBiDiLevel *levels = para->unit_count > 0 ? ubidi_getLevels(bidi, &status) : NULL;
    for (size_t i = 0; levels != NULL && U_SUCCESS(status) && i < para->count; i++) {
        para->clusters[i].level = levels[para->clusters[i].unit];
        para->mixed = para->mixed || para->clusters[i].level != 0;
    }
    ubidi_close(bidi);
    return text_icu_error(status);
}

int
text_items_make(struct text_para *para)
{
    UErrorCode status = U_ZERO_ERROR;
    UBreakIterator *graphemes;
    bool bidi;

    para->count = 0;
    para->mixed = false;
    make_units(para, &bidi);
    int rc = text_iterator(TEXT_RULES_GRAPHEME, &graphemes);
    if (rc < 0) {
        return rc;
    }
    ubrk_setText(graphemes, para->units, para->unit_count, &status);
    if (U_SUCCESS(status)) {
        make_clusters(para, graphemes);
    }
    text_iterator_done(graphemes);
    if (U_FAILURE(status)) {
        return text_icu_error(status);
    }
    make_scripts(para);
    unify_words(para);
    return bidi ? make_levels(para) : 0;
}

static int
write_missing(uint32_t code, struct buf *out)
{
    return buf_printf(out, "U+%04X", (unsigned)code);
}

const uint8_t *
text_font_order(const struct text_font_ops *fonts, const struct text_style *style)
{
    static const uint8_t as_numbered[TEXT_FONTS_MAX] = {
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23};

    return fonts->order == NULL
               ? as_numbered
               : fonts->order(fonts->ctx, style->language == NULL ? "" : style->language);
}

int
text_para_init(struct text_para *para, size_t room)
{
    para->order = text_font_order(para->fonts, para->style);
    para->room = room;
    para->units = calloc(room + 1, sizeof(*para->units));
    para->clusters = calloc(room + 1, sizeof(*para->clusters));
    return para->units == NULL || para->clusters == NULL ? KERR_NO_MEMORY : 0;
}

void
text_para_release(struct text_para *para)
{
    if (para->units != NULL) {
        explicit_bzero(para->units, (para->room + 1) * sizeof(*para->units));
    }
    if (para->clusters != NULL) {
        explicit_bzero(para->clusters, (para->room + 1) * sizeof(*para->clusters));
    }
    free(para->units);
    free(para->clusters);
    para->units = NULL;
    para->clusters = NULL;
}

int
text_items_write(
    const struct text_para *para, size_t from, size_t to, bool soft_end, struct buf *out)
{
    for (size_t i = from; i < to; i++) {
        const struct text_cluster *cluster = &para->clusters[i];
        if (cluster->missing) {
            (void)write_missing(cluster->code, out); /* out remembers its error */
            continue;
        }
        if (cluster->blank && cluster->code != 0x3000) {
            (void)buf_add_byte(out, ' ');
            continue;
        }
        if (cluster->code == 0xad && soft_end && i + 1 == to) {
            (void)buf_add_byte(out, '-');
            continue;
        }
        size_t end = cluster->start + cluster->len;
        for (size_t pos = cluster->start; pos < end;) {
            size_t start = pos;
            if (!is_dropped(utf8_next(para->text, end, &pos))) {
                (void)buf_add(out, para->text + start, pos - start);
            }
        }
    }
    (void)buf_add_byte(out, '\0');
    return buf_error(out);
}
