/* desk/session.c - sessions of the staff. A browser holds 256 random bits; we keep only their hash,
 * so that a picture of our memory gives nobody a session. Two clocks end one: 30 minutes without
 * use and 12 hours in all (NIST SP 800-63B section 7.2 asks for 30 minutes and 12 hours at AAL2). */
#include "desk_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/hex.h"
#include "base/rng.h"
#include "seal/seal.h"

enum { IDLE_MS = 30 * 60 * 1000, LIMIT_MS = 12 * 60 * 60 * 1000 };

struct session {
    bool taken;
    uint8_t hash[SEAL_HASH_LEN];
    struct desk_who who;
    int64_t began_ms, used_ms;
};

struct desk_sessions {
    const struct clock *clock;
    uint8_t form_key[DESK_TOKEN_BYTES];
    uint8_t draft_key[DESK_TOKEN_BYTES]; /* another: whoever chooses a cookie gets its form token */
    struct session places[DESK_SESSIONS_MAX];
};

struct desk_sessions *
desk_sessions_new(const struct clock *clock)
{
    struct desk_sessions *sessions = xcalloc(1, sizeof(*sessions));
    sessions->clock = clock;
    rng_fill(sessions->form_key, sizeof(sessions->form_key));
    rng_fill(sessions->draft_key, sizeof(sessions->draft_key));
    return sessions;
}

void
desk_sessions_free(struct desk_sessions *sessions)
{
    if (sessions == NULL) {
        return;
    }
    explicit_bzero(sessions, sizeof(*sessions));
    free(sessions);
}

/* Equal bytes, in a time that does not tell where they differ. */
static bool
same_bytes(const uint8_t *a, const uint8_t *b, size_t len)
{
    uint8_t differ = 0;
    for (size_t i = 0; i < len; i++) {
        differ = (uint8_t)(differ | (a[i] ^ b[i]));
    }
    return differ == 0;
}

void
desk_token_make(char out[DESK_TOKEN_LEN])
{
    uint8_t bytes[DESK_TOKEN_BYTES];
    rng_fill(bytes, sizeof(bytes));
    hex_encode(bytes, sizeof(bytes), out);
    explicit_bzero(bytes, sizeof(bytes));
}

static bool
hash_token(const char *token, uint8_t out[SEAL_HASH_LEN])
{
    uint8_t bytes[DESK_TOKEN_BYTES];
    if (hex_decode(token, bytes, sizeof(bytes)) < 0) {
        return false;
    }
    seal_hash(bytes, sizeof(bytes), out);
    explicit_bzero(bytes, sizeof(bytes));
    return true;
}

static void
end_what_is_over(struct desk_sessions *sessions)
{
    int64_t now = clock_mono_ms(sessions->clock);
    for (size_t i = 0; i < DESK_SESSIONS_MAX; i++) {
        struct session *session = &sessions->places[i];
        if (session->taken &&
            (now - session->used_ms >= IDLE_MS || now - session->began_ms >= LIMIT_MS)) {
            explicit_bzero(session, sizeof(*session));
        }
    }
}

static struct session *
find(struct desk_sessions *sessions, const char *token)
{
    uint8_t hash[SEAL_HASH_LEN];
    end_what_is_over(sessions);
    if (token == NULL || !hash_token(token, hash)) {
        return NULL;
    }
    for (size_t i = 0; i < DESK_SESSIONS_MAX; i++) {
        struct session *session = &sessions->places[i];
        if (session->taken && same_bytes(session->hash, hash, sizeof(hash))) {
            return session;
        }
    }
    return NULL;
}

void
desk_session_begin(
    struct desk_sessions *sessions, const struct desk_who *who, char ret_token[DESK_TOKEN_LEN])
{
    end_what_is_over(sessions);
    struct session *place = &sessions->places[0];
    for (size_t i = 0; i < DESK_SESSIONS_MAX; i++) {
        struct session *session = &sessions->places[i];
        if (!session->taken) {
            place = session;
            break;
        }
        if (session->used_ms < place->used_ms) {
            place = session;
        }
    }
    explicit_bzero(place, sizeof(*place));
    desk_token_make(ret_token);
    (void)hash_token(ret_token, place->hash); /* we made it: it has the form */
    place->who = *who;
    place->began_ms = place->used_ms = clock_mono_ms(sessions->clock);
    place->taken = true;
}

bool
desk_session_who(
    struct desk_sessions *sessions, const char *token, bool used, struct desk_who *ret_who)
{
    struct session *session = find(sessions, token);
    if (session == NULL) {
        return false;
    }
    if (used) {
        session->used_ms = clock_mono_ms(sessions->clock);
    }
    *ret_who = session->who;
    return true;
}

bool
desk_session_left(
    struct desk_sessions *sessions, const char *token, int64_t *ret_seconds, bool *ret_stays)
{
    const struct session *session = find(sessions, token);
    if (session == NULL) {
        return false;
    }
    int64_t now = clock_mono_ms(sessions->clock);
    int64_t idle = IDLE_MS - (now - session->used_ms), limit = LIMIT_MS - (now - session->began_ms);
    *ret_stays = idle < limit;
    *ret_seconds = (*ret_stays ? idle : limit) / 1000;
    return true;
}

void
desk_draft_key(const struct desk_sessions *sessions, const char *name, char out[DESK_TOKEN_LEN])
{
    uint8_t both[DESK_TOKEN_BYTES + SEAL_HASH_LEN];
    uint8_t hash[SEAL_HASH_LEN];
    memcpy(both, sessions->draft_key, DESK_TOKEN_BYTES);
    seal_hash((const uint8_t *)name, strlen(name), both + DESK_TOKEN_BYTES);
    seal_hash(both, sizeof(both), hash);
    hex_encode(hash, sizeof(hash), out);
    explicit_bzero(both, sizeof(both));
    explicit_bzero(hash, sizeof(hash));
}

void
desk_session_end(struct desk_sessions *sessions, const char *token)
{
    struct session *session = find(sessions, token);
    if (session != NULL) {
        explicit_bzero(session, sizeof(*session));
    }
}

void
desk_form_token(const struct desk_sessions *sessions, const char *token, char out[DESK_TOKEN_LEN])
{
    /* Both parts have a fixed length, so nothing can be appended to a known hash */
    uint8_t both[2 * DESK_TOKEN_BYTES] = {0};
    uint8_t hash[SEAL_HASH_LEN];
    memcpy(both, sessions->form_key, DESK_TOKEN_BYTES);
    (void)hex_decode(
        token, both + DESK_TOKEN_BYTES, DESK_TOKEN_BYTES); /* else of zeros: no one's */
    seal_hash(both, sizeof(both), hash);
    hex_encode(hash, sizeof(hash), out);
    explicit_bzero(both, sizeof(both));
}

bool
desk_form_token_fits(const struct desk_sessions *sessions, const char *token, const char *given)
{
    char expected[DESK_TOKEN_LEN];
    desk_form_token(sessions, token, expected);
    return strlen(given) == DESK_TOKEN_LEN - 1 &&
           same_bytes((const uint8_t *)expected, (const uint8_t *)given, DESK_TOKEN_LEN - 1);
}
