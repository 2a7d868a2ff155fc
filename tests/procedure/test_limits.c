/* tests/procedure/test_limits.c - each bound of a definition file: what just fits is taken, and one more is told with file,
 * line, the bound and what to do. The smallest content there is stands around each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/fs.h"
#include "harness/harness.h"
#include "procedure/procedure.h"

enum { PATH_ROOM = 512, TEXT_ROOM = 8192, FILE_ROOM = 5 * 1024 * 1024 };
static char work[HARNESS_FOLDER_LEN];

#define HEAD                                                                                       \
    "procedure: p\nin-force: 2026-04-01\nfollows: 試験用\ncounter: c\npicture: document\n"      \
    "title: 試験\nabout: 試験です。\nnext: [番号を伝えてください。]\n"
#define ASK HEAD "questions:\n"
#define ONE "questions:\n  - { ask: q, type: yes-no, label: 何, name: 何 }\n"
#define FORM "form: f\ntitle: 試験\nfollows: 試験用\nin-force: 2026-04-01\nfields:\n"
#define MAP "map: m\ntitle: 町\npicture: town.svg\nheight: 1000\nplaces:\n"

static const struct {
    const char *name, *text;
} minimal[] = {
    {"city/counters.yaml", "city: 見本\ncounters: { c: 窓口 }\n"},
    {"city/things.yaml", "city: 見本\nthings: { t: 紙 }\n"},
    {"city/doors.yaml", "city: 見本\ndoors:\n  d: { title: 扉, picture: document, holds: [p] }\n"},
    {"dictionary/d.yaml", "facts:\n  f.n: { type: number, label: 何, name: 何, max: 9 }\n"
                          "together: { label: 何, name: 何 }\n"},
};

/* A file of `before`, `count` times `line` ("@" stands for the number), and `after`. */
struct bound {
    const char *file, *before, *line, *after;
    int most;
    const char *told; /* with one more: "FILE:LINE:COLUMN: reason", its beginning */
};

static void
write_file(const char *name, const struct buf *text)
{
    char path[PATH_ROOM];
    (void)snprintf(path, sizeof(path), "%s/%s", work, name);
    *strrchr(path, '/') = 0;
    assert_int_equal(fs_make_dirs(path), 0);
    (void)snprintf(path, sizeof(path), "%s/%s", work, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text->data, 1, text->len, file), text->len);
    assert_int_equal(fclose(file), 0);
}

static void
write_text(const char *name, const char *text)
{
    AUTO_BUF data;
    buf_init(&data, FILE_ROOM);
    assert_int_equal(buf_add_str(&data, text), 0);
    write_file(name, &data);
}

static void
write_bound(const struct bound *bound, int count)
{
    AUTO_BUF text;
    buf_init(&text, FILE_ROOM);
    assert_int_equal(buf_add_str(&text, bound->before), 0);
    for (int i = 0; i < count; i++) {
        for (const char *at = bound->line; *at != 0; at++) {
            int r = *at == '@' ? buf_printf(&text, "%d", i) : buf_add(&text, at, 1);
            assert_int_equal(r, 0);
        }
    }
    assert_int_equal(buf_add_str(&text, bound->after), 0);
    write_file(bound->file, &text);
}

static int
set_up(void **state)
{
    (void)state;
    harness_folder_make(work);
    for (size_t i = 0; i < ARRAY_LEN(minimal); i++) {
        write_text(minimal[i].name, minimal[i].text);
    }
    write_text("procedures/p.yaml", HEAD ONE);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    assert_int_equal(harness_folder_remove(work), 0);
    return 0;
}

struct heard {
    int count;
    char all[TEXT_ROOM];
};

static void
hear(const struct procedure_mistake *mistake, void *ctx)
{
    struct heard *heard = ctx;
    size_t len = strlen(heard->all);
    heard->count++;
    (void)snprintf(heard->all + len, sizeof(heard->all) - len, "%s:%d:%d: %s\n",
        mistake->file + strlen(work) + 1, mistake->line, mistake->column, mistake->reason);
}

static void
load(struct heard *heard)
{
    struct procedure_set *set = NULL;
    *heard = (struct heard){0};
    assert_true((procedure_load(work, hear, heard, &set) == 0) == (heard->count == 0));
    procedure_set_free(set);
}

