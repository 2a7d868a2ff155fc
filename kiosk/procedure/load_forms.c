/* procedure/load_forms.c - assets/forms: which fields a form has and what stands in them, as expressions over the
 * facts of a record. Geometry is not here. A field that no procedure of the form ever fills is a mistake. */
#include "procedure_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/fs.h"

enum { SET_FORMS_MAX = 500, REFS_MAX = 200, FORM_GROUPS_MAX = 8, COMB_MAX = 16 };
enum { UNKNOWN = -1, NONE_LEFT = -2 }; /* no index */
static const char too_many_groups[] =
    "more than %d groups of people in one form; write the others on a second form";

const struct form_def *
form_find(const struct procedure_set *set, const char *id)
{
    for (size_t i = 0; i < set->form_count; i++) {
        if (strcmp(set->forms[i].info.id, id) == 0) {
            return &set->forms[i];
        }
    }
    return NULL;
}

/* Who looks: names are whole keys. */
struct form_scope {
    struct load *load;
    struct form_def *form;
    int rows; /* the group whose entry is looked at by the fields of a row, or -1 */
};

static bool
lists_form(const struct procedure *procedure, const char *form)
{
    for (int i = 0; i < procedure->form_count; i++) {
        if (strcmp(procedure->forms[i], form) == 0) {
            return true;
        }
    }
    return false;
}

/* The form is filled by what this procedure asks: its own, or that of one which is done together with it. */
static bool
fills_form(const struct procedure *procedure, const char *form)
{
    bool fills = lists_form(procedure, form);
    for (int i = 0; i < procedure->include_count && !fills; i++) {
        const struct procedure *other = procedure->includes[i].procedure;
        fills = other != NULL && lists_form(other, form);
    }
    return fills;
}

/* "household[].name" is called household.name. */
static bool
called(const struct question_def *question, const char *name)
{
    const char *bracket = strstr(question->key, "[]");
    size_t len = bracket != NULL ? (size_t)(bracket - question->key) : 0;
    return bracket == NULL
               ? strcmp(question->key, name) == 0
               : strncmp(question->key, name, len) == 0 && strcmp(bracket + 2, name + len) == 0;
}

/* A question of this name in the procedures that fill the form. */
static const struct question_def *
find_question(const struct form_scope *scope, const char *name)
{
    const struct procedure_set *set = scope->load->set;
    for (size_t i = 0; i < set->count; i++) {
        const struct procedure *procedure = set->procedures[i];
        for (int j = 0;
             fills_form(procedure, scope->form->info.id) && j < procedure->question_count; j++) {
            if (called(&procedure->questions[j], name)) {
                return &procedure->questions[j];
            }
        }
    }
    return NULL;
}

static int
add_ref(struct form_def *form, const struct question_def *question)
{
    for (int i = 0; i < form->ref_count; i++) {
        if (strcmp(form->refs[i]->key, question->key) == 0) {
            return i;
        }
    }
    if (form->ref_count == REFS_MAX) {
        return NONE_LEFT;
    }
    form->refs[form->ref_count] = question;
    return form->ref_count++;
}

/* The group of this name ("household", "move-in.member"), UNKNOWN, or NONE_LEFT: there is no room for it. */
static int
find_group(const struct form_scope *scope, const char *name)
{
    struct form_def *form = scope->form;
    for (int g = 0; g < form->group_count; g++) {
        if (strcmp(form->groups[g], name) == 0) {
            return g;
        }
    }
    const struct procedure_set *set = scope->load->set;
    size_t len = strlen(name);
    for (size_t i = 0; i < set->count; i++) {
        const struct procedure *procedure = set->procedures[i];
        for (int j = 0; fills_form(procedure, form->info.id) && j < procedure->question_count;
             j++) {
            const char *key = procedure->questions[j].key;
            if (strncmp(key, name, len) == 0 && strncmp(key + len, "[]", 2) == 0) {
                if (form->group_count == FORM_GROUPS_MAX) {
                    return NONE_LEFT;
                }
                form->group_max[form->group_count] =
                    procedure->groups[procedure->questions[j].group].max;
                form->groups[form->group_count] = arena_strdup(&scope->load->set->arena, name);
                return form->group_count++;
            }
        }
    }
    return UNKNOWN;
}

/* Is this question one of the group's entries? */
static bool
of_group(const struct question_def *question, const char *group)
{
    size_t len = strlen(group);
    return strncmp(question->key, group, len) == 0 && strncmp(question->key + len, "[]", 2) == 0;
}

static bool
symbol_of(const struct form_scope *scope, const struct question_def *question,
    struct expr_symbol *ret, char *reason)
{
    int ref = add_ref(scope->form, question);
    if (ref < 0) {
        (void)snprintf(reason, EXPR_REASON_MAX,
            "more than %d facts in one form; write the other fields on a second form", REFS_MAX);
        return false;
    }
    question_symbol(&scope->load->set->arena, question, ref, ret);
    return true;
}

