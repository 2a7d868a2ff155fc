/* intake/metrics.c - what the intake did, as numbers: counted at each answer, written as Prometheus'
 * text (prometheus.io/docs/instrumenting/exposition_formats, version 0.0.4). Says which terminals there are
 * and how much they send; nothing of what is in it. */
#include "intake/intake_priv.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/report.h"
#include "base/utf8.h"

/* Upper ends of the histogram, in milliseconds and as Prometheus has them, in seconds. */
static const struct {
    int64_t ms;
    const char *seconds;
} ends[INTAKE_LATENCY_ENDS] = {{1, "0.001"}, {2, "0.002"}, {5, "0.005"}, {10, "0.01"},
    {25, "0.025"}, {50, "0.05"}, {100, "0.1"}, {250, "0.25"}, {500, "0.5"}, {1000, "1"},
    {2500, "2.5"}, {5000, "5"}, {10000, "10"}};

void
intake_metrics_init(struct intake_metrics *metrics, int64_t now_s)
{
    *metrics = (struct intake_metrics){.started_s = now_s};
    (void)pthread_mutex_init(&metrics->lock, NULL); /* can't fail on Linux */
}

void
intake_metrics_release(struct intake_metrics *metrics)
{
    free(metrics->contacts);
    (void)pthread_mutex_destroy(&metrics->lock);
}

/* The place of a terminal in the list; of the one that is silent for longest when the list is full; NULL
 * without memory for a new one. */
static struct intake_contact *
contact_of(struct intake_metrics *metrics, const char *kiosk)
{
    struct intake_contact *oldest = NULL;
    for (size_t i = 0; i < metrics->contact_count; i++) {
        struct intake_contact *contact = &metrics->contacts[i];
        if (strcmp(contact->kiosk, kiosk) == 0) {
            return contact;
        }
        if (oldest == NULL || contact->at_s < oldest->at_s) {
            oldest = contact;
        }
    }
    if (metrics->contact_count == INTAKE_CONTACTS_MAX) {
        return oldest;
    }
    if (metrics->contacts == NULL) {
        metrics->contacts = calloc(INTAKE_CONTACTS_MAX, sizeof(*metrics->contacts));
    }
    return metrics->contacts != NULL ? &metrics->contacts[metrics->contact_count++] : NULL;
}

void
intake_metrics_note(
    struct intake_metrics *metrics, const struct intake_measure *measure, int64_t now_s)
{
    size_t end = 0;
    while (end < ARRAY_LEN(ends) && measure->took_ms > ends[end].ms) {
        end++;
    }
    (void)pthread_mutex_lock(&metrics->lock);
    if (measure->problem == INTAKE_PROBLEM_NONE) {
        metrics->good[measure->is_put][measure->is_new]++;
    } else {
        metrics->problems[measure->is_put][measure->problem]++;
    }
    if (measure->is_put) {
        metrics->latency[end]++;
        metrics->latency_sum_ms += (uint64_t)measure->took_ms;
    }
    struct intake_contact *contact =
        measure->kiosk[0] != 0 ? contact_of(metrics, measure->kiosk) : NULL;
    if (contact != NULL) {
        memcpy(contact->kiosk, measure->kiosk, sizeof(contact->kiosk));
        contact->at_s = now_s;
    }
    (void)pthread_mutex_unlock(&metrics->lock);
}

/* Errors of these appends are sticky and asked for once, at the end. */
static void
head(struct buf *out, const char *name, const char *type, const char *help)
{
    (void)buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* A label's value. A name is what a certificate says: any bytes. */
static void
add_label(struct buf *out, const char *text)
{
    bool is_text = utf8_valid(text, strlen(text));
    for (const char *c = text; *c != 0; c++) {
        unsigned char byte = (unsigned char)*c;
        if (byte == '\\' || byte == '"') {
            (void)buf_printf(out, "\\%c", byte);
        } else if (byte < ' ' || byte == 0x7f || (byte >= 0x80 && !is_text)) {
            (void)buf_add_str(out, "?");
        } else {
            (void)buf_add_byte(out, byte);
        }
    }
}

static void
add_answer(struct buf *out, bool is_put, int status, const char *answer, uint64_t count)
{
    (void)buf_printf(out,
        "madoguchi_intake_answers_total{request=\"%s\",status=\"%d\",answer=\"%s\"} %" PRIu64 "\n",
        is_put ? "put" : "other", status, answer, count);
}

static void
add_answers(struct buf *out, const struct intake_metrics *metrics)
{
    head(out, "madoguchi_intake_answers_total", "counter",
        "Requests answered, by what was asked and what was said.");
    add_answer(out, true, 201, "stored", metrics->good[true][true]);
    add_answer(out, true, 200, "again", metrics->good[true][false]);
    add_answer(out, false, 200, "given", metrics->good[false][false]);
    for (size_t put = 0; put < 2; put++) {
        for (size_t i = INTAKE_PROBLEM_NONE + 1; i < INTAKE_PROBLEM_COUNT; i++) {
            int status = 0;
            const char *code = intake_problem_code((enum intake_problem)i, &status);
            add_answer(out, put == 1, status, code, metrics->problems[put][i]);
        }
    }
}

static void
add_latency(struct buf *out, const struct intake_metrics *metrics)
{
    static const char name[] = "madoguchi_intake_put_seconds";
    uint64_t count = 0;
    head(out, name, "histogram", "From the head of a PUT to its answer.");
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        count += metrics->latency[i];
        (void)buf_printf(out, "%s_bucket{le=\"%s\"} %" PRIu64 "\n", name, ends[i].seconds, count);
    }
    count += metrics->latency[ARRAY_LEN(ends)];
    (void)buf_printf(out, "%s_bucket{le=\"+Inf\"} %" PRIu64 "\n", name, count);
    (void)buf_printf(out, "%s_sum %" PRIu64 ".%03u\n%s_count %" PRIu64 "\n", name,
        metrics->latency_sum_ms / 1000, (unsigned)(metrics->latency_sum_ms % 1000), name, count);
}

