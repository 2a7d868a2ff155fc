/* program/ctl_clips.c - a recorded sentence and the texts of a catalog: a sentence that no page says is never
 * heard, and nobody would notice. */
#include "ctl_clips.h"

#include <string.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/buf.h"

enum { TEXT_MAX = 64 * 1024 };

static bool
is_japanese(const char *language)
{
    return strncmp(language, "ja", 2) == 0;
}

/* {漢字|かんじ} as it is said; line breaks as the voice hears them in a title when joined. */
static void
as_said(const char *language, const char *text, bool joined, struct buf *out)
{
    while (*text != 0) {
        const char *bar = *text == '{' ? strchr(text, '|') : NULL;
        const char *end = bar != NULL ? strchr(bar, '}') : NULL;
        if (end != NULL && memchr(text, '}', (size_t)(bar - text)) == NULL) {
            bool reading = is_japanese(language);
            const char *from = reading ? bar + 1 : text + 1;
            (void)buf_add(out, from, (size_t)((reading ? end : bar) - from));
            text = end + 1;
        } else if (*text == '\n' && joined) {
            (void)buf_add_str(out, is_japanese(language) ? "" : " ");
            text++;
        } else {
            (void)buf_add_byte(out, (unsigned char)*text++);
        }
    }
}

static const char *const stops[] = {"。", "！", "？", ".", "!", "?", "।", "။", "\n"};

static bool
stop_before(const char *start, const char *at)
{
    while (at > start && at[-1] == ' ') {
        at--;
    }
    for (size_t i = 0; at > start && i < ARRAY_LEN(stops); i++) {
        size_t len = strlen(stops[i]);
        if ((size_t)(at - start) >= len && memcmp(at - len, stops[i], len) == 0) {
            return true;
        }
    }
    return at == start;
}

static bool
stop_at(const char *at)
{
    for (size_t i = 0; i < ARRAY_LEN(stops); i++) {
        if (strncmp(at, stops[i], strlen(stops[i])) == 0) {
            return true;
        }
    }
    return *at == 0;
}

bool
clip_is_of(const char *language, const char *text, const char *sentence)
{
    size_t len = strlen(sentence);
    for (int joined = 0; joined < 2; joined++) {
        AUTO_BUF said;
        buf_init(&said, TEXT_MAX);
        as_said(language, text, joined == 1, &said);
        const char *start = buf_str(&said);
        for (const char *at = strstr(start, sentence); at != NULL; at = strstr(at + 1, sentence)) {
            if (stop_before(start, at) && (stop_at(at + len) || stop_before(start, at + len))) {
                return true;
            }
        }
    }
    return false;
}
