/* speech/clips.c - recorded sentences: sounds/LANGUAGE/clips lists "FILE.wav sentence" a line. What is
 * listed is played instead of a synthetic voice. */
#include "speech/speech_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/utf8.h"

enum { CLIPS_MAX = 4096, LIST_MAX = 1024 * 1024 };

struct clip {
    char *language, *path, *text; /* owned */
};
struct clips {
    size_t count;
    struct clip all[CLIPS_MAX];
};

/* One list while it is read. */
struct reading {
    const char *folder; /* sounds */
    speech_clip_fn *each;
    void *ctx;
};

/* Is this file sound that can be played? What is wrong with it, or NULL. */
static const char *
file_mistake(const char *path)
{
    struct wav wav;
    AUTO_BUF file;
    buf_init(&file, WAV_MAX);
    int r = fs_read(path, &file);
    if (r == KERR_NOT_FOUND) {
        return "there is no such file beside the list";
    }
    r = r == 0 ? riff_parse(file.data, file.len, &wav) : r;
    return r == KERR_TOO_BIG ? "a recording is two minutes at most"
           : r < 0           ? "this is no WAVE file of 16 bit, one or two channels, 8 to 96 kHz"
                             : NULL;
}

static void
read_line(const struct reading *reading, struct speech_clip *clip, char *line)
{
    size_t len = strcspn(line, " \t");
    char *text = line + len + strspn(line + len, " \t");
    text[strcspn(text, "\r")] = 0;
    bool slash = memchr(line, '/', len) != NULL;
    if (line[0] == '#' || line[strspn(line, " \t\r")] == 0) {
        return;
    }
    clip->mistake = NULL;
    if (len == 0 || text[0] == 0) {
        clip->mistake = "a line is FILE.wav and the sentence";
    } else if (slash) {
        clip->mistake = "the file lies beside the list: a name without a folder";
    } else if (strlen(text) > SENTENCE_MAX) {
        clip->mistake = "a sentence is 900 bytes at most";
    }
    line[len] = 0;
    clip->file = line;
    clip->text = text;
    reading->each(clip, reading->ctx);
}

static int
each_language(const char *name, void *ctx)
{
    const struct reading *reading = ctx;
    char *folder = fs_join(reading->folder, name);
    char *path = fs_join(folder, "clips");
    AUTO_BUF list;
    buf_init(&list, LIST_MAX);
    struct speech_clip clip = {.list = path, .folder = folder, .language = name};
    int r = fs_read(path, &list);
    if (r == 0 && list.len > 0 && !utf8_valid((const char *)list.data, list.len)) {
        clip.mistake = "the list is no text in UTF-8";
        clip.file = clip.text = "";
        reading->each(&clip, reading->ctx);
    } else if (r == 0 && list.len > 0) {
        char *line = (char *)list.data;
        while (line != NULL) {
            char *end = strchr(line, '\n');
            if (end != NULL) {
                *end++ = 0;
            }
            clip.line++;
            read_line(reading, &clip, line);
            line = end;
        }
    }
    free(path);
    free(folder);
    return 0;
}

void
speech_clips_each(const char *sounds, speech_clip_fn *each, void *ctx)
{
    struct reading reading = {.folder = sounds, .each = each, .ctx = ctx};
    (void)fs_each(sounds, NULL, each_language, &reading); /* no folder: no clips */
}

const char *
speech_clip_mistake(const struct speech_clip *clip)
{
    if (clip->mistake != NULL) {
        return clip->mistake;
    }
    char *path = fs_join(clip->folder, clip->file);
    const char *mistake = file_mistake(path);
    free(path);
    return mistake;
}

/* What has a mistake in its line is not played; the file is looked at when it is. */
static void
add_clip(const struct speech_clip *clip, void *ctx)
{
    struct clips *clips = ctx;
    if (clip->mistake == NULL && clips->count < CLIPS_MAX) {
        clips->all[clips->count++] = (struct clip){.language = xstrdup(clip->language),
            .path = fs_join(clip->folder, clip->file),
            .text = xstrdup(clip->text)};
    }
}

struct clips *
clips_new(const char *folder)
{
    struct clips *clips = xcalloc(1, sizeof(*clips));
    if (folder != NULL) {
        speech_clips_each(folder, add_clip, clips);
    }
    return clips;
}

void
clips_free(struct clips *clips)
{
    if (clips == NULL) {
        return;
    }
    for (size_t i = 0; i < clips->count; i++) {
        free(clips->all[i].language);
        free(clips->all[i].path);
        free(clips->all[i].text);
    }
    free(clips);
}

bool
clips_any(const struct clips *clips, const char *language)
{
    for (size_t i = 0; i < clips->count; i++) {
        if (strcmp(clips->all[i].language, language) == 0) {
            return true;
        }
    }
    return false;
}

const char *
clips_find(const struct clips *clips, const char *language, const char *text)
{
    for (size_t i = 0; i < clips->count; i++) {
        const struct clip *clip = &clips->all[i];
        if (strcmp(clip->language, language) == 0 && strcmp(clip->text, text) == 0) {
            return clip->path;
        }
    }
    return NULL;
}
