/* info/waste.c - waste: its kinds, where each thing goes, and the days of collection in each district. A day is
 * written "mon" (each week) or "wed1 wed3" (the first and third of a month); "ask" when one telephones. */
#include "info_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/clock.h"

enum { WEEK = 7, SEARCH_DAYS = 70 /* two months and more: the fifth Monday may be that far */ };

size_t
info_kind_count(const struct info *info)
{
    return info->kind_count;
}

const struct info_kind *
info_kind_at(const struct info *info, size_t index)
{
    return index < info->kind_count ? &info->kinds[index] : NULL;
}

size_t
info_district_count(const struct info *info)
{
    return info->district_count;
}

const struct info_district *
info_district_at(const struct info *info, size_t index)
{
    return index < info->district_count ? &info->districts[index] : NULL;
}

const struct info_district *
info_district_find(const struct info *info, const char *id)
{
    for (size_t i = 0; i < info->district_count; i++) {
        if (strcmp(info->districts[i].id, id) == 0) {
            return &info->districts[i];
        }
    }
    return NULL;
}

size_t
info_district_index(const struct info *info, const struct info_district *district)
{
    return (size_t)(district - info->districts);
}

const struct info_days *
info_days(const struct info *info, size_t district, size_t kind)
{
    return &info->days[district * info->kind_count + kind];
}

size_t
info_thing_count(const struct info *info)
{
    return info->thing_count;
}

const struct info_thing *
info_thing_at(const struct info *info, size_t index)
{
    return index < info->thing_count ? &info->things[index] : NULL;
}

const struct info_thing *
info_thing_find(const struct info *info, const char *id)
{
    for (size_t i = 0; i < info->thing_count; i++) {
        if (strcmp(info->things[i].id, id) == 0) {
            return &info->things[i];
        }
    }
    return NULL;
}

int
info_weekday(int64_t day)
{
    int64_t weekday = (day + 4) % WEEK; /* 1970-01-01 was a Thursday */
    return (int)(weekday < 0 ? weekday + WEEK : weekday);
}

static bool
closed(const struct info *info, int64_t day)
{
    for (size_t i = 0; i < info->closed_count; i++) {
        if (info->closed[i] == day) {
            return true;
        }
    }
    return false;
}

static bool
is_on(const struct info_days *days, int64_t day)
{
    int year;
    int month;
    int of_month;
    clock_civil_from_days(day, &year, &month, &of_month);
    for (size_t i = 0; i < days->count; i++) {
        const struct info_rule *rule = &days->rules[i];
        if (rule->weekday == info_weekday(day) &&
            (rule->nth == 0 || rule->nth == (of_month - 1) / WEEK + 1)) {
            return true;
        }
    }
    return false;
}

bool
info_next_day(const struct info *info, const struct info_days *days, int64_t from, int64_t *ret_day)
{
    for (int64_t day = from; day < from + SEARCH_DAYS; day++) {
        if (is_on(days, day) && !closed(info, day)) {
            *ret_day = day;
            return true;
        }
    }
    return false;
}

/* ---- reading ---- */

static void
check_id(struct info_load *load, const struct info_row *row)
{
    if (!info_id_ok(row->cells[0])) {
        info_mistake(load, row->line, 1,
            "'%.60s' is no id: small letters, digits and hyphens, a letter first", row->cells[0]);
    }
}

static struct procedure_words
words_of(struct info_load *load, const struct info_row *row, size_t cell, const char *what)
{
    if (row->cells[cell][0] == 0) {
        info_mistake(load, row->line, 1, "this line has no %s", what);
        return (struct procedure_words){0};
    }
    return info_words(load, row->line, row->cells[cell], "waste/%s/%s", row->cells[0], what);
}

static void
read_kinds(struct info_load *load, const char *folder)
{
    static const char *const columns[] = {"id", "picture", "name", "how"};
    struct info *info = load->info;
    struct info_table table;
    info_read_table(load, folder, "kinds.tsv", columns, ARRAY_LEN(columns), false, &table);
    info->kinds = xcalloc(table.count + 1, sizeof(*info->kinds));
    if (table.count > KINDS_MAX) {
        info_mistake(load, table.rows[KINDS_MAX].line, 1, "more than %d kinds", KINDS_MAX);
        table.count = KINDS_MAX;
    }
    for (size_t i = 0; i < table.count; i++) {
        const struct info_row *row = &table.rows[i];
        check_id(load, row);
        info->kinds[info->kind_count++] = (struct info_kind){.id = row->cells[0],
            .picture = row->cells[1],
            .name = words_of(load, row, 2, "name"),
            .how = words_of(load, row, 3, "how")};
    }
    info_table_release(&table);
}

/* Index of the kind; kind_count when there is none. */
static size_t
kind_of(const struct info *info, const char *id)
{
    size_t kind = 0;
    while (kind < info->kind_count && strcmp(info->kinds[kind].id, id) != 0) {
        kind++;
    }
    return kind;
}

