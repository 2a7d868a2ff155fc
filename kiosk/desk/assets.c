/* desk/assets.c - pages, words and files, loaded once from assets/desk. A page file holds parts:
 *
 *     <!-- part row -->
 *     <li>{{number}}</li>
 *
 * A part runs to the next such line. {{name}} is filled by C with text, which is always escaped, or
 * with what another part made. Words that C chooses between (states, reasons) are in words.conf. */
#include "desk_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/fs.h"

enum { ASSET_FILE_MAX = 256 * 1024, PART_NAME_MAX = 48 };

struct part {
    char name[PART_NAME_MAX];
    const char *text; /* into the file */
    size_t len;
};

struct file {
    char *name;
    struct buf bytes;
};

struct desk_assets {
    const char *folder; /* while loading */
    struct conf *words;
    size_t part_count, file_count;
    struct part parts[DESK_ASSETS_MAX];
    struct file files[DESK_ASSETS_MAX];
};

static const char part_begin[] = "<!-- part ";
static const char part_end[] = " -->\n";

static const struct part *
find_part(const struct desk_assets *assets, const char *name)
{
    for (size_t i = 0; i < assets->part_count; i++) {
        if (strcmp(assets->parts[i].name, name) == 0) {
            return &assets->parts[i];
        }
    }
    return NULL;
}

static int
add_part(
    struct desk_assets *assets, const char *name, size_t name_len, const char *text, size_t len)
{
    if (name_len == 0 || name_len >= PART_NAME_MAX || assets->part_count == DESK_ASSETS_MAX) {
        return KERR_INVALID;
    }
    struct part *part = &assets->parts[assets->part_count];
    memcpy(part->name, name, name_len);
    part->name[name_len] = 0;
    if (find_part(assets, part->name) != NULL) {
        return KERR_INVALID;
    }
    while (len > 0 && text[len - 1] == '\n') {
        len--; /* so that a part can stand inside a line */
    }
    part->text = text;
    part->len = len;
    assets->part_count++;
    return 0;
}

static int
cut_parts(struct desk_assets *assets, const struct buf *file)
{
    const char *at = strstr(buf_str(file), part_begin);
    int r = 0;
    while (at != NULL && r == 0) {
        const char *name = at + strlen(part_begin);
        const char *end = strstr(name, part_end);
        if (end == NULL) {
            return KERR_INVALID;
        }
        const char *text = end + strlen(part_end);
        at = strstr(text, part_begin);
        size_t len = at != NULL ? (size_t)(at - text) : strlen(text);
        r = add_part(assets, name, (size_t)(end - name), text, len);
    }
    return r;
}

static const char *
type_of(const char *name)
{
    static const struct {
        const char *ending, *type;
    } types[] = {
        {".css", "text/css; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".svg", "image/svg+xml"},
    };
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot != NULL && i < ARRAY_LEN(types); i++) {
        if (strcmp(dot, types[i].ending) == 0) {
            return types[i].type;
        }
    }
    return NULL;
}

static int
load_file(const char *name, void *ctx)
{
    struct desk_assets *assets = ctx;
    const char *dot = strrchr(name, '.');
    bool page = dot != NULL && strcmp(dot, ".html") == 0;
    if (!page && type_of(name) == NULL) {
        return 0;
    }
    if (assets->file_count == DESK_ASSETS_MAX) {
        return KERR_TOO_BIG;
    }
    struct file *file = &assets->files[assets->file_count++];
    file->name = xstrdup(name);
    buf_init(&file->bytes, ASSET_FILE_MAX);
    char *path = fs_join(assets->folder, name);
    int r = fs_read(path, &file->bytes);
    free(path);
    return r == 0 && page ? cut_parts(assets, &file->bytes) : r;
}

int
desk_assets_load(const char *folder, struct desk_assets **ret_assets)
{
    struct desk_assets *assets = xcalloc(1, sizeof(*assets));
    assets->folder = folder;
    char *words = fs_join(folder, "words.conf");
    int r = conf_load(words, &assets->words, NULL);
    free(words);
    if (r == 0) {
        r = fs_each(folder, NULL, load_file, assets);
    }
    if (r < 0) {
        desk_assets_free(assets);
        return r;
    }
    *ret_assets = assets;
    return 0;
}

void
desk_assets_free(struct desk_assets *assets)
{
    if (assets == NULL) {
        return;
    }
    for (size_t i = 0; i < assets->file_count; i++) {
        free(assets->files[i].name);
        buf_release(&assets->files[i].bytes);
    }
    conf_free(assets->words);
    free(assets);
}

const char *
desk_word(const struct desk_assets *assets, const char *id)
{
    return conf_str(assets->words, id, id);
}

const char *
desk_word_of(
    const struct desk_assets *assets, const char *prefix, const char *name, const char *fallback)
{
    AUTO_BUF id;
    buf_init(&id, FACT_KEY_MAX + RECORD_NAME_MAX);
    (void)buf_printf(&id, "%s%s", prefix, name); /* too long: then it is no word of ours */
    return conf_str(assets->words, buf_str(&id), fallback);
}

const struct buf *
desk_file(const struct desk_assets *assets, const char *name, const char **ret_type)
{
    const char *type = type_of(name);
    for (size_t i = 0; type != NULL && i < assets->file_count; i++) {
        if (strcmp(assets->files[i].name, name) == 0) {
            *ret_type = type;
            return &assets->files[i].bytes;
        }
    }
    return NULL;
}

static void
add_fill(struct buf *out, const char *name, size_t len, const struct desk_fill *fills, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strlen(fills[i].name) != len || memcmp(fills[i].name, name, len) != 0) {
            continue;
        }
        if (fills[i].html != NULL && buf_error(fills[i].html) == 0) {
            (void)buf_add(out, buf_str(fills[i].html), fills[i].html->len);
            return;
        }
        if (fills[i].text != NULL) {
            desk_html_text(out, fills[i].text, strlen(fills[i].text));
            return;
        }
    }
    out->failed = out->failed != 0 ? out->failed : KERR_INVALID;
}

void
desk_part(const struct desk_assets *assets, struct buf *out, const char *name,
    const struct desk_fill *fills, size_t count)
{
    const struct part *part = find_part(assets, name);
    if (part == NULL) {
        out->failed = out->failed != 0 ? out->failed : KERR_INVALID;
        return;
    }
    const char *at = part->text;
    const char *end = part->text + part->len;
    while (at < end) {
        const char *open = strstr(at, "{{"); /* the file is text: it ends with NUL */
        const char *close = open != NULL ? strstr(open, "}}") : NULL;
        if (close == NULL || close >= end) {
            (void)buf_add(out, at, (size_t)(end - at));
            return;
        }
        (void)buf_add(out, at, (size_t)(open - at));
        add_fill(out, open + 2, (size_t)(close - open - 2), fills, count);
        at = close + 2;
    }
}
