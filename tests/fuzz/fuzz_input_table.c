/* Any bytes as a mapped table: every lookup stays inside. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "input/input_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint32_t *copy = calloc(1, size + sizeof(*copy)); /* aligned, as a mapped file is */
    if (copy == NULL) {
        return 0;
    }
    memcpy(copy, data, size);
    struct table table;
    if (table_read(copy, size, table_postal_magic, 3, &table) == 0) {
        size_t row = table_find(&table, 3, 3170065);
        for (size_t i = row; i < table.row_count; i++) {
            (void)strlen(table_text(&table, table.rows[i * 3 + 2]));
        }
        for (size_t i = 0; i < table.place_count; i++) {
            (void)strlen(table_text(&table, table.places[2 * i]));
            (void)strlen(table_text(&table, table.places[2 * i + 1]));
        }
    }
    free(copy);
    return 0;
}
