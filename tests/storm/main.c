/* storm KIOSKS RECORDS SEED FAULTS FOLDER SYNC INTAKE [LEDGER]
 *
 * RECORDS are spread over KIOSKS queues in the empty FOLDER; each has a process that fills it and SYNC
 * that drains it, over a line where FAULTS of 1,000 requests meet one. Every process is killed with
 * SIGKILL again and again. Then the line calms down, and what is promised is checked: 0 it holds, 1 it
 * does not. With STORM_HARM in the environment a signed event of a terminal is changed first. */
#define _GNU_SOURCE
#include "storm/storm.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/rng.h"

enum { CALM_TRIES = 20, KILL_MS_MAX = 900, STORM_S_MAX = 150 };

enum role { ROLE_INTAKE, ROLE_PROXY, ROLE_SYNC, ROLE_FILL };

/* One process that may be killed; pid 0: not there. */
struct actor {
    enum role role;
    unsigned kiosk;
    pid_t pid;
    bool is_over; /* it filled its queue */
};

static struct storm storm;
static struct actor actors[2 + 2 * STORM_KIOSKS_MAX];
static unsigned actor_count;
static unsigned long kills[4];

static int64_t
now_ms(void)
{
    return clock_mono_ms(clock_system());
}

static void
run_program(const char *program, const char *home, const char *log, const char *argument)
{
    int fd = storm_append(log);
    if (setenv("KIOSK_HOME", home, 1) != 0 || dup2(fd, STDERR_FILENO) < 0) {
        storm_die("a child");
    }
    execl(program, program, argument, (char *)NULL);
    storm_die(program);
}

static pid_t
start(enum role role, unsigned kiosk, const char *argument)
{
    char home[STORM_PATH], log[STORM_PATH];
    pid_t pid = fork();
    if (pid != 0) {
        return pid > 0 ? pid : (storm_die("fork"), 0);
    }
    switch (role) {
    case ROLE_INTAKE:
        storm_path(&storm, home, "city");
        storm_path(&storm, log, "city/intake.log");
        run_program(storm.intake, home, log, NULL);
        break;
    case ROLE_SYNC:
        storm_path(&storm, home, "kiosk-%03u", kiosk);
        storm_path(&storm, log, "kiosk-%03u/sync.log", kiosk);
        run_program(storm.sync, home, log, argument);
        break;
    case ROLE_PROXY:
        storm_proxy(&storm);
    case ROLE_FILL:
        storm_fill(&storm, kiosk);
    }
    _exit(3);
}

/* Collects the dead; a queue's filler that ended by itself is done or comes again. */
static void
reap(void)
{
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        for (unsigned i = 0; i < actor_count; i++) {
            if (actors[i].pid == pid) {
                actors[i].pid = 0;
                actors[i].is_over =
                    actors[i].role == ROLE_FILL && WIFEXITED(status) && WEXITSTATUS(status) == 0;
            }
        }
    }
}

static void
start_missing(void)
{
    for (unsigned i = 0; i < actor_count; i++) {
        if (actors[i].pid == 0 && !actors[i].is_over) {
            actors[i].pid = start(actors[i].role, actors[i].kiosk, NULL);
        }
    }
}

static void
end(struct actor *actor, int number)
{
    if (actor->pid > 0) {
        (void)kill(actor->pid, number);
        (void)waitpid(actor->pid, NULL, 0);
        actor->pid = 0;
    }
}

static void
end_all(void)
{
    for (unsigned i = 0; i < actor_count; i++) {
        end(&actors[i], SIGKILL);
    }
}

static void
nap(int64_t ms)
{
    struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
    (void)nanosleep(&time, NULL);
}

static uint64_t
left(void)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < storm.kiosks; i++) {
        sum += storm_queued(&storm, i);
    }
    return sum < storm.each * storm.kiosks ? sum : storm.each * storm.kiosks;
}

static bool
all_filled(void)
{
    for (unsigned i = 0; i < actor_count; i++) {
        if (actors[i].role == ROLE_FILL && !actors[i].is_over) {
            return false;
        }
    }
    return true;
}

/* Kills one process: the two that everybody needs one time in four. */
static void
strike(struct rng_seeded *rng)
{
    uint32_t which = rng_seeded_below(rng, 8);
    unsigned victim = which < 2 ? which : 2 + rng_seeded_below(rng, actor_count - 2);
    if (actors[victim].pid > 0) {
        kills[actors[victim].role]++;
        end(&actors[victim], SIGKILL);
    }
}

/* Until the queues are full and nearly drained again. What was left when it ended. */
static uint64_t
rage(struct rng_seeded *rng)
{
    int64_t end_at = now_ms() + (int64_t)STORM_S_MAX * 1000, look_at = 0;
    uint64_t rest = storm.each * storm.kiosks;
    while (now_ms() < end_at && (rest > storm.each * storm.kiosks / 50 || !all_filled())) {
        reap();
        start_missing();
        nap(40 + rng_seeded_below(rng, KILL_MS_MAX));
        strike(rng);
        if (all_filled() && now_ms() >= look_at) {
            rest = left();
            look_at = now_ms() + 1000;
        }
    }
    return rest;
}

