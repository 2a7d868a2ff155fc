/* ledger/postgres.c - the talk with a PostgreSQL server, the only file that knows libpq.
 *
 * Every wait has an end: connecting 3 s a host, an answer 5 s (an hour where an older ledger is carried
 * on, or tidied). Whoever gets no answer in that time, or
 * loses the line while waiting, drops the line and says KERR_BUSY: the server may have committed or
 * not, and the operation is put again (all are idempotent). The next operation connects anew, so a
 * server that comes back, or a standby that was promoted, is found by itself. */
#include "ledger/postgres_priv.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include <libpq-fe.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"

/* Under the kiosk's 30 s for a whole request, with two hosts and two statements. */
#define CONNECT_S "3"
enum { ANSWER_MS = 5000, LONG_MS = 3600 * 1000, TEXT = 0, BINARY = 1 };

struct pg_ledger {
    struct ledger ledger; /* first: what ledger.h hands around is the address of this */
    char *uri; /* owned; may hold a password: never logged */
    PGconn *line; /* owned; NULL while there is none */
    bool prepared[PG_QUERY_COUNT + LEDGER_ASK_COUNT]; /* on this line */
    bool warned; /* the statement under way brought a warning */
    int64_t patience_ms; /* how long an answer may take */
};

void
pg_add_bytes(struct pg_args *args, const void *bytes, size_t len)
{
    args->values[args->count] = bytes;
    args->lengths[args->count] = (int)len; /* LEDGER_ENVELOPE_MAX bounds it */
    args->formats[args->count] = BINARY;
    args->count++;
}

void
pg_add_text(struct pg_args *args, const char *text)
{
    args->values[args->count] = text;
    args->formats[args->count] = TEXT;
    args->count++;
}

void
pg_add_number(struct pg_args *args, int64_t number)
{
    uint8_t *bytes = args->numbers[args->count];
    for (size_t i = 0; i < sizeof(number); i++) {
        bytes[i] = (uint8_t)((uint64_t)number >> (8 * (sizeof(number) - 1 - i)));
    }
    pg_add_bytes(args, bytes, sizeof(number));
}

void
pg_rows_free(struct pg_rows *rows)
{
    PQclear((PGresult *)rows);
}

int
pg_rows_count(const struct pg_rows *rows)
{
    return PQntuples((const PGresult *)rows);
}

int
pg_rows_width(const struct pg_rows *rows)
{
    return PQnfields((const PGresult *)rows);
}

const void *
pg_bytes(const struct pg_rows *rows, int row, int column, size_t *ret_len)
{
    const PGresult *result = (const PGresult *)rows;
    *ret_len = (size_t)PQgetlength(result, row, column);
    return PQgetisnull(result, row, column) == 0 ? PQgetvalue(result, row, column) : NULL;
}

int64_t
pg_number(const struct pg_rows *rows, int row, int column)
{
    size_t len;
    const uint8_t *bytes = pg_bytes(rows, row, column, &len);
    uint64_t number = 0;
    for (size_t i = 0; bytes != NULL && len == sizeof(number) && i < len; i++) {
        number = number << 8 | bytes[i];
    }
    return (int64_t)number;
}

/* A warning may mean "committed here, but the standby has not confirmed it" (a wait for it that an
 * operator cancelled); that is no success. Texts are dropped: they may quote what was sent. */
static void
on_notice(void *ctx, const PGresult *result)
{
    struct pg_ledger *pg = ctx;
    const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    pg->warned = pg->warned || severity == NULL || strcmp(severity, "WARNING") == 0;
}

static void
drop(struct pg_ledger *pg)
{
    PQfinish(pg->line); /* NULL is accepted */
    pg->line = NULL;
    memset(pg->prepared, 0, sizeof(pg->prepared));
}

/* What a refused statement means, by its SQLSTATE (postgresql.org/docs/15/errcodes-appendix.html). */
static int
error_of(const char *state)
{
    static const struct {
        const char *start;
        int error;
    } meanings[] = {
        {"53100", KERR_NO_SPACE}, /* disk full */
        {"25006", KERR_BUSY}, /* this server became a standby: another is the one to ask */
        {"53", KERR_BUSY}, /* too many connections, out of memory */
        {"55P03", KERR_BUSY}, /* lock not available in time */
        {"57", KERR_BUSY}, /* cancelled, shutting down, starting up */
        {"22012", KERR_STATE}, /* 1 / 0: what a statement of ours rests on doesn't hold */
        {"40", KERR_BUSY}, /* serialization, deadlock, completion unknown */
        {"08", KERR_BUSY}, /* connection */
        {"58030", KERR_IO},
        {"XX001", KERR_STORE_CORRUPT},
        {"XX002", KERR_STORE_CORRUPT},
    };
    for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]) && state != NULL; i++) {
        if (strncmp(state, meanings[i].start, strlen(meanings[i].start)) == 0) {
            return meanings[i].error;
        }
    }
    return KERR_STORE;
}

