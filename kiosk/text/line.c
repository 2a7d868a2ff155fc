/* Fits a paragraph into lines and turns each line into runs. A line's width is always measured as the
 * line would be drawn, runs and ruby included, since sums of letters are wrong for scripts that join or
 * kern; a guess from the number of graphemes keeps that to a few measurements a line, however long the
 * paragraph is. */
#include "text/text_priv.h"

#include <stdlib.h>
#include <string.h>
#include <unicode/ubidi.h>

#include "base/err.h"

enum {
    FULL_ENOUGH_PERCENT = 60, /* a line that ends at a phrase is at least this full */
    FULL_ENOUGH_RATHER = 33, /* or this, when otherwise a crumb of the phrase would stand alone */
    HEAD_MIN = 2, /* graphemes of a phrase before a line end inside it */
    TAIL_MIN = 4, /* and behind it: でした。 */
    TAIL_RATHER = 5, /* or the line ends at the phrase before, if it is full enough for that */
    LINE_TEXT_MAX = 16 * TEXT_BYTES_MAX /* "U+0001" and a NUL for each byte, with room to spare */
};

#define NO_PIECE SIZE_MAX /* a unit that draws nothing */

int
text_lines_init(struct text_lines *lines, size_t len)
{
    buf_init(&lines->line_text, LINE_TEXT_MAX);
    buf_init(&lines->group_text, LINE_TEXT_MAX);
    lines->pieces = calloc(len + 1, sizeof(*lines->pieces));
    lines->group_pieces = calloc(len + 1, sizeof(*lines->group_pieces));
    lines->units = calloc(len + 1, sizeof(*lines->units));
    lines->levels = calloc(len + 1, sizeof(*lines->levels));
    lines->order = calloc(len + 1, sizeof(*lines->order));
    bool all = lines->pieces != NULL && lines->group_pieces != NULL && lines->units != NULL &&
               lines->levels != NULL && lines->order != NULL;
    return all ? 0 : KERR_NO_MEMORY;
}

void
text_lines_release(struct text_lines *lines)
{
    buf_release(&lines->line_text);
    buf_release(&lines->group_text);
    free(lines->pieces);
    free(lines->group_pieces);
    free(lines->units);
    free(lines->levels);
    free(lines->order);
}

/* Measures clusters from..to as one run. Returns 1 with the piece, 0 when nothing of it is drawn. */
static int
make_piece(struct text_lines *lines, const struct text_para *para, size_t from, size_t to,
    bool soft_end, struct buf *text, struct text_piece *ret_piece)
{
    const struct text_cluster *first = &para->clusters[from];
    size_t offset = text->len;
    int rc = text_items_write(para, from, to, soft_end, text);

    if (rc < 0) {
        return rc;
    }
    size_t len = text->len - offset - 1;
    if (len == 0) {
        return 0;
    }
    /* U+XXXX is written in Latin letters, from left to right. */
    UScriptCode script = first->missing ? USCRIPT_LATIN : first->script;
    *ret_piece = (struct text_piece){.offset = offset,
        .len = len,
        .font = first->font,
        .script = script,
        .rtl = !first->missing && (first->level & 1) != 0};
    ret_piece->width =
        lines->fonts->width(lines->fonts->ctx, first->font, para->style->bold, para->style->size_px,
            (const char *)text->data + offset, len, uscript_getShortName(script), ret_piece->rtl);
    return 1;
}

/* The end of the run that starts at from. */
static size_t
run_end(const struct text_para *para, size_t from, size_t to)
{
    const struct text_cluster *first = &para->clusters[from];
    size_t end = from + 1;

    while (end < to && !first->missing) {
        const struct text_cluster *next = &para->clusters[end];
        if (next->missing || next->group != first->group || next->font != first->font ||
            next->script != first->script || next->level != first->level) {
            break;
        }
        end++;
    }
    return end;
}

/* Adds pieces for clusters from..to to the group pieces, side by side. */
static int
group_row(struct text_lines *lines, const struct text_para *para, size_t from, size_t to,
    bool apart, size_t *ret_count, int *ret_width)
{
    *ret_count = 0;
    *ret_width = 0;
    while (from < to) {
        struct text_piece *piece = &lines->group_pieces[lines->group_piece_count];
        size_t end = apart ? from + 1 : run_end(para, from, to);
        int rc = make_piece(lines, para, from, end, false, &lines->group_text, piece);
        if (rc < 0) {
            return rc;
        }
        if (rc > 0) {
            piece->dx = *ret_width;
            *ret_width += piece->width;
            lines->group_piece_count++;
            (*ret_count)++;
        }
        from = end;
    }
    return 0;
}

