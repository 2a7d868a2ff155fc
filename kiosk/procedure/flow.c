/* procedure/flow.c - which questions a visit has, as its facts stand: relevant or hidden, settled without a
 * page or asked, answered or open. Computed anew after every change, in the order of the file; since
 * expressions look back only, one pass is enough. */
#include "procedure_priv.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"

static struct value
open_value(void)
{
    return (struct value){.know = VALUE_OPEN};
}

/* The slot of a question as seen from another: the same entry within one group. */
static const struct slot *
find_slot(const struct flow_env *env, int question, size_t *ret_at)
{
    const struct procedure *procedure = env->interview->procedure;
    int index = procedure->questions[question].group >= 0 ? env->index : 0;
    for (size_t i = 0; i < env->flow->count; i++) {
        const struct slot *slot = &env->flow->slots[i];
        if (slot->question == question && slot->index == index) {
            *ret_at = i;
            return slot;
        }
    }
    return NULL;
}

static struct value
slot_value(const struct flow_env *env, const struct slot *slot)
{
    const struct question_def *question = &env->interview->procedure->questions[slot->question];
    if (slot->relevant == KNOW_NO) {
        return (struct value){.know = VALUE_NONE};
    }
    if (slot->valued) {
        const char *text = fact_set_value(env->interview->facts, slot->key);
        return text != NULL ? answer_value(question, text) : open_value();
    }
    if (env->defaults && slot->relevant == KNOW_YES && question->default_value != NULL) {
        struct flow_env plain = *env; /* one level: a default over open answers stays open */
        plain.defaults = false;
        plain.env.ctx = &plain;
        plain.slot = (size_t)(slot - env->flow->slots);
        plain.index = slot->index;
        return expr_eval(question->default_value, &plain.env);
    }
    bool open =
        slot->relevant == KNOW_OPEN || slot->page || slot->open || slot->elsewhere || slot->waits;
    return open ? open_value() : (struct value){.know = VALUE_NONE};
}

static struct value
ref_value(void *ctx, int ref)
{
    const struct flow_env *env = ctx;
    size_t at = 0;
    const struct slot *slot = find_slot(env, ref, &at);
    if (slot == NULL) {
        return (struct value){.know = VALUE_NONE};
    }
    if (env->candidate != NULL && at == env->slot) {
        return answer_value(&env->interview->procedure->questions[ref], env->candidate);
    }
    return slot_value(env, slot);
}

static struct value
group_count(void *ctx, int group)
{
    const struct flow_env *env = ctx;
    int count = env->flow->group_counts[group];
    return count < 0 ? open_value()
                     : (struct value){.know = VALUE_KNOWN, .type = EXPR_NUMBER, .number = count};
}

/* The index of the nth entry of a group: its entries may have gaps. */
static int
entry_index(const struct flow *flow, int group, int nth)
{
    for (int index = 1; index <= REPEAT_MAX; index++) {
        if ((flow->group_entries[group] >> index & 1) != 0 && nth-- == 0) {
            return index;
        }
    }
    return 0;
}

static struct value
entry_value(void *ctx, int ref, int nth)
{
    struct flow_env env = *(const struct flow_env *)ctx;
    env.env.ctx = &env;
    env.candidate = NULL;
    env.index = entry_index(env.flow, env.interview->procedure->questions[ref].group, nth);
    return ref_value(&env, ref);
}

static struct value
group_sum(void *ctx, int ref)
{
    const struct flow_env *env = ctx;
    struct value sum = {.know = VALUE_KNOWN, .type = EXPR_NUMBER};
    if (group_count(ctx, env->interview->procedure->questions[ref].group).know == VALUE_OPEN) {
        return open_value();
    }
    for (size_t i = 0; i < env->flow->count; i++) {
        if (env->flow->slots[i].question == ref) {
            struct value value = slot_value(env, &env->flow->slots[i]);
            if (value.know == VALUE_OPEN) {
                return value;
            }
            sum.number += value.know == VALUE_KNOWN ? value.number : 0;
        }
    }
    return sum;
}

