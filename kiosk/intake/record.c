/* intake/record.c - what a request does once HTTP is read: verify the envelope, commit it to the
 * ledger, and only then sign the receipt. Safe to repeat at any point: a record that is there
 * already answers with the receipt that was stored first. */
#include "intake/intake_priv.h"

#include <string.h>

#include "base/err.h"

enum { RETRY_BUSY_S = 2, RETRY_FULL_S = 60 };

void
intake_reply_init(struct intake_reply *reply)
{
    *reply = (struct intake_reply){.type = "application/json"};
    buf_init(&reply->body, INTAKE_REPLY_MAX);
}

void
intake_reply_release(struct intake_reply *reply)
{
    buf_release(&reply->body);
}

/* Titles are HTTP's own phrases (RFC 9110 section 15); code is the member for programs. */
static const struct {
    int status;
    const char *title, *code;
    int retry_after_s;
} problems[INTAKE_PROBLEM_COUNT] = {
    [INTAKE_PROBLEM_NONE] = {500, "Internal Server Error", "internal", 0},
    [INTAKE_PROBLEM_PATH] = {404, "Not Found", "no-such-path", 0},
    [INTAKE_PROBLEM_METHOD] = {405, "Method Not Allowed", "method", 0},
    [INTAKE_PROBLEM_PEER] = {403, "Forbidden", "client-certificate", 0},
    [INTAKE_PROBLEM_FOREIGN] = {403, "Forbidden", "foreign-kiosk", 0},
    [INTAKE_PROBLEM_TOO_LARGE] = {413, "Content Too Large", "too-large", 0},
    [INTAKE_PROBLEM_TYPE] = {415, "Unsupported Media Type", "media-type", 0},
    [INTAKE_PROBLEM_FORM] = {422, "Unprocessable Content", "envelope-form", 0},
    [INTAKE_PROBLEM_SIGNATURE] = {422, "Unprocessable Content", "envelope-signature", 0},
    [INTAKE_PROBLEM_ID] = {422, "Unprocessable Content", "id-mismatch", 0},
    [INTAKE_PROBLEM_CONFLICT] = {409, "Conflict", "conflict", 0},
    [INTAKE_PROBLEM_NO_RECEIPT] = {404, "Not Found", "no-such-record", 0},
    [INTAKE_PROBLEM_BUSY] = {503, "Service Unavailable", "busy", RETRY_BUSY_S},
    [INTAKE_PROBLEM_NO_SPACE] = {503, "Service Unavailable", "no-space", RETRY_FULL_S},
    [INTAKE_PROBLEM_LEDGER] = {503, "Service Unavailable", "ledger", RETRY_FULL_S},
};

const char *
intake_problem_code(enum intake_problem problem, int *ret_status)
{
    *ret_status = problems[problem].status;
    return problems[problem].code;
}

void
intake_reply_problem(struct intake_reply *reply, enum intake_problem problem, int error)
{
    reply->problem = problem;
    reply->status = problems[problem].status;
    reply->error = error;
    reply->retry_after_s = problems[problem].retry_after_s;
    reply->type = "application/problem+json";
    buf_clear(&reply->body);
    /* Fits by far; were it not to, an empty body with the right status goes out. */
    (void)buf_printf(&reply->body,
        "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d,\"code\":\"%s\"",
        problems[problem].title, problems[problem].status, problems[problem].code);
    if (reply->record[0] != 0) { /* a kiosk believes a refusal only of the row that it sent */
        (void)buf_printf(&reply->body, ",\"instance\":\"/v1/records/%s\"", reply->record);
    }
    (void)buf_add_str(&reply->body, "}\n");
}

static void
reply_ledger_error(struct intake_reply *reply, int error)
{
    intake_reply_problem(reply,
        error == KERR_BUSY       ? INTAKE_PROBLEM_BUSY
        : error == KERR_NO_SPACE ? INTAKE_PROBLEM_NO_SPACE
                                 : INTAKE_PROBLEM_LEDGER,
        error);
}

static struct ledger *
take_ledger(struct intake *intake)
{
    (void)pthread_mutex_lock(&intake->ledgers_lock); /* a default mutex can't fail here */
    /* As many handles as workers, and a worker takes one at a time: there is always one. */
    struct ledger *ledger = intake->ledgers[--intake->ledgers_free];
    (void)pthread_mutex_unlock(&intake->ledgers_lock);
    return ledger;
}

static void
give_ledger(struct intake *intake, struct ledger *ledger)
{
    (void)pthread_mutex_lock(&intake->ledgers_lock);
    intake->ledgers[intake->ledgers_free++] = ledger;
    (void)pthread_mutex_unlock(&intake->ledgers_lock);
}

/* Writers take turns where the storage has no fair queue of its own. */
static void
begin_write(struct intake *intake, const struct ledger *ledger)
{
    if (ledger_takes_turns(ledger)) {
        (void)pthread_mutex_lock(&intake->write_lock); /* as above */
    }
}

static void
end_write(struct intake *intake, const struct ledger *ledger)
{
    if (ledger_takes_turns(ledger)) {
        (void)pthread_mutex_unlock(&intake->write_lock);
    }
}

