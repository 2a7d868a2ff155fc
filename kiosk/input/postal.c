/* input/postal.c - postal code to address. A row is: code, place, offset of the town. */
#include "input_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum { ROW_WORDS = 3, CODE_LEN = 7 };

struct input_postal {
    struct table table;
};

int
input_postal_open(const char *path, struct input_postal **ret_postal)
{
    struct table table;
    int r = table_open(path, table_postal_magic, ROW_WORDS, &table);
    if (r < 0) {
        return r;
    }
    struct input_postal *postal = xcalloc(1, sizeof(*postal));
    postal->table = table;
    *ret_postal = postal;
    return 0;
}

void
input_postal_close(struct input_postal *postal)
{
    if (postal != NULL) {
        table_close(&postal->table);
        free(postal);
    }
}

size_t
input_postal_find(const struct input_postal *postal, const char *code, size_t index,
    struct input_address *ret_address)
{
    if (strspn(code, "0123456789") != CODE_LEN || code[CODE_LEN] != 0) {
        return 0;
    }
    const struct table *table = &postal->table;
    uint32_t key = (uint32_t)strtoul(code, NULL, 10);
    size_t row = table_find(table, ROW_WORDS, key);
    size_t count = 0;
    for (; row < table->row_count && table->rows[row * ROW_WORDS] == key; row++, count++) {
        if (count != index || ret_address == NULL) {
            continue;
        }
        uint32_t place = table->rows[row * ROW_WORDS + 1];
        bool known = place < table->place_count;
        *ret_address = (struct input_address){
            .place = known ? table_text(table, table->places[place * 2]) : "",
            .reading = known ? table_text(table, table->places[place * 2 + 1]) : "",
            .town = table_text(table, table->rows[row * ROW_WORDS + 2])};
    }
    return count;
}
