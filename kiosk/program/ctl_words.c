/* program/ctl_words.c - places, numbers and heads of catalogs, compared. A wrong number in a language that nobody at
 * the counter reads would stay unseen for long; it is the one slip of a translator that a program can find. */
#include "ctl_words.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"

enum { NUMBERS_MAX = 32 };

struct numbers {
    uint64_t values[NUMBERS_MAX];
    size_t count;
};

bool
words_places_kept(const char *from, const char *to)
{
    for (const char *at = strchr(from, '{'); at != NULL; at = strchr(at + 1, '{')) {
        size_t len = strcspn(at, "}");
        if (at[len] == 0 || memchr(at, '|', len) != NULL) {
            continue;
        }
        char *place = xstrndup(at, len + 1);
        bool kept = strstr(to, place) != NULL;
        free(place);
        if (!kept) {
            return false;
        }
    }
    return true;
}

/* 0-9 of a digit in ASCII or full width, else -1. */
static int
digit_of(uint32_t code)
{
    enum { FULL_WIDTH_ZERO = 0xff10 };
    if (code >= '0' && code <= '9') {
        return (int)(code - '0');
    }
    return code >= FULL_WIDTH_ZERO && code <= FULL_WIDTH_ZERO + 9 ? (int)(code - FULL_WIDTH_ZERO)
                                                                  : -1;
}

static void
add_number(struct numbers *numbers, uint64_t value)
{
    for (size_t i = 0; i < numbers->count; i++) {
        if (numbers->values[i] == value) {
            return;
        }
    }
    if (value != 1 && numbers->count < NUMBERS_MAX) {
        numbers->values[numbers->count++] = value;
    }
}

/* The different numbers of a text, but 1. */
static struct numbers
numbers_of(const char *text)
{
    struct numbers numbers = {0};
    size_t len = strlen(text);
    uint64_t value = 0;
    bool inside = false;
    bool place = false;
    bool more = true;
    for (size_t pos = 0; more;) {
        more = pos < len;
        uint32_t code = more ? utf8_next(text, len, &pos) : 0; /* the end closes a number too */
        int digit = place ? -1 : digit_of(code);
        if (digit >= 0) {
            value = (inside ? value * 10 : 0) + (uint64_t)digit;
        } else if (inside) {
            add_number(&numbers, value);
        }
        inside = digit >= 0;
        place = code == '{' || (place && code != '}');
    }
    return numbers;
}

static bool
holds_all(const struct numbers *in, const struct numbers *wanted)
{
    for (size_t i = 0; i < wanted->count; i++) {
        size_t j = 0;
        while (j < in->count && in->values[j] != wanted->values[i]) {
            j++;
        }
        if (j == in->count) {
            return false;
        }
    }
    return true;
}

bool
words_numbers_kept(const char *from, const char *to)
{
    struct numbers source = numbers_of(from);
    struct numbers other = numbers_of(to);
    return holds_all(&other, &source) && holds_all(&source, &other);
}

size_t
words_head_value(const char *head, const char *name, const char **ret_value)
{
    size_t len = strlen(name);
    for (const char *line = head; *line != 0;) {
        size_t end = strcspn(line, "\n");
        if (end > len && strncmp(line, name, len) == 0 && line[len] == ':') {
            const char *value = line + len + 1;
            value += strspn(value, " ");
            *ret_value = value;
            return (size_t)(line + end - value);
        }
        line += end + (line[end] == '\n');
    }
    return 0;
}
