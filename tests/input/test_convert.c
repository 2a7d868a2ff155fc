/* Kana to kanji with the real programs: Mozc first, Anthy when Mozc does not answer, kana when neither does;
 * nothing of one visit is there in the next. */
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/fs.h"
#include "harness/harness.h"
#include "input/input_priv.h"

#define MOZC "/usr/bin/mozc_emacs_helper"
#define MOZC_SERVER "/usr/lib/mozc/mozc_server"
#define ANTHY "/usr/bin/anthy-agent"

static char folder[HARNESS_FOLDER_LEN];
static int woken = -1;
static struct input_result result;

static void
wake(void *ctx)
{
    (void)ctx;
    uint64_t one = 1;
    assert_int_equal(write(woken, &one, sizeof(one)), sizeof(one));
}

static struct input *
start(const char *mozc, const char *server, const char *anthy)
{
    struct input *input;
    assert_int_equal(input_new(&(struct input_config){.mozc = mozc,
                                   .mozc_server = server,
                                   .anthy = anthy,
                                   .folder = folder,
                                   .wake = wake},
                         &input),
        0);
    return input;
}

/* Waits for the answer to this reading. */
static void
convert(struct input *input, const char *reading)
{
    uint64_t ticket = input_convert(input, reading);
    assert_int_not_equal(ticket, 0);
    do {
        struct pollfd ready = {.fd = woken, .events = POLLIN};
        assert_int_equal(poll(&ready, 1, 20000), 1);
        uint64_t count;
        assert_int_equal(read(woken, &count, sizeof(count)), sizeof(count));
        (void)input_poll(input, &result);
    } while (result.ticket != ticket);
}

static int
place(const char *word)
{
    for (int i = 0; i < result.count; i++) {
        if (strcmp(result.words[i], word) == 0) {
            return i;
        }
    }
    return -1;
}

static int
count_one(const char *name, void *ctx)
{
    (void)name;
    (*(int *)ctx)++;
    return 0;
}

/* Entries of a folder, hidden ones too. */
static int
entries(const char *path)
{
    int count = 0;
    assert_int_equal(fs_each(path, NULL, count_one, &count), 0);
    return count;
}

/* The children of a process, at most max. */
static int
children_of(pid_t of, pid_t *pids, int max)
{
    DIR *proc = opendir("/proc");
    assert_non_null(proc);
    int count = 0;
    for (struct dirent *entry = readdir(proc); entry != NULL; entry = readdir(proc)) {
        char path[300];
        (void)snprintf(path, sizeof(path), "/proc/%s/stat", entry->d_name);
        FILE *file = fopen(path, "re");
        int pid = 0;
        int parent = 0;
        char kind = 'Z';
        if (file != NULL) {
            if (fscanf(file, "%d (%*[^)]) %c %d", &pid, &kind, &parent) == 3 && parent == of &&
                kind != 'Z' && count < max) {
                pids[count++] = pid;
            }
            (void)fclose(file);
        }
    }
    (void)closedir(proc);
    return count;
}

static int
children(void)
{
    pid_t pids[8];
    return children_of(getpid(), pids, 8);
}

