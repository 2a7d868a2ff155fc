/* print/letters.c - the fonts of a page: what the room text asks of them, and the letters of a run on paper. HarfBuzz shapes,
 * FreeType reads outlines for Cairo; no other file knows them. A font is opened when a character first needs it. */
#include "print_priv.h"

#define FT_CONFIG_STANDARD_LIBRARY_H "print/ft_library.h"
#include <cairo-ft.h>
#include <cairo.h>
#include <ft2build.h>
#include FT_FREETYPE_H
#include <hb.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/err.h"
#include "base/utf8.h"

enum {
    SELECTOR_FIRST = 0xe0100, /* Unicode TR 37 */
    SELECTOR_LAST = 0xe01ef
};

struct face {
    hb_font_t *shaped; /* in font units; NULL until needed */
    cairo_font_face_t *drawn;
    unsigned upem;
    bool broken; /* could not be opened: covers nothing */
};
struct letters {
    struct text_fonts *list; /* owned */
    struct face regular[TEXT_FONTS_MAX], bold[TEXT_FONTS_MAX];
    hb_buffer_t *buffer;
};

/* One for the process, never given back: Cairo keeps fonts in a cache of its own and lets go of them when it wants. */
static FT_Library library;

int
letters_new(const char *list, struct letters **ret_letters)
{
    struct letters *letters = xcalloc(1, sizeof(*letters));
    int r = text_fonts_read(list, &letters->list);
    if (r == 0 && library == NULL && FT_Init_FreeType(&library) != 0) {
        r = KERR_NO_MEMORY;
    }
    if (r < 0) {
        letters_free(letters);
        return r;
    }
    letters->buffer = hb_buffer_create();
    *ret_letters = letters;
    return 0;
}

static void
close_face(struct face *face)
{
    hb_font_destroy(face->shaped); /* NULL is accepted */
    if (face->drawn != NULL) {
        cairo_font_face_destroy(face->drawn);
    }
}

void
letters_free(struct letters *letters)
{
    if (letters == NULL) {
        return;
    }
    for (int i = 0; i < TEXT_FONTS_MAX; i++) {
        close_face(&letters->regular[i]);
        close_face(&letters->bold[i]);
    }
    hb_buffer_destroy(letters->buffer);
    text_fonts_free(letters->list);
    free(letters);
}

/* What Cairo draws a font from: freed when Cairo lets go of it. */
struct outlines {
    FT_Face face;
    hb_blob_t *file;
};

static void
done_outlines(void *data)
{
    struct outlines *outlines = data;
    (void)FT_Done_Face(outlines->face);
    hb_blob_destroy(outlines->file);
    free(outlines);
}

