/* procedure/load_question.c - one question: its type, words, choices, bounds and rules. The same reader
 * serves the facts of the dictionary. */
#include "procedure_priv.h"

#include <stdio.h>
#include <string.h>

static const char *const type_names[QUESTION_TYPE_COUNT] = {
    "text", "kana", "number", "date", "choice", "several", "yes-no"};

const char *
question_type_name(enum question_type type)
{
    return (int)type >= 0 && type < QUESTION_TYPE_COUNT ? type_names[type] : "?";
}

static void
read_type(struct load *load, const struct node *map, struct question_def *question)
{
    const char *text = field_text(load, map, "type", true);
    if (text == NULL) {
        return;
    }
    size_t i = 0;
    while (i < ARRAY_LEN(type_names) && strcmp(type_names[i], text) != 0) {
        i++;
    }
    if (i == ARRAY_LEN(type_names)) {
        const struct node *node = tree_get(map, "type");
        load_unknown(
            load, node->line, node->column, "type", text, type_names, ARRAY_LEN(type_names));
        return;
    }
    question->type = (enum question_type)i;
}

/* A key that has a meaning for some types only. */
static void
only_for(struct load *load, const struct node *map, const char *key, bool fits, const char *types)
{
    const struct node *node = tree_get(map, key);
    if (node != NULL && !fits) {
        load_mistake(
            load, node->key_line, node->key_column, "'%s' is for %s questions only", key, types);
    }
}

static bool
choice_ok(struct load *load, const struct node *node, const struct question_def *question)
{
    size_t len = strlen(node->key);
    if (len == 0 || len > ID_MAX ||
        strspn(node->key, "abcdefghijklmnopqrstuvwxyz0123456789-") != len) {
        load_mistake(load, node->key_line, node->key_column,
            "the value '%.60s' of a choice is written with small letters, digits and hyphens",
            node->key);
        return false;
    }
    if (question->dont_know && strcmp(node->key, "unknown") == 0) {
        load_mistake(load, node->key_line, node->key_column,
            "'unknown' is what dont-know answers; name this choice otherwise");
        return false;
    }
    return true;
}

static void
read_choice(
    struct load *load, const struct node *node, const char *context, struct question_choice *choice)
{
    static const char *const keys[] = {"label", "hint"};
    choice->value = node->key;
    if (node->kind == NODE_SCALAR && node->text[0] != 0) {
        choice->label = words_add(load, node, node->text, "%s/choice/%s", context, node->key);
        return;
    }
    if (node->kind != NODE_MAP) {
        load_mistake(load, node->line, node->column, "the choice '%s' has no words", node->key);
        return;
    }
    field_check_keys(load, node, FIELD_NAMES(keys), "a choice");
    const char *label = field_text(load, node, "label", true);
    const char *hint = field_text(load, node, "hint", false);
    if (label != NULL) {
        choice->label =
            words_add(load, tree_get(node, "label"), label, "%s/choice/%s", context, node->key);
    }
    if (hint != NULL) {
        choice->hint =
            words_add(load, tree_get(node, "hint"), hint, "%s/choice/%s/hint", context, node->key);
    }
}

static void
read_choices(
    struct load *load, const struct node *map, const char *context, struct question_def *question)
{
    bool wanted = question->type == QUESTION_CHOICE || question->type == QUESTION_SEVERAL;
    const struct node *list = tree_get(map, "choices");
    only_for(load, map, "choices", wanted, "choice and several");
    if (!wanted) {
        return;
    }
    if (list == NULL) {
        load_mistake(load, map->line, map->column, "'choices' are missing");
        return;
    }
    size_t count = tree_count(list);
    if (list->kind != NODE_MAP || count < 2 || count > CHOICES_MAX) {
        load_mistake(load, list->line, list->column,
            "'choices' are 2 to %d lines of 'value: words'", CHOICES_MAX);
        return;
    }
    question->choices = arena_alloc(&load->set->arena, count * sizeof(*question->choices));
    for (const struct node *node = list->first; node != NULL; node = node->next) {
        if (choice_ok(load, node, question)) {
            read_choice(load, node, context, &question->choices[question->choice_count++]);
        }
    }
}

static void
read_examples(struct load *load, const struct node *map, struct question_def *question)
{
    const struct node *list = tree_get(map, "examples");
    only_for(load, map, "examples",
        question->type == QUESTION_TEXT || question->type == QUESTION_KANA, "text and kana");
    if (list == NULL) {
        return;
    }
    size_t count = tree_count(list);
    if (list->kind != NODE_LIST || count == 0 || count > EXAMPLES_MAX) {
        load_mistake(load, list->line, list->column, "'examples' are a list of up to %d texts",
            EXAMPLES_MAX);
        return;
    }
    question->examples = arena_alloc(&load->set->arena, count * sizeof(*question->examples));
    for (const struct node *node = list->first; node != NULL; node = node->next) {
        if (node->kind == NODE_SCALAR && node->text[0] != 0) {
            question->examples[question->example_count++] = node->text;
        }
    }
}

