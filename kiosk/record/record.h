/* record/record.h - what is known of a visit, and what the city gets.
 *
 * A fact is one thing known about somebody: key, value, where it came from, when. A fact set is
 * what a visit has gathered so far; every room that fills or reads answers uses it. A record is the
 * finished, immutable application; its encoding is what gets sealed. This room knows neither
 * screens nor storage. Everything here may hold personal data: free it at the end of the visit.
 *
 * Threads: an object belongs to one thread at a time. */
#ifndef RECORD_RECORD_H
#define RECORD_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum {
    FACT_KEY_MAX = 96, /* bytes with NUL: "move-in.members[12].relation" */
    FACT_VALUE_MAX = 4096, /* bytes with NUL; the card's own files are bounded at 4 KB too */
    FACT_SET_MAX = 1024, /* facts in one visit */
    RECORD_ID_LEN = 16, /* 128 random bits */
    RECORD_VISIT_LEN = 8, /* of a record's id: 64 random bits */
    RECORD_NUMBER_LEN = 9, /* eight digits and NUL */
    RECORD_ENCODED_MAX = 256 * 1024,
    RECORD_NAME_MAX = 64 /* ids of procedures, kiosks, languages, with NUL */
};

enum fact_origin {
    FACT_ORIGIN_CARD, /* read from an IC card */
    FACT_ORIGIN_PERSON, /* answered by the visitor */
    FACT_ORIGIN_STAFF, /* entered by a clerk beside the visitor */
    FACT_ORIGIN_DERIVED, /* computed or set by default from other facts */
    FACT_ORIGIN_PRE_ENTRY, /* answered by the visitor at home, brought as a code */
    FACT_ORIGIN_COUNT
};

/* Plain value; strings are owned by the set or record that holds it. Values are UTF-8 as read, never
 * normalised: dates are YYYY-MM-DD, numbers decimal ASCII, choices their value, "several" values
 * joined with one space, yes-no is "yes" or "no". */
struct fact {
    const char *key;
    const char *value;
    enum fact_origin origin;
    int64_t at; /* seconds since 1970 */
};

struct fact_set; /* opaque, insertion-ordered; at most one fact a key */

struct fact_set *fact_set_new(void);
/* Wipes every value and frees. NULL is accepted. */
void fact_set_free(struct fact_set *set);
/* Wipes and removes everything. */
void fact_set_clear(struct fact_set *set);
/* Sets or replaces. KERR_INVALID (key not [a-z0-9.-_[]], value not UTF-8), KERR_TOO_BIG. */
int fact_set_put(
    struct fact_set *set, const char *key, const char *value, enum fact_origin origin, int64_t at);
/* Removes and wipes; nothing happens when the key is absent. */
void fact_set_remove(struct fact_set *set, const char *key);
/* The fact, or NULL. Valid until the set changes. */
const struct fact *fact_set_get(const struct fact_set *set, const char *key);
/* The value, or NULL. Valid until the set changes. */
const char *fact_set_value(const struct fact_set *set, const char *key);
size_t fact_set_count(const struct fact_set *set);
const struct fact *fact_set_at(const struct fact_set *set, size_t index);
/* "card", "person", "staff", "derived", "pre-entry". */
const char *fact_origin_name(enum fact_origin origin);

/* Answers that were given at home (pre_entry.c). Nothing of it is an answer yet: each is offered to the interview, which judges
 * it. */
enum { PRE_ENTRY_ANSWERS_MAX = 400 };
struct pre_entry; /* opaque */
/* KERR_INVALID for what is none. */
int pre_entry_read(const uint8_t *bytes, size_t len, struct pre_entry **ret_entry);
void pre_entry_free(struct pre_entry *pre); /* wipes; NULL is accepted */
const char *pre_entry_procedure(
    const struct pre_entry *pre); /* as written there: may be no procedure */
const char *pre_entry_language(const struct pre_entry *pre);
int64_t pre_entry_at(const struct pre_entry *pre); /* seconds since 1970, by the clock at home */
/* The answer to the question of this key, given out once; NULL without one. Lives as long as it. */
const char *pre_entry_take(struct pre_entry *pre, const char *key);
/* How a question is told: 24 bits of its key without the index, which is *ret_entry (0: none). Two questions of one
 * procedure may not share it (kioskctl pre-entry looks). */
uint32_t pre_entry_key_hash(const char *key, unsigned *ret_entry);

/* Head of a record: everything but the facts. Plain value. */
struct record_head {
    uint8_t id[RECORD_ID_LEN];
    char number[RECORD_NUMBER_LEN]; /* what the visitor is told */
    char procedure[RECORD_NAME_MAX];
    char in_force[11]; /* YYYY-MM-DD: which version of the procedure was answered */
    char kiosk[RECORD_NAME_MAX];
    char language[RECORD_NAME_MAX]; /* the visitor's */
    int64_t submitted_at;
    int64_t fee; /* yen; -1 when there is none to tell */
    bool assisted; /* staff stood beside the visitor while it was answered */
    /* Which visit, so that staff see its records together: the beginning of the id of its first record, in each further one;
     * all zero in the first itself, which is most often the only one, and in anonymous ones. record_visit has it for both. */
    uint8_t visit[RECORD_VISIT_LEN];
};
/* What all records of one visit share: of the first its own id's beginning. Ids are drawn by chance and tell nothing. An anonymous
 * record shares it with no other. */
void record_visit(const struct record_head *head, uint8_t out[RECORD_VISIT_LEN]);

struct record; /* opaque, immutable */

/* A record of this head with copies of all facts of the set. Aborts only without memory. */
struct record *record_new(const struct record_head *head, const struct fact_set *facts);
void record_free(struct record *record); /* wipes; NULL is accepted */
const struct record_head *record_head(const struct record *record);
const struct fact_set *record_facts(const struct record *record);

/* Canonical encoding, version 1: UTF-8 JSON, keys in fixed order, no white space, facts in order
 * (kiosk/record/README.md). Same record, same bytes. KERR_TOO_BIG. */
int record_encode(const struct record *record, struct buf *ret_bytes);
/* The encoding as it is sealed: pressed with a dictionary of keys and common values, a third to a fifth of its length.
 * Pressing before sealing tells nothing beyond the padded length: one visitor's own words, once. KERR_TOO_BIG,
 * KERR_NO_MEMORY. */
int record_press(const struct record *record, struct buf *ret_bytes);
/* The canonical encoding out of what was sealed: pressed, or as it was sealed before; spaces behind it are the seal's
 * padding. KERR_INVALID, KERR_TOO_BIG, KERR_NO_MEMORY. */
int record_expand(const uint8_t *bytes, size_t len, struct buf *ret_text);
/* Reads what was sealed with any released version, pressed or not; only the canonical encoding, with or without
 * spaces behind it. KERR_INVALID for what is no record, KERR_TOO_BIG. */
int record_decode(const uint8_t *bytes, size_t len, struct record **ret_record);

/* The visitor's number: kiosk (0..999), place (record_number_place) modulo 10,000 and one check
 * digit (Damm 2004), so that no two kiosks give the same and a slip of one digit or a swap of
 * neighbours is noticed. */
void record_number_make(unsigned kiosk_number, uint64_t sequence, char out[RECORD_NUMBER_LEN]);
/* The four middle digits of the number for a place in a queue: they start anywhere in an epoch, so that
 * a queue that began anew rarely repeats a number. 0..9999. */
unsigned record_number_place(uint64_t epoch, uint64_t sequence);
/* 0, or KERR_INVALID; spaces and hyphens are passed over, full-width digits are not accepted. */
int record_number_check(const char *text);

#endif
