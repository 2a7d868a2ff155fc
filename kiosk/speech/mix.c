/* speech/mix.c - speed without change of pitch (libsonic, made for speech), and loudness in dB. */
#include "speech/speech_priv.h"

#include <sonic.h>
#include <stdlib.h>

#include "base/alloc.h"

/* dB between two steps of volume, at most 10 (VVSG 2.0). */
enum { STEP_HEADPHONES = 8, STEP_SPEAKER = 3 };

struct mix {
    sonicStream stream;
    float speed;
};

static void
make_stream(struct mix *mix)
{
    mix->stream = sonicCreateStream(SPEECH_HZ, 1);
    if (mix->stream == NULL) {
        abort(); /* small and of fixed size: as xcalloc */
    }
    sonicSetSpeed(mix->stream, mix->speed);
}

struct mix *
mix_new(void)
{
    struct mix *mix = xcalloc(1, sizeof(*mix));
    mix->speed = 1;
    make_stream(mix);
    return mix;
}

void
mix_free(struct mix *mix)
{
    if (mix != NULL) {
        mix_cut(mix);
        sonicDestroyStream(mix->stream);
        free(mix);
    }
}

/* A new stream: sonic keeps what it was given in memory of its own, which the program's free() wipes. */
void
mix_cut(struct mix *mix)
{
    sonicDestroyStream(mix->stream);
    make_stream(mix);
}

void
mix_set_rate(struct mix *mix, int percent)
{
    mix->speed = (float)percent / 100.0F;
    sonicSetSpeed(mix->stream, mix->speed);
}

void
mix_put(struct mix *mix, const int16_t *samples, size_t count)
{
    /* sonic's interface lacks a const; it copies and writes nothing back */
    union {
        const int16_t *given;
        short *wanted;
    } in = {.given = samples};
    (void)sonicWriteShortToStream(mix->stream, in.wanted, (int)count); /* no memory: a gap */
}

void
mix_end(struct mix *mix)
{
    (void)sonicFlushStream(mix->stream);
}

size_t
mix_take(struct mix *mix, int16_t *out, size_t count)
{
    int n = sonicReadShortFromStream(mix->stream, out, (int)count);
    return n > 0 ? (size_t)n : 0;
}

int
mix_gain_db(int volume, enum speech_output output, int cap_db)
{
    int step = output == SPEECH_HEADPHONES ? STEP_HEADPHONES : STEP_SPEAKER;
    return -(SPEECH_VOLUME_MAX - volume) * step - cap_db;
}
