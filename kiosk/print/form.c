/* print/form.c - one form on A4: head with title, addressee, number and code; sections, lines of cells, tables, boxes to
 * tick; the staff's boxes at the foot. First every line gets its height, then its page, then all is drawn: so each page
 * can say how many there are. */
#include "print_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"

enum {
    PAD = 14, /* between a box and the words in it */
    LINE_LEAST = 92,
    HEADING_H = 56,
    COLUMN_HEAD_LEAST = 56,
    TABLE_LINE_LEAST = 84,
    SECTION_GAP = 30,
    LABEL_MOST = 40, /* per cent of a cell */
    LABEL_LEAST = 260,
    TICK_SIDE = 32,
    TICK_GAP = 34,
    COMB_SIDE = 52,
    CODE_SIDE = 230,
    SEAL_SIDE = 320,
    SIGN_W = 600,
    SIGN_SHAPE = 3, /* so many times as wide as high (print.h) */
    SIGN_UNITS = 1000,
    HEAD_TOP = MARGIN_TOP,
    HEAD_H = 400, /* of the first page */
    NEXT_HEAD_H = 70,
    FOOT_H = 50,
    OFFICE_H = 190,
    THIN = 18, /* lines, 0.01 mm */
    THICK = 45,
    GREY = 93
};

static const struct words value_words = {"ja", 110, 80, false, ALIGN_LEFT};
static const struct words label_words = {"ja", 85, 65, false, ALIGN_LEFT};
static const struct words tick_words = {"ja", 95, 75, false, ALIGN_LEFT};
static const struct words heading_words = {"ja", 95, 70, true, ALIGN_LEFT};
static const struct words column_words = {"ja", 75, 60, false, ALIGN_CENTRE};
static const struct words entry_words = {"ja", 100, 70, false, ALIGN_LEFT};

enum line_kind { LINE_HEADING, LINE_CELLS, LINE_COLUMNS, LINE_ROW };
struct line {
    enum line_kind kind;
    size_t first, count; /* cells; of a LINE_COLUMNS those whose labels head the table */
    int height;
    int number; /* of the entry that a heading begins; 0: of none */
    bool begins; /* a section: some air before it */
    size_t columns; /* of a LINE_ROW: the line that heads its table, for the next page */
    int page;
};
struct sheet {
    struct print_document *document;
    const struct print_form *form;
    struct line *lines;
    size_t count;
    int pages;
};

static const struct print_cell *
cell_at(const struct sheet *sheet, size_t index)
{
    return &sheet->form->cells[index];
}

/* ---- how wide ---- */

/* Columns may be narrow; below each other the same fields have a label beside them. */
static int
share_in(const struct line *line, const struct print_cell *cell)
{
    bool narrow = line->kind == LINE_CELLS && cell->table != 0 && cell->share < PRINT_SHARES / 2;
    return narrow ? PRINT_SHARES / 2 : cell->share;
}

/* The left edge and width of a cell in a line of these cells. */
static struct print_rect
place_in_line(const struct sheet *sheet, const struct line *line, size_t index)
{
    int all = 0;
    int before = 0;
    for (size_t i = 0; i < line->count; i++) {
        int share = share_in(line, cell_at(sheet, line->first + i));
        before += i < index ? share : 0;
        all += share;
    }
    int share = share_in(line, cell_at(sheet, line->first + index));
    all = all > 0 ? all : 1; /* a caller's cells without a share */
    int x = BODY_W * before / all;
    int end = BODY_W * (before + share) / all;
    return (struct print_rect){.x = MARGIN_LEFT + x, .w = end - x};
}

static int
label_width(const struct sheet *sheet, const struct print_cell *cell, int width)
{
    int natural = words_width(sheet->document, cell->label, &label_words) + 2 * PAD;
    int most = width * LABEL_MOST / 100;
    natural = natural < LABEL_LEAST ? LABEL_LEAST : natural;
    return natural > most ? most : natural;
}

/* ---- how high ---- */

