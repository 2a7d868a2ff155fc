/* procedure/load_procedure.c - the questions of one file of assets/procedures, with what they refer to in the
 * dictionary. Expressions are compiled afterwards (check.c), when all names are known. */
#include "procedure_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static void
mistake_at(struct load *load, const struct node *node, const char *reason)
{
    load_mistake(load, node->line, node->column, "%s", reason);
}

bool
question_name_free(struct load *load, const struct procedure *procedure, const struct node *at,
    const char *id, int group)
{
    const struct question_def *question = procedure->questions;
    int line = 0;
    for (int i = 0; i < procedure->question_count; i++, question++) {
        bool apart = group >= 0 && question->group >= 0 && group != question->group;
        if (!apart && strcmp(question->id, id) == 0) {
            line = question->at.line;
        }
    }
    for (int i = 0; i < procedure->group_count; i++) {
        if (strcmp(procedure->groups[i].id, id) == 0) {
            line = procedure->groups[i].line;
        }
    }
    if (line > 0) {
        load_mistake(load, at->line, at->column, "'%s' is already asked at line %d", id, line);
    }
    return line == 0;
}

struct question_def *
question_add(struct load *load, struct procedure *procedure, const struct node *at, const char *id,
    int group)
{
    if (!question_name_free(load, procedure, at, id, group)) {
        return NULL;
    }
    if (procedure->question_count == OWN_QUESTIONS_MAX) {
        load_mistake(load, at->line, at->column,
            "more than %d questions in one procedure; put some into one that it includes",
            OWN_QUESTIONS_MAX);
        return NULL;
    }
    struct question_def *question = &procedure->questions[procedure->question_count++];
    question->group = group;
    return question;
}

/* A fact of the dictionary, with what this procedure says of it. */
void
question_ask_fact(struct load *load, struct procedure *procedure, const struct node *map,
    const struct question_def *fact, bool alone)
{
    static const char *const keys[] = {
        "ask", "label", "hint", "why", "required", "relevant", "settled", "default"};
    struct question_def *question = question_add(load, procedure, map, fact->id, -1);
    if (question == NULL) {
        return;
    }
    *question = *fact;
    question->at = (struct file_place){load->file, map->line, map->column};
    procedure->info.card = procedure->info.card || fact->from_card;
    if (!alone) {
        return;
    }
    field_check_keys(load, map, FIELD_NAMES(keys), "a question for a fact of the dictionary");
    char context[PROCEDURE_CONTEXT_MAX];
    (void)snprintf(context, sizeof(context), "%s/%s", procedure->info.id, fact->id);
    struct {
        const char *key;
        struct procedure_words *words;
    } own[] = {{"label", &question->label}, {"hint", &question->hint}, {"why", &question->why}};
    for (size_t i = 0; i < ARRAY_LEN(own); i++) {
        if (tree_get(map, own[i].key) != NULL) {
            *own[i].words = field_words(load, map, own[i].key, false, context);
        }
    }
    question_read_rules(load, map, question);
}

static bool
ask_group(struct load *load, struct procedure *procedure, const struct node *map, const char *id)
{
    static const char *const keys[] = {"ask", "relevant"};
    const struct procedure_set *set = load->set;
    for (size_t i = 0; i < set->group_count; i++) {
        const struct fact_group *group = &set->groups[i];
        if (strcmp(group->id, id) != 0) {
            continue;
        }
        field_check_keys(load, map, FIELD_NAMES(keys), "a question for a group of facts");
        for (size_t j = 0; j < group->count; j++) {
            int before = procedure->question_count;
            question_ask_fact(load, procedure, map, set_fact(set, group->keys[j]), false);
            if (procedure->question_count > before && tree_get(map, "relevant") != NULL) {
                procedure->questions[before].relevant_source = field_expr(load, map, "relevant");
            }
        }
        return true;
    }
    return false;
}

static void
ask_own(struct load *load, struct procedure *procedure, const struct node *map, const char *id,
    const struct group_def *group)
{
    const struct node *ask = tree_get(map, "ask");
    if (!id_ok(id)) {
        const char *names[64];
        size_t count = 0;
        for (size_t i = 0; i < load->set->fact_count && count < ARRAY_LEN(names); i++) {
            names[count++] = load->set->facts[i].id;
        }
        if (strchr(id, '.') != NULL) {
            load_unknown(load, ask->line, ask->column, "fact", id, names, count);
        } else {
            load_mistake(load, ask->line, ask->column, "'%.60s' is no id: " ID_RULE, id);
        }
        return;
    }
    struct question_def *question =
        question_add(load, procedure, ask, id, group != NULL ? procedure->group_count - 1 : -1);
    if (question == NULL) {
        return;
    }
    struct arena *arena = &load->set->arena;
    char context[PROCEDURE_CONTEXT_MAX];
    question->id = id;
    if (group != NULL) {
        question->key = arena_printf(arena, "%s.%s[].%s", procedure->info.id, group->id, id);
        (void)snprintf(context, sizeof(context), "%s/%s/%s", procedure->info.id, group->id, id);
    } else {
        question->key = arena_printf(arena, "%s.%s", procedure->info.id, id);
        (void)snprintf(context, sizeof(context), "%s/%s", procedure->info.id, id);
    }
    if (strlen(question->key) + 2 >= FACT_KEY_MAX) { /* two digits of an entry go in */
        load_mistake(load, ask->line, ask->column,
            "the ids of procedure, group and question are longer than %d characters together; "
            "choose shorter ones",
            FACT_KEY_MAX - 3);
    }
    question_read(load, map, context, question);
    question->at.column = ask->column;
}

