/* text/text_priv.h - what the files of this room share. A text goes through them in this order: ruby.c
 * (markup), then a paragraph at a time item.c (graphemes with font, script, bidi level), wrap.c (where a
 * line may end), line.c (which of these places it takes, and the runs). lang.c and iterator.c serve them. */
#ifndef TEXT_TEXT_PRIV_H
#define TEXT_TEXT_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <unicode/ubrk.h>
#include <unicode/uscript.h>

#include "base/buf.h"
#include "text/text.h"

/* --- lang.c: what differs from language to language --- */

enum text_rules {
    TEXT_RULES_GRAPHEME,
    TEXT_RULES_PLAIN, /* every language that has no row of its own; dictionaries go by script */
    TEXT_RULES_STRICT_JA,
    TEXT_RULES_PHRASE_JA,
    TEXT_RULES_STRICT_ZH,
    TEXT_RULES_COUNT
};

struct text_language {
    const char *tag; /* primary subtag, or a whole tag that comes before it */
    enum text_rules rules;
    UScriptCode script; /* of text that has no letter */
    int line_percent, ruby_percent; /* line height in percent of the size */
    bool phrases; /* lines end between phrases where that leaves them full enough */
    bool spaced; /* easy Japanese, Burmese: phrases have spaces between them */
    bool spaces_only; /* Korean: no break inside a word */
    bool rtl;
};

/* The row of a tag like "ja", "ja-easy", "zh_Hant"; a general one for a language that has none. */
const struct text_language *text_language(const char *tag);

/* --- iterator.c: ICU's break iterators, opened once a thread --- */

/* The iterator, owned by the thread. Give it back with text_iterator_done, so that it keeps no pointer
 * to somebody's text. KERR_NO_MEMORY, KERR_NOT_FOUND (ICU's data is not installed). */
int text_iterator(enum text_rules rules, UBreakIterator **ret_iterator);
void text_iterator_done(UBreakIterator *iterator);
int text_icu_error(UErrorCode status);

/* --- ruby.c: markup --- */

struct text_group {
    size_t start, end; /* bytes of the base in the plain text */
    const char *ruby; /* in the source */
    size_t ruby_len;
    size_t ordinal; /* in the source, flat ones counted */
    /* From line.c: */
    size_t base_first, base_count; /* group pieces */
    size_t ruby_first, ruby_count;
    int base_width, ruby_width;
};

struct text_source {
    char *plain; /* owned, wiped when released */
    size_t len;
    struct text_group *groups; /* owned */
    size_t group_count;
    bool *
        flat; /* owned; by group of the source: set as 漢字（かんじ） since it is wider than a line */
};

/* Room for a text of len bytes. Release it in any case. */
int text_source_init(struct text_source *source, size_t len);
void text_source_release(struct text_source *source);
/* Takes the markup apart. Groups whose flat flag is set are written out in brackets. */
void text_source_parse(struct text_source *source, const char *text, size_t len);
/* When text[0] is a '{' that opens a well-formed group {base|ruby}: its length in bytes, with the
 * offset of the bar. 0: it is text. */
size_t text_ruby_group(const char *text, size_t len, size_t *ret_bar);
/* Bytes of the line end at text[0] (LF, CR LF, CR, VT, FF, NEL, LS, PS; UAX 14 class BK), 0 for none. */
size_t text_newline(const char *text, size_t len);

/* --- item.c: graphemes --- */

/* How good a place is for ending a line; a larger number is better. */
enum text_break {
    TEXT_BREAK_NEVER, /* inside a ruby group */
    TEXT_BREAK_GRAPHEME, /* only when nothing else fits */
    TEXT_BREAK_STRICT, /* the language's rules allow it */
    TEXT_BREAK_PHRASE, /* between phrases as ICU sees them */
    TEXT_BREAK_GOOD /* and our own rules have nothing against it */
};

struct text_cluster {
    size_t start, len; /* bytes in the paragraph */
    int32_t unit; /* index of its first UTF-16 unit in the paragraph */
    uint32_t code; /* first code point */
    UScriptCode script; /* resolved */
    int32_t group; /* index into source->groups, -1 for none */
    uint8_t level; /* bidi */
    uint8_t before; /* enum text_break: for a line that ends before it */
    uint8_t font;
    bool missing; /* no font has it: drawn as U+XXXX */
    bool blank; /* drawn as a space; U+3000 as itself */
    bool space; /* a blank that hangs at the end of a line */
    bool ignorable; /* draws nothing, has no width */
};

