/* desk/access.c - who opened, searched, printed or changed which record, and when: lines in the ledger that follow each other by
 * their hashes, written by the one place through which every request goes (routes.c), and a page of them. */
#include "keep_priv.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/log.h"
#include "seal/seal.h"

enum { ROWS = 200, WORDS_MAX = 512, AT_ONCE = 1000, TRIES = 8 };

/* The hash of a line: of the line's before, and of its words, each with its end. */
static void
hash_line(const struct ledger_look *look, uint8_t out[LEDGER_HASH_LEN])
{
    char id[DESK_ID_LEN];
    AUTO_BUF words;
    buf_init(&words, WORDS_MAX);
    hex_encode(look->id, sizeof(look->id), id);
    (void)buf_add(&words, look->previous, sizeof(look->previous));
    (void)buf_printf(&words, "%" PRId64 "\n%s\n%s\n%s\n%" PRId64 "\n", look->at, look->by,
        look->act, id, look->status);
    _Static_assert((int)LEDGER_HASH_LEN == (int)SEAL_HASH_LEN, "one kind of hash");
    seal_hash(words.data, words.len, out);
}

int
desk_access_add(struct ledger *ledger, const struct clock *clock, const char *by, const char *act,
    const uint8_t id[LEDGER_ID_LEN], unsigned status)
{
    struct ledger_look look = {.at = clock_wall_s(clock), .status = status};
    (void)snprintf(look.by, sizeof(look.by), "%s", by);
    (void)snprintf(look.act, sizeof(look.act), "%s", act);
    memcpy(look.id, id, sizeof(look.id));
    int r = KERR_CONFLICT;
    for (int i = 0; i < TRIES && r == KERR_CONFLICT; i++) { /* another desk may write, too */
        r = ledger_look_end(ledger, look.previous);
        if (r == 0) {
            hash_line(&look, look.hash);
            r = ledger_look_add(ledger, &look);
        }
    }
    return r;
}

void
desk_access_note(struct desk_ask *ask, const char *act)
{
    LOG(LOG_INFO, "desk.act", LOG_ID("act", act), LOG_HEX("id", ask->id, sizeof(ask->id)),
        LOG_INT("status", ask->reply->status));
    int r = desk_access_add(ask->desk->ledger, ask->desk->config.clock, ask->who.name, act, ask->id,
        ask->reply->status);
    if (r < 0) { /* what nobody can tell of is not shown */
        LOG(LOG_ERROR, "desk.access", LOG_ERR(r));
        ask->reply->location[0] = 0;
        ask->reply->table = false;
        desk_reply_error(ask, r);
    }
}

/* ---- is the chain whole? ---- */

struct check {
    uint8_t previous[LEDGER_HASH_LEN];
    uint64_t line, lines;
};

static int
check_line(const struct ledger_look *look, void *ctx)
{
    struct check *check = ctx;
    uint8_t hash[LEDGER_HASH_LEN];
    hash_line(look, hash);
    if (memcmp(look->previous, check->previous, sizeof(hash)) != 0 ||
        memcmp(look->hash, hash, sizeof(hash)) != 0) {
        check->line = look->line;
        return KERR_STORE_CORRUPT;
    }
    memcpy(check->previous, look->hash, sizeof(hash));
    check->line = look->line;
    check->lines++;
    return 0;
}

int
desk_access_verify(struct ledger *ledger, uint64_t *ret_lines, uint64_t *ret_line)
{
    struct check check = {.lines = 0};
    uint64_t before = UINT64_MAX;
    int r = ledger_look_first(ledger, &check.line, check.previous);
    while (r == 0 && check.line != before) {
        before = check.line;
        r = ledger_look_after(ledger, before, AT_ONCE, check_line, &check);
    }
    *ret_lines = check.lines;
    *ret_line = check.line;
    return r;
}

int
desk_verify_access(const struct desk_config *config, uint64_t *ret_lines, uint64_t *ret_line)
{
    struct ledger *ledger = NULL;
    *ret_lines = *ret_line = 0;
    int r = ledger_open(config->ledger, &ledger);
    r = r == 0 ? desk_access_verify(ledger, ret_lines, ret_line) : r;
    ledger_close(ledger);
    return r;
}

int
desk_note_access(const struct desk_config *config, const char *act)
{
    static const uint8_t many[LEDGER_ID_LEN];
    struct ledger *ledger = NULL;
    int r = ledger_open(config->ledger, &ledger);
    r = r == 0 ? desk_access_add(ledger, config->clock, "kiosk-desk", act, many, HTTP_OK) : r;
    ledger_close(ledger);
    return r;
}

/* ---- the page ---- */

struct page {
    struct desk *desk;
    struct buf rows;
    size_t count;
    uint64_t last;
};

static int
add_row(const struct ledger_look *look, void *ctx)
{
    static const uint8_t no_record[LEDGER_ID_LEN];
    struct page *page = ctx;
    char id[DESK_ID_LEN] = "", line[24], status[24];
    AUTO_BUF when;
    buf_init(&when, 512);
    if (memcmp(look->id, no_record, sizeof(no_record)) != 0) {
        hex_encode(look->id, sizeof(look->id), id);
    }
    (void)snprintf(line, sizeof(line), "%" PRIu64, look->line);
    (void)snprintf(status, sizeof(status), "%" PRId64, look->status);
    desk_when(page->desk, &when, true, look->at);
    DESK_PART(page->desk->assets, &page->rows, "look-row", FILL("line", line), FILL("by", look->by),
        FILL("act", desk_word_of(page->desk->assets, "act.", look->act, look->act)), FILL("id", id),
        FILL("status", status), FILL_HTML("when", &when));
    page->count++;
    page->last = look->line;
    return 0;
}

void
desk_get_access(struct desk_ask *ask)
{
    struct desk *desk = ask->desk;
    struct page page = {.desk = desk};
    char last[24];
    AUTO_BUF content;
    AUTO_BUF more;
    buf_init(&content, DESK_PAGE_MAX);
    buf_init(&more, 1024);
    buf_init(&page.rows, DESK_PAGE_MAX);
    int r = ledger_look_before(desk->ledger, ask->view.before, ROWS, add_row, &page);
    if (r < 0) {
        desk_reply_error(ask, r);
    } else {
        (void)snprintf(last, sizeof(last), "%" PRIu64, page.last);
        if (page.count == ROWS) {
            DESK_PART(desk->assets, &more, "look-older", FILL("before", last));
        }
        DESK_PART(desk->assets, &content, "access", FILL_HTML("rows", &page.rows),
            FILL_HTML("more", &more));
        desk_reply_page(ask, HTTP_OK, "access-page", "page.access", &content);
    }
    buf_release(&page.rows);
}