/* Goes over the boxes of a cell; draws them when drawn, else only counts; returns their height. */
static int
ticks(const struct sheet *sheet, const struct print_cell *cell, struct print_rect where, bool drawn)
{
    int x = where.x;
    int y = where.y;
    int line_h = 0;
    for (size_t i = 0; i < cell->tick_count; i++) {
        const struct print_tick *tick = &cell->ticks[i];
        int most = where.w - TICK_SIDE - PAD;
        int natural = words_width(sheet->document, tick->words, &tick_words);
        int w = natural < most ? natural : most;
        int h = words_height(sheet->document, tick->words, &tick_words, w, NULL);
        h = h < TICK_SIDE ? TICK_SIDE : h;
        if (x > where.x && x + TICK_SIDE + PAD + w > where.x + where.w) {
            x = where.x;
            y += line_h + PAD / 2;
            line_h = 0;
        }
        if (drawn) {
            int top = y + (h - TICK_SIDE) / 2;
            pdf_box(sheet->document, (struct print_rect){x, top, TICK_SIDE, TICK_SIDE}, THIN);
            if (tick->ticked) {
                int low = top + TICK_SIDE - 8;
                pdf_line(sheet->document, x + 5, top + 16, x + 13, low, THICK + 15);
                pdf_line(sheet->document, x + 13, low, x + TICK_SIDE - 4, top + 5, THICK + 15);
            }
            pdf_words(sheet->document, tick->words, &tick_words,
                (struct print_rect){x + TICK_SIDE + PAD, y, w, h});
        }
        line_h = h > line_h ? h : line_h;
        x += TICK_SIDE + PAD + w + TICK_GAP;
    }
    return y + line_h - where.y;
}

static bool
is_comb(const struct print_cell *cell, int width)
{
    size_t len = strlen(cell->value);
    return cell->comb > 0 && len <= (size_t)cell->comb && cell->comb * COMB_SIDE <= width &&
           strspn(cell->value, "0123456789") == len;
}

static int
sign_width(int width)
{
    return width < SIGN_W ? width : SIGN_W;
}

static int
content_height(const struct sheet *sheet, const struct print_cell *cell, int width)
{
    if (cell->tick_count > 0) {
        return ticks(sheet, cell, (struct print_rect){0, 0, width, 0}, false);
    }
    if (cell->seal) {
        return SEAL_SIDE;
    }
    if (cell->strokes != NULL) {
        return sign_width(width) / SIGN_SHAPE;
    }
    if (is_comb(cell, width)) {
        return COMB_SIDE;
    }
    return cell->value[0] != 0
               ? words_height(sheet->document, cell->value, &value_words, width, NULL)
               : 0;
}

static int
cells_height(const struct sheet *sheet, const struct line *line)
{
    int highest = LINE_LEAST;
    for (size_t i = 0; i < line->count; i++) {
        const struct print_cell *cell = cell_at(sheet, line->first + i);
        int width = place_in_line(sheet, line, i).w;
        int label_w = label_width(sheet, cell, width);
        int label_h =
            words_height(sheet->document, cell->label, &label_words, label_w - 2 * PAD, NULL);
        int value_h = content_height(sheet, cell, width - label_w - 2 * PAD);
        int height = (label_h > value_h ? label_h : value_h) + 2 * PAD;
        highest = height > highest ? height : highest;
    }
    return highest;
}

static int
table_height(const struct sheet *sheet, const struct line *line)
{
    bool head = line->kind == LINE_COLUMNS;
    int highest = head ? COLUMN_HEAD_LEAST : TABLE_LINE_LEAST;
    for (size_t i = 0; i < line->count; i++) {
        const struct print_cell *cell = cell_at(sheet, line->first + i);
        int width = place_in_line(sheet, line, i).w - 2 * PAD;
        const char *text = head ? cell->label : cell->value;
        int height = text[0] == 0 ? 0
                                  : words_height(sheet->document, text,
                                        head ? &column_words : &entry_words, width, NULL);
        highest = height + 2 * PAD > highest ? height + 2 * PAD : highest;
    }
    return highest;
}

/* ---- which lines ---- */

