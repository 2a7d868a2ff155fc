/* speech/speech.h - reads aloud: a list of lines becomes sound, one line after the other, in the
 * language of each. Knows nothing of screens.
 *
 * Voices are programs of Debian that run as children, one a sentence: open_jtalk for Japanese,
 * espeak-ng for the rest (kiosk/decisions/0010-speech-by-child-processes.md). Text goes to them by a
 * pipe, never by a command line or a file, and sound comes back by a pipe. A child that hangs or floods
 * is killed; its sentence is silent and the next one is spoken. A recorded clip (assets/sound) takes
 * the place of a sentence.
 *
 * Threads: all functions from one thread. The room has a worker that makes sound ahead of what is heard,
 * and SDL's thread that plays it; both only call wakeup. With the device closed and nothing to prepare
 * no thread runs or wakes up.
 *
 * Privacy: text and sound of personal lines are wiped by speech_forget; children die with it. */
#ifndef SPEECH_SPEECH_H
#define SPEECH_SPEECH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct speech;

enum {
    SPEECH_HZ = 24000, /* samples a second of all sound inside: 16 bit, one channel */
    SPEECH_LINES_MAX = 512,
    SPEECH_TEXT_MAX = 8192, /* bytes of one line; longer ones are KERR_TOO_BIG */
    /* Eleven steps and seven rates: VVSG 2.0 (5.1.2-B, 7.1-J as carried in VxSuite's code). */
    SPEECH_VOLUME_MAX = 10,
    SPEECH_VOLUME_DEFAULT = 5,
    SPEECH_RATE_COUNT = 7,
    SPEECH_RATE_DEFAULT = 2
};
/* Percent of the usual speed: 50, 75, 100, 125, 150, 175, 200. The pitch stays. */
int speech_rate_percent(int rate);

/* Where the sound comes out. A step of volume is 8 dB in headphones (20 to 100 dB SPL when full scale is
 * set to 100 dB) and 3 dB from the loudspeaker of a public room. */
enum speech_output { SPEECH_SPEAKER, SPEECH_HEADPHONES };

struct speech_config {
    const char *sounds; /* folder of clips and readings (assets/sound); NULL: none */
    /* Programs, by name or path; NULL: Debian's. Tests give hostile ones. */
    const char *open_jtalk, *espeak;
    const char *dictionary, *voice; /* of open_jtalk; NULL: where Debian keeps them */
    const char *device; /* SDL's name of the sound device; NULL: the system's default */
    int cap_db; /* what full volume is below full scale: 0 to 40 */
    int child_ms; /* how long a child may take for a sentence; 0: 5000 */
    /* May a line of this visit be heard now? Asked from SDL's thread for each piece of sound; NULL: always. Takes no lock. */
    bool (*may)(void *ctx, uint64_t visit);
    void *may_ctx;
    void (*wakeup)(void *ctx); /* from any thread: something changed; NULL: nobody waits */
    void *wakeup_ctx;
};

/* Plain value; texts are copied. */
struct speech_line {
    const char *language; /* "ja", "ja-easy", "en", "zh-Hans"...: BCP 47 codes of i18n */
    const char *text; /* UTF-8, as it is said: no ruby */
    bool personal; /* holds something of the visitor */
    uint64_t visit; /* for whom, told to may() */
};

/* Reads clips' and readings' lists. Opens no device, starts no child. KERR_NO_MEMORY. */
int speech_new(const struct speech_config *config, struct speech **ret_speech);
void speech_free(struct speech *speech);

/* Is there a voice for this language on this machine? */
bool speech_can(const struct speech *speech, const char *language);

/* Opens the sound device; speech_say before it makes no sound. KERR_IO when there is none. */
int speech_open(struct speech *speech);
void speech_close(struct speech *speech);
bool speech_is_open(const struct speech *speech);

/* Stops what is said and says these lines, in order. None: silence. A line in a language without a
 * voice is passed over. KERR_TOO_BIG: too many lines or too long a text; nothing is said then. */
int speech_say(struct speech *speech, const struct speech_line *lines, size_t count);
/* The line that is heard now (the first one from the moment it is asked for); -1: silence. */
int speech_at(struct speech *speech);
void speech_pause(struct speech *speech, bool pause);
/* Sound that may be wanted soon: made when there is nothing else to do, kept within bounds. Replaces
 * what was to be prepared before. Personal lines are passed over. */
void speech_prepare(struct speech *speech, const struct speech_line *lines, size_t count);

/* Would this line be heard at once: is its first clause made, or recorded? */
bool speech_at_hand(struct speech *speech, const struct speech_line *line);

/* 0..SPEECH_VOLUME_MAX (0 is silence but for the faintest), 0..SPEECH_RATE_COUNT-1; out of range is
 * brought into it. At once, also in the middle of a line. */
void speech_set_volume(struct speech *speech, int volume);
void speech_set_rate(struct speech *speech, int rate);
void speech_set_output(struct speech *speech, enum speech_output output);
/* A short click over whatever is heard. */
void speech_click(struct speech *speech);
/* Two notes over whatever is heard, to be noticed across a hall: a card was left, a person is called. Louder ones
 * are twice as loud as speech, within the cap. */
void speech_chime(struct speech *speech, bool louder);

/* The visitor is gone: silence, no child, no text or sound of a personal line, usual volume and rate. */
void speech_forget(struct speech *speech);

/* ---- clips.c: recorded sentences, for who checks them ---- */

/* A line of sounds/LANGUAGE/clips. All strings are borrowed while it is shown. */
struct speech_clip {
    const char *list, *folder; /* the list's path, and the folder it lies in */
    int line; /* from 1; 0: the whole list */
    const char *language, *file, *text;
    const char *mistake; /* of the line; NULL: none */
};
typedef void speech_clip_fn(const struct speech_clip *clip, void *ctx);
/* Each line of each list, also those that can't be used. No folder: none. */
void speech_clips_each(const char *sounds, speech_clip_fn *each, void *ctx);
/* What is wrong with the line or with its file, in words of a static string; NULL: it can be played. */
const char *speech_clip_mistake(const struct speech_clip *clip);

/* ---- plug.c: headphones ---- */

struct speech_plug;
struct speech_plug_config {
    const char *device; /* evdev file that tells SW_HEADPHONE_INSERT (linux/input-event-codes.h) */
    const char *sound_cards; /* folder where the kernel puts sound devices; NULL: /dev/snd */
    void (*wakeup)(void *ctx); /* from its thread */
    void *wakeup_ctx;
};
/* Watches for headphones: the switch of a socket (device), and sound cards that appear while it watches,
 * as USB headphones and handsets do. Its thread sleeps until the kernel has news. Never fails: what
 * can't be watched is left out. */
struct speech_plug *speech_plug_new(const struct speech_plug_config *config);
void speech_plug_free(struct speech_plug *plug);
/* Are headphones plugged in, as last told? */
bool speech_plugged(const struct speech_plug *plug);

#endif
