/* desk/index_file.c - the index on disk: a head and frames of one size, each under the same random key with a nonce of its own,
 * bound to its place. A frame that a crash tore does not open; its records are read again from the ledger. */
#include "find_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/fs.h"

enum {
    HEAD_SIZE = 8 * 1024,
    FRAME = 16 * 1024,
    PLAIN = FRAME - SEAL_BOX_OVER,
    REUSE = 4 * 1024, /* a frame with no more than that in it takes rows again */
    FRAMES_MAX = 1024 * 1024
};
static const char magic[] = "madoguchi index 2\n";

/* A frame as it is inside: how many bytes of rows, rows one after the other, zeros. */
struct frame {
    uint32_t used;
    uint8_t rows[PLAIN - sizeof(uint32_t)];
};
_Static_assert(sizeof(struct frame) == PLAIN, "a frame is its plaintext");

/* Before each row: what of it has one size. Texts of procedure and language, then days, terms, what is shown follow. */
struct row_head {
    uint32_t len; /* of all of the row */
    uint16_t text_count, day_count;
    uint64_t position, hash, person;
    int64_t submitted_at;
    uint8_t id[LEDGER_ID_LEN], visit[RECORD_VISIT_LEN];
    char number[RECORD_NUMBER_LEN + 5];
    uint16_t shown_len; /* all together are a multiple of eight */
};

struct desk_index_file {
    int fd;
    struct seal_box *box;
    size_t count; /* frames */
    uint16_t *used; /* bytes in each, of count_room */
    size_t room;
    size_t tail; /* the one that takes rows; count: none */
    bool is_dirty; /* the tail has rows that are not on disk */
    struct frame frame; /* the tail's */
};

/* ---- frames ---- */

static int
io_error(void)
{
    return errno == ENOSPC || errno == EDQUOT ? KERR_NO_SPACE : KERR_IO;
}

static int
read_all(int fd, void *out, size_t len, off_t at)
{
    for (size_t done = 0; done < len;) {
        ssize_t got = pread(fd, (uint8_t *)out + done, len - done, at + (off_t)done);
        if (got <= 0) {
            return KERR_IO;
        }
        done += (size_t)got;
    }
    return 0;
}

static int
write_all(int fd, const void *bytes, size_t len, off_t at)
{
    for (size_t done = 0; done < len;) {
        ssize_t put = pwrite(fd, (const uint8_t *)bytes + done, len - done, at + (off_t)done);
        if (put <= 0) {
            return io_error();
        }
        done += (size_t)put;
    }
    return 0;
}

static off_t
place_of(size_t frame)
{
    return (off_t)HEAD_SIZE + (off_t)frame * FRAME;
}

static int
read_frame(int fd, const struct seal_box *box, size_t which, struct frame *ret_frame)
{
    uint8_t closed[FRAME];
    uint64_t place = which;
    ret_frame->used = 0;
    int r = read_all(fd, closed, sizeof(closed), place_of(which));
    const struct seal_piece piece = {
        closed, sizeof(closed), (const uint8_t *)&place, sizeof(place)};
    r = r == 0 ? seal_box_get(box, &piece, (uint8_t *)ret_frame) : r;
    return r == 0 && ret_frame->used > sizeof(ret_frame->rows) ? KERR_SEAL_FORM : r;
}

static int
write_frame(int fd, const struct seal_box *box, size_t which, const struct frame *frame)
{
    uint8_t closed[FRAME];
    uint64_t place = which;
    const struct seal_piece piece = {
        (const uint8_t *)frame, sizeof(*frame), (const uint8_t *)&place, sizeof(place)};
    int r = seal_box_put(box, &piece, closed);
    return r == 0 ? write_all(fd, closed, sizeof(closed), place_of(which)) : r;
}

static void
note_used(struct desk_index_file *file, size_t which, size_t used)
{
    if (which >= file->room) {
        size_t room = 2 * which + 64;
        uint16_t *more = xcalloc(room, sizeof(*more));
        if (file->count > 0) {
            memcpy(more, file->used, file->count * sizeof(*more));
        }
        free(file->used);
        file->used = more;
        file->room = room;
    }
    file->count = which >= file->count ? which + 1 : file->count;
    file->used[which] = (uint16_t)used;
}