static bool
read_rule(const char *word, size_t len, struct info_rule *ret)
{
    static const char *const names[WEEK] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
    for (int i = 0; i < WEEK; i++) {
        bool nth = len == 4 && word[3] >= '1' && word[3] <= '5';
        if ((len == 3 || nth) && strncmp(word, names[i], 3) == 0) {
            *ret = (struct info_rule){.weekday = i, .nth = nth ? word[3] - '0' : 0};
            return true;
        }
    }
    return false;
}

static void
read_days(
    struct info_load *load, const struct info_row *row, const char *cell, struct info_days *ret)
{
    if (strcmp(cell, "ask") == 0) {
        ret->asked = true;
        return;
    }
    for (const char *at = cell; *at != 0;) {
        size_t len = strcspn(at, " ");
        struct info_rule rule;
        if (!read_rule(at, len, &rule) || ret->count == INFO_RULES_MAX) {
            info_mistake(load, row->line, 1,
                "'%.60s': days are written like 'mon thu' or 'wed1 wed3', or 'ask'", cell);
            return;
        }
        ret->rules[ret->count++] = rule;
        at += len + (at[len] == ' ' ? 1 : 0);
    }
}

static void
read_districts(struct info_load *load, const char *folder)
{
    static const char *const columns[] = {"id", "name"};
    struct info *info = load->info;
    struct info_table table;
    size_t first = ARRAY_LEN(columns);
    info_read_table(load, folder, "days.tsv", columns, first, true, &table);
    info->districts = xcalloc(table.count + 1, sizeof(*info->districts));
    info->days = xcalloc(table.count * info->kind_count + 1, sizeof(*info->days));
    for (size_t k = first; k < table.column_count; k++) {
        if (kind_of(info, table.columns[k]) == info->kind_count) {
            info_mistake(load, 1, 1, "kinds.tsv has no kind '%.60s'", table.columns[k]);
        }
    }
    for (size_t i = 0; i < table.count; i++) {
        const struct info_row *row = &table.rows[i];
        check_id(load, row);
        for (size_t k = first; k < table.column_count; k++) {
            size_t kind = kind_of(info, table.columns[k]);
            if (kind < info->kind_count) {
                read_days(load, row, row->cells[k], &info->days[i * info->kind_count + kind]);
            }
        }
        info->districts[info->district_count++] =
            (struct info_district){.id = row->cells[0], .name = words_of(load, row, 1, "name")};
    }
    info_table_release(&table);
}

static void
read_closed(struct info_load *load, const char *folder)
{
    static const char *const columns[] = {"day"};
    struct info *info = load->info;
    struct info_table table;
    info_read_table(load, folder, "closed.tsv", columns, ARRAY_LEN(columns), false, &table);
    for (size_t i = 0; i < table.count; i++) {
        int64_t day;
        if (!info_day_ok(table.rows[i].cells[0], &day) || info->closed_count == CLOSED_MAX) {
            info_mistake(load, table.rows[i].line, 1,
                "a day that exists, written like 2026-12-31; at most %d lines", CLOSED_MAX);
        } else {
            info->closed[info->closed_count++] = day;
        }
    }
    info_table_release(&table);
}

/* By its reading, as in a dictionary; kana of UTF-8 sort by their bytes. */
static int
by_kana(const void *a, const void *b)
{
    return strcmp(((const struct info_thing *)a)->kana, ((const struct info_thing *)b)->kana);
}

static void
read_things(struct info_load *load, const char *folder)
{
    static const char *const columns[] = {"id", "kana", "kind", "name", "note"};
    struct info *info = load->info;
    struct info_table table;
    info_read_table(load, folder, "things.tsv", columns, ARRAY_LEN(columns), false, &table);
    info->things = xcalloc(table.count + 1, sizeof(*info->things));
    for (size_t i = 0; i < table.count; i++) {
        const struct info_row *row = &table.rows[i];
        struct info_thing thing = {
            .id = row->cells[0], .kana = row->cells[1], .kind = kind_of(info, row->cells[2])};
        check_id(load, row);
        if (info_thing_find(info, thing.id) != NULL) {
            info_mistake(load, row->line, 1, "'%.40s' stands here twice", thing.id);
        }
        if (thing.kind == info->kind_count) {
            info_mistake(load, row->line, 1, "kinds.tsv has no kind '%.60s'", row->cells[2]);
        }
        if (thing.kana[0] == 0) {
            info_mistake(load, row->line, 1, "this line has no kana");
        }
        thing.name = words_of(load, row, 3, "name");
        if (row->cells[4][0] != 0) {
            thing.note = words_of(load, row, 4, "note");
        }
        info->things[info->thing_count++] = thing;
    }
    if (info->thing_count > 1) {
        qsort(info->things, info->thing_count, sizeof(*info->things), by_kana);
    }
    info_table_release(&table);
}

void
info_read_waste(struct info_load *load, const char *folder)
{
    read_kinds(load, folder);
    read_districts(load, folder);
    read_closed(load, folder);
    read_things(load, folder);
}
