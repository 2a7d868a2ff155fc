/* screens/question.c - one question a page, whatever its type. What is being typed or chosen lives in
 * visit.field until the main button takes it to the interview. */
#include "app/app_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"

enum {
    CHOICE_H = 330,
    NUMBER_AS_CHOICES_MAX = 12,
    NUMBER_DIGITS_MAX = 9,
    OPTION_TEXT_MAX = 4096,
    UNSURE_W = 900,
    UNSURE_H = 260,
    UNSURE_H_SMALL = 205,
    UNSURE_KEY_W = 340
};

static bool
number_as_choices(const struct question *question)
{
    return question->type == QUESTION_NUMBER && question->max >= question->min &&
           question->max - question->min < NUMBER_AS_CHOICES_MAX;
}

/* Is it answered by digits alone, on the number pad? */
static bool
uses_keypad(const struct question *question)
{
    return (question->type == QUESTION_NUMBER && !number_as_choices(question)) ||
           question->type == QUESTION_MONEY ||
           (question->type == QUESTION_TEXT && question->digits);
}

/* The last part of the key: "applicant.name" -> "name". */
static const char *
bare_name(const struct question *question)
{
    const char *dot = strrchr(question->key, '.');
    return dot != NULL ? dot + 1 : question->key;
}

static bool
current(struct app *app, struct question *question)
{
    return app->visit.interview != NULL &&
           interview_at(app->visit.interview) == INTERVIEW_QUESTION &&
           interview_question(app->visit.interview, question) == 0;
}

/* Is it written on the keyboard? */
static bool
is_written(const struct question *question)
{
    return (question->type == QUESTION_TEXT || question->type == QUESTION_KANA) &&
           !uses_keypad(question);
}

/* How a name is read is offered where it is asked: from the kana that it was typed with. */
static void
offer_reading(struct app *app, const struct question *question)
{
    const char *reading = fact_set_value(app->visit.readings, question->key);
    if (question->type == QUESTION_KANA && app->visit.field[0] == 0 && reading != NULL) {
        (void)snprintf(app->visit.field, sizeof(app->visit.field), "%s", reading);
    }
}

/* Keeps how the answer is read for the question that will ask it; forgets it when it isn't known. */
static void
keep_reading(struct app *app, const struct question *question)
{
    if (question->reading[0] == 0) {
        return;
    }
    AUTO_BUF reading;
    buf_init(&reading, FIELD_MAX - 1);
    if (!field_reading(app, &reading) ||
        fact_set_put(app->visit.readings, question->reading, buf_str(&reading), FACT_ORIGIN_PERSON,
            clock_wall_s(app->clock)) < 0) {
        fact_set_remove(app->visit.readings, question->reading);
    }
}

static bool
uses_options(const struct question *question)
{
    return time_as_choices(question) || question->type == QUESTION_CHOICE ||
           question->type == QUESTION_SEVERAL || question->type == QUESTION_YES_NO ||
           number_as_choices(question);
}

/* Is there a button for not knowing, since none of the answers says it? */
static bool
can_be_unsure(const struct question *question)
{
    return question->dont_know && !uses_options(question);
}

/* Brings the kept answer into the field when the page shows another question than before. */
static void
enter(struct app *app)
{
    struct question question;
    struct visit *visit = &app->visit;
    if (!current(app, &question)) {
        return;
    }
    field_clear(app);
    memcpy(visit->field_key, question.key, sizeof(visit->field_key));
    visit->verdict_shown = false;
    visit->calendar = CALENDAR_WESTERN;
    AUTO_BUF answer;
    buf_init(&answer, FIELD_MAX - 1);
    interview_answer_now(visit->interview, &answer);
    const char *text = buf_str(&answer);
    if (can_be_unsure(&question) && strcmp(text, "unknown") == 0) {
        text = ""; /* nothing was written */
    }
    if (question.type == QUESTION_DATE) {
        for (size_t i = 0; i < 10 && text[i] != 0; i++) {
            if (text[i] != '-') {
                visit->field[strlen(visit->field)] = text[i];
            }
        }
        if (text[0] == 0 && strcmp(bare_name(&question), "birth") == 0) {
            visit->calendar =
                CALENDAR_SHOWA; /* most birth dates here are remembered in Showa years */
        }
        return;
    }
    memcpy(visit->field, text, strlen(text) + 1);
    const struct widget *widget = widget_of(&question);
    if (widget != NULL && widget->begin != NULL) {
        widget->begin(app, &question);
    }
    if (is_written(&question)) {
        offer_reading(app, &question);
        keyboard_begin(app, &question);
    }
}

