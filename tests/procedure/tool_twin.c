/* tests/procedure/tool_twin.c - plays every procedure by chance and writes down what the interview was asked and where it
 * stood after each act, for the engine in assets/pre-entry (twin.mjs). A line each: `outline JSON`, `begin`, an act (`answer TEXT`
 * as JSON, `back`, `change KEY`), `is VERDICT`, `at STATE`.
 * tool_twin ASSETS SEEDS FIRST-SEED */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/rng.h"
#include "procedure/procedure_priv.h"

enum { OUTLINE_MAX = 4 * 1024 * 1024, STATE_MAX = 4 * 1024 * 1024, ACTS = 45 };

/* 2026-11-22T00:00:00Z, which is the 22nd in Japan too. */
static int64_t
wall(void *ctx)
{
    (void)ctx;
    return 1795305600;
}
static const struct clock test_clock = {.wall_s = wall};

/* What somebody might write: canonical or not, of this kind of question or of another. */
static const char *const written[] = {"", "　", " yes ", "unknown", "no", "１２", "-5", "−3",
    "1,000", "９９９９９９９９９９", "99999999999", "1234 5678 9012", "090-1234-5678",
    "（029）224-1111", "2026年4月1日", "昭和16年3月5日", "S16.3.5", "s64.1.8", "令和元年5月1日",
    "平成元年1月7日", "20260401", "2024-02-29", "2023-02-29", "1799-12-31", "2200/12/31",
    "２０２０．１．１", "がぎぐ　ぽん", "ｶﾞｷﾞﾊﾟﾝﾀﾞ", "ｱﾞ", "ヴヷー・", "kana", "9時", "９：３０",
    "0930", "24:00", "9:5", "09時30分", "9", "元", "a\tb", "a\001b", "seen", "counter", "𠮷野家",
    "e\xcc\x81", "yes no", "1e3", "0x10", "-0", "M1.10.23", "大正15年12月24日", "2020/1/1/1"};

static void
text_of(const char *text, struct buf *out)
{
    (void)buf_add_byte(out, '"');
    for (; *text != 0; text++) {
        unsigned char byte = (unsigned char)*text;
        (void)(byte == '"' || byte == '\\' || byte < 0x20 ? buf_printf(out, "\\u%04x", byte)
                                                          : buf_add_byte(out, byte));
    }
    (void)buf_add_byte(out, '"');
}

static int
number_of(const struct procedure_words *words, void *ctx)
{
    int *count = ctx;
    (void)words;
    return (*count)++;
}

/* All that the page at home would show or go by. */
static void
tell(const struct interview *interview)
{
    AUTO_BUF out;
    buf_init(&out, STATE_MAX);
    const struct flow *flow = &interview->flow;
    for (size_t i = 0; i < flow->count; i++) {
        const struct slot *slot = &flow->slots[i];
        const char *value = fact_set_value(interview->facts, slot->key);
        (void)buf_printf(&out, "%s=%d%d%d%d%d%d%d:%s;", slot->key, slot->relevant, slot->settled,
            slot->page, slot->open, slot->waits, slot->elsewhere, slot->valued,
            value != NULL ? value : "-");
    }
    int number = 0;
    int total = 0;
    struct procedure_stop stop;
    (void)interview_progress(interview, &number, &total);
    (void)buf_printf(&out, " rows %zu progress %d/%d stopped %d", interview_row_count(interview),
        number, total, interview_stopped(interview, &stop));
    struct question question;
    if (interview_question(interview, &question) == 0) {
        AUTO_BUF now;
        buf_init(&now, PROCEDURE_ANSWER_MAX);
        interview_answer_now(interview, &now);
        (void)buf_printf(&out, " at %s now %s who %d/%d %s", question.key, buf_str(&now),
            question.repeat_index, question.repeat_count,
            question.who != NULL ? question.who : "-");
        for (size_t i = 0; i < question.choice_count; i++) {
            (void)buf_printf(&out, " %s", question.choices[i].value);
        }
    }
    AUTO_BUF line;
    buf_init(&line, STATE_MAX);
    text_of(buf_str(&out), &line);
    (void)printf("at %s\n", buf_str(&line));
}

