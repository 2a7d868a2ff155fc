/* What is printed of a record: who gets it, what comes back, and all that waits in a folder. What stands on the paper:
 * test_paper.sh, tests/print. */
#include "desk/fixture.h"

#include <dirent.h>

#include "base/err.h"

static const struct filled_fact hanako[] = {
    {"applicant.name", "日立　花子", FACT_ORIGIN_CARD},
    {"applicant.address", "茨城県日立市助川町1丁目1番1号", FACT_ORIGIN_CARD},
    {"applicant.birth", "1941-03-05", FACT_ORIGIN_CARD},
    {"seal-registration.letters", "family", FACT_ORIGIN_PERSON},
};

static struct filled_visit
visit_of(const char *procedure, const char *language)
{
    return (struct filled_visit){.procedure = procedure,
        .language = language,
        .fee = 300,
        .at = NOW,
        .facts = hanako,
        .count = ARRAY_LEN(hanako)};
}

static unsigned
get_paper(struct fixture *f, const uint8_t id[RECORD_ID_LEN], const char *rest, char *ret_type,
    struct buf *ret_body)
{
    char path[64];
    record_path(id, rest, path);
    struct desk_reply reply = ask(f, (struct desk_request){.method = "GET", .path = path});
    (void)snprintf(ret_type, 64, "%s", reply.type != NULL ? reply.type : "");
    buf_clear(ret_body);
    (void)buf_add(ret_body, reply.body.data, reply.body.len);
    buf_release(&reply.body);
    return reply.status;
}

static bool
is_pdf(const struct buf *body)
{
    return body->len > 1000 && memcmp(body->data, "%PDF-1.", 7) == 0;
}

static void
count_strokes(void *ctx, int page, const char *text, const struct print_rect *ink,
    const struct print_rect *cell)
{
    struct print_rect *lines = ctx; /* how many, as its width */
    (void)page;
    (void)cell;
    lines->w += text == NULL && ink->h < 150 && ink->w < 200 && ink->x > 470 && ink->y > 500 &&
                        ink->y < 1200
                    ? 1
                    : 0;
}

static void
test_papers(void **state)
{
    struct fixture *f = *state;
    uint8_t id[RECORD_ID_LEN];
    char type[64];
    char path[64];
    AUTO_BUF body;
    buf_init(&body, DESK_PAPER_MAX);
    struct filled_visit visit = visit_of("seal-registration", "my");
    filled_put(&f->filled, &visit, id, NULL);
    record_path(id, "", path);
    assert_int_equal(get(f, path, &body), 200);
    assert_int_equal(times_in(buf_str(&body), "/forms.pdf\""), 1);
    assert_int_equal(times_in(buf_str(&body), "/slip.pdf\""), 1);
    assert_int_equal(get_paper(f, id, "/forms.pdf", type, &body), 200);
    assert_string_equal(type, "application/pdf");
    assert_true(is_pdf(&body));
    assert_int_equal(get_paper(f, id, "/slip.pdf", type, &body), 200);
    assert_string_equal(type, "application/pdf");
    assert_true(is_pdf(&body));
    /* the slip was written in Burmese; the page is Japanese as before */
    assert_string_equal(i18n_current(f->words)->code, "ja");
}

/* Signed on the screen, and to be signed at the counter: the same form, with strokes and without. */
static void
test_signed(void **state)
{
    struct fixture *f = *state;
    struct filled_fact fact = {"kinds.signature", "100,100 300,200 500,100", FACT_ORIGIN_PERSON};
    struct filled_visit visit = {
        .procedure = "kinds", .language = "ja", .fee = -1, .at = NOW, .facts = &fact, .count = 1};
    uint8_t id[RECORD_ID_LEN];
    char type[64];
    AUTO_BUF drawn;
    AUTO_BUF later;
    buf_init(&drawn, DESK_PAPER_MAX);
    buf_init(&later, DESK_PAPER_MAX);
    procedure_set_free(f->procedures);
    assert_int_equal(procedure_load("tests/procedure/assets", NULL, NULL, &f->procedures), 0);
    f->desk.config.procedures = f->procedures;
    struct print_rect lines = {0};
    print_tell(f->desk.print, count_strokes, &lines);
    filled_put(&f->filled, &visit, id, NULL);
    assert_int_equal(get_paper(f, id, "/forms.pdf", type, &drawn), 200);
    assert_int_equal(lines.w, 3);
    fact.value = "counter";
    lines.w = 0;
    filled_put(&f->filled, &visit, id, NULL);
    assert_int_equal(get_paper(f, id, "/forms.pdf", type, &later), 200);
    assert_int_equal(lines.w, 0);
    print_tell(f->desk.print, NULL, NULL);
    procedure_set_free(f->procedures);
    assert_int_equal(procedure_load("assets", NULL, NULL, &f->procedures), 0);
    f->desk.config.procedures = f->procedures;
}

