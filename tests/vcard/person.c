/* vcard/person.c - who a virtual card belongs to: the sample files, and the words for modes and
 * faults that a sample file and the command line share. */
#include "vcard.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/utf8.h"

void
vcard_person_published(struct vcard_person *ret_person)
{
    /* Synthetic person of a JPKI test card, cards 1.7; the number is that card's, cards 1.8. */
    *ret_person = (struct vcard_person){
        .name = "黒桐　幹也",
        .address = "東京都清瀬市観布子南１２－７－２０２",
        .birth = "19800217",
        .sex = "1",
        .pin = "1234",
        .number = "537686677188",
        .number_b = "55021720352285",
        .expiry = "20350217",
        .serial = "400000012719843",
        .tries = VCARD_PIN_TRIES,
        .login_tries = VCARD_PIN_TRIES,
        .sign_tries = VCARD_SIGN_TRIES,
        .register_tries = VCARD_PIN_TRIES,
    };
}

char
vcard_number_check_digit(const char digits[11])
{
    /* Digits counted from the right, n = 1..11: weight n+1 up to 6, n-5 from 7 (cards 1.8). */
    int sum = 0;
    for (int n = 1; n <= 11; n++) {
        sum += (digits[11 - n] - '0') * (n <= 6 ? n + 1 : n - 5);
    }
    int rest = sum % 11;
    return (char)('0' + (rest <= 1 ? 0 : 11 - rest));
}

static bool
digits_only(const char *text, size_t len)
{
    return strlen(text) == len && strspn(text, "0123456789") == len;
}

static int
copy_text(const struct conf *conf, const char *key, char *out, size_t cap)
{
    const char *value = conf_str(conf, key, NULL);
    if (value == NULL || strlen(value) >= cap || !utf8_valid(value, strlen(value))) {
        return KERR_INVALID;
    }
    memcpy(out, value, strlen(value) + 1);
    return 0;
}

static int
copy_digits(const struct conf *conf, const char *key, char *out, size_t len)
{
    const char *value = conf_str(conf, key, "");
    if (!digits_only(value, len)) {
        return KERR_INVALID;
    }
    memcpy(out, value, len + 1);
    return 0;
}

/* Without one of its own, a card's number ends as its 照合番号B does. */
static int
copy_serial(const struct conf *conf, struct vcard_person *person)
{
    if (conf_str(conf, "serial", NULL) != NULL) {
        return copy_digits(conf, "serial", person->serial, 15);
    }
    (void)snprintf(person->serial, sizeof(person->serial), "40000%.10s", person->number_b + 4);
    return 0;
}

/* The certificate beside the sample file; a card without that word has none. */
static int
copy_certificate(const struct conf *conf, struct vcard_person *person)
{
    char *path = conf_path(conf, "certificate", NULL);
    if (path == NULL) {
        return 0;
    }
    AUTO_BUF file;
    buf_init(&file, VCARD_CERTIFICATE_MAX);
    int r = fs_read(path, &file);
    free(path);
    if (r < 0 || file.len == 0) {
        return KERR_INVALID;
    }
    memcpy(person->certificate, file.data, file.len);
    person->certificate_len = file.len;
    return 0;
}

static int
tries_of(const struct conf *conf, const char *key, int full)
{
    return conf_str(conf, key, NULL) == NULL ? full : (int)conf_int(conf, key, 0, full, -1);
}

static int
layout_of(const char *words, unsigned *ret_layout)
{
    static const struct {
        const char *word;
        unsigned flag;
    } table[] = {
        {"non-minimal", VCARD_LAYOUT_NON_MINIMAL},
        {"wrong-offsets", VCARD_LAYOUT_WRONG_OFFSETS},
        {"no-filler", VCARD_LAYOUT_NO_FILLER},
    };
    unsigned layout = 0;
    while (*words != 0) {
        size_t len = strcspn(words, " ");
        size_t i = 0;
        while (i < ARRAY_LEN(table) &&
               (strlen(table[i].word) != len || strncmp(table[i].word, words, len) != 0)) {
            i++;
        }
        if (i == ARRAY_LEN(table)) {
            return KERR_INVALID;
        }
        layout |= table[i].flag;
        words += len + strspn(words + len, " ");
    }
    *ret_layout = layout;
    return 0;
}

int
vcard_person_load(const char *path, struct vcard_person *ret_person)
{
    struct conf *conf = NULL;
    int r = conf_load(path, &conf, NULL);
    if (r < 0) {
        return r;
    }
    struct vcard_person person = {.tries = (int)conf_int(conf, "tries", 0, VCARD_PIN_TRIES, -1),
        .login_tries = tries_of(conf, "login-tries", VCARD_PIN_TRIES),
        .sign_tries = tries_of(conf, "sign-tries", VCARD_SIGN_TRIES),
        .register_tries = tries_of(conf, "register-tries", VCARD_PIN_TRIES),
        .no_signature = strcmp(conf_str(conf, "signature", "yes"), "no") == 0};
    bool bad = copy_text(conf, "name", person.name, sizeof(person.name)) < 0 ||
               copy_text(conf, "address", person.address, sizeof(person.address)) < 0 ||
               copy_digits(conf, "birth", person.birth, 8) < 0 ||
               copy_digits(conf, "sex", person.sex, 1) < 0 ||
               copy_digits(conf, "pin", person.pin, 4) < 0 ||
               copy_digits(conf, "number", person.number, 12) < 0 ||
               copy_digits(conf, "number-b", person.number_b, 14) < 0 ||
               copy_digits(conf, "expiry", person.expiry, 8) < 0 ||
               copy_serial(conf, &person) < 0 || copy_certificate(conf, &person) < 0 ||
               layout_of(conf_str(conf, "layout", ""), &person.layout) < 0 || person.tries < 0 ||
               person.login_tries < 0 || person.sign_tries < 0 || person.register_tries < 0 ||
               vcard_number_check_digit(person.number) != person.number[11];
    conf_free(conf);
    if (bad) {
        return KERR_INVALID;
    }
    *ret_person = person;
    return 0;
}

