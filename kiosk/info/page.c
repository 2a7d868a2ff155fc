/* info/page.c - information pages: a head of "key: value" lines between two lines ---, then a small Markdown: ##
 * headings, paragraphs, - lists, 1. steps, tables of two columns, ![](pictogram), [words](target) alone on its
 * line, **a whole paragraph** in bold. What is none of these is told, so that nothing is shown as it was not meant. */
#include "info_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/utf8.h"

struct reader {
    struct info_load *load;
    struct info_entry *entry;
    size_t block_cap, line_cap, line_count;
    int line;
    struct buf paragraph; /* lines so far */
    int paragraph_line;
    bool over; /* a bound was reached and told */
};

size_t
info_page_count(const struct info *info)
{
    return info->page_count;
}

const struct info_page *
info_page_at(const struct info *info, size_t index)
{
    return index < info->page_count ? &info->pages[index].page : NULL;
}

const struct info_page *
info_page_find(const struct info *info, const char *id)
{
    for (size_t i = 0; i < info->page_count; i++) {
        if (strcmp(info->pages[i].page.id, id) == 0) {
            return &info->pages[i].page;
        }
    }
    return NULL;
}

bool
info_page_over(const struct info_page *page, int64_t today)
{
    int64_t last;
    return page->valid_until != NULL && info_day_ok(page->valid_until, &last) && last < today;
}

static bool
begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* ---- blocks ---- */

static struct info_block *
add(struct reader *reader, enum info_block_kind kind, int line)
{
    struct info_entry *entry = reader->entry;
    struct info_page *page = &entry->page;
    if (page->block_count == INFO_BLOCKS_MAX) {
        if (!reader->over) {
            info_mistake(
                reader->load, line, 1, "more than %d parts; split the page", INFO_BLOCKS_MAX);
        }
        reader->over = true;
        page->block_count--; /* the last place is used again: the page is refused */
        reader->line_count--;
    }
    entry->blocks =
        xgrow(entry->blocks, page->block_count, &reader->block_cap, sizeof(*entry->blocks));
    entry->lines =
        xgrow(entry->lines, reader->line_count, &reader->line_cap, sizeof(*entry->lines));
    entry->lines[reader->line_count++] = line;
    struct info_block *block = &entry->blocks[page->block_count++];
    *block = (struct info_block){.kind = kind};
    return block;
}

/* Words of this page; marks that would be shown as they stand are told. */
static struct procedure_words
words(struct reader *reader, int line, const char *text, size_t len)
{
    const struct info_page *page = &reader->entry->page;
    while (len > 0 && text[len - 1] == ' ') {
        len--;
    }
    const char *kept = info_keep(reader->load->info, text, len);
    if (strstr(kept, "**") != NULL) {
        info_mistake(reader->load, line, 1, "bold (**) is for a whole paragraph or entry");
    }
    if (strstr(kept, "](") != NULL) {
        info_mistake(reader->load, line, 1, "a link stands alone on its line");
    }
    if (len == 0) {
        info_mistake(reader->load, line, 1, "there are no words here");
    }
    return info_words(reader->load, line, kept, "page/%s/%zu", page->id, page->block_count);
}

/* Words of a block that may be bold as a whole. */
static void
fill(struct reader *reader, struct info_block *block, int line, const char *text)
{
    size_t len = strlen(text);
    block->bold = len > 4 && begins(text, "**") && strcmp(text + len - 2, "**") == 0;
    block->words =
        block->bold ? words(reader, line, text + 2, len - 4) : words(reader, line, text, len);
}

static void
end_paragraph(struct reader *reader)
{
    if (reader->paragraph.len > 0) {
        struct info_block *block = add(reader, INFO_PARAGRAPH, reader->paragraph_line);
        fill(reader, block, reader->paragraph_line, buf_str(&reader->paragraph));
        buf_clear(&reader->paragraph);
    }
}

