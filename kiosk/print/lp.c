/* print/lp.c - a queue of CUPS by its own programs: no library of the network, no shell. What they answer is read in the C
 * locale (cups-client 2.4: systemv/lp.c, lpstat.c). */
#include "print/print_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/run.h"

enum { ANSWER_MAX = 64 * 1024, SEND_MS = 15000, LOOK_MS = 5000, ARGUMENTS_MAX = 12 };

/* The beginning of a call: program, and the server when one is named. */
static size_t
begin(const struct print_lp *lp, const char *program, const char *arguments[ARGUMENTS_MAX])
{
    size_t n = 0;
    arguments[n++] = program;
    if (lp->server != NULL) {
        arguments[n++] = "-h";
        arguments[n++] = lp->server;
    }
    return n;
}

static int
ask(const char *const *arguments, int cancel_fd, struct buf *answer)
{
    int r = run_child(arguments, (struct run_bytes){"", 0}, LOOK_MS, cancel_fd, answer);
    /* what stands behind a NUL would be passed over, and with it a slip */
    return r == 0 && answer->len > 0 && memchr(answer->data, 0, answer->len) != NULL ? KERR_IO : r;
}

/* "request id is slip-12 (0 file(s))" */
int
lp_read_job(const char *queue_name, const char *answer, char ret_job[PRINT_JOB_MAX])
{
    static const char before[] = "request id is ";
    const char *at = strstr(answer, before);
    if (at == NULL) {
        return KERR_IO;
    }
    at += sizeof(before) - 1;
    size_t len = strcspn(at, " \n");
    size_t queue = strlen(queue_name);
    bool ours = len > queue + 1 && len < PRINT_JOB_MAX && strncmp(at, queue_name, queue) == 0 &&
                at[queue] == '-' && strspn(at + queue + 1, "0123456789") == len - queue - 1;
    if (!ours) {
        return KERR_IO;
    }
    memcpy(ret_job, at, len);
    ret_job[len] = 0;
    return 0;
}

int
print_lp_send(
    const struct print_lp *lp, const struct buf *pdf, int cancel_fd, char ret_job[PRINT_JOB_MAX])
{
    const char *arguments[ARGUMENTS_MAX];
    char life[48];
    AUTO_BUF answer;
    buf_init(&answer, ANSWER_MAX);
    size_t n = begin(lp, "lp", arguments);
    (void)snprintf(life, sizeof(life), "job-cancel-after=%d", PRINT_SLIP_LIFE_S);
    const char *const rest[] = {"-d", lp->queue, "-t", "slip", "-o", life, "-o", "media=A4", NULL};
    _Static_assert(sizeof(rest) / sizeof(rest[0]) + 3 <= ARGUMENTS_MAX, "all of them fit");
    memcpy(arguments + n, rest, sizeof(rest));
    int r =
        run_child(arguments, (struct run_bytes){pdf->data, pdf->len}, SEND_MS, cancel_fd, &answer);
    return r == 0 ? lp_read_job(lp->queue, buf_str(&answer), ret_job) : r;
}

/* The line of lpstat that begins with this word, and behind it its indented ones; NULL: none. */
static const char *
entry(const char *answer, const char *word)
{
    size_t len = strlen(word);
    for (const char *at = answer; at != NULL && *at != 0;) {
        if (strncmp(at, word, len) == 0 && at[len] == ' ') {
            return at;
        }
        at = strchr(at, '\n');
        at = at != NULL ? at + 1 : NULL;
    }
    return NULL;
}

/* Is this word in the lines of an entry? behind: after that beginning of an indented one; NULL: in its first line. */
static bool
tells(const char *at, const char *behind, const char *word)
{
    bool first = true;
    while (at != NULL && *at != 0 && (first || *at == '\t')) {
        size_t len = strcspn(at, "\n");
        const char *found = strstr(at, word);
        bool here = behind == NULL ? first : strncmp(at, behind, strlen(behind)) == 0;
        if (here && found != NULL && found < at + len) {
            return true;
        }
        first = false;
        at += len + (at[len] == '\n' ? 1 : 0);
    }
    return false;
}

/* Printers tell their state in the words of RFC 8011 (5.4.12), "-error", "-warning" or "-report" behind them. */
static bool
waits(const char *printer)
{
    static const char *const words[] = {"-error", "media-empty", "media-needed", "media-jam",
        "cover-open", "door-open", "input-tray-missing", "output-tray-missing", "output-area-full",
        "toner-empty", "marker-supply-empty", "offline", "connecting-to-device", "timed-out"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (tells(printer, "\tAlerts: ", words[i])) {
            return true;
        }
    }
    return false;
}

int
lp_read_state(
    const char *queue_name, const char *job, const char *answer, enum print_lp_state *ret_state)
{
    char printer[PRINT_JOB_MAX];
    (void)snprintf(printer, sizeof(printer), "printer %s", queue_name);
    const char *queue = entry(answer, printer);
    if (queue == NULL) {
        return KERR_IO;
    }
    /* an idle printer beside a job: it went wrong, and will be tried once more some time */
    *ret_state = entry(answer, job) == NULL                       ? PRINT_LP_ENDED
                 : tells(queue, NULL, " disabled since ")         ? PRINT_LP_STANDS
                 : waits(queue) || tells(queue, NULL, " is idle") ? PRINT_LP_WAITS
                                                                  : PRINT_LP_GOES_ON;
    return 0;
}

bool
lp_read_dropped(const char *job, const char *answer)
{
    return tells(entry(answer, job), "\tAlerts: ", "cancel");
}

int
print_lp_look(
    const struct print_lp *lp, const char *job, int cancel_fd, enum print_lp_state *ret_state)
{
    const char *arguments[ARGUMENTS_MAX];
    AUTO_BUF answer;
    buf_init(&answer, ANSWER_MAX);
    size_t n = begin(lp, "lpstat", arguments);
    const char *const active[] = {"-l", "-o", lp->queue, "-p", lp->queue, NULL};
    memcpy(arguments + n, active, sizeof(active));
    int r = ask(arguments, cancel_fd, &answer);
    r = r == 0 ? lp_read_state(lp->queue, job, buf_str(&answer), ret_state) : r;
    if (r < 0 || *ret_state != PRINT_LP_ENDED) {
        return r;
    }
    const char *const ended[] = {"-l", "-W", "completed", "-o", lp->queue, NULL};
    memcpy(arguments + n, ended, sizeof(ended));
    buf_clear(&answer);
    r = ask(arguments, cancel_fd, &answer);
    if (r == 0 && lp_read_dropped(job, buf_str(&answer))) {
        *ret_state = PRINT_LP_DROPPED;
    }
    return r;
}

int
print_lp_sweep(const struct print_lp *lp, bool *ret_empty)
{
    const char *arguments[ARGUMENTS_MAX];
    AUTO_BUF answer;
    buf_init(&answer, ANSWER_MAX);
    *ret_empty = false;
    size_t n = begin(lp, "cancel", arguments);
    const char *const all[] = {"-x", "-a", lp->queue, NULL};
    memcpy(arguments + n, all, sizeof(all));
    int r = ask(arguments, -1, &answer);
    n = begin(lp, "lpstat", arguments);
    const char *const left[] = {"-o", lp->queue, NULL};
    memcpy(arguments + n, left, sizeof(left));
    buf_clear(&answer);
    r = r == 0 ? ask(arguments, -1, &answer) : r;
    *ret_empty = r == 0 && answer.len == 0;
    return r;
}