/* "K" or "K:N" behind the equals sign of a fault. */
static int
fault_numbers(const char *text, bool wants_arg, struct vcard_fault *fault)
{
    char *end;
    if (!isdigit((unsigned char)*text)) {
        return KERR_INVALID;
    }
    unsigned long at = strtoul(text, &end, 10);
    unsigned long arg = 0;
    if (wants_arg) {
        if (*end != ':' || !isxdigit((unsigned char)end[1])) {
            return KERR_INVALID;
        }
        arg = strtoul(end + 1, &end, fault->kind == VCARD_FAULT_STATUS ? 16 : 10);
    }
    if (*end != 0 || at == 0 || at > 100000 || arg > 1000000) {
        return KERR_INVALID;
    }
    fault->at = (unsigned)at;
    fault->arg = (unsigned)arg;
    return 0;
}

static int
add_fault(struct vcard_config *config, const char *word)
{
    static const struct {
        const char *word;
        enum vcard_fault_kind kind;
        bool wants_arg;
    } table[] = {
        {"remove-after=", VCARD_FAULT_REMOVE_AFTER, false},
        {"remove-at=", VCARD_FAULT_REMOVE_AT, false},
        {"lost-at=", VCARD_FAULT_LOST_AT, false},
        {"silent-at=", VCARD_FAULT_SILENT_AT, false},
        {"delay=", VCARD_FAULT_DELAY, true},
        {"truncate=", VCARD_FAULT_TRUNCATE, true},
        {"status=", VCARD_FAULT_STATUS, true},
        {"swap-after=", VCARD_FAULT_SWAP_AFTER, false},
        {"endless-61=", VCARD_FAULT_ENDLESS_61, false},
        {"random=", VCARD_FAULT_RANDOM, true},
    };
    static_assert(ARRAY_LEN(table) == VCARD_FAULT_COUNT, "every fault has a word");
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        size_t len = strlen(table[i].word);
        if (strncmp(word, table[i].word, len) != 0) {
            continue;
        }
        struct vcard_fault fault = {.kind = table[i].kind};
        if (config->fault_count >= VCARD_FAULTS_MAX ||
            fault_numbers(word + len, table[i].wants_arg, &fault) < 0) {
            return KERR_INVALID;
        }
        config->faults[config->fault_count++] = fault;
        return 0;
    }
    return KERR_INVALID;
}

int
vcard_config_mode(struct vcard_config *config, const char *word)
{
    static const struct {
        const char *word;
        unsigned mode;
        unsigned layout;
        enum vcard_kind kind;
    } table[] = {
        {"first-6f00", VCARD_MODE_FIRST_6F00, 0, VCARD_KIND_MY_NUMBER},
        {"always-6f00", VCARD_MODE_ALWAYS_6F00, 0, VCARD_KIND_MY_NUMBER},
        {"no-extended", VCARD_MODE_NO_EXTENDED, 0, VCARD_KIND_MY_NUMBER},
        {"reset-clears", VCARD_MODE_RESET_CLEARS, 0, VCARD_KIND_MY_NUMBER},
        {"query-counts", VCARD_MODE_QUERY_COUNTS, 0, VCARD_KIND_MY_NUMBER},
        {"power-keeps", VCARD_MODE_POWER_KEEPS, 0, VCARD_KIND_MY_NUMBER},
        {"too-much", VCARD_MODE_TOO_MUCH, 0, VCARD_KIND_MY_NUMBER},
        {"drip", VCARD_MODE_DRIP, 0, VCARD_KIND_MY_NUMBER},
        {"non-minimal", 0, VCARD_LAYOUT_NON_MINIMAL, VCARD_KIND_MY_NUMBER},
        {"wrong-offsets", 0, VCARD_LAYOUT_WRONG_OFFSETS, VCARD_KIND_MY_NUMBER},
        {"no-filler", 0, VCARD_LAYOUT_NO_FILLER, VCARD_KIND_MY_NUMBER},
        {"licence", 0, 0, VCARD_KIND_LICENCE},
        {"unknown", 0, 0, VCARD_KIND_UNKNOWN},
    };
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        if (strcmp(word, table[i].word) == 0) {
            config->modes |= table[i].mode;
            config->person.layout |= table[i].layout;
            if (table[i].kind != VCARD_KIND_MY_NUMBER) {
                config->kind = table[i].kind;
            }
            return 0;
        }
    }
    return add_fault(config, word);
}
