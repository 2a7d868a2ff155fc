/* program/ctl_enrol.c - kioskctl enrol: how a terminal gets its certificates.
 *
 *   kioskctl enrol token KIOSK [HOURS]   at the city: a token, good once
 *   kioskctl enrol request [FILE]        on the terminal: makes its keys; the token comes by standard input
 *   kioskctl enrol list                  at the city: which requests wait
 *   kioskctl enrol sign FILE             at the city, where the key of the kiosks' CA is
 *   kioskctl enrol install FILE          on the terminal: takes the certificates into use
 *
 * Files travel by stick; further certificates are asked for by kiosk-sync and wait at kiosk-intake. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/fs.h"
#include "program/ctl.h"
#include "program/ctl_office.h"
#include "program/ctl_own.h"
#include "seal/seal.h"

enum { HOURS = 72, HOURS_MAX = 24 * 30, SECONDS_AN_HOUR = 3600, TOKEN_LINE_MAX = 256 };

static int
complain(const char *path, const char *what, int error)
{
    (void)fprintf(stderr, "kioskctl enrol: %s: %s (%s)\n", path, what, err_str(error));
    return error;
}

static int
make_token(const struct conf *conf, const char *kiosk, const char *hours_text)
{
    struct ctl_office office;
    char token[SEAL_TOKEN_LEN];
    char *end = NULL;
    long hours = hours_text != NULL ? strtol(hours_text, &end, 10) : HOURS;
    if (hours < 1 || hours > HOURS_MAX || (end != NULL && *end != 0)) {
        return complain(hours_text, "is not 1 to 720 hours", KERR_INVALID);
    }
    int r = ctl_office_open(conf, &office);
    if (r < 0) {
        return complain("the kiosks' CA", "can't be used", r);
    }
    int64_t until = office.office.now + hours * SECONDS_AN_HOUR;
    char when[CLOCK_RFC3339_LEN];
    clock_rfc3339(until, when);
    r = seal_token_make(&office.office, kiosk, until, token);
    if (r < 0) {
        (void)complain(kiosk, "no token", r);
    } else {
        (void)printf("%s\nfor %s, once, until %s; it is kept nowhere\n", token, kiosk, when);
    }
    explicit_bzero(token, sizeof(token));
    ctl_office_close(&office);
    return r;
}

static int
request(const struct conf *conf, const char *file)
{
    const char *kiosk = conf_str(conf, "kiosk", NULL);
    char token[TOKEN_LINE_MAX] = "";
    if (kiosk == NULL) {
        return complain("madoguchi.conf", "has no line \"kiosk = ...\"", KERR_NOT_FOUND);
    }
    (void)fprintf(stderr, "token for %s: ", kiosk); /* nobody to tell a failure */
    if (fgets(token, sizeof(token), stdin) == NULL || token[strspn(token, " -\n")] == 0) {
        return complain("standard input", "has no token", KERR_INVALID);
    }
    struct ctl_own terminal;
    ctl_own_open(conf, &terminal);
    AUTO_BUF bytes;
    AUTO_BUF name;
    buf_init(&bytes, SEAL_ASKED_MAX);
    buf_init(&name, 2 * (size_t)SEAL_NAME_MAX);
    (void)buf_printf(&name, "%s.request", kiosk); /* its bounds are checked with the name */
    int r = seal_own_ask(&terminal.own, kiosk, token, &bytes);
    explicit_bzero(token, sizeof(token));
    file = file != NULL ? file : buf_str(&name);
    r = r == 0 ? fs_write_atomic(file, bytes.data, bytes.len, 0644) : r;
    if (r < 0) {
        (void)complain(file, "no request", r);
    } else {
        (void)printf("%s: bring it to the city: kioskctl enrol sign FILE\n", file);
    }
    ctl_own_close(&terminal);
    return r;
}

static int
sign(const struct conf *conf, const char *file)
{
    struct ctl_office office;
    struct seal_asked asked = {.is_again = false};
    char name[SEAL_GRANT_NAME_MAX];
    AUTO_BUF bytes;
    AUTO_BUF certs;
    buf_init(&bytes, SEAL_ASKED_MAX);
    buf_init(&certs, SEAL_GRANT_MAX);
    int r = fs_read(file, &bytes);
    if (r < 0) {
        return complain(file, "can't be read", r);
    }
    r = ctl_office_open(conf, &office);
    if (r < 0) {
        return complain("the kiosks' CA", "can't be used", r);
    }
    r = seal_grant(&office.office, bytes.data, bytes.len, &asked, &certs);
    r = r == 0 ? seal_grant_name(&asked, name) : r;
    if (r < 0) {
        (void)complain(file,
            r == KERR_NOT_FOUND        ? "no token that may still be used is on file for it"
            : r == KERR_SEAL_SIGNATURE ? "does not fit its token, or is not of a terminal with "
                                         "certificates that hold"
            : r == KERR_SEAL_REVOKED   ? "is of a terminal that was revoked"
            : r == KERR_SEAL_FORM      ? "is no request"
                                       : "no certificates",
            r);
    } else {
        (void)printf("%s: %s/granted/%s\n", asked.kiosk, office.office.folder, name);
    }
    ctl_office_close(&office);
    return r;
}

