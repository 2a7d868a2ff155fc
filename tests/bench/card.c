/* bench/card.c - one read of the card that lies there, by the room card and by a raw loop that sends the same
 * commands through the same PC/SC calls: connect, transmit each, power down. The first read is recorded, so
 * "the same" is literal. Prints "APDUS count", then a line "room MS" or "raw MS" a read, interleaved in blocks.
 * usage: card PIN BLOCKS READS-A-BLOCK. Sample cards only. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "card/card.h"

enum { COMMANDS_MAX = 32, COMMAND_MAX = 300, WAIT_S = 10 };

struct command {
    uint8_t bytes[COMMAND_MAX];
    size_t len;
};

/* PC/SC with a notebook: what transmit was given since the notebook was emptied. */
struct recorder {
    const struct card_transport_ops *ops;
    void *ctx;
    struct command commands[COMMANDS_MAX];
    size_t count;
    char reader[128];
    double in_transport; /* ms spent in connect, transmit and disconnect */
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
    if (card_read(card, secret, false) < 0) {
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
        double begin = now_ms();
        card_refresh(card);
        wait_event(card, &bell, CARD_EVENT_INSERTED);
        read_card(card, &bell, pin);
        double end = now_ms();
        if (i >= 0) {
            printf("room %.3f\noutside-transport %.3f\n", end - begin,
                end - begin - rec->in_transport);
        }
    }
    card_stop(card);
}

static void
block_raw(const struct recorder *rec, int reads)
{
    static uint8_t answer[CARD_APDU_MAX];
    const struct card_transport_ops *ops;
    void *ctx;
    struct card_reader_state states[CARD_READERS_MAX];
    size_t count = 0, len;
    if (card_pcsc_new(&ops, &ctx) < 0 || ops->watch(ctx, states, &count, 0) < 0) {
        die("no PC/SC");
    }
    for (int i = -1; i < reads; i++) {
        double begin = now_ms();
        if (ops->connect(ctx, rec->reader) < 0) {
            die("connect");
        }
        for (size_t c = 0; c < rec->count; c++) {
            if (ops->transmit(ctx, rec->commands[c].bytes, rec->commands[c].len, answer,
                    sizeof answer, &len) < 0 ||
                len < 2) {
                die("transmit");
            }
        }
        ops->disconnect(ctx);
        if (i >= 0) {
            printf("raw %.3f\n", now_ms() - begin);
        }
    }
    ops->close(ctx);
}

int
main(int argc, char **argv)
{
    static struct recorder rec;
    if (argc != 4) {
        return 2;
    }
    int reads = (int)strtol(argv[3], NULL, 10);
    for (long blocks = strtol(argv[2], NULL, 10); blocks > 0; blocks--) {
        block_room(&rec, argv[1], reads);
        block_raw(&rec, reads);
    }
    printf("APDUS %zu\n", rec.count);
    return 0;
}
