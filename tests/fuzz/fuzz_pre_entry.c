/* tests/fuzz/fuzz_pre_entry.c - what stands in a code from home once it is opened: whatever it is, only whole texts come out of it,
 * each once. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "record/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const keys[] = {"applicant.name", "move-in.members[2].name", "a", ""};
    struct pre_entry *pre = NULL;
    if (pre_entry_read(data, size, &pre) < 0) {
        return 0;
    }
    const char *procedure = pre_entry_procedure(pre);
    if (strlen(procedure) >= RECORD_NAME_MAX || !utf8_valid(procedure, strlen(procedure)) ||
        strlen(pre_entry_language(pre)) >= RECORD_NAME_MAX || pre_entry_at(pre) < 0) {
        abort();
    }
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        int times = 0;
        const char *value;
        while ((value = pre_entry_take(pre, keys[i])) != NULL) {
            if (strlen(value) >= FACT_VALUE_MAX || !utf8_valid(value, strlen(value)) ||
                ++times > PRE_ENTRY_ANSWERS_MAX) {
                abort();
            }
        }
    }
    pre_entry_free(pre);
    return 0;
}
