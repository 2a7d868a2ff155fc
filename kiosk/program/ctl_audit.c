/* program/ctl_audit.c - kioskctl audit verify: is the queue's chain of events what it was when its points
 * were signed? Points that the city holds are given as files. Ends with 1 when anything was changed, dropped,
 * moved or taken back. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/conf.h"
#include "base/err.h"
#include "base/fs.h"
#include "program/ctl.h"
#include "seal/seal.h"
#include "store/store.h"

enum { POINTS_MAX = 256 };

struct points {
    const struct seal_verifier *verifier;
    const char *kiosk; /* whose they must be */
    struct store_point known[POINTS_MAX];
    size_t count;
};

/* store_points' each: this kiosk signed it, or it is an error. */
static int
add_point(void *ctx, const uint8_t *bytes, size_t len)
{
    struct points *points = ctx;
    struct seal_point point;
    int r = seal_point_verify(points->verifier, bytes, len, &point);
    if (r == 0 && strcmp(point.kiosk, points->kiosk) != 0) {
        r = KERR_SEAL_SIGNATURE;
    }
    if (r == 0 && points->count == POINTS_MAX) {
        r = KERR_TOO_BIG;
    }
    if (r == 0) {
        struct store_point *known = &points->known[points->count++];
        *known = (struct store_point){.epoch = point.epoch, .size = point.size};
        memcpy(known->head, point.head, sizeof(known->head));
    }
    return r;
}

static int
add_file(struct points *points, const char *path)
{
    AUTO_BUF bytes;
    buf_init(&bytes, SEAL_POINT_MAX);
    int r = fs_read(path, &bytes);
    r = r == 0 ? add_point(points, bytes.data, bytes.len) : r;
    if (r < 0) {
        (void)fprintf(stderr, "kioskctl audit: %s: %s\n", path, err_str(r));
    }
    return r;
}

static int
verify(struct points *points, const char *queue, int files, char **names)
{
    struct store *store = NULL;
    struct store_point end = {0};
    int r = 0;
    for (int i = 0; i < files && r == 0; i++) {
        r = add_file(points, names[i]);
    }
    if (r < 0) {
        return 1;
    }
    r = fs_exists(queue) ? store_open(queue, &store) : KERR_NOT_FOUND;
    r = r == 0 ? store_points(store, add_point, points) : r;
    r = r == 0 ? store_audit(store, points->known, points->count, &end) : r;
    store_close(store);
    uint64_t signed_up_to = 0;
    for (size_t i = 0; i < points->count; i++) {
        signed_up_to = points->known[i].size > signed_up_to ? points->known[i].size : signed_up_to;
    }
    if (r == KERR_CONFLICT) {
        (void)printf("epoch %" PRIu64 ": what follows event %" PRIu64
                     " is not what it was, or is gone (signed up to %" PRIu64 ")\n",
            end.epoch, end.size, signed_up_to);
    } else if (r < 0) {
        (void)fprintf(stderr, "kioskctl audit: %s: %s\n", queue, err_str(r));
    } else {
        (void)printf("epoch %" PRIu64 ": %" PRIu64 " events, signed up to %" PRIu64 ": whole\n",
            end.epoch, end.size, signed_up_to);
    }
    return r == 0 ? 0 : 1;
}

int
ctl_audit(int argc, char **argv)
{
    if (argc < 2 || strcmp(argv[1], "verify") != 0) {
        (void)fprintf(stderr, "usage: kioskctl audit verify [FILE...]\n");
        return 2;
    }
    struct conf *conf = NULL;
    int line = 0;
    int r = conf_load_home(&conf, &line);
    if (r < 0) {
        (void)fprintf(stderr, "kioskctl audit: madoguchi.conf: %s (line %d)\n", err_str(r), line);
        return 1;
    }
    char *queue = conf_path(conf, "queue", "queue.db");
    char *ca = conf_path(conf, "kiosk-ca", "keys/kiosk-ca.crt");
    struct seal_verifier *verifier = NULL;
    int code = 1;
    r = seal_verifier_new(ca, &verifier);
    if (r < 0) {
        (void)fprintf(stderr, "kioskctl audit: %s: %s\n", ca, err_str(r));
    } else {
        static struct points points; /* large for a stack */
        points.verifier = verifier;
        points.kiosk = conf_str(conf, "kiosk", "kiosk-001");
        code = verify(&points, queue, argc - 2, argv + 2);
    }
    seal_verifier_free(verifier);
    free(ca);
    free(queue);
    conf_free(conf);
    return code;
}
