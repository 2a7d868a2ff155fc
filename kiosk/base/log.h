/* base/log.h - one line an event: event=name key=value. There is no way to log a free text: values
 * are numbers, error codes, literals, bytes shown as hex, or ids of our own (checked letters). So a
 * name, a PIN or an APDU body can't reach a log by mistake. Rooms below app return errors and stay
 * silent; programs log once. Lines go to standard error; the supervisor keeps them. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stddef.h>
#include <stdint.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR, LOG_LEVEL_COUNT };

enum log_kind { LOG_KIND_INT, LOG_KIND_ERR, LOG_KIND_LITERAL, LOG_KIND_HEX, LOG_KIND_ID };

struct log_field {
    const char *key;
    enum log_kind kind;
    int64_t number;
    const void *bytes;
    size_t len;
};

/* Keys and literals must be string literals: the "" glued to them proves it at compile time. */
#define LOG_INT(k, v)                                                                              \
    ((struct log_field){.key = "" k, .kind = LOG_KIND_INT, .number = (int64_t)(v)})
#define LOG_ERR(v) ((struct log_field){.key = "error", .kind = LOG_KIND_ERR, .number = (v)})
#define LOG_LITERAL(k, v) ((struct log_field){.key = "" k, .kind = LOG_KIND_LITERAL, .bytes = "" v})
#define LOG_HEX(k, p, n)                                                                           \
    ((struct log_field){.key = "" k, .kind = LOG_KIND_HEX, .bytes = (p), .len = (n)})
/* An id that the project itself gave (screen, procedure, kiosk): a-z 0-9 - . _ : and 48 bytes at
 * most; anything else is written as "?". */
#define LOG_ID(k, v) ((struct log_field){.key = "" k, .kind = LOG_KIND_ID, .bytes = (v)})

#define LOG(level, event, ...)                                                                     \
    log_event((level), "" event, (const struct log_field[]){__VA_ARGS__},                          \
        sizeof((const struct log_field[]){__VA_ARGS__}) / sizeof(struct log_field))

/* Writes one line if level is at or above the threshold; one write(2), any thread. */
void log_event(
    enum log_level level, const char *event, const struct log_field *fields, size_t count);
/* The only mutable global of the project: the threshold, LOG_INFO at the start. */
void log_set_level(enum log_level level);

#endif