static uint32_t
number_at(const char *data, unsigned len, unsigned at)
{
    const uint8_t *bytes = (const uint8_t *)data + at;
    return at + 4 > len || at + 4 < at ? 0
                                       : (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
                                             (uint32_t)bytes[2] << 8 | bytes[3];
}

/* Takes the table of characters out of a face's directory (OpenType 1.9, "Organization of an OpenType Font"), in this
 * process's copy of the page it stands on. Cairo, which is given glyphs and their text, would else look each glyph's
 * character up by going over the whole table: a third of a form's time. */
static void
hide_characters(char *data, unsigned len, unsigned index)
{
    enum { TTC_FACES = 12, DIRECTORY = 12, ENTRY = 16 };
    unsigned start =
        len >= 4 && memcmp(data, "ttcf", 4) == 0 ? number_at(data, len, TTC_FACES + 4 * index) : 0;
    unsigned tables = number_at(data, len, start + 4) >> 16;
    for (unsigned i = 0; i < tables && start + DIRECTORY + ENTRY * (i + 1) <= len; i++) {
        char *tag = data + start + DIRECTORY + (size_t)ENTRY * i;
        if (memcmp(tag, "cmap", 4) == 0) {
            tag[0] = '-';
        }
    }
}

static struct outlines *
outlines_of(const struct text_font_file *file)
{
    struct outlines *outlines = xcalloc(1, sizeof(*outlines));
    unsigned len = 0;
    outlines->file = hb_blob_create_from_file(file->path);
    char *data = hb_blob_get_data_writable(outlines->file, &len);
    if (data != NULL) {
        hide_characters(data, len, (unsigned)file->face);
    }
    if (data == NULL || FT_New_Memory_Face(library, (const FT_Byte *)data, (FT_Long)len, file->face,
                            &outlines->face) != 0) {
        hb_blob_destroy(outlines->file);
        free(outlines);
        return NULL;
    }
    return outlines;
}

static void
open_face(const struct text_font_file *file, struct face *face)
{
    static const cairo_user_data_key_t key;
    face->broken = true;
    hb_blob_t *blob = hb_blob_create_from_file_or_fail(file->path);
    if (blob == NULL) {
        return;
    }
    hb_face_t *shaped = hb_face_create(blob, (unsigned)file->face);
    hb_blob_destroy(blob);
    face->upem = hb_face_get_upem(shaped);
    struct outlines *outlines = hb_face_get_glyph_count(shaped) > 0 ? outlines_of(file) : NULL;
    if (outlines != NULL) {
        face->shaped = hb_font_create(shaped); /* its scale is upem */
        face->drawn = cairo_ft_font_face_create_for_ft_face(outlines->face, FT_LOAD_NO_HINTING);
        (void)cairo_font_face_set_user_data(face->drawn, &key, outlines, done_outlines);
        face->broken = false;
    }
    hb_face_destroy(shaped);
}

/* NULL for a file that is no font. */
static struct face *
face_of(struct letters *letters, int number, bool bold)
{
    const struct text_font_entry *entry = &letters->list->fonts[number];
    bool real = bold && entry->bold.path != NULL;
    struct face *face = real ? &letters->bold[number] : &letters->regular[number];
    if (face->shaped == NULL && !face->broken) {
        open_face(real ? &entry->bold : &entry->regular, face);
    }
    return face->broken ? NULL : face;
}

static bool
covers(void *ctx, int font, uint32_t code, uint32_t selector)
{
    const struct face *face = face_of(ctx, font, false);
    hb_codepoint_t glyph;
    if (face == NULL) {
        return false;
    }
    return selector != 0 ? hb_font_get_variation_glyph(face->shaped, code, selector, &glyph) != 0
                         : hb_font_get_nominal_glyph(face->shaped, code, &glyph) != 0;
}

static const uint8_t *
order(void *ctx, const char *language)
{
    const struct letters *letters = ctx;
    return text_fonts_order(letters->list, language);
}

static void
shape(struct letters *letters, const struct face *face, const char *text, size_t len,
    const char *script, bool rtl)
{
    hb_buffer_clear_contents(letters->buffer);
    hb_buffer_add_utf8(letters->buffer, text, (int)len, 0, (int)len);
    hb_buffer_set_script(
        letters->buffer, hb_script_from_iso15924_tag(hb_tag_from_string(script, -1)));
    hb_buffer_set_direction(letters->buffer, rtl ? HB_DIRECTION_RTL : HB_DIRECTION_LTR);
    hb_shape(face->shaped, letters->buffer, NULL, 0);
}

static int
width(void *ctx, int font, bool bold, int size_px, const char *text, size_t len, const char *script,
    bool rtl)
{
    struct letters *letters = ctx;
    const struct face *face = face_of(letters, font, bold);
    int64_t sum = 0;
    unsigned count = 0;
    if (face == NULL) {
        return 0;
    }
    shape(letters, face, text, len, script, rtl);
    const hb_glyph_position_t *at = hb_buffer_get_glyph_positions(letters->buffer, &count);
    for (unsigned i = 0; i < count; i++) {
        sum += at[i].x_advance;
    }
    return (int)((sum * size_px + face->upem - 1) / face->upem);
}

static int
ascent(void *ctx, int font, bool bold, int size_px)
{
    const struct face *face = face_of(ctx, font, bold);
    hb_font_extents_t extents = {0};
    if (face == NULL) {
        return 0;
    }
    (void)hb_font_get_h_extents(face->shaped, &extents);
    return (int)((int64_t)extents.ascender * size_px / face->upem);
}

struct text_font_ops
letters_ops(struct letters *letters)
{
    return (struct text_font_ops){.covers = covers,
        .order = order,
        .width = width,
        .ascent = ascent,
        .count = letters->list->count,
        .ctx = letters};
}

/* Which bytes became which glyphs, so that the text can be read out of the file again. */
static int
clusters_of(const hb_glyph_info_t *info, unsigned count, size_t len, bool rtl,
    cairo_text_cluster_t *ret_clusters)
{
    int clusters = 0;
    for (unsigned i = 0; i < count;) { /* in the order of the bytes */
        unsigned first = rtl ? count - 1 - i : i;
        unsigned next = i + 1;
        while (next < count && info[rtl ? count - 1 - next : next].cluster == info[first].cluster) {
            next++;
        }
        size_t end = next < count ? info[rtl ? count - 1 - next : next].cluster : len;
        ret_clusters[clusters++] = (cairo_text_cluster_t){
            .num_bytes = (int)(end - info[first].cluster), .num_glyphs = (int)(next - i)};
        i = next;
    }
    return clusters;
}

/* The glyphs of a run where they stand; the caller wipes and frees. They stay in the buffer. */
static cairo_glyph_t *
glyphs_of(struct letters *letters, const struct face *face, const struct text_run *run, int x_px,
    int y_px, unsigned *ret_count)
{
    unsigned count = 0;
    shape(letters, face, run->text, run->len, run->script, run->rtl);
    const hb_glyph_info_t *info = hb_buffer_get_glyph_infos(letters->buffer, &count);
    const hb_glyph_position_t *at = hb_buffer_get_glyph_positions(letters->buffer, &count);
    cairo_glyph_t *glyphs = xcalloc(count + 1, sizeof(*glyphs));
    double scale = (double)run->size_px / face->upem;
    double pen = x_px;
    for (unsigned i = 0; i < count; i++) {
        glyphs[i] = (cairo_glyph_t){.index = info[i].codepoint,
            .x = pen + at[i].x_offset * scale,
            .y = y_px - at[i].y_offset * scale};
        pen += at[i].x_advance * scale;
    }
    *ret_count = count;
    return glyphs;
}

int
letters_draw(struct letters *letters, void *surface, const struct text_run *run, int x_px, int y_px)
{
    cairo_t *cairo = surface;
    struct face *face = face_of(letters, run->font, run->bold);
    unsigned count = 0;
    if (face == NULL) {
        return KERR_UI_FONT;
    }
    cairo_glyph_t *glyphs = glyphs_of(letters, face, run, x_px, y_px, &count);
    const hb_glyph_info_t *info = hb_buffer_get_glyph_infos(letters->buffer, &count);
    cairo_text_cluster_t *clusters = xcalloc(count + 1, sizeof(*clusters));
    int cluster_count = clusters_of(info, count, run->len, run->rtl, clusters);
    cairo_set_font_face(cairo, face->drawn);
    cairo_set_font_size(cairo, run->size_px);
    cairo_show_text_glyphs(cairo, run->text, (int)run->len, glyphs, (int)count, clusters,
        cluster_count, run->rtl ? CAIRO_TEXT_CLUSTER_FLAG_BACKWARD : 0);
    explicit_bzero(glyphs, count * sizeof(*glyphs));
    free(glyphs);
    free(clusters);
    hb_buffer_clear_contents(letters->buffer);
    return cairo_status(cairo) == CAIRO_STATUS_SUCCESS ? 0 : KERR_NO_MEMORY;
}

bool
letters_ink(struct letters *letters, const struct text_run *run, int x_px, int y_px,
    struct print_rect *ret_px)
{
    const struct face *face = face_of(letters, run->font, run->bold);
    int64_t left = INT32_MAX, right = INT32_MIN, top = INT32_MAX, bottom = INT32_MIN;
    int64_t pen = 0;
    unsigned count = 0;
    if (face == NULL) {
        return false;
    }
    shape(letters, face, run->text, run->len, run->script, run->rtl);
    const hb_glyph_info_t *info = hb_buffer_get_glyph_infos(letters->buffer, &count);
    const hb_glyph_position_t *at = hb_buffer_get_glyph_positions(letters->buffer, &count);
    for (unsigned i = 0; i < count; i++) {
        hb_glyph_extents_t ink;
        if (hb_font_get_glyph_extents(face->shaped, info[i].codepoint, &ink) && ink.width != 0) {
            int64_t x = pen + at[i].x_offset + ink.x_bearing;
            int64_t y = -(int64_t)at[i].y_offset - ink.y_bearing; /* down; height is negative */
            left = x < left ? x : left;
            right = x + ink.width > right ? x + ink.width : right;
            top = y < top ? y : top;
            bottom = y - ink.height > bottom ? y - ink.height : bottom;
        }
        pen += at[i].x_advance;
    }
    if (left > right) {
        return false; /* spaces */
    }
    int64_t upem = face->upem;
    *ret_px = (struct print_rect){.x = x_px + (int)(left * run->size_px / upem),
        .y = y_px + (int)(top * run->size_px / upem),
        .w = (int)((right - left) * run->size_px / upem),
        .h = (int)((bottom - top) * run->size_px / upem)};
    return true;
}

/* Whether the font has each form that a selector (Unicode TR 37) asks for. */
static bool
has_forms(const struct face *face, const struct text_run *run)
{
    uint32_t before = 0;
    for (size_t pos = 0; pos < run->len;) {
        uint32_t code = utf8_next(run->text, run->len, &pos);
        hb_codepoint_t glyph;
        if (code >= SELECTOR_FIRST && code <= SELECTOR_LAST &&
            hb_font_get_variation_glyph(face->shaped, before, code, &glyph) == 0) {
            return false;
        }
        before = code;
    }
    return true;
}

static int
whole(double length)
{
    return (int)(length < 0 ? length - 0.5 : length + 0.5);
}

static void
add_points(struct buf *out, char letter, const cairo_path_data_t *points, int count)
{
    (void)buf_add_byte(out, (uint8_t)letter);
    for (int i = 0; i < count; i++) {
        (void)buf_printf(
            out, i > 0 ? " %d %d" : "%d %d", whole(points[i].point.x), whole(points[i].point.y));
    }
}

static void
add_path(struct buf *out, const cairo_path_t *path)
{
    for (int i = 0; i < path->num_data; i += path->data[i].header.length) {
        const cairo_path_data_t *points = &path->data[i + 1];
        switch (path->data[i].header.type) {
        case CAIRO_PATH_MOVE_TO:
            add_points(out, 'M', points, 1);
            break;
        case CAIRO_PATH_LINE_TO:
            add_points(out, 'L', points, 1);
            break;
        case CAIRO_PATH_CURVE_TO:
            add_points(out, 'C', points, 3);
            break;
        case CAIRO_PATH_CLOSE_PATH:
            (void)buf_add_byte(out, 'Z');
            break;
        }
    }
}

int
letters_path(
    struct letters *letters, const struct text_run *run, int x_px, int y_px, struct buf *ret_path)
{
    struct face *face = face_of(letters, run->font, run->bold);
    unsigned count = 0;
    if (face == NULL) {
        return KERR_UI_FONT;
    }
    if (!has_forms(face, run)) {
        return KERR_NOT_FOUND;
    }
    cairo_glyph_t *glyphs = glyphs_of(letters, face, run, x_px, y_px, &count);
    cairo_surface_t *surface = cairo_recording_surface_create(CAIRO_CONTENT_ALPHA, NULL);
    cairo_t *cairo = cairo_create(surface);
    cairo_set_font_face(cairo, face->drawn);
    cairo_set_font_size(cairo, run->size_px);
    cairo_glyph_path(cairo, glyphs, (int)count);
    cairo_path_t *path = cairo_copy_path(cairo);
    int r = path->status == CAIRO_STATUS_SUCCESS ? 0 : KERR_NO_MEMORY;
    add_path(ret_path, path);
    cairo_path_destroy(path);
    cairo_destroy(cairo);
    cairo_surface_destroy(surface);
    explicit_bzero(glyphs, count * sizeof(*glyphs));
    free(glyphs);
    hb_buffer_clear_contents(letters->buffer);
    return r;
}
