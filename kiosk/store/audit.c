/* store/audit.c - what happened to the queue, as a chain of events in the same transactions: each one's
 * hash covers the hash before. Whoever holds a signed point of the chain (its size and its last hash)
 * finds any event up to there that was changed, dropped, moved or taken back. Nothing personal. */
#include "store_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"

enum { POINT_EVENTS = 100, POINT_SECONDS = 10 * 60, POINTS_KEPT = 8 };
enum { SENT_AT_ONCE = 4096, SLACK = 8 /* trimmed when a bound is exceeded by its eighth part */ };
/* The newest event that says what was let go. */
#define TRIMMED " FROM audit WHERE kind = 6 ORDER BY number DESC LIMIT 1"

struct event {
    uint64_t number; /* 1, 2, 3, ... */
    int64_t at; /* wall seconds */
    int64_t kind;
    int64_t a, b;
};

static uint8_t *
put_be64(uint8_t *out, uint64_t number)
{
    for (int shift = 56; shift >= 0; shift -= 8) {
        *out++ = (uint8_t)(number >> shift);
    }
    return out;
}

/* The hash in front of the first event: another one for each file. */
static void
first_hash(uint64_t epoch, uint8_t out[STORE_HASH_LEN])
{
    uint8_t text[] = "madoguchi audit 12345678";
    (void)put_be64(text + sizeof(text) - 1 - sizeof(epoch), epoch);
    store_hash(text, sizeof(text) - 1, out);
}

/* hash: of the event before, then of this one. */
static void
next_hash(const struct event *event, uint8_t hash[STORE_HASH_LEN])
{
    uint8_t bytes[STORE_HASH_LEN + 5 * sizeof(uint64_t)];
    memcpy(bytes, hash, STORE_HASH_LEN);
    uint8_t *at = put_be64(bytes + STORE_HASH_LEN, event->number);
    at = put_be64(at, (uint64_t)event->at);
    at = put_be64(at, (uint64_t)event->kind);
    at = put_be64(at, (uint64_t)event->a);
    (void)put_be64(at, (uint64_t)event->b);
    store_hash(bytes, sizeof(bytes), hash);
}

static int
read_epoch(struct store *store, uint64_t *ret_epoch)
{
    sqlite3_stmt *statement = store->statements[STORE_READ_HEAD];
    int code = sqlite3_step(statement);
    int r = code == SQLITE_DONE ? KERR_STORE_CORRUPT : store_error(store->db, code);
    *ret_epoch = r == 0 ? (uint64_t)sqlite3_column_int64(statement, 0) : 0;
    (void)sqlite3_reset(statement); /* repeats the code of step */
    return r;
}

/* The end of the chain: how many events, and the last hash. */
static int
read_end(struct store *store, struct store_point *ret_end)
{
    int r = read_epoch(store, &ret_end->epoch);
    if (r < 0) {
        return r;
    }
    sqlite3_stmt *statement = store->statements[STORE_READ_EVENT];
    int code = sqlite3_step(statement);
    r = store_error(store->db, code);
    ret_end->size = 0;
    first_hash(ret_end->epoch, ret_end->head);
    if (code == SQLITE_ROW && sqlite3_column_bytes(statement, 1) != STORE_HASH_LEN) {
        r = KERR_STORE_CORRUPT;
    } else if (code == SQLITE_ROW) {
        ret_end->size = (uint64_t)sqlite3_column_int64(statement, 0);
        memcpy(ret_end->head, sqlite3_column_blob(statement, 1), STORE_HASH_LEN);
    }
    (void)sqlite3_reset(statement); /* repeats the code of step */
    return r;
}

int
store_add_event(struct store *store, enum store_event kind, int64_t a, int64_t b)
{
    struct store_point end;
    int r = read_end(store, &end);
    if (r < 0) {
        return r;
    }
    struct event event = {end.size + 1, clock_wall_s(clock_system()), kind, a, b};
    next_hash(&event, end.head);
    sqlite3_stmt *statement = store->statements[STORE_INSERT_EVENT];
    (void)sqlite3_bind_int64(statement, 1, (int64_t)event.number); /* none of these can fail */
    (void)sqlite3_bind_int64(statement, 2, event.at);
    (void)sqlite3_bind_int64(statement, 3, event.kind);
    (void)sqlite3_bind_int64(statement, 4, event.a);
    (void)sqlite3_bind_int64(statement, 5, event.b);
    /* a failure shows at the step as NULL against NOT NULL */
    (void)sqlite3_bind_blob(statement, 6, end.head, STORE_HASH_LEN, SQLITE_STATIC);
    return store_run(store, STORE_INSERT_EVENT);
}

