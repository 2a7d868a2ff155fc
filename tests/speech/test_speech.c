/* tests/speech/test_speech.c - what is heard, measured in what SDL's disk driver writes: loudness by step,
 * length and pitch by rate, order, pause, clicks, clips, both engines; and what is not: languages without
 * a voice, and children that hang, die or flood. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/fs.h"
#include "harness/harness.h"
#include "speech/speech_priv.h"

static char folder[HARNESS_FOLDER_LEN], disk[128], sounds[128];

enum { REGION_MAX = 256 * 1024 * 1024, TONE_HZ = 440, TONE_MS = 600, HEARD_MAX = 64 * 1024 * 1024 };

/* The sanitizer would overwrite what was freed, and so hide what we did not. */
const char *__asan_default_options(void);

const char *
__asan_default_options(void)
{
    return "max_free_fill_size=0";
}

/* ---- files of the tests ---- */

static void
put_file(const char *path, const void *data, size_t len, mode_t mode)
{
    assert_int_equal(fs_write_atomic(path, data, len, mode), 0);
}

static void
put_u32(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        at[i] = (uint8_t)(value >> (8 * i));
    }
}

/* A tone as a WAVE file of one channel. */
static size_t
tone_wav(uint8_t *out, int hz, int ms, int amplitude)
{
    size_t count = (size_t)hz * (size_t)ms / 1000;
    memcpy(out, "RIFF....WAVEfmt \x10\0\0\0\x01\0\x01\0", 24);
    put_u32(out + 4, (uint32_t)(36 + 2 * count));
    put_u32(out + 24, (uint32_t)hz);
    put_u32(out + 28, (uint32_t)hz * 2);
    memcpy(out + 32, "\x02\0\x10\0data", 8);
    put_u32(out + 40, (uint32_t)(2 * count));
    for (size_t i = 0; i < count; i++) {
        double value = amplitude * sin(2 * M_PI * TONE_HZ * (double)i / hz);
        int16_t sample = (int16_t)lround(value);
        out[44 + 2 * i] = (uint8_t)sample;
        out[45 + 2 * i] = (uint8_t)((uint16_t)sample >> 8);
    }
    return 44 + 2 * count;
}

static int
setup(void **state)
{
    (void)state;
    harness_folder_make(folder);
    (void)snprintf(disk, sizeof(disk), "%s/heard.raw", folder);
    (void)snprintf(sounds, sizeof(sounds), "%s/sound", folder);
    char path[160];
    (void)mkdir(sounds, 0700);
    (void)snprintf(path, sizeof(path), "%s/en", sounds);
    (void)mkdir(path, 0700);
    static uint8_t wav[1024 * 1024];
    (void)snprintf(path, sizeof(path), "%s/en/tone.wav", sounds);
    put_file(path, wav, tone_wav(wav, 22050, TONE_MS, 9000), 0600);
    static const char list[] = "# recorded\ntone.wav Tone.\ntone.wav Second tone.\n";
    (void)snprintf(path, sizeof(path), "%s/en/clips", sounds);
    put_file(path, list, strlen(list), 0600);
    static const char readings[] = "# names\n助川町 すけがわちょう\n川 かわ\n";
    (void)snprintf(path, sizeof(path), "%s/readings.ja", sounds);
    put_file(path, readings, strlen(readings), 0600);
    (void)setenv("SDL_AUDIODRIVER", "disk", 1);
    (void)setenv("SDL_DISKAUDIOFILE", disk, 1);
    (void)setenv("SDL_DISKAUDIODELAY", "1", 1); /* twenty times faster than a person hears */
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    return harness_folder_remove(folder);
}

static struct speech *
open_speech(const struct speech_config *given)
{
    struct speech_config config = given != NULL ? *given : (struct speech_config){0};
    config.sounds = config.sounds != NULL ? config.sounds : sounds;
    struct speech *speech;
    assert_int_equal(speech_new(&config, &speech), 0);
    assert_int_equal(speech_open(speech), 0);
    speech_set_volume(speech, SPEECH_VOLUME_MAX);
    return speech;
}

static void
nap(void)
{
    struct timespec ms = {.tv_nsec = 1000000};
    (void)nanosleep(&ms, NULL);
}

static int64_t
now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
until_silent(struct speech *speech)
{
    for (int64_t end = now_ms() + 20000; speech_at(speech) >= 0; nap()) {
        assert_true(now_ms() < end);
    }
}

