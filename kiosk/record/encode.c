/* record/encode.c - the record as canonical JSON and back. Written by hand because the bytes must be
 * the same for the same record; read by cJSON because outside bytes deserve a well-worn parser.
 * Format: kiosk/record/README.md. */
#include "record.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/utf8.h"

enum { RECORD_VERSION = 1 };

static void
add_json_string(struct buf *out, const char *text)
{
    (void)buf_add_byte(out, '"');
    for (const unsigned char *p = (const unsigned char *)text; *p != 0; p++) {
        if (*p == '"' || *p == '\\') {
            (void)buf_add_byte(out, '\\');
            (void)buf_add_byte(out, *p);
        } else if (*p < 0x20) {
            (void)buf_printf(out, "\\u%04x", *p);
        } else {
            (void)buf_add_byte(out, *p);
        }
    }
    (void)buf_add_byte(out, '"');
}

static void
add_member(struct buf *out, const char *key, const char *value)
{
    (void)buf_printf(out, ",\"%s\":", key);
    add_json_string(out, value);
}

static bool
has_visit(const struct record_head *head)
{
    static const uint8_t none[RECORD_VISIT_LEN];
    return memcmp(head->visit, none, sizeof(none)) != 0;
}

int
record_encode(const struct record *record, struct buf *ret_bytes)
{
    const struct record_head *head = record_head(record);
    size_t start = ret_bytes->len;
    char id[2 * RECORD_ID_LEN + 1];
    hex_encode(head->id, RECORD_ID_LEN, id);
    (void)buf_printf(ret_bytes, "{\"v\":%d", RECORD_VERSION);
    add_member(ret_bytes, "id", id);
    add_member(ret_bytes, "number", head->number);
    add_member(ret_bytes, "procedure", head->procedure);
    add_member(ret_bytes, "in_force", head->in_force);
    add_member(ret_bytes, "kiosk", head->kiosk);
    add_member(ret_bytes, "language", head->language);
    (void)buf_printf(ret_bytes, ",\"submitted_at\":%lld,\"fee\":%lld",
        (long long)head->submitted_at, (long long)head->fee);
    if (has_visit(head)) {
        char visit[2 * RECORD_VISIT_LEN + 1];
        hex_encode(head->visit, RECORD_VISIT_LEN, visit);
        add_member(ret_bytes, "visit", visit);
    }
    if (head->assisted) {
        (void)buf_add_str(ret_bytes, ",\"assisted\":true");
    }
    (void)buf_add_str(ret_bytes, ",\"facts\":[");
    const struct fact_set *facts = record_facts(record);
    for (size_t i = 0; i < fact_set_count(facts); i++) {
        const struct fact *fact = fact_set_at(facts, i);
        (void)buf_add_str(ret_bytes, i > 0 ? ",{\"k\":" : "{\"k\":");
        add_json_string(ret_bytes, fact->key);
        (void)buf_add_str(ret_bytes, ",\"v\":");
        add_json_string(ret_bytes, fact->value);
        (void)buf_printf(ret_bytes, ",\"o\":\"%s\",\"t\":%lld}", fact_origin_name(fact->origin),
            (long long)fact->at);
    }
    (void)buf_add_str(ret_bytes, "]}");
    if (buf_error(ret_bytes) == 0 && ret_bytes->len - start > RECORD_ENCODED_MAX) {
        return KERR_TOO_BIG; /* no reader of ours would take it */
    }
    return buf_error(ret_bytes); /* sticky: one check for all appends */
}

static bool
get_string(const cJSON *object, const char *key, char *out, size_t size)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    if (!cJSON_IsString(item) || strnlen(item->valuestring, size) >= size) {
        return false;
    }
    memcpy(out, item->valuestring, strlen(item->valuestring) + 1);
    return true;
}

static bool
get_int(const cJSON *object, const char *key, int64_t *out)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    /* doubles hold whole numbers exactly up to 2^53 */
    if (!cJSON_IsNumber(item) || item->valuedouble < -9e15 || item->valuedouble > 9e15) {
        return false;
    }
    *out = (int64_t)item->valuedouble;
    return true;
}

