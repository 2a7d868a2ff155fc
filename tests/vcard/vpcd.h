/* vcard/vpcd.h - a virtual card in the virtual reader of vsmartcard: the driver listens inside
 * pcscd, we connect. Protocol: cards 4.1. */
#ifndef VCARD_VPCD_H
#define VCARD_VPCD_H

#include <signal.h>
#include <stdint.h>

#include "vcard/vcard.h"

enum { VPCD_PORT = 35963 }; /* 0x8C7B, slot 0 */

enum vpcd_end {
    VPCD_END_STOPPED, /* *stop was set */
    VPCD_END_LOST, /* the driver closed the line (pcscd ended, or it ejected the card) */
    VPCD_END_LEFT, /* a fault took the card away */
    VPCD_END_SWAPPED /* a fault wants the other card */
};

/* Connects to 127.0.0.1:port, trying again until it works or *stop is set. The socket, or a negative
 * KERR_ code. */
int vpcd_connect(uint16_t port, const volatile sig_atomic_t *stop);
/* Serves one card until it is over; closes the socket, powers the card off. on_seen is called once,
 * when the reader has noticed the card; may be NULL. */
enum vpcd_end vpcd_serve(int take_socket, struct vcard *card, const volatile sig_atomic_t *stop,
    void (*on_seen)(void *), void *ctx);
/* Sleeps, but not longer than until *stop is set. */
void vpcd_sleep(unsigned ms, const volatile sig_atomic_t *stop);

#endif