int
store_note(struct store *store, enum store_event kind, int64_t a, int64_t b)
{
    int r = store->slot_open ? KERR_STATE : store_begin_write(store);
    if (r < 0) {
        return r;
    }
    r = store_add_event(store, kind, a, b);
    r = r == 0 ? store_run(store, STORE_COMMIT) : r;
    store_roll_back(store);
    return r;
}

/* One number of the file. */
static int
ask(struct store *store, const char *sql, uint64_t than, int64_t *ret_number)
{
    sqlite3_stmt *statement = NULL;
    int r = store_error(store->db, sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL));
    if (r == 0) {
        (void)sqlite3_bind_int64(statement, 1, (int64_t)than); /* where there is one */
        r = store_error(store->db, sqlite3_step(statement));
    }
    if (r == 0) {
        *ret_number = sqlite3_column_int64(statement, 0); /* nothing reads as 0 */
    }
    (void)sqlite3_finalize(statement); /* repeats the code of step */
    return r;
}

int
store_point_due(struct store *store, int64_t now, struct store_point *ret_point)
{
    int r = store->slot_open ? KERR_STATE : store_follow(store);
    struct store_point end = {0};
    int64_t size = 0;
    int64_t at = 0;
    int64_t receipts = 0;
    r = r == 0 ? read_end(store, &end) : r;
    r = r == 0 ? ask(store, "SELECT max(size) FROM point", 0, &size) : r;
    r = r == 0 ? ask(store, "SELECT max(at) FROM point", 0, &at) : r;
    r = r == 0 ? ask(store, "SELECT count(*) FROM audit WHERE number > ?1 AND kind = 2",
                     (uint64_t)size, &receipts)
               : r;
    if (r < 0) {
        return r;
    }
    bool is_due =
        end.size > (uint64_t)size && (receipts > 0 || end.size >= (uint64_t)size + POINT_EVENTS ||
                                         now - at >= POINT_SECONDS || now < at);
    *ret_point = end;
    return is_due ? 0 : KERR_NOT_FOUND;
}

/* Runs one statement with up to two numbers and a blob. */
static int
run_once(struct store *store, const char *sql, const int64_t numbers[2], const uint8_t *bytes,
    size_t len)
{
    sqlite3_stmt *statement = NULL;
    int r = store_error(store->db, sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL));
    if (r == 0) {
        (void)sqlite3_bind_int64(statement, 1, numbers[0]); /* as above, also the next two */
        (void)sqlite3_bind_int64(statement, 2, numbers[1]);
        if (bytes != NULL) {
            (void)sqlite3_bind_blob(statement, 3, bytes, (int)len, SQLITE_STATIC);
        }
        r = store_error(store->db, sqlite3_step(statement));
    }
    (void)sqlite3_finalize(statement); /* repeats the code of step */
    return r;
}

int
store_point_keep(struct store *store, const struct store_point *point, const uint8_t *bytes,
    size_t len, int64_t now)
{
    int r = store->slot_open ? KERR_STATE : store_begin_write(store);
    if (r < 0) {
        return r;
    }
    uint64_t epoch = 0;
    r = read_epoch(store, &epoch);
    if (r == 0 && epoch != point->epoch) {
        r = KERR_STATE; /* of a file that was moved aside meanwhile */
    }
    const int64_t numbers[2] = {(int64_t)point->size, now};
    static const int64_t kept[2] = {POINTS_KEPT, 0};
    r = r == 0 ? run_once(store, "INSERT OR REPLACE INTO point(size, at, bytes) VALUES(?1, ?2, ?3)",
                     numbers, bytes, len)
               : r;
    r = r == 0 ? run_once(store,
                     "DELETE FROM point WHERE size NOT IN"
                     " (SELECT size FROM point ORDER BY size DESC LIMIT ?1)"
                     " AND size NOT IN (SELECT min(size) FROM point GROUP BY size / 1000)",
                     kept, NULL, 0)
               : r;
    r = r == 0 ? store_run(store, STORE_COMMIT) : r;
    store_roll_back(store);
    return r;
}

