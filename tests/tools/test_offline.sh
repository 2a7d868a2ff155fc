#!/bin/sh
# What each program can do at all, read from the finished binaries: the terminal has no network, only the
# desk (and the operators' tool) can open what is sealed.
. "$(dirname "$0")/env.sh"

needed() { # PROGRAM: the libraries that it links itself
    readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\].*/\1/p'
}
links_only() { # PROGRAM PATTERN: every library fits the pattern
    needed "$1" | grep -Evx "$2" >"$WORK/foreign" || return 0
    echo "$(basename "$1") links $(tr '\n' ' ' <"$WORK/foreign")"
    return 1
}
# Sockets by libc, by OpenSSL's BIO and TLS, and what could fetch such code while running.
NETWORK='socket|socketpair|connect|bind|listen|accept4?|send(to|msg|mmsg)?|recv(from|msg|mmsg)?|getaddrinfo|gethostby.*|res_.*|BIO_(s|new)_(socket|connect|accept|dgram|dgram_pair)|BIO_socket|BIO_connect|SSL_.*|dlopen|dlmopen'
calls_none() { # PROGRAM PATTERN: no undefined symbol fits it
    nm -D --undefined-only "$1" | awk '{ sub(/@.*/, "", $2); print $2 }' | grep -Ex "$2" >"$WORK/calls" || return 0
    echo "$(basename "$1") calls $(tr '\n' ' ' <"$WORK/calls")"
    return 1
}
has() { # PROGRAM PATTERN: holds or wants a symbol
    nm "$1" | awk '{ sub(/@.*/, "", $NF); print $NF }' | grep -Eqx "$2"
}
OPEN='seal_open|seal_opener_new|CMS_decrypt.*|CMS_EnvelopedData_decrypt'
BASE='libc\.so\.6|libm\.so\.6|libpthread\.so\.0|libcrypto\.so\.3|ld-linux.*'

links_only "$BUILD/kiosk" \
    "$BASE|libSDL2(_ttf|_image)?-2\.0\.so\.0|libsonic\.so\.0|libzinnia\.so\.0|libpcsclite\.so\.1|libsqlite3\.so\.0|libicu(uc|i18n)\.so\.72|libcjson\.so\.1|libz\.so\.1|libyaml-0\.so\.2|libqrencode\.so\.4|libcairo\.so\.2|libfreetype\.so\.6|libharfbuzz\.so\.0" || bad=1
links_only "$BUILD/kiosk-sync" "$BASE|libsqlite3\.so\.0|libcurl\.so\.4" || bad=1
links_only "$BUILD/kiosk-intake" "$BASE|libsqlite3\.so\.0|libpq\.so\.5|libmicrohttpd\.so\.12|libgnutls\.so\.30" || bad=1
links_only "$BUILD/kiosk-desk" \
    "$BASE|libsqlite3\.so\.0|libpq\.so\.5|libmicrohttpd\.so\.12|libicu(uc|i18n)\.so\.72|libcjson\.so\.1|libz\.so\.1|libyaml-0\.so\.2|libcairo\.so\.2|libfreetype\.so\.6|libharfbuzz\.so\.0|libqrencode\.so\.4" || bad=1
calls_none "$BUILD/kiosk" "$NETWORK" || bad=1

for program in kiosk kiosk-sync kiosk-intake; do
    if has "$BUILD/$program" "$OPEN"; then
        wrong "$program holds the code that opens sealed records"
    fi
done
has "$BUILD/kiosk-desk" "$OPEN" || wrong "the check sees no opening code even in kiosk-desk"
has "$BUILD/kiosk" 'seal_envelope' || wrong "the check sees no symbols in kiosk (stripped?)"

# negative control: a program that does what the terminal must not
cat >"$WORK/talks.c" <<'END'
#include <curl/curl.h>
#include <sys/socket.h>
int main(void) { return socket(AF_INET, SOCK_STREAM, 0) + (curl_easy_init() != 0); }
END
# shellcheck disable=SC2046 # flags are words
cc -o "$WORK/talks" "$WORK/talks.c" $(pkg-config --cflags --libs libcurl)
must_find 'a call of socket()' calls_none "$WORK/talks" "$NETWORK"
must_find 'a link to libcurl' links_only "$WORK/talks" "$BASE"
exit $bad
