/* store/salvage.c - finds every envelope that is still whole in the raw pages of a damaged queue. It
 * trusts nothing of the file's structure: an envelope begins where its own first bytes say so, its
 * place in a cell follows from SQLite's file format (sqlite.org/fileformat2.html, 1.6 and 2.1), its
 * overflow pages are followed, and where a link is broken each chain that fits is tried. Only the
 * envelope's own proof counts. */
#include "store_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"

enum {
    /* of a table leaf's cell with pages of 4,096 bytes (fileformat2, 1.6) */
    LOCAL_MAX = STORE_PAGE - 35,
    LOCAL_MIN = (STORE_PAGE - 12) * 32 / 255 - 23,
    OVERFLOW_BYTES = STORE_PAGE - 4,
    QUEUE_COLUMNS = 12,
    SENT_COLUMNS = 8,
    /* bytes of a queue record before its envelope: 12 to 16 of header, 80 of hashes, numbers */
    BEFORE_MIN = 92,
    BEFORE_MAX = 160,
    ID = 3, /* columns of both tables, then those of queue */
    HASH = 4,
    PREVIOUS = 5,
    STATE = 6,
    STATUS = 7,
    QUEUED_AT = 9,
    ENVELOPE = 11,
    CELL_HEAD_MAX = 12, /* length and place of a cell, as varints */
    TYPE_BLOB = 12, /* serial type of an empty blob; two more a byte (2.1) */
    CHAIN_MAX = STORE_ENVELOPE_MAX / OVERFLOW_BYTES + 2,
    MENDS_MAX = 65536 /* tries to mend one envelope */
};

struct salvage {
    const struct store_raw *raw;
    const struct store_judge *judge;
    uint32_t *next; /* of each page, read as an overflow page; index 1.. */
    bool *taken; /* pages that belong to an envelope that was found */
    bool *done; /* pages in which every envelope was found */
    uint8_t page[STORE_PAGE]; /* the leaf that is being looked at */
    uint8_t other[STORE_PAGE];
    uint8_t *envelope; /* room bytes */
    size_t room;
    uint32_t chain[CHAIN_MAX];
    int (*found)(void *ctx, const struct store_found *found);
    void *ctx;
};

static uint32_t
read_be32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* A variable-length number (fileformat2, 1.6) within page; 0 when it doesn't end there. */
static size_t
read_varint(const uint8_t *page, size_t at, uint64_t *ret_value)
{
    uint64_t value = 0;
    for (size_t i = 0; i < 9 && at + i < STORE_PAGE; i++) {
        if (i == 8) {
            *ret_value = value << 8 | page[at + i];
            return 9;
        }
        value = value << 7 | (page[at + i] & 0x7fu);
        if ((page[at + i] & 0x80) == 0) {
            *ret_value = value;
            return i + 1;
        }
    }
    return 0;
}

static size_t
size_of_type(uint64_t type)
{
    static const size_t sizes[] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0};
    if (type < TYPE_BLOB) {
        return sizes[type];
    }
    return type / 2 > STORE_ENVELOPE_MAX + TYPE_BLOB ? SIZE_MAX / 16
                                                     : (size_t)(type - TYPE_BLOB) / 2;
}

static int64_t
read_number(const uint8_t *page, size_t at, uint64_t type)
{
    if (type == 9) {
        return 1;
    }
    size_t len = size_of_type(type);
    uint64_t value = len > 0 && (page[at] & 0x80) != 0 ? UINT64_MAX : 0;
    for (size_t i = 0; i < len; i++) {
        value = value << 8 | page[at + i];
    }
    return (int64_t)value;
}

/* A cell of a table leaf, as far as it stands in its own page. */
struct cell {
    uint64_t payload;
    uint64_t place;
    size_t columns; /* that the header lists */
    uint64_t types[QUEUE_COLUMNS];
    size_t at[QUEUE_COLUMNS]; /* in the page */
};

