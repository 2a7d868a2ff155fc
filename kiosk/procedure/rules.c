/* procedure/rules.c - what the answers lead to, beside the questions: fee, minutes, what to bring, where else it can
 * be had, why it can't be done here, results; with all that is done together. */
#include "procedure_priv.h"

#include "base/err.h"

/* One of the procedures of a visit: the one that was chosen first (part 0), or one done with it. */
struct part {
    const struct procedure_info *info;
    const struct expr *fee;
    const struct rule_list *bring, *not_here, *also_at;
};

static struct part
part_of(const struct procedure *procedure, int part)
{
    if (part == 0) {
        return (struct part){&procedure->info, procedure->fee, &procedure->bring,
            &procedure->not_here, &procedure->also_at};
    }
    const struct include *include = &procedure->includes[part - 1];
    return (struct part){&include->procedure->info, include->fee, &include->bring,
        &include->not_here, &include->also_at};
}

static bool
chosen(const struct interview *interview, int part)
{
    return flow_part(interview, &interview->flow, part) == KNOW_YES;
}

static enum know
holds(const struct interview *interview, const struct rule *rule)
{
    return flow_condition(interview, &interview->flow, rule->when, KNOW_YES);
}

int64_t
interview_fee(const struct interview *interview)
{
    struct flow_env env;
    flow_env_init(&env, interview, &interview->flow, SIZE_MAX);
    env.defaults = true;
    int64_t sum = -1;
    for (int i = 0; i <= interview->procedure->include_count; i++) {
        const struct expr *expr = part_of(interview->procedure, i).fee;
        if (expr == NULL || !chosen(interview, i)) {
            continue;
        }
        struct value fee = expr_eval(expr, &env.env);
        if (fee.know != VALUE_KNOWN || fee.number < 0) {
            return -1;
        }
        sum = (sum < 0 ? 0 : sum) + fee.number;
    }
    return sum;
}

int
interview_minutes(const struct interview *interview)
{
    int sum = 0;
    for (int i = 0; i <= interview->procedure->include_count; i++) {
        sum += chosen(interview, i) ? part_of(interview->procedure, i).info->minutes : 0;
    }
    return sum;
}

size_t
interview_together_count(const struct interview *interview)
{
    size_t count = 0;
    for (int i = 1; i <= interview->procedure->include_count; i++) {
        count += chosen(interview, i);
    }
    return count;
}

const struct procedure *
interview_together(const struct interview *interview, size_t index)
{
    for (int i = 1; i <= interview->procedure->include_count; i++) {
        if (chosen(interview, i) && index-- == 0) {
            return interview->procedure->includes[i - 1].procedure;
        }
    }
    return NULL;
}

/* Is the nth thing of a part one that an earlier rule names already? */
static bool
named_before(const struct interview *interview, int part, int index, const struct city_entry *thing)
{
    for (int i = 0; i <= part; i++) {
        const struct rule_list *list = part_of(interview->procedure, i).bring;
        for (int j = 0; chosen(interview, i) && j < (i == part ? index : list->count); j++) {
            if (list->rules[j].thing == thing && holds(interview, &list->rules[j]) != KNOW_NO) {
                return true;
            }
        }
    }
    return false;
}

/* The index-th thing to bring, or NULL; counts them when index is SIZE_MAX. */
static const struct city_entry *
find_thing(const struct interview *interview, size_t index, size_t *ret_count)
{
    *ret_count = 0;
    for (int i = 0; i <= interview->procedure->include_count; i++) {
        const struct rule_list *list = part_of(interview->procedure, i).bring;
        for (int j = 0; chosen(interview, i) && j < list->count; j++) {
            const struct rule *rule = &list->rules[j];
            if (holds(interview, rule) == KNOW_NO || named_before(interview, i, j, rule->thing)) {
                continue;
            }
            if ((*ret_count)++ == index) {
                return rule->thing;
            }
        }
    }
    return NULL;
}

size_t
interview_bring_count(const struct interview *interview)
{
    size_t count;
    (void)find_thing(interview, SIZE_MAX, &count);
    return count;
}

int
interview_bring(const struct interview *interview, size_t index, struct procedure_words *ret_thing)
{
    size_t count;
    const struct city_entry *thing = find_thing(interview, index, &count);
    if (thing == NULL) {
        return KERR_NOT_FOUND;
    }
    *ret_thing = thing->name;
    return 0;
}

