/* procedure/procedure.h - services as data: definition files, their checks, the expression language,
 * and the interview that leads through one of them. Vocabulary follows XLSForm (type, label, hint,
 * required, relevant, constraint, choices, repeat). Knows no words beyond what the files say (source
 * strings with a context for the catalogs), no screens, no storage. The format is in assets/README.md.
 *
 * Threads: a loaded set is immutable and may be read from any thread; an interview belongs to one. */
#ifndef PROCEDURE_PROCEDURE_H
#define PROCEDURE_PROCEDURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/rng.h"
#include "record/record.h"

enum {
    PROCEDURE_CONTEXT_MAX = 192,
    PROCEDURE_VALUE_MAX = 48, /* bytes of an id with NUL */
    PROCEDURE_ANSWER_MAX = 3000 /* bytes; a signature's strokes are the longest */
};

struct procedure_set;
struct procedure;

/* A mistake in a file, for a clerk to mend: file as given, line and column from 1 (0: whole file). */
struct procedure_mistake {
    const char *file;
    int line, column;
    const char *reason; /* English, one sentence, with a suggestion where there is one */
};
typedef void procedure_report(const struct procedure_mistake *mistake, void *ctx);

/* Loads assets/dictionary, assets/city, assets/procedures and assets/forms. Every mistake is reported (report
 * may be NULL); a set with any mistake is not given: KERR_PROCEDURE_FILE. KERR_NOT_FOUND without a folder. */
int procedure_load(
    const char *assets, procedure_report *report, void *ctx, struct procedure_set **ret_set);
void procedure_set_free(struct procedure_set *set);
size_t procedure_count(const struct procedure_set *set);
const struct procedure *procedure_at(
    const struct procedure_set *set, size_t index); /* sorted by id */
const struct procedure *procedure_find(
    const struct procedure_set *set, const char *id); /* or NULL */

/* A string of a file: the Japanese source and the context under which catalogs translate it. */
struct procedure_words {
    const char *context; /* "resident-record/purpose/label" */
    const char *source; /* NULL when the file has none */
};

enum procedure_kind {
    PROCEDURE_APPLY, /* questions, then a record in the queue */
    PROCEDURE_GUIDE, /* questions, then results: which procedures, what to bring, which counter */
    PROCEDURE_BOOK, /* a request for a slot */
    PROCEDURE_CHECK_IN, /* somebody is here */
    PROCEDURE_REPORT, /* a place and what is the matter there */
    PROCEDURE_ASK, /* a survey */
    PROCEDURE_SELF, /* a self-check: a result on the screen, nothing kept */
    PROCEDURE_KIND_COUNT
};
const char *procedure_kind_name(enum procedure_kind kind); /* "apply", "check-in" ... */

/* Told beside the way: one could also get it elsewhere. */
struct procedure_also {
    struct procedure_words say;
    const char *page; /* information page that tells more, or NULL */
};

/* What the explanation page shows. Plain value; points into the set. */
struct procedure_info {
    const char *id;
    enum procedure_kind kind;
    bool anonymous; /* no person, no card, no fact of the visit in its record */
    bool keeps; /* its end is a record; false: results on the screen and nothing else */
    bool hidden; /* at no door: only included in others, or a result */
    const char *in_force; /* YYYY-MM-DD */
    const char *until; /* last day in force, or NULL */
    const char *follows; /* law or rule it comes from */
    const char *picture; /* pictogram name */
    struct procedure_words title, about;
    int minutes; /* about how long; without what may be included */
    int keep_days; /* legal period for which its records are kept after they are done; 0: the city's general one */
    size_t bring_count;
    const struct procedure_words *bring; /* things to bring, those of a condition too */
    size_t also_count;
    const struct procedure_also *also; /* where else it can be had, whatever their conditions */
    const char *counter_id; /* key of city/counters.yaml, or NULL */
    struct procedure_words counter; /* where one is served afterwards; source NULL without */
    struct procedure_words counter_hours; /* when it is open */
    bool card; /* a My Number card can fill answers */
    bool looks; /* begins with what a card tells without a PIN: facts card.expires, ... */
    bool has_fee;
    struct procedure_words fee_note; /* how the fee comes about, for the explanation page */
    /* SELF: the name of live data (answers to requests, balances) of which the entry under the first answer is
     * shown at the end; or NULL */
    const char *live;
    size_t next_count;
    const struct procedure_words *next; /* what happens after submitting, in order */
};
struct procedure_info procedure_info(const struct procedure *procedure);
/* True from its in-force day to its last one, in Japan's calendar. Others are not offered: not at a door (the screens
 * look), not together with another, not as a result (this room looks). */
