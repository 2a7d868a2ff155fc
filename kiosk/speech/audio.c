/* speech/audio.c - SDL's sound device, open only while there is something to say: SDL's threads tick as
 * long as it is. */
#include "speech/speech_priv.h"

#include <SDL.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"

enum { BUFFER = 512 }; /* samples the device asks for at once: 21 ms */

struct audio {
    SDL_AudioDeviceID id;
    void (*fill)(void *ctx, int16_t *out, size_t count);
    void *ctx;
};

static void SDLCALL
callback(void *userdata, Uint8 *stream, int len)
{
    struct audio *audio = userdata;
    int16_t out[BUFFER];
    for (size_t left = (size_t)len; left > 0;) {
        size_t bytes = left < sizeof(out) ? left : sizeof(out);
        audio->fill(audio->ctx, out, bytes / sizeof(int16_t));
        memcpy(stream, out, bytes); /* SDL promises no alignment */
        stream += bytes;
        left -= bytes;
    }
    explicit_bzero(out, sizeof(out));
}

int
audio_open(const char *device, void (*fill)(void *ctx, int16_t *out, size_t count), void *ctx,
    struct audio **ret_audio)
{
    (void)SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1"); /* signals are the program's */
    if (SDL_InitSubSystem(SDL_INIT_AUDIO) != 0) {
        return KERR_IO;
    }
    struct audio *audio = xcalloc(1, sizeof(*audio));
    audio->fill = fill;
    audio->ctx = ctx;
    SDL_AudioSpec wanted = {.freq = SPEECH_HZ,
        .format = AUDIO_S16SYS,
        .channels = 1,
        .samples = BUFFER,
        .callback = callback,
        .userdata = audio};
    audio->id = SDL_OpenAudioDevice(device, 0, &wanted, NULL, 0);
    if (audio->id == 0 && device != NULL) { /* the named one is not plugged in */
        audio->id = SDL_OpenAudioDevice(NULL, 0, &wanted, NULL, 0);
    }
    if (audio->id == 0) {
        free(audio);
        SDL_QuitSubSystem(SDL_INIT_AUDIO);
        return KERR_IO;
    }
    SDL_PauseAudioDevice(audio->id, 0);
    *ret_audio = audio;
    return 0;
}

void
audio_close(struct audio *audio)
{
    if (audio == NULL) {
        return;
    }
    SDL_CloseAudioDevice(audio->id);
    SDL_QuitSubSystem(SDL_INIT_AUDIO);
    free(audio);
}

int16_t *
audio_convert(const int16_t *samples, size_t count, int from_hz, int to_hz, size_t *ret_count)
{
    SDL_AudioStream *stream = SDL_NewAudioStream(AUDIO_S16SYS, 1, from_hz, AUDIO_S16SYS, 1, to_hz);
    int16_t *out = NULL;
    if (stream != NULL &&
        SDL_AudioStreamPut(stream, samples, (int)(count * sizeof(int16_t))) == 0 &&
        SDL_AudioStreamFlush(stream) == 0) {
        int bytes = SDL_AudioStreamAvailable(stream);
        out = calloc((size_t)bytes + 2, 1);
        if (out != NULL) {
            int got = SDL_AudioStreamGet(stream, out, bytes);
            *ret_count = got > 0 ? (size_t)got / sizeof(int16_t) : 0;
        }
    }
    SDL_FreeAudioStream(stream);
    return out;
}
