/* program/ctl_check.c - `kioskctl check [--report] [ASSETS]`: everything that a clerk or a translator can get wrong,
 * with its place. Definition files (the rooms' own checks), each catalog (ctl_catalog.c), words that blame, recorded
 * sentences. */
#include "ctl_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/fs.h"
#include "ctl_blame.h"
#include "ctl_clips.h"
#include "ctl_furigana.h"
#include "program/ctl.h"
#include "speech/speech.h"

void
check_say(struct check *check, const char *file, int line, int column, const char *what,
    const char *detail)
{
    check->mistakes++;
    (void)printf(
        "%s:%d:%d: %s%s%s\n", file, line, column, what, detail[0] != 0 ? ": " : "", detail);
}

static void
report(const struct procedure_mistake *mistake, void *ctx)
{
    check_say(ctx, mistake->file, mistake->line, mistake->column, mistake->reason, "");
}

/* Words of this language that blame; and of Japanese and English, which slip into translations. */
void
check_blame(struct check *check, const char *language, const char *text, const char *file, int line)
{
    const char *const languages[] = {language, "ja", "en"};
    char word[BLAME_WORD_MAX];
    for (size_t i = 0; i < ARRAY_LEN(languages); i++) {
        if (i > 0 && strcmp(languages[i], language) == 0) {
            continue;
        }
        if (blame_find(check->blame, languages[i], text, word)) {
            check_say(check, file, line, 1,
                "this word blames the visitor; say what happened and what to do", word);
        }
    }
}

static void
check_sources(struct check *check)
{
    for (size_t i = 0; i < check->words.count; i++) {
        const struct content_word *word = &check->words.entries[i];
        if (!content_words_first(&check->words, i)) {
            continue;
        }
        check->texts++;
        check_blame(check, "ja", word->source, word->file, word->line);
        const char *wrong = furigana_mistake(word->source, false);
        if (wrong != NULL) {
            check_say(check, word->file, word->line, 1, wrong, word->source);
        }
    }
}

static int
check_named(const char *name, void *ctx)
{
    char *language = xstrndup(name, strlen(name) - strlen(".po"));
    catalog_check(ctx, language);
    free(language);
    return 0;
}

static void
check_catalogs(struct check *check)
{
    static const char *const always[] = {"ja", "ja-easy", "en"};
    struct po source = {0};
    char *folder = fs_join(check->assets, "po");
    for (size_t i = 0; i < ARRAY_LEN(always); i++) {
        char path[4096];
        (void)snprintf(path, sizeof(path), "%s/%s.po", folder, always[i]);
        if (!fs_exists(path)) {
            check_say(check, path, 0, 0, "this catalog is missing", "");
        }
    }
    if (check->mistakes == 0) {
        catalog_read(check, "ja", &source);
        check->source = &source;
        if (fs_each(folder, ".po", check_named, check) < 0) {
            check_say(check, folder, 0, 0, "the folder can't be read", "");
        }
        check->source = NULL;
    }
    po_release(&source);
    free(folder);
}

/* Does a page say this in that language? The program's words and the services' are looked at. */
static bool
is_said(struct check *check, const struct po *po, const struct speech_clip *clip)
{
    bool source = strcmp(clip->language, "ja") == 0;
    bool found = false;
    for (size_t i = 0; !found && i < po->count; i++) {
        found = clip_is_of(clip->language, po->entries[i].text, clip->text);
    }
    for (size_t i = 0; source && !found && i < check->words.count; i++) {
        found = clip_is_of(clip->language, check->words.entries[i].source, clip->text);
    }
    return found;
}

static void
check_clip(const struct speech_clip *clip, void *ctx)
{
    struct check *check = ctx;
    const char *mistake = speech_clip_mistake(clip);
    if (mistake != NULL) {
        check_say(check, clip->list, clip->line, 1, mistake, clip->file);
        return;
    }
    struct po po = {0};
    char path[4096];
    int line = 0;
    (void)snprintf(path, sizeof(path), "%s/po/%s.po", check->assets, clip->language);
    int r = po_read(&po, path, &line);
    if (r == KERR_NOT_FOUND) {
        check_say(check, clip->list, clip->line, 1, "there is no catalog of this language",
            clip->language);
    } else if (r == 0 && !is_said(check, &po, clip)) {
        check_say(check, clip->list, clip->line, 1, "no page says this sentence", clip->text);
    }
    po_release(&po);
}

static void
check_clips(struct check *check)
{
    char *sounds = fs_join(check->assets, "sound");
    speech_clips_each(sounds, check_clip, check);
    free(sounds);
}

/* False after a mistake: nothing can be looked for then. */
static bool
open_blame(struct check *check)
{
    int line = 0;
    char *folder = fs_join(check->assets, "po");
    int r = blame_load(folder, &check->blame, &line);
    if (r < 0) {
        char *path = fs_join(folder, "blame.conf");
        check_say(check, path, line, 0, "the lists of words that blame can't be read", "");
        free(path);
    }
    free(folder);
    return r == 0;
}

int
ctl_check(int argc, char **argv)
{
    bool with_report = argc > 1 && strcmp(argv[1], "--report") == 0;
    int first = with_report ? 2 : 1;
    if (argc > first + 1) {
        (void)fprintf(stderr, "usage: kioskctl check [--report] [ASSETS]\n");
        return 2;
    }
    char *assets = argc > first ? xstrdup(argv[first]) : conf_share(NULL, "assets");
    struct check check = {.assets = assets, .report = with_report};
    int r = content_load(assets, report, &check, &check.content);
    if (r == 0) {
        if (open_blame(&check)) {
            content_words_collect(&check.content, &check.words);
            check_sources(&check);
            check_catalogs(&check);
            check_clips(&check);
        }
    } else if (r != KERR_PROCEDURE_FILE) {
        check_say(&check, assets, 0, 0, "there is no folder of procedures here", "");
    }
    if (check.mistakes == 0) {
        (void)printf("%zu procedures, %zu texts, %zu languages: all is well\n",
            procedure_count(check.content.set), check.texts, check.languages);
    } else {
        (void)fprintf(stderr, "%d to mend\n", check.mistakes);
    }
    conf_free(check.blame);
    content_words_release(&check.words);
    content_release(&check.content);
    free(assets);
    return check.mistakes == 0 ? 0 : 1;
}
