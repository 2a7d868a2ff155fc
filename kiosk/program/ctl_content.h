/* program/ctl_content.h - everything under assets/ that has words, loaded at once: what `kioskctl check` looks at and
 * `kioskctl extract` writes down. A room whose files have words is added here, and nowhere else in kioskctl. */
#ifndef PROGRAM_CTL_CONTENT_H
#define PROGRAM_CTL_CONTENT_H

#include <stdbool.h>
#include <stddef.h>

#include "info/info.h"
#include "procedure/procedure.h"

struct content {
    struct procedure_set *set; /* owned, like the next */
    struct info *info;
};

/* One place where a text stands. All of it points into the content. */
struct content_word {
    const char *context; /* "move-in/moved-on/label" */
    const char
        *shared; /* the context of its translation for all places: "", or "unit" behind numbers */
    const char *source; /* the Japanese */
    const char *file;
    int line;
    size_t order; /* among all words, from 0 */
};
/* Every word, by shared context, source and order: a text that stands in several places is a run of entries. */
struct content_words {
    struct content_word *entries; /* owned */
    size_t count, cap;
};

/* Reads all. Mistakes go to report; the result is then KERR_PROCEDURE_FILE; KERR_NOT_FOUND without a folder. */
int content_load(
    const char *assets, procedure_report *report, void *ctx, struct content *ret_content);
void content_release(struct content *content);
void content_words_each(const struct content *content, procedure_each_words *each, void *ctx);

void content_words_collect(const struct content *content, struct content_words *ret_words);
void content_words_release(struct content_words *words);
/* A text with all its places: a run of entries. */
struct content_text {
    const struct content_word *places;
    size_t count;
};
/* The different texts in the order of the files. An array for the caller to free. */
struct content_text *content_words_texts(const struct content_words *words, size_t *ret_count);
/* The run of this source: its first entry and how many, 0 without any. */
size_t content_words_find(
    const struct content_words *words, const char *shared, const char *source, size_t *ret_first);

#endif
