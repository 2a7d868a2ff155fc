/* program/ctl_po.c - a small reader of .po files (GNU gettext manual, "The Format of PO Files"): keywords, quoted
 * strings over several lines, plural forms, comments. */
#include "ctl_po.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/utf8.h"
#include "ctl_words.h"

enum { PO_BYTES_MAX = 8 * 1024 * 1024, PO_TEXT_MAX = 16 * 1024 };

enum field { FIELD_NONE, FIELD_CONTEXT, FIELD_ID, FIELD_PLURAL, FIELD_TEXT };

static const char unread_note[] = "# not read yet";

struct reader {
    struct po *po;
    struct buf context, id, plural;
    struct buf texts[PO_FORMS_MAX];
    enum field field;
    size_t form; /* of FIELD_TEXT */
    bool fuzzy, next_fuzzy;
    bool unread, next_unread;
    int line, entry_line;
};

static struct po_entry *
new_entry(struct po *po)
{
    po->entries = xgrow(po->entries, po->count, &po->cap, sizeof(*po->entries));
    return &po->entries[po->count++];
}

static void
add_entry(struct reader *reader)
{
    struct po_entry *entry = new_entry(reader->po);
    *entry = (struct po_entry){.context = xstrdup(buf_str(&reader->context)),
        .id = xstrdup(buf_str(&reader->id)),
        .text = xstrdup(buf_str(&reader->texts[0])),
        .line = reader->entry_line,
        .unread = reader->unread};
    if (reader->plural.len > 0) {
        entry->forms[entry->form_count++] = entry->text;
        while (entry->form_count < PO_FORMS_MAX && reader->texts[entry->form_count].len > 0) {
            entry->forms[entry->form_count] = xstrdup(buf_str(&reader->texts[entry->form_count]));
            entry->form_count++;
        }
    }
}

static void
finish_entry(struct reader *reader)
{
    struct po *po = reader->po;
    if (reader->id.len > 0 && reader->texts[0].len > 0 && !reader->fuzzy) {
        add_entry(reader);
    } else if (reader->id.len == 0 && reader->texts[0].len > 0 && po->head == NULL) {
        po->head = xstrdup(buf_str(&reader->texts[0]));
    }
    buf_clear(&reader->context);
    buf_clear(&reader->id);
    buf_clear(&reader->plural);
    for (size_t i = 0; i < PO_FORMS_MAX; i++) {
        buf_clear(&reader->texts[i]);
    }
    reader->fuzzy = reader->next_fuzzy;
    reader->next_fuzzy = false;
    reader->unread = reader->next_unread;
    reader->next_unread = false;
    reader->field = FIELD_NONE;
}

static struct buf *
field_buf(struct reader *reader)
{
    switch (reader->field) {
    case FIELD_CONTEXT:
        return &reader->context;
    case FIELD_ID:
        return &reader->id;
    case FIELD_PLURAL:
        return &reader->plural;
    default:
        return &reader->texts[reader->form];
    }
}

/* "text" with its escapes into the field that is open. */
static int
read_quoted(struct reader *reader, const char *at, size_t len)
{
    struct buf *out = field_buf(reader);
    while (len > 0 && (at[len - 1] == ' ' || at[len - 1] == '\r')) {
        len--;
    }
    if (len < 2 || at[0] != '"' || at[len - 1] != '"' || reader->field == FIELD_NONE) {
        return KERR_INVALID;
    }
    for (size_t i = 1; i + 1 < len; i++) {
        char c = at[i];
        if (c == '"') {
            return KERR_INVALID;
        }
        if (c == '\\') {
            static const char letters[] = "ntr\"\\";
            static const char meant[] = "\n\t\r\"\\";
            const char *found = i + 2 < len ? strchr(letters, at[++i]) : NULL;
            if (found == NULL) {
                return KERR_INVALID;
            }
            c = meant[found - letters];
        }
        (void)buf_add_byte(out, (uint8_t)c); /* checked below */
    }
    return buf_error(out);
}

/* "#, fuzzy" */
static bool
is_fuzzy(const char *at, size_t len)
{
    static const char fuzzy[] = "fuzzy";
    size_t size = strlen(fuzzy);
    bool found = false;
    for (size_t i = 2; at[1] == ',' && i + size <= len && !found; i++) {
        found = memcmp(at + i, fuzzy, size) == 0;
    }
    return found;
}

