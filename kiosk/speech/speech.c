/* speech/speech.c - the list of what is said, the worker that makes its sound ahead, and what SDL's thread
 * plays of it. One lock guards all that the threads share; it is never held while a child runs. */
#include "speech/speech_priv.h"

#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/run.h"

enum {
    PIECES_MAX = 2048,
    CHILD_MS = 5000,
    AHEAD = 4, /* clauses that are ready before anything else is made: some seconds of speech */
    GAP_PIECE_MS = 130, /* between the sentences of one line */
    /* Between the clauses of a sentence, as the voice itself pauses there: open_jtalk for 500 to 630 ms at a comma and
     * before brackets (-r 0.9), espeak-ng for 270 to 380 ms (-s 125). */
    GAP_JTALK_MS = 500,
    GAP_ESPEAK_MS = 270,
    GAP_LINE_MS = 280,
    FEED = 512,
    CLICK_MS = 12,
    CLICK_HZ = 1800,
    CLICK_DB = -6, /* below speech */
    CHIME_MS = 800,
    CHIME_HIGH_HZ = 988, /* h'' then g'': a third down, as doors do */
    CHIME_LOW_HZ = 784,
    CHIME_DB = -6,
    CHIME_LOUDER_DB = 0
};

static const int rates[SPEECH_RATE_COUNT] = {50, 75, 100, 125, 150, 175, 200};

/* One sentence of a list, or clause of a long one. */
struct job {
    char *language, *text; /* owned; wiped when freed */
    bool personal;
    uint64_t visit;
    bool made; /* sound is here, or can't be had (NULL) */
    bool begins; /* its line */
    int line;
    int gap_ms; /* after it, when the line goes on */
    struct sound *sound;
};
struct jobs {
    struct job *all; /* owned, PIECES_MAX */
    size_t count;
    uint64_t turn; /* counts its lists: a sound made for an older one is not this one's */
};

struct speech {
    struct readings *readings;
    struct clips *clips;
    char *open_jtalk, *espeak, *dictionary, *voice, *device; /* owned; device may be NULL */
    bool can_jtalk, can_espeak;
    int child_ms, cap_db;
    bool (*may)(void *ctx, uint64_t visit);
    void *may_ctx;
    void (*wakeup)(void *ctx);
    void *wakeup_ctx;
    struct audio *audio; /* the caller's thread only */
    pthread_t worker;
    bool working;
    int cancel_fd; /* readable: the child under way is not wanted any more */

    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t more;
    bool quit;
    struct jobs now, soon;
    size_t playing; /* index in now.all; == count: silence */
    size_t played; /* samples of it that went into mix */
    size_t gap; /* samples of silence still to come */
    bool ended; /* mix holds the rest of the present piece */
    bool paused;
    struct sound_cache *cache;
    struct mix *mix;
    int volume, rate;
    enum speech_output output;
    size_t click_left, chime_left;
    bool chime_louder;
};

int
speech_rate_percent(int rate)
{
    return rates[rate < 0 ? 0 : rate >= SPEECH_RATE_COUNT ? SPEECH_RATE_COUNT - 1 : rate];
}

/* ---- lists ---- */

static void
clear_jobs(struct jobs *jobs)
{
    for (size_t i = 0; i < jobs->count; i++) {
        struct job *job = &jobs->all[i];
        explicit_bzero(job->text, strlen(job->text));
        free(job->text);
        free(job->language);
        sound_free(job->sound);
        *job = (struct job){0};
    }
    jobs->count = 0;
    jobs->turn++;
}

/* A sentence clause by clause: the first one is heard while the next is made. */
static void
add_sentence(struct speech *speech, struct jobs *jobs, const char *language, const char *text,
    const struct job *like)
{
    bool recorded = clips_find(speech->clips, language, text) != NULL;
    const char *name;
    int pause = voice_of(language, &name) == VOICE_OPEN_JTALK ? GAP_JTALK_MS : GAP_ESPEAK_MS;
    while (jobs->count < PIECES_MAX && *text != 0) {
        size_t len = recorded ? strlen(text) : split_clause(language, text);
        struct job *job = &jobs->all[jobs->count];
        *job = *like;
        job->begins = jobs->count == 0 || job[-1].line != like->line;
        job->language = xstrdup(language);
        job->text = xstrndup(text, len);
        text += len;
        text += strspn(text, " ");
        job->gap_ms = *text != 0 ? pause : GAP_PIECE_MS;
        jobs->count++;
    }
}

