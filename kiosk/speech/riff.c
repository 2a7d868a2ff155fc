/* speech/riff.c - a WAVE file is looked at: its form, and where its samples are. */
#include "speech/speech_priv.h"

#include <string.h>

#include "base/err.h"

enum { HZ_MIN = 8000, HZ_MAX = 96000 };

static uint32_t
little(const uint8_t *at, int bytes)
{
    uint32_t value = 0;
    for (int i = 0; i < bytes; i++) {
        value |= (uint32_t)at[i] << (8 * i);
    }
    return value;
}

/* RIFF chunks: "fmt " and "data" (Microsoft and IBM, Multimedia Programming Interface 1.0). */
int
riff_parse(const uint8_t *file, size_t len, struct wav *ret_wav)
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
