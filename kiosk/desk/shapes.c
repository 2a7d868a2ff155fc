/* desk/shapes.c - the forms in which a character may be written: with the selectors of the table of variants (Unicode's IVD), and as
 * another code point that is the same character (assets/desk/kanji.txt: 高 髙, 辺 邊 邉). Whatever stands in neither is another
 * character. */
#include "find_priv.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "print/print.h"

enum {
    SELECTOR_FIRST = 0xe0100, /* Unicode TR 37: selectors of the Ideographic Variation Database */
    SELECTOR_LAST = 0xe01ef,
    SELECTORS_MAX = 64, /* of one character */
    OTHERS_MAX = 16 /* code points that are one character */
};
_Static_assert(DESK_SHAPES_MAX > 4 * SELECTORS_MAX, "all forms of the largest families");

bool
desk_shape_next(const char *text, size_t len, size_t *pos, struct desk_shape *ret_shape)
{
    if (*pos >= len) {
        return false;
    }
    ret_shape->kanji = utf8_next(text, len, pos);
    ret_shape->selector = 0;
    size_t behind = *pos;
    uint32_t code = behind < len ? utf8_next(text, len, &behind) : 0;
    if (code >= SELECTOR_FIRST && code <= SELECTOR_LAST) {
        ret_shape->selector = code;
        *pos = behind;
    }
    return true;
}

void
desk_shape_text(const struct desk_shape *shape, char out[DESK_SHAPE_TEXT])
{
    size_t len = utf8_encode(shape->kanji, out);
    len += shape->selector != 0 ? utf8_encode(shape->selector, out + len) : 0;
    out[len] = 0;
}

void
desk_shape_name(
    const struct desk_shape *shape, const struct desk_shape *own, char out[DESK_SHAPE_NAME])
{
    int len = shape->kanji != own->kanji
                  ? snprintf(out, DESK_SHAPE_NAME, "%" PRIx32 "-", shape->kanji)
                  : 0;
    (void)snprintf(out + len, DESK_SHAPE_NAME - (size_t)len, "%" PRIx32, shape->selector);
}

bool
desk_glyphs_alike(const struct desk_kanji *kanji, const char *one, const char *other)
{
    size_t here = 0, there = 0, len = strlen(one), other_len = strlen(other);
    struct desk_shape shape, beside;
    while (desk_shape_next(one, len, &here, &shape)) {
        if (!desk_shape_next(other, other_len, &there, &beside) ||
            !desk_kanji_same(kanji, shape.kanji, beside.kanji)) {
            return false;
        }
    }
    return there == other_len;
}

static void
add(struct desk_shapes *shapes, uint32_t kanji, uint32_t selector)
{
    if (shapes->count < DESK_SHAPES_MAX) {
        shapes->list[shapes->count++] = (struct desk_shape){kanji, selector};
    }
}

/* A character, and its forms by selectors: one alone is the character itself. */
static void
add_forms(const struct desk_config *config, uint32_t kanji, struct desk_shapes *shapes)
{
    uint32_t known[SELECTORS_MAX];
    size_t count = config->variants != NULL
                       ? input_variants_find(config->variants, kanji, known, SELECTORS_MAX)
                       : 0;
    count = count < SELECTORS_MAX ? count : SELECTORS_MAX;
    add(shapes, kanji, 0);
    for (size_t i = 0; count >= 2 && i < count; i++) {
        add(shapes, kanji, known[i]);
    }
}

static bool
has(const struct desk_shapes *shapes, const struct desk_shape *shape)
{
    for (size_t i = 0; i < shapes->count; i++) {
        if (shapes->list[i].kanji == shape->kanji && shapes->list[i].selector == shape->selector) {
            return true;
        }
    }
    return false;
}

void
desk_shapes_find(
    const struct desk_config *config, const struct desk_shape *own, struct desk_shapes *ret_shapes)
{
    uint32_t others[OTHERS_MAX];
    size_t count = desk_kanji_others(config->kanji, own->kanji, others, OTHERS_MAX);
    ret_shapes->count = 0;
    add_forms(config, own->kanji, ret_shapes);
    if (ret_shapes->count == 1 && count == 0) {
        ret_shapes->count = 0; /* nothing to choose from */
        return;
    }
    if (!has(ret_shapes, own)) { /* what it came with */
        add(ret_shapes, own->kanji, own->selector);
    }
    for (size_t i = 0; i < count; i++) {
        add_forms(config, others[i], ret_shapes);
    }
}

void
desk_drawn(struct desk *desk, const char *text, struct buf *out)
{
    char wide[24];
    int width = 0;
    AUTO_BUF path;
    buf_init(&path, DESK_PAGE_MAX);
    if (print_outline(desk->print, "ja-x-mj", text, &path, &width) < 0) {
        DESK_PART(desk->assets, out, "drawn-not", FILL("text", text));
        return;
    }
    (void)snprintf(wide, sizeof(wide), "%d", width);
    DESK_PART(desk->assets, out, "drawn", FILL("text", text), FILL("width", wide),
        FILL("path", buf_str(&path)));
}
