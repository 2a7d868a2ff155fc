/* audit/planted.c - a page with one fault on purpose for each rule, and one without any: what proves that
 * the audit sees what it says it sees (test_audit.sh); and an audit that takes areas of other colours for known. The page is built like every other, by the
 * program's own helpers, in a visit under way. */
#include "audit/audit.h"

#include <string.h>

static const char *fault;

static bool
has(enum rule rule)
{
    return strcmp(fault, rule_name(rule)) == 0;
}

/* The ui ends every line itself; with this fault it does not (Makefile: --wrap). */
int __real_theme_line_characters(void);
int __wrap_theme_line_characters(void);
int
__wrap_theme_line_characters(void)
{
    return fault != NULL && has(RULE_LINE) ? 60 : __real_theme_line_characters();
}

static void
add_button(struct app *app, const char *id, int x, int y, int w, int h, const char *text)
{
    ui_add(app->ui, &(struct ui_element){.id = id,
                        .role = UI_ROLE_BUTTON,
                        .rect = rect(x, y, w, h),
                        .text = text,
                        .tone = UI_TONE_SURFACE,
                        .size = UI_SIZE_BAR,
                        .align = UI_ALIGN_CENTRE});
}

static void
add_text(struct app *app, int x, int y, int w, int h, const char *text)
{
    ui_add(app->ui,
        &(struct ui_element){
            .role = UI_ROLE_TEXT, .rect = rect(x, y, w, h), .text = text, .size = UI_SIZE_BODY});
}

static void
add_below(struct app *app, const char *id, int x, int y)
{
    add_text(app, x, y, 900, 100, "1");
    ui_add(app->ui, &(struct ui_element){.id = id,
                        .role = UI_ROLE_BUTTON,
                        .rect = rect(x + 900, y + 100, 300, 210),
                        .text = "2",
                        .tone = UI_TONE_SURFACE,
                        .size = UI_SIZE_BAR,
                        .state = UI_STATE_FOLLOWS,
                        .align = UI_ALIGN_CENTRE});
}

/* Faults of targets: all in free room of the page's lower half. */
static void
plant_targets(struct app *app, int x, int y)
{
    if (has(RULE_TARGET)) {
        add_button(app, "small", x, y, 150, 150, "1");
    } else if (has(RULE_AREA)) {
        ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_PICTURE,
                            .rect = rect(x, y, 390, 600),
                            .picture = "map-floor",
                            .tone = UI_TONE_PAPER});
    } else if (has(RULE_GAP)) {
        add_button(app, "one", x, y, 300, 210, "1");
        add_button(app, "two", x + 320, y, 300, 210, "2");
    } else if (has(RULE_OPPOSITE)) {
        add_button(app, "choice:yes", x, y, 300, 210, "1");
        add_button(app, "choice:no", x + 380, y, 300, 210, "2");
    } else if (has(RULE_SPEECH)) {
        add_button(app, "silent", x, y, 300, 210, NULL);
    } else if (has(RULE_BESIDE)) {
        add_below(app, "below", x, y);
        add_below(app, "lower", x, y + 400);
    } else if (has(RULE_LOW)) {
        add_button(app, "high", x, ui_panel(app->ui).h / 4, 300, 210, "1");
    } else if (has(RULE_MAIN)) {
        page_main(app, "other", "1", 0);
    } else if (has(RULE_KEYS) || has(RULE_SCAN)) {
        /* two targets with one id: keys and ring can only ever come to the first one */
        add_button(app, "twin", x, y, 300, 210, "1");
        add_button(app, "twin", x + 400, y, 300, 210, "2");
    } else if (has(RULE_EDGE)) {
        ui_add(app->ui, &(struct ui_element){.id = "pale",
                            .role = UI_ROLE_PICTURE,
                            .rect = rect(x, y, 300, 300),
                            .label = "1",
                            .tone = UI_TONE_PAPER});
    }
}

static void
plant_words(struct app *app, int x, int y)
{
    static const char *const sentence =
        "1234567890 1234567890 1234567890 1234567890 1234567890 1234567890 1234567890";
    if (has(RULE_OVERFLOW)) {
        add_text(app, x, y, 200, 90, sentence);
    } else if (has(RULE_OVERLAP)) {
        add_text(app, x, y, 900, 0, "1111111111");
        add_text(app, x + 40, y + 20, 900, 0, "2222222222");
    } else if (has(RULE_CUT)) {
        add_text(app, ui_panel(app->ui).w - 150, y, 900, 0, "1111111111");
    } else if (has(RULE_GLYPH)) {
        add_text(app, x, y, 900, 0, "\xf3\xb0\x80\x80"); /* a private character, plane 15 */
    } else if (has(RULE_LINE)) {
        ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                            .rect = rect(0, y, ui_panel(app->ui).w, 300),
                            .text = "かかかかかかかかかかかかかかかかかかかかかかかかかかかかかか",
                            .size = UI_SIZE_BODY});
    } else if (has(RULE_BODY)) {
        ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                            .rect = rect(x, y, 900, 100),
                            .text = "1234567890 1234567890",
                            .size = UI_SIZE_TITLE});
    } else if (has(RULE_LANGUAGE)) {
        add_text(app, x, y, 900, 0, "ことば");
    } else if (has(RULE_CONTRAST)) { /* ink for dark ground on light ground */
        ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                            .rect = rect(x, y, 900, 200),
                            .text = "12345",
                            .tone = UI_TONE_PRIMARY,
                            .size = UI_SIZE_BODY});
    }
}

static void
build(struct app *app)
{
    bool away = has(RULE_PLACE) && ui_text_size(app->ui) == UI_TEXT_HUGE;
    struct flow flow = page_begin(app, NULL, away ? NULL : "bar.back");
    struct ui_rect all = ui_panel(app->ui);
    int y = all.h * 60 / 100;
    if (away) {
        page_left_button(app, "back", "1", "arrow-left");
        ui_add(app->ui, &(struct ui_element){.id = "help",
                            .role = UI_ROLE_TOOL,
                            .rect = rect(flow.x, y, 300, 210),
                            .text = "1"});
    }
    page_main(app, "next", say(app, "bar.next"), 0);
    plant_targets(app, flow.x, y);
    plant_words(app, flow.x, y);
}

static const struct screen screen_planted = {.name = "planted", .build = build};
/* A page without the bars. */
static void
bare(struct app *app)
{
    ui_add(app->ui, &(struct ui_element){
                        .role = UI_ROLE_PANEL, .rect = ui_panel(app->ui), .tone = UI_TONE_PAPER});
}
static const struct screen screen_bare = {.name = "bare", .build = bare};

void
planted_show(struct audit *audit, const char *rule)
{
    struct app *app = audit->stage.app;
    fault = rule;
    audit->blunt = strcmp(rule, "sums") == 0; /* no fault of the page: one of the audit */
    visit_start(app);
    app_go(app, has(RULE_BAR) ? &screen_bare : &screen_planted);
    app_rebuild(app);
    if (has(RULE_VISITED)) {
        walk_unvisited(audit);
        return;
    }
    audit_state(audit, "planted");
}

void
planted_all(struct audit *audit)
{
    struct report *report = audit->report;
    size_t sound[RULE_COUNT];
    planted_show(audit, "none");
    for (int i = 0; i < RULE_COUNT; i++) {
        sound[i] = report_found(report, (enum rule)i);
    }
    for (int i = 0; i < RULE_COUNT; i++) {
        size_t before = report_found(report, (enum rule)i);
        planted_show(audit, rule_name((enum rule)i));
        report_planted(report, (enum rule)i, sound[i], report_found(report, (enum rule)i) - before);
    }
}
