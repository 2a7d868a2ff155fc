/* procedure/outline.c - a procedure as JSON, with its expressions as trees: for an engine that is not this one (the page on
 * which people answer at home, assets/pre-entry/engine.js). Words are numbers that the caller gives. What stands here and
 * what the engine makes of it are compared answer by answer in tests/procedure/test_twin.sh. */
#include "procedure_priv.h"

#include <stdlib.h>
#include <string.h>

struct outline {
    const struct procedure *procedure;
    procedure_word_number *number;
    void *ctx;
    struct buf *out;
    const struct list_def *lists[LISTS_MAX]; /* that its questions name */
    size_t list_count;
};

static void
add_text(struct outline *outline, const char *text)
{
    struct buf *out = outline->out;
    (void)buf_add_byte(out, '"');
    for (; *text != 0; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte == '"' || byte == '\\' || byte < 0x20 || byte == '<') { /* it may stand in HTML */
            (void)buf_printf(out, "\\u%04x", byte);
        } else {
            (void)buf_add_byte(out, byte);
        }
    }
    (void)buf_add_byte(out, '"');
}

/* Names come behind a comma; each object begins with a member that is always there. */
static void
member_text(struct outline *outline, const char *name, const char *text)
{
    if (text != NULL) {
        (void)buf_printf(outline->out, ",\"%s\":", name);
        add_text(outline, text);
    }
}

static void
member_number(struct outline *outline, const char *name, int64_t number)
{
    (void)buf_printf(outline->out, ",\"%s\":%lld", name, (long long)number);
}

static void
member_flag(struct outline *outline, const char *name, bool set)
{
    if (set) {
        (void)buf_printf(outline->out, ",\"%s\":1", name);
    }
}

static void
member_words(struct outline *outline, const char *name, struct procedure_words words)
{
    if (words.source != NULL && words.source[0] != 0) {
        member_number(outline, name, outline->number(&words, outline->ctx));
    }
}

/* In the order of enum expr_op. */
static const char *const op_names[] = {"n", "t", "n", "n", "n", "ref", "entry", "today", "not",
    "and", "or", "eq", "ne", "lt", "le", "gt", "ge", "add", "sub", "mul", "neg", "in", "selected",
    "count", "count-group", "count-where", "any", "sum", "min", "max", "div", "month", "year",
    "age", "days", "matches", "known", "if"};
_Static_assert(sizeof(op_names) / sizeof(op_names[0]) == OP_IF + 1, "a name for each operation");

static void add_node(struct outline *outline, const struct expr *expr, uint16_t at);

/* What an operation is about: its arguments behind its name. */
static void
add_arguments(struct outline *outline, const struct expr *expr, const struct expr_node *node)
{
    bool group = node->op == OP_COUNT_GROUP || node->op == OP_COUNT_WHERE || node->op == OP_ANY;
    const uint16_t arguments[] = {node->a, node->b, node->c};
    for (size_t i = 0; i < ARRAY_LEN(arguments); i++) {
        if (arguments[i] == EXPR_NIL) {
            continue;
        }
        (void)buf_add_byte(outline->out, ',');
        if (i == 0 && (group || node->op == OP_SUM)) {
            (void)buf_printf(outline->out, "%d", expr->nodes[node->a].ref);
        } else if (i == 1 && node->op == OP_IN) {
            (void)buf_add_byte(outline->out, '[');
            for (uint16_t item = node->b; item != EXPR_NIL; item = expr->nodes[item].next) {
                (void)buf_add_str(outline->out, item != node->b ? "," : "");
                add_node(outline, expr, item);
            }
            (void)buf_add_byte(outline->out, ']');
        } else {
            add_node(outline, expr, arguments[i]);
        }
    }
}

static void
add_node(struct outline *outline, const struct expr *expr, uint16_t at)
{
    const struct expr_node *node = &expr->nodes[at];
    (void)buf_printf(outline->out, "[\"%s\"", op_names[node->op]);
    switch (node->op) {
    case OP_NUMBER:
    case OP_DATE:
    case OP_TIME:
    case OP_BOOL:
        (void)buf_printf(outline->out, ",%lld", (long long)node->number);
        break;
    case OP_TEXT:
        (void)buf_add_byte(outline->out, ',');
        add_text(outline, node->text);
        break;
    case OP_REF:
    case OP_ENTRY:
        (void)buf_printf(outline->out, ",%d", node->ref);
        break;
    case OP_TODAY:
        break;
    default:
        add_arguments(outline, expr, node);
    }
    (void)buf_add_byte(outline->out, ']');
}