/* Waits for the socket; false when the time is up or it can't be waited for. */
static bool
wait_for(struct pg_ledger *pg, short events, int64_t until_ms)
{
    struct pollfd fd = {.fd = PQsocket(pg->line), .events = events};
    for (;;) {
        int64_t left = until_ms - clock_mono_ms(clock_system());
        int n = left > 0 ? poll(&fd, 1, (int)left) : 0;
        if (n >= 0 || errno != EINTR) {
            return n > 0;
        }
    }
}

/* Sends what is left and reads until a whole answer is there. False: the line is lost, or late. */
static bool
await_answer(struct pg_ledger *pg, int64_t until_ms)
{
    int unsent = PQflush(pg->line);
    while (unsent > 0 || (unsent == 0 && PQisBusy(pg->line) == 1)) {
        if (!wait_for(pg, unsent > 0 ? POLLIN | POLLOUT : POLLIN, until_ms) ||
            PQconsumeInput(pg->line) == 0) {
            return false;
        }
        unsent = PQflush(pg->line);
    }
    return unsent == 0;
}

/* Takes every answer of what was sent; ret_rows (may be NULL) gets the last good one. After an error
 * of the line it is dropped. */
static int
receive(struct pg_ledger *pg, struct pg_rows **ret_rows)
{
    int64_t until_ms = clock_mono_ms(clock_system()) + pg->patience_ms;
    PGresult *last = NULL;
    int r = 0;
    for (;;) {
        if (!await_answer(pg, until_ms)) {
            r = KERR_BUSY;
            break;
        }
        PGresult *result = PQgetResult(pg->line);
        if (result == NULL) {
            break;
        }
        ExecStatusType status = PQresultStatus(result);
        if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK && r == 0) {
            r = error_of(PQresultErrorField(result, PG_DIAG_SQLSTATE));
        }
        PQclear(last);
        last = result;
    }
    if (PQstatus(pg->line) != CONNECTION_OK || (r == 0 && pg->warned)) {
        r = KERR_BUSY; /* done or not: nobody knows */
    }
    if (r == KERR_BUSY) {
        drop(pg);
    }
    if (r < 0 || ret_rows == NULL) {
        PQclear(last);
    } else {
        *ret_rows = (struct pg_rows *)last;
    }
    return r;
}

/* Connects. A host that is a standby is passed over when there are several, and refused when it is
 * the only one; the settings in the URI win over ours. */
static int
dial(struct pg_ledger *pg)
{
    static const char *const keys[] = {"target_session_attrs", "connect_timeout",
        "fallback_application_name", "dbname", "client_encoding", NULL};
    const char *const values[] = {"read-write", CONNECT_S, "madoguchi", pg->uri, "UTF8", NULL};
    pg->line = PQconnectdbParams(keys, values, 1);
    if (pg->line == NULL || PQstatus(pg->line) != CONNECTION_OK) {
        drop(pg);
        return KERR_NET;
    }
    (void)PQsetNoticeReceiver(pg->line, on_notice, pg); /* answers the old one */
    return PQsetnonblocking(pg->line, 1) == 0 ? 0 : KERR_NO_MEMORY;
}

/* What each session of ours is set to. Less than synchronous_commit=on would answer before the disk,
 * or before the standby, has it; remote_apply is more. Whoever waits for a lock ends before we
 * lose patience, and a session whose client is gone ends soon; one whose client stops between the parts of a
 * transaction ends before others who wait for it do. */
static const char SESSION[] =
    "SELECT set_config('synchronous_commit', CASE WHEN current_setting('synchronous_commit')"
    " = 'remote_apply' THEN 'remote_apply' ELSE 'on' END, false),"
    " set_config('default_transaction_isolation', 'read committed', false),"
    " set_config('lock_timeout', '4s', false),"
    " set_config('idle_in_transaction_session_timeout', '2s', false),"
    " set_config('client_connection_check_interval', '1s', false)";

