/* desk/table.c - records as CSV for other systems, and the report of what could not be written as it came. */
#include "hand_priv.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "base/utf8.h"

static const char utf8_mark[] = "\xEF\xBB\xBF";
static const char no_such[] = "\x81\xAC"; /* 〓 in CP932: a sign that is not there */

void
desk_table_tell(struct desk_table *table, const char *field, const char *what,
    const char *character, size_t len, const char *instead)
{
    AUTO_BUF codes;
    buf_init(&codes, 8 * FACT_VALUE_MAX);
    if (table->report == NULL) {
        return;
    }
    for (size_t at = 0; strcmp(what, "hand.report.column") != 0 && at < len;) {
        uint32_t code = utf8_next(character, len, &at);
        (void)buf_printf(&codes, "%sU+%04" PRIX32, codes.len > 0 ? " " : "", code);
    }
    const char *word = desk_word(table->desk->assets, what);
    desk_csv_cell(table->report, table->number, true);
    desk_csv_cell(table->report, field, false);
    desk_csv_cell(table->report, word, false);
    desk_csv_cell_of(table->report, character, len, false);
    desk_csv_cell(table->report, buf_str(&codes), false);
    desk_csv_cell(table->report, instead, false);
    (void)buf_add_str(table->report, "\r\n");
}

void
desk_table_begin(struct desk_table *table)
{
    static const char *const heads[] = {"hand.report.number", "hand.report.field",
        "hand.report.what", "hand.report.character", "hand.report.code", "hand.report.instead"};
    if (table->fit == NULL) {
        (void)buf_add_str(table->out, utf8_mark);
    }
    if (table->report != NULL && table->report->len == 0) {
        (void)buf_add_str(table->report, utf8_mark);
        for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
            const char *word = desk_word(table->desk->assets, heads[i]);
            desk_csv_cell(table->report, word, i == 0);
        }
        (void)buf_add_str(table->report, "\r\n");
    }
}

/* What the table says is written instead; it was checked to fit when the files were (kioskctl check), and is not
 * written when it does not. As any other text it neither ends the cell nor begins a formula. */
static bool
write_instead(struct desk_table *table, const char *instead, bool first)
{
    char nothing[DESK_INSTEAD_MAX];
    AUTO_BUF bytes;
    buf_init(&bytes, 2 * DESK_INSTEAD_MAX + 1);
    (void)buf_add_str(&bytes, first && desk_csv_is_formula(instead) ? "'" : "");
    for (size_t step, len = strlen(instead); len > 0; instead += step, len -= step) {
        step = desk_character_len(instead, len);
        (void)buf_add_str(&bytes, *instead == '"' ? "\"" : "");
        if (desk_fit_character(table->fit, instead, step, &bytes, nothing) != DESK_FITS) {
            return false;
        }
    }
    return bytes.len > 0 && buf_error(&bytes) == 0 &&
           buf_add(table->out, bytes.data, bytes.len) == 0;
}

static void
fitted_character(struct desk_table *table, const char *text, size_t len, bool first)
{
    char instead[DESK_INSTEAD_MAX];
    switch (desk_fit_character(table->fit, text, len, table->out, instead)) {
    case DESK_FITS:
        break;
    case DESK_FITS_TWIN:
        desk_table_tell(table, table->field, "hand.report.twin", text, len, "");
        break;
    case DESK_FITS_NOT:
        if (table->substitute && write_instead(table, instead, first)) {
            desk_table_tell(table, table->field, "hand.report.written", text, len, instead);
            if (first && desk_csv_is_formula(instead)) {
                desk_table_tell(table, table->field, "hand.report.formula", text, len, "'");
            }
        } else {
            (void)buf_add_str(table->out, no_such);
            desk_table_tell(table, table->field, "hand.report.unfit", text, len, instead);
        }
        break;
    }
    explicit_bzero(instead, sizeof(instead));
}