static bool
has_word(const char *words_list, const char *word)
{
    size_t len = strlen(word);
    for (const char *at = words_list; *at != 0;) {
        size_t n = strcspn(at, " ");
        if (n == len && strncmp(at, word, n) == 0) {
            return true;
        }
        at += n + (at[n] == ' ' ? 1 : 0);
    }
    return false;
}

struct option {
    const char *value;
    const char *text;
    const char *detail;
    bool own; /* the visitor's own words */
};

static size_t
option_count(const struct question *question)
{
    size_t extra = question->dont_know ? 1 : 0;
    if (question->type == QUESTION_YES_NO) {
        return 2 + extra;
    }
    if (number_as_choices(question)) {
        return (size_t)(question->max - question->min + 1) + extra;
    }
    if (time_as_choices(question)) {
        return time_choices(question) + extra;
    }
    return question->choice_count + extra;
}

struct option_place {
    const struct question *question;
    bool several;
};

/* What belongs to a task: why it is here, how long it takes, what it costs. */
static void
task_detail(struct app *app, const struct question_choice *choice, struct buf *out)
{
    const struct procedure *task = procedure_find(app->procedures, choice->value);
    (void)buf_add_str(out, words(app, &choice->hint));
    if (task == NULL) {
        return;
    }
    struct procedure_info info = procedure_info(task);
    char minutes[16];
    (void)snprintf(minutes, sizeof(minutes), "%d", info.minutes);
    (void)buf_add_str(out, out->len > 0 ? "\n" : "");
    (void)sayf(app, out, "explain.minutes", "n", minutes);
    if (info.has_fee) {
        (void)buf_printf(out, "　%s", words(app, &info.fee_note));
    }
}

static void
option_at(struct app *app, const struct question *question, size_t index, struct option *ret,
    char number[32], struct buf *text)
{
    *ret = (struct option){0};
    if (question->dont_know && index + 1 == option_count(question)) {
        ret->value = "unknown";
        ret->text = say(app, "answer.unknown");
    } else if (question->type == QUESTION_YES_NO) {
        ret->value = index == 0 ? "yes" : "no";
        ret->text = say(app, index == 0 ? "answer.yes" : "answer.no");
    } else if (number_as_choices(question)) {
        (void)snprintf(number, 32, "%lld", (long long)(question->min + (int64_t)index));
        (void)buf_printf(text, "%s%s", number, unit_words(app, &question->unit, number));
        ret->value = number;
        ret->text = buf_str(text);
    } else if (time_as_choices(question)) {
        time_choice(question, index, number);
        ret->value = number;
        ret->text = number[0] == '0' ? number + 1 : number;
    } else {
        const struct question_choice *choice = &question->choices[index];
        ret->value = choice->value;
        ret->own = choice->text != NULL; /* a name that the visitor gave */
        ret->text = ret->own ? choice->text : words(app, &choice->label);
        ret->detail = words(app, &choice->hint);
        if (question->tasks) {
            task_detail(app, choice, text);
            ret->detail = buf_str(text);
        }
    }
}

static void
place(struct app *app, size_t index, struct ui_rect where, void *ctx)
{
    const struct option_place *at = ctx;
    struct option option;
    char number[32];
    AUTO_BUF text;
    buf_init(&text, OPTION_TEXT_MAX);
    option_at(app, at->question, index, &option, number, &text);
    char id[UI_ID_MAX];
    (void)snprintf(id, sizeof(id), "choice:%s", option.value);
    bool chosen = has_word(app->visit.field, option.value);
    ui_add(app->ui,
        &(struct ui_element){.id = id,
            .role = at->several ? UI_ROLE_CHECK : UI_ROLE_CHOICE,
            .rect = where,
            .text = option.text,
            .detail = option.detail != NULL && option.detail[0] != 0 ? option.detail : NULL,
            .tone = chosen ? UI_TONE_SOFT : UI_TONE_SURFACE,
            .state = (chosen ? UI_STATE_CHOSEN : 0) | (option.own ? UI_STATE_PERSONAL : 0),
            .size = UI_SIZE_CHOICE,
            .bold = true});
}

