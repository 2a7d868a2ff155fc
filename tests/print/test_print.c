/* What is printed stays in its cell, whatever stands there: a corpus of extreme values through the real fonts, each letter's
 * ink measured. The same document gives the same bytes; what is too much is refused, not cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/fs.h"
#include "print/print.h"

enum {
    PAGE_W = 2100,
    PAGE_H = 2970,
    MADE = 1795305600,
    FORM_OVER = 6, /* 0.6 mm of the 1.4 between a box and its words */
    SLIP_OVER = 12 /* 1.2 mm of the 2.2 between lines */
};

static struct print *print;

struct heard {
    int pages, runs, outside, off_page;
    char first[512]; /* what stood outside */
    int over; /* how far ink may stand above or below its box: into the air between lines */
    char text[64 * 1024]; /* all, without spaces */
};

static size_t
space_len(const char *text)
{
    static const char wide[] = "　";
    return *text == ' ' || *text == '\n'                ? 1
           : strncmp(text, wide, sizeof(wide) - 1) == 0 ? sizeof(wide) - 1
                                                        : 0;
}

static void
hear(void *ctx, int page, const char *text, const struct print_rect *ink,
    const struct print_rect *cell)
{
    struct heard *heard = ctx;
    heard->pages = page > heard->pages ? page : heard->pages;
    if (ink->x < 0 || ink->y < 0 || ink->x + ink->w > PAGE_W || ink->y + ink->h > PAGE_H) {
        heard->off_page++;
    }
    if (text == NULL) {
        return;
    }
    heard->runs++;
    int over = heard->over;
    bool inside = ink->x >= cell->x - FORM_OVER &&
                  ink->x + ink->w <= cell->x + cell->w + FORM_OVER && ink->y >= cell->y - over &&
                  ink->y + ink->h <= cell->y + cell->h + over;
    if (!inside && heard->outside++ == 0) {
        (void)snprintf(heard->first, sizeof(heard->first),
            "page %d: '%.200s' at %d,%d %dx%d in %d,%d %dx%d", page, text, ink->x, ink->y, ink->w,
            ink->h, cell->x, cell->y, cell->w, cell->h);
    }
    size_t len = strlen(heard->text);
    for (const char *at = text; *at != 0 && len + 1 < sizeof(heard->text); at++) {
        size_t space = space_len(at);
        if (space > 0) {
            at += space - 1;
        } else {
            heard->text[len++] = *at;
        }
    }
    heard->text[len] = 0;
}

static const char *const extremes[] = {
    "日立　花子",
    "渡邉󠄂　𠮷野", /* a variant by its selector; a kanji outside the first plane */
    "あ",
    "NGUYEN THI MAI PHUONG ANH CHRISTOPHER-ALEXANDER VAN DER WESTHUIZEN III",
    "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenhaftschaferswessenschafewarenwo"
    "hlgepflege",
    "茨城県日立市見本町一丁目二番三号　見本マンション見本館東棟第二号館　壱千弐百参拾四号室（見本太"
    "郎様方）気付　見本一郎宛て",
    "ミホンタロウミホンタロウミホンタロウミホンタロウミホンタロウミホンタロウミホンタロウミホンタロ"
    "ウ",
    "เลขที่ ๑๒๓ หมู่ที่ ๔ ตำบลตัวอย่าง อำเภอตัวอย่าง จังหวัดตัวอย่าง ประเทศไทย",
    "မြန်မာနိုင်ငံ ရန်ကုန်မြို့ နမူနာလမ်း အမှတ် ၁၂၃၊ နမူနာရပ်ကွက်",
    "नेपाल, काठमाडौं महानगरपालिका, नमुना टोल, घर नम्बर १२३४५६",
    "محمد عبد الرحمن بن عبد العزيز النموذجي 123",
    "0000000000",
    "🏠🏡",
    "{日立|ひたち}の{窓口|まどぐち}",
    "１２３４５６７８９０１２３４５６７８９０１２３４５６７８９０１２３４５６７８９０１２３４５６７"
    "８９０",
};
enum { EXTREMES = ARRAY_LEN(extremes) };

