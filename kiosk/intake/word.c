/* intake/word.c - what a kiosk says of itself beside its records: the newest signed point of its chain of events. A point
 * that does not fit the largest that came tells of a queue that was set back to a copy, or of a cloned terminal. Whatever
 * it says, the record beside it is taken as any other. And how it is: its queue, its version, its certificates. And that
 * somebody there waits for staff. */
#include "intake/intake_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/call.h"
#include "base/err.h"
#include "base/hex.h"
#include "base/report.h"

/* Verifies a point and has the ledger judge it. */
static int
judge(struct intake *intake, const char *peer, const uint8_t *bytes, size_t len)
{
    struct seal_point said;
    int r = seal_point_verify(intake->verifier, bytes, len, &said);
    if (r == 0 && strcmp(said.kiosk, peer) != 0) {
        r = KERR_SEAL_SIGNATURE;
    }
    if (r < 0) {
        return r;
    }
    struct ledger_point point = {
        .epoch = said.epoch, .size = said.size, .at = clock_wall_s(intake->clock)};
    _Static_assert(sizeof(point.kiosk) == sizeof(said.kiosk), "one bound for names");
    memcpy(point.kiosk, said.kiosk, sizeof(said.kiosk));
    memcpy(point.head, said.head, sizeof(said.head));
    struct ledger *ledger = intake_take_ledger(intake);
    const struct intake_door door = intake_door_of(intake, ledger);
    struct ledger_work work = {.point = &point, .envelope = bytes, .len = len};
    r = intake_work(&door, &work);
    intake_give_ledger(intake, ledger);
    return r;
}

int
intake_note_point(
    struct intake *intake, struct intake_session *session, const char *peer, const char *text)
{
    uint8_t bytes[SEAL_POINT_MAX], hash[SEAL_HASH_LEN];
    size_t len = text != NULL ? strlen(text) : 0;
    if (text == NULL) {
        return LEDGER_POINT_SAME;
    }
    if (len == 0 || len % 2 != 0 || len / 2 > sizeof(bytes) ||
        hex_decode(text, bytes, len / 2) < 0) {
        return KERR_SEAL_FORM;
    }
    seal_hash(bytes, len / 2, hash);
    if (session != NULL && session->has_point && memcmp(session->point, hash, sizeof(hash)) == 0) {
        return LEDGER_POINT_SAME;
    }
    int r = judge(intake, peer, bytes, len / 2);
    if (session != NULL && (r == LEDGER_POINT_NEWER || r == LEDGER_POINT_SAME)) {
        session->has_point = true;
        memcpy(session->point, hash, sizeof(hash));
    }
    return r;
}

int
intake_note_report(struct intake *intake, const char *peer, const char *text)
{
    struct report read;
    if (text == NULL) {
        return 0;
    }
    int r = report_read(text, &read);
    if (r < 0) {
        return r;
    }
    struct ledger_report report = {
        .at = clock_wall_s(intake->clock), .bytes = (const uint8_t *)text, .len = strlen(text)};
    memcpy(report.kiosk, peer, sizeof(report.kiosk)); /* SEAL_NAME_MAX bytes, as there */
    struct ledger *ledger = intake_take_ledger(intake);
    const struct intake_door door = intake_door_of(intake, ledger);
    struct ledger_work work = {.report = &report};
    r = intake_work(&door, &work);
    intake_give_ledger(intake, ledger);
    return r;
}

/* The answer's line. */
static int
write_answer(const struct ledger_call *call, struct intake_reply *reply)
{
    enum call_state state = strcmp(call->state, call_state_name(CALL_COMING)) == 0 ? CALL_COMING
                            : strcmp(call->state, call_state_name(CALL_OVER)) == 0 ? CALL_OVER
                                                                                   : CALL_RINGS;
    reply->status = 200;
    reply->type = "text/plain; charset=utf-8";
    return call_answer_write(call->id, state, &reply->body);
}

void
intake_put_call(
    struct intake *intake, const char *peer, const char *text, struct intake_reply *ret_reply)
{
    struct call said;
    if (text == NULL || call_read(text, &said) < 0) {
        intake_reply_problem(ret_reply, INTAKE_PROBLEM_CALL, KERR_INVALID);
        return;
    }
    struct ledger_call call = {
        .id = said.id, .said_at = said.at, .heard_at = clock_wall_s(intake->clock)};
    memcpy(call.kiosk, peer, sizeof(call.kiosk)); /* SEAL_NAME_MAX bytes, as there */
    (void)snprintf(call.state, sizeof(call.state), "%s", call_state_name(said.state));
    (void)snprintf(call.page, sizeof(call.page), "%s", said.page);
    (void)snprintf(call.reason, sizeof(call.reason), "%s", said.reason);
    struct ledger *ledger = intake_take_ledger(intake);
    const struct intake_door door = intake_door_of(intake, ledger);
    struct ledger_work work = {.call = &call};
    int r = intake_work(&door, &work);
    intake_give_ledger(intake, ledger);
    r = r == 0 ? write_answer(&call, ret_reply) : r;
    if (r < 0) {
        intake_reply_ledger(ret_reply, r);
    }
}
