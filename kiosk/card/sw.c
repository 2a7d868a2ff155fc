/* card/sw.c - status words and what they mean here (1.6). Nobody else looks at their digits. */
#include "card.h"

#include "base/err.h"
#include "card/card_priv.h"

struct sw
sw_decode(unsigned sw)
{
    static const struct {
        unsigned sw;
        enum sw_class class;
    } table[] = {
        {0x9000, SW_OK},
        {0x6300, SW_WRONG},
        {0x6983, SW_BLOCKED},
        {0x6984, SW_BLOCKED},
        {0x6982, SW_SECURITY},
        {0x6700, SW_LENGTH},
        {0x6282, SW_END},
        {0x6B00, SW_OUTSIDE},
        {0x6F00, SW_NO_DIAGNOSIS},
        {0x6A82, SW_ABSENT},
        {0x6A83, SW_ABSENT},
        {0x6A86, SW_ABSENT},
        {0x6A88, SW_ABSENT},
        {0x6D00, SW_ABSENT},
        {0x6E00, SW_ABSENT},
    };
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        if (table[i].sw == sw) {
            return (struct sw){.class = table[i].class};
        }
    }
    if ((sw & 0xFFF0) == 0x63C0) {
        return (struct sw){.class = SW_TRIES, .number = sw & 0xF};
    }
    if ((sw & 0xFF00) == 0x6C00) {
        return (struct sw){.class = SW_LE_HINT, .number = (sw & 0xFF) == 0 ? 256 : sw & 0xFF};
    }
    return (struct sw){.class = SW_OTHER};
}

int
sw_of_verify(struct sw sw, int *ret_tries)
{
    switch (sw.class) {
    case SW_OK:
        *ret_tries = CARD_TRIES_UNKNOWN; /* full again, but the card has not said so */
        return 0;
    case SW_TRIES:
        *ret_tries = (int)sw.number;
        return sw.number == 0 ? KERR_CARD_PIN_BLOCKED : KERR_CARD_PIN_WRONG;
    case SW_WRONG:
        *ret_tries = CARD_TRIES_UNKNOWN;
        return KERR_CARD_PIN_WRONG;
    case SW_BLOCKED:
        *ret_tries = 0;
        return KERR_CARD_PIN_BLOCKED;
    default:
        *ret_tries = CARD_TRIES_UNKNOWN;
        return KERR_CARD_STATUS;
    }
}
