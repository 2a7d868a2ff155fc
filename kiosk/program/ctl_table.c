/* program/ctl_table.c - `kioskctl table`: makes the tables of the room input from their sources when the project
 * is built. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/fs.h"
#include "input/input.h"
#include "program/ctl.h"

enum { SOURCE_MAX = 16 * 1024 * 1024, TABLE_MAX = 32 * 1024 * 1024 };

static int
usage(void)
{
    (void)fprintf(stderr, "usage: kioskctl table postal CODES MUNICIPALITIES TABLE\n"
                          "       kioskctl table variants FORMS TABLE\n");
    return 2;
}

static int
complain(const char *file, int error)
{
    (void)fprintf(stderr, "kioskctl: %s: %s\n", file, err_str(error));
    return 1;
}

int
ctl_table(int argc, char **argv)
{
    bool postal = argc == 5 && strcmp(argv[1], "postal") == 0;
    if (!postal && !(argc == 4 && strcmp(argv[1], "variants") == 0)) {
        return usage();
    }
    AUTO_BUF source;
    AUTO_BUF places;
    AUTO_BUF table;
    buf_init(&source, SOURCE_MAX);
    buf_init(&places, SOURCE_MAX);
    buf_init(&table, TABLE_MAX);
    int r = fs_read(argv[2], &source);
    if (r == 0 && postal) {
        r = fs_read(argv[3], &places);
    }
    if (r < 0) {
        return complain(argv[source.len == 0 ? 2 : 3], r);
    }
    r = postal ? input_postal_compile(
                     buf_str(&source), source.len, buf_str(&places), places.len, &table)
               : input_variants_compile(buf_str(&source), source.len, &table);
    if (r < 0) {
        return complain(argv[2], r);
    }
    r = fs_write_atomic(argv[argc - 1], table.data, table.len, 0644);
    return r < 0 ? complain(argv[argc - 1], r) : 0;
}
