/* Any bytes as an answer of the conversion program. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "input/input_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct input_result result;
    memset(&result, 0, sizeof(result));
    char *copy = malloc(size + 1); /* so that a read behind the end is seen */
    if (copy == NULL) {
        return 0;
    }
    memcpy(copy, data, size);
    copy[size] = 0;
    if (mozc_read(copy, size, 0, true, &result) == 0) {
        (void)mozc_read(copy, size, 1, false, &result);
        candidates_whole(&result, result.clauses[0].reading);
    }
    free(copy);
    return 0;
}
