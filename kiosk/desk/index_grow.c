/* desk/index_grow.c - the index as the desk has it: memory and file together under one lock, and the thread that makes both grow. The
 * thread opens records without the lock (0.6 ms each) and holds it for microseconds, so that a page does not wait; it works
 * some milliseconds and rests one, at the lowest priority. */
#include "find_priv.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/log.h"
#include "base/secret.h"

enum {
    WORK_MS = 4,
    REST_MS = 1,
    IDLE_MS = 250, /* until the ledger is asked again for what is new */
    BUSY_MS = 1000,
    LOOK_AFTER =
        20, /* rows of which is asked whether they are still in the ledger, each time nothing is new */
    A_STEP = 8, /* records */
    A_MOVE = 32, /* rows moved in memory, at a time: a tenth of a millisecond */
    GONE_LINES = 100, /* of proof, at a time */
    NICE = 19
};

struct desk_index {
    const struct desk_config *config;
    struct desk_kanji *kanji;
    pthread_mutex_t lock; /* guards what follows up to the thread's own */
    pthread_cond_t wake;
    struct desk_rows *rows;
    struct desk_index_file *file; /* NULL: in memory alone */
    uint8_t opening[LEDGER_ID_LEN]; /* what the thread opens just now */
    bool opening_gone; /* it was forgotten meanwhile */
    bool full, stop;
    bool is_read; /* the file was */
    uint8_t (*gone)[LEDGER_ID_LEN]; /* what was forgotten before it was */
    size_t gone_count;
    uint64_t top; /* up to here arrivals were read */
    uint64_t left; /* from here down it is not yet looked */
    bool has_thread;
    pthread_t thread;
    /* the thread's own */
    bool is_begun; /* top and left are set */
    size_t looked_after;
    uint64_t gone_line; /* up to this line of proof what went by rule was forgotten */
};

static void
lock(struct desk_index *index)
{
    (void)pthread_mutex_lock(&index->lock); /* can't fail on a default mutex of ours */
}

static void
unlock(struct desk_index *index)
{
    (void)pthread_mutex_unlock(&index->lock);
}

int
desk_index_new(const struct desk_config *config, struct desk_index **ret_index)
{
    struct desk_index *index = xcalloc(1, sizeof(*index));
    int r = desk_kanji_load(config->pages, &index->kanji);
    if (r < 0) {
        free(index);
        return r;
    }
    pthread_condattr_t attr; /* none of these can fail with what is asked here */
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&index->lock, NULL);
    (void)pthread_cond_init(&index->wake, &attr);
    (void)pthread_condattr_destroy(&attr);
    index->config = config;
    index->rows = desk_rows_new();
    *ret_index = index;
    return 0;
}

void
desk_index_free(struct desk_index *index)
{
    if (index == NULL) {
        return;
    }
    if (index->has_thread) {
        lock(index);
        index->stop = true;
        (void)pthread_cond_signal(&index->wake);
        unlock(index);
        (void)pthread_join(index->thread, NULL);
    }
    desk_index_file_close(index->file);
    desk_rows_free(index->rows);
    desk_kanji_free(index->kanji);
    free(index->gone);
    (void)pthread_cond_destroy(&index->wake);
    (void)pthread_mutex_destroy(&index->lock);
    free(index);
}

/* ---- growing ---- */

/* The file can't be written: it is left as it is, and what is new stands in memory alone. */
static void
drop_file(struct desk_index *index, int r)
{
    if (r < 0) {
        LOG(LOG_WARN, "desk.index.file", LOG_ERR(r));
        desk_index_file_close(index->file);
        index->file = NULL;
    }
}

static bool
is_gone(const struct desk_index *index, const uint8_t id[LEDGER_ID_LEN])
{
    for (size_t i = 0; i < index->gone_count; i++) {
        if (memcmp(index->gone[i], id, LEDGER_ID_LEN) == 0) {
            return true;
        }
    }
    return false;
}

/* desk_index_file_open's each. KERR_EXISTS takes the row out of the file: also one that memory has no place for, since what the file
 * alone has would never be forgotten. */
