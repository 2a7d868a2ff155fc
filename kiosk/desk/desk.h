/* desk/desk.h - the staff's page: lists records as they arrive, opens one, marks it done, decides who gets a slot; and the
 * export for other systems. The only running program that holds the private key. */
#ifndef DESK_DESK_H
#define DESK_DESK_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/conf.h"
#include "i18n/i18n.h"
#include "input/input.h"
#include "procedure/procedure.h"
#include "seal/seal.h"

/* Which kanji a search takes for one, and which are the same character in other forms: FOLDER/kanji.txt. KERR_NOT_FOUND,
 * KERR_INVALID (not UTF-8, a kanji in two places). */
struct desk_kanji;
int desk_kanji_load(const char *folder, struct desk_kanji **ret_kanji);
void desk_kanji_free(struct desk_kanji *kanji); /* NULL is accepted */

/* Services, forms and words as the terminals have them: of the newest content bundle that came down to this machine (setting
 * bundles), of the one before when that can't be read, else what was shipped; the desk's own pages are always the program's. conf is
 * borrowed. KERR_NOT_FOUND, KERR_INVALID. */
struct desk_content;
int desk_content_open(const struct conf *conf, struct desk_content **ret_content);
void desk_content_close(struct desk_content *content); /* after desk_stop; NULL is accepted */
struct i18n *desk_content_words(const struct desk_content *content);
const struct procedure_set *desk_content_procedures(const struct desk_content *content);

struct desk_config {
    const char *address; /* numeric */
    uint16_t port; /* 0: any; ask desk_port */
    const char *public_name; /* host[:port] of a TLS proxy before the page; NULL: none. Requests
                              * for it get Secure cookies */
    const char *ledger;
    const char
        *index; /* file of what can be searched, for the desk's key alone; NULL: in memory only */
    const char *staff; /* file of "name:role:hash" lines (seal_password_hash); staff.c */
    const char *pages; /* folder of the page's files: assets/desk */
    const char *fonts; /* the list of fonts for paper: fonts/paper.list */
    int access_days; /* DESK_ACCESS_LEAST..DESK_RETAIN_MOST: how long it is kept who looked at what */
    const char *statistics; /* the file that --export statistics wrote; it need not be there */
    int retain_days; /* DESK_RETAIN_LEAST..DESK_RETAIN_MOST: personal data go so long after "done" */
    const char *live; /* folder with the lists of free places (live/live.h); it need not be there */
    const char *handover; /* folder of assets/handover */
    const char *clients; /* file of the systems that get records; it need not be there */
    bool substitute; /* tables in CP932 have what the city's table says for what does not fit */
    const struct seal_verifier *verifier; /* borrowed */
    const struct seal_opener *opener; /* borrowed */
    const struct input_variants
        *variants; /* borrowed; forms of characters, NULL: none are offered */
    const struct desk_kanji *kanji; /* borrowed; NULL: no character is another's form */
    struct i18n *words; /* borrowed; the page's words, in Japanese */
    const struct procedure_set *procedures; /* borrowed; labels of facts and answers */
    /* Borrowed; where the two above are from. A running desk takes another bundle's from it between two requests, then it frees those of
     * before; NULL: they stay. */
    struct desk_content *content;
    const struct clock *clock; /* borrowed */
};

struct desk;

/* Listens in a thread of its own, which from then on is the only one to use words (gettext) and the
 * ledger; the texts of config are copied. KERR_NOT_FOUND (staff file, pages), KERR_INVALID (pages, or
 * an address that is none), KERR_STORE, KERR_NET (the port is taken), KERR_UI_FONT. */
int desk_start(const struct desk_config *config, struct desk **ret_desk);
/* Ends all sessions and connections, wipes; well under two seconds. NULL is accepted. */
void desk_stop(struct desk *desk);
uint16_t desk_port(const struct desk *desk);

/* One JSON object a line, oldest first: number, procedure, kiosk, language, received_at, state,
 * facts {key: value}, own {key: value}. A record that can't be opened gives a line with state "unread" and no facts;
 * returns KERR_SEAL_OPEN after all lines when there was one, KERR_STORE, KERR_IO. */
int desk_export_json(const struct desk_config *config, FILE *out);

/* The filled forms of every record that is not done yet as folder/NUMBER-ID.pdf, its guide slip as folder/NUMBER-ID-slip.pdf (ID: the first eight digits); a file
 * that is there is written anew. The folder
 * must be there. *ret_count: how many files. Returns as desk_export_json does; also KERR_UI_FONT, and after all others KERR_TOO_BIG when the paper of one is too long. */
int desk_print(const struct desk_config *config, const char *folder, size_t *ret_count);

/* What visitors may ask for with their number: live data of the form answers (kiosk/live/live.h), newest first. A record whose
 * slot was decided is "booked" or "taken", with the slot; any other that is done is "done", the rest "asked". No name, no
 * answer of anybody. Errors as above; of two records with one number the newer one counts.
 *
 * Terminals read so many rows and bytes and refuse a larger file whole (LIVE_ROWS_MAX, LIVE_BYTES_MAX). Beyond that the oldest
 * of those that are done are left out, then of those that were asked, then of all: *ret_left_out. */
