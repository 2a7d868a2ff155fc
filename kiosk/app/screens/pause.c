/* screens/pause.c - a visit that pauses: its number and code with the time until which it waits; the page that asks for a
 * number to go on; and what is said when nothing more can be kept. The number is the key: it is on these pages alone. */
#include "app/app_priv.h"

#include <stdio.h>
#include <string.h>

#include "app/printer_priv.h"
#include "base/err.h"
#include "base/log.h"

enum {
    CODE_SIDE = 700,
    DIGITS = SEAL_DRAFT_NUMBER_LEN - 1,
    FIELD_H = 330,
    PRINT_W = 820, /* where no code is */
    PRINT_H = 200
};

/* A time of the day: "9:05". */
static void
time_words(int64_t wall_s, char out[16])
{
    struct clock_date date = clock_japan(wall_s);
    (void)snprintf(out, 16, "%d:%02d", date.hour, date.minute);
}

static void
until(struct app *app, struct flow *flow)
{
    char time[16];
    AUTO_BUF text;
    buf_init(&text, 512);
    time_words(app->visit.until_s, time);
    (void)sayf(app, &text, "pause.until", "time", time);
    flow_text(app, flow, buf_str(&text), UI_ROLE_TEXT, UI_SIZE_VALUE, UI_TONE_PAPER, true, GAP_MIN);
}

/* The number on paper, for whoever asks for it. */
static void
ticket_print(struct app *app)
{
    struct visit *visit = &app->visit;
    char time[16];
    char code[PAUSE_CODE_MAX];
    struct slip *slip = NULL;
    time_words(visit->until_s, time);
    pause_code_write(visit->number, code);
    const struct slip_ticket about = {.words = app->i18n,
        .language = i18n_current(app->i18n)->code,
        .number = visit->number,
        .code = app->scanner ? code : NULL,
        .until = time,
        .made = clock_wall_s(app->clock),
        .card = visit->card_again};
    int r = slip_ticket_new(&about, &slip);
    r = r == 0 ? printer_start(app->printer, slip, visit->serial) : r;
    LOG(LOG_INFO, "ticket.asked", LOG_ERR(r));
    visit->paper = r == 0 ? PAPER_COMES : PAPER_PHOTO;
    explicit_bzero(code, sizeof(code));
    secret_wipe_stack();
}

/* Room for the code and, where there is a printer, for its button below it; upright beside it. */
static struct ui_rect
code_place(const struct app *app, struct flow *flow, struct ui_rect *ret_print)
{
    const struct ui_rect *column = &app->places.column;
    bool upright = app->places.portrait;
    int bottom = flow->bottom;
    struct ui_rect box = {0};
    if (app->printer != NULL && (!upright || !app->scanner)) {
        flow->bottom -= PRINT_H + GAP_MIN;
    }
    if (app->scanner) { /* else nothing would read it */
        box = qr_place(app, flow, CODE_SIDE);
    } else if (app->printer != NULL && !upright) {
        flow->w -= PRINT_W + COLUMN_GAP;
    }
    int beside =
        upright ? column->x + (app->scanner ? box.w + GAP_MIN : 0) : flow->x + flow->w + COLUMN_GAP;
    *ret_print = rect(beside, bottom - PRINT_H, column->x + column->w - beside, PRINT_H);
    if (!upright) { /* the words beside it have the whole height */
        flow->bottom = bottom;
    }
    return box;
}

static void
print_button(struct app *app, struct ui_rect where)
{
    bool comes = app->visit.paper == PAPER_COMES;
    ui_add(app->ui, &(struct ui_element){.id = "print",
                        .role = UI_ROLE_BUTTON,
                        .rect = where,
                        .text = say(app, comes ? "slip.comes" : "slip.print"),
                        .picture = comes ? "wait" : "document",
                        .tone = UI_TONE_SURFACE,
                        .size = UI_SIZE_BAR,
                        .bold = true,
                        .align = UI_ALIGN_CENTRE,
                        .state = comes ? UI_STATE_WAITING : 0u});
}

/* What became of the paper. */
static void
paper_words(struct app *app, struct flow *flow)
{
    bool there = app->visit.paper == PAPER_THERE;
    if (there || app->visit.paper == PAPER_PHOTO) {
        flow_text(app, flow, say(app, there ? "slip.there" : "slip.photo"), UI_ROLE_TEXT,
            UI_SIZE_BODY, there ? UI_TONE_DONE : UI_TONE_CARE, true, GAP_MIN);
    }
}

