/* program/kiosk_desk.c - the desk. Without arguments it serves the staff's page until SIGTERM or
 * SIGINT; with --export json it writes the records to standard output and ends, with --print the forms of all that
 * is not done into a folder, with --hand-over what another system does not have yet. Settings come from $KIOSK_HOME/madoguchi.conf. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/conf.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/secret.h"
#include "desk/desk.h"
#include "ledger/ledger.h"
#include "live/live.h"

enum { PORT_DEFAULT = 8480, PORT_MAX = 65535 };
enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USE = 2 };

/* What both kinds of work need; everything is owned here. */
struct parts {
    struct conf *conf;
    char *ledger, *index, *staff, *pages, *live, *fonts, *statistics, *handover, *clients;
    struct seal_verifier *verifier;
    struct seal_opener *opener;
    struct desk_content *content;
    struct input_variants
        *variants; /* NULL when the table can't be read: no form is offered then */
    struct desk_kanji *kanji;
};

static void
parts_release(struct parts *parts)
{
    input_variants_close(parts->variants);
    desk_kanji_free(parts->kanji);
    desk_content_close(parts->content);
    seal_opener_free(parts->opener);
    seal_verifier_free(parts->verifier);
    free(parts->handover);
    free(parts->clients);
    free(parts->live);
    free(parts->statistics);
    free(parts->fonts);
    free(parts->pages);
    free(parts->staff);
    free(parts->index);
    free(parts->ledger);
    conf_free(parts->conf);
}

static int
load_keys(struct parts *parts)
{
    char *kiosk_ca = conf_path(parts->conf, "kiosk-ca", "keys/kiosk-ca.crt");
    char *cert = conf_path(parts->conf, "city-cert", "keys/city.crt");
    char *key = conf_path(parts->conf, "city-key", "keys/city.key");
    char *more = conf_path(parts->conf, "city-keys", "keys/city");
    int r = seal_verifier_new(kiosk_ca, &parts->verifier);
    if (r == 0) {
        r = seal_opener_new(cert, key, &parts->opener);
    }
    if (r == 0) {
        r = seal_opener_add_folder(parts->opener, more);
    }
    free(more);
    free(key);
    free(cert);
    free(kiosk_ca);
    return r;
}

static int
load_content(struct parts *parts)
{
    char *assets = conf_share(parts->conf, "assets");
    char *fonts = conf_share(parts->conf, "fonts");
    parts->pages = fs_join(assets, "desk");
    parts->handover = fs_join(assets, "handover");
    parts->fonts = fs_join(fonts, "paper.list");
    char *tables = conf_share(parts->conf, "tables");
    char *variants = fs_join(tables, "variants.table");
    int r = input_variants_open(variants, &parts->variants);
    if (r < 0) {
        LOG(LOG_ERROR, "table.variants", LOG_ERR(r));
    }
    r = desk_kanji_load(parts->pages, &parts->kanji);
    free(variants);
    free(tables);
    free(fonts);
    free(assets);
    return r < 0 ? r : desk_content_open(parts->conf, &parts->content);
}

static int
load(struct parts *parts, struct desk_config *ret_config)
{
    int r = conf_load_home(&parts->conf, NULL);
    if (r < 0) {
        return r;
    }
    parts->ledger =
        ledger_where(conf_str(parts->conf, "ledger", "ledger.db"), conf_folder(parts->conf));
    parts->index = conf_path(parts->conf, "desk-index", "desk-index");
    parts->staff = conf_path(parts->conf, "staff", "staff");
    parts->live = conf_path(parts->conf, "live", "live");
    parts->statistics = conf_path(parts->conf, "statistics", "statistics.csv");
    parts->clients = conf_path(parts->conf, "clients", "clients");
    r = load_keys(parts);
    if (r == 0) {
        r = load_content(parts);
    }
    *ret_config = (struct desk_config){
        .address = conf_str(parts->conf, "desk-address", "127.0.0.1"),
        .port = (uint16_t)conf_int(parts->conf, "desk-port", 0, PORT_MAX, PORT_DEFAULT),
        .public_name = conf_str(parts->conf, "desk-name", NULL),
        .ledger = parts->ledger,
        .index = parts->index,
        .staff = parts->staff,
        .pages = parts->pages,
        .fonts = parts->fonts,
        .live = parts->live,
        .statistics = parts->statistics,
        .access_days = (int)conf_int(
            parts->conf, "access-days", DESK_ACCESS_LEAST, DESK_RETAIN_MOST, DESK_ACCESS_DEFAULT),
        .retain_days = (int)conf_int(
            parts->conf, "retain-days", DESK_RETAIN_LEAST, DESK_RETAIN_MOST, DESK_RETAIN_DEFAULT),
        .handover = parts->handover,
        .clients = parts->clients,
        .substitute = strcmp(conf_str(parts->conf, "handover-substitute", "no"), "yes") == 0,
        .verifier = parts->verifier,
        .opener = parts->opener,
        .words = r == 0 ? desk_content_words(parts->content) : NULL,
        .procedures = r == 0 ? desk_content_procedures(parts->content) : NULL,
        .content = parts->content,
        .variants = parts->variants,
        .kanji = parts->kanji,
        .clock = clock_system(),
    };
    return r;
}