/* Reads the cell that would begin at at. False when none of ours can. */
static bool
read_cell(const uint8_t *page, size_t at, struct cell *ret_cell)
{
    struct cell cell = {0};
    uint64_t header = 0;
    size_t step = read_varint(page, at, &cell.payload);
    at += step;
    if (step == 0 || (step = read_varint(page, at, &cell.place)) == 0) {
        return false;
    }
    size_t start = at + step;
    step = read_varint(page, start, &header);
    if (step == 0 || header > 64 || start + header > STORE_PAGE) {
        return false;
    }
    size_t type_at = start + step;
    size_t value_at = start + (size_t)header;
    while (type_at < start + header && cell.columns < QUEUE_COLUMNS) {
        uint64_t type = 0;
        step = read_varint(page, type_at, &type);
        if (step == 0 || value_at > STORE_PAGE) {
            return false;
        }
        cell.types[cell.columns] = type;
        cell.at[cell.columns++] = value_at;
        value_at += size_of_type(type);
        type_at += step;
    }
    *ret_cell = cell;
    return type_at == start + header && cell.payload == value_at - start;
}

static bool
is_blob(const struct cell *cell, size_t column, size_t len)
{
    return cell->types[column] == TYPE_BLOB + 2 * len && cell->at[column] + len <= STORE_PAGE;
}

/* How much of a payload stands in the leaf itself. */
static size_t
local_of(size_t payload)
{
    if (payload <= LOCAL_MAX) {
        return payload;
    }
    size_t local = LOCAL_MIN + (payload - LOCAL_MIN) % OVERFLOW_BYTES;
    return local <= LOCAL_MAX ? local : LOCAL_MIN;
}

/* Where the parts of one envelope would be. */
struct layout {
    size_t at; /* in the leaf */
    size_t len;
    size_t local; /* bytes in the leaf */
    size_t links; /* overflow pages */
    uint32_t first; /* the page that the leaf names, 0 for none */
};

/* before: bytes of the payload in front of the envelope. False when it can't be so. */
static bool
lay_out(const uint8_t *page, size_t at, size_t len, size_t before, struct layout *ret_layout)
{
    size_t payload = before + len;
    size_t local = local_of(payload);
    if (local <= before) {
        return false;
    }
    struct layout layout = {.at = at, .len = len, .local = local - before};
    size_t rest = payload - local;
    layout.links = (rest + OVERFLOW_BYTES - 1) / OVERFLOW_BYTES;
    if (at + layout.local + (rest > 0 ? 4 : 0) > STORE_PAGE || layout.links > CHAIN_MAX) {
        return false;
    }
    layout.first = rest > 0 ? read_be32(page + at + layout.local) : 0;
    *ret_layout = layout;
    return true;
}

/* Puts the envelope together from the leaf and s->chain. */
static bool
join(struct salvage *s, const struct layout *layout)
{
    if (layout->len > s->room) {
        free(s->envelope);
        s->envelope = xcalloc(layout->len, 1);
        s->room = layout->len;
    }
    memcpy(s->envelope, s->page + layout->at, layout->local);
    size_t have = layout->local;
    for (size_t i = 0; i < layout->links; i++) {
        size_t part = layout->len - have < OVERFLOW_BYTES ? layout->len - have : OVERFLOW_BYTES;
        if (store_raw_page(s->raw, s->chain[i], s->other) != 0) {
            return false;
        }
        memcpy(s->envelope + have, s->other + 4, part);
        have += part;
    }
    return true;
}

/* Joins it and asks for its proof. */
static bool
proves(struct salvage *s, const struct layout *layout, struct store_found *found)
{
    if (!join(s, layout) ||
        s->judge->verify(s->judge->ctx, s->envelope, layout->len, &found->claim) < 0) {
        return false;
    }
    found->envelope = s->envelope;
    found->len = layout->len;
    store_hash(s->envelope, layout->len, found->hash);
    return true;
}

static bool
is_page(const struct salvage *s, uint32_t number)
{
    return number >= 2 && number <= s->raw->pages;
}

/* Follows the links from page number on into s->chain, from place i. How many it got. */
static size_t
follow(struct salvage *s, uint32_t number, size_t i, size_t links)
{
    while (i < links && is_page(s, number)) {
        s->chain[i++] = number;
        number = s->next[number];
    }
    return i;
}