static void
add_line(struct sheet *sheet, struct line line)
{
    line.height = line.kind == LINE_HEADING ? HEADING_H
                  : line.kind == LINE_CELLS ? cells_height(sheet, &line)
                                            : table_height(sheet, &line);
    sheet->lines[sheet->count++] = line;
}

static bool
same_section(const struct print_cell *a, const struct print_cell *b)
{
    return strcmp(a->section, b->section) == 0 && a->table == b->table &&
           (a->table == 0 || a->row == b->row);
}

/* Cells of one section, in lines that hold PRINT_SHARES each. */
static void
add_cells(struct sheet *sheet, size_t first, size_t end)
{
    for (size_t i = first; i < end;) {
        struct line line = {.kind = LINE_CELLS, .first = i};
        int shares = 0;
        for (; i < end; i++, line.count++) {
            shares += share_in(&line, cell_at(sheet, i));
            if (line.count > 0 && shares > PRINT_SHARES) {
                break;
            }
        }
        add_line(sheet, line);
    }
}

static size_t
end_of_row(const struct sheet *sheet, size_t first)
{
    size_t end = first + 1;
    while (
        end < sheet->form->cell_count && same_section(cell_at(sheet, first), cell_at(sheet, end))) {
        end++;
    }
    return end;
}

/* May these cells be the columns of a table? */
static bool
are_columns(const struct sheet *sheet, size_t first, size_t end)
{
    bool few = end - first <= PRINT_COLUMNS_MAX;
    for (size_t i = first; i < end; i++) {
        few = few && cell_at(sheet, i)->tick_count == 0 && cell_at(sheet, i)->strokes == NULL;
    }
    return few;
}

static void
add_table(struct sheet *sheet, size_t first, size_t *end)
{
    int table = cell_at(sheet, first)->table;
    size_t row_end = end_of_row(sheet, first);
    size_t columns = sheet->count;
    size_t count = row_end - first;
    add_line(sheet, (struct line){.kind = LINE_COLUMNS, .first = first, .count = count});
    for (*end = first; *end < sheet->form->cell_count && cell_at(sheet, *end)->table == table;
         *end += count) {
        add_line(sheet,
            (struct line){.kind = LINE_ROW, .first = *end, .count = count, .columns = columns});
    }
}

static int
make_lines(struct sheet *sheet)
{
    size_t cells = sheet->form->cell_count;
    if (cells > PRINT_CELLS_MAX) {
        return KERR_TOO_BIG;
    }
    sheet->lines = xcalloc(3 * cells + 1, sizeof(*sheet->lines));
    for (size_t i = 0; i < cells;) {
        const struct print_cell *cell = cell_at(sheet, i);
        size_t end = end_of_row(sheet, i);
        bool columns = cell->table != 0 && are_columns(sheet, i, end);
        size_t first = sheet->count;
        if (cell->section[0] != 0) {
            add_line(sheet, (struct line){.kind = LINE_HEADING,
                                .first = i,
                                .number = cell->table != 0 && !columns ? cell->row : 0});
        }
        if (columns) {
            add_table(sheet, i, &end);
        } else {
            add_cells(sheet, i, end);
        }
        sheet->lines[first].begins = true;
        i = end;
    }
    return pdf_error(sheet->document);
}

/* ---- which page ---- */

static int
top_of(int page)
{
    return page == 0 ? HEAD_TOP + HEAD_H : MARGIN_TOP + NEXT_HEAD_H;
}

static int
bottom_of(const struct sheet *sheet, int page)
{
    bool office = page == 0 && sheet->form->office_count > 0;
    return PAGE_H - MARGIN_BOTTOM - FOOT_H - (office ? OFFICE_H + SECTION_GAP : 0);
}

static int
gap_before(const struct sheet *sheet, size_t index)
{
    return index > 0 && sheet->lines[index].begins ? SECTION_GAP : 0;
}

