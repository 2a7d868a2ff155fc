/* desk/clients.c - the systems to which records are handed over: which of them may ask how often for what. The file is read
 * at each question, so that a new, changed or revoked line needs no restart. A key is 256 random bits, so its SHA-256 is
 * enough to keep; a password's slow hash would protect nothing more. */
#include "hand_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/hex.h"
#include "base/rng.h"
#include "seal/seal.h"

enum { CLIENTS_FILE_MAX = 64 * 1024, MINUTE_MS = 60 * 1000 };

static const struct {
    const char *name;
    unsigned right;
} rights[] = {{"read", DESK_RIGHT_READ}, {"mark", DESK_RIGHT_MARK}, {"file", DESK_RIGHT_FILE},
    {"cp932", DESK_RIGHT_CP932}, {"page", DESK_RIGHT_PAGE}, {"revoked", DESK_RIGHT_REVOKED}};

/* Whether a list "a,b" has an item; "*" has all. */
static bool
has(const char *list, const char *item)
{
    size_t len = strlen(item);
    for (const char *at = list; *at != 0;) {
        size_t end = strcspn(at, ",");
        if ((end == len && memcmp(at, item, len) == 0) || (end == 1 && *at == '*')) {
            return true;
        }
        at += end;
        at += *at == ',' ? 1 : 0;
    }
    return false;
}

bool
desk_client_takes(const struct desk_client *client, const char *procedure)
{
    return has(client->procedures, procedure);
}

bool
desk_client_sees(const struct desk_client *client, const char *state)
{
    return has(client->states, state);
}

static bool
read_rights(char *list, unsigned *ret_rights)
{
    *ret_rights = 0;
    for (char *word; (word = strsep(&list, ",")) != NULL;) {
        size_t i = 0;
        while (i < ARRAY_LEN(rights) && strcmp(rights[i].name, word) != 0) {
            i++;
        }
        if (i == ARRAY_LEN(rights)) {
            return false;
        }
        *ret_rights |= rights[i].right;
    }
    return true;
}

static bool
copy_text(const char *text, const char *allowed, char *out, size_t size)
{
    size_t len = strlen(text);
    if (len == 0 || len >= size || strspn(text, allowed) != len) {
        return false;
    }
    memcpy(out, text, len + 1);
    return true;
}

#define LETTERS "abcdefghijklmnopqrstuvwxyz0123456789-"

/* name:hash:rate:rights:states:procedures */
static bool
read_client(char *line, struct desk_client *ret)
{
    char *parts[6] = {0};
    size_t count = 0;
    for (char *part; (part = strsep(&line, ":")) != NULL; count++) {
        if (count == ARRAY_LEN(parts)) {
            return false;
        }
        parts[count] = part;
    }
    *ret = (struct desk_client){.rate = 0};
    if (count != ARRAY_LEN(parts) || !copy_text(parts[0], LETTERS, ret->name, sizeof(ret->name)) ||
        !read_rights(parts[3], &ret->rights) ||
        !copy_text(parts[4], LETTERS ",", ret->states, sizeof(ret->states)) ||
        !copy_text(parts[5], LETTERS ",*", ret->procedures, sizeof(ret->procedures))) {
        return false;
    }
    uint64_t rate = desk_query_number(parts[2], UINT64_MAX);
    ret->rate = rate <= DESK_RATE_MAX ? (int)rate : -1;
    ret->has_key = strcmp(parts[1], "-") != 0;
    return ret->rate >= 0 &&
           (!ret->has_key || hex_decode(parts[1], ret->key, sizeof(ret->key)) == 0);
}

struct walk {
    int (*each)(const struct desk_client *client, void *ctx);
    void *ctx;
};

static int
give_client(char *line, int number, void *ctx)
{
    const struct walk *walk = ctx;
    struct desk_client client;
    (void)number; /* told by desk_lines_each */
    return read_client(line, &client) ? walk->each(&client, walk->ctx) : KERR_INVALID;
}

int
desk_clients_each(const char *path, int (*each)(const struct desk_client *client, void *ctx),
    void *ctx, int *ret_line)
{
    struct walk walk = {each, ctx};
    AUTO_BUF file;
    buf_init(&file, CLIENTS_FILE_MAX);
    return desk_lines_each(path, &file, give_client, &walk, ret_line);
}

