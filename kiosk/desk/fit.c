/* desk/fit.c - which characters a system on CP932 (Shift_JIS as Windows has it) can hold, by the C library's iconv. It
 * converts some characters into others without a word (¥ into \); so each is brought there and back, and what comes back
 * must be what went. */
#include "hand_priv.h"

#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/utf8.h"

enum { FILE_MAX = 256 * 1024, LINES_MAX = 4000, ROOM = 16 };

struct substitute {
    const char *character, *instead;
    int line;
};

struct desk_substitutes {
    struct buf file;
    size_t count;
    struct substitute lines[LINES_MAX];
};

struct desk_fit {
    const struct desk_substitutes *substitutes;
    iconv_t to, back;
};

/* A character, what is written instead, why. */
static int
add_substitute(char *line, int number, void *ctx)
{
    struct desk_substitutes *substitutes = ctx;
    bool is_text = utf8_valid(line, strlen(line));
    const char *character = strsep(&line, "\t");
    const char *instead = line != NULL ? strsep(&line, "\t") : "";
    bool good = is_text && line != NULL && *line != 0 && *instead != 0 &&
                strlen(instead) < DESK_INSTEAD_MAX && *character != 0 &&
                desk_character_len(character, strlen(character)) == strlen(character) &&
                substitutes->count < LINES_MAX;
    if (good) {
        substitutes->lines[substitutes->count++] = (struct substitute){character, instead, number};
    }
    return good ? 0 : KERR_INVALID;
}

int
desk_substitutes_load(const char *path, struct desk_substitutes **ret, int *ret_line)
{
    struct desk_substitutes *substitutes = xcalloc(1, sizeof(*substitutes));
    buf_init(&substitutes->file, FILE_MAX);
    int r = desk_lines_each(path, &substitutes->file, add_substitute, substitutes, ret_line);
    if (r < 0) {
        desk_substitutes_free(substitutes);
        return r;
    }
    *ret = substitutes;
    return 0;
}

void
desk_substitutes_free(struct desk_substitutes *substitutes)
{
    if (substitutes != NULL) {
        buf_release(&substitutes->file);
        free(substitutes);
    }
}

struct desk_fit *
desk_fit_new(const struct desk_substitutes *substitutes)
{
    struct desk_fit *fit = xcalloc(1, sizeof(*fit));
    fit->substitutes = substitutes;
    fit->to = iconv_open("CP932", "UTF-8");
    fit->back = iconv_open("UTF-8", "CP932");
    return fit; /* a library without them fits nothing, and the report says so of each character */
}

void
desk_fit_free(struct desk_fit *fit)
{
    if (fit != NULL) {
        iconv_t const both[] = {fit->to, fit->back};
        for (size_t i = 0; i < ARRAY_LEN(both); i++) {
            if (both[i] != (iconv_t)-1) {
                (void)iconv_close(both[i]); /* it has nothing to say */
            }
        }
        free(fit);
    }
}

/* Variation selectors: which form of a kanji, or of another sign (Unicode 15, section 23.4). */
static bool
is_selector(uint32_t code)
{
    return (code >= 0xfe00 && code <= 0xfe0f) || (code >= 0xe0100 && code <= 0xe01ef);
}

size_t
desk_character_len(const char *text, size_t len)
{
    size_t at = 0;
    (void)utf8_next(text, len, &at);
    for (size_t next = at; next < len && is_selector(utf8_next(text, len, &next));) {
        at = next;
    }
    return at;
}

/* Length of the result, 0 when it does not go. */
static size_t
convert(iconv_t way, const char *text, size_t len, char out[ROOM])
{
    char in[ROOM];
    if (way == (iconv_t)-1 || len >= sizeof(in)) {
        return 0;
    }
    memcpy(in, text, len);
    char *from = in, *to = out;
    size_t left = len, room = ROOM;
    (void)iconv(way, NULL, NULL, NULL, NULL); /* forgets what went wrong before */
    return iconv(way, &from, &left, &to, &room) == 0 && left == 0 ? ROOM - room : 0;
}

/* Signs of JIS X 0208 that Windows and other systems gave two different codes of Unicode (Unicode, JIS0208.TXT and
 * CP932.TXT): wave dash, dashes, double line, minus, cent, pound, not. */
