/* tests/fuzz/fuzz_record.c - record_decode over any bytes. What it takes must be the one encoding. */
#include <stdlib.h>
#include <string.h>

#include "record/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct record *record = NULL;
    if (record_decode(data, size, &record) < 0) {
        return 0;
    }
    AUTO_BUF again;
    buf_init(&again, RECORD_ENCODED_MAX);
    if (record_encode(record, &again) < 0 || again.len > size ||
        memcmp(again.data, data, again.len) != 0) {
        abort();
    }
    record_free(record);
    return 0;
}
