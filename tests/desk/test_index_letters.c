/* tests/desk/test_index_letters.c - the index in memory by its letters: those that share a key are told apart, those of what was
 * forgotten are gone from all memory, and that memory is given back. */
#include "desk/fixture.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/err.h"
#include "desk/find_priv.h"

static void
row_at(uint64_t position, struct desk_row *ret_row)
{
    *ret_row = (struct desk_row){
        .position = position, .number = "00100737", .procedure = "move-in", .language = "ja"};
    memcpy(ret_row->id, &position, sizeof(position));
}

/* A name as it stands nowhere in memory: each byte with its last bit turned. */
static const char masked[] = "P{yViklQpx";
enum { NAME_LEN = sizeof(masked) - 1 };

static void
unmask(char name[NAME_LEN + 1])
{
    for (size_t i = 0; i < NAME_LEN; i++) {
        name[i] = (char)(masked[i] ^ 1);
    }
    name[NAME_LEN] = 0;
}

static bool
is_name_in(const char *bytes, size_t len)
{
    for (size_t at = 0; at + NAME_LEN <= len; at++) {
        size_t same = 0;
        while (same < NAME_LEN && bytes[at + same] == (masked[same] ^ 1)) {
            same++;
        }
        if (same == NAME_LEN) {
            return true;
        }
    }
    return false;
}

/* Whether our own memory has the name anywhere: what may be written, but for the buffer that this reads into and for
 * what the sanitizer keeps for itself (it is large). */
static bool
memory_has_name(void)
{
    enum { PIECE = 1024 * 1024, MAPPING_MAX = 64 };
    static char piece[PIECE];
    FILE *maps = fopen("/proc/self/maps", "r");
    int fd = open("/proc/self/mem", O_RDONLY);
    char line[1024];
    bool found = false;
    assert_true(maps != NULL && fd >= 0);
    while (!found && fgets(line, sizeof(line), maps) != NULL) {
        unsigned long long from = 0;
        unsigned long long to = 0;
        char flags[8] = "";
        if (sscanf(line, "%llx-%llx %7s", &from, &to, flags) != 3 || flags[1] != 'w' ||
            to - from > (unsigned long long)MAPPING_MAX * PIECE ||
            ((uintptr_t)piece >= from && (uintptr_t)piece < to)) {
            continue;
        }
        for (unsigned long long at = from; !found && at < to; at += PIECE - NAME_LEN) {
            size_t want = to - at < PIECE ? (size_t)(to - at) : PIECE;
            ssize_t got = pread(fd, piece, want, (off_t)at);
            found = got > 0 && is_name_in(piece, (size_t)got);
        }
    }
    explicit_bzero(piece, sizeof(piece));
    assert_int_equal(close(fd), 0);
    assert_int_equal(fclose(maps), 0);
    return found;
}

/* What was forgotten stands nowhere in memory any more. */
static void
test_wiped(void **state)
{
    (void)state;
    char name[NAME_LEN + 1];
    struct desk_rows *rows = desk_rows_new();
    struct desk_row_terms terms;
    struct desk_row row;
    uint32_t place = 0;
    desk_row_terms_init(&terms);
    row_at(1, &row);
    unmask(name);
    assert_int_equal(buf_add(&terms.texts, name, sizeof(name)), 0);
    explicit_bzero(name, sizeof(name));
    terms.text_count = 1;
    assert_int_equal(desk_rows_add(rows, &row, &terms, 0), 0);
    desk_row_terms_release(&terms);
    assert_true(memory_has_name());
    assert_int_equal(desk_rows_forget(rows, row.id, &place), 0);
    assert_false(memory_has_name());
    desk_rows_free(rows);
}

/* Letters that share a key (their low bits are the same) are still told apart, before and after both are known. */
static void
test_shared_keys(void **state)
{
    (void)state;
    static const char *const names[] = {"\u4f50", "\ucf50", "\u4f50\u85e4", "\ucf50\u85e4",
        "\u4e00\U00020bb7", "\u4e00\u0bb7", "\u4e00"};
    static const struct {
        const char *typed;
        size_t alone, count; /* with the first of them only, and with all */
    } cases[] = {{"\u4f50", 1, 2}, {"\ucf50", 0, 2}, {"\u4f50\u85e4", 0, 1}, {"\ucf50\u85e4", 0, 1},
        {"\u4e00\U00020bb7", 0, 1}, {"\u4e00\u0bb7", 0, 1}, {"\u4e00", 0, 3},
        {"\u4f50\u4e00", 0, 0}};
    struct desk_rows *rows = desk_rows_new();
    struct desk_row_terms terms;
    struct desk_row row;
    desk_row_terms_init(&terms);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        row_at(i + 1, &row);
        buf_clear(&terms.texts);
        assert_int_equal(buf_add(&terms.texts, names[i], strlen(names[i]) + 1), 0);
        terms.text_count = 1;
        assert_int_equal(desk_rows_add(rows, &row, &terms, 0), 0);
        for (size_t j = 0; j < ARRAY_LEN(cases) && (i == 0 || i + 1 == ARRAY_LEN(names)); j++) {
            struct desk_query query = {.words.count = 1};
            struct desk_hits hits;
            (void)snprintf(query.words.terms[0], DESK_TERM_MAX, "%s", cases[j].typed);
            desk_rows_find(rows, &query, 0, &hits);
            assert_int_equal(hits.count, i == 0 ? cases[j].alone : cases[j].count);
        }
    }
    desk_row_terms_release(&terms);
    desk_rows_free(rows);
}

