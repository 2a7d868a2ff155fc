/* procedure/procedure_priv.h - what the files of this room share: the loaded form of definition files,
 * the tree of a file while it is being read, and how an interview sees a procedure.
 *
 * Everything loaded lives in one arena of the set and dies with it. */
#ifndef PROCEDURE_PROCEDURE_PRIV_H
#define PROCEDURE_PROCEDURE_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "expr.h"
#include "procedure.h"

/* Bounds of our own; a file beyond them is a mistake to report, never a crash. */
enum {
    FILE_BYTES_MAX = 256 * 1024,
    TREE_DEPTH_MAX = 12, /* the format needs 6 */
    TREE_NODES_MAX = 20000,
    SET_PROCEDURES_MAX = 2000,
    SET_MISTAKES_MAX = 200, /* reported a load; nobody mends more at once */
    OWN_QUESTIONS_MAX = 200, /* of one file */
    QUESTIONS_MAX = 600, /* with those of included procedures */
    CHOICES_MAX = 60,
    OWN_GROUPS_MAX = 8, /* repeat groups of one file */
    GROUPS_MAX = 40,
    INCLUDES_MAX = 20,
    FORMS_MAX = 10, /* of one procedure */
    FIELDS_MAX = 300, /* of one form */
    RULES_MAX = 120, /* entries of bring, not-here, also-at or results */
    REPEAT_MAX = 20, /* entries of one repeat group */
    OWN_SLOTS_MAX = 600, /* questions of one file with all repeats */
    SLOTS_MAX = 900, /* with those of included procedures; under FACT_SET_MAX */
    WORDS_BYTES_MAX = 2000, /* one text of a file */
    TEXT_LENGTH_MAX = 300, /* characters of an answer: fits PROCEDURE_ANSWER_MAX in Japanese */
    TEXT_LENGTH_DEFAULT = 100,
    ID_MAX = 40, /* bytes of an id; three of them and a repeat index fit FACT_KEY_MAX */
    EXAMPLES_MAX = 20,
    LISTS_MAX = 64,
    MAPS_MAX = 32,
    PLACE_MAX = 1000 /* thousandths of a map's width and height */
};
#define ID_RULE "small letters, digits and hyphens, a letter first, 40 at most"
#define NUMBER_LIMIT INT64_C(9999999999) /* ten digits: a My Number (12) never fits a number */

/* arena.c */
struct arena_chunk;
struct arena {
    struct arena_chunk *chunks;
};
void arena_release(struct arena *arena);
void *arena_alloc(struct arena *arena, size_t size); /* zeroed; aborts without memory */
char *arena_strndup(struct arena *arena, const char *text, size_t len);
char *arena_strdup(struct arena *arena, const char *text);
char *arena_printf(struct arena *arena, const char *fmt, ...) ATTR_PRINTF(2, 3);

/* Where something stands; line and column from 1. */
struct file_place {
    const char *file; /* lives in the arena */
    int line, column;
};

/* report.c: the state of one load. */
struct load {
    struct procedure_set *set;
    procedure_report *report;
    void *ctx;
    const char *file; /* the one being read; lives in the arena */
    int mistakes;
    struct procedure_mistake told[SET_MISTAKES_MAX];
    int told_count;
};
/* A mistake in the file that is being read. One that was told already, of the same words at the same place, is not
 * told again: a fact that ten procedures ask, a procedure that three include. */
void load_mistake(struct load *load, int line, int column, const char *fmt, ...) ATTR_PRINTF(4, 5);
/* The same at a place that was noted when its file was read. */
void load_mistake_at(struct load *load, struct file_place at, const char *fmt, ...)
    ATTR_PRINTF(3, 4);
/* Like it, and adds "; did you mean 'x'?" when one of the names is near. */
void load_unknown(struct load *load, int line, int column, const char *what, const char *word,
    const char *const *names, size_t count);
/* The nearest of the names to word, or NULL when none is near. */
const char *nearest_name(const char *word, const char *const *names, size_t count);

