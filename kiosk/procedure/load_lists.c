/* procedure/load_lists.c - what a city has many of: named lists (banks, nurseries, districts, ...) of which an answer
 * picks an entry, and drawn maps with named places. A long list may stand in a table beside its file. */
#include "procedure_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/fs.h"
#include "base/utf8.h"
#include "kana.h"

enum {
    TABLE_BYTES_MAX = 4 * 1024 * 1024,
    KANA_BYTES_MAX = 400,
    MAP_PLACES_MAX = 200,
    MAP_HEIGHT_DEFAULT = 600
};

/* Columns of a table, keys of an entry. */
enum column {
    COLUMN_ID,
    COLUMN_NAME,
    COLUMN_KANA,
    COLUMN_WITHIN,
    COLUMN_DETAIL,
    COLUMN_HOURS,
    COLUMN_PHONE,
    COLUMN_COUNT
};
static const char *const column_names[COLUMN_COUNT] = {
    "id", "name", "kana", "within", "detail", "hours", "phone"};

/* A list while it is read. */
struct reading {
    struct load *load;
    struct list_def *list;
    bool translate; /* names are words, not proper names */
};

/* An entry as it stands in a file: one text a column, NULL for none. */
struct cells {
    const char *text[COLUMN_COUNT];
    int line, column;
};

