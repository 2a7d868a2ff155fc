/* procedure/compose.c - procedures done together: behind a procedure's own questions stands one task list, behind
 * it the questions of every procedure that may be included. A fact that the procedure asks of everybody anyway is
 * not taken over; one that it asks only sometimes stands in both, and flow.c asks it once. */
#include "procedure_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* The questions of the whole while it is put together. */
struct whole {
    struct load *load;
    struct procedure *procedure;
    struct question_def *questions;
    struct group_def *groups;
};

/* Is this fact asked of everybody before, at least as strictly? */
static bool
asked_anyway(const struct procedure *procedure, const struct question_def *question)
{
    for (int i = 0; question->shared && i < procedure->own_count; i++) {
        const struct question_def *own = &procedure->questions[i];
        if (strcmp(own->key, question->key) == 0) {
            return own->relevant_source.text == NULL && own->settled_source.text == NULL &&
                   (own->required || !question->required) && own->group < 0;
        }
    }
    return false;
}

static bool
room_for(struct whole *whole, const struct include *include, int questions, int groups)
{
    bool long_list = whole->procedure->question_count + questions > QUESTIONS_MAX;
    if (long_list || whole->procedure->group_count + groups > GROUPS_MAX) {
        load_mistake(whole->load, include->line, include->column,
            "more than %d %s with all that is included; include fewer procedures",
            long_list ? QUESTIONS_MAX : GROUPS_MAX, long_list ? "questions" : "groups of people");
        return false;
    }
    return true;
}

/* The procedure's own group that an included one shares with it, or -1. */
static int
own_group(const struct procedure *procedure, const struct group_def *group)
{
    for (int g = 0; group->shared && g < procedure->own_groups; g++) {
        if (procedure->groups[g].shared && strcmp(procedure->groups[g].id, group->id) == 0) {
            return g;
        }
    }
    return -1;
}

/* What the whole knows of an included question has no page: it follows, and stands on the check page. */
static void
take_given(const struct include *include, struct question_def *question)
{
    for (int i = 0; i < include->given_count && question->group < 0; i++) {
        if (strcmp(include->given[i].id, question->id) == 0) {
            question->default_source = include->given[i].source;
            question->settled_source = include->given[i].source;
            question->settled_source.text = "yes";
            question->given = true;
        }
    }
}

/* Each answer that is given has its question there. */
static void
check_given(const struct whole *whole, const struct include *include, int part)
{
    const char *names[OWN_QUESTIONS_MAX];
    for (int i = 0; i < include->given_count; i++) {
        const struct given *given = &include->given[i];
        size_t count = 0;
        bool found = false;
        for (int j = 0; j < whole->procedure->question_count; j++) {
            const struct question_def *question = &whole->questions[j];
            if (question->part == part && question->group < 0) {
                found = found || strcmp(question->id, given->id) == 0;
                names[count++] = question->id;
            }
        }
        if (!found) {
            load_unknown(whole->load, given->line, given->column,
                "question of the included procedure", given->id, names, count);
        }
    }
}

static void
append_part(struct whole *whole, const struct include *include, int part)
{
    struct procedure *procedure = whole->procedure;
    const struct procedure *other = include->procedure;
    int groups[OWN_GROUPS_MAX]; /* where each group of the other one is here */
    bool taken[OWN_GROUPS_MAX] = {false}; /* its questions stand in the procedure already */
    for (int g = 0; g < other->own_groups; g++) {
        groups[g] = own_group(procedure, &other->groups[g]);
        taken[g] = groups[g] >= 0;
        if (taken[g]) {
            continue;
        }
        groups[g] = procedure->group_count++;
        struct group_def *group = &whole->groups[groups[g]];
        *group = other->groups[g];
        group->part = part;
        group->count = 0;
        group->over = group->over >= 0 ? groups[group->over] : -1;
    }
    for (int i = 0; i < other->own_count; i++) {
        const struct question_def *from = &other->questions[i];
        if (from->group >= 0 ? taken[from->group] : asked_anyway(procedure, from)) {
            continue;
        }
        struct question_def *question = &whole->questions[procedure->question_count];
        *question = *from;
        question->part = part;
        take_given(include, question);
        if (from->choice_rules != NULL) { /* their conditions are compiled for each place */
            size_t size = from->choice_count * sizeof(*from->choice_rules);
            question->choice_rules = arena_alloc(&whole->load->set->arena, size);
            memcpy(question->choice_rules, from->choice_rules, size);
        }
        if (from->group >= 0) {
            struct group_def *group = &whole->groups[groups[from->group]];
            question->group = groups[from->group];
            group->first = group->count++ == 0 ? procedure->question_count : group->first;
        }
        procedure->question_count++;
    }
}