/* tree.c: a YAML file as a tree. Children of a map carry their key. */
enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };
struct node {
    enum node_kind kind;
    int line, column; /* from 1 */
    int text_column; /* column of the first letter inside quotes */
    const char *text; /* scalar */
    const char *key; /* child of a map */
    int key_line, key_column;
    struct node *first, *next;
};
/* NULL after having reported. */
struct node *tree_read(struct load *load, const char *path);
struct node *tree_parse(struct load *load, const struct buf *data);
struct node *tree_get(const struct node *map, const char *key); /* or NULL */
size_t tree_count(const struct node *node);

/* fields.c: typed reading of a map's keys; each reports and gives a harmless value. */
struct field_names {
    const char *const *names;
    size_t count;
};
#define FIELD_NAMES(array) ((struct field_names){(array), ARRAY_LEN(array)})
bool field_is_map(struct load *load, const struct node *node, const char *what);
void field_check_keys(
    struct load *load, const struct node *map, struct field_names known, const char *what);
const char *field_text(struct load *load, const struct node *map, const char *key, bool required);
bool field_bool(struct load *load, const struct node *map, const char *key, bool fallback);
int64_t field_int(struct load *load, const struct node *map, const char *key, int64_t min,
    int64_t max, int64_t fallback);
/* A date YYYY-MM-DD that exists; "" after a report. */
const char *field_date(struct load *load, const struct node *map, const char *key);
bool id_ok(const char *text);
/* Registers a source string: words for the catalogs. */
struct procedure_words words_add(struct load *load, const struct node *at, const char *source,
    const char *fmt, ...) ATTR_PRINTF(4, 5);
struct procedure_words field_words(
    struct load *load, const struct node *map, const char *key, bool required, const char *context);

/* load_question.c: does the question's reading exist, as kana? Reports it when not. */
struct question_def;
void question_check_reading(
    struct load *load, const struct question_def *question, const struct question_def *reading);
/* The key of the question that asks how the question of this key is read, "" when none does. */
void question_reading_key(
    const struct question_def *question, const char *key, char out[FACT_KEY_MAX]);

/* load_lists.c: assets/city/lists and maps. */
struct list_def {
    struct procedure_list list; /* first: a public list is found again as its definition */
    const char *within; /* the list to whose entries its own belong, or NULL */
    const char *file;
    struct procedure_entry *entries;
    int *lines; /* where each stands in the file */
    const struct procedure_entry **sorted; /* by id */
    const char **ids; /* in the file's order, and "unknown" after them */
};
void load_lists(struct load *load, const char *city);
void check_maps(struct load *load); /* when the counters are known */
const struct list_def *set_list(const struct procedure_set *set, const char *id);
size_t set_list_names(const struct procedure_set *set, const char *names[LISTS_MAX]);

/* An expression as it stands in a file, until all names are known. */
struct expr_source {
    const char *text; /* NULL: none */
    struct file_place at;
};
struct expr_source field_expr(const struct load *load, const struct node *map, const char *key);

/* What decides whether a choice is offered. */
struct choice_rule {
    struct expr_source when_source;
    const struct expr *when; /* or NULL */
    const char *within; /* the entry above it in its list, or NULL */
};

