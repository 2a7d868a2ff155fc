/* record/pre_entry.c - answers that somebody gave at home, as the page wrote them: bytes from outside, looked at here and judged
 * by the interview afterwards. A question is told by a hash of its key, so that a code stays small and holds when others
 * come and go between the page and the terminal.
 *
 *     1  version 1     4  when, seconds since 1970     1 + n  procedure     1 + n  language
 *     then each answer:  3  start of FNV-1a of the key     1  entry of its group, or 0     2 + n  value */
#include "record/record.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/utf8.h"

enum { VERSION = 1, HASH_LEN = 3, TIME_LEN = 4, ENTRIES_MAX = 99 };
#define FNV_BASIS UINT32_C(2166136261)
#define FNV_PRIME UINT32_C(16777619)

struct brought {
    uint32_t hash;
    unsigned entry;
    bool tried;
    char *value;
};
struct pre_entry {
    char procedure[RECORD_NAME_MAX], language[RECORD_NAME_MAX];
    int64_t at;
    struct brought answers[PRE_ENTRY_ANSWERS_MAX];
    size_t count;
};

/* "move-in.members[2].name" is "move-in.members[].name" and 2. */
uint32_t
pre_entry_key_hash(const char *key, unsigned *ret_entry)
{
    uint32_t hash = FNV_BASIS;
    bool inside = false;
    *ret_entry = 0;
    for (; *key != 0; key++) {
        if (inside && *key >= '0' && *key <= '9' && *ret_entry <= ENTRIES_MAX) {
            *ret_entry = *ret_entry * 10 + (unsigned)(*key - '0');
            continue;
        }
        inside = *key == '[';
        hash = (hash ^ (unsigned char)*key) * FNV_PRIME;
    }
    return hash & 0xffffff;
}

struct reader {
    const uint8_t *at;
    size_t left;
    bool bad;
};

static uint32_t
take_number(struct reader *reader, size_t len)
{
    uint32_t number = 0;
    reader->bad = reader->bad || reader->left < len;
    for (size_t i = 0; i < len && !reader->bad; i++) {
        number = number << 8 | *reader->at++;
        reader->left--;
    }
    return number;
}

static void
take_text(struct reader *reader, size_t len, char *out, size_t size)
{
    reader->bad = reader->bad || reader->left < len || len >= size ||
                  !utf8_valid((const char *)reader->at, len); /* without NUL */
    if (!reader->bad) {
        memcpy(out, reader->at, len);
        out[len] = 0;
        reader->at += len;
        reader->left -= len;
    }
}

static void
take_answer(struct reader *reader, struct pre_entry *pre)
{
    char value[FACT_VALUE_MAX];
    struct brought answer = {.hash = take_number(reader, HASH_LEN)};
    answer.entry = take_number(reader, 1);
    take_text(reader, take_number(reader, 2), value, sizeof(value));
    reader->bad = reader->bad || pre->count == PRE_ENTRY_ANSWERS_MAX;
    if (!reader->bad) {
        answer.value = xstrdup(value);
        pre->answers[pre->count++] = answer;
    }
    explicit_bzero(value, sizeof(value));
}

int
pre_entry_read(const uint8_t *bytes, size_t len, struct pre_entry **ret_entry)
{
    struct reader reader = {bytes, len, false};
    struct pre_entry *pre = xcalloc(1, sizeof(*pre));
    reader.bad = take_number(&reader, 1) != VERSION;
    pre->at = take_number(&reader, TIME_LEN);
    take_text(&reader, take_number(&reader, 1), pre->procedure, sizeof(pre->procedure));
    take_text(&reader, take_number(&reader, 1), pre->language, sizeof(pre->language));
    while (reader.left > 0 && !reader.bad) {
        take_answer(&reader, pre);
    }
    if (reader.bad) {
        pre_entry_free(pre);
        return KERR_INVALID;
    }
    *ret_entry = pre;
    return 0;
}

void
pre_entry_free(struct pre_entry *pre)
{
    for (size_t i = 0; pre != NULL && i < pre->count; i++) {
        explicit_bzero(pre->answers[i].value, strlen(pre->answers[i].value));
        free(pre->answers[i].value);
    }
    if (pre != NULL) {
        explicit_bzero(pre, sizeof(*pre));
    }
    free(pre);
}

const char *
pre_entry_procedure(const struct pre_entry *pre)
{
    return pre->procedure;
}

const char *
pre_entry_language(const struct pre_entry *pre)
{
    return pre->language;
}

int64_t
pre_entry_at(const struct pre_entry *pre)
{
    return pre->at;
}

const char *
pre_entry_take(struct pre_entry *pre, const char *key)
{
    unsigned entry;
    uint32_t hash = pre_entry_key_hash(key, &entry);
    for (size_t i = 0; i < pre->count; i++) {
        struct brought *answer = &pre->answers[i];
        if (answer->hash == hash && answer->entry == entry && !answer->tried) {
            answer->tried = true;
            return answer->value;
        }
    }
    return NULL;
}