/* What is told beside the way: where else it can be had; and what keeps this visitor from something that is done
 * together with the rest (the rest goes on). */
static const struct rule *
find_also(const struct interview *interview, size_t index, size_t *ret_count)
{
    *ret_count = 0;
    for (int i = 0; i <= interview->procedure->include_count; i++) {
        const struct part part = part_of(interview->procedure, i);
        const struct rule_list *lists[] = {part.also_at, i > 0 ? part.not_here : NULL};
        for (size_t l = 0; l < ARRAY_LEN(lists) && chosen(interview, i); l++) {
            for (int j = 0; lists[l] != NULL && j < lists[l]->count; j++) {
                const struct rule *rule = &lists[l]->rules[j];
                if (holds(interview, rule) == KNOW_YES && (*ret_count)++ == index) {
                    return rule;
                }
            }
        }
    }
    return NULL;
}

size_t
interview_also_count(const struct interview *interview)
{
    size_t count;
    (void)find_also(interview, SIZE_MAX, &count);
    return count;
}

int
interview_also(const struct interview *interview, size_t index, struct procedure_also *ret_also)
{
    size_t count;
    const struct rule *rule = find_also(interview, index, &count);
    if (rule == NULL) {
        return KERR_NOT_FOUND;
    }
    *ret_also = (struct procedure_also){rule->say, rule->page};
    return 0;
}

bool
interview_stopped(const struct interview *interview, struct procedure_stop *ret_stop)
{
    const struct rule_list *list = &interview->procedure->not_here;
    const struct procedure_info *info = &interview->procedure->info;
    for (int i = 0; i < list->count; i++) {
        const struct rule *rule = &list->rules[i];
        if (holds(interview, rule) != KNOW_YES) {
            continue;
        }
        *ret_stop = (struct procedure_stop){.say = rule->say, .page = rule->page};
        ret_stop->counter_id = rule->counter != NULL ? rule->counter->id : info->counter_id;
        ret_stop->counter = rule->counter != NULL ? rule->counter->name : info->counter;
        ret_stop->hours = rule->counter != NULL ? rule->counter->hours : info->counter_hours;
        return true;
    }
    return false;
}

static const struct rule *
find_result(const struct interview *interview, size_t index, size_t *ret_count)
{
    const struct rule_list *list = &interview->procedure->results;
    *ret_count = 0;
    for (int i = 0; i < list->count; i++) {
        const struct rule *rule = &list->rules[i];
        const struct procedure *named =
            rule->procedure != NULL ? procedure_find(interview->procedure->set, rule->procedure)
                                    : NULL;
        bool offered = named == NULL || procedure_in_force(named, interview->clock);
        if (offered && holds(interview, rule) == KNOW_YES && (*ret_count)++ == index) {
            return rule;
        }
    }
    return NULL;
}

size_t
interview_result_count(const struct interview *interview)
{
    size_t count;
    (void)find_result(interview, SIZE_MAX, &count);
    return count;
}

int
interview_result(
    const struct interview *interview, size_t index, struct interview_result *ret_result)
{
    size_t count;
    const struct rule *rule = find_result(interview, index, &count);
    if (rule == NULL) {
        return KERR_NOT_FOUND;
    }
    const struct procedure *named =
        rule->procedure != NULL ? procedure_find(interview->procedure->set, rule->procedure) : NULL;
    *ret_result = (struct interview_result){.procedure = rule->procedure,
        .page = rule->page,
        .title = rule->say,
        .because = rule->because,
        .bring_count = rule->bring_count,
        .bring = rule->bring,
        .source = rule->source};
    if (rule->counter != NULL) {
        ret_result->counter_id = rule->counter->id;
        ret_result->counter = rule->counter->name;
        ret_result->hours = rule->counter->hours;
    }
    if (named == NULL) {
        return 0;
    }
    if (rule->say.source == NULL) {
        ret_result->title = named->info.title;
    }
    if (rule->bring == NULL) {
        ret_result->bring_count = named->info.bring_count;
        ret_result->bring = named->info.bring;
    }
    if (rule->counter == NULL) {
        ret_result->counter_id = named->info.counter_id;
        ret_result->counter = named->info.counter;
        ret_result->hours = named->info.counter_hours;
    }
    return 0;
}
