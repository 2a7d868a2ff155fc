/* program/ctl_init.c - kioskctl init: everything that one machine needs, under $KIOSK_HOME. Each part
 * is made only when it is not there, the settings last, so that a set-up which was cut in the middle
 * is finished by the next run. What is there is tried out, never replaced. */
#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/buf.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/rng.h"
#include "program/ctl.h"
#include "seal/seal.h"
#include "store/store.h"

#define KIOSK_NAME "kiosk-001"
#define LOOPBACK "127.0.0.1"
#define STAFF_NAME "staff"

enum { INTAKE_PORT = 9443, DESK_PORT = 9080, SMALL_FILE_MAX = 4096 };

/* The parts of a set-up, all heap strings of one run. */
struct paths {
    char *home;
    char *keys;
    char *staff;
    char *password;
    char *pin; /* the terminal's staff PIN, hashed */
    char *first_pin; /* and once in the clear */
    char *note;
    char *conf;
    const struct conf *settings; /* of a finished set-up, which may name other files; else NULL */
};

static void
paths_init(struct paths *p)
{
    p->home = conf_home();
    p->keys = fs_join(p->home, "keys");
    p->staff = fs_join(p->home, "staff");
    p->password = fs_join(p->home, "first-password.txt");
    p->pin = fs_join(p->home, "staff-pin");
    p->first_pin = fs_join(p->home, "first-staff-pin.txt");
    p->note = fs_join(p->home, "keys/RECOVERY-KEY.txt");
    p->conf = fs_join(p->home, "madoguchi.conf");
}

static void
paths_release(struct paths *p)
{
    char *all[] = {p->home, p->keys, p->staff, p->password, p->pin, p->first_pin, p->note, p->conf};
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        free(all[i]);
    }
}

static int
complain(const char *path, const char *what, int error)
{
    (void)fprintf(stderr, "kioskctl init: %s: %s (%s)\n", path, what, err_str(error));
    return error;
}

/* The folder, ours alone. Returns a locked descriptor, so that two runs take turns, or -1. */
static int
take_home(const char *home)
{
    struct stat st;
    int r = fs_make_dirs(home);
    int fd = r == 0 ? open(home, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd < 0 || fstat(fd, &st) != 0 || flock(fd, LOCK_EX) != 0) {
        (void)complain(home, "can't be made or opened", r < 0 ? r : KERR_IO);
    } else if (st.st_uid != geteuid()) {
        (void)complain(home, "belongs to another user", KERR_EXISTS);
    } else if ((st.st_mode & 077) != 0 && fchmod(fd, 0700) != 0) {
        (void)complain(home, "can't be closed to other users", KERR_IO);
    } else {
        return fd;
    }
    if (fd >= 0) {
        (void)close(fd); /* nothing was written */
    }
    return -1;
}

/* The file of a setting, or its usual place, as a heap string. */
static char *
key_file(const struct paths *p, const char *setting, const char *usual)
{
    if (p->settings != NULL && conf_str(p->settings, setting, NULL) != NULL) {
        return conf_path(p->settings, setting, NULL);
    }
    return fs_join(p->home, usual);
}

static const char *
kiosk_name(const struct paths *p)
{
    return p->settings != NULL ? conf_str(p->settings, "kiosk", KIOSK_NAME) : KIOSK_NAME;
}

/* Seals a text for this city and has it verified and opened by one private key. */
static int
try_opening(const struct paths *p, const struct buf *envelope, const char *cert, const char *key)
{
    char *ca = key_file(p, "kiosk-ca", "keys/kiosk-ca.crt");
    struct seal_verifier *verifier = NULL;
    struct seal_opener *opener = NULL;
    struct seal_header header;
    AUTO_BUF sealed;
    AUTO_BUF plain;
    buf_init(&sealed, SEAL_ENVELOPE_MAX);
    buf_init(&plain, SEAL_ENVELOPE_MAX);
    int r = seal_verifier_new(ca, &verifier);
    if (r == 0) {
        r = seal_verify(verifier, envelope->data, envelope->len, &header, &sealed);
    }
    if (r == 0) {
        r = seal_opener_new(cert, key, &opener);
    }
    if (r == 0) {
        r = seal_open(opener, sealed.data, sealed.len, &plain);
    }
    seal_opener_free(opener);
    seal_verifier_free(verifier);
    free(ca);
    return r;
}

