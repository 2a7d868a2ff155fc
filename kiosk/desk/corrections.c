/* desk/corrections.c - forms of characters in names and addresses, corrected by staff: 葛 as the register has it in place of the 葛 that
 * could be typed. Only the form of a character can be another one, never the character, neither when a correction is made nor when it
 * is read. What the visitor gave stays as it came; corrections stand beside it in the ledger. */
#include "desk_priv.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/hex.h"
#include "base/log.h"

enum { NUMBER_MAX = 24 };

static bool
has_forms(const struct desk *desk, const char *value)
{
    size_t pos = 0, len = strlen(value);
    struct desk_shape shape;
    struct desk_shapes shapes = {.count = 0};
    while (shapes.count == 0 && desk_shape_next(value, len, &pos, &shape)) {
        desk_shapes_find(&desk->config, &shape, &shapes);
    }
    return shapes.count > 0;
}

/* Names and addresses with a character that has forms. */
static bool
can_be_corrected(const struct desk *desk, const struct fact *fact, const struct question *question)
{
    return question != NULL && question->type == QUESTION_TEXT &&
           question->input != QUESTION_INPUT_PLAIN && strlen(fact->value) < LEDGER_GLYPHS_MAX / 2 &&
           has_forms(desk, fact->value);
}

/* ---- what was corrected ---- */

static int
keep_fix(const struct ledger_correction *correction, void *ctx)
{
    struct desk_fixes *fixes = ctx;
    if (fixes->count % 16 == 0) {
        struct ledger_correction *more = xcalloc(fixes->count + 16, sizeof(*more));
        if (fixes->count > 0) {
            memcpy(more, fixes->list, fixes->count * sizeof(*more));
            explicit_bzero(fixes->list, fixes->count * sizeof(*more));
        }
        free(fixes->list);
        fixes->list = more;
    }
    fixes->list[fixes->count++] = *correction;
    return 0;
}

int
desk_fixes_read(const struct desk_config *config, struct ledger *ledger,
    const uint8_t id[LEDGER_ID_LEN], struct desk_fixes *ret_fixes)
{
    *ret_fixes = (struct desk_fixes){.kanji = config->kanji};
    hex_encode(id, LEDGER_ID_LEN, ret_fixes->record);
    int r = ledger_corrections(ledger, id, keep_fix, ret_fixes);
    if (r < 0) {
        desk_fixes_free(ret_fixes);
    }
    return r;
}

void
desk_fixes_free(struct desk_fixes *fixes)
{
    if (fixes->list != NULL) {
        explicit_bzero(fixes->list, fixes->count * sizeof(*fixes->list));
    }
    free(fixes->list);
    *fixes = (struct desk_fixes){.count = 0};
}

const char *
desk_fixed(const struct desk_fixes *fixes, const struct fact *fact)
{
    for (size_t i = fixes->count; i-- > 0;) {
        const struct ledger_correction *fix = &fixes->list[i];
        if (strcmp(fix->fact, fact->key) == 0) {
            return desk_glyphs_alike(fixes->kanji, fix->after, fact->value) ? fix->after
                                                                            : fact->value;
        }
    }
    return fact->value;
}

int
desk_corrected(struct desk *desk, const uint8_t id[LEDGER_ID_LEN], struct record **record)
{
    struct desk_fixes fixes;
    int r = desk_fixes_read(&desk->config, desk->ledger, id, &fixes);
    if (r < 0 || fixes.count == 0) {
        return r;
    }
    const struct fact_set *facts = record_facts(*record);
    struct fact_set *better = fact_set_new();
    for (size_t i = 0; r == 0 && i < fact_set_count(facts); i++) {
        const struct fact *fact = fact_set_at(facts, i);
        r = fact_set_put(better, fact->key, desk_fixed(&fixes, fact), fact->origin, fact->at);
    }
    if (r == 0) {
        struct record *corrected = record_new(record_head(*record), better);
        record_free(*record);
        *record = corrected;
    }
    fact_set_free(better);
    desk_fixes_free(&fixes);
    return r;
}

/* ---- on the sheet ---- */

/* Who changed this fact from what to what, and why; the newest first. */
static void
add_story(struct desk *desk, struct buf *out, const struct desk_fixes *fixes, const char *key)
{
    for (size_t i = fixes->count; i-- > 0;) {
        const struct ledger_correction *fix = &fixes->list[i];
        AUTO_BUF when;
        buf_init(&when, 1024);
        if (strcmp(fix->fact, key) == 0) {
            desk_when(desk, &when, false, fix->at);
            DESK_PART(desk->assets, out, "fix", FILL_HTML("when", &when), FILL("by", fix->by),
                FILL("before", fix->before), FILL("after", fix->after),
                FILL("reason", fix->reason));
        }
    }
}

