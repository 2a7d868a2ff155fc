/* vcard/vcard.h - a My Number card in software, for tests and for a kiosk without a reader. The
 * core is a plain state machine, command in and answer out; vpcd.c puts it behind the virtual
 * reader of vsmartcard, transport.c behind the card room's own interface. What the card does and
 * says follows the research sheet "cards", sections 1 and 4.4.
 *
 * The file with the 12-digit number is there, and it is watched: whoever asks for it is recorded.
 *
 * Threads: one card belongs to one thread at a time. */
#ifndef VCARD_VCARD_H
#define VCARD_VCARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum {
    VCARD_NAME_MAX = 1024, /* bytes with NUL; the real limits are not public (cards 1.7) */
    VCARD_ADDRESS_MAX = 2048,
    VCARD_FAULTS_MAX = 8,
    VCARD_FILE_MAX = 4096,
    VCARD_ANSWER_MAX = 65538, /* 65,536 bytes and the status word */
    VCARD_PIN_TRIES = 3, /* cards 1.4 */
    VCARD_SIGN_TRIES = 5,
    VCARD_AB_TRIES = 10,
    VCARD_CERTIFICATE_MAX = 2048
};

/* Whose card it is. Everybody here is invented. */
struct vcard_person {
    char name[VCARD_NAME_MAX];
    char address[VCARD_ADDRESS_MAX];
    char birth[9]; /* YYYYMMDD */
    char sex[2]; /* '1' male, '2' female, '9' not applicable, '0' unknown */
    char pin[5];
    char number[13]; /* 12 digits with a right check digit; never leaves the card in a good run */
    char number_b[15]; /* 照合番号B, 14 digits */
    char expiry[9];
    char serial[16]; /* 15 digits of the card itself; told without a PIN */
    int tries; /* what a fresh card starts with */
    int login_tries, sign_tries, register_tries; /* of its other secrets (cards 1.4) */
    bool no_signature; /* it has no signature certificate */
    uint8_t
        certificate[VCARD_CERTIFICATE_MAX]; /* user authentication, any bytes, DER in a good card */
    size_t certificate_len; /* 0: it has none */
    unsigned layout; /* VCARD_LAYOUT_ flags of the attributes file */
};

enum {
    VCARD_LAYOUT_NON_MINIMAL = 1 << 0, /* lengths longer than need be, as FF40 82 00 9F */
    VCARD_LAYOUT_WRONG_OFFSETS = 1 << 1,
    VCARD_LAYOUT_NO_FILLER = 1 << 2 /* the file ends where its object ends */
};

enum vcard_kind { VCARD_KIND_MY_NUMBER, VCARD_KIND_LICENCE, VCARD_KIND_UNKNOWN, VCARD_KIND_COUNT };

enum {
    VCARD_MODE_FIRST_6F00 = 1 << 0, /* the first command after power-on */
    VCARD_MODE_NO_EXTENDED = 1 << 1, /* 6700 to an extended Le */
    VCARD_MODE_RESET_CLEARS = 1 << 2, /* a warm reset forgets the PIN */
    VCARD_MODE_QUERY_COUNTS = 1 << 3, /* the query tells the tries though the PIN is verified */
    VCARD_MODE_ALWAYS_6F00 = 1 << 4,
    VCARD_MODE_POWER_KEEPS = 1 << 5, /* a power cycle forgets nothing: a card out of order */
    VCARD_MODE_DRIP = 1 << 6, /* five bytes a read, whatever was asked for */
    VCARD_MODE_TOO_MUCH = 1 << 7 /* a short read answers the whole file */
};