static void
go_on_with_paragraph(struct reader *reader, const char *text)
{
    struct buf *paragraph = &reader->paragraph;
    if (paragraph->len == 0) {
        reader->paragraph_line = reader->line;
    } else if ((unsigned char)text[0] < 0x80 && paragraph->data[paragraph->len - 1] < 0x80) {
        (void)buf_add_byte(paragraph, ' '); /* Latin words; Japanese goes on without a space */
    }
    if (buf_add_str(paragraph, text) < 0) {
        info_mistake(reader->load, reader->line, 1, "a text is longer than %d bytes", WORDS_MAX);
        buf_clear(paragraph);
    }
}

/* "[words](target)"; false when it is none. */
static bool
link_block(struct reader *reader, const char *text)
{
    const char *middle = strstr(text, "](");
    size_t len = strlen(text);
    if (text[0] != '[' || middle == NULL || text[len - 1] != ')') {
        return false;
    }
    struct info_block *block = add(reader, INFO_LINK, reader->line);
    block->words = words(reader, reader->line, text + 1, (size_t)(middle - text - 1));
    block->target = info_keep(reader->load->info, middle + 2, (size_t)(text + len - middle - 3));
    return true;
}

static bool
picture_block(struct reader *reader, const char *text)
{
    size_t len = strlen(text);
    if (!begins(text, "![](") || text[len - 1] != ')') {
        return false;
    }
    struct info_block *block = add(reader, INFO_PICTURE, reader->line);
    block->target = info_keep(reader->load->info, text + 4, len - 5);
    return true;
}

/* Bytes up to the bar that ends this cell; a bar of furigana belongs to it. */
static size_t
cell_len(const char *at)
{
    bool ruby = false;
    size_t len = 0;
    while (at[len] != 0 && (ruby || at[len] != '|')) {
        ruby = at[len] == '{' || (ruby && at[len] != '}');
        len++;
    }
    return len;
}

/* "| one | two |", and the line of dashes below a head. */
static void
table_row(struct reader *reader, const char *text)
{
    struct info_page *page = &reader->entry->page;
    const char *cells[3];
    size_t lens[3];
    size_t count = 0;
    for (const char *at = text + 1; *at != 0 && count < ARRAY_LEN(cells);) {
        size_t len = cell_len(at);
        size_t blank = strspn(at, " ");
        blank = blank > len ? len : blank;
        cells[count] = at + blank;
        lens[count++] = len - blank;
        at += len + (at[len] == '|' ? 1 : 0);
    }
    if (count != 2) {
        info_mistake(reader->load, reader->line, 1, "a table has two columns: | one | two |");
        return;
    }
    if (strspn(cells[0], "-: ") >= lens[0] && strspn(cells[1], "-: ") >= lens[1]) {
        if (page->block_count > 0) {
            struct info_block *head = &reader->entry->blocks[page->block_count - 1];
            head->bold = head->kind == INFO_ROW;
        }
        return;
    }
    struct info_block *block = add(reader, INFO_ROW, reader->line);
    block->words = words(reader, reader->line, cells[0], lens[0]);
    block->more = words(reader, reader->line, cells[1], lens[1]);
}

/* "12. " -> 12; 0 when it is no step. */
static int
step_number(const char *text, size_t *ret_len)
{
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 2 || strncmp(text + digits, ". ", 2) != 0) {
        return 0;
    }
    *ret_len = digits + 2;
    return digits == 2 ? (text[0] - '0') * 10 + text[1] - '0' : text[0] - '0';
}

