/* procedure/load_rules.c - what holds under a condition: things to bring, who can't be served here, where else
 * it can be had, what the answers lead to, what is done together. Each is a list of entries. */
#include "procedure_priv.h"

#include <stdio.h>
#include <string.h>

/* How a list of rules is written. */
struct form {
    const char *key;
    struct field_names keys; /* of an entry */
    const char *what; /* an entry, in a sentence */
};
static const char *const bring_keys[] = {"thing", "when"};
static const char *const not_here_keys[] = {"when", "say", "counter", "page"};
static const char *const also_keys[] = {"when", "say", "page"};
static const char *const result_keys[] = {
    "when", "procedure", "page", "say", "because", "bring", "counter", "source"};
static const char *const include_keys[] = {"procedure", "when", "because", "given"};

/* The entries of a list; NULL without one, or after a report. */
static const struct node *
list_of(struct load *load, const struct node *root, const struct form *form, size_t most)
{
    const struct node *list = tree_get(root, form->key);
    if (list == NULL) {
        return NULL;
    }
    size_t count = tree_count(list);
    if (list->kind != NODE_LIST || count == 0 || count > most) {
        load_mistake(load, list->line, list->column, "'%s' is a list of 1 to %d entries%s",
            form->key, (int)most,
            count > most ? "; take some out, or make a second procedure" : "");
        return NULL;
    }
    return list->first;
}

static bool
entry_ok(struct load *load, const struct node *node, const struct form *form)
{
    if (!field_is_map(load, node, form->what)) {
        return false;
    }
    field_check_keys(load, node, form->keys, form->what);
    return true;
}

static const struct procedure_words *
things_of(struct load *load, const struct node *map, size_t *ret_count)
{
    const struct node *list = tree_get(map, "bring");
    *ret_count = 0;
    if (list == NULL) {
        return NULL;
    }
    if (list->kind != NODE_LIST) {
        load_mistake(
            load, list->line, list->column, "'bring' is a list of keys of city/things.yaml");
        return NULL;
    }
    struct procedure_words *words =
        arena_alloc(&load->set->arena, (tree_count(list) + 1) * sizeof(*words));
    for (const struct node *node = list->first; node != NULL; node = node->next) {
        const struct city_entry *thing =
            city_find(load, &load->set->things, node, "thing to bring");
        if (thing != NULL) {
            words[(*ret_count)++] = thing->name;
        }
    }
    return words;
}

static struct rule *
rules_room(struct load *load, const struct node *first, struct rule_list *list)
{
    size_t count = 0;
    for (const struct node *node = first; node != NULL; node = node->next) {
        count++;
    }
    list->rules = arena_alloc(&load->set->arena, (count + 1) * sizeof(*list->rules));
    return list->rules;
}

static void
read_bring(struct load *load, const struct node *root, struct procedure *procedure)
{
    const struct form form = {"bring", FIELD_NAMES(bring_keys), "a thing to bring"};
    struct procedure_info *info = &procedure->info;
    const struct node *first = list_of(load, root, &form, RULES_MAX);
    struct rule *rules = rules_room(load, first, &procedure->bring);
    size_t count = first != NULL ? tree_count(tree_get(root, "bring")) : 0;
    struct procedure_words *words = arena_alloc(&load->set->arena, (count + 1) * sizeof(*words));
    for (const struct node *node = first; node != NULL; node = node->next) {
        struct rule rule = {.line = node->line, .column = node->column};
        const struct node *thing = node;
        if (node->kind != NODE_SCALAR) {
            if (!entry_ok(load, node, &form)) {
                continue;
            }
            thing = tree_get(node, "thing");
            rule.when_source = field_expr(load, node, "when");
            if (thing == NULL || rule.when_source.text == NULL) {
                load_mistake(load, node->line, node->column,
                    "a thing under a condition has 'thing' and 'when'");
                continue;
            }
        }
        rule.thing = city_find(load, &load->set->things, thing, "thing to bring");
        if (rule.thing != NULL) {
            words[info->bring_count++] = rule.thing->name;
            rules[procedure->bring.count++] = rule;
        }
    }
    info->bring = words;
}

/* What an entry says and names; the context of its words is ID/KEY/NUMBER. */
static struct rule
read_rule(struct load *load, const struct node *node, const struct form *form,
    const struct procedure *procedure, int number)
{
    char context[PROCEDURE_CONTEXT_MAX];
    (void)snprintf(context, sizeof(context), "%s/%s/%d", procedure->info.id, form->key, number);
    struct rule rule = {.line = node->line,
        .column = node->column,
        .when_source = field_expr(load, node, "when"),
        .say = field_words(load, node, "say", false, context),
        .because = field_words(load, node, "because", false, context),
        .procedure = field_text(load, node, "procedure", false),
        .page = field_text(load, node, "page", false),
        .source = field_text(load, node, "source", false)};
    const struct node *counter = tree_get(node, "counter");
    if (counter != NULL) {
        rule.counter = city_find(load, &load->set->counters, counter, "counter");
    }
    rule.bring = things_of(load, node, &rule.bring_count);
    return rule;
}

