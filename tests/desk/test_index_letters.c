/* tests/desk/test_index_letters.c - the index in memory by its letters: those that share a key are told apart, those of what was
 * forgotten are gone from all memory, and that memory is given back. */
#include "desk/fixture.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/err.h"
#include "base/rng.h"
#include "base/utf8.h"
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

static void
put_word(struct desk_row_terms *terms, const uint32_t *letters, size_t count)
{
    char text[DESK_TERM_MAX];
    size_t len = 0;
    for (size_t i = 0; i < count; i++) {
        len += utf8_encode(letters[i], text + len);
    }
    text[len] = 0;
    assert_int_equal(buf_add(&terms->texts, text, len + 1), 0);
    terms->text_count++;
}

/* More letters than there are numbers: those that share the last one are told apart by their texts. */
static void
test_other_letters(void **state)
{
    (void)state;
    enum { NUMBERED = 65534, WORDS_A_ROW = 200, SHARED = 40 };
    struct desk_rows *rows = desk_rows_new();
    struct desk_row_terms terms;
    struct desk_row row;
    uint32_t letters[3];
    uint32_t next = 0x10000; /* from here on each is a letter */
    uint64_t position = 1;
    desk_row_terms_init(&terms);
    while (next < 0x10000 + NUMBERED) {
        buf_clear(&terms.texts);
        for (terms.text_count = 0; terms.text_count < WORDS_A_ROW && next < 0x10000 + NUMBERED;) {
            size_t count = 0;
            while (count < 3 && next < 0x10000 + NUMBERED) {
                letters[count++] = next++;
            }
            put_word(&terms, letters, count);
        }
        row_at(position++, &row);
        assert_int_equal(desk_rows_add(rows, &row, &terms, 0), 0);
    }
    for (uint32_t i = 0; i < 2 * SHARED; i++) { /* each alone, and behind one that has a number */
        buf_clear(&terms.texts);
        terms.text_count = 0;
        letters[0] = i < SHARED ? next + i : 0x10000;
        letters[1] = next + i - SHARED;
        put_word(&terms, letters, i < SHARED ? 1 : 2);
        row_at(position + i, &row);
        assert_int_equal(desk_rows_add(rows, &row, &terms, 0), 0);
    }
    for (uint32_t i = 0; i < 2 * SHARED; i++) {
        struct desk_query query = {.words.count = 1};
        struct desk_hits hits;
        letters[0] = i < SHARED ? next + i : 0x10000;
        letters[1] = next + i - SHARED;
        buf_clear(&terms.texts);
        put_word(&terms, letters, i < SHARED ? 1 : 2);
        (void)snprintf(query.words.terms[0], DESK_TERM_MAX, "%s", buf_str(&terms.texts));
        desk_rows_find(rows, &query, 0, &hits);
        assert_int_equal(hits.count, 1);
        assert_int_equal(hits.positions[0], position + i);
    }
    desk_row_terms_release(&terms);
    desk_rows_free(rows);
}

/* Records that are larger than most: a shelf is full of their texts, of their terms, or of blocks that were left behind, before it
 * is full of records, and the next one takes what follows. */
static void
test_large_records(void **state)
{
    (void)state;
    static const struct {
        size_t words, len,
            records; /* of each record; 1: the words are single letters, each another one */
        bool goes;
    } cases[] = {{48, 250, 1500, false}, {254, 1, 2200, false}, {254, 1, 700, true}};
    for (size_t c = 0; c < ARRAY_LEN(cases); c++) {
        struct desk_rows *rows = desk_rows_new();
        struct desk_row_terms terms;
        struct desk_row row;
        struct desk_hits hits;
        struct desk_query query = {.words.count = 1, .words.terms[0] = "!"};
        uint32_t place = 0;
        desk_row_terms_init(&terms);
        terms.texts.max = 64 * 1024;
        for (uint64_t i = 1; i <= cases[c].records; i++) {
            buf_clear(&terms.texts);
            terms.text_count = 0;
            for (uint32_t word = 0; word < cases[c].words; word++) {
                uint32_t letters[250];
                for (size_t at = 0; at < cases[c].len; at++) {
                    letters[at] = '!' + (cases[c].len > 1 && at != 1 ? (uint32_t)at % 90 : word);
                }
                put_word(&terms, letters, cases[c].len);
            }
            row_at(i, &row);
            assert_int_equal(desk_rows_add(rows, &row, &terms, 0), 0);
            if (cases[c].goes) {
                assert_int_equal(desk_rows_forget(rows, row.id, &place), 0);
            }
        }
        desk_rows_find(rows, &query, 0, &hits);
        assert_int_equal(hits.count, cases[c].goes ? 0 : cases[c].records);
        assert_int_equal(desk_rows_count(rows), cases[c].goes ? 0 : cases[c].records);
        /* more than one shelf: the first one goes back */
        for (uint64_t i = 1; i <= cases[c].records && !cases[c].goes; i++) {
            row_at(i, &row);
            assert_int_equal(desk_rows_forget(rows, row.id, &place), 0);
        }
        assert_int_equal(desk_rows_tidy(rows, 1), DESK_SHELF_FREED);
        assert_int_equal(desk_rows_tidy(rows, 1), DESK_TIDY);
        desk_row_terms_release(&terms);
        desk_rows_free(rows);
    }
}

