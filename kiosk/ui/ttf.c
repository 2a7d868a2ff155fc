/* ui/ttf.c - the three functions of a font that the room text asks for, and the coverage of one run, by
 * SDL2_ttf. Fonts are named in fonts/fonts.list and opened when a character first needs them: one
 * TTF_Font a file and face, whose size is changed, since a second open of a large collection costs
 * 3 MB and changing the size costs a microsecond. Nothing is drawn here. */
#include "ui/ui_priv.h"

#include <SDL_ttf.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"

enum { FONT_MAX = 256 * 1024 * 1024 /* bytes */ };

struct face {
    TTF_Font *font; /* NULL until needed; reads from map */
    void *map; /* the file, mapped: FreeType would read it in thousands of small pieces */
    size_t map_len;
    bool broken; /* could not be opened: covers nothing */
    int size_px;
};
struct font {
    struct face regular, bold;
};
struct faces {
    struct text_fonts *list; /* owned */
    struct font fonts[TEXT_FONTS_MAX]; /* as numbered there */
    bool started; /* TTF_Init was done here */
};

int
faces_new(const char *list, struct faces **ret_faces)
{
    struct faces *faces = xcalloc(1, sizeof *faces);
    int error = text_fonts_read(list, &faces->list);
    if (error == 0) {
        faces->started = TTF_Init() == 0;
        error = faces->started ? 0 : KERR_UI_FONT;
    }
    if (error < 0) {
        faces_free(faces);
        return error;
    }
    *ret_faces = faces;
    return 0;
}

static void
unmap(struct face *face)
{
    if (face->map != NULL) {
        (void)munmap(face->map, face->map_len);
        face->map = NULL;
    }
}

