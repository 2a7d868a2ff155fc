/* tests/desk/test_index.c - the index in memory beside a plain walk through the same records, the file: what is in it for whom, what is
 * left after damage, a lost key, a newer key and forgetting. */
#include "desk/fixture.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/rng.h"
#include "desk/kanji.h"

/* ---- rows ---- */

static const char *const families[] = {"佐藤", "高橋", "日立", "見本", "助川", "NGUYEN", "林"};
static const char *const givens[] = {"花子", "太郎", "さくら", "MAI", "一", "葉子"};

/* A record by its position: the same for the index and for the walk beside it. */
static void
some_row(uint64_t position, struct desk_row *row, struct desk_row_terms *terms)
{
    struct rng_seeded rng = {.state = position};
    struct desk_terms name;
    char text[64];
    unsigned number = (unsigned)(rng_seeded_next(&rng) % 3000);
    *row = (struct desk_row){.position = position,
        .person = rng_seeded_next(&rng) % 500 + 1,
        .submitted_at = (int64_t)(NOW + rng_seeded_next(&rng) % (60 * 86400))};
    memcpy(row->id, &position, sizeof(position));
    row->id[15] = 7;
    row->visit[0] = (uint8_t)(position / 3 % 250 + 1);
    row->visit[7] = (uint8_t)(position / 750);
    (void)snprintf(row->number, sizeof(row->number), "%08u", number);
    (void)snprintf(row->procedure, sizeof(row->procedure), "p%d", (int)(rng_seeded_next(&rng) % 3));
    (void)snprintf(row->language, sizeof(row->language), "ja");
    buf_clear(&terms->texts);
    terms->text_count = terms->day_count = 0;
    (void)snprintf(text, sizeof(text), "%s　%s",
        families[rng_seeded_next(&rng) % ARRAY_LEN(families)],
        givens[rng_seeded_next(&rng) % ARRAY_LEN(givens)]);
    desk_terms_of_name(kanji, text, &name);
    for (size_t i = 0; i < name.count; i++) {
        assert_int_equal(buf_add(&terms->texts, name.terms[i], strlen(name.terms[i]) + 1), 0);
        terms->text_count++;
    }
    buf_clear(&terms->shown);
    for (size_t i = 0; position % 5 > 0 && i < DESK_SHOWN; i++) { /* some have none */
        assert_int_equal(buf_add(&terms->shown, text, strlen(text) + 1), 0);
        text[strlen(text) - 1] = 0;
    }
    terms->days[terms->day_count++] =
        (uint32_t)((1930 + rng_seeded_next(&rng) % 80) * 512 +
                   (1 + rng_seeded_next(&rng) % 12) * 32 + 1 + rng_seeded_next(&rng) % 28);
}

static bool
row_has(const struct desk_row_terms *terms, const struct desk_query *query)
{
    for (size_t i = 0; i < query->words.count; i++) {
        bool found = false;
        const char *at = buf_str(&terms->texts);
        for (size_t j = 0; j < terms->text_count; j++, at += strlen(at) + 1) {
            const char *word = query->words.terms[i];
            found = found || strncmp(at, word, strlen(word)) == 0;
        }
        if (!found) {
            return false;
        }
    }
    for (size_t i = 0; i < query->birth_count; i++) {
        const struct desk_birth *birth = &query->births[i];
        bool found = false;
        for (size_t j = 0; j < terms->day_count; j++) {
            uint32_t day = terms->days[j];
            found = found || ((int)(day / 512) == birth->year &&
                                 (birth->month == 0 || (int)(day / 32 % 16) == birth->month) &&
                                 (birth->day == 0 || (int)(day % 32) == birth->day));
        }
        if (!found) {
            return false;
        }
    }
    return query->words.count + query->birth_count > 0;
}

enum { ROWS = 17000 }; /* more than one piece of rows and of terms */

static bool
is_forgotten(uint64_t position)
{
    return position % 11 == 0 || position > ROWS - 5;
}

