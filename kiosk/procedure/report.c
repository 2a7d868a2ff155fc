/* procedure/report.c - mistakes in files, told so that a clerk can mend them: place, reason, and the
 * nearest known name (Levenshtein distance of at most a third of the word). */
#include "procedure_priv.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { NAME_BYTES_MAX = 64 };

static void
tell(struct load *load, struct file_place at, const char *fmt, va_list args)
{
    load->mistakes++;
    if (load->report == NULL || load->told_count == SET_MISTAKES_MAX) {
        return;
    }
    char reason[512];
    (void)vsnprintf(reason, sizeof(reason), fmt, args);
    for (int i = 0; i < load->told_count; i++) {
        const struct procedure_mistake *told = &load->told[i];
        if (told->line == at.line && told->column == at.column &&
            strcmp(told->file, at.file) == 0 && strcmp(told->reason, reason) == 0) {
            return;
        }
    }
    struct procedure_mistake *mistake = &load->told[load->told_count++];
    *mistake = (struct procedure_mistake){.file = at.file,
        .line = at.line,
        .column = at.column,
        .reason = arena_strdup(&load->set->arena, reason)};
    load->report(mistake, load->ctx);
}

void
load_mistake(struct load *load, int line, int column, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    tell(load, (struct file_place){load->file, line, column}, fmt, args);
    va_end(args);
}

void
load_mistake_at(struct load *load, struct file_place at, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    tell(load, at, fmt, args);
    va_end(args);
}

static size_t
distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t row[NAME_BYTES_MAX + 1];
    for (size_t j = 0; j <= b_len; j++) {
        row[j] = j;
    }
    for (size_t i = 1; i <= a_len; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            size_t change = corner + (a[i - 1] == b[j - 1] ? 0 : 1);
            size_t step = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            corner = row[j];
            row[j] = change < step ? change : step;
        }
    }
    return row[b_len];
}

const char *
nearest_name(const char *word, const char *const *names, size_t count)
{
    size_t len = strnlen(word, NAME_BYTES_MAX + 1);
    if (len > NAME_BYTES_MAX) {
        return NULL;
    }
    size_t best = len / 3 > 2 ? len / 3 + 1 : 3; /* must be below this */
    const char *found = NULL;
    for (size_t i = 0; i < count; i++) {
        size_t name_len = strnlen(names[i], NAME_BYTES_MAX + 1);
        if (name_len > NAME_BYTES_MAX) {
            continue;
        }
        size_t d = distance(word, len, names[i], name_len);
        if (d < best && d < name_len) {
            best = d;
            found = names[i];
        }
    }
    return found;
}

void
load_unknown(struct load *load, int line, int column, const char *what, const char *word,
    const char *const *names, size_t count)
{
    const char *near = nearest_name(word, names, count);
    if (near != NULL) {
        load_mistake(
            load, line, column, "unknown %s '%.60s'; did you mean '%s'?", what, word, near);
    } else {
        load_mistake(load, line, column, "unknown %s '%.60s'", what, word);
    }
}