/* How high each answer is in so many columns; returns the highest. */
static int
options_heights(struct app *app, const struct flow *flow, const struct question *question,
    int columns, int heights[PAGE_ITEMS_MAX])
{
    int highest = CHOICE_H;
    int width = (flow->w - (columns - 1) * COLUMN_GAP) / columns - 420;
    for (size_t i = 0; i < option_count(question) && i < PAGE_ITEMS_MAX; i++) {
        struct option option;
        char number[32];
        AUTO_BUF text;
        buf_init(&text, OPTION_TEXT_MAX);
        option_at(app, question, i, &option, number, &text);
        heights[i] = ui_text_height(app->ui, option.text, width, UI_SIZE_CHOICE, true) + 110;
        if (option.detail != NULL && option.detail[0] != 0) {
            heights[i] += ui_text_height(app->ui, option.detail, width, UI_SIZE_HINT, false);
        }
        highest = heights[i] > highest ? heights[i] : highest;
    }
    return highest;
}

static void
options(struct app *app, struct flow *flow, const struct question *question)
{
    struct option_place at = {question, question->type == QUESTION_SEVERAL};
    size_t count = option_count(question);
    bool wide = flow->w >= TWO_COLUMNS_W;
    bool few_signs = number_as_choices(question) || time_as_choices(question);
    int columns = few_signs ? (wide ? 4 : 3) : wide && count > (question->tasks ? 1 : 3) ? 2 : 1;
    int heights[PAGE_ITEMS_MAX] = {0};
    struct grid grid = {.count = count, .columns = columns, .height = CHOICE_H, .heights = heights};
    int highest = options_heights(app, flow, question, columns, heights);
    flow_within_reach(app, flow);
    if (question->type == QUESTION_YES_NO) {
        grid.gap = GAP_OPPOSITE;
        int all = -grid.gap;
        for (size_t i = 0; i < count; i++) {
            all += grid.gap + (heights[i] > CHOICE_H ? heights[i] : CHOICE_H);
        }
        if (wide && all > flow->bottom - flow->y) { /* the opposites side by side, as far apart */
            grid.columns = columns = 2;
            highest = options_heights(app, flow, question, columns, heights);
        }
    }
    int most = (flow->bottom - flow->y) / (question->tasks ? 1 : 2);
    if (columns == 2 && highest > most) {
        grid.columns = 1; /* side by side large words would be as high as the page */
        (void)options_heights(app, flow, question, 1, heights);
    }
    flow_grid(app, flow, &grid, place, &at);
}

/* The digits in the words of an amount: with none yet, the place where they will be. */
static void
amount(struct app *app, struct buf *out)
{
    const char *field = app->visit.field;
    (void)i18n_money(app->i18n, out, strtoll(field, NULL, 10)); /* of nothing: 0 */
    const char *digit = field[0] == 0 ? strchr(buf_str(out), '0') : NULL;
    if (digit != NULL) {
        out->data[digit - buf_str(out)] = ' ';
    }
}

/* The caret's place in a text that has other words around the digits. */
static int
behind_digits(const char *text, bool digits)
{
    size_t last = strlen(text);
    const char *place = digits ? NULL : strchr(text, ' ');
    while (place == NULL && last > 0 && (text[last - 1] < '0' || text[last - 1] > '9')) {
        last--;
    }
    return 1 + (int)(place != NULL ? (size_t)(place - text) : last);
}

static void
number(struct app *app, struct flow *flow, const struct question *question)
{
    char id[UI_ID_MAX];
    (void)snprintf(id, sizeof(id), "field:%s", bare_name(question));
    AUTO_BUF text;
    buf_init(&text, 2 * FIELD_MAX);
    if (question->type == QUESTION_MONEY) {
        amount(app, &text);
    } else {
        (void)buf_printf(
            &text, "%s %s", app->visit.field, unit_words(app, &question->unit, app->visit.field));
    }
    struct ui_element field = {.id = id,
        .role = UI_ROLE_FIELD,
        .rect = rect(flow->x, 0, flow->w, 0),
        .text = buf_str(&text),
        .size = UI_SIZE_KEY,
        .bold = true,
        .tone = UI_TONE_SURFACE,
        .label = words(app, &question->name),
        .state = UI_STATE_PERSONAL,
        .caret = behind_digits(buf_str(&text), app->visit.field[0] != 0)};
    flow_element(app, flow, &field, 300);
    page_keypad(app, "digit:", "", "");
}

