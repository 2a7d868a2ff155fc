/* every/given.c - what was answered in a visit, and what it cost in touches: the linker leads a few calls between
 * the terminal's rooms through here (--wrap, see the Makefile), and nothing of the terminal knows of it. */
#include "every/every.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

enum { NEAR = 20 }; /* thousandths: a panel has whole pixels */

struct given given;
struct effort effort;

int __real_interview_random_answer(
    const struct interview *interview, struct rng_seeded *rng, struct buf *ret_answer);
int __wrap_interview_random_answer(
    const struct interview *interview, struct rng_seeded *rng, struct buf *ret_answer);
int __real_interview_answer(struct interview *interview, const char *answer,
    enum fact_origin origin, struct interview_verdict *ret_verdict);
int __wrap_interview_answer(struct interview *interview, const char *answer,
    enum fact_origin origin, struct interview_verdict *ret_verdict);
bool __real_interview_back(struct interview *interview);
bool __wrap_interview_back(struct interview *interview);
int __real_interview_finish(struct interview *interview, struct fact_set *ret_facts);
int __wrap_interview_finish(struct interview *interview, struct fact_set *ret_facts);
int __real_ui_tap(struct ui *ui, const char *id_or_text);
int __wrap_ui_tap(struct ui *ui, const char *id_or_text);
int __real_ui_type(struct ui *ui, const char *text);
int __wrap_ui_type(struct ui *ui, const char *text);

void
given_begin(void)
{
    given_end();
    given.answers = fact_set_new();
    given.rows = fact_set_new();
}

void
given_end(void)
{
    fact_set_free(given.answers);
    fact_set_free(given.rows);
    given = (struct given){.fee = -1};
}

static void
put(struct fact_set *set, const char *key, const char *value)
{
    if (fact_set_put(set, key, value, FACT_ORIGIN_PERSON, 0) < 0) {
        (void)snprintf(given.why, sizeof(given.why), "%s can't be kept", key);
    }
}

int
__wrap_interview_random_answer(
    const struct interview *interview, struct rng_seeded *rng, struct buf *ret_answer)
{
    struct question question;
    int r = __real_interview_random_answer(interview, rng, ret_answer);
    if (r == 0 && given.answers != NULL && interview_question(interview, &question) == 0) {
        put(given.answers, question.key, buf_str(ret_answer));
    }
    return r;
}

/* Is what was drawn where it should be: the first point of "map/x,y", of "x,y x,y;..."? */
static bool
near(const char *meant, const char *taken)
{
    const char *slash = strchr(meant, '/');
    size_t map = slash != NULL ? (size_t)(slash - meant) + 1 : 0;
    int x0;
    int y0;
    int x1;
    int y1;
    if (strncmp(meant, taken, map) != 0 || sscanf(meant + map, "%d,%d", &x0, &y0) != 2 ||
        sscanf(taken + map, "%d,%d", &x1, &y1) != 2) {
        return strcmp(meant, taken) == 0; /* "counter", "unknown", "" */
    }
    return abs(x0 - x1) <= NEAR && abs(y0 - y1) <= NEAR;
}

/* What a finger drew, and which of the free times was chosen, only the page knows. */
static void
take_drawn(const struct question *question, const char *answer)
{
    const char *meant = fact_set_value(given.answers, question->key);
    bool drawn = question->type == QUESTION_PLACE || question->type == QUESTION_SIGNATURE;
    if (drawn && meant != NULL && !near(meant, answer)) {
        (void)snprintf(given.why, sizeof(given.why), "%.60s took \"%.40s\", drawn was \"%.40s\"",
            question->key, answer, meant);
    }
    if (drawn || question->type == QUESTION_SLOT) {
        put(given.answers, question->key, answer);
    }
}

/* Who one of the two grown-ups is and does: another answer for each, though there is no list of them. */
static bool
about_a_parent(const char *key)
{
    static const char *const keys[] = {"applicant.kana", "insurance.kind", "pension.kind",
        "pension-change.exemption", "work.", "spouse.", "childcare.reason", "childcare.hours",
        "childcare.commute", "childcare.spouse-"};
    for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
        if (strncmp(key, keys[i], strlen(keys[i])) == 0) {
            return true;
        }
    }
    return false;
}

int
__wrap_interview_answer(struct interview *interview, const char *answer, enum fact_origin origin,
    struct interview_verdict *ret_verdict)
{
    struct question question;
    bool asked = interview_question(interview, &question) == 0;
    int repeat = asked ? question.repeat_index : 0;
    char key[FACT_KEY_MAX];
    (void)snprintf(key, sizeof(key), "%s", asked ? question.key : "");
    int r = __real_interview_answer(interview, answer, origin, ret_verdict);
    if (r == 0 && asked && given.answers != NULL) {
        given.pages++;
        bool once = repeat == 0 && question.type != QUESTION_NOTE; /* a note asks nothing */
        given.once += once ? 1 : 0;
        given.parent += once && about_a_parent(key) ? 1 : 0;
        (void)snprintf(question.key, sizeof(question.key), "%s", key);
        take_drawn(&question, answer);
    }
    return r;
}

bool
__wrap_interview_back(struct interview *interview)
{
    bool back = __real_interview_back(interview);
    given.backs += back ? 1 : 0;
    return back;
}

int
__wrap_interview_finish(struct interview *interview, struct fact_set *ret_facts)
{
    if (given.rows != NULL) {
        fact_set_clear(given.rows);
        struct interview_row row;
        for (size_t i = 0; interview_row(interview, i, &row) == 0; i++) {
            if (row.value[0] != 0) {
                put(given.rows, row.question.key, row.value);
            }
        }
        given.fee = interview_fee(interview);
    }
    return __real_interview_finish(interview, ret_facts);
}

/* Keys that write; all others of the keyboard turn it or choose. */
static bool
writes(const char *id)
{
    return strncmp(id, "digit:", 6) == 0 ||
           (strncmp(id, "key:", 4) == 0 && (unsigned char)id[4] >= 0x80) ||
           (strncmp(id, "key:", 4) == 0 && strlen(id) == 5);
}

void
effort_page(const struct app *app)
{
    if (app == NULL || (effort.entered == app->entered && effort.page == app->visit.page)) {
        return;
    }
    if (app->screen == &screen_explain && effort.pages_before == 0) {
        effort.pages_before = effort.pages;
    }
    effort.pages += effort.entered != app->entered ? 1 : 0;
    effort.parts++;
    effort.entered = app->entered;
    effort.page = app->visit.page;
}

int
__wrap_ui_tap(struct ui *ui, const char *id_or_text)
{
    int r = __real_ui_tap(ui, id_or_text);
    if (r == 0) {
        effort.touches++;
        effort.characters += writes(id_or_text) ? 1 : 0;
        effort_page(effort.app);
    }
    return r;
}

int
__wrap_ui_type(struct ui *ui, const char *text)
{
    int r = __real_ui_type(ui, text);
    effort.touches += r == 0 ? 1 : 0;
    effort.characters += r == 0 ? 1 : 0;
    return r;
}