void
desk_fixes_html(struct desk *desk, const struct desk_fixes *fixes, const struct fact *fact,
    const struct question *question, struct buf *out)
{
    AUTO_BUF story;
    buf_init(&story, DESK_PAGE_MAX);
    add_story(desk, &story, fixes, fact->key);
    if (story.len > 0) {
        const char *now = desk_fixed(fixes, fact);
        bool is_fixed = strcmp(now, fact->value) != 0;
        AUTO_BUF own_drawn;
        AUTO_BUF now_drawn;
        buf_init(&own_drawn, DESK_PAGE_MAX);
        buf_init(&now_drawn, DESK_PAGE_MAX);
        if (is_fixed) {
            desk_drawn(desk, fact->value, &own_drawn);
            desk_drawn(desk, now, &now_drawn);
        }
        DESK_PART(desk->assets, out, is_fixed ? "fixed" : "fixed-back", FILL("key", fact->key),
            FILL("own", fact->value), FILL_HTML("own-drawn", &own_drawn),
            FILL_HTML("now-drawn", &now_drawn), FILL_HTML("story", &story));
    }
    if (can_be_corrected(desk, fact, question)) {
        DESK_PART(desk->assets, out, "fix-link", FILL("id", fixes->record), FILL("key", fact->key),
            FILL("label",
                question->name.source != NULL ? question->name.source : question->label.source));
    }
    out->failed = buf_error(&story) != 0 ? buf_error(&story) : out->failed;
}

/* ---- the page ---- */

/* A fact of the record whose forms are looked at. */
struct work {
    struct record *record;
    struct desk_fixes fixes;
    const struct fact *fact;
    const char *now; /* as it was corrected so far */
    struct question question;
};

static void
work_release(struct work *work)
{
    record_free(work->record);
    desk_fixes_free(&work->fixes);
    *work = (struct work){.record = NULL};
}

/* False: the answer is made, and nothing is to be released. */
static bool
work_begin(struct desk_ask *ask, struct work *ret_work)
{
    struct desk *desk = ask->desk;
    struct ledger_entry entry;
    const char *reason = NULL;
    AUTO_BUF envelope;
    buf_init(&envelope, LEDGER_ENVELOPE_MAX);
    *ret_work = (struct work){.record = NULL};
    int r = ledger_get(desk->ledger, ask->id, &entry, &envelope);
    r = r == 0 ? desk_fixes_read(&desk->config, desk->ledger, ask->id, &ret_work->fixes) : r;
    if (r == 0) {
        ret_work->record =
            desk_open_record(&desk->config, &entry, envelope.data, envelope.len, &reason);
        r = ret_work->record == NULL ? KERR_NOT_FOUND : 0;
    }
    const struct fact *fact =
        r == 0 ? fact_set_get(record_facts(ret_work->record), ask->name) : NULL;
    if (fact == NULL ||
        !procedure_fact_words(desk->config.procedures, record_head(ret_work->record)->procedure,
            fact->key, &ret_work->question) ||
        !can_be_corrected(desk, fact, &ret_work->question)) {
        work_release(ret_work);
        desk_reply_error(ask, r < 0 ? r : KERR_NOT_FOUND);
        return false;
    }
    ret_work->fact = fact;
    ret_work->now = desk_fixed(&ret_work->fixes, fact);
    return true;
}

/* A form to choose: drawn by us, since few browsers have a font with all of them; as text where no font of ours has it. */
static void
add_shape(struct desk *desk, struct buf *out, size_t index, const struct desk_shape *shape,
    const struct desk_shape *own, const struct desk_shape *stands)
{
    char text[DESK_SHAPE_TEXT], name[DESK_SHAPE_NAME], code[NUMBER_MAX], place[NUMBER_MAX];
    AUTO_BUF drawn;
    buf_init(&drawn, DESK_PAGE_MAX);
    desk_shape_text(shape, text);
    desk_shape_name(shape, own, name);
    desk_drawn(desk, text, &drawn);
    (void)snprintf(place, sizeof(place), "%zu", index);
    (void)snprintf(code, sizeof(code),
        shape->selector != 0 ? "%04" PRIX32 " %" PRIX32 : "%04" PRIX32, shape->kanji,
        shape->selector);
    bool came = shape->kanji == own->kanji && shape->selector == own->selector;
    bool chosen = shape->kanji == stands->kanji && shape->selector == stands->selector;
    DESK_PART(desk->assets, out, chosen ? "glyph-form-chosen" : "glyph-form", FILL("index", place),
        FILL("form", name), FILL_HTML("drawn", &drawn), FILL("code", code),
        FILL("mark", came ? desk_word(desk->assets, "glyph.came") : ""));
    explicit_bzero(text, sizeof(text));
}

