/* program/ctl_import_form.c - the rows of an XLSForm (xlsform.org, "XLSForm reference") as the lines of a definition
 * file. Whatever is wrong with names, types or expressions the procedure room finds afterwards, so that a sheet and a
 * file are judged alike; here only what can't be written down is refused. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/err.h"
#include "ctl_import.h"

enum { KEY_ROOM = 64, EXPRESSION_MAX = 2048, TYPE_ROOM = 64 };

/* XLSForm's name of a column, in small letters with hyphens, and ours. */
static const struct {
    const char *theirs;
    const char *ours;
} keys[] = {{"form-id", "procedure"}, {"id-string", "procedure"}, {"form-title", "title"},
    {"version", "in-force"}, {"name", "ask"}, {"short", "name"},
    {"constraint-message", "otherwise"}, {"repeat-count", "count"}};

static const struct {
    const char *theirs;
    const char *ours;
} types[] = {{"integer", "number"}, {"int", "number"}, {"string", "text"}, {"select_one", "choice"},
    {"select_multiple", "several"}, {"geopoint", "place"}};

/* Keys whose values are expressions. */
static const char *const expressions[] = {
    "relevant", "constraint", "default", "settled", "min", "max", "count", "fee", "when"};
/* Keys whose values are lists: a line of the cell is an entry. */
static const char *const lists[] = {"bring", "next", "forms", "examples"};

