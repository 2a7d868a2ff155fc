/* desk/sheet.c - one record with everything that it holds: labels and answers in Japanese as the
 * procedure's file writes them, where each came from, and what the staff can do. A fact that no
 * file knows is shown under its key: nothing that a visitor gave is left out. */
#include "desk_priv.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/hex.h"
#include "text/text.h"

enum { VALUE_TEXT_MAX = 64 * 1024 }; /* a value of FACT_VALUE_MAX whose choices have long labels */

static const char *
choice_label(const struct question *question, const char *value, size_t len)
{
    for (size_t i = 0; i < question->choice_count; i++) {
        const struct question_choice *choice = &question->choices[i];
        if (strlen(choice->value) == len && memcmp(choice->value, value, len) == 0) {
            return choice->label.source;
        }
    }
    return NULL;
}

/* One choice, or several joined by a space; what the file does not know stands as it is. */
static void
add_choices(struct desk *desk, struct buf *out, const struct question *question, const char *value)
{
    const char *at = value;
    while (*at != 0) {
        size_t len = question->type == QUESTION_SEVERAL ? strcspn(at, " ") : strlen(at);
        const char *label = choice_label(question, at, len);
        if (at != value) {
            (void)buf_add_str(out, desk_word(desk->assets, "join"));
        }
        (void)(label != NULL ? buf_add_str(out, label) : buf_add(out, at, len));
        at += len;
        at += *at == ' ' ? 1 : 0;
    }
}

/* "map title 512/300 (near: the station)" of a place. */
static void
add_place(struct desk *desk, struct buf *out, const char *value)
{
    const struct procedure_map *map;
    int x;
    int y;
    if (!procedure_place_parse(desk->config.procedures, value, &map, &x, &y)) {
        (void)buf_add_str(out, value);
        return;
    }
    const struct procedure_place *near = procedure_place_near(map, x, y);
    (void)buf_printf(out, "%s %d/%d", map->title.source, x, y);
    if (near != NULL) {
        (void)buf_printf(out, "（%s%s）", near->name.source, desk_word(desk->assets, "value.near"));
    }
}

/* Answers that were picked, pointed at or drawn. */
static void
add_picked(struct desk *desk, struct buf *out, const struct question *question, const char *value)
{
    const struct procedure_entry *entry =
        question->type == QUESTION_PICK ? procedure_entry(question->list, value) : NULL;
    if (entry != NULL) {
        /* an official number, of a bank: staff copy it; a name by which a list knows a place says nothing to anybody */
        bool number = value[strspn(value, "0123456789-")] == 0;
        (void)buf_add_str(out, entry->name.source);
        if (number) {
            (void)buf_printf(out, "（%s）", value);
        }
    } else if (question->type == QUESTION_SLOT) {
        desk_slot_text(desk, out, question, value);
    } else if (question->type == QUESTION_PLACE) {
        add_place(desk, out, value);
    } else if (question->type == QUESTION_SIGNATURE) {
        bool later = strcmp(value, "counter") == 0;
        (void)buf_add_str(
            out, desk_word(desk->assets, later ? "value.at-counter" : "value.signed"));
    } else if (question->type == QUESTION_NOTE) {
        (void)buf_add_str(out, desk_word(desk->assets, "value.seen"));
    } else {
        (void)buf_add_str(out, value);
    }
}

void
desk_value_text(
    struct desk *desk, struct buf *out, const struct question *question, const char *value)
{
    if (*value == 0) {
        (void)buf_add_str(out, desk_word(desk->assets, "value.empty"));
        return;
    }
    if (question->dont_know && strcmp(value, "unknown") == 0 &&
        choice_label(question, value, strlen(value)) == NULL) {
        (void)buf_add_str(out, desk_word(desk->assets, "value.unknown"));
        return;
    }
    switch (question->type) {
    case QUESTION_CHOICE:
    case QUESTION_SEVERAL:
        add_choices(desk, out, question, value);
        break;
    case QUESTION_YES_NO:
        (void)buf_add_str(out, desk_word_of(desk->assets, "value.", value, value));
        break;
    case QUESTION_DATE:
        (void)i18n_date(desk->config.words, out, value); /* as it is when it is no date */
        break;
    case QUESTION_NUMBER:
        (void)buf_add_str(out, value);
        (void)buf_add_str(out, question->unit.source != NULL ? question->unit.source : "");
        break;
    case QUESTION_MONEY:
        if (i18n_money(desk->config.words, out, strtoll(value, NULL, 10)) < 0) {
            (void)buf_add_str(out, value);
        }
        break;
    case QUESTION_TEXT:
    case QUESTION_KANA:
    case QUESTION_TIME:
    case QUESTION_PICK:
    case QUESTION_SLOT:
    case QUESTION_PLACE:
    case QUESTION_SIGNATURE:
    case QUESTION_NOTE:
    case QUESTION_TYPE_COUNT:
        add_picked(desk, out, question, value);
        break;
    }
}

