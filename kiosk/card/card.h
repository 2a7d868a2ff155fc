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
    CARD_EVENT_READERS, /* number of readers changed; error says why there are none */
    CARD_EVENT_INSERTED, /* a card lies there; kind and tries are known (or error) */
    CARD_EVENT_REMOVED,
    CARD_EVENT_READ, /* the answer to card_read */
    CARD_EVENT_COUNT
};

enum { CARD_TRIES_UNKNOWN = -1, CARD_PIN_LEN = 4, CARD_FACTS_MAX = 8 };

/* Plain value, but owns the facts of a READ event: release every polled event. */
struct card_event {
    enum card_event_type type;
    int error; /* 0 or KERR_CARD_... */
    enum card_kind kind; /* INSERTED, READ */
    int tries; /* PIN tries left, 0 blocked, CARD_TRIES_UNKNOWN */
    int readers; /* how many readers there are */
    bool
        data_questionable; /* READ: facts hold something a clerk should look at (offset table wrong,
                               substitute characters, impossible birth date) */
    struct fact_set *facts; /* READ without error: applicant.name .address .birth .sex; else NULL */
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
     * 0 on change or timeout; KERR_CARD_NO_SERVICE: forget everything and call again later. */
    int (*watch)(void *ctx, struct card_reader_state states[CARD_READERS_MAX], size_t *count,
        int timeout_ms);
    int (*connect)(void *ctx, const char *reader); /* exclusive */
    /* One command, one answer with its status word. */
    int (*transmit)(void *ctx, const uint8_t *command, size_t len, uint8_t *ret_answer, size_t cap,
        size_t *ret_len);
    void (*disconnect)(void *ctx); /* powers the card down */
    void (*cancel)(void *ctx); /* makes watch return */
    void (*close)(void *ctx); /* frees ctx */
};
/* The real thing; ctx for card_start. KERR_NO_MEMORY. */
int card_pcsc_new(const struct card_transport_ops **ret_ops, void **ret_ctx);

/* Starts the thread; takes ctx over. wakeup is called from the thread after each posted event and
 * may only wake the caller's loop. KERR_NO_MEMORY. */
int card_start(const struct card_transport_ops *ops, void *ctx, void (*wakeup)(void *),
    void *wakeup_ctx, struct card **ret_card);
/* Stops the thread, powers the card down, wipes. NULL is accepted. */
void card_stop(struct card *card);
/* The next event, if there is one; false otherwise. Never waits. */
bool card_poll(struct card *card, struct card_event *ret_event);

/* Reads the card that lies there, with its PIN. One READ event follows, always. The room takes pin
 * over and wipes it in any case. last_try_confirmed: the visitor was shown that one try is left and
 * said yes; without it the last try is never used (KERR_CARD_PIN_LAST_TRY).
 * KERR_STATE when a read is under way. */
int card_read(struct card *card, struct secret *take_pin, bool last_try_confirmed);
/* Looks at the card that lies there again (tries and kind): an INSERTED or REMOVED event follows. */
void card_refresh(struct card *card);
/* Powers the card down now and forgets what is known of it (the visit ended). A card that stays in the
 * field gives no INSERTED event until card_refresh or until it is lifted and placed again. */
void card_release(struct card *card);

/* Counters for tests and diagnosis; no personal data. */
struct card_stats {
    uint64_t apdus; /* sent */
    uint64_t refused; /* stopped by the allow-list: must stay 0 */
};
struct card_stats card_stats(struct card *card);

#endif