static bool
are_twins(uint32_t one, uint32_t other)
{
    static const uint32_t twins[][2] = {{0x301c, 0xff5e}, {0x2014, 0x2015}, {0x2016, 0x2225},
        {0x2212, 0xff0d}, {0xa2, 0xffe0}, {0xa3, 0xffe1}, {0xac, 0xffe2}};
    for (size_t i = 0; i < ARRAY_LEN(twins); i++) {
        if ((twins[i][0] == one && twins[i][1] == other) ||
            (twins[i][1] == one && twins[i][0] == other)) {
            return true;
        }
    }
    return false;
}

static enum desk_fits
fits(struct desk_fit *fit, const char *text, size_t len, char ret_bytes[ROOM], size_t *ret_len)
{
    char again[ROOM];
    *ret_len = convert(fit->to, text, len, ret_bytes);
    size_t again_len = *ret_len > 0 ? convert(fit->back, ret_bytes, *ret_len, again) : 0;
    if (again_len == len && memcmp(again, text, len) == 0) {
        return DESK_FITS;
    }
    size_t at = 0, again_at = 0;
    bool twin = again_len > 0 &&
                are_twins(utf8_next(text, len, &at), utf8_next(again, again_len, &again_at)) &&
                at == len && again_at == again_len;
    return twin ? DESK_FITS_TWIN : DESK_FITS_NOT;
}

static const char *
table_says(const struct desk_fit *fit, const char *text, size_t len)
{
    for (size_t i = 0; i < fit->substitutes->count; i++) {
        const struct substitute *line = &fit->substitutes->lines[i];
        if (strlen(line->character) == len && memcmp(line->character, text, len) == 0) {
            return line->instead;
        }
    }
    return NULL;
}

/* The table's word for it; for a form of a kanji also the kanji itself, or the table's word for that. */
static void
propose(struct desk_fit *fit, const char *text, size_t len, char ret_instead[DESK_INSTEAD_MAX])
{
    char bytes[ROOM];
    size_t bare = 0, bytes_len = 0;
    (void)utf8_next(text, len, &bare);
    const char *instead = table_says(fit, text, len);
    if (instead == NULL && bare < len) {
        if (fits(fit, text, bare, bytes, &bytes_len) == DESK_FITS) {
            memcpy(ret_instead, text, bare);
            ret_instead[bare] = 0;
            return;
        }
        instead = table_says(fit, text, bare);
    }
    size_t instead_len = instead != NULL ? strlen(instead) : 0;
    memcpy(ret_instead, instead != NULL ? instead : "", instead_len + 1);
}

enum desk_fits
desk_fit_character(struct desk_fit *fit, const char *text, size_t len, struct buf *out,
    char ret_instead[DESK_INSTEAD_MAX])
{
    char bytes[ROOM];
    size_t bytes_len = 0;
    enum desk_fits result = fits(fit, text, len, bytes, &bytes_len);
    ret_instead[0] = 0;
    if (result == DESK_FITS_NOT) {
        propose(fit, text, len, ret_instead);
    } else {
        (void)buf_add(out, bytes, bytes_len);
    }
    explicit_bzero(bytes, sizeof(bytes));
    return result;
}

/* ---- the check ---- */

static bool
all_fit(struct desk_fit *fit, const char *text)
{
    char bytes[ROOM];
    size_t bytes_len = 0;
    for (size_t step, len = strlen(text); len > 0; text += step, len -= step) {
        step = desk_character_len(text, len);
        if (fits(fit, text, step, bytes, &bytes_len) != DESK_FITS) {
            return false;
        }
    }
    return true;
}

void
desk_substitutes_check(const char *path, desk_report *report, void *ctx)
{
    struct desk_substitutes *substitutes = NULL;
    int line = 0;
    int r = desk_substitutes_load(path, &substitutes, &line);
    if (r < 0) {
        report(path, line,
            r == KERR_INVALID ? "one character, tab, what is written instead, tab, why"
                              : "the table of characters can't be read",
            "", ctx);
        return;
    }
    struct desk_fit *fit = desk_fit_new(substitutes);
    for (size_t i = 0; i < substitutes->count; i++) {
        const struct substitute *row = &substitutes->lines[i];
        char bytes[ROOM];
        size_t len = 0;
        if (fits(fit, row->character, strlen(row->character), bytes, &len) != DESK_FITS_NOT) {
            report(path, row->line, "this character needs no other in CP932", row->character, ctx);
        }
        if (!all_fit(fit, row->instead)) {
            report(path, row->line, "what is written instead does not fit CP932 either",
                row->instead, ctx);
        }
        if (table_says(fit, row->character, strlen(row->character)) != row->instead) {
            report(path, row->line, "this character has a line already", row->character, ctx);
        }
    }
    desk_fit_free(fit);
    desk_substitutes_free(substitutes);
}
