/* The ruby markup of messages: {漢字|かんじ}. What does not have exactly this form is text and is shown
 * as it stands, so that a brace that somebody typed never makes anything disappear. */
#include "text/text_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"

size_t
text_newline(const char *text, size_t len)
{
    if (len >= 2 && text[0] == '\r' && text[1] == '\n') {
        return 2;
    }
    if (len >= 1 && text[0] >= '\n' && text[0] <= '\r') { /* LF VT FF CR */
        return 1;
    }
    if (len >= 2 && memcmp(text, "\xc2\x85", 2) == 0) {
        return 2;
    }
    if (len >= 3 &&
        (memcmp(text, "\xe2\x80\xa8", 3) == 0 || memcmp(text, "\xe2\x80\xa9", 3) == 0)) {
        return 3;
    }
    return 0;
}

size_t
text_ruby_group(const char *text, size_t len, size_t *ret_bar)
{
    size_t bar = 0;

    for (size_t i = 1; i < len; i++) {
        if (text[i] == '|') {
            if (bar != 0 || i == 1) {
                return 0;
            }
            bar = i;
        } else if (text[i] == '}') {
            if (bar == 0 || i == bar + 1) {
                return 0;
            }
            *ret_bar = bar;
            return i + 1;
        } else if (text[i] == '{' || text_newline(text + i, len - i) > 0) {
            return 0;
        }
    }
    return 0;
}

int
text_source_init(struct text_source *source, size_t len)
{
    /* The shortest group, {a|b}, has 5 bytes; written flat, a group loses 3 bytes and gains 6. */
    *source = (struct text_source){
        .plain = calloc(2, len + 1),
        .groups = calloc(len / 5 + 1, sizeof(struct text_group)),
        .flat = calloc(len / 5 + 1, sizeof(bool)),
    };
    return source->plain == NULL || source->groups == NULL || source->flat == NULL ? KERR_NO_MEMORY
                                                                                   : 0;
}

void
text_source_release(struct text_source *source)
{
    if (source->plain != NULL) {
        explicit_bzero(source->plain, source->len);
    }
    free(source->plain);
    free(source->groups);
    free(source->flat);
    *source = (struct text_source){0};
}

static void
add(struct text_source *source, const char *text, size_t len)
{
    memcpy(source->plain + source->len, text, len);
    source->len += len;
}

void
text_source_parse(struct text_source *source, const char *text, size_t len)
{
    size_t seen = 0;

    source->len = 0;
    source->group_count = 0;
    for (size_t pos = 0; pos < len;) {
        size_t bar = 0;
        size_t group = text[pos] == '{' ? text_ruby_group(text + pos, len - pos, &bar) : 0;
        if (group == 0) {
            add(source, text + pos, 1);
            pos++;
            continue;
        }
        const char *ruby = text + pos + bar + 1;
        size_t ruby_len = group - bar - 2;
        size_t start = source->len;
        add(source, text + pos + 1, bar - 1);
        size_t ordinal = seen++;
        if (source->flat[ordinal]) {
            add(source, "（", strlen("（"));
            add(source, ruby, ruby_len);
            add(source, "）", strlen("）"));
        } else {
            source->groups[source->group_count++] = (struct text_group){.start = start,
                .end = source->len,
                .ruby = ruby,
                .ruby_len = ruby_len,
                .ordinal = ordinal};
        }
        pos += group;
    }
}

size_t
text_plain(const char *text, char *out, size_t cap)
{
    size_t len = strlen(text);
    size_t need = 0;
    size_t whole = 0; /* bytes that end with a whole character and leave room for the NUL */

    for (size_t pos = 0; pos < len;) {
        size_t bar = 0;
        size_t group = text[pos] == '{' ? text_ruby_group(text + pos, len - pos, &bar) : 0;
        size_t from = group > 0 ? pos + 1 : pos;
        size_t take = group > 0 ? bar - 1 : 1;

        for (size_t i = 0; i < take; i++, need++) {
            if (need < cap && ((unsigned char)text[from + i] & 0xc0) != 0x80) {
                whole = need;
            }
            if (need + 1 < cap) {
                out[need] = text[from + i];
            }
        }
        pos += group > 0 ? group : 1;
    }
    if (cap > 0) {
        out[need < cap ? need : whole] = '\0';
    }
    return need;
}
