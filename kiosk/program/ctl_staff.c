/* program/ctl_staff.c - `kioskctl staff`: who may log in at the desk, and as what. Passwords are made here and told once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/conf.h"
#include "base/err.h"
#include "desk/desk.h"
#include "program/ctl.h"
#include "seal/seal.h"

static int
use(void)
{
    (void)fputs("usage: kioskctl staff add NAME [clerk|lead|operator]\n"
                "       kioskctl staff password NAME\n"
                "       kioskctl staff remove NAME\n"
                "       kioskctl staff list\n",
        stderr);
    return 2;
}

static int
tell(int r, const char *name)
{
    const char *why = r == KERR_EXISTS      ? "this name is somebody's; take another one"
                      : r == KERR_NOT_FOUND ? "there is no such name"
                      : r == KERR_INVALID   ? "a name has no colon and at most 63 bytes; roles are "
                                              "clerk, lead, operator (or the file is a link)"
                                            : err_str(r);
    if (r < 0) {
        (void)fprintf(stderr, "kioskctl staff: %s: %s\n", name, why);
    }
    return r < 0 ? 1 : 0;
}

/* role NULL: another password for a name that is there. */
static int
give_password(const char *path, const char *name, const char *role)
{
    char password[CTL_PASSWORD_LEN], hash[SEAL_PASSWORD_HASH_MAX];
    ctl_password_make(password);
    int r = seal_password_hash(password, hash);
    if (r == 0) {
        r = role != NULL ? desk_staff_add(path, name, role, hash)
                         : desk_staff_renew(path, name, hash);
    }
    if (r == 0) {
        (void)printf("%s\n", password);
        (void)fputs(
            "This is the password. It is told this once; the desk keeps a hash of it.\n", stderr);
    }
    explicit_bzero(password, sizeof(password));
    explicit_bzero(hash, sizeof(hash));
    return tell(r, name);
}

int
ctl_staff(int argc, char **argv)
{
    struct conf *conf = NULL;
    const char *verb = argc >= 2 ? argv[1] : "";
    bool is_add = strcmp(verb, "add") == 0 && (argc == 3 || argc == 4);
    bool is_password = strcmp(verb, "password") == 0 && argc == 3;
    bool is_remove = strcmp(verb, "remove") == 0 && argc == 3;
    if (!is_add && !is_password && !is_remove && !(strcmp(verb, "list") == 0 && argc == 2)) {
        return use();
    }
    if (conf_load_home(&conf, NULL) < 0) {
        (void)fprintf(stderr, "there is no set-up here: kioskctl init\n");
        return 1;
    }
    char *path = conf_path(conf, "staff", "staff");
    int code = is_add        ? give_password(path, argv[2], argc == 4 ? argv[3] : "clerk")
               : is_password ? give_password(path, argv[2], NULL)
               : is_remove   ? tell(desk_staff_remove(path, argv[2]), argv[2])
                             : tell(desk_staff_list(path, stdout), path);
    free(path);
    conf_free(conf);
    return code;
}
