/* procedure/interview.c - the conversation: where it stands, forward and back, change from the check page,
 * finish. The facts hold the answers; this file only remembers the place and which pages were shown. */
#include "procedure_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"

void
interview_look(struct interview *interview)
{
    flow_compute(interview, &interview->flow, SIZE_MAX, true);
}

static size_t
next_page(const struct interview *interview, size_t from)
{
    while (from < interview->flow.count && !interview->flow.slots[from].page) {
        from++;
    }
    return from;
}

static size_t
first_open(const struct interview *interview)
{
    size_t at = 0;
    while (at < interview->flow.count && !interview->flow.slots[at].open) {
        at++;
    }
    return at;
}

/* The page at or after a place; the check page only when nothing is open. */
static void
stand(struct interview *interview, size_t from)
{
    size_t at = next_page(interview, from);
    interview->cursor = at < interview->flow.count ? at : first_open(interview);
}

struct interview *
interview_new(const struct procedure *procedure, struct fact_set *facts, const struct clock *clock)
{
    struct interview *interview = xcalloc(1, sizeof(*interview));
    interview->procedure = procedure;
    interview->facts = facts;
    interview->clock = clock;
    interview->flow.slots =
        xcalloc((size_t)procedure->slot_max + 1, sizeof(*interview->flow.slots));
    interview->offered = xcalloc(CHOICES_MAX, sizeof(*interview->offered));
    interview_look(interview);
    stand(interview, 0);
    return interview;
}

void
interview_free(struct interview *interview)
{
    if (interview == NULL) {
        return;
    }
    for (size_t i = 0; i < interview->asked_count; i++) {
        free(interview->asked[i]);
    }
    free(interview->asked);
    free(interview->offered);
    free(interview->flow.slots);
    free(interview);
}

const struct procedure *
interview_procedure(const struct interview *interview)
{
    return interview->procedure;
}

/* A place in the order of the file that stays when slots come and go. */
struct place {
    int block; /* first question of the group, or the question itself */
    int index;
    int question;
    bool end;
};

static struct place
place_of(const struct interview *interview, size_t at)
{
    if (at >= interview->flow.count) {
        return (struct place){.end = true};
    }
    const struct slot *slot = &interview->flow.slots[at];
    int group = interview->procedure->questions[slot->question].group;
    return (struct place){
        .block = group >= 0 ? interview->procedure->groups[group].first : slot->question,
        .index = slot->index,
        .question = slot->question};
}

static int
compare_places(struct place a, struct place b)
{
    int parts[3] = {a.block - b.block, a.index - b.index, a.question - b.question};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        if (parts[i] != 0) {
            return parts[i];
        }
    }
    return 0;
}

/* The first slot that does not stand before place. */
static size_t
find_place(const struct interview *interview, struct place place)
{
    size_t at = 0;
    while (at < interview->flow.count &&
           (place.end || compare_places(place_of(interview, at), place) < 0)) {
        at++;
    }
    return at;
}

void
interview_refresh(struct interview *interview)
{
    struct place place = place_of(interview, interview->cursor);
    interview_look(interview);
    size_t at = find_place(interview, place);
    bool same = at < interview->flow.count && compare_places(place_of(interview, at), place) == 0 &&
                interview->flow.slots[at].relevant == KNOW_YES;
    if (interview->returning && same) {
        interview->cursor = at; /* a change is being made there, page or not */
        return;
    }
    stand(interview, at);
}

enum interview_at
interview_at(const struct interview *interview)
{
    return interview->cursor < interview->flow.count ? INTERVIEW_QUESTION : INTERVIEW_CHECK;
}

int
interview_question(const struct interview *interview, struct question *ret_question)
{
    if (interview_at(interview) == INTERVIEW_CHECK) {
        return KERR_STATE;
    }
    slot_question(interview, &interview->flow, interview->cursor, ret_question);
    return 0;
}

