/* i18n/i18n.c - catalogs and the language of the moment. glibc's gettext picks a catalog by the variable
 * LANGUAGE, but only when the locale is another than "C"; C.UTF-8 is built into glibc and needs no package. A
 * new value is noticed when _nl_msg_cat_cntr moves (GNU gettext manual, "Being a gettext grok"). */
#include "i18n_priv.h"

#include <assert.h>
#include <ctype.h>
#include <libintl.h>
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/buf.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/fs.h"

enum { CONTENT_MAX = 4096, LANGUAGE_MAX = 2 * I18N_CODE_MAX, NAMES_MAX = 1000 };
static const char domain[] = "madoguchi";
static const char source_code[] = "ja";

extern int _nl_msg_cat_cntr; /* glibc's own name; the manual tells programs to move it */

/* Languages in the order in which they are offered (the residents of Japan by number, as far as the languages
 * are alike to set), how Unicode's line breaking and the fonts call them, and the locale of ICU that writes
 * numbers and months. Digits are 0-9 in all of them: ICU would write Nepali and Burmese in digits of their own,
 * but cards, forms and the city's papers in those languages have the digits that stand on a Japanese form, and
 * people compare. Years are the western ones in Thai for the same reason (Thailand counts 543 more). Spanish is
 * Latin America's: most who speak it here come from Peru and Bolivia, and 3,000 looks as on the receipt. */
static const struct {
    const char *code;
    const char *tag;
    const char *values;
    bool rtl;
} known[] = {
    {"ja", "ja", "ja", false},
    {"ja-easy", "ja", "ja", false},
    {"en", "en", "en", false},
    {"zh-Hans", "zh-Hans", "zh_Hans", false},
    {"zh-Hant", "zh-Hant", "zh_Hant", false},
    {"ko", "ko", "ko", false},
    {"vi", "vi", "vi", false},
    {"fil", "fil", "fil", false},
    {"ne", "ne", "ne@numbers=latn", false},
    {"pt-BR", "pt-BR", "pt_BR", false},
    {"id", "id", "id", false},
    {"my", "my", "my@numbers=latn", false},
    {"th", "th", "th@calendar=gregorian;numbers=latn", false},
    {"es", "es", "es_419", false},
    /* no catalog yet; putting one into the folder is enough */
    {"km", "km", "km@numbers=latn", false},
    {"mn", "mn", "mn", false},
    {"si", "si", "si", false},
    {"bn", "bn", "bn@numbers=latn", false},
    {"uk", "uk", "uk", false},
    {"ru", "ru", "ru", false},
    {"fr", "fr", "fr", false},
    {"ar", "ar", "ar@numbers=latn", true},
    {"ur", "ur", "ur@numbers=latn", true},
};
static_assert(ARRAY_LEN(known) <= I18N_LANGUAGES_MAX, "room for every language");

/* Other spellings, already in small letters with hyphens. */
static const struct {
    const char *spelling;
    const char *code;
} spellings[] = {
    {"easy", "ja-easy"},
    {"ja-jp-easy", "ja-easy"},
    {"zh", "zh-Hans"},
    {"zh-cn", "zh-Hans"},
    {"zh-sg", "zh-Hans"},
    {"zh-my", "zh-Hans"},
    {"zh-tw", "zh-Hant"},
    {"zh-hk", "zh-Hant"},
    {"zh-mo", "zh-Hant"},
    {"tl", "fil"}, /* Tagalog, the code before ISO 639-2 had Filipino */
    {"in", "id"}, /* the code before 1989, which Java kept long */
    {"pt", "pt-BR"},
};

static void
set_languages(const char *value)
{
    (void)setenv(
        "LANGUAGE", value, 1); /* fails without memory only; the words then stay as they were */
    _nl_msg_cat_cntr++;
}

static void
set_language(const char *code)
{
    char value[LANGUAGE_MAX];
    (void)snprintf(value, sizeof(value), "%s:%s", code, source_code);
    set_languages(value);
}

static bool
has_catalog(const char *folder, const char *code)
{
    char path[4096];
    int len = snprintf(path, sizeof(path), "%s/%s/LC_MESSAGES/%s.mo", folder, code, domain);
    return len > 0 && (size_t)len < sizeof(path) && fs_exists(path);
}

static void
find_languages(struct i18n *i18n, const char *folder)
{
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        if (!has_catalog(folder, known[i].code)) {
            continue;
        }
        struct i18n_language *language = &i18n->languages[i18n->count++];
        (void)snprintf(language->code, sizeof(language->code), "%s", known[i].code);
        language->tag = known[i].tag;
        language->values = known[i].values;
        language->rtl = known[i].rtl;
        set_languages(known[i].code); /* alone: a catalog without its name is not called 日本語 */
        const char *name = dgettext(domain, "language.name");
        language->name = strcmp(name, "language.name") == 0 ? known[i].code : name;
    }
    set_language(source_code);
}

