/* text/real_fonts.h - the fonts of the terminal as the tests of text need them: the built list, opened by
 * ui/ttf.c. Widths are real, or simply the bytes where only coverage matters. */
#ifndef TEST_TEXT_REAL_FONTS_H
#define TEST_TEXT_REAL_FONTS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/conf.h"
#include "base/fs.h"
#include "text/text.h"
#include "ui/ui_priv.h"

static inline struct faces *
real_fonts(void)
{
    struct faces *faces = NULL;
    struct text_fonts *list = NULL;
    char *folder = conf_share(NULL, "fonts");
    char *path = fs_join(folder, "fonts.list");

    assert_int_equal(text_fonts_read(path, &list), 0);
    /* beside the list: the subsets that were built, not Debian's files */
    assert_memory_equal(list->fonts[0].regular.path, folder, strlen(folder));
    text_fonts_free(list);
    assert_int_equal(faces_new(path, &faces), 0);
    free(path);
    free(folder);
    return faces;
}

static inline int
real_fonts_number(const char *name)
{
    struct text_fonts *list = NULL;
    char *folder = conf_share(NULL, "fonts");
    char *path = fs_join(folder, "fonts.list");
    int number = -1;

    assert_int_equal(text_fonts_read(path, &list), 0);
    for (int i = 0; i < list->count; i++) {
        if (strcmp(list->fonts[i].name, name) == 0) {
            number = i;
        }
    }
    text_fonts_free(list);
    free(path);
    free(folder);
    assert_true(number >= 0);
    return number;
}

#endif
