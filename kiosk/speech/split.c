/* speech/split.c - a line becomes sentences of one language each, long ones clause by clause: what is short is
 * sooner heard and more often in the cache ("button"), and a voice reads only what it can. */
#include "speech/speech_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

enum script { SCRIPT_NEUTRAL, SCRIPT_HAN, SCRIPT_KANA, SCRIPT_OTHER };

enum {
    FOREIGN_LETTERS_MIN = 4, /* "PIN" and "QR" belong to the Japanese sentence */
    /* Longer sentences are cut at their clauses, none of which is shorter than the least. open_jtalk works for 35 ms and then
     * for 33 ms on a second of sound, about five letters: "kyou wa," for half as long as for all of "kyou wa, donna
     * goyou desu ka". The sound of three letters and the pause after them covers the making of twenty. espeak-ng works for 1.3 ms on a second, twelve letters. */
    LONG_OPEN_JTALK = 8,
    LEAST_OPEN_JTALK = 3,
    LONG_ESPEAK = 160,
    LEAST_ESPEAK = 54
};

static enum script
script_of(uint32_t code)
{
    if (code >= 0x3041 && code <= 0x30fe && code != 0x30fb) {
        return SCRIPT_KANA;
    }
    if (code == 0x3005 || code == 0x3007 || (code >= 0x3400 && code <= 0x9fff) ||
        (code >= 0xf900 && code <= 0xfaff) || (code >= 0x20000 && code <= 0x3ffff)) {
        return SCRIPT_HAN;
    }
    bool latin = (code | 0x20) >= 'a' && (code | 0x20) <= 'z';
    bool letter = latin || (code >= 0xc0 && code < 0x2000 && code != 0xd7 && code != 0xf7) ||
                  (code >= 0xac00 && code <= 0xd7a3);
    return letter ? SCRIPT_OTHER : SCRIPT_NEUTRAL;
}

static bool
ends_sentence(uint32_t code, uint32_t next)
{
    switch (code) {
    case 0x3002: /* 。 */
    case 0xff01:
    case 0xff1f:
    case '\n':
    case 0x0964: /* danda */
    case 0x104b: /* Burmese full stop */
        return true;
    case '.':
    case '?':
    case '!':
        return next == ' ' || next == '\n' || next == 0;
    default:
        return false;
    }
}

static bool
is_japanese(const char *language)
{
    return strncmp(language, "ja", 2) == 0;
}

/* The bytes of one sentence at text, at most SENTENCE_MAX. */
static size_t
sentence(const char *text)
{
    size_t len = strlen(text);
    size_t pos = 0;
    while (pos < len && pos + 4 <= SENTENCE_MAX) {
        uint32_t code = utf8_next(text, len, &pos);
        size_t peek = pos;
        uint32_t next = pos < len ? utf8_next(text, len, &peek) : 0;
        if (ends_sentence(code, next)) {
            break;
        }
    }
    return pos;
}

/* Does this script belong to another voice than the line's? */
static bool
foreign(const char *language, enum script script)
{
    if (is_japanese(language)) {
        return script == SCRIPT_OTHER;
    }
    bool chinese = strncmp(language, "zh", 2) == 0;
    return script == SCRIPT_KANA || (script == SCRIPT_HAN && !chinese);
}

/* Length of the run of the other language that begins at text, spaces inside it included; 0: none that
 * counts. */
static size_t
foreign_run(const char *language, const char *text, size_t len)
{
    size_t end = 0;
    size_t letters = 0;
    for (size_t pos = 0; pos < len;) {
        enum script script = script_of(utf8_next(text, len, &pos));
        bool ours = foreign(language, script);
        if (ours) {
            end = pos;
            letters++;
        } else if (script != SCRIPT_NEUTRAL && !(script == SCRIPT_HAN && letters > 0)) {
            break; /* kanji between kana stay with them, also in Chinese */
        } else if (script == SCRIPT_HAN) {
            end = pos;
        } else if (letters == 0) {
            break;
        }
    }
    return is_japanese(language) && letters < FOREIGN_LETTERS_MIN ? 0 : end;
}