/* Is what s->chain gives the envelope whose hash the cell has? Much cheaper than a signature. */
static bool
has_hash(struct salvage *s, const struct layout *layout, const uint8_t hash[STORE_HASH_LEN])
{
    uint8_t got[STORE_HASH_LEN];
    if (!join(s, layout)) {
        return false;
    }
    store_hash(s->envelope, layout->len, got);
    return memcmp(got, hash, sizeof(got)) == 0;
}

/* One link is broken: whatever chain of the right length begins at a page that belongs to nobody may
 * be the rest. The link that is broken may be any, since a wrong one also leads somewhere. */
static bool
mend(struct salvage *s, const struct layout *layout, const uint8_t hash[STORE_HASH_LEN])
{
    uint32_t whole[CHAIN_MAX];
    size_t good = follow(s, layout->first, 0, layout->links);
    memcpy(whole, s->chain, sizeof(whole));
    size_t tries = 0;
    for (size_t broken = 0; broken < layout->links && broken <= good; broken++) {
        memcpy(s->chain, whole, broken * sizeof(whole[0]));
        for (uint32_t page = 2; page <= s->raw->pages && tries < MENDS_MAX; page++) {
            if (s->taken[page] || follow(s, page, broken, layout->links) != layout->links ||
                s->next[s->chain[layout->links - 1]] != 0) {
                continue;
            }
            tries++;
            if (has_hash(s, layout, hash)) {
                return true;
            }
        }
    }
    return false;
}

/* hash: of the cell, to mend broken links by; NULL: they are followed as they are. */
static bool
assemble(
    struct salvage *s, const struct layout *layout, const uint8_t *hash, struct store_found *found)
{
    bool whole = follow(s, layout->first, 0, layout->links) == layout->links;
    if (!(whole && proves(s, layout, found)) &&
        !(hash != NULL && mend(s, layout, hash) && proves(s, layout, found))) {
        return false;
    }
    for (size_t i = 0; i < layout->links; i++) {
        s->taken[s->chain[i]] = true;
    }
    return true;
}

/* What the cell says beside the envelope; only hints, none of it is proven. */
static void
read_hints(const uint8_t *page, const struct cell *cell, struct store_found *found)
{
    found->place = cell->place;
    memcpy(found->previous, page + cell->at[PREVIOUS], STORE_HASH_LEN);
    if (read_number(page, cell->at[STATE], cell->types[STATE]) == 1) {
        found->status = read_number(page, cell->at[STATUS], cell->types[STATUS]);
    }
    found->queued_at = read_number(page, cell->at[QUEUED_AT], cell->types[QUEUED_AT]);
    found->has_hints = true;
}

/* The cell whose envelope begins at at, if its head is whole. */
static bool
find_cell(const uint8_t *page, size_t at, size_t len, struct cell *ret_cell)
{
    size_t from = at > BEFORE_MAX + CELL_HEAD_MAX ? at - BEFORE_MAX - CELL_HEAD_MAX : 0;
    for (size_t start = from; start + BEFORE_MIN < at; start++) {
        if (read_cell(page, start, ret_cell) && ret_cell->columns == QUEUE_COLUMNS &&
            ret_cell->at[ENVELOPE] == at &&
            ret_cell->types[ENVELOPE] == TYPE_BLOB + 2 * (uint64_t)len &&
            is_blob(ret_cell, ID, STORE_ID_LEN) && is_blob(ret_cell, HASH, STORE_HASH_LEN) &&
            is_blob(ret_cell, PREVIOUS, STORE_HASH_LEN)) {
            return true;
        }
    }
    return false;
}

/* An envelope may begin at at. 1 when it was found, 0 when there is none, or an error of found. */
static int
try_envelope(struct salvage *s, size_t at, size_t len, bool mending)
{
    struct store_found found = {0};
    struct layout layout;
    struct cell cell;
    bool proven = false;
    if (find_cell(s->page, at, len, &cell)) {
        const uint8_t *hash = mending ? s->page + cell.at[HASH] : NULL;
        proven = lay_out(s->page, at, len, (size_t)cell.payload - len, &layout) &&
                 assemble(s, &layout, hash, &found);
        if (proven) {
            read_hints(s->page, &cell, &found);
        }
    } else {
        /* a broken head doesn't tell how much stands before the envelope: what fits is tried */
        for (size_t before = BEFORE_MIN; !proven && before <= BEFORE_MAX; before++) {
            proven =
                lay_out(s->page, at, len, before, &layout) && assemble(s, &layout, NULL, &found);
        }
    }
    if (!proven) {
        return 0;
    }
    int r = s->found(s->ctx, &found);
    return r < 0 ? r : 1;
}