static void
form_of(const struct print_cell *cells, size_t count, struct print_form *ret_form)
{
    static const char *const office[] = {"受付", "確認", "入力", "備考"};
    *ret_form = (struct print_form){.title = "教育・保育給付認定申請書 兼 保育利用申込書 兼 "
                                             "とても長い題名の見本の書類（転入・転居・転出）",
        .follows = "見本の法律 第1条",
        .to = "日立市長　あて",
        .number = "00100737",
        .number_words = "0010 0737",
        .received = "受付 令和8年（2026年）11月22日",
        .office = office,
        .office_count = ARRAY_LEN(office),
        .cells = cells,
        .cell_count = count};
}

/* A document with a form or a slip; what is drawn is heard. */
static int
document(const struct print_form *form, const struct print_slip *slip, struct heard *heard,
    struct buf *pdf)
{
    struct print_document *document = NULL;
    memset(heard, 0, sizeof(*heard));
    heard->over = form != NULL ? FORM_OVER : SLIP_OVER;
    print_tell(print, hear, heard);
    assert_int_equal(
        print_begin(print, form != NULL ? form->title : slip->title, MADE, &document), 0);
    int r = form != NULL ? print_add_form(document, form) : print_add_slip(document, slip);
    int end = print_end(document, pdf);
    assert_int_equal(r, end);
    print_tell(print, NULL, NULL);
    return r;
}

static int
made(const struct print_form *form, struct heard *heard, struct buf *pdf)
{
    return document(form, NULL, heard, pdf);
}

/* The same for a slip, which fits. */
static void
slip_made(const struct print_slip *slip, struct heard *heard, struct buf *pdf)
{
    assert_int_equal(document(NULL, slip, heard, pdf), 0);
}

static void
expect_inside(const struct heard *heard)
{
    if (heard->outside > 0) {
        fail_msg("%d runs leave their cell; %s", heard->outside, heard->first);
    }
    assert_int_equal(heard->off_page, 0);
}

/* Without spaces, and ruby without its reading. */
static void
expect_told(const struct heard *heard, const char *value)
{
    char plain[2048];
    size_t len = 0;
    for (const char *at = value; *at != 0 && len + 1 < sizeof(plain); at++) {
        if (*at == '{' || *at == '|') {
            return; /* base and reading are runs of their own */
        }
        size_t space = space_len(at);
        if (space > 0) {
            at += space - 1;
        } else {
            plain[len++] = *at;
        }
    }
    plain[len] = 0;
    if (strstr(heard->text, plain) == NULL) {
        fail_msg("'%s' is not on the page: %.600s", value, heard->text);
    }
}

