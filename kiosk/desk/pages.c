/* desk/pages.c - the handlers of the work page: the list, a record beside it, and what is done with it. routes.c has let a
 * request through before one of them is called. */
#include "keep_priv.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/log.h"

enum { WISHES_A_POLL = 50 }; /* records that a poll may open, 0.6 ms each */

/* Which words of the terminal nobody has gone over. */
static void
add_unread(struct desk *desk, struct buf *out)
{
    char texts[24], languages[24];
    size_t count = 0;
    (void)snprintf(texts, sizeof(texts), "%zu", i18n_unread(desk->config.words, &count));
    (void)snprintf(languages, sizeof(languages), "%zu", count);
    if (count > 0) {
        DESK_PART(desk->assets, out, "unread", FILL("texts", texts), FILL("languages", languages));
    }
}

/* No record is open: how to work here. */
static void
sheet_none(struct desk *desk, struct buf *out)
{
    AUTO_BUF unread;
    buf_init(&unread, 1024);
    AUTO_BUF keys;
    buf_init(&keys, 8192);
    desk_part(desk->assets, &keys, "keys", NULL, 0);
    add_unread(desk, &unread);
    DESK_PART(
        desk->assets, out, "sheet-none", FILL_HTML("keys", &keys), FILL_HTML("unread", &unread));
}

/* The states of the list, and the pages behind one more tab: not all twelve above a list that needs the height. */
static void
tabs_html(const struct desk_ask *ask, struct buf *out)
{
    AUTO_BUF pages;
    buf_init(&pages, 16 * 1024);
    desk_arrivals_tabs(ask->desk, &pages);
    if (ask->who.role == DESK_LEAD) {
        desk_part(ask->desk->assets, &pages, "tabs-lead", NULL, 0);
    }
    desk_tabs_html(ask->desk, &ask->view, out);
    DESK_PART(ask->desk->assets, out, "tab-pages", FILL_HTML("pages", &pages));
}

void
desk_stay_html(struct desk *desk, struct buf *stay, struct buf *draft)
{
    buf_init(stay, 4096);
    buf_init(draft, 4096);
    desk_part(desk->assets, stay, "stay", NULL, 0);
    desk_part(desk->assets, draft, "draft", NULL, 0);
}

static void
work_page(struct desk_ask *ask, const char *notice_word, const struct buf *instead)
{
    struct desk *desk = ask->desk;
    const struct desk_view *view = &ask->view;
    char before[24], seal[DESK_TOKEN_LEN];
    AUTO_BUF list;
    AUTO_BUF sheet;
    AUTO_BUF notice;
    AUTO_BUF calls;
    AUTO_BUF content;
    buf_init(&list, DESK_PAGE_MAX);
    buf_init(&calls, DESK_PAGE_MAX);
    buf_init(&sheet, DESK_PAGE_MAX);
    buf_init(&notice, 4096);
    buf_init(&content, DESK_PAGE_MAX);
    int r = desk_list_html(desk, view, &list);
    if (r == 0 && instead != NULL) {
        (void)buf_add(&sheet, buf_str(instead), instead->len); /* sticky: then there is no page */
    } else if (r == 0 && view->open[0] != 0) {
        r = desk_sheet_html(ask, &sheet);
    } else if (r == 0) {
        sheet_none(desk, &sheet);
    }
    if (r == KERR_NOT_FOUND && desk_reply_gone(ask, ask->id)) {
        return;
    }
    r = r == 0 ? desk_calls_html(ask, &calls) : r;
    if (r < 0) {
        LOG(LOG_WARN, "desk.work", LOG_ERR(r));
        desk_reply_error(ask, r);
        return;
    }
    if (notice_word != NULL) {
        DESK_PART(desk->assets, &notice, "notice-care",
            FILL("text", desk_word(desk->assets, notice_word)));
    }
    (void)snprintf(before, sizeof(before), "%" PRIu64, view->before);
    AUTO_BUF keys;
    buf_init(&keys, 8192);
    desk_part(desk->assets, &keys, "keys", NULL, 0);
    AUTO_BUF tabs;
    AUTO_BUF stay;
    AUTO_BUF draft;
    buf_init(&tabs, 16 * 1024);
    tabs_html(ask, &tabs);
    desk_stay_html(desk, &stay, &draft);
    desk_draft_key(desk->sessions, ask->who.name, seal);
    DESK_PART(desk->assets, &content, "work", FILL("name", ask->who.name), FILL("seal", seal),
        FILL("token", ask->form_token), FILL("show", desk_show_name(view->show)),
        FILL("before", before), FILL("open", view->open), FILL_HTML("tabs", &tabs),
        FILL_HTML("notice", &notice), FILL_HTML("keys", &keys), FILL_HTML("list", &list),
        FILL_HTML("sheet", &sheet), FILL_HTML("calls", &calls), FILL_HTML("stay", &stay),
        FILL_HTML("draft", &draft));
    explicit_bzero(seal, sizeof(seal));
    desk_reply_page(ask, HTTP_OK, "work-page", "page.work", &content);
}