static void
member_expr(struct outline *outline, const char *name, const struct expr *expr)
{
    if (expr != NULL) {
        (void)buf_printf(outline->out, ",\"%s\":", name);
        add_node(outline, expr, expr->root);
    }
}

/* The list's place among those of the outline. */
static size_t
list_number(struct outline *outline, const struct list_def *list)
{
    for (size_t i = 0; i < outline->list_count; i++) {
        if (outline->lists[i] == list) {
            return i;
        }
    }
    outline->lists[outline->list_count] = list; /* a set has LISTS_MAX of them */
    return outline->list_count++;
}

static void
add_choices(struct outline *outline, const struct question_def *question)
{
    member_flag(outline, "ruled", question->choice_rules != NULL);
    (void)buf_add_str(outline->out, ",\"choices\":[");
    for (size_t i = 0; i < question->choice_count; i++) {
        const struct question_choice *choice = &question->choices[i];
        const struct choice_rule *rule =
            question->choice_rules != NULL ? &question->choice_rules[i] : NULL;
        (void)buf_add_str(outline->out, i > 0 ? ",{\"value\":" : "{\"value\":");
        add_text(outline, choice->value);
        member_words(outline, "label", choice->label);
        if (choice->label.source != NULL && choice->label.context == NULL) {
            member_text(outline, "proper", choice->label.source); /* the same everywhere */
        }
        member_words(outline, "hint", choice->hint);
        if (rule != NULL && question->people == NULL && !question->tasks) {
            member_expr(outline, "when", rule->when);
            member_text(outline, "within", rule->within);
        }
        (void)buf_add_byte(outline->out, '}');
    }
    (void)buf_add_byte(outline->out, ']');
}

static void
add_rules(struct outline *outline, const struct question_def *question)
{
    const struct {
        const char *name;
        const struct expr *expr;
    } rules[] = {{"default", question->default_value}, {"settled", question->settled},
        {"relevant", question->relevant}, {"constraint", question->constraint},
        {"min", question->min}, {"max", question->max}, {"where", question->where},
        {"within", question->within}};
    for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
        member_expr(outline, rules[i].name, rules[i].expr);
    }
}

static void
add_question(struct outline *outline, const struct question_def *question)
{
    static const char *const inputs[] = {"plain", "name", "address"};
    char reading[FACT_KEY_MAX];
    question_reading_key(question, question->key, reading);
    (void)buf_add_str(outline->out, "{\"key\":");
    add_text(outline, question->key);
    member_text(outline, "type", question_type_name(question->type));
    member_number(outline, "part", question->part);
    member_number(outline, "group", question->group);
    member_words(outline, "label", question->label);
    member_words(outline, "name", question->name);
    member_words(outline, "hint", question->hint);
    member_words(outline, "why", question->why);
    member_words(outline, "unit", question->unit);
    member_words(outline, "otherwise", question->otherwise);
    member_flag(outline, "shared", question->shared);
    member_flag(outline, "required", question->required);
    member_flag(outline, "dontKnow", question->dont_know);
    member_flag(outline, "digits", question->digits);
    member_flag(outline, "calculated", question->calculated);
    member_flag(outline, "tasks", question->tasks);
    member_flag(outline, "people", question->people != NULL);
    member_flag(outline, "card", question->from_card);
    member_text(outline, "input", inputs[question->input]);
    member_text(outline, "reading", reading[0] != 0 ? reading : NULL);
    member_number(outline, "maxLength", (int64_t)question->max_length);
    member_number(outline, "over", question->people != NULL ? question->over : -1);
    member_number(outline, "step", question->step > 0 ? question->step : 1);
    if (question->list != NULL) {
        member_number(outline, "list", (int64_t)list_number(outline, question->list));
    }
    if (question->map != NULL) {
        member_text(outline, "map", question->map->id);
    }
    if (question->choice_count > 0) {
        add_choices(outline, question);
    }
    add_rules(outline, question);
    (void)buf_add_byte(outline->out, '}');
}

