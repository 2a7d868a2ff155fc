/* program/ctl_pre_entry.c - kioskctl pre-entry: pages on which people answer at home, one file a procedure, in all languages, without
 * a network (kiosk/decisions/0057-pre-entry.md).
 *
 *   kioskctl pre-entry ASSETS OUT [LOCALE]    makes OUT/PROCEDURE.html with the newest key
 *   kioskctl pre-entry key                    makes today's key, and takes those away that open nothing any more */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/fs.h"
#include "i18n/i18n.h"
#include "procedure/procedure.h"
#include "program/ctl.h"
#include "record/record.h"
#include "seal/seal.h"

/* Debian's node-qrcode-generator (MIT; its notice stays in the page). */
#define QR_FOLDER "/usr/share/nodejs/qrcode-generator"

enum { PAGE_MAX = 8 * 1024 * 1024, SCRIPT_MAX = 512 * 1024 };

/* What the page says beside the words of its procedure. */
static const char *const messages[] = {"language.name", "bar.back", "bar.next", "explain.start",
    "explain.minutes", "check.change", "answer.yes", "answer.no", "answer.unknown",
    "answer.skipped", "answer.date", "answer.required", "answer.number", "answer.number-range",
    "answer.date-range", "answer.kana", "answer.digits", "answer.text", "answer.too-long",
    "answer.choice", "answer.my-number", "answer.time", "answer.time-range", "date.western",
    "date.reiwa", "date.heisei", "date.showa", "date.taisho", "date.meiji", "date.year",
    "date.month", "date.day", "pick.none", "not-here.title", "pre-entry.intro", "pre-entry.private",
    "pre-entry.rest", "pre-entry.card", "pre-entry.leave", "pre-entry.skip", "pre-entry.check",
    "pre-entry.left", "pre-entry.make", "pre-entry.code", "pre-entry.code-text",
    "pre-entry.code-until", "pre-entry.code-parts", "pre-entry.unable", "pre-entry.too-long",
    "pre-entry.find", "pre-entry.more", "format.money"};

static int
complain(const char *path, const char *what, int error)
{
    (void)fprintf(stderr, "kioskctl pre-entry: %s: %s (%s)\n", path, what, err_str(error));
    return error;
}

struct page {
    struct i18n *i18n;
    const struct procedure *procedure;
    struct procedure_words *words; /* owned; each once */
    size_t count, cap;
    const struct buf *script, *style;
    uint8_t point[SEAL_PRE_POINT];
};

/* ---- text in text ---- */

static void
add_json(struct buf *out, const char *text)
{
    (void)buf_add_byte(out, '"');
    for (; *text != 0; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte == '"' || byte == '\\' || byte == '<' || byte < 0x20) {
            (void)buf_printf(out, "\\u%04x", byte);
        } else {
            (void)buf_add_byte(out, byte);
        }
    }
    (void)buf_add_byte(out, '"');
}

static void
add_html(struct buf *out, const char *text)
{
    for (; *text != 0; text++) {
        (void)(*text == '<'   ? buf_add_str(out, "&lt;")
               : *text == '&' ? buf_add_str(out, "&amp;")
                              : buf_add_byte(out, (uint8_t)*text));
    }
}

static void
add_base64(struct buf *out, const uint8_t *bytes, size_t len)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < len; i += 3) {
        uint32_t group = (uint32_t)bytes[i] << 16;
        group |= i + 1 < len ? (uint32_t)bytes[i + 1] << 8 : 0;
        group |= i + 2 < len ? bytes[i + 2] : 0;
        for (size_t k = 0; k < 4; k++) {
            bool there = i + k <= len;
            (void)buf_add_byte(
                out, there ? (uint8_t)digits[group >> (18 - 6 * k) & 63] : (uint8_t)'=');
        }
    }
}

/* By which the page's policy knows its script and its style, and lets nothing else run. */
static void
add_hash(struct buf *out, const struct buf *text)
{
    uint8_t hash[SEAL_HASH_LEN];
    seal_hash(text->data, text->len, hash);
    (void)buf_add_str(out, "'sha256-");
    add_base64(out, hash, sizeof(hash));
    (void)buf_add_byte(out, '\'');
}

/* ---- a page ---- */

static int
word_number(const struct procedure_words *words, void *ctx)
{
    struct page *page = ctx;
    for (size_t i = 0; i < page->count; i++) {
        if (strcmp(page->words[i].context, words->context) == 0 &&
            strcmp(page->words[i].source, words->source) == 0) {
            return (int)i;
        }
    }
    page->words = xgrow(page->words, page->count, &page->cap, sizeof(page->words[0]));
    page->words[page->count] = *words;
    return (int)page->count++;
}