/* ---- rows ---- */

static int
write_row(struct buf *out, const struct desk_row *row, const struct desk_row_terms *terms)
{
    size_t names = strlen(row->procedure) + strlen(row->language) + 2;
    struct row_head head = {
        .len = (uint32_t)(sizeof(head) + names + terms->day_count * sizeof(uint32_t) +
                          terms->texts.len + terms->shown.len),
        .shown_len = (uint16_t)terms->shown.len,
        .text_count = (uint16_t)terms->text_count,
        .day_count = (uint16_t)terms->day_count,
        .position = row->position,
        .hash = row->hash,
        .person = row->person,
        .submitted_at = row->submitted_at};
    memcpy(head.id, row->id, sizeof(head.id));
    memcpy(head.visit, row->visit, sizeof(head.visit));
    memcpy(head.number, row->number, sizeof(row->number));
    (void)buf_add(out, &head, sizeof(head)); /* errors are sticky */
    (void)buf_add(out, row->procedure, strlen(row->procedure) + 1);
    (void)buf_add(out, row->language, strlen(row->language) + 1);
    (void)buf_add(out, terms->days, terms->day_count * sizeof(uint32_t));
    (void)buf_add(out, buf_str(&terms->texts), terms->texts.len);
    (void)buf_add(out, buf_str(&terms->shown), terms->shown.len);
    return buf_error(out);
}

/* A text with its NUL at *at, which moves behind it; NULL when it does not end, or is longer than size. */
static const char *
read_name(const uint8_t **at, const uint8_t *end, size_t size)
{
    const char *name = (const char *)*at;
    size_t len = strnlen(name, (size_t)(end - *at));
    if (len == (size_t)(end - *at) || len >= size) {
        return NULL;
    }
    *at += len + 1;
    return name;
}

/* The row at *at, which moves behind it. What is in a frame was written by us; yet nothing is read beyond its end. */
static bool
read_row(const uint8_t **at, const uint8_t *end, struct desk_row *ret_row,
    struct desk_row_terms *ret_terms)
{
    struct row_head head;
    if ((size_t)(end - *at) < sizeof(head)) {
        return false;
    }
    memcpy(&head, *at, sizeof(head));
    if (head.len < sizeof(head) || head.len > (size_t)(end - *at) ||
        head.text_count + head.day_count >= DESK_ROW_TERMS) {
        return false;
    }
    const uint8_t *row_end = *at + head.len;
    *at += sizeof(head);
    const char *procedure = read_name(at, row_end, RECORD_NAME_MAX);
    const char *language = procedure != NULL ? read_name(at, row_end, RECORD_NAME_MAX) : NULL;
    size_t days = head.day_count * sizeof(uint32_t);
    if (language == NULL || (size_t)(row_end - *at) < days) {
        return false;
    }
    *ret_row = (struct desk_row){.position = head.position,
        .hash = head.hash,
        .person = head.person,
        .submitted_at = head.submitted_at};
    memcpy(ret_row->id, head.id, sizeof(head.id));
    memcpy(ret_row->visit, head.visit, sizeof(head.visit));
    memcpy(ret_row->number, head.number, sizeof(ret_row->number) - 1);
    (void)snprintf(ret_row->procedure, sizeof(ret_row->procedure), "%s", procedure);
    (void)snprintf(ret_row->language, sizeof(ret_row->language), "%s", language);
    memcpy(ret_terms->days, *at, days);
    *at += days;
    ret_terms->day_count = head.day_count;
    ret_terms->text_count = head.text_count;
    buf_clear(&ret_terms->texts);
    const uint8_t *texts = *at;
    for (size_t i = 0; i < head.text_count; i++) {
        if (read_name(at, row_end, DESK_TERM_MAX) == NULL) {
            return false;
        }
    }
    const uint8_t *shown = *at;
    for (size_t i = 0; head.shown_len > 0 && i < DESK_SHOWN; i++) {
        if (read_name(at, row_end, DESK_SHOWN_MAX) == NULL) {
            return false;
        }
    }
    buf_clear(&ret_terms->shown);
    return *at == row_end && shown + head.shown_len == row_end &&
           buf_add(&ret_terms->texts, texts, (size_t)(shown - texts)) == 0 &&
           buf_add(&ret_terms->shown, shown, head.shown_len) == 0;
}

