/* ui/layout.c - words in a rectangle. Finished layouts of the room text are kept, since a screen is
 * described anew after every touch; all of them go when a visit ends. There is room for the page with all answers of a
 * family in two languages (600 layouts): with less, each is thrown out just before it is asked for again. Words that do not fit
 * are wrapped, then made smaller in steps, and reported when the smallest size is still too large. */
#include "ui/ui_priv.h"

#include <string.h>

#include "base/alloc.h"

enum { SETS = 256, WAYS = 8, LAYOUTS_MAX = SETS * WAYS, SHRINK_STEP = 5 };

struct kept {
    char *text; /* owned; NULL: free place */
    char language[UI_LANGUAGE_MAX];
    int size_px, max_width_px, line_percent;
    bool bold;
    struct text_layout *layout; /* owned */
    uint64_t used;
};
struct layouts {
    struct kept
        kept[LAYOUTS_MAX]; /* SETS groups of WAYS places: a text has its group, by its hash */
    uint64_t now;
};

struct layouts *
layouts_new(void)
{
    return xcalloc(1, sizeof(struct layouts));
}

static void
drop(struct kept *kept)
{
    if (kept->text != NULL) {
        explicit_bzero(kept->text, strlen(kept->text));
        free(kept->text);
        text_layout_free(kept->layout);
    }
    *kept = (struct kept){0};
}

void
layouts_wipe(struct layouts *layouts)
{
    for (size_t i = 0; i < LAYOUTS_MAX; i++) {
        drop(&layouts->kept[i]);
    }
}

void
layouts_free(struct layouts *layouts)
{
    if (layouts != NULL) {
        layouts_wipe(layouts);
        free(layouts);
    }
}

bool
layouts_hold(const struct layouts *layouts, const void *needle, size_t len)
{
    for (size_t i = 0; i < LAYOUTS_MAX; i++) {
        const char *text = layouts->kept[i].text;
        for (size_t at = 0; text != NULL && at + len <= strlen(text); at++) {
            if (memcmp(text + at, needle, len) == 0) {
                return true;
            }
        }
    }
    return false;
}

static bool
matches(const struct kept *kept, const char *text, const struct text_style *style)
{
    return kept->text != NULL && kept->size_px == style->size_px &&
           kept->max_width_px == style->max_width_px &&
           kept->line_percent == style->line_height_percent && kept->bold == style->bold &&
           strcmp(kept->text, text) == 0 && strcmp(kept->language, style->language) == 0;
}

/* The places where this may be kept; the least recently used of them goes. */
static struct kept *
set_of(struct layouts *layouts, const char *text, const struct text_style *style)
{
    const int numbers[] = {
        style->size_px, style->max_width_px, style->line_height_percent, style->bold};
    uint64_t hash = hash_add(HASH_START, text, strlen(text));
    hash = hash_add(hash, style->language, strlen(style->language));
    hash = hash_add(hash, numbers, sizeof(numbers));
    return &layouts->kept[(hash ^ hash >> 32) % SETS * WAYS];
}

const struct text_layout *
layouts_get(struct layouts *layouts, const struct text_font_ops *fonts, const char *text,
    const struct text_style *style)
{
    struct kept *set = set_of(layouts, text, style);
    struct kept *place = &set[0];
    for (size_t i = 0; i < WAYS; i++) {
        struct kept *kept = &set[i];
        if (matches(kept, text, style)) {
            kept->used = ++layouts->now;
            return kept->layout;
        }
        if (kept->used < place->used) {
            place = kept;
        }
    }
    struct text_layout *layout = NULL;
    if (text_layout_new(text, strlen(text), style, fonts, &layout) < 0) {
        return NULL;
    }
    drop(place);
    *place = (struct kept){
        .text = xstrdup(text),
        .size_px = style->size_px,
        .max_width_px = style->max_width_px,
        .line_percent = style->line_height_percent,
        .bold = style->bold,
        .layout = layout,
        .used = ++layouts->now,
    };
    (void)snprintf(place->language, sizeof place->language, "%s", style->language);
    return layout;
}