static bool
is_unit(const struct procedure_words *words)
{
    size_t len = strlen(words->context);
    return len > 5 && strcmp(words->context + len - 5, "/unit") == 0;
}

/* A unit behind a number stands there twice: behind one, and behind more. 0: as in Japanese. */
static void
add_words(struct page *page, const struct procedure_words *words, bool japanese, struct buf *out)
{
    if (is_unit(words)) {
        (void)buf_add_byte(out, '[');
        add_json(out, i18n_unit(page->i18n, words->context, words->source, 1));
        (void)buf_add_byte(out, ',');
        add_json(out, i18n_unit(page->i18n, words->context, words->source, 2));
        (void)buf_add_byte(out, ']');
        return;
    }
    const char *text = i18n_content(page->i18n, words->context, words->source);
    if (!japanese && strcmp(text, words->source) == 0) {
        (void)buf_add_byte(out, '0');
    } else {
        add_json(out, text);
    }
}

/* The 23rd of each month of 1799, as the terminal says dates: the page puts year and day in their places. Before eras. */
static void
add_dates(struct page *page, struct buf *out)
{
    (void)buf_add_str(out, ",\"dates\":[");
    for (int month = 1; month <= 12; month++) {
        char day[CLOCK_DAY_LEN];
        AUTO_BUF text;
        buf_init(&text, 256);
        (void)snprintf(day, sizeof(day), "1799-%02d-23", month);
        (void)i18n_date(page->i18n, &text, day);
        (void)buf_add_str(out, month > 1 ? "," : "");
        add_json(out, buf_str(&text));
    }
    (void)buf_add_byte(out, ']');
}

/* All words in a language; what is as in Japanese is 0. */
static void
add_language(struct page *page, const struct i18n_language *language, struct buf *out)
{
    (void)i18n_use(page->i18n, language->code); /* of its own list */
    (void)buf_add_str(out, "{\"code\":");
    add_json(out, language->code);
    (void)buf_add_str(out, ",\"name\":");
    add_json(out, language->name);
    add_dates(page, out);
    (void)buf_add_str(out, ",\"say\":{");
    for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
        (void)buf_add_str(out, i > 0 ? "," : "");
        add_json(out, messages[i]);
        (void)buf_add_byte(out, ':');
        if (strcmp(messages[i], "explain.minutes") == 0) {
            char minutes[16];
            AUTO_BUF text;
            buf_init(&text, 256);
            (void)snprintf(minutes, sizeof(minutes), "%d", procedure_info(page->procedure).minutes);
            (void)i18n_format(page->i18n, &text, messages[i], "n", minutes, NULL);
            add_json(out, buf_str(&text));
        } else {
            add_json(out, i18n_text(page->i18n, messages[i]));
        }
    }
    (void)buf_add_str(out, "},\"words\":[");
    for (size_t i = 0; i < page->count; i++) {
        (void)buf_add_str(out, i > 0 ? "," : "");
        add_words(page, &page->words[i], strcmp(language->code, "ja") == 0, out);
    }
    (void)buf_add_str(out, "]}");
}

static void
add_data(struct page *page, struct buf *out)
{
    AUTO_BUF outline;
    buf_init(&outline, PAGE_MAX);
    if (procedure_outline(page->procedure, word_number, page, &outline) < 0) {
        out->failed = KERR_TOO_BIG;
        return;
    }
    (void)buf_add_str(out, "{\"point\":\"");
    add_base64(out, page->point, sizeof(page->point));
    (void)buf_printf(
        out, "\",\"minutes\":%d,\"procedure\":", procedure_info(page->procedure).minutes);
    (void)buf_add(out, outline.data, outline.len);
    (void)buf_add_str(out, ",\"languages\":[");
    for (size_t i = 0; i < i18n_language_count(page->i18n); i++) {
        (void)buf_add_str(out, i > 0 ? ",\n" : "\n");
        add_language(page, i18n_language_at(page->i18n, i), out);
    }
    (void)i18n_use(page->i18n, "ja");
    (void)buf_add_str(out, "]}");
}

