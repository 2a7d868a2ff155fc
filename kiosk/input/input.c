/* input/input.c - the converter: one thread that owns the children, one question and one result that go
 * between it and the caller. */
#include "input_priv.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/utf8.h"

struct input {
    char *mozc, *mozc_server, *anthy, *folder;
    void (*wake)(void *ctx);
    void *wake_ctx;
    pthread_t thread;
    int stop; /* eventfd: readable while the children must go */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* under the lock */
    bool quit, begun, ending;
    uint64_t ticket; /* last one given */
    bool asked;
    char reading[INPUT_TEXT_MAX];
    bool answered;
    struct input_result result;
    /* the thread's own */
    struct talk talk;
    enum input_engine engine;
    char *home;
};

static void
end_children(struct input *input)
{
    talk_end(&input->talk);
    if (input->home != NULL) {
        home_remove(input->home);
        free(input->home);
        input->home = NULL;
    }
}

/* Starts the engine that input->engine names, or the next one that starts. KERR_CANCELLED. */
static int
start_engine(struct input *input)
{
    while (input->engine != INPUT_ENGINE_NONE && input->talk.child.pid <= 0) {
        int r = KERR_NOT_FOUND;
        if (input->home == NULL) {
            input->home = home_make(input->folder);
        }
        buf_init(&input->talk.line, ANSWER_MAX);
        if (input->home != NULL && input->engine == INPUT_ENGINE_MOZC && input->mozc[0] != 0) {
            r = mozc_start(&input->talk, input->mozc, input->mozc_server, input->home);
        } else if (input->home != NULL && input->engine == INPUT_ENGINE_ANTHY &&
                   input->anthy[0] != 0) {
            r = anthy_start(&input->talk, input->anthy, input->home);
        }
        if (r == KERR_CANCELLED) {
            return r;
        }
        if (r < 0) {
            talk_end(&input->talk);
            input->engine++;
        }
    }
    return 0;
}

/* One conversion by whichever engine answers. KERR_CANCELLED. */
static int
convert(struct input *input, const char *reading, struct input_result *result)
{
    for (;;) {
        int r = start_engine(input);
        if (r < 0 || input->engine == INPUT_ENGINE_NONE) {
            result->engine = INPUT_ENGINE_NONE;
            return r;
        }
        result->engine = input->engine;
        r = input->engine == INPUT_ENGINE_MOZC ? mozc_convert(&input->talk, reading, result)
                                               : anthy_convert(&input->talk, reading, result);
        if (r == 0) {
            candidates_whole(result, reading);
            return 0;
        }
        uint64_t ticket = result->ticket;
        explicit_bzero(result, sizeof(*result));
        result->ticket = ticket;
        if (r == KERR_CANCELLED) {
            return r;
        }
        talk_end(
            &input->talk); /* it hangs, floods or died: the next one, for the rest of the visit */
        input->engine++;
    }
}

/* Answers the question that waits. The lock is held, and given up meanwhile. */
static void
answer(struct input *input)
{
    char reading[INPUT_TEXT_MAX];
    memcpy(reading, input->reading, sizeof(reading));
    explicit_bzero(input->reading, sizeof(input->reading));
    input->asked = false;
    struct input_result *result = xcalloc(1, sizeof(*result));
    result->ticket = input->ticket;
    (void)pthread_mutex_unlock(&input->lock);
    int r = convert(input, reading, result);
    explicit_bzero(reading, sizeof(reading));
    (void)pthread_mutex_lock(&input->lock);
    if (r == 0 && !input->ending && !input->quit) {
        input->result = *result;
        input->answered = true;
        input->wake(input->wake_ctx);
    }
    explicit_bzero(result, sizeof(*result));
    free(result);
}

static void *
run(void *ctx)
{
    struct input *input = ctx;
    sigset_t pipe_signal; /* a child that died is an error of write, no signal */
    (void)sigemptyset(&pipe_signal);
    (void)sigaddset(&pipe_signal, SIGPIPE);
    (void)pthread_sigmask(SIG_BLOCK, &pipe_signal, NULL);
    (void)pthread_mutex_lock(&input->lock);
    while (!input->quit) {
        if (input->ending) {
            end_children(input);
            input->engine = INPUT_ENGINE_MOZC;
            input->ending = input->begun = false;
            (void)pthread_cond_broadcast(&input->changed);
        } else if (input->asked) {
            answer(input);
        } else if (input->begun && input->talk.child.pid <= 0 &&
                   input->engine != INPUT_ENGINE_NONE) {
            (void)pthread_mutex_unlock(&input->lock);
            int r = start_engine(input);
            (void)pthread_mutex_lock(&input->lock);
            input->begun = input->begun && r == 0;
        } else {
            (void)pthread_cond_wait(&input->changed, &input->lock);
        }
    }
    end_children(input);
    (void)pthread_mutex_unlock(&input->lock);
    return NULL;
}

