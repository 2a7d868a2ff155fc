/* desk/staff_file.c - lines of the staff file are added, changed, taken out: for the operators' tool. staff.c reads them. Lines that
 * are not concerned stay byte for byte, comments too. */
#include "desk_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/fs.h"
#include "base/utf8.h"

enum { STAFF_FILE_MAX = 64 * 1024 };

static bool
name_ok(const char *name)
{
    size_t len = strlen(name);
    bool good = len > 0 && len < LEDGER_NAME_MAX && utf8_valid(name, len) && name[0] != '#';
    for (size_t i = 0; i < len && good; i++) {
        good = (unsigned char)name[i] >= ' ' && name[i] != 0x7f && name[i] != ':';
    }
    return good;
}

/* Length of the role and its colon at the beginning of what stands behind a name; 0 for a line without one. */
static size_t
role_len(const char *rest, size_t len)
{
    const char *colon = memchr(rest, ':', len);
    return colon != NULL ? (size_t)(colon - rest) + 1 : 0;
}

/* Copies the file; the line of this name goes, or with a hash gets this one. KERR_NOT_FOUND when there is none. */
static int
copy_but(const struct buf *file, const char *name, const char *hash, struct buf *out)
{
    const char *at = buf_str(file);
    size_t name_len = strlen(name);
    bool found = false;
    while (*at != 0) {
        const char *end = strchr(at, '\n');
        size_t len = end != NULL ? (size_t)(end - at) : strlen(at);
        bool own = strncmp(at, name, name_len) == 0 && at[name_len] == ':';
        if (own && hash != NULL) {
            const char *rest = at + name_len + 1;
            size_t kept = name_len + 1 + role_len(rest, len - name_len - 1);
            (void)buf_add(out, at, kept);
            (void)buf_printf(out, "%s\n", hash);
        } else if (!own) {
            (void)buf_add(out, at, len);
            (void)buf_add_str(out, "\n");
        }
        found = found || own;
        at += len + (end != NULL ? 1 : 0);
    }
    int r = buf_error(out);
    return r < 0 ? r : found ? 0 : KERR_NOT_FOUND;
}

/* Reads the file, changes it, writes it; never through a link, for root writes here what the service may read. name: of the line that goes or gets a hash; KERR_NOT_FOUND without one. */
static int
change(const char *path, const char *name, const char *hash, const char *role)
{
    AUTO_BUF file;
    AUTO_BUF made;
    buf_init(&file, STAFF_FILE_MAX);
    buf_init(&made, STAFF_FILE_MAX);
    int r = fs_exists(path) ? fs_read_regular(path, &file) : 0;
    if (r == 0) {
        r = copy_but(&file, name, hash, &made);
    }
    if (role != NULL && (r == 0 || r == KERR_NOT_FOUND)) {
        r = r == 0 ? KERR_EXISTS : buf_printf(&made, "%s:%s:%s\n", name, role, hash);
    }
    return r == 0 ? fs_write_shared(path, made.data, made.len, 0600) : r;
}

int
desk_staff_add(const char *path, const char *name, const char *role, const char *hash)
{
    enum desk_role known;
    if (!name_ok(name) || !desk_role_read(role, strlen(role), &known)) {
        return KERR_INVALID;
    }
    return change(path, name, hash, role);
}

int
desk_staff_renew(const char *path, const char *name, const char *hash)
{
    return name_ok(name) ? change(path, name, hash, NULL) : KERR_INVALID;
}

int
desk_staff_remove(const char *path, const char *name)
{
    return name_ok(name) ? change(path, name, NULL, NULL) : KERR_INVALID;
}

int
desk_staff_list(const char *path, FILE *out)
{
    AUTO_BUF file;
    buf_init(&file, STAFF_FILE_MAX);
    int r = fs_read(path, &file);
    char *rest = r == 0 && file.len > 0 ? (char *)file.data : NULL;
    for (char *line; rest != NULL && (line = strsep(&rest, "\n")) != NULL;) {
        char *role = strchr(line, ':');
        if (*line == '#' || role == NULL || role == line) {
            continue;
        }
        *role++ = 0;
        size_t len = role_len(role, strlen(role));
        if (fprintf(out, "%s\t%.*s\n", line, len > 0 ? (int)len - 1 : (int)strlen("clerk"),
                len > 0 ? role : "clerk") < 0) {
            return KERR_IO;
        }
    }
    return r;
}