static bool
find_entry(void *ctx, int group, const char *name, struct expr_symbol *ret)
{
    const struct form_scope *scope = ctx;
    const struct question_def *question = find_question(scope, name);
    char reason[EXPR_REASON_MAX];
    return question != NULL && of_group(question, scope->form->groups[group]) &&
           symbol_of(scope, question, ret, reason);
}

static bool
find_name(void *ctx, const char *name, struct expr_symbol *ret, char *reason)
{
    const struct form_scope *scope = ctx;
    const struct question_def *question = find_question(scope, name);
    if (question == NULL) {
        int group = find_group(scope, name);
        if (group >= 0) {
            *ret = (struct expr_symbol){.type = EXPR_GROUP, .ref = group};
            return true;
        }
        if (group == NONE_LEFT) {
            (void)snprintf(reason, EXPR_REASON_MAX, too_many_groups, FORM_GROUPS_MAX);
            return false;
        }
        (void)snprintf(reason, EXPR_REASON_MAX, "no procedure with 'forms: [%s]' asks for '%.60s'",
            scope->form->info.id, name);
        return false;
    }
    bool single = strstr(question->key, "[]") == NULL;
    bool here = scope->rows >= 0; /* the rows of a for-each hold those of its people too */
    if (!single && !here && question_is_amount(question)) {
        bool known = symbol_of(scope, question, ret, reason);
        ret->type = EXPR_NUMBERS;
        return known;
    }
    if (!single && !here) {
        (void)snprintf(reason, EXPR_REASON_MAX,
            "'%.60s' is asked of several people; write it under 'rows', count() or any()", name);
        return false;
    }
    return symbol_of(scope, question, ret, reason);
}

static void
read_field(struct load *load, const struct node *node, struct form_def *form, int rows)
{
    static const char *const keys[] = {
        "field", "label", "value", "tick", "needed", "seal", "width", "comb"};
    if (!field_is_map(load, node, "a field")) {
        return;
    }
    field_check_keys(load, node, FIELD_NAMES(keys), "a field");
    const char *id = field_text(load, node, "field", true);
    if (id != NULL && !id_ok(id)) {
        load_mistake(load, node->line, node->column, "'%.60s' is no id: " ID_RULE, id);
    }
    for (int i = 0; id != NULL && i < form->field_count; i++) {
        if (strcmp(form->fields[i].id, id) == 0) {
            load_mistake(load, node->line, node->column, "the field '%.60s' is there already", id);
        }
    }
    bool tick = tree_get(node, "tick") != NULL;
    bool seal = field_bool(load, node, "seal", false);
    if (tick + seal + (tree_get(node, "value") != NULL) != 1) {
        load_mistake(load, node->line, node->column,
            "a field has a 'value' that is written, or a 'tick': when its box is ticked, or a "
            "'seal': yes");
        return;
    }
    if (form->field_count == FIELDS_MAX) {
        load_mistake(load, node->line, node->column,
            "more than %d fields in one form; write the others on a second form", FIELDS_MAX);
    }
    if (id == NULL || form->field_count == FIELDS_MAX) {
        return;
    }
    struct form_field *field = &form->fields[form->field_count++];
    *field = (struct form_field){.id = id,
        .label = field_text(load, node, "label", true),
        .tick = tick,
        .needed = field_bool(load, node, "needed", false),
        .seal = seal,
        .width = (int)field_int(load, node, "width", 0, PROCEDURE_FIELD_WIDTH_MAX, 0),
        .comb = (int)field_int(load, node, "comb", 0, COMB_MAX, 0),
        .rows = rows};
    if (seal) {
        return; /* nothing is written into it */
    }
    field->source = field_expr(load, node, tick ? "tick" : "value");
    struct form_scope scope = {load, form, rows};
    struct expr_scope names = {find_name, find_entry, &scope};
    field->value =
        compile_with(load, &names, &field->source, tick ? "tick" : "value", &field->type);
    if (tick && field->needed) {
        load_mistake(
            load, node->line, node->column, "'needed' is for what is written, not for a box");
    }
    if (tick && field->value != NULL && field->type != EXPR_BOOL) {
        load_mistake_at(load, field->source.at, "'tick' is a condition: yes or no");
    }
}

