/* screens/check.c - everything that will be sent, large, with where it came from and a button to
 * change it. Says plainly that nothing is sent yet. */
#include "app/app_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"

enum { ROW_H = 255, CHANGE_W = 470, ORIGIN_W = 560 };

static void
place(struct app *app, size_t index, struct ui_rect where, void *ctx)
{
    (void)ctx;
    struct interview_row row;
    if (interview_row(app->visit.interview, index, &row) < 0) {
        return;
    }
    int name_w = where.w * 20 / 100;
    int value_x = where.x + name_w;
    bool from_card = row.origin == FACT_ORIGIN_CARD;
    int value_w = where.w - name_w - CHANGE_W - 60 - (from_card ? ORIGIN_W : 0);
    AUTO_BUF value;
    buf_init(&value, 2 * FACT_VALUE_MAX);
    answer_words(app, &row.question, row.value, &value);
    AUTO_BUF name;
    buf_init(&name, 1024);
    (void)buf_add_str(&name,
        words(app, row.question.name.source != NULL ? &row.question.name : &row.question.label));
    if (row.question.repeat_index > 0) {
        (void)buf_printf(&name, " %d", row.question.repeat_index);
    }
    ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                        .rect = rect(where.x, where.y, name_w - 40, where.h),
                        .text = buf_str(&name),
                        .size = UI_SIZE_HINT});
    ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                        .rect = rect(value_x, where.y, value_w, where.h),
                        .text = buf_str(&value),
                        .valign = UI_ALIGN_CENTRE,
                        .size = UI_SIZE_VALUE,
                        .bold = true,
                        .state = UI_STATE_PERSONAL});
    if (from_card) {
        ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                            .rect = rect(value_x + value_w + 30, where.y, ORIGIN_W - 60, where.h),
                            .text = say(app, "check.from-card"),
                            .picture = "check",
                            .valign = UI_ALIGN_CENTRE,
                            .tone = UI_TONE_DONE,
                            .size = UI_SIZE_BAR});
    }
    char id[UI_ID_MAX + FACT_KEY_MAX];
    (void)snprintf(id, sizeof(id), "change:%s", row.question.key);
    id[UI_ID_MAX - 1] = 0;
    ui_add(app->ui, &(struct ui_element){.id = id,
                        .role = UI_ROLE_BUTTON,
                        .rect = rect(where.x + where.w - CHANGE_W, where.y + (where.h - 205) / 2,
                            CHANGE_W, 205),
                        .text = say(app, "check.change"),
                        .label = buf_str(&name),
                        .tone = UI_TONE_SOFT,
                        .size = UI_SIZE_BAR,
                        .bold = true,
                        .align = UI_ALIGN_CENTRE});
    ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_LINE,
                        .rect = rect(where.x, where.y + where.h + GAP_MIN / 2 - 4, where.w, 8),
                        .tone = UI_TONE_QUIET});
}

static void
build(struct app *app)
{
    struct flow flow = page_begin_visit(app);
    flow.y -= 40;
    flow_text(
        app, &flow, say(app, "check.title"), UI_ROLE_TITLE, UI_SIZE_TITLE, UI_TONE_PAPER, true, 20);
    AUTO_BUF note;
    buf_init(&note, 512);
    (void)buf_add_str(&note, say(app, "check.not-yet"));
    int64_t fee = interview_fee(app->visit.interview);
    if (fee >= 0) {
        (void)buf_printf(&note, "   %s ", say(app, "check.fee"));
        (void)i18n_money(app->i18n, &note, fee);
    }
    flow_text(app, &flow, buf_str(&note), UI_ROLE_TEXT, UI_SIZE_HINT, UI_TONE_CARE, true, 40);
    ui_add(app->ui,
        &(struct ui_element){
            .role = UI_ROLE_LINE, .rect = rect(flow.x, flow.y, flow.w, 12), .tone = UI_TONE_PAPER});
    flow.y += 30;
    struct grid grid = {
        .count = interview_row_count(app->visit.interview), .columns = 1, .height = ROW_H};
    flow_grid(app, &flow, &grid, place, NULL);
    /* what is on a later page was not seen yet: the main button leads there first */
    bool all_seen = app->visit.page >= app->flow_page;
    page_main(app, all_seen ? "next" : "page:next",
        say(app, all_seen ? "check.submit" : "check.read-on"), 0);
}

static void
submit(struct app *app)
{
    struct visit *visit = &app->visit;
    struct fact_set *facts = fact_set_new();
    int r = interview_finish(visit->interview, facts);
    if (r == KERR_PROCEDURE_INCOMPLETE) {
        fact_set_free(facts);
        visit_show_interview(app);
        return;
    }
    struct procedure_info info = procedure_info(visit->procedure);
    struct record_head head = {.fee = interview_fee(visit->interview)};
    (void)snprintf(head.procedure, sizeof(head.procedure), "%s", info.id);
    (void)snprintf(head.in_force, sizeof(head.in_force), "%.10s", info.in_force);
    (void)snprintf(head.language, sizeof(head.language), "%s", i18n_current(app->i18n)->code);
    visit->fee = head.fee;
    if (r == 0 && app->submitter != NULL) {
        r = submitter_start(app->submitter, &head, facts, visit->serial);
    } else {
        fact_set_free(facts);
        r = r < 0 ? r : KERR_STORE;
    }
    if (r < 0) {
        visit->fault = r;
        app_go(app, fault_screen(r));
        return;
    }
    app_go(app, &screen_submitting);
}

static void
tap(struct app *app, const char *id)
{
    if (strncmp(id, "change:", 7) == 0) {
        if (interview_change(app->visit.interview, id + 7) == 0) {
            app_go(app, &screen_question);
        }
    } else if (strcmp(id, "next") == 0) {
        submit(app);
    } else if (strcmp(id, "back") == 0) {
        if (app->visit.page > 0) {
            app->visit.page--;
        } else if (interview_back(app->visit.interview)) {
            app_go(app, &screen_question);
        } else {
            app_go(app, &screen_explain);
        }
    }
}

const struct screen screen_check = {.name = "check", .build = build, .tap = tap};
