/* tests/procedure/test_load.c - loading: one broken file per kind of mistake (files in broken/, what is expected in the
 * first line), hostile files, and what a good set says of itself. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/rng.h"
#include "harness/harness.h"
#include "procedure/procedure.h"

enum { PATH_ROOM = 512, TEXT_ROOM = 4096, ID_ROOM = 48 };
static const char good[] = "tests/procedure/assets";
static const char broken[] = "tests/procedure/broken";
static char work[HARNESS_FOLDER_LEN];

struct heard {
    int count;
    char all[TEXT_ROOM]; /* "FILE:LINE:COLUMN: reason\n" each */
};

static void
hear(const struct procedure_mistake *mistake, void *ctx)
{
    struct heard *heard = ctx;
    size_t len = strlen(heard->all);
    assert_non_null(mistake->file);
    assert_true(mistake->line >= 0 && mistake->column >= 0 && mistake->reason[0] != 0);
    heard->count++;
    (void)snprintf(heard->all + len, sizeof(heard->all) - len, "%s:%d:%d: %s\n", mistake->file,
        mistake->line, mistake->column, mistake->reason);
}

static void
write_file(const char *folder, const char *name, const void *data, size_t len)
{
    char path[PATH_ROOM];
    (void)snprintf(path, sizeof(path), "%s/%s/%s", work, folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

static void
copy_file(const char *from, const char *folder, const char *name)
{
    AUTO_BUF data;
    buf_init(&data, 1 << 20);
    assert_int_equal(fs_read(from, &data), 0);
    write_file(folder, name, buf_str(&data), data.len);
}

static void
remove_file(const char *folder, const char *name)
{
    char path[PATH_ROOM];
    (void)snprintf(path, sizeof(path), "%s/%s/%s", work, folder, name);
    assert_int_equal(unlink(path), 0);
}

static const char *const good_files[][2] = {{"dictionary", "person.yaml"},
    {"city", "counters.yaml"}, {"city", "things.yaml"}, {"city", "doors.yaml"},
    {"city/lists", "banks.yaml"}, {"city/lists", "branches.yaml"}, {"city/lists", "branches.tsv"},
    {"city/lists", "centres.yaml"}, {"city/lists", "rooms.yaml"}, {"city/maps", "town.yaml"},
    {"procedures", "everything.yaml"}, {"procedures", "kinds.yaml"}, {"dictionary", "family.yaml"},
    {"procedures", "whole.yaml"}, {"procedures", "of-child.yaml"}, {"procedures", "of-money.yaml"},
    {"procedures", "of-all.yaml"}, {"procedures", "way.yaml"}, {"procedures", "survey.yaml"},
    {"procedures", "pairs.yaml"}, {"procedures", "giving.yaml"}, {"forms", "slip.yaml"},
    {"forms", "signed.yaml"}, {"forms", "bag.yaml"}};

static int
set_up(void **state)
{
    (void)state;
    harness_folder_make(work);
    for (size_t i = 0; i < ARRAY_LEN(good_files); i++) {
        char path[PATH_ROOM];
        (void)snprintf(path, sizeof(path), "%s/%s", work, good_files[i][0]);
        assert_true(mkdir(path, 0700) == 0 || fs_exists(path));
        (void)snprintf(path, sizeof(path), "%s/%s/%s", good, good_files[i][0], good_files[i][1]);
        copy_file(path, good_files[i][0], good_files[i][1]);
    }
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    assert_int_equal(harness_folder_remove(work), 0);
    return 0;
}

static int
load(struct heard *heard)
{
    struct procedure_set *set = NULL;
    *heard = (struct heard){0};
    int r = procedure_load(work, hear, heard, &set);
    assert_true((r == 0) == (set != NULL));
    assert_true((r == 0) == (heard->count == 0));
    procedure_set_free(set);
    return r;
}

/* "# expect: PART # in: PLACE" */
static void
read_first_line(const char *path, char expect[PATH_ROOM], char place[32])
{
    char line[PATH_ROOM];
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof(line), file));
    assert_int_equal(fclose(file), 0);
    line[strcspn(line, "\n")] = 0;
    assert_int_equal(strncmp(line, "# expect: ", 10), 0);
    char *in = strstr(line, " # in: ");
    (void)snprintf(place, 32, "%s", in != NULL ? in + 7 : "procedures");
    if (in != NULL) {
        *in = 0;
    }
    (void)snprintf(expect, PATH_ROOM, "%s", line + 10);
}

