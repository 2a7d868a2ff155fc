/* screens/slip.c - the accepted application on paper: it is being printed, it is there, or it does not come and the page is to be
 * taken a photo of instead. And the page on which a next visitor waits while the paper of the one before is taken back. */
#include "app/app_priv.h"

#include <string.h>

#include "app/printer_priv.h"
#include "base/err.h"
#include "base/log.h"

_Static_assert((int)SLIP_CODES_MAX == (int)SEAL_CODE_PARTS, "a long record has its codes on paper");

static struct slip *
make_slip(struct app *app)
{
    struct visit *visit = &app->visit;
    struct slip *slip = NULL;
    const struct slip_about about = {.words = app->i18n,
        .language = i18n_current(app->i18n)->code,
        .number = visit->number,
        .made = clock_wall_s(app->clock),
        .fee = visit->fee};
    return slip_new(&about, visit->interview, &slip) == 0 ? slip : NULL;
}

/* While the line is away the paper carries the record itself, as the screen does. */
static void
add_codes(const struct visit *visit, struct slip *slip)
{
    unsigned count = seal_code_count(visit->code_len);
    for (unsigned i = 0; i < count; i++) {
        AUTO_BUF digits;
        buf_init(&digits, SEAL_CODE_DIGITS);
        if (seal_code_write(visit->code, visit->code_len, i, &digits) == 0) {
            (void)slip_add_code(slip, buf_str(&digits)); /* as many as there can be */
        }
    }
}

void
slip_print(struct app *app)
{
    struct visit *visit = &app->visit;
    if (visit->paper == PAPER_COMES) {
        app_go(app, &screen_slip); /* the same one */
        return;
    }
    struct slip *slip = make_slip(app);
    int r = KERR_TOO_BIG;
    if (slip != NULL) {
        add_codes(visit, slip);
        r = printer_start(app->printer, slip, visit->serial);
    }
    LOG(LOG_INFO, "slip.asked", LOG_ERR(r));
    visit->paper = r == 0 ? PAPER_COMES : PAPER_PHOTO;
    app_go(app, &screen_slip);
}

void
slip_poll(struct app *app)
{
    bool done;
    if (printer_poll(app->printer, &done) && app->visit.paper == PAPER_COMES) {
        app->visit.paper = done ? PAPER_THERE : PAPER_PHOTO;
        app->touched_ms = clock_mono_ms(app->clock);
    }
    if (app->screen == &screen_settling && printer_settled(app->printer)) {
        app_go(app, check_in_start(app));
    }
}

bool
slip_settles(struct app *app)
{
    if (app->visit.open || printer_settled(app->printer)) {
        return false;
    }
    if (app->screen != &screen_settling) {
        app_go(app, &screen_settling);
    }
    return true;
}

void
slip_wait(struct app *app)
{
    while (slip_settles(app) || app->screen == &screen_settling) {
        app_step(app, 20);
    }
}

/* What the paper would have told, as a text for the visitor's own telephone. */
static void
slip_text(struct app *app, struct buf *text)
{
    struct slip *slip = make_slip(app);
    AUTO_BUF number;
    buf_init(&number, 64);
    (void)i18n_receipt_number(&number, app->visit.number);
    take_line(say(app, "attract.place"), "", text);
    take_line(buf_str(&number), "", text);
    for (size_t i = 0; slip != NULL && i < slip_count(slip); i++) {
        const struct print_slip_line *line = slip_at(slip, i);
        take_line(line->own, line->kind == PRINT_SLIP_ITEM ? "- " : "", text);
    }
    slip_free(slip);
}

/* What happens next, numbered as on the page before, as far as it stands beside the code: all of it is in the code. */
static void
next_steps(struct app *app, struct flow *flow)
{
    struct procedure_info info = procedure_info(app->visit.procedure);
    size_t first = app->card_kind != CARD_KIND_NONE ? 1 : 0;
    flow->y += GAP_MIN;
    for (size_t i = 0; i < first + info.next_count; i++) {
        const char *text =
            i < first ? say(app, "accepted.take-card") : words(app, &info.next[i - first]);
        if (flow->y + flow_step_height(app, flow, text) > flow->bottom) {
            return;
        }
        flow_step(app, flow, (int)i + 1, text);
    }
}

static void
photo(struct app *app)
{
    struct flow flow = page_begin_visit(app);
    AUTO_BUF text;
    AUTO_BUF number;
    buf_init(&text, TAKE_MAX);
    buf_init(&number, 64);
    (void)i18n_receipt_number(&number, app->visit.number);
    slip_text(app, &text);
    const struct qr_words said = {"slip.photo", "slip.photo-text", buf_str(&number)};
    qr_page(app, &flow, buf_str(&text), app->visit.number, UI_STATE_PERSONAL, &said);
    next_steps(app, &flow);
    bool more = app->visit.code_len > 0;
    page_main(app, more ? "next" : "finish", say(app, more ? "bar.next" : "bar.finish"), 0);
}

static void
build(struct app *app)
{
    if (app->visit.paper == PAPER_PHOTO) {
        photo(app);
        return;
    }
    bool there = app->visit.paper == PAPER_THERE;
    struct flow flow = page_begin_visit(app);
    struct flow left =
        page_picture(app, flow, there ? "document" : "wait", there ? UI_TONE_DONE : UI_TONE_SOFT);
    page_title(app, &left, say(app, there ? "slip.there" : "slip.comes"));
    flow_text(app, &left, say(app, there ? "slip.there-text" : "slip.comes-text"), UI_ROLE_TEXT,
        UI_SIZE_BODY, UI_TONE_PAPER, false, 0);
    if (there) {
        page_main(app, "finish", say(app, "bar.finish"), 0);
    } else {
        page_main(app, "next", say(app, "working.wait"), UI_STATE_WAITING);
    }
}

static void
tap(struct app *app, const char *id)
{
    bool next = strcmp(id, "next") == 0;
    if (strcmp(id, "back") == 0) {
        app_go(app, &screen_accepted);
    } else if (app->visit.paper == PAPER_COMES) {
        return; /* it is on its way */
    } else if (next && app->visit.paper == PAPER_PHOTO && app->visit.code_len > 0) {
        app_go(app, &screen_code);
    } else if (next || strcmp(id, "finish") == 0) {
        visit_finish(app);
    }
}

const struct screen screen_slip = {.name = "slip", .build = build, .tap = tap};

static void
settling_build(struct app *app)
{
    struct flow flow = page_begin(app, say(app, "attract.place"), NULL);
    struct flow left = page_picture(app, flow, "wait", UI_TONE_SOFT);
    page_title(app, &left, say(app, "settling.title"));
    flow_text(
        app, &left, say(app, "settling.text"), UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER, false, 0);
}

const struct screen screen_settling = {
    .name = "settling", .build = settling_build, .no_visit = true};