/* Takes len bytes out of a frame. */
static void
cut(struct frame *frame, size_t at, size_t len)
{
    memmove(frame->rows + at, frame->rows + at + len, frame->used - at - len);
    frame->used -= (uint32_t)len;
    explicit_bzero(frame->rows + frame->used, len);
}

/* ---- opening ---- */

static int
write_head(int fd, const struct buf *head)
{
    uint8_t bytes[HEAD_SIZE] = {0};
    uint32_t len = (uint32_t)head->len;
    size_t at = sizeof(magic) - 1;
    if (at + sizeof(len) + head->len > sizeof(bytes)) {
        return KERR_TOO_BIG;
    }
    memcpy(bytes, magic, at);
    memcpy(bytes + at, &len, sizeof(len));
    memcpy(bytes + at + sizeof(len), head->data, head->len);
    return write_all(fd, bytes, sizeof(bytes), 0);
}

/* A new key and its head at the begin of an empty file. */
static int
begin_file(int fd, const struct seal_opener *opener, int64_t now, struct seal_box **ret_box)
{
    AUTO_BUF head;
    buf_init(&head, HEAD_SIZE);
    int r = ftruncate(fd, 0) == 0 ? seal_box_new(opener, now, &head, ret_box) : io_error();
    r = r == 0 ? write_head(fd, &head) : r;
    if (r < 0) {
        seal_box_free(*ret_box);
        *ret_box = NULL;
    }
    return r;
}

static int
read_head(
    int fd, const struct seal_opener *opener, int64_t now, struct seal_box **ret_box, bool *ret_old)
{
    uint8_t bytes[HEAD_SIZE];
    uint32_t len;
    size_t at = sizeof(magic) - 1;
    int r = read_all(fd, bytes, sizeof(bytes), 0);
    if (r < 0 || memcmp(bytes, magic, at) != 0) {
        return KERR_SEAL_FORM;
    }
    memcpy(&len, bytes + at, sizeof(len));
    at += sizeof(len);
    return len > sizeof(bytes) - at ? KERR_SEAL_FORM
                                    : seal_box_open(opener, now, bytes + at, len, ret_box, ret_old);
}

/* Gives every row of a frame; those that are known already go out of it. */
static int
load_frame(struct desk_index_file *file, size_t which, desk_index_each *each, void *ctx,
    struct desk_index_told *told)
{
    struct frame frame;
    struct desk_row row;
    struct desk_row_terms terms;
    desk_row_terms_init(&terms);
    int r = read_frame(file->fd, file->box, which, &frame);
    if (r < 0) {
        told->damaged++;
        frame.used = 0;
    }
    bool changed = false;
    r = 0;
    for (const uint8_t *at = frame.rows; r == 0 && at < frame.rows + frame.used;) {
        const uint8_t *begin = at;
        if (!read_row(&at, frame.rows + frame.used, &row, &terms)) {
            told->damaged++;
            cut(&frame, (size_t)(begin - frame.rows), (size_t)(frame.rows + frame.used - begin));
            changed = true;
            break;
        }
        int known = each(&row, &terms, (uint32_t)which, ctx);
        if (known == KERR_EXISTS) {
            cut(&frame, (size_t)(begin - frame.rows), (size_t)(at - begin));
            at = begin;
            changed = true;
        } else {
            told->rows++;
        }
    }
    r = changed ? write_frame(file->fd, file->box, which, &frame) : 0;
    note_used(file, which, frame.used);
    explicit_bzero(&frame, sizeof(frame));
    explicit_bzero(&row, sizeof(row));
    desk_row_terms_release(&terms);
    return r;
}

