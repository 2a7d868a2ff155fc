/* app/printer.c - the thread that lays out a slip, gives it to the spool, looks after it and sweeps the spool. The machine
 * (printing.c) says what to do; here it is done, outside the lock. */
#include "app/printer_priv.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "app/printing_priv.h"
#include "base/alloc.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/secret.h"

enum {
    WAIT_S = 45,
    LOOK_MS = 500,
    SWEEP_MS = 2000,
    WAITS_MAX = 4, /* looks: what a printer says may be of what was mended a moment ago */
    PDF_MAX = 4 * 1024 * 1024
};

struct printer {
    const struct clock *clock;
    char *queue, *server, *fonts; /* server may be NULL */
    struct print_lp lp;
    void (*wakeup)(void *);
    void *wakeup_ctx;
    int cancel_fd; /* readable: the visit of the slip under way is over */
    pthread_t thread;
    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t changed;
    bool stop;
    struct printing machine;
    struct slip *slip; /* asked for, or under way: then the thread's */
    /* the thread's own */
    char job[PRINT_JOB_MAX];
    int waits; /* looks at which the printer waited for somebody */
    bool is_deaf; /* the last sweep left something, or was not answered; since then: */
    int64_t deaf_ms;
};

static int64_t
now_ms(const struct printer *printer)
{
    return clock_mono_ms(printer->clock);
}

/* ---- what is done, without the lock ---- */

static int
send_slip(struct printer *printer, const struct slip *slip, uint64_t visit)
{
    struct print *print;
    AUTO_BUF pdf;
    buf_init(&pdf, PDF_MAX);
    int r =
        print_new(printer->fonts, &print); /* opened for each: fonts are large, slips are rare */
    if (r == 0) {
        r = slip_pdf(slip, print, &pdf);
        print_free(print);
    }
    printer->waits = 0;
    /* the layout took its time: this is the moment in which it comes out */
    if (r == 0 && !owner_lets_out(printer->machine.owner, ARTEFACT_PAPER, visit)) {
        r = KERR_CANCELLED;
    }
    r = r == 0 ? print_lp_send(&printer->lp, &pdf, printer->cancel_fd, printer->job) : r;
    secret_wipe_stack();
    LOG(r == 0 || r == KERR_CANCELLED ? LOG_INFO : LOG_ERROR, "slip.send", LOG_ERR(r));
    return r;
}

static enum printing_look
look(struct printer *printer)
{
    enum print_lp_state state = PRINT_LP_GOES_ON;
    int r = print_lp_look(&printer->lp, printer->job, printer->cancel_fd, &state);
    if (r == KERR_CANCELLED) {
        return PRINTING_GOES_ON; /* the machine knows why */
    }
    if (r < 0) {
        LOG(LOG_ERROR, "slip.look", LOG_ERR(r));
        return PRINTING_FAULT;
    }
    printer->waits = state == PRINT_LP_WAITS ? printer->waits + 1 : 0;
    if (state == PRINT_LP_STANDS || state == PRINT_LP_DROPPED || printer->waits >= WAITS_MAX) {
        LOG(LOG_WARN, "slip.printer", LOG_INT("state", state));
        return PRINTING_FAULT;
    }
    return state == PRINT_LP_ENDED ? PRINTING_DONE : PRINTING_GOES_ON;
}

static bool
sweep(struct printer *printer)
{
    bool empty = false;
    int r = print_lp_sweep(&printer->lp, &empty);
    if (!empty && !printer->is_deaf) { /* it is asked each two seconds */
        LOG(LOG_ERROR, "slip.sweep", LOG_ERR(r));
    } else if (empty && printer->is_deaf) {
        LOG(LOG_INFO, "slip.swept", LOG_INT("ms", now_ms(printer) - printer->deaf_ms));
    }
    printer->deaf_ms = empty || printer->is_deaf ? printer->deaf_ms : now_ms(printer);
    printer->is_deaf = !empty;
    return empty;
}

/* ---- the thread ---- */

/* Waits with the lock; ms 0: until somebody has something to say. */
static void
rest(struct printer *printer, int ms)
{
    struct timespec until;
    if (ms == 0) {
        (void)pthread_cond_wait(&printer->changed, &printer->lock);
        return;
    }
    (void)clock_gettime(CLOCK_MONOTONIC, &until); /* can't fail */
    int64_t ns = until.tv_nsec + (int64_t)ms * 1000000;
    until.tv_sec += ns / 1000000000;
    until.tv_nsec = ns % 1000000000;
    (void)pthread_cond_timedwait(&printer->changed, &printer->lock, &until); /* or later */
}

/* One step of the machine, called and left with the lock. How long to rest after it; -1: not at all, 0: until something changes. */
static int
step(struct printer *printer)
{
    struct printing *machine = &printer->machine;
    enum printing_step step = printing_next(machine, now_ms(printer));
    struct slip *slip = printer->slip;
    uint64_t visit = machine->visit;
    if (step == PRINTING_REST) {
        slip_free(slip); /* of a visit that ended before it went */
        printer->slip = NULL;
        return 0;
    }
    (void)pthread_mutex_unlock(&printer->lock);
    int sent = step == PRINTING_SEND ? send_slip(printer, slip, visit) : 0;
    enum printing_look seen = step == PRINTING_LOOK ? look(printer) : PRINTING_GOES_ON;
    bool empty = step == PRINTING_SWEEP && sweep(printer);
    (void)pthread_mutex_lock(&printer->lock);
    switch (step) {
    case PRINTING_SEND:
        slip_free(slip);
        printer->slip = NULL;
        printing_sent(machine, sent, now_ms(printer));
        break;
    case PRINTING_LOOK:
        printing_looked(machine, seen, now_ms(printer));
        break;
    case PRINTING_SWEEP:
        printing_swept(machine, empty);
        break;
    case PRINTING_REST:
        break;
    }
    printer->wakeup(printer->wakeup_ctx);
    return step == PRINTING_SWEEP && !empty                              ? SWEEP_MS
           : step == PRINTING_LOOK && machine->state == PRINTING_SPOOLED ? LOOK_MS
                                                                         : -1;
}

