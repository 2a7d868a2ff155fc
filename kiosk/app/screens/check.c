/* screens/check.c - everything that will be sent, large, with where it came from and a button to
 * change it. Says plainly that nothing is sent yet. */
#include "app/app_priv.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"

enum { BUTTON_H = 205, CHANGE_W = 470, ORIGIN_W = 660, ROW_PAD = 20, LINE_H = 8 };

static void
change_button(struct app *app, const struct flow *flow, const struct question *question,
    const char *name, int height)
{
    int y = flow->y + (height - BUTTON_H) / 2;
    y = y < app->places.targets ? app->places.targets : y; /* of a tall row */
    char id[UI_ID_MAX];
    static_assert(FACT_KEY_MAX + 8 <= UI_ID_MAX, "an id holds change: and any key");
    (void)snprintf(id, sizeof(id), "change:%s", question->key);
    ui_add(app->ui, &(struct ui_element){.id = id,
                        .role = UI_ROLE_BUTTON,
                        .rect = rect(flow->x + flow->w - CHANGE_W, y, CHANGE_W, BUTTON_H),
                        .text = say(app, "check.change"),
                        .label = name,
                        .tone = UI_TONE_SOFT,
                        .size = UI_SIZE_BAR,
                        .bold = true,
                        .state = UI_STATE_FOLLOWS,
                        .align = UI_ALIGN_CENTRE});
}

/* Where the parts of a row stand: side by side, or one above the other in a narrow column. */
struct row_places {
    struct ui_rect name, value, origin;
    int height;
    enum ui_size name_size;
    bool tall; /* higher than what a seated visitor reaches: it begins at the top of a page */
};

const char *
answer_language(const struct question *question, const char *value)
{
    bool said =
        value[0] != 0 && strcmp(value, "unknown") != 0; /* else it is told that nothing was */
    bool written = question->type == QUESTION_TEXT || question->type == QUESTION_KANA;
    return written && said ? "ja" : NULL;
}

static struct ui_element
origin_element(const char *origin)
{
    return (struct ui_element){
        .role = UI_ROLE_TEXT, .text = origin, .picture = "check", .size = UI_SIZE_BAR};
}

/* Side by side: name, value, origin. */
static struct row_places
row_wide(struct app *app, const struct flow *flow, const char *name, struct ui_element measured,
    const char *origin)
{
    struct row_places at = {.name_size = UI_SIZE_HINT};
    int name_w = flow->w * 20 / 100 - 40;
    int value_w = flow->w - CHANGE_W - 60 - name_w - 40 - (origin != NULL ? ORIGIN_W : 0);
    int name_h = ui_text_height(app->ui, name, name_w, at.name_size, false);
    int value_h;
    measured.rect.w = value_w;
    ui_natural(app->ui, &measured, &value_w, &value_h);
    int high = name_h > value_h ? name_h : value_h;
    int origin_w = ORIGIN_W - 60;
    int origin_h = 0;
    if (origin != NULL) {
        struct ui_element from = origin_element(origin);
        from.rect.w = origin_w;
        ui_natural(app->ui, &from, &origin_w, &origin_h);
    }
    high = origin_h > high ? origin_h : high;
    at.height = (high > BUTTON_H ? high : BUTTON_H) + GAP_MIN;
    at.name = rect(flow->x, 0, name_w, at.height);
    at.value = rect(flow->x + name_w + 40, 0, value_w, at.height);
    at.origin = rect(flow->x + name_w + 40 + value_w + 30, 0, ORIGIN_W - 60, at.height);
    return at;
}

/* Large words need the row's whole width: the value stands below its name, whose line the origin shares
 * when there is room for both. */
static struct row_places
row_stacked(struct app *app, const struct flow *flow, const char *name,
    const struct ui_element *value, const char *origin)
{
    bool large = ui_text_size(app->ui) > UI_TEXT_NORMAL;
    struct row_places at = {.name_size = large ? UI_SIZE_BAR : UI_SIZE_HINT};
    int room = flow->w - CHANGE_W - 60;
    struct ui_element from = origin_element(origin);
    int origin_w = 0;
    int origin_h = 0;
    if (origin != NULL) {
        ui_natural(app->ui, &from, &origin_w, &origin_h);
        from.rect.w = origin_w = origin_w > room ? room : origin_w;
        ui_natural(app->ui, &from, &origin_w,
            &origin_h); /* in so wide a line, which is as long as lines may be */
    }
    int name_w = ui_text_width(app->ui, name, at.name_size, false) + GAP_MIN;
    bool shares = name_w + origin_w <= room;
    name_w = shares ? room - origin_w : room;
    int name_h = ui_text_height(app->ui, name, name_w, at.name_size, false);
    name_h = shares && origin_h > name_h ? origin_h : name_h;
    struct ui_element measured = *value;
    int value_w;
    int value_h;
    measured.rect.w = room;
    ui_natural(app->ui, &measured, &value_w, &value_h);
    at.name = rect(flow->x, ROW_PAD, name_w, name_h);
    at.value = rect(flow->x, ROW_PAD + name_h, room, value_h);
    at.height = 2 * ROW_PAD + name_h + value_h;
    if (shares) {
        at.origin = rect(flow->x + name_w, ROW_PAD, origin_w, name_h);
    } else {
        at.origin = rect(flow->x, ROW_PAD + name_h + value_h, room, origin_h);
        at.height += origin_h;
    }
    at.height = at.height < BUTTON_H + GAP_MIN ? BUTTON_H + GAP_MIN : at.height;
    return at;
}