static bool
is_among(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

/* A cell of the sheet while it is written. */
struct cell {
    struct import *import;
    const char *sheet;
    int row;
    const char *column; /* as it stands in the head */
    const char *text;
};

static int
refuse(const struct cell *cell, const char *why)
{
    (void)printf("%s: sheet %s, row %d, column %s: %s\n", cell->import->source, cell->sheet,
        cell->row, cell->column, why);
    cell->import->mistakes++;
    return KERR_INVALID;
}

void
import_note_line(struct import *import, const char *sheet, int row, const char *column)
{
    import->lines =
        xgrow(import->lines, import->line_count, &import->line_cap, sizeof(*import->lines));
    import->lines[import->line_count++] =
        (struct import_line){.sheet = sheet, .row = row, .column = column};
}

/* A scalar of YAML: plain where that can't be misread, else in single quotes; a cell's lines become one. */
static void
add_scalar(struct buf *out, const char *text)
{
    size_t plain =
        strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._/");
    if (text[0] != 0 && text[0] != '-' && text[plain] == 0) {
        (void)buf_add_str(out, text); /* errors stick in out */
        return;
    }
    (void)buf_add_byte(out, '\'');
    for (; *text != 0; text++) {
        if (*text == '\'') {
            (void)buf_add_byte(out, '\'');
        }
        if (*text != '\r') {
            (void)buf_add_byte(out, (uint8_t)(*text == '\n' ? ' ' : *text));
        }
    }
    (void)buf_add_byte(out, '\'');
}

static void
add_line(const struct cell *cell, int indent, const char *start, const char *key, const char *text)
{
    struct buf *out = &cell->import->out;
    import_note_line(cell->import, cell->sheet, cell->row, cell->column);
    (void)buf_printf(out, "%*s%s", indent, "", start); /* errors stick in out */
    add_scalar(out, key); /* a choice's value or a column's name may be anything */
    (void)buf_add_str(out, text != NULL ? ": " : ":");
    if (text != NULL) {
        add_scalar(out, text);
    }
    (void)buf_add_byte(out, '\n');
}

/* XLSForm's way of writing an expression into ours: ${name}, the point that means the question itself, today(),
 * count-selected(). Texts in quotes stay, in single ones. */
static void
add_expression(struct buf *out, const char *text, const char *self)
{
    static const struct {
        const char *theirs;
        const char *ours;
    } words[] = {
        {"today()", "today"}, {"count-selected(", "count("}, {"true()", "yes"}, {"false()", "no"}};
    char before = ' ';
    while (*text != 0) {
        size_t len = 1;
        if (*text == '"' || *text == '\'') {
            len = strcspn(text + 1, text[0] == '"' ? "\"" : "'") + 1;
            (void)buf_printf(out, "'%.*s'", (int)(len - 1), text + 1);
            len += text[len] != 0 ? 1 : 0;
        } else if (text[0] == '$' && text[1] == '{') {
            len = strcspn(text, "}");
            (void)buf_printf(out, "%.*s", (int)(len - 2), text + 2);
            len += text[len] != 0 ? 1 : 0;
        } else if (text[0] == '.' && strchr(" (", before) != NULL &&
                   strchr(" )<>=!", text[1]) != NULL) {
            (void)buf_add_str(out, self);
        } else {
            const char *ours = NULL;
            for (size_t i = 0; ours == NULL && i < ARRAY_LEN(words); i++) {
                if (strncmp(text, words[i].theirs, strlen(words[i].theirs)) == 0) {
                    ours = words[i].ours;
                    len = strlen(words[i].theirs);
                }
            }
            (void)(ours != NULL ? buf_add_str(out, ours) : buf_add_byte(out, (uint8_t)*text));
        }
        before = text[len - 1];
        text += len;
    }
}

/* A list has a line for each entry; ids may stand in one line with commas. */
static void
add_list(const struct cell *cell, int indent, const char *key)
{
    const char *ends = strcmp(key, "bring") == 0 || strcmp(key, "forms") == 0 ? "\n, " : "\n";
    add_line(cell, indent, "", key, NULL);
    for (const char *at = cell->text; *at != 0;) {
        size_t len = strcspn(at, ends);
        if (len > 0) {
            char *entry = xstrndup(at, at[len - 1] == '\r' ? len - 1 : len);
            import_note_line(cell->import, cell->sheet, cell->row, cell->column);
            (void)buf_printf(&cell->import->out, "%*s- ", indent + 2, "");
            add_scalar(&cell->import->out, entry);
            (void)buf_add_byte(&cell->import->out, '\n');
            free(entry);
        }
        at += len + (at[len] != 0 ? 1 : 0);
    }
}

static const char *
yes_or_no(const char *text)
{
    static const char *const yes[] = {"yes", "true", "TRUE", "true()", "1", "Yes", "はい"};
    static const char *const no[] = {"no", "false", "FALSE", "false()", "0", "No", "いいえ"};
    return is_among(yes, ARRAY_LEN(yes), text) ? "yes"
           : is_among(no, ARRAY_LEN(no), text) ? "no"
                                               : text;
}

/* One filled cell as a key of the file; self is the question that it belongs to. */
static void
add_key(const struct cell *cell, int indent, const char *key, const char *self)
{
    static const char *const flags[] = {
        "required", "personal", "dont-know", "anonymous", "keep", "hidden"};
    if (is_among(lists, ARRAY_LEN(lists), key)) {
        add_list(cell, indent, key);
    } else if (is_among(flags, ARRAY_LEN(flags), key)) {
        add_line(cell, indent, "", key, yes_or_no(cell->text));
    } else if (is_among(expressions, ARRAY_LEN(expressions), key)) {
        AUTO_BUF text;
        buf_init(&text, EXPRESSION_MAX);
        add_expression(&text, cell->text, self);
        add_line(cell, indent, "", key, buf_str(&text));
    } else {
        add_line(cell, indent, "", key, cell->text);
    }
}

/* The key of a column: small letters, hyphens, without the language that is ours ("label::Japanese (ja)"). "" for
 * another language's column: translations stand in catalogs. */
static void
key_of_column(const char *head, char out[KEY_ROOM])
{
    size_t len = strcspn(head, ":");
    if (strncmp(head + len, "::", 2) == 0 && strstr(head + len, "ja") == NULL &&
        strstr(head + len, "Japanese") == NULL && strstr(head + len, "日本語") == NULL) {
        len = 0;
    }
    len = len < KEY_ROOM ? len : KEY_ROOM - 1;
    for (size_t i = 0; i < len; i++) {
        char c = head[i];
        out[i] = (char)(c == '_' || c == ' ' ? '-' : c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    out[len] = 0;
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        if (strcmp(out, keys[i].theirs) == 0) {
            (void)snprintf(out, KEY_ROOM, "%s", keys[i].ours);
            return;
        }
    }
}

/* The first row that is not empty; *ret_next is the one behind it. */
static const struct table_row *
head_of(const struct table *table, size_t *ret_next)
{
    for (size_t i = 0; i < table->count; i++) {
        for (size_t k = 0; k < table->rows[i].count; k++) {
            if (table->rows[i].cells[k][0] != 0) {
                *ret_next = i + 1;
                return &table->rows[i];
            }
        }
    }
    *ret_next = table->count;
    return NULL;
}

/* The cell of this column in a row, by the column's name here; its text is "" when there is none. */
static struct cell
cell_of(struct import *import, const char *sheet, const struct table_row *head,
    const struct table_row *row, const char *key)
{
    struct cell cell = {
        .import = import, .sheet = sheet, .row = row->number, .column = key, .text = ""};
    for (size_t i = 0; i < head->count; i++) {
        char own[KEY_ROOM];
        key_of_column(head->cells[i], own);
        if (strcmp(own, key) == 0) {
            cell.column = head->cells[i];
            cell.text = table_cell(row, i);
            return cell;
        }
    }
    return cell;
}

/* All filled cells of a row but those that are written elsewhere. */
static void
add_row(struct import *import, const char *sheet, const struct table_row *head,
    const struct table_row *row, int indent, const char *self)
{
    static const char *const elsewhere[] = {
        "", "type", "ask", "procedure", "list-name", "door", "appearance", "choice-filter"};
    for (size_t i = 0; i < head->count; i++) {
        char key[KEY_ROOM];
        key_of_column(head->cells[i], key);
        struct cell cell = {.import = import,
            .sheet = sheet,
            .row = row->number,
            .column = head->cells[i],
            .text = table_cell(row, i)};
        if (cell.text[0] != 0 && !is_among(elsewhere, ARRAY_LEN(elsewhere), key)) {
            add_key(&cell, indent, key, self);
        }
    }
}

static int
add_settings(struct import *import)
{
    size_t next;
    const struct table_row *head = head_of(&import->settings, &next);
    struct cell none = {.import = import, .sheet = "settings", .row = 1, .column = "form_id"};
    if (head == NULL || next >= import->settings.count) {
        return refuse(&none, "a row with the names of the settings, and one with their values");
    }
    const struct table_row *row = &import->settings.rows[next];
    struct cell id = cell_of(import, "settings", head, row, "procedure");
    if (id.text[0] == 0 || strlen(id.text) > IMPORT_ID_MAX ||
        strspn(id.text, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(id.text)) {
        return refuse(&id, "the id of the service: small letters, digits and hyphens");
    }
    (void)snprintf(import->id, sizeof(import->id), "%s", id.text);
    import->door = cell_of(import, "settings", head, row, "door").text;
    add_line(&id, 0, "", "procedure", import->id);
    add_row(import, "settings", head, row, 0, "");
    return 0;
}

/* The entries of one list of the sheet "choices". */
static int
add_choices(const struct cell *type, const char *list, int indent)
{
    struct import *import = type->import;
    size_t next;
    const struct table_row *head = head_of(&import->choices, &next);
    size_t found = 0;
    for (size_t i = next; head != NULL && i < import->choices.count; i++) {
        const struct table_row *row = &import->choices.rows[i];
        if (strcmp(cell_of(import, "choices", head, row, "list-name").text, list) != 0) {
            continue;
        }
        if (found++ == 0) {
            add_line(type, indent, "", "choices", NULL);
        }
        struct cell value = cell_of(import, "choices", head, row, "ask");
        add_line(&value, indent + 2, "", value.text, NULL);
        add_row(import, "choices", head, row, indent + 4, "");
    }
    return found > 0 ? 0 : refuse(type, "the sheet choices has no such list");
}

/* "select_one animals": the type, and what stands behind it. */
static const char *
split_type(const char *text, char out[TYPE_ROOM])
{
    size_t len = strcspn(text, " ");
    (void)snprintf(out, TYPE_ROOM, "%.*s", (int)len, text);
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        if (strcmp(out, types[i].theirs) == 0) {
            (void)snprintf(out, TYPE_ROOM, "%s", types[i].ours);
        }
    }
    return text + len + strspn(text + len, " ");
}

static int
add_question(
    struct import *import, const struct table_row *head, const struct table_row *row, int indent)
{
    struct cell name = cell_of(import, "survey", head, row, "ask");
    struct cell type = cell_of(import, "survey", head, row, "type");
    char ours[TYPE_ROOM];
    const char *list = split_type(type.text, ours);
    import->questions++;
    add_line(&name, indent, "- ", "ask", name.text);
    if (ours[0] != 0 && strcmp(ours, "fact") != 0) {
        add_line(&type, indent + 2, "", "type", strcmp(list, "yes_no") == 0 ? "yes-no" : ours);
    }
    add_row(import, "survey", head, row, indent + 2, name.text);
    bool choices = strcmp(ours, "choice") == 0 || strcmp(ours, "several") == 0;
    return choices && list[0] != 0 && strcmp(list, "yes_no") != 0
               ? add_choices(&type, list, indent + 2)
               : 0;
}

static bool
is_row(const char *type, const char *begin_or_end, const char *what)
{
    size_t len = strlen(begin_or_end);
    return strncmp(type, begin_or_end, len) == 0 && (type[len] == ' ' || type[len] == '_') &&
           strcmp(type + len + 1, what) == 0;
}

static void
begin_repeat(struct import *import, const struct table_row *head, const struct table_row *row)
{
    struct cell name = cell_of(import, "survey", head, row, "ask");
    struct cell label = cell_of(import, "survey", head, row, "label");
    struct cell count = cell_of(import, "survey", head, row, "count");
    struct cell max = cell_of(import, "survey", head, row, "max");
    add_line(&name, 2, "- ", "repeat", name.text);
    add_line(&label, 4, "", "name", label.text);
    if (count.text[0] != 0) {
        add_key(&count, 4, "count", "");
    }
    if (max.text[0] != 0) {
        add_line(&max, 4, "", "max", max.text);
    }
    add_line(&name, 4, "", "questions", NULL);
}

static int
add_survey(struct import *import)
{
    size_t next;
    const struct table_row *head = head_of(&import->survey, &next);
    struct cell none = {.import = import, .sheet = "survey", .row = 1, .column = "type"};
    if (head == NULL || next >= import->survey.count) {
        return refuse(&none, "a row with the names of the columns, and a row for each question");
    }
    add_line(&none, 0, "", "questions", NULL);
    int indent = 2;
    int r = 0;
    for (size_t i = next; i < import->survey.count; i++) {
        const struct table_row *row = &import->survey.rows[i];
        struct cell type = cell_of(import, "survey", head, row, "type");
        struct cell name = cell_of(import, "survey", head, row, "ask");
        if (is_row(type.text, "begin", "repeat")) {
            begin_repeat(import, head, row);
            indent = 6;
        } else if (is_row(type.text, "end", "repeat")) {
            indent = 2;
        } else if (name.text[0] != 0 && !is_row(type.text, "begin", "group")) {
            int one = add_question(import, head, row, indent);
            r = r < 0 ? r : one; /* go on: more may be wrong */
        } else if (type.text[0] != 0 && !is_row(type.text, "begin", "group") &&
                   !is_row(type.text, "end", "group")) {
            r = refuse(&name, "a question needs a name");
        }
    }
    return r;
}

int
import_convert(struct import *import)
{
    int r = add_settings(import);
    int questions = add_survey(import);
    r = r < 0 ? r : questions;
    if (r == 0 && buf_error(&import->out) < 0) {
        (void)printf("%s: the form is too long\n", import->source);
        r = buf_error(&import->out);
    }
    return r;
}
