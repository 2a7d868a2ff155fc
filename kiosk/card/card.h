/* card/card.h - readers and cards. A thread watches all readers through PC/SC and talks to the card;
 * the caller posts a request, gets woken, and polls events. One call reads: it gives facts or one
 * error. Knows no procedures and no screens.
 *
 * The 12-digit My Number is never read: card/allow.c guards the only function that transmits.
 * PINs arrive in a struct secret that the room takes over and wipes; nothing is ever retried with
 * it. Bytes, files and status words: shared research "cards" sections 1, 5 and 7, named where used.
 *
 * Threads: every function may be called from the one thread that called card_start. */
#ifndef CARD_CARD_H
#define CARD_CARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/secret.h"
#include "record/record.h"

struct card; /* the room: thread, readers, at most one card in use */

enum card_kind {
    CARD_KIND_NONE, /* no card */
    CARD_KIND_UNKNOWN, /* answers, but is none that we read: no PIN is ever asked for it */
    CARD_KIND_MY_NUMBER, /* text application present */
    CARD_KIND_COUNT
};

enum card_event_type {
    /* Number of readers changed; error says why there are none: KERR_CARD_NO_READER,
     * KERR_CARD_NO_SERVICE. The first event of all. */
    CARD_EVENT_READERS,
    /* A card lies there: error 0, its kind and tries are known. KERR_CARD_UNKNOWN (kind UNKNOWN),
     * _UNRESPONSIVE, _BUSY, _COMM, _STATUS, _TIMEOUT otherwise. */
    CARD_EVENT_INSERTED,
    CARD_EVENT_REMOVED, /* the card of the last INSERTED event is gone; error as in READERS or 0 */
    CARD_EVENT_READ, /* the answer to card_read; kind MY_NUMBER when a card was talked to */
    CARD_EVENT_SERIAL, /* the answer to card_serial; likewise */
    CARD_EVENT_LOOK, /* the answer to card_look; likewise */
    CARD_EVENT_COUNT
};

enum { CARD_TRIES_UNKNOWN = -1, CARD_PIN_LEN = 4, CARD_FACTS_MAX = 8, CARD_SERIAL_LEN = 15 };

/* What a card tells of its inside without a PIN (1.4, 1.11). Each is told as far as the card tells it: "" and
 * CARD_TRIES_UNKNOWN otherwise. */
struct card_inside {
    char certificate_until
        [CLOCK_DAY_LEN]; /* the last day of the user authentication certificate, in Japan */
    int login_tries; /* of that certificate's four digits; told when it was read */
    int sign_tries; /* of the signature certificate's password; not told for a card without that certificate */
    int register_tries; /* of the four digits for the residents' register */
};

/* Plain value, but owns the facts of a READ event: release every polled event. */
struct card_event {
    enum card_event_type type;
    int error; /* 0 or KERR_CARD_... */
    uint64_t visit; /* READ, SERIAL, LOOK: for whom it was asked */
    enum card_kind kind; /* INSERTED, READ */
    int tries; /* PIN tries left, 0 blocked, CARD_TRIES_UNKNOWN */
    int readers; /* how many readers there are */
    /* READ: a clerk should look at the facts: offset table wrong, substitute characters, something
     * empty (an empty value is no fact), impossible birth date. */
    bool data_questionable;
    struct fact_set *facts; /* READ without error: applicant.name .address .birth .sex; else NULL */
    char serial[CARD_SERIAL_LEN +
                1]; /* SERIAL without error, else "": of the card, not of the person */
    char expiry
        [CLOCK_DAY_LEN]; /* SERIAL and LOOK without error, else "": the last day of the card */
    struct card_inside inside; /* LOOK without error */
};
void card_event_release(struct card_event *event);

/* What transmits: the real PC/SC (card_pcsc_ops) or a test's. Used by the room's thread only;
 * cancel alone may be called from any thread. */
