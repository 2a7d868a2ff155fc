/* program/ctl_import.c - `kioskctl import FILE [ASSETS]`: a spreadsheet in the manner of XLSForm (sheets survey, choices,
 * settings) becomes a definition file. Columns have XLSForm's names where it has them, else the keys of
 * assets/README.md; ${name}, today() and the like become this project's. The sheet stays the source: the file is made
 * anew each time, and a mistake is told with the sheet's row and column. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/buf.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/fs.h"
#include "ctl_content.h"
#include "ctl_door.h"
#include "ctl_import.h"
#include "ctl_table_file.h"
#include "program/ctl.h"

enum { FILE_MAX = 256 * 1024, PATH_ROOM = 4096, KEY_MAX = 64 };

static const char first_words[] = "# Made by kioskctl import from ";

static int
read_sheets(const char *path, struct import *import)
{
    static const char *const names[] = {"survey", "choices", "settings"};
    struct table *const tables[] = {&import->survey, &import->choices, &import->settings};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        int row = 0;
        int r = table_read_sheet(path, names[i], tables[i], &row);
        if (r == KERR_NOT_FOUND && i == 1) {
            continue; /* a form without choices */
        }
        if (r == 0) {
            continue;
        }
        const char *why = r == KERR_NOT_FOUND ? "there is no such sheet"
                          : r == KERR_STATE   ? "install the package xlsx2csv, or save it as CSV"
                          : r == KERR_TOO_BIG ? "too many rows or columns, or too long"
                          : r == KERR_INVALID ? "no CSV in UTF-8, or a quote is never closed"
                                              : "it can't be read";
        (void)printf("%s: sheet %s, row %d: %s\n", path, names[i], row, why);
        return r;
    }
    return 0;
}

/* Where a line of the made file comes from. */
static void
report(const struct procedure_mistake *mistake, void *ctx)
{
    struct import *import = ctx;
    import->mistakes++;
    size_t line = (size_t)(mistake->line > 0 ? mistake->line - 1 : 0);
    if (strcmp(mistake->file, import->target) == 0 && line < import->line_count &&
        import->lines[line].row > 0) {
        const struct import_line *from = &import->lines[line];
        bool short_name =
            strcmp(mistake->reason, "'name' is missing") == 0; /* ours, not XLSForm's */
        (void)printf("%s: sheet %s, row %d, column %s: %s\n", import->source, from->sheet,
            from->row, from->column, short_name ? "'short' is missing" : mistake->reason);
    } else {
        (void)printf(
            "%s:%d:%d: %s\n", mistake->file, mistake->line, mistake->column, mistake->reason);
    }
}

/* A file that a clerk wrote by hand is never replaced. */
static bool
may_replace(const char *path)
{
    AUTO_BUF old;
    buf_init(&old, FILE_MAX);
    return !fs_exists(path) || (fs_read(path, &old) == 0 &&
                                   strncmp(buf_str(&old), first_words, strlen(first_words)) == 0);
}

/* A file as it was before, to be put back. */
struct kept {
    const char *path;
    bool there;
    struct buf data;
};

static void
keep(struct kept *kept, const char *path)
{
    *kept = (struct kept){.path = path};
    buf_init(&kept->data, FILE_MAX);
    kept->there = fs_read(path, &kept->data) == 0;
}

static void
put_back(const struct kept *kept)
{
    if (kept->there) {
        (void)fs_write_atomic(kept->path, kept->data.data, kept->data.len, 0644); /* it was there */
    } else {
        (void)remove(kept->path); /* it was not */
    }
}

static int
write_files(struct import *import, const char *assets)
{
    int r = fs_write_atomic(import->target, import->out.data, import->out.len, 0644);
    if (r < 0) {
        (void)fprintf(stderr, "kioskctl: %s: %s\n", import->target, err_str(r));
    } else if (import->door[0] != 0 && !door_has(assets, import->id)) {
        r = door_add(assets, import->door, import->id);
        if (r < 0) {
            (void)fprintf(
                stderr, "kioskctl: no door \"%s\" with a list; there are:\n", import->door);
            door_print(assets);
        }
    }
    return r;
}

/* Puts the made file in its place, and all as it was when the content then has mistakes. */
static int
try_out(struct import *import, const char *assets)
{
    struct kept file;
    struct kept doors;
    char *doors_path = fs_join(assets, "city/doors.yaml");
    keep(&file, import->target);
    keep(&doors, doors_path);
    int r = write_files(import, assets);
    if (r == 0) {
        struct content content;
        r = content_load(assets, report, import, &content);
        content_release(&content);
    }
    if (r < 0) {
        put_back(&file);
        put_back(&doors);
    }
    buf_release(&file.data);
    buf_release(&doors.data);
    free(doors_path);
    return r;
}

static int
import_into(struct import *import, const char *assets)
{
    char name[KEY_MAX + sizeof("procedures/.yaml")];
    (void)snprintf(name, sizeof(name), "procedures/%s.yaml", import->id);
    import->target = fs_join(assets, name);
    int r = KERR_EXISTS;
    if (!may_replace(import->target)) {
        (void)fprintf(stderr, "kioskctl: %s was written by hand and stays; choose another id\n",
            import->target);
    } else if ((r = try_out(import, assets)) == 0) {
        (void)printf("%s is made: %zu questions\n", import->target, import->questions);
    } else if (r == KERR_PROCEDURE_FILE) {
        (void)fflush(stdout); /* the sum stands last, wherever both go */
        (void)fprintf(stderr, "%d to mend; nothing was changed\n", import->mistakes);
    }
    free(import->target);
    return r;
}

int
ctl_import(int argc, char **argv)
{
    if (argc < 2 || argc > 3) {
        (void)fprintf(stderr, "usage: kioskctl import FILE.xlsx|FILE.csv [ASSETS]\n");
        return 2;
    }
    char *assets = argc > 2 ? xstrdup(argv[2]) : conf_share(NULL, "assets");
    struct import import = {.source = argv[1]};
    buf_init(&import.out, FILE_MAX);
    const char *slash = strrchr(argv[1], '/');
    (void)buf_printf(&import.out, "%s%s. Change the sheet, not this file.\n", first_words,
        slash != NULL ? slash + 1 : argv[1]);
    import_note_line(&import, NULL, 0, "");
    int r = read_sheets(argv[1], &import);
    if (r == 0) {
        r = import_convert(&import);
    }
    if (r == 0) {
        r = import_into(&import, assets);
    }
    table_free(&import.survey);
    table_free(&import.choices);
    table_free(&import.settings);
    buf_release(&import.out);
    free(import.lines);
    free(assets);
    return r == 0 ? 0 : 1;
}
