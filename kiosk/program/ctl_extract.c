/* program/ctl_extract.c - `kioskctl extract [ASSETS]`: every text of the content files once, as a .pot template, with
 * the places where it stands as comments. It has no context: a text is translated once for all places. Where one
 * place needs other words, a translator adds an entry with that place (the comment "#.") as its msgctxt. */
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/conf.h"
#include "ctl_content.h"
#include "program/ctl.h"

enum { PLACES_TOLD_MAX = 5 }; /* more tell a translator nothing; some texts stand in forty files */

static void
print_quoted(const char *keyword, const char *text)
{
    (void)printf("%s \"", keyword);
    for (; *text != 0; text++) {
        switch (*text) {
        case '\n':
            (void)fputs("\\n", stdout);
            break;
        case '"':
        case '\\':
            (void)putchar('\\');
            (void)putchar(*text);
            break;
        default:
            (void)putchar(*text);
        }
    }
    (void)fputs("\"\n", stdout);
}

static void
print_entry(const struct content_word *places, size_t count)
{
    size_t told = count < PLACES_TOLD_MAX ? count : PLACES_TOLD_MAX;
    (void)putchar('\n');
    for (size_t i = 0; i < told; i++) {
        (void)printf("#. %s\n", places[i].context);
    }
    for (size_t i = 0; i < told; i++) {
        (void)printf("#: %s:%d\n", places[i].file, places[i].line);
    }
    (void)printf("#, no-c-format\n");
    if (places[0].shared[0] != 0) { /* a unit has plural forms */
        print_quoted("msgctxt", places[0].shared);
        print_quoted("msgid", places[0].source);
        print_quoted("msgid_plural", places[0].source);
        print_quoted("msgstr[0]", "");
    } else {
        print_quoted("msgid", places[0].source);
        print_quoted("msgstr", "");
    }
}

/* In the order of the files: what belongs together is translated together. */
static void
print_words(const struct content *content)
{
    struct content_words words;
    size_t count = 0;
    content_words_collect(content, &words);
    struct content_text *texts = content_words_texts(&words, &count);
    for (size_t i = 0; i < count; i++) {
        print_entry(texts[i].places, texts[i].count);
    }
    free(texts);
    content_words_release(&words);
}

static void
print_mistake(const struct procedure_mistake *mistake, void *ctx)
{
    (void)ctx;
    (void)fprintf(
        stderr, "%s:%d:%d: %s\n", mistake->file, mistake->line, mistake->column, mistake->reason);
}

int
ctl_extract(int argc, char **argv)
{
    if (argc > 2) {
        (void)fprintf(stderr, "usage: kioskctl extract [ASSETS] > content.pot\n");
        return 2;
    }
    char *assets = argc > 1 ? xstrdup(argv[1]) : conf_share(NULL, "assets");
    struct content content;
    int r = content_load(assets, print_mistake, NULL, &content);
    if (r == 0) {
        (void)fputs("# Words of the content files. Japanese is the source language.\n"
                    "# Licence: Apache-2.0\n"
                    "msgid \"\"\n"
                    "msgstr \"\"\n"
                    "\"Project-Id-Version: madoguchi\\n\"\n"
                    "\"MIME-Version: 1.0\\n\"\n"
                    "\"Content-Type: text/plain; charset=UTF-8\\n\"\n"
                    "\"Content-Transfer-Encoding: 8bit\\n\"\n",
            stdout);
        print_words(&content);
    } else {
        (void)fprintf(stderr, "kioskctl: nothing extracted; run kioskctl check first\n");
    }
    content_release(&content);
    free(assets);
    return r == 0 && fflush(stdout) == 0 ? 0 : 1;
}