struct client_search {
    const char *name;
    const uint8_t *hash;
    struct desk_client *found;
    bool is_found;
};

static int
look_at(const struct desk_client *client, void *ctx)
{
    struct client_search *search = ctx;
    bool fits = search->name != NULL
                    ? strcmp(client->name, search->name) == 0
                    : client->has_key && memcmp(client->key, search->hash, SEAL_HASH_LEN) == 0;
    if (fits && !search->is_found) {
        *search->found = *client;
        search->is_found = true;
    }
    return 0; /* to the end: a file with a mistake anywhere lets nobody in */
}

static int
search(const char *path, struct client_search *wanted)
{
    int line = 0;
    int r = desk_clients_each(path, look_at, wanted, &line);
    if (r == 0 && (!wanted->is_found || (wanted->found->rights & DESK_RIGHT_REVOKED) != 0)) {
        r = KERR_NOT_FOUND;
    }
    return r;
}

int
desk_client_named(const char *path, const char *name, struct desk_client *ret_client)
{
    struct client_search wanted = {.name = name, .found = ret_client};
    return search(path, &wanted);
}

int
desk_client_with_key(const char *path, const char *key, struct desk_client *ret_client)
{
    uint8_t hash[SEAL_HASH_LEN];
    seal_hash((const uint8_t *)key, strlen(key), hash);
    struct client_search wanted = {.hash = hash, .found = ret_client};
    return search(path, &wanted);
}

/* ---- changes of the file ---- */

static int
same_name(const struct desk_client *client, void *ctx)
{
    return strcmp(client->name, ctx) == 0 ? KERR_EXISTS : 0;
}

static bool
states_known(const char *states)
{
    char list[sizeof(((struct desk_client *)NULL)->states)];
    (void)snprintf(list, sizeof(list), "%s", states);
    char *rest = list;
    for (char *state; (state = strsep(&rest, ",")) != NULL;) {
        if (ledger_state_read(state) == LEDGER_STATE_COUNT) {
            return false;
        }
    }
    return true;
}

/* "mdg_" and 256 random bits; its hash as digits. */
static void
make_key(char ret_key[DESK_KEY_LEN], char ret_hash[2 * SEAL_HASH_LEN + 1])
{
    uint8_t random[32], hash[SEAL_HASH_LEN];
    rng_fill(random, sizeof(random));
    memcpy(ret_key, "mdg_", 4);
    hex_encode(random, sizeof(random), ret_key + 4);
    seal_hash((const uint8_t *)ret_key, strlen(ret_key), hash);
    hex_encode(hash, sizeof(hash), ret_hash);
    explicit_bzero(random, sizeof(random));
}

int
desk_client_add(const char *path, const struct desk_client_terms *terms, char ret_key[DESK_KEY_LEN])
{
    AUTO_BUF file;
    char hash[2 * SEAL_HASH_LEN + 1] = "-", line[2048], copy[2048];
    char name[LEDGER_NAME_MAX];
    struct desk_client client;
    unsigned granted = 0;
    int at = 0;
    buf_init(&file, CLIENTS_FILE_MAX);
    ret_key[0] = 0;
    (void)snprintf(name, sizeof(name), "%s", terms->name);
    int r = fs_exists(path) ? desk_clients_each(path, same_name, name, &at) : 0;
    (void)snprintf(copy, sizeof(copy), "%s", terms->rights);
    if (r == 0 && (!read_rights(copy, &granted) || !states_known(terms->states))) {
        r = KERR_INVALID;
    }
    if (r == 0 && (granted & (DESK_RIGHT_READ | DESK_RIGHT_MARK)) != 0) {
        make_key(ret_key, hash);
    }
    int len = snprintf(line, sizeof(line), "%s:%s:%d:%s:%s:%s", terms->name, hash, terms->rate,
        terms->rights, terms->states, terms->procedures);
    (void)snprintf(copy, sizeof(copy), "%s", line);
    if (r == 0 && (len < 0 || len >= (int)sizeof(line) || !read_client(copy, &client))) {
        r = KERR_INVALID;
    }
    r = r == 0 && fs_exists(path) ? fs_read_regular(path, &file) : r; /* desk.h: no link */
    if (r == 0) {
        bool ends = file.len == 0 || file.data[file.len - 1] == '\n';
        (void)buf_printf(&file, "%s%s\n", ends ? "" : "\n", line);
        r = buf_error(&file) != 0 ? buf_error(&file)
                                  : fs_write_shared(path, file.data, file.len, 0600);
    }
    if (r < 0) {
        explicit_bzero(ret_key, DESK_KEY_LEN);
    }
    return r;
}

