/* app/heading.c - what stands above a field, a keyboard, a map: of whom is asked, the question, why it is asked, why an
 * answer was not taken. Where what stands below needs a height of its own, the words become smaller, then fewer. */
#include "app_priv.h"

enum {
    CROWDED_AIR = 40,
    BESIDE_PERCENT = 30, /* of the width, at least, for a name beside "2 / 3" */
    HEADING_PERCENT = 55, /* of the width, with the field beside it; MOST: when it needs more */
    HEADING_PERCENT_MOST = 65,
    TITLE_GAP = 40,
    TEXT_GAP = 20
};

/* Why the answer was not taken; "" when it was. */
static const char *
verdict_words(struct app *app)
{
    const struct interview_verdict *why = &app->visit.verdict;
    if (!app->visit.verdict_shown) {
        return "";
    }
    return why->otherwise.source != NULL ? words(app, &why->otherwise) : say(app, why->message);
}

static struct ui_element
notice(struct app *app, const struct flow *flow, enum ui_size size)
{
    return (struct ui_element){.role = UI_ROLE_NOTICE,
        .rect = rect(flow->x, 0, flow->w, 0),
        .text = verdict_words(app),
        .tone = UI_TONE_CARE,
        .size = size,
        .bold = true};
}

static void
verdict(struct app *app, struct flow *flow, enum ui_size size)
{
    if (app->visit.verdict_shown) {
        struct ui_element element = notice(app, flow, size);
        flow_element(app, flow, &element, 0);
        flow->y += GAP_MIN;
    }
}

/* Sizes of the question and of what is said of the answer where room is short, the best first. */
static const enum ui_size crowded[][2] = {{UI_SIZE_TITLE, UI_SIZE_BODY},
    {UI_SIZE_VALUE, UI_SIZE_BODY}, {UI_SIZE_BODY, UI_SIZE_HINT}, {UI_SIZE_BAR, UI_SIZE_BAR}};

/* How high both are in these sizes. */
static int
crowded_height(struct app *app, const struct flow *flow, const char *label, size_t step)
{
    int high = ui_text_height(app->ui, label, flow->w, crowded[step][0], true) + CROWDED_AIR;
    if (app->visit.verdict_shown) {
        struct ui_element element = notice(app, flow, crowded[step][1]);
        int width;
        int height;
        ui_natural(app->ui, &element, &width, &height);
        high += height + GAP_MIN;
    }
    return high;
}

/* The first sizes that fit the room; false when none does, *ret_step is the last one then. */
static bool
crowded_step(struct app *app, const struct flow *flow, const char *label, int room,
    size_t *ret_step, int *ret_high)
{
    for (*ret_step = 0;; (*ret_step)++) {
        *ret_high = crowded_height(app, flow, label, *ret_step);
        if (*ret_high <= room) {
            return true;
        }
        if (*ret_step + 1 == ARRAY_LEN(crowded)) {
            return false;
        }
    }
}

/* Of whom of several is asked: "Family who move with me  1 / 3" and the name that the visitor gave, beside it
 * or below: an element of its own, about which a loudspeaker keeps quiet. Returns their height. */
static int
of_whom(struct app *app, struct flow *flow, const struct question *question, enum ui_size size,
    bool show)
{
    if (question->repeat_index == 0) {
        return 0;
    }
    AUTO_BUF text;
    AUTO_BUF cut;
    buf_init(&text, 512);
    buf_init(&cut, FIELD_MAX + 8);
    person_words(app, question, &text);
    int gap = size == UI_SIZE_BAR ? 0 : 20;
    struct ui_element place = {.role = UI_ROLE_TEXT,
        .text = buf_str(&text),
        .size = size,
        .tone = UI_TONE_CARE,
        .bold = true};
    struct ui_element name = place;
    name.text = question->who != NULL ? question->who : "";
    name.lang = "ja"; /* as the visitor wrote it */
    name.state = UI_STATE_PERSONAL;
    int place_w = ui_text_width(app->ui, place.text, size, true) + GAP_MIN;
    bool named = name.text[0] != 0;
    bool beside = named && flow->w - place_w >= flow->w * BESIDE_PERCENT / 100;
    name_in_width(app, &name, beside ? flow->w - place_w : flow->w, &cut);
    int place_h = ui_text_height(app->ui, place.text, flow->w, size, true);
    int high = !named   ? place_h
               : beside ? (place_h > name.rect.h ? place_h : name.rect.h)
                        : place_h + name.rect.h;
    if (show && flow_room(app, flow, high)) {
        /* furigana stand above: the lines are level at their feet */
        place.rect = rect(
            flow->x, flow->y + (beside ? high - place_h : 0), beside ? place_w : flow->w, place_h);
        name.rect.x = flow->x + (beside ? place_w : 0);
        name.rect.y = flow->y + high - name.rect.h;
        ui_add(app->ui, &place);
        if (named) {
            ui_add(app->ui, &name);
        }
    }
    flow->y += show ? high + gap : 0;
    return high + gap;
}