/* Every envelope that begins in the page that was read. */
static int
look_into_page(struct salvage *s, uint32_t number, bool mending)
{
    s->done[number] = true;
    for (size_t at = 0; at < STORE_PAGE; at++) {
        size_t len = s->judge->length(s->page + at, STORE_PAGE - at);
        if (len == 0 || len > STORE_ENVELOPE_MAX) {
            continue;
        }
        int r = try_envelope(s, at, len, mending);
        if (r < 0) {
            return r;
        }
        s->done[number] = s->done[number] && r == 1;
    }
    return 0;
}

static int
look_for_envelopes(struct salvage *s, bool mending)
{
    int r = 0;
    for (uint32_t number = 1; r == 0 && number <= s->raw->pages; number++) {
        if (!s->taken[number] && !s->done[number] && store_raw_page(s->raw, number, s->page) == 0) {
            r = look_into_page(s, number, mending);
        }
    }
    return r;
}

/* A row of sent has 112 bytes of ids and hashes, 9 of header and up to 24 of numbers, so its length is
 * one of few values of one or two bytes: most places are out at the first look. */
static bool
reads_as_sent(const uint8_t *page, size_t at, struct cell *cell)
{
    bool may_be = page[at] == 0x81 || (page[at] >= 0x70 && page[at] < 0x80);
    return may_be && read_cell(page, at, cell) && cell->columns == SENT_COLUMNS &&
           is_blob(cell, ID, STORE_ID_LEN) && is_blob(cell, HASH, STORE_HASH_LEN) &&
           is_blob(cell, PREVIOUS, STORE_HASH_LEN) && is_blob(cell, 6, STORE_HASH_LEN) &&
           cell->at[7] + size_of_type(cell->types[7]) <= STORE_PAGE;
}

int
store_salvage_sent(
    const struct store_raw *raw, int (*each)(void *ctx, const struct store_gone *gone), void *ctx)
{
    uint8_t *page = xcalloc(STORE_PAGE, 1);
    int r = 0;
    for (uint32_t number = 1; r == 0 && number <= raw->pages; number++) {
        if (store_raw_page(raw, number, page) != 0) {
            continue;
        }
        for (size_t at = 0; r == 0 && at < STORE_PAGE; at++) {
            struct cell cell;
            if (!reads_as_sent(page, at, &cell)) {
                continue;
            }
            struct store_gone gone = {.place = cell.place,
                .epoch = read_number(page, cell.at[1], cell.types[1]),
                .sequence = read_number(page, cell.at[2], cell.types[2]),
                .id = page + cell.at[ID],
                .hash = page + cell.at[HASH],
                .previous = page + cell.at[PREVIOUS],
                .receipt_hash = page + cell.at[6],
                .sent_at = read_number(page, cell.at[7], cell.types[7])};
            r = each(ctx, &gone);
        }
    }
    free(page);
    return r;
}

int
store_salvage(const struct store_raw *raw, const struct store_judge *judge,
    int (*each)(void *ctx, const struct store_found *found), void *ctx)
{
    struct salvage *s = xcalloc(1, sizeof(*s));
    s->raw = raw;
    s->judge = judge;
    s->found = each;
    s->ctx = ctx;
    s->next = xcalloc((size_t)raw->pages + 1, sizeof(*s->next));
    s->taken = xcalloc((size_t)raw->pages + 1, sizeof(*s->taken));
    s->done = xcalloc((size_t)raw->pages + 1, sizeof(*s->done));
    for (uint32_t number = 1; number <= raw->pages; number++) {
        (void)store_raw_page(raw, number, s->page); /* zeros when it can't be read */
        s->next[number] = read_be32(s->page);
    }
    /* first those that are whole, so that few pages are left to mend the others with */
    int r = look_for_envelopes(s, false);
    if (r == 0) {
        r = look_for_envelopes(s, true);
    }
    free(s->envelope);
    free(s->done);
    free(s->taken);
    free(s->next);
    free(s);
    return r;
}