static int
read_line(struct reader *reader, const char *at, size_t len)
{
    static const struct {
        const char *keyword;
        enum field field;
    } keywords[] = {{"msgctxt ", FIELD_CONTEXT}, {"msgid ", FIELD_ID}, {"msgstr ", FIELD_TEXT},
        {"msgid_plural ", FIELD_PLURAL}, {"msgstr[", FIELD_TEXT}};
    if (len > 0 && at[0] == '#') {
        reader->next_fuzzy = reader->next_fuzzy || is_fuzzy(at, len);
        bool unread = len == strlen(unread_note) && memcmp(at, unread_note, len) == 0;
        reader->next_unread = reader->next_unread || unread;
        return 0;
    }
    if (len == 0 || (len == 1 && at[0] == '\r')) {
        return 0;
    }
    if (at[0] == '"') {
        return read_quoted(reader, at, len);
    }
    for (size_t i = 0; i < ARRAY_LEN(keywords); i++) {
        size_t size = strlen(keywords[i].keyword);
        if (len < size || memcmp(at, keywords[i].keyword, size) != 0) {
            continue;
        }
        enum field field = keywords[i].field;
        if (field == FIELD_CONTEXT || (field == FIELD_ID && reader->field != FIELD_CONTEXT)) {
            finish_entry(reader);
            reader->entry_line = reader->line;
        }
        const char *quote = memchr(at, '"', len);
        reader->field = field;
        reader->form = 0;
        if (at[size - 1] == '[') { /* msgstr[1] */
            reader->form = size < len ? (size_t)(at[size] - '0') : PO_FORMS_MAX;
            if (reader->form >= PO_FORMS_MAX || size + 1 >= len || at[size + 1] != ']') {
                return KERR_INVALID;
            }
        }
        return quote == NULL ? KERR_INVALID
                             : read_quoted(reader, quote, len - (size_t)(quote - at));
    }
    return KERR_INVALID;
}

int
po_parse(struct po *po, const char *path, const struct buf *data, int *ret_line)
{
    int r = 0;
    po->path = xstrdup(path);
    struct reader reader = {.po = po};
    buf_init(&reader.context, PO_TEXT_MAX);
    buf_init(&reader.id, PO_TEXT_MAX);
    buf_init(&reader.plural, PO_TEXT_MAX);
    for (size_t i = 0; i < PO_FORMS_MAX; i++) {
        buf_init(&reader.texts[i], PO_TEXT_MAX);
    }
    const char *at = (const char *)data->data;
    for (size_t left = data->len; left > 0 && r == 0;) {
        const char *end = memchr(at, '\n', left);
        size_t len = end != NULL ? (size_t)(end - at) : left;
        reader.line++;
        r = utf8_valid(at, len) ? read_line(&reader, at, len) : KERR_INVALID;
        left -= end != NULL ? len + 1 : len;
        at += end != NULL ? len + 1 : len;
    }
    finish_entry(&reader);
    buf_release(&reader.context);
    buf_release(&reader.id);
    buf_release(&reader.plural);
    for (size_t i = 0; i < PO_FORMS_MAX; i++) {
        buf_release(&reader.texts[i]);
    }
    if (r < 0) {
        *ret_line = reader.line;
    }
    return r;
}

int
po_read(struct po *po, const char *path, int *ret_line)
{
    AUTO_BUF data;
    buf_init(&data, PO_BYTES_MAX);
    int r = fs_read(path, &data);
    return r < 0 ? r : po_parse(po, path, &data, ret_line);
}

static int
by_context_and_id(const void *a, const void *b)
{
    const struct po_entry *left = a;
    const struct po_entry *right = b;
    int order = strcmp(left->context, right->context);
    return order != 0 ? order : strcmp(left->id, right->id);
}

void
po_sort(struct po *po)
{
    if (po->count > 1) {
        qsort(po->entries, po->count, sizeof(*po->entries), by_context_and_id);
    }
}

const struct po_entry *
po_find(const struct po *po, const char *context, const char *id)
{
    size_t low = 0;
    size_t high = po->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct po_entry *entry = &po->entries[middle];
        int order = strcmp(entry->context, context);
        order = order != 0 ? order : strcmp(entry->id, id);
        if (order == 0) {
            return entry;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

size_t
po_unread(const struct po *po)
{
    static const char native[] = "native";
    const char *review = "";
    size_t len = words_head_value(po->head != NULL ? po->head : "", "X-Review", &review);
    if (len != strlen(native) || memcmp(review, native, len) != 0) {
        return po->count;
    }
    size_t unread = 0;
    for (size_t i = 0; i < po->count; i++) {
        unread += po->entries[i].unread ? 1 : 0;
    }
    return unread;
}

size_t
po_form_count(const struct po *po)
{
    static const char name[] = "nplurals=";
    const char *rule = "";
    size_t len = words_head_value(po->head != NULL ? po->head : "", "Plural-Forms", &rule);
    size_t at = strlen(name);
    bool told = len > at && strncmp(rule, name, at) == 0 && rule[at] >= '1' && rule[at] <= '9';
    return told ? (size_t)(rule[at] - '0') : 1;
}

void
po_release(struct po *po)
{
    for (size_t i = 0; i < po->count; i++) {
        free(po->entries[i].context);
        free(po->entries[i].id);
        free(po->entries[i].text);
        for (size_t form = 1; form < po->entries[i].form_count; form++) {
            free(po->entries[i].forms[form]);
        }
    }
    free(po->path);
    free(po->head);
    free(po->entries);
    *po = (struct po){0};
}