/* A line as sentences; a line or sentence that was recorded as a whole stays whole. */
static void
add_line(struct speech *speech, struct jobs *jobs, const struct speech_line *line, int index)
{
    const char *at = line->text;
    const struct job like = {.personal = line->personal, .visit = line->visit, .line = index};
    struct piece piece;
    if (strlen(at) <= SENTENCE_MAX && clips_find(speech->clips, line->language, at) != NULL) {
        add_sentence(speech, jobs, line->language, at, &like);
        return;
    }
    while (split_next(line->language, &at, &piece)) {
        add_sentence(speech, jobs, piece.language, piece.text, &like);
    }
    explicit_bzero(&piece, sizeof(piece));
}

static int
check_lines(const struct speech_line *lines, size_t count)
{
    if (count > SPEECH_LINES_MAX) {
        return KERR_TOO_BIG;
    }
    for (size_t i = 0; i < count; i++) {
        if (strlen(lines[i].text) > SPEECH_TEXT_MAX) {
            return KERR_TOO_BIG;
        }
    }
    return 0;
}

/* ---- the worker ---- */

static void
signal_fd(int fd)
{
    uint64_t one = 1;
    ssize_t done = write(fd, &one, sizeof(one));
    (void)done; /* a full eventfd is readable too */
}

static void
clear_fd(int fd)
{
    uint64_t count;
    ssize_t done = read(fd, &count, sizeof(count));
    (void)done; /* nothing there is what is wanted */
}

static void
wake(struct speech *speech)
{
    if (speech->wakeup != NULL) {
        speech->wakeup(speech->wakeup_ctx);
    }
}

static int
from_clip(const char *path, struct sound **ret_sound)
{
    AUTO_BUF file;
    buf_init(&file, WAV_MAX);
    int r = fs_read(path, &file);
    return r == 0 ? wav_sound(file.data, file.len, ret_sound) : r;
}

static int
from_child(struct speech *speech, const char *language, const char *text, struct sound **ret_sound)
{
    const char *name;
    enum voice voice = voice_of(language, &name);
    /* open_jtalk's speed as the ear of an old person wants it; espeak's words a minute (VVSG: 120-125) */
    const char *const jtalk[] = {speech->open_jtalk, "-x", speech->dictionary, "-m", speech->voice,
        "-r", "0.9", "-ow", "/dev/stdout", NULL};
    const char *const espeak[] = {
        speech->espeak, "-b", "1", "-v", name, "-s", "125", "--stdin", "--stdout", NULL};
    bool can =
        voice == VOICE_OPEN_JTALK ? speech->can_jtalk : voice == VOICE_ESPEAK && speech->can_espeak;
    if (!can) {
        return KERR_NOT_FOUND;
    }
    AUTO_BUF spoken;
    AUTO_BUF file;
    buf_init(&spoken, 4 * SENTENCE_MAX);
    buf_init(&file, WAV_MAX);
    if (voice == VOICE_OPEN_JTALK) {
        readings_apply(speech->readings, text, &spoken);
    } else {
        (void)buf_add_str(&spoken, text);
    }
    for (size_t i = 0; i < spoken.len;
         i++) { /* "[[" begins phonemes for espeak, controls commands */
        bool plain = spoken.data[i] >= 0x20 && spoken.data[i] != '[' && spoken.data[i] != ']';
        spoken.data[i] = plain ? spoken.data[i] : ' ';
    }
    (void)buf_add_byte(&spoken, '\n');
    int r = buf_error(&spoken);
    r = r == 0 ? run_child(voice == VOICE_OPEN_JTALK ? jtalk : espeak,
                     (struct run_bytes){spoken.data, spoken.len}, speech->child_ms,
                     speech->cancel_fd, &file)
               : r;
    return r == 0 ? wav_sound(file.data, file.len, ret_sound) : r;
}