/* A good line at last: everything is sent. */
static void
calm(void)
{
    atomic_store(&storm.weather->is_calm, true);
    while (!all_filled()) {
        reap();
        start_missing();
        nap(20);
    }
    for (unsigned i = 0; i < actor_count; i++) {
        if (actors[i].role == ROLE_SYNC) {
            end(&actors[i], SIGTERM);
            actors[i].is_over = true;
        }
    }
    for (int turn = 0; turn < CALM_TRIES && left() > 0; turn++) {
        reap();
        start_missing();
        for (unsigned i = 0; i < actor_count; i++) {
            if (actors[i].role == ROLE_SYNC && storm_queued(&storm, actors[i].kiosk) != 0) {
                actors[i].pid = start(ROLE_SYNC, actors[i].kiosk, "--once");
            }
        }
        for (unsigned i = 0; i < actor_count; i++) {
            if (actors[i].role == ROLE_SYNC && actors[i].pid > 0) {
                (void)waitpid(actors[i].pid, NULL, 0);
                actors[i].pid = 0;
            }
        }
    }
    nap(1600); /* the last late repeats, which must change nothing */
}

static int
listen_any(uint16_t *ret_port)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof(address);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(fd, 512) != 0 || getsockname(fd, (struct sockaddr *)&address, &len) != 0) {
        storm_die("a port");
    }
    *ret_port = ntohs(address.sin_port);
    return fd;
}

static void
tell(int64_t began_ms, uint64_t rest)
{
    const struct weather *weather = storm.weather;
    printf("storm: %u kiosks, %llu records in %.1f s, all but %llu of them in the storm; %llu "
           "requests, "
           "%llu faults; killed: intake %lu, line %lu, syncs %lu, kiosks %lu; seed %llu\n",
        storm.kiosks, (unsigned long long)(storm.each * storm.kiosks),
        (double)(now_ms() - began_ms) / 1000, (unsigned long long)rest,
        (unsigned long long)atomic_load(&weather->requests),
        (unsigned long long)atomic_load(&weather->faults), kills[ROLE_INTAKE], kills[ROLE_PROXY],
        kills[ROLE_SYNC], kills[ROLE_FILL], (unsigned long long)storm.seed);
    for (unsigned i = 0; storm_fault_name(i) != NULL; i++) {
        printf("%s%s %llu", i > 0 ? ", " : "storm: ", storm_fault_name(i),
            (unsigned long long)atomic_load(&weather->kinds[i]));
    }
    printf("\n");
}

int
main(int argc, char **argv)
{
    if (argc != 8 && argc != 9) {
        fprintf(stderr, "usage: storm KIOSKS RECORDS SEED FAULTS FOLDER SYNC INTAKE [LEDGER]\n");
        return 2;
    }
    char ledger[STORM_PATH];
    storm = (struct storm){.kiosks = (unsigned)strtoul(argv[1], NULL, 10),
        .seed = strtoull(argv[3], NULL, 10),
        .faults = (unsigned)strtoul(argv[4], NULL, 10),
        .folder = argv[5],
        .sync = argv[6],
        .intake = argv[7]};
    if (storm.kiosks < 1 || storm.kiosks > STORM_KIOSKS_MAX) {
        return 2;
    }
    storm.each = (strtoull(argv[2], NULL, 10) + storm.kiosks - 1) / storm.kiosks;
    storm_path(&storm, ledger, "city/ledger.db");
    storm.ledger = argc == 9 ? argv[8] : ledger;
    storm.weather = mmap(
        NULL, sizeof(*storm.weather), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    close(listen_any(&storm.intake_port)); /* in a network of its own nobody else takes it */
    storm.listener = listen_any(&storm.proxy_port);
    int64_t began_ms = now_ms();
    storm_set_up(&storm);
    actors[actor_count++] = (struct actor){.role = ROLE_INTAKE};
    actors[actor_count++] = (struct actor){.role = ROLE_PROXY};
    for (unsigned i = 0; i < storm.kiosks; i++) {
        actors[actor_count++] = (struct actor){.role = ROLE_FILL, .kiosk = i};
        actors[actor_count++] = (struct actor){.role = ROLE_SYNC, .kiosk = i};
    }
    struct rng_seeded rng = {.state = storm.seed};
    uint64_t rest = rage(&rng);
    calm();
    end_all();
    if (getenv("STORM_HARM") != NULL) {
        storm_harm(&storm);
    }
    tell(began_ms, rest);
    bool holds = storm_check(&storm);
    printf("storm: %s\n", holds ? "every promise holds" : "BROKEN");
    return holds ? 0 : 1;
}