/* ---- what was heard ---- */

struct heard {
    int16_t *samples;
    size_t count;
    size_t from, to; /* of what sounds: above threshold */
};

static struct heard
heard(int threshold)
{
    static int16_t samples[HEARD_MAX / 2];
    FILE *file = fopen(disk, "rb");
    assert_non_null(file);
    struct heard h = {.samples = samples, .count = fread(samples, 2, HEARD_MAX / 2, file)};
    (void)fclose(file);
    h.from = h.count;
    for (size_t i = 0; i < h.count; i++) {
        if (abs(samples[i]) > threshold) {
            h.from = i < h.from ? i : h.from;
            h.to = i + 1;
        }
    }
    return h;
}

static double
rms_db(const struct heard *h)
{
    double sum = 0;
    for (size_t i = h->from; i < h->to; i++) {
        sum += (double)h->samples[i] * h->samples[i];
    }
    return h->to > h->from ? 10 * log10(sum / (double)(h->to - h->from) / (32768.0 * 32768.0))
                           : -200;
}

static double
length_ms(const struct heard *h)
{
    return h->to > h->from ? (double)(h->to - h->from) * 1000 / SPEECH_HZ : 0;
}

/* From zero crossings upwards. */
static double
pitch_hz(const struct heard *h)
{
    size_t crossings = 0;
    for (size_t i = h->from + 1; i < h->to; i++) {
        crossings += h->samples[i - 1] < 0 && h->samples[i] >= 0;
    }
    return (double)crossings * SPEECH_HZ / (double)(h->to - h->from);
}

/* Says one line at this volume and rate and hears it through. */
static struct heard
say_once(const struct speech_line *line, int volume, int rate, enum speech_output output)
{
    struct speech *speech = open_speech(NULL);
    speech_set_output(speech, output);
    speech_set_volume(speech, volume);
    speech_set_rate(speech, rate);
    assert_int_equal(speech_say(speech, line, 1), 0);
    until_silent(speech);
    speech_free(speech);
    return heard(0);
}

/* ---- loudness, speed, pitch ---- */

static const struct speech_line tone = {.language = "en", .text = "Tone."};

static void
test_volume(void **state)
{
    (void)state;
    struct heard full = say_once(&tone, SPEECH_VOLUME_MAX, 2, SPEECH_HEADPHONES);
    double loud = rms_db(&full);
    double loudest = loud;
    assert_true(loud > -21 && loud < -19); /* made equally loud: -20 dB */
    for (int volume = SPEECH_VOLUME_MAX - 1; volume >= 4; volume--) {
        struct heard h = say_once(&tone, volume, 2, SPEECH_HEADPHONES);
        double step = loud - rms_db(&h);
        assert_true(step > 7 && step < 9); /* 8 dB, and at most 10 (VVSG 2.0) */
        loud = rms_db(&h);
    }
    struct heard none = say_once(&tone, 0, 2, SPEECH_HEADPHONES);
    assert_true(rms_db(&none) < -85);
    struct heard speaker = say_once(&tone, SPEECH_VOLUME_MAX - 1, 2, SPEECH_SPEAKER);
    double step = loudest - rms_db(&speaker);
    assert_true(step > 2 && step < 4);
}

static void
test_rate_keeps_pitch(void **state)
{
    (void)state;
    for (int rate = 0; rate < SPEECH_RATE_COUNT; rate++) {
        struct heard h = say_once(&tone, SPEECH_VOLUME_MAX, rate, SPEECH_SPEAKER);
        double wanted = TONE_MS * 100.0 / speech_rate_percent(rate);
        assert_true(fabs(length_ms(&h) - wanted) < wanted * 0.12 + 25);
        assert_true(fabs(pitch_hz(&h) - TONE_HZ) < TONE_HZ * 0.05);
    }
    assert_int_equal(speech_rate_percent(0), 50);
    assert_int_equal(speech_rate_percent(SPEECH_RATE_DEFAULT), 100);
    assert_int_equal(speech_rate_percent(SPEECH_RATE_COUNT - 1), 200);
}

