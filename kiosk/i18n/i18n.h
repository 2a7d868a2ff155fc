/* i18n/i18n.h - words: gettext catalogs with a language that changes at run time, and how dates,
 * money and numbers are written in it. Message ids in C are short names ("pin.title"); content files
 * carry their Japanese as the id, each text once for all files. glibc's gettext reads LANGUAGE, which is process-wide:
 * one thread only (the frame loop's; the desk's, which leaves Japanese only to write a guide slip).
 *
 * Ruby is written {漢字|かんじ} inside any message; this room leaves it as it is. */
#ifndef I18N_I18N_H
#define I18N_I18N_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum { I18N_CODE_MAX = 24 };

struct i18n;

struct i18n_language {
    char code[I18N_CODE_MAX]; /* BCP 47: "ja", "ja-easy", "en"; also the catalog's file name */
    const char *name; /* in its own script: "日本語" */
    const char *tag; /* for ICU line breaking and fonts: "ja", "en" */
    const char *values; /* ICU's locale for numbers and months: "en", "my@numbers=latn" */
    bool rtl;
    size_t texts,
        unread; /* of its catalog: all, and those that no native reader went over; 0 when nobody counted */
};

/* Loads the catalogs under folder (folder/CODE/LC_MESSAGES/madoguchi.mo). The language is "ja". Called again it reads
 * them anew, for all who have one: catalogs that changed must have been replaced by rename. The memory of the old ones
 * stays with the process (glibc), so after about 1,000 times: KERR_TOO_BIG, and all stays as it was.
 * KERR_NOT_FOUND when there is no Japanese catalog, KERR_INVALID when the locale C.UTF-8 is missing. */
int i18n_new(const char *folder, struct i18n **ret_i18n);
void i18n_free(struct i18n *i18n);

/* Languages that have a catalog here, in the order in which they are offered. */
size_t i18n_language_count(const struct i18n *i18n);
const struct i18n_language *i18n_language_at(const struct i18n *i18n, size_t index);
/* How many texts of all catalogs no native reader went over, and in how many languages (folder/reviews.conf, which
 * `kioskctl table reviews` makes). */
size_t i18n_unread(const struct i18n *i18n, size_t *ret_languages);
/* Changes the language; accepts the usual other spellings (ja_easy, easy, en-US, zh-TW, tl). KERR_NOT_FOUND. */
int i18n_use(struct i18n *i18n, const char *code);
const struct i18n_language *i18n_current(const struct i18n *i18n);

/* The message of this id in the current language; in Japanese when it lacks there; the id itself when
 * it lacks everywhere. Lives until the program ends. */
const char *i18n_text(struct i18n *i18n, const char *id);
/* The same in one language, whatever the current one is (the second line for staff). */
const char *i18n_text_in(struct i18n *i18n, const char *code, const char *id);
/* Content: source is the Japanese in the file, context the place where it stands ("procedure/question/part"). A
 * translation for this place alone comes before the one for all places; source itself when there is none. */
const char *i18n_content(struct i18n *i18n, const char *context, const char *source);
/* What stands behind a number: "枚", " copies". count chooses the form: 1 copy, 2 copies. The shared translation's
 * context is "unit", since a unit may begin with a space that no other text has. */
const char *i18n_unit(struct i18n *i18n, const char *context, const char *source, uint64_t count);
/* A message with {name} places filled from pairs (name, value, ..., NULL). Appended to out. {n} is the place of a
 * number that counts something: its value chooses among the message's plural forms. */
int i18n_format(struct i18n *i18n, struct buf *out, const char *id, ...);

/* How a value is written for people, in the current language. Appended; what can't be understood is
 * appended as it is.
 * date: YYYY-MM-DD -> 昭和16年（1941年）3月5日, "5 March 1941 (Showa 16)". Eras: ICU's Japanese calendar.
 * Digits are 0-9 and years western in every language, as on the forms and cards that people hold beside it. */
int i18n_date(struct i18n *i18n, struct buf *out, const char *iso);
/* A day of these weeks, for choosing one: 12月1日（火）, "Tue 1 December". */
int i18n_day(struct i18n *i18n, struct buf *out, const char *iso);
int i18n_money(struct i18n *i18n, struct buf *out, int64_t yen);
/* How a text is compared when it is looked for: without the difference of case, width, hiragana and katakana, and
 * marks on Latin letters; white space is one space. Unicode's NFKC_Casefold (UAX 31) and a little more. Furigana
 * is not looked at. Appended. KERR_NO_MEMORY, KERR_INVALID (not UTF-8), KERR_TOO_BIG. */
int i18n_fold(struct buf *out, const char *text);
/* Eight digits in two groups of four. */
int i18n_receipt_number(struct buf *out, const char *digits);

#endif
