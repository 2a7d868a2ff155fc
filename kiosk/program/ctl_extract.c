/* program/ctl_extract.c - `kioskctl extract [ASSETS]`: every word of the content files as a .pot template, with the
 * place as a comment and the procedure and field as context. msgmerge brings it into a language's catalog. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/conf.h"
#include "procedure/procedure.h"
#include "program/ctl.h"

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
print_words(const struct procedure_words *words, const char *file, int line, void *ctx)
{
    (void)ctx;
    (void)printf("\n#: %s:%d\n#, no-c-format\n", file, line);
    print_quoted("msgctxt", words->context);
    print_quoted("msgid", words->source);
    print_quoted("msgstr", "");
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
    struct procedure_set *set = NULL;
    int r = procedure_load(assets, print_mistake, NULL, &set);
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
        procedure_words_each(set, print_words, NULL);
    } else {
        (void)fprintf(stderr, "kioskctl: nothing extracted; run kioskctl check first\n");
    }
    procedure_set_free(set);
    free(assets);
    return r == 0 && fflush(stdout) == 0 ? 0 : 1;
}
