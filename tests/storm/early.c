/* kiosk-intake with the mutation that test_storm.sh must find: it answers before the commit. An entry is
 * held back until eight more came; a kill loses it, although its receipt is out. */
#include <pthread.h>
#include <string.h>

#include "base/err.h"
#include "ledger/ledger.h"

void __wrap_ledger_work(struct ledger *ledger, struct ledger_work *const *works, size_t count);

enum { HELD = 8 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct { /* under lock, like the next one */
    struct ledger_entry entry;
    uint8_t bytes[LEDGER_ENVELOPE_MAX];
    size_t len;
} held[HELD];
static unsigned turn;

static int
put(struct ledger *ledger, struct ledger_entry *entry, const uint8_t *envelope, size_t len)
{
    pthread_mutex_lock(&lock);
    unsigned at = turn % HELD;
    int r =
        held[at].len > 0 ? ledger_put(ledger, &held[at].entry, held[at].bytes, held[at].len) : 0;
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

void
__wrap_ledger_work(struct ledger *ledger, struct ledger_work *const *works, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct ledger_work *work = works[i];
        if (work->point != NULL) {
            work->result = ledger_point_note(ledger, work->point, work->envelope, work->len);
            continue;
        }
        if (work->report != NULL) {
            work->result = ledger_report_keep(ledger, work->report);
            continue;
        }
        if (!work->is_keep) {
            work->result = put(ledger, work->entry, work->envelope, work->len);
            continue;
        }
        int r = ledger_receipt_keep(
            ledger, work->id, work->receipt, work->receipt_len, work->ret_receipt);
        work->result =
            r == KERR_NOT_FOUND ? buf_add(work->ret_receipt, work->receipt, work->receipt_len) : r;
    }
}
