/* Any bytes as what a voice answers (WAVE), and as a line that is to be said. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "speech/speech_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sound *sound;
    if (wav_sound(data, size, &sound) == 0) {
        sound_free(sound);
    }
    char text[4096];
    if (size == 0 || size >= sizeof(text) || !utf8_valid((const char *)data, size)) {
        return 0;
    }
    memcpy(text, data, size);
    text[size] = 0;
    static const char *const languages[] = {"ja", "en", "zh-Hans", "my"};
    for (size_t i = 0; i < sizeof(languages) / sizeof(languages[0]); i++) {
        const char *at = text;
        struct piece piece;
        while (split_next(languages[i], &at, &piece)) {
            size_t len = split_clause(piece.language, piece.text);
            if (len == 0 || !utf8_valid(piece.text, len)) {
                abort();
            }
        }
    }
    return 0;
}