/* How far the line's own language goes before a run of another. */
static size_t
own_run(const char *language, const char *text, size_t len)
{
    for (size_t pos = 0; pos < len;) {
        if (foreign_run(language, text + pos, len - pos) > 0) {
            return pos;
        }
        enum script script = script_of(utf8_next(text, len, &pos));
        /* a short foreign word stays: not looked at letter by letter */
        while (foreign(language, script) && pos < len) {
            size_t peek = pos;
            script = script_of(utf8_next(text, len, &peek));
            if (foreign(language, script)) {
                pos = peek;
            }
        }
    }
    return len;
}

/* Is there something a voice could say? */
static bool
sounds(const char *text, size_t len)
{
    for (size_t pos = 0; pos < len;) {
        uint32_t code = utf8_next(text, len, &pos);
        if (script_of(code) != SCRIPT_NEUTRAL || (code >= '0' && code <= '9') || code >= 0xff10 ||
            code == 0x309b || code == 0x309c) {
            return true;
        }
    }
    return false;
}

/* A title and the same words at the start of a button's text are one sound: the stop says nothing. */
static void
drop_stop(char *text)
{
    static const char wide[] = "。";
    size_t len = strlen(text);
    if (len > 3 && strcmp(text + len - 3, wide) == 0) {
        text[len - 3] = 0;
    } else if (len > 1 && text[len - 1] == '.') {
        text[len - 1] = 0;
    }
}

bool
split_next(const char *language, const char **at, struct piece *ret_piece)
{
    for (;;) {
        *at +=
            strspn(*at, " \n"); /* "button" is one sentence, wherever it stands: one in the cache */
        if (**at == 0) {
            return false;
        }
        size_t len = sentence(*at);
        size_t other = foreign_run(language, *at, len);
        size_t take = other > 0 ? other : own_run(language, *at, len);
        const char *text = *at;
        *at += take;
        if (!sounds(text, take)) {
            continue;
        }
        const char *spoken = other == 0 ? language : is_japanese(language) ? "en" : "ja";
        (void)snprintf(ret_piece->language, sizeof(ret_piece->language), "%s", spoken);
        memcpy(ret_piece->text, text, take);
        ret_piece->text[take] = 0;
        drop_stop(ret_piece->text);
        return true;
    }
}

/* ---- clauses ---- */

/* Is there a place to breathe between these two? Marks of their own width need no space after them. */
static bool
ends_clause(uint32_t code, uint32_t next)
{
    switch (code) {
    case 0x3001: /* ideographic comma */
    case 0xff0c:
    case 0xff1b:
    case 0xff1a:
    case 0x104a: /* Burmese comma */
        return true;
    case ',':
    case ';':
    case ':':
        return next == ' ';
    case ' ':
        return next == '(' ||
               (next >= 0x0e01 && next <= 0x0e4e); /* Thai parts its clauses by spaces */
    default:
        return next == 0xff08; /* what stands in brackets */
    }
}

/* Letters, and digits: each is heard. */
static bool
is_letter(uint32_t code)
{
    return script_of(code) != SCRIPT_NEUTRAL || (code >= '0' && code <= '9');
}

static size_t
letters_in(const char *text, size_t len)
{
    size_t letters = 0;
    for (size_t pos = 0; pos < len;) {
        letters += is_letter(utf8_next(text, len, &pos)) ? 1 : 0;
    }
    return letters;
}

size_t
split_clause(const char *language, const char *text)
{
    const char *name;
    size_t len = strlen(text);
    bool jtalk = voice_of(language, &name) == VOICE_OPEN_JTALK;
    size_t most = jtalk ? LONG_OPEN_JTALK : LONG_ESPEAK;
    size_t least = jtalk ? LEAST_OPEN_JTALK : LEAST_ESPEAK;
    size_t all = letters_in(text, len);
    size_t letters = 0;
    for (size_t pos = 0; all > most && pos < len;) {
        uint32_t code = utf8_next(text, len, &pos);
        size_t peek = pos;
        letters += is_letter(code) ? 1 : 0;
        if (letters >= least && all - letters >= least && pos < len &&
            ends_clause(code, utf8_next(text, len, &peek))) {
            return pos;
        }
    }
    return len;
}