/* Both voices sound, equally loud, without the engines' silence in front. */
static void
test_engines(void **state)
{
    (void)state;
    static const struct speech_line lines[] = {
        {.language = "ja", .text = "どんなご用ですか。"},
        {.language = "ja-easy", .text = "なにを しますか。"},
        {.language = "en", .text = "What would you like to do today?"},
        {.language = "zh-Hans", .text = "请选择手续"},
        {.language = "zh-Hant", .text = "請選擇手續"},
        {.language = "ko", .text = "무엇을 하시겠습니까"},
        {.language = "vi", .text = "Hôm nay bạn cần làm gì?"},
        {.language = "ne", .text = "आज के गर्न चाहनुहुन्छ?"},
        {.language = "pt-BR", .text = "O que deseja fazer hoje?"},
        {.language = "id", .text = "Ada keperluan apa hari ini?"},
        {.language = "my", .text = "ယနေ့ ဘာလုပ်လိုပါသလဲ"},
        {.language = "th", .text = "วันนี้ต้องการทำอะไร"},
        {.language = "es", .text = "¿Qué desea hacer hoy?"},
    };
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        struct heard h = say_once(&lines[i], SPEECH_VOLUME_MAX, 2, SPEECH_HEADPHONES);
        print_message("%s: %.0f ms, %.1f dB\n", lines[i].language, length_ms(&h), rms_db(&h));
        assert_true(length_ms(&h) > 500);
        assert_true(rms_db(&h) > -30 && rms_db(&h) < -18);
    }
}

/* ---- what is heard, in which order ---- */

/* Loud stretches with silence of at least gap_ms between them. */
static size_t
bursts(const struct heard *h, int gap_ms)
{
    size_t count = 0;
    size_t last = 0;
    for (size_t i = 0; i < h->count; i++) {
        if (abs(h->samples[i]) > 300) {
            count += count == 0 || i - last > (size_t)gap_ms * SPEECH_HZ / 1000;
            last = i;
        }
    }
    return count;
}

static void
test_order_and_place(void **state)
{
    (void)state;
    static const struct speech_line lines[] = {
        {.language = "en", .text = "Tone."},
        {.language = "fil", .text = "Walang boses."}, /* no voice: passed over */
        {.language = "en", .text = "Second tone."},
        {.language = "en", .text = ""},
        {.language = "en", .text = "Tone."},
    };
    (void)setenv(
        "SDL_DISKAUDIODELAY", "10", 1); /* slow enough to see each line go by on a busy machine */
    struct speech *speech = open_speech(NULL);
    (void)setenv("SDL_DISKAUDIODELAY", "1", 1);
    assert_int_equal(speech_at(speech), -1);
    assert_int_equal(speech_say(speech, lines, ARRAY_LEN(lines)), 0);
    int at = speech_at(speech);
    assert_int_equal(at, 0); /* from the moment it is asked for */
    int seen[8] = {0};
    for (int64_t end = now_ms() + 20000; (at = speech_at(speech)) >= 0; nap()) {
        assert_true(now_ms() < end);
        seen[at]++;
    }
    assert_true(seen[0] > 0 && seen[2] > 0 && seen[4] > 0);
    speech_free(speech);
    struct heard h = heard(300);
    assert_int_equal(bursts(&h, 100), 3);
    assert_true(length_ms(&h) > 3 * TONE_MS);
}

/* A program in the place of a voice. */
static const char *
impostor(const char *script)
{
    static char path[160];
    char text[2048];
    int n = snprintf(text, sizeof(text), "#!/bin/sh\n%s\n", script);
    (void)snprintf(path, sizeof(path), "%s/impostor", folder);
    put_file(path, text, (size_t)n, 0700);
    return path;
}

/* A long sentence sounds from its first clause on, while the next is still being made; and when that is there in
 * time nobody hears where they meet. */
static void
test_clauses_are_heard_as_they_come(void **state)
{
    (void)state;
    char script[512];
    char go[160];
    (void)snprintf(go, sizeof(go), "%s/go", folder);
    (void)snprintf(script, sizeof(script),
        "case $(cat) in *さいご*) while ! [ -e %s ]; do sleep 0.01; done;; esac; cat "
        "%s/en/tone.wav",
        go, sounds);
    struct speech_config config = {.open_jtalk = impostor(script), .child_ms = 30000};
    static const struct speech_line line = {
        .language = "ja", .text = "はじめのことばです、それからこれがさいごのことばです"};
    (void)unsetenv("SDL_DISKAUDIODELAY"); /* as fast as it is heard */
    struct speech *speech = open_speech(&config);
    assert_int_equal(speech_say(speech, &line, 1), 0);
    struct heard h = {0};
    for (int64_t end = now_ms() + 20000; bursts(&h, 100) == 0; nap()) {
        assert_true(now_ms() < end); /* the last clause can't be made yet */
        h = heard(300);
    }
    assert_int_equal(speech_at(speech), 0);
    put_file(go, "", 0, 0600);
    until_silent(speech);
    assert_int_equal(speech_say(speech, &line, 1), 0); /* both are at hand now */
    size_t before = heard(300).count;
    until_silent(speech);
    speech_free(speech);
    (void)setenv("SDL_DISKAUDIODELAY", "1", 1);
    h = heard(300);
    h.samples += before;
    h.count -= before;
    assert_int_equal(bursts(&h, 540), 1);
    assert_int_equal(bursts(&h, 460), 2); /* a breath, as long as the voice itself takes it */
}