static struct desk_rows *
some_rows(void)
{
    struct desk_rows *rows = desk_rows_new();
    struct desk_row row;
    struct desk_row_terms terms;
    desk_row_terms_init(&terms);
    for (uint64_t i = ROWS; i > 0; i--) { /* as the thread reads them: the newest first */
        some_row(i, &row, &terms);
        assert_int_equal(desk_rows_add(rows, &row, &terms, (uint32_t)i), 0);
        assert_int_equal(desk_rows_add(rows, &row, &terms, (uint32_t)i), KERR_EXISTS);
    }
    for (uint64_t i = 1; i <= ROWS; i++) {
        uint32_t place = 0;
        some_row(i, &row, &terms);
        if (is_forgotten(i)) {
            assert_int_equal(desk_rows_forget(rows, row.id, &place), 0);
            assert_int_equal(place, i);
            assert_int_equal(desk_rows_forget(rows, row.id, &place), KERR_NOT_FOUND);
        }
        assert_int_equal(desk_rows_knows(rows, i), !is_forgotten(i));
    }
    desk_row_terms_release(&terms);
    return rows;
}

static void
query_of(const char *words, const char *birth, struct desk_query *ret_query)
{
    memset(ret_query, 0, sizeof(*ret_query));
    desk_terms_of_words(kanji, words, &ret_query->words);
    if (*birth != 0) {
        assert_true(desk_birth_read(birth, &ret_query->births[0]));
        ret_query->birth_count = 1;
    }
}

/* The index beside a plain walk: the same records, newest first, the same count, on each page. */
static void
test_rows(void **state)
{
    (void)state;
    static const char *const queries[][2] = {{"佐藤", ""}, {"佐", ""}, {"花子", ""}, {"藤", ""},
        {"佐藤 花子", ""}, {"花子 佐", ""}, {"nguyen", ""}, {"n", ""}, {"ng", ""}, {"林", ""},
        {"", "1941"}, {"", "1941-3"}, {"", "1941-3-5"}, {"高橋", "1950"}, {"一", "1950-7"},
        {"さくら", "1960-01-02"}, {"誰", ""}, {"", "1929"}, {"佐藤 佐", "1941"}};
    struct desk_rows *rows = some_rows();
    struct desk_row row;
    struct desk_row_terms terms;
    desk_row_terms_init(&terms);
    size_t nonempty = 0;
    for (size_t q = 0; q < ARRAY_LEN(queries); q++) {
        struct desk_query query;
        uint64_t expected[ROWS];
        size_t count = 0;
        query_of(queries[q][0], queries[q][1], &query);
        for (uint64_t i = ROWS; i > 0; i--) {
            some_row(i, &row, &terms);
            if (!is_forgotten(i) && row_has(&terms, &query)) {
                expected[count++] = i;
            }
        }
        nonempty += count > 0 ? 1 : 0;
        for (size_t skip = 0; skip <= 100; skip += 20) {
            struct desk_hits hits;
            desk_rows_find(rows, &query, skip, &hits);
            size_t left = count > skip ? count - skip : 0;
            assert_int_equal(hits.count, count);
            assert_int_equal(hits.shown, left < DESK_HITS ? left : DESK_HITS);
            assert_memory_equal(hits.positions, expected + skip, hits.shown * sizeof(uint64_t));
        }
    }
    assert_true(nonempty > 12);
    struct desk_hits hits;
    struct desk_query empty = {0};
    desk_rows_find(rows, &empty, 0, &hits);
    assert_int_equal(hits.count, 0);
    desk_row_terms_release(&terms);
    desk_rows_free(rows);
    desk_rows_free(NULL);
}

