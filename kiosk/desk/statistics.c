/* desk/statistics.c - the page of figures without persons: the file that a timer wrote (--export statistics), as a table and
 * to keep, with its date. Counting opens every record; a page would wait for minutes. */
#include "keep_priv.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/fs.h"

enum { FILE_MAX = 16 * 1024 * 1024, CELLS = 9, CELL_MAX = 512, ROWS_MAX = 1000 };
enum { DAY_S = 86400, OLD_DAYS = 2 /* it is made each night; one night may be without power */ };

/* The next line's cells, each in quotes (counts.c writes them so). False at the end, or for a line of another form. */
static bool
read_line(const char **at, char cells[CELLS][CELL_MAX])
{
    for (size_t i = 0; i < CELLS; i++) {
        size_t len = 0;
        if (**at == '"') {
            (*at)++;
        } else {
            return false;
        }
        while (**at != 0 && len < CELL_MAX - 1 && (**at != '"' || (*at)[1] == '"')) {
            *at += **at == '"' ? 1 : 0;
            cells[i][len++] = *(*at)++;
        }
        cells[i][len] = 0;
        const char *end = i + 1 < CELLS ? "\"," : "\"\r\n";
        if (strncmp(*at, end, strlen(end)) != 0) {
            return false;
        }
        *at += strlen(end);
    }
    return true;
}

/* Without code and name of the city, which every line has. */
static void
add_row(struct desk *desk, struct buf *rows, char cells[CELLS][CELL_MAX])
{
    DESK_PART(desk->assets, rows, "figure-row", FILL("from", cells[2]), FILL("to", cells[3]),
        FILL("item", cells[4]), FILL("name", cells[6][0] != 0 ? cells[6] : cells[5]),
        FILL("count", cells[7]), FILL("minutes", cells[8]));
}

static int
read_file(struct desk *desk, struct buf *ret_file)
{
    return desk->config.statistics != NULL ? fs_read(desk->config.statistics, ret_file)
                                           : KERR_NOT_FOUND;
}

/* When the table was made; and, when the timer must have stood still since, what to do about it. */
static void
add_age(struct desk *desk, struct buf *out)
{
    int64_t written = 0, now = clock_wall_s(desk->config.clock);
    char days[24];
    AUTO_BUF when;
    buf_init(&when, 1024);
    if (fs_written_at(desk->config.statistics, &written) < 0) {
        return; /* it went just now */
    }
    desk_when(desk, &when, true, written);
    (void)snprintf(days, sizeof(days), "%" PRId64, (now - written) / DAY_S);
    bool is_old = now - written > OLD_DAYS * DAY_S;
    DESK_PART(desk->assets, out, is_old ? "statistics-old" : "statistics-when",
        FILL_HTML("when", &when), FILL("days", days));
}

void
desk_get_statistics(struct desk_ask *ask)
{
    static char cells[CELLS][CELL_MAX]; /* the listener's one thread */
    struct desk *desk = ask->desk;
    size_t count = 0;
    char shown[24];
    AUTO_BUF file;
    AUTO_BUF rows;
    AUTO_BUF age;
    AUTO_BUF content;
    buf_init(&age, 4096);
    buf_init(&file, FILE_MAX);
    buf_init(&rows, DESK_PAGE_MAX);
    buf_init(&content, DESK_PAGE_MAX);
    int r = read_file(desk, &file);
    const char *at = r == 0 && file.len > 3 ? buf_str(&file) + 3 : ""; /* behind the BOM */
    bool is_head = true;
    while (count < ROWS_MAX && read_line(&at, cells)) {
        if (!is_head) {
            add_row(desk, &rows, cells);
            count++;
        }
        is_head = false;
    }
    (void)snprintf(shown, sizeof(shown), "%zu", count);
    if (is_head) {
        desk_part(desk->assets, &content, "statistics-none", NULL, 0);
    } else {
        add_age(desk, &age);
        DESK_PART(desk->assets, &content, "statistics", FILL("count", shown),
            FILL_HTML("age", &age),
            FILL("more", *at != 0 ? desk_word(desk->assets, "statistics.more") : ""),
            FILL_HTML("rows", &rows));
    }
    desk_reply_page(ask, HTTP_OK, "statistics-page", "page.statistics", &content);
}

void
desk_get_statistics_csv(struct desk_ask *ask)
{
    struct desk_reply *reply = ask->reply;
    reply->body.max = FILE_MAX;
    if (read_file(ask->desk, &reply->body) < 0) {
        desk_reply_error(ask, KERR_NOT_FOUND);
        return;
    }
    reply->status = HTTP_OK;
    reply->type = "text/csv; charset=utf-8";
    reply->table = true;
}
