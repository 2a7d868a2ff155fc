/* desk/content.c - services, forms and words as the terminals have them: those of the newest content bundle that came down to
 * this machine. Read at the start, and anew between two requests when another bundle came. A bundle's tree never changes, so what
 * is read is one bundle; it is used as a whole or not at all. */
#include "hand_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/log.h"

struct desk_content {
    const struct conf *conf; /* borrowed */
    struct i18n *words;
    struct procedure_set *procedures;
    char *
        seen; /* the newest bundle's tree when it was last looked at, be it used or not; NULL: none */
};

/* A folder of a bundle's tree, or of what was shipped where that has none; tree may be NULL. Heap. */
static char *
in_tree(const struct conf *conf, const char *tree, const char *what)
{
    char *path = tree != NULL ? fs_join(tree, what) : NULL;
    if (path == NULL || !fs_exists(path)) {
        free(path);
        path = conf_share(conf, what);
    }
    return path;
}

static int
load_procedures(const struct conf *conf, const char *tree, struct procedure_set **ret_procedures)
{
    char *assets = in_tree(conf, tree, "assets");
    int r = procedure_load(assets, NULL, NULL, ret_procedures);
    if (r == 0 && tree != NULL &&
        !conf_bundle_is_kept(conf, "content", tree)) { /* tidied away meanwhile: maybe a half */
        procedure_set_free(*ret_procedures);
        *ret_procedures = NULL;
        r = KERR_NOT_FOUND;
    }
    free(assets);
    return r;
}

/* Reads the catalogs for the whole process; after an error they are as they were. */
static int
load_words(const struct conf *conf, const char *tree, struct i18n **ret_words)
{
    char *locale = in_tree(conf, tree, "locale");
    int r = i18n_new(locale, ret_words);
    free(locale);
    return r;
}

static int
load(struct desk_content *content, const char *tree)
{
    int r = load_procedures(content->conf, tree, &content->procedures);
    r = r == 0 ? load_words(content->conf, tree, &content->words) : r;
    if (r < 0) {
        procedure_set_free(content->procedures);
        content->procedures = NULL;
    }
    return r;
}

int
desk_content_open(const struct conf *conf, struct desk_content **ret_content)
{
    static const char *const links[] = {"now", "before", NULL};
    struct desk_content *content = xcalloc(1, sizeof(*content));
    content->conf = conf;
    int r = KERR_NOT_FOUND;
    for (size_t i = 0; i < ARRAY_LEN(links) && r < 0; i++) {
        char *tree = links[i] != NULL ? conf_bundle(conf, "content", links[i]) : NULL;
        if (tree != NULL || links[i] == NULL) {
            r = load(content, tree);
            if (r < 0 && links[i] != NULL) {
                LOG(LOG_ERROR, "content.older", LOG_INT("rank", i + 1), LOG_ERR(r));
            }
        }
        if (i == 0) {
            content->seen = tree;
        } else {
            free(tree);
        }
    }
    if (r < 0) {
        desk_content_close(content);
        return r;
    }
    *ret_content = content;
    return 0;
}

void
desk_content_close(struct desk_content *content)
{
    if (content == NULL) {
        return;
    }
    procedure_set_free(content->procedures);
    i18n_free(content->words);
    free(content->seen);
    free(content);
}

struct i18n *
desk_content_words(const struct desk_content *content)
{
    return content->words;
}

const struct procedure_set *
desk_content_procedures(const struct desk_content *content)
{
    return content->procedures;
}

/* The words come last: reading them anew can't be taken back. */
static int
renew(struct desk *desk, struct desk_content *content)
{
    struct procedure_set *procedures = NULL;
    struct desk_hand *hand = NULL;
    struct i18n *words = NULL;
    int r = load_procedures(content->conf, content->seen, &procedures);
    r = r == 0 ? desk_hand_load(desk->config.handover, procedures, &hand) : r;
    r = r == 0 ? load_words(content->conf, content->seen, &words) : r;
    if (r < 0) {
        desk_hand_free(hand);
        procedure_set_free(procedures);
        return r;
    }
    desk_hand_free(desk->hand); /* points into the services of before */
    procedure_set_free(content->procedures);
    i18n_free(content->words);
    content->procedures = procedures;
    content->words = words;
    desk->hand = hand;
    desk->config.procedures = procedures;
    desk->config.words = words;
    desk_wishes_free(desk->wishes); /* what asks for a slot is the services' to say */
    desk->wishes = desk_wishes_new();
    return 0;
}

void
desk_content_look(struct desk *desk)
{
    struct desk_content *content = desk->config.content;
    int64_t now = clock_mono_ms(desk->config.clock);
    if (content == NULL || now < desk->content_ms) {
        return;
    }
    desk->content_ms = now + DESK_CONTENT_LOOK_MS;
    char *newest = conf_bundle(content->conf, "content", "now");
    if (newest == NULL || (content->seen != NULL && strcmp(newest, content->seen) == 0)) {
        free(newest);
        return;
    }
    free(content->seen);
    content->seen = newest; /* with a mistake too: another bundle must come */
    int r = renew(desk, content);
    if (r == 0) {
        LOG(LOG_INFO, "content.anew",
            LOG_INT("services", (int64_t)procedure_count(content->procedures)));
    } else {
        LOG(LOG_ERROR, "content.kept", LOG_ERR(r));
    }
}
