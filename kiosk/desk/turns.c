/* desk/turns.c - how far a record is: its state, whose work it is, notes, and who did what; the panel that says so, and the
 * handlers of its buttons. A colleague who was faster is told of, never overwritten: each form says which act it has seen. */
#include "desk_priv.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"

enum { ACTS_SHOWN = 200, NAMES_BYTES_MAX = 64 * 1024 };

/* ---- what was done, newest first ---- */

struct story {
    struct desk *desk;
    uint64_t since; /* acts up to this one are not told again */
    struct buf acts, told;
    size_t count;
    uint64_t newest;
};

/* "担当を佐藤にした": what an act says of itself. */
static void
add_what(struct desk *desk, struct buf *out, const struct ledger_act *act)
{
    const struct desk_assets *assets = desk->assets;
    if (strcmp(act->kind, "note") == 0) {
        DESK_PART(assets, out, "act-note", FILL("text", act->value));
    } else if (strcmp(act->kind, "state") == 0) {
        DESK_PART(assets, out, "act-plain",
            FILL("text", desk_word_of(assets, "act.state.", act->value, act->value)));
    } else if (act->value[0] == 0 || strcmp(act->value, act->by) == 0) {
        const char *word = act->value[0] == 0 ? "act.holder.none" : "act.holder.self";
        DESK_PART(assets, out, "act-plain", FILL("text", desk_word(assets, word)));
    } else {
        DESK_PART(assets, out, "act-holder", FILL("name", act->value));
    }
}

static int
add_act(const struct ledger_act *act, void *ctx)
{
    struct story *story = ctx;
    AUTO_BUF what;
    AUTO_BUF when;
    buf_init(&what, DESK_PAGE_MAX);
    buf_init(&when, 1024);
    if (story->count == 0) {
        story->newest = act->number;
    }
    if (story->count++ == ACTS_SHOWN) {
        DESK_PART(story->desk->assets, &story->acts, "acts-more",
            FILL("text", desk_word(story->desk->assets, "acts.more")));
        return 1;
    }
    add_what(story->desk, &what, act);
    desk_when(story->desk, &when, false, act->at);
    DESK_PART(story->desk->assets, &story->acts, "act", FILL("by", act->by),
        FILL_HTML("when", &when), FILL_HTML("what", &what));
    if (act->number > story->since) {
        DESK_PART(story->desk->assets, &story->told, "act", FILL("by", act->by),
            FILL_HTML("when", &when), FILL_HTML("what", &what));
    }
    return 0;
}

static int
read_story(struct story *story, const uint8_t id[LEDGER_ID_LEN])
{
    buf_init(&story->acts, DESK_PAGE_MAX);
    buf_init(&story->told, DESK_PAGE_MAX);
    int r = ledger_acts(story->desk->ledger, id, add_act, story);
    return r < 0 ? r : 0;
}

static void
release_story(struct story *story)
{
    buf_release(&story->acts);
    buf_release(&story->told);
}

/* ---- the panel ---- */

void
desk_state_mark(struct desk *desk, struct buf *out, const char *state)
{
    DESK_PART(desk->assets, out, "state", FILL("state", state),
        FILL("text", desk_word_of(desk->assets, "state.", state, state)));
}

/* A button for each state; the one that stands is none, and all keep their places. */
static void
add_states(struct desk *desk, struct buf *out, const char *id, const char *stands)
{
    for (int i = 0; i < LEDGER_STATE_COUNT; i++) {
        const char *state = ledger_state_name((enum ledger_state)i);
        const char *part = strcmp(state, stands) == 0 ? "turn-stands" : "turn";
        DESK_PART(desk->assets, out, part, FILL("id", id), FILL("state", state),
            FILL("button", desk_word_of(desk->assets, "turn.id.", state, state)),
            FILL("key", desk_word_of(desk->assets, "turn.key.", state, "")),
            FILL("text", desk_word_of(desk->assets, "turn.", state, state)),
            FILL("stands", desk_word_of(desk->assets, "state.", state, state)));
    }
}

struct names {
    struct desk *desk;
    struct buf options;
    const char *chosen;
};

