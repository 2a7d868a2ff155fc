/* procedure/load_dictionary.c - the dictionary: every fact that several procedures share, once. A fact
 * has a global key ("applicant.name"); groups name what "ask: applicant" asks for. */
#include "procedure_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/fs.h"

enum { FACTS_MAX = 500, FACT_GROUPS_MAX = 50, REPEATS_MAX = 30 };

const struct question_def *
set_fact(const struct procedure_set *set, const char *key)
{
    for (size_t i = 0; i < set->fact_count; i++) {
        if (strcmp(set->facts[i].id, key) == 0) {
            return &set->facts[i];
        }
    }
    return NULL;
}

/* "applicant.name": two ids and a dot. */
static bool
fact_key_ok(const char *key)
{
    const char *dot = strchr(key, '.');
    char left[ID_MAX + 1];
    if (dot == NULL || (size_t)(dot - key) > ID_MAX) {
        return false;
    }
    (void)snprintf(left, sizeof(left), "%.*s", (int)(dot - key), key);
    return id_ok(left) && id_ok(dot + 1);
}

static void
read_cards(struct load *load, const struct node *map, struct question_def *fact)
{
    static const char *const cards[] = {"my-number-card", "drivers-licence", "residence-card"};
    const struct node *list = tree_get(map, "card");
    if (list == NULL) {
        return;
    }
    if (list->kind != NODE_LIST) {
        load_mistake(load, list->line, list->column, "'card' is a list: [my-number-card]");
        return;
    }
    for (const struct node *node = list->first; node != NULL; node = node->next) {
        const char *text = node->kind == NODE_SCALAR ? node->text : "";
        size_t i = 0;
        while (i < ARRAY_LEN(cards) && strcmp(cards[i], text) != 0) {
            i++;
        }
        if (i == ARRAY_LEN(cards)) {
            load_unknown(load, node->line, node->column, "card", text, cards, ARRAY_LEN(cards));
        }
        fact->from_card = fact->from_card || i == 0;
    }
}

static void
load_fact(struct load *load, const struct node *node)
{
    struct procedure_set *set = load->set;
    const char *key = node->key;
    if (!fact_key_ok(key)) {
        load_mistake(load, node->key_line, node->key_column,
            "'%.60s' is no key of a fact; write it like applicant.name, each half at most %d "
            "characters",
            key, ID_MAX);
        return;
    }
    if (set_fact(set, key) != NULL) {
        load_mistake(load, node->key_line, node->key_column,
            "the fact '%s' is already in the dictionary", key);
        return;
    }
    if (!field_is_map(load, node, "a fact")) {
        return;
    }
    if (set->fact_count == FACTS_MAX) {
        load_mistake(load, node->key_line, node->key_column,
            "more than %d facts; take away those that no procedure asks for", FACTS_MAX);
        return;
    }
    struct question_def fact = {.id = key, .key = key, .shared = true, .group = -1};
    char context[PROCEDURE_CONTEXT_MAX];
    (void)snprintf(context, sizeof(context), "dictionary/%s", key);
    question_read(load, node, context, &fact);
    read_cards(load, node, &fact);
    set->facts[set->fact_count++] = fact;
}

static void
load_group(struct load *load, const struct node *node)
{
    struct procedure_set *set = load->set;
    if (set->group_count == FACT_GROUPS_MAX) {
        load_mistake(load, node->key_line, node->key_column,
            "more than %d groups of facts; take away those that no procedure asks for",
            FACT_GROUPS_MAX);
        return;
    }
    if (!id_ok(node->key) || node->kind != NODE_LIST) {
        load_mistake(load, node->key_line, node->key_column,
            "a group is an id and a list of facts: applicant: [applicant.name]");
        return;
    }
    struct fact_group *group = &set->groups[set->group_count++];
    group->id = node->key;
    group->keys = arena_alloc(&set->arena, (tree_count(node) + 1) * sizeof(*group->keys));
    for (const struct node *item = node->first; item != NULL; item = item->next) {
        const char *text = item->kind == NODE_SCALAR ? item->text : "";
        if (set_fact(set, text) != NULL) {
            group->keys[group->count++] = text;
            continue;
        }
        const char *names[FACTS_MAX];
        for (size_t i = 0; i < set->fact_count; i++) {
            names[i] = set->facts[i].id;
        }
        load_unknown(load, item->line, item->column, "fact", text, names, set->fact_count);
    }
}

/* One fact of a repeat group: taken out of the single ones, its key gets a place for the entry. */
static void
repeat_fact(struct load *load, struct repeat_def *repeat, const struct node *item)
{
    struct procedure_set *set = load->set;
    char key[2 * ID_MAX + 2];
    const char *text = item->kind == NODE_SCALAR ? item->text : "";
    (void)snprintf(key, sizeof(key), "%s.%.*s", repeat->id, ID_MAX, text);
    const char *names[FACTS_MAX];
    for (size_t i = 0; i < set->fact_count; i++) {
        names[i] = set->facts[i].id;
        if (strcmp(set->facts[i].id, key) == 0) {
            set->facts[i].repeated = true;
            struct question_def *fact = &repeat->facts[repeat->fact_count++];
            *fact = set->facts[i];
            fact->key = arena_printf(&set->arena, "%s[].%s", repeat->id, text);
            return;
        }
    }
    load_unknown(load, item->line, item->column, "fact", key, names, set->fact_count);
}