static int
each_kept(const struct desk_row *row, const struct desk_row_terms *terms, uint32_t place, void *ctx)
{
    struct desk_index *index = ctx;
    lock(index);
    int r = is_gone(index, row->id) ? KERR_EXISTS : desk_rows_add(index->rows, row, terms, place);
    index->full = index->full || r == KERR_TOO_BIG;
    unlock(index);
    return r == KERR_TOO_BIG ? KERR_EXISTS : r;
}

static void
read_file(struct desk_index *index)
{
    struct desk_index_told told = {0};
    struct desk_index_file *file = NULL;
    int r = KERR_NOT_FOUND;
    if (index->config->index != NULL) {
        r = desk_index_file_open(index->config->index, index->config->opener,
            clock_wall_s(index->config->clock), each_kept, index, &file, &told);
        LOG(r < 0 || told.damaged > 0 ? LOG_WARN : LOG_INFO, "desk.index", LOG_ERR(r),
            LOG_INT("rows", (int64_t)told.rows), LOG_INT("damaged", (int64_t)told.damaged),
            LOG_INT("anew", told.anew), LOG_INT("newer_key", told.newer_key));
    }
    lock(index);
    index->file = r == 0 ? file : NULL;
    index->is_read = true;
    for (size_t i = 0; i < index->gone_count; i++) { /* of a frame that was read before */
        uint32_t place = 0;
        if (desk_rows_forget(index->rows, index->gone[i], &place) == 0 && index->file != NULL) {
            drop_file(index, desk_index_file_forget(index->file, place, index->gone[i]));
        }
    }
    index->gone_count = 0;
    unlock(index);
}

/* With the lock. */
static void
add_row(struct desk_index *index, const struct desk_row *row, const struct desk_row_terms *terms)
{
    uint32_t place = 0;
    if (index->opening_gone || index->full || desk_rows_knows(index->rows, row->position)) {
        return;
    }
    if (index->file != NULL) {
        drop_file(index, desk_index_file_put(index->file, row, terms, &place));
    }
    if (desk_rows_add(index->rows, row, terms, place) == KERR_TOO_BIG) {
        index->full = true;
        if (index->file != NULL) { /* nobody would forget it there */
            drop_file(index, desk_index_file_forget(index->file, place, row->id));
        }
        LOG(LOG_WARN, "desk.index.full", LOG_INT("rows", (int64_t)desk_rows_count(index->rows)));
    }
}

bool
desk_index_begin(struct desk_index *index, const struct ledger_entry *entry)
{
    lock(index);
    bool wanted = !index->full && !desk_rows_knows(index->rows, entry->position);
    memcpy(index->opening, entry->id, LEDGER_ID_LEN);
    index->opening_gone = false;
    unlock(index);
    return wanted;
}

void
desk_index_end(
    struct desk_index *index, const struct ledger_entry *entry, const struct record *record)
{
    struct desk_row row;
    struct desk_row_terms terms;
    desk_row_terms_init(&terms);
    desk_row_of(index->kanji, entry, record, &row, &terms);
    lock(index);
    add_row(index, &row, &terms);
    unlock(index);
    desk_row_terms_release(&terms);
    explicit_bzero(&row, sizeof(row));
}

struct reading {
    struct desk_index *index;
    uint64_t position; /* of the entry that came */
};

/* ledger_list's each: opens one record that the index lacks. What can't be opened has no words. */
static int
each_entry(const struct ledger_entry *entry, const uint8_t *envelope, size_t len, void *ctx)
{
    struct reading *reading = ctx;
    struct desk_index *index = reading->index;
    const char *reason = NULL;
    reading->position = entry->position;
    if (!desk_index_begin(index, entry)) {
        return 0;
    }
    struct record *record = desk_open_record(index->config, entry, envelope, len, &reason);
    if (record != NULL) {
        desk_index_end(index, entry, record);
        record_free(record);
        secret_wipe_stack();
    }
    return 0;
}

/* The newest entry up to a position. *ret_found: where it stands, 0 for none. */
static int
read_one(struct desk_index *index, struct ledger *ledger, uint64_t position, uint64_t *ret_found)
{
    struct reading reading = {.index = index};
    int r = ledger_list(ledger, position + 1, 1, each_entry, &reading);
    *ret_found = reading.position;
    return r;
}

