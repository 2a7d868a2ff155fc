/* screens/together.c - staff beside the visitor: the questions of a group on one page (up to eight, or those of one person),
 * in both languages, answered in any order. What has few answers is answered here, the rest on its own page, which leads back. What is
 * signed, and the page with all answers, are the visitor's own. */
#include "app/app_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

enum {
    GROUP_MAX = 8, /* research "ux" section 8 row 45 */
    INLINE_MAX = 4,
    ROW_H = 205,
    ROW_GAP = GAP_MIN, /* 5 mm between what is touched */
    ANSWER_PADS = 160, /* beside the words of an answer: two sides and its ring */
    BUTTON_W = 620,
    BUTTON_W_NARROW = 480 /* at least */
};

/* The pages that stand together: those of one entry of a repeat group, or eight in a row. */
struct group {
    size_t first, end, count; /* count: pages of all groups */
};

static bool
page_at(const struct app *app, size_t index, struct interview_page *ret_page)
{
    return interview_page(app->visit.interview, index, ret_page) == 0;
}

/* The group in which this page stands; the last one for any beyond. */
static struct group
group_of(const struct app *app, size_t index)
{
    struct group group = {0};
    struct interview_page page;
    int entry = 0;
    char person[FACT_KEY_MAX] = "";
    for (size_t i = 0; page_at(app, i, &page); i++) {
        size_t stem = strcspn(page.row.question.key, "[");
        bool same = page.row.question.repeat_index == entry &&
                    (entry == 0 || strncmp(person, page.row.question.key, stem) == 0);
        if (i - group.first >= GROUP_MAX || !same) {
            if (index < i) {
                break;
            }
            group.first = i;
        }
        entry = page.row.question.repeat_index;
        (void)snprintf(person, sizeof(person), "%.*s", (int)stem, page.row.question.key);
        group.end = i + 1;
    }
    group.count = interview_page_count(app->visit.interview);
    return group;
}

static bool
is_inline(const struct question *question)
{
    return (question->type == QUESTION_YES_NO || question->type == QUESTION_CHOICE) &&
           question->choice_count > 0 && question->choice_count <= INLINE_MAX;
}

/* One answer at x, as wide as its words need, unless only its width is asked. */
static int
answer(struct app *app, const struct interview_page *page, const char *id, const char *text,
    struct ui_rect at, bool measure)
{
    at.w = ui_text_width(app->ui, text, UI_SIZE_BODY, true) + ANSWER_PADS;
    bool chosen = strcmp(page->row.value, strrchr(id, ':') + 1) == 0;
    if (!measure) {
        ui_add(app->ui, &(struct ui_element){.id = id,
                            .role = UI_ROLE_CHOICE,
                            .rect = at,
                            .text = text,
                            .tone = UI_TONE_SURFACE,
                            .size = UI_SIZE_BODY,
                            .bold = true,
                            .align = UI_ALIGN_CENTRE,
                            .state = UI_STATE_PERSONAL | (chosen ? UI_STATE_CHOSEN : 0u)});
    }
    return at.w + GAP_MIN;
}

/* The answers side by side; false when they have no room. */
static bool
answers(struct app *app, const struct interview_page *page, size_t index, struct ui_rect room,
    bool measure)
{
    const struct question *question = &page->row.question;
    struct ui_rect at = room;
    for (size_t i = 0; i < question->choice_count + (question->dont_know ? 1 : 0); i++) {
        bool known = i < question->choice_count;
        const struct question_choice *choice = known ? &question->choices[i] : NULL;
        char id[UI_ID_MAX];
        (void)snprintf(id, sizeof(id), "answer:%zu:%s", index, known ? choice->value : "unknown");
        at.x += answer(app, page, id,
            !known                 ? say(app, "answer.unknown")
            : choice->text != NULL ? choice->text
                                   : words(app, &choice->label),
            at, measure);
    }
    return at.x - GAP_MIN <= room.x + room.w;
}

/* What was answered, as words beside the button that leads to its page. */
static struct ui_element
answered(struct app *app, const struct interview_page *page, int w, struct buf *value)
{
    const struct question *question = &page->row.question;
    bool there = page->row.value[0] != 0;
    bool sign = question->type == QUESTION_SIGNATURE;
    if (there && !sign) {
        answer_words(app, question, page->row.value, value);
    }
    struct ui_element element = {.role = UI_ROLE_TEXT,
        .rect = rect(0, 0, w, 0),
        .text = there && sign ? say(app, "beside.signed") : buf_str(value),
        .lang = answer_language(question, page->row.value),
        .size = UI_SIZE_HINT,
        .bold = true,
        .valign = UI_ALIGN_CENTRE,
        .state = UI_STATE_PERSONAL | UI_STATE_FOLLOWS};
    int width = w;
    if (element.text[0] != 0) {
        ui_natural(app->ui, &element, &width, &element.rect.h);
    }
    return element;
}

