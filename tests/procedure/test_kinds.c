/* tests/procedure/test_kinds.c - answers that are no plain words: what is taken and what is refused, entries that belong
 * to an earlier answer, choices with conditions, lists and maps of the city. */
#include "visit.h"

#include <sys/stat.h>

#include "base/fs.h"
#include "harness/harness.h"

enum { LONG_LIST = 5000 };

static void
refused(struct visit *visit, const char *key, const char *text, const char *why)
{
    struct interview_verdict verdict = {0};
    assert_string_equal(key_now(visit), key);
    assert_int_equal(interview_answer(visit->interview, text, FACT_ORIGIN_PERSON, &verdict),
        KERR_PROCEDURE_ANSWER);
    assert_string_equal(verdict.message, why);
}

/* To the question of this key, with plain answers before it. */
static struct visit
at(const char *key)
{
    static const char *const answers[][2] = {{"kinds.rent", "50000"}, {"kinds.from", "10:15"},
        {"kinds.until", "11:00"}, {"kinds.payer", "self"}, {"kinds.ways", "cash"},
        {"kinds.bank", "mihon"}, {"kinds.branch", "mihon-2"}, {"kinds.centre", "south"},
        {"family.size", "2"}, {"family[1].name", "一郎"}, {"family[1].kana", "イチロウ"},
        {"family[1].birth", "1980-01-01"}, {"family[1].income", "0"}, {"family[2].name", "葉子"},
        {"family[2].kana", "ヨウコ"}, {"family[2].birth", "2020-01-01"}, {"kinds.carer", "1"},
        {"kinds.moving", "1 2"}, {"kinds.slot", "hall/2026-12-01/09:00"},
        {"kinds.room", "south-hall/2026-12-01/09:00"}, {"kinds.spot", "town/10,990"},
        {"kinds.paper", "seen"}, {"kinds.signature", "counter"}};
    struct visit visit = begin(set, "kinds", false);
    for (size_t i = 0; i < ARRAY_LEN(answers) && strcmp(answers[i][0], key) != 0; i++) {
        answer(&visit, answers[i][0], answers[i][1]);
    }
    return visit;
}

static const struct written {
    const char *key, *text, *kept; /* NULL: refused */
    const char *why;
} written[] = {
    {"kinds.rent", "５０，０００", "50000", NULL},
    {"kinds.rent", "0", "0", NULL},
    {"kinds.rent", "2000001", NULL, "answer.number-range"},
    {"kinds.rent", "-1", NULL, "answer.number-range"},
    {"kinds.rent", "many", NULL, "answer.number"},
    {"kinds.from", "9:30", "09:30", NULL},
    {"kinds.from", "０９３０", "09:30", NULL},
    {"kinds.from", "9時30分", "09:30", NULL},
    {"kinds.from", "10時", "10:00", NULL},
    {"kinds.from", "17:00", "17:00", NULL},
    {"kinds.from", "17:15", NULL, "answer.time-range"},
    {"kinds.from", "08:45", NULL, "answer.time-range"},
    {"kinds.from", "09:10", NULL, "answer.time-range"}, /* between the steps */
    {"kinds.from", "24:00", NULL, "answer.time"},
    {"kinds.from", "10:60", NULL, "answer.time"},
    {"kinds.from", "10:6", NULL, "answer.time"},
    {"kinds.from", "10", NULL, "answer.time"},
    {"kinds.from", "10:00:00", NULL, "answer.time"},
    {"kinds.from", "10分", NULL, "answer.time"},
    {"kinds.from", "unknown", NULL, "answer.time"},
    {"kinds.until", "10:29", NULL, "answer.time-range"}, /* not before the beginning */
    {"kinds.until", "10:31", "10:31", NULL},
    {"kinds.until", "unknown", "unknown", NULL},
    {"kinds.payer", "landlord", "landlord", NULL},
    {"kinds.payer", "nobody", NULL, "answer.choice"}, /* its condition doesn't hold */
    {"kinds.ways", "transfer cash", "cash transfer", NULL},
    {"kinds.bank", "kaigan", "kaigan", NULL},
    {"kinds.bank", "Mihon", NULL, "answer.choice"},
    {"kinds.bank", "見本銀行", NULL, "answer.choice"},
    {"kinds.branch", "mihon-1", "mihon-1", NULL},
    {"kinds.branch", "kaigan-1", NULL, "answer.choice"}, /* of another bank */
    {"kinds.branch", "nowhere", NULL, "answer.choice"},
    {"kinds.centre", "north", "north", NULL},
    {"kinds.centre", "mihon", NULL, "answer.choice"},
    {"kinds.carer", "1", "1", NULL},
    {"kinds.carer", "2", NULL, "answer.choice"}, /* a child */
    {"kinds.carer", "3", NULL, "answer.choice"}, /* nobody */
    {"kinds.carer", "一郎", NULL, "answer.choice"},
    {"kinds.moving", "2 1", "1 2", NULL},
    {"kinds.moving", "1 3", NULL, "answer.choice"},
    {"kinds.slot", "hall-2/2026-12-31/23:59", "hall-2/2026-12-31/23:59", NULL},
    {"kinds.slot", "hall/2026-02-30/09:00", NULL, "answer.choice"},
    {"kinds.slot", "hall/2026-12-01/9:00", NULL, "answer.choice"},
    {"kinds.slot", "hall/2026-12-01/09:00/x", NULL, "answer.choice"},
    {"kinds.slot", "hall/2026-12-01", NULL, "answer.choice"},
    {"kinds.slot", "/2026-12-01/09:00", NULL, "answer.choice"},
    {"kinds.slot", "HALL/2026-12-01/09:00", NULL, "answer.choice"},
    {"kinds.room", "south-hall/2026-12-01/09:00", "south-hall/2026-12-01/09:00", NULL},
    {"kinds.room", "north-hall/2026-12-01/09:00", NULL, "answer.choice"}, /* of another place */
    {"kinds.room", "hall/2026-12-01/09:00", NULL, "answer.choice"}, /* of no place */
    {"kinds.spot", "town/0,1000", "town/0,1000", NULL},
    {"kinds.spot", "town/0,1001", NULL, "answer.place"},
    {"kinds.spot", "town/0", NULL, "answer.place"},
    {"kinds.spot", "town/00001,1", NULL, "answer.place"},
    {"kinds.spot", "town/1,1 ", "town/1,1", NULL},
    {"kinds.spot", "town/1,1;2,2", NULL, "answer.place"},
    {"kinds.spot", "village/1,1", NULL, "answer.place"},
    {"kinds.spot", "townx1,1", NULL, "answer.place"},
    {"kinds.paper", "seen", "seen", NULL},
    {"kinds.paper", "yes", NULL, "answer.choice"},
    {"kinds.paper", "", NULL, "answer.choice"},
    {"kinds.signature", "0,0 10,20;30,40 1000,300", "0,0 10,20;30,40 1000,300", NULL},
    {"kinds.signature", "counter", "counter", NULL},
    {"kinds.signature", "5,5", NULL, "answer.signature"}, /* a dot */
    {"kinds.signature", "5,5 ", NULL, "answer.signature"},
    {"kinds.signature", "5,5;;6,6", NULL, "answer.signature"},
    {"kinds.signature", "5,5  6,6", NULL, "answer.signature"},
    {"kinds.signature", "5,-5 6,6", NULL, "answer.signature"},
    {"kinds.signature", "花子", NULL, "answer.signature"},
};

