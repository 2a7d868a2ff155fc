/* desk/lines.c - files that people edit, a thing a line: what is empty or begins with "#" is passed over. */
#include "hand_priv.h"

#include <string.h>

#include "base/err.h"
#include "base/fs.h"

int
desk_lines_each(const char *path, struct buf *file, desk_each_line *each, void *ctx, int *ret_line)
{
    *ret_line = 0;
    int r = fs_read(path, file);
    if (r == 0 && file->len > 0 && memchr(file->data, 0, file->len) != NULL) {
        r = KERR_INVALID; /* what stands behind it would be passed over */
    }
    char *rest = r == 0 && file->len > 0 ? (char *)file->data : NULL;
    for (char *line; r == 0 && (line = strsep(&rest, "\n")) != NULL;) {
        ++*ret_line;
        r = *line == 0 || *line == '#' ? 0 : each(line, *ret_line, ctx);
    }
    return r;
}
