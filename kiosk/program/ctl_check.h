/* program/ctl_check.h - what the files of `kioskctl check` share: one run over a folder of assets. */
#ifndef PROGRAM_CTL_CHECK_H
#define PROGRAM_CTL_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/conf.h"
#include "ctl_content.h"
#include "ctl_po.h"
#include "ctl_terms.h"

struct check {
    const char *assets;
    struct content content;
    struct content_words words; /* of the content */
    size_t texts; /* different ones among them */
    int mistakes;
    bool report;
    const char *only; /* this language's catalog alone; NULL: all */
    struct conf *blame; /* owned */
    struct conf *easy; /* owned: rules of easy Japanese */
    struct terms *terms; /* owned: the English glossary, against which the others are held */
    const struct po *source; /* Japanese: the program's own ids */
    size_t languages; /* looked at */
    size_t unread, unread_languages; /* texts that no native reader went over */
};

/* Prints one mistake; line and column 0: the whole file. detail may be "". */
void check_say(struct check *check, const char *file, int line, int column, const char *what,
    const char *detail);
/* Words of this language that blame; and of Japanese and English, which slip into translations. */
void check_blame(
    struct check *check, const char *language, const char *text, const char *file, int line);

/* ctl_catalog.c: one language's catalog beside the content and the Japanese one. */
void catalog_check(struct check *check, const char *language);
/* Reads po/LANGUAGE.po, sorted; says what is wrong with its form. */
void catalog_read(struct check *check, const char *language, struct po *ret_po);

#endif
