/* desk/paper.c - what is printed of a record: its forms, filled, in the order in which the counters want them. Which fields a
 * form has, and how wide they are, stands in assets/forms; here they become cells of a page: neighbours whose labels begin
 * with the same word ("請求者 氏名") stand under that word, boxes to tick with the same question ("曜日：月曜日") in one cell. */
#include "desk_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/hex.h"
#include "base/log.h"
#include "print/print.h"

enum {
    FORMS_MAX = 60, /* of one record */
    POOL_MAX = 1024 * 1024,
    HALF = PRINT_SHARES / 2,
    VALUE_TEXT_MAX = 64 * 1024,
    WORDS_SMALL = 24, /* bytes: eight kanji */
    BATCH_ROWS = 50
};

/* One field as the form told it, its words kept in a pool of bytes. */
struct paper_field {
    const char *label, *value;
    size_t ticks; /* index of the first */
    size_t tick_count;
    bool tick; /* a box of its own */
    bool seal;
    const char *strokes; /* of a signature, or NULL */
    int width, comb, row;
    const char *rows; /* the content's; NULL outside */
};
struct paper {
    struct desk *desk;
    const char *procedure; /* of the record */
    char pool[POOL_MAX]; /* never moves: cells point into it */
    size_t used;
    struct paper_field fields[PRINT_CELLS_MAX];
    size_t count;
    struct print_tick ticks[PRINT_CELLS_MAX];
    size_t tick_count;
    struct print_cell cells[PRINT_CELLS_MAX];
    struct print_tick cell_ticks[PRINT_CELLS_MAX];
    size_t cell_count, cell_tick_count;
    int failed;
};

static const char *
keep(struct paper *paper, const char *text, size_t len)
{
    if (len >= POOL_MAX - paper->used) {
        paper->failed = KERR_TOO_BIG;
        return "";
    }
    char *at = paper->pool + paper->used;
    memcpy(at, text, len);
    at[len] = 0;
    paper->used += len + 1;
    return at;
}

static const char *
keep_text(struct paper *paper, const char *text)
{
    return keep(paper, text, strlen(text));
}

/* ---- hearing the fields ---- */

static void
hear_ticks(struct paper *paper, const struct procedure_field *field, struct paper_field *kept_field)
{
    bool yes_no = field->type == QUESTION_YES_NO && field->choice_count == 0;
    size_t count = yes_no ? 2 : field->choice_count;
    if (field->row > 0) {
        return; /* a column of a table says the answer alone */
    }
    if (paper->tick_count + count > PRINT_CELLS_MAX) {
        paper->failed = KERR_TOO_BIG;
        return;
    }
    kept_field->ticks = paper->tick_count;
    kept_field->tick_count = count;
    for (size_t i = 0; i < count; i++) {
        const char *name = i == 0 ? "yes" : "no";
        const char *words = yes_no ? desk_word_of(paper->desk->assets, "value.", name, name)
                                   : field->choices[i].words.source;
        bool ticked = yes_no ? strcmp(field->value, name) == 0 : field->choices[i].chosen;
        paper->ticks[paper->tick_count++] =
            (struct print_tick){.words = keep_text(paper, words), .ticked = ticked};
    }
}

static const char *
hear_value(
    struct paper *paper, const struct procedure_field *field, const struct question *question)
{
    AUTO_BUF text;
    buf_init(&text, VALUE_TEXT_MAX);
    if (field->value[0] == 0) {
        return "";
    }
    desk_value_text(paper->desk, &text, question, field->value);
    return keep_text(paper, buf_str(&text));
}

static void
hear(const struct procedure_field *field, void *ctx)
{
    struct paper *paper = ctx;
    if (paper->count == PRINT_CELLS_MAX) {
        paper->failed = KERR_TOO_BIG;
        return;
    }
    struct paper_field *room = &paper->fields[paper->count++];
    *room = (struct paper_field){.label = keep_text(paper, field->label),
        .value = "",
        .tick = field->tick,
        .seal = field->seal,
        .width = field->width,
        .comb = field->comb,
        .row = field->row,
        .rows = field->rows};
    struct question question = {.type = field->type};
    if (field->key != NULL) { /* an answer as it was given; others follow from answers */
        (void)procedure_fact_words(
            paper->desk->config.procedures, paper->procedure, field->key, &question);
    }
    if (question.type == QUESTION_SIGNATURE && strchr(field->value, ',') != NULL) {
        room->strokes = keep_text(paper, field->value); /* not to be signed at the counter */
    } else if (!field->tick) {
        hear_ticks(paper, field, room);
        room->value = hear_value(paper, field, &question);
    } else if (paper->tick_count < PRINT_CELLS_MAX) {
        room->ticks = paper->tick_count;
        room->tick_count = 1;
        paper->ticks[paper->tick_count++] =
            (struct print_tick){.words = "", .ticked = field->ticked};
    } else {
        paper->failed = KERR_TOO_BIG;
    }
}