/* Every value in cells of every width, in columns, beside boxes. */
static void
test_extremes(void **state)
{
    static const int shares[] = {12, 6, 4, 3};
    static struct print_cell cells[PRINT_CELLS_MAX];
    static struct print_tick ticks[EXTREMES];
    static struct heard heard;
    struct print_form form;
    size_t count = 0;
    (void)state;
    for (size_t i = 0; i < EXTREMES; i++) {
        ticks[i] = (struct print_tick){.words = extremes[i], .ticked = i % 2 == 0};
    }
    for (size_t s = 0; s < ARRAY_LEN(shares); s++) {
        for (size_t i = 0; i < EXTREMES; i++) {
            cells[count++] = (struct print_cell){.section = s % 2 == 0 ? "届出人" : "",
                .label = extremes[(i + s) % EXTREMES],
                .value = extremes[i],
                .share = shares[s]};
        }
    }
    cells[count++] = (struct print_cell){.section = "箱",
        .label = "曜日",
        .value = "",
        .ticks = ticks,
        .tick_count = EXTREMES,
        .share = 12};
    for (int row = 1; row <= 4; row++) {
        for (int column = 0; column < PRINT_COLUMNS_MAX; column++) {
            cells[count++] = (struct print_cell){.section = "世帯員",
                .label = extremes[column],
                .value = extremes[(size_t)(row + column) % EXTREMES],
                .share = 1 + column % 3,
                .table = 1,
                .row = row};
        }
    }
    form_of(cells, count, &form);
    AUTO_BUF pdf;
    buf_init(&pdf, 16 * 1024 * 1024);
    assert_int_equal(made(&form, &heard, &pdf), 0);
    expect_inside(&heard);
    for (size_t i = 0; i < EXTREMES; i++) {
        if (strcmp(extremes[i], "🏠🏡") != 0 && strstr(extremes[i], "محمد") == NULL) {
            expect_told(&heard, extremes[i]);
        }
    }
    assert_non_null(strstr(heard.text, "U+1F3E0")); /* no font has it: its code, never nothing */
    assert_true(heard.pages > 2);
}

static void
test_same_bytes(void **state)
{
    static const struct print_cell cells[] = {
        {.section = "届出人", .label = "氏名", .value = "渡邉󠄂　花子", .share = 6},
        {.section = "届出人", .label = "番号", .value = "0012345", .comb = 7, .share = 6},
        {.section = "", .label = "印", .value = "", .seal = true, .share = 12}};
    static struct heard heard;
    struct print_form form;
    (void)state;
    form_of(cells, ARRAY_LEN(cells), &form);
    AUTO_BUF one;
    AUTO_BUF other;
    buf_init(&one, 1024 * 1024);
    buf_init(&other, 1024 * 1024);
    assert_int_equal(made(&form, &heard, &one), 0);
    expect_inside(&heard);
    assert_int_equal(made(&form, &heard, &other), 0);
    assert_int_equal(one.len, other.len);
    assert_memory_equal(one.data, other.data, one.len);
    form.number = "00100745";
    buf_clear(&other);
    assert_int_equal(made(&form, &heard, &other), 0);
    assert_true(one.len != other.len || memcmp(one.data, other.data, one.len) != 0);
}

static void
count_line(void *ctx, int page, const char *text, const struct print_rect *ink,
    const struct print_rect *cell)
{
    struct print_rect *all =
        ctx; /* of what is drawn below the head: its width and height, and how many lines as x */
    (void)page;
    (void)cell;
    bool line = text == NULL && (ink->w < 620 && ink->h < 201) && ink->y > 500 && ink->y < 1200 &&
                ink->x > 470;
    all->x += line ? 1 : 0;
    all->w = line && ink->x + ink->w > all->w ? ink->x + ink->w : all->w;
    all->h = line && ink->h > all->h ? ink->h : all->h;
}

/* A signature is drawn in its place, whatever a terminal sent; what is malformed ends it. */
static void
test_strokes(void **state)
{
    static const struct {
        const char *strokes;
        int lines;
    } table[] = {{"0,0 1000,333;200,100 300,200 400,100", 5}, {"", 0}, {"5", 0}, {"5,x", 0},
        {"10,10 20,20 x", 2}, {"10,10,20", 0}, {"0,0 99999999999999999999,99999999999999999999", 2},
        {"-5,3", 0}, {"10,10;", 1}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        const struct print_cell cells[] = {{.section = "",
            .label = "署名",
            .value = "",
            .strokes = table[i].strokes,
            .share = 12}};
        struct print_rect all = {0};
        struct print_form form;
        form_of(cells, ARRAY_LEN(cells), &form);
        AUTO_BUF pdf;
        buf_init(&pdf, 1024 * 1024);
        struct print_document *document = NULL;
        print_tell(print, count_line, &all);
        assert_int_equal(print_begin(print, "x", MADE, &document), 0);
        assert_int_equal(print_add_form(document, &form), 0);
        assert_int_equal(print_end(document, &pdf), 0);
        print_tell(print, NULL, NULL);
        assert_int_equal(all.x, table[i].lines);
        assert_true(all.w <= 1100 && all.h <= 200);
    }
}

