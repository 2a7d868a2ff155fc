/* program/ctl_card.c - `kioskctl card`: places a sample person's card on the virtual reader and takes
 * it away, for machines without a reader. The card is a process of its own (virtual-card); it holds
 * a lock on a file as long as it runs, so nothing here ever trusts a pid that may be another's. */
#include "ctl.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/buf.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/fs.h"

enum {
    NAME_MAX_LEN = 64,
    MODES_MAX = 16,
    ARGUMENTS_MAX = 24 + 2 * MODES_MAX,
    READY_MS = 6000, /* pcscd looks for the card every 400 ms; a fresh pcscd needs about a second */
    SERVICE_MS = 5000,
    NOTICE_MS = 900, /* pcscd must see the reader empty, or it takes the next card for this one */
    STEP_MS = 50
};
enum { DONE = 0, FAILED = 1, WRONG_USE = 2 };

static const char usage_text[] =
    "usage: kioskctl card insert NAME [--mode WORD]...   places a sample card on the virtual "
    "reader\n"
    "       kioskctl card remove                         takes it away\n"
    "       kioskctl card status                         says which one lies there\n"
    "       kioskctl card list                           names of the sample cards\n"
    "       kioskctl card reset NAME                     gives it fresh PIN tries\n"
    "modes: first-6f00 no-extended licence unknown remove-after=K delay=K:MS ..., all of them in\n"
    "       tests/vcard/README.md\n";

/* A line for the operator. */
static void complain(const char *fmt, ...) ATTR_PRINTF(1, 2);

static void
complain(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    (void)fputs("kioskctl: ", stderr); /* there is nobody left to tell */
    (void)vfprintf(stderr, fmt, args);
    (void)fputc('\n', stderr);
    va_end(args);
}

/* Where things are; strings are owned. */
struct places {
    char *home, *lock, *ready, *watch, *log, *samples, *program;
};

static void
places_find(struct places *places)
{
    struct conf *conf = NULL;
    (void)conf_load_home(&conf, NULL); /* a machine that is not set up has the usual places */
    char *home = conf_home();
    places->home = fs_join(home, "virtual-card");
    places->lock = fs_join(places->home, "inserted.pid");
    places->ready = fs_join(places->home, "ready");
    places->watch = fs_join(places->home, "watch");
    places->log = fs_join(places->home, "log");
    char *assets = conf_share(conf, "assets");
    places->samples = fs_join(assets, "samples");
    places->program = conf_program("virtual-card");
    free(assets);
    free(home);
    conf_free(conf);
}

static void
places_release(struct places *places)
{
    free(places->home);
    free(places->lock);
    free(places->ready);
    free(places->watch);
    free(places->log);
    free(places->samples);
    free(places->program);
}

static void
sleep_ms(long ms)
{
    nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
}

/* The process that holds the lock; 0 for none. */
static pid_t
holder(const struct places *places)
{
    int fd = open(places->lock, O_RDWR | O_CLOEXEC);
    if (fd < 0) {
        return 0;
    }
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    bool held = fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
    close(fd);
    return held ? lock.l_pid : 0;
}

/* "PID NAME" in the lock file; the name into ret_name. */
static void
holder_name(const struct places *places, char ret_name[NAME_MAX_LEN])
{
    AUTO_BUF text;
    buf_init(&text, 256);
    ret_name[0] = 0;
    if (fs_read(places->lock, &text) == 0) {
        const char *space = strchr(buf_str(&text), ' ');
        if (space != NULL) {
            (void)snprintf(
                ret_name, NAME_MAX_LEN, "%.*s", (int)strcspn(space + 1, "\n"), space + 1);
        }
    }
}

