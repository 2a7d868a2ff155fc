/* program/ctl_table.c - `kioskctl table`: makes the tables of the room input, and the count of texts that wait for a native
 * reader, when the project is built. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/fs.h"
#include "ctl_po.h"
#include "input/input.h"
#include "program/ctl.h"

enum { SOURCE_MAX = 16 * 1024 * 1024, TABLE_MAX = 32 * 1024 * 1024, REVIEWS_MAX = 8192 };

static int
usage(void)
{
    (void)fprintf(stderr, "usage: kioskctl table postal CODES MUNICIPALITIES TABLE\n"
                          "       kioskctl table variants FORMS TABLE\n"
                          "       kioskctl table reviews CATALOGS TABLE\n");
    return 2;
}

static int
complain(const char *file, int error)
{
    (void)fprintf(stderr, "kioskctl: %s: %s\n", file, err_str(error));
    return 1;
}

struct reviews {
    const char *folder;
    struct buf out;
};

static int
add_review(const char *name, void *ctx)
{
    struct reviews *reviews = ctx;
    struct po po = {0};
    int line = 0;
    char *path = fs_join(reviews->folder, name);
    int r = po_read(&po, path, &line);
    int code = (int)(strlen(name) - strlen(".po"));
    if (r == 0) {
        r = buf_printf(&reviews->out, "%.*s.texts = %zu\n%.*s.unread = %zu\n", code, name, po.count,
            code, name, po_unread(&po));
    }
    po_release(&po);
    free(path);
    return r;
}

/* How many texts of each catalog no native reader went over: what the staff's pages tell. */
static int
make_reviews(const char *folder, const char *table)
{
    struct reviews reviews = {.folder = folder};
    buf_init(&reviews.out, REVIEWS_MAX);
    int r = fs_each(folder, ".po", add_review, &reviews);
    int code = r < 0 ? complain(folder, r) : 0;
    if (r == 0) {
        r = fs_write_atomic(table, reviews.out.data, reviews.out.len, 0644);
        code = r < 0 ? complain(table, r) : 0;
    }
    buf_release(&reviews.out);
    return code;
}

int
ctl_table(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "reviews") == 0) {
        return make_reviews(argv[2], argv[3]);
    }
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
