/* speech/voices.c - the table of voices. Languages that are not in it have none. */
#include "speech/speech_priv.h"

#include <string.h>

/* espeak-ng 1.51 as Debian 12 has it. Its "cmn" reads Chinese by English rules; "cmn-latn-pinyin" reads both
 * kinds of characters. It has no voice for Filipino. */
static const struct {
    const char *language, *name;
} espeak[] = {
    {"en", "en"},
    {"zh-Hans", "cmn-latn-pinyin"},
    {"zh-Hant", "cmn-latn-pinyin"},
    {"ko", "ko"},
    {"vi", "vi"},
    {"ne", "ne"},
    {"pt-BR", "pt-br"},
    {"id", "id"},
    {"my", "my"},
    {"th", "th"},
    {"es", "es"},
};

enum voice
voice_of(const char *language, const char **ret_name)
{
    *ret_name = "";
    if (strcmp(language, "ja") == 0 || strcmp(language, "ja-easy") == 0) {
        return VOICE_OPEN_JTALK;
    }
    for (size_t i = 0; i < sizeof(espeak) / sizeof(espeak[0]); i++) {
        if (strcmp(espeak[i].language, language) == 0) {
            *ret_name = espeak[i].name;
            return VOICE_ESPEAK;
        }
    }
    return VOICE_NONE;
}