static void *
run(void *arg)
{
    struct printer *printer = arg;
    bool last = false;
    (void)pthread_mutex_lock(&printer->lock); /* can't fail on a default mutex of ours */
    while (!last) {
        last = printer->stop; /* once more: a slip under way is swept */
        int ms = step(printer);
        if (!printer->stop && ms >= 0) {
            rest(printer, ms);
        }
    }
    (void)pthread_mutex_unlock(&printer->lock);
    return NULL;
}

/* No signal of the process lands in the thread; a child that died is told by write. */
static int
start_thread(struct printer *printer)
{
    sigset_t all;
    sigset_t old;
    pthread_condattr_t attr; /* none of these can fail with what is asked here */
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&printer->lock, NULL);
    (void)pthread_cond_init(&printer->changed, &attr);
    (void)pthread_condattr_destroy(&attr);
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &old);
    int r = pthread_create(&printer->thread, NULL, run, printer) == 0 ? 0 : KERR_NO_MEMORY;
    (void)pthread_sigmask(SIG_SETMASK, &old, NULL);
    return r;
}

/* ---- for the app ---- */

static void
destroy(struct printer *printer)
{
    slip_free(printer->slip);
    (void)pthread_cond_destroy(&printer->changed);
    (void)pthread_mutex_destroy(&printer->lock);
    (void)close(printer->cancel_fd);
    free(printer->queue);
    free(printer->server);
    free(printer->fonts);
    free(printer);
}

int
printer_new(const struct conf *conf, const struct clock *clock, struct owner *owner,
    void (*wakeup)(void *), void *wakeup_ctx, struct printer **ret)
{
    const char *queue = conf_str(conf, "printer", "");
    const char *server = conf_str(conf, "printer-server", "");
    *ret = NULL;
    if (queue[0] == 0) {
        return 0;
    }
    struct printer *printer = xcalloc(1, sizeof(*printer));
    char *folder = conf_share(conf, "fonts");
    printer->clock = clock;
    printer->wakeup = wakeup;
    printer->wakeup_ctx = wakeup_ctx;
    printer->fonts = fs_join(folder, "paper.list");
    printer->queue = xstrdup(queue);
    printer->server = server[0] != 0 ? xstrdup(server) : NULL;
    printer->lp = (struct print_lp){.queue = printer->queue, .server = printer->server};
    printer->cancel_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    free(folder);
    int wait_ms = (int)conf_int(conf, "printer-wait-s", 1, PRINT_SLIP_LIFE_S - 5, WAIT_S) * 1000;
    printing_init(&printer->machine, owner, wait_ms, clock_mono_ms(clock));
    int r = printer->cancel_fd < 0 ? KERR_NO_MEMORY : start_thread(printer);
    if (r < 0) {
        destroy(printer);
        return r;
    }
    *ret = printer;
    return 0;
}

static void
signal_cancel(struct printer *printer)
{
    (void)eventfd_write(printer->cancel_fd, 1); /* full only when it is readable anyway */
}

void
printer_free(struct printer *printer)
{
    if (printer == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&printer->lock);
    printer->stop = true;
    signal_cancel(printer);
    (void)pthread_cond_signal(&printer->changed);
    (void)pthread_mutex_unlock(&printer->lock);
    (void)pthread_join(printer->thread, NULL);
    destroy(printer);
}

int
printer_start(struct printer *printer, struct slip *take_slip, uint64_t visit)
{
    (void)pthread_mutex_lock(&printer->lock);
    int r = printing_ask(&printer->machine, visit, now_ms(printer));
    if (r == 0) {
        eventfd_t old;
        (void)eventfd_read(printer->cancel_fd, &old); /* what was said to the slip before */
        printer->slip = take_slip;
        (void)pthread_cond_signal(&printer->changed);
    }
    (void)pthread_mutex_unlock(&printer->lock);
    if (r < 0) {
        slip_free(take_slip);
    }
    return r;
}

bool
printer_poll(struct printer *printer, bool *ret_done)
{
    if (printer == NULL) {
        return false;
    }
    (void)pthread_mutex_lock(&printer->lock);
    bool news = printing_news(&printer->machine, ret_done);
    (void)pthread_mutex_unlock(&printer->lock);
    return news;
}

void
printer_forget(struct printer *printer)
{
    if (printer != NULL) {
        (void)pthread_mutex_lock(&printer->lock);
        signal_cancel(printer);
        (void)pthread_cond_signal(&printer->changed);
        (void)pthread_mutex_unlock(&printer->lock);
    }
}

bool
printer_settled(struct printer *printer)
{
    if (printer == NULL) {
        return true;
    }
    (void)pthread_mutex_lock(&printer->lock);
    bool settled = printing_settled(&printer->machine, now_ms(printer));
    (void)pthread_mutex_unlock(&printer->lock);
    return settled;
}