/* What may be said next: how each line begins is made before the rest of any. */
static void
test_beginnings_first(void **state)
{
    (void)state;
    char script[512];
    char path[160];
    (void)snprintf(path, sizeof(path), "%s/order", folder);
    (void)snprintf(script, sizeof(script), "cat >>%s; cat %s/en/tone.wav", path, sounds);
    struct speech_config config = {.open_jtalk = impostor(script)};
    static const struct speech_line lines[] = {
        {.language = "ja", .text = "ひとつめです、そのあとのことば"},
        {.language = "ja", .text = "ふたつめです、そのつぎのことば"}};
    struct speech *speech = open_speech(&config);
    assert_false(speech_at_hand(speech, &lines[0]));
    speech_prepare(speech, lines, ARRAY_LEN(lines));
    AUTO_BUF order;
    buf_init(&order, 4096);
    for (int64_t end = now_ms() + 20000; strstr(buf_str(&order), "つぎの") == NULL; nap()) {
        assert_true(now_ms() < end);
        buf_clear(&order);
        (void)fs_read(path, &order);
    }
    assert_true(speech_at_hand(speech, &lines[0]) && speech_at_hand(speech, &lines[1]));
    assert_string_equal(
        buf_str(&order), "ひとつめです、\nふたつめです、\nそのあとのことば\nそのつぎのことば\n");
    speech_free(speech);
}

static void
test_pause_and_cut(void **state)
{
    (void)state;
    struct speech *speech = open_speech(NULL);
    assert_int_equal(speech_say(speech, &tone, 1), 0);
    speech_pause(speech, true);
    for (int i = 0; i < 300; i++) { /* at least ten times as long as the tone takes here */
        nap();
        assert_int_equal(speech_at(speech), 0);
    }
    speech_pause(speech, false);
    until_silent(speech);
    /* something else is said instead, at once */
    static const struct speech_line many[] = {
        {.language = "en", .text = "Tone."}, {.language = "en", .text = "Tone."}};
    assert_int_equal(speech_say(speech, many, 2), 0);
    assert_int_equal(speech_say(speech, NULL, 0), 0);
    assert_int_equal(speech_at(speech), -1);
    speech_free(speech);
    struct heard h = heard(300);
    assert_true(bursts(&h, 100) <= 2);
}

static void
test_closed_is_silent(void **state)
{
    (void)state;
    struct speech_config config = {.sounds = sounds};
    struct speech *speech;
    assert_int_equal(speech_new(&config, &speech), 0);
    assert_false(speech_is_open(speech));
    assert_int_equal(speech_say(speech, &tone, 1), 0);
    assert_int_equal(speech_at(speech), -1);
    assert_int_equal(speech_open(speech), 0);
    assert_true(speech_is_open(speech));
    speech_close(speech);
    assert_false(speech_is_open(speech));
    speech_free(speech);
    speech_free(NULL);
    (void)setenv("SDL_AUDIODRIVER", "no-such-driver", 1);
    assert_int_equal(speech_new(&config, &speech), 0);
    assert_int_equal(speech_open(speech), KERR_IO);
    speech_free(speech);
    (void)setenv("SDL_AUDIODRIVER", "disk", 1);
}

static void
test_click(void **state)
{
    (void)state;
    struct speech *speech = open_speech(NULL);
    speech_click(speech);
    for (int i = 0; i < 200; i++) {
        nap();
    }
    speech_free(speech);
    struct heard h = heard(100);
    assert_true(length_ms(&h) > 5 && length_ms(&h) < 14);
}

