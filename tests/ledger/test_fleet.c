/* Gaps, conflicts and epochs of kiosks: whichever records are missing, each gap is named by kiosk, epoch and sequence.
 * On SQLite, or on PostgreSQL (scene.h). */
#include "ledger/scene.h"

#include "base/err.h"
#include "base/rng.h"

enum { SPANS_MAX = 16, GAPS_MAX = 200 };

struct seen {
    struct ledger_span spans[SPANS_MAX];
    struct ledger_gap gaps[SPANS_MAX][GAPS_MAX];
    size_t count;
    int answer;
};

static int
note(const struct ledger_span *span, void *ctx)
{
    struct seen *seen = ctx;
    assert_true(seen->count < SPANS_MAX && span->gap_count <= GAPS_MAX);
    seen->spans[seen->count] = *span;
    for (size_t i = 0; i < span->gap_count; i++) {
        seen->gaps[seen->count][i] = span->gaps[i];
    }
    seen->count++;
    return seen->answer;
}

/* A record whose bytes tell its place; its id is made of all of it. */
static int
send(struct ledger *ledger, const char *kiosk, uint64_t epoch, uint64_t sequence, uint8_t salt,
    int64_t at)
{
    struct ledger_entry entry = entry_of(salt, kiosk, epoch, sequence, salt);
    entry.received_at = at;
    memcpy(entry.id, &sequence, 8);
    entry.id[8] = (uint8_t)epoch;
    memcpy(entry.id + 9, kiosk + strlen(kiosk) - 3, 3);
    return put(ledger, &entry, "body");
}

static void
test_kiosks(void **state)
{
    struct scene *scene = *state;
    struct ledger *ledger = scene->ledger;
    struct seen *seen = calloc(1, sizeof(*seen));
    assert_non_null(seen);
    assert_int_equal(0, ledger_fleet(ledger, note, seen));
    assert_int_equal(0, seen->count);
    static const struct {
        const char *kiosk;
        uint64_t epoch, sequence;
        uint8_t salt;
        int64_t at;
        int verdict;
    } rows[] = {
        {"kiosk-002", 5, 1, 1, 1000, LEDGER_NEW},
        {"kiosk-001", 7, 1, 1, 1001, LEDGER_NEW},
        {"kiosk-001", 7, 2, 1, 1002, LEDGER_NEW},
        {"kiosk-001", 7, 5, 1, 1009, LEDGER_NEW}, /* 3 and 4 are missing */
        {"kiosk-001", 7, 9, 1, 1004, LEDGER_NEW}, /* 6 to 8, too; the city's clock went back */
        {"kiosk-001", 8, 3, 1, 1010, LEDGER_NEW}, /* a new epoch that begins late */
        {"kiosk-001", 7, 2, 9, 1011, LEDGER_CONFLICT}, /* a clone */
        {"kiosk-001", 7, 2, 9, 1012, LEDGER_CONFLICT}, /* the same once more: kept once */
        {"kiosk-003", 6, 1, 1, 1013, LEDGER_NEW},
        {"kiosk-003", 6, UINT64_MAX, 1, 1014, LEDGER_NEW},
        {"kiosk-003", 6, (uint64_t)INT64_MAX, 1, 1015, LEDGER_NEW},
        {"kiosk-003", 6, (uint64_t)INT64_MAX + 1, 1, 1016, LEDGER_NEW},
        {"kiosk-003", UINT64_MAX, 1, 1, 1017, LEDGER_NEW},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_int_equal(rows[i].verdict,
            send(ledger, rows[i].kiosk, rows[i].epoch, rows[i].sequence, rows[i].salt, rows[i].at));
    }
    /* A kiosk of which nothing is there but a conflict: it came with another's id. */
    struct ledger_entry thief = entry_of(1, "kiosk-009", 1, 1, 1);
    memset(&thief.id, 0, sizeof(thief.id));
    assert_int_equal(LEDGER_NEW, send(ledger, "kiosk-004", 1, 1, 0, 1018));
    memcpy(thief.id, (const uint8_t[16]){1, 0, 0, 0, 0, 0, 0, 0, 1, '0', '0', '4'}, 12);
    thief.received_at = 1019;
    assert_int_equal(LEDGER_CONFLICT, put(ledger, &thief, "theft"));

    static const struct {
        const char *kiosk;
        uint64_t epoch, highest, missing, conflicts;
        int64_t last_at;
        size_t gap_count;
        struct ledger_gap gaps[2];
    } spans[] = {
        {"kiosk-001", 7, 9, 5, 1, 1011, 2, {{3, 4}, {6, 8}}},
        {"kiosk-001", 8, 3, 2, 0, 1010, 1, {{1, 2}}},
        {"kiosk-002", 5, 1, 0, 0, 1000, 0, {{0, 0}}},
        {"kiosk-003", UINT64_MAX, 1, 0, 0, 1017, 0, {{0, 0}}},
        {"kiosk-003", 6, UINT64_MAX, UINT64_MAX - 4, 0, 1016, 2,
            {{2, INT64_MAX - 1}, {(uint64_t)INT64_MAX + 2, UINT64_MAX - 1}}},
        {"kiosk-004", 1, 1, 0, 0, 1018, 0, {{0, 0}}},
        {"kiosk-009", 1, 0, 0, 1, 1019, 0, {{0, 0}}},
    };
    assert_int_equal(0, ledger_fleet(ledger, note, seen));
    assert_int_equal(ARRAY_LEN(spans), seen->count);
    for (size_t i = 0; i < ARRAY_LEN(spans); i++) {
        const struct ledger_span *got = &seen->spans[i];
        assert_string_equal(spans[i].kiosk, got->kiosk);
        assert_true(spans[i].epoch == got->epoch && spans[i].highest == got->highest);
        assert_true(spans[i].missing == got->missing && spans[i].conflicts == got->conflicts);
        assert_int_equal(spans[i].last_at, got->last_at);
        assert_int_equal(spans[i].gap_count, got->gap_count);
        for (size_t k = 0; k < got->gap_count; k++) {
            assert_true(spans[i].gaps[k].first == seen->gaps[i][k].first);
            assert_true(spans[i].gaps[k].last == seen->gaps[i][k].last);
        }
    }
    seen->count = 0;
    seen->answer = 42;
    assert_int_equal(42, ledger_fleet(ledger, note, seen));
    assert_int_equal(1, seen->count);
    free(seen);
}