static int
check_broken(const char *name, void *ctx)
{
    char path[PATH_ROOM];
    char expect[PATH_ROOM];
    char place[32];
    (void)snprintf(path, sizeof(path), "%s/%s", broken, name);
    read_first_line(path, expect, place);
    static const struct {
        const char *place, *folder, *as;
        const char *good; /* what is put back; NULL: a file that was not there */
    } places[] = {
        {"counters", "city", "counters.yaml", "tests/procedure/assets/city/counters.yaml"},
        {"doors", "city", "doors.yaml", "tests/procedure/assets/city/doors.yaml"},
        {"slip", "forms", "slip.yaml", "tests/procedure/assets/forms/slip.yaml"},
        {"forms/zz", "forms", "zz.yaml", NULL},
        {"dictionary", "dictionary", "zz.yaml", NULL},
        {"lists/zz", "city/lists", "zz.yaml", NULL},
        {"maps/zz", "city/maps", "zz.yaml", NULL},
        {"procedures", "procedures", NULL, NULL},
    };
    size_t at = 0;
    while (at + 1 < ARRAY_LEN(places) && strcmp(places[at].place, place) != 0) {
        at++;
    }
    const char *folder = places[at].folder;
    const char *as = places[at].as != NULL ? places[at].as : name;
    int most = places[at].good != NULL ? 12 : 3; /* every procedure may miss what was there */
    copy_file(path, folder, as);
    struct heard heard;
    int r = load(&heard);
    if (r != KERR_PROCEDURE_FILE || strstr(heard.all, expect) == NULL || heard.count > most) {
        fail_msg("%s: expected \"%s\", heard (%d):\n%s", name, expect, r, heard.all);
    }
    if (places[at].good != NULL) {
        copy_file(places[at].good, folder, as);
    } else {
        remove_file(folder, as);
    }
    ++*(int *)ctx;
    return 0;
}

static void
test_every_kind_of_mistake(void **state)
{
    (void)state;
    int count = 0;
    struct heard heard;
    assert_int_equal(load(&heard), 0); /* the control: without a broken file all is well */
    assert_int_equal(fs_each(broken, ".yaml", check_broken, &count), 0);
    assert_true(count >= 170);
    assert_int_equal(load(&heard), 0);
}

static void
test_too_big(void **state)
{
    (void)state;
    size_t len = 300 * 1024;
    char *text = malloc(len);
    assert_non_null(text);
    memset(text, '#', len);
    write_file("procedures", "big.yaml", text, len);
    struct heard heard;
    assert_int_equal(load(&heard), KERR_PROCEDURE_FILE);
    assert_non_null(strstr(heard.all, "larger than 256 KiB"));

    size_t at = 0; /* within the size, but too many entries */
    while (at + 4 < 250 * 1024) {
        memcpy(text + at, "- a\n", 4);
        at += 4;
    }
    write_file("procedures", "big.yaml", text, at);
    assert_int_equal(load(&heard), KERR_PROCEDURE_FILE);
    assert_non_null(strstr(heard.all, "more than 20000 entries in one file"));
    write_file("procedures", "big.yaml", "a\0b: c\n", 7);
    assert_int_equal(load(&heard), KERR_PROCEDURE_FILE);
    remove_file("procedures", "big.yaml");
    free(text);
}

/* Text before a number and behind it. */
struct around {
    const char *before, *behind;
};

/* As many files as there is room for, and one more; count: what is there already. */
static void
expect_most(const char *folder, struct around around, int count, int most, const char *told)
{
    struct heard heard;
    char name[ID_ROOM];
    char text[TEXT_ROOM];
    for (int i = count; i <= most; i++) {
        (void)snprintf(name, sizeof(name), "many-%d.yaml", i);
        int len = snprintf(text, sizeof(text), "%s%d%s", around.before, i, around.behind);
        write_file(folder, name, text, (size_t)len);
        if (i >= most - 1) {
            (void)load(&heard);
            assert_true((strstr(heard.all, told) != NULL) == (i == most));
        }
    }
    for (int i = count; i <= most; i++) {
        (void)snprintf(name, sizeof(name), "many-%d.yaml", i);
        remove_file(folder, name);
    }
}