static struct row_places
row_places(struct app *app, const struct flow *flow, const char *name, struct ui_element *value,
    const char *origin)
{
    bool wide = flow->w >= TWO_COLUMNS_W && ui_text_size(app->ui) <= UI_TEXT_LARGE;
    int most = flow_reach(app, flow) - LINE_H;
    struct row_places at = wide ? row_wide(app, flow, name, *value, origin)
                                : row_stacked(app, flow, name, value, origin);
    if (at.height > most && wide) { /* a name of many words in its narrow column */
        at = row_stacked(app, flow, name, value, origin);
    }
    if (at.height > flow->bottom - flow->top - LINE_H) {
        value->size = UI_SIZE_BAR; /* a page to itself, and still too high */
        at = row_stacked(app, flow, name, value, origin);
    }
    at.tall = at.height > most;
    int button_end = flow->bottom - flow->top - flow_reach(app, flow) + BUTTON_H + GAP_MIN;
    int down = at.tall && at.height < button_end ? button_end - at.height : 0;
    at.height += down; /* the words stay beside their button */
    at.name.y += down;
    at.value.y += down;
    at.origin.y += down;
    return at;
}

/* How a name is read, when the visitor told it: the voice would guess. NULL: as it is written. */
static const char *
reading_of(const struct app *app, const struct question *question)
{
    const char *key = question->reading;
    const char *known = key[0] != 0 ? fact_set_value(app->visit.facts, key) : NULL;
    return known == NULL && key[0] != 0 ? fact_set_value(app->visit.readings, key) : known;
}

/* Name, value, where it came from, and the button that changes it: one block, as high as its words. */
static void
add_row(struct app *app, struct flow *flow, const struct interview_row *row)
{
    bool otherwise = row->origin == FACT_ORIGIN_CARD && brought_otherwise(app, row->question.key);
    const char *origin = otherwise                              ? say(app, "check.otherwise")
                         : row->origin == FACT_ORIGIN_CARD      ? say(app, "check.from-card")
                         : row->origin == FACT_ORIGIN_PRE_ENTRY ? say(app, "check.from-home")
                                                                : NULL;
    AUTO_BUF value;
    AUTO_BUF name;
    buf_init(&value, 2 * FACT_VALUE_MAX);
    buf_init(&name, 1024);
    answer_words(app, &row->question, row->value, &value);
    row_words(app, &row->question, &name);
    struct ui_element answer = {.role = UI_ROLE_TEXT,
        .text = buf_str(&value),
        .lang = answer_language(&row->question, row->value),
        .size = UI_SIZE_VALUE,
        .bold = true,
        .valign = UI_ALIGN_CENTRE,
        .state = UI_STATE_PERSONAL | UI_STATE_FOLLOWS,
        .speech = reading_of(app, &row->question)};
    struct row_places at = row_places(app, flow, buf_str(&name), &answer, origin);
    if (at.tall ? flow_room(app, flow, flow->bottom - flow->top)
                : flow_target(app, flow, at.height + LINE_H)) {
        ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                            .rect = rect(at.name.x, flow->y + at.name.y, at.name.w, at.name.h),
                            .text = buf_str(&name),
                            .size = at.name_size,
                            .valign = UI_ALIGN_CENTRE});
        answer.rect = rect(at.value.x, flow->y + at.value.y, at.value.w, at.value.h);
        ui_add(app->ui, &answer);
        if (origin != NULL) {
            ui_add(app->ui,
                &(struct ui_element){.role = UI_ROLE_TEXT,
                    .rect = rect(at.origin.x, flow->y + at.origin.y, at.origin.w, at.origin.h),
                    .text = origin,
                    .picture = "check",
                    .valign = UI_ALIGN_CENTRE,
                    .tone = UI_TONE_DONE,
                    .state = UI_STATE_FOLLOWS,
                    .size = UI_SIZE_BAR});
        }
        change_button(app, flow, &row->question, buf_str(&name), at.height);
        ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_LINE,
                            .rect = rect(flow->x, flow->y + at.height, flow->w, LINE_H),
                            .tone = UI_TONE_QUIET});
    }
    flow->y += at.height + LINE_H;
}

static void
add_rows(struct app *app, struct flow *flow)
{
    for (size_t i = 0; i < interview_row_count(app->visit.interview); i++) {
        struct interview_row row;
        if (interview_row(app->visit.interview, i, &row) == 0) {
            add_row(app, flow, &row);
        }
    }
}

