/* desk/hand_files.c - batch files. The ledger knows a batch before its files are there and that it is written after them, so
 * a run that ends anywhere is carried on by the next: the same batch gives the same bytes. The files appear by one rename. */
#include "hand_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fs.h"
#include "base/hex.h"
#include "base/log.h"

enum { PLACE_MAX = 4096, FILES_BYTES_MAX = 256 * 1024 * 1024 };

struct writing {
    struct desk *desk;
    const struct desk_client *client;
    const char *folder;
    char part[PLACE_MAX], whole[PLACE_MAX]; /* where the batch is made, and where it goes */
    struct buf list; /* its files, as JSON */
};

static int
write_file(struct writing *writing, const char *name, const struct buf *content, size_t records)
{
    uint8_t hash[SEAL_HASH_LEN];
    char digits[2 * SEAL_HASH_LEN + 1];
    char *path = fs_join(writing->part, name);
    int r = fs_write_atomic(path, content->data, content->len, 0600);
    free(path);
    seal_hash(content->data, content->len, hash);
    hex_encode(hash, sizeof(hash), digits);
    (void)buf_printf(&writing->list,
        "%s\n {\"name\":\"%s\",\"bytes\":%zu,\"records\":%zu,\"sha256\":\"%s\"}",
        writing->list.len > 0 ? "," : "", name, content->len, records, digits);
    return r;
}

static int
write_table(struct writing *writing, const struct desk_batch_table *which, size_t records,
    struct buf *report)
{
    char name[RECORD_NAME_MAX + 16];
    AUTO_BUF table;
    buf_init(&table, FILES_BYTES_MAX);
    (void)snprintf(
        name, sizeof(name), "%s%s", which->procedure, which->cp932 ? ".cp932.csv" : ".csv");
    int r = desk_batch_csv(writing->desk, which, &table, report);
    return r < 0 ? r : write_file(writing, name, &table, records);
}

/* batch.json stands last: who finds it has all. */
static int
write_list(struct writing *writing, const struct ledger_batch *batch)
{
    char at[DESK_TIME_LEN];
    AUTO_BUF text;
    buf_init(&text, FILES_BYTES_MAX);
    desk_japan_time(batch->at, at);
    (void)buf_printf(&text,
        "{\"client\":\"%s\",\"number\":%" PRIu64 ",\"handedAt\":\"%s\",\"count\":%" PRIu64
        ",\"files\":[%s\n]}\n",
        batch->client, batch->number, at, batch->count, buf_str(&writing->list));
    char *path = fs_join(writing->part, "batch.json");
    int r =
        buf_error(&text) != 0 ? buf_error(&text) : fs_write_atomic(path, text.data, text.len, 0600);
    free(path);
    return r;
}

static int
write_content(struct writing *writing, const struct ledger_batch *batch)
{
    struct desk_batch_content content;
    AUTO_BUF report;
    buf_init(&report, FILES_BYTES_MAX);
    bool cp932 = (writing->client->rights & DESK_RIGHT_CP932) != 0;
    int r = desk_batch_look(writing->desk, batch->client, batch->number, &content);
    for (size_t i = 0; r == 0 && i < content.count; i++) {
        struct desk_batch_table which = {
            .client = batch->client, .procedure = content.procedures[i], .number = batch->number};
        /* the report tells of the narrower one, where there are two */
        r = write_table(writing, &which, content.records[i], cp932 ? NULL : &report);
        which.cp932 = true;
        r = r == 0 && cp932 ? write_table(writing, &which, content.records[i], &report) : r;
    }
    r = r == 0 && report.len > 0 ? write_file(writing, "report.csv", &report, 0) : r;
    return r == 0 ? write_list(writing, batch) : r;
}

static int
remove_named(const char *name, void *ctx)
{
    char *path = fs_join(ctx, name);
    int r = fs_remove(path);
    free(path);
    return r;
}