/* The same of lines in one file. */
static void
expect_most_within(const char *folder, const char *head, struct around around, int count, int most,
    const char *told)
{
    struct heard heard;
    for (int last = most - 1; last <= most; last++) {
        AUTO_BUF text;
        buf_init(&text, 256 * 1024);
        assert_int_equal(buf_add_str(&text, head), 0);
        for (int i = count; i <= last; i++) {
            assert_int_equal(buf_printf(&text, "%s%d%s\n", around.before, i, around.behind), 0);
        }
        write_file(folder, "many.yaml", buf_str(&text), text.len);
        (void)load(&heard);
        assert_true((strstr(heard.all, told) != NULL) == (last == most));
    }
    remove_file(folder, "many.yaml");
}

/* Nothing is passed over in silence. */
static void
test_too_many(void **state)
{
    (void)state;
    expect_most("city/lists",
        (struct around){"list: many-", "\nentries:\n  a: { name: あ }\n  b: { name: い }\n"}, 4, 64,
        "more than 64 lists");
    expect_most("city/maps",
        (struct around){"map: many-", "\ntitle: 町\npicture: town.svg\nheight: 1000\nplaces:\n"
                                      "  a: { name: あ, x: 1, y: 1 }\n"},
        1, 32, "more than 32 maps");
    expect_most_within("dictionary", "facts:\n",
        (struct around){"  many.n", ": { type: text, label: 何, name: 何 }"}, 12, 500,
        "more than 500 facts");
    expect_most_within("forms",
        "form: many\ntitle: 試験\nfollows: 試験用\nin-force: 2026-04-01\nfields:\n",
        (struct around){"  - { field: n", ", label: 何, tick: yes }"}, 0, 300,
        "more than 300 fields");
}

/* Behind a door is what one page after the other can show. */
static void
test_a_full_door(void **state)
{
    (void)state;
    for (int count = PROCEDURE_HOLDS_MAX; count <= PROCEDURE_HOLDS_MAX + 1; count++) {
        AUTO_BUF text;
        buf_init(&text, 16 * 1024);
        assert_int_equal(
            buf_add_str(&text, "doors:\n  full:\n    title: 扉\n    picture: document\n"
                               "    holds: [everything"),
            0);
        for (int i = 1; i < count; i++) {
            assert_int_equal(buf_add_str(&text, ", everything"), 0);
        }
        assert_int_equal(buf_add_str(&text, "]\n"), 0);
        write_file("city", "doors.yaml", buf_str(&text), text.len);
        struct heard heard;
        (void)load(&heard); /* the other procedures stand at no door now */
        assert_true((strstr(heard.all, "a door has room for 32 things") != NULL) ==
                    (count > PROCEDURE_HOLDS_MAX));
    }
    copy_file("tests/procedure/assets/city/doors.yaml", "city", "doors.yaml");
}

/* A procedure whose questions are its last lines. */
static void
write_procedure(const char *id, const char *keys, const char *question)
{
    char name[ID_ROOM];
    char text[TEXT_ROOM];
    (void)snprintf(name, sizeof(name), "%s.yaml", id);
    int len = snprintf(text, sizeof(text),
        "procedure: %s\nhidden: yes\nin-force: 2026-04-01\nfollows: 試験用\ncounter: citizens\n"
        "picture: document\ntitle: 試験\nabout: 試験です。\n%s\nquestions:\n  - %s\n",
        id, keys, question);
    assert_in_range(len, 1, TEXT_ROOM - 1);
    write_file("procedures", name, text, (size_t)len);
}

static void
expect_told_once(const char *folder, const char *name, const char *told)
{
    char expect[PATH_ROOM];
    struct heard heard;
    (void)snprintf(expect, sizeof(expect), "%s/%s/%s:%s", work, folder, name, told);
    assert_int_equal(load(&heard), KERR_PROCEDURE_FILE);
    if (heard.count != 1 || strncmp(heard.all, expect, strlen(expect)) != 0) {
        fail_msg("expected once %s, heard (%d):\n%s", expect, heard.count, heard.all);
    }
}