/* Is there something to go on with? */
static bool
ready(struct app *app, const struct question *question)
{
    const struct widget *widget = widget_of(question);
    if (widget != NULL && widget->ready != NULL) {
        return widget->ready(app, question);
    }
    if (question->type == QUESTION_DATE) {
        char iso[11];
        return date_value(app, iso) || (!question->required && app->visit.field[0] == 0);
    }
    if (is_written(question) && app->visit.writing.face != WRITING_KEYS) {
        /* first the page in the page is answered */
        return app->visit.writing.face == WRITING_POSTAL && postal_ready(app);
    }
    return app->visit.field[0] != 0 || !question->required;
}

/* Where "I don't know" stands: between the bottom bar's two buttons; where these leave no room, in the column, after
 * what is read beside a low keypad, or beside the lowest keys of a low upright keyboard. */
enum unsure_place { UNSURE_NOWHERE, UNSURE_BAR, UNSURE_COLUMN, UNSURE_AFTER, UNSURE_KEYS };

static enum unsure_place
unsure_place(const struct app *app, const struct question *question, bool keypad, bool keys)
{
    const struct places *places = &app->places;
    bool within = is_written(question) && app->visit.writing.face != WRITING_KEYS &&
                  app->visit.writing.face != WRITING_POSTAL;
    if (!can_be_unsure(question) || within) { /* first the page in the page is answered */
        return UNSURE_NOWHERE;
    }
    const struct widget *widget = widget_of(question);
    bool map = widget != NULL && widget->least != NULL; /* what is read stands above it */
    return places->foot.w > 0                                         ? UNSURE_BAR
           : (keypad || map) && places->low                           ? UNSURE_AFTER
           : keys && places->low && places->small && places->portrait ? UNSURE_KEYS
                                                                      : UNSURE_COLUMN;
}

static struct ui_element
unsure_button(struct app *app, const struct flow *flow)
{
    return (struct ui_element){.id = "unsure",
        .role = UI_ROLE_BUTTON,
        .rect = rect(flow->x, 0, flow->w, 0),
        .text = say(app, "answer.unknown"),
        .picture = "question",
        .tone = UI_TONE_SURFACE,
        .size = UI_SIZE_BODY,
        .bold = true,
        .align = UI_ALIGN_CENTRE};
}

static int
unsure_least(const struct app *app)
{
    return app->places.small ? UNSURE_H_SMALL : UNSURE_H;
}

/* What the button takes of the column. */
static int
unsure_height(struct app *app, const struct flow *flow)
{
    struct ui_element button = unsure_button(app, flow);
    int width;
    int height;
    ui_natural(app->ui, &button, &width, &height);
    return (height > unsure_least(app) ? height : unsure_least(app)) + GAP_MIN;
}

static void
unsure_in_column(struct app *app, struct flow *flow)
{
    struct ui_element button = unsure_button(app, flow);
    flow_element(app, flow, &button, unsure_least(app));
    flow->y += GAP_MIN;
}

static void
unsure_below_field(struct app *app, struct flow *flow)
{
    struct flow right = *flow;
    right.x = app->field_beside.x;
    right.w = app->field_beside.w;
    right.y = app->field_beside.y + writing_field_height(app) + GAP_MIN;
    struct ui_element button = unsure_button(app, &right);
    if (right.y + unsure_height(app, &right) > writing_top(app, flow)) {
        button.picture = NULL; /* its words need the width; the keys keep their height */
        button.size = UI_SIZE_BAR;
    }
    flow_element(app, &right, &button, unsure_least(app));
    right.y += GAP_MIN;
    flow->y = flow->y < right.y ? right.y : flow->y;
}

static void
unsure_at(struct app *app, const struct flow *flow, enum unsure_place where)
{
    struct ui_element button = unsure_button(app, flow);
    struct ui_rect foot = app->places.foot;
    int width = foot.w < UNSURE_W ? foot.w : UNSURE_W;
    button.rect =
        rect(foot.x + (foot.w - width) / 2, foot.y + (foot.h - UNSURE_H) / 2, width, UNSURE_H);
    if (where == UNSURE_KEYS) {
        button.rect = app->keys_beside;
        button.picture = NULL; /* its words need the width */
        button.size = UI_SIZE_BAR;
    }
    ui_add(app->ui, &button);
}

