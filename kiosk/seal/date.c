/* seal/date.c - until when a certificate holds, from bytes that anybody may have made (a card's). Nothing else of it is
 * looked at: no name, no serial number, no key, no signature. */
#include "seal_priv.h"

#include <stdbool.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/x509.h>

#include "base/clock.h"
#include "base/err.h"

enum { EPOCH_YEAR = 1970, TM_YEAR = 1900, DAY_S = 86400, HOUR_S = 3600, MINUTE_S = 60 };

bool
seal_moment(const ASN1_TIME *time, int64_t *ret_at)
{
    struct tm tm;
    if (time == NULL || ASN1_TIME_to_tm(time, &tm) != 1 || tm.tm_year + TM_YEAR < EPOCH_YEAR) {
        return false;
    }
    *ret_at = clock_days_from_civil(tm.tm_year + TM_YEAR, tm.tm_mon + 1, tm.tm_mday) * DAY_S +
              (int64_t)tm.tm_hour * HOUR_S + (int64_t)tm.tm_min * MINUTE_S + tm.tm_sec;
    return true;
}

int
seal_certificate_until(const uint8_t *der, size_t len, int64_t *ret_at)
{
    if (len == 0 || len > SEAL_CERTIFICATE_MAX) {
        return KERR_SEAL_FORM;
    }
    const uint8_t *end = der;
    X509 *cert = d2i_X509(NULL, &end, (long)len);
    /* a certificate with something behind it is not what was asked for */
    bool ok = cert != NULL && end == der + len && seal_moment(X509_get0_notAfter(cert), ret_at);
    X509_free(cert);
    ERR_clear_error();
    return ok ? 0 : KERR_SEAL_FORM;
}

int
seal_file_dates(const char *path, int64_t *ret_from, int64_t *ret_until)
{
    X509 *cert = NULL;
    int r = seal_load_cert(path, &cert);
    if (r < 0) {
        return r;
    }
    bool ok = seal_moment(X509_get0_notBefore(cert), ret_from) &&
              seal_moment(X509_get0_notAfter(cert), ret_until);
    X509_free(cert);
    return ok ? 0 : KERR_SEAL_FORM;
}

int
seal_file_until(const char *path, int64_t *ret_at)
{
    int64_t from;
    return seal_file_dates(path, &from, ret_at);
}
