/* ui/shapes.c - what draw.c draws without words: QR codes and rules. */
#include "ui/ui_priv.h"

#include <string.h>

/* Dark on light whatever the theme, with the quiet zone of four modules that ISO/IEC 18004 asks for. */
void
draw_qr(const struct drawing *d, const struct item *item, struct px_rect rect)
{
    enum { QUIET = 4 };
    const char *rows = item->e.text != NULL ? item->e.text : "";
    int size = (int)strcspn(rows, "\n");
    int side = rect.w < rect.h ? rect.w : rect.h;
    int module = side / (size + 2 * QUIET);
    if (size == 0 || module == 0) {
        return;
    }
    int whole = module * (size + 2 * QUIET);
    int x0 = rect.x + (rect.w - whole) / 2, y0 = rect.y + (rect.h - whole) / 2;
    d->ops->fill(d->ops->ctx, (struct px_rect){x0, y0, whole, whole}, 0xffffff);
    for (int x = QUIET, y = QUIET; *rows != '\0'; rows++, x++) {
        if (*rows == '\n') {
            x = QUIET - 1;
            y++;
        } else if (*rows == '1') {
            struct px_rect r = {x0 + x * module, y0 + y * module, module, module};
            d->ops->fill(d->ops->ctx, r, 0x000000);
        }
    }
}

void
draw_line(const struct drawing *d, const struct item *item, struct px_rect rect)
{
    uint32_t colour = item->e.tone == UI_TONE_QUIET  ? d->palette->rule
                      : item->e.tone == UI_TONE_BAND ? d->palette->tones[UI_TONE_BAND].ground
                                                     : d->palette->tones[item->e.tone].edge;
    /* A rule never vanishes between two pixels. */
    rect.w = rect.w > 0 ? rect.w : 1;
    rect.h = rect.h > 0 ? rect.h : 1;
    d->ops->fill(d->ops->ctx, rect, colour);
}