int
store_points(
    struct store *store, int (*each)(void *ctx, const uint8_t *bytes, size_t len), void *ctx)
{
    int r = store->slot_open ? 0 : store_follow(store);
    sqlite3_stmt *statement = NULL;
    if (r == 0) {
        r = store_error(
            store->db, sqlite3_prepare_v2(store->db, "SELECT bytes FROM point ORDER BY size DESC",
                           -1, &statement, NULL));
    }
    while (r == 0) {
        int code = sqlite3_step(statement);
        r = store_error(store->db, code);
        if (r < 0 || code != SQLITE_ROW) {
            break;
        }
        r = each(
            ctx, sqlite3_column_blob(statement, 0), (size_t)sqlite3_column_bytes(statement, 0));
    }
    (void)sqlite3_finalize(statement); /* repeats the code of step */
    return r;
}

/* Does the chain so far fit the points that are known of this size? */
static bool
fits(const struct store_point *end, const struct store_point *known, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (known[i].size == end->size &&
            (known[i].epoch != end->epoch ||
                memcmp(known[i].head, end->head, STORE_HASH_LEN) != 0)) {
            return false;
        }
    }
    return true;
}

/* Follows the rows of a statement; *ret_end is as far as they hold. */
static int
walk(struct store *store, sqlite3_stmt *rows, const struct store_point *known, size_t count,
    struct store_point *ret_end)
{
    for (;;) {
        int code = sqlite3_step(rows);
        int r = store_error(store->db, code);
        if (r < 0 || code != SQLITE_ROW) {
            return r;
        }
        struct event event = {(uint64_t)sqlite3_column_int64(rows, 0),
            sqlite3_column_int64(rows, 1), sqlite3_column_int64(rows, 2),
            sqlite3_column_int64(rows, 3), sqlite3_column_int64(rows, 4)};
        struct store_point next = *ret_end;
        next.size++;
        next_hash(&event, next.head);
        if (event.number != next.size || sqlite3_column_bytes(rows, 5) != STORE_HASH_LEN ||
            memcmp(sqlite3_column_blob(rows, 5), next.head, STORE_HASH_LEN) != 0 ||
            !fits(&next, known, count)) {
            return KERR_CONFLICT;
        }
        *ret_end = next;
    }
}

/* What can be let go. */
struct plan {
    int64_t cut; /* events up to here; 0: none */
    int64_t below; /* all that was sent up to this place */
    int64_t aged_below; /* and what is old up to this one */
    int64_t sent; /* rows that these are */
};

static int
make_plan(struct store *store, int64_t now, const struct store_keep *keep, struct plan *ret_plan)
{
    struct plan plan = {0};
    struct store_point end = {0};
    int64_t first = 0, sent = 0, aged = 0;
    char sql[160];
    int r = read_end(store, &end);
    r = r == 0 ? ask(store, "SELECT min(number) FROM audit", 0, &first) : r;
    if (r == 0 && end.size + 1 - (uint64_t)first >= keep->events + keep->events / SLACK) {
        r = ask(store, "SELECT max(size) FROM point WHERE size <= ?1", end.size - keep->events,
            &plan.cut);
        plan.cut = plan.cut >= first ? plan.cut : 0;
    }
    r = r == 0 ? ask(store, "SELECT count(*) FROM sent", 0, &sent) : r;
    if (r == 0 && (uint64_t)sent > keep->sent_most + keep->sent_most / SLACK) {
        r = ask(store, "SELECT place FROM sent ORDER BY place DESC LIMIT 1 OFFSET ?1",
            keep->sent_most, &plan.below);
        plan.sent = sent - (int64_t)keep->sent_most;
    }
    r = r == 0 ? ask(store, "SELECT place FROM sent ORDER BY place DESC LIMIT 1 OFFSET ?1",
                     keep->sent_least, &plan.aged_below)
               : r;
    (void)snprintf(sql, sizeof(sql),
        "SELECT count(*) FROM sent WHERE place <= ?1 AND sent_at < %lld",
        (long long)(now - keep->sent_age_s));
    r = r == 0 ? ask(store, sql, (uint64_t)plan.aged_below, &aged) : r;
    if ((uint64_t)aged > keep->sent_least / SLACK) {
        plan.sent = plan.sent > aged ? plan.sent : aged;
    } else {
        plan.aged_below = 0;
    }
    *ret_plan = plan;
    return r == 0 && plan.cut == 0 && plan.sent == 0 ? KERR_NOT_FOUND : r;
}

