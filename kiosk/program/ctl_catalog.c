/* program/ctl_catalog.c - one language's catalog: texts that it lacks or has too many, places like {n} and numbers that
 * differ from the Japanese, plural forms, words that blame, kanji without furigana in easy Japanese, and its head. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/fs.h"
#include "ctl_blame.h"
#include "ctl_check.h"
#include "ctl_easy.h"
#include "ctl_furigana.h"
#include "ctl_words.h"

enum { WHAT_MAX = 64, TERM_DETAIL_MAX = 1024, MISSING_TOLD_MAX = 20 };

static const char easy_language[] = "ja-easy";

struct catalog {
    struct check *check;
    const char *language;
    struct po po;
    size_t forms; /* of a text that goes with a number, as the head says */
    struct terms *terms; /* owned; NULL without a list */
    size_t long_sentences; /* of easy Japanese */
    size_t missing; /* texts without words */
};

static void
say_at(struct catalog *catalog, const struct po_entry *entry, const char *what, const char *detail)
{
    check_say(catalog->check, catalog->po.path, entry->line, 1, what, detail);
}

static size_t
form_count(const struct po_entry *entry)
{
    return entry->form_count > 0 ? entry->form_count : 1;
}

static const char *
form_at(const struct po_entry *entry, size_t form)
{
    return entry->form_count > 0 ? entry->forms[form] : entry->text;
}

static void
check_easy(struct catalog *catalog, const struct po_entry *entry, const char *text)
{
    enum { SENTENCE_MAX = 4096 };
    AUTO_BUF sentence;
    buf_init(&sentence, SENTENCE_MAX);
    const char *wrong =
        easy_mistake(catalog->check->easy, text, &sentence, &catalog->long_sentences);
    if (wrong != NULL) {
        say_at(catalog, entry, wrong, buf_str(&sentence));
    }
}

/* What a text must be by itself. */
static void
check_text(struct catalog *catalog, const struct po_entry *entry)
{
    /* Its own name is how people find a language: plain, as on a sign. */
    bool own_name = strcmp(entry->id, "language.name") == 0;
    bool easy = strcmp(catalog->language, easy_language) == 0 && !own_name;
    if (entry->form_count > 0 && entry->form_count != catalog->forms) {
        say_at(catalog, entry, "the head tells another number of forms (nplurals)", entry->id);
    }
    for (size_t i = 0; i < form_count(entry); i++) {
        const char *text = form_at(entry, i);
        const char *wrong = furigana_mistake(text, easy);
        if (wrong != NULL) {
            say_at(catalog, entry, wrong, text);
        }
        if (easy) {
            check_easy(catalog, entry, text);
        }
        check_blame(catalog->check, catalog->language, text, catalog->po.path, entry->line);
    }
}

static void
check_terms(
    struct catalog *catalog, const char *japanese, const struct po_entry *entry, const char *text)
{
    struct term term;
    if (catalog->terms != NULL && terms_find_missing(catalog->terms, japanese, text, &term)) {
        AUTO_BUF detail;
        buf_init(&detail, TERM_DETAIL_MAX);
        (void)buf_printf(&detail, "%s = %s", term.japanese, term.words);
        say_at(catalog, entry, "the glossary has other words for a term", buf_str(&detail));
    }
}

/* A translation beside its Japanese. */
static void
check_pair(
    struct catalog *catalog, const char *japanese, const struct po_entry *entry, const char *what)
{
    for (size_t i = 0; i < form_count(entry); i++) {
        const char *text = form_at(entry, i);
        if (!words_places_kept(japanese, text)) {
            say_at(catalog, entry, "a {place} of the Japanese message is lost", what);
        } else if (!words_places_kept(text, japanese)) {
            say_at(catalog, entry, "a {place} that the Japanese message does not have", what);
        }
        if (!words_numbers_kept(japanese, text)) {
            say_at(catalog, entry, "the numbers are not those of the Japanese", what);
        }
        check_terms(catalog, japanese, entry, text);
    }
}

/* A text that goes with a number has its forms in every language, another one in none. */
static void
check_counted(struct catalog *catalog, bool counted, const struct po_entry *entry, const char *what)
{
    if (counted && entry->form_count == 0) {
        say_at(catalog, entry,
            "this text goes with a number: it takes a msgid_plural and a msgstr[0], ...", what);
    } else if (!counted && entry->form_count > 0) {
        say_at(catalog, entry, "the Japanese has no msgid_plural here", what);
    }
}