bool procedure_in_force(const struct procedure *procedure, const struct clock *clock);

/* Reports procedures whose last day has passed; gives how many. For kioskctl check: a city hears of it before its
 * visitors do. */
size_t procedure_check_dates(const struct procedure_set *set, const struct clock *clock,
    procedure_report *report, void *ctx);

/* A door of the home screen: what the city offers, a folder of procedures and information pages. What
 * stands at no door isn't offered. Points into the set. */
struct procedure_held {
    bool page; /* an information page; else a procedure */
    const char *id;
};
struct procedure_door {
    const char *id;
    struct procedure_words title, about;
    const char *picture;
    size_t hold_count;
    const struct procedure_held *holds;
};
enum { PROCEDURE_DOORS_MAX = 8, PROCEDURE_HOLDS_MAX = 32 };
size_t procedure_door_count(const struct procedure_set *set);
struct procedure_door procedure_door_at(const struct procedure_set *set, size_t index);
/* The guide for whoever doesn't know which door: a procedure's id, or NULL. */
const char *procedure_unsure(const struct procedure_set *set);

enum question_type {
    QUESTION_TEXT, /* anything written: names, addresses */
    QUESTION_KANA, /* katakana or hiragana; kept as katakana */
    QUESTION_NUMBER, /* whole number */
    QUESTION_DATE, /* YYYY-MM-DD */
    QUESTION_CHOICE,
    QUESTION_SEVERAL,
    QUESTION_YES_NO, /* "yes" / "no" */
    QUESTION_MONEY, /* whole yen */
    QUESTION_TIME, /* HH:MM, 00:00 to 23:59 */
    QUESTION_PICK, /* one entry of a long list, found by name or reading: its id */
    QUESTION_SLOT, /* a free time of what came with the last sync: RESOURCE/2026-12-01/09:00 */
    QUESTION_PLACE, /* a point of a map: MAP/x,y in thousandths of its width and height */
    /* strokes x,y x,y;x,y ... in thousandths of the width of the place to sign (y too); "counter": is
     * signed at the counter */
    QUESTION_SIGNATURE,
    QUESTION_NOTE, /* tells that something is added at the counter; going on answers "seen" */
    QUESTION_TYPE_COUNT
};
const char *question_type_name(enum question_type type);

/* What a written answer is, for the page's help with writing it. */
enum question_input {
    QUESTION_INPUT_PLAIN,
    QUESTION_INPUT_NAME, /* a person's name: forms of a kanji are offered */
    QUESTION_INPUT_ADDRESS /* an address: may begin with a postal code */
};

struct question_choice {
    const char *value;
    struct procedure_words label; /* source NULL: text stands for it */
    struct procedure_words hint;
    /* an entry of a repeat group: the visitor's own words for it; else NULL. Borrowed from the facts */
    const char *text;
};

/* A named list of the city (assets/city/lists): banks, nurseries, districts, ... */
struct procedure_entry {
    const char *id;
    struct procedure_words name; /* context NULL: a proper name that stays as it is everywhere */
    const char *kana; /* its reading in katakana, or NULL */
    const char *within; /* id of an entry of another list to which it belongs, or NULL */
    struct procedure_words detail; /* a second line, source NULL without */
    struct procedure_words hours;
    const char *phone; /* or NULL */
};
struct procedure_list {
    const char *id;
    const struct procedure_list *above; /* to whose entries its own belong, or NULL */
    size_t count;
    const struct procedure_entry *entries; /* in the order of the file */
};
/* The names of live data from which the questions of the set take slots, each once, sorted; at most max of them.
 * Returns how many were put into names. The city's list of the same id, when there is one, names their places. */
size_t procedure_live_names(const struct procedure_set *set, size_t max, const char **names);
/* NULL when the city has no such list. */
const struct procedure_list *procedure_list(const struct procedure_set *set, const char *id);
size_t procedure_list_count(const struct procedure_set *set);
const struct procedure_list *procedure_list_at(const struct procedure_set *set, size_t index);
const struct procedure_entry *procedure_entry(const struct procedure_list *list, const char *id);