static void
test_what_is_taken(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(written); i++) {
        const struct written *c = &written[i];
        struct visit visit = at(c->key);
        if (c->kept == NULL) {
            refused(&visit, c->key, c->text, c->why);
            expect_fact(&visit, c->key, NULL);
        } else {
            answer(&visit, c->key, c->text);
            expect_fact(&visit, c->key, c->kept);
        }
        end(&visit);
    }
}

static void
test_what_is_offered(void **state)
{
    (void)state;
    struct visit visit = at("kinds.payer");
    struct question now = question_now(&visit);
    assert_int_equal(now.choice_count, 2);
    assert_string_equal(now.choices[1].value, "landlord");
    end(&visit);
    visit = at("kinds.from");
    now = question_now(&visit);
    assert_true(now.min == 540 && now.max == 1020 && now.step == 15);
    end(&visit);
    visit = at("kinds.branch");
    now = question_now(&visit);
    assert_string_equal(now.list->id, "branches");
    assert_true(now.within);
    assert_string_equal(now.within_value, "mihon");
    end(&visit);
    visit = at("kinds.bank");
    now = question_now(&visit);
    assert_true(!now.within && now.list->count == 3);
    expect_now(&visit, "mihon"); /* the default is an entry */
    end(&visit);
    visit = at("kinds.carer");
    now = question_now(&visit);
    assert_int_equal(now.choice_count, 1);
    assert_string_equal(now.choices[0].text, "一郎"); /* the visitor's own words */
    end(&visit);
    visit = at("kinds.spot");
    now = question_now(&visit);
    assert_string_equal(now.map->id, "town");
    end(&visit);
    visit = at("kinds.signature");
    now = question_now(&visit);
    assert_true(now.personal);
    end(&visit);
}

