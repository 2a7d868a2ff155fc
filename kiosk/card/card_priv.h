/* card/card_priv.h - what the files of the card room share. From the wire upwards: transport ops →
 * channel (allow.c: the only caller of transmit) → commands (apdu.c) → My Number card (myna.c) →
 * thread (reader.c). Section numbers in this room are those of the research sheet "cards". */
#ifndef CARD_CARD_PRIV_H
#define CARD_CARD_PRIV_H

#include "card/card.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/attr.h"
#include "base/buf.h"

/* Status words, 1.6. Decoded here only. */
enum sw_class {
    SW_OK, /* 9000 */
    SW_TRIES, /* 63Cx: x tries left; number holds x */
    SW_WRONG, /* 6300: wrong, no counter told */
    SW_BLOCKED, /* 6984, or 6983 as ISO says */
    SW_SECURITY, /* 6982: not verified (any more) */
    SW_LENGTH, /* 6700: this form of length is not understood */
    SW_LE_HINT, /* 6Cxx: ask again with Le xx; number holds it (1..256) */
    SW_END, /* 6282: fewer bytes than asked, but these are good */
    SW_OUTSIDE, /* 6B00: offset behind the end */
    SW_NO_DIAGNOSIS, /* 6F00: once after power-on on some cards */
    SW_ABSENT, /* 6A82 6A83 6A86 6A88 6D00 6E00: not here, another kind of card */
    SW_OTHER
};
struct sw {
    enum sw_class class;
    unsigned number;
};
struct sw sw_decode(unsigned sw);
/* Error of a VERIFY answered so, and the tries left: 0 (right), KERR_CARD_PIN_WRONG, _PIN_BLOCKED
 * or KERR_CARD_STATUS (nobody knows whether a try was spent). */
int sw_of_verify(struct sw sw, int *ret_tries);

/* BER-TLV as these cards write it: tags of one or two bytes, lengths not always minimal, 1.7. */
enum { TLV_OBJECT_MAX = 4096 };
struct tlv {
    unsigned tag;
    const uint8_t *value;
    size_t len;
    size_t head; /* bytes of tag and length */
};
/* The object at the start of data. KERR_NOT_FOUND for filler or the end, KERR_INVALID for a form that
 * is none, KERR_TOO_BIG for more than TLV_OBJECT_MAX. An object longer than data is KERR_INVALID
 * unless ret_missing is given: that then gets how many bytes are missing, else 0. */
int tlv_next(const uint8_t *data, size_t len, struct tlv *ret_tlv, size_t *ret_missing);

/* What answered 9000 to its SELECT since power-on, last (1.2). */
enum card_application {
    CARD_APPLICATION_NONE,
    CARD_APPLICATION_TEXT, /* the four attributes */
    CARD_APPLICATION_COMMON, /* serial number and last day */
    CARD_APPLICATION_KEYS /* JPKI: certificates and their keys */
};
/* The files that are read, by their short ids; one an application. */
enum card_file { CARD_FILE_NONE = 0, CARD_FILE_ATTRIBUTES = 0x02, CARD_FILE_CERTIFICATE = 0x0A };

/* The one way to the card. Keeps the count and knows what may be sent when. */
struct channel {
    const struct card_transport_ops *ops;
    void *ctx;
    enum card_application selected;
    enum card_file current; /* a read without a name reads this one */
    /* Each is set by the function that was asked, and by no other: */
    bool verify_granted; /* one VERIFY may be sent (card_read); used up by it */
    bool serial_granted; /* the common application may be selected once (card_serial, card_look) */
    bool
        look_granted; /* that of the keys may, and before it the tries there be asked (card_look) */
    atomic_uint_fast64_t apdus, refused;
};
enum { CHANNEL_ANSWER_MAX = CARD_APDU_MAX };
/* True when this command may be sent in this state: the list of 1.13, as short as the kiosk needs. */
bool allow_command(const struct channel *channel, const uint8_t *command, size_t len);
/* Sends one command. KERR_CARD_REFUSED without sending, or the transport's error; KERR_CARD_COMM for
 * an answer without a status word. ret_data_len is without the status word. */