static bool
entry_id_ok(const char *id)
{
    size_t len = strlen(id);
    return len > 0 && len <= ID_MAX && strcmp(id, "unknown") != 0 &&
           strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

static struct procedure_words
entry_words(const struct reading *reading, const struct cells *cells, enum column column)
{
    const char *text = cells->text[column];
    if (text == NULL || text[0] == 0) {
        return (struct procedure_words){0};
    }
    if (!reading->translate) {
        return (struct procedure_words){.source = text};
    }
    struct node at = {.line = cells->line};
    return words_add(reading->load, &at, text, "list/%s/%s/%s", reading->list->list.id,
        cells->text[COLUMN_ID], column_names[column]);
}

static const char *
entry_kana(const struct reading *reading, const struct cells *cells)
{
    const char *text = cells->text[COLUMN_KANA];
    char kana[KANA_BYTES_MAX];
    if (text == NULL || text[0] == 0) {
        return NULL;
    }
    int len = snprintf(kana, sizeof(kana), "%s", text);
    if (len < 0 || (size_t)len >= sizeof(kana)) {
        load_mistake(reading->load, cells->line, cells->column,
            "the kana of '%.60s' are longer than %d bytes; shorten them", cells->text[COLUMN_ID],
            KANA_BYTES_MAX - 1);
        return NULL;
    }
    if (!kana_normalise(kana, sizeof(kana))) {
        load_mistake(reading->load, cells->line, cells->column,
            "the kana of '%.60s' are written in hiragana or katakana", cells->text[COLUMN_ID]);
        return NULL;
    }
    return arena_strdup(&reading->load->set->arena, kana);
}

static void
make_room(struct reading *reading, size_t count)
{
    struct list_def *list = reading->list;
    list->entries = arena_alloc(&reading->load->set->arena, count * sizeof(*list->entries));
    list->lines = arena_alloc(&reading->load->set->arena, count * sizeof(*list->lines));
}

static void
add_entry(struct reading *reading, const struct cells *cells)
{
    struct list_def *list = reading->list;
    const char *id = cells->text[COLUMN_ID];
    if (!entry_id_ok(id)) {
        load_mistake(reading->load, cells->line, cells->column,
            "the id '%.60s' of an entry is written with small letters, digits and hyphens, "
            "%d at most, and isn't 'unknown'",
            id, ID_MAX);
        return;
    }
    if (cells->text[COLUMN_NAME] == NULL || cells->text[COLUMN_NAME][0] == 0) {
        load_mistake(
            reading->load, cells->line, cells->column, "the entry '%.60s' has no name", id);
        return;
    }
    const char *within = cells->text[COLUMN_WITHIN];
    const char *phone = cells->text[COLUMN_PHONE];
    list->lines[list->list.count] = cells->line;
    list->entries[list->list.count++] = (struct procedure_entry){.id = id,
        .name = entry_words(reading, cells, COLUMN_NAME),
        .kana = entry_kana(reading, cells),
        .within = within != NULL && within[0] != 0 ? within : NULL,
        .detail = entry_words(reading, cells, COLUMN_DETAIL),
        .hours = entry_words(reading, cells, COLUMN_HOURS),
        .phone = phone != NULL && phone[0] != 0 ? phone : NULL};
}

static void
read_entries(struct reading *reading, const struct node *map)
{
    static const char *const keys[] = {
        "name", "kana", "within", "detail", "hours", "phone", "source"};
    struct load *load = reading->load;
    make_room(reading, tree_count(map) + 1);
    for (const struct node *node = map->first; node != NULL; node = node->next) {
        struct cells cells = {.line = node->key_line, .column = node->key_column};
        cells.text[COLUMN_ID] = node->key;
        if (node->kind == NODE_SCALAR) {
            cells.text[COLUMN_NAME] = node->text;
        } else if (field_is_map(load, node, "an entry")) {
            field_check_keys(load, node, FIELD_NAMES(keys), "an entry");
            for (int i = COLUMN_NAME; i < COLUMN_COUNT; i++) {
                cells.text[i] = field_text(load, node, column_names[i], i == COLUMN_NAME);
            }
        }
        add_entry(reading, &cells);
    }
}

/* ---- tables ---- */

/* Cuts a line at its tabs, in place; how many cells there are. */
static size_t
cut(char *line, char *cells[COLUMN_COUNT + 1])
{
    size_t count = 0;
    bool more = true;
    while (more && count <= COLUMN_COUNT) {
        cells[count++] = line;
        line += strcspn(line, "\t");
        more = *line != 0;
        if (more) {
            *line++ = 0;
        }
    }
    return count;
}

static bool
read_columns(struct load *load, char *line, enum column columns[COLUMN_COUNT], size_t *ret_count)
{
    char *cells[COLUMN_COUNT + 1];
    size_t count = cut(line, cells);
    bool id = false;
    bool name = false;
    for (size_t i = 0; i < count; i++) {
        size_t column = 0;
        while (column < COLUMN_COUNT && strcmp(column_names[column], cells[i]) != 0) {
            column++;
        }
        if (column == COLUMN_COUNT || i >= COLUMN_COUNT) {
            load_unknown(load, 1, 1, "column", cells[i], column_names, COLUMN_COUNT);
            return false;
        }
        columns[i] = (enum column)column;
        id = id || column == COLUMN_ID;
        name = name || column == COLUMN_NAME;
    }
    if (!id || !name) {
        load_mistake(load, 1, 1, "the first line names the columns: at least id and name");
    }
    *ret_count = count;
    return id && name;
}

static void
read_rows(struct reading *reading, char *text)
{
    enum column columns[COLUMN_COUNT];
    size_t column_count = 0;
    int number = 0;
    for (char *line = text; line != NULL && *line != 0;) {
        char *end = strchr(line, '\n');
        if (end != NULL) {
            *end++ = 0;
        }
        char *cells[COLUMN_COUNT + 1];
        line[strcspn(line, "\r")] = 0;
        number++;
        if (number == 1) {
            if (!read_columns(reading->load, line, columns, &column_count)) {
                return;
            }
        } else if (line[0] != 0) {
            struct cells entry = {.line = number, .column = 1};
            if (cut(line, cells) != column_count) {
                load_mistake(reading->load, number, 1,
                    "this line has another number of columns than the first");
            } else {
                for (size_t i = 0; i < column_count; i++) {
                    entry.text[columns[i]] = cells[i];
                }
                add_entry(reading, &entry);
            }
        }
        line = end;
    }
}

static void
read_table(struct reading *reading, const char *folder, const struct node *at)
{
    struct load *load = reading->load;
    struct arena *arena = &load->set->arena;
    const char *list_file = load->file;
    const char *path = arena_printf(arena, "%s/%s", folder, at->text);
    AUTO_BUF data;
    buf_init(&data, TABLE_BYTES_MAX);
    int r = strchr(at->text, '/') != NULL ? KERR_INVALID : fs_read(path, &data);
    if (r < 0) {
        load_mistake(load, at->line, at->column, "%s",
            r == KERR_TOO_BIG ? "this table is larger than 4 MiB; split the list"
                              : "this table can't be read: it is a file beside its list");
        return;
    }
    load->file = reading->list->file = path;
    if (!utf8_valid(buf_str(&data), data.len)) {
        load_mistake(load, 1, 1, "this is not UTF-8 text; save the file as UTF-8 in your editor");
    } else {
        size_t lines = 1;
        for (size_t i = 0; i < data.len; i++) {
            lines += data.data[i] == '\n';
        }
        make_room(reading, lines);
        read_rows(reading, arena_strndup(arena, buf_str(&data), data.len));
    }
    load->file = list_file;
}

/* ---- lists ---- */

static int
by_id(const void *a, const void *b)
{
    const struct procedure_entry *const *left = a;
    const struct procedure_entry *const *right = b;
    return strcmp((*left)->id, (*right)->id);
}

static void
sort_entries(struct load *load, struct list_def *list)
{
    size_t count = list->list.count;
    list->list.entries = list->entries;
    list->sorted = arena_alloc(&load->set->arena, (count + 1) * sizeof(struct procedure_entry *));
    list->ids = arena_alloc(&load->set->arena, (count + 1) * sizeof(*list->ids));
    for (size_t i = 0; i < count; i++) {
        list->sorted[i] = &list->entries[i];
        list->ids[i] = list->entries[i].id;
    }
    list->ids[count] = "unknown";
    if (count > 1) {
        qsort(list->sorted, count, sizeof(struct procedure_entry *), by_id);
    }
    for (size_t i = 1; i < count; i++) {
        if (strcmp(list->sorted[i - 1]->id, list->sorted[i]->id) == 0) {
            load_mistake(load, 1, 1, "two entries have the id '%.60s'", list->sorted[i]->id);
        }
    }
}

static bool
root_ok(struct load *load, const struct node *root, const char *kind, const char *name)
{
    const char *id = field_text(load, root, kind, true);
    if (id == NULL) {
        return false;
    }
    size_t len = strlen(id);
    if (!id_ok(id) || strncmp(name, id, len) != 0 || strcmp(name + len, ".yaml") != 0) {
        load_mistake(load, root->line, root->column,
            "the id is small letters, digits and hyphens, and the same as the file's name");
        return false;
    }
    return true;
}

static void
load_list(struct load *load, const char *folder, const char *name)
{
    static const char *const keys[] = {
        "list", "city", "translate", "within", "entries", "table", "source"};
    const struct node *root = tree_read(load, load->file);
    struct procedure_set *set = load->set;
    if (root == NULL || !field_is_map(load, root, "a list")) {
        return;
    }
    if (set->list_count == LISTS_MAX) {
        load_mistake(load, root->line, root->column,
            "more than %d lists; take away those from which nothing is chosen", LISTS_MAX);
        return;
    }
    field_check_keys(load, root, FIELD_NAMES(keys), "a list");
    if (!root_ok(load, root, "list", name)) {
        return;
    }
    struct list_def *list = &set->lists[set->list_count++];
    struct reading reading = {load, list, field_bool(load, root, "translate", true)};
    list->list.id = field_text(load, root, "list", true);
    list->within = field_text(load, root, "within", false);
    list->file = load->file;
    const char *table = field_text(load, root, "table", false);
    const struct node *entries = tree_get(root, "entries");
    if ((table != NULL) == (entries != NULL)) {
        load_mistake(load, root->line, root->column, "a list has either 'entries' or a 'table'");
    } else if (table != NULL) {
        read_table(&reading, folder, tree_get(root, "table"));
    } else if (field_is_map(load, entries, "'entries'")) {
        read_entries(&reading, entries);
    }
    sort_entries(load, list);
}

const struct list_def *
set_list(const struct procedure_set *set, const char *id)
{
    for (size_t i = 0; i < set->list_count; i++) {
        if (strcmp(set->lists[i].list.id, id) == 0) {
            return &set->lists[i];
        }
    }
    return NULL;
}

size_t
set_list_names(const struct procedure_set *set, const char *names[LISTS_MAX])
{
    for (size_t i = 0; i < set->list_count; i++) {
        names[i] = set->lists[i].list.id;
    }
    return set->list_count;
}

/* Entries belong to entries of the list that is named above them. */
static void
check_within(struct load *load, const struct list_def *list)
{
    const struct list_def *above = list->within != NULL ? set_list(load->set, list->within) : NULL;
    const char *names[LISTS_MAX];
    load->file = list->file;
    if (list->within != NULL && above == NULL) {
        load_unknown(load, 1, 1, "list", list->within, names, set_list_names(load->set, names));
        return;
    }
    load->set->lists[list - load->set->lists].list.above = above != NULL ? &above->list : NULL;
    for (size_t i = 0; i < list->list.count; i++) {
        const struct procedure_entry *entry = &list->entries[i];
        if ((entry->within != NULL) != (above != NULL)) {
            load_mistake(load, list->lines[i], 1, "the entry '%.60s' %s", entry->id,
                above != NULL ? "lacks 'within'"
                              : "has 'within', but the list doesn't name the list above it");
        } else if (above != NULL && procedure_entry(&above->list, entry->within) == NULL) {
            load_unknown(load, list->lines[i], 1, "entry of the list above", entry->within,
                above->ids, above->list.count);
        }
    }
}

const struct procedure_list *
procedure_list(const struct procedure_set *set, const char *id)
{
    const struct list_def *list = set_list(set, id);
    return list != NULL ? &list->list : NULL;
}

size_t
procedure_list_count(const struct procedure_set *set)
{
    return set->list_count;
}

const struct procedure_list *
procedure_list_at(const struct procedure_set *set, size_t index)
{
    return &set->lists[index].list;
}

const struct procedure_entry *
procedure_entry(const struct procedure_list *list, const char *id)
{
    const struct list_def *def = (const struct list_def *)list; /* its first member */
    size_t from = 0;
    size_t to = list->count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = strcmp(id, def->sorted[middle]->id);
        if (order == 0) {
            return def->sorted[middle];
        }
        if (order < 0) {
            to = middle;
        } else {
            from = middle + 1;
        }
    }
    return NULL;
}

