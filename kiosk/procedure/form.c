/* procedure/form.c - fills a form from the facts of a record. What is not known stays empty. */
#include "procedure_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"

enum { FORMS_OF_RECORD_MAX = 60 };

struct filling {
    struct expr_env env;
    const struct form_def *form;
    const struct fact_set *facts;
    int index; /* entry of the rows that are filled, or 0 */
};

/* "household[].name" and 2: "household[2].name". */
static void
entry_key(const char *key, int index, char out[FACT_KEY_MAX])
{
    const char *bracket = strstr(key, "[]");
    if (bracket == NULL) {
        (void)snprintf(out, FACT_KEY_MAX, "%s", key);
    } else {
        (void)snprintf(
            out, FACT_KEY_MAX, "%.*s[%d]%s", (int)(bracket - key), key, index, bracket + 2);
    }
}

static struct value
value_at(const struct filling *filling, int ref, int index)
{
    char key[FACT_KEY_MAX];
    const struct question_def *question = filling->form->refs[ref];
    entry_key(question->key, index, key);
    const char *text = fact_set_value(filling->facts, key);
    return text != NULL ? answer_value(question, text) : (struct value){.know = VALUE_NONE};
}

static struct value
ref_value(void *ctx, int ref)
{
    const struct filling *filling = ctx;
    return value_at(filling, ref, filling->index);
}

/* Does the record hold anything of this entry? */
static bool
entry_there(const struct filling *filling, int group, int index)
{
    char begin[FACT_KEY_MAX + 16];
    (void)snprintf(begin, sizeof(begin), "%s[%d].", filling->form->groups[group], index);
    for (size_t i = 0; i < fact_set_count(filling->facts); i++) {
        if (strncmp(fact_set_at(filling->facts, i)->key, begin, strlen(begin)) == 0) {
            return true;
        }
    }
    return false;
}

/* The index of the nth entry of a group, or 0. */
static int
entry_index(const struct filling *filling, int group, int nth)
{
    for (int index = 1; index <= filling->form->group_max[group]; index++) {
        if (entry_there(filling, group, index) && nth-- == 0) {
            return index;
        }
    }
    return 0;
}

static struct value
group_count(void *ctx, int group)
{
    const struct filling *filling = ctx;
    int count = 0;
    while (entry_index(filling, group, count) > 0) {
        count++;
    }
    return (struct value){.know = VALUE_KNOWN, .type = EXPR_NUMBER, .number = count};
}

static int
group_of(const struct form_def *form, const struct question_def *question)
{
    size_t len = (size_t)(strstr(question->key, "[]") - question->key);
    for (int g = 0; g < form->group_count; g++) {
        if (strncmp(form->groups[g], question->key, len) == 0 && form->groups[g][len] == 0) {
            return g;
        }
    }
    return -1;
}

static struct value
entry_value(void *ctx, int ref, int nth)
{
    const struct filling *filling = ctx;
    int group = group_of(filling->form, filling->form->refs[ref]);
    return value_at(filling, ref, group >= 0 ? entry_index(filling, group, nth) : 0);
}

static struct value
group_sum(void *ctx, int ref)
{
    struct value sum = {.know = VALUE_KNOWN, .type = EXPR_NUMBER};
    for (int index = 1; index <= REPEAT_MAX; index++) {
        struct value one = value_at(ctx, ref, index);
        sum.number += one.know == VALUE_KNOWN ? one.number : 0;
    }
    return sum;
}

/* What is shown in the end: behind if() the branch that is taken. */
static const struct expr_node *
shown(const struct expr *expr, const struct expr_env *env)
{
    struct expr part = *expr;
    const struct expr_node *node = &expr->nodes[expr->root];
    while (node->op == OP_IF) {
        part.root = node->a;
        struct value condition = expr_eval(&part, env);
        bool holds = condition.know == VALUE_KNOWN && condition.number != 0;
        if (!holds && node->c == EXPR_NIL) {
            break;
        }
        node = &expr->nodes[holds ? node->b : node->c];
    }
    return node;
}

/* The question whose answer stands in the field as it is; NULL for anything calculated. */
static const struct question_def *
shown_question(
    const struct form_def *form, const struct form_field *field, const struct expr_env *env)
{
    const struct expr_node *node = shown(field->value, env);
    return node->op == OP_REF ? form->refs[node->ref] : NULL;
}

/* The words of the choice that this value is, when a field shows the answer of a question. */
static struct procedure_words
words_of(const struct question_def *question, const char *value)
{
    if (question == NULL) {
        return (struct procedure_words){0};
    }
    int choice = choice_find(question, value, strlen(value));
    const struct procedure_entry *entry =
        question->type == QUESTION_PICK ? procedure_entry(&question->list->list, value) : NULL;
    return choice >= 0     ? question->choices[choice].label
           : entry != NULL ? entry->name
                           : (struct procedure_words){0};
}

/* All answers of a choice of few. Returns how many, 0 for other fields. */
static size_t
choices_of(const struct question_def *question, const char *value,
    struct procedure_field_choice ret_choices[PROCEDURE_FIELD_CHOICES_MAX])
{
    if (question == NULL ||
        (question->type != QUESTION_CHOICE && question->type != QUESTION_SEVERAL) ||
        question->choice_count > PROCEDURE_FIELD_CHOICES_MAX) {
        return 0;
    }
    for (size_t i = 0; i < question->choice_count; i++) {
        ret_choices[i] = (struct procedure_field_choice){.words = question->choices[i].label,
            .chosen = answer_holds(value, question->choices[i].value)};
    }
    return question->choice_count;
}