int channel_transmit(struct channel *channel, const uint8_t *command, size_t len, uint8_t *answer,
    size_t *ret_data_len, struct sw *ret_sw);
int channel_connect(struct channel *channel, const char *reader);
/* Powers the card down and forgets what was selected. */
void channel_disconnect(struct channel *channel);

/* Commands of the text application, 1.5 and 7.1. answer holds CHANNEL_ANSWER_MAX bytes. */
int apdu_select_text(struct channel *channel, uint8_t *answer, struct sw *ret_sw);
enum card_secret { /* by their short ids (1.4); nothing is ever sent to any but the first */
    CARD_SECRET_TEXT = 0x11,
    CARD_SECRET_LOGIN = 0x18,
    CARD_SECRET_SIGN = 0x1B,
    CARD_SECRET_REGISTER = 0x1C
};
int apdu_query_tries(
    struct channel *channel, enum card_secret secret, uint8_t *answer, struct sw *ret_sw);
/* The command is built in scratch and wiped there; pin is wiped before the command leaves. */
int apdu_verify(struct channel *channel, struct secret *pin, struct secret *scratch,
    uint8_t *answer, struct sw *ret_sw);
/* The common application, and its one record: serial number, municipality, last day (1.12). */
int apdu_select_common(struct channel *channel, uint8_t *answer, struct sw *ret_sw);
int apdu_read_record(struct channel *channel, uint8_t *answer, size_t *ret_len, struct sw *ret_sw);
/* The application of the keys (1.11), and its three bytes that tell which certificates there are. */
int apdu_select_keys(struct channel *channel, uint8_t *answer, struct sw *ret_sw);
int apdu_read_presence(
    struct channel *channel, uint8_t *answer, size_t *ret_len, struct sw *ret_sw);
/* A file from its start: extended or short form. */
int apdu_read_first(struct channel *channel, enum card_file file, bool extended, uint8_t le,
    uint8_t *answer, size_t *ret_len, struct sw *ret_sw);
/* More of it; le 0 means 256. */
int apdu_read_more(struct channel *channel, size_t offset, uint8_t le, uint8_t *answer,
    size_t *ret_len, struct sw *ret_sw);

/* The My Number card. */
struct myna {
    struct channel channel;
    struct secret *scratch; /* the VERIFY command */
    uint8_t *answer; /* CHANNEL_ANSWER_MAX bytes; wiped after each talk */
    bool connected;
};
/* 0 or KERR_NO_MEMORY, KERR_LOCKED_MEMORY. Does not own ops and ctx. */
int myna_init(struct myna *myna, const struct card_transport_ops *ops, void *ctx);
void myna_release(struct myna *myna);
/* Connects, selects, asks for the tries; the card stays connected when that worked. Power-cycles a
 * card whose PIN is still verified. Errors: KERR_CARD_... ; KERR_CARD_UNKNOWN with kind UNKNOWN. */
int myna_identify(struct myna *myna, const char *reader, enum card_kind *ret_kind, int *ret_tries);
/* VERIFY and READ on a connected card. Wipes pin. Appends the file's object to ret_file. *ret_tries: what is
 * known of the tries afterwards. *ret_unknown: VERIFY went out and its outcome is not known. */
int myna_read(
    struct myna *myna, struct secret *pin, struct buf *ret_file, int *ret_tries, bool *ret_unknown);
/* Tries left of a secret of the selected application: 0; 1 when the card says that it is verified already;
 * KERR_CARD_STATUS, or the transport's error. */
int myna_tries(struct myna *myna, enum card_secret secret, int *ret_tries);
/* Appends the one object that the file begins with. KERR_CARD_DATA, KERR_CARD_STATUS, transport's errors. */
int myna_read_file(struct myna *myna, enum card_file file, struct buf *ret_object);

/* look.c: what a connected card tells without a PIN. */
/* Its serial number (not handed over to NULL) and last day. */
int myna_serial(
    struct myna *myna, char ret_serial[CARD_SERIAL_LEN + 1], char ret_expiry[CLOCK_DAY_LEN]);