/* Each private key that is to open a record opens this one. */
static int
try_openers(const struct paths *p, const struct buf *envelope)
{
    char *cert = key_file(p, "city-cert", "keys/city.crt");
    char *key = key_file(p, "city-key", "keys/city.key");
    int r = try_opening(p, envelope, cert, key);
    free(cert);
    free(key);
    cert = fs_join(p->keys, "recovery.crt");
    key = fs_join(p->keys, "recovery.key");
    /* the recovery key belongs into a safe, so it may be gone */
    if (r == 0 && fs_exists(key)) {
        r = try_opening(p, envelope, cert, key);
    }
    free(cert);
    free(key);
    return r;
}

static int
try_sealing(const struct paths *p)
{
    char *cert = key_file(p, "kiosk-cert", "keys/kiosk.crt");
    char *key = key_file(p, "kiosk-key", "keys/kiosk.key");
    char *recipients = key_file(p, "recipients", "keys/recipients.pem");
    struct seal_sealer *sealer = NULL;
    struct seal_header header = {.epoch = 1, .sequence = 1};
    AUTO_BUF envelope;
    buf_init(&envelope, SEAL_ENVELOPE_MAX);
    (void)snprintf(header.kiosk, sizeof(header.kiosk), "%s", kiosk_name(p)); /* seal checks it */
    int r = seal_sealer_new(cert, key, recipients, &sealer);
    if (r == 0) {
        r = seal_envelope(sealer, &header, (const uint8_t *)"{}", 2, &envelope);
    }
    if (r == 0) {
        r = try_openers(p, &envelope);
    }
    seal_sealer_free(sealer);
    free(cert);
    free(key);
    free(recipients);
    return r;
}

static int
try_receipts(const struct paths *p)
{
    char *cert = key_file(p, "receipt-cert", "keys/receipt.crt");
    char *key = key_file(p, "receipt-key", "keys/receipt.key");
    char *ca = key_file(p, "city-ca", "keys/city-ca.crt");
    struct seal_signer *signer = NULL;
    struct seal_receipts *receipts = NULL;
    struct seal_receipt receipt = {.header = {.kiosk = KIOSK_NAME, .epoch = 1, .sequence = 1}};
    AUTO_BUF bytes;
    buf_init(&bytes, SEAL_RECEIPT_MAX);
    int r = seal_signer_new(cert, key, &signer);
    if (r == 0) {
        r = seal_receipt_make(signer, &receipt, &bytes);
    }
    if (r == 0) {
        r = seal_receipts_new(ca, &receipts);
    }
    if (r == 0) {
        r = seal_receipt_verify(receipts, bytes.data, bytes.len, &receipt);
    }
    seal_receipts_free(receipts);
    seal_signer_free(signer);
    free(cert);
    free(key);
    free(ca);
    return r;
}

/* The TLS pairs are used by other libraries; here it is enough that they are there. */
static int
tls_files_there(const struct paths *p)
{
    static const struct {
        const char *setting, *usual;
    } names[] = {
        {"intake-tls-cert", "keys/intake-tls.crt"},
        {"intake-tls-key", "keys/intake-tls.key"},
        {"kiosk-tls-cert", "keys/kiosk-tls.crt"},
        {"kiosk-tls-key", "keys/kiosk-tls.key"},
    };
    int r = 0;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        char *file = key_file(p, names[i].setting, names[i].usual);
        r = fs_exists(file) ? r : KERR_SEAL_KEY;
        free(file);
    }
    return r;
}

static int
write_note(const struct paths *p)
{
    static const char note[] =
        "recovery.key opens every record of this city when city.key is lost.\n"
        "Move it to a medium in a safe and delete it here. No program needs it to run.\n"
        "city-ca.key and kiosk-ca.key make new certificates; keep them apart as well.\n";
    return fs_exists(p->note) ? 0 : fs_write_atomic(p->note, note, sizeof(note) - 1, 0644);
}

/* Keys that are missing after the settings were written were lost: new ones would open nothing old. */
static int
make_keys(const struct paths *p, bool *ret_made)
{
    if (p->settings == NULL) {
        int r = seal_keys_make(p->keys, KIOSK_NAME, LOOPBACK);
        if (r < 0 && r != KERR_EXISTS) {
            return complain(p->keys, "keys can't be made", r);
        }
        *ret_made = *ret_made || r == 0;
    }
    int r = try_sealing(p);
    if (r == 0) {
        r = try_receipts(p);
    }
    if (r == 0) {
        r = tls_files_there(p);
    }
    if (r < 0) {
        return complain(p->keys,
            "these keys don't work together; put the right ones back, or move the whole folder "
            "away "
            "and run this again for new ones (records sealed before then stay closed)",
            r);
    }
    char *tag = key_file(p, "check-in-key", "keys/check-in.key");
    r = seal_tag_key_make(tag);
    if (r < 0 && r != KERR_EXISTS) {
        (void)complain(tag, "can't be made", r);
    } else {
        *ret_made = *ret_made || r == 0;
        r = write_note(p);
        r = r < 0 ? complain(p->note, "can't be written", r) : 0;
    }
    free(tag);
    return r;
}