void
flow_env_init(
    struct flow_env *env, const struct interview *interview, const struct flow *flow, size_t slot)
{
    *env = (struct flow_env){.interview = interview, .flow = flow, .slot = slot};
    env->index = slot < flow->count ? flow->slots[slot].index : 0;
    env->env = (struct expr_env){.ref = ref_value,
        .group_count = group_count,
        .group_sum = group_sum,
        .entry = entry_value,
        .ctx = env,
        .today = clock_japan_day(clock_wall_s(interview->clock))};
}

bool
flow_asked(const struct interview *interview, const char *key)
{
    for (size_t i = 0; i < interview->asked_count; i++) {
        if (strcmp(interview->asked[i], key) == 0) {
            return true;
        }
    }
    return false;
}

/* All that is offered is ticked, but what the visitor left out before stays out. */
static void
tasks_default(
    const struct interview *interview, const struct flow *flow, char out[PROCEDURE_ANSWER_MAX + 1])
{
    const struct procedure *procedure = interview->procedure;
    const char *kept =
        fact_set_value(interview->facts, procedure->questions[procedure->together].key);
    size_t size = 0;
    out[0] = 0;
    for (int i = 0; i < procedure->include_count; i++) {
        const char *id = procedure->includes[i].id;
        uint32_t bit = UINT32_C(1) << i;
        bool before = (interview->tasks_seen & bit) != 0 && kept != NULL;
        if ((flow->offered & bit) != 0 && (!before || answer_holds(kept, id))) {
            size += (size_t)snprintf(
                out + size, PROCEDURE_ANSWER_MAX + 1 - size, "%s%s", size > 0 ? " " : "", id);
        }
    }
}

bool
slot_default(const struct interview *interview, const struct flow *flow, size_t slot,
    char out[PROCEDURE_ANSWER_MAX + 1])
{
    const struct question_def *question =
        &interview->procedure->questions[flow->slots[slot].question];
    if (question->tasks) {
        tasks_default(interview, flow, out);
        return true;
    }
    if (question->default_value == NULL) {
        return false;
    }
    struct flow_env env;
    flow_env_init(&env, interview, flow, slot);
    struct value value = expr_eval(question->default_value, &env.env);
    if (value.know != VALUE_KNOWN) {
        return false;
    }
    answer_from_value(question, value, out);
    return true;
}

static enum know
condition(const struct expr *expr, struct flow_env *env, enum know without)
{
    if (expr == NULL) {
        return without;
    }
    struct value value = expr_eval(expr, &env->env);
    if (value.know == VALUE_OPEN) {
        return KNOW_OPEN;
    }
    return value.know == VALUE_KNOWN && value.number != 0 ? KNOW_YES : KNOW_NO;
}

/* A kept answer that its question would take today. */
static bool
still_good(
    const struct interview *interview, const struct flow *flow, size_t at, const struct fact *fact)
{
    char out[PROCEDURE_ANSWER_MAX + 1];
    struct interview_verdict verdict;
    bool good = fact->origin == FACT_ORIGIN_CARD ||
                (strlen(fact->value) <= PROCEDURE_ANSWER_MAX &&
                    answer_check(interview, flow, at, fact->value, out, &verdict) == 0);
    explicit_bzero(out, sizeof(out));
    return good;
}

/* The fact that counts as an answer: a card's empty file does not. */
static const struct fact *
answer_fact(const struct interview *interview, const char *key)
{
    const struct fact *fact = fact_set_get(interview->facts, key);
    return fact != NULL && fact->origin == FACT_ORIGIN_CARD && fact->value[0] == 0 ? NULL : fact;
}

/* What expressions that belong to no question see: all answers. */
enum know
flow_condition(const struct interview *interview, const struct flow *flow, const struct expr *expr,
    enum know without)
{
    struct flow_env env;
    flow_env_init(&env, interview, flow, SIZE_MAX);
    return condition(expr, &env, without);
}

