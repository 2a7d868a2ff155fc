/* info/table.c - tables that a clerk keeps in a spreadsheet: UTF-8, a tab between two cells, the first line names the
 * columns, lines that begin with # are notes. */
#include "info_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/utf8.h"

/* Cuts a line at its tabs; the number of cells, COLUMNS_MAX + 1 when there are more. */
static size_t
cells_of(char *line, char *cells[COLUMNS_MAX])
{
    size_t count = 0;
    for (char *at = line; at != NULL; count++) {
        char *tab = strchr(at, '\t');
        if (count == COLUMNS_MAX) {
            return count + 1;
        }
        cells[count] = at;
        if (tab != NULL) {
            *tab++ = 0;
        }
        at = tab;
    }
    return count;
}

static bool
read_columns(struct info_load *load, char *line, int number, const char *const *columns,
    size_t count, bool more, struct info_table *table)
{
    char *cells[COLUMNS_MAX];
    size_t found = cells_of(line, cells);
    if (found < count || found > COLUMNS_MAX || (found > count && !more)) {
        info_mistake(load, number, 1, "the first line names %s%zu columns, with a tab between two",
            more ? "at least " : "", count);
        return false;
    }
    for (size_t i = 0; i < found; i++) {
        if (i < count && strcmp(cells[i], columns[i]) != 0) {
            info_mistake(load, number, 1, "column %zu is '%.40s'; it must be '%s'", i + 1, cells[i],
                columns[i]);
            return false;
        }
        table->columns[i] = info_keep(load->info, cells[i], strlen(cells[i]));
    }
    table->column_count = found;
    return true;
}

static bool
read_row(struct info_load *load, char *line, int number, struct info_table *table, size_t *cap)
{
    char *cells[COLUMNS_MAX];
    size_t found = cells_of(line, cells);
    if (found > table->column_count) {
        info_mistake(load, number, 1, "this line has more cells than there are columns (%zu)",
            table->column_count);
        return true;
    }
    if (table->count == INFO_ROWS_MAX) {
        info_mistake(load, number, 1, "more than %d lines", INFO_ROWS_MAX);
        return false;
    }
    table->rows = xgrow(table->rows, table->count, cap, sizeof(*table->rows));
    struct info_row *row = &table->rows[table->count++];
    row->line = number;
    for (size_t i = 0; i < table->column_count; i++) {
        row->cells[i] = i < found ? info_keep(load->info, cells[i], strlen(cells[i])) : "";
    }
    return true;
}

void
info_parse_table(struct info_load *load, struct buf *data, const char *const *columns, size_t count,
    bool more, struct info_table *ret_table)
{
    size_t cap = 0;
    *ret_table = (struct info_table){0};
    if (!utf8_valid(buf_str(data), data->len)) {
        info_mistake(load, 0, 0, "the file is not UTF-8");
        return;
    }
    char *at = (char *)data->data;
    char *line;
    for (int number = 1; (line = info_line(&at)) != NULL; number++) {
        bool going = true;
        if (line[0] == 0 || line[0] == '#') {
            continue;
        }
        if (ret_table->column_count == 0) {
            going = read_columns(load, line, number, columns, count, more, ret_table);
        } else {
            going = read_row(load, line, number, ret_table, &cap);
        }
        if (!going) {
            break;
        }
    }
}

void
info_read_table(struct info_load *load, const char *folder, const char *name,
    const char *const *columns, size_t count, bool more, struct info_table *ret_table)
{
    char *path = fs_join(folder, name);
    AUTO_BUF data;
    buf_init(&data, FILE_MAX);
    *ret_table = (struct info_table){0};
    load->file = info_keep(load->info, path, strlen(path));
    int r = fs_read(path, &data);
    free(path);
    if (r == 0) {
        info_parse_table(load, &data, columns, count, more, ret_table);
    } else if (r != KERR_NOT_FOUND) {
        info_mistake(load, 0, 0, "the file can't be read, or is too large");
    }
}

void
info_table_release(struct info_table *table)
{
    free(table->rows);
    *table = (struct info_table){0};
}