static const struct bound bounds[] = {
    {"procedures/p.yaml", ASK, "  - { ask: q@, type: yes-no, label: 何, name: 何 }\n", "", 200,
        "procedures/p.yaml:210:12: more than 200 questions in one procedure; put some into one "
        "that it includes"},
    {"procedures/p.yaml", ASK,
        "  - { repeat: g@, name: 人, count: 1, max: 1, questions: "
        "[{ ask: n, type: yes-no, label: 何, name: 何 }] }\n",
        "", 8,
        "procedures/p.yaml:18:5: more than 8 groups of people in one procedure; put some into one "
        "that it includes"},
    {"procedures/p.yaml", ASK "  - { repeat: g, name: 人, count: 1, max: 20, questions: [\n",
        "    { ask: n@, type: yes-no, label: 何, name: 何 },\n", "    ] }\n", 30,
        "procedures/p.yaml:1:1: 620 questions with all repeats, and 600 are the most; lower"},
    {"procedures/p.yaml", ASK "  - { ask: q, type: choice, label: 何, name: 何, choices: {\n",
        "    c@: 何,\n", "    } }\n", 60,
        "procedures/p.yaml:10:57: 'choices' are 2 to 60 lines of 'value: words'; more are a list"},
    {"procedures/p.yaml", ASK "  - { ask: q, type: text, label: 何, name: 何, examples: [\n",
        "    あ@,\n", "    ] }\n", 20,
        "procedures/p.yaml:10:56: 'examples' are a list of up to 20 texts"},
    {"procedures/p.yaml", HEAD "bring: [\n", "  t,\n", "]\n" ONE, 120,
        "procedures/p.yaml:9:8: 'bring' is a list of 1 to 120 entries; take some out, or make a "
        "second procedure"},
    {"procedures/p.yaml", HEAD "also-at: [\n", "  { say: そこ。 },\n", "]\n" ONE, 120,
        "procedures/p.yaml:9:10: 'also-at' is a list of 1 to 120 entries; take some out"},
    {"procedures/p.yaml", HEAD "forms: [\n", "  f@,\n", "]\n" ONE, 10,
        "procedures/p.yaml:9:8: 'forms' is a list of 1 to 10 entries; take some out"},
    {"procedures/p.yaml", HEAD "include: [\n", "  { procedure: r@, because: はい。 },\n", "]\n" ONE,
        20, "procedures/p.yaml:9:10: 'include' is a list of 1 to 20 entries; take"},
    {"procedures/p.yaml", ASK "  - { ask: ", "q", ", type: yes-no, label: 何, name: 何 }\n", 40,
        "procedures/p.yaml:10:12: 'qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq' is no id: small "
        "letters, digits and hyphens, a letter first, 40 at most"},
    {"procedures/p.yaml", ASK "  - { ask: q, type: choice, label: 何, name: 何, choices: { b: 何, ",
        "v", ": 何 } }\n", 40,
        "procedures/p.yaml:10:65: the value 'vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv' of a "
        "choice is written with small letters, digits and hyphens, 40 at most"},
    {"procedures/p.yaml", ASK "  - { ask: q, type: yes-no, label: 何, name: ", "a", " }\n", 2000,
        "procedures/p.yaml:10:45: 'name' is longer than 2000 bytes"},
    {"procedures/p.yaml",
        ASK "  - { ask: a, type: yes-no, label: 何, name: 何 }\n"
            "  - { ask: q, type: yes-no, label: 何, name: 何, relevant: 'a",
        " or a", "' }\n", 63,
        "procedures/p.yaml:11:376: relevant: more than 128 parts in one expression; split it over "
        "two questions"},
    {"dictionary/e.yaml", "groups:\n", "  g@: [f.n]\n", "", 50,
        "dictionary/e.yaml:52:3: more than 50 groups of facts; take away those that no procedure "
        "asks for"},
    {"city/lists/l.yaml", "list: l\nentries:\n  a: { name: あ }\n  ", "b", ": { name: い }\n", 40,
        "city/lists/l.yaml:4:3: the id 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb' of an entry is "
        "written with small letters, digits and hyphens, 40 at most"},
    {"city/lists/l.yaml", "list: l\nentries:\n  b: { name: い }\n  a: { name: あ, kana: ", "あ",
        " }\n", 133, "city/lists/l.yaml:4:3: the kana of 'a' are longer than 399 bytes; shorten"},
    {"city/maps/m.yaml", MAP, "  a@: { name: あ, x: 1, y: 1 }\n", "", 200,
        "city/maps/m.yaml:6:3: more than 200 places on one map; make a second map"},
    {"city/doors.yaml", "city: 見本\ndoors:\n",
        "  d@: { title: 扉, picture: document, holds: [p] }\n", "", 8,
        "city/doors.yaml:11:3: home has room for 8 doors; put this one's procedures into another"},
};