/* ---- beside a plain list, by chance ---- */

enum { CHANCE_RECORDS = 3000, WORDS = 3, WORD_MAX = 6, YEARS = 3 };

struct plain {
    bool is_there;
    char words[WORDS][WORD_MAX];
    int year;
};

static void
draw_word(struct rng_seeded *rng, char word[WORD_MAX])
{
    static const char letters[] = "aaabbc";
    size_t len = 1 + rng_seeded_next(rng) % (WORD_MAX - 1);
    for (size_t i = 0; i < len; i++) {
        word[i] = letters[rng_seeded_next(rng) % (sizeof(letters) - 1)];
    }
    word[len] = 0;
}

static void
add_plain(struct desk_rows *rows, struct rng_seeded *rng, struct plain *plain, uint64_t position)
{
    struct desk_row_terms terms;
    struct desk_row row;
    desk_row_terms_init(&terms);
    row_at(position, &row);
    for (size_t i = 0; i < WORDS; i++) {
        draw_word(rng, plain->words[i]);
        assert_int_equal(buf_add(&terms.texts, plain->words[i], strlen(plain->words[i]) + 1), 0);
    }
    terms.text_count = WORDS;
    plain->year = 1940 + (int)(rng_seeded_next(rng) % YEARS);
    terms.days[0] = (uint32_t)(plain->year * 512 + 33);
    terms.day_count = 1;
    plain->is_there = true;
    assert_int_equal(desk_rows_add(rows, &row, &terms, 0), 0);
    desk_row_terms_release(&terms);
}

static bool
has_word(const struct plain *plain, const char *word)
{
    bool has = false;
    for (size_t i = 0; i < WORDS; i++) {
        has = has || strncmp(plain->words[i], word, strlen(word)) == 0;
    }
    return has;
}

static void
compare(const struct desk_rows *rows, struct rng_seeded *rng, const struct plain *all)
{
    struct desk_query query = {.words.count = 1 + rng_seeded_next(rng) % 2,
        .birth_count = rng_seeded_next(rng) % 2,
        .births[0].year = 1940 + (int)(rng_seeded_next(rng) % YEARS)};
    struct desk_hits hits;
    size_t count = 0;
    uint64_t newest = 0;
    for (size_t i = 0; i < query.words.count; i++) {
        draw_word(rng, query.words.terms[i]);
    }
    for (uint64_t i = 1; i <= CHANCE_RECORDS; i++) {
        bool fits =
            all[i].is_there && (query.birth_count == 0 || all[i].year == query.births[0].year);
        for (size_t j = 0; j < query.words.count; j++) {
            fits = fits && has_word(&all[i], query.words.terms[j]);
        }
        count += fits ? 1 : 0;
        newest = fits ? i : newest;
    }
    desk_rows_find(rows, &query, 0, &hits);
    assert_int_equal(hits.count, count);
    assert_true(count == 0 || hits.positions[0] == newest);
}

/* Records come, go and come again: what is found is what a plain list has. */
static void
test_by_chance(void **state)
{
    (void)state;
    static struct plain all[CHANCE_RECORDS + 1];
    const char *soak = getenv("SOAK");
    const int turns = soak != NULL && *soak == '1' ? 2000000 : 20000;
    struct rng_seeded rng = {.state = 61};
    struct desk_rows *rows = desk_rows_new();
    struct desk_row row;
    uint32_t place = 0;
    for (int turn = 0; turn < turns; turn++) {
        /* now most come, now most go */
        bool comes = rng_seeded_next(&rng) % 8 < (turn / 3000 % 2 == 0 ? 6U : 2U);
        uint64_t position = 1 + rng_seeded_next(&rng) % CHANCE_RECORDS;
        row_at(position, &row);
        if (comes && !all[position].is_there) {
            add_plain(rows, &rng, &all[position], position);
        } else if (!comes && all[position].is_there) {
            assert_int_equal(desk_rows_forget(rows, row.id, &place), 0);
            all[position].is_there = false;
        }
        if (turn % 100 == 0) {
            compare(rows, &rng, all);
            (void)desk_rows_tidy(rows, 50);
        }
    }
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
        cmocka_unit_test(test_other_letters),
        cmocka_unit_test(test_large_records),
        cmocka_unit_test(test_by_chance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