/* What must stand on one page with this line: a heading with what follows it. */
static int
together(const struct sheet *sheet, size_t index)
{
    int height = sheet->lines[index].height;
    while (index + 1 < sheet->count &&
           (sheet->lines[index].kind == LINE_HEADING || sheet->lines[index].kind == LINE_COLUMNS)) {
        height += sheet->lines[++index].height;
    }
    return height;
}

/* On a page that a table goes on, its columns are headed again. */
static int
head_again(const struct sheet *sheet, size_t index)
{
    const struct line *line = &sheet->lines[index];
    return line->kind == LINE_ROW ? sheet->lines[line->columns].height : 0;
}

/* Goes over the lines; calls draw for each with its top, or only sets their pages. */
static int
go_over(struct sheet *sheet, void (*draw)(struct sheet *sheet, size_t index, int y))
{
    int page = 0;
    int y = top_of(0);
    for (size_t i = 0; i < sheet->count; i++) {
        y += gap_before(sheet, i);
        if (y + together(sheet, i) > bottom_of(sheet, page) && y > top_of(page)) {
            page++;
            y = top_of(page);
            y += head_again(sheet, i);
        }
        if (page >= PRINT_PAGES_MAX || sheet->lines[i].height > bottom_of(sheet, 1) - top_of(1)) {
            return KERR_TOO_BIG;
        }
        sheet->lines[i].page = page;
        if (draw != NULL) {
            draw(sheet, i, y);
        }
        y += sheet->lines[i].height;
    }
    sheet->pages = page + 1;
    return 0;
}

/* ---- drawing ---- */

static struct print_rect
inside(struct print_rect box)
{
    return (struct print_rect){box.x + PAD, box.y, box.w - 2 * PAD, box.h};
}

static void
draw_comb(const struct sheet *sheet, const struct print_cell *cell, struct print_rect where)
{
    static const struct words digit_words = {"ja", 110, 80, false, ALIGN_CENTRE};
    size_t len = strlen(cell->value);
    int top = where.y + (where.h - COMB_SIDE) / 2;
    for (int i = 0; i < cell->comb; i++) {
        struct print_rect box = {where.x + i * COMB_SIDE, top, COMB_SIDE, COMB_SIDE};
        char digit[2] = {(size_t)i < len ? cell->value[i] : '\0', '\0'};
        pdf_box(sheet->document, box, THIN);
        pdf_words(sheet->document, digit, &digit_words, box);
    }
}

/* A number up to most and the sign behind it; false when there is something else. */
static bool
read_part(const char **at, int most, const char *ends, int *ret_part)
{
    char *end;
    if (**at < '0' || **at > '9') {
        return false;
    }
    long part = strtol(*at, &end, 10);
    *ret_part = part < most ? (int)part : most;
    *at = end;
    return *end == 0 || strchr(ends, *end) != NULL;
}

static void
draw_strokes(const struct sheet *sheet, const char *at, struct print_rect room)
{
    int width = sign_width(room.w);
    int top = room.y + (room.h - width / SIGN_SHAPE) / 2;
    int x = 0, y = 0;
    for (bool first = true;; at++) {
        int from_x = x;
        int from_y = y;
        if (!read_part(&at, SIGN_UNITS, ",", &x) || *at++ != ',' ||
            !read_part(&at, SIGN_UNITS / SIGN_SHAPE, " ;", &y)) {
            return;
        }
        x = room.x + x * width / SIGN_UNITS;
        y = top + y * width / SIGN_UNITS;
        pdf_line(sheet->document, first ? x : from_x, first ? y : from_y, x, y, THICK);
        first = *at == ';';
        if (*at == 0) {
            return;
        }
    }
}