static void
add_contacts(struct buf *out, const struct intake_metrics *metrics)
{
    static const char name[] = "madoguchi_intake_last_contact_timestamp_seconds";
    head(out, name, "gauge", "When a terminal was last answered by this intake.");
    for (size_t i = 0; i < metrics->contact_count; i++) {
        (void)buf_printf(out, "%s{kiosk=\"", name);
        add_label(out, metrics->contacts[i].kiosk);
        (void)buf_printf(out, "\"} %" PRId64 "\n", metrics->contacts[i].at_s);
    }
}

static void
add_gauge(struct buf *out, const char *name, const char *help, uint64_t value)
{
    head(out, name, "gauge", help);
    (void)buf_printf(out, "%s %" PRIu64 "\n", name, value);
}

int
intake_metrics_write(
    struct intake_metrics *metrics, const struct intake_ledger_state *ledger, struct buf *out)
{
    (void)pthread_mutex_lock(&metrics->lock);
    add_answers(out, metrics);
    add_latency(out, metrics);
    add_contacts(out, metrics);
    (void)pthread_mutex_unlock(&metrics->lock);
    add_gauge(out, "madoguchi_intake_start_timestamp_seconds", "When this intake was started.",
        (uint64_t)metrics->started_s);
    add_gauge(
        out, "madoguchi_intake_connections", "Connections that are open.", ledger->connections);
    add_gauge(out, "madoguchi_intake_ledger_up", "Whether the ledger answers.",
        ledger->error == 0 ? 1 : 0);
    if (ledger->error == 0) {
        add_gauge(out, "madoguchi_intake_ledger_position",
            "Position of the newest entry: how many there were.", ledger->position);
        add_gauge(out, "madoguchi_intake_ledger_quarantined",
            "Envelopes that claim a place that is taken: copied or set back disks.",
            ledger->quarantined);
        add_gauge(out, "madoguchi_intake_ledger_alarms",
            "Chains of events of kiosks that went back or have two stories (kioskctl fleet).",
            ledger->alarms);
    }
    return buf_error(out);
}

struct keys {
    struct buf *out;
    int64_t now_s;
    size_t listed;
    uint64_t late;
};

/* ledger_reports' each. A terminal that does not say it has no line. */
static int
add_key(const struct ledger_report *said, void *ctx)
{
    struct keys *keys = ctx;
    struct report report;
    if (report_read_bytes(said->bytes, said->len, &report) < 0 || report.key_until == 0) {
        return 0;
    }
    keys->late += report_key_is_late(&report, keys->now_s);
    if (keys->listed < INTAKE_CONTACTS_MAX) {
        keys->listed++;
        (void)buf_add_str(keys->out, "madoguchi_intake_city_key_end_timestamp_seconds{kiosk=\"");
        add_label(keys->out, said->kiosk);
        (void)buf_printf(keys->out, "\"} %" PRId64 "\n", report.key_until);
    }
    return 0;
}

int
intake_metrics_keys(struct ledger *ledger, int64_t now_s, struct buf *out)
{
    struct keys keys = {.out = out, .now_s = now_s};
    head(out, "madoguchi_intake_city_key_end_timestamp_seconds", "gauge",
        "When the city's key ends that a terminal seals with, as it says.");
    int r = ledger_reports(ledger, add_key, &keys);
    if (r == 0) {
        add_gauge(out, "madoguchi_intake_late_city_keys",
            "Terminals that seal with a city key past its end (kioskctl fleet).", keys.late);
    }
    return r < 0 ? r : buf_error(out);
}
