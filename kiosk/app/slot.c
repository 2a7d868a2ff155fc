/* app/slot.c - a question that asks for a free time of what came with the last sync: where, which day, what time, each
 * as large rows with what is free, and the moment at which the city knew it. What is chosen so far lives in
 * visit.slot and visit.field. Nothing is booked here: another terminal may ask for the same. */
#include "app_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OFFERS_MAX = 256, OFFER_H = 300, TIME_H = 260 };

/* One row: a place, a day or a time, and how much of it is free. */
struct offer {
    const char *name; /* belongs to the table */
    int free;
    size_t order; /* as the city's list has them */
};

enum face { FACE_PLACE, FACE_DAY, FACE_TIME };

struct slot_page {
    const struct question *question;
    const struct live_table *table; /* NULL: nothing has come */
    const struct procedure_list *list; /* names of the places; NULL: none */
    enum face face;
    struct offer offers[OFFERS_MAX];
    size_t count;
};

void
live_moment(struct app *app, const struct live_table *table, struct buf *out)
{
    struct clock_date at = clock_japan(live_as_of(table));
    char iso[CLOCK_DAY_LEN];
    char time[16];
    clock_day_text(clock_japan_day(live_as_of(table)), iso);
    (void)snprintf(time, sizeof(time), " %d:%02d", at.hour, at.minute);
    AUTO_BUF when;
    buf_init(&when, 256);
    (void)i18n_day(app->i18n, &when, iso);
    (void)buf_add_str(&when, time);
    (void)sayf(app, out, "live.as-of", "when", buf_str(&when));
}

void
live_note(struct app *app, struct flow *flow, const struct live_table *table)
{
    AUTO_BUF text;
    buf_init(&text, 512);
    live_moment(app, table, &text);
    flow_text(app, flow, buf_str(&text), UI_ROLE_TEXT, UI_SIZE_HINT, UI_TONE_CARE, true, GAP_MIN);
}

static const struct procedure_entry *
entry_of(const struct procedure_list *list, const char *id)
{
    return list != NULL ? procedure_entry(list, id) : NULL;
}

/* The place's name; its id where the city's list has none. */
static const char *
place_name(struct app *app, const struct procedure_list *list, const char *id)
{
    const struct procedure_entry *entry = entry_of(list, id);
    return entry != NULL ? words(app, &entry->name) : id;
}

/* 9:00 for 09:00. */
static const char *
short_time(const char *time)
{
    return time[0] == '0' ? time + 1 : time;
}

void
slot_words(struct app *app, const char *list, const char *value, struct buf *out)
{
    struct live_slot_name name;
    if (!live_slot_name(value, &name)) {
        (void)buf_add_str(out, value);
        return;
    }
    const struct procedure_list *places = procedure_list(app->procedures, list);
    const struct procedure_entry *entry = entry_of(places, name.resource);
    const struct procedure_entry *above =
        entry != NULL && entry->within != NULL ? entry_of(places->above, entry->within) : NULL;
    if (above != NULL) { /* a room is known by its house */
        (void)buf_printf(out, "%s　", words(app, &above->name));
    }
    (void)buf_printf(out, "%s\n", place_name(app, places, name.resource));
    (void)i18n_day(app->i18n, out, name.date);
    (void)buf_printf(out, " %s", short_time(name.time));
}

/* What of a row makes it a choice of this face; NULL when the row does not belong here. */
static const char *
part_of(const struct app *app, const struct slot_page *page, const struct live_slot *slot)
{
    enum face face = page->face;
    const struct slot_choice *chosen = &app->visit.slot;
    if (face != FACE_PLACE && strcmp(slot->resource, chosen->resource) != 0) {
        return NULL;
    }
    if (face == FACE_PLACE && page->question->within) {
        const struct procedure_entry *entry = entry_of(page->list, slot->resource);
        if (entry == NULL || entry->within == NULL ||
            strcmp(entry->within, page->question->within_value) != 0) {
            return NULL;
        }
    }
    if (face == FACE_TIME && strcmp(slot->date, chosen->date) != 0) {
        return NULL;
    }
    return face == FACE_PLACE ? slot->resource : face == FACE_DAY ? slot->date : slot->time;
}

static int
compare_offers(const void *a, const void *b)
{
    const struct offer *first = a;
    const struct offer *second = b;
    return first->order < second->order ? -1 : first->order > second->order;
}

