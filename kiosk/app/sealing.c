/* app/sealing.c - for whom this terminal seals now. The city's lists of keys come while the terminal runs; each
 * is taken when its signature holds and its counter is higher, and nothing about dates, lists or files keeps a
 * visitor from handing in: what is wrong is an alarm, and the newest key that is trusted stays in use. */
#include "sealing_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/log.h"

struct sealing {
    const struct clock *clock; /* borrowed */
    char *cert, *key, *city_ca, *path;
    struct seal_keyring *ring;
    struct seal_sealer *sealer;
    struct seal_keyring_use use; /* what sealer was made for */
    uint8_t seen[SEAL_HASH_LEN]; /* of the list's bytes that were judged last */
    int64_t told_day; /* when the alarm about a late key was given last */
};

/* The list's file when its bytes are others than those judged last. */
static bool
is_new(struct sealing *sealing, struct buf *ret_bytes)
{
    uint8_t hash[SEAL_HASH_LEN];
    if (fs_read(sealing->path, ret_bytes) < 0) {
        return false; /* none, or none that can be read: the one in memory goes on */
    }
    seal_hash(ret_bytes->data, ret_bytes->len, hash);
    if (memcmp(hash, sealing->seen, sizeof(hash)) == 0) {
        return false;
    }
    memcpy(sealing->seen, hash, sizeof(hash));
    return true;
}

/* A list that came since the last look and may be used; NULL when there is none. The caller frees. */
static struct seal_keyring *
newer_list(struct sealing *sealing)
{
    struct seal_keyring *ring = NULL;
    AUTO_BUF bytes;
    buf_init(&bytes, SEAL_KEYRING_MAX);
    if (!is_new(sealing, &bytes)) {
        return NULL;
    }
    int r = seal_keyring_read(sealing->city_ca, bytes.data, bytes.len, &ring);
    uint64_t counter = r == 0 ? seal_keyring_use(ring, 0).counter : 0;
    if (r == 0 && counter <= sealing->use.counter) {
        r = KERR_CONFLICT; /* somebody put an older one there, or another under the same counter */
    }
    if (r < 0) {
        LOG(LOG_ERROR, "keys.refused", LOG_ERR(r), LOG_INT("counter", counter));
        seal_keyring_free(ring);
        return NULL;
    }
    return ring;
}

/* Seals by this list from now on, if that works. Takes it over in any case; it may be the present one. */
static int
adopt(struct sealing *sealing, struct seal_keyring *ring)
{
    struct seal_sealer *sealer = NULL;
    int64_t now = clock_wall_s(sealing->clock);
    bool is_first = sealing->ring == NULL; /* what a terminal begins with is no news */
    int r = seal_sealer_new_from(sealing->cert, sealing->key, ring, now, &sealer);
    struct seal_keyring *old = r == 0 ? sealing->ring : ring;
    if (r == 0) {
        sealing->use = seal_keyring_use(ring, now);
        sealing->ring = ring;
        seal_sealer_free(sealing->sealer);
        sealing->sealer = sealer;
    }
    if (r < 0 || !is_first) {
        LOG(r < 0 ? LOG_ERROR : LOG_INFO, "keys.in-use", LOG_ERR(r),
            LOG_INT("counter", sealing->use.counter), LOG_INT("place", sealing->use.which));
    }
    if (old != sealing->ring) {
        seal_keyring_free(old);
    }
    return r;
}

/* Once a day: a key past its end is still the one to seal with, but somebody must bring a newer one. */
static void
tell_late(struct sealing *sealing, int64_t now)
{
    struct seal_keyring_use use = seal_keyring_use(sealing->ring, now);
    int64_t day = clock_japan_day(now);
    if (use.is_late && day != sealing->told_day) {
        sealing->told_day = day;
        LOG(LOG_ERROR, "keys.late", LOG_INT("counter", use.counter), LOG_INT("until", use.until));
    }
}

int
sealing_new(const struct conf *conf, const struct clock *clock, struct sealing **ret_sealing)
{
    struct sealing *sealing = xcalloc(1, sizeof(*sealing));
    struct seal_keyring *first = NULL;
    char *recipients = conf_path(conf, "recipients", "keys/recipients.pem");
    sealing->clock = clock;
    sealing->cert = conf_path(conf, "kiosk-cert", "keys/kiosk.crt");
    sealing->key = conf_path(conf, "kiosk-key", "keys/kiosk.key");
    sealing->city_ca = conf_path(conf, "city-ca", "keys/city-ca.crt");
    sealing->path = conf_path(conf, "keyring", "keyring.der");
    int r = seal_keyring_first(recipients, &first);
    r = r == 0 ? adopt(sealing, first) : r;
    free(recipients);
    if (r < 0) {
        sealing_free(sealing);
        return r;
    }
    (void)sealing_now(sealing); /* the list, when one is there */
    *ret_sealing = sealing;
    return 0;
}

void
sealing_free(struct sealing *sealing)
{
    if (sealing == NULL) {
        return;
    }
    seal_sealer_free(sealing->sealer);
    seal_keyring_free(sealing->ring);
    free(sealing->path);
    free(sealing->city_ca);
    free(sealing->key);
    free(sealing->cert);
    free(sealing);
}

const struct seal_sealer *
sealing_now(struct sealing *sealing)
{
    struct seal_keyring *newer = newer_list(sealing);
    int64_t now = clock_wall_s(sealing->clock);
    if (newer != NULL) {
        (void)adopt(sealing, newer); /* the one before stays when it can't be used */
    } else if (seal_keyring_use(sealing->ring, now).which != sealing->use.which) {
        (void)adopt(sealing, sealing->ring);
    }
    tell_late(sealing, now);
    return sealing->sealer;
}
