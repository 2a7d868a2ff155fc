/* screens/notices.c - what the city tells now, as of the last sync and with its date: the file live/notices.tsv, form
 * rows, five fields: from, until (days), language, title, text. Words come as they are: the city translated them. */
#include "app/app_priv.h"

#include <stdlib.h>
#include <string.h>

enum { FIELDS = 5, NOTICES_MOST = 40, WORDS_MAX = 2000 };
enum field { FROM, UNTIL, LANGUAGE, TITLE, TEXT };

/* Is today within the days of this row? */
static bool
is_now(const struct app *app, const struct live_table *table, size_t row)
{
    char today[CLOCK_DAY_LEN];
    clock_day_text(app_today(app), today);
    for (int i = 0; i < FIELDS; i++) {
        if (live_field(table, row, (size_t)i) == NULL) {
            return false;
        }
    }
    return strcmp(live_field(table, row, FROM), today) <= 0 &&
           strcmp(live_field(table, row, UNTIL), today) >= 0;
}

/* Rows of this language that hold today, the newest first; how many. */
static size_t
rows_of(const struct app *app, const struct live_table *table, const char *language,
    size_t rows[NOTICES_MOST])
{
    size_t count = 0;
    for (size_t i = live_count(table); i > 0 && count < NOTICES_MOST; i--) { /* sorted by day */
        if (is_now(app, table, i - 1) &&
            strcmp(live_field(table, i - 1, LANGUAGE), language) == 0) {
            rows[count++] = i - 1;
        }
    }
    return count;
}

static void
notice(struct app *app, struct flow *flow, const struct live_table *table, size_t row,
    const char *language)
{
    struct ui_element element = {.role = UI_ROLE_TEXT,
        .rect = rect(flow->x, 0, flow->w, 0),
        .lang = language,
        .text = live_field(table, row, TITLE),
        .size = UI_SIZE_VALUE,
        .tone = UI_TONE_PAPER,
        .bold = true};
    AUTO_BUF day;
    buf_init(&day, 256);
    (void)i18n_day(app->i18n, &day, live_field(table, row, FROM));
    flow_text(app, flow, buf_str(&day), UI_ROLE_TEXT, UI_SIZE_HINT, UI_TONE_PAPER, false, 0);
    flow_element(app, flow, &element, 0);
    element.text = live_field(table, row, TEXT);
    element.size = UI_SIZE_BODY;
    element.bold = false;
    flow_element(app, flow, &element, 0);
    flow->y += COLUMN_GAP;
}

static void
build(struct app *app)
{
    struct flow flow = page_begin(app, say(app, "notices.title"), "bar.back");
    page_title(app, &flow, say(app, "notices.title"));
    const struct live_table *table = app->live != NULL ? live_table(app->live, "notices") : NULL;
    size_t rows[NOTICES_MOST];
    size_t count = 0;
    const char *language = i18n_current(app->i18n)->code;
    if (table != NULL && live_form(table) == LIVE_ROWS) {
        count = rows_of(app, table, language, rows);
        if (count == 0) { /* not in this language: in Japanese rather than not at all */
            language = "ja";
            count = rows_of(app, table, language, rows);
        }
        live_note(app, &flow, table);
    }
    if (count == 0) {
        flow_text(app, &flow, say(app, "notices.none"), UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER,
            false, 0);
    }
    for (size_t i = 0; i < count; i++) {
        notice(app, &flow, table, rows[i], language);
    }
}

static void
tap(struct app *app, const char *id)
{
    if (strcmp(id, "back") == 0) {
        trail_back(app);
    }
}

const struct screen screen_notices = {.name = "notices", .build = build, .tap = tap};
