/* What the programs of a printer's queue answer: a job's name is one of our queue and nothing else, a state is one of ours. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "print/print_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char job[PRINT_JOB_MAX] = "";
    char *answer = calloc(1, size + 1);
    if (answer == NULL) {
        return 0;
    }
    if (size > 0) {
        memcpy(answer, data, size);
    }
    if (lp_read_job("slip", answer, job) == 0) {
        assert(strncmp(job, "slip-", 5) == 0 && job[5] != 0);
        assert(strspn(job + 5, "0123456789") == strlen(job + 5));
        assert(strstr(answer, job) != NULL);
    } else {
        assert(job[0] == 0);
    }
    enum print_lp_state state = PRINT_LP_DROPPED;
    if (lp_read_state("slip", "slip-12", answer, &state) == 0) {
        assert(state != PRINT_LP_DROPPED && strstr(answer, "printer slip ") != NULL);
        assert(state == PRINT_LP_ENDED || strstr(answer, "slip-12 ") != NULL);
    } else {
        assert(state == PRINT_LP_DROPPED);
    }
    if (lp_read_dropped("slip-12", answer)) {
        assert(strstr(answer, "cancel") != NULL);
    }
    free(answer);
    return 0;
}