/* Writes all frames again under a new key, beside the file and then in its place. */
static int
change_key(struct desk_index_file *file, const char *path, const struct seal_opener *opener,
    int64_t now, size_t frames)
{
    AUTO_BUF part;
    buf_init(&part, 8192);
    (void)buf_printf(&part, "%s.part", path);
    struct seal_box *box = NULL;
    int fd = open(buf_str(&part), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    int r = fd < 0 ? io_error() : flock(fd, LOCK_EX | LOCK_NB) == 0 ? 0 : KERR_BUSY;
    r = r == 0 ? begin_file(fd, opener, now, &box) : r;
    struct frame frame;
    for (size_t i = 0; r == 0 && i < frames; i++) {
        if (read_frame(file->fd, file->box, i, &frame) < 0) {
            memset(&frame, 0, sizeof(frame)); /* its records come again from the ledger */
        }
        r = write_frame(fd, box, i, &frame);
    }
    explicit_bzero(&frame, sizeof(frame));
    r = r == 0 && (fsync(fd) != 0 || rename(buf_str(&part), path) != 0) ? io_error() : r;
    if (r < 0) {
        seal_box_free(box);
        (void)(fd >= 0 ? close(fd) : 0);
        (void)fs_remove(buf_str(&part)); /* the file before is whole */
        return r;
    }
    seal_box_free(file->box);
    (void)close(file->fd); /* nothing was written to it */
    file->box = box;
    file->fd = fd;
    return 0;
}

static int
open_file(struct desk_index_file *file, const char *path, const struct seal_opener *opener,
    int64_t now, struct desk_index_told *told)
{
    struct stat st;
    bool old = false;
    file->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file->fd < 0) {
        return io_error();
    }
    if (flock(file->fd, LOCK_EX | LOCK_NB) != 0) {
        return KERR_BUSY;
    }
    if (read_head(file->fd, opener, now, &file->box, &old) < 0) {
        told->anew = true;
        return begin_file(file->fd, opener, now, &file->box);
    }
    if (fstat(file->fd, &st) != 0) {
        return io_error();
    }
    size_t frames = st.st_size > HEAD_SIZE ? (size_t)(st.st_size - HEAD_SIZE) / FRAME : 0;
    told->frames = frames < FRAMES_MAX ? frames : FRAMES_MAX;
    if (old) {
        told->newer_key = true;
        return change_key(file, path, opener, now, told->frames);
    }
    return 0;
}

int
desk_index_file_open(const char *path, const struct seal_opener *opener, int64_t now,
    desk_index_each *each, void *ctx, struct desk_index_file **ret_file,
    struct desk_index_told *ret_told)
{
    struct desk_index_file *file = xcalloc(1, sizeof(*file));
    *ret_told = (struct desk_index_told){0};
    int r = open_file(file, path, opener, now, ret_told);
    for (size_t i = 0; r == 0 && i < ret_told->frames; i++) {
        r = load_frame(file, i, each, ctx, ret_told);
    }
    file->tail = file->count;
    if (r < 0) {
        desk_index_file_close(file);
        return r;
    }
    *ret_file = file;
    return 0;
}

void
desk_index_file_close(struct desk_index_file *file)
{
    if (file == NULL) {
        return;
    }
    if (file->fd >= 0) {
        (void)(file->box != NULL ? desk_index_file_flush(file)
                                 : 0); /* else it is read from the ledger */
        (void)close(file->fd);
    }
    seal_box_free(file->box);
    free(file->used);
    explicit_bzero(&file->frame, sizeof(file->frame));
    free(file);
}

/* ---- changing ---- */

int
desk_index_file_flush(struct desk_index_file *file)
{
    if (!file->is_dirty) {
        return 0;
    }
    int r = write_frame(file->fd, file->box, file->tail, &file->frame);
    file->is_dirty = r < 0;
    return r;
}