void
interview_answer_now(const struct interview *interview, struct buf *ret_answer)
{
    if (interview_at(interview) == INTERVIEW_CHECK) {
        return;
    }
    const struct slot *slot = &interview->flow.slots[interview->cursor];
    const char *value = fact_set_value(interview->facts, slot->key);
    if (value != NULL && slot->question != interview->procedure->together) {
        (void)buf_add_str(ret_answer, value); /* sticky error in the caller's buffer */
        return;
    }
    char text[PROCEDURE_ANSWER_MAX + 1];
    if (slot_default(interview, &interview->flow, interview->cursor, text)) {
        (void)buf_add_str(ret_answer, text);
    }
    explicit_bzero(text, sizeof(text));
}

bool
interview_progress(const struct interview *interview, int *ret_number, int *ret_total)
{
    size_t cursor = interview->cursor;
    if (cursor >= interview->flow.count || !interview->flow.slots[cursor].page) {
        return false;
    }
    struct flow flow = {0};
    flow.slots = xcalloc((size_t)interview->procedure->slot_max + 1, sizeof(*flow.slots));
    /* Only reads: without write nothing of the interview or its facts changes. */
    flow_compute((struct interview *)(uintptr_t)interview, &flow, cursor, false);
    int number = 0;
    int total = 0;
    for (size_t i = 0; i < flow.count; i++) {
        total += flow.slots[i].page;
        number += i <= cursor && flow.slots[i].page;
    }
    bool certain = flow.certain;
    free(flow.slots);
    if (certain) {
        *ret_number = number;
        *ret_total = total;
    }
    return certain;
}

void
interview_remember_asked(struct interview *interview, const char *key)
{
    if (flow_asked(interview, key)) {
        return;
    }
    interview->asked = xgrow(
        interview->asked, interview->asked_count, &interview->asked_cap, sizeof(*interview->asked));
    interview->asked[interview->asked_count++] = xstrdup(key);
}

/* Puts the checked answer; one that only confirms what the card said stays the card's. */
static int
put_answer(struct interview *interview, const char *key, const char *value, enum fact_origin origin)
{
    const struct fact *kept = fact_set_get(interview->facts, key);
    if (kept != NULL && kept->origin == FACT_ORIGIN_CARD && strcmp(kept->value, value) == 0) {
        return 0;
    }
    return fact_set_put(interview->facts, key, value, origin, clock_wall_s(interview->clock));
}

int
interview_answer(struct interview *interview, const char *answer, enum fact_origin origin,
    struct interview_verdict *ret_verdict)
{
    if (interview_at(interview) == INTERVIEW_CHECK) {
        return KERR_STATE;
    }
    const struct slot *slot = &interview->flow.slots[interview->cursor];
    struct place place = place_of(interview, interview->cursor);
    char out[PROCEDURE_ANSWER_MAX + 1];
    int r = answer_check(interview, &interview->flow, interview->cursor, answer, out, ret_verdict);
    if (r == 0) {
        r = put_answer(interview, slot->key, out, origin);
    }
    explicit_bzero(out, sizeof(out));
    if (r < 0) {
        return r;
    }
    if (slot->page) {
        interview_remember_asked(interview, slot->key);
    }
    if (slot->question == interview->procedure->together) {
        interview->tasks_seen = interview->flow.offered;
    }
    interview_look(interview);
    if (interview->returning) {
        interview->cursor = first_open(interview);
        interview->returning = interview->cursor < interview->flow.count;
    } else {
        place.question++; /* the first place after the one that was answered */
        stand(interview, find_place(interview, place));
    }
    return 0;
}

bool
interview_back(struct interview *interview)
{
    if (interview->returning && first_open(interview) == interview->flow.count) {
        interview->returning = false;
        interview->cursor = interview->flow.count; /* nothing was changed: back to the check page */
        return true;
    }
    for (size_t at = interview->cursor; at > 0; at--) {
        if (interview->flow.slots[at - 1].page) {
            interview->cursor = at - 1;
            return true;
        }
    }
    return false;
}