/* The louder one has twice the amplitude: 6 dB. */
static void
test_chime(void **state)
{
    (void)state;
    double loud_db[2];
    for (int louder = 0; louder < 2; louder++) {
        struct speech *speech = open_speech(NULL);
        speech_chime(speech, louder == 1);
        for (int i = 0; i < 400; i++) {
            nap();
        }
        speech_free(speech);
        struct heard h = heard(100);
        assert_true(length_ms(&h) > 700 && length_ms(&h) < 810);
        loud_db[louder] = rms_db(&h);
    }
    assert_true(loud_db[1] - loud_db[0] > 5 && loud_db[1] - loud_db[0] < 7);
}

static void
test_bounds(void **state)
{
    (void)state;
    static char text[SPEECH_TEXT_MAX + 2];
    memset(text, 'a', sizeof(text) - 1);
    struct speech_line line = {.language = "en", .text = text};
    struct speech *speech = open_speech(NULL);
    assert_int_equal(speech_say(speech, &line, 1), KERR_TOO_BIG);
    static struct speech_line many[SPEECH_LINES_MAX + 1];
    assert_int_equal(speech_say(speech, many, SPEECH_LINES_MAX + 1), KERR_TOO_BIG);
    assert_int_equal(speech_at(speech), -1);
    speech_set_volume(speech, 99);
    speech_set_rate(speech, -7);
    speech_free(speech);
    for (int volume = 1; volume <= SPEECH_VOLUME_MAX;
         volume++) { /* VVSG 2.0: at most 10 dB a step */
        int step = mix_gain_db(volume, SPEECH_HEADPHONES, 0) -
                   mix_gain_db(volume - 1, SPEECH_HEADPHONES, 0);
        assert_true(step > 0 && step <= 10);
    }
    assert_int_equal(mix_gain_db(SPEECH_VOLUME_MAX, SPEECH_HEADPHONES, 12), -12);
}

static void
test_which_can(void **state)
{
    (void)state;
    struct speech *speech = open_speech(NULL);
    static const char *const spoken[] = {"ja", "ja-easy", "en", "zh-Hans", "zh-Hant", "ko", "vi",
        "ne", "pt-BR", "id", "my", "th", "es"};
    for (size_t i = 0; i < ARRAY_LEN(spoken); i++) {
        assert_true(speech_can(speech, spoken[i]));
    }
    assert_false(speech_can(speech, "fil"));
    assert_false(speech_can(speech, "xx"));
    speech_free(speech);
    struct speech_config config = {
        .sounds = sounds, .open_jtalk = "/no/such/program", .espeak = "/no/such/program"};
    speech = open_speech(&config);
    assert_false(speech_can(speech, "ja"));
    assert_true(speech_can(speech, "en")); /* recorded, at least in part */
    assert_false(speech_can(speech, "es"));
    speech_free(speech);
}

/* ---- children that do what they should not ---- */

/* No process of ours is left behind. */
static bool
children_left(void)
{
    char path[64];
    char text[256] = "";
    (void)snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        return false;
    }
    (void)fgets(text, sizeof(text), file);
    (void)fclose(file);
    return text[0] != 0;
}

static void
test_hostile_children(void **state)
{
    (void)state;
    static const struct {
        const char *script;
        int limit_ms;
    } rows[] = {
        {"sleep 60", 400}, /* hangs, reading nothing */
        {"cat >/dev/null; sleep 60", 400}, /* hangs afterwards */
        {"exit 1", 20000}, {"kill -9 $$", 20000},
        {"cat >/dev/null; yes", 20000}, /* floods: stopped by its size, not by the time */
        {"cat >/dev/null; head -c 5000 /dev/urandom", 20000}, /* no sound at all */
        {"cat >/dev/null; printf RIFF", 20000},
        {"cat >/dev/null; exec >&-; sleep 60", 20000}, /* closes its output and stays */
        {"(trap '' TERM; sleep 60) & cat >/dev/null; exit 0", 400}, /* leaves a child of its own */
    };
    static const struct speech_line lines[] = {
        {.language = "es", .text = "Uno."}, {.language = "en", .text = "Tone."}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct speech_config config = {
            .espeak = impostor(rows[i].script), .child_ms = rows[i].limit_ms};
        struct speech *speech = open_speech(&config);
        int64_t begin = now_ms();
        assert_int_equal(speech_say(speech, lines, 2), 0);
        assert_int_equal(speech_at(speech), 0);
        assert_true(now_ms() - begin < 100); /* the loop waits for nobody */
        until_silent(speech);
        assert_true(now_ms() - begin < 4000);
        speech_free(speech);
        assert_false(children_left());
        struct heard h = heard(300);
        assert_true(length_ms(&h) > TONE_MS - 50); /* the next sentence is spoken all the same */
    }
}

