/* tests/base/test_secret.c - secrets: their bounds, that their page is locked, left out of dumps and
 * of children, and wiped; and that a process can close itself to others. AddressSanitizer makes mlock
 * do nothing, so test_without_sanitizers.sh builds and runs this once more without it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "base/secret.h"

static void
test_bounds(void **state)
{
    (void)state;
    AUTO_SECRET *secret = NULL;
    assert_int_equal(secret_new(&secret), 0);
    assert_int_equal(secret_len(secret), 0);
    secret_pop(secret);
    for (unsigned i = 0; i < SECRET_MAX; i++) {
        assert_int_equal(secret_push(secret, (uint8_t)i), 0);
    }
    assert_int_equal(secret_push(secret, 1), KERR_TOO_BIG);
    assert_int_equal(secret_len(secret), SECRET_MAX);
    for (unsigned i = 0; i < SECRET_MAX; i++) {
        assert_int_equal(secret_bytes(secret)[i], i);
    }
    secret_pop(secret);
    assert_int_equal(secret_len(secret), SECRET_MAX - 1);
    assert_int_equal(secret_bytes(secret)[SECRET_MAX - 1], 0); /* wiped, not only shortened */
    secret_clear(secret);
    assert_int_equal(secret_len(secret), 0);
    for (unsigned i = 0; i < SECRET_MAX; i++) {
        assert_int_equal(secret_bytes(secret)[i], 0);
    }
    secret_free(NULL);
}

/* The flags of the mapping that holds an address, from the kernel. */
static bool
has_flag(const void *address, const char *flag)
{
    FILE *maps = fopen("/proc/self/smaps", "r");
    assert_non_null(maps);
    char line[1024];
    bool mine = false;
    bool found = false;
    while (fgets(line, sizeof(line), maps) != NULL) {
        unsigned long long from = 0;
        unsigned long long to = 0;
        if (sscanf(line, "%llx-%llx ", &from, &to) == 2) {
            mine = (uintptr_t)address >= from && (uintptr_t)address < to;
        } else if (mine && strncmp(line, "VmFlags:", 8) == 0) {
            found = strstr(line, flag) != NULL;
        }
    }
    assert_int_equal(fclose(maps), 0);
    return found;
}

static void
test_page(void **state)
{
    (void)state;
    struct secret *secret = NULL;
    assert_int_equal(secret_new(&secret), 0);
#ifndef __SANITIZE_ADDRESS__
    assert_true(has_flag(secret, " lo")); /* locked: never swapped */
#endif
    assert_true(has_flag(secret, " dd")); /* not in dumps */
    assert_true(has_flag(secret, " wf")); /* wiped in a child */
    int control = 1;
    assert_false(has_flag(&control, " wf"));
    for (const char *p = "1234"; *p != 0; p++) {
        assert_int_equal(secret_push(secret, (uint8_t)*p), 0);
    }
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        _exit(secret_len(secret) == 0 && secret_bytes(secret)[0] == 0 ? 0 : 1);
    }
    int status = 0;
    assert_true(waitpid(child, &status, 0) == child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_int_equal(secret_len(secret), 4);
    /* once freed, the address is not even mapped */
    void *address = secret;
    secret_free(secret);
    int fd = open("/proc/self/mem", O_RDONLY);
    assert_true(fd >= 0);
    char byte;
    assert_true(pread(fd, &byte, 1, (off_t)(uintptr_t)address) <= 0);
    assert_int_equal(close(fd), 0);
}

#ifndef __SANITIZE_ADDRESS__
/* No memory may be locked: refused, instead of a secret that could be swapped. */
static void
test_refused_lock(void **state)
{
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct rlimit none = {0, 0};
        struct secret *secret = NULL;
        if (setrlimit(RLIMIT_MEMLOCK, &none) != 0 ||
            (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))) {
            _exit(2);
        }
        _exit(secret_new(&secret) == KERR_LOCKED_MEMORY && secret == NULL ? 0 : 1);
    }
    int status = 0;
    assert_true(waitpid(child, &status, 0) == child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

#endif

static void
test_harden(void **state)
{
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct rlimit core = {1, 1};
        secret_harden_process();
        bool ok = getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_cur == 0 && core.rlim_max == 0 &&
                  prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0;
        _exit(ok ? 0 : 1);
    }
    int status = 0;
    assert_true(waitpid(child, &status, 0) == child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_page),
#ifndef __SANITIZE_ADDRESS__
        cmocka_unit_test(test_refused_lock),
#endif
        cmocka_unit_test(test_harden),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