static void
test_numbers_and_neighbours(void **state)
{
    (void)state;
    struct desk_rows *rows = some_rows();
    struct desk_row row, other, found;
    struct desk_row_terms terms;
    desk_row_terms_init(&terms);
    for (uint64_t i = 5; i < ROWS; i += 2711) {
        uint64_t newest = 0;
        size_t visits = 0, twins = 0;
        some_row(i, &row, &terms);
        for (uint64_t j = 1; j <= ROWS; j++) {
            some_row(j, &other, &terms);
            if (is_forgotten(j)) {
                continue;
            }
            newest = strcmp(other.number, row.number) == 0 ? j : newest;
            bool same_visit = memcmp(other.visit, row.visit, sizeof(row.visit)) == 0;
            int64_t apart = other.submitted_at - row.submitted_at;
            visits += j != i && same_visit ? 1 : 0;
            twins += j != i && !same_visit && other.person == row.person && apart <= DESK_TWIN_S &&
                             apart >= -DESK_TWIN_S && strcmp(other.procedure, row.procedure) == 0
                         ? 1
                         : 0;
        }
        struct desk_hits visit, twin;
        assert_int_equal(desk_rows_number(rows, row.number, &found), newest != 0);
        assert_true(newest == 0 || found.position == newest);
        desk_rows_beside(rows, &row, &visit, &twin);
        assert_int_equal(visit.count, visits);
        assert_int_equal(twin.count, twins);
        if (!is_forgotten(i)) {
            some_row(i, &row, &terms);
            assert_true(desk_rows_at(rows, i, &found));
            assert_memory_equal(found.id, row.id, sizeof(row.id));
            assert_string_equal(found.procedure, row.procedure);
            assert_string_equal(found.number, row.number);
            assert_true(found.person == row.person && found.submitted_at == row.submitted_at);
        }
    }
    /* without a visit or a person nobody is beside it */
    memset(row.visit, 0, sizeof(row.visit));
    row.person = 0;
    struct desk_hits visit, twin;
    desk_rows_beside(rows, &row, &visit, &twin);
    assert_true(visit.count == 0 && twin.count == 0);
    assert_false(desk_rows_at(rows, ROWS + 1, &found));
    assert_false(desk_rows_knows(rows, UINT64_MAX));
    assert_true(desk_rows_bytes(rows) > 0);
    desk_row_terms_release(&terms);
    desk_rows_free(rows);
}

/* ---- the file ---- */

struct kept {
    size_t count;
    bool seen[4096];
    uint64_t dropped; /* this one is said to be known */
    uint32_t places[4096];
};

static int
each_kept(const struct desk_row *row, const struct desk_row_terms *terms, uint32_t place, void *ctx)
{
    struct kept *kept = ctx;
    struct desk_row expected;
    struct desk_row_terms expected_terms;
    if (row->position == kept->dropped) {
        return KERR_EXISTS;
    }
    desk_row_terms_init(&expected_terms);
    some_row(row->position, &expected, &expected_terms);
    assert_memory_equal(row->id, expected.id, sizeof(row->id));
    assert_memory_equal(row->visit, expected.visit, sizeof(row->visit));
    assert_string_equal(row->number, expected.number);
    assert_string_equal(row->procedure, expected.procedure);
    assert_string_equal(row->language, expected.language);
    assert_true(row->person == expected.person && row->submitted_at == expected.submitted_at);
    assert_int_equal(terms->text_count, expected_terms.text_count);
    assert_int_equal(terms->texts.len, expected_terms.texts.len);
    assert_memory_equal(terms->texts.data, expected_terms.texts.data, terms->texts.len);
    assert_int_equal(terms->shown.len, expected_terms.shown.len);
    assert_memory_equal(buf_str(&terms->shown), buf_str(&expected_terms.shown), terms->shown.len);
    assert_int_equal(terms->day_count, 1);
    assert_int_equal(terms->days[0], expected_terms.days[0]);
    desk_row_terms_release(&expected_terms);
    assert_false(kept->seen[row->position]);
    kept->seen[row->position] = true;
    kept->places[row->position] = place;
    kept->count++;
    return 0;
}

struct indexed {
    char folder[HARNESS_FOLDER_LEN];
    char *keys, *path;
    struct seal_opener *opener;
    struct kept kept;
    struct desk_index_told told;
};

static struct seal_opener *
opener_of(const char *keys)
{
    struct seal_opener *opener = NULL;
    char *cert = fs_join(keys, "city.crt");
    char *key = fs_join(keys, "city.key");
    assert_int_equal(seal_opener_new(cert, key, &opener), 0);
    free(key);
    free(cert);
    return opener;
}

static int
setup_file(void **state)
{
    struct indexed *f = calloc(1, sizeof(*f));
    assert_non_null(f);
    harness_folder_make(f->folder);
    f->keys = fs_join(f->folder, "keys");
    f->path = fs_join(f->folder, "index");
    assert_int_equal(seal_keys_make(f->keys, "kiosk-001", "127.0.0.1"), 0);
    f->opener = opener_of(f->keys);
    *state = f;
    return 0;
}

static int
teardown_file(void **state)
{
    struct indexed *f = *state;
    seal_opener_free(f->opener);
    free(f->path);
    free(f->keys);
    assert_int_equal(harness_folder_remove(f->folder), 0);
    free(f);
    return 0;
}

