/* tests/desk/tool_paper.c - for test_paper.sh: fills every form of every procedure by chance and prints it.
 *
 *   tool_paper OUT      OUT/PROCEDURE-SEED.pdf, -slip.pdf, and .txt: the answers, one a line, that must stand on paper */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/conf.h"
#include "base/fs.h"
#include "desk/desk_priv.h"
#include "procedure/visit.h"

enum { SEEDS = 2, FORMS_MAX = 60, ARRIVED = 1795305600 };

static const char *const languages[] = {"ja", "ja-easy", "en", "zh-Hans", "zh-Hant", "ko", "vi",
    "fil", "ne", "pt-BR", "id", "my", "th", "es"};

static const char *out;
static FILE *answers;

/* Written answers alone: those that are words of the content may be ticked, not written. */
static void
hear(const struct procedure_field *field, void *ctx)
{
    (void)ctx;
    bool written = field->value[0] != 0 && field->type == QUESTION_TEXT && field->key != NULL &&
                   field->words.source == NULL && field->choice_count == 0;
    if (written) {
        (void)fprintf(answers, "%s\t%s\n", field->key, field->value);
    }
}

static void
write_pdf(const char *name, const struct buf *pdf)
{
    char *path = fs_join(out, name);
    if (fs_write_atomic(path, pdf->data, pdf->len, 0600) < 0) {
        fail_msg("can't write %s", path);
    }
    free(path);
}

static void
print_record(struct desk *desk, const struct record *record, const char *name)
{
    char file[256];
    const char *ids[FORMS_MAX];
    AUTO_BUF pdf;
    AUTO_BUF again;
    AUTO_BUF slip;
    buf_init(&pdf, DESK_PAPER_MAX);
    buf_init(&again, DESK_PAPER_MAX);
    buf_init(&slip, DESK_PAPER_MAX);
    const struct procedure *procedure =
        procedure_find(desk->config.procedures, record_head(record)->procedure);
    size_t count = procedure_forms(procedure, record_facts(record), ids, FORMS_MAX);
    assert_int_equal(desk_slip(desk, record, &slip), 0);
    (void)snprintf(file, sizeof(file), "%s-slip.pdf", name);
    write_pdf(file, &slip);
    if (count == 0) {
        assert_int_equal(desk_forms(desk, record, &pdf), KERR_NOT_FOUND);
        return;
    }
    assert_int_equal(desk_forms(desk, record, &pdf), 0);
    assert_int_equal(desk_forms(desk, record, &again), 0);
    assert_int_equal(pdf.len, again.len);
    assert_memory_equal(pdf.data, again.data, pdf.len);
    (void)snprintf(file, sizeof(file), "%s.pdf", name);
    write_pdf(file, &pdf);
    (void)snprintf(file, sizeof(file), "%s/%s.txt", out, name);
    answers = fopen(file, "we");
    assert_non_null(answers);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(
            procedure_form_fill(real, ids[i], record_facts(record), ARRIVED, hear, NULL), 0);
    }
    assert_int_equal(fclose(answers), 0);
}

static void
print_by_chance(struct desk *desk, const struct procedure *procedure, uint64_t seed, size_t turn)
{
    struct rng_seeded rng = {seed};
    struct procedure_info info = procedure_info(procedure);
    struct visit visit = begin(real, info.id, true);
    struct fact_set *facts = fact_set_new();
    (void)answer_all_by_chance(&visit, &rng, info.id, seed);
    if (interview_finish(visit.interview, facts) == 0) {
        struct record_head head = {.fee = interview_fee(visit.interview), .submitted_at = ARRIVED};
        char name[128];
        (void)snprintf(head.procedure, sizeof(head.procedure), "%s", info.id);
        (void)snprintf(head.number, sizeof(head.number), "00100737");
        (void)snprintf(
            head.language, sizeof(head.language), "%s", languages[turn % ARRAY_LEN(languages)]);
        (void)snprintf(name, sizeof(name), "%s-%llu", info.id, (unsigned long long)seed);
        struct record *record = record_new(&head, facts);
        print_record(desk, record, name);
        record_free(record);
    }
    fact_set_free(facts);
    end(&visit);
}

static void
print_everything(void **state)
{
    (void)state;
    struct desk desk = {.config = {.clock = &test_clock, .procedures = real}};
    char *locale = conf_share(NULL, "locale");
    char *fonts = conf_share(NULL, "fonts");
    char *list = fs_join(fonts, "paper.list");
    assert_int_equal(i18n_new(locale, &desk.config.words), 0);
    assert_int_equal(desk_assets_load("assets/desk", &desk.assets), 0);
    assert_int_equal(print_new(list, &desk.print), 0);
    size_t turn = 0;
    for (size_t i = 0; i < procedure_count(real); i++) {
        const struct procedure *procedure = procedure_at(real, i);
        for (uint64_t seed = 1; procedure_info(procedure).keeps && seed <= SEEDS; seed++) {
            print_by_chance(&desk, procedure, seed, turn++);
        }
    }
    print_free(desk.print);
    desk_assets_free(desk.assets);
    i18n_free(desk.config.words);
    free(list);
    free(fonts);
    free(locale);
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(print_everything)};
    if (argc != 2) {
        return 2;
    }
    out = argv[1];
    return cmocka_run_group_tests(tests, load_sets, free_sets);
}
