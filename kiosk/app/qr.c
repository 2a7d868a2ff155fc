/* app/qr.c - texts to take away on the visitor's own device; the one file that knows libqrencode. */
#include "app_priv.h"

#include <qrencode.h>

void
qr_rows(const char *text, struct buf *rows)
{
    QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
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
