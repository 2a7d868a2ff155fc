/* procedure/tree.c - a YAML file as a tree of texts with their places. The subset that clerks need:
 * maps, lists and texts. Refused with a reason: tabs, bytes that are no UTF-8, anchors and aliases (a
 * few lines of them can unfold into gigabytes), tags, several documents, a key twice, and anything
 * beyond our bounds of size, depth and count. Only this file knows libyaml. */
#include "procedure_priv.h"

#include <string.h>
#include <yaml.h>

#include "base/err.h"
#include "base/fs.h"
#include "base/utf8.h"

struct reader {
    struct load *load;
    yaml_parser_t parser;
    size_t nodes;
    bool failed;
};

static void
place_of(const uint8_t *data, size_t at, int *ret_line, int *ret_column)
{
    int line = 1;
    int column = 1;
    for (size_t i = 0; i < at; i++) {
        if (data[i] == '\n') {
            line++;
            column = 1;
        } else if ((data[i] & 0xc0) != 0x80) {
            column++;
        }
    }
    *ret_line = line;
    *ret_column = column;
}

/* Length of the longest valid beginning. */
static size_t
valid_prefix(const char *text, size_t len)
{
    size_t good = 0;
    while (good < len) {
        size_t step = 1;
        while (step <= 4 && good + step <= len && !utf8_valid(text + good, step)) {
            step++;
        }
        if (step > 4 || good + step > len) {
            break;
        }
        good += step;
    }
    return good;
}

static bool
bytes_ok(struct load *load, const struct buf *data)
{
    int line;
    int column;
    const char *text = buf_str(data);
    if (!utf8_valid(text, data->len)) {
        place_of(data->data, valid_prefix(text, data->len), &line, &column);
        load_mistake(
            load, line, column, "this is not UTF-8 text; save the file as UTF-8 in your editor");
        return false;
    }
    const char *tab = memchr(text, '\t', data->len);
    if (tab != NULL) {
        place_of(data->data, (size_t)(tab - text), &line, &column);
        load_mistake(load, line, column, "a tab stands here; use spaces instead");
        return false;
    }
    return true;
}

static void
refuse(struct reader *reader, const yaml_event_t *event, const char *reason)
{
    reader->failed = true;
    load_mistake(reader->load, (int)event->start_mark.line + 1, (int)event->start_mark.column + 1,
        "%s", reason);
}

/* The next event into *event; false (reported) when the file ends the sense. */
static bool
next_event(struct reader *reader, yaml_event_t *event)
{
    if (yaml_parser_parse(&reader->parser, event)) {
        return true;
    }
    reader->failed = true;
    const yaml_parser_t *p = &reader->parser;
    const char *problem = p->problem != NULL ? p->problem : "it can't be read";
    load_mistake(reader->load, (int)p->problem_mark.line + 1, (int)p->problem_mark.column + 1,
        "this is not YAML: %s; look at indents, colons and quotes near here", problem);
    return false;
}

static struct node *
new_node(struct reader *reader, const yaml_event_t *event, enum node_kind kind)
{
    struct node *node = arena_alloc(&reader->load->set->arena, sizeof(*node));
    node->kind = kind;
    node->line = (int)event->start_mark.line + 1;
    node->column = (int)event->start_mark.column + 1;
    return node;
}

static struct node *read_node(struct reader *reader, const yaml_event_t *event, int depth);

static bool
read_key(struct reader *reader, const yaml_event_t *event, const struct node *map, char **ret_key)
{
    if (event->type != YAML_SCALAR_EVENT) {
        refuse(reader, event, "a name is expected here, followed by a colon");
        return false;
    }
    const char *key = (const char *)event->data.scalar.value;
    if (tree_get(map, key) != NULL) {
        reader->failed = true;
        load_mistake(reader->load, (int)event->start_mark.line + 1,
            (int)event->start_mark.column + 1, "'%.60s' is already given at line %d", key,
            tree_get(map, key)->key_line);
        return false;
    }
    *ret_key = arena_strdup(&reader->load->set->arena, key);
    return true;
}

static void
read_children(struct reader *reader, struct node *node, int depth)
{
    struct node **tail = &node->first;
    yaml_event_type_t end =
        node->kind == NODE_MAP ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT;
    while (!reader->failed) {
        yaml_event_t event;
        if (!next_event(reader, &event)) {
            return;
        }
        char *key = NULL;
        int line = (int)event.start_mark.line + 1;
        int column = (int)event.start_mark.column + 1;
        bool done = event.type == end;
        if (!done && node->kind == NODE_MAP) {
            bool ok = read_key(reader, &event, node, &key);
            yaml_event_delete(&event);
            if (!ok || !next_event(reader, &event)) {
                return;
            }
        }
        struct node *child = done ? NULL : read_node(reader, &event, depth + 1);
        yaml_event_delete(&event);
        if (child == NULL) {
            return;
        }
        child->key = key;
        child->key_line = line;
        child->key_column = column;
        *tail = child;
        tail = &child->next;
    }
}

