/* info/phrases.c - what one has to say in an emergency: groups (illness, fire ...) and their phrases. */
#include "info_priv.h"

#include <string.h>

#include "base/alloc.h"
#include "base/attr.h"

const struct info_group *
info_group_at(const struct info *info, size_t index)
{
    return index < info->group_count ? &info->groups[index] : NULL;
}

size_t
info_group_count(const struct info *info)
{
    return info->group_count;
}

size_t
info_phrase_count(const struct info *info)
{
    return info->phrase_count;
}

const struct info_phrase *
info_phrase_at(const struct info *info, size_t index)
{
    return index < info->phrase_count ? &info->phrases[index] : NULL;
}

const struct info_phrase *
info_phrase_find(const struct info *info, const char *id)
{
    for (size_t i = 0; i < info->phrase_count; i++) {
        if (strcmp(info->phrases[i].id, id) == 0) {
            return &info->phrases[i];
        }
    }
    return NULL;
}

/* The row's id, reported when it is none. */
static const char *
id_of(struct info_load *load, const struct info_row *row)
{
    if (!info_id_ok(row->cells[0])) {
        info_mistake(load, row->line, 1,
            "'%.60s' is no id: small letters, digits and hyphens, a letter first", row->cells[0]);
    }
    return row->cells[0];
}

static struct procedure_words
words_of(struct info_load *load, const struct info_row *row, size_t cell, const char *what)
{
    if (row->cells[cell][0] == 0) {
        info_mistake(load, row->line, 1, "this line has no words");
        return (struct procedure_words){0};
    }
    return info_words(load, row->line, row->cells[cell], "phrases/%s/%s", what, row->cells[0]);
}

static void
read_groups(struct info_load *load, const char *folder)
{
    static const char *const columns[] = {"id", "picture", "name"};
    struct info *info = load->info;
    struct info_table table;
    info_read_table(load, folder, "groups.tsv", columns, ARRAY_LEN(columns), false, &table);
    info->groups = xcalloc(table.count + 1, sizeof(*info->groups));
    for (size_t i = 0; i < table.count; i++) {
        const struct info_row *row = &table.rows[i];
        info->groups[info->group_count++] = (struct info_group){.id = id_of(load, row),
            .picture = row->cells[1],
            .name = words_of(load, row, 2, "group")};
    }
    info_table_release(&table);
}

void
info_read_phrases(struct info_load *load, const char *folder)
{
    static const char *const columns[] = {"id", "group", "picture", "words"};
    struct info *info = load->info;
    struct info_table table;
    read_groups(load, folder);
    info_read_table(load, folder, "phrases.tsv", columns, ARRAY_LEN(columns), false, &table);
    info->phrases = xcalloc(table.count + 1, sizeof(*info->phrases));
    for (size_t i = 0; i < table.count; i++) {
        const struct info_row *row = &table.rows[i];
        struct info_phrase phrase = {.id = id_of(load, row), .picture = row->cells[2]};
        if (info_phrase_find(info, phrase.id) != NULL) {
            info_mistake(load, row->line, 1, "'%.40s' stands here twice", phrase.id);
        }
        while (phrase.group < info->group_count &&
               strcmp(info->groups[phrase.group].id, row->cells[1]) != 0) {
            phrase.group++;
        }
        if (phrase.group == info->group_count) {
            info_mistake(load, row->line, 1, "groups.tsv has no group '%.60s'", row->cells[1]);
        }
        phrase.words = words_of(load, row, 3, "say");
        info->phrases[info->phrase_count++] = phrase;
    }
    info_table_release(&table);
}
