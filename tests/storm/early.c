/* kiosk-intake with the mutation that test_storm.sh must find: it answers before the commit. An entry is
 * held back until the next one comes; a kill loses it, although its receipt is out. */
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

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct ledger_entry held; /* under lock, like the next two */
static uint8_t held_bytes[LEDGER_ENVELOPE_MAX];
static size_t held_len;

int
__wrap_ledger_put(
    struct ledger *ledger, struct ledger_entry *entry, const uint8_t *envelope, size_t len)
{
    pthread_mutex_lock(&lock);
    int r = held_len > 0 ? __real_ledger_put(ledger, &held, held_bytes, held_len) : 0;
    if (r >= 0) {
        held = *entry;
        memcpy(held_bytes, envelope, len);
        held_len = len;
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
