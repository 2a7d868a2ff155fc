/* What differs from language to language when text is set: line height, line breaking, direction. The
 * heights are chosen so that the ink of each script has room (measured: README.md); they never come from
 * a font, since fonts differ by a factor of two and a line must not jump when one of them steps in. */
#include "text/text_priv.h"

#include <string.h>

#include "base/attr.h"

#define CJK .script = USCRIPT_HAN
#define LATIN .rules = TEXT_RULES_PLAIN, .script = USCRIPT_LATIN
#define OTHER .rules = TEXT_RULES_PLAIN

static const struct text_language LANGUAGES[] = {
    {"ja-easy", CJK, .rules = TEXT_RULES_STRICT_JA, .line_percent = 150, .ruby_percent = 190,
        .phrases = true, .spaced = true},
    {"ja", CJK, .rules = TEXT_RULES_STRICT_JA, .line_percent = 150, .ruby_percent = 190,
        .phrases = true},
    {"en", LATIN, .line_percent = 135, .ruby_percent = 180},
    {"zh", CJK, .rules = TEXT_RULES_STRICT_ZH, .line_percent = 150, .ruby_percent = 190},
    {"ko", OTHER, .script = USCRIPT_HANGUL, .line_percent = 150, .ruby_percent = 190,
        .spaces_only = true},
    {"vi", LATIN, .line_percent = 150, .ruby_percent = 190}, /* two marks above a letter */
    {"th", OTHER, .script = USCRIPT_THAI, .line_percent = 165, .ruby_percent = 200},
    {"lo", OTHER, .script = USCRIPT_LAO, .line_percent = 165, .ruby_percent = 200},
    {"my", OTHER, .script = USCRIPT_MYANMAR, .line_percent = 185, .ruby_percent = 220,
        .spaced = true},
    {"km", OTHER, .script = USCRIPT_KHMER, .line_percent = 180, .ruby_percent = 215},
    {"ne", OTHER, .script = USCRIPT_DEVANAGARI, .line_percent = 155, .ruby_percent = 195},
    {"hi", OTHER, .script = USCRIPT_DEVANAGARI, .line_percent = 155, .ruby_percent = 195},
    {"bn", OTHER, .script = USCRIPT_BENGALI, .line_percent = 155, .ruby_percent = 195},
    {"si", OTHER, .script = USCRIPT_SINHALA, .line_percent = 155, .ruby_percent = 195},
    {"ar", OTHER, .script = USCRIPT_ARABIC, .line_percent = 170, .ruby_percent = 210, .rtl = true},
    {"fa", OTHER, .script = USCRIPT_ARABIC, .line_percent = 170, .ruby_percent = 210, .rtl = true},
    {"ur", OTHER, .script = USCRIPT_ARABIC, .line_percent = 200, .ruby_percent = 240, .rtl = true},
    {"he", OTHER, .script = USCRIPT_HEBREW, .line_percent = 145, .ruby_percent = 185, .rtl = true},
};
static const struct text_language GENERAL = {"", LATIN, .line_percent = 140, .ruby_percent = 185};

const struct text_language *
text_language(const char *tag)
{
    if (tag == NULL) {
        return &GENERAL;
    }
    size_t len = strcspn(tag, "-_@.");
    for (size_t i = 0; i < ARRAY_LEN(LANGUAGES); i++) {
        bool whole = strcmp(LANGUAGES[i].tag, tag) == 0;
        if (whole || (strlen(LANGUAGES[i].tag) == len && memcmp(LANGUAGES[i].tag, tag, len) == 0)) {
            return &LANGUAGES[i];
        }
    }
    return &GENERAL;
}
