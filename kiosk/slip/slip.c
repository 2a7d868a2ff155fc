/* slip/slip.c - lines of a guide slip out of a procedure and its answers. */
#include "slip/slip.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"

enum { TEXT_MAX = 4096 };

struct slip {
    char *language; /* a tag */
    char *title, *title_japanese, *code_words, *code_words_japanese, *code_title,
        *code_title_japanese;
    char *code, *number_words; /* code: NULL none */
    bool ticket;
    int64_t made;
    struct print_slip_line lines[SLIP_LINES_MAX]; /* texts owned */
    size_t count;
    char *codes[SLIP_CODES_MAX];
    size_t code_count;
};

/* What slip_new has in hand. */
struct guide {
    struct i18n *words;
    const char *code; /* of the language */
    struct slip *slip;
    int r; /* the first error */
};

const char *
slip_title(enum procedure_kind kind)
{
    switch (kind) {
    case PROCEDURE_BOOK:
        return "accepted.title-book";
    case PROCEDURE_REPORT:
        return "accepted.title-report";
    case PROCEDURE_ASK:
        return "accepted.title-ask";
    default:
        return "accepted.title";
    }
}

/* The texts are the slip's own; whatever wrote const there can't keep it from being wiped. */
static void
wipe_text(const char *text)
{
    union {
        const char *shown;
        char *owned;
    } both = {.shown = text};
    if (text != NULL) {
        explicit_bzero(both.owned, strlen(text));
        free(both.owned);
    }
}

int
slip_add(struct slip *slip, enum print_slip_kind kind, const char *own, const char *japanese)
{
    if (slip->count == SLIP_LINES_MAX) {
        return KERR_TOO_BIG;
    }
    slip->lines[slip->count++] =
        (struct print_slip_line){.kind = kind, .own = xstrdup(own), .japanese = xstrdup(japanese)};
    return 0;
}

int
slip_add_code(struct slip *slip, const char *digits)
{
    if (slip->code_count == SLIP_CODES_MAX) {
        return KERR_TOO_BIG;
    }
    slip->codes[slip->code_count++] = xstrdup(digits);
    return 0;
}

static void
add(struct guide *guide, enum print_slip_kind kind, const char *own, const char *japanese)
{
    int r = slip_add(guide->slip, kind, own, japanese);
    guide->r = guide->r < 0 ? guide->r : r;
}

static void
add_content(struct guide *guide, enum print_slip_kind kind, const struct procedure_words *words)
{
    if (words->source != NULL) {
        (void)i18n_use(guide->words, guide->code);
        add(guide, kind, i18n_content(guide->words, words->context, words->source), words->source);
    }
}

static const char *
own_message(const struct guide *guide, const char *message)
{
    return i18n_text_in(guide->words, guide->code, message);
}

static const char *
japanese_message(const struct guide *guide, const char *message)
{
    return i18n_text_in(guide->words, "ja", message);
}

static void
add_heading(struct guide *guide, const char *message)
{
    add(guide, PRINT_SLIP_HEADING, own_message(guide, message), japanese_message(guide, message));
}

static void
add_fee(struct guide *guide, int64_t fee)
{
    AUTO_BUF own;
    AUTO_BUF japanese;
    buf_init(&own, TEXT_MAX);
    buf_init(&japanese, TEXT_MAX);
    if (fee <= 0) {
        return;
    }
    add_heading(guide, "check.fee");
    (void)i18n_use(guide->words, guide->code);
    (void)i18n_money(guide->words, &own, fee);
    (void)i18n_use(guide->words, "ja");
    (void)i18n_money(guide->words, &japanese, fee);
    add(guide, PRINT_SLIP_TEXT, buf_str(&own), buf_str(&japanese));
}

static void
add_together(struct guide *guide, const struct interview *interview)
{
    size_t count = interview_together_count(interview);
    if (count > 0) {
        add_heading(guide, "accepted.together");
    }
    for (size_t i = 0; i < count; i++) {
        struct procedure_info info = procedure_info(interview_together(interview, i));
        add_content(guide, PRINT_SLIP_ITEM, &info.title);
    }
}

static void
add_bring(struct guide *guide, const struct interview *interview)
{
    size_t count = interview_bring_count(interview);
    if (count > 0) {
        add_heading(guide, "explain.bring");
    }
    for (size_t i = 0; i < count; i++) {
        struct procedure_words thing;
        if (interview_bring(interview, i, &thing) == 0) {
            add_content(guide, PRINT_SLIP_ITEM, &thing);
        }
    }
}

static void
fill(struct guide *guide, const struct interview *interview, int64_t fee)
{
    struct procedure_info info = procedure_info(interview_procedure(interview));
    add_content(guide, PRINT_SLIP_HEADING, &info.title);
    for (size_t i = 0; i < info.next_count; i++) {
        add_content(guide, PRINT_SLIP_ITEM, &info.next[i]);
    }
    add_together(guide, interview);
    if (info.counter.source != NULL) {
        add_heading(guide, "explain.counter");
        add_content(guide, PRINT_SLIP_TEXT, &info.counter);
        add_content(guide, PRINT_SLIP_TEXT, &info.counter_hours);
    }
    add_bring(guide, interview);
    add_fee(guide, fee);
}

