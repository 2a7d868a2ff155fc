/* procedure/choices.c - what an answer can be chosen from as the facts stand: choices whose condition holds,
 * entries of a list that belong to an earlier answer. */
#include "procedure_priv.h"

#include <stdio.h>
#include <string.h>

int
choice_find(const struct question_def *question, const char *value, size_t len)
{
    for (size_t i = 0; i < question->choice_count; i++) {
        const char *other = question->choices[i].value;
        if (strlen(other) == len && memcmp(other, value, len) == 0) {
            return (int)i;
        }
    }
    return -1;
}

/* The answer that a question's entries hang on; known as "" without one. */
static struct value
within_value(struct flow_env *env, const struct question_def *question)
{
    if (question->within == NULL) {
        return (struct value){.know = VALUE_KNOWN, .text = ""};
    }
    return expr_eval(question->within, &env->env);
}

/* Does an entry belong to that answer? */
static enum know
within_holds(const struct question_def *question, struct value value, const char *within)
{
    if (question->within == NULL) {
        return KNOW_YES;
    }
    if (value.know == VALUE_OPEN) {
        return KNOW_OPEN;
    }
    return value.know == VALUE_KNOWN && within != NULL && strcmp(value.text, within) == 0 ? KNOW_YES
                                                                                          : KNOW_NO;
}

/* Is there this entry of the group, and does the condition hold for it? */
static enum know
person_holds(const struct flow_env *env, const struct question_def *question, int index)
{
    if (env->flow->group_counts[question->over] < 0) {
        return KNOW_OPEN;
    }
    if ((env->flow->group_entries[question->over] >> index & 1) == 0) {
        return KNOW_NO;
    }
    if (question->where == NULL) {
        return KNOW_YES;
    }
    struct flow_env person;
    flow_env_init(&person, env->interview, env->flow, SIZE_MAX);
    person.index = index;
    struct value value = expr_eval(question->where, &person.env);
    return value.know == VALUE_OPEN                         ? KNOW_OPEN
           : value.know == VALUE_KNOWN && value.number != 0 ? KNOW_YES
                                                            : KNOW_NO;
}

static enum know
choice_holds(struct flow_env *env, const struct question_def *question, size_t index)
{
    if (question->choice_rules == NULL) {
        return KNOW_YES;
    }
    if (question->tasks) { /* computed with the flow */
        return (env->flow->offered >> index & 1) != 0 ? KNOW_YES : KNOW_NO;
    }
    if (question->people != NULL) {
        return person_holds(env, question, (int)index + 1);
    }
    const struct choice_rule *rule = &question->choice_rules[index];
    enum know within = within_holds(question, within_value(env, question), rule->within);
    if (rule->when == NULL || within == KNOW_NO) {
        return within;
    }
    struct value value = expr_eval(rule->when, &env->env);
    if (value.know == VALUE_OPEN) {
        return KNOW_OPEN;
    }
    return value.know == VALUE_KNOWN && value.number != 0 ? within : KNOW_NO;
}

/* While that is open, nothing speaks against it. */
bool
choice_offered(struct flow_env *env, const struct question_def *question, size_t index)
{
    return choice_holds(env, question, index) != KNOW_NO;
}

bool
entry_offered(
    struct flow_env *env, const struct question_def *question, const struct procedure_entry *entry)
{
    return within_holds(question, within_value(env, question), entry->within) != KNOW_NO;
}

enum know
choices_left(struct flow_env *env, const struct question_def *question)
{
    /* places of times are those of a list, as what is picked is */
    bool pick = question->type == QUESTION_PICK ||
                (question->type == QUESTION_SLOT && question->within != NULL);
    if (pick ? question->within == NULL : question->choice_rules == NULL) {
        return KNOW_YES;
    }
    size_t count = pick ? question->list->list.count : question->choice_count;
    struct value above = pick ? within_value(env, question) : (struct value){0};
    enum know left = KNOW_NO;
    for (size_t i = 0; i < count && left != KNOW_YES; i++) {
        enum know one = pick ? within_holds(question, above, question->list->entries[i].within)
                             : choice_holds(env, question, i);
        left = one != KNOW_NO ? one : left;
    }
    return left;
}

void
choices_all(const struct question_def *question, struct question *ret_question)
{
    ret_question->choices = question->choices;
    ret_question->choice_count = question->choice_count;
    bool named = question->type == QUESTION_PICK || question->type == QUESTION_SLOT;
    ret_question->list = named && question->list != NULL ? &question->list->list : NULL;
    ret_question->map = question->map;
    ret_question->live = question->live;
    ret_question->step = question->step;
    ret_question->tasks = question->tasks;
    ret_question->within = question->within_source.text != NULL;
}

void
choices_fill(
    struct flow_env *env, const struct question_def *question, struct question *ret_question)
{
    choices_all(question, ret_question);
    if (question->within != NULL) {
        struct value value = expr_eval(question->within, &env->env);
        (void)snprintf(ret_question->within_value, sizeof(ret_question->within_value), "%s",
            value.know == VALUE_KNOWN ? value.text : "");
    }
    if (question->choice_rules == NULL) {
        return;
    }
    struct question_choice *offered = env->interview->offered;
    size_t count = 0;
    for (size_t i = 0; i < question->choice_count; i++) {
        if (choice_offered(env, question, i)) {
            offered[count] = question->choices[i];
            if (question->people != NULL) {
                offered[count].text =
                    flow_person(env->interview, env->flow, question->over, (int)i + 1);
            }
            count++;
        }
    }
    ret_question->choices = offered;
    ret_question->choice_count = count;
}
