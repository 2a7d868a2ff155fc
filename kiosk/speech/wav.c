/* speech/wav.c - from a WAVE file to sound of one form: one channel, one rate, equally loud, without the
 * silence that engines put around a sentence (0.4 s of it would be heard as slowness). */
#include "speech/speech_priv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"

enum {
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

static int
sample(const struct wav *wav, size_t frame)
{
    int sum = 0;
    for (int i = 0; i < wav->channels; i++) {
        size_t at = (frame * (size_t)wav->channels + (size_t)i) * 2;
        sum += (int16_t)(wav->data[at] | wav->data[at + 1] << 8);
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
    int r = riff_parse(data, len, &wav);
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