static void
read_bounds(
    struct load *load, const struct node *map, const char *context, struct question_def *question)
{
    bool written = question->type == QUESTION_TEXT || question->type == QUESTION_KANA;
    bool ranged = question->type == QUESTION_NUMBER || question->type == QUESTION_DATE;
    only_for(load, map, "max-length", written, "text and kana");
    only_for(load, map, "min", ranged, "number and date");
    only_for(load, map, "max", ranged, "number and date");
    only_for(load, map, "unit", question->type == QUESTION_NUMBER, "number");
    only_for(load, map, "written", question->type == QUESTION_TEXT, "text");
    question->max_length = (size_t)field_int(
        load, map, "max-length", 1, TEXT_LENGTH_MAX, written ? TEXT_LENGTH_DEFAULT : 0);
    question->unit = field_words(load, map, "unit", false, context);
    const char *how = field_text(load, map, "written", false);
    if (how != NULL) {
        const struct node *node = tree_get(map, "written");
        question->digits = strcmp(how, "digits") == 0;
        if (!question->digits) {
            load_mistake(load, node->line, node->column, "'written' can be: digits");
        }
    }
}

static void
read_input(struct load *load, const struct node *map, struct question_def *question)
{
    static const char *const names[] = {"name", "address"};
    only_for(load, map, "input", question->type == QUESTION_TEXT, "text");
    only_for(load, map, "reading", question->type == QUESTION_TEXT, "text");
    question->reading = field_text(load, map, "reading", false);
    const char *text = field_text(load, map, "input", false);
    if (text == NULL) {
        return;
    }
    if (strcmp(text, names[0]) == 0) {
        question->input = QUESTION_INPUT_NAME;
    } else if (strcmp(text, names[1]) == 0) {
        question->input = QUESTION_INPUT_ADDRESS;
    } else {
        const struct node *node = tree_get(map, "input");
        load_unknown(load, node->line, node->column, "input", text, names, ARRAY_LEN(names));
    }
}

void
question_check_reading(
    struct load *load, const struct question_def *question, const struct question_def *reading)
{
    if (reading == NULL || reading->type != QUESTION_KANA) {
        load_mistake(load, question->line, question->column,
            "'reading: %.60s' names no question of the type kana", question->reading);
    }
}

void
question_reading_key(const struct question_def *question, const char *key, char out[FACT_KEY_MAX])
{
    out[0] = 0;
    const char *dot = strrchr(key, '.');
    if (question->reading == NULL) {
        return;
    }
    /* a fact has its whole key; a question of a procedure has its neighbour's */
    int stem = strchr(question->reading, '.') != NULL || dot == NULL ? 0 : (int)(dot - key) + 1;
    (void)snprintf(out, FACT_KEY_MAX, "%.*s%s", stem, key, question->reading);
}

void
question_read_rules(struct load *load, const struct node *map, struct question_def *question)
{
    struct {
        const char *key;
        struct expr_source *source;
    } rules[] = {
        {"relevant", &question->relevant_source},
        {"settled", &question->settled_source},
        {"default", &question->default_source},
        {"constraint", &question->constraint_source},
        {"min", &question->min_source},
        {"max", &question->max_source},
    };
    for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
        if (tree_get(map, rules[i].key) != NULL) {
            *rules[i].source = field_expr(load, map, rules[i].key);
        }
    }
    question->required = field_bool(load, map, "required", question->required);
}

void
question_read(
    struct load *load, const struct node *map, const char *context, struct question_def *ret)
{
    static const char *const keys[] = {"ask", "type", "label", "name", "hint", "why", "unit",
        "required", "personal", "dont-know", "choices", "min", "max", "max-length", "written",
        "input", "reading", "default", "settled", "relevant", "constraint", "otherwise", "examples",
        "card", "source"};
    const char *what = ret->shared ? "a fact" : "a question";
    field_check_keys(load, map, FIELD_NAMES(keys), what);
    const struct node *card = tree_get(map, "card");
    if (card != NULL && !ret->shared) {
        load_mistake(
            load, card->key_line, card->key_column, "'card' belongs to a fact of the dictionary");
    }
    ret->line = map->line;
    ret->column = map->column;
    ret->required = true;
    read_type(load, map, ret);
    ret->label = field_words(load, map, "label", true, context);
    ret->name = field_words(load, map, "name", true, context);
    ret->hint = field_words(load, map, "hint", false, context);
    ret->why = field_words(load, map, "why", false, context);
    ret->otherwise = field_words(load, map, "otherwise", false, context);
    ret->personal = field_bool(load, map, "personal", false);
    ret->dont_know = field_bool(load, map, "dont-know", false);
    question_read_rules(load, map, ret);
    read_bounds(load, map, context, ret);
    read_input(load, map, ret);
    read_choices(load, map, context, ret);
    read_examples(load, map, ret);
    if (ret->constraint_source.text != NULL && ret->otherwise.source == NULL) {
        load_mistake(load, ret->constraint_source.line, ret->constraint_source.column,
            "a constraint needs 'otherwise': what the visitor reads when it does not hold");
    }
}