/* The first sentence of jobs without sound, from one index to another; begins: of those that begin a line. */
static struct job *
first_unmade(struct speech *speech, struct jobs *jobs, bool begins, size_t from, size_t to)
{
    for (size_t i = from; i < to && i < jobs->count; i++) {
        struct job *job = &jobs->all[i];
        if (job->made || (begins && !job->begins)) {
            continue;
        }
        job->sound = sound_cache_get(speech->cache, job->language, job->text);
        if (job->sound == NULL) {
            return job;
        }
        job->sound->personal = job->sound->personal && job->personal;
        job->made = true;
    }
    return NULL;
}

/* What is to be made next: what is heard in a moment, then what the next page may begin with, the first words of all before
 * the rest of any, then the rest of this page, which is seldom listened to. */
static struct job *
next_job(struct speech *speech, struct jobs **ret_jobs)
{
    size_t close = speech->playing + AHEAD;
    *ret_jobs = &speech->now;
    struct job *job = first_unmade(speech, &speech->now, false, speech->playing, close);
    for (int begins = 1; job == NULL && begins >= 0; begins--) {
        *ret_jobs = &speech->soon;
        job = first_unmade(speech, &speech->soon, begins == 1, 0, speech->soon.count);
    }
    if (job == NULL) {
        *ret_jobs = &speech->now;
        job = first_unmade(speech, &speech->now, false, close, speech->now.count);
    }
    return job;
}

/* Makes one sound with the lock off. */
static void
make(struct speech *speech, const struct jobs *jobs, struct job *job)
{
    uint64_t turn = jobs->turn;
    char *language = xstrdup(job->language);
    char *text = xstrdup(job->text);
    bool personal = job->personal;
    clear_fd(speech->cancel_fd);
    (void)pthread_mutex_unlock(&speech->lock);
    struct sound *sound = NULL;
    const char *clip = clips_find(speech->clips, language, text);
    int r = clip != NULL ? from_clip(clip, &sound) : KERR_NOT_FOUND;
    /* without sound it stays silent: the words stand on the screen, and the next sentence is spoken */
    r = r < 0 ? from_child(speech, language, text, &sound) : r;
    (void)pthread_mutex_lock(&speech->lock);
    if (sound != NULL) {
        sound->personal = personal;
    }
    bool wanted = turn == jobs->turn && r != KERR_CANCELLED;
    if (sound != NULL && (wanted || !personal)) {
        sound_cache_put(speech->cache, language, text, sound);
    }
    if (wanted) {
        job->made = true;
        job->sound = sound;
    } else {
        sound_free(sound);
    }
    explicit_bzero(text, strlen(text));
    free(text);
    free(language);
}

static void *
work(void *arg)
{
    struct speech *speech = arg;
    (void)pthread_mutex_lock(&speech->lock);
    while (!speech->quit) {
        struct jobs *jobs = NULL;
        struct job *job = next_job(speech, &jobs);
        if (job == NULL) {
            (void)pthread_cond_wait(&speech->more, &speech->lock);
        } else {
            make(speech, jobs, job);
        }
    }
    (void)pthread_mutex_unlock(&speech->lock);
    return NULL;
}

/* ---- what is heard; SDL's thread, with the lock ---- */

/* To the next sentence. Those without sound are passed over at once. True when another line begins. */
static bool
advance(struct speech *speech)
{
    struct jobs *now = &speech->now;
    int line = now->all[speech->playing].line;
    int gap_ms = now->all[speech->playing].gap_ms;
    sound_free(now->all[speech->playing].sound);
    now->all[speech->playing].sound = NULL;
    speech->playing++;
    speech->played = 0;
    speech->ended = false;
    bool other = speech->playing == now->count || now->all[speech->playing].line != line;
    int ms = other ? GAP_LINE_MS : gap_ms;
    speech->gap = (size_t)ms * SPEECH_HZ / 10 / (size_t)rates[speech->rate];
    return other;
}