/* Its last day; until when its certificate holds, and the tries left of its other secrets, as far as it tells. */
int myna_look(struct myna *myna, char ret_expiry[CLOCK_DAY_LEN], struct card_inside *ret_inside);
/* Powers the card down, wipes what it said. */
void myna_end(struct myna *myna);

/* The attributes file (1.7) as facts. KERR_CARD_DATA, KERR_TOO_BIG. */
int attributes_parse(const uint8_t *file, size_t len, struct fact_set *ret_facts, int64_t now,
    bool *ret_questionable);

/* The common application's record (1.12): 01 1C and 28 digits. ret_serial may be NULL. KERR_CARD_DATA. */
int serial_parse(const uint8_t *record, size_t len, char ret_serial[CARD_SERIAL_LEN + 1],
    char ret_expiry[CLOCK_DAY_LEN]);

/* Waiting times; a test has shorter ones. */
struct card_times {
    int watchdog_ms; /* one talk with a card may take so long */
    int watch_ms; /* one wait for readers */
    int service_ms; /* between two looks for pcscd */
    int settle_ms; /* after a failed exchange, so long may pcscd need to notice a removal */
    int stop_ms; /* card_stop waits so long for a driver that hangs */
};

/* What lies there, as far as the worker has told the caller. */
struct contact {
    bool present;
    bool announced; /* an INSERTED event was posted: removal is worth an event */
    bool mute;
    bool released; /* card_release: nothing is done with it until it is looked at again */
    uint64_t visit; /* in which it was announced; 0: it was not */
    char reader[sizeof(((struct card_reader_state *)0)->name)];
    uint32_t events;
    enum card_kind kind;
    int tries;
    int error; /* of the identification */
};

enum { CARD_QUEUE_MAX = 32 };
/* Two threads: the worker (reader.c) alone talks to the transport; the watchdog (card.c) answers for
 * it when a driver hangs. The caller and both share what is marked so. */
struct card {
    pthread_mutex_t lock;
    pthread_cond_t changed; /* anything shared; monotonic clock */
    pthread_t worker, watchdog;
    struct card_times times;
    const struct card_transport_ops *ops;
    void *ctx;

    void (*wakeup)(void *); /* watchdog only */
    void *wakeup_ctx;

    /* shared, under lock */
    bool wake_due; /* an event was posted, the caller not yet woken */
    struct card_event queue[CARD_QUEUE_MAX];
    size_t queue_first, queue_count;
    bool want_read, want_refresh, want_release, stop;
    bool rests; /* no card is talked to */
    bool
        read_owed; /* card_read, card_serial or card_look was called and its event not yet polled */
    enum card_event_type asked; /* which of the three */
    uint64_t asker; /* the caller's visit, to be told with the answer */
    bool confirmed; /* last_try_confirmed of the read under way */
    struct secret *pin; /* of the read under way, until the worker takes it */
    uint64_t visit; /* from 1, grows with card_release: facts of an earlier visit are dropped */
    uint64_t over; /* cards announced up to this visit are released */
    uint64_t read_visit; /* visit in which the read under way was asked for */
    int64_t read_deadline, look_deadline; /* when the watchdog answers; 0: nothing owed */
    bool hung; /* the watchdog answered; what the worker brings now is void */
    bool worker_done;
    bool orphan; /* card_stop went without the worker: it frees everything when it comes back */

    /* worker only */
    struct myna myna;
    struct card_reader_state states[CARD_READERS_MAX];
    size_t readers;
    int readers_told; /* count or error of the last READERS event */
    bool told;
    bool look_again; /* the states moved outside of look(): don't wait for the next change */
    struct contact contact;
};
/* Thread of the worker (reader.c). */
void *card_worker(void *arg);
/* Posts an event and has the caller woken; takes the facts over. With lock held. */
void card_post(struct card *card, const struct card_event *take_event);
/* Frees everything; both threads are over. */
void card_destroy(struct card *card);
int card_start_timed(const struct card_transport_ops *ops, void *ctx, void (*wakeup)(void *),
    void *wakeup_ctx, const struct card_times *times, struct card **ret_card);

#endif