/* Which group of rows a fact stands in: the first word of its key, or "list[2]" of a repeat. */
static size_t
group_len(const char *key)
{
    const char *close = strchr(key, ']');
    return close != NULL ? (size_t)(close - key) + 1 : strcspn(key, ".");
}

/* What a group of facts is called: a procedure's own answers by its title when it was done together with another,
 * facts of the dictionary by the desk's words. */
static const char *
group_label(const struct desk *desk, const struct record_head *head, const char *group)
{
    if (strcmp(group, head->procedure) == 0) {
        return desk_word(desk->assets, "group.answers");
    }
    const struct procedure *together = procedure_find(desk->config.procedures, group);
    return together != NULL ? procedure_info(together).title.source
                            : desk_word_of(desk->assets, "group.", group,
                                  desk_word(desk->assets, "group.other"));
}

/* The group's heading, or a repeat's own name with its number. */
static void
add_heading(struct desk *desk, struct buf *out, const struct record_head *head, const char *key,
    const struct question *question)
{
    const char *open = strchr(key, '[');
    if (open != NULL) {
        char index[8] = {0};
        size_t len = strspn(open + 1, "0123456789");
        memcpy(index, open + 1, len < sizeof(index) ? len : sizeof(index) - 1);
        const char *label = question != NULL && question->repeat_label.source != NULL
                                ? question->repeat_label.source
                                : desk_word(desk->assets, "group.repeat");
        DESK_PART(desk->assets, out, "heading-repeat", FILL("label", label), FILL("index", index));
        return;
    }
    char group[FACT_KEY_MAX] = {0};
    memcpy(group, key, group_len(key));
    DESK_PART(desk->assets, out, "heading", FILL("label", group_label(desk, head, group)));
}

/* How the labels stand in the visitor's language: what one points at when one reads along with the visitor. */
struct own_labels {
    const char *tag; /* of the language, for HTML; NULL when the visitor read Japanese */
    const char *labels[FACT_SET_MAX]; /* of each fact; NULL without one */
};

static const struct procedure_words *
label_of(const struct question *question)
{
    return question->name.source != NULL ? &question->name : &question->label;
}

/* All in one go, since every change of the language costs gettext its memory of what it found. */
static void
read_own_labels(struct desk *desk, const struct record *record, struct own_labels *own)
{
    struct i18n *words = desk->config.words;
    const struct record_head *head = record_head(record);
    const struct fact_set *facts = record_facts(record);
    if (strcmp(head->language, "ja") == 0 || i18n_use(words, head->language) < 0) {
        return;
    }
    own->tag = i18n_current(words)->tag;
    for (size_t i = 0; i < fact_set_count(facts); i++) {
        struct question question;
        const struct fact *fact = fact_set_at(facts, i);
        if (procedure_fact_words(desk->config.procedures, head->procedure, fact->key, &question) &&
            label_of(&question)->source != NULL) {
            const struct procedure_words *label = label_of(&question);
            const char *text = i18n_content(words, label->context, label->source);
            own->labels[i] = strcmp(text, label->source) != 0 ? text : NULL;
        }
    }
    (void)i18n_use(words, "ja"); /* the page's own */
}

/* A label as the visitor read it, without its readings; nothing when that is the Japanese again. */
static void
add_own_label(struct desk *desk, struct buf *out, const struct own_labels *own, const char *text,
    const struct fact *fact, const struct question *question)
{
    size_t len = text_plain(text, NULL, 0);
    char *plain = xcalloc(len + 1, 1);
    (void)text_plain(text, plain, len + 1);
    if (strcmp(plain, label_of(question)->source) != 0) {
        DESK_PART(desk->assets, out, "label-own", FILL("key", fact->key), FILL("lang", own->tag),
            FILL("text", plain));
    }
    free(plain);
}

