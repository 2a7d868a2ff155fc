/* procedure/load_question.c - one question: its type, words, choices, bounds and rules. The same reader
 * serves the facts of the dictionary. */
#include "procedure_priv.h"

#include <stdio.h>
#include <string.h>

static const char *const type_names[QUESTION_TYPE_COUNT] = {"text", "kana", "number", "date",
    "choice", "several", "yes-no", "money", "time", "pick", "slot", "place", "signature", "note"};

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
            "the value '%.60s' of a choice is written with small letters, digits and hyphens, "
            "%d at most",
            node->key, ID_MAX);
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
read_choice(struct load *load, const struct node *node, const char *context,
    struct question_choice *choice, struct choice_rule *rule)
{
    static const char *const keys[] = {"label", "hint", "when"};
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
    rule->when_source = field_expr(load, node, "when");
}

/* The entries of a list as choices. */
static void
choices_of_list(struct load *load, const struct node *map, struct question_def *question)
{
    const struct procedure_list *list = &question->list->list;
    if (list->count < 2 || list->count > CHOICES_MAX) {
        const struct node *from = tree_get(map, "from");
        load_mistake(load, from->line, from->column,
            "choices come from a list of 2 to %d entries; a longer one is for the type pick",
            CHOICES_MAX);
        return;
    }
    question->choice_count = list->count;
    question->choices = arena_alloc(&load->set->arena, list->count * sizeof(*question->choices));
    if (question->within_source.text != NULL) {
        question->choice_rules =
            arena_alloc(&load->set->arena, list->count * sizeof(*question->choice_rules));
    }
    for (size_t i = 0; i < list->count; i++) {
        const struct procedure_entry *entry = &list->entries[i];
        question->choices[i] = (struct question_choice){
            .value = entry->id, .label = entry->name, .hint = entry->detail};
        if (question->choice_rules != NULL) {
            question->choice_rules[i].within = entry->within;
        }
    }
}

