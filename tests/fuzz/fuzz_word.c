/* What terminals say of themselves and of a call, and what the city answers to a call: any line is refused, or is the one way to
 * say what was read. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/call.h"
#include "base/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_report(const char *text, size_t size)
{
    struct report report, kept;
    AUTO_BUF again;
    buf_init(&again, REPORT_MAX);
    bool is_read = report_read(text, &report) == 0;
    assert((report_read_bytes((const uint8_t *)text, size, &kept) == 0) ==
           (is_read && strlen(text) == size));
    if (is_read) {
        assert(report_write(&report, &again) == 0 && strcmp(buf_str(&again), text) == 0);
        assert(report_key_is_late(&report, INT64_MAX) == (report.key_until != 0));
    }
}

static void
check_call(const char *text)
{
    struct call call;
    AUTO_BUF again;
    buf_init(&again, CALL_TEXT_MAX);
    if (call_read(text, &call) == 0) {
        assert(call.id > 0 && call.state != CALL_COMING);
        assert(call_write(&call, &again) == 0 && strcmp(buf_str(&again), text) == 0);
    }
    uint64_t id = 0;
    enum call_state state = CALL_STATE_COUNT;
    buf_clear(&again);
    if (call_answer_read(text, &id, &state) == 0) {
        assert(call_answer_write(id, state, &again) == 0 && strcmp(buf_str(&again), text) == 0);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = calloc(1, size + 1);
    if (text == NULL) {
        return 0;
    }
    if (size > 0) {
        memcpy(text, data, size);
    }
    check_report(text, size);
    check_call(text);
    free(text);
    return 0;
}
