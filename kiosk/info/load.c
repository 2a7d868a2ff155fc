/* info/load.c - the folders of pages, waste and phrases become one info; texts live in chunks that go with it. */
#include "info_priv.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/fs.h"

enum { CHUNK_BYTES = 64 * 1024, MISTAKES_MAX = 200 /* reported a load */ };

struct info_chunk {
    struct info_chunk *next;
    size_t used, size;
    char data[];
};

const char *
info_keep(struct info *info, const char *text, size_t len)
{
    struct info_chunk *chunk = info->chunks;
    if (chunk == NULL || chunk->size - chunk->used < len + 1) {
        size_t size = len + 1 > CHUNK_BYTES ? len + 1 : CHUNK_BYTES;
        chunk = xcalloc(1, sizeof(*chunk) + size);
        chunk->size = size;
        chunk->next = info->chunks;
        info->chunks = chunk;
    }
    char *out = chunk->data + chunk->used;
    memcpy(out, text, len);
    out[len] = 0;
    chunk->used += len + 1;
    return out;
}

void
info_mistake(struct info_load *load, int line, int column, const char *fmt, ...)
{
    char reason[512];
    load->mistakes++;
    if (load->report == NULL || load->mistakes > MISTAKES_MAX) {
        return;
    }
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(reason, sizeof(reason), fmt, args);
    va_end(args);
    struct procedure_mistake mistake = {load->file, line, column, reason};
    load->report(&mistake, load->ctx);
}

struct procedure_words
info_words(struct info_load *load, int line, const char *source, const char *context_fmt, ...)
{
    struct info *info = load->info;
    char context[PROCEDURE_CONTEXT_MAX];
    va_list args;
    va_start(args, context_fmt);
    (void)vsnprintf(context, sizeof(context), context_fmt, args);
    va_end(args);
    if (strlen(source) > WORDS_MAX) {
        info_mistake(load, line, 1, "a text is longer than %d bytes", WORDS_MAX);
    }
    info->sources =
        xgrow(info->sources, info->source_count, &info->source_cap, sizeof(*info->sources));
    struct info_source *entry = &info->sources[info->source_count++];
    entry->words = (struct procedure_words){info_keep(info, context, strlen(context)), source};
    entry->file = load->file;
    entry->line = line;
    return entry->words;
}

void
info_words_each(const struct info *info, procedure_each_words *each, void *ctx)
{
    for (size_t i = 0; i < info->source_count; i++) {
        const struct info_source *source = &info->sources[i];
        each(&source->words, source->file, source->line, ctx);
    }
}

bool
info_id_ok(const char *text)
{
    size_t len = strnlen(text, INFO_ID_MAX + 1);
    return len > 0 && len <= INFO_ID_MAX && text[0] >= 'a' && text[0] <= 'z' &&
           text[len - 1] != '-' && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

bool
info_day_ok(const char *text, int64_t *ret_days)
{
    return clock_day_parse(text, strlen(text), ret_days);
}

char *
info_line(char **at)
{
    char *line = *at;
    if (line == NULL || *line == 0) {
        return NULL;
    }
    size_t len = strcspn(line, "\n");
    *at = line[len] == '\n' ? line + len + 1 : line + len;
    line[len] = 0;
    if (len > 0 && line[len - 1] == '\r') { /* a spreadsheet's end of line */
        line[len - 1] = 0;
    }
    return line;
}

int
info_load(const char *assets, const struct procedure_set *services, procedure_report *report,
    void *ctx, struct info **ret_info)
{
    struct info *info = xcalloc(1, sizeof(*info));
    struct info_load load = {.info = info, .services = services, .report = report, .ctx = ctx};
    static const struct {
        const char *folder;
        void (*read)(struct info_load *load, const char *folder);
    } parts[] = {{"city/waste", info_read_waste}, {"phrases", info_read_phrases},
        {"pages", info_read_pages}};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        char *folder = fs_join(assets, parts[i].folder);
        if (fs_exists(folder)) {
            parts[i].read(&load, folder);
        }
        free(folder);
    }
    info_check_pages(&load);
    if (load.mistakes > 0) {
        info_free(info);
        return KERR_PROCEDURE_FILE;
    }
    *ret_info = info;
    return 0;
}

void
info_free(struct info *info)
{
    if (info == NULL) {
        return;
    }
    for (size_t i = 0; i < info->page_count; i++) {
        free(info->pages[i].blocks);
        free(info->pages[i].lines);
    }
    while (info->chunks != NULL) {
        struct info_chunk *next = info->chunks->next;
        free(info->chunks);
        info->chunks = next;
    }
    free(info->pages);
    free(info->sources);
    free(info->kinds);
    free(info->districts);
    free(info->days);
    free(info->things);
    free(info->groups);
    free(info->phrases);
    free(info);
}

void
info_plain(const char *text, bool reading, struct buf *out)
{
    while (*text != 0) {
        size_t plain = strcspn(text, "{");
        (void)buf_add(out, text, plain);
        text += plain;
        size_t end = strcspn(text, "}");
        const char *bar = memchr(text, '|', end);
        if (*text == 0) {
            break;
        }
        if (text[end] == 0 || bar == NULL) { /* a brace of its own */
            (void)buf_add_byte(out, (uint8_t)*text++);
            continue;
        }
        if (reading) {
            (void)buf_add(out, bar + 1, (size_t)(text + end - bar - 1));
        } else {
            (void)buf_add(out, text + 1, (size_t)(bar - text - 1));
        }
        text += end + 1;
    }
}
