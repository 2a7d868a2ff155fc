/* screens/phrases.c - what one has to say in an emergency, from the start page, without a card: which kind, which
 * phrase, then the phrase so large that it can be shown, and said aloud in Japanese at a touch. */
#include "app/app_priv.h"

#include <stdio.h>
#include <string.h>

#include "app/speak_priv.h"

enum { DOOR_H = 260, PHRASES_MOST = 64, CALL_ROOM = 420 /* the button below a phrase */ };

struct list {
    size_t count;
    const char *targets[PHRASES_MOST];
    char pool[PHRASES_MOST][INFO_TARGET_MAX];
};

static bool
speaks_another(const struct app *app)
{
    return strcmp(i18n_current(app->i18n)->tag, "ja") != 0;
}

static struct ui_element
door(struct app *app, const char *target)
{
    struct trail_words row = {"", "", NULL};
    (void)trail_words(app, target, &row); /* the target came from the list */
    struct ui_element element = {.id = target,
        .role = UI_ROLE_DOOR,
        .text = row.title,
        .picture = row.picture,
        .tone = UI_TONE_SURFACE,
        .size = UI_SIZE_CHOICE,
        .bold = true};
    return element;
}

static void
place(struct app *app, size_t index, struct ui_rect where, void *ctx)
{
    const struct list *list = ctx;
    struct ui_element element = door(app, list->targets[index]);
    element.rect = where;
    ui_add(app->ui, &element);
}

static void
doors(struct app *app, struct flow *flow, struct list *list)
{
    bool wide = flow->w >= TWO_COLUMNS_W && ui_text_size(app->ui) <= UI_TEXT_NORMAL;
    int heights[PHRASES_MOST];
    struct grid grid = {
        .count = list->count, .columns = wide ? 2 : 1, .height = DOOR_H, .heights = heights};
    for (size_t i = 0; i < list->count; i++) {
        struct ui_element element = door(app, list->targets[i]);
        int w;
        element.rect.w = (flow->w - (grid.columns - 1) * COLUMN_GAP) / grid.columns;
        ui_natural(app->ui, &element, &w, &heights[i]);
    }
    flow_grid(app, flow, &grid, place, list);
}

static void
add(struct list *list, const char *kind, const char *id)
{
    if (list->count < PHRASES_MOST) {
        char *target = list->pool[list->count];
        (void)snprintf(target, INFO_TARGET_MAX, "%s:%s", kind, id);
        list->targets[list->count++] = target;
    }
}

static void
build(struct app *app)
{
    struct list list = {0};
    struct flow flow = page_begin(app, say(app, "phrases.title"), "bar.back");
    page_right_button(app, "call", say(app, "fault.call"), "bell");
    page_title(app, &flow, say(app, "phrases.what"));
    for (size_t i = 0; i < info_group_count(app->info); i++) {
        add(&list, "phrases", info_group_at(app->info, i)->id);
    }
    doors(app, &flow, &list);
}

static void
group_build(struct app *app)
{
    struct list list = {0};
    struct flow flow = page_begin(app, say(app, "phrases.title"), "bar.back");
    struct trail_words group = {"", "", NULL};
    (void)trail_words(app, trail_at(app), &group); /* it was opened */
    page_right_button(app, "call", say(app, "fault.call"), "bell");
    page_title(app, &flow, group.title);
    for (size_t i = 0; i < info_phrase_count(app->info); i++) {
        const struct info_phrase *phrase = info_phrase_at(app->info, i);
        if (strcmp(info_group_at(app->info, phrase->group)->id, trail_id(app)) == 0) {
            add(&list, "phrase", phrase->id);
        }
    }
    doors(app, &flow, &list);
}

static void
tap(struct app *app, const char *id)
{
    if (strcmp(id, "back") == 0) {
        trail_back(app);
    } else if (strcmp(id, "call") == 0) {
        app_over(app, &screen_call);
    } else {
        (void)trail_open(app, id); /* its doors' ids are targets; others lead nowhere */
    }
}

const struct screen screen_phrases = {.name = "phrases", .build = build, .tap = tap};
const struct screen screen_phrase_group = {
    .name = "phrase-group", .build = group_build, .tap = tap};

/* ---- one phrase, large ---- */

/* The largest size in which the text has its place in this column, with so much below it. */
static enum ui_size
size_for(struct app *app, const struct flow *flow, const char *text, int below)
{
    static const enum ui_size sizes[] = {UI_SIZE_NUMBER, UI_SIZE_KEY, UI_SIZE_TITLE};
    size_t i = 0;
    while (
        i + 1 < ARRAY_LEN(sizes) &&
        ui_text_height(app->ui, text, flow->w, sizes[i], true) + below > flow->bottom - flow->y) {
        i++;
    }
    return sizes[i];
}

/* As large as there is room for: the Japanese is for who stands before the visitor. The pictogram gives way. */
static void
large(struct app *app, struct flow *flow, const struct info_phrase *phrase, const char *text,
    int below)
{
    struct flow narrow = *flow;
    narrow.w = flow->w * 60 / 100;
    bool room = !app->places.portrait && !app->places.low &&
                size_for(app, &narrow, text, below) == UI_SIZE_NUMBER;
    if (room) {
        narrow = page_picture(app, *flow, phrase->picture, UI_TONE_CARE);
        flow->w = narrow.w;
    }
    struct ui_element element = {.role = UI_ROLE_TITLE,
        .rect = rect(flow->x, 0, flow->w, 0),
        .text = text,
        .lang = "ja",
        .tone = UI_TONE_PAPER,
        .size = size_for(app, flow, text, below),
        .bold = true};
    flow_element(app, flow, &element, 0);
    flow->y += 60;
}

static void
phrase_build(struct app *app)
{
    const struct info_phrase *phrase = info_phrase_find(app->info, trail_id(app));
    struct flow flow = page_begin(app, say(app, "phrases.title"), "bar.back");
    const char *own = words(app, &phrase->words);
    if (speaks_another(app)) {
        flow_text(app, &flow, own, UI_ROLE_TEXT, UI_SIZE_VALUE, UI_TONE_PAPER, true, 60);
    }
    large(app, &flow, phrase, speaks_another(app) ? phrase->words.source : own, CALL_ROOM);
    bool voice = speak_can_say(app, "ja");
    if (voice) {
        page_main(app, "say", say(app, "phrases.say"), 0);
    } else {
        page_right_button(app, "call", say(app, "fault.call"), "bell");
    }
    if (voice) {
        flow_door(app, &flow, "call", "bell", say(app, "fault.call"), NULL);
    }
}

static void
phrase_tap(struct app *app, const char *id)
{
    if (strcmp(id, "back") == 0) {
        trail_back(app);
    } else if (strcmp(id, "call") == 0) {
        app_over(app, &screen_call);
    } else if (strcmp(id, "say") == 0) {
        speak_phrase(app, info_phrase_find(app->info, trail_id(app))->words.source);
    }
}

const struct screen screen_phrase = {.name = "phrase", .build = phrase_build, .tap = phrase_tap};
