/* speech/wav.c - from a WAVE file to sound of one form: one channel, one rate, equally loud, without the
 * silence that engines put around a sentence (0.4 s of it would be heard as slowness). */
#include "speech/speech_priv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"

enum {
    HZ_MIN = 8000,
    HZ_MAX = 96000,
    SILENCE = 200, /* of 32767: below this nothing is heard at the usual volume */
    KEEP_MS = 10, /* of the silence around, so that no sound begins with a crack */
    PEAK = 29000,
    LOUD = 3300 /* about -20 dB of full scale: root mean square of the parts that sound */
};

struct sound *
sound_new(size_t count)
{
    struct sound *sound = xcalloc(1, sizeof(*sound));
    sound->samples = calloc(count + 1, sizeof(int16_t)); /* sized by a child's output: may fail */
    if (sound->samples == NULL) {
        free(sound);
        return NULL;
    }
    sound->count = count;
    sound->users = 1;
    return sound;
}

void
sound_free(struct sound *sound)
{
    if (sound == NULL || --sound->users > 0) {
        return;
    }
    explicit_bzero(sound->samples, sound->count * sizeof(int16_t));
    free(sound->samples);
    free(sound);
}

static uint32_t
little(const uint8_t *at, int bytes)
{
    uint32_t value = 0;
    for (int i = 0; i < bytes; i++) {
        value |= (uint32_t)at[i] << (8 * i);
    }
    return value;
}

struct wav {
    int channels, hz;
    const uint8_t *data;
    size_t frames;
};

/* RIFF chunks: "fmt " and "data" (Microsoft and IBM, Multimedia Programming Interface 1.0). */
static int
parse(const uint8_t *file, size_t len, struct wav *ret_wav)
{
    if (len < 12 || memcmp(file, "RIFF", 4) != 0 || memcmp(file + 8, "WAVE", 4) != 0) {
        return KERR_INVALID;
    }
    struct wav wav = {0};
    for (size_t at = 12; len - at >= 8;) {
        const uint8_t *chunk = file + at;
        size_t size = little(chunk + 4, 4);
        size_t room = len - at - 8;
        bool data = memcmp(chunk, "data", 4) == 0;
        size = size > room ? room : size;
        if (memcmp(chunk, "fmt ", 4) == 0 && size >= 16) {
            wav.channels = (int)little(chunk + 10, 2);
            uint32_t hz = little(chunk + 12, 4);
            bool known = little(chunk + 8, 2) == 1 && little(chunk + 22, 2) == 16;
            if (!known || wav.channels < 1 || wav.channels > 2 || hz < HZ_MIN || hz > HZ_MAX) {
                return KERR_INVALID;
            }
            wav.hz = (int)hz;
        } else if (data) {
            wav.data = chunk + 8;
            wav.frames = wav.channels > 0 ? size / (2 * (size_t)wav.channels) : 0;
            break;
        }
        at += 8 + size + (size & 1 && size < room ? 1 : 0);
    }
    if (wav.data == NULL || wav.channels == 0) {
        return KERR_INVALID;
    }
    if (wav.frames > (size_t)wav.hz * SOUND_SECONDS_MAX) {
        return KERR_TOO_BIG;
    }
    *ret_wav = wav;
    return 0;
}

static int
sample(const struct wav *wav, size_t frame)
{
    int sum = 0;
    for (int i = 0; i < wav->channels; i++) {
        size_t at = (frame * (size_t)wav->channels + (size_t)i) * 2;
        sum += (int16_t)little(wav->data + at, 2);
    }
    return sum / wav->channels;
}

/* The part that sounds, with a little silence around it. */
static void
trim(const struct sound *sound, size_t *ret_from, size_t *ret_to)
{
    size_t from = 0;
    size_t to = sound->count;
    size_t keep = (size_t)SPEECH_HZ * KEEP_MS / 1000;
    while (from < to && abs(sound->samples[from]) < SILENCE) {
        from++;
    }
    while (to > from && abs(sound->samples[to - 1]) < SILENCE) {
        to--;
    }
    *ret_from = from > keep ? from - keep : 0;
    *ret_to = to == from ? from : to + keep < sound->count ? to + keep : sound->count;
}

/* What brings these samples to the common loudness without clipping. */
static double
gain(const int16_t *samples, size_t count)
{
    double sum = 0;
    size_t loud = 0;
    int peak = 1;
    for (size_t i = 0; i < count; i++) {
        int value = abs(samples[i]);
        peak = value > peak ? value : peak;
        if (value >= SILENCE) {
            sum += (double)value * value;
            loud++;
        }
    }
    double wanted = loud > 0 ? LOUD / sqrt(sum / (double)loud) : 1;
    double most = (double)PEAK / peak;
    return wanted < most ? wanted : most;
}

static struct sound *
finish(const struct sound *raw)
{
    size_t from;
    size_t to;
    trim(raw, &from, &to);
    struct sound *sound = sound_new(to - from);
    if (sound == NULL) {
        return NULL;
    }
    double by = gain(raw->samples + from, to - from);
    for (size_t i = 0; i < sound->count; i++) {
        sound->samples[i] = (int16_t)lround(raw->samples[from + i] * by);
    }
    return sound;
}

int
wav_sound(const uint8_t *data, size_t len, struct sound **ret_sound)
{
    struct wav wav;
    int r = parse(data, len, &wav);
    if (r < 0) {
        return r;
    }
    struct sound *one = sound_new(wav.frames);
    if (one == NULL) {
        return KERR_NO_MEMORY;
    }
    for (size_t i = 0; i < wav.frames; i++) {
        one->samples[i] = (int16_t)sample(&wav, i);
    }
    struct sound raw = {0};
    raw.samples = audio_convert(one->samples, one->count, wav.hz, SPEECH_HZ, &raw.count);
    sound_free(one);
    if (raw.samples == NULL) {
        return KERR_NO_MEMORY;
    }
    struct sound *sound = finish(&raw);
    explicit_bzero(raw.samples, raw.count * sizeof(int16_t));
    free(raw.samples);
    if (sound == NULL) {
        return KERR_NO_MEMORY;
    }
    *ret_sound = sound;
    return 0;
}
