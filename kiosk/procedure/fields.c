/* procedure/fields.c - typed reading of the keys of a map. Each function reports what is wrong and gives
 * a harmless value, so that one look at a file finds all its mistakes. */
#include "procedure_priv.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

bool
field_is_map(struct load *load, const struct node *node, const char *what)
{
    if (node->kind == NODE_MAP) {
        return true;
    }
    load_mistake(load, node->line, node->column, "%s is written as lines of 'key: value'", what);
    return false;
}

void
field_check_keys(
    struct load *load, const struct node *map, struct field_names known, const char *what)
{
    for (const struct node *child = map->first; child != NULL; child = child->next) {
        size_t i = 0;
        while (i < known.count && strcmp(known.names[i], child->key) != 0) {
            i++;
        }
        if (i == known.count) {
            char label[64];
            (void)snprintf(label, sizeof(label), "key in %s", what);
            load_unknown(load, child->key_line, child->key_column, label, child->key, known.names,
                known.count);
        }
    }
}

const char *
field_text(struct load *load, const struct node *map, const char *key, bool required)
{
    const struct node *node = tree_get(map, key);
    if (node == NULL) {
        if (required) {
            load_mistake(load, map->line, map->column, "'%s' is missing", key);
        }
        return NULL;
    }
    if (node->kind != NODE_SCALAR) {
        load_mistake(load, node->line, node->column, "'%s' is one text", key);
        return NULL;
    }
    if (node->text[0] == 0) {
        load_mistake(load, node->line, node->column, "'%s' is empty", key);
        return NULL;
    }
    if (strlen(node->text) > WORDS_BYTES_MAX) {
        load_mistake(
            load, node->line, node->column, "'%s' is longer than %d bytes", key, WORDS_BYTES_MAX);
        return NULL;
    }
    return node->text;
}

bool
field_bool(struct load *load, const struct node *map, const char *key, bool fallback)
{
    if (tree_get(map, key) == NULL) {
        return fallback;
    }
    const char *text = field_text(load, map, key, true);
    if (text == NULL) {
        return fallback;
    }
    if (strcmp(text, "yes") != 0 && strcmp(text, "no") != 0) {
        const struct node *node = tree_get(map, key);
        load_mistake(load, node->line, node->column, "'%s' is yes or no", key);
        return fallback;
    }
    return strcmp(text, "yes") == 0;
}

int64_t
field_int(struct load *load, const struct node *map, const char *key, int64_t min, int64_t max,
    int64_t fallback)
{
    if (tree_get(map, key) == NULL) {
        return fallback;
    }
    const char *text = field_text(load, map, key, true);
    if (text == NULL) {
        return fallback;
    }
    const struct node *node = tree_get(map, key);
    size_t len = strlen(text);
    bool digits = len <= 10 && strspn(text, "0123456789") == len;
    int64_t number = digits ? (int64_t)strtoll(text, NULL, 10) : -1;
    if (!digits || number < min || number > max) {
        load_mistake(load, node->line, node->column, "'%s' is a whole number from %lld to %lld",
            key, (long long)min, (long long)max);
        return fallback;
    }
    return number;
}

const char *
field_date(struct load *load, const struct node *map, const char *key)
{
    const char *text = field_text(load, map, key, true);
    if (text == NULL) {
        return "";
    }
    int64_t days;
    if (!date_parse_iso(text, strlen(text), &days)) {
        const struct node *node = tree_get(map, key);
        load_mistake(load, node->line, node->column,
            "'%.40s' is no day of the calendar; write it like 2026-04-01", text);
        return "";
    }
    return text;
}

bool
id_ok(const char *text)
{
    size_t len = strnlen(text, ID_MAX + 1);
    return len > 0 && len <= ID_MAX && text[0] >= 'a' && text[0] <= 'z' && text[len - 1] != '-' &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

struct procedure_words
words_add(struct load *load, const struct node *at, const char *source, const char *fmt, ...)
{
    char context[PROCEDURE_CONTEXT_MAX];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(context, sizeof(context), fmt, args);
    va_end(args);
    struct procedure_set *set = load->set;
    set->words = xgrow(set->words, set->word_count, &set->word_cap, sizeof(*set->words));
    struct words_entry *entry = &set->words[set->word_count++];
    entry->words.context = arena_strdup(&set->arena, context);
    entry->words.source = source;
    entry->file = load->file;
    entry->line = at->line;
    return entry->words;
}

struct procedure_words
field_words(
    struct load *load, const struct node *map, const char *key, bool required, const char *context)
{
    const char *source = field_text(load, map, key, required);
    if (source == NULL) {
        return (struct procedure_words){0};
    }
    return words_add(load, tree_get(map, key), source, "%s/%s", context, key);
}

struct expr_source
field_expr(const struct load *load, const struct node *map, const char *key)
{
    const struct node *node = tree_get(map, key);
    if (node == NULL) {
        return (struct expr_source){0};
    }
    /* one that is no text is reported when it is compiled */
    return (struct expr_source){.text = node->kind == NODE_SCALAR ? node->text : "",
        .at = {
            load->file, node->line, node->kind == NODE_SCALAR ? node->text_column : node->column}};
}