static void
body_line(struct reader *reader, const char *text)
{
    static const char *const foreign[] = {"#", ">", "```", "<", "* ", "+ ", "---", "!", "    "};
    size_t len = 0;
    int step = step_number(text, &len);
    bool block = text[0] == 0 || text[0] == '#' || text[0] == '|' || begins(text, "- ") ||
                 step > 0 || text[0] == '[' || text[0] == '!';
    if (block) {
        end_paragraph(reader);
    }
    if (text[0] == 0) {
        return;
    }
    if (begins(text, "## ")) {
        struct info_block *heading = add(reader, INFO_HEADING, reader->line);
        heading->words = words(reader, reader->line, text + 3, strlen(text + 3));
    } else if (begins(text, "- ")) {
        fill(reader, add(reader, INFO_ITEM, reader->line), reader->line, text + 2);
    } else if (step > 0) {
        struct info_block *item = add(reader, INFO_STEP, reader->line);
        item->number = step;
        fill(reader, item, reader->line, text + len);
    } else if (text[0] == '|') {
        table_row(reader, text);
    } else if (!picture_block(reader, text) && !link_block(reader, text)) {
        for (size_t i = 0; i < ARRAY_LEN(foreign); i++) {
            if (begins(text, foreign[i])) {
                info_mistake(reader->load, reader->line, 1,
                    "'%.20s' has no meaning here; see pages in assets/README.md", text);
                return;
            }
        }
        go_on_with_paragraph(reader, text);
    }
}

/* ---- the head ---- */

static void
head_line(struct reader *reader, char *text)
{
    struct info_page *page = &reader->entry->page;
    char *value = strstr(text, ": ");
    if (value == NULL || value[2] == 0) {
        info_mistake(reader->load, reader->line, 1, "the head has lines of 'key: value'");
        return;
    }
    *value = 0;
    value += 2;
    const char *kept = info_keep(reader->load->info, value, strlen(value));
    int64_t day;
    if (strcmp(text, "title") == 0) {
        page->title = info_words(reader->load, reader->line, kept, "page/%s/title", page->id);
    } else if (strcmp(text, "about") == 0) {
        page->about = info_words(reader->load, reader->line, kept, "page/%s/about", page->id);
    } else if (strcmp(text, "picture") == 0) {
        page->picture = kept;
    } else if (strcmp(text, "source") == 0) {
        page->source = kept;
    } else if (strcmp(text, "url") == 0 && begins(kept, "https://")) {
        page->url = kept;
    } else if (strcmp(text, "valid-until") == 0 && info_day_ok(kept, &day)) {
        page->valid_until = kept;
    } else {
        info_mistake(reader->load, reader->line, 1,
            "'%.40s' can't be used: title, about, picture, source, url: https://..., valid-until: "
            "2027-03-31",
            text);
    }
}

static void
read_text(struct reader *reader, char *at)
{
    char *text;
    int rules = 0; /* lines --- so far */
    for (; (text = info_line(&at)) != NULL;) {
        reader->line++;
        if (rules < 2 && strcmp(text, "---") == 0) {
            rules++;
        } else if (rules == 1) {
            head_line(reader, text);
        } else if (rules == 0) {
            info_mistake(reader->load, reader->line, 1, "the first line is ---, then the head");
            return;
        } else {
            body_line(reader, text);
        }
    }
    end_paragraph(reader);
    const struct info_page *page = &reader->entry->page;
    if (page->title.source == NULL || page->picture == NULL) {
        info_mistake(reader->load, 1, 1, "the head needs a title and a picture");
    }
    if (page->block_count == 0) {
        info_mistake(reader->load, reader->line, 1, "the page has no words");
    }
}

void
info_parse_page(struct info_load *load, struct info_entry *entry, struct buf *data)
{
    if (!utf8_valid(buf_str(data), data->len)) {
        info_mistake(load, 0, 0, "the file is not UTF-8");
        return;
    }
    struct reader reader = {.load = load, .entry = entry};
    buf_init(&reader.paragraph, WORDS_MAX);
    read_text(&reader, (char *)data->data);
    buf_release(&reader.paragraph);
    entry->page.blocks = entry->blocks;
}

struct folder {
    struct info_load *load;
    const char *path;
};