/* Which procedures does one do at the same time? */
static void
add_tasks(struct whole *whole)
{
    struct procedure *procedure = whole->procedure;
    struct arena *arena = &whole->load->set->arena;
    struct question_def *tasks = &whole->questions[procedure->question_count];
    *tasks = whole->load->set->tasks;
    tasks->id = "together";
    tasks->key = arena_printf(arena, "%s.together", procedure->info.id);
    tasks->group = -1;
    tasks->tasks = true;
    tasks->type = QUESTION_SEVERAL;
    if (tasks->label.source == NULL) {
        load_mistake(whole->load, procedure->includes[0].line, procedure->includes[0].column,
            "the dictionary has no 'together': the words of the page on which one chooses");
    }
    tasks->choice_rules =
        arena_alloc(arena, (size_t)procedure->include_count * sizeof(*tasks->choice_rules));
    tasks->choices = arena_alloc(arena, (size_t)procedure->include_count * sizeof(*tasks->choices));
    for (int i = 0; i < procedure->include_count; i++) {
        const struct include *include = &procedure->includes[i];
        tasks->choices[tasks->choice_count++] = (struct question_choice){.value = include->id,
            .label = include->procedure->info.title,
            .hint = include->because};
    }
    procedure->together = procedure->question_count++;
}

static bool
find_parts(struct load *load, struct procedure *procedure)
{
    bool found = true;
    for (int i = 0; i < procedure->include_count; i++) {
        struct include *include = &procedure->includes[i];
        include->procedure = check_named(load, include->line, include->column, include->id);
        found = found && include->procedure != NULL && !include->procedure->broken;
        for (int j = 0; j < i; j++) {
            if (strcmp(procedure->includes[j].id, include->id) == 0) {
                load_mistake(
                    load, include->line, include->column, "'%s' is already included", include->id);
                found = false;
            }
        }
        if (include->procedure == procedure) {
            load_mistake(
                load, include->line, include->column, "'%s' can't include itself", include->id);
            found = false;
        }
    }
    return found;
}

bool
compose(struct load *load, struct procedure *procedure)
{
    if (procedure->include_count == 0) {
        return true;
    }
    if (!find_parts(load, procedure)) {
        return false;
    }
    struct arena *arena = &load->set->arena;
    struct whole whole = {load, procedure, NULL, NULL};
    whole.questions = xcalloc(QUESTIONS_MAX, sizeof(*whole.questions));
    whole.groups = arena_alloc(arena, GROUPS_MAX * sizeof(*whole.groups));
    memcpy(whole.questions, procedure->questions,
        (size_t)procedure->own_count * sizeof(*whole.questions));
    memcpy(whole.groups, procedure->groups, (size_t)procedure->own_groups * sizeof(*whole.groups));
    add_tasks(&whole);
    for (int i = 0; i < procedure->include_count; i++) {
        const struct include *include = &procedure->includes[i];
        const struct procedure *other = include->procedure;
        if (!room_for(&whole, include, other->own_count, other->own_groups)) {
            break;
        }
        append_part(&whole, include, i + 1);
        check_given(&whole, include, i + 1);
        procedure->info.card = procedure->info.card || other->info.card;
    }
    size_t count = (size_t)procedure->question_count;
    procedure->questions = arena_alloc(arena, count * sizeof(*whole.questions));
    memcpy(procedure->questions, whole.questions, count * sizeof(*whole.questions));
    procedure->groups = whole.groups;
    free(whole.questions);
    return true;
}