/* What can be chosen on this face: rows of one name together, in the order of the city's list. */
static void
collect(const struct app *app, struct slot_page *page)
{
    int64_t now = clock_wall_s(app->clock);
    struct live_slot slot;
    for (size_t i = 0; page->table != NULL && live_slot_at(page->table, i, &slot) == 0; i++) {
        const char *name = part_of(app, page, &slot);
        if (name == NULL || slot.starts_at <= now) {
            continue;
        }
        struct offer *last = page->count > 0 ? &page->offers[page->count - 1] : NULL;
        if (last == NULL || strcmp(last->name, name) != 0) {
            if (page->count == OFFERS_MAX) {
                break;
            }
            const struct procedure_entry *entry =
                page->face == FACE_PLACE ? entry_of(page->list, name) : NULL;
            last = &page->offers[page->count++];
            *last = (struct offer){.name = name,
                .order = entry != NULL ? (size_t)(entry - page->list->entries) : i + OFFERS_MAX};
        }
        last->free += slot.free;
    }
    qsort(page->offers, page->count, sizeof(page->offers[0]), compare_offers);
}

static void
open_page(struct app *app, const struct question *question, struct slot_page *page)
{
    const struct slot_choice *chosen = &app->visit.slot;
    *page = (struct slot_page){.question = question,
        .table = live_table(app->live, question->live),
        .list = procedure_list(app->procedures, question->live),
        .face = chosen->resource[0] == 0 ? FACE_PLACE
                : chosen->date[0] == 0   ? FACE_DAY
                                         : FACE_TIME};
    if (page->table != NULL && live_form(page->table) != LIVE_SLOTS) {
        page->table = NULL;
    }
    collect(app, page);
}

/* One place only: nobody is asked which. */
static void
skip_place(struct app *app, const struct question *question)
{
    struct slot_page page;
    struct slot_choice *chosen = &app->visit.slot;
    open_page(app, question, &page);
    if (page.face == FACE_PLACE && page.count == 1) {
        (void)snprintf(chosen->resource, sizeof(chosen->resource), "%s", page.offers[0].name);
        chosen->alone = true;
    }
}

static void
slot_begin(struct app *app, const struct question *question)
{
    struct visit *visit = &app->visit;
    struct live_slot_name name;
    visit->slot = (struct slot_choice){.alone = false};
    if (live_slot_name(visit->field, &name)) {
        memcpy(visit->slot.resource, name.resource, sizeof(name.resource));
        memcpy(visit->slot.date, name.date, sizeof(name.date));
    } else {
        visit->field[0] = 0;
        skip_place(app, question);
    }
}

static void
offer_element(struct app *app, const struct slot_page *page, size_t index, struct ui_element *ret,
    char id[UI_ID_MAX], struct buf *text, struct buf *detail)
{
    const struct offer *offer = &page->offers[index];
    static const char *const prefixes[] = {"place:", "day:", "time:"};
    (void)snprintf(id, UI_ID_MAX, "%s%s", prefixes[page->face], offer->name);
    if (page->face == FACE_PLACE) {
        (void)buf_add_str(text, place_name(app, page->list, offer->name));
    } else if (page->face == FACE_DAY) {
        (void)i18n_day(app->i18n, text, offer->name);
    } else {
        (void)buf_add_str(text, short_time(offer->name));
    }
    char number[16];
    (void)snprintf(number, sizeof(number), "%d", offer->free);
    const struct procedure_entry *entry =
        page->face == FACE_PLACE ? entry_of(page->list, offer->name) : NULL;
    if (offer->free > 0 && entry != NULL) {
        (void)buf_add_str(
            detail, words(app, &entry->detail)); /* how many times are free tells little */
    } else if (offer->free > 0) {
        (void)sayf(app, detail, "slot.free", "free", number);
    } else {
        (void)buf_add_str(detail, say(app, "slot.full"));
    }
    struct live_slot_name name;
    bool chosen = page->face == FACE_TIME && live_slot_name(app->visit.field, &name) &&
                  strcmp(name.time, offer->name) == 0;
    *ret = (struct ui_element){.id = id,
        .role = page->face == FACE_TIME ? UI_ROLE_CHOICE : UI_ROLE_BUTTON,
        .text = buf_str(text),
        .detail = detail->len > 0 ? buf_str(detail) : NULL,
        .tone = chosen ? UI_TONE_SOFT : UI_TONE_SURFACE,
        .state = chosen             ? UI_STATE_CHOSEN
                 : offer->free == 0 ? UI_STATE_WAITING
                                    : 0,
        .size = UI_SIZE_CHOICE,
        .bold = true};
}

static void
place(struct app *app, size_t index, struct ui_rect where, void *ctx)
{
    char id[UI_ID_MAX];
    AUTO_BUF text;
    AUTO_BUF detail;
    buf_init(&text, 1024);
    buf_init(&detail, 256);
    struct ui_element element;
    offer_element(app, ctx, index, &element, id, &text, &detail);
    element.rect = where;
    ui_add(app->ui, &element);
}

