/* program/kioskctl.c - the operators' and developers' tool: finds the subcommand and hands over. */
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "base/secret.h"
#include "program/ctl.h"

static const struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *what;
} commands[] = {
    {"init", ctl_init, "make a one-machine set-up in $KIOSK_HOME"},
    {"status", ctl_status, "what waits in the queue, what was sent"},
    {"audit", ctl_audit, "was the record of what happened to the queue changed: audit verify"},
    {"fleet", ctl_fleet, "what came to the ledger from each kiosk, and what is missing"},
    {"usb", ctl_usb,
        "records to a stick, into the ledger, receipts back; bundles: export, import, ..."},
    {"qr", ctl_qr, "records that terminals showed as codes into the ledger: import [FILE]"},
    {"bundle", ctl_bundle, "what goes down to terminals: make content, keys, live, answers"},
    {"keys", ctl_keys, "the city's sealing keys: in use, next; take a list of them"},
    {"enrol", ctl_enrol,
        "a terminal's certificates: token and sign at the city, request and install here"},
    {"revoke", ctl_revoke, "terminals that the city listens to no more: KIOSK, lift KIOSK"},
    {"open", ctl_open, "open one sealed record with the city's keys, or with the recovery key"},
    {"card", ctl_card, "sample cards of the virtual reader: insert NAME, remove, list"},
    {"check", ctl_check, "check procedures and catalogs"},
    {"extract", ctl_extract, "write the content's words as a .pot"},
    {"new", ctl_new, "make a definition file to start from: new procedure ID DOOR"},
    {"preview", ctl_preview, "open the kiosk at one service, to look at it"},
    {"pre-entry", ctl_pre_entry, "pages on which people answer at home: ASSETS OUT; key"},
    {"import", ctl_import, "make a definition file from a spreadsheet (XLSForm, .xlsx or .csv)"},
    {"staff", ctl_staff, "who may log in at the desk: add, password, remove NAME, list"},
    {"client", ctl_client, "systems that get records: add NAME, revoke NAME, list"},
    {"live", ctl_live, "what comes with the sync: check files, make the sample city's"},
    {"table", ctl_table, "make the tables of postal codes and of kanji forms"},
};

static void
print_usage(FILE *out)
{
    (void)fprintf(out, "usage: kioskctl COMMAND [ARGUMENTS]\n\n"); /* nobody to tell a failure */
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        (void)fprintf(out, "  %-9s %s\n", commands[i].name, commands[i].what);
    }
    (void)fprintf(out, "  %-9s %s\n", "help", "this list");
}

int
main(int argc, char **argv)
{
    secret_harden_process();
    if (argc < 2) {
        print_usage(stderr);
        return 2;
    }
    if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0) {
        print_usage(stdout);
        return 0;
    }
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        if (strcmp(argv[1], commands[i].name) == 0) {
            return commands[i].run(argc - 1, argv + 1);
        }
    }
    (void)fprintf(stderr, "kioskctl: no command \"%s\"\n\n", argv[1]);
    print_usage(stderr);
    return 2;
}
