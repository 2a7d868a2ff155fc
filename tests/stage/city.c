/* stage/city.c - the city's side of a stage: takes what the terminal stored out of its queue and opens it with the
 * desk's key, as the desk does. */
#include "stage/stage.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/fs.h"

bool
stage_city_open(struct stage *stage, struct stage_city *ret_city)
{
    char *keys = fs_join(stage->folder, "keys");
    char *ca = fs_join(keys, "kiosk-ca.crt");
    char *cert = fs_join(keys, "city.crt");
    char *key = fs_join(keys, "city.key");
    char *queue = conf_path(stage->conf, "queue", "queue.db");
    *ret_city = (struct stage_city){.stage = stage};
    bool good = seal_verifier_new(ca, &ret_city->verifier) == 0 &&
                seal_opener_new(cert, key, &ret_city->opener) == 0 &&
                store_open(queue, &ret_city->store) == 0;
    free(queue);
    free(key);
    free(cert);
    free(ca);
    free(keys);
    return good;
}

void
stage_city_close(struct stage_city *city)
{
    store_close(city->store);
    seal_opener_free(city->opener);
    seal_verifier_free(city->verifier);
}

int
stage_city_take(struct stage_city *city, struct record **ret_record)
{
    struct store_row row;
    struct seal_header header;
    AUTO_BUF envelope;
    AUTO_BUF sealed;
    AUTO_BUF plain;
    buf_init(&envelope, STORE_ENVELOPE_MAX);
    buf_init(&sealed, STORE_ENVELOPE_MAX);
    buf_init(&plain, STORE_ENVELOPE_MAX);
    *ret_record = NULL;
    int64_t now = clock_wall_s(&city->stage->clock);
    int r = store_next_due(city->store, now, &row, &envelope);
    if (r < 0) {
        return r;
    }
    AUTO_BUF lean;
    buf_init(&lean, SEAL_LEAN_MAX);
    city->codes =
        seal_lean_write(envelope.data, envelope.len, &lean) == 0 ? seal_code_count(lean.len) : 0;
    int taken = store_sent(city->store, row.place, row.hash, now);
    r = seal_verify(city->verifier, envelope.data, envelope.len, &header, &sealed);
    r = r == 0 ? seal_open(city->opener, sealed.data, sealed.len, &plain) : r;
    r = r == 0 ? record_decode(plain.data, plain.len, ret_record) : r;
    return r == 0 ? taken : r;
}
