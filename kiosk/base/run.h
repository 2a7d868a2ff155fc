/* base/run.h - a program as a child that is given something and answers: what goes in and comes out goes by pipes. A
 * command line could be read by anyone on the machine, a file would stay on the disk. The child stands in a process group
 * of its own, has no descriptor of ours and an environment of two words, and never outlives the call, whatever it does.
 *
 * Threads: any; SIGPIPE must be ignored or blocked in it. */
#ifndef BASE_RUN_H
#define BASE_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct run_bytes { /* borrowed */
    const void *data;
    size_t len;
};
/* Runs argv (NULL at its end; a path, or a name of PATH) with these bytes on its standard input until its standard output
 * ends. Kills it (with its group) when it takes longer than limit_ms, writes more than out's maximum, or cancel_fd becomes
 * readable (-1: none). 0, KERR_NOT_FOUND (no such program), KERR_IO (died, or told that it did not do it), KERR_TOO_BIG,
 * KERR_CANCELLED, KERR_BUSY (time). */
int run_child(
    const char *const *argv, struct run_bytes in, int limit_ms, int cancel_fd, struct buf *out);
/* Is there such a program, by path or in PATH? */
bool run_exists(const char *program);

#endif