/* Fills out; returns how many samples there were, less when nothing is ready. */
static size_t
say(struct speech *speech, int16_t *out, size_t count, bool *ret_moved)
{
    size_t done = 0;
    while (done < count && !speech->paused && speech->playing < speech->now.count) {
        if (speech->gap > 0) {
            size_t n = speech->gap < count - done ? speech->gap : count - done;
            speech->gap -= n;
            done += n; /* out is zeroed */
            continue;
        }
        struct job *job = &speech->now.all[speech->playing];
        size_t n = mix_take(speech->mix, out + done, count - done);
        done += n;
        if (n > 0) {
            continue;
        }
        if (!job->made) {
            break; /* the worker is behind: silence for now */
        }
        size_t left = job->sound != NULL ? job->sound->count - speech->played : 0;
        if (left > 0) {
            size_t feed = left < FEED ? left : FEED;
            mix_put(speech->mix, job->sound->samples + speech->played, feed);
            speech->played += feed;
        } else if (!speech->ended && job->sound != NULL) {
            mix_end(speech->mix);
            speech->ended = true;
        } else {
            bool silent = job->sound == NULL;
            *ret_moved = advance(speech) || *ret_moved;
            speech->gap = silent ? 0 : speech->gap;
        }
    }
    return done;
}

static void
add_click(struct speech *speech, int16_t *out, size_t count, double gain)
{
    const size_t whole = (size_t)SPEECH_HZ * CLICK_MS / 1000;
    for (size_t i = 0; i < count && speech->click_left > 0; i++, speech->click_left--) {
        double fade = (double)speech->click_left / (double)whole;
        double at = (double)(whole - speech->click_left) * CLICK_HZ * 2 * 3.14159265 / SPEECH_HZ;
        double value = out[i] + sin(at) * fade * 16000 * gain;
        out[i] = (int16_t)(value > 32767 ? 32767 : value < -32768 ? -32768 : value);
    }
}

static void
add_chime(struct speech *speech, int16_t *out, size_t count, double gain)
{
    const size_t half = (size_t)SPEECH_HZ * CHIME_MS / 2000;
    gain *= pow(10, (speech->chime_louder ? CHIME_LOUDER_DB : CHIME_DB) / 20.0);
    for (size_t i = 0; i < count && speech->chime_left > 0; i++, speech->chime_left--) {
        bool high = speech->chime_left > half;
        size_t left = high ? speech->chime_left - half : speech->chime_left;
        double at = (double)(half - left) * (high ? CHIME_HIGH_HZ : CHIME_LOW_HZ) / SPEECH_HZ;
        double fade = (double)left / (double)half;
        double value = out[i] + sin(at * 2 * 3.14159265) * fade * 16000 * gain;
        out[i] = (int16_t)(value > 32767 ? 32767 : value < -32768 ? -32768 : value);
    }
}

/* Whose list this was has left: silence at once. True when there was something to be said. */
static bool
drop_foreign(struct speech *speech)
{
    bool said = speech->playing < speech->now.count;
    if (!said || speech->may == NULL ||
        speech->may(speech->may_ctx, speech->now.all[speech->playing].visit)) {
        return false;
    }
    mix_cut(speech->mix);
    speech->playing = speech->now.count;
    return true;
}

static void
fill(void *ctx, int16_t *out, size_t count)
{
    struct speech *speech = ctx;
    bool moved = false;
    memset(out, 0, count * sizeof(*out));
    (void)pthread_mutex_lock(&speech->lock);
    moved = drop_foreign(speech);
    size_t n = say(speech, out, count, &moved);
    double gain = pow(10, mix_gain_db(speech->volume, speech->output, speech->cap_db) / 20.0);
    for (size_t i = 0; i < n; i++) {
        out[i] = (int16_t)lround(out[i] * gain);
    }
    add_click(speech, out, count, gain * pow(10, CLICK_DB / 20.0));
    add_chime(speech, out, count, gain);
    (void)pthread_mutex_unlock(&speech->lock);
    if (moved) {
        wake(speech);
    }
}

/* ---- the room's functions ---- */

static char *
copy_or(const char *given, const char *otherwise)
{
    return xstrdup(given != NULL ? given : otherwise);
}

static int
start_worker(struct speech *speech)
{
    sigset_t all;
    sigset_t old;
    (void)sigfillset(&all); /* SIGPIPE of a dead child's pipe included: write tells it too */
    (void)pthread_sigmask(SIG_SETMASK, &all, &old);
    speech->working = pthread_create(&speech->worker, NULL, work, speech) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &old, NULL);
    return speech->working ? 0 : KERR_NO_MEMORY;
}

