/* input/compile.c - makes the tables from their sources: SKK dictionaries in UTF-8 and our list of
 * municipalities. Runs when the project is built. */
#include "input_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/utf8.h"

enum { CODE_LEN = 7, PLACE_BYTES_MAX = 60, TABLE_MAX = 32 * 1024 * 1024 };

struct place {
    const char *name; /* not ended by NUL */
    size_t name_len;
    const char *reading;
    size_t reading_len;
};

struct places {
    struct place *list; /* sorted by name */
    size_t count;
};

struct parts {
    struct buf rows, text;
    uint32_t row_count;
};

/* The next line of a text, without its end; false at the end of the text. */
static bool
next_line(const char **at, const char *end, const char **ret_line, size_t *ret_len)
{
    if (*at >= end) {
        return false;
    }
    const char *stop = memchr(*at, '\n', (size_t)(end - *at));
    stop = stop != NULL ? stop : end;
    *ret_line = *at;
    *ret_len = (size_t)(stop - *at);
    *at = stop + 1;
    return true;
}

static int
compare(const char *a, size_t a_len, const char *b, size_t b_len)
{
    int order = memcmp(a, b, a_len < b_len ? a_len : b_len);
    return order != 0 ? order : a_len < b_len ? -1 : a_len > b_len ? 1 : 0;
}

static int
by_name(const void *a, const void *b)
{
    const struct place *one = a;
    const struct place *other = b;
    return compare(one->name, one->name_len, other->name, other->name_len);
}

static int
read_places(const char *text, size_t len, struct places *ret)
{
    size_t lines = 1;
    for (size_t i = 0; i < len; i++) {
        lines += text[i] == '\n' ? 1 : 0;
    }
    ret->list = xcalloc(lines, sizeof(*ret->list));
    const char *at = text;
    const char *line;
    size_t line_len;
    while (next_line(&at, text + len, &line, &line_len)) {
        if (line_len == 0 || line[0] == '#') {
            continue;
        }
        const char *tab = memchr(line, '\t', line_len);
        if (tab == NULL || tab - line > PLACE_BYTES_MAX) {
            return KERR_INVALID;
        }
        ret->list[ret->count++] = (struct place){.name = line,
            .name_len = (size_t)(tab - line),
            .reading = tab + 1,
            .reading_len = line_len - (size_t)(tab - line) - 1};
    }
    qsort(ret->list, ret->count, sizeof(*ret->list), by_name);
    return 0;
}

/* The longest place that the address begins with, or places->count. */
static size_t
find_place(const struct places *places, const char *address, size_t len)
{
    for (size_t n = len < PLACE_BYTES_MAX ? len : PLACE_BYTES_MAX; n > 0; n--) {
        struct place key = {.name = address, .name_len = n};
        const struct place *found =
            bsearch(&key, places->list, places->count, sizeof(key), by_name);
        if (found != NULL) {
            return (size_t)(found - places->list);
        }
    }
    return places->count;
}

static void
add_word(struct buf *buf, size_t value)
{
    uint32_t word = (uint32_t)value;
    (void)buf_add(buf, &word, sizeof(word));
}

/* A text without the brackets that stand around notes in the source, ended by NUL; returns its offset. */
static size_t
add_text(struct buf *text, const char *from, size_t len)
{
    size_t offset = text->len;
    for (size_t pos = 0; pos < len;) {
        size_t start = pos;
        uint32_t code = utf8_next(from, len, &pos);
        if (code != 0xff08 && code != 0xff09 && code != '(' && code != ')') {
            (void)buf_add(text, from + start, pos - start);
        }
    }
    (void)buf_add_byte(text, 0);
    return offset;
}

/* One line "0010000 /address/address/". */
static int
add_addresses(
    struct parts *parts, const struct places *places, const char *line, size_t len, uint32_t *last)
{
    char digits[CODE_LEN + 1] = "";
    memcpy(digits, line, CODE_LEN);
    uint32_t code = (uint32_t)strtoul(digits, NULL, 10);
    if (code < *last) {
        return KERR_INVALID; /* the table is searched by halving: the source must be in order */
    }
    *last = code;
    const char *end = line + len;
    const char *at = memchr(line, '/', len);
    while (at != NULL && at + 1 < end) {
        const char *next = memchr(at + 1, '/', (size_t)(end - at - 1));
        if (next == NULL) {
            break;
        }
        size_t size = (size_t)(next - at - 1);
        size_t place = find_place(places, at + 1, size);
        size_t used = place < places->count ? places->list[place].name_len : 0;
        add_word(&parts->rows, code);
        add_word(&parts->rows, place);
        add_word(&parts->rows, add_text(&parts->text, at + 1 + used, size - used));
        parts->row_count++;
        at = next;
    }
    return 0;
}

