/* procedure/load_head.c - the head of a file of assets/procedures: what it is, who serves it, when it is in
 * force, what happens afterwards. */
#include "procedure_priv.h"

#include <string.h>

static const char *const head_keys[] = {"procedure", "kind", "anonymous", "keep", "hidden",
    "look-at-card", "in-force", "until", "follows", "counter", "minutes", "picture", "title",
    "about", "bring", "not-here", "also-at", "include", "results", "forms", "keep-days", "live",
    "fee", "fee-note", "next", "questions", "source"};
static const char *const kind_names[PROCEDURE_KIND_COUNT] = {
    "apply", "guide", "book", "check-in", "report", "ask", "self"};

const char *
procedure_kind_name(enum procedure_kind kind)
{
    return (int)kind >= 0 && kind < PROCEDURE_KIND_COUNT ? kind_names[kind] : "?";
}

static void
mistake_at(struct load *load, const struct node *node, const char *reason)
{
    load_mistake(load, node->line, node->column, "%s", reason);
}

const struct city_entry *
city_find(
    struct load *load, const struct city_list *list, const struct node *node, const char *what)
{
    const char *names[64];
    size_t count = 0;
    const char *text = node->kind == NODE_SCALAR ? node->text : "";
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->entries[i].id, text) == 0) {
            return &list->entries[i];
        }
        if (count < ARRAY_LEN(names)) {
            names[count++] = list->entries[i].id;
        }
    }
    load_unknown(load, node->line, node->column, what, text, names, count);
    return NULL;
}

static void
read_next(struct load *load, const struct node *root, struct procedure_info *info)
{
    const struct node *list = tree_get(root, "next");
    if (list == NULL && !info->keeps) {
        return;
    }
    if (list == NULL || list->kind != NODE_LIST || list->first == NULL) {
        mistake_at(load, list != NULL ? list : root,
            "'next' tells what happens after submitting: a list of sentences, in order");
        return;
    }
    struct procedure_words *words =
        arena_alloc(&load->set->arena, tree_count(list) * sizeof(*words));
    for (const struct node *node = list->first; node != NULL; node = node->next) {
        if (node->kind != NODE_SCALAR || node->text[0] == 0) {
            mistake_at(load, node, "a sentence is expected here");
            continue;
        }
        words[info->next_count] =
            words_add(load, node, node->text, "%s/next/%d", info->id, (int)info->next_count + 1);
        info->next_count++;
    }
    info->next = words;
}

static void
read_id(struct load *load, const struct node *root, const char *name, struct procedure *procedure)
{
    const char *id = field_text(load, root, "procedure", true);
    procedure->info.id = id != NULL ? id : "?";
    if (id == NULL) {
        return;
    }
    const struct node *node = tree_get(root, "procedure");
    if (!id_ok(id)) {
        load_mistake(load, node->line, node->column, "'%.60s' is no id: " ID_RULE, id);
        procedure->info.id = "?";
        return;
    }
    size_t len = strlen(id);
    const struct procedure *other = procedure_find(load->set, id);
    if (other != NULL) {
        load_mistake(
            load, node->line, node->column, "'%s' is already the id of %s", id, other->file);
    } else if (strncmp(name, id, len) != 0 || strcmp(name + len, ".yaml") != 0) {
        load_mistake(load, node->line, node->column,
            "the id and the file's name are the same: expected %s.yaml", id);
    }
    if (set_fact(load->set, id) != NULL || strcmp(id, "city") == 0 ||
        strcmp(id, "dictionary") == 0) {
        mistake_at(load, node, "this id means something else already");
    }
}