static void
test_without_forms(void **state)
{
    struct fixture *f = *state;
    uint8_t id[RECORD_ID_LEN];
    char type[64];
    char path[64];
    AUTO_BUF body;
    buf_init(&body, DESK_PAPER_MAX);
    struct filled_visit visit = visit_of("report-spot", "ja");
    filled_put(&f->filled, &visit, id, NULL);
    record_path(id, "", path);
    assert_int_equal(get(f, path, &body), 200);
    assert_int_equal(times_in(buf_str(&body), "/forms.pdf\""), 0);
    assert_int_equal(times_in(buf_str(&body), "/slip.pdf\""), 1);
    assert_int_equal(get_paper(f, id, "/forms.pdf", type, &body), 404);
    assert_false(is_pdf(&body));
    assert_int_equal(get_paper(f, id, "/slip.pdf", type, &body), 200);
}

/* Nobody who is not logged in; nothing of a record that is not there or can't be read. */
static void
test_refused(void **state)
{
    struct fixture *f = *state;
    static const uint8_t nobody[RECORD_ID_LEN] = {1};
    static const char *const rests[] = {"/forms.pdf", "/slip.pdf"};
    uint8_t id[RECORD_ID_LEN];
    char type[64];
    AUTO_BUF body;
    buf_init(&body, DESK_PAPER_MAX);
    struct filled_visit visit = visit_of("seal-registration", "ja");
    visit.harm = FILLED_NO_RECORD;
    filled_put(&f->filled, &visit, id, NULL);
    for (size_t i = 0; i < ARRAY_LEN(rests); i++) {
        assert_int_equal(get_paper(f, nobody, rests[i], type, &body), 404);
        assert_int_equal(get_paper(f, id, rests[i], type, &body), 500);
        assert_string_not_equal(type, "application/pdf");
    }
    visit.harm = FILLED_WHOLE;
    filled_put(&f->filled, &visit, id, NULL);
    f->cookie[0] = 0;
    for (size_t i = 0; i < ARRAY_LEN(rests); i++) {
        assert_int_equal(get_paper(f, id, rests[i], type, &body), 303);
        assert_int_equal(body.len, 0);
    }
}

static size_t
files_in(const char *folder, const char *part)
{
    size_t count = 0;
    DIR *open = opendir(folder);
    assert_non_null(open);
    for (const struct dirent *entry; (entry = readdir(open)) != NULL;) {
        count += strstr(entry->d_name, part) != NULL;
    }
    (void)closedir(open);
    return count;
}

/* All that waits: two records of one number are two papers, what is done is none, what can't be read or is too long for
 * paper holds up no other. */
static void
test_batch(void **state)
{
    struct fixture *f = *state;
    static char much[FACT_VALUE_MAX];
    uint8_t id[RECORD_ID_LEN];
    char number[RECORD_NUMBER_LEN];
    char again[RECORD_NUMBER_LEN];
    size_t count = 0;
    char *folder = fs_join(f->home, "paper");
    char *ledger = fs_join(f->home, "ledger.db");
    char *fonts = conf_share(NULL, "fonts");
    char *list = fs_join(fonts, "paper.list");
    assert_int_equal(fs_make_dirs(folder), 0);
    struct desk_config config = f->desk.config;
    config.ledger = ledger;
    config.pages = "assets/desk";
    config.fonts = list;
    struct filled_visit visit = visit_of("seal-registration", "vi");
    filled_put(&f->filled, &visit, id, number);
    assert_int_equal(filled_mark(&f->filled, id, "done", "sato", NOW), 0);
    assert_int_equal(desk_print(&config, folder, &count), 0);
    assert_int_equal(count, 0);

    visit.skip = 9999;
    filled_put(&f->filled, &visit, id, again);
    visit.skip = 0;
    assert_int_equal(filled_mark(&f->filled, id, "new", "sato", NOW), 0);
    filled_put(&f->filled, &visit, id, number);
    visit.skip = 9999;
    filled_put(&f->filled, &visit, id, again);
    visit.skip = 0;
    assert_int_equal(desk_print(&config, folder, &count), 0);
    assert_int_equal(count, 6);
    assert_int_equal(files_in(folder, "-slip.pdf"), 3);
    assert_string_equal(number, again);
    assert_int_equal(files_in(folder, number), 4);

    memset(much, 'w', sizeof(much) - 1);
    const struct filled_fact long_facts[] = {{"applicant.name", much, FACT_ORIGIN_PERSON}};
    struct filled_visit too_long = visit_of("seal-registration", "ja");
    too_long.facts = long_facts;
    too_long.count = 1;
    filled_put(&f->filled, &too_long, id, NULL);
    assert_int_equal(desk_print(&config, folder, &count), KERR_TOO_BIG);
    assert_int_equal(count, 7); /* its slip too */
    visit.harm = FILLED_ALTERED;
    filled_put(&f->filled, &visit, id, NULL);
    assert_int_equal(desk_print(&config, folder, &count), KERR_TOO_BIG);
    assert_int_equal(count, 7);
    free(list);
    free(fonts);
    free(ledger);
    free(folder);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_papers),
        TEST(test_signed),
        TEST(test_without_forms),
        TEST(test_refused),
        TEST(test_batch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
