/* ICU's break iterators. Opening one costs milliseconds and an iterator serves one thread only, so each
 * thread opens those it needs, when it first needs them, and keeps them until it ends. This is the one
 * place of the room that remembers something, and what it remembers is rules, never text. */
#include "text/text_priv.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/err.h"

struct iterators {
    UBreakIterator *by_rules[TEXT_RULES_COUNT];
};

/* lw=phrase knows the words but lets a line start with ー or 々; wrap.c takes a phrase break only where
 * lb=strict allows one too. */
static const char *const LOCALES[TEXT_RULES_COUNT] = {
    [TEXT_RULES_GRAPHEME] = "en",
    [TEXT_RULES_PLAIN] = "en",
    [TEXT_RULES_STRICT_JA] = "ja@lb=strict",
    [TEXT_RULES_PHRASE_JA] = "ja@lb=strict;lw=phrase",
    [TEXT_RULES_STRICT_ZH] = "zh@lb=strict",
};

/* The name of the thread's slot: made once, constant afterwards. */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;

static void
iterators_free(void *memory)
{
    struct iterators *iterators = memory;

    for (size_t i = 0; i < TEXT_RULES_COUNT; i++) {
        ubrk_close(iterators->by_rules[i]);
    }
    free(iterators);
}

static void
make_key(void)
{
    int rc = pthread_key_create(&key, iterators_free);
    assert(rc == 0);
    (void)rc; /* used by assert alone */
}

int
text_icu_error(UErrorCode status)
{
    if (U_SUCCESS(status)) {
        return 0;
    }
    return status == U_MEMORY_ALLOCATION_ERROR ? KERR_NO_MEMORY : KERR_NOT_FOUND;
}

int
text_iterator(enum text_rules rules, UBreakIterator **ret_iterator)
{
    (void)pthread_once(&once, make_key); /* can't fail: once is initialised */
    struct iterators *mine = pthread_getspecific(key);
    if (mine == NULL) {
        mine = calloc(1, sizeof(*mine));
        if (mine == NULL) {
            return KERR_NO_MEMORY;
        }
        if (pthread_setspecific(key, mine) != 0) {
            free(mine);
            return KERR_NO_MEMORY;
        }
    }
    if (mine->by_rules[rules] == NULL) {
        UErrorCode status = U_ZERO_ERROR;
        UBreakIterator *it = ubrk_open(rules == TEXT_RULES_GRAPHEME ? UBRK_CHARACTER : UBRK_LINE,
            LOCALES[rules], NULL, 0, &status);
        if (U_FAILURE(status)) {
            return text_icu_error(status);
        }
        mine->by_rules[rules] = it;
    }
    *ret_iterator = mine->by_rules[rules];
    return 0;
}

void
text_iterator_done(UBreakIterator *iterator)
{
    static const UChar nothing[1];
    UErrorCode status = U_ZERO_ERROR;

    ubrk_setText(iterator, nothing, 0, &status);
    assert(U_SUCCESS(status));
}
