/* speech/plug.c - are headphones plugged in? Two witnesses: the switch of a socket (evdev), and sound
 * cards that appear under /dev/snd, as those of USB headphones do. SDL could tell the second too, but its
 * ALSA driver finds out by asking ten times a second with the audio system up; the kernel's inotify wakes us
 * when there is news, so an idle kiosk stays idle. */
#include "speech/speech_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/input.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"

enum { CARDS_MAX = 32, NAME_MAX_LEN = 32 };

struct speech_plug {
    void (*wakeup)(void *ctx);
    void *wakeup_ctx;
    int switch_fd, cards_fd, stop_fd; /* -1: not watched */
    pthread_t thread;
    bool running;
    _Atomic bool plugged;
    /* the thread's own */
    bool in_socket;
    char *folder; /* owned */
    char before[CARDS_MAX][NAME_MAX_LEN]; /* cards that the machine had when watching began */
    size_t before_count;
    size_t new_cards;
};

/* The kernel's name of a device that plays: pcmC1D0p. */
static bool
plays(const char *name)
{
    size_t len = strlen(name);
    return len > 5 && len < NAME_MAX_LEN && strncmp(name, "pcmC", 4) == 0 && name[len - 1] == 'p';
}

static bool
was_before(const struct speech_plug *plug, const char *name)
{
    for (size_t i = 0; i < plug->before_count; i++) {
        if (strcmp(plug->before[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static int
remember(const char *name, void *ctx)
{
    struct speech_plug *plug = ctx;
    if (plays(name) && plug->before_count < CARDS_MAX) {
        (void)snprintf(
            plug->before[plug->before_count++], NAME_MAX_LEN, "%.*s", NAME_MAX_LEN - 1, name);
    }
    return 0;
}

static int
count_new(const char *name, void *ctx)
{
    struct speech_plug *plug = ctx;
    plug->new_cards += plays(name) && !was_before(plug, name);
    return 0;
}

static void
tell(struct speech_plug *plug)
{
    bool now = plug->in_socket || plug->new_cards > 0;
    if (atomic_exchange(&plug->plugged, now) != now && plug->wakeup != NULL) {
        plug->wakeup(plug->wakeup_ctx);
    }
}

/* What the folder holds counts, not the single events: one may have been lost. */
static void
cards_changed(struct speech_plug *plug)
{
    char events[4096];
    while (read(plug->cards_fd, events, sizeof(events)) > 0) {
    }
    plug->new_cards = 0;
    (void)fs_each(plug->folder, NULL, count_new, plug); /* no folder: no cards */
}

static void
switch_changed(struct speech_plug *plug)
{
    struct input_event event;
    ssize_t n;
    while ((n = read(plug->switch_fd, &event, sizeof(event))) == (ssize_t)sizeof(event)) {
        if (event.type == EV_SW && event.code == SW_HEADPHONE_INSERT) {
            plug->in_socket = event.value != 0;
        }
    }
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) { /* the device is gone */
        (void)close(plug->switch_fd);
        plug->switch_fd = -1;
        plug->in_socket = false;
    }
}

static void *
watch(void *arg)
{
    struct speech_plug *plug = arg;
    for (;;) {
        struct pollfd fds[] = {{.fd = plug->stop_fd, .events = POLLIN},
            {.fd = plug->switch_fd, .events = POLLIN}, {.fd = plug->cards_fd, .events = POLLIN}};
        if (poll(fds, sizeof(fds) / sizeof(fds[0]), -1) < 0 && errno != EINTR) {
            return NULL;
        }
        if (fds[0].revents != 0) {
            return NULL;
        }
        if (fds[1].revents != 0) {
            switch_changed(plug);
        }
        if (fds[2].revents != 0) {
            cards_changed(plug);
        }
        tell(plug);
    }
}

static void
open_switch(struct speech_plug *plug, const char *device)
{
    /* for writing too: a FIFO in its place then never ends */
    plug->switch_fd = open(device, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (plug->switch_fd < 0) {
        plug->switch_fd = open(device, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    }
    unsigned char bits[SW_MAX / 8 + 1] = {0};
    if (plug->switch_fd >= 0 && ioctl(plug->switch_fd, EVIOCGSW(sizeof(bits)), bits) >= 0) {
        plug->in_socket = (bits[SW_HEADPHONE_INSERT / 8] >> (SW_HEADPHONE_INSERT % 8) & 1) != 0;
    }
}

static void
open_cards(struct speech_plug *plug)
{
    plug->cards_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (plug->cards_fd >= 0 &&
        inotify_add_watch(plug->cards_fd, plug->folder, IN_CREATE | IN_DELETE | IN_MOVE) < 0) {
        (void)close(plug->cards_fd);
        plug->cards_fd = -1;
    }
    (void)fs_each(plug->folder, NULL, remember, plug);
}

struct speech_plug *
speech_plug_new(const struct speech_plug_config *config)
{
    struct speech_plug *plug = xcalloc(1, sizeof(*plug));
    plug->wakeup = config->wakeup;
    plug->wakeup_ctx = config->wakeup_ctx;
    plug->switch_fd = plug->cards_fd = -1;
    plug->folder = xstrdup(config->sound_cards != NULL ? config->sound_cards : "/dev/snd");
    if (config->device != NULL && config->device[0] != 0) {
        open_switch(plug, config->device);
    }
    open_cards(plug);
    atomic_store(&plug->plugged, plug->in_socket);
    plug->stop_fd = eventfd(0, EFD_CLOEXEC);
    sigset_t all;
    sigset_t old;
    (void)sigfillset(&all); /* signals are the main thread's */
    (void)pthread_sigmask(SIG_SETMASK, &all, &old);
    plug->running = plug->stop_fd >= 0 && (plug->switch_fd >= 0 || plug->cards_fd >= 0) &&
                    pthread_create(&plug->thread, NULL, watch, plug) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &old, NULL);
    return plug;
}

void
speech_plug_free(struct speech_plug *plug)
{
    if (plug == NULL) {
        return;
    }
    if (plug->running) {
        uint64_t one = 1;
        ssize_t done = write(plug->stop_fd, &one, sizeof(one));
        (void)done; /* a full eventfd is readable too */
        (void)pthread_join(plug->thread, NULL);
    }
    int fds[] = {plug->switch_fd, plug->cards_fd, plug->stop_fd};
    for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
        if (fds[i] >= 0) {
            (void)close(fds[i]);
        }
    }
    free(plug->folder);
    free(plug);
}

bool
speech_plugged(const struct speech_plug *plug)
{
    return plug != NULL && atomic_load(&plug->plugged);
}