static int
make_queue(const struct paths *p, bool *ret_made)
{
    char *path = key_file(p, "queue", "queue.db");
    bool there = fs_exists(path);
    struct store *store = NULL;
    int r = store_open(path, &store);
    store_close(store);
    if (there &&
        r == KERR_STORE_CORRUPT) { /* the terminal's own to mend, and it must be started for that */
        (void)fprintf(
            stderr, "kioskctl init: %s: is damaged; the terminal mends it when it starts\n", path);
        r = 0;
    } else if (r < 0) {
        (void)complain(path, "can't be opened", r);
    }
    free(path);
    *ret_made = *ret_made || (r == 0 && !there);
    return r;
}

enum { GROUPS = 3, GROUP_LEN = 4 };
static_assert(
    GROUPS * (GROUP_LEN + 1) == CTL_PASSWORD_LEN, "a dash between groups, NUL at the end");

/* Twelve of 32 letters that nobody takes for another: 60 bits. */
void
ctl_password_make(char out[CTL_PASSWORD_LEN])
{
    static const char letters[] = "abcdefghijkmnpqrstuvwxyz23456789";
    uint8_t bytes[CTL_PASSWORD_LEN];
    rng_fill(bytes, sizeof(bytes));
    for (size_t i = 0; i < CTL_PASSWORD_LEN; i++) {
        out[i] = i % (GROUP_LEN + 1) == GROUP_LEN ? '-' : letters[bytes[i] % 32];
    }
    out[CTL_PASSWORD_LEN - 1] = 0;
    explicit_bzero(bytes, sizeof(bytes));
}

enum { PIN_LEN = 7 }; /* six digits and NUL: what the terminal's staff page takes */

static void
random_pin(char out[CTL_PASSWORD_LEN])
{
    uint8_t bytes[PIN_LEN];
    rng_fill(bytes, sizeof(bytes));
    for (size_t i = 0; i < PIN_LEN; i++) {
        out[i] = i + 1 < PIN_LEN ? (char)('0' + bytes[i] % 10) : 0;
    }
    explicit_bzero(bytes, sizeof(bytes));
}

/* The first password in the clear: an earlier run's when that was cut before the account was made. */
static int
first_password(const char *path, void (*make)(char out[CTL_PASSWORD_LEN]), struct buf *ret_password)
{
    int r = fs_read(path, ret_password);
    if (r == KERR_NOT_FOUND) {
        char made[CTL_PASSWORD_LEN];
        make(made);
        (void)buf_printf(ret_password, "%s\n", made);
        explicit_bzero(made, sizeof(made));
        r = fs_write_atomic(path, ret_password->data, ret_password->len, 0600);
    }
    if (r == 0) {
        char *end = strchr((char *)ret_password->data, '\n');
        if (end != NULL) {
            *end = 0;
        }
    }
    return r;
}

/* A file with one line "prefix + hash" for a password that lies once in the clear in first. */
static int
make_hash_file(const char *path, const char *prefix, const char *first,
    void (*make)(char out[CTL_PASSWORD_LEN]), bool *ret_made)
{
    if (fs_exists(path)) {
        return 0;
    }
    AUTO_BUF password;
    AUTO_BUF line;
    buf_init(&password, SMALL_FILE_MAX);
    buf_init(&line, SMALL_FILE_MAX);
    char hash[SEAL_PASSWORD_HASH_MAX];
    int r = first_password(first, make, &password);
    if (r == 0) {
        r = seal_password_hash(buf_str(&password), hash);
    }
    if (r == 0) {
        r = buf_printf(&line, "%s%s\n", prefix, hash);
    }
    if (r == 0) {
        r = fs_write_atomic(path, line.data, line.len, 0600);
    }
    if (r < 0) {
        return complain(path, "can't be written", r);
    }
    *ret_made = true;
    return 0;
}

static int
make_staff(const struct paths *p, bool *ret_made)
{
    int r = make_hash_file(p->staff, STAFF_NAME ":lead:", p->password, ctl_password_make, ret_made);
    return r < 0 ? r : make_hash_file(p->pin, "", p->first_pin, random_pin, ret_made);
}

/* A port that is free now, preferred if that is one of them; the descriptor keeps it until closed. */
static uint16_t
free_port(uint16_t preferred, int *ret_fd)
{
    uint16_t wanted[] = {preferred, 0};
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(wanted[i])};
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t len = sizeof(address);
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
            getsockname(fd, (struct sockaddr *)&address, &len) == 0) {
            *ret_fd = fd;
            return ntohs(address.sin_port);
        }
        if (fd >= 0) {
            (void)close(fd); /* never listened */
        }
    }
    *ret_fd = -1;
    return 0;
}