/* The entries of a shared repeat group as choices: their numbers; who they are is known in the visit. */
static void
choices_of_people(struct load *load, struct question_def *question)
{
    struct arena *arena = &load->set->arena;
    size_t count = (size_t)find_repeat(load->set, question->people)->max;
    question->choice_count = count;
    question->choices = arena_alloc(arena, count * sizeof(*question->choices));
    question->choice_rules = arena_alloc(arena, count * sizeof(*question->choice_rules));
    for (size_t i = 0; i < count; i++) {
        question->choices[i].value = arena_printf(arena, "%zu", i + 1);
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
    if (question->people != NULL) {
        choices_of_people(load, question);
        return;
    }
    if (question->list != NULL) {
        choices_of_list(load, map, question);
        return;
    }
    if (list == NULL) {
        load_mistake(load, map->line, map->column, "'choices' are missing");
        return;
    }
    size_t count = tree_count(list);
    if (list->kind != NODE_MAP || count < 2 || count > CHOICES_MAX) {
        load_mistake(load, list->line, list->column,
            "'choices' are 2 to %d lines of 'value: words'; more are a list of the city, for the "
            "type pick",
            CHOICES_MAX);
        return;
    }
    question->choices = arena_alloc(&load->set->arena, count * sizeof(*question->choices));
    struct choice_rule *rules = arena_alloc(&load->set->arena, count * sizeof(*rules));
    for (const struct node *node = list->first; node != NULL; node = node->next) {
        if (choice_ok(load, node, question)) {
            size_t index = question->choice_count++;
            read_choice(load, node, context, &question->choices[index], &rules[index]);
            if (rules[index].when_source.text != NULL) {
                question->choice_rules = rules;
            }
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
    bool ranged = question->type == QUESTION_NUMBER || question->type == QUESTION_DATE ||
                  question->type == QUESTION_MONEY || question->type == QUESTION_TIME;
    only_for(load, map, "max-length", written, "text and kana");
    only_for(load, map, "min", ranged, "number, money, date and time");
    only_for(load, map, "max", ranged, "number, money, date and time");
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

/* Where the answer comes from: a list of the city, a map, a list that comes with the sync. */
static void
read_from(struct load *load, const struct node *map, struct question_def *question)
{
    enum question_type type = question->type;
    const char *names[LISTS_MAX];
    bool listed = type == QUESTION_PICK || type == QUESTION_CHOICE || type == QUESTION_SEVERAL;
    only_for(load, map, "from", listed || type == QUESTION_SLOT, "pick, choice, several and slot");
    only_for(
        load, map, "within", listed || type == QUESTION_SLOT, "pick, choice, several and slot");
    only_for(load, map, "map", type == QUESTION_PLACE, "place");
    const char *from =
        field_text(load, map, "from", type == QUESTION_PICK || type == QUESTION_SLOT);
    const char *drawn = field_text(load, map, "map", type == QUESTION_PLACE);
    const struct node *node = tree_get(map, "from");
    question->within_source = field_expr(load, map, "within");
    question->where_source = field_expr(load, map, "where");
    if (from != NULL && type == QUESTION_SLOT) {
        question->live = from;
        question->list = set_list(load->set, from); /* names of the places, where there are any */
        if (!id_ok(from)) {
            load_mistake(load, node->line, node->column, "'%.60s' is no name of a list", from);
        }
    } else if (from != NULL && listed) {
        question->list = set_list(load->set, from);
        bool people = type != QUESTION_PICK && find_repeat(load->set, from) != NULL;
        question->people = people ? from : NULL;
        if (question->list == NULL && !people) {
            load_unknown(load, node->line, node->column, "list of the city", from, names,
                set_list_names(load->set, names));
        }
    }
    if (question->within_source.text != NULL && from == NULL) {
        load_mistake_at(load, question->within_source.at,
            "'within' needs 'from': the list whose entries belong to that answer");
    }
    if (question->where_source.text != NULL && question->people == NULL) {
        load_mistake_at(load, question->where_source.at,
            "'where' needs 'from': the shared repeat group of whose entries it chooses");
    }
    if (drawn != NULL && type == QUESTION_PLACE) {
        question->map = procedure_map(load->set, drawn);
        if (question->map == NULL) {
            node = tree_get(map, "map");
            size_t count = 0;
            while (count < load->set->map_count) {
                names[count] = load->set->maps[count].id;
                count++;
            }
            load_unknown(load, node->line, node->column, "map", drawn, names, count);
        }
    }
}

/* What holds for a type by itself. */
static void
read_type_rules(struct load *load, const struct node *map, struct question_def *question)
{
    enum question_type type = question->type;
    only_for(load, map, "step", type == QUESTION_TIME, "time");
    question->step = (int)field_int(load, map, "step", 1, 60, 1);
    if (60 % question->step != 0) {
        const struct node *node = tree_get(map, "step");
        load_mistake(load, node->line, node->column, "'step' divides an hour: 5, 10, 15, 20, 30");
    }
    bool told = type == QUESTION_NOTE || type == QUESTION_SIGNATURE;
    only_for(load, map, "dont-know", !told, "all but note and signature");
    only_for(load, map, "default", !told && type != QUESTION_SLOT && type != QUESTION_PLACE,
        "all but several, slot, place, note and signature");
    question->personal = question->personal || type == QUESTION_SIGNATURE;
}

void
question_check_reading(
    struct load *load, const struct question_def *question, const struct question_def *reading)
{
    if (reading == NULL || reading->type != QUESTION_KANA) {
        load_mistake_at(load, question->at, "'reading: %.60s' names no question of the type kana",
            question->reading);
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
    /* a fact has its whole key; a question of a procedure, or of a group, has its neighbour's */
    const char *last = strchr(question->reading, '.');
    bool neighbour = dot != NULL && (last == NULL || question->repeated);
    int stem = neighbour ? (int)(dot - key) + 1 : 0;
    (void)snprintf(out, FACT_KEY_MAX, "%.*s%s", stem, key,
        neighbour && last != NULL ? last + 1 : question->reading);
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

/* A value that follows from others: never asked, never shown, only used. It is a default that always stands. */
static void
read_calculate(struct load *load, const struct node *map, struct question_def *question)
{
    static const char *const others[] = {"default", "settled", "constraint", "required", "card"};
    if (!question->calculated) {
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        const struct node *node = tree_get(map, others[i]);
        if (node != NULL) {
            load_mistake(load, node->key_line, node->key_column,
                "what is calculated is not asked: '%s' has no meaning here", others[i]);
        }
    }
    question->default_source = field_expr(load, map, "calculate");
    question->settled_source = question->default_source;
    question->settled_source.text = "yes";
    question->required = false;
}

void
question_read(
    struct load *load, const struct node *map, const char *context, struct question_def *ret)
{
    static const char *const keys[] = {"ask", "type", "label", "name", "hint", "why", "unit",
        "required", "personal", "dont-know", "choices", "min", "max", "max-length", "written",
        "input", "reading", "default", "settled", "relevant", "constraint", "otherwise", "examples",
        "card", "from", "within", "where", "map", "step", "calculate", "source"};
    const char *what = ret->shared ? "a fact" : "a question";
    field_check_keys(load, map, FIELD_NAMES(keys), what);
    const struct node *card = tree_get(map, "card");
    if (card != NULL && !ret->shared) {
        load_mistake(
            load, card->key_line, card->key_column, "'card' belongs to a fact of the dictionary");
    }
    ret->at = (struct file_place){load->file, map->line, map->column};
    ret->required = true;
    read_type(load, map, ret);
    ret->calculated = tree_get(map, "calculate") != NULL;
    ret->label = field_words(load, map, "label", !ret->calculated, context);
    ret->name = field_words(load, map, "name", !ret->calculated, context);
    ret->hint = field_words(load, map, "hint", false, context);
    ret->why = field_words(load, map, "why", false, context);
    ret->otherwise = field_words(load, map, "otherwise", false, context);
    ret->personal = field_bool(load, map, "personal", false);
    ret->dont_know = field_bool(load, map, "dont-know", false);
    question_read_rules(load, map, ret);
    read_calculate(load, map, ret);
    read_bounds(load, map, context, ret);
    read_input(load, map, ret);
    read_from(load, map, ret);
    read_type_rules(load, map, ret);
    read_choices(load, map, context, ret);
    read_examples(load, map, ret);
    if (ret->constraint_source.text != NULL && ret->otherwise.source == NULL) {
        load_mistake_at(load, ret->constraint_source.at,
            "a constraint needs 'otherwise': what the visitor reads when it does not hold");
    }
}
