/* base/err.c - names of the error codes, for logs only. */
#include "err.h"

const char *
err_str(int code)
{
    switch (code) {
#define E(name)                                                                                    \
    case name:                                                                                     \
        return #name
        E(KERR_OK);
        E(KERR_INVALID);
        E(KERR_TOO_BIG);
        E(KERR_NO_MEMORY);
        E(KERR_NOT_FOUND);
        E(KERR_IO);
        E(KERR_NO_SPACE);
        E(KERR_EXISTS);
        E(KERR_STATE);
        E(KERR_LOCKED_MEMORY);
        E(KERR_BUSY);
        E(KERR_CANCELLED);
        E(KERR_CARD_NO_SERVICE);
        E(KERR_CARD_NO_READER);
        E(KERR_CARD_REMOVED);
        E(KERR_CARD_UNRESPONSIVE);
        E(KERR_CARD_COMM);
        E(KERR_CARD_UNKNOWN);
        E(KERR_CARD_PIN_WRONG);
        E(KERR_CARD_PIN_BLOCKED);
        E(KERR_CARD_PIN_LAST_TRY);
        E(KERR_CARD_PIN_FORM);
        E(KERR_CARD_DATA);
        E(KERR_CARD_REFUSED);
        E(KERR_CARD_BUSY);
        E(KERR_CARD_TIMEOUT);
        E(KERR_CARD_STATUS);
        E(KERR_CARD_CHANGED);
        E(KERR_SEAL_KEY);
        E(KERR_SEAL_CRYPTO);
        E(KERR_SEAL_FORM);
        E(KERR_SEAL_SIGNATURE);
        E(KERR_SEAL_OPEN);
        E(KERR_SEAL_REVOKED);
        E(KERR_STORE);
        E(KERR_STORE_CORRUPT);
        E(KERR_STORE_READ_ONLY);
        E(KERR_STORE_VERSION);
        E(KERR_CONFLICT);
        E(KERR_PROCEDURE_FILE);
        E(KERR_PROCEDURE_ANSWER);
        E(KERR_PROCEDURE_INCOMPLETE);
        E(KERR_UI_DISPLAY);
        E(KERR_UI_FONT);
        E(KERR_NET);
        E(KERR_NET_TLS);
        E(KERR_NET_ANSWER);
        E(KERR_NET_REFUSED);
#undef E
    default:
        return "KERR_?";
    }
}
