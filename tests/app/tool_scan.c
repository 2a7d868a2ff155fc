/* tests/app/tool_scan.c - looks through all readable memory of a process for words, as UTF-8 and as
 * UTF-16 (ICU's form), or for bytes (a line "hex:00ff..."), and through nothing else. usage: tool_scan PID
 * WORDS-FILE. Prints each hit's place, never the memory around it. Exit 0 without hits, 1 with, 2 when it could not look. */
#define _GNU_SOURCE /* memmem */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/hex.h"
#include "base/utf8.h"

enum { WORDS_MAX = 64, WORD_MAX = 256, CHUNK = 1 << 20 };

struct word {
    char name[WORD_MAX];
    uint8_t bytes[WORD_MAX];
    size_t len;
    const char *form;
};

static struct word words[WORDS_MAX * 2];
static size_t word_count;

static void
add_word(const char *text)
{
    size_t len = strlen(text);
    if (len == 0 || len >= WORD_MAX / 2 || word_count + 2 > WORDS_MAX * 2) {
        return;
    }
    struct word *utf8 = &words[word_count++];
    struct word *utf16 = &words[word_count++];
    memcpy(utf8->name, text, len); /* both end in zeros: the table is static and filled once */
    memcpy(utf16->name, text, len);
    memcpy(utf8->bytes, text, len);
    utf8->len = len;
    utf8->form = "utf-8";
    utf16->form = "utf-16";
    for (size_t pos = 0; pos < len;) {
        uint32_t code = utf8_next(text, len, &pos);
        utf16->bytes[utf16->len++] = (uint8_t)(code & 0xff);
        utf16->bytes[utf16->len++] = (uint8_t)(code >> 8 & 0xff);
    }
}

static void
add_bytes(const char *hex)
{
    size_t len = strlen(hex) / 2;
    if (len == 0 || len >= WORD_MAX / 2 || word_count + 1 > WORDS_MAX * 2) {
        return;
    }
    struct word *word = &words[word_count];
    if (hex_decode(hex, word->bytes, len) == 0) {
        word_count++;
        memcpy(word->name, hex, 2 * len);
        word->len = len;
        word->form = "bytes";
    }
}

static int
scan_region(int mem, unsigned long from, unsigned long to, const char *what)
{
    static uint8_t chunk[CHUNK + WORD_MAX];
    int hits = 0;
    for (unsigned long at = from; at < to; at += CHUNK) {
        size_t want = to - at < sizeof(chunk) ? to - at : sizeof(chunk);
        ssize_t got = pread(mem, chunk, want, (off_t)at);
        if (got <= 0) {
            continue; /* a page that is not there */
        }
        for (size_t w = 0; w < word_count; w++) {
            const uint8_t *found = chunk;
            size_t rest = (size_t)got;
            while ((found = memmem(found, rest, words[w].bytes, words[w].len)) != NULL) {
                hits++;
                (void)printf("hit: %s (%s) at %lx in %s\n", words[w].name, words[w].form,
                    at + (unsigned long)(found - chunk), what);
                found++;
                rest = (size_t)(chunk + got - found);
            }
        }
    }
    return hits;
}

int
main(int argc, char **argv)
{
    if (argc != 3) {
        return 2;
    }
    char path[64];
    char line[1024];
    FILE *list = fopen(argv[2], "r");
    if (list == NULL) {
        return 2;
    }
    while (fgets(line, sizeof(line), list) != NULL) {
        line[strcspn(line, "\n")] = 0;
        if (strncmp(line, "hex:", strlen("hex:")) == 0) {
            add_bytes(line + strlen("hex:"));
        } else {
            add_word(line);
        }
    }
    (void)fclose(list);
    (void)snprintf(path, sizeof(path), "/proc/%s/maps", argv[1]);
    FILE *maps = fopen(path, "r");
    (void)snprintf(path, sizeof(path), "/proc/%s/mem", argv[1]);
    int mem = open(path, O_RDONLY);
    if (maps == NULL || mem < 0 || word_count == 0) {
        (void)fprintf(stderr, "can't look into %s: %s\n", argv[1], strerror(errno));
        return 2;
    }
    int hits = 0;
    unsigned long looked = 0;
    while (fgets(line, sizeof(line), maps) != NULL) {
        unsigned long from;
        unsigned long to;
        char rights[8];
        if (sscanf(line, "%lx-%lx %7s", &from, &to, rights) != 3 || rights[0] != 'r' ||
            rights[1] != 'w') {
            continue; /* what can't be written can't hold a visitor's words */
        }
        line[strcspn(line, "\n")] = 0;
        hits += scan_region(mem, from, to, line);
        looked += to - from;
    }
    (void)printf("%d hits in %lu KiB\n", hits, looked / 1024);
    (void)fclose(maps);
    (void)close(mem);
    return hits > 0 ? 1 : 0;
}