void
desk_work_page(struct desk_ask *ask, const char *notice_word)
{
    work_page(ask, notice_word, NULL);
}

void
desk_work_page_of(struct desk_ask *ask, const struct buf *instead)
{
    work_page(ask, NULL, instead);
}

/* Operators keep the machines; what visitors said is not theirs to read. */
static void
operator_page(struct desk_ask *ask)
{
    struct desk *desk = ask->desk;
    AUTO_BUF alarms;
    AUTO_BUF unread;
    AUTO_BUF content;
    buf_init(&alarms, DESK_PAGE_MAX);
    buf_init(&unread, 1024);
    buf_init(&content, DESK_PAGE_MAX);
    int r = desk_alarms_html(desk, &alarms);
    if (r < 0) {
        desk_reply_error(ask, r);
        return;
    }
    add_unread(desk, &unread);
    DESK_PART(desk->assets, &content, "operator", FILL("name", ask->who.name),
        FILL("token", ask->form_token), FILL_HTML("alarms", &alarms), FILL_HTML("unread", &unread));
    desk_reply_page(ask, HTTP_OK, "operator-page", "page.work", &content);
}

void
desk_get_home(struct desk_ask *ask)
{
    if (ask->who.role == DESK_OPERATOR) {
        operator_page(ask);
    } else {
        desk_work_page(ask, NULL);
    }
}

void
desk_get_record(struct desk_ask *ask)
{
    desk_work_page(ask, NULL);
}

/* Decides about a slot that the record asks for. A full slot, or one that a colleague decided meanwhile, changes nothing:
 * the page comes again and says so. */
static void
post_decide(struct desk_ask *ask, const char *state)
{
    struct desk_view *view = &ask->view;
    AUTO_BUF slot;
    AUTO_BUF seen;
    AUTO_BUF anyway;
    buf_init(&slot, DESK_FIELD_MAX);
    buf_init(&seen, DESK_FIELD_MAX);
    buf_init(&anyway, DESK_FIELD_MAX);
    bool has_slot = desk_ask_field(ask, "slot", &slot);
    bool has_seen = desk_ask_field(ask, "seen", &seen);
    bool has_anyway = desk_ask_field(ask, "anyway", &anyway);
    const struct desk_act act = {.state = state,
        .slot = has_slot ? buf_str(&slot) : "",
        .by = ask->who.name,
        .seen = desk_query_number(has_seen ? buf_str(&seen) : NULL, UINT64_MAX),
        .anyway = has_anyway && strcmp(buf_str(&anyway), "yes") == 0};
    int r = desk_decide(ask->desk, &act, ask->id);
    LOG(LOG_INFO, "desk.decide", LOG_HEX("id", ask->id, sizeof(ask->id)), LOG_ID("state", state),
        LOG_INT("result", r), LOG_INT("anyway", act.anyway));
    if (r == LEDGER_FULL || r == LEDGER_DECIDED_ELSE) {
        if (r == LEDGER_FULL) {
            (void)snprintf(view->full, sizeof(view->full), "%s", act.slot);
        }
        const char *word = r == LEDGER_FULL ? "decide.full" : "decide.else";
        desk_work_page(ask, word);
    } else if (r == KERR_INVALID) {
        desk_reply_message(ask, HTTP_FORBIDDEN, "foreign");
    } else if (r < 0) {
        desk_reply_error(ask, r);
    } else {
        desk_reply_view(ask);
    }
}