static void
add_name(const char *name, enum desk_role role, void *ctx)
{
    struct names *names = ctx;
    if (role != DESK_OPERATOR) {
        const char *part = strcmp(name, names->chosen) == 0 ? "option-chosen" : "option";
        DESK_PART(names->desk->assets, &names->options, part, FILL("value", name));
    }
}

/* Taking it, letting it go; and a lead's choice among all. */
static void
add_hold(const struct desk_ask *ask, struct buf *out, const struct ledger_entry *entry)
{
    struct desk *desk = ask->desk;
    const char *id = ask->view.open;
    bool own = strcmp(entry->holder, ask->who.name) == 0;
    DESK_PART(desk->assets, out, own ? "hold-own" : "hold-other", FILL("id", id));
    if (ask->who.role == DESK_LEAD) {
        struct names names = {.desk = desk, .chosen = entry->holder};
        buf_init(&names.options, NAMES_BYTES_MAX);
        desk_staff_each(desk->staff, add_name, &names);
        DESK_PART(
            desk->assets, out, "hold-lead", FILL("id", id), FILL_HTML("options", &names.options));
        buf_release(&names.options);
    }
}

/* Where the record stands: state, whose, since when. */
static void
add_now(struct desk *desk, struct buf *out, const struct ledger_entry *entry)
{
    AUTO_BUF mark;
    AUTO_BUF when;
    AUTO_BUF by;
    AUTO_BUF holder;
    buf_init(&mark, 1024);
    buf_init(&when, 1024);
    buf_init(&by, 2048);
    buf_init(&holder, 2048);
    desk_state_mark(desk, &mark, entry->state);
    desk_when(desk, &when, true, entry->state_at);
    if (entry->state_by[0] != 0) { /* else nobody did anything yet */
        DESK_PART(
            desk->assets, &by, "now-by", FILL("by", entry->state_by), FILL_HTML("when", &when));
    }
    if (entry->holder[0] != 0) {
        DESK_PART(desk->assets, &holder, "now-holder", FILL("holder", entry->holder));
    } else {
        DESK_PART(desk->assets, &holder, "now-nobody",
            FILL("text", desk_word(desk->assets, "holder.nobody")));
    }
    DESK_PART(desk->assets, out, "now", FILL("state", entry->state), FILL_HTML("mark", &mark),
        FILL_HTML("by", &by), FILL_HTML("holder", &holder));
}

int
desk_standing_html(const struct desk_ask *ask, const struct ledger_entry *entry, struct buf *out)
{
    struct desk *desk = ask->desk;
    const struct desk_view *view = &ask->view;
    struct story story = {.desk = desk, .since = view->told ? view->since : UINT64_MAX};
    char before[24], seen[24];
    AUTO_BUF now;
    AUTO_BUF states;
    AUTO_BUF hold;
    AUTO_BUF told;
    AUTO_BUF why;
    buf_init(&why, 256);
    buf_init(&now, 8192);
    buf_init(&states, 16 * 1024);
    buf_init(&hold, 2 * NAMES_BYTES_MAX);
    buf_init(&told, DESK_PAGE_MAX);
    int r = read_story(&story, entry->id);
    if (r == 0) {
        (void)snprintf(before, sizeof(before), "%" PRIu64, view->before);
        (void)snprintf(seen, sizeof(seen), "%" PRIu64, story.newest);
        add_now(desk, &now, entry);
        add_states(desk, &states, view->open, entry->state);
        add_hold(ask, &hold, entry);
        if (story.told.len > 0) {
            DESK_PART(desk->assets, &told, view->note != NULL ? "told-else" : "told-live",
                FILL_HTML("acts", &story.told));
        }
        if (view->why != NULL) {
            DESK_PART(desk->assets, &why, "note-why", FILL("button", view->why));
        }
        if (story.count == 0) {
            DESK_PART(desk->assets, &story.acts, "acts-more",
                FILL("text", desk_word(desk->assets, "acts.none")));
        }
        DESK_PART(desk->assets, out, "standing", FILL("id", view->open),
            FILL("token", ask->form_token), FILL("show", desk_show_name(view->show)),
            FILL("before", before), FILL("seen", seen), FILL_HTML("now", &now),
            FILL_HTML("told", &told), FILL_HTML("states", &states), FILL_HTML("hold", &hold),
            FILL("note", view->note != NULL ? view->note : ""), FILL_HTML("why", &why),
            FILL_HTML("acts", &story.acts));
    }
    release_story(&story);
    return r;
}

