/* base/call.c - the two lines about a call. As in report.c the reader writes again what it took and compares: there is no
 * second way to say the same. */
#include "base/call.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

#define BEGINS "madoguchi-call 1; id="
#define ANSWER_BEGINS "madoguchi-call-answer 1; id="

/* As in report.c: what a double holds whole, and the year 9999. */
static const uint64_t ID_MAX = 9007199254740991;
static const int64_t TIME_MAX = 253402300799;

const char *
call_state_name(enum call_state state)
{
    static const char *const names[CALL_STATE_COUNT] = {"rings", "coming", "over"};
    return names[state];
}

static bool
is_word(const char *text)
{
    size_t len = strnlen(text, CALL_WORD_MAX);
    return len > 0 && len < CALL_WORD_MAX &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

int
call_write(const struct call *call, struct buf *ret_text)
{
    if (call->id == 0 || call->id > ID_MAX || call->at < 0 || call->at > TIME_MAX ||
        (call->state != CALL_RINGS && call->state != CALL_OVER) || !is_word(call->page) ||
        !is_word(call->reason)) {
        return KERR_INVALID;
    }
    (void)buf_printf(ret_text, BEGINS "%" PRIu64 "; state=%s; at=%" PRId64 "; page=%s; reason=%s",
        call->id, call_state_name(call->state), call->at, call->page,
        call->reason); /* sticky, asked here */
    return buf_error(ret_text);
}

int
call_answer_write(uint64_t id, enum call_state state, struct buf *ret_text)
{
    if (id == 0 || id > ID_MAX) {
        return KERR_INVALID;
    }
    (void)buf_printf(ret_text, ANSWER_BEGINS "%" PRIu64 "; state=%s", id, call_state_name(state));
    return buf_error(ret_text);
}

/* Copies what stands between "NAME=" and the next ";"; NULL when it is something else. */
static const char *
take_word(const char *text, const char *name, char out[CALL_WORD_MAX])
{
    size_t len = strlen(name);
    if (text == NULL || strncmp(text, name, len) != 0) {
        return NULL;
    }
    size_t word = strcspn(text + len, ";");
    if (word == 0 || word >= CALL_WORD_MAX) {
        return NULL;
    }
    memcpy(out, text + len, word);
    out[word] = 0;
    return text + len + word;
}

static enum call_state
state_of(const char *name)
{
    enum call_state state = CALL_RINGS;
    while (state < CALL_STATE_COUNT && strcmp(name, call_state_name(state)) != 0) {
        state++;
    }
    return state; /* CALL_STATE_COUNT: none */
}

int
call_read(const char *text, struct call *ret_call)
{
    struct call call = {.id = 0};
    char id[CALL_WORD_MAX] = "", state[CALL_WORD_MAX] = "", moment[CALL_WORD_MAX] = "";
    if (strnlen(text, CALL_TEXT_MAX) == CALL_TEXT_MAX) {
        return KERR_INVALID;
    }
    const char *at = take_word(text, BEGINS, id);
    at = take_word(at, "; state=", state);
    at = take_word(at, "; at=", moment);
    at = take_word(at, "; page=", call.page);
    at = take_word(at, "; reason=", call.reason);
    call.id = strtoull(id, NULL, 10); /* other spellings are found by writing it */
    call.state = state_of(state);
    call.at = strtoll(moment, NULL, 10);
    AUTO_BUF again;
    buf_init(&again, CALL_TEXT_MAX);
    if (at == NULL || call_write(&call, &again) < 0 || strcmp(buf_str(&again), text) != 0) {
        return KERR_INVALID;
    }
    *ret_call = call;
    return 0;
}

int
call_answer_read(const char *text, uint64_t *ret_id, enum call_state *ret_state)
{
    char id[CALL_WORD_MAX] = "", name[CALL_WORD_MAX] = "";
    if (strnlen(text, CALL_TEXT_MAX) == CALL_TEXT_MAX) {
        return KERR_INVALID;
    }
    const char *at = take_word(text, ANSWER_BEGINS, id);
    at = take_word(at, "; state=", name);
    uint64_t number = strtoull(id, NULL, 10);
    enum call_state state = state_of(name);
    AUTO_BUF again;
    buf_init(&again, CALL_TEXT_MAX);
    if (at == NULL || state == CALL_STATE_COUNT || call_answer_write(number, state, &again) < 0 ||
        strcmp(buf_str(&again), text) != 0) {
        return KERR_INVALID;
    }
    *ret_id = number;
    *ret_state = state;
    return 0;
}
