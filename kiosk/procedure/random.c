/* procedure/random.c - valid answers by chance, for played visits and property tests: names and addresses from
 * the file's examples, patterns of constraints filled in, bounds kept. Whatever is made is checked like a
 * visitor's answer before it is given. */
#include "procedure_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/utf8.h"

enum {
    DAY_MINUTES = 24 * 60,
    STROKES_MAX = 6,
    TRIES_MAX = 200,
    PATTERNS_MAX = 8,
    DAYS_BACK = 36500,
    MADE_MAX = 64
};

static bool
once_in(struct rng_seeded *rng, uint32_t n)
{
    return rng_seeded_below(rng, n) == 0;
}

/* Patterns that the constraint knows. */
static size_t
patterns_of(const struct expr *expr, const char *patterns[PATTERNS_MAX])
{
    size_t count = 0;
    for (uint16_t i = 0; expr != NULL && i < expr->count; i++) {
        const struct expr_node *node = &expr->nodes[i];
        if (node->op == OP_MATCHES && count < PATTERNS_MAX) {
            patterns[count++] = expr->nodes[node->b].text;
        }
    }
    return count;
}

static void
fill_pattern(const char *pattern, struct rng_seeded *rng, struct buf *out)
{
    for (; *pattern != 0; pattern++) {
        if (*pattern == '#') {
            (void)buf_add_byte(out, (uint8_t)('0' + rng_seeded_below(rng, 10)));
        } else if (*pattern == '?') {
            (void)buf_add_byte(out, (uint8_t)('a' + rng_seeded_below(rng, 26)));
        } else if (*pattern != '*') {
            (void)buf_add_byte(out, (uint8_t)*pattern);
        }
    }
}

static void
make_written(const struct question_def *question, struct rng_seeded *rng, struct buf *out)
{
    const char *patterns[PATTERNS_MAX];
    size_t count = patterns_of(question->constraint, patterns);
    if (question->example_count > 0) {
        (void)buf_add_str(
            out, question->examples[rng_seeded_below(rng, (uint32_t)question->example_count)]);
        return;
    }
    if (count > 0) {
        fill_pattern(patterns[rng_seeded_below(rng, (uint32_t)count)], rng, out);
        return;
    }
    size_t len = 1 + rng_seeded_below(rng, MADE_MAX);
    len = len < question->max_length ? len : question->max_length;
    for (size_t i = 0; i < len; i++) {
        /* katakana a to n, or hiragana for text: letters that every font here has */
        uint32_t first = question->type == QUESTION_KANA ? 0x30a2 : 0x3042;
        char bytes[4];
        size_t n = utf8_encode(first + rng_seeded_below(rng, 80), bytes);
        if (question->digits) {
            (void)buf_add_byte(out, (uint8_t)('0' + rng_seeded_below(rng, 10)));
        } else {
            (void)buf_add(out, bytes, n);
        }
    }
}

static int64_t
between(struct rng_seeded *rng, int64_t min, int64_t max)
{
    if (max <= min) {
        return min;
    }
    uint64_t span = (uint64_t)(max - min) + 1;
    return min + (int64_t)(rng_seeded_next(rng) % span);
}

static void
make_number(const struct question *now, struct rng_seeded *rng, struct buf *out)
{
    /* Mostly few, as people are: large counts make long repeats. */
    int64_t max = now->max > now->min + 3 && !once_in(rng, 8) ? now->min + 3 : now->max;
    (void)buf_printf(out, "%lld", (long long)between(rng, now->min, max));
}

static void
make_date(const struct question_def *question, const struct question *now, int64_t today,
    struct rng_seeded *rng, struct buf *out)
{
    int64_t min = question->min != NULL ? now->min : today - DAYS_BACK;
    int64_t max = question->max != NULL ? now->max : today + 365;
    char text[CLOCK_DAY_LEN];
    clock_day_text(between(rng, min, max), text);
    (void)buf_add_str(out, text);
}

static void
make_choices(const struct question *now, struct rng_seeded *rng, struct buf *out)
{
    if (now->choice_count == 0) {
        return;
    }
    uint32_t sure = rng_seeded_below(rng, (uint32_t)now->choice_count);
    for (size_t i = 0; i < now->choice_count; i++) {
        if (i == sure || (now->type == QUESTION_SEVERAL && once_in(rng, 2))) {
            (void)buf_printf(out, "%s%s", out->len > 0 ? " " : "", now->choices[i].value);
        }
    }
}

