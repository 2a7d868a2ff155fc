/* print/slip.c - the guide slip: what the visitor does next, in the visitor's language, and beside it the same in Japanese so
 * that whoever is asked can read along. Body 12 pt (research "ux" section 8 row 89), the number large, as a code too. */
#include "print_priv.h"

#include <string.h>

#include "base/err.h"

enum {
    CODE_SIDE = 300,
    NUMBER_H = 130,
    NUMBER_H_TICKET = 250,
    RULE = 40, /* 0.01 mm */
    LINE_GAP = 22,
    HEADING_GAP = 46,
    INDENT = 50,
    GUTTER = 60, /* between the two languages */
    PAGES_MAX = 16,
    RECORD_SIDE = 900, /* 125 modules of 0.7 mm: any scanner, and a telephone from a hand's width */
    ABOVE_H = 500 /* words above the first code of a record, at most */
};

struct slip_page {
    struct print_document *document;
    const struct print_slip *slip;
    bool both; /* two languages side by side */
    int own_w, japanese_x, japanese_w;
    int y, pages;
};

static void
write_at(const struct slip_page *page, const char *text, const struct words *words, int x, int w,
    int height)
{
    pdf_words(page->document, text, words, (struct print_rect){x, page->y, w, height});
}

static void
begin_page(struct slip_page *page)
{
    pdf_page(page->document);
    page->pages++;
    page->y = MARGIN_TOP;
}

static void
head(struct slip_page *page)
{
    const struct print_slip *slip = page->slip;
    struct words title = {slip->language, 200, 140, true, ALIGN_LEFT};
    static const struct words japanese = {"ja", 130, 100, true, ALIGN_LEFT};
    const struct words number = {"ja", slip->ticket ? 640 : 340, 240, true, ALIGN_LEFT};
    int number_h = slip->ticket ? NUMBER_H_TICKET : NUMBER_H;
    int code_h = slip->code != NULL ? CODE_SIDE : 0;
    int w = BODY_W - (code_h > 0 ? CODE_SIDE + GUTTER : 0);
    int title_h = words_height(page->document, slip->title, &title, w, NULL);
    if (code_h > 0) {
        pdf_code(page->document, slip->code, MARGIN_LEFT + BODY_W - CODE_SIDE, page->y, CODE_SIDE);
    }
    pdf_tag(page->document, "H1");
    write_at(page, slip->title, &title, MARGIN_LEFT, w, title_h);
    pdf_untag(page->document, "H1");
    page->y += title_h + 10;
    if (page->both) {
        int h = words_height(page->document, slip->title_japanese, &japanese, w, NULL);
        write_at(page, slip->title_japanese, &japanese, MARGIN_LEFT, w, h);
        page->y += h;
    }
    write_at(page, slip->number_words, &number, MARGIN_LEFT, w, number_h);
    page->y += number_h + HEADING_GAP;
    if (page->y < MARGIN_TOP + code_h + HEADING_GAP) {
        page->y = MARGIN_TOP + code_h + HEADING_GAP;
    }
}

/* To the next page, for something of this height. */
static int
turn_page(struct slip_page *page, int height)
{
    if (page->pages == PAGES_MAX || height > PAGE_H - MARGIN_TOP - MARGIN_BOTTOM) {
        return KERR_TOO_BIG;
    }
    begin_page(page);
    return 0;
}

/* The words of both languages stand at one height; a line that finds no room begins the next page. */
static int
line(struct slip_page *page, const struct print_slip_line *told)
{
    bool heading = told->kind == PRINT_SLIP_HEADING;
    bool item = told->kind == PRINT_SLIP_ITEM;
    struct words own = {page->slip->language, heading ? 150 : 130, 120, heading, ALIGN_LEFT};
    const struct words japanese = {"ja", heading ? 130 : 120, 120, heading, ALIGN_LEFT};
    int in = item ? INDENT : 0;
    bool beside = page->both && told->japanese[0] != 0 && strcmp(told->own, told->japanese) != 0;
    int own_w = (page->both ? page->own_w : BODY_W) - in;
    int own_h = words_height(page->document, told->own, &own, own_w, NULL);
    int japanese_h = beside ? words_height(page->document, told->japanese, &japanese,
                                  page->japanese_w - in, NULL)
                            : 0;
    int height = own_h > japanese_h ? own_h : japanese_h;
    page->y += heading ? HEADING_GAP : 0;
    if (page->y + height + (heading ? 3 * HEADING_GAP : 0) > PAGE_H - MARGIN_BOTTOM) {
        int r = turn_page(page, height);
        if (r < 0) {
            return r;
        }
    }
    pdf_tag(page->document, heading ? "H2" : "P");
    if (item) {
        int sign_h = words_height(page->document, told->own, &own, 100 * PAGE_W, NULL);
        write_at(page, "・", &japanese, MARGIN_LEFT, INDENT, sign_h);
    }
    write_at(page, told->own, &own, MARGIN_LEFT + in, own_w, own_h);
    if (beside) {
        write_at(page, told->japanese, &japanese, page->japanese_x + in, page->japanese_w - in,
            japanese_h);
    }
    pdf_untag(page->document, heading ? "H2" : "P");
    page->y += height + (heading ? LINE_GAP / 2 : LINE_GAP);
    return 0;
}

/* The record itself, a code below the other; its words and the first of them on one page. */
static int
record_codes(struct slip_page *page)
{
    const struct print_slip *slip = page->slip;
    int r = 0;
    if (slip->code_count > 0 && page->y + ABOVE_H + RECORD_SIDE > PAGE_H - MARGIN_BOTTOM) {
        r = turn_page(page, RECORD_SIDE);
    }
    for (size_t i = 0; r == 0 && slip->code_count > 0 && i < slip->above_count; i++) {
        r = line(page, &slip->above_codes[i]);
    }
    for (size_t i = 0; r == 0 && i < slip->code_count; i++) {
        if (page->y + RECORD_SIDE > PAGE_H - MARGIN_BOTTOM) {
            r = turn_page(page, RECORD_SIDE);
        }
        if (r == 0) {
            pdf_code(page->document, slip->codes[i], MARGIN_LEFT, page->y, RECORD_SIDE);
            page->y += RECORD_SIDE + HEADING_GAP;
        }
    }
    return r;
}

int
print_add_slip(struct print_document *document, const struct print_slip *slip)
{
    struct slip_page page = {.document = document,
        .slip = slip,
        .both = strcmp(slip->language, "ja") != 0,
        .own_w = (BODY_W - GUTTER) * 56 / 100};
    page.japanese_x = MARGIN_LEFT + page.own_w + GUTTER;
    page.japanese_w = BODY_W - GUTTER - page.own_w;
    begin_page(&page);
    head(&page);
    int r = 0;
    for (size_t i = 0; r == 0 && i < slip->line_count; i++) {
        r = line(&page, &slip->lines[i]);
    }
    r = r == 0 ? record_codes(&page) : r;
    if (slip->ticket) {
        int y = page.y + HEADING_GAP;
        pdf_line(document, MARGIN_LEFT, y, MARGIN_LEFT + BODY_W, y, RULE);
    }
    pdf_fail(document, r);
    return pdf_error(document);
}
