/* program/ctl_keys.h - what kioskctl status tells of the sealing key. */
#ifndef PROGRAM_CTL_KEYS_H
#define PROGRAM_CTL_KEYS_H

#include "base/conf.h"

/* Prints the key that this set-up's terminal seals with now. Negative when it is past its end, or the list or the
 * first recipients can't be used. */
int ctl_keys_tell(const struct conf *conf);

#endif
