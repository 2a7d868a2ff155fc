/* procedure/check_rules.c - the rules around a procedure's questions: compiled as seen from its end, what they name
 * exists, none of them can never hold. */
#include "procedure_priv.h"

#include <string.h>

/* Copies of the rules with their conditions as seen from a part of `procedure`. */
static struct rule_list
compile_rules(
    struct load *load, const struct scope *scope, const struct rule_list *from, const char *what)
{
    struct rule_list list = {.count = from->count};
    if (list.count == 0) {
        return list;
    }
    list.rules = arena_alloc(&load->set->arena, (size_t)list.count * sizeof(*list.rules));
    memcpy(list.rules, from->rules, (size_t)list.count * sizeof(*list.rules));
    for (int i = 0; i < list.count; i++) {
        struct rule *rule = &list.rules[i];
        rule->when = compile(load, scope, &rule->when_source, what, EXPR_BOOL);
        if (rule->when != NULL && !can_hold(scope->procedure, rule->when)) {
            load_mistake_at(
                load, rule->when_source.at, "this can never hold, so this entry would do nothing");
        }
    }
    return list;
}

static void
check_targets(struct load *load, const struct rule_list *list)
{
    for (int i = 0; i < list->count; i++) {
        const struct rule *rule = &list->rules[i];
        if (rule->procedure != NULL) {
            (void)check_named(load, rule->line, rule->column, rule->procedure);
        }
        if (rule->page != NULL) {
            check_page(load, rule->line, rule->column, rule->page);
        }
    }
}

static void
check_include(struct load *load, struct procedure *procedure, int index)
{
    struct include *include = &procedure->includes[index];
    struct scope offered = {procedure, procedure->own_count, 0, -1, false};
    include->when = compile(load, &offered, &include->when_source, "when", EXPR_BOOL);
    if (include->when != NULL && !can_hold(procedure, include->when)) {
        load_mistake_at(load, include->when_source.at,
            "this can never hold, so '%s' would never be offered", include->id);
    }
    const struct procedure *other = include->procedure;
    if (other == NULL) {
        return;
    }
    struct scope all = {procedure, procedure->question_count, index + 1, -1, false};
    include->fee = compile(load, &all, &other->fee_source, "fee", EXPR_NUMBER);
    include->bring = compile_rules(load, &all, &other->bring, "when");
    include->not_here = compile_rules(load, &all, &other->not_here, "when");
    include->also_at = compile_rules(load, &all, &other->also_at, "when");
}

void
check_rules_of(struct load *load, struct procedure *procedure)
{
    struct scope all = {procedure, procedure->own_count, 0, -1, false};
    procedure->fee = compile(load, &all, &procedure->fee_source, "fee", EXPR_NUMBER);
    procedure->bring = compile_rules(load, &all, &procedure->bring, "when");
    procedure->not_here = compile_rules(load, &all, &procedure->not_here, "when");
    procedure->also_at = compile_rules(load, &all, &procedure->also_at, "when");
    procedure->results = compile_rules(load, &all, &procedure->results, "when");
    check_targets(load, &procedure->not_here);
    check_targets(load, &procedure->also_at);
    check_targets(load, &procedure->results);
    for (int i = 0; i < procedure->include_count; i++) {
        check_include(load, procedure, i);
    }
    for (int i = 0; procedure->info.anonymous && i < procedure->question_count; i++) {
        const struct question_def *question = &procedure->questions[i];
        if (question->personal || question->shared) {
            struct file_place at = question->at;
            if (question->part > 0) { /* by itself it may ask that */
                const struct include *include = &procedure->includes[question->part - 1];
                at = (struct file_place){load->file, include->line, include->column};
            }
            load_mistake_at(load, at, "an anonymous procedure asks nothing of a person: '%s' is %s",
                question->id, question->shared ? "a fact of the visitor" : "personal");
        }
    }
}