/* Signs a receipt for an entry that is committed, and stores it unless one is stored; that one counts. */
static int
make_receipt(struct intake *intake, struct ledger *ledger, const struct ledger_entry *entry,
    struct buf *ret_receipt)
{
    struct seal_receipt receipt = {.received_at = entry->received_at,
        .position = entry->position,
        .header = {.epoch = entry->epoch, .sequence = entry->sequence}};
    _Static_assert(sizeof(receipt.header.kiosk) == sizeof(entry->kiosk), "one bound for names");
    memcpy(receipt.header.kiosk, entry->kiosk, sizeof(entry->kiosk));
    memcpy(receipt.header.id, entry->id, sizeof(entry->id));
    memcpy(receipt.envelope_hash, entry->hash, sizeof(entry->hash));
    AUTO_BUF bytes;
    buf_init(&bytes, SEAL_RECEIPT_MAX);
    int r = seal_receipt_make(intake->signer, &receipt, &bytes);
    if (r < 0) {
        return r;
    }
    begin_write(intake, ledger);
    r = ledger_receipt_keep(ledger, entry->id, bytes.data, bytes.len, ret_receipt);
    end_write(intake, ledger);
    return r;
}

/* The receipt of an entry that is committed: the stored one, or one signed and stored now. */
static int
receipt_of(struct intake *intake, struct ledger *ledger, const struct ledger_entry *entry,
    struct buf *ret_receipt)
{
    int r = ledger_receipt(ledger, entry->id, ret_receipt);
    return r == KERR_NOT_FOUND ? make_receipt(intake, ledger, entry, ret_receipt) : r;
}

/* Commits the entry, then answers with its receipt. */
static void
commit(struct intake *intake, struct ledger *ledger, struct ledger_entry *entry,
    const uint8_t *bytes, size_t len, struct intake_reply *reply)
{
    begin_write(intake, ledger);
    int verdict = ledger_put(ledger, entry, bytes, len);
    end_write(intake, ledger);
    if (verdict < 0) {
        reply_ledger_error(reply, verdict);
        return;
    }
    if (verdict == LEDGER_CONFLICT) {
        intake_reply_problem(reply, INTAKE_PROBLEM_CONFLICT, KERR_CONFLICT);
        return;
    }
    reply->position = entry->position;
    int r = verdict == LEDGER_NEW ? make_receipt(intake, ledger, entry, &reply->body)
                                  : receipt_of(intake, ledger, entry, &reply->body);
    if (r < 0) {
        reply_ledger_error(reply, r); /* committed without a receipt: the next try gets one */
        return;
    }
    reply->status = verdict == LEDGER_NEW ? 201 : 200;
    reply->type = "application/cms";
}

void
intake_put_record(struct intake *intake, const char *peer, const uint8_t id[SEAL_ID_LEN],
    const uint8_t *bytes, size_t len, struct intake_reply *ret_reply)
{
    struct seal_header header;
    int r = seal_verify(intake->verifier, bytes, len, &header, NULL);
    if (r < 0) {
        intake_reply_problem(ret_reply,
            r == KERR_SEAL_SIGNATURE ? INTAKE_PROBLEM_SIGNATURE : INTAKE_PROBLEM_FORM, r);
        return;
    }
    if (strcmp(header.kiosk, peer) != 0) {
        intake_reply_problem(ret_reply, INTAKE_PROBLEM_FOREIGN, KERR_SEAL_SIGNATURE);
        return;
    }
    if (memcmp(header.id, id, sizeof(header.id)) != 0) {
        intake_reply_problem(ret_reply, INTAKE_PROBLEM_ID, KERR_INVALID);
        return;
    }
    struct ledger_entry entry = {.epoch = header.epoch,
        .sequence = header.sequence,
        .received_at = clock_wall_s(intake->clock)};
    memcpy(entry.kiosk, header.kiosk, sizeof(entry.kiosk));
    memcpy(entry.id, header.id, sizeof(entry.id));
    seal_hash(bytes, len, entry.hash);
    struct ledger *ledger = take_ledger(intake);
    commit(intake, ledger, &entry, bytes, len, ret_reply);
    give_ledger(intake, ledger);
}

void
intake_get_receipt(struct intake *intake, const char *peer, const uint8_t id[SEAL_ID_LEN],
    struct intake_reply *ret_reply)
{
    struct ledger *ledger = take_ledger(intake);
    struct ledger_entry entry;
    int r = ledger_get(ledger, id, &entry, NULL);
    /* Another kiosk's record is as good as none: nobody learns what others sent. */
    if (r == 0 && strcmp(entry.kiosk, peer) != 0) {
        r = KERR_NOT_FOUND;
    }
    r = r == 0 ? receipt_of(intake, ledger, &entry, &ret_reply->body) : r;
    give_ledger(intake, ledger);
    if (r == KERR_NOT_FOUND) {
        intake_reply_problem(ret_reply, INTAKE_PROBLEM_NO_RECEIPT, r);
    } else if (r < 0) {
        reply_ledger_error(ret_reply, r);
    } else {
        ret_reply->status = 200;
        ret_reply->type = "application/cms";
        ret_reply->position = entry.position;
    }
}

struct intake_ledger_state
intake_ledger_look(struct ledger *ledger)
{
    struct intake_ledger_state state = {0};
    state.error = ledger_newest(ledger, &state.position, &state.changes);
    state.error = state.error == 0 ? ledger_quarantined(ledger, &state.quarantined) : state.error;
    return state;
}

void
intake_write_health(struct buf *out, const struct intake_ledger_state *state)
{
    (void)buf_printf(out, /* two numbers fit by far */
        "{\"status\":\"ok\",\"newest\":%llu,\"quarantined\":%llu}\n",
        (unsigned long long)state->position, (unsigned long long)state->quarantined);
}

void
intake_get_health(struct intake *intake, struct intake_reply *ret_reply)
{
    struct ledger *ledger = take_ledger(intake);
    struct intake_ledger_state state = intake_ledger_look(ledger);
    give_ledger(intake, ledger);
    if (state.error < 0) {
        reply_ledger_error(ret_reply, state.error);
        return;
    }
    ret_reply->status = 200;
    intake_write_health(&ret_reply->body, &state);
}
