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

static char folder[HARNESS_FOLDER_LEN];
static char disk[128], sounds[128];

enum { TONE_HZ = 440, TONE_MS = 600, HEARD_MAX = 64 * 1024 * 1024 };

/* ---- files of the tests ---- */

static void
put_file(const char *path, const void *data, size_t len, mode_t mode)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
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
        {.language = "ja", .text = "きょうは、どんなご用ですか。"},
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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_volume),
        cmocka_unit_test(test_rate_keeps_pitch),
        cmocka_unit_test(test_engines),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
