/* tests/desk/kanji.h - the table of kanji that are written in several ways, as the desk ships it, for a test program: group set-up and
 * tear-down. Include after desk/fixture.h. */
#ifndef DESK_KANJI_H
#define DESK_KANJI_H

#include "desk/fixture.h"

static struct desk_kanji *kanji;

static inline int
load_kanji(void **state)
{
    (void)state;
    assert_int_equal(desk_kanji_load("assets/desk", &kanji), 0);
    return 0;
}

static inline int
free_kanji(void **state)
{
    (void)state;
    desk_kanji_free(kanji);
    return 0;
}

#endif
