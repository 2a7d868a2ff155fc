/* live/table.c - one file of live data: lines into rows, each field held to its form, rows sorted. All of it comes
 * from outside: bounded, UTF-8 checked, refused whole at the first line that is none. */
#include "live/live.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/utf8.h"

enum {
    NUMBER_DIGITS = 8, /* of a record, record.h */
    CARD_DIGITS_MIN = 4,
    CARD_DIGITS_MAX = 11, /* twelve would be a My Number */
    FREE_DIGITS_MAX = 3,
    POINTS_DIGITS_MAX = 9,
    DATE_LEN = 10,
    TIME_LEN = 5,
    AS_OF_LEN = 25, /* 2026-11-22T08:00:00+09:00 */
    JAPAN_S = 9 * 3600,
    DAY_S = 86400
};

struct row {
    const char *fields[LIVE_FIELDS_MAX];
    size_t count;
};

struct live_table {
    char *text; /* fields end with NUL in it */
    size_t len;
    struct row *rows;
    size_t count;
    int64_t as_of;
    enum live_form form;
};

static const struct {
    const char *name;
    size_t least, most; /* fields of a row */
    size_t key; /* fields that no two rows share */
} forms[LIVE_FORM_COUNT] = {
    [LIVE_SLOTS] = {"slots", 4, 4, 3},
    [LIVE_ANSWERS] = {"answers", 2, 3, 1},
    [LIVE_BALANCES] = {"balances", 2, 2, 1},
    [LIVE_ROWS] = {"rows", 1, LIVE_FIELDS_MAX, 0},
};

static bool
is_digits(const char *text, size_t least, size_t most)
{
    size_t len = strspn(text, "0123456789");
    return text[len] == 0 && len >= least && len <= most;
}

static bool
is_id(const char *text)
{
    size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");
    return text[len] == 0 && len > 0 && len < LIVE_NAME_MAX && text[0] >= 'a' && text[0] <= 'z';
}