/* What is read, and the button that stands in the column with it. */
static void
heading(struct app *app, struct flow *head, const struct question *question, bool keypad,
    enum unsure_place unsure)
{
    const struct widget *widget = widget_of(question);
    bool keys = app->visit.writing.face == WRITING_KEYS;
    bool written = is_written(question) || (widget != NULL && widget->keyboard && keys);
    int below = written                                   ? writing_height(app)
                : widget != NULL && widget->least != NULL ? widget->least(app)
                                                          : 0;
    if (!keypad && !uses_options(question)) {
        flow_tighten(app, head, 60); /* a keyboard needs the room */
    }
    bool fixed = written ? keys : below > 0; /* what stands below does not turn pages */
    bool counted = unsure == UNSURE_COLUMN || (unsure == UNSURE_AFTER && !keypad);
    int taken = counted && fixed ? unsure_height(app, head) : 0;
    heading_build(app, head, question, below > 0 ? below + taken : 0, written && keys);
    if (app->field_beside.w > 0 &&
        taken > 0) { /* below the field, with what is read at their left */
        unsure_below_field(app, head);
        return;
    }
    if (unsure == UNSURE_COLUMN) {
        unsure_in_column(app, head);
    } else if (unsure == UNSURE_BAR) {
        unsure_at(app, head, unsure);
    }
}

static void
build(struct app *app)
{
    struct flow flow = page_begin_visit(app);
    struct question question;
    if (!current(app, &question)) {
        return;
    }
    bool postal = is_written(&question) && app->visit.writing.face == WRITING_POSTAL;
    const struct widget *widget = widget_of(&question);
    bool keypad = question.type == QUESTION_DATE || uses_keypad(&question) || postal ||
                  (widget != NULL && widget->keypad);
    bool keys = app->visit.writing.face == WRITING_KEYS &&
                (is_written(&question) || (widget != NULL && widget->keyboard));
    enum unsure_place unsure = unsure_place(app, &question, keypad, keys);
    app->field_beside = (struct ui_rect){0};
    app->keys_beside = rect(0, 0, unsure == UNSURE_KEYS ? UNSURE_KEY_W : 0, 0);
    if (keypad) {
        flow = page_beside_keypad(app, flow);
    }
    struct flow head = flow;
    heading(app, &head, &question, keypad, unsure);
    flow.y = head.y;
    if (uses_options(&question)) {
        options(app, &flow, &question);
    } else if (widget != NULL) {
        int after = unsure == UNSURE_AFTER && !keypad ? unsure_height(app, &flow) : 0;
        flow.bottom -= after;
        widget->build(app, &flow, &question);
        flow.bottom += after;
    } else if (question.type == QUESTION_DATE) {
        date_build(app, &flow);
    } else if (uses_keypad(&question)) {
        number(app, &flow, &question);
    } else {
        writing_build(app, &flow, &question);
    }
    if (unsure == UNSURE_AFTER) {
        if (keypad) {
            flow_left_of_keypad(app, &flow);
        }
        flow.y += GAP_MIN; /* from what was placed above */
        unsure_in_column(app, &flow);
    } else if (unsure == UNSURE_KEYS) {
        unsure_at(app, &flow, unsure);
    }
    if (question.tasks && app->visit.page < app->flow_page) {
        /* all are ticked: what is on a later page is seen before it is agreed to */
        page_main(app, "read-on", say(app, "check.read-on"), 0);
        return;
    }
    const char *main = widget != NULL && widget->main != NULL ? widget->main(app, &question) : NULL;
    page_main(app, "next", main != NULL ? main : say(app, "bar.next"),
        ready(app, &question) ? 0 : UI_STATE_WAITING);
}

static void
choose(struct app *app, const struct question *question, const char *value)
{
    struct visit *visit = &app->visit;
    visit->verdict_shown = false;
    bool alone = question->type != QUESTION_SEVERAL || strcmp(value, "unknown") == 0;
    bool was = has_word(visit->field, value);
    char kept[FIELD_MAX] = "";
    for (size_t i = 0; !alone && i < question->choice_count; i++) {
        const char *other = question->choices[i].value;
        bool chosen = strcmp(other, value) == 0 ? !was : has_word(visit->field, other);
        size_t have = strlen(kept);
        if (chosen && have + strlen(other) + 2 < sizeof(kept)) {
            (void)snprintf(kept + have, sizeof(kept) - have, "%s%s", have > 0 ? " " : "", other);
        }
    }
    if (alone) {
        (void)snprintf(kept, sizeof(kept), "%s", value);
    }
    memcpy(visit->field, kept, sizeof(kept));
    explicit_bzero(kept, sizeof(kept));
}