void
desk_post_booked(struct desk_ask *ask)
{
    post_decide(ask, "booked");
}

void
desk_post_taken(struct desk_ask *ask)
{
    post_decide(ask, "taken");
}

void
desk_post_open(struct desk_ask *ask)
{
    post_decide(ask, "open");
}

/* {"changes":N,"newest":N}, or 204 when nothing changed since. */
void
desk_get_events(struct desk_ask *ask)
{
    struct desk *desk = ask->desk;
    struct desk_reply *reply = ask->reply;
    uint64_t newest = 0, changes = 0;
    if (ledger_newest(desk->ledger, &newest, &changes) < 0) {
        reply->status = HTTP_ERROR;
        return;
    }
    desk_forget_gone(desk);
    (void)desk_wishes_read(
        desk, WISHES_A_POLL); /* what does not go now is tried again where it is needed */
    if (desk_query_number(ask->request->since, UINT64_MAX) == changes) {
        reply->status = HTTP_NO_CONTENT;
        return;
    }
    reply->status = HTTP_OK;
    reply->type = "application/json";
    (void)buf_printf(
        &reply->body, "{\"changes\":%" PRIu64 ",\"newest\":%" PRIu64 "}", changes, newest);
}

void
desk_get_list(struct desk_ask *ask)
{
    struct desk_reply *reply = ask->reply;
    const char *open = ask->request->open;
    if (open != NULL && hex_decode(open, ask->id, sizeof(ask->id)) == 0) {
        hex_encode(ask->id, sizeof(ask->id), ask->view.open);
    }
    reply->status = HTTP_OK;
    reply->type = desk_type_html;
    if (desk_list_html(ask->desk, &ask->view, &reply->body) < 0 || buf_error(&reply->body) != 0) {
        desk_reply_empty(ask, HTTP_ERROR);
    }
}

void
desk_get_static(struct desk_ask *ask)
{
    struct desk_reply *reply = ask->reply;
    const struct buf *file = desk_file(ask->desk->assets, ask->name, &reply->type);
    reply->status = file != NULL ? HTTP_OK : HTTP_NOT_FOUND;
    if (file != NULL) {
        (void)buf_add(&reply->body, buf_str(file), file->len);
    }
}

/* /check-in/ID and /check-in/ID.csv */
void
desk_get_arrivals(struct desk_ask *ask)
{
    struct desk *desk = ask->desk;
    struct desk_reply *reply = ask->reply;
    const char *what = ask->name;
    static const char ending[] = ".csv";
    char procedure[RECORD_NAME_MAX];
    size_t len = strlen(what);
    bool table = len > sizeof(ending) - 1 && strcmp(what + len - (sizeof(ending) - 1), ending) == 0;
    len -= table ? sizeof(ending) - 1 : 0;
    (void)snprintf(procedure, sizeof(procedure), "%.*s", (int)len, what);
    AUTO_BUF content;
    buf_init(&content, DESK_PAGE_MAX);
    int r = table ? desk_arrivals_csv(desk, procedure, &reply->body)
                  : desk_arrivals_html(desk, procedure, &content);
    if (r < 0) {
        LOG(LOG_WARN, "desk.arrivals", LOG_ERR(r));
        desk_reply_error(ask, r);
    } else if (table) {
        reply->status = HTTP_OK;
        reply->type = "text/csv; charset=utf-8";
        reply->table = true;
    } else {
        desk_reply_page(ask, HTTP_OK, "arrivals-page", "page.arrivals", &content);
    }
}

static void
get_paper(struct desk_ask *ask, enum desk_paper paper)
{
    struct desk_reply *reply = ask->reply;
    reply->body.max = DESK_PAPER_MAX;
    int r = desk_paper_of(ask->desk, paper, ask->id, &reply->body);
    LOG(LOG_INFO, "desk.print", LOG_HEX("id", ask->id, sizeof(ask->id)), LOG_ERR(r));
    if (r < 0) {
        desk_reply_error(ask, r);
        return;
    }
    reply->status = HTTP_OK;
    reply->type = "application/pdf";
}

void
desk_get_forms(struct desk_ask *ask)
{
    get_paper(ask, DESK_PAPER_FORMS);
}

void
desk_get_slip(struct desk_ask *ask)
{
    get_paper(ask, DESK_PAPER_SLIP);
}
