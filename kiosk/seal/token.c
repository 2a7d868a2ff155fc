/* seal/token.c - private keys that never leave a PKCS #11 token. OpenSSL 3.0 reaches one by the engine "pkcs11" (package
 * libengine-pkcs11-openssl), which reads the module's path from PKCS11_MODULE_PATH; a URI (RFC 7512) names the key. The
 * engine is loaded when a setting asks for it, never else. */
#define OPENSSL_SUPPRESS_DEPRECATED /* engines: the one way in OpenSSL 3.0 */
#include "seal_priv.h"

#include <pthread.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/engine.h>
#include <openssl/err.h>
#include <openssl/ui.h>

#include "base/err.h"

enum { PIN_MAX = 256 };

static pthread_once_t once = PTHREAD_ONCE_INIT;
static ENGINE *engine; /* until the process ends; NULL: there is none */

/* The PIN is the credential "token-pin". */
static bool
give_pin(ENGINE *found)
{
    AUTO_BUF pin;
    buf_init(&pin, PIN_MAX);
    return seal_credential("token-pin", &pin) < 0 ||
           ENGINE_ctrl_cmd_string(found, "PIN", buf_str(&pin), 0) == 1;
}

static void
open_engine(void)
{
    (void)OPENSSL_init_crypto(OPENSSL_INIT_ENGINE_DYNAMIC, NULL); /* by_id finds out */
    ENGINE *found = ENGINE_by_id("pkcs11");
    if (found != NULL && give_pin(found) && ENGINE_init(found) == 1) {
        engine = found;
    } else {
        (void)ENGINE_free(found); /* NULL is accepted */
    }
}

bool
seal_is_in_token(const char *path)
{
    static const char scheme[] = "pkcs11:";
    return strncmp(path, scheme, sizeof(scheme) - 1) == 0;
}

EVP_PKEY *
seal_token_key_load(const char *uri)
{
    (void)pthread_once(&once, open_engine);
    /* Nobody sits there to be asked for a PIN; and one in the URI would stand in the engine's complaints. */
    EVP_PKEY *key =
        engine != NULL && strstr(uri, "pin-") == NULL
            ? ENGINE_load_private_key(engine, uri, (UI_METHOD *)(uintptr_t)UI_null(), NULL)
            : NULL;
    ERR_clear_error();
    return key;
}