static void
read_list(struct load *load, const struct node *root, const struct form *form,
    const struct procedure *procedure, struct rule_list *ret)
{
    const struct node *first = list_of(load, root, form, RULES_MAX);
    struct rule *rules = rules_room(load, first, ret);
    for (const struct node *node = first; node != NULL; node = node->next) {
        if (entry_ok(load, node, form)) {
            rules[ret->count] = read_rule(load, node, form, procedure, ret->count + 1);
            ret->count++;
        }
    }
}

static void
say_is_there(struct load *load, const struct rule_list *list, const char *key)
{
    for (int i = 0; i < list->count; i++) {
        if (list->rules[i].say.source == NULL) {
            load_mistake(load, list->rules[i].line, list->rules[i].column,
                "an entry of '%s' needs 'say': what the visitor reads", key);
        }
    }
}

static void
check_results(struct load *load, const struct rule_list *list)
{
    for (int i = 0; i < list->count; i++) {
        const struct rule *rule = &list->rules[i];
        if (rule->say.source == NULL && rule->procedure == NULL && rule->page == NULL) {
            load_mistake(load, rule->line, rule->column,
                "a result names a 'procedure' or a 'page', or has words of its own under 'say'");
        }
        if (rule->procedure != NULL && rule->page != NULL) {
            load_mistake(load, rule->line, rule->column,
                "a result leads to a procedure or to a page, not to both");
        }
    }
}

static void
read_given(struct load *load, const struct node *map, struct include *include)
{
    const struct node *given = tree_get(map, "given");
    if (given == NULL || !field_is_map(load, given, "'given'")) {
        return;
    }
    include->given =
        arena_alloc(&load->set->arena, (tree_count(given) + 1) * sizeof(*include->given));
    for (const struct node *node = given->first; node != NULL; node = node->next) {
        include->given[include->given_count++] = (struct given){.id = node->key,
            .line = node->key_line,
            .column = node->key_column,
            .source = field_expr(load, given, node->key)};
    }
}

static void
read_includes(struct load *load, const struct node *root, struct procedure *procedure)
{
    const struct form form = {"include", FIELD_NAMES(include_keys), "an included procedure"};
    const struct node *first = list_of(load, root, &form, INCLUDES_MAX);
    struct include *includes =
        first != NULL ? arena_alloc(&load->set->arena, INCLUDES_MAX * sizeof(*includes)) : NULL;
    procedure->includes = includes;
    for (const struct node *node = first; node != NULL; node = node->next) {
        if (!entry_ok(load, node, &form)) {
            continue;
        }
        const char *id = field_text(load, node, "procedure", true);
        if (id == NULL) {
            continue;
        }
        char context[PROCEDURE_CONTEXT_MAX];
        (void)snprintf(context, sizeof(context), "%s/include/%s", procedure->info.id, id);
        struct include *include = &includes[procedure->include_count++];
        include->id = id;
        include->line = node->line;
        include->column = node->column;
        include->when_source = field_expr(load, node, "when");
        include->because = field_words(load, node, "because", true, context);
        read_given(load, node, include);
    }
}

static void
read_forms(struct load *load, const struct node *root, struct procedure *procedure)
{
    const struct form form = {"forms", {NULL, 0}, "a form"};
    const struct node *first = list_of(load, root, &form, FORMS_MAX);
    procedure->forms = arena_alloc(&load->set->arena, FORMS_MAX * sizeof(*procedure->forms));
    for (const struct node *node = first; node != NULL; node = node->next) {
        const char *id = node->kind == NODE_SCALAR ? node->text : "";
        if (!id_ok(id)) {
            load_mistake(load, node->line, node->column, "the id of a form is expected here");
            continue;
        }
        procedure->forms[procedure->form_count++] = id;
    }
}

void
rules_read(struct load *load, const struct node *root, struct procedure *procedure)
{
    const struct form not_here = {"not-here", FIELD_NAMES(not_here_keys), "an entry of not-here"};
    const struct form also = {"also-at", FIELD_NAMES(also_keys), "an entry of also-at"};
    const struct form results = {"results", FIELD_NAMES(result_keys), "a result"};
    read_bring(load, root, procedure);
    read_list(load, root, &not_here, procedure, &procedure->not_here);
    read_list(load, root, &also, procedure, &procedure->also_at);
    read_list(load, root, &results, procedure, &procedure->results);
    say_is_there(load, &procedure->not_here, "not-here");
    say_is_there(load, &procedure->also_at, "also-at");
    check_results(load, &procedure->results);
    for (int i = 0; i < procedure->not_here.count; i++) {
        const struct rule *rule = &procedure->not_here.rules[i];
        if (rule->when_source.text == NULL) {
            load_mistake(load, rule->line, rule->column, "an entry of 'not-here' needs 'when'");
        }
    }
    read_includes(load, root, procedure);
    read_forms(load, root, procedure);
    struct procedure_info *info = &procedure->info;
    struct procedure_also *told =
        arena_alloc(&load->set->arena, (size_t)(procedure->also_at.count + 1) * sizeof(*told));
    for (int i = 0; i < procedure->also_at.count; i++) {
        const struct rule *rule = &procedure->also_at.rules[i];
        told[info->also_count++] = (struct procedure_also){rule->say, rule->page};
    }
    info->also = told;
}