static struct node *
read_node(struct reader *reader, const yaml_event_t *event, int depth)
{
    const yaml_char_t *anchor = NULL;
    const yaml_char_t *tag = NULL;
    struct node *node = NULL;
    if (event->type == YAML_ALIAS_EVENT) {
        refuse(reader, event, "aliases (*name) are not used here; write the text out");
        return NULL;
    }
    if (depth > TREE_DEPTH_MAX) {
        refuse(reader, event, "more than 12 levels deep; nothing in this format is");
        return NULL;
    }
    if (++reader->nodes > TREE_NODES_MAX) {
        refuse(reader, event, "more than 20000 entries in one file; split it");
        return NULL;
    }
    if (event->type == YAML_SCALAR_EVENT) {
        anchor = event->data.scalar.anchor;
        tag = event->data.scalar.tag;
        node = new_node(reader, event, NODE_SCALAR);
        node->text = arena_strndup(&reader->load->set->arena,
            (const char *)event->data.scalar.value, event->data.scalar.length);
        bool quoted = event->data.scalar.style == YAML_SINGLE_QUOTED_SCALAR_STYLE ||
                      event->data.scalar.style == YAML_DOUBLE_QUOTED_SCALAR_STYLE;
        node->text_column = node->column + (quoted ? 1 : 0);
        if (strlen(node->text) != event->data.scalar.length) {
            refuse(reader, event, "a zero byte stands in this text");
            return NULL;
        }
    } else if (event->type == YAML_SEQUENCE_START_EVENT) {
        anchor = event->data.sequence_start.anchor;
        tag = event->data.sequence_start.tag;
        node = new_node(reader, event, NODE_LIST);
    } else if (event->type == YAML_MAPPING_START_EVENT) {
        anchor = event->data.mapping_start.anchor;
        tag = event->data.mapping_start.tag;
        node = new_node(reader, event, NODE_MAP);
    } else {
        refuse(reader, event, "this can't stand here");
        return NULL;
    }
    if (anchor != NULL || tag != NULL) {
        refuse(reader, event,
            anchor != NULL ? "anchors (&name) are not used here; write the text out"
                           : "tags (!name) are not used here");
        return NULL;
    }
    if (node->kind != NODE_SCALAR) {
        read_children(reader, node, depth);
    }
    return reader->failed ? NULL : node;
}

/* Reads up to and over the event that is expected. */
static bool
expect(struct reader *reader, yaml_event_type_t type, const char *reason)
{
    yaml_event_t event;
    if (!next_event(reader, &event)) {
        return false;
    }
    bool ok = event.type == type;
    if (!ok) {
        refuse(reader, &event, reason);
    }
    yaml_event_delete(&event);
    return ok;
}

static struct node *
read_document(struct reader *reader)
{
    if (!expect(reader, YAML_STREAM_START_EVENT, "this can't be read") ||
        !expect(reader, YAML_DOCUMENT_START_EVENT, "the file is empty")) {
        return NULL;
    }
    yaml_event_t event;
    if (!next_event(reader, &event)) {
        return NULL;
    }
    struct node *root = read_node(reader, &event, 1);
    yaml_event_delete(&event);
    if (root == NULL ||
        !expect(reader, YAML_DOCUMENT_END_EVENT, "more text than one file may have") ||
        !expect(reader, YAML_STREAM_END_EVENT,
            "a second document (---) starts here; use a file "
            "for each")) {
        return NULL;
    }
    return root;
}

struct node *
tree_parse(struct load *load, const struct buf *data)
{
    if (!bytes_ok(load, data)) {
        return NULL;
    }
    struct reader reader = {.load = load};
    if (!yaml_parser_initialize(&reader.parser)) {
        load_mistake(load, 0, 0, "no memory to read the file");
        return NULL;
    }
    yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&reader.parser, (const unsigned char *)buf_str(data), data->len);
    struct node *root = read_document(&reader);
    yaml_parser_delete(&reader.parser);
    return root;
}

struct node *
tree_read(struct load *load, const char *path)
{
    AUTO_BUF data;
    buf_init(&data, FILE_BYTES_MAX);
    int r = fs_read(path, &data);
    if (r < 0) {
        load_mistake(load, 1, 1, "%s",
            r == KERR_TOO_BIG ? "the file is larger than 256 KiB; split it"
                              : "the file can't be read");
        return NULL;
    }
    return tree_parse(load, &data);
}

struct node *
tree_get(const struct node *map, const char *key)
{
    if (map == NULL || map->kind != NODE_MAP) {
        return NULL;
    }
    for (struct node *child = map->first; child != NULL; child = child->next) {
        if (strcmp(child->key, key) == 0) {
            return child;
        }
    }
    return NULL;
}

size_t
tree_count(const struct node *node)
{
    size_t count = 0;
    for (const struct node *child = node->first; child != NULL; child = child->next) {
        count++;
    }
    return count;
}
