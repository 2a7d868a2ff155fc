/* base/run.c - one child from its start to its end, without a shell. */
#include "base/run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"

enum { CHUNK = 16384, END_MS = 500, FDS_MAX = 256 };

struct child {
    pid_t pid;
    int in, out; /* our ends of its pipes; -1: closed */
};

static void
close_fd(int *fd)
{
    if (*fd >= 0) {
        (void)close(*fd);
        *fd = -1;
    }
}

static int
make_pipe(int fds[2])
{
    if (pipe(fds) != 0) {
        fds[0] = fds[1] = -1;
        return KERR_IO;
    }
    for (int i = 0; i < 2; i++) {
        (void)fcntl(fds[i], F_SETFD, FD_CLOEXEC); /* can't fail on an open descriptor */
    }
    return 0;
}

/* Signals as a new program expects them, its own group, nothing open but the three. */
static int
spawn(const char *const *argv, int in, int out, pid_t *ret_pid)
{
    static const char *const environment[] = {
        "PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C.UTF-8", NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t all;
    sigset_t none;
    (void)sigfillset(&all);
    (void)sigemptyset(&none);
    if (posix_spawn_file_actions_init(&files) != 0) {
        return KERR_NO_MEMORY;
    }
    if (posix_spawnattr_init(&attributes) != 0) {
        (void)posix_spawn_file_actions_destroy(&files);
        return KERR_NO_MEMORY;
    }
    int e = posix_spawn_file_actions_adddup2(&files, in, 0);
    e = e != 0 ? e : posix_spawn_file_actions_adddup2(&files, out, 1);
    e = e != 0 ? e : posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
    for (int fd = 3; e == 0 && fd < FDS_MAX; fd++) { /* glibc passes over those that aren't open */
        e = posix_spawn_file_actions_addclose(&files, fd);
    }
    e = e != 0 ? e
               : posix_spawnattr_setflags(&attributes,
                     POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    e = e != 0 ? e : posix_spawnattr_setpgroup(&attributes, 0);
    e = e != 0 ? e : posix_spawnattr_setsigdefault(&attributes, &all);
    e = e != 0 ? e : posix_spawnattr_setsigmask(&attributes, &none);
    /* the interfaces of POSIX promise not to write to these strings */
    union {
        const char *const *given;
        char *const *wanted;
    } arguments = {.given = argv}, variables = {.given = environment};
    e = e != 0 ? e
               : posix_spawnp(
                     ret_pid, argv[0], &files, &attributes, arguments.wanted, variables.wanted);
    (void)posix_spawnattr_destroy(&attributes);
    (void)posix_spawn_file_actions_destroy(&files);
    return e == 0 ? 0 : e == ENOENT || e == EACCES ? KERR_NOT_FOUND : KERR_IO;
}

static int
start(const char *const *argv, struct child *ret_child)
{
    int in[2] = {-1, -1};
    int out[2] = {-1, -1};
    *ret_child = (struct child){.in = -1, .out = -1};
    int r = make_pipe(in);
    r = r == 0 ? make_pipe(out) : r;
    r = r == 0 ? spawn(argv, in[0], out[1], &ret_child->pid) : r;
    close_fd(&in[0]);
    close_fd(&out[1]);
    if (r < 0) {
        close_fd(&in[1]);
        close_fd(&out[0]);
        return r;
    }
    (void)fcntl(in[1], F_SETFL, O_NONBLOCK);
    (void)fcntl(out[0], F_SETFL, O_NONBLOCK);
    ret_child->in = in[1];
    ret_child->out = out[0];
    return 0;
}

/* Writes what fits; closes the pipe when all of it is through or nobody reads. */
static void
feed(struct child *child, const uint8_t **bytes, size_t *left)
{
    ssize_t n = write(child->in, *bytes, *left);
    if (n > 0) {
        *bytes += n;
        *left -= (size_t)n;
    }
    if (*left == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
        close_fd(&child->in);
    }
}

/* 1: more may come, 0: end, else an error. */
static int
drain(struct child *child, struct buf *out)
{
    uint8_t chunk[CHUNK];
    ssize_t n = read(child->out, chunk, sizeof(chunk));
    int r = 1;
    if (n > 0) {
        r = buf_add(out, chunk, (size_t)n);
        r = r < 0 ? r : 1;
    } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
        close_fd(&child->out);
        r = n == 0 ? 0 : KERR_IO;
    }
    explicit_bzero(chunk, sizeof(chunk));
    return r;
}

static int
talk(struct child *child, struct run_bytes in, int64_t until, int cancel_fd, struct buf *out)
{
    const uint8_t *bytes = in.data;
    size_t left = in.len;
    for (;;) {
        int64_t wait = until - clock_mono_ms(clock_system());
        if (wait <= 0) {
            return KERR_BUSY;
        }
        struct pollfd fds[] = {{.fd = child->out, .events = POLLIN},
            {.fd = child->in, .events = POLLOUT}, {.fd = cancel_fd, .events = POLLIN}};
        int n = poll(fds, sizeof(fds) / sizeof(fds[0]), (int)wait);
        if (n < 0 && errno != EINTR) {
            return KERR_IO;
        }
        if (n <= 0) {
            continue; /* time is looked at above */
        }
        if (fds[2].revents != 0) {
            return KERR_CANCELLED;
        }
        if (child->in >= 0 && fds[1].revents != 0) {
            feed(child, &bytes, &left);
        }
        if (fds[0].revents != 0) {
            int r = drain(child, out);
            if (r <= 0) {
                return r;
            }
        }
    }
}

/* Gives a child that is done a moment to leave; true when it left well. */
static bool
left_well(pid_t pid, int64_t until)
{
    int fd = pidfd_open(pid, 0);
    struct pollfd gone = {.fd = fd, .events = POLLIN};
    int64_t wait = until - clock_mono_ms(clock_system());
    wait = wait > END_MS ? END_MS : wait < 0 ? 0 : wait;
    bool left = fd >= 0 && poll(&gone, 1, (int)wait) == 1;
    close_fd(&fd);
    return left;
}

int
run_child(
    const char *const *argv, struct run_bytes in, int limit_ms, int cancel_fd, struct buf *out)
{
    struct child child;
    int64_t until = clock_mono_ms(clock_system()) + limit_ms;
    int r = start(argv, &child);
    if (r < 0) {
        return r;
    }
    r = talk(&child, in, until, cancel_fd, out);
    close_fd(&child.in);
    close_fd(&child.out);
    if (r == 0 && !left_well(child.pid, until)) {
        r = KERR_BUSY;
    }
    (void)kill(-child.pid, SIGKILL); /* whatever of its group is left; ESRCH is fine */
    int status = 0;
    while (waitpid(child.pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (r == 0 && (!WIFEXITED(status) || WEXITSTATUS(status) != 0)) {
        r = KERR_IO;
    }
    return r;
}

bool
run_exists(const char *program)
{
    static const char *const folders[] = {"/usr/local/bin", "/usr/bin", "/bin"};
    if (strchr(program, '/') != NULL) {
        return access(program, X_OK) == 0;
    }
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        char path[256];
        int n = snprintf(path, sizeof(path), "%s/%s", folders[i], program);
        if (n > 0 && (size_t)n < sizeof(path) && access(path, X_OK) == 0) {
            return true;
        }
    }
    return false;
}