/* More digits than boxes are no reason to lose one. */
static void
test_comb(void **state)
{
    static const struct print_cell cells[] = {
        {.section = "", .label = "番号", .value = "001234567", .comb = 7, .share = 6},
        {.section = "", .label = "番号", .value = "12a", .comb = 7, .share = 6}};
    static struct heard heard;
    struct print_form form;
    (void)state;
    form_of(cells, ARRAY_LEN(cells), &form);
    AUTO_BUF pdf;
    buf_init(&pdf, 1024 * 1024);
    assert_int_equal(made(&form, &heard, &pdf), 0);
    expect_told(&heard, "001234567");
    expect_told(&heard, "12a");
}

/* Ten thousand letters are more than a page can hold in one cell; letters that are none are no form. */
static void
test_refused(void **state)
{
    static char much[15000];
    static struct heard heard;
    struct print_cell cell = {.section = "", .label = "理由", .value = much, .share = 12};
    struct print_form form;
    (void)state;
    memset(much, 'w', sizeof(much) - 1);
    form_of(&cell, 1, &form);
    AUTO_BUF pdf;
    buf_init(&pdf, 1024 * 1024);
    assert_int_equal(made(&form, &heard, &pdf), KERR_TOO_BIG);
    assert_int_equal(pdf.len, 0);
    cell.value = "\xff\xfe";
    assert_int_equal(made(&form, &heard, &pdf), KERR_INVALID);
    assert_int_equal(pdf.len, 0);
    cell.value = "よい";
    assert_int_equal(made(&form, &heard, &pdf), 0); /* what went wrong before leaves nothing */
}

/* More cells, or more pages, than any form of people has. */
static void
test_too_much(void **state)
{
    static struct print_cell cells[PRINT_CELLS_MAX + 1];
    static char value[1200];
    static struct heard heard;
    struct print_form form;
    (void)state;
    memset(value, 'w', sizeof(value) - 1);
    for (size_t i = 0; i < ARRAY_LEN(cells); i++) {
        cells[i] = (struct print_cell){.section = "", .label = "理由", .value = value, .share = 12};
    }
    AUTO_BUF pdf;
    buf_init(&pdf, 16 * 1024 * 1024);
    form_of(cells, PRINT_CELLS_MAX + 1, &form);
    assert_int_equal(made(&form, &heard, &pdf), KERR_TOO_BIG);
    form_of(cells, PRINT_PAGES_MAX * 4, &form);
    assert_int_equal(made(&form, &heard, &pdf), KERR_TOO_BIG);
    assert_int_equal(pdf.len, 0);
    form_of(cells, 4, &form);
    assert_int_equal(made(&form, &heard, &pdf), 0);
    assert_true(heard.pages >= 2); /* so four times as many are more than the most */
}

/* A page that a table goes on tells its columns again; pages are counted on each. */
static void
test_pages(void **state)
{
    enum { PEOPLE = 60 };
    static struct print_cell cells[2 * PEOPLE];
    static struct heard heard;
    struct print_form form;
    (void)state;
    for (int i = 0; i < PEOPLE; i++) {
        cells[2 * i] = (struct print_cell){.section = "世帯員",
            .label = "見出し甲",
            .value = "日立　花子",
            .share = 6,
            .table = 1,
            .row = i + 1};
        cells[2 * i + 1] = (struct print_cell){.section = "世帯員",
            .label = "見出し乙",
            .value = "1941-03-05",
            .share = 6,
            .table = 1,
            .row = i + 1};
    }
    form_of(cells, ARRAY_LEN(cells), &form);
    AUTO_BUF pdf;
    buf_init(&pdf, 1024 * 1024);
    assert_int_equal(made(&form, &heard, &pdf), 0);
    expect_inside(&heard);
    assert_true(heard.pages >= 2);
    int heads = 0;
    for (const char *at = heard.text; (at = strstr(at, "見出し甲")) != NULL; at++) {
        heads++;
    }
    assert_int_equal(heads, heard.pages);
    char last[16];
    (void)snprintf(last, sizeof(last), "%d/%d", heard.pages, heard.pages);
    assert_non_null(strstr(heard.text, last));
}