static void
say_missing(struct catalog *catalog, const char *file, int line, const char *detail)
{
    char what[WHAT_MAX];
    if (++catalog->missing > MISSING_TOLD_MAX && catalog->check->only == NULL) {
        catalog->check->mistakes++; /* a new language would hide all else */
        return;
    }
    (void)snprintf(what, sizeof(what), "no words in %s for", catalog->language);
    check_say(catalog->check, file, line, 1, what, detail);
}

/* A text has one translation for all places; one with a context is for its place alone. A text without any is told
 * once, at the first place that lacks it. */
static void
check_content_text(struct catalog *catalog, const struct content_text *text)
{
    const struct content_word *first = text->places;
    const struct po_entry *shared = po_find(&catalog->po, first->shared, first->source);
    bool told = shared != NULL;
    if (shared != NULL) {
        check_counted(catalog, first->shared[0] != 0, shared, first->context);
        check_pair(catalog, first->source, shared, first->context);
    }
    for (size_t i = 0; i < text->count; i++) {
        const struct content_word *word = &text->places[i];
        const struct po_entry *own = po_find(&catalog->po, word->context, word->source);
        if (own != NULL) {
            check_pair(catalog, word->source, own, word->context);
        } else if (!told) {
            say_missing(catalog, word->file, word->line, word->context);
            told = true;
        }
    }
}

static void
check_content(struct catalog *catalog)
{
    size_t count = 0;
    struct content_text *texts = content_words_texts(&catalog->check->words, &count);
    for (size_t i = 0; i < count; i++) {
        check_content_text(catalog, &texts[i]);
    }
    free(texts);
}