static void
mozc_writes_names_and_places(void **state)
{
    (void)state;
    struct input *input = start(MOZC, MOZC_SERVER, ANTHY);
    convert(input, "さいとう");
    assert_int_equal(result.engine, INPUT_ENGINE_MOZC);
    assert_in_range(place("齋藤"), 0, INPUT_CANDIDATES_MAX - 1);
    assert_int_equal(place("さいとう"), -1); /* the page has its own button for that */
    convert(input, "いばらきけんひたちしすけがわちょう");
    assert_string_equal(result.words[0], "茨城県日立市助川町");
    assert_int_equal(result.clause_count, 3);
    assert_string_equal(result.clauses[1].reading, "ひたちし");
    convert(input, "まいなんばーかーど");
    assert_string_equal(result.words[0], "マイナンバーカード");
    for (int i = 0; i < result.count; i++) { /* no echoes in Latin or half width */
        assert_null(
            strpbrk(result.words[i], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"));
    }
    input_free(input);
    assert_int_equal(children(), 0);
    assert_int_equal(entries(folder), 0);
}

static void
anthy_is_the_second(void **state)
{
    (void)state;
    struct input *input = start(NULL, NULL, ANTHY);
    convert(input, "さいとう");
    assert_int_equal(result.engine, INPUT_ENGINE_ANTHY);
    assert_in_range(place("齋藤"), 0, INPUT_CANDIDATES_MAX - 1);
    convert(input, "いばらきけん");
    assert_string_equal(result.words[0], "茨城県");
    input_free(input);
    assert_int_equal(children(), 0);
    assert_int_equal(entries(folder), 0);
}

static void
without_either_kana_stay(void **state)
{
    (void)state;
    struct input *input = start("/nonexistent/helper", "/nonexistent/server", "");
    convert(input, "さいとう");
    assert_int_equal(result.engine, INPUT_ENGINE_NONE);
    assert_int_equal(result.count, 0);
    input_free(input);
    assert_int_equal(entries(folder), 0);
}

static void
only_kana_are_asked_for(void **state)
{
    (void)state;
    struct input *input = start(NULL, NULL, "");
    assert_int_equal(input_convert(input, ""), 0);
    assert_int_equal(input_convert(input, "\")(2 SendKey"), 0);
    assert_int_equal(input_convert(input, "漢字"), 0);
    assert_int_equal(input_convert(input, "あ\n"), 0);
    char longest[3 * (INPUT_READING_MAX + 1) + 1] = "";
    for (int i = 0; i <= INPUT_READING_MAX; i++) {
        memcpy(longest + 3 * i, "あ", sizeof("あ"));
    }
    assert_int_equal(input_convert(input, longest), 0);
    assert_int_not_equal(input_convert(input, longest + 3), 0);
    input_free(input);
}

/* A program that misbehaves in place of Mozc's helper, or of Anthy. */
static char *
impostor(const char *name, const char *script)
{
    char *path = fs_join(folder, name);
    assert_int_equal(fs_write_atomic(path, script, strlen(script), 0755), 0);
    return path;
}

static void
answers_by_anthy(const char *script)
{
    char *helper = impostor("helper", script);
    struct input *input = start(helper, MOZC_SERVER, ANTHY);
    int64_t from = clock_mono_ms(clock_system());
    convert(input, "さいとう");
    assert_int_equal(result.engine, INPUT_ENGINE_ANTHY);
    assert_in_range(place("斎藤"), 0, INPUT_CANDIDATES_MAX - 1);
    assert_in_range(clock_mono_ms(clock_system()) - from, 0, 11000);
    input_free(input);
    assert_int_equal(children(), 0);
    (void)unlink(helper);
    free(helper);
    assert_int_equal(entries(folder), 0);
}

#define GREETS                                                                                     \
    "#!/bin/sh\necho '((mozc-emacs-helper . t))'\nread x; echo '((emacs-session-id . 1))'\n"

static void
mozc_misbehaves(void **state)
{
    (void)state;
    answers_by_anthy(GREETS "read x; exec sleep 1000\n"); /* hangs */
    answers_by_anthy(GREETS "read x; sleep 1000 & wait\n"); /* hangs with a child of its own */
    answers_by_anthy(GREETS "read x; exec tr '\\0' x </dev/zero\n"); /* floods */
    answers_by_anthy(GREETS "read x; exit 0\n"); /* dies */
    answers_by_anthy(GREETS "while read x; do echo '((((('; done\n"); /* speaks nonsense */
    answers_by_anthy("#!/bin/sh\nexit 255\n"); /* never comes up */
}

static void
both_misbehave(void **state)
{
    (void)state;
    char *agent = impostor("agent",
        "#!/bin/sh\necho hello; read x; echo '+OK 0'; while read x; do echo '-ERR'; done\n");
    struct input *input = start(NULL, NULL, agent);
    convert(input, "さいとう");
    assert_int_equal(result.engine, INPUT_ENGINE_NONE);
    /* and so it stays in this visit, without asking again; the next visit tries anew */
    convert(input, "はなこ");
    assert_int_equal(result.engine, INPUT_ENGINE_NONE);
    (void)unlink(agent);
    input_end(input);
    input_free(input);
    free(agent);
}

static void
killed_mozc_is_replaced(void **state)
{
    (void)state;
    struct input *input = start(MOZC, MOZC_SERVER, ANTHY);
    convert(input, "さいとう");
    assert_int_equal(result.engine, INPUT_ENGINE_MOZC);
    assert_int_equal(children(), 2);
    pid_t pids[4];
    int count = children_of(getpid(), pids, 4);
    for (int i = 0; i < count; i++) {
        assert_int_equal(kill(pids[i], SIGKILL), 0);
    }
    convert(input, "さいとう");
    assert_int_equal(result.engine, INPUT_ENGINE_ANTHY);
    input_end(input);
    convert(input, "さいとう"); /* a new visit, a new Mozc */
    assert_int_equal(result.engine, INPUT_ENGINE_MOZC);
    input_free(input);
}

static bool
is_called(pid_t pid, const char *name)
{
    char path[64];
    char have[64] = "";
    (void)snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
    FILE *file = fopen(path, "re");
    if (file != NULL) {
        (void)!fscanf(file, "%63s", have);
        (void)fclose(file);
    }
    return strcmp(have, name) == 0;
}

/* The helper would start a server of its own, which nobody could end: it must not be able to. */
static void
the_helper_starts_no_server(void **state)
{
    (void)state;
    struct input *input = start(MOZC, MOZC_SERVER, ANTHY);
    convert(input, "さいとう");
    pid_t pids[4];
    int count = children_of(getpid(), pids, 4);
    for (int i = 0; i < count; i++) {
        if (is_called(pids[i], "mozc_server")) {
            assert_int_equal(kill(pids[i], SIGKILL), 0);
        }
    }
    convert(input, "さいとう");
    assert_int_equal(result.engine, INPUT_ENGINE_ANTHY);
    input_free(input);
}

/* Does a process run with this argument? */
static bool
argument_runs(const char *argument)
{
    DIR *proc = opendir("/proc");
    assert_non_null(proc);
    bool found = false;
    for (struct dirent *entry = readdir(proc); entry != NULL; entry = readdir(proc)) {
        char path[300];
        char line[256] = "";
        (void)snprintf(path, sizeof(path), "/proc/%s/cmdline", entry->d_name);
        FILE *file = fopen(path, "re");
        size_t len = file != NULL ? fread(line, 1, sizeof(line) - 1, file) : 0;
        for (size_t i = 0; i < len; i += strlen(line + i) + 1) {
            found = found || (i > 0 && strcmp(line + i, argument) == 0);
        }
        if (file != NULL) {
            (void)fclose(file);
        }
    }
    (void)closedir(proc);
    return found;
}

/* What a program started is ended with it. */
static void
grandchildren_end_too(void **state)
{
    (void)state;
    char argument[32];
    char script[200];
    (void)snprintf(argument, sizeof(argument), "1000.%d", (int)getpid());
    (void)snprintf(script, sizeof(script),
        "#!/bin/sh\nsleep %s &\n: >$HOME/.config/mozc/.session.ipc\nwait\n", argument);
    char *server = impostor("server", script); /* says that it is ready once its own child runs */
    struct input *input = start("/nonexistent", server, NULL);
    int64_t end = clock_mono_ms(clock_system()) + 5000;
    convert(input, "さいとう");
    assert_int_equal(result.engine, INPUT_ENGINE_NONE);
    while (argument_runs(argument)) {
        assert_true(clock_mono_ms(clock_system()) < end);
        (void)poll(NULL, 0, 5);
    }
    input_free(input);
    (void)unlink(server);
    free(server);
}

/* Ends a visit while a program hangs: it must not wait for it. */
static void
the_end_does_not_wait(void **state)
{
    (void)state;
    char *helper = impostor("helper", GREETS "read x; exec sleep 1000\n");
    struct input *input = start(helper, MOZC_SERVER, "");
    input_begin(input);
    assert_int_not_equal(input_convert(input, "さいとう"), 0);
    int64_t from = clock_mono_ms(clock_system());
    input_end(input);
    assert_in_range(clock_mono_ms(clock_system()) - from, 0, 400);
    assert_false(input_poll(input, &result));
    assert_int_equal(children(), 0);
    input_free(input);
    (void)unlink(helper);
    free(helper);
    assert_int_equal(entries(folder), 0);
}

/* One visitor's words are offered to nobody after: the same order, no file, no process. */
static void
the_next_visitor_gets_the_default_order(void **state)
{
    (void)state;
    struct input *input = start(MOZC, MOZC_SERVER, ANTHY);
    convert(input, "さいとう");
    struct input_result first = result;
    for (int i = 0; i < 3; i++) {
        convert(input, "さいとう");
        convert(input, "さとう");
    }
    input_end(input);
    assert_int_equal(children(), 0);
    assert_int_equal(entries(folder), 0);
    convert(input, "さいとう");
    assert_int_equal(result.engine, INPUT_ENGINE_MOZC);
    assert_memory_equal(result.words, first.words, sizeof(first.words));
    input_free(input);
}

/* Says to Mozc itself what nobody here ever says: take the third. Its settings must keep it from
 * learning that; without them it offers that one first (control). */
static void
take_third(struct talk *talk)
{
    static const char *const keys[] = {"(1 CreateSession)\n", "(1 SendKey 2 97 \"さいとう\")\n",
        "(1 SendKey 2 space)\n", "(1 SendKey 2 space)\n", "(1 SendKey 2 space)\n",
        "(1 SendKey 2 enter)\n"};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        assert_int_equal(child_send(&talk->child, keys[i]), 0);
        assert_int_equal(talk_line(talk, 5000), 0);
    }
    assert_non_null(strstr(buf_str(&talk->line), "(result "));
}

static void
first_word_after_taking_the_third(
    bool learning, char third[INPUT_TEXT_MAX], char first[INPUT_TEXT_MAX])
{
    char *home = home_make(folder);
    assert_non_null(home);
    if (learning) {
        char *settings = fs_join(home, ".config/mozc/config1.db");
        assert_int_equal(unlink(settings), 0);
        free(settings);
    }
    struct talk talk = {.stop = eventfd(0, EFD_CLOEXEC)};
    buf_init(&talk.line, ANSWER_MAX);
    assert_int_equal(mozc_start(&talk, MOZC, MOZC_SERVER, home), 0);
    take_third(&talk);
    const char *value = strstr(buf_str(&talk.line), "(value . \"");
    assert_non_null(value);
    (void)sscanf(value, "(value . \"%60[^\"]", third);
    static struct input_result again;
    memset(&again, 0, sizeof(again));
    assert_int_equal(mozc_convert(&talk, "さいとう", &again), 0);
    memcpy(first, again.clauses[0].words[0], INPUT_TEXT_MAX);
    (void)close(talk.stop);
    talk_end(&talk);
    home_remove(home);
    free(home);
}

static void
mozc_learns_nothing(void **state)
{
    (void)state;
    char third[INPUT_TEXT_MAX];
    char first[INPUT_TEXT_MAX];
    first_word_after_taking_the_third(false, third, first);
    assert_string_not_equal(first, third);
    first_word_after_taking_the_third(true, third, first);
    assert_string_equal(first, third);
}

/* More clauses than there is room for: rather nothing than a part of what was typed. */
static void
a_part_is_never_offered(void **state)
{
    (void)state;
    static struct input_result some;
    memset(&some, 0, sizeof(some));
    some.clause_count = 1;
    some.clauses[0] = (struct input_clause){.reading = "ひたち", .count = 1, .words = {"日立"}};
    struct input_result copy = some;
    candidates_whole(&copy, "ひたち");
    assert_int_equal(copy.count, 1);
    candidates_whole(&some, "ひたちし");
    assert_int_equal(some.count, 0);
    assert_int_equal(some.clause_count, 0);
}

static bool
runs(pid_t pid)
{
    char path[64];
    (void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "re");
    char kind = 'Z';
    if (file != NULL) {
        (void)!fscanf(file, "%*d (%*[^)]) %c", &kind);
        (void)fclose(file);
    }
    return kind != 'Z';
}

/* The terminal is killed in the middle of a visit: its children go with it. */
static void
children_die_with_the_terminal(void **state)
{
    (void)state;
    int ready[2];
    assert_int_equal(pipe(ready), 0);
    pid_t terminal = fork();
    if (terminal == 0) {
        struct input *input = start(MOZC, MOZC_SERVER, ANTHY);
        convert(input, "さいとう");
        (void)!write(ready[1], "r", 1);
        for (;;) {
            (void)pause();
        }
    }
    char letter;
    assert_int_equal(read(ready[0], &letter, 1), 1);
    pid_t pids[4];
    int count = children_of(terminal, pids, 4);
    assert_int_equal(count, 2);
    assert_int_equal(kill(terminal, SIGKILL), 0);
    assert_int_equal(waitpid(terminal, NULL, 0), terminal);
    int64_t end = clock_mono_ms(clock_system()) + 5000;
    for (int i = 0; i < count; i++) {
        while (runs(pids[i])) {
            assert_true(clock_mono_ms(clock_system()) < end);
            (void)poll(NULL, 0, 5);
        }
    }
    (void)close(ready[0]);
    (void)close(ready[1]);
    input_free(start(NULL, NULL, NULL)); /* and the next start removes the folder */
    assert_int_equal(entries(folder), 0);
}

/* A terminal that was killed leaves its folder; the next start removes it, and no living one's. */
static void
old_folders_are_swept(void **state)
{
    (void)state;
    char *dead = fs_join(folder, "madoguchi-input-999999999-abcdef");
    char *alive = fs_join(folder, "madoguchi-input-1-abcdef");
    char *inside = fs_join(dead, "x/y");
    assert_int_equal(fs_make_dirs(inside), 0);
    assert_int_equal(fs_make_dirs(alive), 0);
    input_free(start(NULL, NULL, NULL));
    assert_false(fs_exists(dead));
    assert_true(fs_exists(alive));
    assert_int_equal(rmdir(alive), 0);
    free(inside);
    free(alive);
    free(dead);
}

/* The children run as another user when we are root: the way to our folder must be open to it. */
static int
prepare(void **state)
{
    (void)state;
    harness_folder_make(folder);
    char path[HARNESS_FOLDER_LEN];
    memcpy(path, folder, sizeof(path));
    (void)chmod(path, 0711);
    for (char *slash = strrchr(path, '/'); slash != path; slash = strrchr(path, '/')) {
        *slash = 0;
        struct stat status;
        if (stat(path, &status) == 0 && status.st_uid == getuid() &&
            (status.st_mode & 0711) != 0711) {
            (void)chmod(path, 0711);
        }
    }
    woken = eventfd(0, EFD_CLOEXEC);
    return woken < 0;
}

static int
clean(void **state)
{
    (void)state;
    (void)close(woken);
    return harness_folder_remove(folder);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mozc_writes_names_and_places),
        cmocka_unit_test(anthy_is_the_second),
        cmocka_unit_test(without_either_kana_stay),
        cmocka_unit_test(only_kana_are_asked_for),
        cmocka_unit_test(mozc_misbehaves),
        cmocka_unit_test(both_misbehave),
        cmocka_unit_test(killed_mozc_is_replaced),
        cmocka_unit_test(the_helper_starts_no_server),
        cmocka_unit_test(grandchildren_end_too),
        cmocka_unit_test(the_end_does_not_wait),
        cmocka_unit_test(the_next_visitor_gets_the_default_order),
        cmocka_unit_test(mozc_learns_nothing),
        cmocka_unit_test(a_part_is_never_offered),
        cmocka_unit_test(children_die_with_the_terminal),
        cmocka_unit_test(old_folders_are_swept),
    };
    return cmocka_run_group_tests_name("convert", tests, prepare, clean);
}