enum know
flow_part(const struct interview *interview, const struct flow *flow, int part)
{
    const struct procedure *procedure = interview->procedure;
    if (part == 0) {
        return KNOW_YES;
    }
    const struct slot *tasks = NULL;
    for (size_t i = 0; i < flow->count && tasks == NULL; i++) {
        tasks = flow->slots[i].question == procedure->together ? &flow->slots[i] : NULL;
    }
    if (tasks == NULL || tasks->relevant == KNOW_NO) {
        return KNOW_NO;
    }
    if (tasks->relevant == KNOW_OPEN || !tasks->valued) {
        return KNOW_OPEN;
    }
    const char *chosen = fact_set_value(interview->facts, tasks->key);
    bool offered = (flow->offered >> (part - 1) & 1) != 0;
    return offered && chosen != NULL && answer_holds(chosen, procedure->includes[part - 1].id)
               ? KNOW_YES
               : KNOW_NO;
}

/* Which procedures can be done together, as far as that is known: their condition holds, and nothing
 * that is known already keeps this visitor from them. */
static void
compute_offer(const struct interview *interview, struct flow *flow)
{
    const struct procedure *procedure = interview->procedure;
    flow->offered = 0;
    flow->offer = KNOW_NO;
    for (int i = 0; i < procedure->include_count; i++) {
        const struct include *include = &procedure->includes[i];
        enum know know = procedure_in_force(include->procedure, interview->clock)
                             ? flow_condition(interview, flow, include->when, KNOW_YES)
                             : KNOW_NO;
        if (know == KNOW_OPEN) {
            flow->offer = KNOW_OPEN;
        }
        for (int j = 0; know == KNOW_YES && j < include->not_here.count; j++) {
            know = flow_condition(interview, flow, include->not_here.rules[j].when, KNOW_NO) ==
                           KNOW_YES
                       ? KNOW_NO
                       : know;
        }
        flow->offered |= know == KNOW_YES ? UINT32_C(1) << i : 0;
    }
    if (flow->offer != KNOW_OPEN && flow->offered != 0) {
        flow->offer = KNOW_YES;
    }
}

struct pass {
    struct interview *interview;
    struct flow *flow;
    size_t open_from;
    bool write;
};

static void
settle(struct pass *pass, size_t at)
{
    struct slot *slot = &pass->flow->slots[at];
    struct interview *interview = pass->interview;
    const struct question_def *question = &interview->procedure->questions[slot->question];
    const struct fact *fact = answer_fact(interview, slot->key);
    char text[PROCEDURE_ANSWER_MAX + 1];
    char out[PROCEDURE_ANSWER_MAX + 1];
    struct interview_verdict verdict;
    slot->settled = true;
    if (fact != NULL && fact->origin != FACT_ORIGIN_DERIVED &&
        still_good(interview, pass->flow, at, fact)) {
        slot->valued = true;
        return;
    }
    if (slot_default(interview, pass->flow, at, text) &&
        answer_check(interview, pass->flow, at, text, out, &verdict) == 0) {
        if (pass->write && (fact == NULL || strcmp(fact->value, out) != 0 ||
                               fact->origin != FACT_ORIGIN_DERIVED)) {
            (void)fact_set_put(interview->facts, slot->key, out, FACT_ORIGIN_DERIVED,
                clock_wall_s(interview->clock)); /* a full set leaves it open, asked below */
        }
        slot->valued = fact_set_get(interview->facts, slot->key) != NULL;
    } else if (question->default_value != NULL) {
        struct flow_env env;
        flow_env_init(&env, interview, pass->flow, at);
        slot->waits = expr_eval(question->default_value, &env.env).know == VALUE_OPEN;
        /* a value that only others use makes nothing uncertain by itself */
        pass->flow->certain = pass->flow->certain && (!slot->waits || question->calculated);
    }
    if (!slot->valued && question->required) {
        slot->settled = false;
        slot->page = true;
        slot->open = true;
    }
    explicit_bzero(text, sizeof(text));
    explicit_bzero(out, sizeof(out));
}

