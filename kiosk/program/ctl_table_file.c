/* program/ctl_table_file.c - CSV, and .xlsx by xlsx2csv. */
#include "ctl_table_file.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/utf8.h"

extern char **environ;

static const char byte_order_mark[] = "\xef\xbb\xbf";

static struct table_row *
new_row(struct table *table)
{
    table->rows = xgrow(table->rows, table->count, &table->cap, sizeof(*table->rows));
    struct table_row *row = &table->rows[table->count++];
    *row = (struct table_row){
        .cells = xcalloc(TABLE_CELLS_MAX, sizeof(*row->cells)), .number = (int)table->count};
    return row;
}

static void
add_cell(struct table_row *row, const char *text)
{
    size_t len = strlen(text);
    size_t start = strspn(text, " \t\r\n");
    while (len > start && strchr(" \t\r\n", text[len - 1]) != NULL) {
        len--;
    }
    row->cells[row->count++] = xstrndup(text + start, len - start);
}

/* One cell from *at on; *at is then behind it, at a comma, the line's end or the text's. */
static int
read_cell(const char **at, const char *end, struct buf *out)
{
    buf_clear(out);
    if (*at < end && **at == '"') {
        bool closed = false;
        for ((*at)++; *at < end; (*at)++) {
            if (**at != '"') {
                (void)buf_add_byte(out, (uint8_t) * *at); /* its maximum is the file's */
            } else if (*at + 1 < end && (*at)[1] == '"') {
                (void)buf_add_byte(out, '"');
                (*at)++;
            } else {
                (*at)++;
                closed = true;
                break;
            }
        }
        if (!closed) {
            return KERR_INVALID;
        }
    }
    while (*at < end && **at != ',' && **at != '\n') {
        (void)buf_add_byte(out, (uint8_t) * *at);
        (*at)++;
    }
    return buf_error(out);
}

int
table_parse(struct table *table, const char *text, size_t len, int *ret_row)
{
    size_t mark = strlen(byte_order_mark);
    if (len >= mark && memcmp(text, byte_order_mark, mark) == 0) {
        text += mark;
        len -= mark;
    }
    *ret_row = 0;
    if (!utf8_valid(text, len)) {
        return KERR_INVALID;
    }
    AUTO_BUF cell;
    buf_init(&cell, TABLE_BYTES_MAX);
    int r = 0;
    const char *end = text + len;
    for (const char *at = text; at < end && r == 0; at++) { /* past the line's end */
        if (table->count >= TABLE_ROWS_MAX) {
            return KERR_TOO_BIG;
        }
        struct table_row *row = new_row(table);
        *ret_row = row->number;
        for (bool more = true; more && r == 0; at += more ? 1 : 0) {
            r = row->count < TABLE_CELLS_MAX ? read_cell(&at, end, &cell) : KERR_TOO_BIG;
            if (r == 0) {
                add_cell(row, buf_str(&cell));
            }
            more = at < end && *at == ',';
        }
    }
    return r;
}

void
table_free(struct table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        for (size_t k = 0; k < table->rows[i].count; k++) {
            free(table->rows[i].cells[k]);
        }
        free(table->rows[i].cells);
    }
    free(table->rows);
    *table = (struct table){0};
}

const char *
table_cell(const struct table_row *row, size_t column)
{
    return column < row->count ? row->cells[column] : "";
}

int
table_keep_sheet(struct table *table, const char *sheet)
{
    size_t kept = 0;
    bool inside = false;
    bool found = false;
    for (size_t i = 0; i < table->count; i++) {
        struct table_row row = table->rows[i];
        bool names = table_cell(&row, 0)[0] != 0;
        if (names) {
            inside = strcmp(row.cells[0], sheet) == 0;
            found = found || inside;
        }
        if (inside && !names && row.count > 0) {
            free(row.cells[0]);
            memmove(row.cells, row.cells + 1, (row.count - 1) * sizeof(*row.cells));
            row.count--;
            table->rows[kept++] = row;
            continue;
        }
        for (size_t k = 0; k < row.count; k++) {
            free(row.cells[k]);
        }
        free(row.cells);
    }
    table->count = kept;
    return found ? 0 : KERR_NOT_FOUND;
}

/* What the child prints, into out; its exit code into *ret_code. */
static int
run_child(char *const *argv, struct buf *out, int *ret_code)
{
    int ends[2];
    if (pipe(ends) < 0) {
        return KERR_IO;
    }
    posix_spawn_file_actions_t files;
    (void)posix_spawn_file_actions_init(
        &files); /* these fail without memory only; spawn then does */
    (void)posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    (void)posix_spawn_file_actions_adddup2(&files, ends[1], 1);
    (void)posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
    (void)posix_spawn_file_actions_addclose(&files, ends[0]);
    pid_t pid;
    int failed = posix_spawnp(&pid, argv[0], &files, NULL, argv, environ);
    (void)posix_spawn_file_actions_destroy(&files);
    (void)close(ends[1]);
    int r = failed != 0 ? KERR_STATE : 0;
    char chunk[8192];
    ssize_t got;
    while (failed == 0 && (got = read(ends[0], chunk, sizeof(chunk))) > 0) {
        r = r < 0 ? r : buf_add(out, chunk, (size_t)got); /* read on: the child must not hang */
    }
    (void)close(ends[0]);
    int status = 0;
    if (failed == 0 && (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))) {
        r = KERR_IO;
    }
    *ret_code = WEXITSTATUS(status);
    return r;
}

static int
read_workbook(const char *path, const char *sheet, struct buf *out)
{
    enum { NOT_FOUND_BY_SHELL = 127 };
    char *file = xstrdup(path);
    char *name = xstrdup(sheet);
    char program[] = "xlsx2csv";
    char by_name[] = "-n";
    char dates[] = "-f";
    char form[] = "%Y-%m-%d";
    char *argv[] = {program, dates, form, by_name, name, file, NULL};
    int code = 0;
    int r = run_child(argv, out, &code);
    free(file);
    free(name);
    if (r == 0 && code == NOT_FOUND_BY_SHELL) {
        return KERR_STATE;
    }
    return r == 0 && code != 0 ? KERR_NOT_FOUND : r;
}

int
table_read_sheet(const char *path, const char *sheet, struct table *ret_table, int *ret_row)
{
    *ret_table = (struct table){0};
    *ret_row = 0;
    const char *dot = strrchr(path, '.');
    bool workbook = dot != NULL && strcmp(dot, ".xlsx") == 0;
    AUTO_BUF text;
    buf_init(&text, TABLE_BYTES_MAX);
    int r = !fs_exists(path) ? KERR_IO : 0;
    if (r == 0) {
        r = workbook ? read_workbook(path, sheet, &text) : fs_read(path, &text);
    }
    if (r == 0) {
        r = table_parse(ret_table, buf_str(&text), text.len, ret_row);
    }
    if (r == 0 && !workbook) {
        *ret_row = 0;
        r = table_keep_sheet(ret_table, sheet);
    }
    if (r < 0) {
        table_free(ret_table);
    }
    return r;
}
