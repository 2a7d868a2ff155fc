/* The numbers for watchers, on their own: what is counted where, and that any name of a terminal can stand in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "intake/intake_priv.h"

static void
note(struct intake_metrics *metrics, const char *kiosk, int64_t took_ms, int64_t now)
{
    char name[SEAL_NAME_MAX] = "";
    snprintf(name, sizeof(name), "%s", kiosk);
    struct intake_measure measure = {
        .is_put = true, .is_new = true, .took_ms = took_ms, .kiosk = name};
    intake_metrics_note(metrics, &measure, now);
}

static void
write_text(struct intake_metrics *metrics, struct buf *out)
{
    const struct intake_ledger_state ledger = {.position = 7, .quarantined = 2};
    buf_clear(out);
    assert_int_equal(0, intake_metrics_write(metrics, &ledger, out));
}

static void
has(const struct buf *text, const char *line)
{
    if (strstr(buf_str(text), line) == NULL) {
        fail_msg("not there: %s", line);
    }
}

static void
test_latency(void **state)
{
    (void)state;
    static const int64_t took[] = {0, 1, 2, 3, 10, 11, 999, 1000, 10000, 10001, 3000000};
    static const char *const lines[] = {
        "seconds_bucket{le=\"0.001\"} 2\n",
        "seconds_bucket{le=\"0.002\"} 3\n",
        "seconds_bucket{le=\"0.005\"} 4\n",
        "seconds_bucket{le=\"0.01\"} 5\n",
        "seconds_bucket{le=\"0.025\"} 6\n",
        "seconds_bucket{le=\"0.5\"} 6\n",
        "seconds_bucket{le=\"1\"} 8\n",
        "seconds_bucket{le=\"10\"} 9\n",
        "seconds_bucket{le=\"+Inf\"} 11\n",
        "seconds_sum 3022.027\n",
        "seconds_count 11\n",
        "answers_total{request=\"put\",status=\"201\",answer=\"stored\"} 11\n",
        "ledger_position 7\n",
        "ledger_quarantined 2\n",
    };
    struct intake_metrics metrics;
    AUTO_BUF text;
    buf_init(&text, 1024 * 1024);
    intake_metrics_init(&metrics, 1000);
    for (size_t i = 0; i < ARRAY_LEN(took); i++) {
        note(&metrics, "kiosk-001", took[i], 2000);
    }
    write_text(&metrics, &text);
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        has(&text, lines[i]);
    }
    intake_metrics_release(&metrics);
}

static void
test_names(void **state)
{
    (void)state;
    static const char *const names[][2] = {
        {"kiosk-001", "{kiosk=\"kiosk-001\"}"},
        {"窓口一", "{kiosk=\"窓口一\"}"},
        {"a\"b\\c", "{kiosk=\"a\\\"b\\\\c\"}"},
        {"line\nbreak\x7f", "{kiosk=\"line?break?\"}"},
        {"no\xff text", "{kiosk=\"no? text\"}"},
    };
    struct intake_metrics metrics;
    AUTO_BUF text;
    buf_init(&text, 1024 * 1024);
    intake_metrics_init(&metrics, 1000);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        note(&metrics, names[i][0], 1, 2000);
    }
    note(&metrics, "", 1, 2000); /* nobody known: counted, not listed */
    write_text(&metrics, &text);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        has(&text, names[i][1]);
    }
    assert_null(strstr(buf_str(&text), "{kiosk=\"\"}"));
    has(&text, "seconds_count 6\n");
    intake_metrics_release(&metrics);
}

/* More terminals than there is room for: the one that was silent for longest goes. */
static void
test_crowd(void **state)
{
    (void)state;
    struct intake_metrics metrics;
    AUTO_BUF text;
    buf_init(&text, 1024 * 1024);
    intake_metrics_init(&metrics, 1000);
    char name[SEAL_NAME_MAX];
    for (int i = 0; i < INTAKE_CONTACTS_MAX; i++) {
        snprintf(name, sizeof(name), "kiosk-%d", i);
        note(&metrics, name, 1, 2000 + i);
    }
    note(&metrics, "kiosk-0", 1, 9000); /* back again */
    note(&metrics, "kiosk-new", 1, 9001);
    note(&metrics, "kiosk-newer", 1, 9002);
    write_text(&metrics, &text);
    assert_int_equal(INTAKE_CONTACTS_MAX, metrics.contact_count);
    has(&text, "{kiosk=\"kiosk-0\"} 9000\n");
    has(&text, "{kiosk=\"kiosk-new\"} 9001\n");
    has(&text, "{kiosk=\"kiosk-newer\"} 9002\n");
    assert_null(strstr(buf_str(&text), "{kiosk=\"kiosk-1\"}"));
    assert_null(strstr(buf_str(&text), "{kiosk=\"kiosk-2\"}"));
    has(&text, "{kiosk=\"kiosk-3\"}");
    intake_metrics_release(&metrics);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_latency),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_crowd),
    };
    return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
