/* The printer's thread, with a spool of the test's own: whenever a visit ends (while its ticket is laid out, on its way to the spool,
 * or lies there) nothing of it comes out any more, and the spool is empty when the terminal has ended. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/printer_priv.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/fs.h"
#include "print/spool.h"

enum { SOON_MS = 10000 };

static const char fonts[] =
    "font biz /usr/share/fonts/truetype/bizud-gothic/BIZUDPGothic-Regular.ttf\n";
static struct i18n *i18n;

struct stand {
    struct spool spool;
    struct owner owner;
    struct conf *conf;
    struct printer *printer;
};

static void
no_wake(void *ctx)
{
    (void)ctx;
}

static bool
settles(struct printer *printer)
{
    for (int i = 0; i < SOON_MS && !printer_settled(printer); i++) {
        (void)poll(NULL, 0, 1);
    }
    return printer_settled(printer);
}

static bool
comes(const struct stand *stand, const char *name)
{
    for (int i = 0; i < SOON_MS && !spool_has(&stand->spool, name); i++) {
        (void)poll(NULL, 0, 1);
    }
    return spool_has(&stand->spool, name);
}

static struct slip *
ticket(void)
{
    const struct slip_ticket about = {
        .words = i18n, .language = "ja", .number = "00100737", .until = "9:05", .made = 1795305600};
    struct slip *slip = NULL;
    assert_int_equal(slip_ticket_new(&about, &slip), 0);
    return slip;
}

/* A terminal whose printer has done its first sweep. The list of fonts is a pipe: a layout waits for it. */
static void
set_up(struct stand *stand)
{
    char text[512];
    spool_open(&stand->spool);
    spool_says(&stand->spool, "active",
        "slip-12 kiosk 1\nprinter slip now printing slip-12.  enabled since Sunday\n");
    (void)snprintf(text, sizeof(text), "printer = slip\nfonts = %s\n", stand->spool.folder);
    spool_says(&stand->spool, "conf", text);
    char *path = fs_join(stand->spool.folder, "conf");
    assert_int_equal(conf_load(path, &stand->conf, NULL), 0);
    free(path);
    path = fs_join(stand->spool.folder, "paper.list");
    assert_int_equal(mkfifo(path, 0600), 0);
    free(path);
    owner_init(&stand->owner);
    assert_int_equal(
        printer_new(stand->conf, clock_system(), &stand->owner, no_wake, NULL, &stand->printer), 0);
    assert_true(settles(stand->printer));
}

/* Lets the layout that waits for its fonts have them: it is under way when this returns. */
static int
layout_waits(const struct stand *stand)
{
    char *path = fs_join(stand->spool.folder, "paper.list");
    int fd = open(path, O_WRONLY | O_CLOEXEC); /* returns when somebody reads */
    free(path);
    assert_true(fd >= 0);
    return fd;
}

static void
layout_goes_on(int fd)
{
    assert_int_equal(write(fd, fonts, sizeof(fonts) - 1), sizeof(fonts) - 1);
    assert_int_equal(close(fd), 0);
}

static void
ask(struct stand *stand)
{
    assert_int_equal(printer_start(stand->printer, ticket(), owner_now(&stand->owner)), 0);
}

static void
clear_up(struct stand *stand)
{
    printer_free(stand->printer);
    conf_free(stand->conf);
    spool_close(&stand->spool);
}

static void
test_comes(void **state)
{
    (void)state;
    struct stand stand;
    bool done = false;
    set_up(&stand);
    ask(&stand);
    layout_goes_on(layout_waits(&stand));
    assert_true(comes(&stand, "job"));
    assert_true(spool_has(&stand.spool, "paper"));
    assert_int_equal(printer_start(stand.printer, ticket(), owner_now(&stand.owner)), KERR_BUSY);
    spool_says(&stand.spool, "active", "printer slip is idle.  enabled since Sunday\n");
    assert_true(settles(stand.printer));
    assert_true(printer_poll(stand.printer, &done) && done);
    clear_up(&stand);
}

/* The layout takes its time, and the visit is over before it is done: its bytes never leave. */
static void
test_while_laid_out(void **state)
{
    (void)state;
    struct stand stand;
    set_up(&stand);
    ask(&stand);
    int fd = layout_waits(&stand);
    (void)owner_next(&stand.owner); /* and nobody told the thread */
    layout_goes_on(fd);
    assert_true(settles(stand.printer));
    assert_false(spool_has(&stand.spool, "paper"));
    assert_int_equal(atomic_load(&stand.owner.refused[ARTEFACT_PAPER]) > 0, 1);
    clear_up(&stand);
}