/* Does the content still have this text, in this place when the entry names one? */
static bool
content_has(const struct content_words *words, const struct po_entry *entry)
{
    static const char *const shared[] = {"", "unit"};
    bool found = false;
    for (size_t k = 0; k < 2; k++) {
        size_t first;
        size_t count = content_words_find(words, shared[k], entry->id, &first);
        found = found || (count > 0 && strcmp(entry->context, shared[k]) == 0);
        for (size_t i = first; !found && i < first + count; i++) {
            found = strcmp(words->entries[i].context, entry->context) == 0;
        }
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
check_stale(struct catalog *catalog)
{
    for (size_t i = 0; i < catalog->po.count; i++) {
        const struct po_entry *entry = &catalog->po.entries[i];
        if (content_has(&catalog->check->words, entry) ||
            po_find(catalog->check->source, entry->context, entry->id) != NULL) {
            continue;
        }
        bool ours = entry->context[0] == 0 && is_message_id(entry->id);
        say_at(catalog, entry,
            ours ? "the Japanese catalog has no such message"
                 : "no content file has these words any more",
            entry->context[0] != 0 && strcmp(entry->context, "unit") != 0 ? entry->context
                                                                          : entry->id);
    }
}

/* The program's own messages. */
static void
check_ids(struct catalog *catalog)
{
    const struct po *source = catalog->check->source;
    for (size_t i = 0; i < source->count; i++) {
        const struct po_entry *entry = &source->entries[i];
        const struct po_entry *other = po_find(&catalog->po, entry->context, entry->id);
        if (other == NULL) {
            say_missing(catalog, source->path, entry->line, entry->id);
            continue;
        }
        check_counted(catalog, entry->form_count > 0, other, entry->id);
        if (strncmp(entry->id, "format.", 7) != 0 && strncmp(entry->id, "key.", 4) != 0) {
            /* each language writes dates its own way, and a key shows what it types */
            check_pair(catalog, entry->text, other, entry->id);
        }
    }
}

/* {n} is the place of a number that counts something: only a message with forms may have it (i18n_format). */
static void
check_places_that_count(struct catalog *catalog)
{
    for (size_t i = 0; i < catalog->po.count; i++) {
        const struct po_entry *entry = &catalog->po.entries[i];
        if ((strstr(entry->text, "{n}") != NULL) != (entry->form_count > 0)) {
            say_at(catalog, entry,
                "{n} counts something and goes with a msgid_plural; give other numbers another "
                "name",
                entry->id);
        }
    }
}

void
catalog_read(struct check *check, const char *language, struct po *ret_po)
{
    char path[4096];
    int line = 0;
    (void)snprintf(path, sizeof(path), "%s/po/%s.po", check->assets, language);
    int r = po_read(ret_po, path, &line);
    if (r == KERR_INVALID) {
        check_say(check, path, line, 1, "this is no line of a catalog", "");
    } else if (r < 0) {
        check_say(check, path, 0, 0, "the catalog can't be read", "");
    }
    po_sort(ret_po);
}

/* Who has read it, and whose it is: pt_BR and pt-BR are the same to gettext. */
static void
check_head(struct catalog *catalog)
{
    const struct po *po = &catalog->po;
    const char *language = catalog->language;
    const char *head = po->head != NULL ? po->head : "";
    const char *review = "";
    const char *code = "";
    size_t review_len = words_head_value(head, "X-Review", &review);
    size_t code_len = words_head_value(head, "Language", &code);
    bool native = review_len == 6 && memcmp(review, "native", 6) == 0;
    if (!native && (review_len != 4 || memcmp(review, "none", 4) != 0)) {
        check_say(catalog->check, po->path, 1, 1,
            "the head says \"X-Review: native\" when a native reader went over the texts, else "
            "none",
            "");
    }
    bool same = code_len == strlen(language);
    for (size_t i = 0; same && i < code_len; i++) {
        same = code[i] == language[i] || (code[i] == '_' && language[i] == '-');
    }
    if (!same) {
        check_say(catalog->check, po->path, 1, 1, "the head names another Language", language);
    }
    size_t unread = po_unread(po);
    catalog->check->unread += unread;
    catalog->check->unread_languages += unread > 0 ? 1 : 0;
    if (catalog->check->report) {
        const struct po_entry *name = po_find(po, "", "language.name");
        (void)printf("%-8s %5zu texts, %5zu not read by a native yet  %s\n", language, po->count,
            unread, name != NULL ? name->text : "");
    }
}

/* Japanese has no glossary, since the terms come from it; easy Japanese may use any easier word. */
static void
read_terms(struct catalog *catalog)
{
    char *folder = fs_join(catalog->check->assets, "po");
    int line = 0;
    int r = terms_load(folder, catalog->language, &catalog->terms, &line);
    if (r < 0) {
        check_say(catalog->check, folder, line, 0, "there is no glossary terms/ of this language",
            catalog->language);
    } else {
        struct term term;
        if (terms_find_lacking(catalog->terms, catalog->check->terms, &term) ||
            terms_find_lacking(catalog->check->terms, catalog->terms, &term)) {
            check_say(catalog->check, folder, 0, 0,
                "a term stands in one of the glossaries of English and this language alone",
                term.japanese);
        }
    }
    free(folder);
}

void
catalog_check(struct check *check, const char *language)
{
    struct catalog catalog = {.check = check, .language = language};
    catalog_read(check, language, &catalog.po);
    catalog.forms = po_form_count(&catalog.po);
    check->languages++;
    if (blame_count(check->blame, language) < BLAME_LEAST) {
        check_say(check, catalog.po.path, 0, 0, "blame.conf has too few words of this language",
            language);
    }
    check_head(&catalog);
    for (size_t i = 0; i < catalog.po.count; i++) {
        check_text(&catalog, &catalog.po.entries[i]);
    }
    if (strcmp(language, "ja") == 0) {
        check_places_that_count(&catalog);
    } else {
        if (strcmp(language, easy_language) != 0) {
            read_terms(&catalog);
        }
        check_ids(&catalog);
        check_content(&catalog);
        check_stale(&catalog);
    }
    if (check->report && catalog.long_sentences > 0) {
        (void)printf("%-8s %4zu sentences of more than %d morae\n", language,
            catalog.long_sentences, EASY_MORAE_GOOD);
    }
    if (catalog.missing > MISSING_TOLD_MAX && check->only == NULL) {
        (void)printf("%s: %zu more texts without words: kioskctl check --language %s\n",
            catalog.po.path, catalog.missing - MISSING_TOLD_MAX, language);
    }
    terms_free(catalog.terms);
    po_release(&catalog.po);
}
