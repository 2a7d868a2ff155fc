/* fuzz_text: any bytes as a text to lay out. The first two bytes choose language and width; the fonts are
 * a table in which each font has a part of the characters. Besides not crashing, a layout must keep its
 * promises: runs inside the layout, in order of lines, followed by a NUL. */
#include <stdint.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "text/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
covers(void *ctx, int font, uint32_t code, uint32_t selector)
{
    (void)ctx;
    return (code + selector) % 5 <= (uint32_t)font;
}

static int
width(void *ctx, int font, bool bold, int size, const char *text, size_t len, const char *script,
    bool rtl)
{
    (void)ctx;
    (void)bold;
    (void)rtl;
    if (text[len] != '\0' || script[0] == '\0') {
        abort();
    }
    return (int)utf8_count(text, len) * (size + font) / 2;
}

static int
ascent(void *ctx, int font, bool bold, int size)
{
    (void)ctx;
    (void)font;
    (void)bold;
    return size;
}

static void
check(const struct text_layout *layout)
{
    size_t line = 0;

    for (size_t i = 0; i < text_layout_run_count(layout); i++) {
        const struct text_run *run = text_layout_run(layout, i);
        bool inside = run->x_px >= 0 && run->x_px + run->width_px <= text_layout_width(layout) &&
                      run->baseline_px > 0 && run->baseline_px <= text_layout_height(layout);
        if (!inside || run->line < line || run->line >= text_layout_lines(layout) ||
            run->len == 0 || run->text[run->len] != '\0' || !utf8_valid(run->text, run->len)) {
            abort();
        }
        line = run->line;
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const languages[] = {"ja", "en", "ko", "th", "ar", "zh", "my", "xx"};
    const struct text_font_ops ops = {
        .covers = covers, .width = width, .ascent = ascent, .count = 3};
    struct text_layout *layout = NULL;

    if (size < 2) {
        return 0;
    }
    struct text_style style = {
        .size_px = 20, .language = languages[data[0] % 8], .max_width_px = 4 * data[1]};
    if (text_layout_new((const char *)data + 2, size - 2, &style, &ops, &layout) == 0) {
        check(layout);
    }
    text_layout_free(layout);
    return 0;
}
