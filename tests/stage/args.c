/* stage/args.c - what the programs over a stage have in common around it: how their options are read, and processes
 * of their own for a stage each. */
#include "stage/stage.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

const char *
stage_value(int argc, char **argv, int *i, const char *name)
{
    if (*i + 1 >= argc || strcmp(argv[*i], name) != 0) {
        return NULL;
    }
    *i += 1;
    return argv[*i];
}

bool
stage_number(int argc, char **argv, int *i, const char *name, unsigned *ret_number)
{
    const char *value = stage_value(argc, argv, i, name);
    if (value == NULL) {
        return false;
    }
    *ret_number = (unsigned)strtoul(value, NULL, 10);
    return true;
}

pid_t
stage_worker(int (*work)(void *ctx, unsigned which), void *ctx, unsigned which)
{
    pid_t pid = fork();
    if (pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        exit(work(ctx, which));
    }
    return pid;
}