/* A slip of every kind of line, in a language that reads from the right and one that has no spaces. */
static void
test_slip(void **state)
{
    static const char *const languages[] = {"en", "my", "ar", "ja", "th"};
    static struct heard heard;
    (void)state;
    for (size_t l = 0; l < ARRAY_LEN(languages); l++) {
        struct print_slip_line lines[3 * EXTREMES];
        for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
            lines[i] = (struct print_slip_line){.kind = (enum print_slip_kind)(i % 3),
                .own = extremes[i % EXTREMES],
                .japanese = extremes[(i + 4) % EXTREMES]};
        }
        struct print_slip slip = {.language = languages[l],
            .title = "Your application is in.",
            .title_japanese = "受け付けました。",
            .code = "00100737",
            .number_words = "0010 0737",
            .lines = lines,
            .line_count = ARRAY_LEN(lines)};
        AUTO_BUF pdf;
        buf_init(&pdf, 4 * 1024 * 1024);
        slip_made(&slip, &heard, &pdf);
        expect_inside(&heard);
        expect_told(&heard, "00100737");
    }
}

/* The record as codes behind the lines: each whole on a page, under its words; as many as a long record has. */
static void
test_slip_codes(void **state)
{
    static struct heard heard;
    static char digits[2396];
    static const struct print_slip_line above[] = {
        {PRINT_SLIP_HEADING, "A code for the counter", "窓口で見せられるコードです。"},
        {PRINT_SLIP_TEXT, "Show this code.", "お見せください。"}};
    const char *codes[9];
    (void)state;
    memset(digits, '7', sizeof(digits) - 1);
    for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
        codes[i] = digits;
    }
    size_t sizes[3] = {0};
    static const size_t counts[3] = {0, 1, 9};
    for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
        struct print_slip slip = {.language = "en",
            .title = "It is in.",
            .title_japanese = "受け付けました。",
            .code = "00100737",
            .number_words = "0010 0737",
            .codes = codes,
            .code_count = counts[i],
            .above_codes = above,
            .above_count = ARRAY_LEN(above)};
        AUTO_BUF pdf;
        buf_init(&pdf, 8 * 1024 * 1024);
        slip_made(&slip, &heard, &pdf);
        sizes[i] = pdf.len;
        assert_int_equal(strstr(heard.text, "Showthiscode.") != NULL, counts[i] > 0);
        assert_int_equal(heard.off_page, 0);
    }
    assert_true(sizes[2] > sizes[1] && sizes[1] > sizes[0]);
}

/* More than a slip's pages hold is refused, not cut. */
static void
test_slip_too_much(void **state)
{
    (void)state;
    static struct print_slip_line lines[2000];
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        lines[i] = (struct print_slip_line){PRINT_SLIP_TEXT, "One more thing to bring", ""};
    }
    struct print_slip slip = {.language = "ja",
        .title = "受け付けました。",
        .title_japanese = "",
        .code = "00100737",
        .number_words = "0010 0737",
        .lines = lines,
        .line_count = ARRAY_LEN(lines)};
    struct print_document *document = NULL;
    AUTO_BUF pdf;
    buf_init(&pdf, 8 * 1024 * 1024);
    assert_int_equal(print_begin(print, slip.title, MADE, &document), 0);
    assert_int_equal(print_add_slip(document, &slip), KERR_TOO_BIG);
    assert_int_equal(print_end(document, &pdf), KERR_TOO_BIG);
}

