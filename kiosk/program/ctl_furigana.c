/* program/ctl_furigana.c - furigana in texts of catalogs and content files, looked over. */
#include "ctl_furigana.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"

static bool
is_han(uint32_t code)
{
    return (code >= 0x3400 && code <= 0x4dbf) || (code >= 0x4e00 && code <= 0x9fff) ||
           (code >= 0xf900 && code <= 0xfaff) || (code >= 0x20000 && code <= 0x3ffff) ||
           code == 0x3005; /* the mark that repeats a kanji */
}

static bool
is_reading(uint32_t code)
{
    return (code >= 0x3041 && code <= 0x309f) || (code >= 0x30a1 && code <= 0x30ff);
}

/* {漢字|かんじ}: kanji before the bar, kana after it. at: behind the brace. */
static const char *
ruby_mistake(const char *at, size_t len)
{
    const char *bar = memchr(at, '|', len);
    size_t base = (size_t)(bar - at);
    bool han = false;
    for (size_t pos = 0; pos < base;) {
        han = is_han(utf8_next(at, base, &pos)) || han;
    }
    bool kana = base + 1 < len;
    for (size_t pos = base + 1; pos < len;) {
        kana = is_reading(utf8_next(at, len, &pos)) && kana;
    }
    return han && kana ? NULL : "furigana is written {kanji|reading in kana}";
}

const char *
furigana_mistake(const char *text, bool every_kanji)
{
    size_t len = strlen(text);
    for (size_t pos = 0; pos < len;) {
        uint32_t code = utf8_next(text, len, &pos);
        if (code == '{') {
            const char *end = memchr(text + pos, '}', len - pos);
            if (end == NULL) {
                return "a { is never closed";
            }
            size_t inner = (size_t)(end - text) - pos;
            if (memchr(text + pos, '|', inner) != NULL) {
                const char *wrong = ruby_mistake(text + pos, inner);
                if (wrong != NULL) {
                    return wrong;
                }
            }
            pos += inner + 1;
        } else if (every_kanji && is_han(code)) {
            return "kanji without furigana";
        }
    }
    return NULL;
}