struct card_reader_state {
    char name[128]; /* MAX_READERNAME of pcsc-lite */
    bool present; /* a card lies there */
    bool mute; /* it does not answer */
    uint32_t events; /* changes when the card was exchanged between two looks */
};
enum { CARD_READERS_MAX = 16, CARD_APDU_MAX = 65548 };
struct card_transport_ops {
    /* Waits at most timeout_ms for any change against states[*count]; fills the present situation.
     * timeout_ms 0 looks without waiting.
     * 0 on change or timeout; KERR_CARD_NO_SERVICE: forget everything and call again later. */
    int (*watch)(void *ctx, struct card_reader_state states[CARD_READERS_MAX], size_t *count,
        int timeout_ms);
    int (*connect)(void *ctx, const char *reader); /* exclusive */
    /* One command, one answer with its status word. */
    int (*transmit)(void *ctx, const uint8_t *command, size_t len, uint8_t *ret_answer, size_t cap,
        size_t *ret_len);
    void (*disconnect)(void *ctx); /* powers the card down */
    /* Makes watch return, the one under way or else the next one; never waits. */
    void (*cancel)(void *ctx);
    void (*close)(void *ctx); /* frees ctx */
};
/* The real thing; ctx for card_start. KERR_NO_MEMORY. */
int card_pcsc_new(const struct card_transport_ops **ret_ops, void **ret_ctx);

/* Starts the room's threads; takes ctx over, also when it fails. wakeup is called from a thread of
 * the room after each posted event, never after card_stop; it may only wake the caller's loop and
 * must not call this room. Hold no lock that it takes when you call card_stop.
 * KERR_NO_MEMORY, KERR_LOCKED_MEMORY. */
int card_start(const struct card_transport_ops *ops, void *ctx, void (*wakeup)(void *),
    void *wakeup_ctx, struct card **ret_card);
/* Stops the threads, powers the card down, wipes. Waits at most 3 s for a driver that hangs; what it
 * holds is then left behind. NULL is accepted. */
void card_stop(struct card *card);
/* The next event, if there is one; false otherwise. Never waits. */
bool card_poll(struct card *card, struct card_event *ret_event);

/* Reads the card that lies there, with its PIN. One READ event follows, always. The room takes pin
 * over and wipes it in any case. last_try_confirmed: the visitor was shown that one try is left and
 * said yes; without it the last try is never used (KERR_CARD_PIN_LAST_TRY). VERIFY goes out at most
 * once a call. Afterwards the card is without power; after a wrong PIN the same call works again. visit: any number, comes
 * back with the event, so that the caller can tell whose it is.
 * The READ event's tries are what the card said, or CARD_TRIES_UNKNOWN; its errors: the KERR_CARD_
 * codes, KERR_CANCELLED (card_release came in between), KERR_STATE (released before). It comes
 * within 10 s (KERR_CARD_TIMEOUT). KERR_STATE when the READ event of an earlier call was not yet
 * polled. */
int card_read(struct card *card, struct secret *take_pin, bool last_try_confirmed, uint64_t visit);
/* Reads what the card tells anybody without a PIN: its own serial number and its last day (1.12). One SERIAL event
 * follows, always; its errors are those of READ but for the PIN's. No PIN is sent and no try is touched. Whoever
 * asks keeps the serial no longer than a moment: it names this card for ever (kiosk/decisions/0020). Afterwards the
 * card is without power. KERR_STATE when the event of an earlier call was not yet polled. */
int card_serial(struct card *card, uint64_t visit);
/* Reads what the card tells anybody of how long it serves: its last day, that of its user authentication certificate, the
 * tries left of its other secrets. One LOOK event follows, always; its errors are those of SERIAL. Neither the card's
 * serial number nor anything of the certificate but its last day is handed over or kept; no PIN is sent and no try is touched.
 * Afterwards the card is without power. KERR_STATE when the event of an earlier call was not yet polled. */
int card_look(struct card *card, uint64_t visit);
/* Looks at the card that lies there again (tries and kind): an INSERTED or REMOVED event follows. */
void card_refresh(struct card *card);
/* Powers the card down now and forgets what is known of it (the visit ended). A card that stays in the
 * field gives no INSERTED event until card_refresh or until it is lifted and placed again; one whose
 * INSERTED event was not yet polled is the next visit's and can be read. A READ event that is still to come
 * arrives as KERR_CANCELLED, without facts. */
void card_release(struct card *card);

/* While it rests no card is talked to: what is placed meanwhile gets no power and gives no INSERTED event
 * until card_refresh after the rest, or until it is lifted and placed again (a visit that is only
 * practised). It does not end a talk under way: call card_release first. */
void card_rest(struct card *card, bool rest);

/* Counters for tests and diagnosis; no personal data. */
struct card_stats {
    uint64_t apdus; /* sent */
    uint64_t refused; /* stopped by the allow-list: must stay 0 */
};
struct card_stats card_stats(struct card *card);

#endif
