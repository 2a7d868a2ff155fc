/* tests/fuzz/fuzz_record.c - record_decode over any bytes, pressed or not. What it takes must be the one encoding, and must
 * come back from being pressed. */
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
    AUTO_BUF text;
    AUTO_BUF again;
    AUTO_BUF pressed;
    buf_init(&text, RECORD_ENCODED_MAX);
    buf_init(&again, RECORD_ENCODED_MAX);
    buf_init(&pressed, RECORD_ENCODED_MAX);
    if (record_expand(data, size, &text) < 0 || record_encode(record, &again) < 0 ||
        again.len != text.len || memcmp(again.data, text.data, again.len) != 0 ||
        record_press(record, &pressed) < 0) {
        abort();
    }
    buf_clear(&again);
    if (record_expand(pressed.data, pressed.len, &again) < 0 || again.len != text.len ||
        memcmp(again.data, text.data, again.len) != 0) {
        abort();
    }
    record_free(record);
    return 0;
}
