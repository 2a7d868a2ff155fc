/* print/outline.c - words as a drawing: one line, laid out and shaped as on paper. */
#include "print_priv.h"

#include <string.h>

#include "base/err.h"

int
print_outline(struct print *print, const char *language, const char *text, struct buf *ret_path,
    int *ret_width)
{
    const struct text_style style = {.size_px = PRINT_OUTLINE_EM, .language = language};
    struct text_layout *layout = NULL;
    int r = text_layout_new(text, strlen(text), &style, &print->ops, &layout);
    if (r < 0) {
        return r;
    }
    /* the em stands in the middle of the line, whatever room its font leaves above and below */
    int up = (text_layout_height(layout) - PRINT_OUTLINE_EM) / 2;
    for (size_t i = 0; r == 0 && i < text_layout_run_count(layout); i++) {
        const struct text_run *run = text_layout_run(layout, i);
        r = letters_path(print->letters, run, run->x_px, run->baseline_px - up, ret_path);
    }
    *ret_width = text_layout_width(layout);
    text_layout_free(layout);
    return r < 0 ? r : buf_error(ret_path);
}
