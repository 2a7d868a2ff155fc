/* program/ctl_terms.c - the glossary's terms in a Japanese text, longest first, and their words in a translation. */
#include "ctl_terms.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/conf.h"
#include "base/fs.h"
#include "ctl_blame.h"

enum { TEXT_MAX = 16 * 1024, WORD_MAX = 256, PATH_ROOM = 4096 };

struct terms {
    struct conf *conf; /* owned; the entries point into it */
    struct term *entries; /* the longest first */
    size_t count;
};

static int
by_length(const void *a, const void *b)
{
    size_t left = strlen(((const struct term *)a)->japanese);
    size_t right = strlen(((const struct term *)b)->japanese);
    return (left < right) - (left > right);
}

static void
add(const char *key, const char *value, void *ctx)
{
    struct terms *terms = ctx;
    terms->entries[terms->count++] = (struct term){.japanese = key, .words = value};
}

int
terms_load(const char *folder, const char *language, struct terms **ret_terms, int *ret_line)
{
    char path[PATH_ROOM];
    (void)snprintf(path, sizeof(path), "%s/terms/%s.conf", folder, language);
    struct conf *conf = NULL;
    int r = conf_load(path, &conf, ret_line);
    if (r < 0) {
        return r;
    }
    struct terms *terms = xcalloc(1, sizeof(*terms));
    terms->conf = conf;
    terms->entries = xcalloc(conf_count(conf) + 1, sizeof(*terms->entries));
    conf_each(conf, add, terms);
    qsort(terms->entries, terms->count, sizeof(*terms->entries), by_length);
    *ret_terms = terms;
    return 0;
}

void
terms_free(struct terms *terms)
{
    if (terms != NULL) {
        conf_free(terms->conf);
        free(terms->entries);
        free(terms);
    }
}

bool
terms_find_lacking(const struct terms *terms, const struct terms *wanted, struct term *ret_term)
{
    for (size_t i = 0; i < wanted->count; i++) {
        if (conf_str(terms->conf, wanted->entries[i].japanese, "")[0] == 0) {
            *ret_term = wanted->entries[i];
            return true;
        }
    }
    return false;
}

/* Without furigana, and without spaces where the text is Japanese: {写|うつ}し is 写し. */
static void
add_plain(struct buf *out, const char *text, bool spaces)
{
    for (; *text != 0; text++) {
        const char *bar = NULL;
        const char *end = NULL;
        if (*text == '{') {
            end = strchr(text, '}');
            bar = end != NULL ? memchr(text, '|', (size_t)(end - text)) : NULL;
        }
        if (bar != NULL) {
            (void)buf_add(out, text + 1, (size_t)(bar - text - 1)); /* errors stick in out */
            text = end;
        } else if (spaces || *text != ' ') {
            (void)buf_add_byte(out, (uint8_t)*text);
        }
    }
}

static bool
has_words(const char *words, const char *text)
{
    while (*words != 0) {
        words += strspn(words, ", ");
        size_t len = strcspn(words, ",");
        size_t kept = len;
        while (kept > 0 && words[kept - 1] == ' ') {
            kept--;
        }
        char word[WORD_MAX];
        if (kept > 0 && kept < WORD_MAX) {
            memcpy(word, words, kept);
            word[kept] = 0;
            if (word_stands_in(text, word)) {
                return true;
            }
        }
        words += len;
    }
    return false;
}

/* Every message is asked at every letter for every term: only a letter that begins one is compared further. */
static const struct term *
term_at(const struct terms *terms, const char *text)
{
    if ((*text & 0xc0) == 0x80) {
        return NULL; /* in the middle of a letter */
    }
    for (size_t i = 0; i < terms->count; i++) {
        const struct term *term = &terms->entries[i];
        const char *first = term->japanese;
        if (text[0] == first[0] && (text[0] == 0 || text[1] == first[1]) &&
            strncmp(text, first, strlen(first)) == 0) {
            return term;
        }
    }
    return NULL;
}

bool
terms_find_missing(
    const struct terms *terms, const char *japanese, const char *translation, struct term *ret_term)
{
    AUTO_BUF plain;
    AUTO_BUF closed; /* as Japanese writes: without spaces */
    AUTO_BUF source;
    buf_init(&plain, TEXT_MAX);
    buf_init(&closed, TEXT_MAX);
    buf_init(&source, TEXT_MAX);
    add_plain(&plain, translation, true);
    add_plain(&closed, translation, false);
    add_plain(&source, japanese, true);
    for (const char *at = buf_str(&source); *at != 0;) {
        const struct term *term = term_at(terms, at);
        if (term == NULL) {
            at++;
            continue;
        }
        if (!has_words(term->words, buf_str(&plain)) && !has_words(term->words, buf_str(&closed)) &&
            strstr(buf_str(&closed), term->japanese) == NULL) {
            *ret_term = *term;
            return true;
        }
        at += strlen(term->japanese);
    }
    return false;
}
