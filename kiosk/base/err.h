/* base/err.h - the one list of errors. Functions return 0 or a negative KERR_ code; what a person
 * reads is a message id chosen by a screen, never the text of a code. Foreign codes (SCard, SQLite,
 * curl, OpenSSL) are translated once, in the file that calls them. Bands of 100 belong to rooms. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

enum kerr {
    KERR_OK = 0,
    /* base: 1.. */
    KERR_INVALID = -1, /* outside data does not have the form it should */
    KERR_TOO_BIG = -2, /* a bound of ours was reached */
    KERR_NO_MEMORY = -3, /* an allocation sized by outside data failed */
    KERR_NOT_FOUND = -4, /* file, key or row is not there */
    KERR_IO = -5, /* the operating system refused to read or write */
    KERR_NO_SPACE = -6, /* disk full */
    KERR_EXISTS = -7, /* already there */
    KERR_STATE = -8, /* called at a time when it means nothing */
    KERR_LOCKED_MEMORY = -9, /* mlock refused: raise RLIMIT_MEMLOCK */
    KERR_BUSY = -10, /* somebody else holds it; try again */
    KERR_CANCELLED = -11,
    /* card: 100.. */
    KERR_CARD_NO_SERVICE = -100, /* pcscd is not running */
    KERR_CARD_NO_READER = -101,
    KERR_CARD_REMOVED = -102, /* lifted in the middle */
    KERR_CARD_UNRESPONSIVE = -103, /* badly placed, or two cards in the field */
    KERR_CARD_COMM = -104, /* the exchange failed; outcome of a VERIFY may be unknown */
    KERR_CARD_UNKNOWN = -105, /* not a kind we read */
    KERR_CARD_PIN_WRONG = -106, /* tries left travel beside the code */
    KERR_CARD_PIN_BLOCKED = -107,
    KERR_CARD_PIN_LAST_TRY = -108, /* one try left and nobody confirmed: nothing was sent */
    KERR_CARD_PIN_FORM = -109, /* not four digits: nothing was sent */
    KERR_CARD_DATA = -110, /* what the card says about the person can't be understood */
    KERR_CARD_REFUSED = -111, /* the allow-list stopped a command of ours: a defect */
    KERR_CARD_BUSY = -112, /* another program holds the card */
    KERR_CARD_TIMEOUT = -113, /* the watchdog gave up */
    KERR_CARD_STATUS = -114, /* a status word that has no meaning here */
    KERR_CARD_CHANGED = -115, /* not the card whose tries were shown */
    /* seal: 200.. */
    KERR_SEAL_KEY = -200, /* a key or certificate file is missing or unusable */
    KERR_SEAL_CRYPTO = -201, /* OpenSSL refused to make something */
    KERR_SEAL_FORM = -202, /* not an envelope or receipt */
    KERR_SEAL_SIGNATURE = -203, /* signature, chain or header does not verify */
    KERR_SEAL_OPEN = -204, /* can't be opened with this key, or was altered */
    KERR_SEAL_REVOKED = -205, /* it verifies, and the city revoked its certificate */
    /* store, ledger: 300.. */
    KERR_STORE = -300, /* SQLite says no */
    KERR_STORE_CORRUPT = -301,
    KERR_STORE_READ_ONLY = -302,
    KERR_STORE_VERSION = -303, /* made by a newer program */
    KERR_CONFLICT = -304, /* same id or sequence, other bytes */
    /* procedure: 400.. */
    KERR_PROCEDURE_FILE = -400, /* a definition file has mistakes; they were reported */
    KERR_PROCEDURE_ANSWER = -401, /* an answer is not acceptable; a message says why */
    KERR_PROCEDURE_INCOMPLETE = -402,
    /* ui: 500.. */
    KERR_UI_DISPLAY = -500,
    KERR_UI_FONT = -501,
    /* net: 600.. */
    KERR_NET = -600, /* no answer */
    KERR_NET_TLS = -601,
    KERR_NET_ANSWER = -602, /* an answer that is no valid answer of ours (captive portal, proxy) */
    KERR_NET_REFUSED = -603 /* the city says no to this record */
};

/* A short English name of the code for logs and developers, "KERR_?" for one that is not ours. */
const char *err_str(int code);

#endif
