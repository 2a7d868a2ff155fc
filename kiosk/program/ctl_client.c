/* program/ctl_client.c - `kioskctl client add|revoke|list`: the systems to which the desk hands records over. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/conf.h"
#include "base/err.h"
#include "desk/desk.h"
#include "program/ctl.h"

enum { RATE_DEFAULT = 60 };

static int
use(void)
{
    (void)fputs("usage: kioskctl client add NAME [--rights LIST] [--rate N] [--states LIST] "
                "[--procedures LIST]\n"
                "       kioskctl client revoke NAME\n"
                "       kioskctl client list\n",
        stderr);
    return 2;
}

static int
tell(int r, const char *name)
{
    const char *why = r == KERR_EXISTS      ? "this name is, or was, somebody's; take another one"
                      : r == KERR_NOT_FOUND ? "there is no such client"
                      : r == KERR_INVALID
                          ? "rights are of read, mark, file, cp932, page; states of new, work, "
                            "papers, done, back; names have a-z 0-9 - (or a line of the file is "
                            "no client's, or the file a link)"
                          : err_str(r);
    if (r < 0) {
        (void)fprintf(stderr, "%s: %s\n", name, why);
    }
    return r < 0 ? 1 : 0;
}

static bool
read_options(int argc, char **argv, struct desk_client_terms *terms)
{
    for (int i = 3; i < argc; i += 2) {
        if (i + 1 == argc) {
            return false;
        }
        if (strcmp(argv[i], "--rights") == 0) {
            terms->rights = argv[i + 1];
        } else if (strcmp(argv[i], "--states") == 0) {
            terms->states = argv[i + 1];
        } else if (strcmp(argv[i], "--procedures") == 0) {
            terms->procedures = argv[i + 1];
        } else if (strcmp(argv[i], "--rate") == 0) {
            char *end = NULL;
            long rate = strtol(argv[i + 1], &end, 10);
            terms->rate =
                *argv[i + 1] != 0 && *end == 0 && rate >= 0 && rate <= INT32_MAX ? (int)rate : -1;
        } else {
            return false;
        }
    }
    return true;
}

static int
add(const char *path, int argc, char **argv)
{
    char key[DESK_KEY_LEN];
    struct desk_client_terms terms = {.name = argv[2],
        .rights = "read,mark",
        .rate = RATE_DEFAULT,
        .states = "done",
        .procedures = "*"};
    if (!read_options(argc, argv, &terms)) {
        return use();
    }
    int r = desk_client_add(path, &terms, key);
    if (r == 0 && key[0] != 0) {
        (void)printf("%s\n", key);
        (void)fputs(
            "This is its key. It is told this once; the desk keeps a hash of it.\n", stderr);
    }
    explicit_bzero(key, sizeof(key));
    return tell(r, terms.name);
}

int
ctl_client(int argc, char **argv)
{
    struct conf *conf = NULL;
    bool is_add = argc >= 3 && strcmp(argv[1], "add") == 0;
    bool is_revoke = argc == 3 && strcmp(argv[1], "revoke") == 0;
    bool is_list = argc == 2 && strcmp(argv[1], "list") == 0;
    if (!is_add && !is_revoke && !is_list) {
        return use();
    }
    int r = conf_load_home(&conf, NULL);
    if (r < 0) {
        (void)fprintf(stderr, "there is no set-up here: kioskctl init\n");
        return 1;
    }
    char *path = conf_path(conf, "clients", "clients");
    int code = is_add      ? add(path, argc, argv)
               : is_revoke ? tell(desk_client_revoke(path, argv[2]), argv[2])
                           : tell(desk_client_list(path, stdout), path);
    free(path);
    conf_free(conf);
    return code;
}