static void
ask(struct pass *pass, size_t at)
{
    struct slot *slot = &pass->flow->slots[at];
    struct interview *interview = pass->interview;
    const struct question_def *question = &interview->procedure->questions[slot->question];
    const struct fact *fact = answer_fact(interview, slot->key);
    if (fact != NULL && fact->origin == FACT_ORIGIN_DERIVED && question->settled != NULL) {
        fact = NULL; /* was settled before; now it is asked */
        if (pass->write) {
            fact_set_remove(interview->facts, slot->key);
        }
    }
    bool good = fact != NULL && still_good(interview, pass->flow, at, fact);
    if (question->tasks) { /* something new can be chosen: it is told */
        good = good && (pass->flow->offered & ~interview->tasks_seen) == 0;
    }
    bool card = fact != NULL && fact->origin == FACT_ORIGIN_CARD;
    slot->page = !good || (flow_asked(interview, slot->key) && !card);
    slot->open = !good;
    slot->valued = good && !(slot->page && at >= pass->open_from);
}

/* An earlier question of this visit for the same fact: of the procedure, or of another that is done with it. */
static const struct slot *
same_fact(const struct pass *pass, size_t at)
{
    const struct slot *slots = pass->flow->slots;
    const struct procedure *procedure = pass->interview->procedure;
    const struct question_def *question = &procedure->questions[slots[at].question];
    for (size_t i = 0; question->part > 0 && question->shared && i < at; i++) {
        if (slots[i].relevant == KNOW_YES && strcmp(slots[i].key, slots[at].key) == 0 &&
            (slots[i].page || slots[i].valued)) {
            return &slots[i];
        }
    }
    return NULL;
}

/* Once only: what is asked, or settled, at an earlier place has no page here. */
static bool
asked_elsewhere(struct pass *pass, size_t at)
{
    const struct slot *same = same_fact(pass, at);
    if (same == NULL) {
        return false;
    }
    struct slot *slot = &pass->flow->slots[at];
    const struct question_def *questions = pass->interview->procedure->questions;
    bool stricter = questions[slot->question].required && !questions[same->question].required;
    if (stricter) {
        const char *value = fact_set_value(pass->interview->facts, slot->key);
        pass->flow->certain = pass->flow->certain && same->valued;
        if (same->valued && (value == NULL || value[0] == 0)) {
            return false; /* skipped there, but it must be known here */
        }
    }
    slot->elsewhere = true;
    slot->open = same->open;
    slot->valued = same->valued;
    return true;
}

/* Relevant only together with its part; the task list, when there is something on it. */
static enum know
relevance(struct pass *pass, size_t at)
{
    struct slot *slot = &pass->flow->slots[at];
    const struct question_def *question = &pass->interview->procedure->questions[slot->question];
    if (question->tasks) {
        compute_offer(pass->interview, pass->flow);
        return pass->flow->offer;
    }
    enum know part = flow_part(pass->interview, pass->flow, question->part);
    struct flow_env env;
    flow_env_init(&env, pass->interview, pass->flow, at);
    enum know own = part == KNOW_NO ? KNOW_NO : condition(question->relevant, &env, KNOW_YES);
    if (own == KNOW_YES && part == KNOW_YES) {
        return choices_left(&env, question); /* open while there may be nothing to choose from */
    }
    return own == KNOW_YES ? part : own;
}

static void
compute_slot(struct pass *pass, size_t at)
{
    struct slot *slot = &pass->flow->slots[at];
    struct interview *interview = pass->interview;
    const struct question_def *question = &interview->procedure->questions[slot->question];
    slot->relevant = relevance(pass, at);
    if (slot->relevant != KNOW_YES) {
        const struct fact *fact = fact_set_get(interview->facts, slot->key);
        pass->flow->certain = pass->flow->certain && slot->relevant == KNOW_NO;
        if (pass->write && fact != NULL && fact->origin == FACT_ORIGIN_DERIVED &&
            question->settled != NULL && same_fact(pass, at) == NULL) {
            fact_set_remove(interview->facts, slot->key);
        }
        return;
    }
    if (asked_elsewhere(pass, at)) {
        return;
    }
    struct flow_env env;
    flow_env_init(&env, interview, pass->flow, at);
    enum know settled = condition(question->settled, &env, KNOW_NO);
    pass->flow->certain = pass->flow->certain && settled != KNOW_OPEN;
    if (settled == KNOW_YES) {
        settle(pass, at);
    } else {
        ask(pass, at);
    }
}

