/* desk/slip.c - the guide slip of a record, for the visitor to take along: number, what was received, what happens next,
 * where, what to bring, what it costs. In the language of the visit, with the Japanese beside it. */
#include "desk_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"

enum { LINES_MAX = 400, TEXT_MAX = 4096 };

struct guide {
    const struct desk_config *config;
    const char *code; /* of the visit's language */
    struct print_slip_line lines[LINES_MAX];
    size_t count;
    bool full; /* there was more to tell */
    struct buf fee, fee_japanese;
};

static void
add(struct guide *guide, enum print_slip_kind kind, const char *own, const char *japanese)
{
    guide->full = guide->count == LINES_MAX;
    if (!guide->full) {
        guide->lines[guide->count++] =
            (struct print_slip_line){.kind = kind, .own = own, .japanese = japanese};
    }
}

static const char *
own_text(const struct guide *guide, const struct procedure_words *words)
{
    (void)i18n_use(guide->config->words, guide->code);
    return i18n_content(guide->config->words, words->context, words->source);
}

static void
add_content(struct guide *guide, enum print_slip_kind kind, const struct procedure_words *words)
{
    if (words->source != NULL) {
        add(guide, kind, own_text(guide, words), words->source);
    }
}

static void
add_heading(struct guide *guide, const char *message)
{
    struct i18n *words = guide->config->words;
    add(guide, PRINT_SLIP_HEADING, i18n_text_in(words, guide->code, message),
        i18n_text_in(words, "ja", message));
}

static void
add_fee(struct guide *guide, int64_t fee)
{
    struct i18n *words = guide->config->words;
    if (fee <= 0) {
        return;
    }
    add_heading(guide, "check.fee");
    (void)i18n_use(words, guide->code);
    (void)i18n_money(words, &guide->fee, fee);
    (void)i18n_use(words, "ja");
    (void)i18n_money(words, &guide->fee_japanese, fee);
    add(guide, PRINT_SLIP_TEXT, buf_str(&guide->fee), buf_str(&guide->fee_japanese));
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
fill(struct guide *guide, const struct procedure *procedure, const struct record *record)
{
    struct procedure_info info = procedure_info(procedure);
    const struct fact_set *from = record_facts(record);
    struct fact_set *facts = fact_set_new();
    for (size_t i = 0; i < fact_set_count(from); i++) {
        const struct fact *fact = fact_set_at(from, i);
        (void)fact_set_put(
            facts, fact->key, fact->value, fact->origin, fact->at); /* fits: it came from one */
    }
    struct interview *interview = interview_new(procedure, facts, guide->config->clock);
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
    add_fee(guide, record_head(record)->fee);
    interview_free(interview);
    fact_set_free(facts);
}

static const char *
tag_of(const struct guide *guide)
{
    (void)i18n_use(guide->config->words, guide->code);
    return i18n_current(guide->config->words)->tag;
}

int
desk_slip(struct desk *desk, const struct record *record, struct buf *ret_pdf)
{
    const struct desk_config *config = &desk->config;
    const struct record_head *head = record_head(record);
    const struct procedure *procedure = procedure_find(config->procedures, head->procedure);
    struct print_document *document = NULL;
    AUTO_BUF number;
    buf_init(&number, 64);
    if (procedure == NULL) {
        return KERR_NOT_FOUND;
    }
    struct guide *guide = xcalloc(1, sizeof(*guide));
    guide->config = config;
    buf_init(&guide->fee, TEXT_MAX);
    buf_init(&guide->fee_japanese, TEXT_MAX);
    guide->code = i18n_use(config->words, head->language) == 0 ? head->language : "ja";
    fill(guide, procedure, record);
    (void)i18n_receipt_number(&number, head->number);
    const struct print_slip slip = {.language = tag_of(guide),
        .title = i18n_text_in(config->words, guide->code, "accepted.title"),
        .title_japanese = i18n_text_in(config->words, "ja", "accepted.title"),
        .number = head->number,
        .number_words = buf_str(&number),
        .lines = guide->lines,
        .line_count = guide->count};
    int r = guide->full ? KERR_TOO_BIG
                        : print_begin(desk->print, slip.title, head->submitted_at, &document);
    if (r == 0) {
        (void)print_add_slip(document, &slip); /* told by the end */
        r = print_end(document, ret_pdf);
    }
    (void)i18n_use(config->words, "ja"); /* the page's own */
    buf_release(&guide->fee);
    buf_release(&guide->fee_japanese);
    free(guide);
    return r;
}
