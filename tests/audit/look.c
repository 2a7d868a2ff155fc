/* audit/look.c - the looks of a page: languages x sizes x themes x wheelchair, one after the other in the
 * running app, and back again. Themes change colours only: each look is built and its list compared with
 * the same look in the first theme; rules over the list run in one theme then, rules over pixels in all. */
#include "audit/audit.h"

#include <stdarg.h>
#include <string.h>

#include "text/text.h"

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

/* The same list, colours apart, in another theme: a sum over all that was asked of the ui. */
static uint64_t
list_sum(const struct frame *frame)
{
    uint64_t sum = 14695981039346656037U; /* FNV-1a, 64 bits */
    for (size_t i = 0; i < frame->count; i++) {
        const struct ui_element *e = &frame->items[i].e;
        const char *const texts[] = {e->id, e->text, e->detail, e->picture, e->label};
        const int numbers[] = {(int)e->role, e->rect.x, e->rect.y, e->rect.w, e->rect.h,
            (int)e->state, (int)e->tone, (int)e->size, frame->items[i].overflow};
        for (size_t k = 0; k < ARRAY_LEN(numbers); k++) {
            sum = (sum ^ (uint64_t)(unsigned)numbers[k]) * 1099511628211U;
        }
        for (size_t k = 0; k < ARRAY_LEN(texts); k++) {
            for (const char *c = texts[k]; c != NULL && *c != 0; c++) {
                sum = (sum ^ (unsigned char)*c) * 1099511628211U;
            }
        }
    }
    return sum;
}

/* What needs the pixels is looked at in each theme and size, in the language written in the most strokes
 * and in one that is another for each page: letters and grounds have the same colours in all of them. */
static bool
wants_pixels(const struct audit *audit, const struct look *look, size_t language)
{
    return audit->sample || strcmp(look->language, "ja-easy") == 0 ||
           language == audit->states % i18n_language_count(audit->stage.app->i18n);
}

void
audit_look(struct audit *audit, const struct look *look)
{
    struct app *app = audit->stage.app;
    audit->look = *look;
    put_on(audit, look);
    app_rebuild(app);
    audit->looks++;
}

/* All pages of the column in the look that is on. */
static void
each_page(struct audit *audit, const struct look *look, bool list, bool pixels)
{
    struct visit *visit = &audit->stage.app->visit;
    visit->page = 0;
    audit->page = 0;
    do {
        visit->page = audit->page;
        audit_look(audit, look);
        audit->pages = visit->pages;
        if (list) {
            ink_take(audit);
            list_rules(audit);
            ink_rules(audit);
        }
        if (pixels) {
            pixel_rules(audit);
            audit->pixel_looks++;
        }
    } while (++audit->page < audit->pages);
    audit->page = 0;
}

/* Is this the same kind of page as several before, with other words? Its colours are theirs then, and only
 * its words need room in every language, size, orientation and reach. */
static bool
words_only(struct audit *audit)
{
    for (size_t i = 0; i < audit->kind_count; i++) {
        if (strcmp(audit->kinds[i].name, audit->kind) == 0) {
            return ++audit->kinds[i].pages > KIND_WHOLE;
        }
    }
    if (audit->kind_count < ARRAY_LEN(audit->kinds)) { /* beyond: looked at whole */
        struct kind *kind = &audit->kinds[audit->kind_count++];
        (void)snprintf(kind->name, sizeof(kind->name), "%s", audit->kind);
        kind->pages = 1;
    }
    return false;
}

static void
each_theme(struct audit *audit, struct look look, size_t language)
{
    uint64_t first = 0;
    for (int theme = 0; theme < UI_THEME_COUNT; theme++) {
        look.theme = (enum ui_theme)theme;
        bool pixels = wants_pixels(audit, &look, language);
        audit->stage.app->visit.page = 0;
        audit->page = 0;
        if (theme > 0 && !pixels) {
            audit_look(audit, &look);
        } else {
            each_page(audit, &look, theme == 0, pixels);
            audit->stage.app->visit.page = 0;
            app_rebuild(audit->stage.app);
        }
        uint64_t sum = list_sum(audit_frame(audit));
        first = theme == 0 ? sum : first;
        if (sum != first) { /* colours move things: then this theme is a page of its own */
            each_page(audit, &look, true, false);
        }
    }
}

static bool
wanted(const struct audit *audit, const struct look *look)
{
    const struct only *only = &audit->only;
    return (int)look->size < audit->stage.app->places.text_sizes &&
           (only->language == NULL || strcmp(only->language, look->language) == 0) &&
           (only->size == 0 || only->size == (int)look->size + 1);
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
    if (audit->only.page != NULL && strstr(audit->state, audit->only.page) == NULL) {
        return;
    }
    struct preferences prefs = app->prefs;
    char language[I18N_CODE_MAX];
    (void)snprintf(language, sizeof(language), "%s", i18n_current(app->i18n)->code);
    int page = app->visit.page;
    size_t turn = audit->states;
    bool words = !audit->sample && words_only(audit);
    for (size_t i = 0; i < i18n_language_count(app->i18n); i++) {
        struct look look = {.language = i18n_language_at(app->i18n, i)->code};
        for (int k = 0; k < UI_TEXT_SIZE_COUNT * 2; k++) {
            look.size = (enum ui_text_size)(k / 2);
            if (!wanted(audit, &look)) {
                continue;
            }
            look.wheelchair = k % 2 != 0;
            if (audit->sample) {
                look.theme = (enum ui_theme)(turn % UI_THEME_COUNT);
                if (turn++ % SAMPLE_STEP == 0) {
                    each_page(audit, &look, true, true);
                }
                continue;
            }
            if (words) {
                each_page(audit, &look, true, wants_pixels(audit, &look, i) && i > 0);
                continue;
            }
            each_theme(audit, look, i);
        }
    }
    audit->states++;
    put_on(audit, &(struct look){language, prefs.text_size, prefs.theme, prefs.wheelchair});
    app->prefs = prefs;
    app->visit.page = page;
    app_rebuild(app);
}
