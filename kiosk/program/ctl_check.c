/* program/ctl_check.c - `kioskctl check [--report] [ASSETS]`: everything that a clerk or a translator can get wrong,
 * with its place. Definition files (the procedure room's own checks), words that a catalog lacks or has too many,
 * places like {n} and numbers that differ, words that blame, kanji without furigana in easy Japanese. The report
 * says for each language how many texts it has and whether a native reader has gone over them. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/utf8.h"
#include "ctl_blame.h"
#include "ctl_clips.h"
#include "ctl_content.h"
#include "ctl_po.h"
#include "ctl_words.h"
#include "program/ctl.h"
#include "speech/speech.h"

static const char source_language[] = "ja";
static const char easy_language[] = "ja-easy";

struct check {
    const char *assets;
    struct content content;
    struct content_words words; /* of the content */
    size_t texts; /* different ones among them */
    int mistakes;
    bool report;
    struct conf *blame; /* owned */
    /* while one catalog is looked at */
    const char *language;
    const struct po *source; /* Japanese: the program's own ids */
    const struct po *po;
    size_t languages;
};

static void
say_mistake(struct check *check, const char *file, int line, int column, const char *what,
    const char *detail)
{
    check->mistakes++;
    (void)printf(
        "%s:%d:%d: %s%s%s\n", file, line, column, what, detail[0] != 0 ? ": " : "", detail);
}

static void
report(const struct procedure_mistake *mistake, void *ctx)
{
    say_mistake(ctx, mistake->file, mistake->line, mistake->column, mistake->reason, "");
}

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

/* What is wrong with the furigana of a text, or NULL. */
static const char *
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

/* Words of this language that blame; and of Japanese and English, which slip into translations. */
static void
check_blame(struct check *check, const char *language, const char *text, const char *file, int line)
{
    const char *const languages[] = {language, source_language, "en"};
    char word[BLAME_WORD_MAX];
    for (size_t i = 0; i < ARRAY_LEN(languages); i++) {
        if (i > 0 && strcmp(languages[i], language) == 0) {
            continue;
        }
        if (blame_find(check->blame, languages[i], text, word)) {
            say_mistake(check, file, line, 1,
                "this word blames the visitor; say what happened and what to do", word);
        }
    }
}

static void
check_text(struct check *check, const struct po_entry *entry)
{
    /* Its own name is how people find a language: plain, as on a sign. */
    bool own_name = strcmp(entry->id, "language.name") == 0;
    bool easy = strcmp(check->language, easy_language) == 0 && !own_name;
    const char *path = check->po->path;
    const char *wrong = furigana_mistake(entry->text, easy);
    if (wrong != NULL) {
        say_mistake(check, path, entry->line, 1, wrong, entry->text);
    }
    check_blame(check, check->language, entry->text, path, entry->line);
}

/* A translation beside its Japanese. */
static void
check_pair(
    struct check *check, const char *japanese, const struct po_entry *entry, const char *what)
{
    if (!words_places_kept(japanese, entry->text)) {
        say_mistake(check, check->po->path, entry->line, 1,
            "a {place} of the Japanese message is lost", what);
    } else if (!words_places_kept(entry->text, japanese)) {
        say_mistake(check, check->po->path, entry->line, 1,
            "a {place} that the Japanese message does not have", what);
    }
    if (!words_numbers_kept(japanese, entry->text)) {
        say_mistake(check, check->po->path, entry->line, 1,
            "the numbers are not those of the Japanese", what);
    }
}

static bool
is_first(const struct content_words *words, size_t i)
{
    return i == 0 || strcmp(words->entries[i].source, words->entries[i - 1].source) != 0;
}

static void
check_sources(struct check *check)
{
    for (size_t i = 0; i < check->words.count; i++) {
        const struct content_word *word = &check->words.entries[i];
        if (!is_first(&check->words, i)) {
            continue;
        }
        check->texts++;
        check_blame(check, source_language, word->source, word->file, word->line);
        const char *wrong = furigana_mistake(word->source, false);
        if (wrong != NULL) {
            say_mistake(check, word->file, word->line, 1, wrong, word->source);
        }
    }
}

/* A text has one translation for all places; one with a context is for its place alone. A text without any is told
 * once, at the first place that lacks it. */
static void
check_words(struct check *check)
{
    const struct po_entry *shared = NULL;
    bool told = false;
    for (size_t i = 0; i < check->words.count; i++) {
        const struct content_word *word = &check->words.entries[i];
        if (is_first(&check->words, i)) {
            shared = po_find(check->po, "", word->source);
            told = false;
            if (shared != NULL) {
                check_pair(check, word->source, shared, word->context);
            }
        }
        const struct po_entry *own = po_find(check->po, word->context, word->source);
        if (own != NULL) {
            check_pair(check, word->source, own, word->context);
        } else if (shared == NULL && !told) {
            char what[64];
            (void)snprintf(what, sizeof(what), "no words in %s for", check->language);
            say_mistake(check, word->file, word->line, 1, what, word->context);
            told = true;
        }
    }
}

/* Does the content still have this text, in this place when the entry names one? */
static bool
content_has(const struct check *check, const struct po_entry *entry)
{
    size_t first;
    size_t count = content_words_find(&check->words, entry->id, &first);
    bool found = count > 0 && entry->context[0] == 0;
    for (size_t i = first; !found && i < first + count; i++) {
        found = strcmp(check->words.entries[i].context, entry->context) == 0;
    }
    return found;
}