/* A drawn map (assets/city/maps) and the named places on it. */
struct procedure_place {
    const char *id;
    struct procedure_words name;
    int x, y; /* thousandths of the map's width and height, from the top left */
    const char *counter; /* id of the counter that is there, or NULL */
    const char *list, *entry; /* the entry of a list that is there, or NULL */
};
struct procedure_map {
    const char *id;
    struct procedure_words title;
    const char *picture; /* its drawing in assets/theme */
    int height; /* in thousandths of its width */
    size_t count;
    const struct procedure_place *places;
};
const struct procedure_map *procedure_map(const struct procedure_set *set, const char *id);
size_t procedure_map_count(const struct procedure_set *set);
const struct procedure_map *procedure_map_at(const struct procedure_set *set, size_t index);
/* When a counter is open; source NULL when the city has no such counter. */
struct procedure_words procedure_counter_hours(
    const struct procedure_set *set, const char *counter);
/* The named place nearest to a point; NULL when the map has none. */
const struct procedure_place *procedure_place_near(const struct procedure_map *map, int x, int y);
/* The map and the point of a place answer. False when it is none. */
bool procedure_place_parse(const struct procedure_set *set, const char *value,
    const struct procedure_map **ret_map, int *ret_x, int *ret_y);

/* A question as it is asked now. Points into the set and the interview; valid until the next call that
 * changes the interview. */
struct question {
    char key
        [FACT_KEY_MAX]; /* "applicant.name", "resident-record.purpose", "move-in.members[2].name" */
    enum question_type type;
    struct procedure_words label; /* the question itself */
    struct procedure_words name; /* two or three words for the check page */
    struct procedure_words hint, why;
    bool required;
    bool personal;
    bool dont_know; /* "I don't know" is offered; answer "unknown" */
    /* What can be chosen now. They live until the next question of this interview is asked for. */
    size_t choice_count;
    const struct question_choice *choices;
    /* NUMBER, MONEY: bounds for the keypad; DATE: days since 1970, 0 and 0 when open; TIME: minutes of
     * the day */
    int64_t min, max;
    int step; /* TIME: minutes between possible times, 1 without steps */
    const struct procedure_list *list; /* PICK; SLOT: names of the places, NULL none */
    bool within; /* PICK: only entries within within_value can be picked */
    char within_value[PROCEDURE_VALUE_MAX]; /* id of an entry of the list above; "" not known */
    const struct procedure_map *map; /* PLACE */
    const char *live; /* SLOT: name of the list that comes with the sync */
    bool
        tasks; /* SEVERAL: what is to be done together; drawn as a task list, values are procedures */
    size_t max_length; /* TEXT, KANA: characters */
    enum question_input input; /* TEXT */
    char reading
        [FACT_KEY_MAX]; /* TEXT: key of the KANA question that asks how it is read, else "" */
    bool digits; /* TEXT: only digits are kept (telephone); a number pad is enough */
    struct procedure_words unit; /* NUMBER: "枚" */
    int repeat_index; /* 1, 2, ... inside a repeat group, else 0 */
    int repeat_count; /* how many in that group now */
    struct procedure_words repeat_label; /* the group's name, "いっしょに引っ越す人" */
    const char *who; /* the visitor's word for the person of this entry, or NULL */
};

struct interview;

enum interview_at { INTERVIEW_QUESTION, INTERVIEW_CHECK };

/* Starts a procedure over the facts of the visit: what they hold already is not asked (once only). The
 * facts are borrowed and written to: answers under their keys. clock gives today. */
struct interview *interview_new(
    const struct procedure *procedure, struct fact_set *facts, const struct clock *clock);
void interview_free(struct interview *interview);
const struct procedure *interview_procedure(const struct interview *interview);
/* Card facts arrived or facts changed outside: look again at what is still to be asked. Facts with
 * origin CARD are never asked; a question that the card answered can still be changed from the check
 * page. */
void interview_refresh(struct interview *interview);

enum interview_at interview_at(const struct interview *interview);
/* The question to show. KERR_STATE at the check page. */
int interview_question(const struct interview *interview, struct question *ret_question);
/* The answer as it is kept now, or its default, or "". Appended. */
void interview_answer_now(const struct interview *interview, struct buf *ret_answer);
/* 1-based position and number of questions of this visit; false when the total isn't certain yet (a
 * later question depends on an open answer). */
bool interview_progress(const struct interview *interview, int *ret_number, int *ret_total);

/* Why an answer is not accepted: the file's own words, or a message id of ours ("answer.required",
 * "answer.number", "answer.date", "answer.kana", "answer.too-long", "answer.choice"). */
