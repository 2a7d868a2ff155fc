/* print/code.c - QR codes as squares; the one file of this room that knows libqrencode. */
#include "print_priv.h"

#include <qrencode.h>
#include <string.h>

enum { NUMBER_MAX = 16 }; /* so few digits are no smaller as numbers */

bool
code_each(const char *text, void (*dark)(void *ctx, int x, int y, int side), void *ctx)
{
    bool digits = strlen(text) > NUMBER_MAX && text[strspn(text, "0123456789")] == 0;
    QRcode *code = digits ? QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1)
                          : QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
    if (code == NULL) {
        return false;
    }
    for (int y = 0; y < code->width; y++) {
        for (int x = 0; x < code->width; x++) {
            if ((code->data[y * code->width + x] & 1) != 0) {
                dark(ctx, x, y, code->width);
            }
        }
    }
    QRcode_free(code);
    return true;
}