static void
add_page(struct page *page, struct buf *out)
{
    struct procedure_info info = procedure_info(page->procedure);
    (void)buf_add_str(out,
        "<!DOCTYPE html>\n<html lang=\"ja\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src ");
    add_hash(out, page->script);
    (void)buf_add_str(out, "; style-src ");
    add_hash(out, page->style);
    (void)buf_add_str(out,
        "; base-uri 'none'; form-action 'none'\">\n"
        "<meta name=\"referrer\" content=\"no-referrer\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
    add_html(out, info.title.source);
    (void)buf_add_str(out, "</title>\n<style>");
    (void)buf_add(out, page->style->data, page->style->len);
    (void)buf_add_str(out, "</style>\n</head>\n<body>\n<noscript>");
    add_html(out, i18n_text(page->i18n, "pre-entry.unable"));
    (void)buf_add_str(out, "</noscript>\n<script type=\"application/json\" id=\"data\">");
    add_data(page, out);
    (void)buf_add_str(out, "</script>\n<script>");
    (void)buf_add(out, page->script->data, page->script->len);
    (void)buf_add_str(out, "</script>\n</body>\n</html>\n");
}

static int
write_page(struct page *page, const char *folder)
{
    const char *id = procedure_info(page->procedure).id;
    AUTO_BUF html;
    buf_init(&html, PAGE_MAX);
    page->count = 0;
    add_page(page, &html);
    int r = buf_error(&html);
    size_t size = strlen(id) + sizeof(".html");
    char *name = xcalloc(1, size);
    (void)snprintf(name, size, "%s.html", id);
    char *path = fs_join(folder, name);
    r = r < 0 ? r : fs_write_atomic(path, html.data, html.len, 0644);
    if (r < 0) {
        (void)complain(path, "can't be written", r);
    }
    free(path);
    free(name);
    return r;
}

/* What somebody may begin at home: what ends with a record of a person. */
static bool
is_for_home(const struct procedure *procedure, const struct clock *clock)
{
    struct procedure_info info = procedure_info(procedure);
    bool kind = info.kind == PROCEDURE_APPLY || info.kind == PROCEDURE_BOOK;
    return kind && info.keeps && !info.anonymous && !info.hidden &&
           procedure_in_force(procedure, clock);
}

/* The page tells the terminal a question by a hash of its key: no two may have the same, and a code has so many answers at most,
 * those of every entry of a group counted. */
struct hashes {
    struct {
        uint32_t hash;
        char key[FACT_KEY_MAX];
    } all[PRE_ENTRY_ANSWERS_MAX];
    size_t count; /* of all; twice or too many: the rest is not looked at */
    size_t answers;
    bool twice;
};

static void
look_at_fact(const struct question *question, int entries, void *ctx)
{
    struct hashes *hashes = ctx;
    unsigned entry;
    uint32_t hash = pre_entry_key_hash(question->key, &entry);
    hashes->answers += entries > 0 ? (size_t)entries : 1;
    if (hashes->answers > PRE_ENTRY_ANSWERS_MAX) {
        return;
    }
    for (size_t i = 0; i < hashes->count; i++) {
        bool same = strcmp(hashes->all[i].key, question->key) == 0;
        hashes->twice = hashes->twice || (hashes->all[i].hash == hash && !same);
    }
    hashes->all[hashes->count].hash = hash;
    (void)snprintf(
        hashes->all[hashes->count++].key, sizeof(hashes->all[0].key), "%s", question->key);
}

/* NULL, or why a code can't tell the answers of this procedure. */
static const char *
untold(const struct procedure *procedure)
{
    struct hashes *hashes = xcalloc(1, sizeof(*hashes));
    procedure_facts_each(procedure, look_at_fact, hashes);
    const char *why = hashes->answers > PRE_ENTRY_ANSWERS_MAX
                          ? "it asks for more answers than a code can tell"
                      : hashes->twice ? "two of its questions have the same short name; rename one"
                                      : NULL;
    free(hashes);
    return why;
}

/* ---- the command ---- */

static int
read_part(const char *folder, const char *name, struct buf *out)
{
    char *path = fs_join(folder, name);
    AUTO_BUF file;
    buf_init(&file, SCRIPT_MAX);
    int r = fs_read(path, &file);
    r = r < 0 ? r : buf_add(out, file.data, file.len);
    if (r < 0) {
        (void)complain(path, "can't be read", r);
    }
    free(path);
    return r;
}

/* Would this end a script or a style, or begin a comment in it, where it stands in the page? */
static bool
ends_early(const struct buf *text)
{
    static const char *const ends[] = {"</script", "</style", "<!--"};
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        if (strstr(buf_str(text), ends[i]) != NULL) {
            return true;
        }
    }
    return false;
}

