/* desk/fields.c - the field map, assets/handover/fields.tsv: what a fact is called in other systems. A fact that no line
 * names is called by its procedure and its short name, so that none is left out. */
#include "hand_priv.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/utf8.h"

enum { MAP_FILE_MAX = 256 * 1024, FIELDS_MAX = 2000, COLUMNS_MAX = 4096 };

/* Texts lie in the file. */
struct field {
    const char *key, *name, *english, *source, *codes;
    int line;
};

struct desk_fields {
    struct buf file;
    size_t count;
    struct field fields[FIELDS_MAX];
};

/* Cuts a line at its tabs: key, name, name in English, source, and codes or nothing. */
static int
add_field(char *line, int number, void *ctx)
{
    struct desk_fields *fields = ctx;
    const char *parts[5] = {"", "", "", "", ""};
    size_t count = 0;
    if (fields->count + 1 == FIELDS_MAX || !utf8_valid(line, strlen(line))) {
        return KERR_INVALID;
    }
    for (char *part; (part = strsep(&line, "\t")) != NULL; count++) {
        if (count == ARRAY_LEN(parts) || *part == 0) {
            return KERR_INVALID;
        }
        parts[count] = part;
    }
    fields->fields[fields->count++] =
        (struct field){parts[0], parts[1], parts[2], parts[3], parts[4], number};
    return count >= 4 ? 0 : KERR_INVALID;
}

int
desk_fields_load(const char *path, struct desk_fields **ret_fields, int *ret_line)
{
    struct desk_fields *fields = xcalloc(1, sizeof(*fields));
    buf_init(&fields->file, MAP_FILE_MAX);
    int r = desk_lines_each(path, &fields->file, add_field, fields, ret_line);
    if (r < 0) {
        desk_fields_free(fields);
        return r;
    }
    *ret_fields = fields;
    return 0;
}

void
desk_fields_free(struct desk_fields *fields)
{
    if (fields != NULL) {
        buf_release(&fields->file);
        free(fields);
    }
}

/* "household[].name" is called household.name in the map. */
static const struct field *
find_field(const struct desk_fields *fields, const char *key)
{
    char plain[FACT_KEY_MAX];
    const char *bracket = strstr(key, "[]");
    size_t len = bracket != NULL ? (size_t)(bracket - key) : strlen(key);
    (void)snprintf(
        plain, sizeof(plain), "%.*s%s", (int)len, key, bracket != NULL ? bracket + 2 : "");
    for (size_t i = 0; i < fields->count; i++) {
        if (strcmp(fields->fields[i].key, plain) == 0) {
            return &fields->fields[i];
        }
    }
    return NULL;
}

/* ---- the columns of a procedure ---- */

struct making {
    const struct desk_fields *fields;
    const struct procedure_set *set;
    struct desk_layout *layout;
    struct question *questions;
    int *entries;
    size_t count;
};

static void
collect(const struct question *question, int entries, void *ctx)
{
    struct making *making = ctx;
    for (size_t i = 0; i < making->count; i++) {
        if (strcmp(making->questions[i].key, question->key) == 0) {
            return; /* asked by two that are done together: one fact */
        }
    }
    if (making->count < COLUMNS_MAX) {
        making->questions[making->count] = *question;
        making->entries[making->count++] = entries;
    }
}

/* A name with its # replaced by the number of the person; as it is for 0. */
static void
numbered(const char *name, int index, char out[DESK_COLUMN_MAX])
{
    const char *sign = index > 0 ? strchr(name, '#') : NULL;
    if (sign == NULL) {
        (void)snprintf(out, DESK_COLUMN_MAX, "%s", name);
    } else {
        (void)snprintf(out, DESK_COLUMN_MAX, "%.*s%d%s", (int)(sign - name), name, index, sign + 1);
    }
}

/* A fact that the map does not name: title of its procedure, name of its group with the number, its short name. */
static void
name_own(const struct making *making, const struct question *question, int index,
    struct desk_column *column)
{
    char owner[PROCEDURE_VALUE_MAX];
    (void)snprintf(owner, sizeof(owner), "%.*s", (int)strcspn(question->key, ".["), question->key);
    const struct procedure *procedure = procedure_find(making->set, owner);
    const char *name =
        question->name.source != NULL ? question->name.source : question->label.source;
    const char *group = question->repeat_label.source;
    char number[16] = "";
    if (index > 0) {
        (void)snprintf(number, sizeof(number), "%d_", index);
    }
    (void)snprintf(column->name, sizeof(column->name), "%s_%s%s%s",
        procedure != NULL ? procedure_info(procedure).title.source : owner,
        index > 0 && group != NULL ? group : "", number, name != NULL ? name : question->key);
    (void)snprintf(column->english, sizeof(column->english), "%s", column->key);
}

