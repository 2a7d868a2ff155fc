/* kiosk-sync with the mutation that test_storm.sh must find: any success deletes the row. */
#include "sync/sync_priv.h"

enum sync_action __real_sync_judge(
    const struct sync_answer *answer, bool is_proven, int *ret_error);
enum sync_action __wrap_sync_judge(
    const struct sync_answer *answer, bool is_proven, int *ret_error);

enum sync_action
__wrap_sync_judge(const struct sync_answer *answer, bool is_proven, int *ret_error)
{
    return __real_sync_judge(
        answer, is_proven || answer->status == 200 || answer->status == 201, ret_error);
}