/* The number of count digits at text; -1 when there is something else. */
static int
digits_at(const char *text, size_t count)
{
    int value = 0;
    for (size_t i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return -1;
        }
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

/* HH:MM as minutes of the day. */
static bool
read_time(const char *text, int *ret_minutes)
{
    if (strnlen(text, TIME_LEN) < TIME_LEN || text[2] != ':') {
        return false;
    }
    int hour = digits_at(text, 2);
    int minute = digits_at(text + 3, 2);
    *ret_minutes = hour * 60 + minute;
    return hour >= 0 && hour < 24 && minute >= 0 && minute < 60;
}

static bool
is_date(const char *text)
{
    int64_t days;
    return clock_day_parse(text, strlen(text), &days);
}

static bool
is_time(const char *text)
{
    int minutes;
    return strlen(text) == TIME_LEN && read_time(text, &minutes);
}

/* RFC 3339 with whole seconds and an offset: 2026-11-22T08:00:00+09:00, ...Z. */
static bool
read_moment(const char *text, int64_t *ret_wall_s)
{
    int64_t days;
    int minutes;
    if (!clock_day_parse(text, strnlen(text, DATE_LEN), &days) || text[DATE_LEN] != 'T' ||
        !read_time(text + DATE_LEN + 1, &minutes) || text[16] != ':') {
        return false;
    }
    int seconds = digits_at(text + 17, 2);
    int64_t offset = 0;
    const char *zone = text + 19;
    if (seconds < 0 || seconds > 59) {
        return false;
    }
    if (strcmp(zone, "Z") != 0) {
        int away;
        if ((zone[0] != '+' && zone[0] != '-') || !read_time(zone + 1, &away) ||
            strlen(text) != AS_OF_LEN) {
            return false;
        }
        offset = (zone[0] == '+' ? 60 : -60) * (int64_t)away;
    }
    *ret_wall_s = days * DAY_S + (int64_t)minutes * 60 + seconds - offset;
    return true;
}

bool
live_slot_name(const char *text, struct live_slot_name *ret_name)
{
    struct live_slot_name name = {0};
    const char *slash = strchr(text, '/');
    size_t len = slash != NULL ? (size_t)(slash - text) : 0;
    if (slash == NULL || len >= LIVE_NAME_MAX || strlen(slash) != 1 + DATE_LEN + 1 + TIME_LEN ||
        slash[1 + DATE_LEN] != '/') {
        return false;
    }
    memcpy(name.resource, text, len);
    memcpy(name.date, slash + 1, DATE_LEN);
    memcpy(name.time, slash + 1 + DATE_LEN + 1, TIME_LEN);
    if (!is_id(name.resource) || !is_date(name.date) || !is_time(name.time)) {
        return false;
    }
    *ret_name = name;
    return true;
}

/* Does the row have the form of its table? */
static bool
row_fits(enum live_form form, const struct row *row)
{
    const char *const *f = row->fields;
    struct live_slot_name slot;
    if (row->count < forms[form].least || row->count > forms[form].most) {
        return false;
    }
    switch (form) {
    case LIVE_SLOTS:
        return is_id(f[0]) && is_date(f[1]) && is_time(f[2]) && is_digits(f[3], 1, FREE_DIGITS_MAX);
    case LIVE_ANSWERS:
        return is_digits(f[0], NUMBER_DIGITS, NUMBER_DIGITS) && is_id(f[1]) &&
               (row->count < 3 || live_slot_name(f[2], &slot));
    case LIVE_BALANCES:
        return is_digits(f[0], CARD_DIGITS_MIN, CARD_DIGITS_MAX) &&
               is_digits(f[1], 1, POINTS_DIGITS_MAX);
    case LIVE_ROWS:
    case LIVE_FORM_COUNT:
        break;
    }
    return true;
}

static int
compare_fields(const struct row *a, const struct row *b, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *left = i < a->count ? a->fields[i] : "";
        const char *right = i < b->count ? b->fields[i] : "";
        int order = strcmp(left, right);
        if (order != 0) {
            return order;
        }
    }
    return 0;
}

static int
compare_rows(const void *a, const void *b)
{
    return compare_fields(a, b, LIVE_FIELDS_MAX);
}

/* A line that begins with #: the first two say when and what. */
static bool
take_heading(struct live_table *table, const char *line, int number)
{
    static const char as_of[] = "# as-of ";
    static const char form[] = "# form ";
    if (number == 1) {
        return strncmp(line, as_of, sizeof(as_of) - 1) == 0 &&
               read_moment(line + sizeof(as_of) - 1, &table->as_of);
    }
    if (number > 2) {
        return true;
    }
    for (int i = 0; i < LIVE_FORM_COUNT && strncmp(line, form, sizeof(form) - 1) == 0; i++) {
        if (strcmp(line + sizeof(form) - 1, forms[i].name) == 0) {
            table->form = (enum live_form)i;
            return true;
        }
    }
    return false;
}

/* Parts the line at its tabs. */
static bool
take_row(struct live_table *table, char *line)
{
    struct row *row = &table->rows[table->count];
    *row = (struct row){.count = 0};
    char *at = line;
    do { /* an empty line too has one field */
        char *tab = strchr(at, '\t');
        if (row->count == LIVE_FIELDS_MAX) {
            return false;
        }
        row->fields[row->count++] = at;
        if (tab != NULL) {
            *tab = 0;
        }
        at = tab != NULL ? tab + 1 : NULL;
    } while (at != NULL);
    table->count++;
    return row_fits(table->form, row);
}