struct question_def {
    int part; /* 0: of this procedure; n: of the nth one that may be included */
    const char *id; /* "purpose"; shared facts: "applicant.name" */
    const char *key; /* "resident-record.purpose"; group: "move-in.members[].name" */
    bool shared; /* a fact of the dictionary */
    int group; /* index of its repeat group, or -1 */
    struct file_place at;
    enum question_type type;
    struct procedure_words label, name, hint, why, unit, otherwise;
    bool required, personal, dont_know;
    bool digits; /* only digits are kept: telephone numbers */
    bool calculated; /* follows from others: never asked, shown or kept */
    bool repeated; /* a fact of a shared repeat group */
    bool given; /* settled by who includes it: its default is an expression of that one's file */
    bool tasks; /* the list of what is done together */
    bool from_card; /* a My Number card gives it */
    enum question_input input;
    const char *reading; /* fact, or question of the same list, that asks how it is read; or NULL */
    size_t max_length;
    size_t choice_count;
    struct question_choice *choices;
    struct choice_rule *choice_rules; /* of each choice; NULL: all are always offered */
    const struct list_def *list; /* from: PICK, or the choices came from it */
    const char *people; /* from: the shared repeat group whose entries are the choices, or NULL */
    int over; /* its index; -1 for none */
    struct expr_source where_source; /* of its entries, those for which this holds */
    const struct expr *where;
    struct expr_source within_source; /* entries within this answer only */
    const struct expr *within;
    const struct procedure_map *map; /* PLACE */
    const char *live; /* SLOT */
    int step; /* TIME: minutes */
    size_t example_count;
    const char **examples; /* for played visits */
    struct expr_source default_source, settled_source, relevant_source, constraint_source,
        min_source, max_source;
    const struct expr *default_value, *settled, *relevant, *constraint, *min, *max; /* or NULL */
};

struct group_def {
    int part;
    bool shared; /* a group of the dictionary: its keys are the same in every procedure */
    int over; /* for-each: the group whose entries these are, with the same indices; else -1 */
    struct expr_source where_source;
    const struct expr *where; /* for-each: of which entries; NULL: all */
    const char *id;
    struct procedure_words name;
    int first, count; /* its questions in the procedure */
    int max;
    int line, column;
    struct expr_source count_source;
    const struct expr *count_of;
};

/* A named thing of assets/city: counters and things to bring. */
struct city_entry {
    const char *id;
    struct procedure_words name, hours;
};
struct city_list {
    struct city_entry *entries;
    size_t count;
};

/* An entry of bring, not-here, also-at or results: what holds under a condition. */
struct rule {
    int line, column;
    struct expr_source when_source;
    const struct expr *when; /* NULL: always */
    struct procedure_words say, because;
    const struct city_entry *thing, *counter; /* or NULL */
    const char *procedure, *page; /* ids, or NULL */
    size_t bring_count; /* of a result */
    const struct procedure_words *bring;
    const char *source;
};
struct rule_list {
    struct rule *rules;
    int count;
};

/* An answer of an included procedure that follows from this one's. */
struct given {
    const char *id;
    int line, column;
    struct expr_source source;
};

/* A procedure that may be done together with this one. */
struct include {
    const char *id;
    int line, column;
    struct expr_source when_source;
    const struct expr *when; /* NULL: always */
    struct procedure_words because;
    const struct procedure *procedure; /* once all files are read */
    const struct expr *fee; /* its fee, as seen from here */
    struct rule_list bring, not_here, also_at; /* its rules, as seen from here */
    struct given *given;
    int given_count;
};

struct procedure {
    const struct procedure_set *set;
    const char *file;
    int line, column;
    bool broken; /* a mistake in its file: not looked at further */
    bool finished; /* put together and checked, or being so */
    struct procedure_info info;
    struct question_def *questions; /* own ones first, then the task list, then the included ones */
    int question_count;
    struct group_def *groups;
    int group_count;
    int slot_max; /* questions with all repeats full */
    struct expr_source fee_source;
    const struct expr *fee;
    struct rule_list bring, not_here, also_at, results;
    const char **forms; /* ids */
    int form_count;
    struct include *includes;
    int include_count;
    int own_count; /* questions of the file itself */
    int own_groups;
    int together; /* index of the task list among the questions, -1 without */
};

/* A shared fact, or a group of them ("applicant"). */
struct fact_group {
    const char *id;
    size_t count;
    const char **keys;
};

/* choices.c: which choices and entries an answer can be now. */
struct flow_env;
/* Index of a choice among all of the question, or -1. */
int choice_find(const struct question_def *question, const char *value, size_t len);
bool choice_offered(struct flow_env *env, const struct question_def *question, size_t index);
bool entry_offered(
    struct flow_env *env, const struct question_def *question, const struct procedure_entry *entry);
/* Is there anything to choose from? A question without a choice is passed over. KNOW_OPEN while that hangs on an open
 * answer. */
