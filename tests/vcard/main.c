/* vcard/main.c - the program `virtual-card`: puts a sample person's card into the virtual reader and
 * keeps it there until it is told to end. A developers' tool; it speaks English. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/fs.h"
#include "vcard/state.h"
#include "vcard/vcard.h"
#include "vcard/vpcd.h"

static const char usage_text[] =
    "usage: virtual-card [options] SAMPLE.card\n"
    "  --port N          of the virtual reader (default 35963)\n"
    "  --state-dir DIR   keeps the tries of each card in DIR/NAME.state\n"
    "  --watch FILE      gets a line for every attempt to read the 12-digit number\n"
    "  --ready FILE      is there while the reader has the card\n"
    "  --lock FILE       is locked while this program runs and holds its pid and the card's name\n"
    "  --mode WORD       a mode or a fault, see tests/vcard/README.md; may be repeated\n"
    "  --swap SAMPLE     the other card, for the mode swap-after\n"
    "  --gap MS          between two cards, or before a card comes back (default 1000)\n"
    "  --return          a card that a fault took away comes back after the gap\n";

struct program {
    struct vcard_config config;
    const char *sample, *swap, *state_dir, *watch, *ready, *lock;
    char *state; /* file of the card in use; owned */
    uint16_t port;
    unsigned gap_ms;
    bool comes_back;
};

static volatile sig_atomic_t stop;

static void complain(const char *fmt, ...) ATTR_PRINTF(1, 2);

static void
complain(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    (void)fputs("virtual-card: ", stderr); /* there is nobody left to tell */
    (void)vfprintf(stderr, fmt, args);
    (void)fputc('\n', stderr);
    va_end(args);
}

static void
on_signal(int number)
{
    (void)number;
    stop = 1;
}

static void
on_counters(void *ctx, const struct vcard_counters *counters)
{
    struct program *program = ctx;
    if (program->state != NULL && vcard_state_save(program->state, counters) < 0) {
        complain("can't write %s", program->state);
        exit(1); /* a card that forgets its tries would make tests lie */
    }
}

static void
on_watch(void *ctx, const char *what)
{
    struct program *program = ctx;
    if (program->watch != NULL && vcard_watch_note(program->watch, what) < 0) {
        complain("can't write %s", program->watch);
        exit(1);
    }
}

static void
on_seen(void *ctx)
{
    struct program *program = ctx;
    if (program->ready != NULL && fs_write_atomic(program->ready, "seen\n", 5, 0600) < 0) {
        complain("can't write %s", program->ready);
    }
}

/* "folder/hanako.card" -> "hanako"; heap. */
static char *
stem(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash != NULL ? slash + 1 : path;
    const char *dot = strrchr(base, '.');
    return xstrndup(base, dot != NULL ? (size_t)(dot - base) : strlen(base));
}

static int
lock_take(const struct program *program)
{
    if (program->lock == NULL) {
        return 0;
    }
    int fd = open(program->lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fd < 0 || fcntl(fd, F_SETLK, &lock) < 0) {
        return KERR_BUSY;
    }
    char *name = stem(program->sample);
    AUTO_BUF text;
    buf_init(&text, 512);
    (void)buf_printf(&text, "%ld %s\n", (long)getpid(), name);
    free(name);
    bool ok = ftruncate(fd, 0) == 0 && write(fd, text.data, text.len) == (ssize_t)text.len;
    return ok ? 0 : KERR_IO; /* fd stays open: the lock lives as long as the program */
}

/* A card of this sample file, its counters as they were left; NULL after saying why. */
static struct vcard *
card_open(struct program *program, const char *sample)
{
    struct vcard_config config = program->config;
    unsigned layout = config.person.layout;
    if (vcard_person_load(sample, &config.person) < 0) {
        complain("%s is no sample card", sample);
        return NULL;
    }
    config.person.layout |= layout;
    struct vcard *card = vcard_new(&config);
    free(program->state);
    program->state = NULL;
    if (program->state_dir != NULL) {
        char *name = stem(sample);
        AUTO_BUF file;
        buf_init(&file, 512);
        (void)buf_printf(&file, "%s.state", name);
        program->state = fs_join(program->state_dir, buf_str(&file));
        free(name);
        if (fs_make_dirs(program->state_dir) < 0 || vcard_state_load(program->state, card) < 0) {
            complain("can't use %s", program->state);
            vcard_free(card);
            return NULL;
        }
    }
    return card;
}

static int
run(struct program *program)
{
    struct vcard *card = card_open(program, program->sample);
    bool here = card != NULL;
    while (here && !stop) {
        int fd = vpcd_connect(program->port, &stop);
        if (fd < 0) {
            break;
        }
        enum vpcd_end end = vpcd_serve(fd, card, &stop, on_seen, program);
        if (program->ready != NULL) {
            (void)unlink(program->ready); /* it may never have been made */
        }
        if (end == VPCD_END_SWAPPED && program->swap != NULL) {
            vcard_free(card);
            program->config.fault_count = 0;
            card = card_open(program, program->swap);
            here = card != NULL;
        } else if (end == VPCD_END_LEFT) {
            here = program->comes_back;
        }
        vpcd_sleep(program->gap_ms, &stop);
    }
    int code = card != NULL ? 0 : 1;
    vcard_free(card);
    free(program->state);
    return code;
}

static bool
number_option(const char *text, unsigned max, unsigned *ret)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    *ret = (unsigned)value;
    return end != text && *end == 0 && value <= max;
}

static bool
options(struct program *program, int argc, char **argv)
{
    static const struct option table[] = {{"port", 1, NULL, 'p'}, {"state-dir", 1, NULL, 's'},
        {"watch", 1, NULL, 'w'}, {"ready", 1, NULL, 'r'}, {"lock", 1, NULL, 'l'},
        {"mode", 1, NULL, 'm'}, {"swap", 1, NULL, 'x'}, {"gap", 1, NULL, 'g'},
        {"return", 0, NULL, 'b'}, {NULL, 0, NULL, 0}};
    unsigned port = VPCD_PORT;
    bool ok = true;
    int c;
    while (ok && (c = getopt_long(argc, argv, "", table, NULL)) != -1) {
        switch (c) {
        case 'p':
            ok = number_option(optarg, 65535, &port);
            break;
        case 's':
            program->state_dir = optarg;
            break;
        case 'w':
            program->watch = optarg;
            break;
        case 'r':
            program->ready = optarg;
            break;
        case 'l':
            program->lock = optarg;
            break;
        case 'm':
            ok = vcard_config_mode(&program->config, optarg) == 0;
            break;
        case 'x':
            program->swap = optarg;
            break;
        case 'g':
            ok = number_option(optarg, 600000, &program->gap_ms);
            break;
        case 'b':
            program->comes_back = true;
            break;
        default:
            ok = false;
        }
    }
    program->port = (uint16_t)port;
    program->sample = optind == argc - 1 ? argv[optind] : NULL;
    return ok && program->sample != NULL;
}

int
main(int argc, char **argv)
{
    struct program program = {.gap_ms = 1000};
    program.config.on_counters = on_counters;
    program.config.on_watch = on_watch;
    program.config.ctx = &program;
    if (!options(&program, argc, argv)) {
        (void)fputs(usage_text, stderr);
        return 2;
    }
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    if (lock_take(&program) < 0) {
        complain("another card is in this reader (%s)", program.lock);
        return 1;
    }
    return run(&program);
}
