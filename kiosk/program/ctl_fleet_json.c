/* program/ctl_fleet_json.c - the fleet as one JSON object (RFC 8259) for programs: times are RFC 3339, what is not known is
 * null, and "needs" is the same list of words that a person reads. */
#include "program/ctl_fleet.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/utf8.h"

enum { JSON_MAX = 64 * 1024 * 1024 };

/* Errors of these appends are sticky and asked for once, at the end. A name is what a certificate says: any bytes. */
static void
add_text(struct buf *out, const char *name, const char *text)
{
    bool is_text = utf8_valid(text, strlen(text));
    (void)buf_printf(out, "\"%s\":\"", name);
    for (; *text != 0; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte == '"' || byte == '\\' || byte < ' ') {
            (void)buf_printf(out, "\\u%04x", (unsigned)byte);
        } else {
            (void)buf_add_byte(out, byte >= 0x80 && !is_text ? '?' : byte);
        }
    }
    (void)buf_add_str(out, "\"");
}

static void
add_number(struct buf *out, const char *name, int64_t number)
{
    (void)buf_printf(out, ",\"%s\":%" PRId64, name, number);
}

static void
add_count(struct buf *out, const char *name, uint64_t count)
{
    (void)buf_printf(out, ",\"%s\":%" PRIu64, name, count);
}

static void
add_time(struct buf *out, const char *name, bool is_known, int64_t at)
{
    char when[CLOCK_RFC3339_LEN];
    (void)buf_printf(out, ",\"%s\":", name);
    if (is_known) {
        clock_rfc3339(at, when);
        (void)buf_printf(out, "\"%s\"", when);
    } else {
        (void)buf_add_str(out, "null");
    }
}

static void
add_chain(struct buf *out, const struct fleet_chain *chain)
{
    if (chain != NULL) {
        add_count(out, "events", chain->size);
        add_count(out, "alarms", chain->alarms);
        add_time(out, "alarm_at", chain->alarms > 0, chain->alarm_at);
    } else {
        (void)buf_add_str(out, ",\"events\":null,\"alarms\":0,\"alarm_at\":null");
    }
    (void)buf_add_byte(out, '}');
}

static void
add_span(struct buf *out, const struct fleet *fleet, const struct ledger_span *span)
{
    (void)buf_add_byte(out, '{');
    add_text(out, "kiosk", span->kiosk);
    add_count(out, "epoch", span->epoch);
    add_time(out, "last_record", true, span->last_at);
    add_count(out, "highest", span->highest);
    add_count(out, "missing", span->missing);
    add_count(out, "conflicts", span->conflicts);
    (void)buf_add_str(out, ",\"gaps\":[");
    for (size_t i = 0; i < span->gap_count; i++) {
        (void)buf_printf(out, "%s[%" PRIu64 ",%" PRIu64 "]", i > 0 ? "," : "", span->gaps[i].first,
            span->gaps[i].last);
    }
    (void)buf_add_byte(out, ']');
    add_chain(out, ctl_fleet_chain(fleet, span));
}

static void
add_report(struct buf *out, const struct report *report, int64_t heard_at)
{
    (void)buf_add_byte(out, ',');
    add_text(out, "version", report->version);
    add_number(out, "waiting", report->waiting);
    add_time(out, "oldest", report->oldest_at != 0, report->oldest_at);
    add_number(out, "set_aside", report->aside);
    add_number(out, "delivered", report->had);
    add_number(out, "clock_s", report->at - heard_at);
    add_time(out, "tls_until", report->tls_until != 0, report->tls_until);
    add_time(out, "kiosk_until", report->kiosk_until != 0, report->kiosk_until);
    add_time(out, "city_key_until", report->key_until != 0, report->key_until);
    add_number(out, "content", report->content);
    add_number(out, "keys", report->keys);
    add_number(out, "live", report->live);
    add_number(out, "answers", report->answers);
    add_number(out, "disk_full", report->full);
}

static void
add_said(struct buf *out, const struct fleet *fleet, const struct fleet_said *said)
{
    const char *needs[FLEET_NEEDS];
    size_t count = ctl_fleet_needs(fleet, said, needs);
    (void)buf_add_byte(out, '{');
    add_text(out, "kiosk", said->kiosk);
    add_time(out, "heard", true, said->at);
    if (said->is_read) {
        add_report(out, &said->report, said->at);
    }
    (void)buf_add_str(out, ",\"needs\":[");
    for (size_t i = 0; i < count; i++) {
        (void)buf_printf(out, "%s\"%s\"", i > 0 ? "," : "", needs[i]);
    }
    (void)buf_add_str(out, "]}");
}

int
ctl_fleet_json(const struct fleet *fleet)
{
    AUTO_BUF out;
    buf_init(&out, JSON_MAX);
    bool is_first = true;
    (void)buf_add_str(&out, "{\"queues\":[");
    for (size_t i = 0; i < fleet->span_count; i++) {
        (void)buf_add_str(&out, is_first ? "\n" : ",\n");
        add_span(&out, fleet, &fleet->spans[i].span);
        is_first = false;
    }
    for (size_t i = 0; i < fleet->chain_count; i++) { /* those of whose records none came */
        const struct fleet_chain *chain = &fleet->chains[i];
        if (!chain->is_told) {
            (void)buf_add_str(&out, is_first ? "\n{" : ",\n{");
            add_text(&out, "kiosk", chain->kiosk);
            add_count(&out, "epoch", chain->epoch);
            (void)buf_add_str(&out, ",\"last_record\":null,\"highest\":0,\"missing\":0,"
                                    "\"conflicts\":0,\"gaps\":[]");
            add_chain(&out, chain);
            is_first = false;
        }
    }
    (void)buf_add_str(&out, "],\n\"kiosks\":[");
    for (size_t i = 0; i < fleet->said_count; i++) {
        (void)buf_add_str(&out, i > 0 ? ",\n" : "\n");
        add_said(&out, fleet, &fleet->said[i]);
    }
    (void)buf_add_str(&out, "]");
    add_time(&out, "at", true, fleet->now);
    (void)buf_add_str(&out, "}\n");
    int r = buf_error(&out);
    if (r == 0) {
        (void)fwrite(
            out.data, 1, out.len, stdout); /* as printf: a closed pipe is the reader's matter */
    }
    return r;
}