/* The next lower position that is not known. */
static uint64_t
next_left(struct desk_index *index)
{
    lock(index);
    while (index->left > 0 && desk_rows_knows(index->rows, index->left)) {
        index->left--;
    }
    uint64_t left = index->left;
    unlock(index);
    return left;
}

static int
step(struct desk_index *index, struct ledger *ledger, size_t most, size_t *ret_done)
{
    uint64_t newest = 0;
    uint64_t changes = 0;
    uint64_t found = 0;
    int r = ledger_newest(ledger, &newest, &changes);
    if (r == 0 && !index->is_begun) {
        lock(index);
        index->top = index->left = newest;
        unlock(index);
        index->is_begun = true;
    }
    size_t done = 0;
    for (; r == 0 && done < most && index->top < newest; done++) {
        r = read_one(index, ledger, index->top + 1, &found);
        lock(index);
        index->top += r == 0 ? 1 : 0;
        unlock(index);
    }
    uint64_t left = 0;
    for (; r == 0 && done < most && (left = next_left(index)) > 0; done++) {
        r = read_one(index, ledger, left, &found);
        lock(index);
        index->left = r < 0 ? left : found > 0 ? found - 1 : 0;
        unlock(index);
    }
    *ret_done = done;
    return r;
}

static void
forget(struct desk_index *index, const uint8_t id[LEDGER_ID_LEN])
{
    uint32_t place = 0;
    lock(index);
    index->opening_gone = index->opening_gone || memcmp(index->opening, id, LEDGER_ID_LEN) == 0;
    if (!index->is_read) {
        uint8_t(*more)[LEDGER_ID_LEN] = xcalloc(index->gone_count + 1, sizeof(*more));
        if (index->gone_count > 0) {
            memcpy(more, index->gone, index->gone_count * sizeof(*more));
        }
        memcpy(more[index->gone_count++], id, LEDGER_ID_LEN);
        free(index->gone);
        index->gone = more;
    } else if (desk_rows_forget(index->rows, id, &place) == 0 && index->file != NULL) {
        drop_file(index, desk_index_file_forget(index->file, place, id));
    }
    unlock(index);
}

struct gone {
    struct desk_index *index;
    size_t count;
};

/* ledger_gone_after's each. */
static int
each_gone(const struct ledger_gone *line, void *ctx)
{
    struct gone *gone = ctx;
    lock(gone->index);
    bool known = desk_rows_knows(gone->index->rows, line->position);
    unlock(gone->index);
    if (known) {
        forget(gone->index, line->id);
    }
    gone->index->gone_line = line->line;
    gone->count++;
    return 0;
}

/* What went by rule, by this program or another: from the first line on after each start, for the file may be older. */
static int
forget_gone(struct desk_index *index, struct ledger *ledger, size_t *ret_count)
{
    struct gone gone = {.index = index};
    int r = ledger_gone_after(ledger, index->gone_line, GONE_LINES, each_gone, &gone);
    *ret_count = gone.count;
    return r;
}

/* Nothing is new: what was put goes to the disk, and some rows are looked after. Another program may have deleted their records. */
static int
look_after(struct desk_index *index, struct ledger *ledger)
{
    lock(index);
    if (index->file != NULL) {
        drop_file(index, desk_index_file_flush(index->file));
    }
    unlock(index);
    for (int i = 0; i < LOOK_AFTER; i++) {
        struct desk_row row;
        struct ledger_entry entry;
        lock(index);
        bool is_one = desk_rows_next(index->rows, &index->looked_after, &row);
        unlock(index);
        int r = is_one ? ledger_get(ledger, row.id, &entry, NULL) : 0;
        if (r == KERR_NOT_FOUND) {
            forget(index, row.id);
        } else if (r < 0) {
            return r;
        }
    }
    return 0;
}

/* Memory of what was forgotten is given back. What an index that was full left out is looked for again when there is room. */
static bool
tidy(struct desk_index *index)
{
    lock(index);
    enum desk_tidied tidied = desk_rows_tidy(index->rows, A_MOVE);
    if (tidied == DESK_SHELF_FREED && index->full) {
        index->full = false;
        index->left = index->top;
    }
    unlock(index);
    return tidied != DESK_TIDY;
}

