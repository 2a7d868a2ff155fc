/* desk/html.c - the one way for text into pages and JSON lines. Values come from visitors and cards:
 * any of them may try to be markup, to end an attribute, or to turn the reading direction of what
 * follows (Unicode TR 36, section 2.10.5). */
#include "desk_priv.h"

#include <string.h>

#include "base/utf8.h"

/* Characters that change how their surroundings read without being seen: embeddings, overrides,
 * isolates, directional marks (Unicode TR 9, section 2), and line separators of other times. */
static bool
turns_text(uint32_t code)
{
    return (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) ||
           code == 0x200e || code == 0x200f || code == 0x061c || code == 0x2028 || code == 0x2029;
}

static bool
is_control(uint32_t code)
{
    return (code < 0x20 && code != '\n' && code != '\t') || (code >= 0x7f && code <= 0x9f) ||
           code == 0xfeff;
}

static void
add_code(struct buf *out, uint32_t code, const char *bytes, size_t len)
{
    switch (code) {
    case '&':
        (void)buf_add_str(out, "&amp;");
        return;
    case '<':
        (void)buf_add_str(out, "&lt;");
        return;
    case '>':
        (void)buf_add_str(out, "&gt;");
        return;
    case '"':
        (void)buf_add_str(out, "&quot;");
        return;
    case '\'':
        (void)buf_add_str(out, "&#39;");
        return;
    default:
        break;
    }
    if (is_control(code) || turns_text(code)) {
        (void)buf_printf(out, "[U+%04X]", (unsigned)code);
        return;
    }
    (void)buf_add(out, bytes, len);
}

/* Length of the well-formed character at text, 0 when there is none. */
static size_t
character(const char *text, size_t len)
{
    uint8_t first = (uint8_t)text[0];
    size_t need = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    return first != 0 && need <= len && utf8_valid(text, need) ? need : 0;
}

void
desk_html_text(struct buf *out, const char *text, size_t len)
{
    size_t at = 0;
    while (at < len) {
        size_t step = character(text + at, len - at);
        if (step == 0) {
            (void)buf_printf(out, "[0x%02X]", (unsigned)(uint8_t)text[at]);
            at++;
            continue;
        }
        size_t pos = 0;
        uint32_t code = utf8_next(text + at, step, &pos);
        add_code(out, code, text + at, step);
        at += step;
    }
}

void
desk_json_text(struct buf *out, const char *text)
{
    (void)buf_add_byte(out, '"');
    for (const char *c = text; *c != 0; c++) {
        uint8_t byte = (uint8_t)*c;
        if (byte == '"' || byte == '\\') {
            (void)buf_add_byte(out, '\\');
            (void)buf_add_byte(out, byte);
        } else if (byte < 0x20 || byte == 0x7f) {
            (void)buf_printf(out, "\\u%04x", (unsigned)byte);
        } else {
            (void)buf_add_byte(out, byte);
        }
    }
    (void)buf_add_byte(out, '"');
}