static void
tell(struct filling *filling, const struct form_field *field, int row, procedure_each_field *each,
    void *ctx)
{
    static const enum question_type types[EXPR_TYPE_COUNT] = {[EXPR_BOOL] = QUESTION_YES_NO,
        [EXPR_NUMBER] = QUESTION_NUMBER,
        [EXPR_TEXT] = QUESTION_TEXT,
        [EXPR_TIME] = QUESTION_TIME,
        [EXPR_DATE] = QUESTION_DATE};
    struct procedure_field told = {.id = field->id,
        .label = field->label,
        .rows = row > 0 ? filling->form->groups[field->rows] : NULL,
        .row = row,
        .needed = field->needed,
        .tick = field->tick,
        .seal = field->seal,
        .width = field->width,
        .comb = field->comb,
        .value = ""};
    struct procedure_field_choice choices[PROCEDURE_FIELD_CHOICES_MAX];
    char key[FACT_KEY_MAX];
    char text[PROCEDURE_ANSWER_MAX + 1] = "";
    if (field->seal) {
        each(&told, ctx);
        return;
    }
    struct value value = expr_eval(field->value, &filling->env);
    const struct question_def *question = shown_question(filling->form, field, &filling->env);
    told.type = types[field->type];
    if (field->tick) {
        told.ticked = value.know == VALUE_KNOWN && value.number != 0;
    } else if (value.know == VALUE_KNOWN) {
        answer_from_value(&(struct question_def){.type = told.type}, value, text);
        told.value = text;
        told.words = words_of(question, text);
    }
    if (question != NULL) {
        entry_key(question->key, filling->index, key);
        told.key = key;
    }
    if (!field->tick) {
        told.choices = choices;
        told.choice_count = choices_of(question, text, choices);
    }
    each(&told, ctx);
    explicit_bzero(text, sizeof(text));
}

int
procedure_form_fill(const struct procedure_set *set, const char *id, const struct fact_set *facts,
    int64_t at, procedure_each_field *each, void *ctx)
{
    const struct form_def *form = form_find(set, id);
    if (form == NULL) {
        return KERR_NOT_FOUND;
    }
    struct filling filling = {.form = form, .facts = facts};
    filling.env = (struct expr_env){.ref = ref_value,
        .group_count = group_count,
        .group_sum = group_sum,
        .entry = entry_value,
        .ctx = &filling,
        .today = clock_japan_day(at)};
    for (int i = 0; i < form->field_count;) {
        int rows = form->fields[i].rows;
        int end = i + 1; /* fields of the same rows stand together */
        while (rows >= 0 && end < form->field_count && form->fields[end].rows == rows) {
            end++;
        }
        int count = rows >= 0 ? (int)group_count(&filling, rows).number : 1;
        for (int row = 0; row < count; row++) {
            filling.index = rows >= 0 ? entry_index(&filling, rows, row) : 0;
            for (int j = i; j < end; j++) {
                tell(&filling, &form->fields[j], rows >= 0 ? row + 1 : 0, each, ctx);
            }
        }
        filling.index = 0;
        i = end;
    }
    return 0;
}

bool
procedure_form(const struct procedure_set *set, const char *id, struct procedure_form *ret_form)
{
    const struct form_def *form = form_find(set, id);
    if (form != NULL) {
        *ret_form = form->info;
    }
    return form != NULL;
}

static size_t
add_forms(const struct procedure *procedure, const char **ids, size_t count, size_t max)
{
    for (int i = 0; i < procedure->form_count; i++) {
        bool there = false;
        for (size_t j = 0; j < count && j < max; j++) {
            there = there || strcmp(ids[j], procedure->forms[i]) == 0;
        }
        if (there) {
            continue;
        }
        if (count < max) {
            ids[count] = procedure->forms[i];
        }
        count++;
    }
    return count;
}

size_t
procedure_forms(const struct procedure *procedure, const struct fact_set *facts,
    const char **ret_ids, size_t max)
{
    size_t count = add_forms(procedure, ret_ids, 0, max);
    const struct question_def *tasks =
        procedure->together >= 0 ? &procedure->questions[procedure->together] : NULL;
    const char *chosen = tasks != NULL ? fact_set_value(facts, tasks->key) : NULL;
    for (int i = 0; chosen != NULL && i < procedure->include_count; i++) {
        if (answer_holds(chosen, procedure->includes[i].id)) {
            count = add_forms(procedure->includes[i].procedure, ret_ids, count, max);
        }
    }
    return count;
}

/* "household[2].name" and "household[].name" are one question. */
static bool
same_question(const char *key, const char *template)
{
    size_t len = strcspn(template, "[");
    if (template[len] == 0 || strncmp(key, template, len + 1) != 0) {
        return strcmp(key, template) == 0;
    }
    const char *close = strchr(key + len, ']');
    return close != NULL && strcmp(close, template + len + 1) == 0;
}

bool
procedure_form_of(const struct procedure_set *set, const struct procedure *procedure,
    const struct fact_set *facts, const char *key, struct procedure_form *ret_form)
{
    const char *ids[FORMS_OF_RECORD_MAX];
    size_t count = procedure_forms(procedure, facts, ids, FORMS_OF_RECORD_MAX);
    for (size_t i = 0; i < count && i < FORMS_OF_RECORD_MAX; i++) {
        const struct form_def *form = form_find(set, ids[i]);
        for (int j = 0; form != NULL && j < form->ref_count; j++) {
            if (same_question(key, form->refs[j]->key)) {
                *ret_form = form->info;
                return true;
            }
        }
    }
    return false;
}