int
desk_client_revoke(const char *path, const char *name)
{
    AUTO_BUF file;
    AUTO_BUF changed;
    struct desk_client client;
    buf_init(&file, CLIENTS_FILE_MAX);
    buf_init(&changed, CLIENTS_FILE_MAX);
    int r = desk_client_named(path, name, &client);
    r = r == 0 ? fs_read_regular(path, &file) : r;
    char *rest = r == 0 && file.len > 0 ? (char *)file.data : NULL;
    for (char *line; rest != NULL && (line = strsep(&rest, "\n")) != NULL;) {
        size_t len = strlen(name);
        if (strncmp(line, name, len) == 0 && line[len] == ':') {
            (void)buf_printf(
                &changed, "%s:-:0:revoked:%s:%s\n", name, client.states, client.procedures);
        } else if (*line != 0 || rest != NULL) {
            (void)buf_printf(&changed, "%s\n", line);
        }
    }
    r = r == 0 ? buf_error(&changed) : r;
    return r == 0 ? fs_write_shared(path, changed.data, changed.len, 0600) : r;
}

static int
print_client(const struct desk_client *client, void *ctx)
{
    char words[64] = "";
    size_t len = 0;
    for (size_t i = 0; i < ARRAY_LEN(rights); i++) {
        if ((client->rights & rights[i].right) != 0) {
            (void)snprintf(
                words + len, sizeof(words) - len, "%s%s", len > 0 ? "," : "", rights[i].name);
            len = strlen(words);
        }
    }
    return fprintf(ctx, "%s\t%s\t%d\t%s\t%s\n", client->name, words, client->rate, client->states,
               client->procedures) > 0
               ? 0
               : KERR_IO;
}

int
desk_client_list(const char *path, FILE *out)
{
    int line = 0;
    return desk_clients_each(path, print_client, out, &line);
}

/* ---- how often ---- */

struct rate {
    char name[LEDGER_NAME_MAX];
    int64_t at_ms;
    int64_t left; /* questions that are free now, in thousandths of a minute's share */
};

struct desk_rates {
    const struct clock *clock;
    struct rate rates[DESK_CLIENTS_MAX];
};

struct desk_rates *
desk_rates_new(const struct clock *clock)
{
    struct desk_rates *rates = xcalloc(1, sizeof(*rates));
    rates->clock = clock;
    return rates;
}

void
desk_rates_free(struct desk_rates *rates)
{
    free(rates);
}

/* A bucket that a minute fills: a client may ask `rate` times at once, and goes on at that pace. */
int
desk_rate_take(struct desk_rates *rates, const struct desk_client *client)
{
    int64_t now = clock_mono_ms(rates->clock);
    int64_t full = (int64_t)client->rate * MINUTE_MS;
    struct rate *mine = &rates->rates[0];
    if (client->rate == 0) {
        return MINUTE_MS / 1000;
    }
    for (size_t i = 0; i < DESK_CLIENTS_MAX; i++) {
        struct rate *at = &rates->rates[i];
        if (strcmp(at->name, client->name) == 0) {
            mine = at;
            break;
        }
        mine = at->at_ms < mine->at_ms ? at : mine; /* else who was here longest ago */
    }
    if (strcmp(mine->name, client->name) != 0) {
        *mine = (struct rate){.at_ms = now, .left = full};
        (void)snprintf(mine->name, sizeof(mine->name), "%s", client->name);
    }
    mine->left += (now - mine->at_ms) * client->rate;
    mine->left = mine->left > full ? full : mine->left;
    mine->at_ms = now;
    if (mine->left < MINUTE_MS) {
        int64_t missing = MINUTE_MS - mine->left;
        return (int)((missing + (int64_t)client->rate * 1000 - 1) / (client->rate * 1000));
    }
    mine->left -= MINUTE_MS;
    return 0;
}