int
desk_index_step(struct desk_index *index, struct ledger *ledger, size_t most, size_t *ret_done)
{
    *ret_done = 0;
    if (!index->is_read) {
        read_file(index);
    }
    size_t gone = 0;
    int r = step(index, ledger, most, ret_done);
    r = r == 0 ? forget_gone(index, ledger, &gone) : r;
    *ret_done += gone > 0 ? 1 : 0;
    *ret_done += tidy(index) ? 1 : 0;
    return r == 0 && *ret_done == 0 ? look_after(index, ledger) : r;
}

static int64_t
now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* can't fail */
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Waits, or until the end is asked for. Whether it goes on. */
static bool
rest(struct desk_index *index, int ms)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until); /* can't fail */
    until.tv_nsec += (long)ms * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    lock(index);
    if (!index->stop) {
        (void)pthread_cond_timedwait(&index->wake, &index->lock, &until); /* or earlier */
    }
    bool goes_on = !index->stop;
    unlock(index);
    return goes_on;
}

static void *
run(void *arg)
{
    struct desk_index *index = arg;
    struct ledger *ledger = NULL;
    (void)setpriority(PRIO_PROCESS, 0, NICE); /* of this thread on Linux; it works without */
    int pause = REST_MS;
    while (rest(index, pause)) {
        int r = ledger != NULL ? 0 : ledger_open(index->config->ledger, &ledger);
        size_t done = 0;
        int64_t until = now_ms() + WORK_MS;
        do {
            r = r == 0 ? desk_index_step(index, ledger, A_STEP, &done) : r;
        } while (r == 0 && done > 0 && now_ms() < until);
        pause = r < 0 ? BUSY_MS : done > 0 ? REST_MS : IDLE_MS;
    }
    ledger_close(ledger);
    return NULL;
}

int
desk_index_start(struct desk_index *index)
{
    index->has_thread = pthread_create(&index->thread, NULL, run, index) == 0;
    return index->has_thread ? 0 : KERR_NO_MEMORY;
}

/* ---- asking ---- */

void
desk_index_forget(struct desk *desk, const uint8_t id[LEDGER_ID_LEN])
{
    if (desk->index != NULL) {
        forget(desk->index, id);
    }
}

void
desk_index_find(struct desk_index *index, const struct desk_query *query, size_t skip,
    struct desk_hits *ret_hits)
{
    lock(index);
    desk_rows_find(index->rows, query, skip, ret_hits);
    unlock(index);
}

bool
desk_index_number(
    struct desk_index *index, const char number[RECORD_NUMBER_LEN], struct desk_row *ret_row)
{
    lock(index);
    bool found = desk_rows_number(index->rows, number, ret_row);
    unlock(index);
    return found;
}

bool
desk_index_at(struct desk_index *index, uint64_t position, struct desk_row *ret_row)
{
    lock(index);
    bool found = desk_rows_at(index->rows, position, ret_row);
    unlock(index);
    return found;
}

void
desk_index_beside(struct desk_index *index, const struct desk_row *row, struct desk_hits *ret_visit,
    struct desk_hits *ret_twins)
{
    lock(index);
    desk_rows_beside(index->rows, row, ret_visit, ret_twins);
    unlock(index);
}

bool
desk_index_shown(struct desk_index *index, const struct ledger_entry *entry,
    struct desk_row *ret_row, struct buf *ret_shown)
{
    uint32_t place = 0;
    lock(index);
    bool known = index->file != NULL && desk_rows_at(index->rows, entry->position, ret_row) &&
                 desk_rows_place(index->rows, entry->position, &place) &&
                 memcmp(&ret_row->hash, entry->hash, sizeof(ret_row->hash)) == 0 &&
                 desk_index_file_shown(index->file, place, entry->id, ret_shown) == 0;
    unlock(index);
    return known;
}

const struct desk_kanji *
desk_index_kanji(const struct desk_index *index)
{
    return index->kanji;
}

void
desk_index_state(struct desk_index *index, struct desk_index_state *ret_state)
{
    lock(index);
    *ret_state = (struct desk_index_state){.rows = desk_rows_count(index->rows),
        .bytes = desk_rows_bytes(index->rows),
        .top = index->top,
        .left = index->left,
        .full = index->full};
    unlock(index);
}