/* The page's script and style. */
static int
read_parts(const char *assets, struct buf *ret_script, struct buf *ret_style)
{
    char *folder = fs_join(assets, "pre-entry");
    int r = read_part(QR_FOLDER, "qrcode.js", ret_script);
    r = r < 0 ? r : read_part(folder, "engine.js", ret_script);
    r = r < 0 ? r : read_part(folder, "page.js", ret_script);
    r = r < 0 ? r : read_part(folder, "page.css", ret_style);
    free(folder);
    bool ends = r == 0 && (ends_early(ret_script) || ends_early(ret_style));
    return ends ? complain(assets, "a script or style would end early", KERR_INVALID) : r;
}

static int
load_point(const struct clock *clock, uint8_t out[SEAL_PRE_POINT])
{
    struct conf *conf = NULL;
    int r = conf_load_home(&conf, NULL);
    if (r < 0) {
        return complain("the settings", "can't be read", r);
    }
    char *keys = conf_path(conf, "pre-entry-keys", "keys/pre-entry");
    r = seal_pre_point(keys, clock_wall_s(clock), out);
    if (r < 0) {
        (void)complain(keys, "has no key in use; make one: kioskctl pre-entry key", r);
    }
    free(keys);
    conf_free(conf);
    return r;
}

static int
write_pages(struct page *page, const struct procedure_set *set, const char *folder)
{
    size_t made = 0;
    int r = fs_make_dirs(folder);
    for (size_t i = 0; r == 0 && i < procedure_count(set); i++) {
        page->procedure = procedure_at(set, i);
        if (!is_for_home(page->procedure, clock_system())) {
            continue;
        }
        const char *why = untold(page->procedure);
        if (why != NULL) {
            r = complain(procedure_info(page->procedure).id, why, KERR_CONFLICT);
        } else {
            r = write_page(page, folder);
        }
        made += r == 0;
    }
    free(page->words);
    (void)printf("%zu pages in %s\n", made, folder);
    return r;
}

static int
make_pages(const char *assets, const char *out, const char *locale)
{
    struct page page = {0};
    struct procedure_set *set = NULL;
    AUTO_BUF script;
    AUTO_BUF style;
    buf_init(&script, SCRIPT_MAX);
    buf_init(&style, SCRIPT_MAX);
    page.script = &script;
    page.style = &style;
    int r = load_point(clock_system(), page.point);
    r = r < 0 ? r : read_parts(assets, &script, &style);
    if (r == 0 && (r = procedure_load(assets, NULL, NULL, &set)) < 0) {
        (void)complain(assets, "has a mistake; kioskctl check tells which", r);
    }
    if (r == 0 && (r = i18n_new(locale, &page.i18n)) < 0) {
        (void)complain(locale, "has no catalogs", r);
    }
    r = r < 0 ? r : write_pages(&page, set, out);
    i18n_free(page.i18n);
    procedure_set_free(set);
    return r;
}

static int
make_key(void)
{
    struct conf *conf = NULL;
    size_t removed = 0;
    int r = conf_load_home(&conf, NULL);
    if (r < 0) {
        return complain("the settings", "can't be read", r);
    }
    char *keys = conf_path(conf, "pre-entry-keys", "keys/pre-entry");
    int64_t now = clock_wall_s(clock_system());
    r = seal_pre_key_make(keys, now);
    if (r < 0) {
        (void)complain(keys, r == KERR_EXISTS ? "there is a key of today" : "can't make a key", r);
    } else if ((r = seal_pre_keys_tidy(keys, now, &removed)) < 0) {
        (void)complain(keys, "old keys can't be removed", r);
    } else {
        (void)printf("a new key in %s, %zu old ones removed; bring the folder to each terminal, "
                     "then make the pages anew\n",
            keys, removed);
    }
    free(keys);
    conf_free(conf);
    return r;
}

int
ctl_pre_entry(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "key") == 0) {
        return make_key() < 0 ? 1 : 0;
    }
    if (argc != 3 && argc != 4) {
        (void)fprintf(stderr,
            "usage: kioskctl pre-entry ASSETS OUT [LOCALE]\n       kioskctl pre-entry key\n");
        return 2;
    }
    char *locale = argc == 4 ? xstrdup(argv[3]) : conf_share(NULL, "locale");
    int r = make_pages(argv[1], argv[2], locale);
    free(locale);
    return r < 0 ? 1 : 0;
}
