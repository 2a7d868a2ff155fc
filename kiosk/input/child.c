/* input/child.c - a program as a child: two pipes, an environment of its own, no descriptors of ours, an
 * unprivileged user when we are root; it dies with the thread that started it. */
#include "input_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"

enum { HOME_MAX = 300 };

/* No descriptor of ours but the first three gets over. */
static void
close_others(void)
{
    struct rlimit files;
    int most =
        getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < 4096 ? (int)files.rlim_cur : 4096;
    for (int fd = 3; fd < most; fd++) {
        (void)close(fd);
    }
}

static bool
give_up_root(void)
{
    return geteuid() != 0 ||
           (setgroups(0, NULL) == 0 && setgid(CHILD_GID) == 0 && setuid(CHILD_UID) == 0);
}

/* In the child: only calls that are safe after a fork of a program with threads. */
static void
become(const struct child_start *start, char *const environment[], int in, int out, pid_t parent)
{
    sigset_t none;
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    int quiet = open("/dev/null", O_RDWR);
    in = start->piped ? in : quiet;
    out = start->piped ? out : quiet;
    if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(quiet, 2) < 0) {
        _exit(127);
    }
    close_others();
    struct rlimit zero = {0, 0};
    if (!give_up_root() || setrlimit(RLIMIT_CORE, &zero) < 0 ||
        (start->single && setrlimit(RLIMIT_NPROC, &zero) < 0) ||
        prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent || setpgid(0, 0) < 0) {
        _exit(127);
    }
    union {
        const char *const *given;
        char *const *wanted; /* execve's prototype only; nothing writes to them */
    } arguments = {.given = start->arguments};
    (void)execve(start->path, arguments.wanted, environment);
    _exit(127);
}

/* A pipe whose ends do not reach programs that others start, and on which nobody waits here. */
static int
pipe_new(int ends[2], int ours)
{
    if (pipe(ends) < 0) {
        return KERR_IO;
    }
    (void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    (void)fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    (void)fcntl(ends[ours], F_SETFL, O_NONBLOCK);
    return 0;
}

static void
close_end(int *end)
{
    if (*end >= 0) {
        (void)close(*end);
    }
    *end = -1;
}

int
child_start(const struct child_start *start, struct child *ret_child)
{
    *ret_child = CHILD_NONE;
    if (access(start->path, X_OK) < 0) {
        return KERR_NOT_FOUND;
    }
    int in[2] = {-1, -1};
    int out[2] = {-1, -1};
    int r = start->piped ? pipe_new(in, 1) : 0;
    if (r == 0 && start->piped) {
        r = pipe_new(out, 0);
    }
    char home[HOME_MAX];
    char path[] = "PATH=/usr/bin:/bin";
    char locale[] = "LC_ALL=C.UTF-8";
    (void)snprintf(home, sizeof(home), "HOME=%s", start->home);
    char *const environment[] = {home, path, locale, NULL};
    pid_t parent = getpid();
    pid_t pid = r == 0 ? fork() : -1;
    if (pid == 0) {
        become(start, environment, in[0], out[1], parent);
    }
    close_end(&in[0]);
    close_end(&out[1]);
    if (pid < 0) {
        close_end(&in[1]);
        close_end(&out[0]);
        return KERR_IO;
    }
    *ret_child = (struct child){.pid = pid, .in = in[1], .out = out[0]};
    return 0;
}

void
child_kill(struct child *child)
{
    if (child->pid > 0) {
        (void)kill(-child->pid, SIGKILL); /* and what it may have started, its group */
        (void)kill(child->pid, SIGKILL); /* the group may not be made yet */
        while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR) {
        }
    }
    close_end(&child->in);
    close_end(&child->out);
    *child = CHILD_NONE;
}

int
child_send(const struct child *child, const char *text)
{
    size_t len = strlen(text);
    /* a question is shorter than a pipe: one that does not fit meets a child that reads nothing */
    return write(child->in, text, len) == (ssize_t)len ? 0 : KERR_IO;
}