static int
decode_facts(const cJSON *list, struct fact_set *facts)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        const cJSON *key = cJSON_GetObjectItemCaseSensitive(item, "k");
        const cJSON *value = cJSON_GetObjectItemCaseSensitive(item, "v");
        const cJSON *origin = cJSON_GetObjectItemCaseSensitive(item, "o");
        int64_t at;
        if (!cJSON_IsString(key) || !cJSON_IsString(value) || !cJSON_IsString(origin) ||
            !get_int(item, "t", &at)) {
            return KERR_INVALID;
        }
        int o = 0;
        while (o < FACT_ORIGIN_COUNT &&
               strcmp(origin->valuestring, fact_origin_name((enum fact_origin)o)) != 0) {
            o++;
        }
        int r = fact_set_put(facts, key->valuestring, value->valuestring, (enum fact_origin)o, at);
        if (r < 0) {
            return r;
        }
    }
    return 0;
}

/* A visit of zeros is written by leaving it out, so check_canonical refuses it here. */
static bool
get_visit(const cJSON *root, struct record_head *head)
{
    char visit[2 * RECORD_VISIT_LEN + 1];
    return cJSON_GetObjectItemCaseSensitive(root, "visit") == NULL ||
           (get_string(root, "visit", visit, sizeof(visit)) &&
               hex_decode(visit, head->visit, RECORD_VISIT_LEN) == 0);
}

/* Written only when it is so: anything but true is no record. */
static bool
get_assisted(const cJSON *root, struct record_head *head)
{
    const cJSON *assisted = cJSON_GetObjectItemCaseSensitive(root, "assisted");
    head->assisted = assisted != NULL;
    return assisted == NULL || cJSON_IsTrue(assisted);
}

static int
decode_head(const cJSON *root, struct record_head *head)
{
    char id[2 * RECORD_ID_LEN + 1];
    int64_t version;
    bool ok = cJSON_IsObject(root) && get_int(root, "v", &version) && version == RECORD_VERSION &&
              get_string(root, "id", id, sizeof(id)) &&
              hex_decode(id, head->id, RECORD_ID_LEN) == 0 &&
              get_string(root, "number", head->number, sizeof(head->number)) &&
              get_string(root, "procedure", head->procedure, sizeof(head->procedure)) &&
              get_string(root, "in_force", head->in_force, sizeof(head->in_force)) &&
              get_string(root, "kiosk", head->kiosk, sizeof(head->kiosk)) &&
              get_string(root, "language", head->language, sizeof(head->language)) &&
              get_int(root, "submitted_at", &head->submitted_at) &&
              get_int(root, "fee", &head->fee) && get_visit(root, head) && get_assisted(root, head);
    return ok ? 0 : KERR_INVALID;
}

/* Is this the one encoding of the record? Refuses all that a JSON reader would pass over in silence:
 * members twice or unknown, a NUL in a text, 1e3 for 1000, another order. */
static int
check_canonical(const struct record *record, const uint8_t *bytes, size_t len)
{
    AUTO_BUF again;
    buf_init(&again, RECORD_ENCODED_MAX);
    int r = record_encode(record, &again);
    if (r < 0) {
        return r;
    }
    return again.len == len && memcmp(again.data, bytes, len) == 0 ? 0 : KERR_INVALID;
}

static int
decode_root(const cJSON *root, struct record **ret_record)
{
    struct fact_set *facts = fact_set_new();
    struct record_head head = {0};
    int r = decode_head(root, &head);
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(root, "facts");
    if (r == 0) {
        r = cJSON_IsArray(list) ? decode_facts(list, facts) : KERR_INVALID;
    }
    if (r == 0) {
        *ret_record = record_new(&head, facts);
    }
    fact_set_free(facts);
    explicit_bzero(&head, sizeof(head));
    return r;
}

/* The text, without padding. */
static int
decode_text(const uint8_t *bytes, size_t len, struct record **ret_record)
{
    if (!utf8_valid((const char *)bytes, len)) {
        return KERR_INVALID;
    }
    cJSON *root = cJSON_ParseWithLength((const char *)bytes, len);
    struct record *record = NULL;
    int r = decode_root(root, &record);
    cJSON_Delete(root);
    if (r == 0) {
        r = check_canonical(record, bytes, len);
    }
    if (r < 0) {
        record_free(record);
        return r;
    }
    *ret_record = record;
    return 0;
}

int
record_decode(const uint8_t *bytes, size_t len, struct record **ret_record)
{
    AUTO_BUF text;
    buf_init(&text, RECORD_ENCODED_MAX);
    int r = record_expand(bytes, len, &text);
    return r == 0 ? decode_text(text.data, text.len, ret_record) : r;
}