/* Whoever comes to the next page does not wait for the sentence of the last one. */
static void
test_cancel(void **state)
{
    (void)state;
    struct speech_config config = {.espeak = impostor("sleep 60"), .child_ms = 30000};
    struct speech *speech = open_speech(&config);
    static const struct speech_line slow = {.language = "es", .text = "Uno.", .personal = true};
    assert_int_equal(speech_say(speech, &slow, 1), 0);
    for (int i = 0; i < 100; i++) {
        nap(); /* the child runs by now, or will find out that nobody wants it */
    }
    int64_t begin = now_ms();
    assert_int_equal(speech_say(speech, &tone, 1), 0);
    until_silent(speech);
    assert_true(now_ms() - begin < 3000);
    assert_int_equal(speech_say(speech, &slow, 1), 0);
    speech_forget(speech);
    speech_free(speech);
    assert_false(children_left());
}

/* The text reaches the child by its standard input, and by nothing that others can read. */
static void
test_text_goes_by_pipe(void **state)
{
    (void)state;
    char script[512];
    (void)snprintf(script, sizeof(script),
        "cat >%s/stdin; tr '\\0' ' ' </proc/$$/cmdline >%s/cmdline; env >%s/environment; "
        "[ -e /proc/$$/fd/20 ] || [ -e /proc/$$/fd/200 ] && echo open >%s/fds || echo closed "
        ">%s/fds",
        folder, folder, folder, folder, folder);
    /* things of the program that are open without close-on-exec: not the child's */
    assert_int_equal(dup2(1, 20), 20);
    assert_int_equal(dup2(1, 200), 200);
    struct speech_config config = {.espeak = impostor(script)};
    struct speech *speech = open_speech(&config);
    static const struct speech_line line = {
        .language = "es", .text = "Miguel Ejemplo [[x]]", .personal = true};
    assert_int_equal(speech_say(speech, &line, 1), 0);
    until_silent(speech);
    speech_free(speech);
    char path[160];
    static const struct {
        const char *file;
        bool holds;
    } files[] = {{"stdin", true}, {"cmdline", false}, {"environment", false}};
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        AUTO_BUF text;
        buf_init(&text, 65536);
        (void)snprintf(path, sizeof(path), "%s/%s", folder, files[i].file);
        assert_int_equal(fs_read(path, &text), 0);
        assert_int_equal(strstr(buf_str(&text), "Miguel Ejemplo") != NULL, files[i].holds);
        assert_null(strstr(buf_str(&text), "[[")); /* would begin phonemes */
        assert_true(text.len > 0);
    }
    AUTO_BUF fds;
    buf_init(&fds, 64);
    (void)snprintf(path, sizeof(path), "%s/fds", folder);
    assert_int_equal(fs_read(path, &fds), 0);
    assert_string_equal(buf_str(&fds), "closed\n");
    (void)close(20);
    (void)close(200);
}

/* ---- forgetting ---- */

/* How often the needle stands in this process's writable memory; the needle itself is built here so that no
 * literal counts. Not instrumented: freed memory is looked at too. */
__attribute__((no_sanitize("address"))) static size_t
in_memory(const char *half, const char *other_half)
{
    size_t found = 0;
    size_t a = strlen(half);
    size_t b = strlen(other_half);
    FILE *maps = fopen("/proc/self/maps", "r");
    int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    char line[512];
    static unsigned char page[65536];
    while (maps != NULL && fgets(line, sizeof(line), maps) != NULL) {
        unsigned long from;
        unsigned long to;
        bool writable = strstr(line, " rw-p ") != NULL && strchr(line, '/') == NULL;
        if (!writable || sscanf(line, "%lx-%lx", &from, &to) != 2 || to - from > REGION_MAX) {
            continue; /* the largest are the sanitizer's shadow */
        }
        for (unsigned long at = from; at < to; at += sizeof(page) - 64) {
            ssize_t n = pread(memory, page, sizeof(page), (off_t)at);
            for (ssize_t i = 0; i + (ssize_t)(a + b) <= n; i++) {
                found += page[i] == (unsigned char)half[0] && memcmp(page + i, half, a) == 0 &&
                         memcmp(page + i + a, other_half, b) == 0;
            }
        }
    }
    explicit_bzero(page, sizeof(page));
    if (maps != NULL) {
        (void)fclose(maps);
    }
    (void)close(memory);
    return found;
}

