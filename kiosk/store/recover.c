/* store/recover.c - the ladder after damage: what still proves itself goes into a new file with a new
 * epoch, the old one is kept beside it, and the path changes from one to the other in one rename. */
#include "store_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"

enum { SUFFIX_MAX = 24 };

/* Places that are left free after a recovery: a row under way in the other process may be lost, and
 * no new one may stand where it stood. */
#define PLACE_GAP 1000000
#define PLACE_MAX ((uint64_t)1 << 53) /* a place beyond is damage */

static char *
with_suffix(const char *path, const char *suffix)
{
    size_t size = strlen(path) + strlen(suffix) + 1;
    char *joined = xcalloc(size, 1);
    (void)snprintf(joined, size, "%s%s", path, suffix);
    return joined;
}

static char *
damaged_name(const char *path, unsigned number, const char *ending)
{
    char suffix[SUFFIX_MAX + 16];
    (void)snprintf(suffix, sizeof(suffix), ".damaged-%u%s", number, ending);
    return with_suffix(path, suffix);
}

/* Through SQLite's file layer, like all that this room asks of the disk but links and names. */
static bool
is_there(const char *path)
{
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    int there = 0;
    return vfs->xAccess(vfs, path, SQLITE_ACCESS_EXISTS, &there) == SQLITE_OK && there != 0;
}

static int
remove_file(const char *path)
{
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    int code = is_there(path) ? vfs->xDelete(vfs, path, 0) : SQLITE_OK;
    return store_error(NULL, code);
}

/* Makes names that were given or taken sure. */
static int
sync_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash == NULL ? xstrdup(".") : xstrdup(path);
    if (slash != NULL) {
        folder[slash == path ? 1 : slash - path] = 0;
    }
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(folder);
    int r = fd >= 0 && fsync(fd) == 0 ? 0 : KERR_IO;
    if (fd >= 0) {
        (void)close(fd); /* was only synced */
    }
    return r;
}

static int
rename_file(const char *from, const char *to)
{
    if (rename(from, to) == 0) {
        return 0;
    }
    return errno == ENOSPC || errno == EDQUOT ? KERR_NO_SPACE : KERR_IO;
}

unsigned
store_damaged_files(const char *path)
{
    unsigned count = 0;
    for (unsigned number = 1; number <= STORE_DAMAGED_MAX; number++) {
        char *name = damaged_name(path, number, "");
        count += is_there(name) ? 1 : 0;
        free(name);
    }
    return count;
}

/* The first free number; when all are taken, the oldest goes and the others move down. */
static int
free_number(const char *path, unsigned *ret_number)
{
    static const char *const endings[] = {"", "-journal"};
    *ret_number = STORE_DAMAGED_MAX;
    for (unsigned number = STORE_DAMAGED_MAX; number >= 1; number--) {
        char *name = damaged_name(path, number, "");
        *ret_number = is_there(name) ? *ret_number : number;
        free(name);
    }
    int r = 0;
    if (store_damaged_files(path) < STORE_DAMAGED_MAX) {
        return 0;
    }
    for (unsigned number = 1; r == 0 && number <= STORE_DAMAGED_MAX; number++) {
        for (size_t i = 0; r == 0 && i < sizeof(endings) / sizeof(endings[0]); i++) {
            char *name = damaged_name(path, number, endings[i]);
            char *below = damaged_name(path, number - 1, endings[i]);
            if (number == 1) {
                r = remove_file(name);
            } else if (is_there(name)) {
                r = rename_file(name, below);
            }
            free(below);
            free(name);
        }
    }
    return r;
}

/* The new file while it is filled. */
struct refill {
    struct store *store;
    struct store_recovery *counts;
    sqlite3_stmt *known; /* is this id there? */
    sqlite3_stmt *add;
    sqlite3_stmt *add_sent;
    sqlite3_stmt *next_place;
};

static const char known_sql[] = "SELECT 1 FROM queue WHERE id = ?1"
                                " UNION ALL SELECT 1 FROM sent WHERE id = ?1";
static const char add_sql[] =
    "INSERT INTO queue(place, epoch, sequence, id, hash, previous, state, status, queued_at,"
    " next_try, envelope) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7 <> 0, ?7, ?8, ?8, ?9)";
