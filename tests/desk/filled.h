/* tests/desk/filled.h - a city's set-up in a folder, and visits sealed and stored by the real code.
 * The people are fictional. */
#ifndef DESK_FILLED_H
#define DESK_FILLED_H

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/rng.h"
#include "ledger/ledger.h"
#include "record/record.h"
#include "seal/seal.h"

enum { FILLED_EPOCH = 7, FILLED_KIOSK = 1, FILLED_PLAIN_MAX = 300 * 1024 };

struct filled {
    char *home, *keys;
    struct seal_sealer *sealer;
    struct ledger *ledger;
};

static inline char *
filled_path(const char *folder, const char *name)
{
    return fs_join(folder, name);
}

/* Makes keys under home unless they are there, opens what a kiosk and the city's edge need. */
static inline void
filled_open(struct filled *filled, const char *home)
{
    filled->home = fs_join(home, ".");
    filled->keys = fs_join(home, "keys");
    char *cert = fs_join(filled->keys, "kiosk.crt");
    char *key = fs_join(filled->keys, "kiosk.key");
    char *recipients = fs_join(filled->keys, "recipients.pem");
    char *ledger = fs_join(home, "ledger.db");
    int r = fs_make_dirs(filled->keys);
    assert(r == 0);
    if (!fs_exists(cert)) {
        r = seal_keys_make(filled->keys, "kiosk-001", "127.0.0.1");
        assert(r == 0);
    }
    r = seal_sealer_new(cert, key, recipients, &filled->sealer);
    assert(r == 0);
    r = ledger_open(ledger, &filled->ledger);
    assert(r == 0);
    free(ledger);
    free(recipients);
    free(key);
    free(cert);
}

static inline void
filled_close(struct filled *filled)
{
    ledger_close(filled->ledger);
    seal_sealer_free(filled->sealer);
    free(filled->keys);
    free(filled->home);
}

struct filled_fact {
    const char *key, *value;
    enum fact_origin origin;
};

enum filled_harm {
    FILLED_WHOLE,
    FILLED_ALTERED, /* a byte of the signed content flipped */
    FILLED_NO_ENVELOPE, /* bytes that are none */
    FILLED_NO_RECORD, /* sealed well, but what is inside is no record */
    FILLED_MIXED, /* the record inside is of another id */
    FILLED_MISPLACED, /* the ledger's row tells of another sequence than the signed header */
    FILLED_HASH /* the ledger's row has another hash than the bytes */
};

struct filled_visit {
    const char *procedure, *language;
    int64_t fee, at;
    int64_t late; /* how much longer than usual it was on the way */
    const struct filled_fact *facts;
    size_t count;
    enum filled_harm harm;
    bool assisted; /* staff stood beside the visitor */
    uint8_t visit[RECORD_VISIT_LEN];
    uint64_t skip; /* sequences that are passed over: after 10,000 a kiosk gives a number again */
};