void
question_ask(struct load *load, struct procedure *procedure, const struct node *map,
    const struct group_def *group)
{
    if (!field_is_map(load, map, "a question")) {
        return;
    }
    const char *id = field_text(load, map, "ask", false);
    if (id == NULL) {
        load_mistake(load, map->line, map->column, "a question begins with 'ask: its-id'");
        return;
    }
    const struct question_def *fact = set_fact(load->set, id);
    if (group != NULL) {
        ask_own(load, procedure, map, id, group);
    } else if (fact != NULL && fact->repeated) {
        const struct node *ask = tree_get(map, "ask");
        load_mistake(load, ask->line, ask->column,
            "'%s' is asked of several people: ask for its group, '%.*s'", id, (int)strcspn(id, "."),
            id);
    } else if (fact != NULL) {
        question_ask_fact(load, procedure, map, fact, true);
    } else if (tree_get(map, "type") == NULL && group_ask(load, procedure, map, id)) {
        return;
    } else if (tree_get(map, "type") != NULL || !ask_group(load, procedure, map, id)) {
        if (tree_get(map, "type") == NULL && strchr(id, '.') == NULL && tree_count(map) == 1) {
            const char *names[64];
            size_t count = 0;
            for (size_t i = 0; i < load->set->group_count && count < ARRAY_LEN(names); i++) {
                names[count++] = load->set->groups[i].id;
            }
            for (size_t i = 0; i < load->set->repeat_count && count < ARRAY_LEN(names); i++) {
                names[count++] = load->set->repeats[i].id;
            }
            const struct node *ask = tree_get(map, "ask");
            load_unknown(load, ask->line, ask->column, "group of facts", id, names, count);
            return;
        }
        ask_own(load, procedure, map, id, NULL);
    }
}

static void
read_questions(struct load *load, const struct node *root, struct procedure *procedure)
{
    const struct node *list = tree_get(root, "questions");
    if (list == NULL || list->kind != NODE_LIST || list->first == NULL) {
        mistake_at(load, list != NULL ? list : root, "'questions' are missing: a list");
        return;
    }
    for (const struct node *node = list->first; node != NULL; node = node->next) {
        if (tree_get(node, "repeat") != NULL || tree_get(node, "for-each") != NULL) {
            group_read(load, procedure, node);
        } else {
            question_ask(load, procedure, node, NULL);
        }
    }
}

static void
add_to_set(struct load *load, struct procedure *procedure)
{
    struct procedure_set *set = load->set;
    set->procedures = xgrow(set->procedures, set->count, &set->cap, sizeof(struct procedure *));
    set->procedures[set->count++] = procedure;
}

bool
slots_counted(struct load *load, struct procedure *procedure, int most)
{
    procedure->slot_max = 0;
    for (int i = 0; i < procedure->question_count; i++) {
        int group = procedure->questions[i].group;
        procedure->slot_max += group >= 0 ? procedure->groups[group].max : 1;
    }
    if (procedure->slot_max > most) {
        load_mistake(load, procedure->line, procedure->column,
            "%d questions with all repeats, and %d are the most; lower the 'max' of a repeat group",
            procedure->slot_max, most);
    }
    return procedure->slot_max <= most;
}

void
load_procedure_tree(struct load *load, const struct node *root, const char *name)
{
    if (root == NULL || !field_is_map(load, root, "a procedure")) {
        return;
    }
    struct arena *arena = &load->set->arena;
    struct procedure *procedure = arena_alloc(arena, sizeof(*procedure));
    /* Questions are read into room for the most there may be, then kept at their size. */
    struct question_def *room = xcalloc(OWN_QUESTIONS_MAX, sizeof(*room));
    procedure->set = load->set;
    procedure->file = load->file;
    procedure->line = root->line;
    procedure->column = root->column;
    procedure->questions = room;
    procedure->groups = arena_alloc(arena, OWN_GROUPS_MAX * sizeof(*procedure->groups));
    procedure->together = -1;
    int before = load->mistakes;
    head_read(load, root, name, procedure);
    rules_read(load, root, procedure);
    read_questions(load, root, procedure);
    size_t count = (size_t)procedure->question_count;
    procedure->questions = arena_alloc(arena, (count + 1) * sizeof(*room));
    memcpy(procedure->questions, room, count * sizeof(*room));
    free(room);
    procedure->own_count = procedure->question_count;
    procedure->own_groups = procedure->group_count;
    (void)slots_counted(load, procedure, OWN_SLOTS_MAX);
    procedure->broken = load->mistakes > before;
    add_to_set(load, procedure);
}