enum know { KNOW_YES, KNOW_NO, KNOW_OPEN };
enum know choices_left(struct flow_env *env, const struct question_def *question);
/* Fills what can be chosen now, and for lists the entry above. */
void choices_fill(
    struct flow_env *env, const struct question_def *question, struct question *ret_question);
/* The same for who has no interview: all choices. */
void choices_all(const struct question_def *question, struct question *ret_question);

/* values.c: canonical forms of answers that are no plain text. */
bool time_parse(const char *text, int64_t *ret_minutes); /* 09:30 */
void time_format(int64_t minutes, char out[6]);
/* "x,y" in thousandths, ended by one of these characters or the text's end. */
bool point_parse(const char *text, const char *ends, int *ret_x, int *ret_y, const char **ret_end);
/* Makes an answer canonical in place; false when it can't be one. */
bool time_normalise(char *out);
bool slot_normalise(const char *text);
bool place_normalise(const struct question_def *question, const char *text);
bool signature_normalise(const char *text);

/* A repeat group of the dictionary. */
struct repeat_def {
    const char *id;
    struct procedure_words name;
    int max;
    struct expr_source count_source;
    size_t fact_count;
    struct question_def *facts;
};

/* A form: what stands in its fields is said by expressions over the facts of a record. */
struct form_field {
    const char *id, *label;
    bool tick; /* a box; else a text */
    bool needed; /* the form can't do without it */
    bool seal; /* an empty square: nothing stands in it */
    int width; /* parts of a line; 0: as its type has it */
    int comb; /* digits in boxes of their own; 0: a text */
    int rows; /* index of the group whose entries each have this field, or -1 */
    struct expr_source source;
    const struct expr *value;
    enum expr_type type;
};
struct form_def {
    const char *file;
    struct procedure_form info;
    struct form_field *fields;
    int field_count;
    const struct question_def **refs; /* what its expressions look at */
    int ref_count;
    const char **groups; /* "household", "child-allowance-claim.child" */
    int *group_max;
    int group_count;
};

struct words_entry {
    struct procedure_words words;
    const char *file;
    int line;
};

struct procedure_set {
    struct arena arena;
    struct procedure **procedures; /* sorted by id */
    size_t count, cap;
    struct question_def *facts; /* the dictionary */
    size_t fact_count;
    struct fact_group *groups;
    size_t group_count;
    struct repeat_def *repeats;
    size_t repeat_count;
    struct form_def *forms; /* sorted by id */
    size_t form_count;
    struct question_def tasks; /* words of every task list */
    struct city_list counters, things;
    struct list_def *lists;
    size_t list_count;
    struct procedure_map *maps;
    size_t map_count;
    const char *map_files[MAPS_MAX];
    struct procedure_door doors[PROCEDURE_DOORS_MAX];
    size_t door_count;
    const char *unsure;
    const char *assets; /* folder; NULL for a set that is read from memory */
    struct words_entry *words;
    size_t word_count, word_cap;
};

/* load_dictionary.c, load_city.c, load_procedure.c, load_question.c */
void load_dictionary(struct load *load, const char *folder);
void load_city(struct load *load, const char *folder);
/* root: the file's tree, or NULL; name: the file's own name. load->file is its path. */
void load_procedure_tree(struct load *load, const struct node *root, const char *name);
/* Counts slot_max. False when there are more than `most`, after a report. */
bool slots_counted(struct load *load, struct procedure *procedure, int most);
/* When all files are read: sorts, puts included procedures in, compiles and checks every procedure. */
void load_finish(struct load *load);
const struct question_def *set_fact(const struct procedure_set *set, const char *key);
/* Reads type, words, choices and bounds of a question or a dictionary's fact. */
void question_read(
    struct load *load, const struct node *map, const char *context, struct question_def *ret);
/* Reads the keys that a procedure may set for a shared fact too. */
void question_read_rules(struct load *load, const struct node *map, struct question_def *question);

