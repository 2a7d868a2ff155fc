/* audit/look.c - the looks of a page: languages x sizes x themes x wheelchair, one after the other in the
 * running app, and back again. Each is laid out. A look whose list, places and colours are in all the same
 * as one without a finding is counted as checked by the same rules; and of the rules over the list the same
 * is true for the same list in another theme. */
#include "audit/audit.h"

#include <stdarg.h>
#include <string.h>

#include "base/alloc.h"

struct frame *
audit_frame(struct audit *audit)
{
    return ui_shown(audit->stage.app->ui);
}

const char *
audit_name(const struct item *item)
{
    return item->e.id != NULL && item->e.id[0] != 0 ? item->e.id : dump_role(item->e.role);
}

static void
put_on(struct audit *audit, const struct look *look)
{
    struct app *app = audit->stage.app;
    (void)i18n_use(app->i18n, look->language); /* from the list of languages */
    app->prefs.text_size = look->size;
    app->prefs.theme = look->theme;
    app->prefs.wheelchair = look->wheelchair;
    ui_set_text_size(app->ui, look->size);
    ui_set_theme(app->ui, look->theme);
}

/* All that was asked of the ui and where it is drawn: two looks with this sum differ by colours at most. */
static uint64_t
look_sum(const struct audit *audit)
{
    const struct frame *frame = ui_shown(audit->stage.app->ui);
    const struct look *look = &audit->look;
    const int whole[] = {(int)look->size, look->wheelchair, frame->truncated};
    uint64_t sum = hash_add(HASH_START, whole, sizeof(whole));
    sum = hash_add(sum, look->language, strlen(look->language) + 1);
    sum = hash_add(sum, frame->screen, strlen(frame->screen) + 1);
    for (size_t i = 0; i < frame->count; i++) {
        const struct item *item = &frame->items[i];
        const struct ui_element *e = &item->e;
        const char *const texts[] = {e->id, e->text, e->gloss, e->detail, e->picture, e->label,
            e->speech, e->strokes, item->language};
        const int numbers[] = {(int)e->role, e->rect.x, e->rect.y, e->rect.w, e->rect.h,
            (int)e->state, (int)e->tone, (int)e->size, (int)e->align, (int)e->valign, e->bold,
            e->value, e->count, (int)e->sample_size, (int)e->sample_theme, item->overflow};
        sum = hash_add(sum, numbers, sizeof(numbers));
        for (size_t k = 0; k < ARRAY_LEN(texts); k++) {
            const char *text = texts[k] != NULL ? texts[k] : "\1";
            sum = hash_add(sum, text, strlen(text) + 1);
        }
    }
    return strokes_places(audit, sum);
}

static void
audit_look(struct audit *audit, const struct look *look)
{
    struct app *app = audit->stage.app;
    audit->look = *look;
    put_on(audit, look);
    app_rebuild(app);
}

/* ---- what is known of whole looks ---- */

typedef void rules_of(struct audit *audit);

/* Applies the rules, unless a look with this sum had no finding; then it is counted as looked at. */
static bool
apply(struct audit *audit, uint64_t sum, rules_of *rules)
{
    const struct known *known = memo_get(&audit->whole, sum);
    if (known != NULL && !audit_proof(audit)) {
        uint32_t at;
        memcpy(&at, known->v, sizeof(at));
        for (int i = 0; i < RULE_COUNT; i++) {
            report_known(audit, (enum rule)i, audit->tallies[at].checked[i]);
        }
        return true;
    }
    size_t before[RULE_COUNT];
    struct tally tally;
    size_t findings = report_findings(audit->report);
    for (int i = 0; i < RULE_COUNT; i++) {
        before[i] = report_count(audit, (enum rule)i);
    }
    rules(audit);
    for (int i = 0; i < RULE_COUNT; i++) {
        tally.checked[i] = (uint16_t)(report_count(audit, (enum rule)i) - before[i]);
    }
    bool clean = report_findings(audit->report) == findings;
    if (known != NULL) { /* it was known without a finding */
        uint32_t at;
        memcpy(&at, memo_get(&audit->whole, sum)->v, sizeof(at));
        audit->seen.proofs++;
        audit->seen.broken +=
            clean && memcmp(&audit->tallies[at], &tally, sizeof(tally)) == 0 ? 0 : 1;
    } else if (clean) {
        uint32_t at = (uint32_t)audit->tally_count++;
        audit->tallies = xgrow(audit->tallies, at, &audit->tally_cap, sizeof(audit->tallies[0]));
        audit->tallies[at] = tally;
        memcpy(memo_put(&audit->whole, sum)->v, &at, sizeof(at));
    }
    return false;
}

static void
list_and_ink(struct audit *audit)
{
    (void)apply(audit, list_places_sum(audit), list_places);
    list_words(audit);
    ink_rules(audit);
}

/* ---- one page ---- */

enum { COLUMN_MAX = 64 };

