/* screens/results.c - the end of a guide or a self-check: what the answers lead to, each with the reason in words, the
 * counter and its hours, all that has to be brought, and the same as a QR code to take away. Nothing is kept. */
#include "app/app_priv.h"

#include <stdio.h>
#include <string.h>

enum { LINE_GAP = 20, INDENT = 120, DOOR_H = 300, POOL_BYTES = 64 * 1024, THINGS_MAX = 64 };

/* The procedure that a result leads to, when it can be begun today; else NULL. */
static const struct procedure *
leads_to(const struct app *app, const struct interview_result *result)
{
    const struct procedure *procedure =
        result->procedure != NULL ? procedure_find(app->procedures, result->procedure) : NULL;
    return procedure != NULL && procedure_in_force(procedure, app->clock) ? procedure : NULL;
}

static const char *
title_of(struct app *app, const struct interview_result *result)
{
    const struct info_page *page =
        result->page != NULL ? info_page_find(app->info, result->page) : NULL;
    if (result->title.source == NULL && page != NULL) {
        return words(app, &page->title);
    }
    return words(app, &result->title);
}

/* Why, and where: each a line, in the language shown and in Japanese. */
static void
reason(struct app *app, const struct interview_result *result, struct buf *out)
{
    AUTO_BUF japanese;
    buf_init(&japanese, 4096);
    if (result->because.source != NULL) {
        (void)buf_add_str(out, words(app, &result->because));
        (void)buf_add_str(&japanese, result->because.source);
    }
    if (result->counter.source != NULL) {
        const char *between = out->len > 0 ? "\n" : "";
        (void)buf_printf(
            out, "%s%s: %s", between, say(app, "results.counter"), words(app, &result->counter));
        (void)buf_printf(&japanese, "%s%s: %s", between,
            i18n_text_in(app->i18n, "ja", "results.counter"), result->counter.source);
    }
    if (out->len > 0) {
        words_pair(app, buf_str(out), buf_str(&japanese));
    }
}

/* A result as a door without a place; false when it only tells. What was received isn't begun again from here. */
static bool
door_of(struct app *app, size_t index, char id[UI_ID_MAX], struct ui_element *ret_door)
{
    struct interview_result result;
    if (interview_result(app->visit.interview, index, &result) < 0) {
        return false;
    }
    const struct procedure *procedure = leads_to(app, &result);
    const struct info_page *page =
        result.page != NULL ? info_page_find(app->info, result.page) : NULL;
    bool done = procedure != NULL && visit_has_done(app, procedure);
    if (procedure == NULL && page == NULL) {
        return false;
    }
    (void)snprintf(id, UI_ID_MAX, "result:%zu", index);
    *ret_door = (struct ui_element){.id = done ? NULL : id,
        .role = UI_ROLE_DOOR,
        .text = title_of(app, &result),
        .detail = done ? say(app, "accepted.title") : NULL,
        .picture = done                ? "check-round"
                   : procedure != NULL ? procedure_info(procedure).picture
                                       : page->picture,
        .tone = done ? UI_TONE_DONE : UI_TONE_SURFACE,
        .size = UI_SIZE_CHOICE,
        .bold = true};
    return true;
}

/* A door whose reason has no place in it within reach: the reason stands above. */
static bool
door_alone(struct app *app, struct flow *flow, size_t index, bool show)
{
    char id[UI_ID_MAX];
    struct ui_element door;
    struct interview_result result;
    AUTO_BUF why;
    buf_init(&why, POOL_BYTES);
    if (!door_of(app, index, id, &door) || door.detail != NULL ||
        interview_result(app->visit.interview, index, &result) < 0) {
        return false;
    }
    reason(app, &result, &why);
    door.rect = rect(flow->x, 0, flow->w, 0);
    door.detail = buf_str(&why);
    int width;
    int height;
    ui_natural(app->ui, &door, &width, &height);
    if (height <= flow_reach(app, flow)) {
        return false;
    }
    if (show) {
        flow_text(
            app, flow, door.detail, UI_ROLE_TEXT, UI_SIZE_HINT, UI_TONE_PAPER, false, LINE_GAP);
        door.detail = NULL;
        flow_element(app, flow, &door, DOOR_H);
        flow->y += COLUMN_GAP;
    }
    return true;
}