static void
read_rows(struct load *load, const struct node *node, struct form_def *form)
{
    static const char *const keys[] = {"rows", "fields"};
    field_check_keys(load, node, FIELD_NAMES(keys), "rows of a form");
    const char *name = field_text(load, node, "rows", true);
    const struct node *fields = tree_get(node, "fields");
    struct form_scope scope = {load, form, -1};
    int group = name != NULL ? find_group(&scope, name) : UNKNOWN;
    if (group == NONE_LEFT) {
        load_mistake(load, node->line, node->column, too_many_groups, FORM_GROUPS_MAX);
        return;
    }
    if (group < 0) {
        load_mistake(load, node->line, node->column,
            "'rows' names a repeat group that a procedure of this form asks for: household, or "
            "PROCEDURE.GROUP");
        return;
    }
    if (fields == NULL || fields->kind != NODE_LIST) {
        load_mistake(load, node->line, node->column, "rows have 'fields'");
        return;
    }
    for (const struct node *field = fields->first; field != NULL; field = field->next) {
        read_field(load, field, form, group);
    }
}

static void
read_form(struct load *load, const struct node *root, const char *name, struct form_def *form)
{
    static const char *const keys[] = {"form", "title", "follows", "in-force", "fields", "source"};
    struct arena *arena = &load->set->arena;
    const struct node *fields = tree_get(root, "fields");
    field_check_keys(load, root, FIELD_NAMES(keys), "a form");
    const char *id = field_text(load, root, "form", true);
    form->file = load->file;
    form->info = (struct procedure_form){.id = id != NULL ? id : "?",
        .title = field_text(load, root, "title", true),
        .follows = field_text(load, root, "follows", true),
        .in_force = field_date(load, root, "in-force")};
    size_t len = strlen(form->info.id);
    if (id != NULL &&
        (!id_ok(id) || strncmp(name, id, len) != 0 || strcmp(name + len, ".yaml") != 0)) {
        load_mistake(load, root->line, root->column,
            "the id and the file's name are the same: expected %.60s.yaml (" ID_RULE ")", id);
    }
    if (fields == NULL || fields->kind != NODE_LIST || fields->first == NULL) {
        load_mistake(load, root->line, root->column, "'fields' are missing: a list");
        return;
    }
    form->refs = arena_alloc(arena, REFS_MAX * sizeof(struct question_def *));
    form->groups = arena_alloc(arena, FORM_GROUPS_MAX * sizeof(*form->groups));
    form->group_max = arena_alloc(arena, FORM_GROUPS_MAX * sizeof(*form->group_max));
    form->fields = xcalloc(FIELDS_MAX, sizeof(*form->fields));
    struct form_field *room = form->fields;
    for (const struct node *node = fields->first; node != NULL; node = node->next) {
        if (tree_get(node, "rows") != NULL) {
            read_rows(load, node, form);
        } else {
            read_field(load, node, form, -1);
        }
    }
    size_t size = (size_t)form->field_count * sizeof(*room);
    form->fields = arena_alloc(arena, size + 1);
    memcpy(form->fields, room, size);
    free(room);
}

struct forms_folder {
    struct load *load;
    const char *path;
};

static int
load_named(const char *name, void *ctx)
{
    struct forms_folder *folder = ctx;
    struct load *load = folder->load;
    load->file = arena_printf(&load->set->arena, "%s/%s", folder->path, name);
    if (load->set->form_count == SET_FORMS_MAX) {
        load_mistake(load, 1, 1, "more than %d forms; take away what no procedure fills any more",
            SET_FORMS_MAX);
        return KERR_TOO_BIG;
    }
    const struct node *root = tree_read(load, load->file);
    if (root != NULL && field_is_map(load, root, "a form")) {
        read_form(load, root, name, &load->set->forms[load->set->form_count++]);
    }
    return 0;
}

static void
check_used(struct load *load)
{
    const struct procedure_set *set = load->set;
    for (size_t i = 0; i < set->count; i++) {
        const struct procedure *procedure = set->procedures[i];
        load->file = procedure->file;
        for (int j = 0; j < procedure->form_count; j++) {
            if (form_find(set, procedure->forms[j]) == NULL) {
                load_mistake(load, procedure->line, procedure->column,
                    "there is no form '%s': assets/forms/%s.yaml", procedure->forms[j],
                    procedure->forms[j]);
            }
        }
    }
    for (size_t i = 0; i < set->form_count; i++) {
        bool used = false;
        for (size_t j = 0; j < set->count; j++) {
            used = used || lists_form(set->procedures[j], set->forms[i].info.id);
        }
        load->file = set->forms[i].file;
        if (!used) {
            load_mistake(load, 1, 1, "no procedure has 'forms: [%s]'", set->forms[i].info.id);
        }
    }
}

void
load_forms(struct load *load, const char *folder)
{
    struct forms_folder found = {load, folder};
    if (fs_exists(folder)) { /* a city may have none */
        load->set->forms =
            arena_alloc(&load->set->arena, SET_FORMS_MAX * sizeof(*load->set->forms));
        (void)fs_each(folder, ".yaml", load_named, &found);
    }
    check_used(load);
}