/* Which keys go with which kind: what a kind can't have is a mistake of the clerk's to hear about. */
static void
read_kind(struct load *load, const struct node *root, struct procedure_info *info)
{
    const char *text = field_text(load, root, "kind", false);
    size_t i = 0;
    while (text != NULL && i < ARRAY_LEN(kind_names) && strcmp(kind_names[i], text) != 0) {
        i++;
    }
    if (i == ARRAY_LEN(kind_names)) {
        const struct node *node = tree_get(root, "kind");
        load_unknown(
            load, node->line, node->column, "kind", text, kind_names, ARRAY_LEN(kind_names));
        i = 0;
    }
    info->kind = (enum procedure_kind)i;
    bool leads = info->kind == PROCEDURE_GUIDE || info->kind == PROCEDURE_SELF;
    info->keeps = field_bool(load, root, "keep", !leads);
    info->hidden = field_bool(load, root, "hidden", false);
    info->anonymous = field_bool(load, root, "anonymous", false);
    info->looks = field_bool(load, root, "look-at-card", false);
    if (info->looks && (!leads || info->anonymous)) {
        mistake_at(load, tree_get(root, "look-at-card"),
            "'look-at-card' belongs to the kinds guide and self, and not to an anonymous one");
    }
    if (leads && info->keeps) {
        mistake_at(load, tree_get(root, "keep"),
            "a guide or a self-check keeps nothing: its end is a result on the screen");
    }
    if (!leads && !info->keeps) {
        mistake_at(load, tree_get(root, "keep"),
            "only a guide or a self-check can keep nothing: 'kind: guide' or 'kind: self'");
    }
    if (info->anonymous && info->kind != PROCEDURE_ASK && info->kind != PROCEDURE_REPORT &&
        !leads) {
        mistake_at(load, tree_get(root, "anonymous"),
            "only the kinds ask, report, self and guide can be anonymous");
    }
    if (tree_get(root, "results") != NULL && !leads) {
        mistake_at(load, tree_get(root, "results"), "'results' belong to the kinds guide and self");
    }
    info->live = field_text(load, root, "live", false);
    if (info->live != NULL && (info->kind != PROCEDURE_SELF || !id_ok(info->live))) {
        mistake_at(load, tree_get(root, "live"),
            "'live' belongs to the kind self: the name of a file of live data, without its ending");
    }
    if (tree_get(root, "results") == NULL && leads && info->live == NULL) {
        mistake_at(load, root, "'results' are missing: what the answers lead to");
    }
}

static void
read_dates(struct load *load, const struct node *root, struct procedure_info *info)
{
    info->in_force = field_date(load, root, "in-force");
    if (tree_get(root, "until") == NULL) {
        return;
    }
    info->until = field_date(load, root, "until");
    if (info->until[0] != 0 && strcmp(info->until, info->in_force) < 0) {
        mistake_at(load, tree_get(root, "until"), "'until' is before 'in-force'");
    }
}

static void
read_counter(struct load *load, const struct node *root, struct procedure_info *info)
{
    const struct node *counter = tree_get(root, "counter");
    if (counter == NULL) {
        if (info->keeps && info->kind != PROCEDURE_ASK) {
            mistake_at(load, root, "'counter' is missing: a key of city/counters.yaml");
        }
        return;
    }
    const struct city_entry *entry = city_find(load, &load->set->counters, counter, "counter");
    if (entry != NULL) {
        info->counter_id = entry->id;
        info->counter = entry->name;
        info->counter_hours = entry->hours;
    }
}

void
head_read(struct load *load, const struct node *root, const char *name, struct procedure *procedure)
{
    struct procedure_info *info = &procedure->info;
    field_check_keys(load, root, FIELD_NAMES(head_keys), "a procedure");
    read_id(load, root, name, procedure);
    read_kind(load, root, info);
    read_dates(load, root, info);
    info->follows = field_text(load, root, "follows", true);
    info->picture = field_text(load, root, "picture", true);
    info->minutes = (int)field_int(load, root, "minutes", 1, 240, 5);
    info->keep_days = (int)field_int(load, root, "keep-days", 1, 36500, 0);
    info->title = field_words(load, root, "title", true, info->id);
    info->about = field_words(load, root, "about", true, info->id);
    info->fee_note = field_words(load, root, "fee-note", false, info->id);
    read_counter(load, root, info);
    read_next(load, root, info);
    procedure->fee_source = field_expr(load, root, "fee");
    info->has_fee = procedure->fee_source.text != NULL;
    if (info->has_fee && info->fee_note.source == NULL) {
        mistake_at(load, root, "a procedure with a fee needs 'fee-note': how the fee comes about");
    }
}