/* Heading and field side by side. */
static void
beside_field(struct app *app, struct flow *flow, const struct question *question)
{
    const char *label = words(app, &question->label);
    struct flow left = *flow;
    int room = writing_top(app, flow) + GAP_MIN - flow->y; /* what is read may come near the keys */
    size_t step;
    bool fits = false;
    for (int percent = HEADING_PERCENT; !fits && percent <= HEADING_PERCENT_MOST; percent += 10) {
        left.w = flow->w * percent / 100;
        int high = of_whom(app, &left, question, UI_SIZE_BAR, false);
        fits = crowded_step(app, &left, label, room - high, &step, &high);
    }
    app->field_beside = rect(flow->x + left.w + GAP_MIN, flow->y, flow->w - left.w - GAP_MIN, 0);
    (void)of_whom(app, &left, question, UI_SIZE_BAR, true);
    if (fits || !app->visit.verdict_shown) { /* else the question was read: what to change counts */
        flow_text(
            app, &left, label, UI_ROLE_TITLE, crowded[step][0], UI_TONE_PAPER, true, TEXT_GAP);
    }
    verdict(app, &left, crowded[step][1]);
    int top = writing_top(app, flow) + GAP_MIN;
    flow->y = left.y < top ? left.y : top;
}

/* The question and what is said of the answer as large as what stands below leaves room for, the hint only when
 * there is nothing to say and room is left. Where even the smallest would take from the keys, the field stands
 * beside them. */
static void
crowded_heading(
    struct app *app, struct flow *flow, const struct question *question, int below, bool field)
{
    const char *label = words(app, &question->label);
    const char *hint = words(app, &question->hint);
    int whole = flow->bottom - flow->y - below;
    enum ui_size whom = UI_SIZE_HINT;
    int room = whole - of_whom(app, flow, question, whom, false);
    size_t step;
    int high;
    bool fits = crowded_step(app, flow, label, room, &step, &high);
    if (!fits) {
        whom = UI_SIZE_BAR;
        room = whole - of_whom(app, flow, question, whom, false);
        fits = crowded_step(app, flow, label, room, &step, &high);
    }
    if (!fits && field) {
        beside_field(app, flow, question);
        return;
    }
    (void)of_whom(app, flow, question, whom, true);
    if (fits || !app->visit.verdict_shown) {
        flow_text(app, flow, label, UI_ROLE_TITLE, crowded[step][0], UI_TONE_PAPER, true, TEXT_GAP);
    }
    int hint_h = ui_text_height(app->ui, hint, flow->w, UI_SIZE_HINT, false);
    if (!app->visit.verdict_shown && high + hint_h + TEXT_GAP <= room) {
        flow_text(app, flow, hint, UI_ROLE_TEXT, UI_SIZE_HINT, UI_TONE_PAPER, false, TEXT_GAP);
    }
    flow->y += 10;
    verdict(app, flow, crowded[step][1]);
}

/* How high everything is in its own size. */
static int
whole_height(struct app *app, struct flow *flow, const struct question *question)
{
    const char *const texts[] = {words(app, &question->hint), words(app, &question->why)};
    int high = of_whom(app, flow, question, UI_SIZE_HINT, false) + 2 * TITLE_GAP +
               ui_text_height(app->ui, words(app, &question->label), flow->w, UI_SIZE_TITLE, true);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        if (texts[i][0] != 0) {
            high += ui_text_height(app->ui, texts[i], flow->w, UI_SIZE_HINT, false) + TEXT_GAP;
        }
    }
    if (app->visit.verdict_shown) {
        struct ui_element element = notice(app, flow, UI_SIZE_BODY);
        int width;
        int height;
        ui_natural(app->ui, &element, &width, &height);
        high += height + GAP_MIN;
    }
    return high;
}

void
heading_build(
    struct app *app, struct flow *flow, const struct question *question, int below, bool field)
{
    bool short_of_room =
        below > 0 && whole_height(app, flow, question) > flow->bottom - flow->y - below;
    if (field || short_of_room) {
        crowded_heading(app, flow, question, below, field);
        return;
    }
    (void)of_whom(app, flow, question, UI_SIZE_HINT, true);
    flow_text(app, flow, words(app, &question->label), UI_ROLE_TITLE, UI_SIZE_TITLE, UI_TONE_PAPER,
        true, TITLE_GAP);
    flow_text(app, flow, words(app, &question->hint), UI_ROLE_TEXT, UI_SIZE_HINT, UI_TONE_PAPER,
        false, TEXT_GAP);
    flow_text(app, flow, words(app, &question->why), UI_ROLE_TEXT, UI_SIZE_HINT, UI_TONE_PAPER,
        false, TEXT_GAP);
    flow->y += TITLE_GAP;
    verdict(app, flow, UI_SIZE_BODY);
}