/* The panel alone, for a page that stands open while a colleague works on the same record. */
void
desk_get_standing(struct desk_ask *ask)
{
    struct ledger_entry entry;
    struct desk_reply *reply = ask->reply;
    int r = ledger_get(ask->desk->ledger, ask->id, &entry, NULL);
    ask->view.told = true;
    ask->view.since = desk_query_number(ask->request->since, 0);
    r = r == 0 ? desk_standing_html(ask, &entry, &reply->body) : r;
    reply->status = HTTP_OK;
    reply->type = desk_type_html;
    if (r < 0 || buf_error(&reply->body) != 0) {
        desk_reply_empty(ask, r == KERR_NOT_FOUND ? HTTP_NOT_FOUND : HTTP_ERROR);
    }
}

/* ---- what its buttons do ---- */

/* How a button changes a record as it stands. */
struct turn {
    const char *state; /* NULL: stays */
    const char *holder; /* NULL: stays */
};

/* The note that stands beside the button in the same form, with one kind of line end and no blanks behind it; "" for none. */
static void
read_note(const struct desk_ask *ask, struct buf *ret_note)
{
    AUTO_BUF typed;
    buf_init(&typed, DESK_FIELD_MAX);
    if (!desk_ask_field(ask, "note", &typed)) {
        return;
    }
    size_t len = typed.len;
    while (len > 0 && strchr(" \t\r\n", typed.data[len - 1]) != NULL) {
        len--;
    }
    for (size_t i = 0; i < len; i++) {
        if (typed.data[i] != '\r') {
            (void)buf_add_byte(ret_note, typed.data[i]); /* no longer than what was typed */
        }
    }
}

/* What could not be done keeps the note in the page. */
static void
do_turn(struct desk_ask *ask, const struct turn *turn)
{
    struct desk *desk = ask->desk;
    AUTO_BUF note;
    AUTO_BUF seen;
    buf_init(&note, DESK_FIELD_MAX);
    buf_init(&seen, DESK_FIELD_MAX);
    read_note(ask, &note);
    bool has_seen = desk_ask_field(ask, "seen", &seen);
    uint64_t known = desk_query_number(has_seen ? buf_str(&seen) : NULL, 0);
    const struct ledger_change change = {.id = ask->id,
        .state = turn->state,
        .holder = turn->holder,
        .note = buf_str(&note),
        .by = ask->who.name,
        .at = clock_wall_s(desk->config.clock)};
    int r = ledger_change(desk->ledger, &change, known < LEDGER_SEEN_ANY ? known : 0);
    LOG(LOG_INFO, "desk.turn", LOG_HEX("id", ask->id, sizeof(ask->id)),
        LOG_ID("state", turn->state != NULL ? turn->state : "stays"),
        LOG_INT("holder", turn->holder != NULL), LOG_INT("note", note.len > 0),
        LOG_INT("result", r));
    if (r == LEDGER_CHANGED_ELSE) {
        ask->view.told = true;
        ask->view.since = known;
        ask->view.note = buf_str(&note);
        desk_work_page(ask, "turn.else");
    } else if (r == KERR_INVALID) {
        desk_reply_message(ask, HTTP_FORBIDDEN, "foreign"); /* our own form sends no such thing */
    } else if (r < 0) {
        desk_reply_error(ask, r);
    } else {
        desk_reply_view(ask);
    }
}

/* The entry as it stands; false: the answer is made. What changes between this and do_turn, that one notices. */
static bool
read_entry(struct desk_ask *ask, struct ledger_entry *ret_entry)
{
    int r = ledger_get(ask->desk->ledger, ask->id, ret_entry, NULL);
    if (r < 0) {
        desk_reply_error(ask, r);
    }
    return r == 0;
}

