/* program/ctl_check.c - `kioskctl check [--report] [--language CODE] [ASSETS]`: everything that a clerk or a translator can get wrong,
 * with its place. Definition files (the rooms' own checks), each catalog (ctl_catalog.c), words that blame, recorded
 * sentences. */
#include "ctl_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/fs.h"
#include "ctl_blame.h"
#include "ctl_clips.h"
#include "ctl_easy.h"
#include "ctl_furigana.h"
#include "desk/desk.h"
#include "input/input.h"
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
    struct content_text *texts = content_words_texts(&check->words, &check->texts);
    for (size_t i = 0; i < check->texts; i++) {
        const struct content_word *word = texts[i].places;
        check_blame(check, "ja", word->source, word->file, word->line);
        const char *wrong = furigana_mistake(word->source, false);
        if (wrong != NULL) {
            check_say(check, word->file, word->line, 1, wrong, word->source);
        }
    }
    free(texts);
}

static int
check_named(const char *name, void *ctx)
{
    char *language = xstrndup(name, strlen(name) - strlen(".po"));
    struct check *check = ctx;
    if (check->only == NULL || strcmp(check->only, language) == 0) {
        catalog_check(check, language);
    }
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

static void
say_unread(struct check *check, const char *folder, const char *name, int line, const char *what)
{
    char *path = fs_join(folder, name);
    check_say(check, path, line, 0, what, "");
    free(path);
}

/* What is looked for in every catalog. False after a mistake: nothing can be looked for then. */
static bool
open_rules(struct check *check)
{
    int line = 0;
    char *folder = fs_join(check->assets, "po");
    int blame = blame_load(folder, &check->blame, &line);
    if (blame < 0) {
        say_unread(
            check, folder, "blame.conf", line, "the lists of words that blame can't be read");
    }
    line = 0;
    int easy = easy_load(folder, &check->easy, &line);
    if (easy < 0) {
        say_unread(check, folder, "easy.conf", line, "the rules of easy Japanese can't be read");
    }
    line = 0;
    int terms = terms_load(folder, "en", &check->terms, &line);
    if (terms < 0) {
        say_unread(check, folder, "terms/en.conf", line, "the English glossary can't be read");
    }
    free(folder);
    return blame == 0 && easy == 0 && terms == 0;
}

struct arguments {
    bool report;
    const char *language; /* NULL: all */
    const char *assets; /* NULL: where they are */
};

static bool
read_arguments(int argc, char **argv, struct arguments *ret)
{
    *ret = (struct arguments){0};
    int at = 1;
    for (; at < argc && argv[at][0] == '-'; at++) {
        if (strcmp(argv[at], "--report") == 0) {
            ret->report = true;
        } else if (strcmp(argv[at], "--language") == 0 && at + 1 < argc) {
            ret->language = argv[++at];
        } else {
            return false;
        }
    }
    ret->assets = at < argc ? argv[at] : NULL;
    return at + 1 >= argc;
}

/* The list of names is the only file here that isn't YAML or a catalog; a folder of services alone has none. */
static void
check_names(struct check *check)
{
    struct input_names *names = NULL;
    size_t line;
    char *path = fs_join(check->assets, "names.tsv");
    int r = fs_exists(path) ? input_names_open(path, &names, &line) : 0;
    if (r < 0) {
        check_say(check, path, (int)line, 1,
            "a reading in hiragana, a tab, up to ten different words in kanji with one space "
            "between",
            "");
    }
    input_names_close(names);
    free(path);
}

static void
report_hand(const char *file, int line, const char *reason, const char *detail, void *ctx)
{
    check_say(ctx, file, line, line > 0 ? 1 : 0, reason, detail);
}

/* What facts are called in other systems, and which characters those can't hold; a folder of services alone has neither. */
static void
check_handover(struct check *check)
{
    char *folder = fs_join(check->assets, "handover");
    char *fields = fs_join(folder, "fields.tsv");
    char *substitutes = fs_join(folder, "substitutes.tsv");
    if (fs_exists(folder)) {
        desk_fields_check(fields, check->content.set, report_hand, check);
        desk_substitutes_check(substitutes, report_hand, check);
    }
    free(substitutes);
    free(fields);
    free(folder);
}

int
ctl_check(int argc, char **argv)
{
    struct arguments arguments;
    if (!read_arguments(argc, argv, &arguments)) {
        (void)fprintf(stderr, "usage: kioskctl check [--report] [--language CODE] [ASSETS]\n");
        return 2;
    }
    char *assets =
        arguments.assets != NULL ? xstrdup(arguments.assets) : conf_share(NULL, "assets");
    struct check check = {.assets = assets, .report = arguments.report, .only = arguments.language};
    int r = content_load(assets, report, &check, &check.content);
    if (r == 0) {
        if (open_rules(&check)) {
            content_words_collect(&check.content, &check.words);
            check_sources(&check);
            check_catalogs(&check);
            check_clips(&check);
            check_names(&check);
            check_handover(&check);
        }
        (void)procedure_check_dates(check.content.set, clock_system(), report, &check);
    } else if (r != KERR_PROCEDURE_FILE) {
        check_say(&check, assets, 0, 0, "there is no folder of procedures here", "");
    }
    if (check.report) {
        (void)printf("%zu texts in %zu languages are not read by a native yet\n", check.unread,
            check.unread_languages);
    }
    if (check.mistakes == 0) {
        (void)printf("%zu procedures, %zu texts, %zu languages: all is well\n",
            procedure_count(check.content.set), check.texts, check.languages);
    } else {
        (void)fflush(stdout); /* the sum stands last, wherever both go */
        (void)fprintf(stderr, "%d to mend\n", check.mistakes);
    }
    conf_free(check.blame);
    conf_free(check.easy);
    terms_free(check.terms);
    content_words_release(&check.words);
    content_release(&check.content);
    free(assets);
    return check.mistakes == 0 ? 0 : 1;
}
