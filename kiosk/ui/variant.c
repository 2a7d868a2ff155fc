/* ui/variant.c - does a font have a glyph for a character with a variation selector (葛 U+845B U+E0100)? SDL2_ttf
 * draws the variant when there is one and drops the selector silently when not, and can't be asked; so
 * this file reads the font's own table: OpenType 1.9, "cmap" subtable format 14. The bytes are a file's:
 * every offset is checked. */
#include "ui/ui_priv.h"

struct bytes {
    const uint8_t *data;
    size_t len;
};

/* An unsigned number of size bytes, big endian; false outside the bytes. */
static bool
number(struct bytes b, size_t at, size_t size, uint32_t *ret_value)
{
    if (at > b.len || b.len - at < size) {
        return false;
    }
    uint32_t value = 0;
    for (size_t i = 0; i < size; i++) {
        value = value << 8 | b.data[at + i];
    }
    *ret_value = value;
    return true;
}

/* The bytes from an offset on; none when it is outside. */
static struct bytes
from(struct bytes b, size_t at)
{
    return at < b.len ? (struct bytes){b.data + at, b.len - at} : (struct bytes){0};
}

static uint32_t
tag(const char name[4])
{
    return (uint32_t)name[0] << 24 | (uint32_t)name[1] << 16 | (uint32_t)name[2] << 8 |
           (uint32_t)name[3];
}

/* Where the table directory of this face begins. */
static bool
directory(struct bytes font, int face, uint32_t *ret_at)
{
    uint32_t magic, count;
    *ret_at = 0;
    if (!number(font, 0, 4, &magic)) {
        return false;
    }
    if (magic != tag("ttcf")) {
        return true;
    }
    return number(font, 8, 4, &count) && (uint32_t)face < count &&
           number(font, 12 + 4 * (size_t)face, 4, ret_at);
}

static bool
find_cmap(struct bytes font, int face, struct bytes *ret_cmap)
{
    uint32_t at, count, name, offset;
    if (!directory(font, face, &at) || !number(font, (size_t)at + 4, 2, &count)) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        size_t entry = (size_t)at + 12 + 16 * (size_t)i;
        if (!number(font, entry, 4, &name) || !number(font, entry + 8, 4, &offset)) {
            return false;
        }
        if (name == tag("cmap")) {
            *ret_cmap = from(font, offset);
            return true;
        }
    }
    return false;
}

/* The subtable of variation sequences: platform 0, encoding 5. */
static bool
find_sequences(struct bytes cmap, struct bytes *ret_table)
{
    uint32_t count, platform, encoding, offset, format;
    if (!number(cmap, 2, 2, &count)) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        size_t entry = 4 + 8 * (size_t)i;
        if (!number(cmap, entry, 2, &platform) || !number(cmap, entry + 2, 2, &encoding) ||
            !number(cmap, entry + 4, 4, &offset)) {
            return false;
        }
        if (platform == 0 && encoding == 5) {
            *ret_table = from(cmap, offset);
            return number(*ret_table, 0, 2, &format) && format == 14;
        }
    }
    return false;
}

/* Rows of width bytes that begin with a 24-bit character, sorted: the last row at or before code. */
static bool
row_of(struct bytes rows, uint32_t count, size_t width, uint32_t code, size_t *ret_at)
{
    uint32_t low = 0, high = count, value;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (!number(rows, (size_t)middle * width, 3, &value)) {
            return false;
        }
        if (value <= code) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *ret_at = low > 0 ? (size_t)(low - 1) * width : 0;
    return low > 0;
}

/* "Default": the character's usual glyph is this variant. Ranges of first character and length. */
static bool
in_default(struct bytes table, uint32_t code)
{
    uint32_t count, first, more;
    size_t at;
    struct bytes rows = from(table, 4);
    return number(table, 0, 4, &count) && row_of(rows, count, 4, code, &at) &&
           number(rows, at, 3, &first) && number(rows, at + 3, 1, &more) && code - first <= more;
}

/* "Non-default": a glyph of its own. */
static bool
in_other(struct bytes table, uint32_t code)
{
    uint32_t count, value, glyph;
    size_t at;
    struct bytes rows = from(table, 4);
    return number(table, 0, 4, &count) && row_of(rows, count, 5, code, &at) &&
           number(rows, at, 3, &value) && value == code && number(rows, at + 3, 2, &glyph) &&
           glyph != 0;
}

bool
variant_covered(const uint8_t *font, size_t len, int face, uint32_t code, uint32_t selector)
{
    struct bytes cmap, table;
    uint32_t count, value, usual, other;
    size_t at;
    if (!find_cmap((struct bytes){font, len}, face, &cmap) || !find_sequences(cmap, &table) ||
        !number(table, 6, 4, &count)) {
        return false;
    }
    struct bytes rows = from(table, 10);
    if (!row_of(rows, count, 11, selector, &at) || !number(rows, at, 3, &value) ||
        value != selector || !number(rows, at + 3, 4, &usual) || !number(rows, at + 7, 4, &other)) {
        return false;
    }
    return (usual != 0 && in_default(from(table, usual), code)) ||
           (other != 0 && in_other(from(table, other), code));
}