/* The doors from this result on up to the next that only tells, each with its reason; returns how many. */
static size_t
add_doors(struct app *app, struct flow *flow, size_t from)
{
    char ids[FLOW_ELEMENTS_MAX][UI_ID_MAX];
    size_t reasons[FLOW_ELEMENTS_MAX] = {0}; /* where each begins */
    struct ui_element doors[FLOW_ELEMENTS_MAX];
    struct interview_result result;
    AUTO_BUF pool;
    buf_init(&pool, POOL_BYTES);
    bool wide = flow->w >= TWO_COLUMNS_W && ui_text_size(app->ui) <= UI_TEXT_NORMAL;
    struct grid grid = {.height = DOOR_H};
    if (door_alone(app, flow, from, true)) {
        return 1;
    }
    while (grid.count < FLOW_ELEMENTS_MAX && !door_alone(app, flow, from + grid.count, false) &&
           door_of(app, from + grid.count, ids[grid.count], &doors[grid.count])) {
        AUTO_BUF why;
        buf_init(&why, POOL_BYTES);
        if (interview_result(app->visit.interview, from + grid.count, &result) == 0) {
            reason(app, &result, &why);
        }
        reasons[grid.count++] = pool.len;
        (void)buf_add(&pool, buf_str(&why), strlen(buf_str(&why)) + 1);
    }
    for (size_t i = 0; i < grid.count && buf_error(&pool) == 0; i++) {
        const char *why = buf_str(&pool) + reasons[i]; /* pool grows no more */
        bool told = doors[i].detail != NULL || why[0] == 0;
        doors[i].detail = told ? doors[i].detail : why;
    }
    grid.columns = wide && grid.count > 1 ? 2 : 1;
    if (grid.count > 0) {
        flow_elements(app, flow, grid, doors);
    }
    return grid.count;
}

static int
height_of(struct app *app, const struct flow *flow, const char *text, enum ui_size size, bool bold)
{
    struct ui_element element = {.role = UI_ROLE_TEXT,
        .rect = rect(flow->x, 0, flow->w, 0),
        .text = text,
        .size = size,
        .bold = bold};
    int width;
    ui_natural(app->ui, &element, &width, &element.rect.h);
    return element.rect.h;
}

/* What leads nowhere from here: words, which may go over pages. */
static void
tell(struct app *app, struct flow *flow, size_t index)
{
    struct interview_result result;
    if (interview_result(app->visit.interview, index, &result) < 0) {
        return;
    }
    AUTO_BUF why;
    buf_init(&why, POOL_BYTES);
    reason(app, &result, &why);
    const char *title = title_of(app, &result);
    int whole = height_of(app, flow, title, UI_SIZE_VALUE, true) + LINE_GAP +
                height_of(app, flow, buf_str(&why), UI_SIZE_BODY, false);
    bool fits = whole <= flow->bottom - flow->top;
    (void)flow_room(app, flow, /* what holds and why, together */
        fits ? whole : flow->bottom - flow->top);
    flow_text(app, flow, title, UI_ROLE_TEXT, UI_SIZE_VALUE, UI_TONE_PAPER, true, LINE_GAP);
    flow_text(app, flow, buf_str(&why), UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER, false, LINE_GAP);
    flow->y += COLUMN_GAP;
}

static void
add_results(struct app *app, struct flow *flow)
{
    size_t count = interview_result_count(app->visit.interview);
    for (size_t i = 0; i < count;) {
        size_t doors = add_doors(app, flow, i);
        if (doors == 0) {
            tell(app, flow, i);
        }
        i += doors > 0 ? doors : 1;
    }
    flow->y += COLUMN_GAP;
}

