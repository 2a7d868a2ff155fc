/* procedure/load.c - a folder of definition files becomes a set: the city's lists and maps first, then the dictionary,
 * the city's places and every procedure, sorted by id; then what they say of each other. A set with any mistake is not
 * given. */
#include "procedure_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/fs.h"

struct folder {
    struct load *load;
    const char *path;
};

static int
load_one(const char *name, void *ctx)
{
    struct folder *folder = ctx;
    struct load *load = folder->load;
    load->file = arena_printf(&load->set->arena, "%s/%s", folder->path, name);
    if (load->set->count == SET_PROCEDURES_MAX) {
        load_mistake(load, 1, 1, "more than %d procedures; take away those that are over",
            SET_PROCEDURES_MAX);
        return KERR_TOO_BIG;
    }
    load_procedure_tree(load, tree_read(load, load->file), name);
    return 0;
}

static int
by_id(const void *a, const void *b)
{
    const struct procedure *const *left = a;
    const struct procedure *const *right = b;
    return strcmp((*left)->info.id, (*right)->info.id);
}

static struct procedure *
find(const struct procedure_set *set, const char *id)
{
    for (size_t i = 0; i < set->count; i++) {
        if (strcmp(set->procedures[i]->info.id, id) == 0) {
            return set->procedures[i];
        }
    }
    return NULL;
}

/* Those that it includes first: a mistake of theirs is found where it stands, and who includes them waits for it. */
static void
finish_one(struct load *load, struct procedure *procedure)
{
    if (procedure->broken || procedure->finished) {
        return;
    }
    procedure->finished = true;
    for (int i = 0; i < procedure->include_count; i++) {
        struct procedure *other = find(load->set, procedure->includes[i].id);
        if (other != NULL) {
            finish_one(load, other);
        }
    }
    int before = load->mistakes;
    load->file = procedure->file;
    if (compose(load, procedure) && slots_counted(load, procedure, SLOTS_MAX)) {
        check_procedure(load, procedure);
    }
    procedure->broken = load->mistakes > before;
}

void
load_finish(struct load *load)
{
    struct procedure_set *set = load->set;
    if (set->count > 1) {
        qsort(set->procedures, set->count, sizeof(struct procedure *), by_id);
    }
    for (size_t i = 0; i < set->count; i++) {
        finish_one(load, set->procedures[i]);
    }
}

int
procedure_load(
    const char *assets, procedure_report *report, void *ctx, struct procedure_set **ret_set)
{
    struct procedure_set *set = xcalloc(1, sizeof(*set));
    struct load load = {.set = set, .report = report, .ctx = ctx};
    char *path = fs_join(assets, "procedures");
    int r = fs_exists(path) ? 0 : KERR_NOT_FOUND;
    if (r == 0) {
        set->assets = arena_strdup(&set->arena, assets);
        const char *city = arena_printf(&set->arena, "%s/city", assets);
        load_lists(&load, city);
        load_dictionary(&load, arena_printf(&set->arena, "%s/dictionary", assets));
        load_city(&load, city);
        check_maps(&load);
        struct folder folder = {&load, path};
        r = fs_each(path, ".yaml", load_one, &folder);
        load_finish(&load);
        if (load.mistakes == 0) { /* a door to a broken file would be told twice */
            load_doors(&load, city);
            load_forms(&load, arena_printf(&set->arena, "%s/forms", assets));
        }
    }
    free(path);
    if (load.mistakes > 0) {
        r = KERR_PROCEDURE_FILE;
    }
    if (r < 0) {
        procedure_set_free(set);
        return r;
    }
    *ret_set = set;
    return 0;
}

void
procedure_set_free(struct procedure_set *set)
{
    if (set == NULL) {
        return;
    }
    arena_release(&set->arena);
    free(set->words);
    free(set->procedures);
    free(set);
}

size_t
procedure_count(const struct procedure_set *set)
{
    return set->count;
}

const struct procedure *
procedure_at(const struct procedure_set *set, size_t index)
{
    return index < set->count ? set->procedures[index] : NULL;
}

const struct procedure *
procedure_find(const struct procedure_set *set, const char *id)
{
    return find(set, id);
}

struct procedure_info
procedure_info(const struct procedure *procedure)
{
    return procedure->info;
}

/* -1 before its first day, 0 in force, 1 after its last. */
static int
force_at(const struct procedure_info *info, const struct clock *clock)
{
    char today[CLOCK_DAY_LEN];
    clock_day_text(clock_japan_day(clock_wall_s(clock)), today);
    if (strcmp(today, info->in_force) < 0) {
        return -1;
    }
    return info->until != NULL && strcmp(today, info->until) > 0 ? 1 : 0;
}

bool
procedure_in_force(const struct procedure *procedure, const struct clock *clock)
{
    return force_at(&procedure->info, clock) == 0;
}

size_t
procedure_check_dates(
    const struct procedure_set *set, const struct clock *clock, procedure_report *report, void *ctx)
{
    size_t found = 0;
    for (size_t i = 0; i < set->count; i++) {
        const struct procedure *procedure = set->procedures[i];
        const struct procedure_info *info = &procedure->info;
        char reason[128];
        if (force_at(info, clock) <= 0) {
            continue; /* what begins later may lie here in good time */
        }
        (void)snprintf(reason, sizeof(reason),
            "in force until %s: it is not offered any more; write the new version or take it away",
            info->until);
        struct procedure_mistake mistake = {
            procedure->file, procedure->line, procedure->column, reason};
        report(&mistake, ctx);
        found++;
    }
    return found;
}