static void
add_column(const struct making *making, const struct question *question, int index)
{
    struct desk_column *column = &making->layout->columns[making->layout->count++];
    const char *bracket = strstr(question->key, "[]");
    if (index > 0 && bracket != NULL) {
        (void)snprintf(column->key, sizeof(column->key), "%.*s[%d]%s",
            (int)(bracket - question->key), question->key, index, bracket + 2);
    } else {
        (void)snprintf(column->key, sizeof(column->key), "%s", question->key);
    }
    column->question = *question;
    const struct field *field = find_field(making->fields, question->key);
    column->codes = field != NULL ? field->codes : "";
    if (field != NULL) {
        numbered(field->name, index, column->name);
        numbered(field->english, index, column->english);
    } else {
        name_own(making, question, index, column);
    }
}

/* How many questions from here on are of the same group. */
static size_t
run_length(const struct making *making, size_t first)
{
    const char *key = making->questions[first].key;
    const char *bracket = strstr(key, "[]");
    size_t end = first + 1;
    if (making->entries[first] == 0 || bracket == NULL) {
        return 1;
    }
    size_t len = (size_t)(bracket - key) + 2;
    while (end < making->count && making->entries[end] == making->entries[first] &&
           strncmp(making->questions[end].key, key, len) == 0) {
        end++;
    }
    return end - first;
}

void
desk_layout_make(const struct desk_fields *fields, const struct procedure_set *set,
    const struct procedure *procedure, struct desk_layout *ret_layout)
{
    struct making making = {.fields = fields, .set = set, .layout = ret_layout};
    making.questions = xcalloc(COLUMNS_MAX, sizeof(*making.questions));
    making.entries = xcalloc(COLUMNS_MAX, sizeof(*making.entries));
    procedure_facts_each(procedure, collect, &making);
    size_t total = 0;
    for (size_t i = 0; i < making.count; i++) {
        total += making.entries[i] > 0 ? (size_t)making.entries[i] : 1;
    }
    *ret_layout = (struct desk_layout){.columns = xcalloc(total + 1, sizeof(struct desk_column))};
    for (size_t i = 0, run; i < making.count; i += run) {
        run = run_length(&making, i);
        int entries = making.entries[i] > 0 ? making.entries[i] : 1;
        for (int index = 1; index <= entries; index++) {
            for (size_t j = i; j < i + run; j++) {
                add_column(&making, &making.questions[j], making.entries[i] > 0 ? index : 0);
            }
        }
    }
    assert(ret_layout->count == total);
    free(making.entries);
    free(making.questions);
}

void
desk_layout_free(struct desk_layout *layout)
{
    free(layout->columns);
    *layout = (struct desk_layout){0};
}

const struct desk_column *
desk_layout_find(const struct desk_layout *layout, const char *key)
{
    for (size_t i = 0; i < layout->count; i++) {
        if (strcmp(layout->columns[i].key, key) == 0) {
            return &layout->columns[i];
        }
    }
    return NULL;
}

/* The code of an answer, NULL when it has none. */
static const char *
code_of(const char *codes, const char *value, size_t *ret_len)
{
    size_t len = strlen(value);
    for (const char *at = codes; *at != 0;) {
        size_t end = strcspn(at, " ");
        if (end > len + 1 && at[len] == '=' && memcmp(at, value, len) == 0) {
            *ret_len = end - len - 1;
            return at + len + 1;
        }
        at += end;
        at += *at == ' ' ? 1 : 0;
    }
    return NULL;
}

void
desk_column_value(
    struct desk *desk, const struct desk_column *column, const char *value, struct buf *out)
{
    size_t len = 0;
    if (column == NULL) {
        (void)buf_add_str(out, value);
        return;
    }
    const char *code = code_of(column->codes, value, &len);
    if (code != NULL) {
        (void)buf_add(out, code, len);
        return;
    }
    bool unknown = column->question.dont_know && strcmp(value, "unknown") == 0;
    switch (column->question.type) {
    case QUESTION_CHOICE:
    case QUESTION_SEVERAL:
    case QUESTION_YES_NO:
    case QUESTION_PICK:
    case QUESTION_SIGNATURE:
    case QUESTION_NOTE:
        unknown = *value != 0;
        break;
    case QUESTION_TEXT:
    case QUESTION_KANA:
    case QUESTION_NUMBER:
    case QUESTION_DATE:
    case QUESTION_MONEY:
    case QUESTION_TIME:
    case QUESTION_SLOT:
    case QUESTION_PLACE:
    case QUESTION_TYPE_COUNT:
        break;
    }
    if (unknown) {
        desk_value_text(desk, out, &column->question, value);
    } else {
        (void)buf_add_str(out, value);
    }
}