/* For eyes: PAGE.LANGUAGE.SIZE.THEME[.seated].PAGE-OF-COLUMN.ORIENTATION.png */
static void
picture(struct audit *audit)
{
    char path[1024];
    char name[AUDIT_NAME_MAX];
    (void)snprintf(name, sizeof(name), "%s", audit->state);
    for (char *c = name; *c != 0; c++) {
        *c = *c == ' ' || *c == '/' || *c == ':' ? '-' : *c;
    }
    (void)snprintf(path, sizeof(path), "%s/%s.%s.%d.%d%s.%d.%s.png", audit->pictures, name,
        audit->look.language, (int)audit->look.size + 1, (int)audit->look.theme + 1,
        audit->look.wheelchair ? ".seated" : "", audit->page + 1, audit->orientation);
    pixels_paint(audit);
    if (ui_shot(audit->stage.app->ui, path) < 0) {
        (void)fprintf(stderr, "audit: no picture %s\n", path);
    }
}

/* All pages of the column in one look. first: the sums of the first theme's, which are filled when it is the
 * first one. */
static void
each_page(struct audit *audit, const struct look *look, uint64_t first[COLUMN_MAX], bool filled)
{
    struct visit *visit = &audit->stage.app->visit;
    audit->page = 0;
    do {
        visit->page = audit->page;
        audit_look(audit, look);
        audit->pages = visit->pages;
        strokes_take(audit);
        audit->seen.looks++;
        uint64_t sum = look_sum(audit);
        bool again = filled && audit->page < COLUMN_MAX && first[audit->page] == sum;
        bool same = again || apply(audit, sum, list_and_ink);
        audit->seen.theme += again ? 1 : 0;
        if (!filled && audit->page < COLUMN_MAX) {
            first[audit->page] = sum;
        }
        const int theme[] = {(int)look->theme, 1};
        sum = strokes_colours(audit, hash_add(sum, theme, sizeof(theme)));
        bool alike = apply(audit, sum, pixel_rules);
        audit->seen.twin += same && alike ? 1 : 0;
        if (audit->pictures != NULL) {
            picture(audit);
        }
    } while (++audit->page < audit->pages);
    audit->page = 0;
}

/* Themes change colours only: the list of each is compared with the first one's. */
static void
each_theme(struct audit *audit, struct look look)
{
    uint64_t first[COLUMN_MAX];
    bool filled = false;
    for (int theme = 0; theme < UI_THEME_COUNT; theme++) {
        if (audit->only.theme == 0 || audit->only.theme == (unsigned)theme + 1) {
            look.theme = (enum ui_theme)theme;
            each_page(audit, &look, first, filled);
            filled = true;
        }
    }
}

static bool
wanted(const struct audit *audit, const struct look *look)
{
    const struct only *only = &audit->only;
    return (int)look->size < audit->stage.app->places.text_sizes &&
           (only->language == NULL || strcmp(only->language, look->language) == 0) &&
           (only->size == 0 || only->size == (unsigned)look->size + 1);
}

static bool
wanted_page(const struct audit *audit)
{
    bool found = audit->only.page_count == 0;
    for (size_t i = 0; !found && i < audit->only.page_count; i++) {
        found = strstr(audit->state, audit->only.pages[i]) != NULL;
    }
    return found;
}

/* False when another worker has taken this page. Pages of the same name are told apart by their number. */
static bool
claim(struct audit *audit)
{
    uint64_t name = hash_add(HASH_START, audit->state, strlen(audit->state));
    int16_t *times = &memo_put(&audit->names, name)->v[0];
    name = hash_add(name, times, sizeof(*times));
    name += name == 0 ? 1 : 0;
    *times = (int16_t)(*times + 1);
    for (size_t i = 0; i < CLAIMS_MAX; i++) {
        uint64_t there = 0;
        _Atomic uint64_t *place = &audit->claims->names[(name + i) % CLAIMS_MAX];
        if (atomic_compare_exchange_strong(place, &there, name)) {
            return true;
        }
        if (there == name) {
            return false;
        }
    }
    return true; /* more pages than can be shared: each worker looks at them */
}

/* Every 1 of so many looks in a sample; the page's number turns the wheel. */
enum { SAMPLE_STEP = 61 };

void
audit_state(struct audit *audit, const char *format, ...)
{
    struct app *app = audit->stage.app;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(audit->state, sizeof(audit->state), format, args);
    va_end(args);
    if (!wanted_page(audit)) {
        return;
    }
    if (!claim(audit)) {
        audit->states++;
        return;
    }
    struct preferences prefs = app->prefs;
    char language[I18N_CODE_MAX];
    (void)snprintf(language, sizeof(language), "%s", i18n_current(app->i18n)->code);
    int page = app->visit.page;
    size_t turn = audit->states;
    for (size_t i = 0; i < i18n_language_count(app->i18n); i++) {
        struct look look = {.language = i18n_language_at(app->i18n, i)->code};
        for (int k = 0; k < UI_TEXT_SIZE_COUNT * 2; k++) {
            look.size = (enum ui_text_size)(k / 2);
            if (!wanted(audit, &look)) {
                continue;
            }
            look.wheelchair = k % 2 != 0;
            look.theme = (enum ui_theme)(turn % UI_THEME_COUNT);
            if (!audit->sample) {
                each_theme(audit, look);
            } else if (turn++ % SAMPLE_STEP == 0) {
                uint64_t first[COLUMN_MAX];
                each_page(audit, &look, first, false);
            }
        }
    }
    audit->seen.states++;
    audit->states++;
    put_on(audit, &(struct look){language, prefs.text_size, prefs.theme, prefs.wheelchair});
    app->prefs = prefs;
    app->visit.page = page;
    app_rebuild(app);
}