/* A ticket has its number, and no code where nothing reads one. */
static void
test_ticket(void **state)
{
    static const struct print_slip_line line = {PRINT_SLIP_HEADING, "Until 9:05", "9:05まで"};
    static struct heard heard;
    size_t sizes[2] = {0};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        struct print_slip slip = {.language = "en",
            .title = "Go on with this number.",
            .title_japanese = "この番号で、つづきから始められます。",
            .code = i == 0 ? "MADOGUCHIP00100737" : NULL,
            .number_words = "0010 0737",
            .ticket = true,
            .lines = &line,
            .line_count = 1};
        AUTO_BUF pdf;
        buf_init(&pdf, 4 * 1024 * 1024);
        slip_made(&slip, &heard, &pdf);
        expect_inside(&heard);
        expect_told(&heard, "00100737");
        assert_int_equal(heard.pages, 1);
        sizes[i] = pdf.len;
    }
    assert_true(sizes[0] > sizes[1]);
}

static int
open_fonts(void **state)
{
    (void)state;
    char *folder = conf_share(NULL, "fonts");
    char *list = fs_join(folder, "paper.list");
    int r = print_new(list, &print);
    free(list);
    free(folder);
    return r;
}

static int
close_fonts(void **state)
{
    (void)state;
    print_free(print);
    return 0;
}

/* Every number of a path lies in the box, or a little beside it as letters do. */
static void
assert_in_box(const char *path, int width)
{
    int number = 0;
    for (const char *at = path; *at != 0;) {
        char *end = NULL;
        long value = strtol(at, &end, 10);
        if (end == at) {
            assert_non_null(strchr("MLCZ ", *at++));
            continue;
        }
        bool is_x = number++ % 2 == 0;
        assert_in_range(value + 200, 0, (is_x ? width : PRINT_OUTLINE_EM) + 400);
        at = end;
    }
    assert_true(number > 40 && number % 2 == 0);
}

/* Words as a drawing: each form of a character its own, or none. */
static void
test_outline(void **state)
{
    (void)state;
    static const char *const texts[] = {"葛", "葛\U000E0101", "髙", "高", "渡邉　太郎", "Nguyễn"};
    struct buf paths[ARRAY_LEN(texts)];
    int width = 0;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        buf_init(&paths[i], 64 * 1024);
        assert_int_equal(print_outline(print, "ja-x-mj", texts[i], &paths[i], &width), 0);
        assert_in_box(buf_str(&paths[i]), width);
        if (i < 4) {
            assert_int_equal(width, PRINT_OUTLINE_EM);
        }
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(buf_str(&paths[i]), buf_str(&paths[j]));
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        buf_release(&paths[i]);
    }
    AUTO_BUF none;
    AUTO_BUF small;
    buf_init(&none, 64 * 1024);
    buf_init(&small, 100);
    assert_int_equal(
        print_outline(print, "ja-x-mj", "葛\U000E01EF", &none, &width), KERR_NOT_FOUND);
    assert_int_equal(print_outline(print, "ja-x-mj", "\xff", &none, &width), KERR_INVALID);
    assert_int_equal(print_outline(print, "ja-x-mj", "髙橋", &small, &width), KERR_TOO_BIG);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_extremes),
        cmocka_unit_test(test_same_bytes),
        cmocka_unit_test(test_strokes),
        cmocka_unit_test(test_comb),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_too_much),
        cmocka_unit_test(test_pages),
        cmocka_unit_test(test_slip),
        cmocka_unit_test(test_slip_codes),
        cmocka_unit_test(test_slip_too_much),
        cmocka_unit_test(test_ticket),
        cmocka_unit_test(test_outline),
    };
    return cmocka_run_group_tests(tests, open_fonts, close_fonts);
}
