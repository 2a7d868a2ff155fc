/* audit/fonts.c - the ui's fonts, asked for the same words a thousand times. A face of SDL2_ttf forgets its glyphs
 * with each change of size; here every size has faces of its own, and a width that was asked for is known. The
 * ui's own fonts stay as they are and draw the pixels; now and then they are asked too. */
#include <stdlib.h>
#include <string.h>

#include "audit/audit.h"
#include "base/alloc.h"
#include "base/fs.h"

enum { SIZES_MAX = 256, WIDTH_MOST = 32767 };

struct fonts {
    struct audit *audit;
    struct text_font_ops own; /* the ui's */
    char *list;
    struct faces *sizes[SIZES_MAX]; /* by size in px; NULL: not needed yet */
    struct memo widths;
};
static struct fonts fonts;

struct faces *
fonts_of_size(struct audit *audit, int size_px)
{
    if (size_px < 1 || size_px >= SIZES_MAX) {
        return audit->stage.app->ui->faces;
    }
    if (fonts.sizes[size_px] == NULL && faces_new(fonts.list, &fonts.sizes[size_px]) < 0) {
        return audit->stage.app->ui->faces;
    }
    return fonts.sizes[size_px];
}

static int
width_known(void *ctx, int font, bool bold, int size_px, const char *text, size_t len,
    const char *script, bool rtl)
{
    struct fonts *f = ctx;
    const int numbers[] = {font, bold, size_px, rtl};
    uint64_t key = hash_add(HASH_START, numbers, sizeof(numbers));
    key = hash_add(key, script, strlen(script) + 1);
    key = hash_add(key, text, len);
    const struct known *known = memo_get(&f->widths, key);
    if (known == NULL) {
        struct text_font_ops ops = faces_ops(fonts_of_size(f->audit, size_px));
        int width = ops.width(ops.ctx, font, bold, size_px, text, len, script, rtl);
        if (width < 0 || width > WIDTH_MOST) {
            return width;
        }
        memo_put(&f->widths, key)->v[0] = (int16_t)width;
        return width;
    }
    int width = known->v[0];
    if (audit_proof(f->audit)) {
        int own = f->own.width(f->own.ctx, font, bold, size_px, text, len, script, rtl);
        f->audit->seen.proofs++;
        f->audit->seen.broken += own == width ? 0 : 1;
    }
    return width;
}

/* The first font of a language is asked for its ascent by each layout: that would change sizes as well. */
static int
ascent_known(void *ctx, int font, bool bold, int size_px)
{
    struct fonts *f = ctx;
    struct text_font_ops ops = faces_ops(fonts_of_size(f->audit, size_px));
    return ops.ascent(ops.ctx, font, bold, size_px);
}

static bool
covers_own(void *ctx, int font, uint32_t code, uint32_t selector)
{
    const struct fonts *f = ctx;
    return f->own.covers(f->own.ctx, font, code, selector);
}

static const uint8_t *
order_own(void *ctx, const char *language)
{
    const struct fonts *f = ctx;
    return f->own.order(f->own.ctx, language);
}

void
fonts_begin(struct audit *audit, const char *folder)
{
    struct ui *ui = audit->stage.app->ui;
    fonts = (struct fonts){.audit = audit, .own = ui->fonts, .list = fs_join(folder, "fonts.list")};
    ui->fonts = (struct text_font_ops){.order = order_own,
        .covers = covers_own,
        .width = width_known,
        .ascent = ascent_known,
        .count = fonts.own.count,
        .ctx = &fonts};
}

void
fonts_end(struct audit *audit)
{
    audit->stage.app->ui->fonts = fonts.own;
    for (size_t i = 0; i < SIZES_MAX; i++) {
        faces_free(fonts.sizes[i]);
    }
    memo_release(&fonts.widths);
    free(fonts.list);
}