/* ---- maps ---- */

static void
load_place(struct load *load, const struct node *node, const char *map, struct procedure_place *ret)
{
    static const char *const keys[] = {"name", "x", "y", "counter", "list", "entry", "source"};
    char context[PROCEDURE_CONTEXT_MAX];
    if (!id_ok(node->key) || !field_is_map(load, node, "a place")) {
        load_mistake(load, node->key_line, node->key_column, "a place is 'id: {name, x, y}'");
        return;
    }
    field_check_keys(load, node, FIELD_NAMES(keys), "a place");
    (void)snprintf(context, sizeof(context), "map/%s/%s", map, node->key);
    *ret = (struct procedure_place){.id = node->key,
        .name = field_words(load, node, "name", true, context),
        .x = (int)field_int(load, node, "x", 0, PLACE_MAX, -1),
        .y = (int)field_int(load, node, "y", 0, PLACE_MAX, -1),
        .counter = field_text(load, node, "counter", false),
        .list = field_text(load, node, "list", false),
        .entry = field_text(load, node, "entry", false)};
    if (ret->x < 0 || ret->y < 0) {
        load_mistake(load, node->line, node->column,
            "'x' and 'y' say where the place is, in thousandths of the map's width and height");
    }
    const struct list_def *list = ret->list != NULL ? set_list(load->set, ret->list) : NULL;
    bool entry = list != NULL && ret->entry != NULL && procedure_entry(&list->list, ret->entry);
    if ((ret->list != NULL || ret->entry != NULL) && !entry) {
        load_mistake(load, node->line, node->column,
            "'list' and 'entry' together name an entry of a list of the city");
    }
}

