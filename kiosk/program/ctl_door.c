/* program/ctl_door.c - city/doors.yaml as lines of text: what a clerk wrote around an entry stays. Whether the result
 * is right, `kioskctl check` says. */
#include "ctl_door.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/fs.h"

enum { DOORS_BYTES_MAX = 256 * 1024, DOOR_INDENT = 2 };
static const char holds[] = "    holds:";

static int
read_doors(const char *assets, struct buf *out, char **ret_path)
{
    *ret_path = fs_join(assets, "city/doors.yaml");
    return fs_read(*ret_path, out);
}

/* The id on a line "  certificates:", or 0. */
static size_t
door_of_line(const char *line)
{
    size_t len = strcspn(line, "\n");
    if (strspn(line, " ") != DOOR_INDENT || len <= DOOR_INDENT) {
        return 0;
    }
    const char *id = line + DOOR_INDENT;
    size_t end = strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-");
    return id[end] == ':' ? end : 0;
}

static const char *
next_line(const char *line)
{
    line += strcspn(line, "\n");
    return *line == '\n' ? line + 1 : line;
}

/* The line of this door's list, or NULL. */
static const char *
list_of(const char *text, const char *door)
{
    bool inside = false;
    for (const char *line = text; *line != 0; line = next_line(line)) {
        size_t len = door_of_line(line);
        if (len > 0) {
            inside = len == strlen(door) && strncmp(line + DOOR_INDENT, door, len) == 0;
        }
        if (inside && strncmp(line, holds, strlen(holds)) == 0) {
            return line;
        }
    }
    return NULL;
}

bool
door_has(const char *assets, const char *procedure)
{
    AUTO_BUF text;
    buf_init(&text, DOORS_BYTES_MAX);
    char *path;
    bool found = false;
    if (read_doors(assets, &text, &path) == 0) {
        size_t len = strlen(procedure);
        const char *start = buf_str(&text);
        for (const char *at = start; !found && (at = strstr(at, procedure)) != NULL; at += len) {
            found = at > start && strchr(" [,", at[-1]) != NULL && strchr(" ,]\n", at[len]) != NULL;
        }
    }
    free(path);
    return found;
}

int
door_add(const char *assets, const char *door, const char *procedure)
{
    AUTO_BUF text;
    AUTO_BUF changed;
    buf_init(&text, DOORS_BYTES_MAX);
    buf_init(&changed, DOORS_BYTES_MAX);
    char *path;
    int r = read_doors(assets, &text, &path);
    const char *line = r == 0 ? list_of(buf_str(&text), door) : NULL;
    r = r == 0 && line == NULL ? KERR_NOT_FOUND : r;
    if (r == 0) {
        const char *open = line + strlen(holds);
        open += strspn(open, " ");
        const char *close = *open == '[' ? strchr(open, ']') : NULL;
        const char *at = close != NULL ? close : next_line(line);
        (void)buf_add(&changed, buf_str(&text), (size_t)(at - buf_str(&text))); /* errors stick */
        (void)buf_printf(&changed, close != NULL ? ", %s" : "      - %s\n", procedure);
        (void)buf_add_str(&changed, at);
        r = buf_error(&changed);
    }
    if (r == 0) {
        r = fs_write_atomic(path, changed.data, changed.len, 0644);
    }
    free(path);
    return r;
}

void
door_print(const char *assets)
{
    AUTO_BUF text;
    buf_init(&text, DOORS_BYTES_MAX);
    char *path;
    if (read_doors(assets, &text, &path) == 0) {
        for (const char *line = buf_str(&text); *line != 0; line = next_line(line)) {
            size_t len = door_of_line(line);
            if (len > 0) {
                (void)fprintf(stderr, "  %.*s\n", (int)len, line + DOOR_INDENT);
            }
        }
    }
    free(path);
}