static struct desk_index_file *
open_index(struct indexed *f, uint64_t dropped)
{
    struct desk_index_file *file = NULL;
    f->kept = (struct kept){.dropped = dropped};
    assert_int_equal(
        desk_index_file_open(f->path, f->opener, NOW, each_kept, &f->kept, &file, &f->told), 0);
    return file;
}

enum { KEPT = 1000 };

static void
put_rows(struct indexed *f, uint64_t first, uint64_t last)
{
    struct desk_index_file *file = open_index(f, 0);
    struct desk_row row;
    struct desk_row_terms terms;
    uint32_t place = 0;
    desk_row_terms_init(&terms);
    for (uint64_t i = first; i <= last; i++) {
        some_row(i, &row, &terms);
        assert_int_equal(desk_index_file_put(file, &row, &terms, &place), 0);
    }
    assert_true(last - first < 500 || place > 2); /* several frames */
    desk_row_terms_release(&terms);
    desk_index_file_close(file);
}

static void
read_bytes(const char *path, struct buf *out)
{
    buf_init(out, 64 * 1024 * 1024);
    assert_int_equal(fs_read(path, out), 0);
}

static int
by_block(const void *a, const void *b)
{
    return memcmp(a, b, 16);
}

/* Nothing to be read without the key, and nothing that tells that two are equal. */
static void
test_file(void **state)
{
    struct indexed *f = *state;
    put_rows(f, 1, KEPT);
    assert_true(f->told.anew);
    struct stat st;
    assert_int_equal(stat(f->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    struct desk_index_file *file = open_index(f, 0);
    struct desk_index_file *second = NULL;
    struct kept none = {0};
    struct desk_index_told told;
    assert_false(f->told.anew);
    assert_int_equal(f->kept.count, KEPT);
    assert_int_equal(f->told.rows, KEPT);
    assert_int_equal(f->told.damaged, 0);
    /* one program at a time */
    assert_int_equal(
        desk_index_file_open(f->path, f->opener, NOW, each_kept, &none, &second, &told), KERR_BUSY);
    desk_index_file_close(file);
    desk_index_file_close(NULL);
    AUTO_BUF bytes;
    read_bytes(f->path, &bytes);
    for (size_t i = 0; i < ARRAY_LEN(families); i++) {
        const char *name = families[i];
        for (size_t at = 0; at + strlen(name) < bytes.len; at++) {
            assert_true(memcmp(bytes.data + at, name, strlen(name)) != 0 || strlen(name) < 6);
        }
    }
    size_t blocks = (bytes.len - 8192) / 16; /* behind the head, which ends with zeros */
    uint8_t *sorted = malloc(blocks * 16);
    assert_non_null(sorted);
    memcpy(sorted, bytes.data + 8192, blocks * 16);
    qsort(sorted, blocks, 16, by_block);
    for (size_t i = 1; i < blocks; i++) {
        assert_memory_not_equal(sorted + 16 * i, sorted + 16 * (i - 1), 16);
    }
    free(sorted);
}

/* A row that goes is written over where it stood; others stay, and its room is used again. */
static void
test_file_forgets(void **state)
{
    struct indexed *f = *state;
    put_rows(f, 1, KEPT);
    AUTO_BUF before;
    AUTO_BUF after;
    struct desk_index_file *file = open_index(f, 0);
    struct desk_row row;
    struct desk_row_terms terms;
    desk_row_terms_init(&terms);
    read_bytes(f->path, &before);
    some_row(7, &row, &terms);
    assert_int_equal(desk_index_file_forget(file, f->kept.places[7], row.id), 0);
    read_bytes(f->path, &after); /* at once, not with the next flush */
    assert_int_equal(before.len, after.len);
    size_t at = 8192 + (size_t)f->kept.places[7] * 16384;
    assert_memory_not_equal(before.data + at + 12, after.data + at + 12, 16384 - 12);
    assert_memory_equal(before.data + at + 16384, after.data + at + 16384, before.len - at - 16384);
    /* all of the first frame, then as much again takes its room */
    size_t gone = 0;
    for (uint64_t i = 1; i <= KEPT; i++) {
        some_row(i, &row, &terms);
        if (i != 7 && f->kept.places[i] == 0) {
            assert_int_equal(desk_index_file_forget(file, 0, row.id), 0);
            gone++;
        }
    }
    uint32_t place = 9;
    some_row(KEPT + 1, &row, &terms);
    assert_int_equal(desk_index_file_put(file, &row, &terms, &place), 0);
    assert_int_equal(place, 0);
    assert_int_equal(desk_index_file_put(file, &row, &terms, &place), 0);
    assert_int_equal(desk_index_file_forget(file, place, row.id), 0); /* of the frame in memory */
    desk_index_file_close(file);
    file = open_index(f, 0);
    assert_int_equal(f->kept.count, KEPT - gone - 1);
    assert_false(f->kept.seen[7]);
    assert_false(f->kept.seen[KEPT + 1]);
    desk_index_file_close(file);
    desk_row_terms_release(&terms);
}

/* What is shown of a row is read alone, from the disk and from the frame that is not there yet. */
static void
test_file_shows(void **state)
{
    struct indexed *f = *state;
    put_rows(f, 1, KEPT);
    struct desk_index_file *file = open_index(f, 0);
    struct desk_row row;
    struct desk_row_terms terms;
    uint32_t place = 0;
    desk_row_terms_init(&terms);
    some_row(KEPT + 1, &row, &terms);
    assert_int_equal(desk_index_file_put(file, &row, &terms, &place), 0);
    f->kept.places[KEPT + 1] = place;
    for (uint64_t i = 1; i <= KEPT + 1; i += 8) {
        AUTO_BUF shown;
        buf_init(&shown, DESK_SHOWN_MAX);
        some_row(i, &row, &terms);
        int r = desk_index_file_shown(file, f->kept.places[i], row.id, &shown);
        assert_int_equal(r, terms.shown.len > 0 ? 0 : KERR_NOT_FOUND);
        assert_int_equal(shown.len, terms.shown.len);
        assert_memory_equal(buf_str(&shown), buf_str(&terms.shown), shown.len);
        row.id[9] ^= 1;
        assert_int_equal(
            desk_index_file_shown(file, f->kept.places[i], row.id, &shown), KERR_NOT_FOUND);
    }
    desk_row_terms_release(&terms);
    desk_index_file_close(file);
}

/* One row that the reader knows, and how many others came. */
struct known {
    const uint8_t *id;
    size_t others;
};

static int
each_but(const struct desk_row *row, const struct desk_row_terms *terms, uint32_t place, void *ctx)
{
    struct known *known = ctx;
    (void)terms;
    (void)place;
    bool is_known = memcmp(row->id, known->id, sizeof(row->id)) == 0;
    known->others += is_known ? 0 : 1;
    return is_known ? KERR_EXISTS : 0;
}

/* What is inside the frames, opened with the key. */
static void
open_frames(struct indexed *f, struct buf *out)
{
    enum { MAGIC = 18, HEAD = 8192, FRAME = 16384 };
    uint8_t plain[FRAME - SEAL_BOX_OVER];
    struct seal_box *box = NULL;
    bool old = false;
    uint32_t len;
    AUTO_BUF bytes;
    read_bytes(f->path, &bytes);
    memcpy(&len, bytes.data + MAGIC, sizeof(len));
    assert_int_equal(
        seal_box_open(f->opener, NOW, bytes.data + MAGIC + sizeof(len), len, &box, &old), 0);
    for (uint64_t i = 0; HEAD + (i + 1) * FRAME <= bytes.len; i++) {
        const struct seal_piece piece = {
            bytes.data + HEAD + i * FRAME, FRAME, (const uint8_t *)&i, sizeof(i)};
        assert_int_equal(seal_box_get(box, &piece, plain), 0);
        assert_int_equal(buf_add(out, plain, sizeof(plain)), 0);
    }
    seal_box_free(box);
}

static size_t
copies_of(const struct buf *bytes, const char *text)
{
    const size_t len = strlen(text);
    size_t times = 0;
    for (size_t at = 0; at + len <= bytes->len; at++) {
        times += memcmp(bytes->data + at, text, len) == 0 ? 1 : 0;
    }
    return times;
}

/* Not even whoever has the key finds what was forgotten: the rows behind it move up, and nothing is left where they ended. */
static void
test_file_leaves_nothing(void **state)
{
    enum { ALL = 5 };
    static const char *const names[ALL] = {
        "gonebylist", "staysfirst", "goneatonce", "stayslast", "gonelater"};
    struct indexed *f = *state;
    struct desk_index_file *file = open_index(f, 0);
    struct desk_row rows[ALL];
    struct desk_row_terms terms;
    uint32_t place = 0;
    desk_row_terms_init(&terms);
    for (uint64_t i = 0; i < ALL; i++) {
        some_row(i, &rows[i], &terms);
        buf_clear(&terms.texts);
        assert_int_equal(buf_add(&terms.texts, names[i], strlen(names[i]) + 1), 0);
        terms.text_count = 1;
        assert_int_equal(desk_index_file_put(file, &rows[i], &terms, &place), 0);
    }
    desk_row_terms_release(&terms);
    assert_int_equal(
        desk_index_file_forget(file, place, rows[2].id), 0); /* of the frame in memory */
    desk_index_file_close(file);
    struct known known = {.id = rows[0].id};
    assert_int_equal(
        desk_index_file_open(f->path, f->opener, NOW, each_but, &known, &file, &f->told), 0);
    assert_int_equal(desk_index_file_forget(file, place, rows[4].id), 0); /* of one on disk */
    desk_index_file_close(file);
    assert_int_equal(known.others, 3);
    AUTO_BUF plain;
    buf_init(&plain, 1024 * 1024);
    open_frames(f, &plain);
    for (size_t i = 0; i < ALL; i++) { /* what moved up is there once */
        assert_int_equal(copies_of(&plain, names[i]), names[i][0] == 's' ? 1 : 0);
    }
}

/* What the reader knows already goes out of the file. */
static void
test_file_drops(void **state)
{
    struct indexed *f = *state;
    put_rows(f, 1, 60);
    desk_index_file_close(open_index(f, 30));
    assert_int_equal(f->kept.count, 59);
    desk_index_file_close(open_index(f, 0));
    assert_int_equal(f->kept.count, 59);
    assert_false(f->kept.seen[30]);
}

static void
flip(const char *path, off_t at)
{
    uint8_t byte = 0;
    int fd = open(path, O_RDWR);
    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &byte, 1, at), 1);
    byte ^= 0x40;
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    assert_int_equal(close(fd), 0);
}

