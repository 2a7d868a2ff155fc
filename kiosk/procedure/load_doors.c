/* procedure/load_doors.c - city/doors.yaml: what the city offers, in up to eight doors of the home screen. What
 * stands at no door is not offered; a procedure that was forgotten is a mistake. */
#include "procedure_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/fs.h"

static const char page_prefix[] = "page:";

const struct procedure *
check_named(struct load *load, int line, int column, const char *id)
{
    const struct procedure *found = procedure_find(load->set, id);
    if (found == NULL) {
        const char *names[SET_PROCEDURES_MAX];
        for (size_t i = 0; i < load->set->count; i++) {
            names[i] = load->set->procedures[i]->info.id;
        }
        load_unknown(load, line, column, "procedure", id, names, load->set->count);
    }
    return found;
}

void
check_page(struct load *load, int line, int column, const char *page)
{
    if (!id_ok(page)) {
        load_mistake(load, line, column, "'%.60s' is no id: " ID_RULE, page);
    } else if (load->set->assets != NULL) {
        const char *path =
            arena_printf(&load->set->arena, "%s/pages/%s.md", load->set->assets, page);
        if (!fs_exists(path)) {
            load_mistake(load, line, column, "there is no page '%s': %s", page, path);
        }
    }
}

static void
read_holds(struct load *load, const struct node *map, struct procedure_door *door)
{
    const struct node *list = tree_get(map, "holds");
    if (list == NULL || list->kind != NODE_LIST || list->first == NULL) {
        load_mistake(load, map->line, map->column,
            "a door 'holds' something: a list of procedures and page:ID");
        return;
    }
    if (tree_count(list) > PROCEDURE_HOLDS_MAX) {
        load_mistake(load, list->line, list->column,
            "a door has room for %d things; put some behind another", PROCEDURE_HOLDS_MAX);
        return;
    }
    struct procedure_held *holds =
        arena_alloc(&load->set->arena, tree_count(list) * sizeof(*holds));
    for (const struct node *node = list->first; node != NULL; node = node->next) {
        struct procedure_held held = {.id = node->kind == NODE_SCALAR ? node->text : ""};
        size_t prefix = sizeof(page_prefix) - 1;
        if (strncmp(held.id, page_prefix, prefix) == 0) {
            held.page = true;
            held.id += prefix;
            check_page(load, node->line, node->column, held.id);
        } else if (check_named(load, node->line, node->column, held.id) == NULL) {
            continue;
        }
        holds[door->hold_count++] = held;
    }
    door->holds = holds;
}

static void
read_door(struct load *load, const struct node *node)
{
    static const char *const keys[] = {"title", "about", "picture", "holds"};
    struct procedure_set *set = load->set;
    char context[PROCEDURE_CONTEXT_MAX];
    if (!id_ok(node->key)) {
        load_mistake(
            load, node->key_line, node->key_column, "'%.60s' is no id: " ID_RULE, node->key);
        return;
    }
    if (set->door_count == PROCEDURE_DOORS_MAX) {
        load_mistake(load, node->key_line, node->key_column,
            "home has room for %d doors; put this one's procedures into another",
            PROCEDURE_DOORS_MAX);
        return;
    }
    if (!field_is_map(load, node, "a door")) {
        return;
    }
    field_check_keys(load, node, FIELD_NAMES(keys), "a door");
    (void)snprintf(context, sizeof(context), "city/doors/%s", node->key);
    struct procedure_door *door = &set->doors[set->door_count++];
    door->id = node->key;
    door->title = field_words(load, node, "title", true, context);
    door->about = field_words(load, node, "about", false, context);
    door->picture = field_text(load, node, "picture", true);
    read_holds(load, node, door);
}

static void
read_unsure(struct load *load, const struct node *root)
{
    const struct node *node = tree_get(root, "unsure");
    const char *id = field_text(load, root, "unsure", false);
    if (id == NULL) {
        return;
    }
    const struct procedure *guide = check_named(load, node->line, node->column, id);
    if (guide != NULL && guide->info.kind != PROCEDURE_GUIDE) {
        load_mistake(load, node->line, node->column, "'%s' is no guide (kind: guide)", id);
    }
    load->set->unsure = id;
}

static bool
held_somewhere(const struct procedure_set *set, const char *id)
{
    bool held = set->unsure != NULL && strcmp(set->unsure, id) == 0;
    for (size_t i = 0; i < set->door_count; i++) {
        for (size_t j = 0; j < set->doors[i].hold_count; j++) {
            const struct procedure_held *one = &set->doors[i].holds[j];
            held = held || (!one->page && strcmp(one->id, id) == 0);
        }
    }
    return held;
}

static void
check_listed(struct load *load)
{
    const struct procedure_set *set = load->set;
    for (size_t i = 0; i < set->count; i++) {
        const struct procedure *procedure = set->procedures[i];
        bool held = held_somewhere(set, procedure->info.id);
        load->file = procedure->file;
        if (!held && !procedure->info.hidden) {
            load_mistake(load, 1, 1,
                "'%s' stands at no door: add it to city/doors.yaml, or say 'hidden: yes'",
                procedure->info.id);
        } else if (held && procedure->info.hidden) {
            load_mistake(load, 1, 1, "'%s' is hidden, but stands at a door", procedure->info.id);
        }
    }
}

void
load_doors(struct load *load, const char *folder)
{
    static const char *const keys[] = {"city", "unsure", "doors"};
    load->file = arena_printf(&load->set->arena, "%s/doors.yaml", folder);
    const struct node *root = tree_read(load, load->file);
    if (root == NULL || !field_is_map(load, root, "this file")) {
        return;
    }
    field_check_keys(load, root, FIELD_NAMES(keys), "this file");
    const struct node *doors = tree_get(root, "doors");
    if (doors == NULL || doors->kind != NODE_MAP) {
        load_mistake(load, root->line, root->column, "'doors' are missing: lines of id: and below");
        return;
    }
    read_unsure(load, root);
    for (const struct node *node = doors->first; node != NULL; node = node->next) {
        read_door(load, node);
    }
    check_listed(load);
}

size_t
procedure_door_count(const struct procedure_set *set)
{
    return set->door_count;
}

struct procedure_door
procedure_door_at(const struct procedure_set *set, size_t index)
{
    return index < set->door_count ? set->doors[index] : (struct procedure_door){0};
}

const char *
procedure_unsure(const struct procedure_set *set)
{
    return set->unsure;
}
