/* base/secret.h - memory for what must not outlive its moment: a PIN, a key. It is locked (never
 * swapped), left out of core dumps, not inherited by children, and wiped on release. printf can't
 * reach it because nothing here is a string. */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

enum { SECRET_MAX = 64 }; /* bytes; the longest is a 16-character password */

struct secret; /* opaque; lives in a page of its own */

/* A new, empty secret. KERR_LOCKED_MEMORY when the kernel refuses to lock the page. */
int secret_new(struct secret **ret_secret) ATTR_WARN_UNUSED;
/* Wipes, unlocks, frees. NULL is accepted. */
void secret_free(struct secret *secret);
/* Appends one byte; KERR_TOO_BIG when full. */
int secret_push(struct secret *secret, uint8_t byte);
/* Removes and wipes the last byte, if there is one. */
void secret_pop(struct secret *secret);
/* Wipes the contents; the length becomes 0. */
void secret_clear(struct secret *secret);
size_t secret_len(const struct secret *secret);
/* The bytes; valid until the next change. Never print, copy or store them. */
const uint8_t *secret_bytes(const struct secret *secret);

static inline void
secret_freep(struct secret **secret)
{
    secret_free(*secret);
}
#define AUTO_SECRET ATTR_CLEANUP(secret_freep) struct secret

/* Turns off core dumps and ptrace by others for this process. First thing in every main. */
void secret_harden_process(void);
/* Overwrites about 64 KiB of stack below the caller, where returned functions left their values. */
void secret_wipe_stack(void);

#endif