static void
add_fact(struct desk *desk, struct buf *rows, const struct fact *fact,
    const struct question *question, const struct buf *own, const struct desk_fixes *fixes)
{
    AUTO_BUF fix;
    buf_init(&fix, DESK_PAGE_MAX);
    const char *raw = desk_fixed(fixes, fact);
    AUTO_BUF value;
    AUTO_BUF origin;
    buf_init(&value, VALUE_TEXT_MAX);
    buf_init(&origin, 1024);
    const char *label = question != NULL ? label_of(question)->source : NULL;
    label = label != NULL ? label : fact->key;
    static const struct question nothing = {.type = QUESTION_TEXT};
    desk_value_text(desk, &value, question != NULL ? question : &nothing, raw);
    const char *name = fact_origin_name(fact->origin);
    DESK_PART(desk->assets, &origin, fact->origin == FACT_ORIGIN_CARD ? "origin-card" : "origin",
        FILL("text", desk_word_of(desk->assets, "origin.", name, name)));
    desk_fixes_html(desk, fixes, fact, question, &fix);
    DESK_PART(desk->assets, rows, "fact", FILL("key", fact->key), FILL("label", label),
        FILL_HTML("own", own), FILL("value", buf_str(&value)), FILL("raw", raw),
        FILL_HTML("origin", &origin), FILL_HTML("fix", &fix));
    if (buf_error(&value) != 0) {
        rows->failed = buf_error(&value);
    }
}

static bool
same_group(const char *key, const char *other)
{
    size_t len = group_len(key);
    return group_len(other) == len && memcmp(key, other, len) == 0;
}

/* One group: every fact of the record that stands in it, wherever it became known. */
static void
add_group(struct desk *desk, struct buf *out, const struct record *record,
    const struct own_labels *own, const struct desk_fixes *fixes, const char *key)
{
    const struct record_head *head = record_head(record);
    const struct fact_set *facts = record_facts(record);
    AUTO_BUF rows;
    AUTO_BUF heading;
    buf_init(&rows, DESK_PAGE_MAX);
    buf_init(&heading, 4096);
    for (size_t i = 0; i < fact_set_count(facts); i++) {
        const struct fact *fact = fact_set_at(facts, i);
        struct question question;
        if (!same_group(key, fact->key)) {
            continue;
        }
        bool known =
            procedure_fact_words(desk->config.procedures, head->procedure, fact->key, &question);
        if (heading.len == 0) {
            add_heading(desk, &heading, head, fact->key, known ? &question : NULL);
        }
        AUTO_BUF label;
        buf_init(&label, VALUE_TEXT_MAX);
        if (own->labels[i] != NULL) {
            add_own_label(desk, &label, own, own->labels[i], fact, &question);
        }
        add_fact(desk, &rows, fact, known ? &question : NULL, &label, fixes);
    }
    DESK_PART(desk->assets, out, "group", FILL_HTML("heading", &heading), FILL_HTML("rows", &rows));
}

/* Groups in the order in which they became known; at most FACT_SET_MAX facts, so looking back is cheap. */
static void
add_facts(
    struct desk *desk, struct buf *out, const struct record *record, const struct desk_fixes *fixes)
{
    const struct fact_set *facts = record_facts(record);
    struct own_labels own = {.tag = NULL};
    read_own_labels(desk, record, &own);
    for (size_t i = 0; i < fact_set_count(facts); i++) {
        const char *key = fact_set_at(facts, i)->key;
        bool seen = false;
        for (size_t j = 0; j < i && !seen; j++) {
            seen = same_group(key, fact_set_at(facts, j)->key);
        }
        if (!seen) {
            add_group(desk, out, record, &own, fixes, key);
        }
    }
}

static void
add_language(struct desk *desk, struct buf *out, const char *code)
{
    const char *own = code;
    for (size_t i = 0; i < i18n_language_count(desk->config.words); i++) {
        const struct i18n_language *language = i18n_language_at(desk->config.words, i);
        if (strcmp(language->code, code) == 0) {
            own = language->name;
        }
    }
    const char *japanese = desk_word_of(desk->assets, "language.", code, own);
    (void)buf_add_str(out, japanese);
    if (strcmp(japanese, own) != 0) {
        (void)buf_printf(out, " (%s)", own);
    }
}

