/* seal/cms.c - CMS helpers for both layers, and the hash. */
#include "seal_priv.h"

#include <limits.h>
#include <pthread.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/sha.h>

#include "base/err.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static EVP_MD *sha256; /* for as long as the program runs */

static void
fetch(void)
{
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
}

void
seal_hash(const uint8_t *bytes, size_t len, uint8_t out[SEAL_HASH_LEN])
{
    (void)pthread_once(&once, fetch);
    /* SHA256() looks the algorithm up anew each time, which takes longer than hashing a receipt */
    if (sha256 == NULL || EVP_Digest(bytes, len, out, NULL, sha256, NULL) != 1) {
        (void)SHA256(bytes, len, out); /* can't fail with a buffer of ours */
    }
}

CMS_ContentInfo *
seal_parse_exact(const uint8_t *bytes, size_t len)
{
    if (len == 0 || len > SEAL_ENVELOPE_MAX) {
        return NULL;
    }
    const unsigned char *at = bytes;
    CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &at, (long)len);
    unsigned char *again = NULL;
    int again_len = cms != NULL ? i2d_CMS_ContentInfo(cms, &again) : -1;
    /* the decoder also takes BER and leaves a tail alone; the encoder knows only DER */
    bool exact = again_len > 0 && (size_t)again_len == len && memcmp(again, bytes, len) == 0;
    OPENSSL_free(again);
    if (!exact) {
        CMS_ContentInfo_free(cms);
        ERR_clear_error();
        return NULL;
    }
    return cms;
}

bool
seal_kdf_is_sha256(CMS_ContentInfo *cms)
{
    STACK_OF(CMS_RecipientInfo) *infos = CMS_get0_RecipientInfos(cms);
    for (int i = 0; i < sk_CMS_RecipientInfo_num(infos); i++) {
        CMS_RecipientInfo *info = sk_CMS_RecipientInfo_value(infos, i);
        X509_ALGOR *algorithm = NULL;
        const ASN1_OBJECT *scheme = NULL;
        if (CMS_RecipientInfo_type(info) != CMS_RECIPINFO_AGREE ||
            CMS_RecipientInfo_kari_get0_alg(info, &algorithm, NULL) != 1) {
            return false;
        }
        X509_ALGOR_get0(&scheme, NULL, NULL, algorithm);
        /* RFC 5753 section 7.1.4: dhSinglePass-stdDH-sha256kdf-scheme */
        if (OBJ_obj2nid(scheme) != NID_dhSinglePass_stdDH_sha256kdf_scheme) {
            return false;
        }
    }
    return sk_CMS_RecipientInfo_num(infos) > 0;
}