/* A frame with room becomes the one that takes rows: one that was nearly emptied, else a new one. */
static int
next_tail(struct desk_index_file *file)
{
    int r = desk_index_file_flush(file);
    size_t which = 0;
    while (which < file->count && file->used[which] > REUSE) {
        which++;
    }
    if (r < 0 || which == FRAMES_MAX) {
        return r < 0 ? r : KERR_TOO_BIG;
    }
    memset(&file->frame, 0, sizeof(file->frame));
    if (which < file->count && file->used[which] > 0) {
        r = read_frame(file->fd, file->box, which, &file->frame);
    }
    if (r < 0) {
        return r;
    }
    file->tail = which;
    note_used(file, which, file->frame.used);
    return 0;
}

int
desk_index_file_put(struct desk_index_file *file, const struct desk_row *row,
    const struct desk_row_terms *terms, uint32_t *ret_place)
{
    AUTO_BUF bytes;
    buf_init(&bytes, sizeof(file->frame.rows));
    int r = write_row(&bytes, row, terms);
    bool fits =
        file->tail < file->count && file->frame.used + bytes.len <= sizeof(file->frame.rows);
    if (r == 0 && !fits) {
        r = next_tail(file);
    }
    if (r == 0 && file->frame.used + bytes.len > sizeof(file->frame.rows)) {
        r = KERR_TOO_BIG;
    }
    if (r < 0) {
        return r;
    }
    memcpy(file->frame.rows + file->frame.used, bytes.data, bytes.len);
    file->frame.used += (uint32_t)bytes.len;
    file->is_dirty = true;
    note_used(file, file->tail, file->frame.used);
    *ret_place = (uint32_t)file->tail;
    return 0;
}

int
desk_index_file_shown(struct desk_index_file *file, uint32_t place, const uint8_t id[LEDGER_ID_LEN],
    struct buf *ret_shown)
{
    struct frame other;
    struct desk_row row;
    struct desk_row_terms terms;
    struct frame *frame = &file->frame;
    int r = 0;
    desk_row_terms_init(&terms);
    if (place != file->tail) {
        frame = &other;
        r = read_frame(file->fd, file->box, place, frame);
    }
    bool found = false;
    for (const uint8_t *at = frame->rows; r == 0 && !found && at < frame->rows + frame->used;) {
        const uint8_t *end = frame->rows + frame->used;
        found = memcmp(at + offsetof(struct row_head, id), id, LEDGER_ID_LEN) == 0;
        if (found && (!read_row(&at, end, &row, &terms) || terms.shown.len == 0)) {
            r = KERR_NOT_FOUND;
        } else if (!found) {
            uint32_t len;
            memcpy(&len, at, sizeof(len)); /* read_row went over all of them before */
            at += len;
        }
    }
    r = r == 0 && !found ? KERR_NOT_FOUND : r;
    r = r == 0 ? buf_add(ret_shown, terms.shown.data, terms.shown.len) : r;
    explicit_bzero(&other, sizeof(other));
    explicit_bzero(&row, sizeof(row));
    desk_row_terms_release(&terms);
    return r;
}

int
desk_index_file_forget(
    struct desk_index_file *file, uint32_t place, const uint8_t id[LEDGER_ID_LEN])
{
    struct frame other;
    bool is_tail = place == file->tail;
    struct frame *frame = &file->frame;
    int r = 0;
    if (!is_tail) {
        frame = &other;
        r = read_frame(file->fd, file->box, place, frame);
    }
    for (const uint8_t *at = frame->rows; r == 0 && at < frame->rows + frame->used;) {
        struct row_head head;
        memcpy(
            &head, at, sizeof(head)); /* read_row went over all of them when the frame was loaded */
        if (memcmp(head.id, id, LEDGER_ID_LEN) == 0) {
            cut(frame, (size_t)(at - frame->rows), head.len);
        } else {
            at += head.len;
        }
    }
    r = r == 0 ? write_frame(file->fd, file->box, place, frame) : r;
    if (r == 0) {
        file->is_dirty = is_tail ? false : file->is_dirty;
        note_used(file, place, frame->used);
    }
    explicit_bzero(&other, sizeof(other));
    return r;
}