static void
add_settings(struct buf *text, unsigned intake, unsigned desk)
{
    static const char *const fixed[] = {
        "kiosk-number = 1",
        "queue = queue.db",
        "kiosk-cert = keys/kiosk.crt",
        "kiosk-key = keys/kiosk.key",
        "recipients = keys/recipients.pem",
        "check-in-key = keys/check-in.key",
        "city-ca = keys/city-ca.crt",
        "kiosk-ca = keys/kiosk-ca.crt",
        "kiosk-tls-cert = keys/kiosk-tls.crt",
        "kiosk-tls-key = keys/kiosk-tls.key",
        "intake-tls-cert = keys/intake-tls.crt",
        "intake-tls-key = keys/intake-tls.key",
        "receipt-cert = keys/receipt.crt",
        "receipt-key = keys/receipt.key",
        "ledger = ledger.db",
        "city-cert = keys/city.crt",
        "city-key = keys/city.key",
        "staff = staff",
        "staff-pin = staff-pin",
        "panel-px-per-m = 4030",
        "panel-width = 1920",
        "panel-height = 1080",
    };
    (void)buf_add_str(text, "# Settings of this machine, made by kioskctl init.\n"
                            "# Relative paths start in this folder.\n");
    for (size_t i = 0; i < ARRAY_LEN(fixed); i++) {
        (void)buf_printf(text, "%s\n", fixed[i]);
    }
    (void)buf_printf(text, "kiosk = %s\nintake-address = %s\ndesk-address = %s\n", KIOSK_NAME,
        LOOPBACK, LOOPBACK);
    (void)buf_printf(text, "intake-url = https://%s:%u\nintake-port = %u\ndesk-port = %u\n",
        LOOPBACK, intake, intake, desk);
}

static int
make_conf(const struct paths *p)
{
    int intake_fd;
    int desk_fd;
    unsigned intake = free_port(INTAKE_PORT, &intake_fd);
    unsigned desk = free_port(DESK_PORT, &desk_fd);
    int r = intake > 0 && desk > 0 ? 0 : KERR_IO;
    AUTO_BUF text;
    buf_init(&text, SMALL_FILE_MAX);
    if (r == 0) {
        add_settings(&text, intake, desk);
        r = buf_error(&text);
    }
    if (r == 0) {
        r = fs_write_atomic(p->conf, text.data, text.len, 0600);
    }
    if (intake_fd >= 0) {
        (void)close(intake_fd); /* never listened */
    }
    if (desk_fd >= 0) {
        (void)close(desk_fd); /* never listened */
    }
    return r < 0 ? complain(p->conf, "can't be written", r) : 0;
}

static int
make_parts(const struct paths *p)
{
    bool made = false;
    int r = make_keys(p, &made);
    if (r == 0) {
        r = make_queue(p, &made);
    }
    if (r == 0) {
        r = make_staff(p, &made);
    }
    if (r == 0 && p->settings == NULL) {
        r = make_conf(p);
        made = true;
    }
    if (r < 0) {
        return r;
    }
    (void)printf(made ? "%s: set up\n" : "%s: is set up already, nothing was changed\n", p->home);
    if (fs_exists(p->password)) {
        (void)printf("account \"%s\", its first password is in %s\n", STAFF_NAME, p->password);
    }
    if (fs_exists(p->first_pin)) {
        (void)printf("the terminal's staff PIN is in %s\n", p->first_pin);
    }
    return 0;
}

static int
set_up(struct paths *p)
{
    struct conf *settings = NULL;
    int line = 0;
    int r = fs_exists(p->conf) ? conf_load(p->conf, &settings, &line) : 0;
    if (r < 0) {
        (void)fprintf(
            stderr, "kioskctl init: %s: line %d can't be read (%s)\n", p->conf, line, err_str(r));
        return r;
    }
    p->settings = settings;
    r = make_parts(p);
    conf_free(settings);
    return r;
}

int
ctl_init(int argc, char **argv)
{
    (void)argv;
    if (argc != 1) {
        (void)fprintf(stderr, "usage: kioskctl init\n");
        return 2;
    }
    struct paths paths = {0};
    paths_init(&paths);
    int home = take_home(paths.home);
    int r = home >= 0 ? set_up(&paths) : KERR_IO;
    if (home >= 0) {
        (void)close(home); /* gives the lock back */
    }
    paths_release(&paths);
    return r < 0 ? 1 : 0;
}
