/* bench/card.c - one read of the card that lies there, by the room card and by a raw loop that sends the same
 * commands through the same PC/SC calls: connect, transmit each, power down. Each read is recorded, so "the same"
 * is literal. As at the counter there is a pause before the card is looked at and one for typing the PIN; they are
 * not counted. Prints a line "room MS" or "raw MS" a read, interleaved in blocks, then "APDUS count".
 * The virtual card answers at once; with US each exchange also takes that many microseconds a byte, in both.
 * usage: card PIN BLOCKS READS-A-BLOCK [US]. Sample cards only. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "card/card.h"

enum { COMMANDS_MAX = 32, COMMAND_MAX = 300, WAIT_S = 10, PAUSE_MS = 30 };

struct command {
    uint8_t bytes[COMMAND_MAX];
    size_t len;
};

/* PC/SC with a notebook: what transmit was given since the notebook was emptied. */
struct recorder {
    const struct card_transport_ops *ops;
    void *ctx;
    struct command commands[COMMANDS_MAX];
    size_t count, looked; /* all commands; those before the PIN */
    char reader[128];
    double in_transport; /* ms spent in connect, transmit and disconnect */
    long byte_us; /* time of a byte on the air */
};

struct bell {
    pthread_mutex_t lock;
    pthread_cond_t rung;
    int count;
};

static double
now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void
pause_ms(long ms)
{
    nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
}

/* What the air between card and reader would take. */
static void
air(long byte_us, size_t bytes)
{
    long us = byte_us * (long)bytes;
    nanosleep(&(struct timespec){us / 1000000, us % 1000000 * 1000}, NULL);
}

static void
die(const char *what)
{
    fprintf(stderr, "bench card: %s\n", what);
    exit(1);
}

static int
rec_watch(
    void *ctx, struct card_reader_state states[CARD_READERS_MAX], size_t *count, int timeout_ms)
{
    struct recorder *rec = ctx;
    return rec->ops->watch(rec->ctx, states, count, timeout_ms);
}

static int
rec_connect(void *ctx, const char *reader)
{
    struct recorder *rec = ctx;
    snprintf(rec->reader, sizeof rec->reader, "%s", reader);
    double begin = now_ms();
    int r = rec->ops->connect(rec->ctx, reader);
    rec->in_transport += now_ms() - begin;
    return r;
}

static int
rec_transmit(
    void *ctx, const uint8_t *command, size_t len, uint8_t *ret_answer, size_t cap, size_t *ret_len)
{
    struct recorder *rec = ctx;
    if (rec->count < COMMANDS_MAX && len <= COMMAND_MAX) {
        memcpy(rec->commands[rec->count].bytes, command, len);
        rec->commands[rec->count++].len = len;
    }
    double begin = now_ms();
    int r = rec->ops->transmit(rec->ctx, command, len, ret_answer, cap, ret_len);
    air(rec->byte_us, r == 0 ? len + *ret_len : 0);
    rec->in_transport += now_ms() - begin;
    return r;
}

static void
rec_disconnect(void *ctx)
{
    struct recorder *rec = ctx;
    double begin = now_ms();
    rec->ops->disconnect(rec->ctx);
    rec->in_transport += now_ms() - begin;
}

static void
rec_cancel(void *ctx)
{
    struct recorder *rec = ctx;
    rec->ops->cancel(rec->ctx);
}

static void
rec_close(void *ctx)
{
    struct recorder *rec = ctx;
    rec->ops->close(rec->ctx);
}

static const struct card_transport_ops recording = {.watch = rec_watch,
    .connect = rec_connect,
    .transmit = rec_transmit,
    .disconnect = rec_disconnect,
    .cancel = rec_cancel,
    .close = rec_close};

static void
ring(void *ctx)
{
    struct bell *bell = ctx;
    pthread_mutex_lock(&bell->lock);
    bell->count++;
    pthread_cond_signal(&bell->rung);
    pthread_mutex_unlock(&bell->lock);
}