/* load_procedure.c, for load_groups.c: is the id not asked yet (reported), where a question of this group stands, -1 for
 * none: two groups may each have a question of this id; room for a question or NULL after a
 * report; reads one question of a list; asks for a fact, `alone` with the procedure's own words. */
bool question_name_free(struct load *load, const struct procedure *procedure, const struct node *at,
    const char *id, int group);
struct question_def *question_add(struct load *load, struct procedure *procedure,
    const struct node *at, const char *id, int group);
void question_ask(struct load *load, struct procedure *procedure, const struct node *map,
    const struct group_def *group);
void question_ask_fact(struct load *load, struct procedure *procedure, const struct node *map,
    const struct question_def *fact, bool alone);
/* load_groups.c: the shared group of this id, or NULL; a repeat or for-each entry of a list; asks for a shared group, false when id is none. */
const struct repeat_def *find_repeat(const struct procedure_set *set, const char *id);
void group_read(struct load *load, struct procedure *procedure, const struct node *map);
bool group_ask(
    struct load *load, struct procedure *procedure, const struct node *map, const char *id);

/* load_head.c: everything of a file but its questions. */
void head_read(
    struct load *load, const struct node *root, const char *name, struct procedure *procedure);
const struct city_entry *city_find(
    struct load *load, const struct city_list *list, const struct node *node, const char *what);

/* load_rules.c: bring, not-here, also-at, results, include. */
void rules_read(struct load *load, const struct node *root, struct procedure *procedure);

/* load_doors.c: city/doors.yaml, when all procedures are known. */
void load_doors(struct load *load, const char *folder);
/* Is there a page of this id? Reports it when not. */
void check_page(struct load *load, int line, int column, const char *page);
/* The procedure of this id. Reports it when there is none. */
const struct procedure *check_named(struct load *load, int line, int column, const char *id);

/* load_forms.c: assets/forms, when all procedures are known. */
void load_forms(struct load *load, const char *folder);
const struct form_def *form_find(const struct procedure_set *set, const char *id);

/* compose.c: puts the questions of included procedures behind the procedure's own. False when one of them
 * is missing or has a mistake. */
bool compose(struct load *load, struct procedure *procedure);

/* check.c: compiles every expression and proves that the procedure can be asked. */
void check_procedure(struct load *load, struct procedure *procedure);
/* check_rules.c */
void check_rules_of(struct load *load, struct procedure *procedure);

/* check_names.c: who looks. Expressions see what is asked before question `at` (itself too when own). */
struct scope {
    const struct procedure *procedure;
    int at; /* index of the question; own_count for rules and the fee */
    int part; /* whose file the expression stands in */
    int group; /* group whose entries are seen by short names, or -1 */
    bool own; /* may see question `at` itself: constraints, bounds of repeats */
};
/* The type of a question's answer in expressions. */
enum expr_type question_expr_type(enum question_type type);
bool question_is_amount(const struct question_def *question); /* a number of things or of yen */
/* The group of this id that an expression there may name, or NULL. */
const struct group_def *scope_group(const struct scope *scope, const char *id);
/* An expression of this type, kept in the set's memory; NULL without one, or after a report. */
const struct expr *compile(struct load *load, const struct scope *scope,
    const struct expr_source *source, const char *what, enum expr_type type);

/* The same with other names, of whatever type. */
const struct expr *compile_with(struct load *load, const struct expr_scope *names,
    const struct expr_source *source, const char *what, enum expr_type *ret_type);
/* What the name of a question means; ref is `index`. */
void question_symbol(
    struct arena *arena, const struct question_def *question, int index, struct expr_symbol *ret);

/* check_trial.c: false when a condition can certainly never hold. */
bool can_hold(const struct procedure *procedure, const struct expr *expr);

/* date.c */
bool date_parse_iso(const char *text, size_t len, int64_t *ret_days);
/* Dates as people write them: 2026/4/1, 2026年4月1日, 昭和16年3月5日, S16.3.5, 20260401. */
bool date_parse_tolerant(const char *text, int64_t *ret_days);