static void
answer_button(struct app *app, const struct interview_page *page, struct ui_rect where)
{
    char id[UI_ID_MAX];
    (void)snprintf(id, sizeof(id), "change:%s", page->row.question.key);
    bool there = page->row.value[0] != 0;
    ui_add(app->ui, &(struct ui_element){.id = id,
                        .role = UI_ROLE_BUTTON,
                        .rect = where,
                        .text = say(app, there ? "check.change" : "beside.answer"),
                        .tone = there ? UI_TONE_SURFACE : UI_TONE_SOFT,
                        .size = UI_SIZE_BAR,
                        .bold = true,
                        .state = UI_STATE_FOLLOWS,
                        .align = UI_ALIGN_CENTRE});
}

/* How a row stands: the question at the left, its answers at the right; in a narrow column below it. A button that leads to the
 * question's own page is always beside its words: below them it would be read as the next question's. */
struct row {
    struct ui_element label, answered;
    struct ui_rect touched; /* the answers, or the button; y counts from the row's top */
    int height;
    bool wide, here; /* here: the answers stand side by side, to be touched */
};

static int
larger(int a, int b)
{
    return a > b ? a : b;
}

static void
place_answers(struct row *row)
{
    int h = row->label.rect.h;
    row->height = row->wide ? larger(h, ROW_H) : h + ROW_H;
    row->touched.y = row->wide ? (row->height - ROW_H) / 2 : h;
    row->label.rect.h = row->wide ? row->height : h;
}

static void
place_button(struct row *row)
{
    struct ui_rect *label = &row->label.rect;
    struct ui_rect *answer = &row->answered.rect;
    row->height = larger(row->wide ? larger(label->h, answer->h) : label->h + answer->h, ROW_H);
    row->touched.y = (row->height - ROW_H) / 2;
    answer->y = row->wide ? 0 : label->h;
    answer->h = row->wide ? row->height : answer->h;
    bool alone = row->wide || answer->h == 0;
    label->h = alone ? row->height : label->h;
}

/* Upright it takes width from the question, and is as wide as its words need. */
static int
button_width(struct app *app, bool wide)
{
    int answer = ui_text_width(app->ui, say(app, "beside.answer"), UI_SIZE_BAR, true);
    int change = ui_text_width(app->ui, say(app, "check.change"), UI_SIZE_BAR, true);
    int width = larger(larger(answer, change) + ANSWER_PADS, BUTTON_W_NARROW);
    return wide || width > BUTTON_W ? BUTTON_W : width;
}

static struct row
measured(struct app *app, const struct flow *flow, const struct interview_page *page, size_t index,
    enum ui_size size, struct buf *value)
{
    struct row row = {.wide = flow->w >= TWO_COLUMNS_W};
    int words_w = row.wide ? flow->w * 45 / 100 : flow->w;
    int x = row.wide ? flow->x + words_w + COLUMN_GAP : flow->x;
    int right = flow->x + flow->w;
    row.touched = rect(x, 0, right - x, ROW_H);
    row.here = is_inline(&page->row.question) && answers(app, page, index, row.touched, true);
    if (!row.here) {
        int button_w = button_width(app, row.wide);
        row.touched = rect(right - button_w, 0, button_w, ROW_H);
        words_w -= row.wide ? 0 : button_w + GAP_MIN;
        row.answered = answered(app, page, right - x - button_w - GAP_MIN, value);
        row.answered.rect.x = x;
    }
    row.label = (struct ui_element){.role = UI_ROLE_TEXT,
        .rect = rect(flow->x, 0, words_w, 0),
        .text = words(app, &page->row.question.label),
        .size = size,
        .valign = UI_ALIGN_CENTRE,
        .bold = page->open};
    ui_natural(app->ui, &row.label, &words_w, &row.label.rect.h);
    if (row.here) {
        place_answers(&row);
    } else {
        place_button(&row);
    }
    return row;
}

static void
show_row(struct app *app, const struct flow *flow, const struct interview_page *page, size_t index,
    struct row *row)
{
    row->label.rect.y += flow->y;
    row->answered.rect.y += flow->y;
    row->touched.y += flow->y;
    ui_add(app->ui, &row->label);
    if (row->here) {
        (void)answers(app, page, index, row->touched, false); /* there is room */
        return;
    }
    if (row->answered.rect.h > 0) {
        ui_add(app->ui, &row->answered);
    }
    answer_button(app, page, row->touched);
}

static void
add_row(struct app *app, struct flow *flow, const struct interview_page *page, size_t index)
{
    int reach = flow_reach(app, flow);
    int all = flow->bottom - flow->top;
    AUTO_BUF value;
    buf_init(&value, 2 * FACT_VALUE_MAX);
    struct row row = measured(app, flow, page, index, UI_SIZE_HINT, &value);
    if (row.height > all) { /* a page to itself, and still too high */
        buf_clear(&value);
        row = measured(app, flow, page, index, UI_SIZE_SMALL, &value);
    }
    /* higher than what a seated visitor reaches: from the top of a page, what is touched within reach */
    bool tall = row.height > reach;
    if (tall) {
        int down = larger(all - reach + ROW_H - row.height, 0); /* the words stay beside it */
        row.label.rect.y += down;
        row.answered.rect.y += down;
        row.touched.y = larger(row.touched.y + down, all - reach);
        row.height = larger(row.height + down, row.touched.y + row.touched.h);
    }
    if (tall ? flow_room(app, flow, all) : flow_target(app, flow, row.height)) {
        show_row(app, flow, page, index, &row);
    }
    flow->y += row.height + ROW_GAP;
}