/* What an earlier run left of a batch that it did not end. */
static int
clear_part(struct writing *writing)
{
    int r = fs_each(writing->part, NULL, remove_named, writing->part);
    if (r == KERR_NOT_FOUND) {
        return 0;
    }
    return r == 0 && rmdir(writing->part) != 0 ? KERR_IO : r;
}

/* The batch at its place. One that is there already was put there by a run that could not say so any more. */
static int
put_in_place(struct writing *writing)
{
    if (rename(writing->part, writing->whole) != 0) {
        if (errno != EEXIST && errno != ENOTEMPTY) {
            return KERR_IO;
        }
        int r = clear_part(writing);
        if (r < 0) {
            return r;
        }
    }
    return fs_sync(writing->folder);
}

static int
write_batch(struct writing *writing, const struct ledger_batch *batch)
{
    int part = snprintf(writing->part, sizeof(writing->part), "%s/.%s-%06" PRIu64 ".part",
        writing->folder, batch->client, batch->number);
    int whole = snprintf(writing->whole, sizeof(writing->whole), "%s/%s-%06" PRIu64,
        writing->folder, batch->client, batch->number);
    if (part < 0 || part >= PLACE_MAX || whole < 0 || whole >= PLACE_MAX) {
        return KERR_TOO_BIG;
    }
    buf_init(&writing->list, FILES_BYTES_MAX);
    int r = clear_part(writing);
    r = r == 0 ? fs_make_folder(writing->part, 0700) : r;
    r = r == 0 ? write_content(writing, batch) : r;
    r = r == 0 ? put_in_place(writing) : r;
    r = r == 0 ? ledger_batch_written(writing->desk->ledger, batch->client, batch->number) : r;
    LOG(LOG_INFO, "desk.hand-over", LOG_ID("client", batch->client),
        LOG_INT("number", batch->number), LOG_INT("count", batch->count), LOG_ERR(r));
    buf_release(&writing->list);
    return r;
}

/* First what was begun, then what is new, until there is nothing. */
static int
write_all(struct writing *writing, size_t *ret_count)
{
    int r = 0;
    while (r == 0) {
        struct ledger_batch batch = {.number = 0};
        r = ledger_batch_open(writing->desk->ledger, writing->client->name, &batch);
        if (r == KERR_NOT_FOUND) {
            uint64_t after = 0; /* nobody waits for this program */
            r = desk_hand_make(writing->desk, writing->client, &after, SIZE_MAX, &batch);
            if (r == LEDGER_HANDED_NONE) {
                return 0;
            }
            r = r > 0 ? KERR_STATE : r;
        }
        r = r == 0 ? write_batch(writing, &batch) : r;
        *ret_count += r == 0 ? 1 : 0;
    }
    return r;
}

static int
write_alone(struct writing *writing, size_t *ret_count)
{
    int lock = open(writing->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int r = lock < 0 ? KERR_NOT_FOUND : flock(lock, LOCK_EX | LOCK_NB) != 0 ? KERR_BUSY : 0;
    r = r == 0 ? write_all(writing, ret_count) : r;
    if (lock >= 0) {
        (void)close(lock); /* gives the lock back */
    }
    return r;
}

int
desk_hand_over(
    const struct desk_config *config, const char *client, const char *folder, size_t *ret_count)
{
    struct desk desk = {.config = *config};
    struct desk_client who;
    *ret_count = 0;
    int r = desk_client_named(config->clients, client, &who);
    r = r == 0 && (who.rights & DESK_RIGHT_FILE) == 0 ? KERR_NOT_FOUND : r;
    if (r < 0) {
        return r;
    }
    r = desk_assets_load(config->pages, &desk.assets);
    r = r == 0 ? desk_hand_load(config->handover, config->procedures, &desk.hand) : r;
    r = r == 0 ? ledger_open(config->ledger, &desk.ledger) : r;
    struct writing writing = {.desk = &desk, .client = &who, .folder = folder};
    r = r == 0 ? write_alone(&writing, ret_count) : r;
    ledger_close(desk.ledger);
    desk_hand_free(desk.hand);
    desk_assets_free(desk.assets);
    return r;
}