static void
draw_cell(const struct sheet *sheet, const struct print_cell *cell, struct print_rect box)
{
    int label_w = label_width(sheet, cell, box.w);
    struct print_rect label = {box.x, box.y, label_w, box.h};
    struct print_rect value = {box.x + label_w, box.y, box.w - label_w, box.h};
    struct print_rect room = inside(value);
    pdf_fill(sheet->document, label, GREY);
    pdf_box(sheet->document, label, THIN);
    pdf_tag(sheet->document, "P");
    pdf_words(sheet->document, cell->label, &label_words, inside(label));
    if (cell->tick_count > 0) {
        room.y += (room.h - content_height(sheet, cell, room.w)) / 2;
        (void)ticks(sheet, cell, room, true);
    } else if (cell->seal) {
        pdf_box(sheet->document,
            (struct print_rect){room.x, room.y + (room.h - SEAL_SIDE) / 2, SEAL_SIDE, SEAL_SIDE},
            THICK);
    } else if (cell->strokes != NULL) {
        draw_strokes(sheet, cell->strokes, room);
    } else if (is_comb(cell, room.w)) {
        draw_comb(sheet, cell, room);
    } else {
        pdf_words(sheet->document, cell->value, &value_words, room);
    }
    pdf_untag(sheet->document, "P");
    pdf_box(sheet->document, value, THIN);
}

static void
draw_table_line(const struct sheet *sheet, const struct line *line, int y)
{
    bool head = line->kind == LINE_COLUMNS;
    pdf_tag(sheet->document, "TR");
    for (size_t i = 0; i < line->count; i++) {
        const struct print_cell *cell = cell_at(sheet, line->first + i);
        struct print_rect box = place_in_line(sheet, line, i);
        box.y = y;
        box.h = line->height;
        if (head) {
            pdf_fill(sheet->document, box, GREY);
        }
        pdf_box(sheet->document, box, THIN);
        pdf_tag(sheet->document, head ? "TH" : "TD");
        pdf_words(sheet->document, head ? cell->label : cell->value,
            head ? &column_words : &entry_words, inside(box));
        pdf_untag(sheet->document, head ? "TH" : "TD");
    }
    pdf_untag(sheet->document, "TR");
}

static void
draw_heading(const struct sheet *sheet, const struct line *line, int y)
{
    struct print_rect box = {MARGIN_LEFT, y, BODY_W, line->height};
    const struct print_cell *cell = cell_at(sheet, line->first);
    AUTO_BUF text;
    buf_init(&text, 4096);
    (void)buf_add_str(&text, cell->section);
    if (line->number > 0) {
        (void)buf_printf(&text, "　%d", line->number);
    }
    pdf_fill(sheet->document, (struct print_rect){box.x, box.y + 8, 14, box.h - 16}, 0);
    pdf_tag(sheet->document, "H2");
    pdf_words(sheet->document, buf_str(&text), &heading_words,
        (struct print_rect){box.x + 32, box.y, box.w - 32, box.h});
    pdf_untag(sheet->document, "H2");
}

/* Foot: which page of how many, so that a lost one is missed. */
static void
draw_foot(const struct sheet *sheet, int page)
{
    static const struct words foot_words = {"ja", 75, 75, false, ALIGN_CENTRE};
    char text[64];
    (void)snprintf(text, sizeof(text), "%d / %d", page + 1, sheet->pages);
    pdf_words(sheet->document, text, &foot_words,
        (struct print_rect){MARGIN_LEFT, PAGE_H - MARGIN_BOTTOM - 30, BODY_W, 40});
}

static void
draw_office(const struct sheet *sheet)
{
    static const struct words box_words = {"ja", 75, 60, false, ALIGN_CENTRE};
    const struct print_form *form = sheet->form;
    int top = PAGE_H - MARGIN_BOTTOM - FOOT_H - OFFICE_H;
    for (size_t i = 0; i < form->office_count; i++) {
        int x = MARGIN_LEFT + BODY_W * (int)i / (int)form->office_count;
        int end = MARGIN_LEFT + BODY_W * ((int)i + 1) / (int)form->office_count;
        struct print_rect name = {x, top, end - x, 50};
        pdf_fill(sheet->document, name, GREY);
        pdf_box(sheet->document, name, THIN);
        pdf_words(sheet->document, form->office[i], &box_words, inside(name));
        pdf_box(sheet->document, (struct print_rect){x, top + 50, end - x, OFFICE_H - 50}, THIN);
    }
}

