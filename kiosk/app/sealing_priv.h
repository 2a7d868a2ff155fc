/* app/sealing_priv.h - for whom this terminal seals now: the city's newest list of keys and its dates. Belongs
 * to the submitter's thread (submit.c). */
#ifndef APP_SEALING_PRIV_H
#define APP_SEALING_PRIV_H

#include "base/clock.h"
#include "base/conf.h"
#include "seal/seal.h"

struct sealing;

/* From the settings: the list (keyring) when there is one that verifies, else recipients. KERR_SEAL_KEY. Borrows
 * the clock. */
int sealing_new(const struct conf *conf, const struct clock *clock, struct sealing **ret_sealing);
void sealing_free(struct sealing *sealing);
/* The sealer of this moment; looks first whether a newer list came or another key's day began. Never fails:
 * with whatever is wrong there, the one from before is kept and an alarm is logged. Borrowed until the next
 * call. */
const struct seal_sealer *sealing_now(struct sealing *sealing);

#endif