/* Inside a transaction. */
static int
trim(struct store *store, int64_t now, const struct store_keep *keep)
{
    struct plan plan;
    int64_t gone = 0, cut_before = 0;
    char sql[256];
    int r = make_plan(store, now, keep, &plan); /* anew: the other process may have done it */
    r = r == 0 ? ask(store, "SELECT a" TRIMMED, 0, &gone) : r;
    r = r == 0 ? ask(store, "SELECT b" TRIMMED, 0, &cut_before) : r;
    (void)snprintf(sql, sizeof(sql),
        "DELETE FROM sent WHERE place IN (SELECT place FROM sent WHERE place <= ?1 OR"
        " (place <= ?2 AND sent_at < %lld) ORDER BY place LIMIT %d)",
        (long long)(now - keep->sent_age_s), SENT_AT_ONCE);
    const int64_t places[2] = {plan.below, plan.aged_below};
    if (r == 0 && plan.sent > 0) {
        r = run_once(store, sql, places, NULL, 0);
        gone += sqlite3_changes(store->db);
    }
    const int64_t cut[2] = {plan.cut, 0};
    if (r == 0 && plan.cut > 0) {
        r = run_once(store, "DELETE FROM audit WHERE number <= ?1", cut, NULL, 0);
        r = r == 0 ? run_once(store, "DELETE FROM point WHERE size < ?1", cut, NULL, 0) : r;
    }
    return r == 0 ? store_add_event(
                        store, STORE_EVENT_TRIMMED, gone, plan.cut > 0 ? plan.cut : cut_before)
                  : r;
}

int
store_trim(struct store *store, int64_t now, const struct store_keep *keep)
{
    struct plan plan;
    int r = store->slot_open ? KERR_STATE : store_follow(store);
    r = r == 0 ? make_plan(store, now, keep, &plan) : r; /* no lock when there is nothing to do */
    r = r == 0 ? store_begin_write(store) : r;
    if (r < 0) {
        return r;
    }
    r = trim(store, now, keep);
    r = r == 0 ? store_run(store, STORE_COMMIT) : r;
    store_roll_back(store);
    return r;
}

/* Where the chain that is there begins: before its first event, or at the point behind which it was left. */
static int
find_start(struct store *store, const struct store_point *known, size_t count,
    struct store_point *ret_start)
{
    int64_t first = 0, trimmed = 0;
    int r = ask(store, "SELECT min(number) FROM audit", 0, &first);
    r = r == 0 ? ask(store, "SELECT b" TRIMMED, 0, &trimmed) : r;
    if (r < 0 || (first <= 1 && trimmed == 0)) {
        return r;
    }
    for (size_t i = 0; i < count; i++) {
        if (known[i].size + 1 == (uint64_t)first && known[i].epoch == ret_start->epoch &&
            trimmed + 1 == first) {
            *ret_start = known[i];
            return 0;
        }
    }
    return KERR_CONFLICT; /* dropped, not let go */
}

int
store_audit(
    struct store *store, const struct store_point *known, size_t count, struct store_point *ret_end)
{
    *ret_end = (struct store_point){0};
    int r = store->slot_open ? 0 : store_follow(store);
    r = r == 0 ? read_epoch(store, &ret_end->epoch) : r;
    first_hash(ret_end->epoch, ret_end->head);
    r = r == 0 ? find_start(store, known, count, ret_end) : r;
    sqlite3_stmt *rows = NULL;
    if (r == 0) {
        r = store_error(store->db,
            sqlite3_prepare_v2(store->db,
                "SELECT number, at, kind, a, b, hash FROM audit ORDER BY number", -1, &rows, NULL));
    }
    r = r == 0 ? walk(store, rows, known, count, ret_end) : r;
    (void)sqlite3_finalize(rows); /* repeats the code of step */
    for (size_t i = 0; r == 0 && i < count; i++) {
        /* more is known than the file has: it was taken back, or it is another file */
        r = known[i].size > ret_end->size || known[i].epoch != ret_end->epoch ? KERR_CONFLICT : 0;
    }
    return r;
}