static struct slot *
add_slot(struct pass *pass, int index, int entry)
{
    const struct procedure *procedure = pass->interview->procedure;
    const struct question_def *question = &procedure->questions[index];
    struct slot *slot = &pass->flow->slots[pass->flow->count++];
    *slot = (struct slot){.question = index, .index = entry};
    const char *bracket = question->group >= 0 ? strchr(question->key, '[') : NULL;
    int len = bracket == NULL
                  ? snprintf(slot->key, sizeof(slot->key), "%s", question->key)
                  : snprintf(slot->key, sizeof(slot->key), "%.*s[%d%s",
                        (int)(bracket - question->key), question->key, entry, bracket + 1);
    assert(len > 0 && (size_t)len < sizeof(slot->key)); /* load_procedure.c bounds keys */
    return slot;
}

/* The entries of a group that are looked at, as bits; sets *ret_open while that hangs on an open answer. */
static uint32_t
counted_entries(struct pass *pass, const struct group_def *group, bool *ret_open)
{
    struct flow_env env;
    flow_env_init(&env, pass->interview, pass->flow, SIZE_MAX);
    struct value count = expr_eval(group->count_of, &env.env);
    *ret_open = count.know == VALUE_OPEN;
    if (count.know != VALUE_KNOWN || count.number < 0) {
        return 0;
    }
    int entries = count.number > group->max ? group->max : (int)count.number;
    return ((UINT32_C(1) << entries) - 1) << 1;
}

/* for-each: those entries of the other group for which the condition holds. */
static uint32_t
chosen_entries(struct pass *pass, const struct group_def *group, bool *ret_open)
{
    uint32_t entries = 0;
    const uint32_t *all = &pass->flow->group_entries[group->over];
    *ret_open = pass->flow->group_counts[group->over] < 0;
    for (int index = 1; index <= group->max; index++) {
        struct flow_env env;
        flow_env_init(&env, pass->interview, pass->flow, SIZE_MAX);
        env.index = index;
        if ((*all >> index & 1) == 0) {
            continue;
        }
        enum know know = condition(group->where, &env, KNOW_YES);
        *ret_open = *ret_open || know == KNOW_OPEN;
        entries |= know == KNOW_YES ? UINT32_C(1) << index : 0;
    }
    return entries;
}

static int
count_bits(uint32_t bits)
{
    int count = 0;
    for (; bits != 0; bits &= bits - 1) {
        count++;
    }
    return count;
}

static int
compute_group(struct pass *pass, int index)
{
    const struct procedure *procedure = pass->interview->procedure;
    int which = procedure->questions[index].group;
    const struct group_def *group = &procedure->groups[which];
    struct flow *flow = pass->flow;
    enum know part = flow_part(pass->interview, flow, group->part);
    bool open = part == KNOW_OPEN;
    uint32_t entries = 0;
    if (part == KNOW_YES) {
        entries = group->over >= 0 ? chosen_entries(pass, group, &open)
                                   : counted_entries(pass, group, &open);
    }
    flow->certain = flow->certain && !open;
    flow->group_entries[which] = entries;
    flow->group_counts[which] = open ? -1 : count_bits(entries);
    for (int entry = 1; entry <= group->max; entry++) {
        for (int i = group->first; i < group->first + group->count; i++) {
            if ((entries >> entry & 1) != 0) {
                add_slot(pass, i, entry);
                compute_slot(pass, flow->count - 1);
            }
        }
    }
    return group->first + group->count;
}

