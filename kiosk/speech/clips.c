/* speech/clips.c - recorded sentences: sounds/LANGUAGE/clips lists "FILE.wav sentence" a line. What is
 * listed is played instead of a synthetic voice. */
#include "speech/speech_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/utf8.h"

enum { CLIPS_MAX = 4096, LIST_MAX = 1024 * 1024 };

struct clip {
    char *language, *path, *text; /* owned */
};
struct clips {
    char *folder; /* owned */
    size_t count;
    struct clip all[CLIPS_MAX];
};

static void
add_line(struct clips *clips, const char *language, const char *line)
{
    size_t len = strcspn(line, " \t");
    const char *text = line + len + strspn(line + len, " \t");
    if (len == 0 || line[0] == '#' || text[0] == 0 || memchr(line, '/', len) != NULL ||
        clips->count == CLIPS_MAX) {
        return;
    }
    char *file = xstrndup(line, len);
    char *folder = fs_join(clips->folder, language);
    clips->all[clips->count++] = (struct clip){.language = xstrdup(language),
        .path = fs_join(folder, file),
        .text = xstrndup(text, strcspn(text, "\r"))};
    free(folder);
    free(file);
}

static int
each_language(const char *name, void *ctx)
{
    struct clips *clips = ctx;
    char *folder = fs_join(clips->folder, name);
    char *path = fs_join(folder, "clips");
    AUTO_BUF list;
    buf_init(&list, LIST_MAX);
    if (fs_read(path, &list) == 0 && list.len > 0 &&
        utf8_valid((const char *)list.data, list.len)) {
        char *line = (char *)list.data;
        while (line != NULL) {
            char *end = strchr(line, '\n');
            if (end != NULL) {
                *end++ = 0;
            }
            add_line(clips, name, line);
            line = end;
        }
    }
    free(path);
    free(folder);
    return 0;
}

struct clips *
clips_new(const char *folder)
{
    struct clips *clips = xcalloc(1, sizeof(*clips));
    clips->folder = xstrdup(folder != NULL ? folder : "");
    if (folder != NULL) {
        (void)fs_each(folder, NULL, each_language, clips); /* no folder: no clips */
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
    free(clips->folder);
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
