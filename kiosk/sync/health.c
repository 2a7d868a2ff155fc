/* sync/health.c - how the line is, as a file in Prometheus' text format (exposition format 0.0.4), which a node
 * exporter's textfile collector takes up and kioskctl status reads back. A file, since the process that holds
 * the line to the city listens to nobody. Numbers only: nothing of a record, no name. */
#include "sync/sync.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/fs.h"

enum { HEALTH_MAX = 16 * 1024 };

static const struct {
    const char *name, *type, *help;
    size_t at; /* in struct sync_health */
} lines[] = {
#define LINE(name, type, member, help)                                                             \
    {                                                                                              \
        "madoguchi_sync_" name, type, help, offsetof(struct sync_health, member)                   \
    }
    LINE("started_timestamp_seconds", "gauge", started_at, "When kiosk-sync began."),
    LINE("written_timestamp_seconds", "gauge", written_at, "When these numbers were written."),
    LINE("waiting", "gauge", waiting, "Records that wait to be sent."),
    LINE("oldest_timestamp_seconds", "gauge", oldest_at,
        "When the oldest of them was accepted; 0: none waits."),
    LINE("set_aside", "gauge", aside, "Records that the city refused for good."),
    LINE("delivered_total", "counter", had, "Records of this queue that the city has."),
    LINE("sent_total", "counter", sent, "Answers with a receipt."),
    LINE("refused_total", "counter", refused, "Answers that say no."),
    LINE("unproven_total", "counter", unproven,
        "Answers that are not the city's word about the record."),
    LINE("unheard_total", "counter", unheard, "Requests without a usable answer, and 5xx."),
    LINE("tls_refused_total", "counter", tls, "Connections that TLS refused."),
    LINE("answer_timestamp_seconds", "gauge", answer_at, "When the last attempt ended."),
    LINE("answer_status", "gauge", status, "Its HTTP status; 0: no answer."),
    LINE("answer_error", "gauge", error, "Why it is no success (KERR_..., base/err.h); 0: it is."),
    LINE("contact_timestamp_seconds", "gauge", contact_at,
        "When the city was last heard by a receipt, or a refusal that names the record."),
    LINE("clock_skew_seconds", "gauge", skew_s,
        "The city's clock then, by its Date, less the terminal's."),
    LINE("certificate_end_timestamp_seconds", "gauge", certificate_until,
        "When the terminal's certificate for TLS ends; 0: it can't be read."),
    LINE("city_key_end_timestamp_seconds", "gauge", key_until,
        "When the city's key ends that the terminal seals with; 0: it can't be read."),
#define BUNDLE(kind, holds)                                                                        \
    LINE(#kind "_counter", "gauge", kind##_counter,                                                \
        "The counter of the bundle of " holds "; 0: none."),                                       \
        LINE(#kind "_made_timestamp_seconds", "gauge", kind##_made_at, "When the city made it.")
    BUNDLE(content, "services, pages and words"),
    BUNDLE(keys, "keys"),
    BUNDLE(live, "live data"),
    BUNDLE(answers, "answers"),
#undef BUNDLE
#undef LINE
};

void
sync_health_bundles(struct sync_health *health, const char *folder, const char *city_ca)
{
    struct {
        int64_t *counter, *made_at;
    } places[SEAL_BUNDLE_COUNT] = {
        [SEAL_BUNDLE_CONTENT] = {&health->content_counter, &health->content_made_at},
        [SEAL_BUNDLE_KEYS] = {&health->keys_counter, &health->keys_made_at},
        [SEAL_BUNDLE_LIVE] = {&health->live_counter, &health->live_made_at},
        [SEAL_BUNDLE_ANSWERS] = {&health->answers_counter, &health->answers_made_at},
    };
    for (enum seal_bundle kind = 0; kind < SEAL_BUNDLE_COUNT; kind++) {
        struct sync_bundle_state state = {0};
        (void)sync_bundle_installed(folder, city_ca, kind, &state); /* 0 for none */
        *places[kind].counter = (int64_t)state.counter;
        *places[kind].made_at = state.made_at;
    }
}

int
sync_health_write(const char *path, const struct sync_health *health)
{
    AUTO_BUF text;
    buf_init(&text, HEALTH_MAX);
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        int64_t value;
        memcpy(&value, (const char *)health + lines[i].at, sizeof(value));
        (void)buf_printf(&text, "# HELP %s %s\n# TYPE %s %s\n%s %lld\n", lines[i].name,
            lines[i].help, lines[i].name, lines[i].type, lines[i].name, (long long)value);
    }
    int r = buf_error(&text);
    return r < 0 ? r : fs_write_atomic(path, text.data, text.len, 0644);
}

/* The number behind a name at the start of a line. */
static bool
find(const char *text, const char *name, int64_t *ret_value)
{
    size_t len = strlen(name);
    for (const char *line = text; line != NULL && *line != 0;) {
        if (strncmp(line, name, len) == 0 && line[len] == ' ') {
            char *end;
            *ret_value = strtoll(line + len + 1, &end, 10);
            return end != line + len + 1 && *end == '\n';
        }
        line = strchr(line, '\n');
        line = line != NULL ? line + 1 : NULL;
    }
    return false;
}

int
sync_health_read(const char *path, struct sync_health *ret_health)
{
    AUTO_BUF text;
    buf_init(&text, HEALTH_MAX);
    int r = fs_read(path, &text);
    if (r < 0) {
        return r;
    }
    struct sync_health health = {0};
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        int64_t value;
        if (!find(buf_str(&text), lines[i].name, &value)) {
            return KERR_INVALID;
        }
        memcpy((char *)&health + lines[i].at, &value, sizeof(value));
    }
    *ret_health = health;
    return 0;
}