/* Ruby that is shorter than its base: 1:2:1, half as much before the first and behind the last character
 * as between two (JIS X 4051 4.12, JLREQ 3.3.6). */
static int
spread_ruby(
    struct text_lines *lines, const struct text_para *para, struct text_group *group, int extra)
{
    int gaps = (int)para->count;

    if (extra >= 2 * gaps && gaps > 1) {
        lines->group_piece_count -= group->ruby_count;
        int rc =
            group_row(lines, para, 0, para->count, true, &group->ruby_count, &group->ruby_width);
        if (rc < 0) {
            return rc;
        }
        extra = group->base_width - group->ruby_width;
        gaps = (int)group->ruby_count;
    } else {
        gaps = 1;
    }
    struct text_piece *ruby = &lines->group_pieces[group->ruby_first];
    for (int i = 0; i < (int)group->ruby_count; i++) {
        ruby[i].dx += gaps == 1 ? extra / 2 : (int)((int64_t)extra * (2 * i + 1) / (2 * gaps));
    }
    return 0;
}

static int
make_ruby(struct text_lines *lines, struct text_group *group)
{
    struct text_style style = *lines->para->style;
    struct text_para para = {.style = &style,
        .fonts = lines->fonts,
        .language = lines->para->language,
        .text = group->ruby,
        .len = group->ruby_len};

    style.size_px = text_layout_ruby_size(lines->layout);
    style.bold = false;
    int rc = text_para_init(&para, para.len);
    if (rc == 0) {
        rc = text_items_make(&para);
    }
    if (rc < 0) {
        goto out;
    }
    lines->para->missing = lines->para->missing || para.missing;
    lines->para->variant_lost = lines->para->variant_lost || para.variant_lost;
    rc = group_row(lines, &para, 0, para.count, false, &group->ruby_count, &group->ruby_width);
    if (rc == 0 && group->ruby_width < group->base_width) {
        rc = spread_ruby(lines, &para, group, group->base_width - group->ruby_width);
    }
out:
    text_para_release(&para);
    return rc;
}

/* Measures the paragraph's groups, once: all bases, then all rubies, since a font that changes its size
 * forgets its glyphs. */
static int
make_groups(struct text_lines *lines)
{
    struct text_para *para = lines->para;
    struct text_group *groups = lines->source->groups;
    int max = lines->style->max_width_px;
    size_t at = 0;
    int rc = 0;

    lines->group_piece_count = 0;
    buf_clear(&lines->group_text);
    for (size_t g = para->group_first; rc == 0 && g < para->group_end; g++) {
        while (para->clusters[at].group != (int32_t)g) {
            at++;
        }
        size_t end = at;
        while (end < para->count && para->clusters[end].group == (int32_t)g) {
            end++;
        }
        groups[g].base_first = lines->group_piece_count;
        rc = group_row(lines, para, at, end, false, &groups[g].base_count, &groups[g].base_width);
        at = end;
    }
    for (size_t g = para->group_first; rc == 0 && g < para->group_end; g++) {
        groups[g].ruby_first = lines->group_piece_count;
        rc = make_ruby(lines, &groups[g]);
        if (max > 0 && (groups[g].base_width > max || groups[g].ruby_width > max)) {
            lines->source->flat[groups[g].ordinal] = true;
            lines->retry = true;
        }
    }
    return rc;
}

static bool
is_kana(uint32_t code)
{
    /* Half-width kana are too narrow to lend half a ruby em to both sides. */
    return (code >= 0x3041 && code <= 0x3096) || (code >= 0x30a1 && code <= 0x30fa) ||
           code == 0x30fc;
}

/* How far ruby may hang over the neighbour: half a ruby em over kana that has no ruby of its own. */
static int
overhang(const struct text_lines *lines, const struct text_unit *unit,
    const struct text_unit *neighbour, size_t cluster)
{
    const struct text_cluster *c = &lines->para->clusters[cluster];
    bool lends = neighbour->group < 0 && neighbour->level == unit->level &&
                 (unit->level & 1) == 0 && !c->missing && is_kana(c->code);

    return lends ? text_layout_ruby_size(lines->layout) / 2 : 0;
}

static int
min(int a, int b)
{
    return a < b ? a : b;
}