/* Seals one visit and stores it as intake would; the next sequence. ret_number may be NULL. */
static inline void
filled_put(struct filled *filled, const struct filled_visit *visit, uint8_t ret_id[RECORD_ID_LEN],
    char ret_number[RECORD_NUMBER_LEN])
{
    uint64_t newest = 0, changes = 0;
    int r = ledger_newest(filled->ledger, &newest, &changes);
    assert(r == 0);
    newest += visit->skip;
    struct record_head head = {.in_force = "2026-04-01",
        .kiosk = "kiosk-001",
        .submitted_at = visit->at - 30 - visit->late,
        .fee = visit->fee,
        .assisted = visit->assisted};
    memcpy(head.visit, visit->visit, sizeof(head.visit));
    (void)snprintf(head.procedure, sizeof(head.procedure), "%s", visit->procedure);
    (void)snprintf(head.language, sizeof(head.language), "%s", visit->language);
    rng_fill(head.id, sizeof(head.id));
    record_number_make(FILLED_KIOSK, record_number_place(FILLED_EPOCH, newest + 1), head.number);
    struct fact_set *facts = fact_set_new();
    for (size_t i = 0; i < visit->count; i++) {
        r = fact_set_put(
            facts, visit->facts[i].key, visit->facts[i].value, visit->facts[i].origin, visit->at);
        assert(r == 0);
    }
    struct record *record = record_new(&head, facts);
    AUTO_BUF plain;
    AUTO_BUF envelope;
    buf_init(&plain, FILLED_PLAIN_MAX);
    buf_init(&envelope, SEAL_ENVELOPE_MAX);
    r = visit->harm == FILLED_NO_RECORD ? buf_add_str(&plain, "{\"v\":99}")
                                        : record_encode(record, &plain);
    assert(r == 0);
    struct seal_header header = {
        .kiosk = "kiosk-001", .epoch = FILLED_EPOCH, .sequence = newest + 1};
    memcpy(header.id, head.id, sizeof(head.id));
    header.id[0] ^= visit->harm == FILLED_MIXED ? 1 : 0;
    r = visit->harm == FILLED_NO_ENVELOPE
            ? buf_add_str(&envelope, "no envelope")
            : seal_envelope(filled->sealer, &header, plain.data, plain.len, &envelope);
    assert(r == 0);
    if (visit->harm == FILLED_ALTERED) {
        envelope.data[envelope.len / 3] ^= 1;
    }
    struct ledger_entry entry = {
        .epoch = FILLED_EPOCH, .sequence = newest + 1, .received_at = visit->at};
    (void)snprintf(entry.kiosk, sizeof(entry.kiosk), "kiosk-001");
    memcpy(entry.id, header.id, sizeof(entry.id));
    seal_hash(envelope.data, envelope.len, entry.hash);
    entry.sequence += visit->harm == FILLED_MISPLACED ? 1000000 : 0;
    entry.hash[0] ^= visit->harm == FILLED_HASH ? 1 : 0;
    r = ledger_put(filled->ledger, &entry, envelope.data, envelope.len);
    assert(r == LEDGER_NEW);
    memcpy(ret_id, header.id, RECORD_ID_LEN);
    if (ret_number != NULL) {
        memcpy(ret_number, head.number, RECORD_NUMBER_LEN);
    }
    record_free(record);
    fact_set_free(facts);
}

/* A state, whatever stood there. */
static inline int
filled_mark(const struct filled *filled, const uint8_t id[RECORD_ID_LEN], const char *state,
    const char *by, int64_t at)
{
    const struct ledger_change change = {.id = id, .state = state, .by = by, .at = at};
    int r = ledger_change(filled->ledger, &change, LEDGER_SEEN_ANY);
    return r < 0 ? r : 0;
}

static const struct filled_fact filled_resident[] = {
    {"applicant.name", "日立　花子", FACT_ORIGIN_CARD},
    {"applicant.address", "茨城県日立市助川町１丁目１番１号", FACT_ORIGIN_CARD},
    {"applicant.birth", "1941-03-05", FACT_ORIGIN_CARD},
    {"applicant.sex", "female", FACT_ORIGIN_CARD},
    {"resident-record.whose", "self", FACT_ORIGIN_PERSON},
    {"resident-record.purpose", "work", FACT_ORIGIN_PERSON},
    {"resident-record.domicile", "no", FACT_ORIGIN_DERIVED},
    {"resident-record.relationship", "unknown", FACT_ORIGIN_PERSON},
    {"resident-record.copies", "2", FACT_ORIGIN_PERSON},
};

/* Theirs: a copy of the resident record, asked for in Japanese. */
static inline struct filled_visit
filled_visit_of_resident(int64_t at)
{
    return (struct filled_visit){.procedure = "resident-record",
        .language = "ja",
        .fee = 300,
        .at = at,
        .facts = filled_resident,
        .count = sizeof(filled_resident) / sizeof(filled_resident[0])};
}

/* Values that try to be something else. The key that no file knows is shown all the same. */
static const struct filled_fact filled_hostile[] = {
    {"applicant.name", "<script>document.title='x'</script><b>太郎</b> \"'&amp; \xe2\x80\xae逆さ",
        FACT_ORIGIN_PERSON},
    {"applicant.address", "<img src=x onerror=alert(1)>", FACT_ORIGIN_PERSON},
    {"applicant.birth", "not a date", FACT_ORIGIN_PERSON},
    {"resident-record.purpose", "<i>", FACT_ORIGIN_PERSON},
    {"nobody.knows", "javascript:alert(1)", FACT_ORIGIN_DERIVED},
};

#endif
