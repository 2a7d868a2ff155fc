/* desk/staff.c - who may log in. The staff file is read at each try, so that a new or removed clerk
 * needs no restart. A line is name:role:hash; name:hash, as files had before roles, is a clerk's. The ladder (as VxSuite's): the fifth wrong password in a row costs a wait of 15
 * seconds, each further one twice the wait before; the fifteenth locks the name until the next day
 * in Japan or a restart. Names that nobody has climb ladders of their own, shared
 * by a secret hash, so that the answer never tells which names exist. */
#include "desk_priv.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/rng.h"
#include "base/utf8.h"
#include "seal/seal.h"

enum {
    FREE_TRIES = 5,
    LOCK_TRIES = 15,
    FIRST_WAIT_MS = 15 * 1000,
    STAFF_FILE_MAX = 64 * 1024,
    LADDERS = 1024, /* two names share one by accident only among many hundreds */
};
static_assert(FIRST_WAIT_MS <= INT32_MAX >> (LOCK_TRIES - FREE_TRIES), "waits fit an int");

struct ladder {
    int wrong;
    int64_t until_ms; /* no try before */
    int64_t locked_day; /* days since 1970 in Japan, 0: not locked */
};

struct desk_staff {
    char *path;
    int (*check)(const char *password, const char *hash);
    const struct clock *clock;
    uint8_t key[SEAL_HASH_LEN];
    struct ladder ladders[LADDERS];
};

int
desk_staff_new(const char *path, int (*check)(const char *password, const char *hash),
    const struct clock *clock, struct desk_staff **ret_staff)
{
    if (!fs_exists(path)) {
        return KERR_NOT_FOUND;
    }
    struct desk_staff *staff = xcalloc(1, sizeof(*staff));
    staff->path = xstrdup(path);
    staff->check = check;
    staff->clock = clock;
    rng_fill(staff->key, sizeof(staff->key));
    *ret_staff = staff;
    return 0;
}

void
desk_staff_free(struct desk_staff *staff)
{
    if (staff == NULL) {
        return;
    }
    free(staff->path);
    explicit_bzero(staff, sizeof(*staff));
    free(staff);
}

static struct ladder *
ladder_of(struct desk_staff *staff, const char *name)
{
    uint8_t text[SEAL_HASH_LEN + LEDGER_NAME_MAX] = {0};
    uint8_t hash[SEAL_HASH_LEN];
    memcpy(text, staff->key, SEAL_HASH_LEN);
    memcpy(text + SEAL_HASH_LEN, name, strnlen(name, LEDGER_NAME_MAX));
    seal_hash(text, sizeof(text), hash);
    return &staff->ladders[((size_t)hash[0] << 8 | hash[1]) % LADDERS];
}

static int64_t
today(const struct desk_staff *staff)
{
    return clock_japan_day(clock_wall_s(staff->clock));
}

bool
desk_role_read(const char *text, size_t len, enum desk_role *ret_role)
{
    static const char *const names[DESK_ROLE_COUNT] = {"clerk", "lead", "operator"};
    for (int role = 0; role < DESK_ROLE_COUNT; role++) {
        if (len == strlen(names[role]) && memcmp(text, names[role], len) == 0) {
            *ret_role = (enum desk_role)role;
            return true;
        }
    }
    return false;
}

/* What stands behind the name of a line. A role that nobody knows may nothing: false. */
static bool
read_role(const char *rest, enum desk_role *ret_role, const char **ret_hash)
{
    const char *colon = strchr(rest, ':');
    *ret_role = DESK_CLERK;
    *ret_hash = colon != NULL ? colon + 1 : rest;
    return colon == NULL || desk_role_read(rest, (size_t)(colon - rest), ret_role);
}

/* Cuts the next line off the file's text: name and what stands behind it. False at the end; a line that is none has a name of
 * NULL. */
static bool
next_line(char **text, char **ret_name, char **ret_rest)
{
    char *line = *text;
    if (line == NULL || *line == 0) {
        return false;
    }
    char *end = strchr(line, '\n');
    if (end != NULL) {
        *end = 0;
    }
    *text = end != NULL ? end + 1 : NULL;
    char *colon = *line != '#' ? strchr(line, ':') : NULL;
    bool good = colon != NULL && colon != line;
    *ret_name = good ? line : NULL;
    *ret_rest = good ? colon + 1 : NULL;
    if (good) {
        *colon = 0;
    }
    return true;
}

