/* program/ctl.h - the subcommands of kioskctl, one file each. They get the arguments after
 * "kioskctl"; argv[0] is the subcommand's own name. The result is the exit code: 0 done, 1 it found
 * something wrong, 2 wrong use. They may print English: they speak to operators. */
#ifndef PROGRAM_CTL_H
#define PROGRAM_CTL_H

int ctl_init(int argc, char **argv); /* make a one-machine set-up in $KIOSK_HOME */
int ctl_keys(int argc, char **argv); /* the city's list of sealing keys */
int ctl_enrol(int argc, char **argv); /* a terminal's certificates: token, request, sign, install */
int ctl_revoke(int argc, char **argv); /* terminals that are not listened to any more */
int ctl_open(int argc, char **argv); /* one sealed record, opened by hand */
int ctl_card(int argc, char **argv); /* insert, remove, list: the virtual reader's sample cards */
int ctl_check(int argc, char **argv); /* content files and catalogs */
int ctl_extract(int argc, char **argv); /* the content's words as a .pot */
int ctl_new(int argc, char **argv); /* a definition file to start from */
int ctl_preview(int argc, char **argv); /* the kiosk, opened at one service */
int ctl_pre_entry(int argc, char **argv); /* pages on which people answer at home */
int ctl_import(int argc, char **argv); /* a definition file from a spreadsheet */
int ctl_fleet(int argc, char **argv); /* gaps and conflicts of the ledger's kiosks */
int ctl_status(int argc, char **argv); /* queue counts for a person */
int ctl_usb(int argc, char **argv); /* records and receipts on a stick */
int ctl_qr(int argc, char **argv); /* records that were shown as codes */
int ctl_bundle(int argc, char **argv); /* what goes down to terminals, signed */
int ctl_audit(int argc, char **argv); /* the queue's chain of events against its signed points */
/* A password by chance: three groups of four letters and digits that can't be mistaken. ctl_init.c */
enum { CTL_PASSWORD_LEN = 15 };
void ctl_password_make(char out[CTL_PASSWORD_LEN]);
int ctl_staff(int argc, char **argv); /* who may log in at the desk */
int ctl_client(int argc, char **argv); /* systems to which the desk hands records over */
int ctl_live(int argc, char **argv); /* files of live data */
int ctl_table(int argc, char **argv); /* tables of postal codes and kanji forms */

#endif