static void
add_group(struct outline *outline, const struct group_def *group)
{
    (void)buf_add_str(outline->out, "{\"id\":");
    add_text(outline, group->id);
    member_number(outline, "part", group->part);
    member_number(outline, "over", group->over);
    member_number(outline, "first", group->first);
    member_number(outline, "count", group->count);
    member_number(outline, "max", group->max);
    member_words(outline, "name", group->name);
    member_expr(outline, "where", group->where);
    member_expr(outline, "countOf", group->count_of);
    (void)buf_add_byte(outline->out, '}');
}

/* Rules that say that it can't be done here. */
static void
add_not_here(struct outline *outline, const struct rule_list *list)
{
    (void)buf_add_str(outline->out, ",\"notHere\":[");
    for (int i = 0; i < list->count; i++) {
        const struct rule *rule = &list->rules[i];
        struct procedure_words counter =
            rule->counter != NULL ? rule->counter->name : outline->procedure->info.counter;
        (void)buf_printf(outline->out, "%s{\"at\":%d", i > 0 ? "," : "", i);
        member_words(outline, "say", rule->say);
        member_words(outline, "counter", counter);
        member_expr(outline, "when", rule->when);
        (void)buf_add_byte(outline->out, '}');
    }
    (void)buf_add_byte(outline->out, ']');
}

static void
add_include(struct outline *outline, const struct include *include)
{
    const struct procedure_info *info = &include->procedure->info;
    int64_t day;
    (void)buf_add_str(outline->out, "{\"id\":");
    add_text(outline, include->id);
    if (date_parse_iso(info->in_force, strlen(info->in_force), &day)) {
        member_number(outline, "from", day);
    }
    if (info->until != NULL && date_parse_iso(info->until, strlen(info->until), &day)) {
        member_number(outline, "until", day);
    }
    member_expr(outline, "when", include->when);
    add_not_here(outline, &include->not_here);
    (void)buf_add_byte(outline->out, '}');
}

static void
add_list(struct outline *outline, const struct list_def *list)
{
    (void)buf_add_str(outline->out, "{\"id\":");
    add_text(outline, list->list.id);
    (void)buf_add_str(outline->out, ",\"entries\":[");
    for (size_t i = 0; i < list->list.count; i++) {
        const struct procedure_entry *entry = &list->list.entries[i];
        (void)buf_add_str(outline->out, i > 0 ? ",{\"id\":" : "{\"id\":");
        add_text(outline, entry->id);
        if (entry->name.context == NULL) {
            member_text(outline, "proper", entry->name.source);
        } else {
            member_words(outline, "name", entry->name);
        }
        member_text(outline, "kana", entry->kana);
        member_text(outline, "within", entry->within);
        member_words(outline, "detail", entry->detail);
        (void)buf_add_byte(outline->out, '}');
    }
    (void)buf_add_str(outline->out, "]}");
}

int
procedure_outline(const struct procedure *procedure, procedure_word_number *number, void *ctx,
    struct buf *ret_json)
{
    struct outline outline = {procedure, number, ctx, ret_json, {NULL}, 0};
    (void)buf_add_str(ret_json, "{\"id\":");
    add_text(&outline, procedure->info.id);
    member_text(&outline, "kind", procedure_kind_name(procedure->info.kind));
    member_number(&outline, "together", procedure->together);
    member_words(&outline, "title", procedure->info.title);
    member_words(&outline, "about", procedure->info.about);
    (void)buf_add_str(ret_json, ",\"questions\":[");
    for (int i = 0; i < procedure->question_count; i++) {
        (void)buf_add_str(ret_json, i > 0 ? ",\n" : "\n");
        add_question(&outline, &procedure->questions[i]);
    }
    (void)buf_add_str(ret_json, "],\"groups\":[");
    for (int i = 0; i < procedure->group_count; i++) {
        (void)buf_add_str(ret_json, i > 0 ? "," : "");
        add_group(&outline, &procedure->groups[i]);
    }
    (void)buf_add_str(ret_json, "],\"includes\":[");
    for (int i = 0; i < procedure->include_count; i++) {
        (void)buf_add_str(ret_json, i > 0 ? "," : "");
        add_include(&outline, &procedure->includes[i]);
    }
    (void)buf_add_byte(ret_json, ']');
    add_not_here(&outline, &procedure->not_here);
    (void)buf_add_str(ret_json, ",\"lists\":[");
    for (size_t i = 0; i < outline.list_count; i++) {
        (void)buf_add_str(ret_json, i > 0 ? ",\n" : "\n");
        add_list(&outline, outline.lists[i]);
    }
    (void)buf_add_str(ret_json, "]}");
    return buf_error(ret_json);
}