static bool
map(const struct text_font_file *file, struct face *face)
{
    struct stat info;
    int fd = open(file->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    if (fstat(fd, &info) == 0 && info.st_size > 0 && info.st_size < FONT_MAX) {
        void *at = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        face->map = at != MAP_FAILED ? at : NULL;
        face->map_len = (size_t)info.st_size;
    }
    (void)close(fd);
    return face->map != NULL;
}

/* Opens a face for the first time; one that can't be opened is not tried again. */
static void
open_face(const struct text_font_file *file, struct face *face, int size_px)
{
    if (map(file, face)) {
        SDL_RWops *bytes = SDL_RWFromConstMem(face->map, (int)face->map_len);
        face->font = bytes != NULL ? TTF_OpenFontIndexRW(bytes, 1, size_px, file->face) : NULL;
    }
    face->broken = face->font == NULL;
    face->size_px = size_px;
    if (face->font != NULL) {
        TTF_SetFontHinting(face->font, TTF_HINTING_LIGHT_SUBPIXEL);
    } else {
        unmap(face);
    }
}

static void
close_face(struct face *face)
{
    if (face->font != NULL) {
        TTF_CloseFont(face->font);
    }
    unmap(face);
}

void
faces_free(struct faces *faces)
{
    if (faces == NULL) {
        return;
    }
    for (int i = 0; i < TEXT_FONTS_MAX; i++) {
        close_face(&faces->fonts[i].regular);
        close_face(&faces->fonts[i].bold);
    }
    if (faces->started) {
        TTF_Quit();
    }
    text_fonts_free(faces->list);
    free(faces);
}

/* The font at this size, opened when it was not; NULL when its file is no font. */
static TTF_Font *
face_at(struct faces *faces, int number, bool bold, int size_px)
{
    struct font *font = &faces->fonts[number];
    const struct text_font_entry *entry = &faces->list->fonts[number];
    bool fake_bold = entry->bold.path == NULL;
    bool real = bold && !fake_bold;
    struct face *face = real ? &font->bold : &font->regular;
    if (face->font == NULL && !face->broken) {
        open_face(real ? &entry->bold : &entry->regular, face, size_px);
    }
    if (face->font != NULL && face->size_px != size_px) {
        (void)TTF_SetFontSize(face->font, size_px); /* fails for sizes below 1 only */
        face->size_px = size_px;
    }
    if (face->font != NULL && fake_bold) {
        int style = bold ? TTF_STYLE_BOLD : TTF_STYLE_NORMAL;
        if (TTF_GetFontStyle(face->font) != style) {
            TTF_SetFontStyle(face->font, style);
        }
    }
    return face->font;
}

static bool
covers(void *ctx, int font, uint32_t code, uint32_t selector)
{
    struct faces *faces = ctx;
    struct face *face = &faces->fonts[font].regular;
    TTF_Font *open = face_at(faces, font, false, face->size_px > 0 ? face->size_px : 32);
    if (open == NULL || TTF_GlyphIsProvided32(open, code) == 0) {
        return false;
    }
    int number = faces->list->fonts[font].regular.face;
    return selector == 0 || variant_covered(face->map, face->map_len, number, code, selector);
}

static const uint8_t *
order(void *ctx, const char *language)
{
    const struct faces *faces = ctx;
    return text_fonts_order(faces->list, language);
}

/* The run as SDL2_ttf wants it: terminated. NULL when it is longer than any text may be. */
static char *
terminated(const char *text, size_t len, char *small, size_t cap)
{
    if (len > TEXT_BYTES_MAX) {
        return NULL;
    }
    char *copy = len < cap ? small : xcalloc(1, len + 1);
    memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

static void
drop_copy(char *copy, const char *small, size_t len)
{
    explicit_bzero(copy, len);
    if (copy != small) {
        free(copy);
    }
}

static int
width(void *ctx, int font, bool bold, int size_px, const char *text, size_t len, const char *script,
    bool rtl)
{
    char small[256];
    TTF_Font *open = face_at(ctx, font, bold, size_px);
    char *copy = open != NULL ? terminated(text, len, small, sizeof small) : NULL;
    if (copy == NULL) {
        return 0;
    }
    int w = 0;
    (void)TTF_SetFontScriptName(open, script); /* an unknown script is shaped as Latin */
    (void)TTF_SetFontDirection(open, rtl ? TTF_DIRECTION_RTL : TTF_DIRECTION_LTR);
    if (TTF_SizeUTF8(open, copy, &w, NULL) != 0) {
        w = 0;
    }
    drop_copy(copy, small, len);
    return w;
}

static int
ascent(void *ctx, int font, bool bold, int size_px)
{
    TTF_Font *open = face_at(ctx, font, bold, size_px);
    return open != NULL ? TTF_FontAscent(open) : 0;
}

struct text_font_ops
faces_ops(struct faces *faces)
{
    return (struct text_font_ops){
        .covers = covers,
        .order = order,
        .width = width,
        .ascent = ascent,
        .count = faces->list->count,
        .ctx = faces,
    };
}

/* SDL2_ttf's shaded glyphs are 8-bit surfaces whose palette index is the coverage. */
static void
take_coverage(const SDL_Surface *surface, struct mask *ret_mask)
{
    size_t w = (size_t)surface->w, h = (size_t)surface->h;
    struct mask mask = {.w = surface->w, .h = surface->h, .coverage = xcalloc(w * h + 1, 1)};
    for (size_t y = 0; y < h; y++) {
        const uint8_t *row = (const uint8_t *)surface->pixels + y * (size_t)surface->pitch;
        memcpy(mask.coverage + y * w, row, w);
    }
    *ret_mask = mask;
}

int
faces_render(struct faces *faces, const struct text_run *run, bool bold, struct mask *ret_mask,
    int *ret_ascent)
{
    char small[256];
    TTF_Font *open = face_at(faces, run->font, bold, run->size_px);
    char *copy = open != NULL ? terminated(run->text, run->len, small, sizeof small) : NULL;
    if (copy == NULL) {
        return KERR_UI_FONT;
    }
    (void)TTF_SetFontScriptName(open, run->script);
    (void)TTF_SetFontDirection(open, run->rtl ? TTF_DIRECTION_RTL : TTF_DIRECTION_LTR);
    SDL_Color white = {255, 255, 255, 255}, black = {0, 0, 0, 255};
    SDL_Surface *surface = TTF_RenderUTF8_Shaded(open, copy, white, black);
    drop_copy(copy, small, run->len);
    if (surface == NULL) { /* a run of no width */
        return KERR_UI_FONT;
    }
    take_coverage(surface, ret_mask);
    *ret_ascent = TTF_FontAscent(open);
    explicit_bzero(surface->pixels, (size_t)surface->h * (size_t)surface->pitch);
    SDL_FreeSurface(surface);
    return 0;
}

/* Setting another size is the only way to make SDL2_ttf drop its glyphs. */
static void
forget_glyphs(struct face *face)
{
    if (face->font != NULL) {
        int other = face->size_px == 8 ? 9 : 8;
        (void)TTF_SetFontSize(face->font, other);
        face->size_px = other;
    }
}

void
faces_wipe(struct faces *faces)
{
    for (int i = 0; i < TEXT_FONTS_MAX; i++) {
        forget_glyphs(&faces->fonts[i].regular);
        forget_glyphs(&faces->fonts[i].bold);
    }
}
