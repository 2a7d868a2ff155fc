/* program/ctl_content.c - the content files together, and their words in an order in which equal texts stand side by
 * side: catalogs have each Japanese text once. */
#include "ctl_content.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"

int
content_load(const char *assets, procedure_report *report, void *ctx, struct content *ret_content)
{
    *ret_content = (struct content){0};
    int r = procedure_load(assets, report, ctx, &ret_content->set);
    if (r < 0 && r != KERR_PROCEDURE_FILE) {
        return r;
    }
    int pages = info_load(assets, ret_content->set, report, ctx, &ret_content->info);
    if (r == 0 && pages < 0) {
        content_release(ret_content);
    }
    return r < 0 ? r : pages;
}

void
content_release(struct content *content)
{
    info_free(content->info);
    procedure_set_free(content->set);
    *content = (struct content){0};
}

void
content_words_each(const struct content *content, procedure_each_words *each, void *ctx)
{
    procedure_words_each(content->set, each, ctx);
    info_words_each(content->info, each, ctx);
}

/* A unit stands behind a number, has plural forms, and may begin with a space: never the words of another text. */
static const char *
shared_context(const char *context)
{
    static const char unit[] = "/unit";
    size_t len = strlen(context);
    size_t end = strlen(unit);
    return len > end && strcmp(context + len - end, unit) == 0 ? "unit" : "";
}

static void
collect(const struct procedure_words *words, const char *file, int line, void *ctx)
{
    struct content_words *all = ctx;
    all->entries = xgrow(all->entries, all->count, &all->cap, sizeof(*all->entries));
    all->entries[all->count] = (struct content_word){.context = words->context,
        .shared = shared_context(words->context),
        .source = words->source,
        .file = file,
        .line = line,
        .order = all->count};
    all->count++;
}

static int
compare_texts(const struct content_word *left, const struct content_word *right)
{
    int order = strcmp(left->shared, right->shared);
    return order != 0 ? order : strcmp(left->source, right->source);
}

static int
by_text(const void *a, const void *b)
{
    const struct content_word *left = a;
    const struct content_word *right = b;
    int order = compare_texts(left, right);
    return order != 0 ? order : (left->order > right->order) - (left->order < right->order);
}

void
content_words_collect(const struct content *content, struct content_words *ret_words)
{
    *ret_words = (struct content_words){0};
    content_words_each(content, collect, ret_words);
    if (ret_words->count > 1) {
        qsort(ret_words->entries, ret_words->count, sizeof(*ret_words->entries), by_text);
    }
}

void
content_words_release(struct content_words *words)
{
    free(words->entries);
    *words = (struct content_words){0};
}

static int
by_first_place(const void *a, const void *b)
{
    const struct content_text *left = a;
    const struct content_text *right = b;
    return (left->places->order > right->places->order) -
           (left->places->order < right->places->order);
}

struct content_text *
content_words_texts(const struct content_words *words, size_t *ret_count)
{
    struct content_text *texts = xcalloc(words->count + 1, sizeof(*texts));
    size_t count = 0;
    for (size_t i = 0; i < words->count; i++) {
        if (i == 0 || compare_texts(&words->entries[i], &words->entries[i - 1]) != 0) {
            texts[count++].places = &words->entries[i];
        }
        texts[count - 1].count++;
    }
    qsort(texts, count, sizeof(*texts), by_first_place);
    *ret_count = count;
    return texts;
}

size_t
content_words_find(
    const struct content_words *words, const char *shared, const char *source, size_t *ret_first)
{
    struct content_word wanted = {.shared = shared, .source = source};
    size_t low = 0;
    size_t high = words->count;
    while (low < high) { /* the first that is not smaller */
        size_t middle = low + (high - low) / 2;
        if (compare_texts(&words->entries[middle], &wanted) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    size_t count = 0;
    while (
        low + count < words->count && compare_texts(&words->entries[low + count], &wanted) == 0) {
        count++;
    }
    *ret_first = low;
    return count;
}