/* The forms of one character, those of other code points behind a line of their own. */
static void
add_shapes(struct desk *desk, struct buf *out, size_t index, const struct desk_shape *own,
    const struct desk_shape *stands, size_t *ret_count)
{
    struct desk_shapes shapes;
    bool others = false;
    desk_shapes_find(&desk->config, own, &shapes);
    for (size_t i = 0; i < shapes.count; i++) {
        if (shapes.list[i].kanji != own->kanji && !others) {
            DESK_PART(desk->assets, out, "glyph-others",
                FILL("text", desk_word(desk->assets, "glyph.others")));
            others = true;
        }
        add_shape(desk, out, index, &shapes.list[i], own, stands);
    }
    *ret_count = shapes.count;
}

/* Each character that has forms, with them. */
static void
add_characters(struct desk *desk, struct buf *out, const struct work *work)
{
    const char *came = work->fact->value, *now = work->now;
    size_t at = 0, here = 0, came_len = strlen(came), now_len = strlen(now);
    struct desk_shape own, stands;
    for (size_t index = 0; desk_shape_next(came, came_len, &at, &own) &&
                           desk_shape_next(now, now_len, &here, &stands);
         index++) {
        size_t count = 0;
        char kanji[DESK_SHAPE_TEXT], place[NUMBER_MAX];
        AUTO_BUF choices;
        buf_init(&choices, DESK_PAGE_MAX);
        add_shapes(desk, &choices, index, &own, &stands, &count);
        desk_shape_text(&stands, kanji);
        (void)snprintf(place, sizeof(place), "%zu", index);
        DESK_PART(desk->assets, out, count > 0 ? "glyph-character" : "glyph-alone",
            FILL("index", place), FILL("text", kanji), FILL_HTML("forms", &choices));
        explicit_bzero(kanji, sizeof(kanji));
    }
}

/* word: of words.conf, above the page; NULL for none. */
static void
reply_glyphs(struct desk_ask *ask, const struct work *work, const char *reason, const char *word)
{
    struct desk *desk = ask->desk;
    const struct desk_fixes *fixes = &work->fixes;
    char seen[24];
    AUTO_BUF notice;
    AUTO_BUF characters;
    AUTO_BUF now;
    AUTO_BUF back;
    AUTO_BUF story;
    AUTO_BUF content;
    buf_init(&notice, 4096);
    buf_init(&now, DESK_PAGE_MAX);
    buf_init(&back, 4096);
    buf_init(&characters, DESK_PAGE_MAX);
    buf_init(&story, DESK_PAGE_MAX);
    buf_init(&content, DESK_PAGE_MAX);
    if (word != NULL) {
        DESK_PART(
            desk->assets, &notice, "notice-care", FILL("text", desk_word(desk->assets, word)));
    }
    add_characters(desk, &characters, work);
    add_story(desk, &story, fixes, work->fact->key);
    (void)snprintf(seen, sizeof(seen), "%" PRIu64,
        fixes->count > 0 ? fixes->list[fixes->count - 1].number : 0);
    AUTO_BUF stay;
    AUTO_BUF draft;
    char seal[DESK_TOKEN_LEN];
    desk_stay_html(desk, &stay, &draft);
    desk_draft_key(desk->sessions, ask->who.name, seal);
    const struct question *question = &work->question;
    if (strcmp(work->now, work->fact->value) != 0) {
        DESK_PART(desk->assets, &now, "glyph-now", FILL("now", work->now));
        desk_part(desk->assets, &back, "glyph-back", NULL, 0);
    }
    DESK_PART(desk->assets, &content, "glyph", FILL("id", ask->view.open),
        FILL("key", work->fact->key), FILL("token", ask->form_token), FILL("seen", seen),
        FILL("label",
            question->name.source != NULL ? question->name.source : question->label.source),
        FILL("own", work->fact->value), FILL_HTML("now", &now), FILL("reason", reason),
        FILL_HTML("back", &back), FILL_HTML("notice", &notice),
        FILL_HTML("characters", &characters), FILL_HTML("story", &story), FILL("seal", seal),
        FILL_HTML("stay", &stay), FILL_HTML("draft", &draft));
    explicit_bzero(seal, sizeof(seal));
    desk_reply_page(ask, HTTP_OK, "glyph-page", "page.glyph", &content);
}

void
desk_get_glyph(struct desk_ask *ask)
{
    struct work work;
    if (work_begin(ask, &work)) {
        reply_glyphs(ask, &work, "", NULL);
        work_release(&work);
    }
}

/* The form that was chosen for a character; what stands there when nothing is said. False for what is no form of this
 * character. */
