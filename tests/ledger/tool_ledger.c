/* A ledger's user, for scripts that harm its server meanwhile. A record is made of a kiosk's name and a sequence, so
 * that several of these processes can send the same ones.
 *
 *   put WHERE KIOSK FROM COUNT RECEIPTS   puts COUNT records and keeps a receipt for each, "try again" as often
 *                                         as it is told so; every receipt that it gets is a line of RECEIPTS
 *   once WHERE KIOSK SEQUENCE             puts one, once: new, same, conflict or the error, and the milliseconds
 *   receipt WHERE KIOSK SEQUENCE          asks for its receipt, once: there, or the error
 *   point WHERE KIOSK EPOCH SIZE AT       notes a point of a chain of events that came at a moment: the verdict
 *   idle WHERE KIOSK                      puts record 1, says "waiting", reads a line, puts record 2, once */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "ledger/ledger.h"

enum { BODY = 3000, RECEIPT = 100, PATIENCE_MS = 60000 };

static void
die(const char *what, int error)
{
    fprintf(stderr, "tool_ledger: %s: %s\n", what, err_str(error));
    exit(1);
}

/* The last eight letters of the name, and the sequence. */
static void
id_of(const char *kiosk, uint64_t sequence, uint8_t ret_id[LEDGER_ID_LEN])
{
    size_t room = LEDGER_ID_LEN - sizeof(sequence), len = strlen(kiosk);
    memset(ret_id, 0, LEDGER_ID_LEN);
    memcpy(ret_id, kiosk + (len > room ? len - room : 0),
        len > room ? room : len); /* its end tells it */
    memcpy(ret_id + LEDGER_ID_LEN - sizeof(sequence), &sequence, sizeof(sequence));
}

static int
put(struct ledger *ledger, const char *kiosk, uint64_t sequence)
{
    uint8_t body[BODY];
    struct ledger_entry entry = {.epoch = 1, .sequence = sequence, .received_at = 1000};
    snprintf(entry.kiosk, sizeof(entry.kiosk), "%s", kiosk);
    id_of(kiosk, sequence, entry.id);
    memset(entry.hash, (int)(sequence % 251), sizeof(entry.hash));
    memset(body, (int)(sequence % 251), sizeof(body));
    return ledger_put(ledger, &entry, body, sizeof(body));
}

static void
pause_ms(long ms)
{
    struct timespec pause = {.tv_nsec = ms * 1000000};
    nanosleep(&pause, NULL);
}

/* A record and its receipt, as an intake does it; the text of the receipt is this process's own. */
static int
put_and_keep(struct ledger *ledger, const char *kiosk, uint64_t sequence, struct buf *ret_receipt)
{
    int r = put(ledger, kiosk, sequence);
    if (r == LEDGER_CONFLICT) {
        die("a conflict with the same bytes", 0);
    }
    if (r < 0) {
        return r;
    }
    uint8_t id[LEDGER_ID_LEN];
    char mine[RECEIPT];
    int len =
        snprintf(mine, sizeof(mine), "%s-%" PRIu64 "-by-%ld", kiosk, sequence, (long)getpid());
    id_of(kiosk, sequence, id);
    buf_clear(ret_receipt);
    return ledger_receipt_keep(ledger, id, (const uint8_t *)mine, (size_t)len, ret_receipt);
}

static int
run_put(struct ledger *ledger, const char *kiosk, uint64_t from, uint64_t count, const char *path)
{
    FILE *receipts = fopen(path, "a");
    if (receipts == NULL) {
        die(path, KERR_IO);
    }
    AUTO_BUF receipt;
    buf_init(&receipt, RECEIPT);
    long again = 0;
    int64_t until = clock_mono_ms(clock_system()) + PATIENCE_MS;
    for (uint64_t i = from; i < from + count; i++) {
        int r;
        while ((r = put_and_keep(ledger, kiosk, i, &receipt)) == KERR_BUSY) {
            again++;
            pause_ms(20);
            if (clock_mono_ms(clock_system()) > until) {
                die("put, for a minute", r);
            }
        }
        if (r < 0) {
            die("put", r);
        }
        fprintf(receipts, "%s %" PRIu64 " %s\n", kiosk, i, buf_str(&receipt));
        fflush(receipts);
    }
    fclose(receipts);
    printf("%ld times told to try again\n", again);
    return 0;
}

