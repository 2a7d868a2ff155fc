/* input/variants.c - the forms of a kanji. A row is: kanji, variation selector. */
#include "input_priv.h"

#include <stdlib.h>

#include "base/alloc.h"

enum { ROW_WORDS = 2 };

struct input_variants {
    struct table table;
};

int
input_variants_open(const char *path, struct input_variants **ret_variants)
{
    struct table table;
    int r = table_open(path, table_variants_magic, ROW_WORDS, &table);
    if (r < 0) {
        return r;
    }
    struct input_variants *variants = xcalloc(1, sizeof(*variants));
    variants->table = table;
    *ret_variants = variants;
    return 0;
}

void
input_variants_close(struct input_variants *variants)
{
    if (variants != NULL) {
        table_close(&variants->table);
        free(variants);
    }
}

size_t
input_variants_find(
    const struct input_variants *variants, uint32_t kanji, uint32_t *selectors, size_t max)
{
    const struct table *table = &variants->table;
    size_t row = table_find(table, ROW_WORDS, kanji);
    size_t count = 0;
    for (; row < table->row_count && table->rows[row * ROW_WORDS] == kanji; row++, count++) {
        if (count < max) {
            selectors[count] = table->rows[row * ROW_WORDS + 1];
        }
    }
    return count;
}