static void
paused_build(struct app *app)
{
    struct flow flow = page_begin(app, NULL, "leave.go-on");
    struct ui_rect print;
    char code[PAUSE_CODE_MAX];
    AUTO_BUF rows;
    AUTO_BUF number;
    buf_init(&rows, 64 * 1024);
    buf_init(&number, 32);
    pause_code_write(app->visit.number, code);
    qr_rows(code, &rows);
    (void)i18n_receipt_number(&number, app->visit.number); /* two groups of four */
    struct ui_rect box = code_place(app, &flow, &print);
    page_title(app, &flow, say(app, "pause.title"));
    flow_text(app, &flow, buf_str(&number), UI_ROLE_TITLE, UI_SIZE_NUMBER, UI_TONE_PAPER, true, 20);
    paper_words(app, &flow);
    until(app, &flow);
    flow_text(
        app, &flow, say(app, "pause.text"), UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER, false, 40);
    if (app->visit.card_again) {
        flow_text(app, &flow, say(app, "pause.card"), UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER,
            false, 40);
    }
    flow_text(
        app, &flow, say(app, "pause.how"), UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER, false, 0);
    if (app->scanner) {
        qr_add(app, box, &rows, say(app, "pause.code"), UI_STATE_PERSONAL);
    }
    if (app->printer != NULL) {
        print_button(app, print);
    }
    page_main(app, "finish", say(app, "bar.finish"), 0);
    explicit_bzero(code, sizeof(code));
}

/* Into the visit that was under way, at its place; the card is asked first when it was read before. */
static void
go_on(struct app *app)
{
    visit_go_on(app);
    app_rebuild(app);
}

static void
paused_tap(struct app *app, const char *id)
{
    char number[SEAL_DRAFT_NUMBER_LEN];
    if (strcmp(id, "finish") == 0 || strcmp(id, "next") == 0) {
        visit_finish(app);
    } else if (strcmp(id, "print") == 0 && app->printer != NULL) {
        ticket_print(app);
    } else if (strcmp(id, "back") == 0) {
        memcpy(number, app->visit.number, sizeof(number));
        int r = pause_take_up(app, number);
        explicit_bzero(number, sizeof(number));
        if (r == 0) {
            go_on(app);
        } else {
            app->visit.resume_error = r;
            app_go(app, &screen_resume);
        }
    }
}

const struct screen screen_paused = {.name = "paused", .build = paused_build, .tap = paused_tap};

/* So many wait already, or the answers are too long. Nothing is lost. */
static void
not_kept_build(struct app *app)
{
    struct flow flow = page_begin(app, say(app, "bar.home"), "leave.go-on");
    struct flow left = page_picture(app, flow, "box-full", UI_TONE_CARE);
    page_title(app, &left, say(app, "pause.not-title"));
    flow_text(app, &left, say(app, "pause.not-text"), UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER,
        false, 0);
    page_main(app, "call", say(app, "fault.call"), 0);
}

static void
not_kept_tap(struct app *app, const char *id)
{
    if (strcmp(id, "back") == 0) {
        app_return(app);
    } else if (strcmp(id, "call") == 0 || strcmp(id, "next") == 0) {
        app_over(app, &screen_call);
    }
}

const struct screen screen_not_kept = {
    .name = "not-kept", .build = not_kept_build, .tap = not_kept_tap};

void
pause_tap(struct app *app)
{
    if (pause_visit(app) == 0) {
        app_go(app, &screen_paused);
    } else {
        app_over(app, &screen_not_kept);
    }
}

/* ---- going on ---- */

static void
digits(struct app *app, struct flow *flow)
{
    char text[DIGITS + 2] = "";
    const char *typed = app->visit.typed;
    size_t have = strlen(typed);
    for (size_t i = 0, at = 0; i < DIGITS; i++) {
        text[at++] = i < have ? typed[i] : '_';
        if (i == DIGITS / 2 - 1) {
            text[at++] = ' ';
        }
    }
    struct ui_element field = {.id = "field:number",
        .role = UI_ROLE_FIELD,
        .rect = rect(flow->x, 0, flow->w, 0),
        .text = text,
        .size = UI_SIZE_KEY,
        .bold = true,
        .tone = UI_TONE_SURFACE,
        .label = say(app, "resume.field"),
        .state = UI_STATE_PERSONAL,
        .caret = (int)(have + (have >= DIGITS / 2 ? 1 : 0)) + 1};
    flow_element(app, flow, &field, FIELD_H);
    flow->y += GAP_MIN;
    explicit_bzero(text, sizeof(text));
}

