/* procedure/load_city.c - what another city replaces: counters and things to bring, each a map of id to
 * words. */
#include "procedure_priv.h"

#include <stdio.h>
#include <string.h>

static void
load_entry(
    struct load *load, const struct node *node, const char *list_name, struct city_entry *ret)
{
    static const char *const keys[] = {"name", "hours", "source"};
    char context[PROCEDURE_CONTEXT_MAX];
    (void)snprintf(context, sizeof(context), "city/%s/%.*s", list_name, ID_MAX, node->key);
    ret->id = node->key;
    if (!id_ok(node->key)) {
        load_mistake(
            load, node->key_line, node->key_column, "'%.60s' is no id: " ID_RULE, node->key);
    }
    if (node->kind == NODE_SCALAR) {
        ret->name = words_add(load, node, node->text, "%s/name", context);
        return;
    }
    if (!field_is_map(load, node, "an entry")) {
        return;
    }
    field_check_keys(load, node, FIELD_NAMES(keys), "an entry");
    ret->name = field_words(load, node, "name", true, context);
    ret->hours = field_words(load, node, "hours", false, context);
}

static void
load_list(struct load *load, const char *folder, const char *name, struct city_list *ret)
{
    load->file = arena_printf(&load->set->arena, "%s/%s.yaml", folder, name);
    const struct node *root = tree_read(load, load->file);
    const char *keys[] = {"city", name};
    if (root == NULL || !field_is_map(load, root, "this file")) {
        return;
    }
    field_check_keys(load, root, FIELD_NAMES(keys), "this file");
    const struct node *list = tree_get(root, name);
    if (list == NULL) {
        load_mistake(load, root->line, root->column, "'%s' is missing", name);
        return;
    }
    if (!field_is_map(load, list, name)) {
        return;
    }
    size_t count = tree_count(list);
    ret->entries = arena_alloc(&load->set->arena, (count + 1) * sizeof(*ret->entries));
    for (const struct node *node = list->first; node != NULL; node = node->next) {
        load_entry(load, node, name, &ret->entries[ret->count++]);
    }
}

void
load_city(struct load *load, const char *folder)
{
    load_list(load, folder, "counters", &load->set->counters);
    load_list(load, folder, "things", &load->set->things);
}

struct procedure_words
procedure_counter_hours(const struct procedure_set *set, const char *counter)
{
    for (size_t i = 0; i < set->counters.count; i++) {
        if (strcmp(set->counters.entries[i].id, counter) == 0) {
            return set->counters.entries[i].hours;
        }
    }
    return (struct procedure_words){0};
}