/* ---- cells ---- */

static const char tick_sign[] = "：";

/* "請求者 氏名": how long the first word is, 0 for a label of one. */
static size_t
section_len(const char *label)
{
    size_t len = strcspn(label, " ");
    return label[len] == ' ' ? len : 0;
}

/* "曜日：月曜日": how long the question is, 0 when there is none. */
static size_t
question_len(const char *label)
{
    const char *sign = strstr(label, tick_sign);
    return sign != NULL ? (size_t)(sign - label) : 0;
}

static bool
same_beginning(const struct paper *paper, size_t a, size_t b, size_t (*len)(const char *label))
{
    const char *one = paper->fields[a].label;
    const char *other = paper->fields[b].label;
    size_t n = len(one);
    return n > 0 && len(other) == n && memcmp(one, other, n) == 0 &&
           paper->fields[a].rows == paper->fields[b].rows;
}

/* The section of a field: its first word when a neighbour has the same. */
static const char *
section_of(struct paper *paper, size_t index)
{
    bool with = index > 0 && same_beginning(paper, index, index - 1, section_len);
    with =
        with || (index + 1 < paper->count && same_beginning(paper, index, index + 1, section_len));
    if (!with) {
        return "";
    }
    const char *label = paper->fields[index].label;
    return keep(paper, label, section_len(label));
}

static int
share_of(const struct paper *paper, const struct paper_field *field)
{
    if (field->width > 0) {
        return field->width;
    }
    if (field->row > 0 || field->tick_count == 0) {
        return HALF;
    }
    size_t bytes = 0;
    for (size_t i = 0; i < field->tick_count; i++) {
        bytes += strlen(paper->ticks[field->ticks + i].words);
    }
    return bytes > 2 * (size_t)WORDS_SMALL ? PRINT_SHARES : HALF;
}

/* The boxes of neighbours with one question become one cell; returns how many fields those are. */
static size_t
gather_ticks(struct paper *paper, size_t index, struct print_cell *cell)
{
    const char *label = paper->fields[index].label;
    size_t len = question_len(label);
    size_t count = 0;
    cell->label = len > 0 ? keep(paper, label, len) : label;
    cell->ticks = &paper->cell_ticks[paper->cell_tick_count];
    cell->share = PRINT_SHARES;
    do {
        const struct paper_field *field = &paper->fields[index + count];
        const char *words = field->label + (len > 0 ? len + strlen(tick_sign) : 0);
        paper->cell_ticks[paper->cell_tick_count++] =
            (struct print_tick){.words = words, .ticked = paper->ticks[field->ticks].ticked};
        cell->tick_count++;
        count++;
    } while (index + count < paper->count && paper->fields[index + count].tick &&
             cell->tick_count < PRINT_TICKS_MAX &&
             paper->fields[index + count].row == paper->fields[index].row &&
             same_beginning(paper, index, index + count, question_len));
    return count;
}

static void
own_ticks(struct paper *paper, const struct paper_field *field, struct print_cell *cell)
{
    cell->ticks = &paper->cell_ticks[paper->cell_tick_count];
    cell->tick_count = field->tick_count;
    for (size_t i = 0; i < field->tick_count; i++) {
        paper->cell_ticks[paper->cell_tick_count++] = paper->ticks[field->ticks + i];
    }
}