static int
run_once(struct ledger *ledger, const char *kiosk, uint64_t sequence)
{
    static const char *const verdicts[] = {"new", "same", "conflict"};
    int64_t begin = clock_mono_ms(clock_system());
    int r = put(ledger, kiosk, sequence);
    printf("%s %" PRId64 "\n", r < 0 ? err_str(r) : verdicts[r],
        clock_mono_ms(clock_system()) - begin);
    return 0;
}

static int
run_receipt(struct ledger *ledger, const char *kiosk, uint64_t sequence)
{
    uint8_t id[LEDGER_ID_LEN];
    AUTO_BUF receipt;
    buf_init(&receipt, RECEIPT);
    id_of(kiosk, sequence, id);
    int r = ledger_receipt(ledger, id, &receipt);
    printf("%s\n", r < 0 ? err_str(r) : "there");
    return 0;
}

static int
run_point(struct ledger *ledger, const char *kiosk, uint64_t epoch, uint64_t size, int64_t at)
{
    static const char *const verdicts[] = {"newer", "same", "late", "back", "fork"};
    char bytes[32];
    struct ledger_point point = {.epoch = epoch, .size = size, .at = at};
    snprintf(point.kiosk, sizeof(point.kiosk), "%s", kiosk);
    snprintf(bytes, sizeof(bytes), "point %" PRIu64, size);
    int r = ledger_point_note(ledger, &point, (const uint8_t *)bytes, strlen(bytes));
    printf("%s\n", r < 0 ? err_str(r) : verdicts[r]);
    return 0;
}

static int
run_idle(struct ledger *ledger, const char *kiosk)
{
    char line[16];
    int r = put(ledger, kiosk, 1);
    if (r < 0) {
        die("put", r);
    }
    printf("waiting\n");
    fflush(stdout);
    if (fgets(line, sizeof(line), stdin) == NULL) {
        die("nobody woke it", KERR_IO);
    }
    return run_once(ledger, kiosk, 2);
}

int
main(int argc, char **argv)
{
    struct ledger *ledger = NULL;
    const char *what = argc > 3 ? argv[1] : "";
    if (*what == 0) {
        die("use: see its source", KERR_INVALID);
    }
    int r;
    int64_t until = clock_mono_ms(clock_system()) + PATIENCE_MS;
    while ((r = ledger_open(argv[2], &ledger)) == KERR_NET) {
        pause_ms(20);
        if (clock_mono_ms(clock_system()) > until) {
            break;
        }
    }
    if (r < 0) {
        die("open", r);
    }
    uint64_t number = argc > 4 ? strtoull(argv[4], NULL, 10) : 0;
    int result = 0;
    if (strcmp(what, "put") == 0 && argc == 7) {
        result = run_put(ledger, argv[3], number, strtoull(argv[5], NULL, 10), argv[6]);
    } else if (strcmp(what, "once") == 0) {
        result = run_once(ledger, argv[3], number);
    } else if (strcmp(what, "receipt") == 0) {
        result = run_receipt(ledger, argv[3], number);
    } else if (strcmp(what, "point") == 0 && argc == 7) {
        result = run_point(
            ledger, argv[3], number, strtoull(argv[5], NULL, 10), strtoll(argv[6], NULL, 10));
    } else if (strcmp(what, "idle") == 0) {
        result = run_idle(ledger, argv[3]);
    } else {
        die(what, KERR_INVALID);
    }
    ledger_close(ledger);
    return result;
}