static void
give(struct interview *interview, struct rng_seeded *rng)
{
    AUTO_BUF text;
    AUTO_BUF line;
    buf_init(&text, PROCEDURE_ANSWER_MAX + 1);
    buf_init(&line, STATE_MAX);
    struct interview_verdict verdict = {0};
    struct question question = {0};
    (void)interview_question(interview, &question);
    bool later = question.type == QUESTION_SLOT || question.type == QUESTION_PLACE ||
                 question.type == QUESTION_SIGNATURE; /* the page has no judge for them */
    bool wild = rng_seeded_below(rng, 3) == 0 && !later;
    if (wild || (interview_random_answer(interview, rng, &text) != 0 && !later)) {
        buf_clear(&text);
        (void)buf_add_str(&text, written[rng_seeded_below(rng, ARRAY_LEN(written))]);
    }
    text_of(buf_str(&text), &line);
    int r = interview_answer(interview, buf_str(&text), FACT_ORIGIN_PERSON, &verdict);
    (void)printf("answer %s\nis %s\n", buf_str(&line),
        r == 0                    ? "taken"
        : verdict.message != NULL ? verdict.message
                                  : "otherwise");
}

static void
act(struct interview *interview, struct rng_seeded *rng)
{
    struct interview_row row;
    size_t rows = interview_row_count(interview);
    bool check = interview_at(interview) == INTERVIEW_CHECK;
    uint32_t what = rng_seeded_below(rng, check ? 2 : 12);
    if (what == 0) {
        (void)printf("back\nis %s\n", interview_back(interview) ? "taken" : "first");
    } else if (what == 1 && rows > 0) {
        (void)interview_row(interview, rng_seeded_below(rng, (uint32_t)rows), &row);
        int r = interview_change(interview, row.question.key);
        (void)printf("change %s\nis %s\n", row.question.key, r == 0 ? "taken" : "none");
    } else if (!check) {
        give(interview, rng);
    } else {
        return;
    }
    tell(interview);
}

static void
play(const struct procedure *procedure, uint64_t seed)
{
    struct rng_seeded rng = {seed};
    struct fact_set *facts = fact_set_new();
    struct interview *interview = interview_new(procedure, facts, &test_clock);
    (void)printf("begin\n");
    tell(interview);
    for (int i = 0; i < ACTS; i++) {
        act(interview, &rng);
    }
    interview_free(interview);
    fact_set_free(facts);
}

int
main(int argc, char **argv)
{
    struct procedure_set *set;
    if (argc != 4 || procedure_load(argv[1], NULL, NULL, &set) != 0) {
        (void)fprintf(stderr, "usage: tool_twin ASSETS SEEDS FIRST-SEED\n");
        return 2;
    }
    for (size_t i = 0; i < procedure_count(set); i++) {
        const struct procedure *procedure = procedure_at(set, i);
        int words = 0;
        AUTO_BUF outline;
        AUTO_BUF line;
        buf_init(&outline, OUTLINE_MAX);
        buf_init(&line, OUTLINE_MAX);
        if (procedure_outline(procedure, number_of, &words, &outline) != 0) {
            return 1;
        }
        for (size_t at = 0; at < outline.len; at++) {
            (void)buf_add_byte(&line, outline.data[at] == '\n' ? ' ' : outline.data[at]);
        }
        (void)printf("outline %s\n", buf_str(&line));
        uint64_t first = strtoull(argv[3], NULL, 10);
        for (uint64_t seed = first; seed < first + strtoull(argv[2], NULL, 10); seed++) {
            play(procedure, seed * 1000 + i);
        }
    }
    procedure_set_free(set);
    return 0;
}