void
flow_compute(struct interview *interview, struct flow *flow, size_t open_from, bool write)
{
    const struct procedure *procedure = interview->procedure;
    struct pass pass = {interview, flow, open_from, write};
    flow->count = 0;
    flow->offered = 0;
    flow->offer = KNOW_NO;
    flow->certain = true;
    for (int i = 0; i < procedure->group_count; i++) { /* not reached yet */
        flow->group_counts[i] = -1;
        flow->group_entries[i] = 0;
    }
    for (int i = 0; i < procedure->question_count;) {
        if (procedure->questions[i].group >= 0) {
            i = compute_group(&pass, i);
            continue;
        }
        add_slot(&pass, i, 0);
        compute_slot(&pass, flow->count - 1);
        i++;
    }
}

static void
bounds_of(const struct question_def *question, const struct flow_env *env, struct question *ret)
{
    const struct expr *bounds[] = {question->min, question->max};
    int64_t *results[] = {&ret->min, &ret->max};
    for (size_t i = 0; i < ARRAY_LEN(bounds); i++) {
        if (bounds[i] != NULL) {
            struct value value = expr_eval(bounds[i], &env->env);
            *results[i] = value.know == VALUE_KNOWN ? value.number : 0;
        }
    }
}

/* 1, 2, 3 of the entries that there are. */
static int
place_in_group(const struct flow *flow, const struct question_def *question, int index)
{
    if (question->group < 0) {
        return 0;
    }
    return count_bits(flow->group_entries[question->group] & ((UINT32_C(2) << index) - 1));
}

/* What the visitor called the person of this entry: the first name that the group asks for. */
static const char *
name_of_entry(const struct interview *interview, const struct flow *flow,
    const struct group_def *people, int index, size_t but)
{
    const struct procedure *procedure = interview->procedure;
    for (size_t i = 0; i < flow->count; i++) {
        const struct slot *other = &flow->slots[i];
        bool inside = other->index == index && other->question >= people->first &&
                      other->question < people->first + people->count;
        if (inside && procedure->questions[other->question].input == QUESTION_INPUT_NAME) {
            const char *name = i != but ? fact_set_value(interview->facts, other->key) : NULL;
            return name != NULL && name[0] != 0 ? name : NULL;
        }
    }
    return NULL;
}

const char *
flow_person(const struct interview *interview, const struct flow *flow, int group, int index)
{
    return name_of_entry(interview, flow, &interview->procedure->groups[group], index, SIZE_MAX);
}

static const char *
person_of(const struct interview *interview, const struct flow *flow, size_t at)
{
    const struct procedure *procedure = interview->procedure;
    const struct slot *slot = &flow->slots[at];
    int group = procedure->questions[slot->question].group;
    if (group < 0) {
        return NULL;
    }
    int over = procedure->groups[group].over;
    return name_of_entry(
        interview, flow, &procedure->groups[over >= 0 ? over : group], slot->index, at);
}

void
slot_question(const struct interview *interview, const struct flow *flow, size_t at,
    struct question *ret_question)
{
    const struct procedure *procedure = interview->procedure;
    const struct slot *slot = &flow->slots[at];
    const struct question_def *def = &procedure->questions[slot->question];
    struct question question = {.type = def->type,
        .label = def->label,
        .name = def->name,
        .hint = def->hint,
        .why = def->why,
        .required = def->required,
        .personal = def->personal,
        .dont_know = def->dont_know,
        .max_length = def->max_length,
        .digits = def->digits,
        .input = def->input,
        .unit = def->unit,
        .repeat_index = place_in_group(flow, def, slot->index),
        .who = person_of(interview, flow, at)};
    memcpy(question.key, slot->key, sizeof(question.key));
    question_reading_key(def, question.key, question.reading);
    if (def->group >= 0) {
        question.repeat_count = flow->group_counts[def->group];
        question.repeat_label = procedure->groups[def->group].name;
    }
    struct flow_env env;
    flow_env_init(&env, interview, flow, at);
    bounds_of(def, &env, &question);
    choices_fill(&env, def, &question);
    *ret_question = question;
}
