/* ledger/postgres_hand.c - handing over, on PostgreSQL; the function that makes a batch is in the schema. */
#include "ledger/postgres_rows.h"

/* The columns of a batch begin at `first`. */
static int
read_batch(const struct pg_rows *rows, int first, const char *client, struct ledger_batch *ret)
{
    struct ledger_batch batch = {
        .number = (uint64_t)pg_number(rows, 0, first + BATCH_NUMBER),
        .at = pg_number(rows, 0, first + BATCH_AT),
        .count = (uint64_t)pg_number(rows, 0, first + BATCH_RECORDS),
        .is_written = pg_number(rows, 0, first + BATCH_WRITTEN) != 0,
    };
    memcpy(batch.client, client, strnlen(client, sizeof(batch.client) - 1));
    int r = read_blob(rows, 0, first + BATCH_ASKED, batch.asked, sizeof(batch.asked));
    r = r == 0 ? read_text(rows, 0, first + BATCH_BY, batch.by, sizeof(batch.by)) : r;
    if (r == 0) {
        *ret = batch;
    }
    return r;
}

int
pg_batch(struct ledger *ledger, const char *client, uint64_t number, struct ledger_batch *ret_batch)
{
    struct pg_args args = {0};
    struct pg_rows *rows = NULL;
    pg_add_text(&args, client);
    if (number > 0) {
        pg_add_number(&args, (int64_t)number);
    }
    int r = pg_ask(of(ledger), number == 0 ? PG_BATCH_OPEN : PG_BATCH_UPTO, &args, &rows);
    r = r == 0 && pg_rows_count(rows) == 0 ? KERR_NOT_FOUND : r;
    r = r == 0 ? read_batch(rows, 0, client, ret_batch) : r;
    pg_rows_free(rows);
    return r;
}

int
pg_hand(struct ledger *ledger, struct ledger_batch *batch, const uint8_t (*ids)[LEDGER_ID_LEN],
    size_t count)
{
    struct pg_args args = {0};
    struct pg_rows *rows = NULL;
    struct ledger_batch there;
    pg_add_text(&args, batch->client);
    pg_add_number(&args, (int64_t)batch->number);
    pg_add_bytes(&args, batch->asked, sizeof(batch->asked));
    pg_add_number(&args, batch->at);
    pg_add_text(&args, batch->by);
    pg_add_number(&args, batch->is_written ? 1 : 0);
    pg_add_bytes(&args, count > 0 ? ids[0] : (const uint8_t *)"", count * LEDGER_ID_LEN);
    int r = pg_ask(of(ledger), PG_HAND, &args, &rows);
    r = r == 0 && pg_rows_count(rows) == 0 ? KERR_NOT_FOUND : r;
    int verdict = r == 0 ? (int)pg_number(rows, 0, 0) : r;
    r = r == 0 && verdict != LEDGER_HANDED_NONE ? read_batch(rows, 1, batch->client, &there) : r;
    pg_rows_free(rows);
    if (r == 0 && verdict != LEDGER_HANDED_NONE) {
        *batch = there;
    }
    return r < 0 ? r : verdict;
}

int
pg_batch_written(struct ledger *ledger, const char *client, uint64_t number)
{
    struct pg_args args = {0};
    struct pg_rows *rows = NULL;
    pg_add_text(&args, client);
    pg_add_number(&args, (int64_t)number);
    int r = pg_ask(of(ledger), PG_BATCH_WRITTEN, &args, &rows);
    pg_rows_free(rows);
    return r;
}

int
pg_handed(struct ledger *ledger, const char *client, const uint8_t id[LEDGER_ID_LEN],
    uint64_t *ret_number)
{
    struct pg_args args = {0};
    struct pg_rows *rows = NULL;
    pg_add_text(&args, client);
    pg_add_bytes(&args, id, LEDGER_ID_LEN);
    int r = pg_ask(of(ledger), PG_HANDED, &args, &rows);
    r = r == 0 && pg_rows_count(rows) == 0 ? KERR_NOT_FOUND : r;
    if (r == 0) {
        *ret_number = (uint64_t)pg_number(rows, 0, 0);
    }
    pg_rows_free(rows);
    return r;
}

int
pg_hand_next(struct ledger *ledger, const char *client, uint64_t number, const char *state,
    uint64_t after, uint8_t ret_id[LEDGER_ID_LEN])
{
    struct pg_args args = {0};
    struct pg_rows *rows = NULL;
    pg_add_text(&args, client);
    pg_add_number(&args, (int64_t)after);
    if (state != NULL) {
        pg_add_text(&args, state);
    } else {
        pg_add_number(&args, (int64_t)number);
    }
    int r = pg_ask(of(ledger), state != NULL ? PG_NOT_HANDED : PG_OF_BATCH, &args, &rows);
    r = r == 0 && pg_rows_count(rows) == 0 ? KERR_NOT_FOUND : r;
    r = r == 0 ? read_blob(rows, 0, 0, ret_id, LEDGER_ID_LEN) : r;
    pg_rows_free(rows);
    return r;
}