static void
check_counter(struct load *load, const struct procedure_place *at)
{
    const struct city_list *counters = &load->set->counters;
    bool found = at->counter == NULL;
    for (size_t i = 0; !found && i < counters->count; i++) {
        found = strcmp(counters->entries[i].id, at->counter) == 0;
    }
    if (!found) {
        load_mistake(load, 0, 0,
            "the counter '%.60s' of the place '%s' is no key of city/counters.yaml", at->counter,
            at->id);
    }
}

void
check_maps(struct load *load)
{
    if (load->set->counters.count == 0) {
        return; /* that is told already */
    }
    for (size_t i = 0; i < load->set->map_count; i++) {
        const struct procedure_map *map = &load->set->maps[i];
        load->file = load->set->map_files[i];
        for (size_t j = 0; j < map->count; j++) {
            check_counter(load, &map->places[j]);
        }
    }
}

static void
load_map(struct load *load, const char *name)
{
    static const char *const keys[] = {
        "map", "city", "title", "picture", "height", "places", "source"};
    const struct node *root = tree_read(load, load->file);
    struct procedure_set *set = load->set;
    if (root == NULL || !field_is_map(load, root, "a map")) {
        return;
    }
    if (set->map_count == MAPS_MAX) {
        load_mistake(load, root->line, root->column,
            "more than %d maps; take away those that are shown nowhere", MAPS_MAX);
        return;
    }
    field_check_keys(load, root, FIELD_NAMES(keys), "a map");
    const struct node *places = tree_get(root, "places");
    if (!root_ok(load, root, "map", name) || places == NULL ||
        !field_is_map(load, places, "'places'")) {
        load_mistake(load, root->line, root->column, "a map has 'places'");
        return;
    }
    if (tree_count(places) > MAP_PLACES_MAX) {
        load_mistake(load, places->line, places->column,
            "more than %d places on one map; make a second map for a part of it", MAP_PLACES_MAX);
        return;
    }
    set->map_files[set->map_count] = load->file;
    struct procedure_map *map = &set->maps[set->map_count++];
    char context[PROCEDURE_CONTEXT_MAX];
    map->id = field_text(load, root, "map", true);
    (void)snprintf(context, sizeof(context), "map/%s", map->id);
    map->title = field_words(load, root, "title", true, context);
    map->picture = field_text(load, root, "picture", true);
    map->height = (int)field_int(load, root, "height", 200, 2000, MAP_HEIGHT_DEFAULT);
    struct procedure_place *room =
        arena_alloc(&set->arena, (tree_count(places) + 1) * sizeof(*room));
    for (const struct node *node = places->first; node != NULL; node = node->next) {
        load_place(load, node, map->id, &room[map->count++]);
    }
    map->places = room;
}

