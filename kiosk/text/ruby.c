/* The ruby markup of messages: {漢字|かんじ}. What does not have exactly this form is text and is shown
 * as it stands, so that a brace that somebody typed never makes anything disappear. */
#include "text/text.h"

#include <string.h>

#include "text/text_priv.h"

/* Bytes from a '{' to its end when they form a group, or 0. */
size_t
text_ruby_group(const char *text, size_t len, size_t *ret_bar)
{
    size_t bar = 0;

    for (size_t i = 1; i < len; i++) {
        switch (text[i]) {
        case '|':
            if (bar != 0 || i == 1) {
                return 0;
            }
            bar = i;
            break;
        case '}':
            if (bar == 0 || i == bar + 1) {
                return 0;
            }
            *ret_bar = bar;
            return i + 1;
        case '{':
        case '\n':
        case '\r':
            return 0;
        default:
            break;
        }
    }
    return 0;
}

size_t
text_plain(const char *text, char *out, size_t cap)
{
    size_t len = strlen(text);
    size_t need = 0;

    for (size_t pos = 0; pos < len;) {
        size_t bar = 0;
        size_t group = text[pos] == '{' ? text_ruby_group(text + pos, len - pos, &bar) : 0;
        size_t from = group > 0 ? pos + 1 : pos;
        size_t take = group > 0 ? bar - 1 : 1;

        for (size_t i = 0; i < take; i++, need++) {
            if (need + 1 < cap) {
                out[need] = text[from + i];
            }
        }
        pos += group > 0 ? group : 1;
    }
    if (cap > 0) {
        out[need < cap ? need : cap - 1] = '\0';
    }
    return need;
}
