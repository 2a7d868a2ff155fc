/* intake/record.c - what a request does once HTTP is read: a record arrives (arrive.c), and what became of it
 * is an answer. */
#include "intake/intake_priv.h"

#include <string.h>
#include <unistd.h>

#include "base/err.h"

enum { RETRY_BUSY_S = 2, RETRY_FULL_S = 60 };

void
intake_reply_init(struct intake_reply *reply)
{
    *reply = (struct intake_reply){.type = "application/json", .part = {.fd = -1}};
    buf_init(&reply->body, INTAKE_REPLY_MAX);
}

void
intake_reply_release(struct intake_reply *reply)
{
    buf_release(&reply->body);
    if (reply->part.fd >= 0) {
        (void)close(reply->part.fd); /* only read */
    }
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
    [INTAKE_PROBLEM_REVOKED] = {403, "Forbidden", "revoked", 0},
    [INTAKE_PROBLEM_TOO_LARGE] = {413, "Content Too Large", "too-large", 0},
    [INTAKE_PROBLEM_TYPE] = {415, "Unsupported Media Type", "media-type", 0},
    [INTAKE_PROBLEM_FORM] = {422, "Unprocessable Content", "envelope-form", 0},
    [INTAKE_PROBLEM_SIGNATURE] = {422, "Unprocessable Content", "envelope-signature", 0},
    [INTAKE_PROBLEM_ID] = {422, "Unprocessable Content", "id-mismatch", 0},
    [INTAKE_PROBLEM_CONFLICT] = {409, "Conflict", "conflict", 0},
    [INTAKE_PROBLEM_REPORT] = {422, "Unprocessable Content", "report-form", 0},
    [INTAKE_PROBLEM_CALL] = {422, "Unprocessable Content", "call-form", 0},
    [INTAKE_PROBLEM_NO_RECEIPT] = {404, "Not Found", "no-such-record", 0},
    [INTAKE_PROBLEM_NO_BUNDLE] = {404, "Not Found", "no-such-bundle", 0},
    [INTAKE_PROBLEM_RANGE] = {416, "Range Not Satisfiable", "range", 0},
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

void
intake_reply_ledger(struct intake_reply *reply, int error)
{
    intake_reply_problem(reply,
        error == KERR_BUSY       ? INTAKE_PROBLEM_BUSY
        : error == KERR_NO_SPACE ? INTAKE_PROBLEM_NO_SPACE
                                 : INTAKE_PROBLEM_LEDGER,
        error);
}

struct ledger *
intake_take_ledger(struct intake *intake)
{
    (void)pthread_mutex_lock(&intake->ledgers_lock); /* a default mutex can't fail here */
    while (intake->ledgers_free == 0) {
        (void)pthread_cond_wait(&intake->ledgers_wake, &intake->ledgers_lock);
    }
    struct ledger *ledger = intake->ledgers[--intake->ledgers_free];
    (void)pthread_mutex_unlock(&intake->ledgers_lock);
    return ledger;
}

void
intake_give_ledger(struct intake *intake, struct ledger *ledger)
{
    (void)pthread_mutex_lock(&intake->ledgers_lock);
    intake->ledgers[intake->ledgers_free++] = ledger;
    (void)pthread_cond_signal(&intake->ledgers_wake);
    (void)pthread_mutex_unlock(&intake->ledgers_lock);
}

struct intake_door
intake_door_of(struct intake *intake, struct ledger *ledger)
{
    return (struct intake_door){.verifier = intake->verifier,
        .signer = intake->signer,
        .clock = intake->clock,
        .ledger = ledger,
        .apart = intake->apart,
        .turns = &intake->turns};
}

/* Makes the reply of what became of a record. */
static void
reply_arrival(
    struct intake_reply *reply, enum intake_arrival arrival, const struct intake_arrived *arrived)
{
    static const enum intake_problem refusals[] = {
        [INTAKE_CONFLICT] = INTAKE_PROBLEM_CONFLICT,
        [INTAKE_NO_FORM] = INTAKE_PROBLEM_FORM,
        [INTAKE_NO_SIGNATURE] = INTAKE_PROBLEM_SIGNATURE,
        [INTAKE_FOREIGN] = INTAKE_PROBLEM_FOREIGN,
        [INTAKE_REVOKED] = INTAKE_PROBLEM_REVOKED,
        [INTAKE_OTHER_ID] = INTAKE_PROBLEM_ID,
    };
    reply->position = arrived->position;
    if (arrival == INTAKE_LEDGER) {
        intake_reply_ledger(reply, arrived->error);
    } else if (arrival == INTAKE_NEW || arrival == INTAKE_SAME) {
        reply->status = arrival == INTAKE_NEW ? 201 : 200;
        reply->type = "application/cms";
    } else {
        intake_reply_problem(reply, refusals[arrival], arrived->error);
    }
}

void
intake_put_record(struct intake *intake, const struct intake_claim *claim, const uint8_t *bytes,
    size_t len, struct intake_reply *ret_reply)
{
    struct ledger *ledger = intake_take_ledger(intake);
    const struct intake_door door = intake_door_of(intake, ledger);
    struct intake_arrived arrived;
    enum intake_arrival arrival =
        intake_arrive(&door, claim, bytes, len, &arrived, &ret_reply->body);
    reply_arrival(ret_reply, arrival, &arrived);
    intake_give_ledger(intake, ledger);
}

void
intake_get_receipt(struct intake *intake, const char *peer, const uint8_t id[SEAL_ID_LEN],
    struct intake_reply *ret_reply)
{
    struct ledger *ledger = intake_take_ledger(intake);
    const struct intake_door door = intake_door_of(intake, ledger);
    struct ledger_entry entry;
    int r = ledger_get(ledger, id, &entry, NULL);
    /* Another kiosk's record is as good as none: nobody learns what others sent. */
    if (r == 0 && strcmp(entry.kiosk, peer) != 0) {
        r = KERR_NOT_FOUND;
    }
    r = r == 0 ? intake_receipt(&door, &entry, &ret_reply->body) : r;
    intake_give_ledger(intake, ledger);
    if (r == KERR_NOT_FOUND) {
        intake_reply_problem(ret_reply, INTAKE_PROBLEM_NO_RECEIPT, r);
    } else if (r < 0) {
        intake_reply_ledger(ret_reply, r);
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
    state.error = state.error == 0 ? ledger_alarms(ledger, &state.alarms) : state.error;
    return state;
}

void
intake_write_health(struct buf *out, const struct intake_ledger_state *state)
{
    (void)buf_printf(out, /* three numbers fit by far */
        "{\"status\":\"ok\",\"newest\":%llu,\"quarantined\":%llu,\"alarms\":%llu}\n",
        (unsigned long long)state->position, (unsigned long long)state->quarantined,
        (unsigned long long)state->alarms);
}

void
intake_get_health(struct intake *intake, struct intake_reply *ret_reply)
{
    struct ledger *ledger = intake_take_ledger(intake);
    struct intake_ledger_state state = intake_ledger_look(ledger);
    intake_give_ledger(intake, ledger);
    if (state.error < 0) {
        intake_reply_ledger(ret_reply, state.error);
        return;
    }
    ret_reply->status = 200;
    intake_write_health(&ret_reply->body, &state);
}