/* "en.texts = 423", "en.unread = 423": without the file nothing is known, and nothing said. */
static void
read_reviews(struct i18n *i18n, const char *folder)
{
    enum { TEXTS_MAX = 1000000 };
    char *path = fs_join(folder, "reviews.conf");
    struct conf *reviews = NULL;
    int line = 0;
    int r = conf_load(path, &reviews, &line);
    for (size_t i = 0; r == 0 && i < i18n->count; i++) {
        struct i18n_language *language = &i18n->languages[i];
        char key[2 * I18N_CODE_MAX];
        (void)snprintf(key, sizeof(key), "%s.texts", language->code);
        language->texts = (size_t)conf_int(reviews, key, 0, TEXTS_MAX, 0);
        (void)snprintf(key, sizeof(key), "%s.unread", language->code);
        language->unread = (size_t)conf_int(reviews, key, 0, TEXTS_MAX, 0);
    }
    conf_free(reviews);
    free(path);
}

size_t
i18n_unread(const struct i18n *i18n, size_t *ret_languages)
{
    size_t texts = 0;
    size_t languages = 0;
    for (size_t i = 0; i < i18n->count; i++) {
        texts += i18n->languages[i].unread;
        languages += i18n->languages[i].unread > 0 ? 1 : 0;
    }
    *ret_languages = languages;
    return texts;
}

/* glibc reads a catalog once and never lets go of it. Under another name of the same folder it reads it anew. */
static int
bind_folder(const char *folder)
{
    static int bound;
    enum { NAME_MAX_BYTES = 3800 }; /* with the rest of the path, what has_catalog takes */
    if (bound > NAMES_MAX || strlen(folder) + 2 * (size_t)bound > NAME_MAX_BYTES) {
        return KERR_TOO_BIG;
    }
    AUTO_BUF name;
    buf_init(&name, NAME_MAX_BYTES + 1);
    (void)buf_add_str(&name, folder);
    for (int i = 0; i < bound; i++) {
        (void)buf_add_str(&name, "/.");
    }
    bound++;
    return bindtextdomain(domain, buf_str(&name)) != NULL ? 0 : KERR_NO_MEMORY;
}

int
i18n_new(const char *folder, struct i18n **ret_i18n)
{
    if (!has_catalog(folder, source_code)) {
        return KERR_NOT_FOUND;
    }
    if (setlocale(LC_ALL, "C.UTF-8") == NULL) {
        return KERR_INVALID;
    }
    int r = bind_folder(folder);
    if (r < 0 || bind_textdomain_codeset(domain, "UTF-8") == NULL) {
        return r < 0 ? r : KERR_NO_MEMORY;
    }
    struct i18n *i18n = xcalloc(1, sizeof(*i18n));
    find_languages(i18n, folder);
    read_reviews(i18n, folder);
    *ret_i18n = i18n;
    return 0;
}

void
i18n_free(struct i18n *i18n)
{
    free(i18n); /* glibc keeps the catalogs: texts live until the program ends */
}

size_t
i18n_language_count(const struct i18n *i18n)
{
    return i18n->count;
}

const struct i18n_language *
i18n_language_at(const struct i18n *i18n, size_t index)
{
    return index < i18n->count ? &i18n->languages[index] : NULL;
}

static bool
same_code(const char *a, const char *b)
{
    while (*a != 0 && tolower((unsigned char)*a) == tolower((unsigned char)*b)) {
        a++;
        b++;
    }
    return *a == 0 && *b == 0;
}

static bool
find_code(const struct i18n *i18n, const char *code, size_t *ret_index)
{
    for (size_t i = 0; i < i18n->count; i++) {
        if (same_code(i18n->languages[i].code, code)) {
            *ret_index = i;
            return true;
        }
    }
    return false;
}

/* Exact, or another spelling. */
static bool
find_spelling(const struct i18n *i18n, const char *plain, size_t *ret_index)
{
    if (find_code(i18n, plain, ret_index)) {
        return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(spellings); i++) {
        if (strcmp(spellings[i].spelling, plain) == 0) {
            return find_code(i18n, spellings[i].code, ret_index);
        }
    }
    return false;
}