static const struct text_layout *
one(struct layouts *layouts, const struct text_font_ops *fonts, const struct words *words,
    const char *text, int size_px, bool bold, int max_w)
{
    if (text == NULL || text[0] == '\0') {
        return NULL;
    }
    int longest = words->line_characters * size_px;
    if (longest > 0 && max_w > longest) {
        max_w = longest;
    }
    struct text_style style = {
        .size_px = size_px,
        .bold = bold,
        .language = text == words->gloss ? "ja" : words->language,
        .max_width_px = max_w,
        .line_height_percent = text == words->text ? words->line_percent : 0,
    };
    return layouts_get(layouts, fonts, text, &style);
}

/* Fills ret_fit at this percentage of the sizes; false when it is too large. */
static bool
attempt(struct layouts *layouts, const struct text_font_ops *fonts, const struct words *words,
    int percent, int wrap_w, int max_w, int max_h, struct words_fit *ret_fit)
{
    int size = words->size_px * percent / 100, detail = words->detail_px * percent / 100;
    size = size < words->min_px ? words->min_px : size;
    detail = detail < words->min_px ? words->min_px : detail;
    struct words_fit fit = {0};
    fit.main = one(layouts, fonts, words, words->text, size, words->bold, wrap_w);
    int gloss = words->gloss_px * percent / 100;
    gloss = gloss < words->min_px ? words->min_px : gloss;
    fit.gloss = one(layouts, fonts, words, words->gloss, gloss, false, max_w);
    fit.detail = one(layouts, fonts, words, words->detail, detail, false, max_w);
    if (fit.main != NULL) {
        fit.main_h = text_layout_height(fit.main);
        fit.w = text_layout_width(fit.main);
    }
    if (fit.gloss != NULL) {
        fit.gloss_h = text_layout_height(fit.gloss);
        int w = text_layout_width(fit.gloss);
        fit.w = w > fit.w ? w : fit.w;
    }
    if (fit.detail != NULL) {
        fit.detail_h = text_layout_height(fit.detail);
        int w = text_layout_width(fit.detail);
        fit.w = w > fit.w ? w : fit.w;
        fit.gap = fit.main != NULL ? words->gap_px : 0;
    }
    fit.h = fit.main_h + fit.gloss_h + fit.gap + fit.detail_h;
    fit.overflow = (max_w > 0 && fit.w > max_w) || (max_h > 0 && fit.h > max_h);
    *ret_fit = fit;
    return !fit.overflow;
}

void
words_fit(struct layouts *layouts, const struct text_font_ops *fonts, const struct words *words,
    int max_w, int max_h, struct words_fit *ret_fit)
{
    int largest = words->size_px > words->detail_px ? words->size_px : words->detail_px;
    /* A label reads better a little smaller on one line than broken in two. */
    for (int percent = 100; words->label && percent >= UI_LABEL_LEAST; percent -= SHRINK_STEP) {
        if (attempt(layouts, fonts, words, percent, 0, max_w, max_h, ret_fit)) {
            return;
        }
    }
    /* and smaller still than with a word in two */
    for (int percent = 100; words->label && percent > 0; percent -= SHRINK_STEP) {
        if (attempt(layouts, fonts, words, percent, max_w, max_w, max_h, ret_fit) &&
            (ret_fit->main == NULL || !text_layout_torn(ret_fit->main))) {
            return;
        }
        if (largest * percent / 100 <= words->min_px) {
            break;
        }
    }
    for (int percent = 100; percent > 0; percent -= SHRINK_STEP) {
        if (attempt(layouts, fonts, words, percent, max_w, max_w, max_h, ret_fit) ||
            largest * percent / 100 <= words->min_px) {
            break;
        }
    }
    if (ret_fit->overflow && words->gloss != NULL) {
        struct words own = *words; /* the visitor's own words come first */
        own.gloss = NULL;
        words_fit(layouts, fonts, &own, max_w, max_h, ret_fit);
    }
}

int
words_before(const struct text_font_ops *fonts, const struct text_layout *layout, size_t bytes)
{
    int x = 0;
    for (size_t i = 0; i < text_layout_run_count(layout) && bytes > 0; i++) {
        const struct text_run *run = text_layout_run(layout, i);
        size_t len = run->len < bytes ? run->len : bytes;
        if (run->ruby) {
            continue;
        }
        int width = run->width_px;
        if (len < run->len) {
            width = fonts->width(fonts->ctx, run->font, run->bold, run->size_px, run->text, len,
                run->script, run->rtl);
        }
        x = run->x_px + width;
        bytes -= len;
    }
    return x;
}
