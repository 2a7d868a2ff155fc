/* desk/index_row.c - what of a record can be found: every name with its kana, every day of birth (whoever's they are), the number; and
 * by what it belongs to others. */
#include "find_priv.h"

#include <string.h>

#include "base/err.h"

enum { TEXTS_MAX = 12 * 1024 }; /* with the rest of a row it fits into one frame of the file */

void
desk_row_terms_init(struct desk_row_terms *terms)
{
    *terms = (struct desk_row_terms){0};
    buf_init(&terms->texts, TEXTS_MAX);
    buf_init(&terms->shown, DESK_SHOWN_MAX);
}

void
desk_row_terms_release(struct desk_row_terms *terms)
{
    buf_release(&terms->texts);
    buf_release(&terms->shown);
    explicit_bzero(terms->days, sizeof(terms->days));
}

/* Whether the last word of a key is this one: "applicant.name", "household[2].name", "move.head-name". */
static bool
ends_with(const char *key, const char *word)
{
    size_t len = strlen(key);
    size_t word_len = strlen(word);
    return len > word_len && strcmp(key + len - word_len, word) == 0 &&
           strchr(".-", key[len - word_len - 1]) != NULL;
}

static bool
is_full(const struct desk_row_terms *terms)
{
    return terms->text_count + terms->day_count >= DESK_ROW_TERMS - 1; /* one is the number's */
}

static void
add_name(const struct desk_kanji *kanji, const char *value, struct desk_row_terms *terms)
{
    struct desk_terms found;
    desk_terms_of_name(kanji, value, &found);
    for (size_t i = 0; i < found.count && !is_full(terms); i++) {
        if (buf_add(&terms->texts, found.terms[i], strlen(found.terms[i]) + 1) == 0) {
            terms->text_count++;
        }
    }
    explicit_bzero(&found, sizeof(found));
}

static void
add_day(const char *value, struct desk_row_terms *terms)
{
    struct desk_birth birth;
    if (!is_full(terms) && desk_birth_read(value, &birth) && birth.day != 0) {
        terms->days[terms->day_count++] =
            (uint32_t)(birth.year * 512 + birth.month * 32 + birth.day);
    }
}

/* Who applies, and for whom: without the forms of letters, but for words and days that differ. 0 without a name or a day. */
static uint64_t
person_of(const struct desk_kanji *kanji, const struct fact_set *facts)
{
    static const char *const keys[] = {"applicant.name", "subject.name"};
    static const char *const days[] = {"applicant.birth", "subject.birth"};
    AUTO_BUF text;
    buf_init(&text, FACT_VALUE_MAX);
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        struct desk_terms name = {.count = 0};
        const char *value = fact_set_value(facts, keys[i]);
        const char *day = fact_set_value(facts, days[i]);
        if (value != NULL) {
            desk_terms_of_name(kanji, value, &name);
        }
        if (i == 0 && (name.count == 0 || day == NULL)) {
            return 0;
        }
        (void)buf_printf(
            &text, "%s|%s|", name.count > 0 ? name.terms[0] : "", day != NULL ? day : "");
        explicit_bzero(&name, sizeof(name));
    }
    uint8_t hash[SEAL_HASH_LEN];
    uint64_t person;
    seal_hash(text.data, text.len, hash);
    memcpy(&person, hash, sizeof(person));
    return person;
}

void
desk_shown_of(const struct record *record, struct buf *ret_shown)
{
    static const char *const keys[DESK_SHOWN] = {
        "applicant.name", "applicant.birth", "subject.name", "subject.birth"};
    for (size_t i = 0; i < DESK_SHOWN; i++) {
        const char *value = fact_set_value(record_facts(record), keys[i]);
        value = value != NULL ? value : "";
        (void)buf_add(ret_shown, value, strlen(value) + 1); /* errors are sticky */
    }
}

void
desk_row_of(const struct desk_kanji *kanji, const struct ledger_entry *entry,
    const struct record *record, struct desk_row *ret_row, struct desk_row_terms *ret_terms)
{
    const struct record_head *head = record_head(record);
    const struct fact_set *facts = record_facts(record);
    *ret_row = (struct desk_row){.position = entry->position,
        .submitted_at = head->submitted_at,
        .person = person_of(kanji, facts)};
    memcpy(ret_row->id, entry->id, sizeof(ret_row->id));
    memcpy(&ret_row->hash, entry->hash, sizeof(ret_row->hash));
    record_visit(head, ret_row->visit);
    memcpy(ret_row->number, head->number, sizeof(ret_row->number));
    memcpy(ret_row->procedure, head->procedure, sizeof(ret_row->procedure));
    memcpy(ret_row->language, head->language, sizeof(ret_row->language));
    for (size_t i = 0; i < fact_set_count(facts); i++) {
        const struct fact *fact = fact_set_at(facts, i);
        if (ends_with(fact->key, "name") || ends_with(fact->key, "kana")) {
            add_name(kanji, fact->value, ret_terms);
        } else if (ends_with(fact->key, "birth")) {
            add_day(fact->value, ret_terms);
        }
    }
    desk_shown_of(record, &ret_terms->shown);
    if (buf_error(&ret_terms->shown) != 0) {
        buf_clear(&ret_terms->shown); /* then the record is opened to be shown */
    }
}