/* The room that a group takes on this line, which depends on its neighbours. */
static void
fit_group(struct text_lines *lines, size_t index)
{
    struct text_unit *unit = &lines->units[index];
    const struct text_group *group = &lines->source->groups[unit->group];
    int excess = group->ruby_width - group->base_width;

    unit->width = group->base_width;
    if (excess <= 0) {
        return;
    }
    int left = excess / 2;
    int right = excess - left;
    if (index > 0) {
        const struct text_unit *before = unit - 1;
        int over = min(left, overhang(lines, unit, before, before->to - 1));
        left -= over;
        unit->ruby_dx = -over;
        if (before->group >= 0) { /* two long rubies side by side stay two words */
            int gap = text_layout_ruby_size(lines->layout) / 4;
            left += gap;
            unit->ruby_dx = gap;
        }
    }
    if (index + 1 < lines->unit_count) {
        right -= min(right, overhang(lines, unit, unit + 1, unit[1].from));
    }
    unit->pad_left = left;
    unit->width += left + right;
}

/* The ends of an isolate draw nothing, and yet keep apart what stands on their two sides; other controls
 * are gone by now (UAX 9, X9). */
static bool
holds_isolate(const struct text_para *para, size_t from, size_t to)
{
    for (; from < to; from++) {
        uint32_t code = para->clusters[from].code;
        if (code >= 0x2066 && code <= 0x2069) {
            return true;
        }
    }
    return false;
}

/* Makes the units of a line of clusters from..to and its width. */
static int
build(struct text_lines *lines, size_t from, size_t to, bool soft_end)
{
    const struct text_para *para = lines->para;

    lines->line_text.len = 0; /* wiped when released, not each time a line is tried */
    lines->unit_count = 0;
    lines->piece_count = 0;
    lines->width = 0;
    while (from < to) {
        const struct text_cluster *first = &para->clusters[from];
        struct text_unit unit = {.group = first->group, .from = from, .level = first->level};
        if (first->group >= 0) {
            unit.to = from + 1;
            while (unit.to < to && para->clusters[unit.to].group == first->group) {
                unit.to++;
            }
            lines->units[lines->unit_count++] = unit;
            from = unit.to;
            continue;
        }
        unit.to = run_end(para, from, to);
        unit.piece = lines->piece_count;
        struct text_piece *piece = &lines->pieces[unit.piece];
        int rc = make_piece(
            lines, para, from, unit.to, soft_end && unit.to == to, &lines->line_text, piece);
        if (rc < 0) {
            return rc;
        }
        if (rc > 0) {
            unit.width = piece->width;
            lines->piece_count++;
        } else {
            unit.piece = NO_PIECE;
        }
        if (rc > 0 || holds_isolate(para, from, unit.to)) {
            lines->units[lines->unit_count++] = unit;
        }
        from = unit.to;
    }
    for (size_t i = 0; i < lines->unit_count; i++) {
        if (lines->units[i].group >= 0) {
            fit_group(lines, i);
        }
        lines->width += lines->units[i].width;
    }
    return 0;
}

/* The line from..to as it would stand: spaces at a soft end hang and have no width. Spaces at the end of
 * a paragraph count as long as they fit, for whoever types them wants to see them. */
static int
measure(struct text_lines *lines, size_t from, size_t to)
{
    const struct text_para *para = lines->para;
    int max = lines->style->max_width_px;
    size_t end = to;

    if (from == lines->built_from && to == lines->built_to) {
        return 0; /* the line that was tried last stands ready */
    }
    lines->built_from = from;
    lines->built_to = to;
    if (to == para->count) {
        int rc = build(lines, from, to, false);
        if (rc < 0 || max <= 0 || lines->width <= max) {
            return rc;
        }
    }
    while (end > from && para->clusters[end - 1].space) {
        end--;
    }
    return end == to && to == para->count ? 0 : build(lines, from, end, to < para->count);
}

/* The next place from `at` on where a line may end at all. */
static size_t
next_place(const struct text_para *para, size_t at)
{
    while (at < para->count && para->clusters[at].before == TEXT_BREAK_NEVER) {
        at++;
    }
    return at;
}