static bool
name_ok(const char *name)
{
    size_t len = strlen(name);
    return len > 0 && len < NAME_MAX_LEN &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

static char *
file_of(const char *folder, const char *name, const char *ending)
{
    AUTO_BUF file;
    buf_init(&file, 2 * NAME_MAX_LEN);
    (void)buf_printf(&file, "%s%s", name, ending);
    return fs_join(folder, buf_str(&file));
}

/* Takes the card away that lies there; true when none lies there afterwards. */
static bool
take_away(const struct places *places)
{
    pid_t pid = holder(places);
    if (pid == 0) {
        return true;
    }
    if (kill(pid, SIGTERM) != 0 && errno != ESRCH) {
        complain("can't end virtual-card (process %ld): %s", (long)pid, strerror(errno));
        return false;
    }
    for (int ms = 0; ms < SERVICE_MS; ms += STEP_MS) {
        if (holder(places) == 0) {
            sleep_ms(NOTICE_MS);
            return true;
        }
        sleep_ms(STEP_MS);
    }
    complain("virtual-card (process %ld) does not end", (long)pid);
    return false;
}

/* A child that outlives us: own session, output into a file. *ret_life reads an end of file when it
 * has ended; the caller closes it. */
static int
start_detached(char *const arguments[], const char *log, int *ret_life)
{
    int life[2];
    if (pipe(life) < 0) {
        return KERR_IO;
    }
    pid_t pid = fork();
    if (pid < 0) {
        close(life[0]);
        close(life[1]);
        return KERR_IO;
    }
    if (pid == 0) {
        close(life[0]);
        (void)setsid(); /* can't fail in a fresh child */
        int in = open("/dev/null", O_RDONLY);
        int out = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        bool ready =
            in >= 0 && out >= 0 && dup2(in, 0) >= 0 && dup2(out, 1) >= 0 && dup2(out, 2) >= 0;
        pid_t second = ready ? fork() : -1; /* so that nobody has to wait for it */
        if (second == 0) {
            execv(arguments[0], arguments);
            _exit(127);
        }
        _exit(second > 0 ? 0 : 1);
    }
    close(life[1]);
    int status;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        close(life[0]);
        return KERR_IO;
    }
    *ret_life = life[0];
    return 0;
}

/* Does pcscd answer? The connection also wakes one that systemd starts on demand. */
static bool
service_answers(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/run/pcscd/pcscd.comm"};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool ok = fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0;
    if (fd >= 0) {
        close(fd);
    }
    return ok;
}

static bool
service_start(const struct places *places)
{
    static const char path[] = "/usr/sbin/pcscd";
    if (access(path, X_OK) != 0) {
        complain("pcscd is not installed (package pcscd)");
        return false;
    }
    if (geteuid() != 0) {
        complain("pcscd is not running; start it: sudo systemctl start pcscd\n");
        return false;
    }
    char daemon[] = "/usr/sbin/pcscd";
    char *arguments[] = {daemon, NULL};
    int life = -1;
    bool ok = start_detached(arguments, places->log, &life) == 0;
    if (ok) {
        close(life); /* pcscd makes itself a daemon: its socket tells */
    }
    for (int ms = 0; ok && ms < SERVICE_MS; ms += STEP_MS) {
        if (service_answers()) {
            printf("pcscd was not running: started it\n");
            return true;
        }
        sleep_ms(STEP_MS);
    }
    complain("pcscd does not start");
    return false;
}

/* The driver of the virtual reader, as Debian's vsmartcard-vpcd installs it. */
static bool
driver_installed(void)
{
    return access("/etc/reader.conf.d/vpcd", R_OK) == 0;
}

static int
start_card(
    const struct places *places, const char *sample, char **modes, size_t mode_count, int *ret_life)
{
    char options[][16] = {"--state-dir", "--watch", "--ready", "--lock", "--mode"};
    const char *values[] = {places->home, places->watch, places->ready, places->lock};
    char *copies[ARGUMENTS_MAX] = {NULL};
    size_t count = 0;
    copies[count++] = xstrdup(places->program);
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        copies[count++] = xstrdup(options[i]);
        copies[count++] = xstrdup(values[i]);
    }
    for (size_t i = 0; i < mode_count; i++) {
        copies[count++] = xstrdup(options[4]);
        copies[count++] = xstrdup(modes[i]);
    }
    copies[count++] = xstrdup(sample);
    int r = start_detached(copies, places->log, ret_life);
    for (size_t i = 0; i < count; i++) {
        free(copies[i]);
    }
    return r;
}

enum outcome { OUTCOME_READY, OUTCOME_ENDED, OUTCOME_SLOW };

/* Waits until the reader has the card, the program has ended, or it takes too long. */
static enum outcome
wait_ready(const struct places *places, int life)
{
    for (int ms = 0; ms < READY_MS; ms += STEP_MS) {
        if (fs_exists(places->ready)) {
            return OUTCOME_READY;
        }
        struct pollfd fd = {.fd = life, .events = POLLIN};
        if (poll(&fd, 1, STEP_MS) > 0) {
            return OUTCOME_ENDED;
        }
    }
    return OUTCOME_SLOW;
}

static void
print_log(const struct places *places)
{
    AUTO_BUF text;
    buf_init(&text, 64 * 1024);
    if (fs_read(places->log, &text) == 0 && text.len > 0) {
        (void)fputs(buf_str(&text), stderr);
    }
}