enum vcard_fault_kind {
    VCARD_FAULT_REMOVE_AFTER, /* answers command `at` and leaves */
    VCARD_FAULT_REMOVE_AT, /* command `at` runs; its answer is lost with the card */
    VCARD_FAULT_LOST_AT, /* command `at` never arrives; the exchange fails, the card stays */
    VCARD_FAULT_SILENT_AT, /* command `at` runs, its answer is lost, the card stays */
    VCARD_FAULT_DELAY, /* command `at` is answered `arg` ms late */
    VCARD_FAULT_TRUNCATE, /* answer `at` keeps its first `arg` bytes */
    VCARD_FAULT_STATUS, /* answer `at` is the status word `arg` alone; the command does not run */
    VCARD_FAULT_SWAP_AFTER, /* answers command `at`, then the host puts another card there */
    VCARD_FAULT_ENDLESS_61, /* from command `at` on: one byte and 61FF */
    VCARD_FAULT_RANDOM, /* from command `at` on: random bytes; `arg` is the seed */
    VCARD_FAULT_COUNT
};

struct vcard_fault {
    enum vcard_fault_kind kind;
    unsigned at; /* 1 is the first command since the card was inserted */
    unsigned arg;
};

struct vcard_counters {
    int pin; /* tries left of the 4-digit PIN, EF 0011 */
    int a; /* 照合番号A, EF 0014 */
    int b; /* 照合番号B, EF 0015 */
    int login, sign; /* of the keys' application, EF 0018 and 001B */
    int registration; /* of the common application, EF 001C */
};

struct vcard_config {
    struct vcard_person person;
    enum vcard_kind kind;
    unsigned modes; /* VCARD_MODE_ flags */
    struct vcard_fault faults[VCARD_FAULTS_MAX];
    size_t fault_count;
    /* Told before the answer leaves, as a card writes its counter before it answers. May be NULL. */
    void (*on_counters)(void *ctx, const struct vcard_counters *counters);
    /* Told of every try to get at the number. May be NULL. */
    void (*on_watch)(void *ctx, const char *what);
    void *ctx;
};

/* What the host of the card has to do with an exchange. */
struct vcard_result {
    size_t len; /* of the answer */
    bool silent; /* no answer at all: the exchange fails */
    bool leave; /* the card is gone after this */
    bool swap; /* another card lies there after this */
    unsigned delay_ms; /* wait so long before the answer */
};

struct vcard; /* opaque */

/* The person of the published test-card bytes (cards 1.7), PIN 1234. */
void vcard_person_published(struct vcard_person *ret_person);
/* Reads a sample file (assets/samples/README.md) and the certificate beside it. KERR_NOT_FOUND, KERR_INVALID. */
int vcard_person_load(const char *path, struct vcard_person *ret_person);
/* One more word of the command line or of a file ("no-extended", "delay=3:500"); KERR_INVALID. */
int vcard_config_mode(struct vcard_config *config, const char *word);

/* A card, powered off, with fresh counters. Aborts without memory. */
struct vcard *vcard_new(const struct vcard_config *config);
void vcard_free(struct vcard *card);
struct vcard_counters vcard_counters(const struct vcard *card);
void vcard_set_counters(struct vcard *card, const struct vcard_counters *counters);
/* How often somebody asked for the number or for what can be turned into it; for the signature certificate; or used
 * a secret that the kiosk never asks for. */
unsigned vcard_watched(const struct vcard *card);
/* Commands since the card was inserted. */
unsigned vcard_commands(const struct vcard *card);

void vcard_power_on(struct vcard *card);
void vcard_power_off(struct vcard *card);
void vcard_reset(struct vcard *card);
bool vcard_powered(const struct vcard *card);
const uint8_t *vcard_atr(const struct vcard *card, size_t *ret_len);
/* One command. An unpowered card is silent. */
struct vcard_result vcard_transmit(
    struct vcard *card, const uint8_t *command, size_t len, uint8_t answer[VCARD_ANSWER_MAX]);

/* The bytes of EF 0002 (attributes) of a person, with filler. KERR_TOO_BIG. */
int vcard_file_attributes(const struct vcard_person *person, struct buf *ret_file);
/* The bytes of EF 000A of the keys' application, with filler; none without a certificate. */
int vcard_file_certificate(const struct vcard_person *person, struct buf *ret_file);
/* The 17 bytes of EF 0001 (the number). */
int vcard_file_number(const struct vcard_person *person, struct buf *ret_file);
/* Check digit of a number's first 11 digits (cards 1.8), as a character. */
char vcard_number_check_digit(const char digits[11]);

#endif
