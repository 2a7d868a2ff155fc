/* input/table.c - a mapped file of sorted numbers and texts. Everything in it is checked where it is
 * used: a cut or altered file gives wrong words at worst, never a read outside of it.
 *
 * Form, little-endian words of 32 bits: magic (8 bytes); rows, words a row, places, bytes of text; the
 * rows, sorted by their first word; the places (offset of name, offset of reading); texts, each ended by NUL. */
#include "input_priv.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"

const char table_postal_magic[] = "MDG-PST1";
const char table_variants_magic[] = "MDG-VAR1";

int
table_read(
    const void *bytes, size_t len, const char *magic, size_t row_words, struct table *ret_table)
{
    size_t head = TABLE_MAGIC_LEN + TABLE_HEADER_WORDS * sizeof(uint32_t);
    if (len < head || memcmp(bytes, magic, TABLE_MAGIC_LEN) != 0) {
        return KERR_INVALID;
    }
    uint32_t header[TABLE_HEADER_WORDS];
    memcpy(header, (const uint8_t *)bytes + TABLE_MAGIC_LEN, sizeof(header));
    uint64_t rows = (uint64_t)header[0] * header[1] * sizeof(uint32_t);
    uint64_t places = (uint64_t)header[2] * 2 * sizeof(uint32_t);
    const uint8_t *end = (const uint8_t *)bytes + len;
    if (header[1] != row_words || rows > len || places > len ||
        head + rows + places + header[3] != len || (header[3] > 0 && end[-1] != 0)) {
        return KERR_INVALID;
    }
    const void *first = (const uint8_t *)bytes + head;
    const void *second = (const uint8_t *)first + rows;
    const void *third = (const uint8_t *)second + places;
    *ret_table = (struct table){.bytes = bytes,
        .len = len,
        .rows = first,
        .row_count = header[0],
        .places = second,
        .place_count = header[2],
        .text = third,
        .text_len = header[3]};
    return 0;
}

int
table_open(const char *path, const char *magic, size_t row_words, struct table *ret_table)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return KERR_NOT_FOUND;
    }
    struct stat status;
    if (fstat(fd, &status) < 0 || status.st_size <= 0) {
        (void)close(fd);
        return KERR_INVALID;
    }
    size_t len = (size_t)status.st_size;
    void *bytes = mmap(NULL, len, PROT_READ, MAP_PRIVATE, fd, 0);
    (void)close(fd);
    if (bytes == MAP_FAILED) {
        return KERR_IO;
    }
    int r = table_read(bytes, len, magic, row_words, ret_table);
    if (r < 0) {
        (void)munmap(bytes, len);
    }
    return r;
}

void
table_close(struct table *table)
{
    union {
        const uint8_t *mapped;
        void *given; /* munmap's prototype only */
    } bytes = {.mapped = table->bytes};
    (void)munmap(bytes.given, table->len);
}

size_t
table_find(const struct table *table, size_t row_words, uint32_t key)
{
    size_t low = 0;
    size_t high = table->row_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (table->rows[middle * row_words] < key) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < table->row_count && table->rows[low * row_words] == key ? low : table->row_count;
}

const char *
table_text(const struct table *table, uint32_t offset)
{
    return offset < table->text_len ? table->text + offset : "";
}