struct interview_verdict {
    struct procedure_words otherwise; /* source NULL: use message */
    const char *message;
};
/* Answers the current question (tolerant: full-width digits, spaces around) and moves on: to the next
 * question, or back to the check page when that is where one came from and nothing new is open. "" is
 * accepted when not required. KERR_PROCEDURE_ANSWER with a verdict; KERR_STATE; KERR_TOO_BIG. */
int interview_answer(struct interview *interview, const char *answer, enum fact_origin origin,
    struct interview_verdict *ret_verdict);
/* One question back, answers stay. False at the first (the app goes to the page before). */
bool interview_back(struct interview *interview);
/* A visit that pauses and is taken up again, perhaps with newer content. The keys that were answered on a page of this
 * interview, in that order: what may be come back to. */
size_t interview_asked_count(const struct interview *interview);
const char *interview_asked(const struct interview *interview, size_t index);
/* An interview over the facts of before takes the keys of this set as answered on its pages, and stands behind them. What
 * the facts hold and the questions of today do not take is asked again. Once more after a card was read. */
void interview_resume(struct interview *interview, const struct fact_set *asked);
/* Stands at the question of this key, "" for the check page, but never behind one that is open. */
void interview_stand(struct interview *interview, const char *key);
/* The pages of this visit as far as they are known, in order: for who looks at several at once. */
struct interview_page; /* below */
size_t interview_page_count(const struct interview *interview);
/* KERR_NOT_FOUND. The row as with interview_row. */
int interview_page(
    const struct interview *interview, size_t index, struct interview_page *ret_page);
/* The page where it stands; how many there are at the check page. */
size_t interview_page_now(const struct interview *interview);
/* From the check page to the question of this key; afterwards back to check. KERR_NOT_FOUND. */
int interview_change(struct interview *interview, const char *key);

/* A line of the check page: every relevant question with its answer. */
struct interview_row {
    struct question question;
    const char *value; /* as kept; "" for skipped */
    enum fact_origin origin;
};
struct interview_page {
    struct interview_row row;
    bool open; /* must still be answered */
};
size_t interview_row_count(const struct interview *interview);
int interview_row(const struct interview *interview, size_t index, struct interview_row *ret_row);
/* The fee in yen as far as it can be known now, with all that is done together; -1 without one. */
int64_t interview_fee(const struct interview *interview);
/* About how long, with all that is chosen to be done together. */
int interview_minutes(const struct interview *interview);
/* The procedures that are done together with this one, as chosen now, in the order of the file. */
size_t interview_together_count(const struct interview *interview);
const struct procedure *interview_together(const struct interview *interview, size_t index);
/* What to bring, as the answers are now: what a condition certainly excludes is left out. */
size_t interview_bring_count(const struct interview *interview);
int interview_bring(
    const struct interview *interview, size_t index, struct procedure_words *ret_thing);
/* Where else it can be had, as the answers are now: only what certainly holds. */
size_t interview_also_count(const struct interview *interview);
int interview_also(
    const struct interview *interview, size_t index, struct procedure_also *ret_also);

/* Why this can't be done here, as soon as the answers tell. Look after every answer: the screens go no
 * further then, and there is no record; the answers stay, one may go back and change them. */
struct procedure_stop {
    struct procedure_words say;
    const char *counter_id; /* who helps instead, or NULL */
    struct procedure_words counter, hours;
    const char *page; /* information page, or NULL */
};
bool interview_stopped(const struct interview *interview, struct procedure_stop *ret_stop);

/* What the answers lead to, for kinds guide and self; in the order of the file. */
struct interview_result {
    const char *procedure, *page; /* what it names: ids, or NULL */
    struct procedure_words
        title; /* the file's words, else the procedure's title; source NULL: the page's */
    struct procedure_words because; /* why it is named; source NULL without */
    const char *counter_id; /* or NULL */
    struct procedure_words counter, hours;
    size_t bring_count;
    const struct procedure_words *bring;
    const char *source; /* where the rule comes from, or NULL */
};
size_t interview_result_count(const struct interview *interview);
int interview_result(
    const struct interview *interview, size_t index, struct interview_result *ret_result);
/* Appends to ret_facts what the record holds: every relevant answered fact of this procedure, nothing
 * else of the visit. KERR_PROCEDURE_INCOMPLETE when a required answer is open (the interview then
 * stands at it), KERR_STATE where nothing is kept, or while the interview is stopped. */