/* How many clusters probably fit: kanji and kana are one em wide, the rest about a half. */
static size_t
guess(const struct text_lines *lines, size_t from)
{
    const struct text_para *para = lines->para;
    int64_t room = 2 * (int64_t)lines->style->max_width_px / lines->style->size_px;
    size_t at = from;

    while (at < para->count && room >= 0) {
        const struct text_cluster *cluster = &para->clusters[at];
        room -= cluster->missing                                          ? 7
                : cluster->script == USCRIPT_HAN && cluster->code >= 0x80 ? 2
                                                                          : 1;
        at++;
    }
    return room >= 0 ? para->count : at - 1;
}

/* The furthest place whose line fits; at least one place, so that there is always progress. */
static int
find_fit(struct text_lines *lines, size_t from, size_t *ret_fit)
{
    const struct text_para *para = lines->para;
    size_t low = from; /* fits */
    size_t high = para->count + 1; /* does not */
    size_t at = guess(lines, from);
    int64_t max = lines->style->max_width_px;

    for (int tries = 0;; tries++) {
        size_t first = next_place(para, low + 1);
        if (low >= para->count || first >= high) {
            break;
        }
        at = next_place(para, at > low ? at : low + 1);
        if (at >= high) {
            at = first;
        }
        int rc = measure(lines, from, at);
        if (rc < 0) {
            return rc;
        }
        if (lines->width <= max) {
            low = at;
        } else {
            high = at;
        }
        /* Scale what was measured; when that does not settle it, halve. */
        size_t scaled = from + (size_t)((int64_t)(at - from) * max / (lines->width + 1));
        at = tries < 4 ? scaled : low + (high - low) / 2;
        if (at <= low) {
            at = low + 1;
        }
        if (at >= high) {
            at = high - 1;
        }
    }
    if (low == from) { /* not even one; spaces behind it hang */
        low = next_place(para, from + 1);
        while (low < para->count && para->clusters[low].space) {
            low++;
        }
    }
    *ret_fit = low;
    return 0;
}

/* True when a line end at `at` would leave a crumb of its phrase alone: 大丈夫で|す。 */
static bool
leaves_crumb(const struct text_para *para, size_t from, size_t at, size_t tail_min)
{
    size_t head = 0;
    size_t tail = 0;

    while (head < HEAD_MIN && at - head > from &&
           para->clusters[at - head].before != TEXT_BREAK_GOOD) {
        head++;
    }
    while (tail < tail_min && at + tail < para->count &&
           para->clusters[at + tail].before != TEXT_BREAK_GOOD) {
        tail++;
    }
    return head > 0 && (head < HEAD_MIN || tail < tail_min);
}

/* The furthest end up to `at` that is at least this good and fits; from when there is none. */
static int
find_end(struct text_lines *lines, size_t from, size_t at, int level, size_t *ret_end)
{
    const struct text_para *para = lines->para;

    for (; at > from; at--) {
        if (para->clusters[at].before < level) {
            continue;
        }
        int rc = measure(lines, from, at);
        if (rc < 0) {
            return rc;
        }
        if (lines->width <= lines->style->max_width_px) { /* ruby may no longer hang over */
            break;
        }
    }
    *ret_end = at;
    return 0;
}

/* An end up to `end` that leaves no crumb, when there is one and the line stays full enough; else end. */
static int
avoid_crumb(struct text_lines *lines, size_t from, size_t end, size_t *ret_end)
{
    int64_t max = lines->style->max_width_px;
    size_t at = end;

    *ret_end = end;
    while (leaves_crumb(lines->para, from, at, TAIL_MIN)) {
        int rc = find_end(lines, from, at - 1, TEXT_BREAK_STRICT, &at);
        if (rc < 0) {
            return rc;
        }
        if (at == from || 100 * (int64_t)lines->width < FULL_ENOUGH_PERCENT * max) {
            return 0;
        }
    }
    *ret_end = at;
    return 0;
}

/* The best end of a line that starts at from and can't reach beyond fit: the furthest phrase that leaves
 * the line full enough; else the furthest that the language allows, unless it would leave a crumb. */
