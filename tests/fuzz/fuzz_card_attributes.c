/* fuzz/fuzz_card_attributes.c - the attributes file of a card, any bytes: an error, or valid text. */
#include <assert.h>
#include <string.h>

#include "base/err.h"
#include "base/utf8.h"
#include "card/card_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fact_set *facts = fact_set_new();
    bool questionable = false;
    int r = attributes_parse(data, size, facts, 0, &questionable);
    assert(r == 0 || r == KERR_CARD_DATA);
    assert(r == 0 || fact_set_count(facts) == 0);
    for (size_t i = 0; i < fact_set_count(facts); i++) {
        const char *value = fact_set_at(facts, i)->value;
        assert(utf8_valid(value, strlen(value)) && value[0] != 0);
    }
    fact_set_free(facts);
    return 0;
}