static void
load_repeat(struct load *load, const struct node *node)
{
    static const char *const keys[] = {"name", "count", "max", "facts"};
    struct procedure_set *set = load->set;
    char context[PROCEDURE_CONTEXT_MAX];
    if (!id_ok(node->key)) {
        load_mistake(
            load, node->key_line, node->key_column, "'%.60s' is no id: " ID_RULE, node->key);
        return;
    }
    if (set->repeat_count == REPEATS_MAX) {
        load_mistake(load, node->key_line, node->key_column,
            "more than %d repeat groups; take away those that no procedure asks for", REPEATS_MAX);
        return;
    }
    if (!field_is_map(load, node, "a repeat group")) {
        return;
    }
    field_check_keys(load, node, FIELD_NAMES(keys), "a repeat group of the dictionary");
    (void)snprintf(context, sizeof(context), "dictionary/%s", node->key);
    struct repeat_def *repeat = &set->repeats[set->repeat_count++];
    const struct node *facts = tree_get(node, "facts");
    repeat->id = node->key;
    repeat->name = field_words(load, node, "name", true, context);
    repeat->max = (int)field_int(load, node, "max", 1, REPEAT_MAX, REPEAT_MAX);
    repeat->count_source = field_expr(load, node, "count");
    if (repeat->count_source.text == NULL || facts == NULL || facts->kind != NODE_LIST ||
        facts->first == NULL) {
        load_mistake(load, node->line, node->column,
            "a repeat group has a 'count' (an expression) and a list of 'facts'");
        repeat->count_source.text = "0";
        return;
    }
    repeat->facts = arena_alloc(&set->arena, tree_count(facts) * sizeof(*repeat->facts));
    for (const struct node *item = facts->first; item != NULL; item = item->next) {
        repeat_fact(load, repeat, item);
    }
}

/* The words of the page on which one chooses what to do together. */
static void
load_together(struct load *load, const struct node *node)
{
    static const char *const keys[] = {"label", "name", "hint", "why"};
    static const char context[] = "dictionary/together";
    struct question_def *tasks = &load->set->tasks;
    if (!field_is_map(load, node, "'together'")) {
        return;
    }
    field_check_keys(load, node, FIELD_NAMES(keys), "'together'");
    tasks->label = field_words(load, node, "label", true, context);
    tasks->name = field_words(load, node, "name", true, context);
    tasks->hint = field_words(load, node, "hint", false, context);
    tasks->why = field_words(load, node, "why", false, context);
}

static void
load_file(struct load *load, const char *path)
{
    static const char *const keys[] = {"facts", "groups", "repeats", "together", "source"};
    load->file = path;
    const struct node *root = tree_read(load, path);
    if (root == NULL || !field_is_map(load, root, "a dictionary")) {
        return;
    }
    field_check_keys(load, root, FIELD_NAMES(keys), "a dictionary");
    const struct node *facts = tree_get(root, "facts");
    const struct node *groups = tree_get(root, "groups");
    const struct node *together = tree_get(root, "together");
    if (together != NULL) {
        load_together(load, together);
    }
    if (facts != NULL && field_is_map(load, facts, "'facts'")) {
        for (const struct node *node = facts->first; node != NULL; node = node->next) {
            load_fact(load, node);
        }
    }
    const struct node *repeats = tree_get(root, "repeats");
    if (repeats != NULL && field_is_map(load, repeats, "'repeats'")) {
        for (const struct node *node = repeats->first; node != NULL; node = node->next) {
            load_repeat(load, node);
        }
    }
    if (groups != NULL && field_is_map(load, groups, "'groups'")) {
        for (const struct node *node = groups->first; node != NULL; node = node->next) {
            load_group(load, node);
        }
    }
}

struct dictionary_folder {
    struct load *load;
    const char *path;
};

static int
load_named(const char *name, void *ctx)
{
    struct dictionary_folder *folder = ctx;
    load_file(folder->load, arena_printf(&folder->load->set->arena, "%s/%s", folder->path, name));
    return 0;
}

void
load_dictionary(struct load *load, const char *folder)
{
    struct procedure_set *set = load->set;
    set->facts = arena_alloc(&set->arena, FACTS_MAX * sizeof(*set->facts));
    set->groups = arena_alloc(&set->arena, FACT_GROUPS_MAX * sizeof(*set->groups));
    set->repeats = arena_alloc(&set->arena, REPEATS_MAX * sizeof(*set->repeats));
    struct dictionary_folder found = {load, folder};
    load->file = folder;
    if (fs_each(folder, ".yaml", load_named, &found) < 0) {
        load_mistake(load, 0, 0, "the folder of the dictionary can't be read");
    }
    for (size_t i = 0; i < set->fact_count; i++) {
        if (set->facts[i].reading != NULL) {
            question_check_reading(load, &set->facts[i], set_fact(set, set->facts[i].reading));
        }
    }
}