struct text_para {
    const struct text_style *style;
    const struct text_font_ops *fonts;
    const uint8_t *order; /* font numbers, first choice first */
    const struct text_language *language;
    const char *text; /* not NUL-terminated */
    size_t len;
    size_t offset; /* of text in source->plain */
    const struct text_source *source;
    size_t group_first, group_end; /* groups that lie in the paragraph */
    size_t room; /* bytes that units and clusters have room for */
    UChar *units; /* owned */
    int32_t unit_count;
    struct text_cluster *clusters; /* owned */
    size_t count;
    bool rtl; /* base direction */
    bool mixed; /* some level is not 0 */
    bool missing, variant_lost;
    bool torn; /* some line ended inside a word */
};

/* The order in which a style's fonts are tried; valid as long as the fonts are. */
const uint8_t *text_font_order(const struct text_font_ops *fonts, const struct text_style *style);
/* Sets order; room for the units and clusters of a paragraph of at most room bytes; the other members
 * stay. */
int text_para_init(struct text_para *para, size_t room);
/* Wipes and frees units and clusters. */
void text_para_release(struct text_para *para);
/* Fills units, clusters and the flags. */
int text_items_make(struct text_para *para);
/* The bytes that are drawn for clusters from..to, with a NUL behind (not counted): without bidi controls
 * and the like, spaces made plain. soft_end: a line ends behind them, so a soft hyphen there shows. */
int text_items_write(
    const struct text_para *para, size_t from, size_t to, bool soft_end, struct buf *out);

/* --- wrap.c --- */

/* Sets each cluster's before to what it deserves; until then it is GRAPHEME or NEVER. */
int text_wrap_mark(struct text_para *para);

/* --- line.c --- */

/* One run to be: where its text is, and how wide it is. */
struct text_piece {
    size_t offset, len; /* in the buffer that belongs to it */
    int font;
    UScriptCode script;
    int width;
    int dx; /* group pieces: from the left edge of the group's base or ruby */
    bool rtl;
};

/* What stands beside its neighbours on a line: a piece, or a group. */
struct text_unit {
    int32_t group; /* -1: piece */
    size_t piece; /* SIZE_MAX: draws nothing, has a level */
    size_t from, to; /* clusters */
    int width, pad_left; /* pad_left: from the unit's left edge to the base */
    int ruby_dx; /* from the unit's left edge to the ruby; negative: it overhangs */
    uint8_t level;
};

struct text_lines {
    const struct text_style *style;
    const struct text_font_ops *fonts;
    struct text_source *source;
    struct text_layout *layout;
    struct text_para *para;
    struct text_piece *pieces, *group_pieces; /* owned */
    struct text_unit *units; /* owned */
    uint8_t *levels; /* owned */
    int32_t *order; /* owned: unit at each place from the left */
    size_t piece_count, group_piece_count, unit_count;
    struct buf line_text; /* of the line that is being tried */
    struct buf group_text;
    int width; /* of the line that is being tried */
    size_t built_from, built_to; /* which line that is; SIZE_MAX: none */
    bool retry; /* a group was found too wide and marked flat: parse again */
};

int text_lines_init(struct text_lines *lines, size_t len);
void text_lines_release(struct text_lines *lines);
/* Breaks the paragraph and adds its lines to the layout; sets retry instead, and adds nothing, when a
 * group is wider than a line. */
int text_lines_make(struct text_lines *lines, struct text_para *para);

/* --- text.c: the layout while it is made --- */

int text_layout_add_run(struct text_layout *layout, const struct text_run *run, const void *text);
/* Ends the line that the runs went to. */
int text_layout_end_line(struct text_layout *layout, int width, bool rtl);
/* Baselines of the line that comes next. */
int text_layout_baseline(const struct text_layout *layout);
int text_layout_ruby_baseline(const struct text_layout *layout);
int text_layout_ruby_size(const struct text_layout *layout);

#endif
