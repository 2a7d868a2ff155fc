/* text/fonts.c - the list of fonts (fonts/fonts.list): which files, and for each language in which order
 * they are tried. Reads the list and looks which files are there; opens none. */
#include "text/text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/fs.h"

enum { LIST_MAX = 16 * 1024, WORDS_MAX = TEXT_FONTS_MAX + 3, FACE_MAX = 255 };

/* Splits a line into at most WORDS_MAX words in place; -1 for more. */
static int
split(char *line, char *words[WORDS_MAX])
{
    int count = 0;
    for (;;) {
        while (isspace((unsigned char)*line)) {
            line++;
        }
        if (*line == '\0' || *line == '#') {
            return count;
        }
        if (count == WORDS_MAX) {
            return -1;
        }
        words[count++] = line;
        while (*line != '\0' && !isspace((unsigned char)*line)) {
            line++;
        }
        if (*line != '\0') {
            *line++ = '\0';
        }
    }
}

/* "FILE#2" -> 2, and the file's name is cut off before it; 0 without a number, -1 for nonsense. */
static int
take_face(char *file)
{
    char *sign = strrchr(file, '#');
    if (sign == NULL) {
        return 0;
    }
    *sign = '\0';
    int number = 0;
    for (const char *digit = sign + 1; *digit != '\0'; digit++) {
        if (!isdigit((unsigned char)*digit) || number > FACE_MAX) {
            return -1;
        }
        number = 10 * number + (*digit - '0');
    }
    return sign[1] != '\0' && number <= FACE_MAX ? number : -1;
}

/* A relative path starts at the list's folder. NULL when nobody may read it. */
static char *
resolve(const char *list, const char *path)
{
    char *full;
    if (path[0] == '/') {
        full = xstrdup(path);
    } else {
        const char *slash = strrchr(list, '/');
        char *folder = slash != NULL ? xstrndup(list, (size_t)(slash - list)) : xstrdup(".");
        full = fs_join(folder, path);
        free(folder);
    }
    if (access(full, R_OK) != 0) {
        free(full);
        return NULL;
    }
    return full;
}

/* The first of the files "A|B#2" that is there. */
static int
choose_file(const char *list, char *files, struct text_font_file *ret_file)
{
    while (files != NULL) {
        char *file = strsep(&files, "|");
        int face = take_face(file);
        if (face < 0) {
            return KERR_UI_FONT;
        }
        char *path = resolve(list, file);
        if (path != NULL) {
            *ret_file = (struct text_font_file){.path = path, .face = face};
            return 0;
        }
    }
    return KERR_UI_FONT;
}

static int
font_named(const struct text_fonts *fonts, const char *name)
{
    for (int i = 0; i < fonts->count; i++) {
        if (strcmp(fonts->fonts[i].name, name) == 0) {
            return i;
        }
    }
    return -1;
}

/* font NAME REGULAR [BOLD] */
static int
add_font(struct text_fonts *fonts, const char *list, char **words, int count)
{
    if (fonts->count == TEXT_FONTS_MAX || fonts->order_count > 0 || count < 3 || count > 4 ||
        font_named(fonts, words[1]) >= 0) {
        return KERR_UI_FONT;
    }
    struct text_font_entry *font = &fonts->fonts[fonts->count++]; /* counted: freed in any case */
    int len = snprintf(font->name, sizeof font->name, "%s", words[1]);
    if (len < 0 || (size_t)len >= sizeof font->name) {
        return KERR_UI_FONT;
    }
    int error = choose_file(list, words[2], &font->regular);
    if (error == 0 && count > 3 && strcmp(words[3], "-") != 0) {
        error = choose_file(list, words[3], &font->bold);
    }
    return error;
}

/* The fonts named, then the others as they are numbered. */
static int
fill_order(const struct text_fonts *fonts, char **names, int count, struct text_font_order *order)
{
    bool used[TEXT_FONTS_MAX] = {false};
    int at = 0;
    for (int i = 0; i < count; i++) {
        int font = font_named(fonts, names[i]);
        if (font < 0 || used[font]) {
            return KERR_UI_FONT;
        }
        used[font] = true;
        order->fonts[at++] = (uint8_t)font;
    }
    for (int font = 0; font < fonts->count; font++) {
        if (!used[font]) {
            order->fonts[at++] = (uint8_t)font;
        }
    }
    return 0;
}

/* order TAG[,TAG...] NAME... */
static int
add_orders(struct text_fonts *fonts, char **words, int count)
{
    if (count < 3) {
        return KERR_UI_FONT;
    }
    for (char *tags = words[1]; tags != NULL;) {
        const char *tag = strsep(&tags, ",");
        size_t len = strlen(tag);
        if (fonts->order_count == TEXT_FONT_ORDERS_MAX || len == 0 || len >= TEXT_LANGUAGE_MAX) {
            return KERR_UI_FONT;
        }
        struct text_font_order *order = &fonts->orders[fonts->order_count++];
        memcpy(order->tag, tag, len + 1);
        int error = fill_order(fonts, words + 2, count - 2, order);
        if (error < 0) {
            return error;
        }
    }
    return 0;
}

static int
add_line(struct text_fonts *fonts, const char *list, char *line)
{
    char *words[WORDS_MAX];
    int count = split(line, words);
    if (count == 0) {
        return 0;
    }
    if (count > 0 && strcmp(words[0], "font") == 0) {
        return add_font(fonts, list, words, count);
    }
    if (count > 0 && strcmp(words[0], "order") == 0) {
        return add_orders(fonts, words, count);
    }
    return KERR_UI_FONT;
}

int
text_fonts_read(const char *list, struct text_fonts **ret_fonts)
{
    AUTO_BUF text;
    buf_init(&text, LIST_MAX);
    if (fs_read(list, &text) < 0) {
        return KERR_UI_FONT;
    }
    struct text_fonts *fonts = xcalloc(1, sizeof *fonts);
    int error = 0;
    for (char *rest = text.len > 0 ? (char *)text.data : NULL; error == 0 && rest != NULL;) {
        error = add_line(fonts, list, strsep(&rest, "\n"));
    }
    if (error == 0) {
        error = fonts->count > 0 ? fill_order(fonts, NULL, 0, &fonts->general) : KERR_UI_FONT;
    }
    if (error < 0) {
        text_fonts_free(fonts);
        return error;
    }
    *ret_fonts = fonts;
    return 0;
}

void
text_fonts_free(struct text_fonts *fonts)
{
    for (int i = 0; fonts != NULL && i < fonts->count; i++) {
        free(fonts->fonts[i].regular.path);
        free(fonts->fonts[i].bold.path);
    }
    free(fonts);
}

const uint8_t *
text_fonts_order(const struct text_fonts *fonts, const char *language)
{
    /* "zh-Hant-TW" is asked for as it is, then as zh-Hant, then as zh */
    for (size_t len = strlen(language); len > 0;) {
        for (int i = 0; i < fonts->order_count; i++) {
            const struct text_font_order *order = &fonts->orders[i];
            if (strlen(order->tag) == len && strncmp(order->tag, language, len) == 0) {
                return order->fonts;
            }
        }
        while (len > 0 && language[len - 1] != '-' && language[len - 1] != '_') {
            len--;
        }
        len -= len > 0;
    }
    return fonts->general.fonts;
}