int
speech_new(const struct speech_config *config, struct speech **ret_speech)
{
    struct speech *speech = xcalloc(1, sizeof(*speech));
    speech->open_jtalk = copy_or(config->open_jtalk, "open_jtalk");
    speech->espeak = copy_or(config->espeak, "espeak-ng");
    speech->dictionary = copy_or(config->dictionary, "/var/lib/mecab/dic/open-jtalk/naist-jdic");
    speech->voice = copy_or(
        config->voice, "/usr/share/hts-voice/nitech-jp-atr503-m001/nitech_jp_atr503_m001.htsvoice");
    speech->device = config->device != NULL ? xstrdup(config->device) : NULL;
    speech->can_jtalk =
        run_exists(speech->open_jtalk) && fs_exists(speech->voice) && fs_exists(speech->dictionary);
    speech->can_espeak = run_exists(speech->espeak);
    speech->child_ms = config->child_ms > 0 ? config->child_ms : CHILD_MS;
    speech->cap_db = config->cap_db;
    speech->may = config->may;
    speech->may_ctx = config->may_ctx;
    speech->wakeup = config->wakeup;
    speech->wakeup_ctx = config->wakeup_ctx;
    char *list = fs_join(config->sounds != NULL ? config->sounds : "", "readings.ja");
    speech->readings = readings_new(list);
    free(list);
    speech->clips = clips_new(config->sounds);
    speech->cache = sound_cache_new();
    speech->mix = mix_new();
    speech->now.all = xcalloc(PIECES_MAX, sizeof(struct job));
    speech->soon.all = xcalloc(PIECES_MAX, sizeof(struct job));
    speech->volume = SPEECH_VOLUME_DEFAULT;
    speech->rate = SPEECH_RATE_DEFAULT;
    (void)pthread_mutex_init(
        &speech->lock, NULL); /* never fails on Linux with default attributes */
    (void)pthread_cond_init(&speech->more, NULL);
    speech->cancel_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int r = speech->cancel_fd >= 0 ? start_worker(speech) : KERR_NO_MEMORY;
    if (r < 0) {
        speech_free(speech);
        return r;
    }
    *ret_speech = speech;
    return 0;
}

void
speech_free(struct speech *speech)
{
    if (speech == NULL) {
        return;
    }
    speech_close(speech);
    if (speech->working) {
        (void)pthread_mutex_lock(&speech->lock);
        speech->quit = true;
        signal_fd(speech->cancel_fd);
        (void)pthread_cond_signal(&speech->more);
        (void)pthread_mutex_unlock(&speech->lock);
        (void)pthread_join(speech->worker, NULL);
    }
    if (speech->cancel_fd >= 0) {
        (void)close(speech->cancel_fd);
    }
    clear_jobs(&speech->now);
    clear_jobs(&speech->soon);
    free(speech->now.all);
    free(speech->soon.all);
    mix_free(speech->mix);
    sound_cache_free(speech->cache);
    clips_free(speech->clips);
    readings_free(speech->readings);
    (void)pthread_cond_destroy(&speech->more);
    (void)pthread_mutex_destroy(&speech->lock);
    free(speech->open_jtalk);
    free(speech->espeak);
    free(speech->dictionary);
    free(speech->voice);
    free(speech->device);
    free(speech);
}

bool
speech_can(const struct speech *speech, const char *language)
{
    const char *name;
    enum voice voice = voice_of(language, &name);
    return (voice == VOICE_OPEN_JTALK && speech->can_jtalk) ||
           (voice == VOICE_ESPEAK && speech->can_espeak) || clips_any(speech->clips, language);
}

int
speech_open(struct speech *speech)
{
    return speech->audio != NULL ? 0 : audio_open(speech->device, fill, speech, &speech->audio);
}

void
speech_close(struct speech *speech)
{
    audio_close(speech->audio);
    speech->audio = NULL;
}

bool
speech_is_open(const struct speech *speech)
{
    return speech->audio != NULL;
}

/* Begins anew, with the lock: what is under way is not wanted any more. */
static void
cut(struct speech *speech)
{
    clear_jobs(&speech->now);
    mix_cut(speech->mix);
    speech->playing = speech->played = speech->gap = 0;
    speech->ended = false;
    speech->paused = false;
    signal_fd(speech->cancel_fd);
}