static int
serve(const struct desk_config *config)
{
    struct desk *desk = NULL;
    sigset_t ends;
    int signal_number = 0;
    /* Blocked before the listener's thread begins, so that it inherits that and we alone get them */
    (void)sigemptyset(&ends);
    (void)sigaddset(&ends, SIGTERM);
    (void)sigaddset(&ends, SIGINT);
    (void)pthread_sigmask(SIG_BLOCK, &ends, NULL);
    (void)signal(SIGPIPE, SIG_IGN); /* a browser that went away is an error code, not our end */
    int r = desk_start(config, &desk);
    if (r < 0) {
        return r;
    }
    LOG(LOG_INFO, "desk.ready", LOG_INT("port", desk_port(desk)));
    (void)sigwait(&ends, &signal_number);
    desk_stop(desk);
    LOG(LOG_INFO, "desk.end", LOG_INT("signal", signal_number));
    return 0;
}

static int
print_all(const struct desk_config *config, const char *folder)
{
    size_t count = 0;
    int r = desk_print(config, folder, &count);
    (void)printf("%zu\n", count);
    return r;
}

/* What is to go by rule goes. Not in the dark: what stayed, and why, is said. */
static int
retain(const struct desk_config *config, bool clock_is_right)
{
    struct desk_retained retained;
    int r = desk_retain(config, clock_is_right, &retained);
    (void)printf("%" PRIu64 " deleted, %" PRIu64 " kept by a longer rule\n", retained.deleted,
        retained.kept);
    if (r == KERR_STATE) {
        (void)fputs("kiosk-desk: nothing is deleted: the rule did not run for more than a week, or "
                    "no terminal told"
                    " its time. Look at the clock, then: kiosk-desk --retain --clock-is-right\n",
            stderr);
    }
    return r;
}

static int
hand_over(const struct desk_config *config, char **argv)
{
    size_t count = 0;
    int r = desk_note_access(config, "hand-over");
    r = r == 0 ? desk_hand_over(config, argv[2], argv[3], &count) : r;
    (void)printf("%zu\n", count);
    return r;
}

static int
verify_access(const struct desk_config *config)
{
    uint64_t lines, line;
    int r = desk_verify_access(config, &lines, &line);
    if (r == 0) {
        (void)printf("%" PRIu64 " lines, all is well\n", lines);
    } else if (r == KERR_STORE_CORRUPT) {
        (void)printf(
            "line %" PRIu64 " does not follow the one before: somebody changed the log\n", line);
    }
    return r;
}

static int
export_answers(const struct desk_config *config)
{
    const struct desk_answers_room room = {.rows = LIVE_ROWS_MAX, .bytes = LIVE_BYTES_MAX};
    size_t left_out;
    int r = desk_export_answers(config, &room, stdout, &left_out);
    if (left_out > 0) {
        LOG(LOG_WARN, "answers.left-out", LOG_INT("count", (int64_t)left_out));
    }
    return r;
}

/* What reads all records at once stands in the log of access before it is done. */
static int
run_once(const struct desk_config *config, const char *what, const char *detail)
{
    if (strcmp(what, "--print") == 0) {
        int r = desk_note_access(config, "print-all");
        return r == 0 ? print_all(config, detail) : r;
    }
    if (strcmp(detail, "statistics") == 0) {
        return desk_export_statistics(config, stdout);
    }
    bool answers = strcmp(detail, "answers") == 0;
    int r = desk_note_access(config, answers ? "export-answers" : "export-json");
    return r < 0 ? r : answers ? export_answers(config) : desk_export_json(config, stdout);
}

int
main(int argc, char **argv)
{
    secret_harden_process();
    bool export = argc == 3 && strcmp(argv[1], "--export") == 0 &&
                  (strcmp(argv[2], "json") == 0 || strcmp(argv[2], "answers") == 0 ||
                      strcmp(argv[2], "statistics") == 0);
    bool paper = argc == 3 && strcmp(argv[1], "--print") == 0;
    bool clock_is_right = argc == 3 && strcmp(argv[2], "--clock-is-right") == 0;
    bool retains = (argc == 2 || clock_is_right) && strcmp(argv[1], "--retain") == 0;
    bool hand = argc == 4 && strcmp(argv[1], "--hand-over") == 0;
    bool verifies = argc == 2 && strcmp(argv[1], "--verify-access") == 0;
    if (argc != 1 && !export && !paper && !retains && !hand && !verifies) {
        (void)fputs(
            "use: kiosk-desk [--export json|answers|statistics] [--print FOLDER]"
            " [--hand-over CLIENT FOLDER] [--retain [--clock-is-right]] [--verify-access]\n",
            stderr);
        return EXIT_USE;
    }
    struct parts parts = {0};
    struct desk_config config;
    int r = load(&parts, &config);
    if (r == 0) {
        r = verifies          ? verify_access(&config)
            : retains         ? retain(&config, clock_is_right)
            : hand            ? hand_over(&config, argv)
            : export || paper ? run_once(&config, argv[1], argv[2])
                              : serve(&config);
    }
    if (r < 0) {
        LOG(LOG_ERROR, "desk.failed", LOG_ERR(r));
    }
    parts_release(&parts);
    return r == 0 ? EXIT_DONE : EXIT_FAILED;
}