static void
remove_file(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(minimal); i++) {
        if (strcmp(minimal[i].name, name) == 0) {
            write_text(name, minimal[i].text);
            return;
        }
    }
    if (strcmp(name, "procedures/p.yaml") == 0) {
        write_text(name, HEAD ONE);
        return;
    }
    char path[PATH_ROOM];
    (void)snprintf(path, sizeof(path), "%s/%s", work, name);
    assert_int_equal(remove(path), 0);
}

static void
expect(const char *told, bool heard_it, const struct heard *heard)
{
    if ((strstr(heard->all, told) != NULL) != heard_it) {
        fail_msg("%s \"%s\", heard:\n%s", heard_it ? "expected" : "too early", told, heard->all);
    }
}

static void
test_each_bound(void **state)
{
    (void)state;
    struct heard heard;
    load(&heard);
    assert_int_equal(heard.count, 0); /* the control */
    for (size_t i = 0; i < ARRAY_LEN(bounds); i++) {
        for (int more = 0; more <= 1; more++) {
            write_bound(&bounds[i], bounds[i].most + more);
            load(&heard);
            expect(bounds[i].told, more == 1, &heard);
        }
        remove_file(bounds[i].file);
    }
    load(&heard);
    assert_int_equal(heard.count, 0);
}

/* A form whose rows and facts come from two procedures: what one procedure may ask is less than what a form may hold. */
static void
test_a_form_of_two(void **state)
{
    (void)state;
    static const char group[] = "  - { repeat: g@, name: 人, count: 1, max: 1, questions: "
                                "[{ ask: n, type: yes-no, label: 何, name: 何 }] }\n";
    static const char question[] = "  - { ask: q@, type: yes-no, label: 何, name: 何 }\n";
    static const char other[] = "procedure: r\nhidden: yes\nin-force: 2026-04-01\nfollows: 試験用\n"
                                "counter: c\npicture: document\ntitle: 試験\nabout: 試験です。\n"
                                "next: [番号を伝えてください。]\nforms: [f]\nquestions:\n";
    static const struct {
        const char *line, *field, *over, *told;
        int first, second;
    } cases[] = {
        {group, "  - { rows: p.g@, fields: [{ field: f@, label: 何, tick: p.g@.n }] }\n",
            "  - { rows: r.g0, fields: [{ field: z, label: 何, tick: r.g0.n }] }\n",
            "forms/f.yaml:14:5: more than 8 groups of people in one form; write the others on a "
            "second form",
            8, 1},
        {group, "  - { rows: p.g@, fields: [{ field: f@, label: 何, tick: p.g@.n }] }\n",
            "  - { field: z, label: 何, value: count(r.g0) }\n",
            "forms/f.yaml:14:40: value: more than 8 groups of people in one form; write", 8, 1},
        {question, "  - { field: f@, label: 何, tick: p.q@ }\n",
            "  - { field: z, label: 何, tick: r.q0 }\n",
            "forms/f.yaml:206:33: tick: more than 200 facts in one form; write the other fields on "
            "a second form",
            200, 1},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct bound first = {"procedures/p.yaml", HEAD "forms: [f]\nquestions:\n", cases[i].line,
            "", cases[i].first, NULL};
        struct bound second = {"procedures/r.yaml", other, cases[i].line, "", 1, NULL};
        struct bound form = {"forms/f.yaml", FORM, cases[i].field, "", cases[i].first, NULL};
        struct heard heard;
        write_bound(&first, first.most);
        write_bound(&second, second.most);
        write_bound(&form, form.most);
        load(&heard);
        assert_string_equal(heard.all, "");
        form.after = cases[i].over;
        write_bound(&form, form.most);
        load(&heard);
        expect(cases[i].told, true, &heard);
        assert_int_equal(heard.count, 1); /* no second, misleading reason */
    }
    remove_file("procedures/p.yaml");
    remove_file("procedures/r.yaml");
    remove_file("forms/f.yaml");
}