static int
send_and_receive(struct pg_ledger *pg, const char *sql, struct pg_rows **ret_rows)
{
    pg->warned = false;
    if (PQsendQuery(pg->line, sql) == 0) {
        drop(pg);
        return KERR_BUSY;
    }
    return receive(pg, ret_rows);
}

/* Reads what came while nobody asked: a server's farewell, and after it the end of the line. */
static bool
is_alive(struct pg_ledger *pg)
{
    struct pollfd fd = {.fd = PQsocket(pg->line), .events = POLLIN};
    while (poll(&fd, 1, 0) > 0) {
        if (PQconsumeInput(pg->line) == 0) {
            return false;
        }
    }
    return PQstatus(pg->line) == CONNECTION_OK;
}

/* A line that can be asked. One that broke while nobody used it is noticed here, where nothing has
 * been sent yet. */
static int
connected(struct pg_ledger *pg)
{
    if (pg->line != NULL && !is_alive(pg)) {
        drop(pg);
    }
    if (pg->line != NULL) {
        return 0;
    }
    int r = dial(pg);
    r = r == 0 ? send_and_receive(pg, SESSION, NULL) : r;
    r = r == 0 ? pg_schema(pg) : r;
    if (r < 0) {
        drop(pg);
    }
    return r;
}

int
pg_run(struct pg_ledger *pg, const char *sql, struct pg_rows **ret_rows)
{
    return pg->line != NULL ? send_and_receive(pg, sql, ret_rows) : KERR_BUSY;
}

int
pg_run_long(struct pg_ledger *pg, const char *sql)
{
    pg->patience_ms = LONG_MS;
    int r = pg_run(pg, sql, NULL);
    pg->patience_ms = ANSWER_MS;
    return r;
}

enum { NAME_LEN = 4, LETTERS = 26 };

static void
name_of(int which, char out[NAME_LEN])
{
    out[0] = 'q';
    out[1] = (char)('a' + which / LETTERS);
    out[2] = (char)('a' + which % LETTERS);
    out[3] = 0;
}

int
ledger_postgres_tidy(struct ledger *any)
{
    struct pg_ledger *pg = (struct pg_ledger *)any; /* its first member */
    int r = connected(pg);
    r = r == 0 ? pg_run_long(pg, "VACUUM entry, decision, quarantine") : r;
    return r == KERR_NET ? KERR_BUSY : r;
}

static int
prepare(struct pg_ledger *pg, int which)
{
    char name[NAME_LEN];
    name_of(which, name);
    if (pg->prepared[which]) {
        return 0;
    }
    pg->warned = false;
    const char *words =
        which < PG_QUERY_COUNT ? pg_queries[which] : ledger_asks[which - PG_QUERY_COUNT];
    if (PQsendPrepare(pg->line, name, words, 0, NULL) == 0) {
        drop(pg);
        return KERR_BUSY;
    }
    int r = receive(pg, NULL);
    pg->prepared[which] = r == 0;
    return r;
}

static int
send_prepared(struct pg_ledger *pg, int which, const struct pg_args *args)
{
    char name[NAME_LEN];
    name_of(which, name);
    return PQsendQueryPrepared(
        pg->line, name, args->count, args->values, args->lengths, args->formats, BINARY);
}

int
pg_ask(struct pg_ledger *pg, int which, const struct pg_args *args, struct pg_rows **ret_rows)
{
    int r = connected(pg);
    r = r == 0 ? prepare(pg, which) : r;
    if (r < 0) {
        return r == KERR_NET ? KERR_BUSY : r;
    }
    pg->warned = false;
    if (send_prepared(pg, which, args) == 0) {
        drop(pg);
        return KERR_BUSY;
    }
    return receive(pg, ret_rows);
}

/* All on their way before the first answer. */
static bool
send_all(struct pg_ledger *pg, const struct pg_asked *asked, size_t count)
{
    bool ok = PQenterPipelineMode(pg->line) == 1;
    for (size_t i = 0; ok && i < count; i++) {
        ok = send_prepared(pg, asked[i].which, &asked[i].args) == 1;
    }
    return ok && PQpipelineSync(pg->line) == 1;
}

/* The next answer of a pipeline; NULL when the line is lost, or it is late. What ends the answers of a statement is taken
 * too. */
