/* screens/accepted.c - the record is safe: the number, what happens next, a QR to take along. While
 * the line is away the main button leads to the record as a code (code.c). Goes away by itself. Then, when a card still lies there, the page that gives it back. */
#include "app/app_priv.h"
#include "slip/slip.h"

#include <stdio.h>
#include <string.h>

enum {
    QR_SIDE = 1000,
    QR_PAD = 60,
    QR_SIDE_SMALL = 700, /* 70 mm are read from half a metre */
    NOTE_W = 1360,
    NOTE_W_SMALL = 900,
    CAPTION_H = 300,
    NOTE_GAP = 150,
    TICK = 300,
    TICK_GAP = 80,
    PRINT_H = 200
};

/* The button for paper goes below the QR's box; on small panels it takes the place of the words in it, upright it stands below
 * them. Takes its room from the caption or, below the box, has its own. */
static void
print_button(struct app *app, struct ui_rect below, struct ui_rect *caption)
{
    bool inside = app->places.portrait || app->places.small;
    struct ui_rect where = below;
    if (app->printer == NULL) {
        return;
    }
    if (inside) {
        where = rect(caption->x, caption->y + caption->h - PRINT_H, caption->w, PRINT_H);
        caption->h = app->places.portrait ? caption->h - PRINT_H - GAP_MIN : 0;
    }
    ui_add(app->ui, &(struct ui_element){.id = "print",
                        .role = UI_ROLE_BUTTON,
                        .rect = where,
                        .text = say(app, "slip.print"),
                        .picture = "document",
                        .tone = UI_TONE_SURFACE,
                        .size = UI_SIZE_BAR,
                        .bold = true,
                        .align = UI_ALIGN_CENTRE});
}

/* The QR with its words: beside the column, or below it in portrait; returns the column that is left. */
static struct flow
note_to_take(struct app *app, struct flow flow)
{
    struct procedure_info info = procedure_info(app->visit.procedure);
    bool below = app->places.portrait;
    bool under = app->printer != NULL && !below && !app->places.small;
    int height = flow.bottom - flow.top - (under ? PRINT_H + GAP_MIN : 0);
    int most = height - 2 * QR_PAD - (below ? 0 : CAPTION_H);
    int side = app->places.small ? QR_SIDE_SMALL : QR_SIDE;
    int note_w = app->places.small ? NOTE_W_SMALL : NOTE_W;
    side = side > most ? most : side;
    struct ui_rect box = rect(flow.x + flow.w - note_w, flow.top, note_w, height);
    if (below) {
        box = rect(flow.x, flow.bottom - side - 2 * QR_PAD, flow.w, side + 2 * QR_PAD);
    }
    ui_add(app->ui,
        &(struct ui_element){.role = UI_ROLE_NOTICE, .rect = box, .tone = UI_TONE_SURFACE});
    AUTO_BUF text;
    buf_init(&text, 1024);
    char today[CLOCK_DAY_LEN];
    clock_day_text(app_today(app), today);
    if (app->visit.fee > 0) { /* for the counter's till: one line of ASCII, number and yen */
        (void)buf_printf(
            &text, "MADOGUCHI;%s;%lld\n", app->visit.number, (long long)app->visit.fee);
    }
    (void)buf_printf(&text, "%s\n%s\n", say(app, "attract.place"), words(app, &info.title));
    (void)i18n_receipt_number(&text, app->visit.number);
    (void)buf_printf(&text, "\n%s", today);
    AUTO_BUF rows;
    buf_init(&rows, 64 * 1024);
    qr_rows(buf_str(&text), &rows);
    int left = below ? QR_PAD : (box.w - side) / 2;
    ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_QR,
                        .rect = rect(box.x + left, box.y + QR_PAD, side, side),
                        .text = buf_str(&rows),
                        .label = app->visit.number,
                        .state = UI_STATE_PERSONAL});
    struct ui_rect caption =
        below ? rect(box.x + side + 2 * QR_PAD, box.y + QR_PAD, box.w - side - 3 * QR_PAD, side)
              : rect(box.x + QR_PAD, box.y + side + 2 * QR_PAD, box.w - 2 * QR_PAD,
                    box.h - side - 3 * QR_PAD);
    print_button(app, rect(box.x, flow.bottom - PRINT_H, note_w, PRINT_H), &caption);
    if (caption.h > 0) {
        ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                            .rect = caption,
                            .text = say(app, "accepted.qr"),
                            .size = UI_SIZE_BAR,
                            .tone = UI_TONE_SURFACE,
                            .align = below ? UI_ALIGN_START : UI_ALIGN_CENTRE,
                            .valign = below ? UI_ALIGN_CENTRE : UI_ALIGN_START});
    }
    if (below) {
        flow.bottom = box.y - GAP_MIN;
    } else {
        flow.w -= note_w + NOTE_GAP;
    }
    return flow;
}

/* What was received along with it. */
static void
together(struct app *app, struct flow *flow)
{
    size_t count = interview_together_count(app->visit.interview);
    if (count > 0) {
        flow->y += 20;
        flow_text(app, flow, say(app, "accepted.together"), UI_ROLE_TEXT, UI_SIZE_BODY,
            UI_TONE_PAPER, true, 10);
    }
    for (size_t i = 0; i < count; i++) {
        struct procedure_info info = procedure_info(interview_together(app->visit.interview, i));
        flow_text(app, flow, words(app, &info.title), UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER,
            false, 10);
    }
}

static void
steps(struct app *app, struct flow *flow)
{
    struct procedure_info info = procedure_info(app->visit.procedure);
    int number = 1;
    if (app->card_kind != CARD_KIND_NONE) {
        flow_step(app, flow, number++, say(app, "accepted.take-card"));
    }
    for (size_t i = 0; i < info.next_count; i++) {
        flow_step(app, flow, number++, words(app, &info.next[i]));
    }
    together(app, flow);
}