/* flow.c: how an interview sees its procedure now. */
struct slot {
    int question; /* index in the procedure */
    int index; /* entry of the repeat group from 1, or 0 */
    char key[FACT_KEY_MAX];
    enum know relevant;
    bool settled; /* takes its default without a page */
    bool page; /* has a page of its own in this visit */
    bool open; /* must still be answered before the check page */
    bool waits; /* its default hangs on an open answer */
    bool elsewhere; /* an earlier question asks for the same fact */
    bool valued; /* the fact set holds an answer that counts */
};
struct flow {
    struct slot *slots;
    size_t count;
    uint32_t offered; /* bit n: the nth included procedure can be chosen */
    enum know offer; /* open: an open answer may change what is offered */
    int group_counts[GROUPS_MAX]; /* entries now; -1 while that hangs on an open answer */
    uint32_t group_entries[GROUPS_MAX]; /* bit n: entry n (from 1) is one of them */
    bool certain; /* no page depends on an open answer */
};
struct interview {
    const struct procedure *procedure;
    struct fact_set *facts; /* borrowed */
    const struct clock *clock;
    struct flow flow; /* as the facts stand */
    size_t cursor; /* slot; flow.count at the check page */
    bool returning; /* came from the check page */
    struct question_choice *offered; /* what the question asked for last can be answered with */
    uint32_t tasks_seen; /* included procedures that were offered when the task list was answered */
    char **asked; /* keys answered on a page of this interview */
    size_t asked_count, asked_cap;
};
/* Computes the flow into ret; slots from open_from on count as unanswered (SIZE_MAX: none). write:
 * derived answers are put into, or taken out of, the facts. */
void flow_compute(struct interview *interview, struct flow *flow, size_t open_from, bool write);
bool flow_asked(const struct interview *interview, const char *key);
/* interview.c, for resume.c */
void interview_look(struct interview *interview); /* computes the flow anew */
void interview_remember_asked(struct interview *interview, const char *key);
/* Is the nth included procedure done together with this one? n from 1; 0 is the procedure itself. */
enum know flow_part(const struct interview *interview, const struct flow *flow, int part);
/* The condition as it stands for a part: none and no are no, NULL is `without`. */
enum know flow_condition(const struct interview *interview, const struct flow *flow,
    const struct expr *expr, enum know without);
/* The environment of expressions at a slot; candidate replaces the slot's own answer when given.
 * defaults: open answers count as their defaults. */
struct flow_env {
    struct expr_env env;
    const struct interview *interview;
    const struct flow *flow;
    size_t slot;
    int index; /* entry of the group that short names mean */
    const char *candidate;
    bool defaults;
};
/* What the visitor called the person of a group's entry; NULL while there is no name. */
const char *flow_person(
    const struct interview *interview, const struct flow *flow, int group, int index);
void flow_env_init(
    struct flow_env *env, const struct interview *interview, const struct flow *flow, size_t slot);
void slot_question(const struct interview *interview, const struct flow *flow, size_t slot,
    struct question *ret_question);
/* The default of a slot's question as text. False without one that is known. */
bool slot_default(const struct interview *interview, const struct flow *flow, size_t slot,
    char out[PROCEDURE_ANSWER_MAX + 1]);

/* answer.c */
/* Normalises an answer into out (PROCEDURE_ANSWER_MAX + 1 bytes) and checks it against its question and
 * constraint. 0, KERR_TOO_BIG, KERR_INVALID (not UTF-8) or KERR_PROCEDURE_ANSWER with a verdict. */
int answer_check(const struct interview *interview, const struct flow *flow, size_t slot,
    const char *answer, char *out, struct interview_verdict *ret_verdict);
/* The value of a kept answer for expressions. */
struct value answer_value(const struct question_def *question, const char *text);
void answer_from_value(
    const struct question_def *question, struct value value, char out[PROCEDURE_ANSWER_MAX + 1]);
/* Is a value among the chosen ones of several? */
bool answer_holds(const char *list, const char *id);
/* 12 digits or more in one run, hyphens and spaces passed over: what a My Number looks like. */
bool answer_holds_my_number(const char *text);

#endif