/* What the card told, before what follows from it. */
static void
add_card(struct app *app, struct flow *flow)
{
    struct interview_row row;
    bool any = false;
    for (size_t i = 0; interview_row(app->visit.interview, i, &row) == 0; i++) {
        AUTO_BUF text;
        AUTO_BUF value;
        buf_init(&text, 4096);
        buf_init(&value, 2 * FACT_VALUE_MAX);
        if (row.origin != FACT_ORIGIN_CARD || row.value[0] == 0) {
            continue;
        }
        answer_words(app, &row.question, row.value, &value);
        (void)buf_printf(&text, "%s  %s", words(app, &row.question.name), buf_str(&value));
        struct ui_element line = {.role = UI_ROLE_TEXT,
            .rect = rect(flow->x, 0, flow->w, 0),
            .text = buf_str(&text),
            .size = UI_SIZE_VALUE,
            .bold = true,
            .state = UI_STATE_PERSONAL};
        flow_element(app, flow, &line, 0);
        flow->y += LINE_GAP;
        any = true;
    }
    flow->y += any ? COLUMN_GAP : 0;
}

/* All things to bring, each once; returns how many. */
static size_t
things(const struct app *app, size_t max, struct procedure_words *ret_things)
{
    size_t count = 0;
    struct interview_result result;
    for (size_t i = 0; interview_result(app->visit.interview, i, &result) == 0; i++) {
        for (size_t j = 0; j < result.bring_count && count < max; j++) {
            bool known = false;
            for (size_t k = 0; k < count; k++) {
                known = known || strcmp(ret_things[k].source, result.bring[j].source) == 0;
            }
            if (!known) {
                ret_things[count++] = result.bring[j];
            }
        }
    }
    return count;
}

/* A heading, never alone at the foot of a page: it goes where its first entry has its room. */
static void
heading(struct app *app, struct flow *flow, const char *message, const char *first)
{
    struct flow inner = *flow;
    inner.w -= INDENT;
    const char *text = say(app, message);
    int both = height_of(app, flow, text, UI_SIZE_VALUE, true) + LINE_GAP +
               height_of(app, &inner, first, UI_SIZE_BODY, false);
    (void)flow_room(app, flow, both);
    flow_text(app, flow, text, UI_ROLE_TITLE, UI_SIZE_VALUE, UI_TONE_PAPER, true, LINE_GAP);
}

static void
entry(struct app *app, struct flow *flow, const char *text)
{
    struct flow inner = *flow;
    inner.x += INDENT;
    inner.w -= INDENT;
    flow_text(app, &inner, text, UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER, false, LINE_GAP);
    flow->y = inner.y;
}

static void
bring_list(struct app *app, struct flow *flow)
{
    struct procedure_words list[THINGS_MAX];
    size_t count = things(app, THINGS_MAX, list);
    if (count > 0) {
        heading(app, flow, "results.bring", words(app, &list[0]));
    }
    for (size_t i = 0; i < count; i++) {
        entry(app, flow, words(app, &list[i]));
    }
    flow->y += count > 0 ? COLUMN_GAP : 0;
}

/* Did an earlier result name this counter? */
static bool
named_before(const struct app *app, size_t index, const char *counter)
{
    struct interview_result result;
    for (size_t i = 0; i < index; i++) {
        if (interview_result(app->visit.interview, i, &result) == 0 && result.counter_id != NULL &&
            strcmp(result.counter_id, counter) == 0) {
            return true;
        }
    }
    return false;
}

/* When the counters are open, each once. */
static void
hours_list(struct app *app, struct flow *flow)
{
    struct interview_result result;
    bool any = false;
    for (size_t i = 0; interview_result(app->visit.interview, i, &result) == 0; i++) {
        if (result.counter_id == NULL || result.hours.source == NULL ||
            named_before(app, i, result.counter_id)) {
            continue;
        }
        if (!any) {
            heading(app, flow, "results.hours", words(app, &result.counter));
        }
        any = true;
        entry(app, flow, words(app, &result.counter));
        entry(app, flow, words(app, &result.hours));
    }
    flow->y += any ? COLUMN_GAP : 0;
}