/* Title and number; the guide speaks the visitor's language from now on. */
static void
head(struct guide *guide, const char *language, const char *number, const char *title)
{
    struct slip *slip = guide->slip;
    AUTO_BUF words;
    buf_init(&words, 64);
    guide->code = i18n_use(guide->words, language) == 0 ? language : "ja";
    (void)i18n_use(guide->words, guide->code);
    slip->language = xstrdup(i18n_current(guide->words)->tag);
    (void)i18n_receipt_number(&words, number);
    slip->number_words = xstrdup(buf_str(&words));
    slip->title = xstrdup(own_message(guide, title));
    slip->title_japanese = xstrdup(japanese_message(guide, title));
}

/* What stands above the record's codes. */
static void
above_codes(struct guide *guide)
{
    struct slip *slip = guide->slip;
    slip->code_title = xstrdup(own_message(guide, "code.title"));
    slip->code_title_japanese = xstrdup(japanese_message(guide, "code.title"));
    slip->code_words = xstrdup(own_message(guide, "slip.code"));
    slip->code_words_japanese = xstrdup(japanese_message(guide, "slip.code"));
}

/* A guide that went wrong gives no slip. */
static int
end(struct guide *guide, const char *language_before, struct slip **ret)
{
    (void)i18n_use(guide->words, language_before);
    if (guide->r < 0) {
        slip_free(guide->slip);
        return guide->r;
    }
    *ret = guide->slip;
    return 0;
}

int
slip_new(const struct slip_about *about, const struct interview *interview, struct slip **ret)
{
    const char *before = i18n_current(about->words)->code;
    struct guide guide = {.words = about->words, .slip = xcalloc(1, sizeof(*guide.slip))};
    head(&guide, about->language, about->number,
        slip_title(procedure_info(interview_procedure(interview)).kind));
    above_codes(&guide);
    guide.slip->code = xstrdup(about->number);
    guide.slip->made = about->made;
    fill(&guide, interview, about->fee);
    return end(&guide, before, ret);
}

/* The time of the day in both languages. */
static void
add_until(struct guide *guide, const char *until)
{
    AUTO_BUF own;
    AUTO_BUF japanese;
    buf_init(&own, TEXT_MAX);
    buf_init(&japanese, TEXT_MAX);
    (void)i18n_use(guide->words, guide->code);
    (void)i18n_format(guide->words, &own, "pause.until", "time", until, NULL);
    (void)i18n_use(guide->words, "ja");
    (void)i18n_format(guide->words, &japanese, "pause.until", "time", until, NULL);
    add(guide, PRINT_SLIP_HEADING, buf_str(&own), buf_str(&japanese));
}

int
slip_ticket_new(const struct slip_ticket *about, struct slip **ret)
{
    const char *before = i18n_current(about->words)->code;
    const char *const items[] = {
        "pause.how", about->card ? "pause.card" : NULL, "pause.keep", "attract.place"};
    struct guide guide = {.words = about->words, .slip = xcalloc(1, sizeof(*guide.slip))};
    head(&guide, about->language, about->number, "pause.title");
    guide.slip->ticket = true;
    guide.slip->code = about->code != NULL ? xstrdup(about->code) : NULL;
    guide.slip->made = about->made;
    add_until(&guide, about->until);
    for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
        if (items[i] != NULL) {
            add(&guide, PRINT_SLIP_ITEM, own_message(&guide, items[i]),
                japanese_message(&guide, items[i]));
        }
    }
    return end(&guide, before, ret);
}

void
slip_free(struct slip *slip)
{
    if (slip == NULL) {
        return;
    }
    for (size_t i = 0; i < slip->count; i++) {
        wipe_text(slip->lines[i].own);
        wipe_text(slip->lines[i].japanese);
    }
    for (size_t i = 0; i < slip->code_count; i++) {
        wipe_text(slip->codes[i]);
    }
    char *const texts[] = {slip->language, slip->title, slip->title_japanese, slip->code_title,
        slip->code_title_japanese, slip->code_words, slip->code_words_japanese, slip->code,
        slip->number_words};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        wipe_text(texts[i]);
    }
    explicit_bzero(slip, sizeof(*slip));
    free(slip);
}

size_t
slip_count(const struct slip *slip)
{
    return slip->count;
}

const struct print_slip_line *
slip_at(const struct slip *slip, size_t index)
{
    return &slip->lines[index];
}

int
slip_pdf(const struct slip *slip, struct print *print, struct buf *ret_pdf)
{
    const char *codes[SLIP_CODES_MAX];
    for (size_t i = 0; i < slip->code_count; i++) {
        codes[i] = slip->codes[i];
    }
    const struct print_slip_line above[] = {
        {PRINT_SLIP_HEADING, slip->code_title, slip->code_title_japanese},
        {PRINT_SLIP_TEXT, slip->code_words, slip->code_words_japanese}};
    const struct print_slip paper = {.language = slip->language,
        .title = slip->title,
        .title_japanese = slip->title_japanese,
        .code = slip->code,
        .ticket = slip->ticket,
        .number_words = slip->number_words,
        .lines = slip->lines,
        .line_count = slip->count,
        .codes = codes,
        .code_count = slip->code_count,
        .above_codes = above,
        .above_count = sizeof(above) / sizeof(above[0])};
    struct print_document *document;
    int r = print_begin(print, slip->title, slip->made, &document);
    if (r == 0) {
        (void)print_add_slip(document, &paper); /* told by the end */
        r = print_end(document, ret_pdf);
    }
    return r;
}