int interview_finish(struct interview *interview, struct fact_set *ret_facts);
/* A valid random answer for the current question, for played visits and property tests. */
int interview_random_answer(
    const struct interview *interview, struct rng_seeded *rng, struct buf *ret_answer);

/* A form that is filled from the facts of a record. Its words are Japanese, for staff. */
struct procedure_form {
    const char *id;
    const char *title;
    const char *follows; /* the form it is, by law or rule */
    const char *in_force; /* YYYY-MM-DD */
};
/* The forms that a record needs: the procedure's own, then those of everything that is done together with it (its
 * fact "ID.together"). Fills up to max ids, gives how many there are. */
size_t procedure_forms(const struct procedure *procedure, const struct fact_set *facts,
    const char **ret_ids, size_t max);
/* False when there is no such form. */
bool procedure_form(
    const struct procedure_set *set, const char *id, struct procedure_form *ret_form);
/* The form that the answer to this question goes into, of those that the record needs as the facts stand: why it is asked.
 * False when there is none. */
bool procedure_form_of(const struct procedure_set *set, const struct procedure *procedure,
    const struct fact_set *facts, const char *key, struct procedure_form *ret_form);
/* An answer that could have been chosen; a form on paper shows them all. */
struct procedure_field_choice {
    struct procedure_words words;
    bool chosen;
};
enum { PROCEDURE_FIELD_WIDTH_MAX = 12, PROCEDURE_FIELD_CHOICES_MAX = 8 };
/* One field with what belongs in it. Valid during the call. */
struct procedure_field {
    const char *id, *label;
    const char *rows; /* the group of entries it is about ("household"), or NULL */
    int row; /* 1, 2 ... of the entry, 0 outside */
    bool needed; /* the form can't do without it */
    bool tick, ticked; /* a box to tick; else: */
    enum question_type type; /* how value is written: TEXT, NUMBER, DATE, TIME, YES_NO, SEVERAL */
    const char *value; /* as facts are kept; "" when not known */
    const char *key; /* the fact that stands there as it is, or NULL */
    struct procedure_words words; /* of the choice that value is; source NULL for others */
    bool seal; /* an empty square to be stamped */
    int width; /* of PROCEDURE_FIELD_WIDTH_MAX parts of a line; 0: the file says nothing */
    int comb; /* so many digits, each in a box; 0: a text */
    size_t choice_count; /* of a choice of few answers, or several; else 0 */
    const struct procedure_field_choice *choices;
};
typedef void procedure_each_field(const struct procedure_field *field, void *ctx);
/* Every field in the order of the file, those of rows once an entry. at: seconds since 1970, what "today" means
 * (a record's submitted_at). KERR_NOT_FOUND. */
int procedure_form_fill(const struct procedure_set *set, const char *id,
    const struct fact_set *facts, int64_t at, procedure_each_field *each, void *ctx);

/* For labels outside an interview (desk, check tools): the words of a fact key in a procedure, and of
 * a choice value. False when unknown. Repeat indices in the key are passed over. */
bool procedure_fact_words(const struct procedure_set *set, const char *procedure, const char *key,
    struct question *ret_question);

/* Every fact that a record of this procedure can hold, in the order of its questions, with all that can be done together
 * with it: the key of a group's entry has empty brackets ("household[].name"), entries is how many there are at most; 0
 * outside a group. The question is valid during the call. */
typedef void procedure_each_fact(const struct question *question, int entries, void *ctx);
void procedure_facts_each(const struct procedure *procedure, procedure_each_fact *each, void *ctx);
/* Every fact of the dictionary, its key as files name it ("household.name"). */
void procedure_dictionary_each(
    const struct procedure_set *set, procedure_each_fact *each, void *ctx);

/* A procedure as JSON for another engine, expressions as trees; the shape is that of assets/pre-entry/engine.js. Appended.
 * number: gives each string that it names a number. KERR_TOO_BIG. */
typedef int procedure_word_number(const struct procedure_words *words, void *ctx);
int procedure_outline(const struct procedure *procedure, procedure_word_number *number, void *ctx,
    struct buf *ret_json);

/* Every source string of the set for the catalogs, in file order: context, source, file, line. */
typedef void procedure_each_words(
    const struct procedure_words *words, const char *file, int line, void *ctx);
void procedure_words_each(const struct procedure_set *set, procedure_each_words *each, void *ctx);

#endif