/* A damaged frame costs its own rows; a frame in another's place is damaged too; a torn end, a broken head and a lost key cost no
 * more than the work to read the ledger again. */
static void
test_file_damage(void **state)
{
    struct indexed *f = *state;
    put_rows(f, 1, KEPT);
    AUTO_BUF whole;
    read_bytes(f->path, &whole);
    flip(f->path, 8192 + 16384 + 777);
    desk_index_file_close(open_index(f, 0));
    assert_int_equal(f->told.damaged, 1);
    assert_in_range(f->kept.count, KEPT / 2, KEPT - 1);
    size_t left = f->kept.count;
    put_rows(f, KEPT + 1, KEPT + 1); /* its room is used again */
    desk_index_file_close(open_index(f, 0));
    assert_int_equal(f->told.damaged, 0);
    assert_int_equal(f->kept.count, left + 1);

    assert_int_equal(fs_write_atomic(f->path, whole.data, whole.len, 0600), 0);
    memmove(whole.data + 8192, whole.data + 8192 + 16384, 16384); /* the second frame twice */
    assert_int_equal(fs_write_atomic(f->path, whole.data, whole.len, 0600), 0);
    desk_index_file_close(open_index(f, 0));
    assert_int_equal(f->told.damaged, 1);

    assert_int_equal(truncate(f->path, 8192 + 16384 + 16384 + 100), 0);
    desk_index_file_close(open_index(f, 0));
    assert_int_equal(f->told.frames, 2);
    put_rows(f, 2000, 2000);
    desk_index_file_close(open_index(f, 0));
    assert_true(f->kept.seen[2000]);

    flip(f->path, 40);
    desk_index_file_close(open_index(f, 0));
    assert_true(f->told.anew);
    assert_int_equal(f->kept.count, 0);

    put_rows(f, 1, 10);
    char *other = fs_join(f->folder, "other");
    assert_int_equal(seal_keys_make(other, "kiosk-001", "127.0.0.1"), 0);
    seal_opener_free(f->opener);
    f->opener = opener_of(other);
    free(other);
    desk_index_file_close(open_index(f, 0));
    assert_true(f->told.anew);
    assert_int_equal(f->kept.count, 0);
}

