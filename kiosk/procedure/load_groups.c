/* procedure/load_groups.c - the same questions for several people: a repeat group of the file, a shared one of the
 * dictionary (household), and own questions for each entry of a shared one. */
#include "procedure_priv.h"

#include <stdio.h>
#include <string.h>

static void
mistake_at(struct load *load, const struct node *node, const char *reason)
{
    load_mistake(load, node->line, node->column, "%s", reason);
}

/* The next group of a procedure, or NULL after a report. */
static struct group_def *
add_group(struct load *load, struct procedure *procedure, const struct node *map, const char *id)
{
    if (id == NULL) {
        return NULL;
    }
    if (!id_ok(id)) {
        load_mistake(load, map->line, map->column, "'%.60s' is no id: " ID_RULE, id);
        return NULL;
    }
    if (!question_name_free(load, procedure, map, id, -1)) {
        return NULL;
    }
    if (procedure->group_count == OWN_GROUPS_MAX) {
        load_mistake(load, map->line, map->column,
            "more than %d groups of people in one procedure; put some into one that it includes",
            OWN_GROUPS_MAX);
        return NULL;
    }
    struct group_def *group = &procedure->groups[procedure->group_count++];
    group->id = id;
    group->over = -1;
    group->line = map->line;
    group->column = map->column;
    group->first = procedure->question_count;
    return group;
}

static void
read_inside(
    struct load *load, struct procedure *procedure, const struct node *map, struct group_def *group)
{
    const struct node *questions = tree_get(map, "questions");
    if (questions == NULL || questions->kind != NODE_LIST || questions->first == NULL) {
        mistake_at(load, map, "a repeat group has 'questions'");
        return;
    }
    for (const struct node *node = questions->first; node != NULL; node = node->next) {
        if (tree_get(node, "repeat") != NULL || tree_get(node, "for-each") != NULL) {
            mistake_at(load, node, "a repeat group can't stand in another");
            continue;
        }
        question_ask(load, procedure, node, group);
    }
    group->count = procedure->question_count - group->first;
}

static void
read_repeat(struct load *load, struct procedure *procedure, const struct node *map)
{
    static const char *const keys[] = {"repeat", "name", "count", "max", "questions"};
    field_check_keys(load, map, FIELD_NAMES(keys), "a repeat group");
    const char *id = field_text(load, map, "repeat", true);
    struct group_def *group = add_group(load, procedure, map, id);
    if (group == NULL) {
        return;
    }
    char context[PROCEDURE_CONTEXT_MAX];
    (void)snprintf(context, sizeof(context), "%s/%s", procedure->info.id, id);
    group->name = field_words(load, map, "name", true, context);
    group->max = (int)field_int(load, map, "max", 1, REPEAT_MAX, REPEAT_MAX);
    group->count_source = field_expr(load, map, "count");
    if (group->count_source.text == NULL) {
        mistake_at(load, map, "'count' is missing: how many entries, as an expression");
    }
    read_inside(load, procedure, map, group);
}

const struct repeat_def *
find_repeat(const struct procedure_set *set, const char *id)
{
    for (size_t i = 0; i < set->repeat_count; i++) {
        if (strcmp(set->repeats[i].id, id) == 0) {
            return &set->repeats[i];
        }
    }
    return NULL;
}

bool
group_ask(struct load *load, struct procedure *procedure, const struct node *map, const char *id)
{
    static const char *const keys[] = {"ask"};
    const struct repeat_def *repeat = find_repeat(load->set, id);
    if (repeat == NULL) {
        return false;
    }
    field_check_keys(load, map, FIELD_NAMES(keys), "a question for a shared repeat group");
    /* Its number is asked first, unless this procedure did so already. */
    const struct question_def *number = set_fact(load->set, repeat->count_source.text);
    bool asked = number == NULL;
    for (int i = 0; i < procedure->question_count && !asked; i++) {
        asked = strcmp(procedure->questions[i].id, number->id) == 0;
    }
    if (!asked) {
        question_ask_fact(load, procedure, map, number, false);
    }
    struct group_def *group = add_group(load, procedure, map, id);
    if (group == NULL) {
        return true;
    }
    group->shared = true;
    group->name = repeat->name;
    group->max = repeat->max;
    group->count_source = repeat->count_source;
    for (size_t i = 0; i < repeat->fact_count; i++) {
        int inside = procedure->group_count - 1;
        struct question_def *question =
            question_add(load, procedure, map, repeat->facts[i].id, inside);
        if (question != NULL) {
            *question = repeat->facts[i];
            question->group = inside;
            question->at = (struct file_place){load->file, map->line, map->column};
        }
    }
    group->count = procedure->question_count - group->first;
    return true;
}

static void
read_for_each(struct load *load, struct procedure *procedure, const struct node *map)
{
    static const char *const keys[] = {"for-each", "as", "where", "name", "questions"};
    field_check_keys(load, map, FIELD_NAMES(keys), "'for-each'");
    const char *over = field_text(load, map, "for-each", true);
    int found = -1;
    for (int g = 0; over != NULL && g < procedure->group_count; g++) {
        found =
            procedure->groups[g].shared && strcmp(procedure->groups[g].id, over) == 0 ? g : found;
    }
    if (over != NULL && found < 0) {
        const struct node *node = tree_get(map, "for-each");
        load_mistake(load, node->line, node->column,
            "'%.60s' is no shared repeat group that this procedure asks for before; add 'ask: "
            "%.60s'",
            over, over);
        return;
    }
    const char *as = field_text(load, map, "as", true);
    struct group_def *group = over != NULL ? add_group(load, procedure, map, as) : NULL;
    if (group == NULL) {
        return;
    }
    char context[PROCEDURE_CONTEXT_MAX];
    (void)snprintf(context, sizeof(context), "%s/%s", procedure->info.id, as);
    group->name = field_words(load, map, "name", true, context);
    group->over = found;
    group->max = procedure->groups[found].max;
    group->where_source = field_expr(load, map, "where");
    read_inside(load, procedure, map, group);
}

void
group_read(struct load *load, struct procedure *procedure, const struct node *map)
{
    if (tree_get(map, "repeat") != NULL) {
        read_repeat(load, procedure, map);
    } else {
        read_for_each(load, procedure, map);
    }
}