/* The next event of this type, without an error; others are passed over. */
static void
wait_event(struct card *card, struct bell *bell, enum card_event_type type)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += WAIT_S;
    for (;;) {
        struct card_event event;
        while (card_poll(card, &event)) {
            int error = event.error;
            enum card_event_type got = event.type;
            card_event_release(&event);
            if (got == type && error == 0) {
                return;
            }
            if (got == CARD_EVENT_READ) {
                die("the card can't be read");
            }
        }
        pthread_mutex_lock(&bell->lock);
        while (bell->count == 0) {
            if (pthread_cond_timedwait(&bell->rung, &bell->lock, &until) != 0) {
                die("no card on the reader");
            }
        }
        bell->count = 0;
        pthread_mutex_unlock(&bell->lock);
    }
}

static void
read_card(struct card *card, struct bell *bell, const char *pin)
{
    struct secret *secret;
    if (secret_new(&secret) < 0) {
        die("no memory");
    }
    for (const char *p = pin; *p != 0; p++) {
        (void)secret_push(secret, (uint8_t)*p);
    }
    if (card_read(card, secret, false, 7) < 0) {
        die("card_read");
    }
    wait_event(card, bell, CARD_EVENT_READ);
}

/* A block of reads by the room: from "look at the card again" to its facts and its power-down. */
static void
block_room(struct recorder *rec, const char *pin, int reads)
{
    struct bell bell = {.lock = PTHREAD_MUTEX_INITIALIZER, .rung = PTHREAD_COND_INITIALIZER};
    struct card *card;
    if (card_pcsc_new(&rec->ops, &rec->ctx) < 0 ||
        card_start(&recording, rec, ring, &bell, &card) < 0) {
        die("no PC/SC");
    }
    wait_event(card, &bell, CARD_EVENT_INSERTED);
    for (int i = -1; i < reads; i++) { /* the first is not counted */
        rec->count = 0;
        rec->in_transport = 0;
        pause_ms(PAUSE_MS);
        double begin = now_ms();
        card_refresh(card);
        wait_event(card, &bell, CARD_EVENT_INSERTED);
        double spent = now_ms() - begin;
        rec->looked = rec->count;
        pause_ms(PAUSE_MS);
        begin = now_ms();
        read_card(card, &bell, pin);
        spent += now_ms() - begin;
        if (i >= 0) {
            printf("room %.3f\noutside-transport %.3f\n", spent, spent - rec->in_transport);
        }
    }
    card_stop(card);
}

static void
send(const struct card_transport_ops *ops, void *ctx, const struct command *commands, size_t count,
    long byte_us)
{
    static uint8_t answer[CARD_APDU_MAX];
    size_t len;
    for (size_t i = 0; i < count; i++) {
        if (ops->transmit(ctx, commands[i].bytes, commands[i].len, answer, sizeof answer, &len) <
                0 ||
            len < 2) {
            die("transmit");
        }
        air(byte_us, commands[i].len + len);
    }
}

static void
block_raw(const struct recorder *rec, int reads)
{
    const struct card_transport_ops *ops;
    void *ctx;
    struct card_reader_state states[CARD_READERS_MAX];
    size_t count = 0;
    if (card_pcsc_new(&ops, &ctx) < 0 || ops->watch(ctx, states, &count, 0) < 0) {
        die("no PC/SC");
    }
    for (int i = -1; i < reads; i++) {
        pause_ms(PAUSE_MS);
        double begin = now_ms();
        if (ops->connect(ctx, rec->reader) < 0) {
            die("connect");
        }
        send(ops, ctx, rec->commands, rec->looked, rec->byte_us);
        double spent = now_ms() - begin;
        pause_ms(PAUSE_MS);
        begin = now_ms();
        send(ops, ctx, rec->commands + rec->looked, rec->count - rec->looked, rec->byte_us);
        ops->disconnect(ctx);
        spent += now_ms() - begin;
        if (i >= 0) {
            printf("raw %.3f\n", spent);
        }
    }
    ops->close(ctx);
}

int
main(int argc, char **argv)
{
    static struct recorder rec;
    if (argc != 4 && argc != 5) {
        return 2;
    }
    rec.byte_us = argc == 5 ? strtol(argv[4], NULL, 10) : 0;
    int reads = (int)strtol(argv[3], NULL, 10);
    for (long blocks = strtol(argv[2], NULL, 10); blocks > 0; blocks--) {
        block_room(&rec, argv[1], reads);
        block_raw(&rec, reads);
    }
    printf("APDUS %zu\n", rec.count);
    return 0;
}