/* Back among those that nobody has begun. */
void
desk_post_new(struct desk_ask *ask)
{
    do_turn(ask, &(struct turn){.state = "new", .holder = ""});
}

/* Whoever begins has it, unless somebody has. */
void
desk_post_work(struct desk_ask *ask)
{
    struct ledger_entry entry;
    if (read_entry(ask, &entry)) {
        do_turn(ask,
            &(struct turn){.state = "work", .holder = entry.holder[0] == 0 ? ask->who.name : NULL});
    }
}

void
desk_post_papers(struct desk_ask *ask)
{
    do_turn(ask, &(struct turn){.state = "papers"});
}

void
desk_post_done(struct desk_ask *ask)
{
    do_turn(ask, &(struct turn){.state = "done"});
}

static int
newest_act(const struct ledger_act *act, void *ctx)
{
    *(struct ledger_act *)ctx = *act;
    return 1;
}

/* Whether it is said why: in the note of this form, or in one that the same clerk kept just before. */
static bool
says_why(const struct desk_ask *ask)
{
    struct ledger_act newest = {.number = 0};
    AUTO_BUF note;
    buf_init(&note, DESK_FIELD_MAX);
    read_note(ask, &note);
    bool kept = note.len == 0 &&
                ledger_acts(ask->desk->ledger, ask->id, newest_act, &newest) >= 0 &&
                strcmp(newest.kind, "note") == 0 && strcmp(newest.by, ask->who.name) == 0;
    explicit_bzero(&newest, sizeof(newest));
    return note.len > 0 || kept;
}

/* The visitor will ask why, and perhaps somebody else: without a note nothing is changed, and the page asks for it. What a
 * colleague did meanwhile is told on the same page. */
void
desk_post_back(struct desk_ask *ask)
{
    struct ledger_entry entry;
    AUTO_BUF seen;
    buf_init(&seen, DESK_FIELD_MAX);
    if (!read_entry(ask, &entry)) {
        return;
    }
    if (strcmp(entry.state, "back") == 0 || says_why(ask)) {
        do_turn(ask, &(struct turn){.state = "back"});
        return;
    }
    bool has_seen = desk_ask_field(ask, "seen", &seen);
    ask->view.told = true;
    ask->view.since = desk_query_number(has_seen ? buf_str(&seen) : NULL, 0);
    ask->view.note = "";
    ask->view.why = "back";
    desk_work_page(ask, "turn.why");
}

void
desk_post_take(struct desk_ask *ask)
{
    struct ledger_entry entry;
    if (read_entry(ask, &entry)) {
        bool begins = strcmp(entry.state, "new") == 0;
        do_turn(ask, &(struct turn){.state = begins ? "work" : NULL, .holder = ask->who.name});
    }
}

void
desk_post_release(struct desk_ask *ask)
{
    struct ledger_entry entry;
    if (read_entry(ask, &entry)) {
        bool begun = strcmp(entry.state, "work") == 0;
        do_turn(ask, &(struct turn){.state = begun ? "new" : NULL, .holder = ""});
    }
}

struct search {
    const char *name;
    bool found;
};

static void
find_name(const char *name, enum desk_role role, void *ctx)
{
    struct search *search = ctx;
    search->found = search->found || (role != DESK_OPERATOR && strcmp(name, search->name) == 0);
}

/* A lead gives it to somebody who works on records, or to nobody. */
void
desk_post_assign(struct desk_ask *ask)
{
    AUTO_BUF holder;
    buf_init(&holder, DESK_FIELD_MAX);
    bool has_holder = desk_ask_field(ask, "holder", &holder);
    struct search search = {.name = buf_str(&holder), .found = has_holder && holder.len == 0};
    desk_staff_each(ask->desk->staff, find_name, &search);
    if (!has_holder || !search.found) {
        desk_reply_message(ask, HTTP_FORBIDDEN, "foreign");
        return;
    }
    do_turn(ask, &(struct turn){.holder = buf_str(&holder)});
}

void
desk_post_note(struct desk_ask *ask)
{
    do_turn(ask, &(struct turn){.state = NULL});
}
