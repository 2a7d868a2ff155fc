/* ui/frame.c - the element list of one frame: copied in with its texts, compared, searched and hit.
 * What a screen shows, what a finger finds and what a test reads is this one list. */
#include "ui/ui_priv.h"

#include <string.h>

#include "base/alloc.h"
#include "base/attr.h"

void
frame_init(struct frame *frame)
{
    *frame = (struct frame){.pool = xcalloc(1, UI_TEXT_POOL)};
}

void
frame_release(struct frame *frame)
{
    if (frame->pool != NULL) {
        frame_wipe(frame);
        free(frame->pool);
        frame->pool = NULL;
    }
}

void
frame_wipe(struct frame *frame)
{
    char *pool = frame->pool;
    explicit_bzero(pool, UI_TEXT_POOL);
    explicit_bzero(frame, sizeof *frame);
    frame->pool = pool;
}

void
frame_begin(struct frame *frame, const char *screen)
{
    frame->count = 0;
    frame->used = 0;
    frame->part = 0;
    frame->truncated = false;
    (void)snprintf(frame->screen, sizeof frame->screen, "%s", screen != NULL ? screen : "");
}

static const char *
keep(struct frame *frame, const char *text)
{
    if (text == NULL) {
        return NULL;
    }
    size_t len = strlen(text) + 1;
    if (len > UI_TEXT_POOL - frame->used) {
        frame->truncated = true;
        return "";
    }
    char *copy = frame->pool + frame->used;
    memcpy(copy, text, len);
    frame->used += len;
    return copy;
}

void
frame_add(struct frame *frame, const struct ui_element *element, const char *language)
{
    if (frame->count == UI_ELEMENTS_MAX) {
        frame->truncated = true;
        return;
    }
    struct item *item = &frame->items[frame->count++];
    *item = (struct item){.e = *element, .asked = element->state};
    if (element->id != NULL && strlen(element->id) >= UI_ID_MAX) {
        frame->truncated = true;
        item->e.id = NULL;
    }
    item->e.id = keep(frame, item->e.id);
    item->e.text = keep(frame, element->text);
    item->e.gloss = keep(frame, element->gloss);
    item->e.detail = keep(frame, element->detail);
    item->e.picture = keep(frame, element->picture);
    item->e.label = keep(frame, element->label);
    item->e.speech = keep(frame, element->speech);
    item->e.strokes = keep(frame, element->strokes);
    const char *lang = element->lang != NULL ? element->lang : language;
    (void)snprintf(item->language, sizeof item->language, "%s", lang);
    item->e.lang = keep(frame, element->lang);
}

static bool
same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

bool
frame_same(const struct item *a, const struct item *b)
{
    const struct ui_element *p = &a->e, *q = &b->e;
    return p->role == q->role && p->rect.x == q->rect.x && p->rect.y == q->rect.y &&
           p->rect.w == q->rect.w && p->rect.h == q->rect.h && p->state == q->state &&
           p->tone == q->tone && p->size == q->size && p->align == q->align &&
           p->valign == q->valign && p->bold == q->bold && p->value == q->value &&
           p->count == q->count && p->caret == q->caret && p->sample_size == q->sample_size &&
           p->sample_theme == q->sample_theme && same_text(p->id, q->id) &&
           same_text(p->text, q->text) && same_text(p->gloss, q->gloss) &&
           same_text(p->detail, q->detail) && same_text(p->picture, q->picture) &&
           same_text(p->label, q->label) && same_text(p->speech, q->speech) &&
           same_text(p->strokes, q->strokes) && strcmp(a->language, b->language) == 0;
}

bool
frame_touchable(const struct item *item)
{
    return item->e.id != NULL && item->e.id[0] != '\0' && (item->e.state & UI_STATE_WAITING) == 0;
}

bool
frame_readable(const struct item *item)
{
    const struct ui_element *e = &item->e;
    if (e->speech != NULL && e->speech[0] == '\0') {
        return false;
    }
    if (e->id != NULL && e->id[0] != '\0') {
        return true;
    }
    switch (e->role) {
    case UI_ROLE_TITLE:
    case UI_ROLE_TEXT:
    case UI_ROLE_NOTICE:
        return e->text != NULL && e->text[0] != '\0';
    default:
        return e->speech != NULL || (e->label != NULL && e->label[0] != '\0');
    }
}

const struct item *
frame_find(const struct frame *frame, const char *id)
{
    for (size_t i = frame->count; id[0] != '\0' && i > 0; i--) {
        const struct item *item = &frame->items[i - 1];
        if (frame_touchable(item) && strcmp(item->e.id, id) == 0) {
            return item;
        }
    }
    return NULL;
}

const struct item *
frame_hit(const struct frame *frame, int x, int y)
{
    for (size_t i = frame->count; i > 0; i--) {
        const struct item *item = &frame->items[i - 1];
        const struct ui_rect *r = &item->e.rect;
        if (frame_touchable(item) && x >= r->x && x < r->x + r->w && y >= r->y && y < r->y + r->h) {
            return item;
        }
    }
    return NULL;
}