static char *
copy(const char *text, const char *fallback)
{
    return xstrdup(text != NULL ? text : fallback);
}

int
input_new(const struct input_config *config, struct input **ret_input)
{
    struct input *input = xcalloc(1, sizeof(*input));
    input->mozc = copy(config->mozc, "");
    input->mozc_server = copy(config->mozc_server, "");
    input->anthy = copy(config->anthy, "");
    input->folder = copy(config->folder, "/dev/shm");
    input->wake = config->wake;
    input->wake_ctx = config->wake_ctx;
    input->talk.child = input->talk.server = CHILD_NONE;
    input->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    input->talk.stop = input->stop;
    (void)pthread_mutex_init(&input->lock, NULL);
    (void)pthread_cond_init(&input->changed, NULL);
    home_sweep(input->folder);
    if (input->stop < 0 || pthread_create(&input->thread, NULL, run, input) != 0) {
        input->quit = true;
        input_free(input);
        return KERR_NO_MEMORY;
    }
    *ret_input = input;
    return 0;
}

void
input_free(struct input *input)
{
    if (input == NULL) {
        return;
    }
    if (!input->quit) {
        input_end(input);
        (void)pthread_mutex_lock(&input->lock);
        input->quit = true;
        (void)pthread_cond_broadcast(&input->changed);
        (void)pthread_mutex_unlock(&input->lock);
        (void)pthread_join(input->thread, NULL);
    }
    if (input->stop >= 0) {
        (void)close(input->stop);
    }
    (void)pthread_cond_destroy(&input->changed);
    (void)pthread_mutex_destroy(&input->lock);
    free(input->mozc);
    free(input->mozc_server);
    free(input->anthy);
    free(input->folder);
    explicit_bzero(input, sizeof(*input));
    free(input);
}

void
input_begin(struct input *input)
{
    (void)pthread_mutex_lock(&input->lock);
    input->begun = true;
    (void)pthread_cond_broadcast(&input->changed);
    (void)pthread_mutex_unlock(&input->lock);
}

void
input_end(struct input *input)
{
    uint64_t one = 1;
    (void)pthread_mutex_lock(&input->lock);
    input->asked = input->answered = false;
    input->ending = true;
    explicit_bzero(input->reading, sizeof(input->reading));
    explicit_bzero(&input->result, sizeof(input->result));
    (void)!write(input->stop, &one, sizeof(one)); /* wakes a talk that waits for a child */
    (void)pthread_cond_broadcast(&input->changed);
    while (input->ending) {
        (void)pthread_cond_wait(&input->changed, &input->lock);
    }
    (void)!read(input->stop, &one, sizeof(one));
    (void)pthread_mutex_unlock(&input->lock);
}

/* Hiragana and the long mark only: that is what the programs expect, and nothing that could end the
 * quotation it is sent in. */
static bool
reading_ok(const char *reading)
{
    size_t len = strlen(reading);
    if (len == 0 || !utf8_valid(reading, len) || utf8_count(reading, len) > INPUT_READING_MAX) {
        return false;
    }
    for (size_t pos = 0; pos < len;) {
        uint32_t code = utf8_next(reading, len, &pos);
        if (!((code >= 0x3041 && code <= 0x3096) || code == 0x30fc)) {
            return false;
        }
    }
    return true;
}

uint64_t
input_convert(struct input *input, const char *reading)
{
    if (!reading_ok(reading)) {
        return 0;
    }
    (void)pthread_mutex_lock(&input->lock);
    (void)memcpy(input->reading, reading, strlen(reading) + 1);
    input->asked = true;
    input->begun = true;
    input->answered = false;
    uint64_t ticket = ++input->ticket;
    (void)pthread_cond_broadcast(&input->changed);
    (void)pthread_mutex_unlock(&input->lock);
    return ticket;
}

bool
input_poll(struct input *input, struct input_result *ret_result)
{
    (void)pthread_mutex_lock(&input->lock);
    bool answered = input->answered;
    if (answered) {
        *ret_result = input->result;
        explicit_bzero(&input->result, sizeof(input->result));
        input->answered = false;
    }
    (void)pthread_mutex_unlock(&input->lock);
    return answered;
}