static void
build(struct app *app)
{
    struct flow flow = page_begin_visit(app);
    page_right_button(app, "finish", say(app, "bar.finish"), NULL);
    size_t count = interview_result_count(app->visit.interview);
    bool guide = procedure_info(app->visit.procedure).kind == PROCEDURE_GUIDE;
    if (count == 0) {
        struct flow left = page_picture(app, flow, "counter", UI_TONE_SOFT);
        page_title(app, &left, say(app, "results.none"));
        flow_text(app, &left, say(app, "results.none-text"), UI_ROLE_TEXT, UI_SIZE_BODY,
            UI_TONE_PAPER, false, COLUMN_GAP);
        flow_door(app, &left, "call", "bell", say(app, "fault.call"), NULL);
        return;
    }
    page_title(app, &flow, say(app, guide ? "results.title" : "results.title-self"));
    add_card(app, &flow);
    add_results(app, &flow);
    bring_list(app, &flow);
    hours_list(app, &flow);
    flow_door(app, &flow, "take", "take", say(app, "page.take"), say(app, "results.not-kept"));
    flow_door(app, &flow, "other", "house", say(app, "fault.home"), say(app, "fault.home-detail"));
}

static void
open_result(struct app *app, const char *number)
{
    size_t index = 0;
    for (const char *digit = number; *digit >= '0' && *digit <= '9'; digit++) {
        index = index * 10 + (size_t)(*digit - '0');
    }
    struct interview_result result;
    if (interview_result(app->visit.interview, index, &result) < 0) {
        return;
    }
    char target[INFO_TARGET_MAX];
    if (leads_to(app, &result) != NULL) {
        (void)visit_choose(app, result.procedure); /* it is there */
    } else if (result.page != NULL) {
        (void)snprintf(target, sizeof(target), "page:%s", result.page);
        trail_start(app, target);
    }
}

static void
tap(struct app *app, const char *id)
{
    if (strncmp(id, "result:", 7) == 0) {
        open_result(app, id + 7);
    } else if (strcmp(id, "take") == 0) {
        app_go(app, &screen_take_results);
    } else if (strcmp(id, "other") == 0) {
        app_go(app, &screen_home);
    } else if (strcmp(id, "call") == 0) {
        app_over(app, &screen_call);
    } else if (strcmp(id, "finish") == 0) {
        visit_finish(app);
    } else if (strcmp(id, "back") == 0) {
        if (!visit_back(app)) {
            app_go(app, &screen_explain);
        }
    }
}

const struct screen screen_results = {.name = "results", .build = build, .tap = tap};

/* ---- the same to take away ---- */

/* What the results say, with reasons and things to bring. */
static void
take_text(struct app *app, struct buf *out)
{
    struct procedure_info info = procedure_info(app->visit.procedure);
    take_line(words(app, &info.title), "", out);
    struct interview_result result;
    for (size_t i = 0; interview_result(app->visit.interview, i, &result) == 0; i++) {
        AUTO_BUF why;
        buf_init(&why, 4096);
        reason(app, &result, &why);
        take_line(title_of(app, &result), "- ", out);
        take_line(buf_str(&why), "", out);
    }
    struct procedure_words list[THINGS_MAX];
    size_t count = things(app, THINGS_MAX, list);
    if (count > 0) {
        take_line(say(app, "results.bring"), "\n", out);
    }
    for (size_t i = 0; i < count; i++) {
        take_line(words(app, &list[i]), "- ", out);
    }
}

static void
take_build(struct app *app)
{
    struct flow flow = page_begin_visit(app);
    AUTO_BUF text;
    buf_init(&text, TAKE_MAX);
    take_text(app, &text);
    qr_page(app, &flow, buf_str(&text), say(app, "results.title"), UI_STATE_PERSONAL,
        &(struct qr_words){"page.take-title", "page.take-text", NULL});
}

static void
take_tap(struct app *app, const char *id)
{
    if (strcmp(id, "back") == 0) {
        app_go(app, &screen_results);
    }
}

const struct screen screen_take_results = {
    .name = "take-results", .build = take_build, .tap = take_tap};