static int
place(const struct places *places, const char *sample, char **modes, size_t mode_count)
{
    int life = -1;
    (void)unlink(places->ready); /* it may not be there */
    if (start_card(places, sample, modes, mode_count, &life) < 0) {
        complain("can't start %s", places->program);
        return FAILED;
    }
    enum outcome outcome = wait_ready(places, life);
    close(life);
    if (outcome == OUTCOME_ENDED) {
        print_log(places);
        complain("virtual-card has ended");
    } else if (outcome == OUTCOME_SLOW) {
        (void)take_away(places);
        complain("the virtual reader does not take the card; restart pcscd if "
                 "vsmartcard-vpcd was installed after it was started\n");
    }
    return outcome == OUTCOME_READY ? DONE : FAILED;
}

static int
insert(const struct places *places, const char *name, char **modes, size_t mode_count)
{
    char *sample = name_ok(name) ? file_of(places->samples, name, ".card") : NULL;
    if (sample == NULL || !fs_exists(sample)) {
        complain("no sample card %s; kioskctl card list shows them\n", name);
        free(sample);
        return FAILED;
    }
    int code = FAILED;
    if (fs_make_dirs(places->home) < 0) {
        complain("can't make %s", places->home);
    } else if (!driver_installed()) {
        complain("the virtual reader is not installed (package vsmartcard-vpcd)");
    } else if (take_away(places) && (service_answers() || service_start(places))) {
        code = place(places, sample, modes, mode_count);
        if (code == DONE) {
            printf("%s lies on the reader\n", name);
        }
    }
    free(sample);
    return code;
}

static int
insert_command(const struct places *places, int argc, char **argv)
{
    char *modes[MODES_MAX];
    size_t mode_count = 0;
    const char *name = NULL;
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "--mode") == 0 && i + 1 < argc && mode_count < MODES_MAX) {
            modes[mode_count++] = argv[++i];
        } else if (argv[i][0] != '-' && name == NULL) {
            name = argv[i];
        } else {
            return WRONG_USE;
        }
    }
    return name != NULL ? insert(places, name, modes, mode_count) : WRONG_USE;
}

static int
remove_command(const struct places *places)
{
    bool there = holder(places) != 0;
    if (!take_away(places)) {
        return FAILED;
    }
    printf(there ? "the card is taken away\n" : "no card lay there\n");
    return DONE;
}

static int
status_command(const struct places *places)
{
    char name[NAME_MAX_LEN];
    bool service = service_answers();
    if (holder(places) == 0) {
        printf("no virtual card; pcscd %s\n", service ? "runs" : "does not run");
        return FAILED;
    }
    holder_name(places, name);
    printf("%s %s; pcscd %s\n", name,
        fs_exists(places->ready) ? "lies on the reader" : "waits for the reader",
        service ? "runs" : "does not run");
    return fs_exists(places->ready) ? DONE : FAILED;
}

static int
print_sample(const char *file, void *ctx)
{
    const char *folder = ctx;
    char *path = fs_join(folder, file);
    struct conf *conf = NULL;
    if (conf_load(path, &conf, NULL) == 0) {
        printf("%-14.*s %s\n", (int)(strlen(file) - strlen(".card")), file,
            conf_str(conf, "name", "?"));
    }
    conf_free(conf);
    free(path);
    return 0;
}

static int
list_command(const struct places *places)
{
    int r = fs_each(places->samples, ".card", print_sample, places->samples);
    if (r < 0) {
        complain("no sample cards in %s", places->samples);
    }
    return r < 0 ? FAILED : DONE;
}

static int
reset_command(const struct places *places, const char *name)
{
    if (!name_ok(name)) {
        return WRONG_USE;
    }
    char inserted[NAME_MAX_LEN];
    holder_name(places, inserted);
    if (holder(places) != 0 && strcmp(inserted, name) == 0) {
        complain("%s lies on the reader; remove it first\n", name);
        return FAILED;
    }
    char *state = file_of(places->home, name, ".state");
    bool ok = unlink(state) == 0 || errno == ENOENT;
    if (!ok) {
        complain("can't remove %s: %s", state, strerror(errno));
    }
    free(state);
    return ok ? DONE : FAILED;
}

int
ctl_card(int argc, char **argv)
{
    struct places places;
    places_find(&places);
    const char *what = argc > 1 ? argv[1] : "";
    int code = WRONG_USE;
    if (strcmp(what, "insert") == 0) {
        code = insert_command(&places, argc, argv);
    } else if (strcmp(what, "remove") == 0 && argc == 2) {
        code = remove_command(&places);
    } else if (strcmp(what, "status") == 0 && argc == 2) {
        code = status_command(&places);
    } else if (strcmp(what, "list") == 0 && argc == 2) {
        code = list_command(&places);
    } else if (strcmp(what, "reset") == 0 && argc == 3) {
        code = reset_command(&places, argv[2]);
    }
    if (code == WRONG_USE) {
        (void)fputs(usage_text, stderr);
    }
    places_release(&places);
    return code;
}