/* As it stands; then part by part shorter: zh-hant-tw, zh-hant; pt-pt, pt. */
static bool
find_language(const struct i18n *i18n, const char *code, size_t *ret_index)
{
    char plain[I18N_CODE_MAX];
    size_t len = strnlen(code, sizeof(plain));
    if (len == 0 || len == sizeof(plain)) {
        return false;
    }
    for (size_t i = 0; i <= len; i++) {
        plain[i] = (char)(code[i] == '_' ? '-' : tolower((unsigned char)code[i]));
    }
    plain[strcspn(plain, ".@")] = 0; /* ja_JP.UTF-8 */
    while (!find_spelling(i18n, plain, ret_index)) {
        char *last = strrchr(plain, '-');
        if (last == NULL) {
            return false;
        }
        *last = 0;
    }
    return true;
}

int
i18n_use(struct i18n *i18n, const char *code)
{
    size_t index;
    if (!find_language(i18n, code, &index)) {
        return KERR_NOT_FOUND;
    }
    i18n->current = index;
    set_language(i18n->languages[index].code);
    return 0;
}

const struct i18n_language *
i18n_current(const struct i18n *i18n)
{
    return &i18n->languages[i18n->current];
}

const char *
i18n_text(struct i18n *i18n, const char *id)
{
    (void)i18n; /* gettext keeps the language for the process; the object says that it is set up */
    return id[0] == 0 ? id : dgettext(domain, id); /* "" would give the catalog's head */
}

const char *
i18n_text_in(struct i18n *i18n, const char *code, const char *id)
{
    size_t index;
    if (!find_language(i18n, code, &index) || index == i18n->current) {
        return i18n_text(i18n, id);
    }
    set_language(i18n->languages[index].code);
    const char *text = i18n_text(i18n, id);
    set_language(i18n_current(i18n)->code);
    return text;
}

/* The translation under a context, or NULL; count chooses its form when it has several. */
static const char *
in_context(const char *context, const char *source, uint64_t count)
{
    char key[CONTENT_MAX];
    int len = snprintf(key, sizeof(key), "%s\004%s", context, source); /* as pgettext does */
    if (len < 0 || (size_t)len >= sizeof(key)) {
        return NULL;
    }
    const char *text = dngettext(domain, key, key, (unsigned long)count);
    return text != key ? text : NULL;
}

const char *
i18n_content(struct i18n *i18n, const char *context, const char *source)
{
    const char *own = in_context(context, source, 1);
    return own != NULL ? own : i18n_text(i18n, source);
}

const char *
i18n_unit(struct i18n *i18n, const char *context, const char *source, uint64_t count)
{
    (void)i18n;
    const char *text = in_context(context, source, count);
    text = text != NULL ? text : in_context("unit", source, count);
    return text != NULL ? text : source;
}

/* The form of a message that goes with the number in its place {n}. */
static const char *
message_for(struct i18n *i18n, const char *id, const struct i18n_place *places, size_t count)
{
    enum { DECIMAL = 10 };
    for (size_t i = 0; i < count; i++) {
        if (strcmp(places[i].name, "n") == 0) {
            unsigned long n = strtoul(places[i].value, NULL, DECIMAL);
            return id[0] == 0 ? id : dngettext(domain, id, id, n);
        }
    }
    return i18n_text(i18n, id);
}

int
i18n_fill(struct buf *out, const char *message, const struct i18n_place *places, size_t count)
{
    while (*message != 0) {
        size_t plain = strcspn(message, "{");
        (void)buf_add(out, message, plain); /* errors stick in out */
        message += plain;
        size_t end = strcspn(message, "}");
        if (*message == 0 || message[end] == 0) {
            (void)buf_add_str(out, message);
            break;
        }
        size_t i = 0;
        while (i < count && (strlen(places[i].name) != end - 1 ||
                                memcmp(places[i].name, message + 1, end - 1) != 0)) {
            i++;
        }
        if (i < count) {
            (void)buf_add_str(out, places[i].value);
        } else {
            (void)buf_add(out, message, end + 1); /* ruby, or a place nobody fills */
        }
        message += end + 1;
    }
    return buf_error(out);
}

int
i18n_format(struct i18n *i18n, struct buf *out, const char *id, ...)
{
    enum { PLACES_MAX = 16 };
    struct i18n_place places[PLACES_MAX];
    size_t count = 0;
    va_list args;
    va_start(args, id);
    for (const char *name = va_arg(args, const char *); name != NULL && count < PLACES_MAX;
         name = va_arg(args, const char *)) {
        places[count].name = name;
        places[count++].value = va_arg(args, const char *);
    }
    va_end(args);
    return i18n_fill(out, message_for(i18n, id, places, count), places, count);
}
