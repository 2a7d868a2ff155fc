/* program/ctl_blame.c - finds words of a list in a text: whole words in scripts with letters and spaces, anywhere
 * in scripts without. */
#include "ctl_blame.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/fs.h"
#include "base/utf8.h"

int
blame_load(const char *folder, struct conf **ret_lists, int *ret_line)
{
    char *path = fs_join(folder, "blame.conf");
    int r = conf_load(path, ret_lists, ret_line);
    free(path);
    return r;
}

/* Small letters for ASCII, Latin-1, Latin Extended-A and Additional (Vietnamese): where capital and small stand
 * side by side, the capital is even; ơ and ư are the other way round. */
static uint32_t
folded(uint32_t code)
{
    if ((code >= 'A' && code <= 'Z') || (code >= 0xc0 && code <= 0xde && code != 0xd7)) {
        return code + 0x20;
    }
    if (code == 0x1a0 || code == 0x1af) {
        return code + 1;
    }
    bool pairs = (code >= 0x100 && code <= 0x137) || (code >= 0x1e00 && code <= 0x1eff);
    return pairs ? code | 1 : code;
}

static bool
is_latin(uint32_t code)
{
    return (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z') ||
           (code >= 0xc0 && code <= 0x24f && code != 0xd7 && code != 0xf7) ||
           (code >= 0x1e00 && code <= 0x1eff);
}

/* Does word stand at this place? *ret_end: behind it. */
static bool
stands_at(const char *text, size_t len, size_t at, const char *word, size_t *ret_end)
{
    size_t word_len = strlen(word);
    size_t pos = 0;
    while (pos < word_len) {
        if (at >= len ||
            folded(utf8_next(text, len, &at)) != folded(utf8_next(word, word_len, &pos))) {
            return false;
        }
    }
    *ret_end = at;
    return true;
}

bool
word_stands_in(const char *text, const char *word)
{
    size_t len = strlen(text);
    size_t end;
    for (size_t at = 0; at < len; (void)utf8_next(text, len, &at)) {
        if (stands_at(text, len, at, word, &end)) {
            return true;
        }
    }
    return false;
}

static bool
holds(const char *text, const char *word)
{
    size_t len = strlen(text);
    size_t first = 0;
    uint32_t letter = utf8_next(word, strlen(word), &first);
    bool whole = is_latin(letter);
    letter = folded(letter);
    uint32_t before = ' ';
    uint32_t code;
    for (size_t at = 0, next = 0; at < len; at = next, before = code) {
        size_t end;
        size_t after;
        if ((unsigned char)text[at] < 0x80) { /* most letters of most languages */
            code = (unsigned char)text[next++];
        } else {
            code = utf8_next(text, len, &next);
        }
        if (folded(code) == letter && stands_at(text, len, at, word, &end)) {
            after = end;
            bool open = after >= len || !is_latin(utf8_next(text, len, &after));
            if (!whole || (open && !is_latin(before))) {
                return true;
            }
        }
    }
    return false;
}

/* Takes the next word from a list; false behind the last. */
static bool
next_word(const char **list, char out[BLAME_WORD_MAX])
{
    *list += strspn(*list, ", ");
    size_t len = strcspn(*list, ",");
    size_t kept = len < BLAME_WORD_MAX ? len : BLAME_WORD_MAX - 1;
    memcpy(out, *list, kept);
    while (kept > 0 && out[kept - 1] == ' ') {
        kept--;
    }
    out[kept] = 0;
    *list += len;
    return kept > 0;
}

size_t
blame_count(const struct conf *lists, const char *language)
{
    const char *list = conf_str(lists, language, "");
    char word[BLAME_WORD_MAX];
    size_t count = 0;
    while (next_word(&list, word)) {
        count++;
    }
    return count;
}

bool
blame_find(
    const struct conf *lists, const char *language, const char *text, char out[BLAME_WORD_MAX])
{
    const char *list = conf_str(lists, language, "");
    while (next_word(&list, out)) {
        if (holds(text, out)) {
            return true;
        }
    }
    return false;
}
