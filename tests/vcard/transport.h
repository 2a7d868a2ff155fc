/* vcard/transport.h - virtual cards behind the card room's own interface, in the same process: what
 * tests use where no pcscd runs. Readers, service and hangs can be changed from the test's thread
 * while the room's threads use the ops. */
#ifndef VCARD_TRANSPORT_H
#define VCARD_TRANSPORT_H

#include <stdatomic.h>

#include "card/card.h"
#include "vcard/vcard.h"

struct vtransport; /* freed by ops->close (card_stop) */

enum { VTRANSPORT_LOG_MAX = 256, VTRANSPORT_COMMAND_MAX = 32 };
struct vtransport_command {
    uint8_t bytes[VTRANSPORT_COMMAND_MAX];
    size_t len;
    const uint8_t *where; /* the caller's own buffer */
};

/* One reader, no card, service up. Aborts without memory. */
struct vtransport *vtransport_new(const struct card_transport_ops **ret_ops);
/* Puts a card on a reader, or takes it away (NULL). The card stays the test's, which must keep it
 * until card_stop. */
void vtransport_place(struct vtransport *vt, size_t reader, struct vcard *card);
/* The card that the fault swap-after puts there. */
void vtransport_other(struct vtransport *vt, struct vcard *card);
/* That card lies there when the room next looks without waiting, which it does before VERIFY. */
void vtransport_swap_at_look(struct vtransport *vt, struct vcard *card);
void vtransport_readers(struct vtransport *vt, size_t count);
void vtransport_service(struct vtransport *vt, bool up);
void vtransport_mute(struct vtransport *vt, size_t reader, bool mute);
/* A card that a fault takes away is missed only some milliseconds later: the exchange fails first. */
void vtransport_late_removal(struct vtransport *vt, bool late);
/* From command number `at` on, transmit does not come back until this is called with 0. */
void vtransport_hang(struct vtransport *vt, unsigned at);
/* The reader can't do extended lengths: the exchange fails before the card sees it. */
void vtransport_short_only(struct vtransport *vt, bool short_only);
/* The next `times` connects answer this error. */
void vtransport_fail_connect(struct vtransport *vt, int error, int times);

/* What went over the wire so far; stays valid until close. */
size_t vtransport_log(struct vtransport *vt, const struct vtransport_command **ret_log);
/* Commands that carried a PIN. */
size_t vtransport_verifies(struct vtransport *vt);
/* *closed becomes true when the room has closed the transport and will not touch a card again. */
void vtransport_tell_close(struct vtransport *vt, atomic_bool *closed);
/* Is any card under power? */
bool vtransport_powered(struct vtransport *vt);

#endif