static void
fee(struct app *app, struct flow *flow)
{
    if (app->visit.fee <= 0) {
        return;
    }
    AUTO_BUF text;
    buf_init(&text, 4096);
    (void)buf_printf(&text, "%s  ", say(app, "check.fee"));
    (void)i18n_money(app->i18n, &text, app->visit.fee);
    flow_text(app, flow, buf_str(&text), UI_ROLE_TEXT, UI_SIZE_VALUE, UI_TONE_CARE, true, 20);
    AUTO_BUF means;
    buf_init(&means, 4096);
    if (payment_means(app, &means)) {
        buf_clear(&text);
        (void)buf_printf(&text, "%s: %s", say(app, "fee.means"), buf_str(&means));
        flow_text(app, flow, buf_str(&text), UI_ROLE_TEXT, UI_SIZE_HINT, UI_TONE_PAPER, false, 40);
    }
}

static void
countdown(struct app *app, struct flow *flow, const char *message)
{
    int64_t spent = clock_mono_ms(app->clock) - app->entered_ms;
    int64_t left = (app_time_ms(app, app->accepted_ms) - spent + 999) / 1000;
    if (!app_tells_seconds(app, left)) {
        return;
    }
    char seconds[24];
    (void)snprintf(seconds, sizeof(seconds), "%lld", (long long)(left < 0 ? 0 : left));
    AUTO_BUF text;
    buf_init(&text, 256);
    (void)sayf(app, &text, message, "n", seconds);
    page_foot(app, flow, buf_str(&text));
}

/* The tick and the words. */
static void
done(struct app *app, struct flow *flow)
{
    struct flow inner = *flow;
    inner.w -= TICK + TICK_GAP;
    const char *words_of_kind = say(app, slip_title(procedure_info(app->visit.procedure).kind));
    enum ui_size size = flow_size(app, &inner, words_of_kind, UI_SIZE_TITLE, true);
    int height = ui_text_height(app->ui, words_of_kind, inner.w, size, true);
    height = height < TICK ? TICK : height;
    if (flow_room(app, flow, height)) {
        ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_PICTURE,
                            .rect = rect(flow->x, flow->y, TICK, TICK),
                            .picture = "check-round",
                            .tone = UI_TONE_DONE});
        ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_TITLE,
                            .rect = rect(flow->x + TICK + TICK_GAP, flow->y, inner.w, height),
                            .text = words_of_kind,
                            .valign = UI_ALIGN_CENTRE,
                            .tone = UI_TONE_DONE,
                            .size = size,
                            .bold = true});
    }
    flow->y += height + 60;
}

/* What else can be done: the rest of what a guide found, or anything. */
static const char *
more(const struct app *app)
{
    return app->visit.guide != NULL ? "accepted.results" : "accepted.more";
}

/* The end of practising: nothing was sent, and there is no number. */
static void
practised(struct app *app)
{
    struct flow flow = page_begin(app, NULL, more(app));
    countdown(app, &flow, "accepted.goes-away");
    struct flow left = page_picture(app, flow, "check-round", UI_TONE_DONE);
    page_title(app, &left, say(app, "practice.done"));
    flow_text(app, &left, say(app, "practice.done-text"), UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER,
        false, 0);
    page_main(app, "finish", say(app, "bar.finish"), 0);
}

static void
build(struct app *app)
{
    if (app->prefs.practice) {
        practised(app);
        return;
    }
    struct procedure_info info = procedure_info(app->visit.procedure);
    struct flow flow = page_begin(app, words(app, &info.title), more(app));
    countdown(app, &flow, "accepted.goes-away");
    flow = note_to_take(app, flow);
    done(app, &flow);
    flow_text(app, &flow, say(app, "accepted.number"), UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER,
        false, 0);
    AUTO_BUF number;
    buf_init(&number, 32);
    (void)i18n_receipt_number(&number, app->visit.number);
    flow_text(app, &flow, buf_str(&number), UI_ROLE_TITLE, UI_SIZE_NUMBER, UI_TONE_PAPER, true, 20);
    fee(app, &flow);
    steps(app, &flow);
    bool more_to_show = app->visit.code_len > 0;
    page_main(app, more_to_show ? "next" : "finish",
        say(app, more_to_show ? "bar.next" : "bar.finish"), 0);
}

static void
tap(struct app *app, const char *id)
{
    bool next = strcmp(id, "next") == 0; /* the main key says it on every page */
    if (next && app->visit.code_len > 0) {
        app_go(app, &screen_code);
    } else if (strcmp(id, "print") == 0 && app->printer != NULL) {
        slip_print(app);
    } else if (strcmp(id, "finish") == 0 || next) {
        visit_finish(app);
    } else if (strcmp(id, "back") == 0) {
        /* another procedure: what is known is not asked again */
        if (app->visit.guide != NULL) {
            visit_results(app);
        } else {
            app_go(app, &screen_home);
        }
    }
}

const struct screen screen_accepted = {.name = "accepted", .build = build, .tap = tap};

static void
take_build(struct app *app)
{
    struct flow flow = page_begin(app, NULL, NULL);
    struct flow left = page_picture(app, flow, "card", UI_TONE_CARE);
    page_title(app, &left, say(app, "take-card.title"));
    flow_text(app, &left, say(app, "take-card.text"), UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER,
        false, 60);
    page_main(app, "finish", say(app, "bar.finish"), 0);
}

static void
take_tap(struct app *app, const char *id)
{
    if (strcmp(id, "finish") == 0) {
        visit_end(app);
    }
}

const struct screen screen_take_card = {.name = "take-card", .build = take_build, .tap = take_tap};
