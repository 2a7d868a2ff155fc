/* program/ctl_keys.c - kioskctl keys: the city's sealing keys.
 *
 *   kioskctl keys                            which key is in use, which comes next
 *   kioskctl keys next [FROM [UNTIL]]        at the city: makes the next key and the list that names it
 *   kioskctl keys take FILE                  on a terminal: puts a newer list in place
 *
 * A list is signed by the city, so it may come by any way. */
#include "program/ctl_keys.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/fs.h"
#include "program/ctl.h"
#include "seal/seal.h"

enum { SECONDS_A_DAY = 86400, JAPAN_S = 9 * 3600, NEXT_DAYS = 2 * 365, NEXT_DAYS_MAX = 20 * 365 };

static int
complain(const char *path, const char *what, int error)
{
    (void)fprintf(stderr, "kioskctl keys: %s: %s (%s)\n", path, what, err_str(error));
    return error;
}

static char *
list_path(const struct conf *conf)
{
    return conf_path(conf, "keyring", "keyring.der");
}

/* The list of the set-up, or what its terminal began with. */
static int
load(const struct conf *conf, struct seal_keyring **ret_ring)
{
    char *path = list_path(conf);
    char *ca = conf_path(conf, "city-ca", "keys/city-ca.crt");
    char *recipients = conf_path(conf, "recipients", "keys/recipients.pem");
    AUTO_BUF bytes;
    buf_init(&bytes, SEAL_KEYRING_MAX);
    int r = fs_read(path, &bytes);
    if (r == KERR_NOT_FOUND) {
        r = seal_keyring_first(recipients, ret_ring);
        r = r < 0 ? complain(recipients, "can't be used", r) : 0;
    } else {
        r = r == 0 ? seal_keyring_read(ca, bytes.data, bytes.len, ret_ring) : r;
        r = r < 0 ? complain(path,
                        "is no list of this city; the terminal goes on with the key it has", r)
                  : 0;
    }
    free(recipients);
    free(ca);
    free(path);
    return r;
}

int
ctl_keys_tell(const struct conf *conf)
{
    struct seal_keyring *ring = NULL;
    char from[CLOCK_DAY_LEN];
    char until[CLOCK_DAY_LEN];
    if (load(conf, &ring) < 0) {
        return KERR_SEAL_KEY;
    }
    struct seal_keyring_use use = seal_keyring_use(ring, clock_wall_s(clock_system()));
    seal_keyring_free(ring);
    clock_day_text(clock_japan_day(use.from), from);
    clock_day_text(clock_japan_day(use.until), until);
    (void)printf("sealing key  %s to %s%s, of list %" PRIu64 "\n", from, until,
        use.is_late ? ": PAST ITS END and still in use, bring a newer list" : "", use.counter);
    if (use.next_from != 0) {
        clock_day_text(clock_japan_day(use.next_from), from);
        (void)printf("next key     from %s\n", from);
    }
    return use.is_late ? KERR_STATE : 0;
}

/* A day in Japan, as the moment at which it begins. */
static int
day_of(const char *text, int64_t *ret_moment)
{
    int64_t day = 0;
    if (!clock_day_parse(text, strlen(text), &day)) {
        return complain(text, "is no day (YYYY-MM-DD)", KERR_INVALID);
    }
    *ret_moment = day * SECONDS_A_DAY - JAPAN_S;
    return 0;
}

static int
make_next(const struct conf *conf, const char *from, const char *until)
{
    int64_t now = clock_wall_s(clock_system());
    struct seal_next next = {.now = now, .from = now, .days = NEXT_DAYS};
    int64_t end = 0;
    if (from != NULL && day_of(from, &next.from) < 0) {
        return KERR_INVALID;
    }
    if (until != NULL) {
        if (day_of(until, &end) < 0) {
            return KERR_INVALID;
        }
        next.days = (int)((end - next.from) / SECONDS_A_DAY);
        if (end <= next.from || next.days < 1 || next.days > NEXT_DAYS_MAX) {
            return complain(until, "is not 1 day to 20 years behind the first day", KERR_INVALID);
        }
    }
    char *ca = conf_path(conf, "city-ca", "keys/city-ca.crt");
    char *opens = conf_path(conf, "city-keys", "keys/city");
    char *path = list_path(conf);
    char *slash = strrchr(ca, '/');
    if (slash != NULL) {
        *slash = 0; /* the folder of the CA */
    }
    next.keys = ca;
    next.opens = opens;
    next.path = path;
    int r = seal_keyring_next(&next);
    if (r < 0) {
        (void)complain(path,
            "no next key: this needs the city CA's private key, a first day not before an"
            " earlier key's, and a sound list",
            r);
    } else {
        (void)printf(
            "the new private key is in %s: the desk needs it before terminals get the list\n"
            "the list is %s\n",
            opens, path);
    }
    free(path);
    free(opens);
    free(ca);
    return r;
}

static int
take(const struct conf *conf, const char *file)
{
    char *ca = conf_path(conf, "city-ca", "keys/city-ca.crt");
    char *path = list_path(conf);
    AUTO_BUF bytes;
    buf_init(&bytes, SEAL_KEYRING_MAX);
    int r = fs_read(file, &bytes);
    if (r < 0) {
        (void)complain(file, "can't be read", r);
    } else if ((r = seal_keyring_install(ca, path, bytes.data, bytes.len)) < 0) {
        (void)complain(file,
            r == KERR_CONFLICT ? "is not newer than the list that is here"
                               : "is no list of this city, or can't be kept",
            r);
    }
    free(path);
    free(ca);
    return r;
}

static int
usage(void)
{
    (void)fprintf(stderr, "usage: kioskctl keys [next [FROM [UNTIL]] | take FILE]\n");
    return 2;
}

int
ctl_keys(int argc, char **argv)
{
    bool next = argc >= 2 && argc <= 4 && strcmp(argv[1], "next") == 0;
    bool takes = argc == 3 && strcmp(argv[1], "take") == 0;
    if (argc != 1 && !next && !takes) {
        return usage();
    }
    struct conf *conf = NULL;
    int r = conf_load_home(&conf, NULL);
    if (r < 0) {
        (void)complain("the settings", "can't be read", r);
        return 1;
    }
    r = next ? make_next(conf, argc > 2 ? argv[2] : NULL, argc > 3 ? argv[3] : NULL) : 0;
    r = takes ? take(conf, argv[2]) : r;
    r = r == 0 ? ctl_keys_tell(conf) : r;
    conf_free(conf);
    return r < 0 ? 1 : 0;
}
