/* base/conf.h - a program's settings: a text file of "key = value" lines, # for comments. Written
 * by `kioskctl init`, read by every program at its start; relative paths in it are relative to the
 * folder that holds the file. */
#ifndef BASE_CONF_H
#define BASE_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct conf; /* opaque; immutable after loading, so any thread may read */

/* Reads a file. On KERR_INVALID *ret_line is the line that is no setting. KERR_NOT_FOUND, KERR_IO. */
int conf_load(const char *path, struct conf **ret_conf, int *ret_line);
void conf_free(struct conf *conf);
/* The value, or fallback when the key is absent. Lives as long as conf. */
const char *conf_str(const struct conf *conf, const char *key, const char *fallback);
/* How many settings there are, and each, in the file's order. key and value live as long as conf. */
size_t conf_count(const struct conf *conf);
typedef void conf_see(const char *key, const char *value, void *ctx);
void conf_each(const struct conf *conf, conf_see *see, void *ctx);
/* The value as a whole number within [min, max], else fallback. */
int64_t conf_int(
    const struct conf *conf, const char *key, int64_t min, int64_t max, int64_t fallback);
/* The value as a path: absolute, or a key in a token (pkcs11:), as it is; relative joined to the file's folder. Heap; the caller
 * frees. NULL when the key is absent and fallback is NULL. */
char *conf_path(const struct conf *conf, const char *key, const char *fallback);
/* The folder of the file; relative paths start there. Lives as long as conf. */
const char *conf_folder(const struct conf *conf);

/* The folder of this machine's set-up: $KIOSK_HOME, else $XDG_DATA_HOME/madoguchi, else
 * ~/.local/share/madoguchi. Heap; the caller frees. */
char *conf_home(void);
/* conf_load of conf_home()/madoguchi.conf. */
int conf_load_home(struct conf **ret_conf, int *ret_line);

/* The folder of what is shipped: "assets", "fonts", "locale" or "tables". The setting of that name wins;
 * else beside a program in a build folder (build/kiosk -> assets, build/fonts, build/locale, build/tables;
 * fonts that were not built: the list in the tree); else under
 * /usr/share/madoguchi. conf may be NULL. Heap; the caller frees. */
char *conf_share(const struct conf *conf, const char *what);
/* The newest ("now") bundle of a kind that came down, or the one before ("before"), as a folder (kiosk/decisions/0043-bundles.md).
 * Heap; NULL when there is none. */
char *conf_bundle(const struct conf *conf, const char *kind, const char *link);
/* Is this folder still one of these two? When it is after something was read from it, nothing of it was taken away before. */
bool conf_bundle_is_kept(const struct conf *conf, const char *kind, const char *tree);
/* The path of a program of ours that lies beside the running one ("virtual-card"). Heap; the caller
 * frees. */
char *conf_program(const char *name);

#endif