/* lp hangs, and the visit ends: it is ended with it, and what it may have given to the spool is swept. */
static void
test_on_its_way(void **state)
{
    (void)state;
    struct stand stand;
    set_up(&stand);
    spool_program(&stand.spool, "lp", ": >job; : >asked; exec sleep 60");
    ask(&stand);
    layout_goes_on(layout_waits(&stand));
    assert_true(comes(&stand, "asked"));
    int64_t before = clock_mono_ms(clock_system());
    (void)owner_next(&stand.owner);
    printer_forget(stand.printer);
    assert_true(settles(stand.printer));
    assert_true(clock_mono_ms(clock_system()) - before < SOON_MS / 2);
    assert_false(spool_has(&stand.spool, "job"));
    clear_up(&stand);
}

/* The visit ends and with it the terminal, at once: the last thing it does is to sweep. */
static void
test_last_sweep(void **state)
{
    (void)state;
    struct stand stand;
    set_up(&stand);
    spool_program(&stand.spool, "lpstat",
        "case \" $* \" in *' -p '*) cat active; : >looked ;; *) [ ! -e job ] || echo 'slip-12' ;; "
        "esac");
    ask(&stand);
    layout_goes_on(layout_waits(&stand));
    assert_true(comes(&stand, "looked"));
    assert_true(spool_has(&stand.spool, "job"));
    (void)owner_next(&stand.owner);
    printer_free(stand.printer);
    stand.printer = NULL;
    assert_false(spool_has(&stand.spool, "job"));
    clear_up(&stand);
}

/* What is written to the log until it is put back; a file in the spool's folder. */
static int
log_to(const struct stand *stand, const char *name)
{
    char *path = fs_join(stand->spool.folder, name);
    int before = dup(STDERR_FILENO);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    free(path);
    assert_true(before >= 0 && fd >= 0);
    assert_int_equal(dup2(fd, STDERR_FILENO), STDERR_FILENO);
    assert_int_equal(close(fd), 0);
    return before;
}

/* How often this stands in a file; 0 without one. */
static size_t
times(const struct stand *stand, const char *name, const char *word)
{
    size_t count = 0;
    char *path = fs_join(stand->spool.folder, name);
    AUTO_BUF text;
    buf_init(&text, 64 * 1024);
    (void)fs_read(path, &text); /* none yet */
    free(path);
    for (const char *at = buf_str(&text); (at = strstr(at, word)) != NULL; at++) {
        count++;
    }
    return count;
}

/* A spool that does not answer is asked again and again, and told of once; so is that it answers. */
static void
test_told_once(void **state)
{
    (void)state;
    struct stand stand;
    set_up(&stand);
    spool_program(
        &stand.spool, "cancel", "echo asked >>asked; [ ! -e deaf ] || exit 1\nrm -f job; : >swept");
    spool_says(&stand.spool, "deaf", "");
    int before = log_to(&stand, "log");
    ask(&stand);
    int fd = layout_waits(&stand);
    (void)owner_next(&stand.owner);
    printer_forget(stand.printer);
    layout_goes_on(fd);
    for (int i = 0; i < SOON_MS && times(&stand, "asked", "asked") < 2; i++) {
        (void)poll(NULL, 0, 1);
    }
    char *deaf = fs_join(stand.spool.folder, "deaf");
    assert_int_equal(unlink(deaf), 0);
    free(deaf);
    bool settled = settles(stand.printer);
    assert_int_equal(dup2(before, STDERR_FILENO), STDERR_FILENO);
    assert_int_equal(close(before), 0);
    assert_true(settled);
    assert_in_range(times(&stand, "asked", "asked"), 3, 100);
    assert_int_equal(times(&stand, "log", "event=slip.sweep "), 1);
    assert_int_equal(times(&stand, "log", "event=slip.swept"), 1);
    clear_up(&stand);
}

static int
open_words(void **state)
{
    (void)state;
    char *locale = conf_share(NULL, "locale");
    int r = i18n_new(locale, &i18n);
    free(locale);
    return r;
}

static int
close_words(void **state)
{
    (void)state;
    i18n_free(i18n);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_comes),
        cmocka_unit_test(test_while_laid_out),
        cmocka_unit_test(test_on_its_way),
        cmocka_unit_test(test_last_sweep),
        cmocka_unit_test(test_told_once),
    };
    return cmocka_run_group_tests(tests, open_words, close_words);
}