/* What is taken over from another answer under a condition (the visitor is the person it is about) stands on the
 * check page once, there. What always begins as another answer keeps its row: it may be changed. */
static bool
taken_over(const struct interview *interview, const struct slot *slot)
{
    const struct question_def *question = &interview->procedure->questions[slot->question];
    const struct expr *from = question->default_value;
    const struct fact *fact = fact_set_get(interview->facts, slot->key);
    return slot->settled && from != NULL && from->nodes[from->root].op == OP_REF &&
           question->settled->nodes[question->settled->root].op != OP_BOOL && fact != NULL &&
           fact->origin == FACT_ORIGIN_DERIVED;
}

/* Rows: relevant questions, without those that only a card could have answered and did not. */
static bool
is_row(const struct interview *interview, const struct slot *slot)
{
    const struct question_def *question = &interview->procedure->questions[slot->question];
    if (slot->relevant != KNOW_YES || slot->elsewhere || question->calculated) {
        return false; /* most: the facts need not be searched */
    }
    if (!slot->settled) {
        return true;
    }
    const char *value = fact_set_value(interview->facts, slot->key);
    return value != NULL && value[0] != 0 && !taken_over(interview, slot);
}

int
interview_change(struct interview *interview, const char *key)
{
    size_t found = interview->flow.count;
    for (size_t i = interview->flow.count; i > 0; i--) {
        const struct slot *slot = &interview->flow.slots[i - 1];
        bool row = is_row(interview, slot);
        bool better = found == interview->flow.count || row;
        if (slot->relevant == KNOW_YES && better && strcmp(slot->key, key) == 0) {
            found = i - 1; /* the first that stands on the check page, else any */
        }
    }
    if (found == interview->flow.count) {
        return KERR_NOT_FOUND;
    }
    interview->cursor = found;
    interview->returning = true;
    return 0;
}

size_t
interview_row_count(const struct interview *interview)
{
    size_t count = 0;
    for (size_t i = 0; i < interview->flow.count; i++) {
        count += is_row(interview, &interview->flow.slots[i]);
    }
    return count;
}

int
interview_row(const struct interview *interview, size_t index, struct interview_row *ret_row)
{
    for (size_t i = 0; i < interview->flow.count; i++) {
        const struct slot *slot = &interview->flow.slots[i];
        if (!is_row(interview, slot)) {
            continue;
        }
        if (index-- == 0) {
            const struct fact *fact = fact_set_get(interview->facts, slot->key);
            slot_question(interview, &interview->flow, i, &ret_row->question);
            ret_row->value = fact != NULL ? fact->value : "";
            ret_row->origin = fact != NULL ? fact->origin : FACT_ORIGIN_PERSON;
            return 0;
        }
    }
    return KERR_NOT_FOUND;
}

int
interview_finish(struct interview *interview, struct fact_set *ret_facts)
{
    struct procedure_stop stop;
    interview_look(interview);
    if (!interview->procedure->info.keeps || interview_stopped(interview, &stop)) {
        return KERR_STATE;
    }
    size_t open = first_open(interview);
    if (open < interview->flow.count) {
        interview->cursor = open;
        interview->returning = true;
        return KERR_PROCEDURE_INCOMPLETE;
    }
    interview->cursor = interview->flow.count;
    for (size_t i = 0; i < interview->flow.count; i++) {
        const struct slot *slot = &interview->flow.slots[i];
        const struct fact *fact = fact_set_get(interview->facts, slot->key);
        bool calculated = interview->procedure->questions[slot->question].calculated;
        if (slot->relevant != KNOW_YES || fact == NULL || fact->value[0] == 0 || calculated) {
            continue;
        }
        int r = fact_set_put(ret_facts, fact->key, fact->value, fact->origin, fact->at);
        if (r < 0) {
            return r;
        }
    }
    return 0;
}