static const struct around question_line = {
    "  - { ask: n", ", type: yes-no, label: 何, name: 何 }"};
static const struct around group_line = {"  - { repeat: g",
    ", name: 人, count: 1, max: 1, questions: [{ ask: n, type: yes-no, label: 何, name: 何 }] }"};

/* A hidden procedure of so many questions, or groups. */
static void
write_long(const char *id, struct around line, int count)
{
    AUTO_BUF text;
    char name[ID_ROOM];
    buf_init(&text, 256 * 1024);
    int r = buf_printf(&text,
        "procedure: %s\nhidden: yes\nin-force: 2026-04-01\nfollows: 試験用\ncounter: citizens\n"
        "picture: document\ntitle: 試験\nabout: 試験です。\nnext: "
        "[番号を伝えてください。]\nquestions:\n",
        id);
    for (int i = 0; i < count; i++) {
        r |= buf_printf(&text, "%s%d%s\n", line.before, i, line.behind);
    }
    assert_int_equal(r, 0);
    (void)snprintf(name, sizeof(name), "%s.yaml", id);
    write_file("procedures", name, buf_str(&text), text.len);
}

/* Included are so many of full length and one of `last`; one more is told. */
static void
expect_most_together(struct around line, int parts, int full, int last, const char *told)
{
    char include[TEXT_ROOM] = "next: [番号を伝えてください。]\ninclude: [";
    char id[ID_ROOM];
    struct heard heard;
    for (int i = 0; i < parts; i++) {
        size_t len = strlen(include);
        (void)snprintf(id, sizeof(id), "long-%d", i);
        (void)snprintf(include + len, sizeof(include) - len, "{ procedure: %s, because: はい。 }%s",
            id, i + 1 < parts ? ", " : "]");
        write_long(id, line, i + 1 < parts ? full : last);
    }
    write_procedure(
        "first", include, "{ ask: wants, type: yes-no, label: 要りますか, name: 要る }");
    assert_int_equal(load(&heard), 0);
    write_long(id, line, last + 1);
    assert_int_equal(load(&heard), KERR_PROCEDURE_FILE);
    assert_non_null(strstr(heard.all, told));
    for (int i = 0; i < parts; i++) {
        (void)snprintf(id, sizeof(id), "long-%d.yaml", i);
        remove_file("procedures", id);
    }
    remove_file("procedures", "first.yaml");
}

/* 600 questions, of which one is the procedure's own and one the task list; 40 groups, 8 of one file. */
static void
test_too_long_together(void **state)
{
    (void)state;
    expect_most_together(question_line, 3, 200, 198,
        "first.yaml:10:85: more than 600 questions with all that is included; include fewer");
    expect_most_together(group_line, 6, 7, 5,
        "first.yaml:10:196: more than 40 groups of people with all that is included; include "
        "fewer");
}