static void
test_forget(void **state)
{
    (void)state;
    /* the sanitizer notes something in the first bytes of what is freed: the name stands behind them */
    char name[] = "Le atiende a usted hoy Zacarias Xocotl";
    *strchr(name, 'Z') = 'Q'; /* "Qacarias Xocotl" stands in no literal */
    struct speech *speech = open_speech(NULL);
    struct speech_line line = {.language = "es", .text = name, .personal = true};
    assert_int_equal(speech_say(speech, &line, 1), 0);
    for (int i = 0; i < 100; i++) {
        nap();
    }
    assert_true(in_memory("Qacari", "as Xocotl") > 1); /* name[] itself and the room's copies */
    speech_forget(speech);
    assert_int_equal(speech_at(speech), -1);
    size_t left = in_memory("Qacari", "as Xocotl");
    explicit_bzero(name, sizeof(name));
    print_message("left of the text: %zu\n", left);
    assert_true(left <= 1); /* name[], if the compiler kept it in memory */
    speech_free(speech);
}

__attribute__((no_sanitize("address"))) static bool
all_zero(const int16_t *samples, size_t count)
{
    int sum = 0;
    for (size_t i = 8; i < count; i++) { /* the allocator may use the first bytes */
        sum |= samples[i];
    }
    return sum == 0;
}

static void
test_samples_are_wiped(void **state)
{
    (void)state;
    struct sound_cache *cache = sound_cache_new();
    struct sound *mine = sound_new(1000);
    struct sound *everybodys = sound_new(1000);
    for (size_t i = 0; i < 1000; i++) {
        mine->samples[i] = everybodys->samples[i] = (int16_t)(i + 1);
    }
    mine->personal = true;
    const int16_t *at = mine->samples;
    sound_cache_put(cache, "ja", "にほん", mine);
    sound_cache_put(cache, "ja", "つぎへ", everybodys);
    sound_free(mine);
    sound_free(everybodys);
    assert_false(all_zero(at, 1000));
    sound_cache_wipe_personal(cache);
    assert_true(all_zero(at, 1000));
    assert_null(sound_cache_get(cache, "ja", "にほん"));
    struct sound *kept = sound_cache_get(cache, "ja", "つぎへ");
    assert_non_null(kept);
    assert_int_equal(kept->samples[10], 11);
    sound_free(kept);
    assert_null(sound_cache_get(cache, "en", "つぎへ"));
    sound_cache_free(cache);
}

static void
test_cache_is_bounded(void **state)
{
    (void)state;
    struct sound_cache *cache = sound_cache_new();
    char text[32];
    for (int i = 0; i < 3 * CACHE_SOUNDS; i++) {
        struct sound *sound = sound_new(SPEECH_HZ / 2);
        (void)snprintf(text, sizeof(text), "sentence %d", i);
        sound_cache_put(cache, "en", text, sound);
        sound_free(sound);
        assert_true(sound_cache_bytes(cache) <= CACHE_BYTES);
        struct sound *first = sound_cache_get(cache, "en", "sentence 0");
        assert_non_null(first); /* in use all the time: stays */
        sound_free(first);
    }
    struct sound *gone = sound_cache_get(cache, "en", "sentence 1");
    assert_null(gone);
    struct sound *huge = sound_new(CACHE_BYTES);
    sound_cache_put(cache, "en", "huge", huge);
    sound_free(huge);
    assert_null(sound_cache_get(cache, "en", "huge"));
    sound_cache_free(cache);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_volume),
        cmocka_unit_test(test_rate_keeps_pitch),
        cmocka_unit_test(test_engines),
        cmocka_unit_test(test_order_and_place),
        cmocka_unit_test(test_clauses_are_heard_as_they_come),
        cmocka_unit_test(test_beginnings_first),
        cmocka_unit_test(test_pause_and_cut),
        cmocka_unit_test(test_closed_is_silent),
        cmocka_unit_test(test_click),
        cmocka_unit_test(test_chime),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_which_can),
        cmocka_unit_test(test_hostile_children),
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_text_goes_by_pipe),
        cmocka_unit_test(test_forget),
        cmocka_unit_test(test_samples_are_wiped),
        cmocka_unit_test(test_cache_is_bounded),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