static void
make_cells(struct paper *paper)
{
    const char *plain = desk_word(paper->desk->assets, "group.answers");
    bool named = false; /* the answers that belong to nobody in particular, once */
    int tables = 0;
    for (size_t i = 0; i < paper->count;) {
        const struct paper_field *field = &paper->fields[i];
        const struct print_cell *before =
            paper->cell_count > 0 ? &paper->cells[paper->cell_count - 1] : NULL;
        struct print_cell *cell = &paper->cells[paper->cell_count++];
        /* a group of entries may come twice in a form, apart */
        tables += field->rows != NULL && (i == 0 || field[-1].rows != field->rows) ? 1 : 0;
        int table = field->rows != NULL ? tables : 0;
        const char *section = section_of(paper, i);
        bool begins = section[0] == 0 && (before == NULL || before->section != plain) && !named;
        named = named || begins;
        bool goes_on = section[0] == 0 && before != NULL && before->section == plain;
        *cell = (struct print_cell){.section = begins || goes_on ? plain : section,
            .label = field->label + (section[0] != 0 ? section_len(field->label) + 1 : 0),
            .value = field->value,
            .comb = field->comb,
            .seal = field->seal,
            .strokes = field->strokes,
            .share = share_of(paper, field),
            .table = table,
            .row = field->row};
        if (table != 0 && before != NULL && before->table == table && before->row == cell->row) {
            cell->section = before->section; /* an entry is one thing, whatever its labels are */
        }
        if (field->tick) {
            i += gather_ticks(paper, i, cell);
            continue;
        }
        own_ticks(paper, field, cell);
        i++;
    }
}

/* ---- forms ---- */

static int
add_form(struct paper *paper, struct print_document *document, const struct record *record,
    const char *id, const char *received)
{
    const struct record_head *head = record_head(record);
    struct procedure_form info;
    AUTO_BUF number;
    buf_init(&number, 64);
    (void)i18n_receipt_number(&number, head->number);
    const struct procedure_set *procedures = paper->desk->config.procedures;
    if (!procedure_form(procedures, id, &info)) {
        return KERR_NOT_FOUND;
    }
    paper->count = paper->tick_count = paper->cell_count = paper->cell_tick_count = 0;
    explicit_bzero(paper->pool, paper->used);
    paper->used = 0;
    int r =
        procedure_form_fill(procedures, id, record_facts(record), head->submitted_at, hear, paper);
    r = r < 0 ? r : paper->failed;
    if (r < 0) {
        return r;
    }
    make_cells(paper);
    if (paper->failed < 0) {
        return paper->failed;
    }
    const char *const office[] = {desk_word(paper->desk->assets, "paper.office.received"),
        desk_word(paper->desk->assets, "paper.office.checked"),
        desk_word(paper->desk->assets, "paper.office.entered"),
        desk_word(paper->desk->assets, "paper.office.note")};
    const struct print_form form = {.title = info.title,
        .follows = info.follows,
        .to = desk_word(paper->desk->assets, "paper.to"),
        .number = head->number,
        .number_words = buf_str(&number),
        .received = received,
        .office = office,
        .office_count = ARRAY_LEN(office),
        .cells = paper->cells,
        .cell_count = paper->cell_count};
    return print_add_form(document, &form);
}

/* "受付 令和8年（2026年）11月22日" */
static void
received_words(const struct paper *paper, int64_t at, struct buf *out)
{
    char day[CLOCK_DAY_LEN];
    clock_day_text(clock_japan_day(at), day);
    (void)buf_printf(out, "%s ", desk_word(paper->desk->assets, "paper.received"));
    (void)i18n_date(paper->desk->config.words, out, day);
}

int
desk_forms(struct desk *desk, const struct record *record, struct buf *ret_pdf)
{
    const struct record_head *head = record_head(record);
    const struct procedure *procedure = procedure_find(desk->config.procedures, head->procedure);
    const char *ids[FORMS_MAX];
    AUTO_BUF received;
    buf_init(&received, 512);
    if (procedure == NULL) {
        return KERR_NOT_FOUND;
    }
    size_t count = procedure_forms(procedure, record_facts(record), ids, FORMS_MAX);
    if (count == 0) {
        return KERR_NOT_FOUND;
    }
    struct paper *paper = xcalloc(1, sizeof(*paper));
    paper->desk = desk;
    paper->procedure = head->procedure;
    received_words(paper, head->submitted_at, &received);
    struct print_document *document = NULL;
    int r = count > FORMS_MAX ? KERR_TOO_BIG
                              : print_begin(desk->print, procedure_info(procedure).title.source,
                                    head->submitted_at, &document);
    for (size_t i = 0; r == 0 && i < count; i++) {
        r = add_form(paper, document, record, ids[i], buf_str(&received));
    }
    if (document != NULL) {
        int ended = print_end(document, ret_pdf);
        r = r < 0 ? r : ended;
    }
    explicit_bzero(paper, sizeof(*paper));
    free(paper);
    return r;
}

static int
papers(struct desk *desk, enum desk_paper paper, const struct record *record, struct buf *ret_pdf)
{
    return paper == DESK_PAPER_SLIP ? desk_slip(desk, record, ret_pdf)
                                    : desk_forms(desk, record, ret_pdf);
}