/* Where it is mended, once: not under the name of whoever includes or asks it. */
static void
test_told_where_it_stands(void **state)
{
    (void)state;
    static const char next[] = "next: [番号を伝えてください。]";
    static const char first[] = "next: [番号を伝えてください。]\ninclude: [{ procedure: second, "
                                "because: いっしょだからです。 }]";
    static const char second[] = "next: [番号を伝えてください。]\ninclude: [{ procedure: first, "
                                 "because: いっしょだからです。 }]";
    static const char wants[] = "{ ask: wants, type: yes-no, label: 要りますか, name: 要る }";
    static const char wrong[] =
        "{ ask: when, type: date, label: いつ, name: 日, relevant: wanted = 1 }";
    static const char unnumbered[] = "{ ask: many, type: number, label: いくつ, name: 数 }";
    write_procedure("first", first, wants);
    write_procedure("second", next, wrong);
    expect_told_once("procedures", "second.yaml", "11:60: relevant: unknown fact 'wanted'");
    write_procedure("second", next, unnumbered);
    expect_told_once("procedures", "second.yaml", "11:12: a number question needs 'max'");
    /* the first asks the phone of everybody: seen from there, no name is near */
    write_procedure("first", first, "ask: applicant.phone");
    write_procedure("second", next,
        "ask: applicant.phone\n  - { ask: wants, type: yes-no, label: 要りますか, name: 要る, "
        "relevant: applicant.phon = '1' }");
    expect_told_once("procedures", "second.yaml",
        "12:67: relevant: unknown fact 'applicant.phon'; did you mean 'applicant.phone'?");
    /* each includes the other: the first's is found while the second is put together */
    write_procedure("first", first, wrong);
    write_procedure("second", second, wants);
    expect_told_once("procedures", "first.yaml", "12:60: relevant: unknown fact 'wanted'");
    write_procedure("first", first, unnumbered);
    expect_told_once("procedures", "first.yaml", "12:12: a number question needs 'max'");
    /* a fact that both ask */
    static const char fact[] =
        "facts:\n  told.day: { type: date, label: いつ, name: 日, personal: yes, min: 5 }\n";
    write_file("dictionary", "told.yaml", fact, sizeof(fact) - 1);
    write_procedure("first", next, "ask: told.day");
    write_procedure("second", next, "ask: told.day");
    expect_told_once("dictionary", "told.yaml", "2:67: min gives a number, but a date is needed");
    remove_file("dictionary", "told.yaml");
    /* anonymous, but not what it includes: the mistake is to include it */
    write_procedure("first",
        "next: [番号を伝えてください。]\nkind: ask\nanonymous: yes\n"
        "include: [{ procedure: second, because: いっしょだからです。 }]",
        wants);
    write_procedure("second", next, "ask: applicant.phone");
    expect_told_once("procedures", "first.yaml", "12:11: an anonymous procedure asks nothing");
    remove_file("procedures", "first.yaml");
    remove_file("procedures", "second.yaml");
}

static void
test_no_folder(void **state)
{
    (void)state;
    struct procedure_set *set = NULL;
    assert_int_equal(procedure_load("/nonexistent", NULL, NULL, &set), KERR_NOT_FOUND);
    assert_null(set);
    procedure_set_free(NULL);
}

/* Leaves "everything" alone in the set, or puts the others back: each load of the test below takes a third of the time. */
static void
alone(bool without)
{
    static const char doors[] = "doors:\n  only:\n    title: 扉\n    picture: document\n"
                                "    holds: [everything]\n";
    for (size_t i = 0; i < ARRAY_LEN(good_files); i++) {
        const char *folder = good_files[i][0];
        const char *name = good_files[i][1];
        bool other = strcmp(folder, "forms") == 0 || strcmp(name, "doors.yaml") == 0 ||
                     (strcmp(folder, "procedures") == 0 && strcmp(name, "everything.yaml") != 0);
        if (other && without) {
            remove_file(folder, name);
        } else if (other) {
            char path[PATH_ROOM];
            (void)snprintf(path, sizeof(path), "%s/%s/%s", good, folder, name);
            copy_file(path, folder, name);
        }
    }
    if (without) {
        write_file("city", "doors.yaml", doors, sizeof(doors) - 1);
    }
}

/* Any beginning of a good file, and any byte of it changed: a verdict, never a crash. */
static void
test_hostile_bytes(void **state)
{
    (void)state;
    alone(true);
    AUTO_BUF data;
    buf_init(&data, 1 << 20);
    assert_int_equal(fs_read("tests/procedure/assets/procedures/everything.yaml", &data), 0);
    struct heard heard;
    int refused = 0;
    assert_int_equal(load(&heard), 0); /* the control */
    remove_file("procedures", "everything.yaml");
    for (size_t len = 0; len < data.len; len++) {
        write_file("procedures", "everything.yaml", data.data, len);
        refused += load(&heard) != 0;
    }
    assert_true(refused > (int)data.len / 2);
    struct rng_seeded rng = {7};
    for (int i = 0; i < 1500; i++) {
        size_t at = rng_seeded_below(&rng, (uint32_t)data.len);
        uint8_t kept = data.data[at];
        data.data[at] = (uint8_t)rng_seeded_next(&rng);
        write_file("procedures", "everything.yaml", data.data, data.len);
        (void)load(&heard); /* either verdict is right; load() checks that it fits the report */
        data.data[at] = kept;
    }
    write_file("procedures", "everything.yaml", data.data, data.len);
    assert_int_equal(load(&heard), 0);
    alone(false);
    assert_int_equal(load(&heard), 0);
}