/* Reads the lines; returns the line that is none, 0 when all are good. */
static int
take_lines(struct live_table *table)
{
    int number = 0;
    const char *behind = table->text + table->len;
    for (char *line = table->text; line < behind;) {
        char *end = memchr(line, '\n', (size_t)(behind - line));
        number++;
        bool heading = number <= 2 || line[0] == '#';
        if (end == NULL || (!heading && table->count == LIVE_ROWS_MAX)) {
            return number; /* a file that was cut ends in the middle of a line */
        }
        *end = 0;
        if (heading ? !take_heading(table, line, number) : !take_row(table, line)) {
            return number;
        }
        line = end + 1;
    }
    return number < 2 ? number + 1 : 0;
}

static size_t
lines_in(const char *text, size_t len)
{
    size_t count = 1;
    for (size_t i = 0; i < len && count < LIVE_ROWS_MAX; i++) {
        count += text[i] == '\n' ? 1 : 0;
    }
    return count;
}

/* Two rows of one key would leave it to chance which counts. */
static bool
has_twins(const struct live_table *table)
{
    size_t key = forms[table->form].key;
    for (size_t i = 1; i < table->count && key > 0; i++) {
        if (compare_fields(&table->rows[i - 1], &table->rows[i], key) == 0) {
            return true;
        }
    }
    return false;
}

int
live_parse(const char *text, size_t len, struct live_table **ret_table, int *ret_line)
{
    *ret_line = 0;
    if (len > LIVE_BYTES_MAX) {
        return KERR_TOO_BIG;
    }
    if (!utf8_valid(text, len)) {
        return KERR_INVALID;
    }
    struct live_table *table = xcalloc(1, sizeof(*table));
    table->text = xcalloc(1, len + 1);
    table->len = len;
    memcpy(table->text, text, len);
    table->rows = xcalloc(lines_in(text, len), sizeof(*table->rows));
    *ret_line = take_lines(table);
    bool good = *ret_line == 0;
    if (good) {
        qsort(table->rows, table->count, sizeof(*table->rows), compare_rows);
        good = !has_twins(table);
    }
    if (!good) {
        live_table_free(table);
        return KERR_INVALID;
    }
    *ret_table = table;
    return 0;
}

int
live_read(const char *path, struct live_table **ret_table, int *ret_line)
{
    AUTO_BUF text;
    buf_init(&text, LIVE_BYTES_MAX);
    *ret_line = 0;
    int r = fs_read(path, &text);
    return r < 0 ? r : live_parse(buf_str(&text), text.len, ret_table, ret_line);
}

void
live_table_free(struct live_table *table)
{
    if (table == NULL) {
        return;
    }
    free(table->rows);
    free(table->text);
    free(table);
}

int64_t
live_as_of(const struct live_table *table)
{
    return table->as_of;
}

enum live_form
live_form(const struct live_table *table)
{
    return table->form;
}

size_t
live_count(const struct live_table *table)
{
    return table->count;
}

const char *
live_field(const struct live_table *table, size_t row, size_t field)
{
    return row < table->count && field < table->rows[row].count ? table->rows[row].fields[field]
                                                                : NULL;
}

int
live_slot_at(const struct live_table *table, size_t row, struct live_slot *ret_slot)
{
    if (table->form != LIVE_SLOTS) {
        return KERR_STATE;
    }
    if (row >= table->count) {
        return KERR_NOT_FOUND;
    }
    const char *const *f = table->rows[row].fields;
    int64_t days = 0;
    int minutes = 0;
    (void)clock_day_parse(f[1], DATE_LEN, &days); /* row_fits has checked both */
    (void)read_time(f[2], &minutes);
    *ret_slot = (struct live_slot){.resource = f[0],
        .date = f[1],
        .time = f[2],
        .free = digits_at(f[3], strlen(f[3])),
        .starts_at = days * DAY_S + (int64_t)minutes * 60 - JAPAN_S};
    return 0;
}

int
live_find(const struct live_table *table, const char *key, size_t *ret_row)
{
    size_t low = 0;
    size_t high = table->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(table->rows[middle].fields[0], key) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == table->count || strcmp(table->rows[low].fields[0], key) != 0) {
        return KERR_NOT_FOUND;
    }
    *ret_row = low;
    return 0;
}
