/* input/candidates.c - which words are shown, and the whole reading put together from its clauses. */
#include "input_priv.h"

#include <string.h>

#include "base/utf8.h"

/* What a Japanese name or address is written with; everything else a conversion program offers (echoes of
 * the Latin keys, half width, pictures) would only be read in vain. */
static bool
fit(uint32_t code)
{
    bool kana = code >= 0x3041 && code <= 0x30fe; /* hiragana, katakana, middle dot, long mark */
    bool kanji = (code >= 0x3400 && code <= 0x9fff) || (code >= 0xf900 && code <= 0xfaff) ||
                 (code >= 0x20000 && code <= 0x3fffd);
    bool mark = code >= 0x3005 && code <= 0x3007; /* 々 〆 〇 */
    bool digit = (code >= '0' && code <= '9') || (code >= 0xff10 && code <= 0xff19);
    bool selector = code >= 0xe0100 && code <= 0xe01ef;
    return kana || kanji || mark || digit || selector;
}

static bool
all_fit(const char *word)
{
    size_t len = strlen(word);
    if (len == 0 || len >= INPUT_TEXT_MAX || !utf8_valid(word, len)) {
        return false;
    }
    for (size_t pos = 0; pos < len;) {
        if (!fit(utf8_next(word, len, &pos))) {
            return false;
        }
    }
    return true;
}

void
candidates_add(char words[INPUT_CANDIDATES_MAX][INPUT_TEXT_MAX], int *count, const char *word,
    const char *reading)
{
    if (*count >= INPUT_CANDIDATES_MAX || strcmp(word, reading) == 0 || !all_fit(word)) {
        return; /* as it was typed: the page has a button of its own for that */
    }
    for (int i = 0; i < *count; i++) {
        if (strcmp(words[i], word) == 0) {
            return;
        }
    }
    memcpy(words[(*count)++], word, strlen(word) + 1);
}

/* The clauses in a row, each as its best word but clause at, which is its n-th. False when too long. */
static bool
join(const struct input_result *result, int at, int n, char out[INPUT_TEXT_MAX])
{
    size_t have = 0;
    for (int i = 0; i < result->clause_count; i++) {
        const struct input_clause *clause = &result->clauses[i];
        int which = i == at ? n : 0;
        const char *word = clause->count > which ? clause->words[which] : clause->reading;
        size_t len = strlen(word);
        if (have + len >= INPUT_TEXT_MAX) {
            return false;
        }
        memcpy(out + have, word, len + 1);
        have += len;
    }
    return true;
}

/* Do the clauses, one after the other, read as the whole? */
static bool
complete(const struct input_result *result, const char *reading)
{
    for (int i = 0; i < result->clause_count; i++) {
        size_t len = strlen(result->clauses[i].reading);
        if (strncmp(reading, result->clauses[i].reading, len) != 0) {
            return false;
        }
        reading += len;
    }
    return *reading == 0;
}

void
candidates_whole(struct input_result *result, const char *reading)
{
    char word[INPUT_TEXT_MAX];
    if (!complete(result, reading)) {
        explicit_bzero(result->clauses, sizeof(result->clauses));
        result->clause_count = 0;
        return;
    }
    /* the best of all, then the second of each clause, then the third: what is likely comes early */
    for (int n = 0; n < INPUT_CANDIDATES_MAX; n++) {
        for (int i = 0; i < result->clause_count; i++) {
            if (n < result->clauses[i].count && join(result, i, n, word)) {
                candidates_add(result->words, &result->count, word, reading);
            }
        }
    }
    explicit_bzero(word, sizeof(word));
}