struct words_seen {
    size_t count;
    bool title, choice, repeat, thing, fact;
};

static void
see_words(const struct procedure_words *words, const char *file, int line, void *ctx)
{
    struct words_seen *seen = ctx;
    assert_true(words->source[0] != 0 && file[0] != 0 && line > 0);
    seen->count++;
    seen->title |= strcmp(words->context, "everything/title") == 0;
    seen->choice |= strcmp(words->context, "everything/kind/choice/c/hint") == 0;
    seen->repeat |= strcmp(words->context, "everything/people/name/label") == 0;
    seen->thing |= strcmp(words->context, "city/things/identity-document/name") == 0;
    seen->fact |= strcmp(words->context, "dictionary/applicant.sex/choice/male") == 0;
}

static void
test_what_a_set_says(void **state)
{
    (void)state;
    struct procedure_set *set = NULL;
    assert_int_equal(procedure_load(good, NULL, NULL, &set), 0);
    assert_int_equal(procedure_count(set), 10);
    assert_null(procedure_at(set, 10));
    assert_null(procedure_find(set, "nothing"));
    struct procedure_info info = procedure_info(procedure_find(set, "everything"));
    assert_string_equal(info.in_force, "2026-04-01");
    assert_string_equal(info.picture, "document");
    assert_string_equal(info.counter.source, "1番　総合まどぐち");
    assert_int_equal(info.bring_count, 1);
    assert_int_equal(info.next_count, 1);
    assert_true(info.card && info.has_fee);

    struct words_seen seen = {0};
    procedure_words_each(set, see_words, &seen);
    assert_true(seen.count > 40);
    assert_true(seen.title && seen.choice && seen.repeat && seen.thing && seen.fact);

    struct question question;
    assert_true(procedure_fact_words(set, "everything", "everything.people[2].name", &question));
    assert_string_equal(question.label.source, "名前は");
    assert_string_equal(question.repeat_label.source, "人");
    assert_int_equal(question.repeat_index, 2);
    assert_true(procedure_fact_words(set, NULL, "applicant.sex", &question));
    assert_int_equal(question.choice_count, 2);
    assert_false(procedure_fact_words(set, "everything", "everything.nothing", &question));
    assert_false(procedure_fact_words(set, "nothing", "everything.kind", &question));
    procedure_set_free(set);
}

/* `ask: applicant` is what its facts say, each once. */
static void
test_the_real_content(void **state)
{
    (void)state;
    struct procedure_set *set = NULL;
    struct heard heard = {0};
    struct timespec from;
    struct timespec to;
    double best = 1000;
    for (int i = 0; i < 5; i++) {
        procedure_set_free(set);
        set = NULL;
        assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &from), 0);
        int r = procedure_load("assets", hear, &heard, &set);
        assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &to), 0);
        if (r != 0) {
            fail_msg("assets:\n%s", heard.all);
        }
        double ms =
            (double)(to.tv_sec - from.tv_sec) * 1e3 + (double)(to.tv_nsec - from.tv_nsec) / 1e6;
        best = ms < best ? ms : best;
    }
    print_message("loads in %.2f ms (checked build)\n", best);
    assert_non_null(procedure_find(set, "resident-record"));
    assert_non_null(procedure_find(set, "move-in"));
    assert_string_equal(procedure_info(procedure_find(set, "move-in")).picture, "house");
    procedure_set_free(set);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_kind_of_mistake),
        cmocka_unit_test(test_too_big),
        cmocka_unit_test(test_too_many),
        cmocka_unit_test(test_a_full_door),
        cmocka_unit_test(test_too_long_together),
        cmocka_unit_test(test_told_where_it_stands),
        cmocka_unit_test(test_no_folder),
        cmocka_unit_test(test_hostile_bytes),
        cmocka_unit_test(test_what_a_set_says),
        cmocka_unit_test(test_the_real_content),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