/* A record whose terms fit twice is one, wherever the keys that are compared at once end. */
static void
test_once(void **state)
{
    (void)state;
    enum { RECORDS = 50 };
    struct desk_rows *rows = desk_rows_new();
    struct desk_query query = {.words.count = 1, .words.terms[0] = "\u4f50"};
    struct desk_row_terms terms;
    struct desk_hits hits;
    struct desk_row row;
    desk_row_terms_init(&terms);
    for (const char *text = "\u4f50\u85e4"; terms.text_count < 2; terms.text_count++) {
        assert_int_equal(buf_add(&terms.texts, text, strlen(text) + 1), 0);
    }
    for (uint64_t i = 1; i <= 2 * RECORDS; i++) { /* older ones first, then newer ones first */
        row_at(i <= RECORDS ? i : 5 * RECORDS - i, &row);
        assert_int_equal(desk_rows_add(rows, &row, &terms, 0), 0);
        desk_rows_find(rows, &query, 0, &hits);
        assert_int_equal(hits.count, i);
        assert_int_equal(hits.positions[0], i <= RECORDS ? i : 4 * RECORDS - 1);
    }
    desk_row_terms_release(&terms);
    desk_rows_free(rows);
}

enum { MANY = 20000, FULL_SHELVES = 2, ON_THEM = FULL_SHELVES * 8192 };

static bool
stays(uint64_t position)
{
    return position > ON_THEM || position % 4 == 0;
}

/* How many records a word finds; the newest of them. */
static size_t
count_of(const struct desk_rows *rows, const char *word, int year, uint64_t *ret_newest)
{
    struct desk_query query = {.words.count = 1, .birth_count = 1, .births[0].year = year};
    struct desk_hits hits;
    (void)snprintf(query.words.terms[0], DESK_TERM_MAX, "%s", word);
    desk_rows_find(rows, &query, 0, &hits);
    *ret_newest = hits.positions[0];
    return hits.count;
}

static struct desk_rows *
many_rows(void)
{
    struct desk_rows *rows = desk_rows_new();
    struct desk_row_terms terms;
    struct desk_row row;
    desk_row_terms_init(&terms);
    for (uint64_t i = 1; i <= MANY; i++) {
        row_at(i, &row);
        buf_clear(&terms.texts);
        assert_int_equal(buf_printf(&terms.texts, "\u4f50%05u", (unsigned)i), 0);
        assert_int_equal(buf_add(&terms.texts, "", 1), 0);
        terms.text_count = 1;
        terms.days[0] = 1941 * 512 + 3 * 32 + 5;
        terms.day_count = 1;
        assert_int_equal(desk_rows_add(rows, &row, &terms, (uint32_t)i + 7), 0);
    }
    desk_row_terms_release(&terms);
    return rows;
}

/* Where most is gone the rest moves together, and the memory goes back; the rest is found as before, and knows its places. */
static void
test_tidied(void **state)
{
    (void)state;
    struct desk_rows *rows = many_rows();
    struct desk_row row;
    uint32_t place = 0;
    uint64_t newest = 0;
    const size_t before = desk_rows_bytes(rows);
    assert_int_equal(desk_rows_tidy(rows, 100), DESK_TIDY);
    for (uint64_t i = 1; i <= ON_THEM; i++) {
        row_at(i, &row);
        assert_true(stays(i) || desk_rows_forget(rows, row.id, &place) == 0);
    }
    size_t freed = 0;
    size_t turns = 0;
    for (enum desk_tidied tidied; (tidied = desk_rows_tidy(rows, 100)) != DESK_TIDY; turns++) {
        freed += tidied == DESK_SHELF_FREED ? 1 : 0;
        assert_int_equal(
            count_of(rows, "\u4f50", 1941, &newest), MANY - ON_THEM + ON_THEM / 4); /* meanwhile */
        assert_int_equal(newest, MANY);
    }
    assert_int_equal(freed, FULL_SHELVES);
    assert_in_range(turns, ON_THEM / 4 / 100, ON_THEM / 4 / 100 + 4);
    assert_true(desk_rows_bytes(rows) < before * 3 / 4);
    assert_int_equal(count_of(rows, "\u4f500001", 1941, &newest), 2); /* 12 and 16 */
    assert_int_equal(newest, 16);
    assert_int_equal(count_of(rows, "\u4f500001", 1942, &newest), 0);
    for (uint64_t i = 1; i <= MANY; i += 3) {
        row_at(i, &row);
        assert_int_equal(desk_rows_knows(rows, i), stays(i));
        assert_int_equal(desk_rows_forget(rows, row.id, &place), stays(i) ? 0 : KERR_NOT_FOUND);
        assert_true(!stays(i) || place == i + 7);
    }
    desk_rows_free(rows);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shared_keys),
        cmocka_unit_test(test_wiped),
        cmocka_unit_test(test_once),
        cmocka_unit_test(test_tidied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
