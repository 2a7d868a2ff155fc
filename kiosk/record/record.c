/* record/record.c - the immutable record and the visitor's number. */
#include "record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"

struct record {
    struct record_head head;
    struct fact_set *facts;
};

struct record *
record_new(const struct record_head *head, const struct fact_set *facts)
{
    struct record *record = xcalloc(1, sizeof(*record));
    record->head = *head;
    record->facts = fact_set_new();
    for (size_t i = 0; i < fact_set_count(facts); i++) {
        const struct fact *fact = fact_set_at(facts, i);
        (void)fact_set_put(record->facts, fact->key, fact->value, fact->origin,
            fact->at); /* came out of a set, so it fits into one */
    }
    return record;
}

void
record_free(struct record *record)
{
    if (record == NULL) {
        return;
    }
    fact_set_free(record->facts);
    explicit_bzero(record, sizeof(*record));
    free(record);
}

const struct record_head *
record_head(const struct record *record)
{
    return &record->head;
}

const struct fact_set *
record_facts(const struct record *record)
{
    return record->facts;
}

/* Quasigroup of order 10 from H. M. Damm, "Total anti-symmetrische Quasigruppen", 2004. */
static const uint8_t damm[10][10] = {
    {0, 3, 1, 7, 5, 9, 8, 6, 4, 2},
    {7, 0, 9, 2, 1, 5, 4, 8, 6, 3},
    {4, 2, 0, 6, 8, 7, 1, 3, 5, 9},
    {1, 7, 5, 0, 9, 8, 3, 4, 2, 6},
    {6, 1, 2, 3, 0, 4, 5, 9, 7, 8},
    {3, 6, 7, 4, 2, 0, 9, 5, 8, 1},
    {5, 8, 6, 9, 7, 2, 0, 1, 3, 4},
    {8, 9, 4, 5, 3, 6, 2, 0, 1, 7},
    {9, 4, 3, 8, 6, 1, 7, 2, 0, 5},
    {2, 5, 8, 1, 4, 3, 6, 7, 9, 0},
};

void
record_visit(const struct record_head *head, uint8_t out[RECORD_VISIT_LEN])
{
    static const uint8_t none[RECORD_VISIT_LEN];
    bool first = memcmp(head->visit, none, sizeof(none)) == 0;
    memcpy(out, first ? head->id : head->visit, RECORD_VISIT_LEN);
}

void
record_number_make(unsigned kiosk_number, uint64_t sequence, char out[RECORD_NUMBER_LEN])
{
    char digits[RECORD_NUMBER_LEN];
    (void)snprintf(
        digits, sizeof(digits), "%03u%04u", kiosk_number % 1000u, (unsigned)(sequence % 10000u));
    unsigned state = 0;
    for (size_t i = 0; i < 7; i++) {
        state = damm[state][digits[i] - '0'];
    }
    (void)snprintf(out, RECORD_NUMBER_LEN, "%.7s%u", digits, state % 10u);
}

unsigned
record_number_place(uint64_t epoch, uint64_t sequence)
{
    return (unsigned)((sequence % 10000u + epoch % 10000u) % 10000u);
}

int
record_number_check(const char *text)
{
    unsigned state = 0;
    size_t digits = 0;
    for (; *text != 0; text++) {
        if (*text == ' ' || *text == '-') {
            continue;
        }
        if (*text < '0' || *text > '9' || ++digits > 8) {
            return KERR_INVALID;
        }
        state = damm[state][*text - '0'];
    }
    return digits == 8 && state == 0 ? 0 : KERR_INVALID;
}
