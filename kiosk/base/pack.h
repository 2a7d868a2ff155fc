/* base/pack.h - packs: files of many sealed things, as a stick carries them between a terminal and the city.
 *
 *     STICK/madoguchi/KIOSK/STEM.records     what the terminal sends, STEM being digits and "-"
 *     STICK/madoguchi/KIOSK/STEM.receipts    what the city answers
 *
 * In a pack each thing is its length (4 bytes, the highest first) and its bytes. A pack is replaced in one step and
 * synced, so a stick that is pulled out has the old or the new one. Packs prove nothing: each thing in them is signed.
 * Whatever lies on a stick may come from anybody: links, pipes, devices, other names and what is too large are
 * passed over or refused. A few large files and not many small ones: a folder of FAT32 ends at 16,383 such names, and
 * each file costs a sync. */
#ifndef BASE_PACK_H
#define BASE_PACK_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum {
    PACK_MAX = 4 * 1024 * 1024, /* bytes of a pack; for buf_init */
    PACK_THING_MAX = 512 * 1024,
    PACK_STEM_MAX = 32,
    PACK_NAMES_MAX = 20000 /* names of a folder; more is no stick of ours */
};
#define PACK_FOLDER "madoguchi"
#define PACK_RECORDS ".records"
#define PACK_RECEIPTS ".receipts"

/* Appends one thing. KERR_TOO_BIG (then the pack is as it was), KERR_INVALID for an empty one, KERR_NO_MEMORY. */
int pack_add(struct buf *pack, const uint8_t *thing, size_t len);
/* The thing at *at, which moves behind it; begin with 0. Points into the pack. 1; 0 at the end; KERR_INVALID when the
 * rest is no pack. */
int pack_next(const struct buf *pack, size_t *at, const uint8_t **ret_thing, size_t *ret_len);

/* The folder of a kiosk's packs on the stick, made when it isn't there; heap, the caller frees. KERR_NOT_FOUND (no
 * stick there), KERR_INVALID (a link or file has its name, or the kiosk's name is no folder's), KERR_NO_SPACE, KERR_IO. */
int pack_folder(const char *stick, const char *kiosk, char **ret_folder);
/* Calls each with every kiosk's folder. A non-zero answer stops and is returned. KERR_NOT_FOUND (no such stick, or
 * nothing of ours on it), KERR_TOO_BIG (too many names), KERR_IO. */
int pack_each_folder(const char *stick, int (*each)(const char *folder, void *ctx), void *ctx);
/* Calls each with the stem of every pack of this ending, in no order. As above. */
int pack_each(
    const char *folder, const char *ending, int (*each)(const char *stem, void *ctx), void *ctx);

/* Appends the file. KERR_NOT_FOUND, KERR_INVALID (no regular file), KERR_TOO_BIG, KERR_IO. */
int pack_read(const char *folder, const char *stem, const char *ending, struct buf *ret_pack);
/* Writes it, unless it stands there so already: 1 when it did. Errors of fs_write_atomic. */
int pack_write(const char *folder, const char *stem, const char *ending, const struct buf *pack);
int pack_remove(const char *folder, const char *stem, const char *ending);

#endif