static const char add_sent_sql[] =
    "INSERT OR IGNORE INTO sent(place, epoch, sequence, id, hash, previous, receipt_hash, sent_at)"
    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
static const char next_place_sql[] = "SELECT 1 + max(ifnull((SELECT max(place) FROM queue), 0),"
                                     " ifnull((SELECT max(place) FROM sent), 0))";
static const char head_sql[] = "UPDATE head SET next_place = ?1";

/* Steps and resets; gives the first number of the answer, if one is asked for and there. */
static int
step(struct refill *refill, sqlite3_stmt *statement, int64_t *ret_number)
{
    int code = sqlite3_step(statement);
    int r = store_error(refill->store->db, code);
    if (ret_number != NULL) {
        *ret_number = code == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
    }
    (void)sqlite3_reset(statement); /* repeats the code of step */
    return r;
}

static void
bind_bytes(sqlite3_stmt *statement, int at, const void *bytes, size_t len)
{
    /* the bytes outlive the step; a failure shows there as NULL against NOT NULL */
    (void)sqlite3_bind_blob(statement, at, bytes, (int)len, SQLITE_STATIC);
}

/* store_salvage's each: into the new queue, unless it is there or was sent. */
static int
add_found(void *ctx, const struct store_found *found)
{
    struct refill *refill = ctx;
    int64_t number = 0;
    bind_bytes(refill->known, 1, found->claim.id, STORE_ID_LEN);
    int r = step(refill, refill->known, &number);
    if (r < 0 || number != 0) {
        return r;
    }
    static const uint8_t nothing[STORE_HASH_LEN];
    sqlite3_stmt *add = refill->add;
    (void)sqlite3_bind_int64(add, 1, (int64_t)found->place); /* numbers can't fail to be bound */
    (void)sqlite3_bind_int64(add, 2, (int64_t)found->claim.epoch);
    (void)sqlite3_bind_int64(add, 3, (int64_t)found->claim.sequence);
    bind_bytes(add, 4, found->claim.id, STORE_ID_LEN);
    bind_bytes(add, 5, found->hash, STORE_HASH_LEN);
    bind_bytes(add, 6, found->has_hints ? found->previous : nothing, STORE_HASH_LEN);
    (void)sqlite3_bind_int64(add, 7, found->status);
    (void)sqlite3_bind_int64(add, 8, found->queued_at);
    bind_bytes(add, 9, found->envelope, found->len);
    bool has_place = found->has_hints && found->place > 0 && found->place < PLACE_MAX;
    r = has_place ? step(refill, add, NULL) : KERR_CONFLICT;
    if (r == KERR_CONFLICT) { /* its place is lost or not its own: behind the others */
        r = step(refill, refill->next_place, &number);
        (void)sqlite3_bind_int64(add, 1, number);
        r = r == 0 ? step(refill, add, NULL) : r;
    }
    refill->counts->queued += r == 0 && found->status == 0 ? 1 : 0;
    refill->counts->set_aside += r == 0 && found->status != 0 ? 1 : 0;
    return r;
}

/* store_salvage_sent's each. */
static int
add_gone(void *ctx, const struct store_gone *gone)
{
    struct refill *refill = ctx;
    sqlite3_stmt *add = refill->add_sent;
    if (gone->place == 0 || gone->place >= PLACE_MAX) {
        return 0;
    }
    (void)sqlite3_bind_int64(add, 1, (int64_t)gone->place); /* as above */
    (void)sqlite3_bind_int64(add, 2, gone->epoch);
    (void)sqlite3_bind_int64(add, 3, gone->sequence);
    bind_bytes(add, 4, gone->id, STORE_ID_LEN);
    bind_bytes(add, 5, gone->hash, STORE_HASH_LEN);
    bind_bytes(add, 6, gone->previous, STORE_HASH_LEN);
    bind_bytes(add, 7, gone->receipt_hash, STORE_HASH_LEN);
    (void)sqlite3_bind_int64(add, 8, gone->sent_at);
    int r = step(refill, add, NULL);
    refill->counts->sent += r == 0 && sqlite3_changes(refill->store->db) > 0 ? 1 : 0;
    return r;
}

static int
prepare(struct refill *refill, const char *sql, sqlite3_stmt **ret_statement)
{
    return store_error(
        refill->store->db, sqlite3_prepare_v2(refill->store->db, sql, -1, ret_statement, NULL));
}

