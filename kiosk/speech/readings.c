/* speech/readings.c - words that the Japanese voice would read otherwise than people here do: names of
 * places and offices. A text file of "surface reading" lines that a clerk can edit. */
#include "speech/speech_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/utf8.h"

enum { FILE_MAX = 1024 * 1024, READINGS_MAX = 8192 };

struct reading {
    const char *surface, *kana; /* in the file's text */
    size_t len;
};
struct readings {
    struct buf file;
    size_t count;
    struct reading all[READINGS_MAX];
};

/* Longest first, so that a town wins over a part of its name. */
static int
longer(const void *a, const void *b)
{
    const struct reading *p = a;
    const struct reading *q = b;
    return p->len == q->len ? strcmp(p->surface, q->surface) : p->len < q->len ? 1 : -1;
}

static void
add_line(struct readings *readings, char *line)
{
    size_t len = strcspn(line, " \t");
    char *kana = line + len + strspn(line + len, " \t");
    kana[strcspn(kana, " \t\r")] = 0;
    if (len == 0 || line[0] == '#' || kana[0] == 0 || readings->count == READINGS_MAX) {
        return;
    }
    line[len] = 0;
    readings->all[readings->count++] = (struct reading){line, kana, len};
}

struct readings *
readings_new(const char *path)
{
    struct readings *readings = xcalloc(1, sizeof(*readings));
    buf_init(&readings->file, FILE_MAX);
    if (fs_read(path, &readings->file) < 0 || readings->file.len == 0 ||
        !utf8_valid((const char *)readings->file.data, readings->file.len)) {
        return readings;
    }
    char *line = (char *)readings->file.data;
    while (line != NULL && *line != 0) {
        char *end = strchr(line, '\n');
        if (end != NULL) {
            *end++ = 0;
        }
        add_line(readings, line);
        line = end;
    }
    qsort(readings->all, readings->count, sizeof(readings->all[0]), longer);
    return readings;
}

void
readings_free(struct readings *readings)
{
    if (readings != NULL) {
        buf_release(&readings->file);
        free(readings);
    }
}

static const struct reading *
at_start(const struct readings *readings, const char *text)
{
    for (size_t i = 0; i < readings->count; i++) {
        if (strncmp(text, readings->all[i].surface, readings->all[i].len) == 0) {
            return &readings->all[i];
        }
    }
    return NULL;
}

void
readings_apply(const struct readings *readings, const char *text, struct buf *out)
{
    size_t len = strlen(text);
    for (size_t pos = 0; pos < len;) {
        const struct reading *reading = at_start(readings, text + pos);
        if (reading != NULL) {
            (void)buf_add_str(out, reading->kana);
            pos += reading->len;
            continue;
        }
        size_t from = pos;
        (void)utf8_next(text, len, &pos);
        (void)buf_add(out, text + from, pos - from);
    }
}