static void
draw_head(const struct sheet *sheet)
{
    static const struct words follows_words = {"ja", 75, 60, false, ALIGN_LEFT};
    static const struct words title_words = {"ja", 170, 110, true, ALIGN_CENTRE};
    static const struct words to_words = {"ja", 110, 90, false, ALIGN_LEFT};
    static const struct words number_words = {"ja", 100, 80, true, ALIGN_CENTRE};
    static const struct words received_words = {"ja", 90, 70, false, ALIGN_RIGHT};
    const struct print_form *form = sheet->form;
    struct print_document *document = sheet->document;
    int right = MARGIN_LEFT + BODY_W;
    int title_w = BODY_W - 2 * (CODE_SIDE + 40);
    pdf_words(document, form->follows, &follows_words,
        (struct print_rect){MARGIN_LEFT, HEAD_TOP - 30, BODY_W - CODE_SIDE - 40, 40});
    pdf_tag(document, "H1");
    pdf_words(document, form->title, &title_words,
        (struct print_rect){MARGIN_LEFT + CODE_SIDE + 40, HEAD_TOP + 40, title_w, 150});
    pdf_untag(document, "H1");
    if (form->number[0] != 0) {
        pdf_code(document, form->number, right - CODE_SIDE, HEAD_TOP - 30, CODE_SIDE);
        pdf_words(document, form->number_words, &number_words,
            (struct print_rect){
                right - CODE_SIDE - 35, HEAD_TOP + CODE_SIDE - 20, CODE_SIDE + 70, 50});
    }
    pdf_words(document, form->received, &received_words,
        (struct print_rect){right - 900, HEAD_TOP + HEAD_H - 110, 900, 60});
    pdf_words(document, form->to, &to_words,
        (struct print_rect){MARGIN_LEFT, HEAD_TOP + HEAD_H - 130, 800, 90});
}

static void
draw_page_begin(struct sheet *sheet, int page)
{
    static const struct words again_words = {"ja", 85, 65, false, ALIGN_LEFT};
    static const struct words number_words = {"ja", 85, 65, false, ALIGN_RIGHT};
    pdf_page(sheet->document);
    if (page == 0) {
        draw_head(sheet);
        if (sheet->form->office_count > 0) {
            draw_office(sheet);
        }
    } else {
        struct print_rect box = {MARGIN_LEFT, MARGIN_TOP - 20, BODY_W * 2 / 3, 60};
        pdf_words(sheet->document, sheet->form->title, &again_words, box);
        box.x = MARGIN_LEFT + BODY_W * 2 / 3;
        box.w = BODY_W / 3;
        pdf_words(sheet->document, sheet->form->number_words, &number_words, box);
    }
    draw_foot(sheet, page);
}

static void
draw_line(struct sheet *sheet, size_t index, int y)
{
    const struct line *line = &sheet->lines[index];
    bool first = index == 0 || sheet->lines[index - 1].page != line->page;
    if (first) {
        draw_page_begin(sheet, line->page);
        if (line->kind == LINE_ROW) {
            const struct line *columns = &sheet->lines[line->columns];
            draw_table_line(sheet, columns, y - columns->height);
        }
    }
    switch (line->kind) {
    case LINE_HEADING:
        draw_heading(sheet, line, y);
        break;
    case LINE_CELLS:
        for (size_t i = 0; i < line->count; i++) {
            struct print_rect box = place_in_line(sheet, line, i);
            box.y = y;
            box.h = line->height;
            draw_cell(sheet, cell_at(sheet, line->first + i), box);
        }
        break;
    case LINE_COLUMNS:
    case LINE_ROW:
        draw_table_line(sheet, line, y);
        break;
    }
}

int
print_add_form(struct print_document *document, const struct print_form *form)
{
    struct sheet sheet = {.document = document, .form = form};
    int r = make_lines(&sheet);
    if (r == 0) {
        r = go_over(&sheet, NULL);
    }
    if (r == 0) {
        if (sheet.count == 0) {
            draw_page_begin(&sheet, 0);
        }
        (void)go_over(&sheet, draw_line);
    }
    pdf_fail(document, r);
    free(sheet.lines);
    return pdf_error(document);
}
