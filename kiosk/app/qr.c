/* app/qr.c - texts to take away on the visitor's own device; the one file that knows libqrencode. */
#include "app_priv.h"

#include <qrencode.h>
#include <string.h>

enum {
    QR_SIDE = 1000,
    QR_PAD = 60,
    QR_LONG =
        900, /* bytes; longer ones keep dots of the same size by repairing less, which a clean screen allows */
    QR_MOST =
        1170, /* bytes: 113 dots wide (version 24); finer ones are too fine for an old telephone */
    PARTS_MAX = 16 /* TAKE_MAX bytes */
};

void
take_line(const char *words, const char *before, struct buf *out)
{
    AUTO_BUF plain;
    buf_init(&plain, TAKE_MAX);
    info_plain(words, false, &plain);
    if (words[0] != 0 && buf_error(&plain) == 0) {
        (void)buf_printf(out, "%s%s\n", before, buf_str(&plain));
    }
}

/* How much of the text one code takes: whole lines, or of a very long one what ends in a whole character. */
static size_t
part_of(const char *text)
{
    size_t len = strlen(text);
    if (len <= QR_MOST) {
        return len;
    }
    for (len = QR_MOST; len > 0 && text[len - 1] != '\n';) {
        len--;
    }
    if (len == 0) {
        for (len = QR_MOST; ((unsigned char)text[len] & 0xc0) == 0x80;) {
            len--;
        }
    }
    return len;
}

/* Frees the code. */
static void
rows_of(QRcode *code, struct buf *rows)
{
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
qr_rows(const char *text, struct buf *rows)
{
    QRecLevel level = strlen(text) > QR_LONG ? QR_ECLEVEL_L : QR_ECLEVEL_M;
    rows_of(QRcode_encodeString8bit(text, 0, level), rows);
}

void
qr_digits(const char *digits, struct buf *rows)
{
    rows_of(QRcode_encodeString(digits, 0, QR_ECLEVEL_M, QR_MODE_8, 1), rows);
}

/* The part of this number, and how many there are. */
static size_t
part(const char *text, int number, struct buf *ret_part)
{
    size_t count = 0;
    while (*text != 0 && count < PARTS_MAX) {
        size_t len = part_of(text);
        if ((int)count == number) {
            (void)buf_add(ret_part, text, len);
        }
        text += len;
        count++;
    }
    return count;
}

struct ui_rect
qr_place(const struct app *app, struct flow *flow, int side)
{
    bool below = app->places.portrait;
    int height = flow->bottom - flow->top;
    int most = (below ? height * 60 / 100 : height) - 2 * QR_PAD;
    side = side > most ? most : side;
    struct ui_rect box = rect(
        flow->x + flow->w - side - 2 * QR_PAD, flow->top, side + 2 * QR_PAD, side + 2 * QR_PAD);
    if (below) {
        box = rect(flow->x, flow->bottom - side - 2 * QR_PAD, side + 2 * QR_PAD, side + 2 * QR_PAD);
        flow->bottom = box.y - GAP_MIN;
    } else {
        flow->w -= box.w + COLUMN_GAP;
    }
    return box;
}

void
qr_add(
    struct app *app, struct ui_rect box, const struct buf *rows, const char *label, unsigned state)
{
    int side = box.w - 2 * QR_PAD;
    ui_add(app->ui,
        &(struct ui_element){.role = UI_ROLE_NOTICE, .rect = box, .tone = UI_TONE_SURFACE});
    ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_QR,
                        .rect = rect(box.x + QR_PAD, box.y + QR_PAD, side, side),
                        .text = buf_str(rows),
                        .label = label,
                        .state = state});
}

void
qr_page(struct app *app, struct flow *flow, const char *text, const char *label, unsigned state,
    const struct qr_words *said)
{
    AUTO_BUF rows;
    AUTO_BUF shown;
    buf_init(&rows, 64 * 1024);
    buf_init(&shown, QR_MOST + 1);
    size_t count = part(text, app->visit.page, &shown);
    if (shown.len == 0 && count > 0) { /* more pages of words than codes */
        (void)part(text, (int)count - 1, &shown);
    }
    qr_rows(buf_str(&shown), &rows);
    app->flow_page = count > 1 ? app->visit.page : 0; /* the words stand beside each code */
    struct ui_rect box = qr_place(app, flow, QR_SIDE);
    if (said->number == NULL || !app->places.small) {
        page_title(app, flow, say(app, said->title));
    } else { /* both on the first page */
        flow_text(
            app, flow, say(app, said->title), UI_ROLE_TITLE, UI_SIZE_BODY, UI_TONE_PAPER, true, 20);
    }
    if (said->number != NULL) {
        flow_text(app, flow, said->number, UI_ROLE_TITLE, UI_SIZE_NUMBER, UI_TONE_PAPER, true, 20);
    }
    flow_text(app, flow, say(app, said->text), UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER, false, 0);
    qr_add(app, box, &rows, label, state);
    app->flow_page = count > 1 ? (int)count - 1 : app->flow_page;
}