int
speech_say(struct speech *speech, const struct speech_line *lines, size_t count)
{
    int r = check_lines(lines, count);
    (void)pthread_mutex_lock(&speech->lock);
    cut(speech);
    for (size_t i = 0; r == 0 && i < count; i++) {
        add_line(speech, &speech->now, &lines[i], (int)i);
    }
    (void)pthread_cond_signal(&speech->more);
    (void)pthread_mutex_unlock(&speech->lock);
    return r;
}

int
speech_at(struct speech *speech)
{
    (void)pthread_mutex_lock(&speech->lock);
    bool silent = speech->playing >= speech->now.count || speech->audio == NULL;
    int line = silent ? -1 : speech->now.all[speech->playing].line;
    (void)pthread_mutex_unlock(&speech->lock);
    return line;
}

void
speech_pause(struct speech *speech, bool pause)
{
    (void)pthread_mutex_lock(&speech->lock);
    speech->paused = pause;
    (void)pthread_mutex_unlock(&speech->lock);
}

void
speech_prepare(struct speech *speech, const struct speech_line *lines, size_t count)
{
    int r = check_lines(lines, count);
    (void)pthread_mutex_lock(&speech->lock);
    clear_jobs(
        &speech->soon); /* what is being made goes into the cache, and from there to who wants it */
    for (size_t i = 0; r == 0 && i < count; i++) {
        if (!lines[i].personal) {
            add_line(speech, &speech->soon, &lines[i], (int)i);
        }
    }
    (void)pthread_cond_signal(&speech->more);
    (void)pthread_mutex_unlock(&speech->lock);
}

bool
speech_at_hand(struct speech *speech, const struct speech_line *line)
{
    struct jobs jobs = {.all = xcalloc(PIECES_MAX, sizeof(struct job))};
    bool there = false;
    if (check_lines(line, 1) == 0) {
        add_line(speech, &jobs, line, 0);
    }
    if (jobs.count > 0) {
        const struct job *first = &jobs.all[0];
        (void)pthread_mutex_lock(&speech->lock);
        struct sound *sound = sound_cache_get(speech->cache, first->language, first->text);
        (void)pthread_mutex_unlock(&speech->lock);
        there = sound != NULL || clips_find(speech->clips, first->language, first->text) != NULL;
        sound_free(sound);
    }
    clear_jobs(&jobs);
    free(jobs.all);
    return there;
}

static int
within(int value, int most)
{
    return value < 0 ? 0 : value > most ? most : value;
}

void
speech_set_volume(struct speech *speech, int volume)
{
    (void)pthread_mutex_lock(&speech->lock);
    speech->volume = within(volume, SPEECH_VOLUME_MAX);
    (void)pthread_mutex_unlock(&speech->lock);
}

void
speech_set_rate(struct speech *speech, int rate)
{
    (void)pthread_mutex_lock(&speech->lock);
    speech->rate = within(rate, SPEECH_RATE_COUNT - 1);
    mix_set_rate(speech->mix, rates[speech->rate]);
    (void)pthread_mutex_unlock(&speech->lock);
}

void
speech_set_output(struct speech *speech, enum speech_output output)
{
    (void)pthread_mutex_lock(&speech->lock);
    speech->output = output;
    (void)pthread_mutex_unlock(&speech->lock);
}

void
speech_click(struct speech *speech)
{
    (void)pthread_mutex_lock(&speech->lock);
    speech->click_left = (size_t)SPEECH_HZ * CLICK_MS / 1000;
    (void)pthread_mutex_unlock(&speech->lock);
}

void
speech_chime(struct speech *speech, bool louder)
{
    (void)pthread_mutex_lock(&speech->lock);
    speech->chime_left = (size_t)SPEECH_HZ * CHIME_MS / 1000;
    speech->chime_louder = louder;
    (void)pthread_mutex_unlock(&speech->lock);
}

void
speech_forget(struct speech *speech)
{
    (void)pthread_mutex_lock(&speech->lock);
    cut(speech);
    clear_jobs(&speech->soon);
    sound_cache_wipe_personal(speech->cache);
    speech->volume = SPEECH_VOLUME_DEFAULT;
    speech->rate = SPEECH_RATE_DEFAULT;
    mix_set_rate(speech->mix, rates[speech->rate]);
    (void)pthread_mutex_unlock(&speech->lock);
}