struct listing {
    const struct ctl_office *office;
    char *folder;
};

static int
list_one(const char *name, void *ctx)
{
    const struct listing *listing = ctx;
    struct seal_asked asked;
    char answer[SEAL_GRANT_NAME_MAX] = "";
    AUTO_BUF bytes;
    buf_init(&bytes, SEAL_ASKED_MAX);
    char *path = fs_join(listing->folder, name);
    int r = fs_read(path, &bytes);
    r = r == 0 ? seal_asked_read(listing->office->office.kiosks, bytes.data, bytes.len, &asked) : r;
    r = r == 0 ? seal_grant_name(&asked, answer) : r;
    if (r < 0) {
        (void)printf("%s\t%s\n", path, err_str(r));
    } else {
        char *granted = fs_join(listing->office->office.folder, "granted");
        char *there = fs_join(granted, answer);
        (void)printf("%s\t%s\t%s\n", path, asked.kiosk, fs_exists(there) ? "signed" : "waits");
        free(there);
        free(granted);
    }
    free(path);
    return 0;
}

static int
list(const struct conf *conf)
{
    struct ctl_office office;
    int r = ctl_office_open(conf, &office);
    if (r < 0) {
        return complain("the kiosks' CA", "can't be used", r);
    }
    struct listing listing = {
        .office = &office, .folder = fs_join(office.office.folder, "waiting")};
    r = fs_each(listing.folder, NULL, list_one, &listing);
    free(listing.folder);
    ctl_office_close(&office);
    return r == KERR_NOT_FOUND ? 0 : r;
}

static int
install(const struct conf *conf, const char *file)
{
    struct ctl_own terminal;
    ctl_own_open(conf, &terminal);
    char *ca = conf_path(conf, "kiosk-ca", "keys/kiosk-ca.crt");
    AUTO_BUF bytes;
    buf_init(&bytes, SEAL_GRANT_MAX);
    int r = fs_read(file, &bytes);
    if (r < 0) {
        (void)complain(file, "can't be read", r);
    } else {
        struct seal_own_grant grant = {.kiosk_ca = ca,
            .kiosk = conf_str(conf, "kiosk", ""),
            .now = clock_wall_s(clock_system()),
            .bytes = bytes.data,
            .len = bytes.len};
        r = seal_own_take(&terminal.own, &grant);
        if (r < 0) {
            (void)complain(file,
                r == KERR_NOT_FOUND ? "this terminal asked for nothing"
                                    : "holds no certificates for the keys that wait here",
                r);
        } else {
            (void)printf("%s: in use from now on\n", file);
        }
    }
    free(ca);
    ctl_own_close(&terminal);
    return r;
}

static int
usage(void)
{
    (void)fprintf(stderr, "usage: kioskctl enrol token KIOSK [HOURS] | request [FILE] | list |"
                          " sign FILE | install FILE\n");
    return 2;
}

int
ctl_enrol(int argc, char **argv)
{
    const char *verb = argc > 1 ? argv[1] : "";
    const char *first = argc > 2 ? argv[2] : NULL;
    bool is_token = strcmp(verb, "token") == 0 && (argc == 3 || argc == 4);
    bool is_request = strcmp(verb, "request") == 0 && argc <= 3;
    bool is_list = strcmp(verb, "list") == 0 && argc == 2;
    bool is_sign = strcmp(verb, "sign") == 0 && argc == 3;
    bool is_install = strcmp(verb, "install") == 0 && argc == 3;
    if (!is_token && !is_request && !is_list && !is_sign && !is_install) {
        return usage();
    }
    struct conf *conf = NULL;
    int r = conf_load_home(&conf, NULL);
    if (r < 0) {
        (void)complain("the settings", "can't be read", r);
        return 1;
    }
    r = is_token     ? make_token(conf, first, argc > 3 ? argv[3] : NULL)
        : is_request ? request(conf, first)
        : is_list    ? list(conf)
        : is_sign    ? sign(conf, first)
                     : install(conf, first);
    conf_free(conf);
    return r < 0 ? 1 : 0;
}