const struct procedure_map *
procedure_map(const struct procedure_set *set, const char *id)
{
    for (size_t i = 0; i < set->map_count; i++) {
        if (strcmp(set->maps[i].id, id) == 0) {
            return &set->maps[i];
        }
    }
    return NULL;
}

size_t
procedure_map_count(const struct procedure_set *set)
{
    return set->map_count;
}

const struct procedure_map *
procedure_map_at(const struct procedure_set *set, size_t index)
{
    return index < set->map_count ? &set->maps[index] : NULL;
}

const struct procedure_place *
procedure_place_near(const struct procedure_map *map, int x, int y)
{
    const struct procedure_place *best = NULL;
    int64_t nearest = INT64_MAX;
    for (size_t i = 0; i < map->count; i++) {
        int64_t dx = (int64_t)(map->places[i].x - x) * 1000;
        int64_t dy = (int64_t)(map->places[i].y - y) * map->height; /* as long as they are seen */
        if (dx * dx + dy * dy < nearest) {
            nearest = dx * dx + dy * dy;
            best = &map->places[i];
        }
    }
    return best;
}

bool
procedure_place_parse(const struct procedure_set *set, const char *value,
    const struct procedure_map **ret_map, int *ret_x, int *ret_y)
{
    char id[ID_MAX + 1];
    const char *slash = strchr(value, '/');
    int x;
    int y;
    if (slash == NULL || slash - value > ID_MAX || !point_parse(slash + 1, "", &x, &y, NULL)) {
        return false;
    }
    (void)snprintf(id, sizeof(id), "%.*s", (int)(slash - value), value);
    const struct procedure_map *map = procedure_map(set, id);
    if (map == NULL) {
        return false;
    }
    *ret_map = map;
    *ret_x = x;
    *ret_y = y;
    return true;
}

/* ---- folders ---- */

struct lists_folder {
    struct load *load;
    const char *path;
    bool maps;
};

static int
load_named(const char *name, void *ctx)
{
    struct lists_folder *folder = ctx;
    struct load *load = folder->load;
    load->file = arena_printf(&load->set->arena, "%s/%s", folder->path, name);
    if (folder->maps) {
        load_map(load, name);
    } else {
        load_list(load, folder->path, name);
    }
    return 0;
}

void
load_lists(struct load *load, const char *city)
{
    struct procedure_set *set = load->set;
    struct lists_folder lists = {load, arena_printf(&set->arena, "%s/lists", city), false};
    struct lists_folder maps = {load, arena_printf(&set->arena, "%s/maps", city), true};
    set->lists = arena_alloc(&set->arena, LISTS_MAX * sizeof(*set->lists));
    set->maps = arena_alloc(&set->arena, MAPS_MAX * sizeof(*set->maps));
    if (fs_exists(lists.path)) {
        (void)fs_each(lists.path, ".yaml", load_named, &lists); /* what can't be read is reported */
    }
    for (size_t i = 0; i < set->list_count; i++) {
        check_within(load, &set->lists[i]);
    }
    if (fs_exists(maps.path)) {
        (void)fs_each(maps.path, ".yaml", load_named, &maps);
    }
}

size_t
procedure_live_names(const struct procedure_set *set, size_t max, const char **names)
{
    size_t count = 0;
    for (size_t i = 0; i < procedure_count(set); i++) {
        const struct procedure *procedure = procedure_at(set, i);
        for (int q = 0; q < procedure->question_count; q++) {
            const char *name = procedure->questions[q].live;
            size_t at = 0;
            while (name != NULL && at < count && strcmp(names[at], name) < 0) {
                at++;
            }
            if (name == NULL || count == max || (at < count && strcmp(names[at], name) == 0)) {
                continue;
            }
            memmove(&names[at + 1], &names[at], (count - at) * sizeof(*names));
            names[at] = name;
            count++;
        }
    }
    return count;
}