/* The city's next key: what was kept is written again under it, and the key before opens it no more. */
static void
test_file_newer_key(void **state)
{
    struct indexed *f = *state;
    put_rows(f, 1, KEPT);
    char *more = fs_join(f->keys, "city");
    char *ring = fs_join(f->folder, "ring.der");
    const struct seal_next next = {f->keys, more, ring, NOW, NOW - 60, 400};
    int64_t now = clock_wall_s(clock_system());
    struct seal_next real = next;
    real.now = now;
    real.from = now + 60;
    assert_int_equal(seal_keyring_next(&real), 0);
    struct seal_opener *before = f->opener;
    f->opener = opener_of(f->keys);
    assert_int_equal(seal_opener_add_folder(f->opener, more), 0);
    struct desk_index_file *file = NULL;
    f->kept = (struct kept){0};
    assert_int_equal(
        desk_index_file_open(f->path, f->opener, now + 120, each_kept, &f->kept, &file, &f->told),
        0);
    assert_true(f->told.newer_key);
    assert_false(f->told.anew);
    assert_int_equal(f->kept.count, KEPT);
    desk_index_file_close(file);
    f->kept = (struct kept){0};
    assert_int_equal(
        desk_index_file_open(f->path, f->opener, now + 120, each_kept, &f->kept, &file, &f->told),
        0);
    assert_false(f->told.newer_key);
    assert_int_equal(f->kept.count, KEPT);
    desk_index_file_close(file);
    seal_opener_free(f->opener);
    f->opener = before;
    desk_index_file_close(open_index(f, 0));
    assert_true(f->told.anew);
    free(ring);
    free(more);
}