/* A card counts more than what was answered at home; nobody is to find that out later. */
static void
otherwise_note(struct app *app, struct flow *flow)
{
    bool any = false;
    for (size_t i = 0; i < interview_row_count(app->visit.interview); i++) {
        struct interview_row row;
        any =
            any || (interview_row(app->visit.interview, i, &row) == 0 &&
                       row.origin == FACT_ORIGIN_CARD && brought_otherwise(app, row.question.key));
    }
    if (any) {
        flow_text(app, flow, say(app, "check.card-counts"), UI_ROLE_NOTICE, UI_SIZE_BODY,
            UI_TONE_CARE, false, 30);
    }
}

/* Where else it can be had: the last moment to know it. */
static void
also_notes(struct app *app, struct flow *flow)
{
    struct procedure_also also;
    for (size_t i = 0; interview_also(app->visit.interview, i, &also) == 0; i++) {
        flow_text(app, flow, words(app, &also.say), UI_ROLE_NOTICE, UI_SIZE_BODY, UI_TONE_SOFT,
            false, 30);
    }
}

/* With staff beside, the visitor says that this is what was meant. */
static void
confirmation(struct app *app, struct flow *flow)
{
    struct ui_element tick = {.id = "confirm",
        .role = UI_ROLE_CHECK,
        .rect = rect(flow->x, 0, flow->w, 0),
        .text = say(app, "beside.confirm"),
        .tone = UI_TONE_SURFACE,
        .size = UI_SIZE_CHOICE,
        .bold = true,
        .state = app->visit.confirmed ? UI_STATE_CHOSEN : 0};
    if (app->visit.beside) {
        flow->y += GAP_MIN;
        flow_element(app, flow, &tick, BUTTON_H);
    }
}

static void
build(struct app *app)
{
    struct flow flow = page_begin_visit(app);
    flow_tighten(app, &flow, 40);
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
    words_pair(app, buf_str(&note), i18n_text_in(app->i18n, "ja", "check.not-yet"));
    /* the largest words leave the rows more of the page */
    bool huge = ui_text_size(app->ui) > UI_TEXT_LARGE;
    flow_text(app, &flow, buf_str(&note), UI_ROLE_TEXT, huge ? UI_SIZE_BAR : UI_SIZE_HINT,
        UI_TONE_CARE, true, 40);
    if (flow_room(app, &flow, 12)) {
        ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_LINE,
                            .rect = rect(flow.x, flow.y, flow.w, 12),
                            .tone = UI_TONE_PAPER});
    }
    flow.y += 30;
    otherwise_note(app, &flow);
    also_notes(app, &flow);
    add_rows(app, &flow);
    /* what is on a later page was not seen yet: the main button leads there first */
    confirmation(app, &flow);
    bool all_seen = app->visit.page >= app->flow_page;
    bool waits = all_seen && app->visit.beside && !app->visit.confirmed;
    page_main(app, all_seen ? "next" : "read-on",
        say(app, all_seen ? "check.submit" : "check.read-on"), waits ? UI_STATE_WAITING : 0);
}

static void
enter(struct app *app)
{
    app->visit.confirmed = false; /* whatever was changed is read again */
}

static void
submit(struct app *app)
{
    struct visit *visit = &app->visit;
    struct procedure_stop stop;
    if (interview_stopped(visit->interview, &stop)) {
        visit_show_interview(app); /* which says why */
        return;
    }
    struct fact_set *facts = fact_set_new();
    int r = interview_finish(visit->interview, facts);
    if (r == KERR_PROCEDURE_INCOMPLETE) {
        fact_set_free(facts);
        visit_show_interview(app);
        return;
    }
    if (app->prefs.practice) {
        fact_set_free(facts);
        visit->fee = interview_fee(visit->interview);
        visit_done(app);
        app_go(app, &screen_accepted); /* which says that it was practice */
        return;
    }
    if (r < 0) {
        fact_set_free(facts);
        visit->fault = r;
        app_go(app, fault_screen(r));
        return;
    }
    visit_submit(app, facts);
}

static void
tap(struct app *app, const char *id)
{
    if (strncmp(id, "change:", 7) == 0) {
        if (interview_change(app->visit.interview, id + 7) == 0) {
            app_go(app, &screen_question);
        }
    } else if (strcmp(id, "confirm") == 0) {
        app->visit.confirmed = !app->visit.confirmed;
    } else if (strcmp(id, "next") == 0) {
        if (!app->visit.beside || app->visit.confirmed) {
            submit(app);
        }
    } else if (strcmp(id, "read-on") == 0) {
        app->visit.page++;
    } else if (strcmp(id, "back") == 0) {
        if (app->visit.page > 0) {
            app->visit.page--;
        } else if (interview_back(app->visit.interview)) {
            app_go(app, app->visit.beside ? &screen_together : &screen_question);
        } else {
            app_go(app, &screen_explain);
        }
    }
}

const struct screen screen_check = {.name = "check", .build = build, .tap = tap, .enter = enter};