static void
enter(struct app *app)
{
    app->visit.group_first = group_of(app, interview_page_now(app->visit.interview)).first;
}

static void
build(struct app *app)
{
    struct flow flow = page_begin_visit(app);
    struct group group = group_of(app, app->visit.group_first);
    struct interview_page page;
    AUTO_BUF person;
    buf_init(&person, 1024);
    if (page_at(app, group.first, &page)) {
        person_words(app, &page.row.question, &person);
    }
    if (person.len > 0) {
        flow_text(app, &flow, buf_str(&person), UI_ROLE_TITLE, UI_SIZE_VALUE, UI_TONE_PAPER, true,
            ROW_GAP);
    }
    for (size_t i = group.first; i < group.end && page_at(app, i, &page); i++) {
        add_row(app, &flow, &page, i);
    }
    bool all_seen = app->visit.page >= app->flow_page;
    page_main(
        app, all_seen ? "next" : "read-on", say(app, all_seen ? "bar.next" : "check.read-on"), 0);
}

/* Where the answers tell that it can't go on here, that is said at once. */
static bool
stops(struct app *app)
{
    struct procedure_stop stop;
    bool stopped = interview_stopped(app->visit.interview, &stop);
    if (stopped) {
        visit_show_interview(app);
    }
    return stopped;
}

static void
put_answer(struct app *app, const char *id)
{
    char *value = NULL;
    size_t index = strtoul(id, &value, 10);
    struct interview_page page;
    if (*value != ':' || !page_at(app, index, &page) ||
        interview_change(app->visit.interview, page.row.question.key) < 0) {
        return;
    }
    int r =
        interview_answer(app->visit.interview, value + 1, FACT_ORIGIN_STAFF, &app->visit.verdict);
    if (r < 0) { /* its own page says why */
        app->visit.verdict_shown = true;
        app_go(app, &screen_question);
        return;
    }
    (void)stops(app);
}

/* The first that is open, then the next group, then the page with all answers. */
static void
go_on(struct app *app)
{
    struct group group = group_of(app, app->visit.group_first);
    struct interview_page page;
    for (size_t i = group.first; i < group.end && page_at(app, i, &page); i++) {
        if (page.open && interview_change(app->visit.interview, page.row.question.key) == 0) {
            app_go(app, &screen_question);
            return;
        }
    }
    if (stops(app)) {
        return;
    }
    if (page_at(app, group.end, &page)) {
        interview_stand(app->visit.interview, page.row.question.key);
        app_go(app, &screen_together);
    } else {
        interview_stand(app->visit.interview, "");
        visit_show_interview(app);
    }
}

static void
go_back(struct app *app)
{
    struct interview_page page;
    size_t first = app->visit.group_first;
    if (app->visit.page > 0) {
        app->visit.page--;
    } else if (first > 0 && page_at(app, group_of(app, first - 1).first, &page)) {
        interview_stand(app->visit.interview, page.row.question.key);
        app_go(app, &screen_together);
    } else {
        app_go(app, &screen_explain);
    }
}

static void
tap(struct app *app, const char *id)
{
    if (strncmp(id, "answer:", 7) == 0) {
        put_answer(app, id + 7);
    } else if (strncmp(id, "change:", 7) == 0) {
        if (interview_change(app->visit.interview, id + 7) == 0) {
            app_go(app, &screen_question);
        }
    } else if (strcmp(id, "read-on") == 0) {
        app->visit.page++;
    } else if (strcmp(id, "next") == 0) {
        go_on(app);
    } else if (strcmp(id, "back") == 0) {
        go_back(app);
    }
}

const struct screen screen_together = {
    .name = "together", .build = build, .tap = tap, .enter = enter};

void
beside_begin(struct app *app)
{
    app->visit.beside = true;
    app->visit.assisted = true;
    app->prefs.two_languages = true;
    LOG(LOG_INFO, "staff.beside", LOG_INT("serial", (int64_t)app->visit.serial));
    app_return(app);
    if (app->screen == &screen_question) {
        visit_show_interview(app);
    }
}

bool
beside_own(const struct app *app)
{
    struct question question;
    return app->screen == &screen_check ||
           (app->screen == &screen_question &&
               interview_question(app->visit.interview, &question) == 0 &&
               question.type == QUESTION_SIGNATURE);
}

enum fact_origin
beside_origin(const struct app *app, const struct question *question)
{
    return app->visit.beside && question->type != QUESTION_SIGNATURE ? FACT_ORIGIN_STAFF
                                                                     : FACT_ORIGIN_PERSON;
}