static void
test_repeat_groups(void **state)
{
    (void)state;
    struct bound facts = {"dictionary/e.yaml", "facts:\n",
        "  g@.a: { type: yes-no, label: 何, name: 何 }\n", "", 31, NULL};
    struct bound groups = {"dictionary/f.yaml", "repeats:\n",
        "  g@: { name: 人, count: f.n, facts: [a] }\n", "", 30, NULL};
    static const char told[] = "dictionary/f.yaml:32:3: more than 30 repeat groups; take away "
                               "those that no procedure asks for";
    struct heard heard;
    write_bound(&facts, facts.most);
    for (int more = 0; more <= 1; more++) {
        write_bound(&groups, groups.most + more);
        load(&heard);
        expect(told, more == 1, &heard);
    }
    write_text("dictionary/f.yaml", "repeats:\n  G: { name: 人, count: f.n, facts: [a] }\n");
    load(&heard);
    expect("dictionary/f.yaml:2:3: 'G' is no id: small letters", true, &heard);
    write_text("dictionary/f.yaml", "groups:\n  G: [f.n]\n");
    load(&heard);
    expect("dictionary/f.yaml:2:3: a group is an id and a list of facts", true, &heard);
    remove_file("dictionary/e.yaml");
    remove_file("dictionary/f.yaml");
}

/* As many files as there is room for, and one more. */
static void
expect_files(const char *folder, const char *before, const char *after, int most, const char *told)
{
    struct heard heard;
    char name[PATH_ROOM];
    for (int i = 0; i <= most; i++) {
        char text[TEXT_ROOM];
        (void)snprintf(name, sizeof(name), "%s/x%d.yaml", folder, i);
        (void)snprintf(text, sizeof(text), "%sx%d%s", before, i, after);
        write_text(name, text);
        if (i >= most - 1) {
            load(&heard);
            expect(told, i == most, &heard);
        }
    }
    for (int i = 0; i <= most; i++) {
        (void)snprintf(name, sizeof(name), "%s/x%d.yaml", folder, i);
        remove_file(name);
    }
}

static void
test_many_files(void **state)
{
    (void)state;
    expect_files("procedures", "procedure: ",
        "\nhidden: yes\nin-force: 2026-04-01\nfollows: 試験用\ncounter: c\npicture: document\n"
        "title: 試験\nabout: 試験です。\nnext: [番号を伝えてください。]\n" ONE,
        1999, ".yaml:1:1: more than 2000 procedures; take away those that are over");
    expect_files("forms", "form: ",
        "\ntitle: 試験\nfollows: 試験用\nin-force: 2026-04-01\n"
        "fields: [{ field: a, label: 何, tick: yes }]\n",
        500, ".yaml:1:1: more than 500 forms; take away what no procedure fills any more");
}

static void
test_a_large_table(void **state)
{
    (void)state;
    struct bound table = {
        "city/lists/l.tsv", "id\tname\n", "n@\tあいうえおかきくけこさしすせそ\n", "", 1000, NULL};
    static const char told[] =
        "city/lists/l.yaml:2:8: this table is larger than 4 MiB; split the list";
    struct heard heard;
    write_text("city/lists/l.yaml", "list: l\ntable: l.tsv\n");
    write_bound(&table, 1000);
    load(&heard);
    assert_string_equal(heard.all, "");
    write_bound(&table, 90000);
    load(&heard);
    expect(told, true, &heard);
    remove_file("city/lists/l.tsv");
    load(&heard);
    expect("city/lists/l.yaml:2:8: this table can't be read: it is a file beside its list", true,
        &heard);
    remove_file("city/lists/l.yaml");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_bound),
        cmocka_unit_test(test_a_form_of_two),
        cmocka_unit_test(test_repeat_groups),
        cmocka_unit_test(test_many_files),
        cmocka_unit_test(test_a_large_table),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
