/* base/conf.c - settings file. Small on purpose: no sections, no quoting, no includes. */
#include "conf.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/fs.h"

enum { CONF_FILE_MAX = 64 * 1024, CONF_ENTRIES_MAX = 1024 };

struct conf {
    char *folder;
    size_t count;
    struct {
        char *key;
        char *value;
    } entries[CONF_ENTRIES_MAX];
};

static char *
trim(char *s)
{
    while (isspace((unsigned char)*s)) {
        s++;
    }
    size_t len = strlen(s);
    while (len > 0 && isspace((unsigned char)s[len - 1])) {
        s[--len] = 0;
    }
    return s;
}

static int
parse_line(struct conf *conf, char *line)
{
    char *text = trim(line);
    if (*text == 0 || *text == '#') {
        return 0;
    }
    char *equals = strchr(text, '=');
    if (equals == NULL || equals == text || conf->count >= CONF_ENTRIES_MAX) {
        return KERR_INVALID;
    }
    *equals = 0;
    conf->entries[conf->count].key = xstrdup(trim(text));
    conf->entries[conf->count].value = xstrdup(trim(equals + 1));
    conf->count++;
    return 0;
}

int
conf_load(const char *path, struct conf **ret_conf, int *ret_line)
{
    AUTO_BUF file;
    buf_init(&file, CONF_FILE_MAX);
    int r = fs_read(path, &file);
    if (r < 0) {
        return r;
    }
    struct conf *conf = xcalloc(1, sizeof(*conf));
    const char *slash = strrchr(path, '/');
    conf->folder = slash != NULL ? xstrndup(path, (size_t)(slash - path)) : xstrdup(".");
    char *text = (char *)file.data;
    int number = 0;
    if (file.len > 0 && memchr(file.data, 0, file.len) != NULL) {
        r = KERR_INVALID; /* what comes behind a NUL would be passed over in silence */
    }
    while (text != NULL && *text != 0 && r == 0) {
        char *end = strchr(text, '\n');
        if (end != NULL) {
            *end = 0;
        }
        number++;
        r = parse_line(conf, text);
        text = end != NULL ? end + 1 : NULL;
    }
    if (r < 0) {
        conf_free(conf);
        if (ret_line != NULL) {
            *ret_line = number;
        }
        return r;
    }
    *ret_conf = conf;
    return 0;
}

void
conf_free(struct conf *conf)
{
    if (conf == NULL) {
        return;
    }
    for (size_t i = 0; i < conf->count; i++) {
        free(conf->entries[i].key);
        free(conf->entries[i].value);
    }
    free(conf->folder);
    free(conf);
}

const char *
conf_str(const struct conf *conf, const char *key, const char *fallback)
{
    for (size_t i = 0; i < conf->count; i++) {
        if (strcmp(conf->entries[i].key, key) == 0) {
            return conf->entries[i].value;
        }
    }
    return fallback;
}

size_t
conf_count(const struct conf *conf)
{
    return conf->count;
}

void
conf_each(const struct conf *conf, conf_see *see, void *ctx)
{
    for (size_t i = 0; i < conf->count; i++) {
        see(conf->entries[i].key, conf->entries[i].value, ctx);
    }
}

int64_t
conf_int(const struct conf *conf, const char *key, int64_t min, int64_t max, int64_t fallback)
{
    const char *text = conf_str(conf, key, NULL);
    if (text == NULL) {
        return fallback;
    }
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    bool whole = end != text && *end == 0 && errno == 0;
    return whole && value >= min && value <= max ? value : fallback;
}

char *
conf_path(const struct conf *conf, const char *key, const char *fallback)
{
    const char *text = conf_str(conf, key, fallback);
    if (text == NULL) {
        return NULL;
    }
    static const char token[] = "pkcs11:";
    bool whole = text[0] == '/' || strncmp(text, token, sizeof(token) - 1) == 0;
    return whole ? xstrdup(text) : fs_join(conf->folder, text);
}

const char *
conf_folder(const struct conf *conf)
{
    return conf->folder;
}

char *
conf_home(void)
{
    const char *home = getenv("KIOSK_HOME");
    if (home != NULL && *home != 0) {
        return xstrdup(home);
    }
    const char *data = getenv("XDG_DATA_HOME");
    if (data != NULL && *data == '/') {
        return fs_join(data, "madoguchi");
    }
    const char *user = getenv("HOME");
    return fs_join(user != NULL && *user != 0 ? user : "/root", ".local/share/madoguchi");
}

int
conf_load_home(struct conf **ret_conf, int *ret_line)
{
    char *home = conf_home();
    char *path = fs_join(home, "madoguchi.conf");
    int r = conf_load(path, ret_conf, ret_line);
    free(path);
    free(home);
    return r;
}

char *
conf_bundle(const struct conf *conf, const char *kind, const char *link)
{
    char *bundles = conf_path(conf, "bundles", "bundles");
    char *folder = fs_join(bundles, kind);
    char *tree = fs_shown(folder, link);
    free(folder);
    free(bundles);
    return tree;
}

bool
conf_bundle_is_kept(const struct conf *conf, const char *kind, const char *tree)
{
    static const char *const links[] = {"now", "before"};
    bool kept = false;
    for (size_t i = 0; i < ARRAY_LEN(links) && !kept; i++) {
        char *at = conf_bundle(conf, kind, links[i]);
        kept = at != NULL && strcmp(at, tree) == 0;
        free(at);
    }
    return kept && fs_exists(tree);
}

/* Folder of the running program, without a trailing slash. */
static char *
program_folder(void)
{
    char path[4096];
    ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);
    if (len <= 0) {
        return xstrdup("/usr/bin");
    }
    path[len] = 0;
    char *slash = strrchr(path, '/');
    *(slash != NULL && slash != path ? slash : path + 1) = 0;
    return xstrdup(path);
}

char *
conf_program(const char *name)
{
    char *folder = program_folder();
    char *path = fs_join(folder, name);
    free(folder);
    return path;
}

char *
conf_share(const struct conf *conf, const char *what)
{
    if (conf != NULL && conf_str(conf, what, NULL) != NULL) {
        return conf_path(conf, what, NULL);
    }
    /* catalogs, fonts and tables are built (build/locale), the rest lies in the tree: known by kiosk/LAYERS */
    bool built =
        strcmp(what, "locale") == 0 || strcmp(what, "fonts") == 0 || strcmp(what, "tables") == 0;
    char *folder = program_folder();
    char *found = NULL;
    for (int up = 0; found == NULL && up < 4; up++) {
        char *sign = fs_join(folder, built ? what : "kiosk/LAYERS");
        char *candidate = fs_join(folder, what);
        if (fs_exists(sign) && fs_exists(candidate)) {
            found = candidate;
            candidate = NULL;
        }
        free(candidate);
        free(sign);
        char *slash = strrchr(folder, '/');
        if (slash == NULL || slash == folder) {
            break;
        }
        *slash = 0;
    }
    free(folder);
    return found != NULL ? found : fs_join("/usr/share/madoguchi", what);
}
