/* base/log.c - the log line. Formats into a bounded buffer and writes it in one call. */
#include "log.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"

#define LOG_CUT " ..."

enum { LOG_LINE_MAX = 1024, LOG_ID_MAX = 48, LOG_HEX_MAX = 32 };

static atomic_int log_threshold = LOG_INFO;

void
log_set_level(enum log_level level)
{
    atomic_store(&log_threshold, (int)level);
}

static bool
is_id(const char *s)
{
    size_t len = strnlen(s, LOG_ID_MAX + 1);
    return len > 0 && len <= LOG_ID_MAX &&
           strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-._:") == len;
}

static void
add_value(struct buf *line, const struct log_field *field)
{
    switch (field->kind) {
    case LOG_KIND_INT:
        (void)buf_printf(line, "%lld", (long long)field->number);
        break;
    case LOG_KIND_ERR:
        (void)buf_add_str(line, err_str((int)field->number));
        break;
    case LOG_KIND_LITERAL:
        (void)buf_add_str(line, field->bytes);
        break;
    case LOG_KIND_ID:
        (void)buf_add_str(line, field->bytes != NULL && is_id(field->bytes) ? field->bytes : "?");
        break;
    case LOG_KIND_HEX:
        for (size_t i = 0; i < field->len && i < LOG_HEX_MAX; i++) {
            (void)buf_printf(line, "%02x", ((const uint8_t *)field->bytes)[i]);
        }
        break;
    }
}

void
log_event(enum log_level level, const char *event, const struct log_field *fields, size_t count)
{
    static const char *const names[LOG_LEVEL_COUNT] = {"debug", "info", "warn", "error"};
    if ((int)level < atomic_load(&log_threshold)) {
        return;
    }
    AUTO_BUF line;
    buf_init(&line, LOG_LINE_MAX);
    char when[CLOCK_RFC3339_LEN];
    clock_rfc3339(clock_wall_s(clock_system()), when);
    (void)buf_printf(&line, "%s level=%s event=%s", when, names[level], event);
    for (size_t i = 0; i < count; i++) {
        (void)buf_printf(&line, " %s=", fields[i].key);
        add_value(&line, &fields[i]);
    }
    if (line.failed != 0) { /* too long: what fitted, and a sign that there was more */
        line.failed = 0;
        line.max = LOG_LINE_MAX + sizeof(LOG_CUT);
        (void)buf_add_str(&line, LOG_CUT);
    }
    (void)buf_add_byte(&line, '\n');
    ssize_t written;
    do {
        written = write(STDERR_FILENO, line.data, line.len);
    } while (written < 0 && errno == EINTR);
    /* a log that can't be written has nowhere to be reported */
}
