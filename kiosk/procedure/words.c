/* procedure/words.c - the words of a set for others: every source string for the catalogs, and the label
 * of a fact for those who only hold a record. */
#include "procedure_priv.h"

#include <string.h>

void
procedure_words_each(const struct procedure_set *set, procedure_each_words *each, void *ctx)
{
    for (size_t i = 0; i < set->word_count; i++) {
        const struct words_entry *entry = &set->words[i];
        each(&entry->words, entry->file, entry->line, ctx);
    }
}

/* "move-in.members[2].name" -> "move-in.members[].name", and the index. */
static bool
without_index(const char *key, char out[FACT_KEY_MAX], int *ret_index)
{
    size_t size = 0;
    bool inside = false;
    *ret_index = 0;
    for (; *key != 0; key++) {
        if (inside && *key >= '0' && *key <= '9' && *ret_index < 1000) {
            *ret_index = *ret_index * 10 + (*key - '0');
            continue;
        }
        inside = *key == '[';
        if (size + 1 >= FACT_KEY_MAX) {
            return false;
        }
        out[size++] = *key;
    }
    out[size] = 0;
    return true;
}

static void
fill(const struct question_def *def, const char *key, int index, struct question *ret)
{
    *ret = (struct question){.type = def->type,
        .label = def->label,
        .name = def->name,
        .hint = def->hint,
        .why = def->why,
        .required = def->required,
        .personal = def->personal,
        .dont_know = def->dont_know,
        .max_length = def->max_length,
        .digits = def->digits,
        .input = def->input,
        .unit = def->unit,
        .repeat_index = index};
    size_t len = strnlen(key, FACT_KEY_MAX - 1);
    memcpy(ret->key, key, len);
    ret->key[len] = 0;
    choices_all(def, ret);
    question_reading_key(def, ret->key, ret->reading);
}

bool
procedure_fact_words(const struct procedure_set *set, const char *procedure, const char *key,
    struct question *ret_question)
{
    const struct procedure *found = procedure != NULL ? procedure_find(set, procedure) : NULL;
    char plain[FACT_KEY_MAX];
    int index;
    if (!without_index(key, plain, &index)) {
        return false;
    }
    for (int i = 0; found != NULL && i < found->question_count; i++) {
        const struct question_def *def = &found->questions[i];
        if (strcmp(def->key, plain) == 0) {
            fill(def, key, index, ret_question);
            if (def->group >= 0) {
                ret_question->repeat_label = found->groups[def->group].name;
            }
            return true;
        }
    }
    const struct question_def *fact = set_fact(set, plain);
    for (size_t i = 0; i < set->repeat_count && fact == NULL; i++) {
        const struct repeat_def *repeat = &set->repeats[i];
        for (size_t j = 0; j < repeat->fact_count; j++) {
            if (strcmp(repeat->facts[j].key, plain) == 0) {
                fill(&repeat->facts[j], key, index, ret_question);
                ret_question->repeat_label = repeat->name;
                return true;
            }
        }
    }
    if (fact != NULL) {
        fill(fact, key, index, ret_question);
    }
    return fact != NULL;
}

void
procedure_facts_each(const struct procedure *procedure, procedure_each_fact *each, void *ctx)
{
    for (int i = 0; i < procedure->question_count; i++) {
        const struct question_def *def = &procedure->questions[i];
        struct question question;
        fill(def, def->key, 0, &question);
        const struct group_def *group = def->group >= 0 ? &procedure->groups[def->group] : NULL;
        if (group != NULL) {
            question.repeat_label = group->name;
        }
        each(&question, group != NULL ? group->max : 0, ctx);
    }
}

void
procedure_dictionary_each(const struct procedure_set *set, procedure_each_fact *each, void *ctx)
{
    for (size_t i = 0; i < set->fact_count; i++) {
        struct question question;
        fill(&set->facts[i], set->facts[i].id, 0, &question);
        each(&question, 0, ctx);
    }
}