/* Any k of the records don't come, in any order: what is named is what is missing, no more and no less. */
static void
test_every_gap(void **state)
{
    enum { RECORDS = 150 };
    struct scene *scene = *state;
    struct seen *seen = calloc(1, sizeof(*seen));
    assert_non_null(seen);
    uint64_t seed;
    rng_fill(&seed, sizeof(seed));
    print_message("seed %llu\n", (unsigned long long)seed);
    for (uint64_t epoch = 1; epoch <= 3; epoch++) {
        bool drop[RECORDS + 1] = {false}, named[RECORDS + 1] = {false};
        uint64_t kept[RECORDS], count = 0, highest = 0;
        for (uint64_t i = 1; i <= RECORDS; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            drop[i] = (seed >> 33) % 5 < epoch;
            if (!drop[i]) {
                kept[count++] = i;
                highest = i;
            }
        }
        for (uint64_t left = count; left > 0; left--) { /* in any order */
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            uint64_t at = (seed >> 33) % left;
            assert_int_equal(
                LEDGER_NEW, send(scene->ledger, "kiosk-001", epoch, kept[at], 1, 1000));
            kept[at] = kept[left - 1];
        }
        memset(seen, 0, sizeof(*seen));
        assert_int_equal(0, ledger_fleet(scene->ledger, note, seen));
        assert_int_equal(epoch, seen->count);
        const struct ledger_span *span = &seen->spans[epoch - 1];
        uint64_t missing = 0;
        for (size_t k = 0; k < span->gap_count; k++) {
            const struct ledger_gap *gap = &seen->gaps[epoch - 1][k];
            for (uint64_t i = gap->first; i <= gap->last; i++) {
                named[i] = true;
                missing++;
            }
        }
        assert_int_equal(highest, span->highest);
        assert_int_equal(missing, span->missing);
        for (uint64_t i = 1; i <= highest; i++) {
            assert_int_equal(drop[i], named[i]);
        }
    }
    free(seen);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_kiosks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_every_gap, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("fleet", tests, NULL, NULL);
}
