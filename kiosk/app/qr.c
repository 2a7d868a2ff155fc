/* app/qr.c - texts to take away on the visitor's own device; the one file that knows libqrencode. */
#include "app_priv.h"

#include <qrencode.h>
#include <string.h>

enum {
    QR_SIDE = 1000,
    QR_PAD = 60,
    QR_LONG =
        900 /* bytes; longer ones keep dots of the same size by repairing less, which a clean screen allows */
};

void
qr_rows(const char *text, struct buf *rows)
{
    QRecLevel level = strlen(text) > QR_LONG ? QR_ECLEVEL_L : QR_ECLEVEL_M;
    QRcode *code = QRcode_encodeString8bit(text, 0, level);
    if (code == NULL) {
        return; /* no memory, or too much of it: the words stand beside it */
    }
    for (int y = 0; y < code->width; y++) {
        for (int x = 0; x < code->width; x++) {
            (void)buf_add_byte(rows, (code->data[y * code->width + x] & 1) != 0 ? '1' : '0');
        }
        (void)buf_add_byte(rows, '\n');
    }
    QRcode_free(code);
}

void
qr_page(struct app *app, struct flow *flow, const char *text, const char *label, unsigned state)
{
    AUTO_BUF rows;
    buf_init(&rows, 64 * 1024);
    qr_rows(text, &rows);
    bool below = app->places.portrait;
    int height = flow->bottom - flow->top;
    int most = (below ? height * 60 / 100 : height) - 2 * QR_PAD;
    int side = QR_SIDE > most ? most : QR_SIDE;
    struct ui_rect box = rect(
        flow->x + flow->w - side - 2 * QR_PAD, flow->top, side + 2 * QR_PAD, side + 2 * QR_PAD);
    if (below) {
        box = rect(flow->x, flow->bottom - side - 2 * QR_PAD, side + 2 * QR_PAD, side + 2 * QR_PAD);
        flow->bottom = box.y - GAP_MIN;
    } else {
        flow->w -= box.w + COLUMN_GAP;
    }
    page_title(app, flow, say(app, "page.take-title"));
    flow_text(
        app, flow, say(app, "page.take-text"), UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER, false, 0);
    ui_add(app->ui,
        &(struct ui_element){.role = UI_ROLE_NOTICE, .rect = box, .tone = UI_TONE_SURFACE});
    ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_QR,
                        .rect = rect(box.x + QR_PAD, box.y + QR_PAD, side, side),
                        .text = buf_str(&rows),
                        .label = label,
                        .state = state});
}