/* The height that the row with the most words needs in this width. */
static int
highest(struct app *app, const struct slot_page *page, int width)
{
    int most = page->face == FACE_TIME ? TIME_H : OFFER_H;
    for (size_t i = 0; i < page->count; i++) {
        char id[UI_ID_MAX];
        AUTO_BUF text;
        AUTO_BUF detail;
        buf_init(&text, 1024);
        buf_init(&detail, 256);
        struct ui_element element;
        offer_element(app, page, i, &element, id, &text, &detail);
        element.rect.w = width;
        int w;
        int h;
        ui_natural(app->ui, &element, &w, &h);
        most = h > most ? h : most;
    }
    return most;
}

/* What was chosen before this face: the place, and the day. */
static void
chosen_so_far(struct app *app, struct flow *flow, const struct slot_page *page)
{
    const struct slot_choice *chosen = &app->visit.slot;
    if (page->face == FACE_PLACE) {
        return;
    }
    AUTO_BUF text;
    buf_init(&text, 1024);
    (void)buf_add_str(&text, place_name(app, page->list, chosen->resource));
    if (page->face == FACE_TIME) {
        (void)buf_add_str(&text, "　");
        (void)i18n_day(app->i18n, &text, chosen->date);
    }
    flow_text(app, flow, buf_str(&text), UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER, true, GAP_MIN);
}

static void
slot_build(struct app *app, struct flow *flow, const struct question *question)
{
    struct slot_page page;
    open_page(app, question, &page);
    chosen_so_far(app, flow, &page);
    if (page.table != NULL) {
        live_note(app, flow, page.table);
    }
    if (page.count == 0) {
        flow_text(app, flow, say(app, page.table == NULL ? "slot.unknown" : "slot.none"),
            UI_ROLE_NOTICE, UI_SIZE_BODY, UI_TONE_CARE, true, GAP);
        flow_door(app, flow, "call", "bell", say(app, "fault.call"), say(app, "slot.call"));
        return;
    }
    bool wide = flow->w >= TWO_COLUMNS_W && ui_text_size(app->ui) <= UI_TEXT_LARGE;
    bool short_words = page.face != FACE_PLACE && ui_text_size(app->ui) <= UI_TEXT_NORMAL;
    struct grid grid = {.count = page.count, .columns = !wide ? 1 : short_words ? 4 : 2};
    grid.height = highest(app, &page, (flow->w - (grid.columns - 1) * COLUMN_GAP) / grid.columns);
    flow_grid(app, flow, &grid, place, &page);
}

/* Is this id one of what the face offers, with something free? */
static bool
offered(const struct slot_page *page, const char *name)
{
    for (size_t i = 0; i < page->count; i++) {
        if (strcmp(page->offers[i].name, name) == 0) {
            return page->offers[i].free > 0;
        }
    }
    return false;
}

/* Another face is another page to eye and ear: its column begins anew. */
static void
turn_face(struct app *app)
{
    app->visit.page = 0;
    app->entered++;
    app->entered_ms = clock_mono_ms(app->clock);
}

static bool
slot_back(struct app *app)
{
    struct slot_choice *chosen = &app->visit.slot;
    if (chosen->date[0] != 0) {
        chosen->date[0] = 0;
    } else if (chosen->resource[0] != 0 && !chosen->alone) {
        chosen->resource[0] = 0;
    } else {
        return false;
    }
    app->visit.field[0] = 0;
    turn_face(app);
    return true;
}

static bool
slot_tap(struct app *app, const struct question *question, const char *id)
{
    struct slot_page page;
    struct visit *visit = &app->visit;
    struct slot_choice *chosen = &visit->slot;
    const char *colon = strchr(id, ':');
    if (strcmp(id, "back") == 0) {
        return slot_back(app);
    }
    if (strcmp(id, "call") == 0) {
        app_over(app, &screen_call);
        return true;
    }
    open_page(app, question, &page);
    if (colon == NULL || !offered(&page, colon + 1)) {
        return false;
    }
    visit->verdict_shown = false;
    if (page.face == FACE_PLACE && strncmp(id, "place:", 6) == 0) {
        (void)snprintf(chosen->resource, sizeof(chosen->resource), "%s", id + 6);
    } else if (page.face == FACE_DAY && strncmp(id, "day:", 4) == 0) {
        (void)snprintf(chosen->date, sizeof(chosen->date), "%s", id + 4);
    } else if (page.face == FACE_TIME && strncmp(id, "time:", 5) == 0) {
        (void)snprintf(
            visit->field, sizeof(visit->field), "%s/%s/%s", chosen->resource, chosen->date, id + 5);
        return true;
    } else {
        return false;
    }
    turn_face(app);
    return true;
}

static bool
slot_ready(struct app *app, const struct question *question)
{
    struct live_slot_name name;
    return live_slot_name(app->visit.field, &name) ||
           (!question->required && app->visit.slot.resource[0] == 0);
}

const struct widget widget_slot = {
    .begin = slot_begin, .build = slot_build, .tap = slot_tap, .ready = slot_ready};