/* The ways to what is printed. */
static void
add_papers(struct desk *desk, struct buf *out, const struct ledger_entry *entry,
    const struct record *record, const struct procedure *procedure)
{
    const char *ids[1];
    char id[DESK_ID_LEN];
    char count[16];
    hex_encode(entry->id, LEDGER_ID_LEN, id);
    size_t forms = procedure_forms(procedure, record_facts(record), ids, ARRAY_LEN(ids));
    (void)snprintf(count, sizeof(count), "%zu", forms);
    DESK_PART(desk->assets, out, forms > 0 ? "papers" : "papers-slip", FILL("id", id),
        FILL("count", count));
}

static void
add_sheet(struct desk *desk, struct buf *out, const struct ledger_entry *entry,
    const struct record *record, const struct buf *action, const struct buf *booking,
    const struct buf *beside, const struct desk_fixes *fixes)
{
    const struct record_head *head = record_head(record);
    const struct procedure *procedure = procedure_find(desk->config.procedures, head->procedure);
    AUTO_BUF number;
    AUTO_BUF when;
    AUTO_BUF language;
    AUTO_BUF fee;
    AUTO_BUF papers;
    AUTO_BUF facts;
    buf_init(&number, 64);
    buf_init(&when, 1024);
    buf_init(&language, 512);
    buf_init(&fee, 512);
    buf_init(&papers, 4096);
    buf_init(&facts, DESK_PAGE_MAX);
    (void)i18n_receipt_number(&number, head->number);
    desk_when(desk, &when, true, entry->received_at);
    add_language(desk, &language, head->language);
    if (head->assisted) {
        (void)buf_add_str(&language, desk_word(desk->assets, "assisted"));
    }
    if (head->fee >= 0) {
        AUTO_BUF money;
        buf_init(&money, 128);
        (void)i18n_money(desk->config.words, &money, head->fee);
        DESK_PART(desk->assets, &fee, "fee", FILL("money", buf_str(&money)));
    }
    if (procedure != NULL) {
        add_papers(desk, &papers, entry, record, procedure);
    }
    add_facts(desk, &facts, record, fixes);
    const char *title =
        procedure != NULL ? procedure_info(procedure).title.source : head->procedure;
    DESK_PART(desk->assets, out, "sheet", FILL("title", title), FILL("number", buf_str(&number)),
        FILL("digits", head->number), FILL_HTML("when", &when), FILL("kiosk", entry->kiosk),
        FILL("language", buf_str(&language)), FILL_HTML("fee", &fee), FILL_HTML("papers", &papers),
        FILL_HTML("facts", &facts), FILL_HTML("action", action), FILL_HTML("booking", booking),
        FILL_HTML("beside", beside));
}

int
desk_sheet_html(const struct desk_ask *ask, struct buf *out)
{
    struct desk *desk = ask->desk;
    const struct desk_view *view = &ask->view;
    struct ledger_entry entry;
    AUTO_BUF envelope;
    AUTO_BUF action;
    buf_init(&envelope, LEDGER_ENVELOPE_MAX);
    AUTO_BUF booking;
    buf_init(&action, DESK_PAGE_MAX);
    buf_init(&booking, DESK_PAGE_MAX);
    AUTO_BUF beside;
    buf_init(&beside, DESK_PAGE_MAX);
    int r = ledger_get(desk->ledger, ask->id, &entry, &envelope);
    r = r == 0 ? desk_standing_html(ask, &entry, &action) : r;
    if (r < 0) {
        return r;
    }
    const char *reason = NULL;
    struct desk_fixes fixes = {.count = 0};
    struct record *record =
        desk_open_record(&desk->config, &entry, envelope.data, envelope.len, &reason);
    if (record != NULL) {
        r = desk_bookings_html(desk, view, &entry, record, ask->form_token, &booking);
        r = r == 0 ? desk_beside_html(desk, view, &entry, record, &beside) : r;
        r = r == 0 ? desk_fixes_read(&desk->config, desk->ledger, ask->id, &fixes) : r;
        add_sheet(desk, out, &entry, record, &action, &booking, &beside, &fixes);
        desk_fixes_free(&fixes);
    } else {
        AUTO_BUF when;
        buf_init(&when, 1024);
        desk_when(desk, &when, true, entry.received_at);
        DESK_PART(desk->assets, out, "sheet-unread", FILL_HTML("when", &when),
            FILL("kiosk", entry.kiosk), FILL("id", view->open),
            FILL("reason", desk_word_of(desk->assets, "unread.", reason, reason)),
            FILL_HTML("action", &action));
    }
    record_free(record);
    return r;
}