/* Another bank: its branch is asked again. Another rent: who pays is. */
static void
test_open_again(void **state)
{
    (void)state;
    struct visit visit = at("check");
    assert_string_equal(key_now(&visit), "check");
    assert_int_equal(interview_change(visit.interview, "kinds.bank"), 0);
    answer(&visit, "kinds.bank", "kaigan");
    refused(&visit, "kinds.branch", "mihon-2", "answer.choice");
    answer(&visit, "kinds.branch", "kaigan-1");
    assert_string_equal(key_now(&visit), "check");
    assert_int_equal(interview_change(visit.interview, "kinds.rent"), 0);
    answer(&visit, "kinds.rent", "1000000");
    assert_string_equal(key_now(&visit), "check"); /* cash is still there */
    assert_int_equal(interview_change(visit.interview, "kinds.payer"), 0);
    answer(&visit, "kinds.payer", "landlord");
    assert_int_equal(interview_change(visit.interview, "kinds.rent"), 0);
    answer(&visit, "kinds.rent", "0");
    assert_string_equal(key_now(&visit), "kinds.payer");
    assert_int_equal(question_now(&visit).choice_count, 2);
    answer(&visit, "kinds.payer", "nobody");
    assert_string_equal(key_now(&visit), "check"); /* no way of paying is left to ask */
    struct fact_set *record = fact_set_new();
    assert_int_equal(interview_finish(visit.interview, record), 0);
    assert_null(fact_set_value(record, "kinds.ways"));
    fact_set_free(record);
    end(&visit);
}

/* A person less: who was chosen is asked again. Nobody of age: nobody is asked for. */
static void
test_people(void **state)
{
    (void)state;
    struct visit visit = at("check");
    assert_int_equal(interview_change(visit.interview, "kinds.moving"), 0);
    answer(&visit, "kinds.moving", "2");
    assert_int_equal(interview_change(visit.interview, "family.size"), 0);
    answer(&visit, "family.size", "1");
    assert_string_equal(key_now(&visit), "kinds.moving");
    assert_int_equal(question_now(&visit).choice_count, 1);
    answer(&visit, "kinds.moving", "");
    assert_int_equal(interview_change(visit.interview, "family.size"), 0);
    answer(&visit, "family.size", "0");
    assert_string_equal(key_now(&visit), "check");
    struct fact_set *record = fact_set_new();
    assert_int_equal(interview_finish(visit.interview, record), 0);
    assert_null(fact_set_value(record, "kinds.carer"));
    fact_set_free(record);
    end(&visit);
}

/* Nothing to choose from: passed over. "I don't know" can be asked for by conditions. */
static void
test_nothing_to_choose(void **state)
{
    (void)state;
    struct visit visit = at("kinds.bank");
    answer(&visit, "kinds.bank", "tansu");
    assert_string_equal(key_now(&visit), "kinds.centre");
    end(&visit);
    visit = at("kinds.bank");
    answer(&visit, "kinds.bank", "unknown");
    answer(&visit, "kinds.why-unknown", "");
    end(&visit);
    visit = at("kinds.spot");
    answer(&visit, "kinds.spot", "unknown");
    assert_string_equal(key_now(&visit), "kinds.spot-words");
    end(&visit);
    visit = at("kinds.from");
    answer(&visit, "kinds.from", "15:30");
    answer(&visit, "kinds.until", "16:00");
    assert_string_equal(key_now(&visit), "kinds.late");
    end(&visit);
}

/* To the questions behind two dogs and two cats. */
static struct visit
pairs(const char *bank, const char *second)
{
    struct visit visit = begin(set, "pairs", false);
    answer(&visit, "pairs.dogs", "2");
    answer(&visit, "pairs.dog[1].name", "しろ");
    answer(&visit, "pairs.dog[1].bank", bank);
    if (strcmp(bank, "mihon") == 0) {
        answer(&visit, "pairs.dog[1].why", "yes");
    }
    answer(&visit, "pairs.dog[2].name", "ぶち");
    answer(&visit, "pairs.dog[2].bank", "");
    answer(&visit, "pairs.cats", "2");
    answer(&visit, "pairs.cat[1].name", "7");
    answer(&visit, "pairs.cat[1].why", "no");
    answer(&visit, "pairs.cat[2].name", second);
    return visit;
}

