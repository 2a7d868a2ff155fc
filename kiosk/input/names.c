/* input/names.c - how the commonest names of people are written: a list in assets, put before what a conversion
 * program offers, which knows sugar better than the neighbour. */
#include "input_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/utf8.h"

enum { FILE_MAX = 1024 * 1024 };

struct name {
    const char *reading, *word; /* in text */
};

struct input_names {
    struct buf text;
    struct name
        *list; /* as in the file: a thousand, looked through once for an answer of a person */
    size_t count;
};

static bool
is_reading(const char *text)
{
    size_t len = strlen(text);
    for (size_t pos = 0; pos < len;) {
        uint32_t code = utf8_next(text, len, &pos);
        if ((code < 0x3041 || code > 0x3096) && code != 0x30fc) {
            return false;
        }
    }
    return len > 0;
}

/* One line, cut into its names. False when it is none. */
static bool
add_line(struct input_names *names, char *line)
{
    char words[INPUT_CANDIDATES_MAX][INPUT_TEXT_MAX];
    int fit = 0;
    int count = 0;
    char *rest = strchr(line, '\t');
    if (rest == NULL) {
        return false;
    }
    *rest++ = '\0';
    for (char *word; (word = strsep(&rest, " ")) != NULL; count++) {
        candidates_add(words, &fit, word, line);
        names->list[names->count++] = (struct name){.reading = line, .word = word};
        if (fit != count + 1) { /* not fit to be shown, twice there, or too many */
            return false;
        }
    }
    return is_reading(line);
}

int
input_names_open(const char *path, struct input_names **ret_names, size_t *ret_line)
{
    struct input_names *names = xcalloc(1, sizeof(*names));
    buf_init(&names->text, FILE_MAX);
    *ret_line = 0;
    int r = fs_read(path, &names->text);
    if (r == 0 && !utf8_valid(buf_str(&names->text), names->text.len)) {
        r = KERR_INVALID;
    }
    size_t most = 1;
    for (size_t i = 0; r == 0 && i < names->text.len; i++) {
        most += names->text.data[i] == ' ' || names->text.data[i] == '\t';
    }
    names->list = xcalloc(most, sizeof(*names->list));
    char *rest = r == 0 && names->text.len > 0 ? (char *)names->text.data : NULL;
    for (char *line; r == 0 && (line = strsep(&rest, "\n")) != NULL;) {
        ++*ret_line;
        if (line[0] != '\0' && line[0] != '#' && !add_line(names, line)) {
            r = KERR_INVALID;
        }
    }
    if (r < 0) {
        input_names_close(names);
        return r;
    }
    *ret_names = names;
    return 0;
}

void
input_names_close(struct input_names *names)
{
    if (names != NULL) {
        buf_release(&names->text);
        free(names->list);
        free(names);
    }
}

/* Adds the ways to write this reading, commonest first. */
static void
add_names(const struct input_names *names, const char *reading,
    char words[INPUT_CANDIDATES_MAX][INPUT_TEXT_MAX], int *count)
{
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->list[i].reading, reading) == 0) {
            candidates_add(words, count, names->list[i].word, reading);
        }
    }
}

void
input_names_first(const struct input_names *names, const char *reading, struct input_result *result)
{
    struct input_result *before = xcalloc(1, sizeof(*before));
    *before = *result;
    for (int i = 0; i < result->clause_count; i++) {
        struct input_clause *clause = &result->clauses[i];
        explicit_bzero(clause->words, sizeof(clause->words));
        clause->count = 0;
        add_names(names, clause->reading, clause->words, &clause->count);
        for (int n = 0; n < before->clauses[i].count; n++) {
            candidates_add(
                clause->words, &clause->count, before->clauses[i].words[n], clause->reading);
        }
    }
    explicit_bzero(result->words, sizeof(result->words));
    result->count = 0;
    add_names(names, reading, result->words, &result->count);
    if (result->clause_count > 0) {
        candidates_whole(result, reading);
    }
    for (int n = 0; n < before->count; n++) {
        candidates_add(result->words, &result->count, before->words[n], reading);
    }
    explicit_bzero(before, sizeof(*before));
    free(before);
}