static void
make_time(const struct question *now, struct rng_seeded *rng, struct buf *out)
{
    char text[6];
    int64_t max = now->max > 0 ? now->max : DAY_MINUTES - 1;
    int64_t first = (now->min + now->step - 1) / now->step;
    time_format(between(rng, first, max / now->step) * now->step, text);
    (void)buf_add_str(out, text);
}

/* An entry at the place where chance points, or the next one that can be picked. */
static void
make_pick(const struct question *now, struct rng_seeded *rng, struct buf *out)
{
    size_t count = now->list->count;
    size_t start = rng_seeded_below(rng, (uint32_t)count);
    for (size_t i = 0; i < count; i++) {
        const struct procedure_entry *entry = &now->list->entries[(start + i) % count];
        if (!now->within || strcmp(entry->within, now->within_value) == 0) {
            (void)buf_add_str(out, entry->id);
            return;
        }
    }
}

static void
make_strokes(struct rng_seeded *rng, struct buf *out)
{
    if (once_in(rng, 4)) {
        (void)buf_add_str(out, "counter");
        return;
    }
    for (uint32_t i = 1 + rng_seeded_below(rng, STROKES_MAX); i > 0; i--) {
        (void)buf_printf(out, "%s%u,%u %u,%u", out->len > 0 ? ";" : "", rng_seeded_below(rng, 1001),
            rng_seeded_below(rng, 301), rng_seeded_below(rng, 1001), rng_seeded_below(rng, 301));
    }
}

static void
make_slot(const struct question *now, int64_t today, struct rng_seeded *rng, struct buf *out)
{
    char date[CLOCK_DAY_LEN];
    char at[6];
    clock_day_text(between(rng, today + 1, today + 30), date);
    time_format(between(rng, 9, 16) * 60, at);
    if (now->list != NULL) {
        make_pick(now, rng, out);
    } else {
        (void)buf_add_str(out, "sample");
    }
    (void)buf_printf(out, "/%s/%s", date, at);
}

static void
make_answer(const struct interview *interview, const struct question *now, struct rng_seeded *rng,
    struct buf *out)
{
    const struct slot *slot = &interview->flow.slots[interview->cursor];
    const struct question_def *question = &interview->procedure->questions[slot->question];
    struct flow_env env;
    if (!question->required && once_in(rng, 4)) {
        return;
    }
    if (question->dont_know && once_in(rng, 8)) {
        (void)buf_add_str(out, "unknown");
        return;
    }
    flow_env_init(&env, interview, &interview->flow, interview->cursor);
    switch (question->type) {
    case QUESTION_TEXT:
    case QUESTION_KANA:
        make_written(question, rng, out);
        break;
    case QUESTION_NUMBER:
    case QUESTION_MONEY:
        make_number(now, rng, out);
        break;
    case QUESTION_DATE:
        make_date(question, now, env.env.today, rng, out);
        break;
    case QUESTION_YES_NO:
        (void)buf_add_str(out, once_in(rng, 2) ? "yes" : "no");
        break;
    case QUESTION_TIME:
        make_time(now, rng, out);
        break;
    case QUESTION_PICK:
        make_pick(now, rng, out);
        break;
    case QUESTION_SLOT:
        make_slot(now, env.env.today, rng, out);
        break;
    case QUESTION_PLACE:
        (void)buf_printf(out, "%s/%u,%u", question->map->id, rng_seeded_below(rng, PLACE_MAX + 1),
            rng_seeded_below(rng, PLACE_MAX + 1));
        break;
    case QUESTION_SIGNATURE:
        make_strokes(rng, out);
        break;
    case QUESTION_NOTE:
        (void)buf_add_str(out, "seen");
        break;
    default:
        make_choices(now, rng, out);
    }
}

int
interview_random_answer(
    const struct interview *interview, struct rng_seeded *rng, struct buf *ret_answer)
{
    struct question now;
    int r = interview_question(interview, &now);
    if (r < 0) {
        return r;
    }
    char out[PROCEDURE_ANSWER_MAX + 1];
    struct interview_verdict verdict;
    for (int i = 0; i < TRIES_MAX; i++) {
        AUTO_BUF made;
        buf_init(&made, PROCEDURE_ANSWER_MAX);
        make_answer(interview, &now, rng, &made);
        if (answer_check(interview, &interview->flow, interview->cursor, buf_str(&made), out,
                &verdict) == 0) {
            return buf_add_str(ret_answer, out);
        }
    }
    if (slot_default(interview, &interview->flow, interview->cursor, out)) {
        return buf_add_str(ret_answer, out);
    }
    return KERR_PROCEDURE_ANSWER;
}
