/* fuzz_info: any bytes as a page, as a table of a spreadsheet, and as what somebody looks for. What is taken has its
 * form: words are UTF-8 within their bound, blocks and rows within theirs. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/utf8.h"
#include "info/info_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
hear(const struct procedure_mistake *mistake, void *ctx)
{
    (void)ctx;
    assert(mistake->reason[0] != 0 && mistake->line >= 0 && mistake->column >= 0);
}

static void
check_words(const struct procedure_words *words, const char *file, int line, void *ctx)
{
    (void)file;
    (void)line;
    int *mistakes = ctx;
    assert(utf8_valid(words->source, strlen(words->source)));
    assert(*mistakes > 0 || strlen(words->source) <= WORDS_MAX);
}

static void
page(struct info_load *load, const uint8_t *bytes, size_t size)
{
    AUTO_BUF data;
    buf_init(&data, FILE_MAX);
    if (size == 0 || buf_add(&data, bytes, size) < 0) {
        return;
    }
    struct info *info = load->info;
    info->pages = xgrow(info->pages, info->page_count, &info->page_cap, sizeof(*info->pages));
    struct info_entry *entry = &info->pages[info->page_count++];
    *entry = (struct info_entry){.page = {.id = "page"}, .file = "page.md"};
    info_parse_page(load, entry, &data);
    assert(entry->page.block_count <= INFO_BLOCKS_MAX);
    info_check_pages(load);
}

static void
table(struct info_load *load, const uint8_t *bytes, size_t size)
{
    static const char *const columns[] = {"id", "name"};
    AUTO_BUF data;
    buf_init(&data, FILE_MAX);
    struct info_table rows;
    if (size == 0 || buf_add(&data, bytes, size) < 0) {
        return;
    }
    info_parse_table(load, &data, columns, ARRAY_LEN(columns), true, &rows);
    assert(rows.count <= INFO_ROWS_MAX && rows.column_count <= COLUMNS_MAX);
    for (size_t i = 0; i < rows.count; i++) {
        for (size_t k = 0; k < rows.column_count; k++) {
            assert(strpbrk(rows.rows[i].cells[k], "\t\n") == NULL);
        }
    }
    info_table_release(&rows);
}

static void
fold(const uint8_t *bytes, size_t size)
{
    AUTO_BUF text;
    AUTO_BUF out;
    buf_init(&text, FILE_MAX);
    buf_init(&out, FILE_MAX);
    if (buf_add(&text, bytes, size) < 0 || !utf8_valid(buf_str(&text), text.len)) {
        return;
    }
    if (i18n_fold(&out, buf_str(&text)) == 0) {
        assert(utf8_valid(buf_str(&out), out.len));
    }
    buf_clear(&out);
    info_plain(buf_str(&text), true, &out);
    assert(out.len <= text.len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct info *info = xcalloc(1, sizeof(*info));
    struct info_load load = {.info = info, .report = hear, .file = "file"};
    page(&load, data, size);
    table(&load, data, size);
    fold(data, size);
    info_words_each(info, check_words, &load.mistakes);
    info_free(info);
    return 0;
}
