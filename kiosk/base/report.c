/* base/report.c - the line that tells how a terminal is. The reader takes the parts, writes them again and compares: there
 * is no second way to say the same. */
#include "base/report.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"

#define BEGINS "madoguchi-report 1; version="

/* No number goes beyond what a double holds whole, so that any program may read it; times end with the year 9999. */
static const int64_t NUMBER_MAX = 9007199254740991, TIME_MAX = 253402300799, YES = 1;

static const struct {
    const char *name;
    size_t at; /* in struct report */
    const int64_t *max;
    bool is_later; /* not all terminals say it: left out when it is 0 */
} numbers[] = {
#define NUMBER(name, member, max)                                                                  \
    {                                                                                              \
        name, offsetof(struct report, member), &(max), false                                       \
    }
    NUMBER("at", at, TIME_MAX),
    NUMBER("waiting", waiting, NUMBER_MAX),
    NUMBER("oldest", oldest_at, TIME_MAX),
    NUMBER("aside", aside, NUMBER_MAX),
    NUMBER("had", had, NUMBER_MAX),
    NUMBER("epoch", epoch, NUMBER_MAX),
    NUMBER("next", next_sequence, NUMBER_MAX),
    NUMBER("tls-until", tls_until, TIME_MAX),
    NUMBER("kiosk-until", kiosk_until, TIME_MAX),
    NUMBER("content", content, NUMBER_MAX),
    NUMBER("keys", keys, NUMBER_MAX),
    NUMBER("live", live, NUMBER_MAX),
    NUMBER("answers", answers, NUMBER_MAX),
    {"key-until", offsetof(struct report, key_until), &TIME_MAX, true},
    {"full", offsetof(struct report, full), &YES, true},
#undef NUMBER
};

static bool
is_version(const char *text, size_t len)
{
    static const char letters[] = "0123456789.-_+"
                                  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    return len > 0 && len < REPORT_VERSION_MAX && strspn(text, letters) >= len;
}

int
report_write(const struct report *report, struct buf *ret_text)
{
    size_t len = strnlen(report->version, sizeof(report->version));
    if (!is_version(report->version, len)) {
        return KERR_INVALID;
    }
    (void)buf_printf(ret_text, BEGINS "%s", report->version); /* sticky, asked below */
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        int64_t value;
        memcpy(&value, (const char *)report + numbers[i].at, sizeof(value));
        if (value < 0 || value > *numbers[i].max) {
            return KERR_INVALID;
        }
        if (value != 0 || !numbers[i].is_later) {
            (void)buf_printf(ret_text, "; %s=%" PRId64, numbers[i].name, value);
        }
    }
    return buf_error(ret_text);
}

static bool
begins_with(const char *text, const char *name)
{
    size_t len = strlen(name);
    return strncmp(text, "; ", 2) == 0 && strncmp(text + 2, name, len) == 0 && text[2 + len] == '=';
}

/* "; NAME=" and the digits behind it; NULL when it is something else. */
static const char *
take_number(const char *text, const char *name, int64_t *ret_value)
{
    size_t len = strlen(name);
    char *end = NULL;
    if (!begins_with(text, name)) {
        return NULL;
    }
    *ret_value = strtoll(text + 3 + len, &end, 10); /* other spellings are found by writing it */
    return end;
}

int
report_read(const char *text, struct report *ret_report)
{
    struct report report = {.at = 0};
    if (strnlen(text, REPORT_MAX) == REPORT_MAX || strncmp(text, BEGINS, strlen(BEGINS)) != 0) {
        return KERR_INVALID;
    }
    const char *at = text + strlen(BEGINS);
    size_t len = strcspn(at, ";");
    if (!is_version(at, len)) {
        return KERR_INVALID;
    }
    memcpy(report.version, at, len);
    at += len;
    for (size_t i = 0; at != NULL && i < ARRAY_LEN(numbers); i++) {
        int64_t value = 0;
        bool is_there = begins_with(at, numbers[i].name) || !numbers[i].is_later;
        at = is_there ? take_number(at, numbers[i].name, &value) : at;
        memcpy((char *)&report + numbers[i].at, &value, sizeof(value));
    }
    AUTO_BUF again;
    buf_init(&again, REPORT_MAX);
    if (at == NULL || report_write(&report, &again) < 0 || strcmp(buf_str(&again), text) != 0) {
        return KERR_INVALID;
    }
    *ret_report = report;
    return 0;
}

int
report_read_bytes(const uint8_t *bytes, size_t len, struct report *ret_report)
{
    char text[REPORT_MAX];
    if (len >= sizeof(text) || memchr(bytes, 0, len) != NULL) {
        return KERR_INVALID;
    }
    memcpy(text, bytes, len);
    text[len] = 0;
    return report_read(text, ret_report);
}

bool
report_key_is_late(const struct report *report, int64_t now)
{
    return report->key_until != 0 && (now > report->key_until || report->at > report->key_until);
}
