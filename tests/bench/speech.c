/* bench/speech.c - how soon a long sentence that nobody made ahead is heard, and whether its clauses follow each
 * other without a hole; against its voice run for the whole sentence. Read back from SDL's disk driver, which takes the
 * sound as fast as it is heard: a click is played when the sentence is asked for, and the distance is counted in
 * samples. Prints "heard MS", "whole MS" and "quiet MS" (the longest quiet inside) a sentence.
 * usage: speech SOUNDS FILE ROUNDS (assets/sound; a file to write the sound to). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/run.h"
#include "speech/speech_priv.h"

enum {
    CLICK_END_MS = 14,
    LOUD = 40, /* above what the voice hums between its words */
    SECONDS_MAX = 60,
    ROOM_MS = 150 /* the device runs before the click */
};

/* As long as titles and hints of the content files are, and longer. */
static const char *const sentences[] = {
    "住民票の写しを受け取るときは、本人を確かめる書類を窓口の人に見せて、手数料をはらってください",
    "あたらしい住所に、あなたより前から住んでいる人がいるときは、その人との続柄を教えてください",
    "画面を見ながら、下のボタンから1つえらんで、わからないときは、右下の職員をよぶボタンを押してく"
    "ださい",
};

static double
now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void
die(const char *what)
{
    fprintf(stderr, "bench speech: %s\n", what);
    exit(1);
}

static void
rest(int ms)
{
    struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};
    nanosleep(&time, NULL);
}

static double
whole(const char *text)
{
    const char *const jtalk[] = {"open_jtalk", "-x", "/var/lib/mecab/dic/open-jtalk/naist-jdic",
        "-m", "/usr/share/hts-voice/nitech-jp-atr503-m001/nitech_jp_atr503_m001.htsvoice", "-r",
        "0.9", "-ow", "/dev/stdout", NULL};
    char line[SENTENCE_MAX + 2];
    struct buf file;
    buf_init(&file, WAV_MAX);
    snprintf(line, sizeof(line), "%s\n", text);
    double begin = now_ms();
    if (run_child(jtalk, (struct run_bytes){line, strlen(line)}, 20000, -1, &file) != 0) {
        die("open_jtalk does not speak");
    }
    double ms = now_ms() - begin;
    buf_release(&file);
    return ms;
}

static void
say(const char *sounds, const char *text)
{
    struct speech_config config = {.sounds = sounds};
    struct speech_line line = {.language = "ja", .text = text};
    struct speech *speech;
    if (speech_new(&config, &speech) != 0 || speech_open(speech) != 0) {
        die("no sound");
    }
    speech_set_volume(speech, SPEECH_VOLUME_MAX);
    rest(ROOM_MS);
    speech_click(speech);
    if (speech_say(speech, &line, 1) != 0) {
        die("too long");
    }
    while (speech_at(speech) >= 0) {
        rest(5);
    }
    speech_free(speech);
}

static void
judge(const char *path)
{
    static int16_t samples[SECONDS_MAX * SPEECH_HZ];
    FILE *file = fopen(path, "rb");
    size_t count =
        file != NULL ? fread(samples, sizeof(samples[0]), SECONDS_MAX * SPEECH_HZ, file) : 0;
    size_t click = 0;
    while (click < count && samples[click] == 0) {
        click++;
    }
    size_t from = click + (size_t)CLICK_END_MS * SPEECH_HZ / 1000;
    size_t first = 0;
    size_t last = 0;
    size_t quiet = 0;
    for (size_t at = from; at < count; at++) {
        if (abs(samples[at]) > LOUD) {
            first = first == 0 ? at : first;
            quiet = last > 0 && at - last > quiet ? at - last : quiet;
            last = at;
        }
    }
    if (file == NULL || fclose(file) != 0 || first == 0) {
        die("nothing was heard");
    }
    printf("heard %.1f\nquiet %.1f\n", (double)(first - click) * 1e3 / SPEECH_HZ,
        (double)quiet * 1e3 / SPEECH_HZ);
}

int
main(int argc, char **argv)
{
    if (argc != 4) {
        die("usage: speech SOUNDS FILE ROUNDS");
    }
    setenv("SDL_AUDIODRIVER", "disk", 1);
    setenv("SDL_DISKAUDIOFILE", argv[2], 1);
    for (long round = 0; round < strtol(argv[3], NULL, 10); round++) {
        for (size_t i = 0; i < sizeof(sentences) / sizeof(sentences[0]); i++) {
            say(argv[1], sentences[i]);
            judge(argv[2]);
            printf("whole %.1f\n", whole(sentences[i]));
        }
    }
    return 0;
}