void
desk_table_cell(struct desk_table *table, const char *text)
{
    AUTO_BUF cell;
    buf_init(&cell, DESK_PAGE_MAX);
    if (desk_csv_is_formula(text)) {
        (void)buf_add_byte(&cell, '\'');
        size_t len = desk_character_len(text, strlen(text));
        desk_table_tell(table, table->field, "hand.report.formula", text, len, "'");
    }
    (void)buf_add_str(&cell, text);
    if (table->fit == NULL) {
        desk_csv_cell(table->out, buf_str(&cell), !table->inside);
    } else {
        const char *at = buf_str(&cell);
        (void)buf_add_str(table->out, table->inside ? ",\"" : "\"");
        for (size_t step, len = cell.len; len > 0; at += step, len -= step) {
            step = desk_character_len(at, len);
            (void)buf_add_str(table->out, *at == '"' ? "\"" : "");
            fitted_character(table, at, step, at == buf_str(&cell));
        }
        (void)buf_add_byte(table->out, '"');
    }
    table->inside = true;
    if (buf_error(&cell) != 0) {
        table->out->failed = buf_error(&cell); /* a table is whole or it is not given */
    }
}

void
desk_table_end_row(struct desk_table *table)
{
    (void)buf_add_str(table->out, "\r\n");
    table->inside = false;
}

/* ---- records ---- */

/* Columns that every table has, before those of its procedure. The state is none of them: it goes on changing, and a batch
 * gives the same bytes again. */
static const char *const heads[] = {"hand.head.number", "hand.head.id", "hand.head.procedure",
    "hand.head.title", "hand.head.submitted", "hand.head.received", "hand.head.kiosk",
    "hand.head.language"};

void
desk_hand_head(struct desk_table *table, const struct desk_layout *layout)
{
    table->number = table->field = "";
    for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
        desk_table_cell(table, desk_word(table->desk->assets, heads[i]));
    }
    for (size_t i = 0; i < layout->count; i++) {
        desk_table_cell(table, layout->columns[i].name);
    }
    desk_table_end_row(table);
}

void
desk_japan_time(int64_t at, char out[DESK_TIME_LEN])
{
    struct clock_date date = clock_japan(at);
    (void)snprintf(out, DESK_TIME_LEN, "%04d-%02d-%02dT%02d:%02d:%02d+09:00", date.year % 10000,
        date.month % 100, date.day % 100, date.hour % 100, date.minute % 100,
        (int)(((at % 60) + 60) % 60));
}

void
desk_hand_row(struct desk_table *table, const struct desk_layout *layout,
    const struct ledger_entry *entry, const struct record *record)
{
    const struct record_head *head = record_head(record);
    const struct fact_set *facts = record_facts(record);
    struct desk_fixes fixes;
    int r = desk_fixes_read(&table->desk->config, table->desk->ledger, entry->id, &fixes);
    table->out->failed = r < 0 ? r : table->out->failed;
    const struct procedure *procedure =
        procedure_find(table->desk->config.procedures, head->procedure);
    char id[DESK_ID_LEN], submitted[DESK_TIME_LEN], received[DESK_TIME_LEN];
    hex_encode(entry->id, LEDGER_ID_LEN, id);
    desk_japan_time(head->submitted_at, submitted);
    desk_japan_time(entry->received_at, received);
    const char *const cells[] = {head->number, id, head->procedure,
        procedure != NULL ? procedure_info(procedure).title.source : "", submitted, received,
        entry->kiosk, head->language};
    table->number = head->number;
    for (size_t i = 0; i < ARRAY_LEN(cells); i++) {
        table->field = desk_word(table->desk->assets, heads[i]);
        desk_table_cell(table, cells[i]);
    }
    for (size_t i = 0; i < layout->count; i++) {
        const struct desk_column *column = &layout->columns[i];
        const struct fact *fact = fact_set_get(facts, column->key);
        const char *value = fact != NULL ? desk_fixed(&fixes, fact) : NULL;
        AUTO_BUF text;
        buf_init(&text, DESK_PAGE_MAX);
        if (value != NULL) {
            desk_column_value(table->desk, column, value, &text);
        }
        table->field = column->name;
        desk_table_cell(table, buf_str(&text));
        if (fact != NULL && strcmp(value, fact->value) != 0) {
            desk_table_tell(
                table, column->name, "hand.report.glyph", fact->value, strlen(fact->value), value);
        }
    }
    desk_fixes_free(&fixes);
    for (size_t i = 0; i < fact_set_count(facts); i++) {
        const char *key = fact_set_at(facts, i)->key;
        if (desk_layout_find(layout, key) == NULL) {
            desk_table_tell(table, key, "hand.report.column", key, strlen(key), "");
        }
    }
    desk_table_end_row(table);
}