/* A name is that of the group in which it is used; known() tells an answer from none and from "I don't know". */
static void
test_same_id_in_two_groups(void **state)
{
    (void)state;
    static const struct {
        const char *bank, *second, *next, *then;
    } cases[] = {
        {"mihon", "3", "pairs.paid", "pairs.numbered"},
        {"mihon", "", "pairs.paid", "check"},
        {"", "3", "pairs.numbered", "check"},
        {"unknown", "3", "pairs.numbered", "check"},
        {"", "", "check", NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct visit visit = pairs(cases[i].bank, cases[i].second);
        assert_string_equal(key_now(&visit), cases[i].next);
        if (cases[i].then != NULL) {
            answer(&visit, cases[i].next, "yes");
            assert_string_equal(key_now(&visit), cases[i].then);
        }
        expect_fact(&visit, "pairs.dog[1].name", "しろ");
        expect_fact(&visit, "pairs.cat[1].name", "7");
        expect_fact(&visit, "pairs.dog[2].why", NULL);
        end(&visit);
    }
}

static void
test_lists_and_maps(void **state)
{
    (void)state;
    const struct procedure_list *branches = procedure_list(set, "branches");
    assert_non_null(branches);
    assert_null(procedure_list(set, "nothing"));
    const struct procedure_entry *station = procedure_entry(branches, "mihon-2");
    assert_string_equal(station->kana, "エキマエシテン"); /* half-width in the table */
    assert_string_equal(station->within, "mihon");
    assert_null(station->name.context); /* a proper name */
    assert_null(procedure_entry(branches, "mihon"));
    const struct procedure_list *centres = procedure_list(set, "centres");
    assert_string_equal(centres->entries[0].name.context, "list/centres/north/name");
    assert_string_equal(centres->entries[0].hours.source, "午前9時から午後5時まで");
    assert_string_equal(
        procedure_entry(procedure_list(set, "banks"), "kaigan")->phone, "0294-00-0001");
    const struct procedure_map *map;
    int x;
    int y;
    assert_true(procedure_place_parse(set, "town/210,90", &map, &x, &y));
    assert_true(x == 210 && y == 90 && map->height == 500);
    assert_string_equal(procedure_place_near(map, x, y)->id, "north");
    assert_string_equal(procedure_place_near(map, 1000, 1000)->id, "hall");
    assert_false(procedure_place_parse(set, "village/1,1", &map, &x, &y));
    assert_false(procedure_place_parse(set, "town", &map, &x, &y));
    assert_true(procedure_map_count(set) == 1 && procedure_map_at(set, 1) == NULL);
    struct question words;
    assert_true(procedure_fact_words(set, "kinds", "kinds.branch", &words));
    assert_ptr_equal(words.list, branches);
}

/* A list of thousands: read in milliseconds, and every entry is found. */
static void
test_long_list(void **state)
{
    (void)state;
    char folder[HARNESS_FOLDER_LEN];
    char path[300];
    harness_folder_make(folder);
    static const char *const folders[] = {"city", "city/lists", "procedures", "dictionary"};
    for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", folder, folders[i]);
        assert_int_equal(mkdir(path, 0700), 0);
    }
    AUTO_BUF table;
    buf_init(&table, 1 << 20);
    assert_int_equal(buf_add_str(&table, "kana\tid\tname\n"), 0);
    for (int i = 0; i < LONG_LIST; i++) {
        assert_int_equal(
            buf_printf(&table, "しちょう\te%d\t支店%d\n", (i * 7919) % LONG_LIST, i), 0);
    }
    static const char *const files[][2] = {{"city/counters.yaml", "counters:\n  a: い\n"},
        {"city/things.yaml", "things:\n  a: い\n"}, {"city/doors.yaml", "doors: {}\n"},
        {"city/lists/long.yaml", "list: long\ntranslate: no\ntable: long.tsv\n"}};
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", folder, files[i][0]);
        assert_int_equal(fs_write_atomic(path, files[i][1], strlen(files[i][1]), 0600), 0);
    }
    (void)snprintf(path, sizeof(path), "%s/city/lists/long.tsv", folder);
    assert_int_equal(fs_write_atomic(path, table.data, table.len, 0600), 0);
    struct procedure_set *loaded = NULL;
    int64_t before = clock_mono_ms(clock_system());
    assert_int_equal(procedure_load(folder, NULL, NULL, &loaded), 0);
    printf("%d entries in %lld ms (checked build)\n", LONG_LIST,
        (long long)(clock_mono_ms(clock_system()) - before));
    const struct procedure_list *list = procedure_list(loaded, "long");
    assert_int_equal(list->count, LONG_LIST);
    for (int i = 0; i < LONG_LIST; i++) {
        char id[16];
        (void)snprintf(id, sizeof(id), "e%d", i);
        assert_string_equal(procedure_entry(list, id)->id, id);
    }
    procedure_set_free(loaded);
    /* the same id twice is noticed */
    assert_int_equal(buf_add_str(&table, "あ\te17\tまた\n"), 0);
    assert_int_equal(fs_write_atomic(path, table.data, table.len, 0600), 0);
    assert_int_equal(procedure_load(folder, NULL, NULL, &loaded), KERR_PROCEDURE_FILE);
    assert_int_equal(harness_folder_remove(folder), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_taken),
        cmocka_unit_test(test_what_is_offered),
        cmocka_unit_test(test_open_again),
        cmocka_unit_test(test_people),
        cmocka_unit_test(test_nothing_to_choose),
        cmocka_unit_test(test_same_id_in_two_groups),
        cmocka_unit_test(test_lists_and_maps),
        cmocka_unit_test(test_long_list),
    };
    return cmocka_run_group_tests(tests, load_sets, free_sets);
}