static PGresult *
next_answer(struct pg_ledger *pg, int64_t until_ms)
{
    PGresult *result = await_answer(pg, until_ms) ? PQgetResult(pg->line) : NULL;
    if (result != NULL && PQresultStatus(result) != PGRES_PIPELINE_SYNC &&
        (!await_answer(pg, until_ms) || PQgetResult(pg->line) != NULL)) {
        PQclear(result);
        return NULL;
    }
    return result;
}

/* The answers to send_all. The first refusal counts; after it the server passes over the rest. */
static int
receive_all(struct pg_ledger *pg, size_t count, struct pg_rows **ret_rows)
{
    int64_t until_ms = clock_mono_ms(clock_system()) + pg->patience_ms;
    int r = 0;
    bool at_end = false;
    for (size_t i = 0; !at_end; i++) {
        PGresult *result = next_answer(pg, until_ms);
        if (result == NULL) {
            return KERR_BUSY;
        }
        ExecStatusType status = PQresultStatus(result);
        at_end = status == PGRES_PIPELINE_SYNC;
        if (!at_end && status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK && r == 0) {
            r = error_of(PQresultErrorField(result, PG_DIAG_SQLSTATE));
        }
        if (i < count) {
            ret_rows[i] = (struct pg_rows *)result;
        } else {
            PQclear(result);
        }
    }
    return PQexitPipelineMode(pg->line) == 1 && !pg->warned ? r : KERR_BUSY;
}

int
pg_give_up(struct pg_ledger *pg, int error)
{
    /* a refused COMMIT has ended the transaction itself */
    bool is_open =
        error != KERR_BUSY && pg->line != NULL && PQtransactionStatus(pg->line) != PQTRANS_IDLE;
    if (error == KERR_BUSY || (is_open && pg_run(pg, "ROLLBACK", NULL) < 0)) {
        drop(pg);
        return KERR_BUSY;
    }
    return error;
}

int
pg_ask_part(
    struct pg_ledger *pg, const struct pg_asked *asked, size_t count, struct pg_rows **ret_rows)
{
    int r = asked[0].which == PG_BEGIN ? connected(pg) : pg->line != NULL ? 0 : KERR_BUSY;
    for (size_t i = 0; r == 0 && i < count; i++) {
        r = prepare(pg, asked[i].which);
    }
    if (r < 0) {
        return pg_give_up(pg, r == KERR_NET ? KERR_BUSY : r);
    }
    pg->warned = false;
    r = send_all(pg, asked, count) ? receive_all(pg, count, ret_rows) : KERR_BUSY;
    for (size_t i = 0; r < 0 && i < count; i++) {
        pg_rows_free(ret_rows[i]);
        ret_rows[i] = NULL;
    }
    return r < 0 ? pg_give_up(pg, r) : r;
}

int
pg_ask_all(
    struct pg_ledger *pg, const struct pg_asked *asked, size_t count, struct pg_rows **ret_rows)
{
    enum { BEFORE = 2, AFTER = 1 };
    struct pg_asked all[BEFORE + LEDGER_WORKS_MAX + AFTER] = {
        {.which = PG_BEGIN}, {.which = PG_TURN}};
    struct pg_rows *rows[BEFORE + LEDGER_WORKS_MAX + AFTER] = {NULL};
    memcpy(&all[BEFORE], asked, count * sizeof(*asked));
    all[BEFORE + count] = (struct pg_asked){.which = PG_COMMIT};
    int r = pg_ask_part(pg, all, BEFORE + count + AFTER, rows);
    for (size_t i = 0; i < count; i++) {
        ret_rows[i] = rows[BEFORE + i];
    }
    pg_rows_free(rows[0]);
    pg_rows_free(rows[1]);
    pg_rows_free(rows[BEFORE + count]);
    return r;
}

int
ledger_postgres_open(const char *uri, struct ledger **ret_ledger)
{
    struct pg_ledger *pg = xcalloc(1, sizeof(*pg));
    pg->ledger.backend = &ledger_postgres;
    pg->uri = xstrdup(uri);
    pg->patience_ms = ANSWER_MS;
    int r = connected(pg);
    if (r < 0) {
        ledger_postgres_close(&pg->ledger);
        return r;
    }
    *ret_ledger = &pg->ledger;
    return 0;
}

void
ledger_postgres_close(struct ledger *any)
{
    struct pg_ledger *pg = (struct pg_ledger *)any; /* its first member */
    drop(pg);
    free(pg->uri);
    free(pg);
}