/* Puts the file together; the order is described in table.c. */
static int
put_together(const char *magic, size_t row_words, const struct parts *parts,
    const struct buf *places, struct buf *ret_table)
{
    (void)buf_add(ret_table, magic, TABLE_MAGIC_LEN);
    add_word(ret_table, parts->row_count);
    add_word(ret_table, row_words);
    add_word(ret_table, places->len / (2 * sizeof(uint32_t)));
    add_word(ret_table, parts->text.len);
    (void)buf_add(ret_table, parts->rows.data, parts->rows.len);
    (void)buf_add(ret_table, places->data, places->len);
    (void)buf_add(ret_table, parts->text.data, parts->text.len);
    return buf_error(&parts->rows) < 0 || buf_error(&parts->text) < 0 ? KERR_TOO_BIG
                                                                      : buf_error(ret_table);
}

int
input_postal_compile(const char *codes, size_t codes_len, const char *municipalities,
    size_t municipalities_len, struct buf *ret_table)
{
    if (!utf8_valid(codes, codes_len) || !utf8_valid(municipalities, municipalities_len)) {
        return KERR_INVALID;
    }
    struct places places = {0};
    struct parts parts = {0};
    AUTO_BUF offsets;
    buf_init(&offsets, TABLE_MAX);
    buf_init(&parts.rows, TABLE_MAX);
    buf_init(&parts.text, TABLE_MAX);
    int r = read_places(municipalities, municipalities_len, &places);
    const char *at = codes;
    const char *line;
    size_t len;
    uint32_t last = 0;
    while (r == 0 && next_line(&at, codes + codes_len, &line, &len)) {
        if (len > CODE_LEN && line[0] != ';') {
            r = add_addresses(&parts, &places, line, len, &last);
        }
    }
    for (size_t i = 0; r == 0 && i < places.count; i++) {
        add_word(&offsets, add_text(&parts.text, places.list[i].name, places.list[i].name_len));
        add_word(
            &offsets, add_text(&parts.text, places.list[i].reading, places.list[i].reading_len));
    }
    if (r == 0) {
        r = parts.row_count == 0 ? KERR_INVALID
                                 : put_together(table_postal_magic, 3, &parts, &offsets, ret_table);
    }
    buf_release(&parts.rows);
    buf_release(&parts.text);
    free(places.list);
    return r;
}

static int
by_kanji(const void *a, const void *b)
{
    const uint32_t *one = a;
    const uint32_t *other = b;
    return one[0] != other[0]  ? (one[0] < other[0] ? -1 : 1)
           : one[1] < other[1] ? -1
           : one[1] > other[1] ? 1
                               : 0;
}

/* One line "kanji /kanji+selector;where/kanji+selector;where/". */
static void
add_forms(struct parts *parts, const char *line, size_t len)
{
    size_t pos = 0;
    uint32_t kanji = utf8_next(line, len, &pos);
    while (pos < len) {
        uint32_t code = utf8_next(line, len, &pos);
        if (code >= 0xe0100 && code <= 0xe01ef) {
            add_word(&parts->rows, kanji);
            add_word(&parts->rows, code);
            parts->row_count++;
        }
    }
}

int
input_variants_compile(const char *forms, size_t len, struct buf *ret_table)
{
    if (!utf8_valid(forms, len)) {
        return KERR_INVALID;
    }
    struct parts parts = {0};
    struct buf none;
    buf_init(&none, 1);
    buf_init(&parts.rows, TABLE_MAX);
    buf_init(&parts.text, 1);
    const char *at = forms;
    const char *line;
    size_t line_len;
    while (next_line(&at, forms + len, &line, &line_len)) {
        if (line_len > 0 && line[0] != ';') {
            add_forms(&parts, line, line_len);
        }
    }
    if (parts.row_count > 0) {
        qsort(parts.rows.data, parts.row_count, 2 * sizeof(uint32_t), by_kanji);
    }
    int r = parts.row_count == 0 ? KERR_INVALID
                                 : put_together(table_variants_magic, 2, &parts, &none, ret_table);
    buf_release(&parts.rows);
    buf_release(&parts.text);
    return r;
}