static bool
read_choice(struct desk_ask *ask, size_t index, const struct desk_shape *own,
    const struct desk_shapes *shapes, struct desk_shape *stands)
{
    char name[NUMBER_MAX];
    AUTO_BUF field;
    buf_init(&field, DESK_FIELD_MAX);
    (void)snprintf(name, sizeof(name), "c%zu", index);
    if (!desk_ask_field(ask, name, &field)) {
        return true;
    }
    for (size_t i = 0; i < shapes->count; i++) {
        char form[DESK_SHAPE_NAME];
        desk_shape_name(&shapes->list[i], own, form);
        if (strcmp(form, buf_str(&field)) == 0) {
            *stands = shapes->list[i];
            return true;
        }
    }
    return false;
}

/* The value with the chosen forms. Only forms can come out: each character is the visitor's own. */
static bool
read_value(struct desk_ask *ask, const struct work *work, char out[LEDGER_GLYPHS_MAX])
{
    const char *came = work->fact->value, *now = work->now;
    size_t at = 0, here = 0, used = 0, came_len = strlen(came), now_len = strlen(now);
    struct desk_shape own, stands;
    for (size_t index = 0; desk_shape_next(came, came_len, &at, &own) &&
                           desk_shape_next(now, now_len, &here, &stands);
         index++) {
        struct desk_shapes shapes;
        char text[DESK_SHAPE_TEXT];
        desk_shapes_find(&ask->desk->config, &own, &shapes);
        if (!read_choice(ask, index, &own, &shapes, &stands)) {
            return false;
        }
        desk_shape_text(&stands, text);
        size_t len = strlen(text);
        if (used + len >= LEDGER_GLYPHS_MAX) {
            return false;
        }
        memcpy(out + used, text, len);
        used += len;
    }
    out[used] = 0;
    return true;
}

/* What was typed, without the blanks around it; "" also for a reason that is too long. */
static void
read_reason(const struct desk_ask *ask, char out[LEDGER_REASON_MAX])
{
    AUTO_BUF typed;
    buf_init(&typed, DESK_FIELD_MAX);
    out[0] = 0;
    if (!desk_ask_field(ask, "reason", &typed) || typed.len >= LEDGER_REASON_MAX) {
        return;
    }
    const char *text = buf_str(&typed);
    text += strspn(text, " \t\r\n");
    size_t len = strlen(text);
    while (len > 0 && strchr(" \t\r\n", text[len - 1]) != NULL) {
        len--;
    }
    memcpy(out, text, len);
    out[len] = 0;
}

static void
write_glyphs(
    struct desk_ask *ask, struct work *work, struct ledger_correction *correction, uint64_t seen)
{
    struct desk *desk = ask->desk;
    int r = ledger_correct(desk->ledger, ask->id, correction, seen);
    LOG(LOG_INFO, "desk.glyph", LOG_HEX("id", ask->id, sizeof(ask->id)), LOG_INT("result", r));
    if (r == LEDGER_CHANGED_ELSE) { /* as it stands now, with what the colleague did */
        work_release(work);
        if (work_begin(ask, work)) {
            reply_glyphs(ask, work, correction->reason, "glyph.else");
        }
    } else if (r < 0) {
        desk_reply_error(ask, r);
    } else {
        desk_reply_view(ask);
    }
}

void
desk_post_glyph(struct desk_ask *ask)
{
    struct work work;
    struct ledger_correction correction = {.at = clock_wall_s(ask->desk->config.clock)};
    AUTO_BUF seen;
    AUTO_BUF back;
    buf_init(&seen, DESK_FIELD_MAX);
    buf_init(&back, DESK_FIELD_MAX);
    if (!work_begin(ask, &work)) {
        return;
    }
    bool has_seen = desk_ask_field(ask, "seen", &seen);
    bool is_back = desk_ask_field(ask, "back", &back) && strcmp(buf_str(&back), "yes") == 0;
    bool is_read = is_back || read_value(ask, &work, correction.after);
    if (is_back) {
        (void)snprintf(correction.after, sizeof(correction.after), "%s", work.fact->value);
    }
    read_reason(ask, correction.reason);
    (void)snprintf(correction.fact, sizeof(correction.fact), "%s", work.fact->key);
    (void)snprintf(correction.before, sizeof(correction.before), "%s", work.now);
    (void)snprintf(correction.by, sizeof(correction.by), "%s", ask->who.name);
    if (!is_read ||
        !desk_glyphs_alike(ask->desk->config.kanji, correction.after, work.fact->value)) {
        desk_reply_message(ask, HTTP_FORBIDDEN, "foreign"); /* our own form sends no such thing */
    } else if (strcmp(correction.after, work.now) == 0) {
        reply_glyphs(ask, &work, correction.reason, "glyph.same");
    } else if (correction.reason[0] == 0) {
        reply_glyphs(ask, &work, "", "glyph.reason");
    } else {
        uint64_t known = desk_query_number(has_seen ? buf_str(&seen) : NULL, 0);
        write_glyphs(ask, &work, &correction, known <= INT64_MAX ? known : 0);
    }
    work_release(&work);
    explicit_bzero(&correction, sizeof(correction));
}
