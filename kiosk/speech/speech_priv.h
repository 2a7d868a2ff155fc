/* speech/speech_priv.h - what the files of the room speech share. Sound is 16 bit, one channel,
 * SPEECH_HZ; times are milliseconds. */
#ifndef SPEECH_SPEECH_PRIV_H
#define SPEECH_SPEECH_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "speech/speech.h"

/* ---- wav.c: sound in memory ---- */

struct sound {
    int16_t *samples; /* owned; wiped when freed */
    size_t count;
    bool personal;
    int users; /* freed with the last one */
};
struct sound *sound_new(size_t count); /* one user; NULL: no memory */
void sound_free(struct sound *sound); /* one user less; NULL is accepted */

enum { WAV_MAX = 16 * 1024 * 1024, SOUND_SECONDS_MAX = 120 };
/* riff.c: where the samples of a file are; data points into it. Takes what wav_sound takes. */
struct wav {
    int channels, hz;
    const uint8_t *data;
    size_t frames;
};
int riff_parse(const uint8_t *file, size_t len, struct wav *ret_wav);
/* A RIFF WAVE file of 16 bit samples (one or two channels, 8 to 96 kHz). Lengths in its header are not
 * believed: espeak-ng writes to a pipe and can't know them. Converted, ends of silence cut off, made
 * equally loud. KERR_INVALID, KERR_TOO_BIG, KERR_NO_MEMORY. */
int wav_sound(const uint8_t *data, size_t len, struct sound **ret_sound);

/* ---- voices.c: which program speaks a language ---- */

enum voice { VOICE_NONE, VOICE_OPEN_JTALK, VOICE_ESPEAK };
/* espeak's name of the voice in ret_name. */
enum voice voice_of(const char *language, const char **ret_name);

/* ---- readings.c: how words of the city are read ---- */

struct readings;
/* A list "surface reading" a line; a missing file is an empty list. */
struct readings *readings_new(const char *path);
void readings_free(struct readings *readings);
/* Text with each known surface replaced, the longest first. Appended. */
void readings_apply(const struct readings *readings, const char *text, struct buf *out);

/* ---- clips.c: recorded sentences ---- */

struct clips;
struct clips *clips_new(const char *folder);
void clips_free(struct clips *clips);
bool clips_any(const struct clips *clips, const char *language);
/* The file of this sentence; NULL: not recorded. */
const char *clips_find(const struct clips *clips, const char *language, const char *text);

enum { SENTENCE_MAX = 900 }; /* open_jtalk 1.11 reads one line of 1023 bytes */

/* ---- split.c: lines into what one child says ---- */

struct piece {
    char language[16];
    char text[SENTENCE_MAX + 1];
};
/* The next sentence of a line, in one language: Japanese words in another language's text go to the
 * Japanese voice, Latin ones in Japanese to the English voice. false at the end. */
bool split_next(const char *language, const char **at, struct piece *ret_piece);
/* How many bytes of a sentence its first clause has; all of it when it is short. */
size_t split_clause(const char *language, const char *text);

/* ---- cache.c: finished sounds ---- */

enum { CACHE_SOUNDS = 512, CACHE_BYTES = 8 * 1024 * 1024 };
struct sound_cache;
struct sound_cache *sound_cache_new(void);
void sound_cache_free(struct sound_cache *cache);
/* One more user of it, or NULL. */
struct sound *sound_cache_get(struct sound_cache *cache, const char *language, const char *text);
void sound_cache_put(
    struct sound_cache *cache, const char *language, const char *text, struct sound *sound);
void sound_cache_wipe_personal(struct sound_cache *cache);
size_t sound_cache_bytes(const struct sound_cache *cache);

/* ---- mix.c: what the device plays ---- */

struct mix;
struct mix *mix_new(void);
void mix_free(struct mix *mix);
/* Drops what it holds of the present sound; the next samples begin anew. */
void mix_cut(struct mix *mix);
void mix_set_rate(struct mix *mix, int percent);
/* Samples of a line at its own speed go in. */
void mix_put(struct mix *mix, const int16_t *samples, size_t count);
void mix_end(struct mix *mix); /* the line ends here: what is held comes out */
/* Fills out with what is ready, changed in speed; returns how many samples. */
size_t mix_take(struct mix *mix, int16_t *out, size_t count);
/* Gain of a volume step in dB, 0 or below. */
int mix_gain_db(int volume, enum speech_output output, int cap_db);

/* ---- audio.c: SDL's sound device; the only file of the room that knows SDL ---- */

struct audio;
/* fill is called from SDL's thread. KERR_IO. */
int audio_open(const char *device, void (*fill)(void *ctx, int16_t *out, size_t count), void *ctx,
    struct audio **ret_audio);
/* When it returns, fill is not called any more. */
void audio_close(struct audio *audio);
/* One channel from one rate to another. Heap of *ret_count samples; NULL: no memory. */
int16_t *audio_convert(
    const int16_t *samples, size_t count, int from_hz, int to_hz, size_t *ret_count);

#endif
