/* kiosk-intake with the mutation that test_storm.sh must find: it answers before the commit. An entry is
 * held back until eight more came; a kill loses it, although its receipt is out. */
#include <pthread.h>
#include <string.h>

#include "base/err.h"
#include "ledger/ledger.h"

int __real_ledger_put(
    struct ledger *ledger, struct ledger_entry *entry, const uint8_t *envelope, size_t len);
int __wrap_ledger_put(
    struct ledger *ledger, struct ledger_entry *entry, const uint8_t *envelope, size_t len);
int __real_ledger_receipt_keep(struct ledger *ledger, const uint8_t id[LEDGER_ID_LEN],
    const uint8_t *receipt, size_t len, struct buf *ret_receipt);
int __wrap_ledger_receipt_keep(struct ledger *ledger, const uint8_t id[LEDGER_ID_LEN],
    const uint8_t *receipt, size_t len, struct buf *ret_receipt);

enum { HELD = 8 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct { /* under lock, like the next one */
    struct ledger_entry entry;
    uint8_t bytes[LEDGER_ENVELOPE_MAX];
    size_t len;
} held[HELD];
static unsigned turn;

int
__wrap_ledger_put(
    struct ledger *ledger, struct ledger_entry *entry, const uint8_t *envelope, size_t len)
{
    pthread_mutex_lock(&lock);
    unsigned at = turn % HELD;
    int r = held[at].len > 0
                ? __real_ledger_put(ledger, &held[at].entry, held[at].bytes, held[at].len)
                : 0;
    if (r >= 0) {
        held[at].entry = *entry;
        memcpy(held[at].bytes, envelope, len);
        held[at].len = len;
        turn++;
        entry->position = 1;
        r = LEDGER_NEW;
    }
    pthread_mutex_unlock(&lock);
    return r;
}

int
__wrap_ledger_receipt_keep(struct ledger *ledger, const uint8_t id[LEDGER_ID_LEN],
    const uint8_t *receipt, size_t len, struct buf *ret_receipt)
{
    int r = __real_ledger_receipt_keep(ledger, id, receipt, len, ret_receipt);
    return r == KERR_NOT_FOUND ? buf_add(ret_receipt, receipt, len) : r;
}
