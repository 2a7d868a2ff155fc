/* ui/dump.c - the element list as JSON, for tests, audits and readers of the screen. Texts come without
 * their ruby; what the list says is what the pictures show. */
#include "ui/ui_priv.h"

#include <assert.h>
#include <string.h>

#include "base/utf8.h"

static const char *const role_names[UI_ROLE_COUNT] = {
    [UI_ROLE_PANEL] = "panel",
    [UI_ROLE_TITLE] = "title",
    [UI_ROLE_TEXT] = "text",
    [UI_ROLE_BUTTON] = "button",
    [UI_ROLE_TOOL] = "tool",
    [UI_ROLE_MAIN] = "main",
    [UI_ROLE_CHOICE] = "choice",
    [UI_ROLE_CHECK] = "check",
    [UI_ROLE_DOOR] = "door",
    [UI_ROLE_KEY] = "key",
    [UI_ROLE_FIELD] = "field",
    [UI_ROLE_DOTS] = "dots",
    [UI_ROLE_NOTICE] = "notice",
    [UI_ROLE_PICTURE] = "picture",
    [UI_ROLE_LINE] = "line",
    [UI_ROLE_QR] = "qr",
    [UI_ROLE_INK] = "ink",
};
static const char *const tone_names[UI_TONE_COUNT] = {
    [UI_TONE_PAPER] = "paper",
    [UI_TONE_SURFACE] = "surface",
    [UI_TONE_PRIMARY] = "primary",
    [UI_TONE_SOFT] = "soft",
    [UI_TONE_CARE] = "care",
    [UI_TONE_DONE] = "done",
    [UI_TONE_QUIET] = "quiet",
    [UI_TONE_BAND] = "band",
};
static const char *const size_names[UI_SIZE_COUNT] = {
    [UI_SIZE_HINT] = "hint",
    [UI_SIZE_BODY] = "body",
    [UI_SIZE_CHOICE] = "choice",
    [UI_SIZE_VALUE] = "value",
    [UI_SIZE_TITLE] = "title",
    [UI_SIZE_KEY] = "key",
    [UI_SIZE_NUMBER] = "number",
    [UI_SIZE_PROMISE] = "promise",
    [UI_SIZE_SMALL] = "small",
    [UI_SIZE_BAR] = "bar",
    [UI_SIZE_KEYBOARD] = "keyboard",
};
static_assert(UI_SIZE_COUNT == UI_SIZE_KEYBOARD + 1, "every size has a name");
static const char *const state_names[] = {
    "chosen", "waiting", "pressed", "focused", "personal", "group", "follows"};

const char *
dump_role(enum ui_role role)
{
    return role < UI_ROLE_COUNT ? role_names[role] : "?";
}

bool
dump_plain(const char *text, char *out, size_t cap)
{
    out[0] = '\0';
    return text_plain(text, out, cap) < cap;
}

/* A JSON string (RFC 8259 section 7); bytes that are no UTF-8 become U+FFFD. */
static void
add_string(struct buf *out, const char *text)
{
    size_t len = strlen(text);
    (void)buf_add_byte(out, '"');
    bool valid = utf8_valid(text, len);
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '"' || c == '\\') {
            (void)buf_add_byte(out, '\\');
            (void)buf_add_byte(out, c);
        } else if (c < 0x20 || c == 0x7f) {
            (void)buf_printf(out, "\\u%04x", c);
        } else if (c >= 0x80 && !valid) {
            (void)buf_add_str(out, "\xef\xbf\xbd");
        } else {
            (void)buf_add_byte(out, c);
        }
    }
    (void)buf_add_byte(out, '"');
}

static void
add_text(struct buf *out, const char *name, const char *text)
{
    if (text == NULL || text[0] == '\0') {
        return;
    }
    char plain[4096];
    (void)dump_plain(text, plain, sizeof plain);
    (void)buf_printf(out, ", \"%s\": ", name);
    add_string(out, plain);
    explicit_bzero(plain, sizeof plain);
}

static void
add_state(struct buf *out, unsigned state)
{
    const char *between = "";
    if (state == 0) {
        return;
    }
    (void)buf_add_str(out, ", \"state\": [");
    for (size_t i = 0; i < sizeof state_names / sizeof state_names[0]; i++) {
        if ((state & (1U << i)) != 0) {
            (void)buf_printf(out, "%s\"%s\"", between, state_names[i]);
            between = ", ";
        }
    }
    (void)buf_add_byte(out, ']');
}

void
dump_item(const struct item *item, struct buf *out)
{
    const struct ui_element *e = &item->e;
    (void)buf_printf(out, "    {\"role\": \"%s\"", dump_role(e->role));
    if (e->id != NULL && e->id[0] != '\0') {
        (void)buf_add_str(out, ", \"id\": ");
        add_string(out, e->id);
    }
    (void)buf_printf(
        out, ", \"rect\": [%d, %d, %d, %d]", e->rect.x, e->rect.y, e->rect.w, e->rect.h);
    if (e->role != UI_ROLE_QR) {
        add_text(out, "text", e->text);
    }
    add_text(out, "gloss", e->gloss);
    add_text(out, "detail", e->detail);
    add_text(out, "label", e->label);
    add_text(out, "speech", e->speech);
    if (e->picture != NULL && e->picture[0] != '\0') {
        (void)buf_add_str(out, ", \"picture\": ");
        add_string(out, e->picture);
    }
    (void)buf_printf(
        out, ", \"tone\": \"%s\"", e->tone < UI_TONE_COUNT ? tone_names[e->tone] : "?");
    if (e->text != NULL && e->role != UI_ROLE_QR) {
        (void)buf_printf(out, ", \"size\": \"%s\", \"language\": \"%s\"",
            e->size < UI_SIZE_COUNT ? size_names[e->size] : "?", item->language);
    }
    if (e->role == UI_ROLE_DOTS) {
        (void)buf_printf(out, ", \"value\": %d, \"count\": %d", e->value, e->count);
    }
    if (e->caret > 0) {
        (void)buf_printf(out, ", \"caret\": %d", e->caret);
    }
    add_state(out, e->state);
    if (item->overflow) {
        (void)buf_add_str(out, ", \"overflow\": true");
    }
    (void)buf_add_byte(out, '}');
}