static int
choose_end(struct text_lines *lines, size_t from, size_t fit, size_t *ret_end)
{
    int64_t max = lines->style->max_width_px;
    size_t phrase = from; /* the end at a phrase that was not quite full enough */

    for (int level = TEXT_BREAK_GOOD; level >= TEXT_BREAK_STRICT; level--) {
        /* Who writes spaces between phrases would rather see a short line than a phrase in two. */
        bool spaced = lines->para->language->spaced && level == TEXT_BREAK_GOOD;
        int enough = spaced ? FULL_ENOUGH_RATHER : FULL_ENOUGH_PERCENT;
        size_t end;
        int rc = find_end(lines, from, fit, level, &end);
        if (rc < 0) {
            return rc;
        }
        int64_t full = end > from ? 100 * (int64_t)lines->width / max : 0;
        if (level == TEXT_BREAK_STRICT && end > from) {
            if (phrase > from && leaves_crumb(lines->para, from, end, TAIL_RATHER)) {
                *ret_end = phrase;
                return 0;
            }
            return avoid_crumb(lines, from, end, ret_end);
        }
        if (full >= enough) {
            *ret_end = end;
            return 0;
        }
        if (phrase == from && full >= FULL_ENOUGH_RATHER) {
            phrase = end;
        }
    }
    *ret_end = fit;
    return 0;
}

static int
add_run(struct text_lines *lines, const struct text_piece *piece, const struct buf *text, bool ruby,
    int x)
{
    struct text_layout *layout = lines->layout;
    struct text_run run = {
        .len = piece->len,
        .font = piece->font,
        .script = uscript_getShortName(piece->script),
        .rtl = piece->rtl,
        .bold = !ruby && lines->style->bold,
        .ruby = ruby,
        .size_px = ruby ? text_layout_ruby_size(layout) : lines->style->size_px,
        .x_px = x,
        .baseline_px = ruby ? text_layout_ruby_baseline(layout) : text_layout_baseline(layout),
        .width_px = piece->width,
    };
    return text_layout_add_run(layout, &run, text->data + piece->offset);
}

static int
add_unit(struct text_lines *lines, const struct text_unit *unit, int x)
{
    if (unit->piece == NO_PIECE) {
        return 0;
    }
    if (unit->group < 0) {
        return add_run(lines, &lines->pieces[unit->piece], &lines->line_text, false, x);
    }
    const struct text_group *group = &lines->source->groups[unit->group];
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < group->base_count; i++) {
        const struct text_piece *piece = &lines->group_pieces[group->base_first + i];
        rc = add_run(lines, piece, &lines->group_text, false, x + unit->pad_left + piece->dx);
    }
    for (size_t i = 0; rc == 0 && i < group->ruby_count; i++) {
        const struct text_piece *piece = &lines->group_pieces[group->ruby_first + i];
        rc = add_run(lines, piece, &lines->group_text, true, x + unit->ruby_dx + piece->dx);
    }
    return rc;
}

/* Adds the line that was built last, its units in visual order (UAX 9, L2). */
static int
place(struct text_lines *lines)
{
    const struct text_para *para = lines->para;
    int x = 0;

    for (size_t i = 0; i < lines->unit_count; i++) {
        lines->levels[i] = lines->units[i].level;
        lines->order[i] = (int32_t)i;
    }
    if (para->mixed) {
        ubidi_reorderVisual(lines->levels, (int32_t)lines->unit_count, lines->order);
    }
    for (size_t i = 0; i < lines->unit_count; i++) {
        const struct text_unit *unit = &lines->units[lines->order[i]];
        int rc = add_unit(lines, unit, x);
        if (rc < 0) {
            return rc;
        }
        x += unit->width;
    }
    return text_layout_end_line(lines->layout, lines->width, para->rtl);
}

/* Does a line that ends before this cluster end inside a word, or in Japanese inside a phrase? */
static bool
tears(const struct text_para *para, size_t end)
{
    enum text_break least = para->language->phrases ? TEXT_BREAK_PHRASE : TEXT_BREAK_STRICT;
    return end < para->count && para->clusters[end].before < least;
}

int
text_lines_make(struct text_lines *lines, struct text_para *para)
{
    size_t from = 0;
    bool marked = false;

    lines->para = para;
    lines->built_from = SIZE_MAX; /* another paragraph: none stands ready */
    int rc = make_groups(lines);
    if (rc < 0 || lines->retry) {
        return rc;
    }
    do {
        size_t end = para->count;
        if (lines->style->max_width_px > 0 && para->count > 0) {
            rc = find_fit(lines, from, &end);
        }
        if (rc == 0 && end < para->count && !marked) {
            rc = text_wrap_mark(para);
            marked = true;
        }
        if (rc == 0 && end < para->count) {
            rc = choose_end(lines, from, end, &end);
            para->torn = para->torn || (rc == 0 && tears(para, end));
        }
        if (rc == 0) {
            rc = measure(lines, from, end);
        }
        if (rc == 0) {
            rc = place(lines);
        }
        from = end;
    } while (rc == 0 && from < para->count);
    return rc;
}