int
desk_paper_of(
    struct desk *desk, enum desk_paper paper, const uint8_t id[LEDGER_ID_LEN], struct buf *ret_pdf)
{
    struct ledger_entry entry;
    const char *reason = NULL;
    AUTO_BUF envelope;
    buf_init(&envelope, LEDGER_ENVELOPE_MAX);
    int r = ledger_get(desk->ledger, id, &entry, &envelope);
    if (r < 0) {
        return r;
    }
    struct record *record =
        desk_open_record(&desk->config, &entry, envelope.data, envelope.len, &reason);
    r = record != NULL ? desk_corrected(desk, id, &record) : KERR_SEAL_OPEN;
    r = r == 0 ? papers(desk, paper, record, ret_pdf) : r;
    record_free(record);
    return r;
}

/* ---- all that is not done yet ---- */

struct batch {
    struct desk desk; /* what of it is needed here */
    const char *folder;
    size_t count;
    uint64_t oldest; /* position of the last one seen */
    bool unread;
    int left_out; /* why the last one could not be printed, or 0 */
};

static int
write_paper(struct batch *batch, enum desk_paper paper, const struct record *record)
{
    const struct record_head *head = record_head(record);
    char name[RECORD_NUMBER_LEN + 2 * RECORD_ID_LEN + 16];
    char id[2 * RECORD_ID_LEN + 1]; /* numbers come again after years, ids never */
    bool slip = paper == DESK_PAPER_SLIP;
    AUTO_BUF pdf;
    buf_init(&pdf, DESK_PAPER_MAX);
    int r = papers(&batch->desk, paper, record, &pdf);
    if (r == KERR_NOT_FOUND) {
        return 0; /* it has no forms */
    }
    if (r == KERR_TOO_BIG || r == KERR_INVALID) { /* one that can't be printed holds up no other */
        LOG(LOG_ERROR, "desk.print", LOG_HEX("id", head->id, RECORD_ID_LEN), LOG_ERR(r));
        batch->left_out = r;
        return 0;
    }
    hex_encode(head->id, RECORD_ID_LEN, id);
    (void)snprintf(name, sizeof(name), "%s-%.8s%s.pdf", head->number, id, slip ? "-slip" : "");
    char *path = fs_join(batch->folder, name);
    r = r < 0 ? r : fs_write_atomic(path, pdf.data, pdf.len, 0600);
    free(path);
    batch->count += r == 0 ? 1 : 0;
    return r;
}

static int
each_new(const struct ledger_entry *entry, const uint8_t *envelope, size_t len, void *ctx)
{
    struct batch *batch = ctx;
    const char *reason = NULL;
    batch->oldest = entry->position;
    if (strcmp(entry->state, "done") == 0 || strcmp(entry->state, "back") == 0) {
        return 0;
    }
    struct record *record = desk_open_record(&batch->desk.config, entry, envelope, len, &reason);
    batch->unread = batch->unread || record == NULL;
    int r = record != NULL ? desk_corrected(&batch->desk, entry->id, &record) : 0;
    r = record != NULL && r == 0 ? write_paper(batch, DESK_PAPER_FORMS, record) : r;
    r = record != NULL && r == 0 ? write_paper(batch, DESK_PAPER_SLIP, record) : r;
    record_free(record);
    return r;
}

int
desk_print(const struct desk_config *config, const char *folder, size_t *ret_count)
{
    struct batch batch = {.desk = {.config = *config}, .folder = folder};
    uint64_t newest = 0;
    uint64_t changes = 0;
    int r = desk_assets_load(config->pages, &batch.desk.assets);
    r = r < 0 ? r : print_new(config->fonts, &batch.desk.print);
    r = r < 0 ? r : ledger_open(config->ledger, &batch.desk.ledger);
    r = r < 0 ? r : ledger_newest(batch.desk.ledger, &newest, &changes);
    batch.oldest = newest + 1;
    for (uint64_t before = 0; r == 0 && batch.oldest > 1 && batch.oldest != before;) {
        before = batch.oldest;
        r = ledger_list(batch.desk.ledger, before, BATCH_ROWS, each_new, &batch);
    }
    ledger_close(batch.desk.ledger);
    print_free(batch.desk.print);
    desk_assets_free(batch.desk.assets);
    *ret_count = batch.count;
    r = r == 0 ? batch.left_out : r;
    return r == 0 && batch.unread ? KERR_SEAL_OPEN : r;
}