/* All of it in one transaction: the sent ones first, so that none of them comes back. */
static int
fill(struct refill *refill, const struct store_raw *raw, const struct store_judge *judge)
{
    sqlite3_stmt *head = NULL;
    int64_t place = 0;
    int r = prepare(refill, known_sql, &refill->known);
    r = r == 0 ? prepare(refill, add_sql, &refill->add) : r;
    r = r == 0 ? prepare(refill, add_sent_sql, &refill->add_sent) : r;
    r = r == 0 ? prepare(refill, next_place_sql, &refill->next_place) : r;
    r = r == 0 ? prepare(refill, head_sql, &head) : r;
    r = r == 0 ? store_run(refill->store, STORE_BEGIN) : r;
    r = r == 0 ? store_salvage_sent(raw, add_gone, refill) : r;
    r = r == 0 ? store_salvage(raw, judge, add_found, refill) : r;
    r = r == 0 ? step(refill, refill->next_place, &place) : r;
    if (r == 0) {
        (void)sqlite3_bind_int64(head, 1, place + PLACE_GAP); /* as above */
        r = step(refill, head, NULL);
    }
    if (r == 0) {
        r = store_add_event(refill->store, STORE_EVENT_MENDED, (int64_t)refill->counts->queued,
            (int64_t)refill->counts->set_aside);
    }
    r = r == 0 ? store_run(refill->store, STORE_COMMIT) : r;
    /* each repeats the code of its last step */
    (void)sqlite3_finalize(head);
    (void)sqlite3_finalize(refill->next_place);
    (void)sqlite3_finalize(refill->add_sent);
    (void)sqlite3_finalize(refill->add);
    (void)sqlite3_finalize(refill->known);
    return r;
}

static int
build(const char *path, const struct store_raw *raw, const struct store_judge *judge,
    struct store_recovery *counts)
{
    char *journal = with_suffix(path, "-journal");
    /* of a recovery that was cut off: nothing in it that the old file doesn't have */
    int r = remove_file(journal);
    r = r == 0 ? remove_file(path) : r;
    free(journal);
    struct refill refill = {.counts = counts};
    r = r == 0 ? store_open(path, &refill.store) : r;
    r = r == 0 ? fill(&refill, raw, judge) : r;
    store_close(refill.store);
    return r;
}

/* The old file gets its second name, then the new one takes the path. The journal goes first: beside a
 * new file SQLite would play it back into that. */
static int
exchange(const char *path, const char *fresh, unsigned number)
{
    char *damaged = damaged_name(path, number, "");
    char *damaged_journal = damaged_name(path, number, "-journal");
    char *journal = with_suffix(path, "-journal");
    int r = 0;
    if (is_there(journal)) {
        r = rename_file(journal, damaged_journal);
        r = r == 0 ? sync_folder(path) : r;
    }
    struct stat st;
    /* it has that name already when a recovery was cut off here */
    bool is_kept = stat(path, &st) == 0 && st.st_nlink > 1;
    if (r == 0 && !is_kept && link(path, damaged) != 0) {
        r = errno == ENOSPC || errno == EDQUOT ? KERR_NO_SPACE : KERR_IO;
    }
    r = r == 0 ? sync_folder(path) : r;
    r = r == 0 ? rename_file(fresh, path) : r;
    r = r == 0 ? sync_folder(path) : r;
    free(journal);
    free(damaged_journal);
    free(damaged);
    return r;
}

int
store_recover(
    const char *path, const struct store_judge *judge, struct store_recovery *ret_recovery)
{
    struct store_recovery counts = {0};
    struct store_raw raw;
    int r = store_raw_open(path, &raw);
    if (r < 0) {
        return r;
    }
    char *fresh = with_suffix(path, ".new");
    if (raw.moved == 0) { /* else somebody was faster */
        r = build(fresh, &raw, judge, &counts);
        r = r == 0 ? free_number(path, &counts.damaged_number) : r;
        r = r == 0 ? exchange(path, fresh, counts.damaged_number) : r;
    }
    free(fresh);
    store_raw_close(&raw);
    if (r == 0) {
        *ret_recovery = counts;
    }
    return r;
}