struct desk_answers_room {
    size_t rows, bytes;
};
int desk_export_answers(const struct desk_config *config, const struct desk_answers_room *room,
    FILE *out, size_t *ret_left_out);

/* Adds to that log what a program of ours did to many records, as "kiosk-desk". KERR_STORE, KERR_BUSY. */
int desk_note_access(const struct desk_config *config, const char *act);
/* Whether the log of who looked at what is whole: how many lines there are, and the last good one, or with
 * KERR_STORE_CORRUPT the first that does not follow. */
int desk_verify_access(const struct desk_config *config, uint64_t *ret_lines, uint64_t *ret_line);

/* Figures without persons of every month that is over, as CSV (UTF-8 with BOM, CRLF): records that are there and records that went.
 * Every count is rounded to a multiple of five. KERR_BUSY when records went while they were counted, three times. */
int desk_export_statistics(const struct desk_config *config, FILE *out);

/* Deletes what is to go by rule: records that are "done" for retain_days, or for the legal period that their service's file
 * names (keep-days) when that is longer, and whose slots have passed by as much. A line of proof and counts stay
 * (ledger/ledger.h). Records that can't be opened stay for the longest period of all.
 *
 * The clock is believed no further than a day past what two of the terminals' own clocks say (the only one's, when there is but one);
 * and when the rule did not run for more than a week nothing goes until somebody says that the clock is right: KERR_STATE, also when no
 * terminal ever told its time. Each run is told in the ledger. Also KERR_STORE, KERR_BUSY. */
enum { DESK_ACCESS_LEAST = 365, DESK_ACCESS_DEFAULT = 3 * 365 };
enum { DESK_RETAIN_LEAST = 30, DESK_RETAIN_DEFAULT = 90, DESK_RETAIN_MOST = 36500 };
struct desk_retained {
    uint64_t deleted;
    uint64_t kept; /* done for retain_days, and kept by a longer rule */
};
int desk_retain(
    const struct desk_config *config, bool clock_is_right, struct desk_retained *ret_retained);

/* Writes what a system (a line of the file of clients with the right "file") does not have yet into the folder, a batch a folder:
 * folder/CLIENT-000001/PROCEDURE.csv and so on (kiosk/desk/README.md). A batch is there whole or not at all; what an earlier run
 * began is ended first. *ret_count: how many were written. KERR_NOT_FOUND (no such client, or folder), KERR_BUSY (another run is at
 * it), KERR_INVALID, KERR_STORE, KERR_IO, KERR_NO_SPACE, KERR_SEAL_OPEN. */
int desk_hand_over(
    const struct desk_config *config, const char *client, const char *folder, size_t *ret_count);

/* The staff file, for the operators' tool. role: "clerk", "lead", "operator"; hash: seal_password_hash's. Whoever is logged in under a
 * line that changes or goes is asked to log in again. KERR_EXISTS: the name is there; KERR_INVALID: name (1 to 63 bytes, no colon, no
 * control character, no "#" in front) or role, or a link has the file's name, which root must not follow; KERR_IO, KERR_NO_SPACE. */
int desk_staff_add(const char *path, const char *name, const char *role, const char *hash);
/* Another hash for a name that is there, its role stays. KERR_NOT_FOUND; as above. */
int desk_staff_renew(const char *path, const char *name, const char *hash);
int desk_staff_remove(const char *path, const char *name); /* KERR_NOT_FOUND; as above */
/* name, role; a tab between. KERR_NOT_FOUND, KERR_IO. */
int desk_staff_list(const char *path, FILE *out);

/* The file of systems that get records, a line each: name:key's SHA-256 or -:questions a minute:rights:states:procedures. */
struct desk_client_terms {
    const char *name; /* a-z 0-9 - */
    const char *rights; /* of read, mark, file, cp932, page; commas between */
    int rate; /* 0..6000 questions a minute */
    const char *states; /* of records, commas between */
    const char *procedures; /* the same; "*" all */
};
enum { DESK_KEY_LEN = 69 }; /* "mdg_", 64 digits, NUL */
/* Adds a line. ret_key: the key of one that may read or mark, told this once; else "". KERR_EXISTS: the name is or was somebody's;
 * KERR_INVALID: the terms, or a line that is there, or a link (as above); KERR_IO, KERR_NO_SPACE. */
int desk_client_add(
    const char *path, const struct desk_client_terms *terms, char ret_key[DESK_KEY_LEN]);
/* From now on its key opens nothing; the name stays taken. KERR_NOT_FOUND, KERR_INVALID, KERR_IO, KERR_NO_SPACE. */
int desk_client_revoke(const char *path, const char *name);
/* name, rights, rate, states, procedures; a tab between. KERR_NOT_FOUND, KERR_INVALID, KERR_IO. */
int desk_client_list(const char *path, FILE *out);

/* What is wrong with the files of assets/handover, for kioskctl check: file, line (0: whole file), why, the text in question. */
typedef void desk_report(
    const char *file, int line, const char *reason, const char *detail, void *ctx);
void desk_fields_check(
    const char *path, const struct procedure_set *set, desk_report *report, void *ctx);
void desk_substitutes_check(const char *path, desk_report *report, void *ctx);

#endif