static int
read_page(const char *name, void *ctx)
{
    const struct folder *folder = ctx;
    struct info_load *load = folder->load;
    struct info *info = load->info;
    char *path = fs_join(folder->path, name);
    load->file = info_keep(info, path, strlen(path));
    free(path);
    if (info->page_count == INFO_PAGES_MAX) {
        info_mistake(load, 0, 0, "more than %d pages", INFO_PAGES_MAX);
        return KERR_TOO_BIG;
    }
    info->pages = xgrow(info->pages, info->page_count, &info->page_cap, sizeof(*info->pages));
    struct info_entry *entry = &info->pages[info->page_count++];
    *entry = (struct info_entry){.file = load->file};
    entry->page.id = info_keep(info, name, strlen(name) - strlen(".md"));
    if (!info_id_ok(entry->page.id)) {
        info_mistake(load, 0, 0,
            "'%.60s' is no id: small letters, digits and hyphens, a letter first", entry->page.id);
    }
    AUTO_BUF data;
    buf_init(&data, FILE_MAX);
    if (fs_read(load->file, &data) < 0) {
        info_mistake(load, 0, 0, "the file can't be read, or is too large");
    } else {
        info_parse_page(load, entry, &data);
    }
    return 0;
}

static int
by_id(const void *a, const void *b)
{
    return strcmp(((const struct info_entry *)a)->page.id, ((const struct info_entry *)b)->page.id);
}

void
info_read_pages(struct info_load *load, const char *folder)
{
    struct folder all = {load, folder};
    (void)fs_each(folder, ".md", read_page, &all); /* too many: told; none: none */
    if (load->info->page_count > 1) {
        qsort(load->info->pages, load->info->page_count, sizeof(*load->info->pages), by_id);
    }
}

/* ---- links ---- */

/* "floor" or "floor/toilet". */
static bool
map_leads(const struct procedure_set *services, const char *id)
{
    char name[INFO_TARGET_MAX];
    (void)snprintf(name, sizeof(name), "%.*s", (int)strcspn(id, "/"), id);
    const struct procedure_map *map = procedure_map(services, name);
    const char *slash = strchr(id, '/');
    for (size_t i = 0; map != NULL && slash != NULL && i < map->count; i++) {
        if (strcmp(map->places[i].id, slash + 1) == 0) {
            return true;
        }
    }
    return map != NULL && slash == NULL;
}

static bool
leads(const struct info_load *load, const char *target)
{
    static const char *const plain[] = {
        "waste:days", "waste:things", "phrases:", "search:", "notices:", "fees:"};
    const struct info *info = load->info;
    for (size_t i = 0; i < ARRAY_LEN(plain); i++) {
        if (strcmp(target, plain[i]) == 0) {
            return true;
        }
    }
    if (begins(target, "page:")) {
        return info_page_find(info, target + 5) != NULL;
    }
    if (begins(target, "service:")) {
        return load->services == NULL || procedure_find(load->services, target + 8) != NULL;
    }
    if (begins(target, "waste:days/")) {
        return info_district_find(info, target + 11) != NULL;
    }
    if (begins(target, "thing:")) {
        return info_thing_find(info, target + 6) != NULL;
    }
    if (begins(target, "map:")) {
        return load->services == NULL || map_leads(load->services, target + 4);
    }
    return begins(target, "phrase:") && info_phrase_find(info, target + 7) != NULL;
}

void
info_check_pages(struct info_load *load)
{
    const struct info *info = load->info;
    for (size_t i = 0; i < info->page_count; i++) {
        const struct info_entry *entry = &info->pages[i];
        load->file = entry->file;
        for (size_t k = 0; k < entry->page.block_count; k++) {
            const struct info_block *block = &entry->blocks[k];
            if (block->kind == INFO_LINK &&
                (strlen(block->target) >= INFO_TARGET_MAX || !leads(load, block->target))) {
                info_mistake(
                    load, entry->lines[k], 1, "this link leads nowhere: %.60s", block->target);
            }
        }
    }
}