/* ---- the check ---- */

struct checking {
    const struct desk_fields *fields;
    const struct procedure_set *set;
    const char *path;
    desk_report *report;
    void *ctx;
    bool *used; /* by place in the map */
};

static void
check_codes(
    const struct checking *checking, const struct field *field, const struct question *question)
{
    for (const char *at = field->codes; *at != 0;) {
        size_t end = strcspn(at, " ");
        size_t len = strcspn(at, "= ");
        bool known = false;
        for (size_t i = 0; i < question->choice_count; i++) {
            const char *value = question->choices[i].value;
            known = known || (strlen(value) == len && memcmp(value, at, len) == 0);
        }
        if (!known || len + 1 >= end) {
            checking->report(checking->path, field->line,
                "codes are answer=code, of answers that can be chosen", field->codes,
                checking->ctx);
            return;
        }
        at += end;
        at += *at == ' ' ? 1 : 0;
    }
}

static void
check_fact(const struct question *question, int entries, void *ctx)
{
    const struct checking *checking = ctx;
    const struct field *field = find_field(checking->fields, question->key);
    if (field == NULL) {
        if (entries < 0) {
            checking->report(checking->path, 0,
                "this fact of the dictionary has no line: other systems would not know its name",
                question->key, checking->ctx);
        }
        return;
    }
    checking->used[field - checking->fields->fields] = true;
    check_codes(checking, field, question);
    if ((entries > 0) != (strchr(field->name, '#') != NULL) && entries >= 0) {
        checking->report(checking->path, field->line,
            "a # stands in the name for the number of the person, where a group has several",
            field->name, checking->ctx);
    }
}

static void
check_shared(const struct question *question, int entries, void *ctx)
{
    (void)entries; /* the dictionary lists its facts once */
    check_fact(question, -1, ctx);
}

/* Two columns of one name in a table are told apart by nobody. */
static void
check_names(const struct checking *checking, const struct procedure *procedure)
{
    struct desk_layout layout;
    desk_layout_make(checking->fields, checking->set, procedure, &layout);
    bool alike = false; /* one is told; a whole group would be */
    for (size_t i = 0; i < layout.count; i++) {
        for (size_t j = 0; j < i && !alike; j++) {
            if (strcmp(layout.columns[i].name, layout.columns[j].name) == 0 ||
                strcmp(layout.columns[i].english, layout.columns[j].english) == 0) {
                char detail[2 * FACT_KEY_MAX + 8];
                alike = true;
                (void)snprintf(
                    detail, sizeof(detail), "%s, %s", layout.columns[j].key, layout.columns[i].key);
                checking->report(checking->path, 0,
                    "two facts of one procedure are called alike; give one of them a line", detail,
                    checking->ctx);
            }
        }
    }
    desk_layout_free(&layout);
}

/* "431-8": where the name is from, or "-". */
static bool
source_ok(const char *source)
{
    if (strcmp(source, "-") == 0) {
        return true;
    }
    size_t digits = strspn(source, "0123456789");
    const char *item = source + digits + 1;
    return digits == 3 && source[digits] == '-' && *item != 0 &&
           item[strspn(item, "0123456789")] == 0;
}

void
desk_fields_check(const char *path, const struct procedure_set *set, desk_report *report, void *ctx)
{
    struct desk_fields *fields = NULL;
    int line = 0;
    int r = desk_fields_load(path, &fields, &line);
    if (r < 0) {
        report(path, line,
            r == KERR_INVALID ? "fact, tab, name, tab, name in English, tab, where it is from, and "
                                "with a tab codes"
                              : "the field map can't be read",
            "", ctx);
        return;
    }
    bool *used = xcalloc(FIELDS_MAX, sizeof(*used));
    struct checking checking = {fields, set, path, report, ctx, used};
    procedure_dictionary_each(set, check_shared, &checking);
    for (size_t i = 0; i < procedure_count(set); i++) {
        procedure_facts_each(procedure_at(set, i), check_fact, &checking);
        check_names(&checking, procedure_at(set, i));
    }
    for (size_t i = 0; i < fields->count; i++) {
        const struct field *field = &fields->fields[i];
        if (!used[i]) {
            report(path, field->line, "nobody asks for this fact", field->key, ctx);
        }
        if (!source_ok(field->source)) {
            report(path, field->line, "where the name is from: 431-8, or -", field->source, ctx);
        }
        for (size_t j = 0; j < i; j++) {
            if (strcmp(fields->fields[j].key, field->key) == 0) {
                report(path, field->line, "this fact has a line already", field->key, ctx);
            }
        }
    }
    free(used);
    desk_fields_free(fields);
}