/* The program's ids are small letters, hyphens and at least one dot. */
static bool
is_message_id(const char *id)
{
    return strchr(id, '.') != NULL && id[strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-.")] == 0;
}

static void
check_stale(struct check *check)
{
    for (size_t i = 0; i < check->po->count; i++) {
        const struct po_entry *entry = &check->po->entries[i];
        if (content_has(check, entry) ||
            po_find(check->source, entry->context, entry->id) != NULL) {
            continue;
        }
        bool ours = entry->context[0] == 0 && is_message_id(entry->id);
        say_mistake(check, check->po->path, entry->line, 1,
            ours ? "the Japanese catalog has no such message"
                 : "no content file has these words any more",
            entry->context[0] != 0 ? entry->context : entry->id);
    }
}

static void
check_ids(struct check *check)
{
    for (size_t i = 0; i < check->source->count; i++) {
        const struct po_entry *entry = &check->source->entries[i];
        const struct po_entry *other = po_find(check->po, entry->context, entry->id);
        if (other == NULL) {
            char what[64];
            (void)snprintf(what, sizeof(what), "no words in %s for", check->language);
            say_mistake(check, check->source->path, entry->line, 1, what, entry->id);
        } else if (strncmp(entry->id, "format.", 7) != 0 && strncmp(entry->id, "key.", 4) != 0) {
            /* each language writes dates its own way, and a key shows what it types */
            check_pair(check, entry->text, other, entry->id);
        }
    }
}

static void
read_catalog(struct check *check, const char *language, struct po *ret)
{
    char path[4096];
    int line = 0;
    (void)snprintf(path, sizeof(path), "%s/po/%s.po", check->assets, language);
    int r = po_read(ret, path, &line);
    if (r == KERR_INVALID) {
        say_mistake(check, path, line, 1, "this is no line of a catalog", "");
    } else if (r < 0) {
        say_mistake(check, path, 0, 0, "the catalog can't be read", "");
    }
    po_sort(ret);
}

/* Who has read it, and whose it is: pt_BR and pt-BR are the same to gettext. */
static void
check_head(struct check *check, const char *language)
{
    const char *head = check->po->head != NULL ? check->po->head : "";
    const char *review = "";
    const char *code = "";
    size_t review_len = words_head_value(head, "X-Review", &review);
    size_t code_len = words_head_value(head, "Language", &code);
    bool native = review_len == 6 && memcmp(review, "native", 6) == 0;
    if (!native && (review_len != 4 || memcmp(review, "none", 4) != 0)) {
        say_mistake(check, check->po->path, 1, 1,
            "the head says \"X-Review: native\" when a native reader went over the texts, else "
            "none",
            "");
    }
    bool same = code_len == strlen(language);
    for (size_t i = 0; same && i < code_len; i++) {
        same = code[i] == language[i] || (code[i] == '_' && language[i] == '-');
    }
    if (!same) {
        say_mistake(check, check->po->path, 1, 1, "the head names another Language", language);
    }
    if (check->report) {
        const struct po_entry *name = po_find(check->po, "", "language.name");
        (void)printf("%-8s %4zu texts  %-28s %s\n", language, check->po->count,
            native ? "read by a native reader" : "not read by a native yet",
            name != NULL ? name->text : "");
    }
}

static void
check_catalog(struct check *check, const char *language)
{
    struct po po = {0};
    read_catalog(check, language, &po);
    check->language = language;
    check->po = &po;
    check->languages++;
    if (blame_count(check->blame, language) < BLAME_LEAST) {
        say_mistake(
            check, po.path, 0, 0, "blame.conf has too few words of this language", language);
    }
    check_head(check, language);
    for (size_t i = 0; i < po.count; i++) {
        check_text(check, &po.entries[i]);
    }
    if (strcmp(language, source_language) != 0) {
        check_ids(check);
        check_words(check);
        check_stale(check);
    }
    check->po = NULL;
    po_release(&po);
}

static int
check_named(const char *name, void *ctx)
{
    char *language = xstrndup(name, strlen(name) - strlen(".po"));
    check_catalog(ctx, language);
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
            say_mistake(check, path, 0, 0, "this catalog is missing", "");
        }
    }
    if (check->mistakes == 0) {
        read_catalog(check, source_language, &source);
        check->source = &source;
        if (fs_each(folder, ".po", check_named, check) < 0) {
            say_mistake(check, folder, 0, 0, "the folder can't be read", "");
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
    bool source = strcmp(clip->language, source_language) == 0;
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
        say_mistake(check, clip->list, clip->line, 1, mistake, clip->file);
        return;
    }
    struct po po = {0};
    char path[4096];
    int line = 0;
    (void)snprintf(path, sizeof(path), "%s/po/%s.po", check->assets, clip->language);
    int r = po_read(&po, path, &line);
    if (r == KERR_NOT_FOUND) {
        say_mistake(check, clip->list, clip->line, 1, "there is no catalog of this language",
            clip->language);
    } else if (r == 0 && !is_said(check, &po, clip)) {
        say_mistake(check, clip->list, clip->line, 1, "no page says this sentence", clip->text);
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
        say_mistake(check, path, line, 0, "the lists of words that blame can't be read", "");
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
        say_mistake(&check, assets, 0, 0, "there is no folder of procedures here", "");
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
