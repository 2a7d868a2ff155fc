/* Any bytes as a file of live data: what is taken keeps its form, in every row. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "live/live.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct live_table *table = NULL;
    int line;
    if (live_parse((const char *)data, size, &table, &line) < 0) {
        return 0;
    }
    for (size_t i = 0; i < live_count(table); i++) {
        struct live_slot slot;
        size_t row;
        if (live_form(table) == LIVE_SLOTS &&
            (live_slot_at(table, i, &slot) < 0 || slot.free < 0 || slot.free > 999)) {
            abort();
        }
        bool keyed = live_form(table) == LIVE_ANSWERS || live_form(table) == LIVE_BALANCES;
        if (keyed && (live_find(table, live_field(table, i, 0), &row) < 0 || row != i)) {
            abort();
        }
    }
    live_table_free(table);
    return 0;
}