static void
answer(struct app *app, const struct question *question, bool unsure)
{
    struct visit *visit = &app->visit;
    char iso[11] = "";
    const char *text = visit->field;
    if (unsure) {
        field_clear(app);
        text = "unknown"; /* goes on, and staff look into it */
    } else if (question->type == QUESTION_DATE) {
        text = date_value(app, iso) ? iso : "";
    }
    const struct widget *widget = widget_of(question);
    if (!unsure && widget != NULL && widget->value != NULL) {
        text = widget->value(app);
    }
    int r = interview_answer(visit->interview, text, beside_origin(app, question), &visit->verdict);
    if (r == KERR_PROCEDURE_ANSWER) {
        visit->verdict_shown = true;
        return;
    }
    if (r == 0 && !unsure) {
        keep_reading(app, question);
    }
    if (r < 0) {
        LOG(LOG_ERROR, "answer", LOG_ERR(r));
        visit->fault = r;
        app_go(app, fault_screen(r));
        return;
    }
    visit_show_interview(app);
}

/* From the page's keys and from a number pad alike. */
static void
put_digit(struct app *app, const struct question *question, const char *digit)
{
    if (question->type == QUESTION_TEXT || strlen(app->visit.field) < NUMBER_DIGITS_MAX) {
        field_put(app, digit);
    }
}

static void
tap(struct app *app, const char *id)
{
    struct question question;
    if (!current(app, &question)) {
        return;
    }
    const struct widget *widget = widget_of(&question);
    if (widget != NULL && widget->tap != NULL && widget->tap(app, &question, id)) {
        return;
    }
    if (strncmp(id, "choice:", 7) == 0) {
        choose(app, &question, id + 7);
    } else if (is_written(&question) && writing_tap(app, &question, id)) {
        return;
    } else if (strcmp(id, "back") == 0 && is_written(&question) && writing_back(app)) {
        return;
    } else if (strcmp(id, "read-on") == 0) {
        app->visit.page++;
    } else if (strcmp(id, "next") == 0) {
        answer(app, &question, false);
    } else if (strcmp(id, "unsure") == 0 && can_be_unsure(&question)) {
        answer(app, &question, true);
    } else if (strcmp(id, "back") == 0) {
        if (!visit_back(app)) {
            app_go(app, &screen_explain);
        }
    } else if (question.type == QUESTION_DATE) {
        (void)date_tap(app, id);
    } else if (uses_keypad(&question) && strncmp(id, "digit:", 6) == 0) {
        if (strcmp(id, "digit:delete") == 0) {
            field_erase(app);
        } else {
            put_digit(app, &question, id + 6);
        }
    }
}

static void
type(struct app *app, const char *text)
{
    struct question question;
    if (!current(app, &question) || uses_options(&question)) {
        return;
    }
    const struct widget *widget = widget_of(&question);
    if (widget != NULL) {
        if (widget->type != NULL) {
            widget->type(app, &question, text);
        }
        return;
    }
    bool digit = text[0] >= '0' && text[0] <= '9' && text[1] == 0;
    if (question.type == QUESTION_DATE) {
        char id[] = "digit:0";
        id[6] = text[0];
        if (digit) {
            (void)date_tap(app, id);
        }
    } else if (digit && (question.type == QUESTION_NUMBER || question.type == QUESTION_MONEY)) {
        put_digit(app, &question, text);
    } else if (is_written(&question) && app->visit.writing.face == WRITING_POSTAL && digit) {
        char id[] = "digit:0";
        id[6] = text[0];
        (void)writing_tap(app, &question, id);
    } else if (question.type != QUESTION_NUMBER && question.type != QUESTION_MONEY) {
        app->visit.writing.face = WRITING_KEYS;
        field_put(app, text);
    }
}

static void
drawn(struct app *app)
{
    struct question question;
    if (!current(app, &question)) {
        return;
    }
    const struct widget *widget = widget_of(&question);
    if (widget != NULL && widget->drawn != NULL) {
        widget->drawn(app, &question);
    } else {
        hand_drawn(app);
    }
}

const struct screen screen_question = {.name = "question",
    .build = build,
    .tap = tap,
    .enter = enter,
    .type = type,
    .erase = field_erase,
    .drawn = drawn};