/* Why the last number led nowhere; nothing when there was none. */
static void
why_not(struct app *app, struct buf *out)
{
    char n[16];
    int64_t locked_s = pause_locked_s(app);
    int error = app->visit.resume_error;
    if (locked_s > 0) {
        time_words(clock_wall_s(app->clock) + locked_s + 59, n);
        (void)sayf(app, out, "resume.locked", "time", n);
    } else if (error == KERR_NOT_FOUND) {
        (void)snprintf(n, sizeof(n), "%d", pause_tries(app));
        (void)buf_printf(out, "%s\n", say(app, "resume.wrong"));
        (void)sayf(app, out, "pin.tries", "n", n);
    } else if (error == KERR_INVALID) {
        (void)buf_add_str(out, say(app, "resume.gone"));
    }
}

static void
resume_build(struct app *app)
{
    struct flow flow = page_begin(app, say(app, "home.resume"), "bar.back");
    AUTO_BUF why;
    buf_init(&why, 2048);
    why_not(app, &why);
    flow = page_beside_keypad(app, flow);
    if (why.len > 0) { /* first of all, and before it a shorter title: it is seen in every size */
        flow_text(app, &flow, say(app, "resume.title"), UI_ROLE_TITLE, UI_SIZE_BAR, UI_TONE_PAPER,
            true, GAP_MIN);
        flow_text(
            app, &flow, buf_str(&why), UI_ROLE_NOTICE, UI_SIZE_BODY, UI_TONE_CARE, true, GAP_MIN);
        digits(app, &flow);
    } else {
        page_title(app, &flow, say(app, "resume.title"));
        digits(app, &flow);
        flow_text(app, &flow, say(app, "resume.text"), UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER,
            false, app->scanner ? GAP_MIN : 0);
        if (app->scanner) {
            flow_text(app, &flow, say(app, "resume.scan"), UI_ROLE_TEXT, UI_SIZE_BODY,
                UI_TONE_PAPER, false, 0);
        }
    }
    page_keypad(app, "digit:", "", "");
    bool ready = strlen(app->visit.typed) == DIGITS && pause_locked_s(app) == 0;
    page_main(app, "next", say(app, "bar.next"), ready ? 0 : UI_STATE_WAITING);
}

static void
take_up(struct app *app)
{
    if (strlen(app->visit.typed) != DIGITS) {
        return;
    }
    int r = pause_take_up(app, app->visit.typed);
    if (r == 0) {
        go_on(app);
        return;
    }
    explicit_bzero(app->visit.typed, sizeof(app->visit.typed));
    app->visit.resume_error = r;
    app->visit.page = 0;
}

bool
pause_scan(struct app *app, const char *text)
{
    char number[SEAL_DRAFT_NUMBER_LEN];
    if (!pause_code_read(text, number)) {
        return false;
    }
    bool here = app->screen == &screen_attract || app->screen == &screen_home ||
                app->screen == &screen_resume;
    if (here && !app->prefs.practice) {
        app_go(app, &screen_resume);
        if (!app->visit.open) {
            visit_start(app);
        }
        memcpy(app->visit.typed, number, sizeof(app->visit.typed));
        take_up(app);
    }
    explicit_bzero(number, sizeof(number));
    return true;
}

static void
add_digit(struct app *app, char digit)
{
    size_t have = strlen(app->visit.typed);
    if (have < DIGITS && digit >= '0' && digit <= '9') {
        app->visit.typed[have] = digit;
        app->visit.typed[have + 1] = 0;
        app->visit.resume_error = 0;
    }
}

/* A number pad's. */
static void
resume_type(struct app *app, const char *text)
{
    add_digit(app, text[0]);
}

static void
resume_erase(struct app *app)
{
    size_t have = strlen(app->visit.typed);
    app->visit.typed[have > 0 ? have - 1 : 0] = 0;
}

static void
resume_tap(struct app *app, const char *id)
{
    if (strcmp(id, "back") == 0) {
        explicit_bzero(app->visit.typed, sizeof(app->visit.typed));
        app_go(app, &screen_home);
    } else if (strcmp(id, "next") == 0) {
        take_up(app);
    } else if (strcmp(id, "digit:delete") == 0) {
        resume_erase(app);
    } else if (strncmp(id, "digit:", 6) == 0) {
        add_digit(app, id[6]);
    }
}

const struct screen screen_resume = {.name = "resume",
    .build = resume_build,
    .tap = resume_tap,
    .type = resume_type,
    .erase = resume_erase};