/* Runs the password against the line of this name. A name without a line is run against somebody
 * else's hash, for the same time, and never fits. */
static bool
password_fits(struct desk_staff *staff, const char *name, const char *password)
{
    AUTO_BUF file;
    buf_init(&file, STAFF_FILE_MAX);
    if (fs_read(staff->path, &file) < 0 || file.len == 0) {
        return false;
    }
    const char *own = NULL;
    const char *other = NULL;
    char *text = (char *)file.data;
    char *line_name = NULL;
    char *rest = NULL;
    while (next_line(&text, &line_name, &rest)) {
        if (line_name == NULL) {
            continue;
        }
        enum desk_role role;
        bool knows = read_role(rest, &role, &other);
        if (strcmp(line_name, name) == 0) {
            own = knows ? other : NULL;
            break;
        }
    }
    if (own == NULL && other == NULL) {
        return false;
    }
    bool fits = staff->check(password, own != NULL ? own : other) == 0;
    return fits && own != NULL;
}

bool
desk_staff_who(const struct desk_staff *staff, const char *name, struct desk_who *ret_who)
{
    AUTO_BUF file;
    buf_init(&file, STAFF_FILE_MAX);
    if (fs_read(staff->path, &file) < 0 || file.len == 0) {
        return false;
    }
    char *text = (char *)file.data;
    char *line_name = NULL;
    char *rest = NULL;
    while (next_line(&text, &line_name, &rest)) {
        const char *hash = NULL;
        if (line_name != NULL && strcmp(line_name, name) == 0) {
            *ret_who = (struct desk_who){0};
            (void)snprintf(ret_who->name, sizeof(ret_who->name), "%s", name);
            seal_hash((const uint8_t *)rest, strlen(rest), ret_who->line);
            return read_role(rest, &ret_who->role, &hash);
        }
    }
    return false;
}

void
desk_staff_each(const struct desk_staff *staff,
    void (*each)(const char *name, enum desk_role role, void *ctx), void *ctx)
{
    AUTO_BUF file;
    buf_init(&file, STAFF_FILE_MAX);
    if (fs_read(staff->path, &file) < 0 || file.len == 0) {
        return;
    }
    char *text = (char *)file.data;
    char *name = NULL;
    char *rest = NULL;
    while (next_line(&text, &name, &rest)) {
        enum desk_role role;
        const char *hash = NULL;
        if (name != NULL && strlen(name) < LEDGER_NAME_MAX && read_role(rest, &role, &hash)) {
            each(name, role, ctx);
        }
    }
}

static void
count_wrong(const struct desk_staff *staff, struct ladder *ladder)
{
    ladder->wrong++;
    if (ladder->wrong >= LOCK_TRIES) {
        ladder->locked_day = today(staff);
    } else if (ladder->wrong >= FREE_TRIES) {
        ladder->until_ms =
            clock_mono_ms(staff->clock) + ((int64_t)FIRST_WAIT_MS << (ladder->wrong - FREE_TRIES));
    }
}

enum desk_login
desk_staff_login(struct desk_staff *staff, const char *name, const char *password,
    struct desk_who *ret_who, int *ret_wait_s)
{
    size_t len = strlen(name);
    if (len == 0 || len >= LEDGER_NAME_MAX || !utf8_valid(name, len)) {
        return DESK_LOGIN_WRONG;
    }
    struct ladder *ladder = ladder_of(staff, name);
    if (ladder->locked_day != 0) {
        if (today(staff) <= ladder->locked_day) {
            return DESK_LOGIN_LOCKED;
        }
        *ladder = (struct ladder){0};
    }
    int64_t left_ms = ladder->until_ms - clock_mono_ms(staff->clock);
    if (ladder->until_ms != 0 && left_ms > 0) {
        *ret_wait_s = (int)((left_ms + 999) / 1000);
        return DESK_LOGIN_WAIT;
    }
    if (!password_fits(staff, name, password) || !desk_staff_who(staff, name, ret_who)) {
        count_wrong(staff, ladder);
        return ladder->locked_day != 0 ? DESK_LOGIN_LOCKED : DESK_LOGIN_WRONG;
    }
    *ladder = (struct ladder){0};
    return DESK_LOGIN_OK;
}