static int
count_row(const struct desk_row *row, const struct desk_row_terms *terms, uint32_t place, void *ctx)
{
    (void)row;
    (void)terms;
    (void)place;
    ++*(size_t *)ctx;
    return 0;
}

/* What there is no place for in memory could not be forgotten any more: it stays in no file either, whether it is put or read. */
static void
test_file_without_place(void **state)
{
    enum {
        BEYOND = 300 * 1000 * 1000
    }; /* a position that the map of index_priv.h does not reach */
    struct indexed *f = *state;
    char *ledger_path = fs_join(f->folder, "ledger.db");
    const struct desk_config config = {
        .index = f->path, .opener = f->opener, .pages = "assets/desk", .clock = clock_system()};
    const struct ledger_entry entry = {.position = BEYOND, .id = {1}};
    const struct record_head head = {.number = "00000000", .procedure = "p", .language = "ja"};
    struct fact_set *facts = fact_set_new();
    assert_int_equal(fact_set_put(facts, "applicant.name", "高橋　実", FACT_ORIGIN_PERSON, NOW), 0);
    struct record *record = record_new(&head, facts);
    struct ledger *ledger = NULL;
    assert_int_equal(ledger_open(ledger_path, &ledger), 0);
    for (int is_read = 0; is_read < 2; is_read++) {
        struct desk_index *index = NULL;
        struct desk_index_file *file = NULL;
        size_t done = 0, rows = 0;
        if (is_read != 0) {
            put_rows(f, BEYOND, BEYOND);
        }
        assert_int_equal(desk_index_new(&config, &index), 0);
        assert_int_equal(desk_index_step(index, ledger, 1, &done), 0); /* reads the file */
        if (is_read == 0) {
            assert_true(desk_index_begin(index, &entry));
            desk_index_end(index, &entry, record);
        }
        desk_index_free(index);
        assert_int_equal(
            desk_index_file_open(f->path, f->opener, NOW, count_row, &rows, &file, &f->told), 0);
        desk_index_file_close(file);
        assert_int_equal(rows, 0);
    }
    ledger_close(ledger);
    record_free(record);
    fact_set_free(facts);
    free(ledger_path);
}

#define FILE_TEST(name) cmocka_unit_test_setup_teardown(name, setup_file, teardown_file)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_numbers_and_neighbours),
        FILE_TEST(test_file),
        FILE_TEST(test_file_forgets),
        FILE_TEST(test_file_shows),
        FILE_TEST(test_file_leaves_nothing),
        FILE_TEST(test_file_drops),
        FILE_TEST(test_file_damage),
        FILE_TEST(test_file_newer_key),
        FILE_TEST(test_file_without_place),
    };
    return cmocka_run_group_tests(tests, load_kanji, free_kanji);
}
