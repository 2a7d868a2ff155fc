/* program/ctl_furigana.h - how furigana is written: {漢字|かんじ}. Pure functions over texts. */
#ifndef PROGRAM_CTL_FURIGANA_H
#define PROGRAM_CTL_FURIGANA_H

#include <stdbool.h>

/* What is wrong with the furigana of a text, or NULL; every_kanji: each kanji must have it. */
const char *furigana_mistake(const char *text, bool every_kanji);

#endif
