#!/bin/bash
# Keys in a PKCS #11 token (SoftHSM 2, by OpenSSL's engine): a terminal signs with one and gets certificates for it, and
# the city opens with one. Neither key is in a file; without PIN or token nothing works.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=$(realpath -m "${BUILD:-build}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
city=$work/city
kiosk=$work/kiosk
export PKCS11_MODULE_PATH=/usr/lib/softhsm/libsofthsm2.so
export SOFTHSM2_CONF=$work/softhsm2.conf
export CREDENTIALS_DIRECTORY=$work/credentials

fail() {
    echo "test_token: FAILED: $*"
    failed=1
}
must() {
    "$@" >"$work/out" 2>&1 || fail "$*: $(cat "$work/out")"
}
ctl() { # HOME EXPECTED ARGUMENTS; standard input is $input
    local home=$1 expected=$2
    shift 2
    (cd "$work" && printf '%s\n' "$input" | KIOSK_HOME=$home "$build/kioskctl" "$@") >"$work/out" 2>&1
    local got=$?
    [ $got -eq "$expected" ] || fail "kioskctl $* ended with $got, not $expected: $(cat "$work/out")"
}
pkcs11() {
    must pkcs11-tool --module "$PKCS11_MODULE_PATH" --token-label madoguchi --login --pin 5678 "$@"
}
input=''

mkdir -p "$work/tokens" "$CREDENTIALS_DIRECTORY" "$kiosk/keys"
printf 'directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n' "$work/tokens" >"$SOFTHSM2_CONF"
echo 5678 >"$CREDENTIALS_DIRECTORY/token-pin"
must softhsm2-util --init-token --free --label madoguchi --so-pin 1234 --pin 5678
pkcs11 --keypairgen --key-type EC:prime256v1 --usage-sign --id 01 --label terminal
pkcs11 --keypairgen --key-type EC:prime256v1 --usage-derive --id 02 --label opening
signs='pkcs11:token=madoguchi;object=terminal;type=private'
opens='pkcs11:token=madoguchi;object=opening;type=private'

# A terminal whose signing key is in the token is enrolled.
ctl "$city" 0 init
cp "$city"/keys/{city-ca,kiosk-ca}.crt "$city/keys/recipients.pem" "$kiosk/keys/"
printf 'kiosk = kiosk-001\nkiosk-key = %s\n' "$signs" >"$kiosk/madoguchi.conf"
ctl "$city" 0 enrol token kiosk-001
input=$(head -1 "$work/out")
ctl "$kiosk" 0 enrol request
ctl "$city" 0 enrol sign kiosk-001.request
answer=$(sed -n 's/^kiosk-001: //p' "$work/out")
ctl "$kiosk" 0 enrol install "$answer"
find "$kiosk" -name 'kiosk.key' | grep -q . && fail "the signing key is in a file"
[ -e "$kiosk/keys/kiosk-tls.key" ] || fail "no key for TLS"
pkcs11 --read-object --type pubkey --id 01 --output-file "$work/01.der"
[ "$(openssl pkey -pubin -inform DER -in "$work/01.der")" = "$(openssl x509 -in "$kiosk/keys/kiosk.crt" -noout -pubkey)" ] ||
    fail "the certificate is for another key"

# It seals a record with that key, and the city's opening key is in the token, too.
pkcs11 --read-object --type pubkey --id 02 --output-file "$work/02.der"
must openssl pkey -pubin -inform DER -in "$work/02.der" -out "$work/02.pem"
printf 'keyUsage=critical,keyAgreement\nbasicConstraints=critical,CA:FALSE\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n' >"$work/ext"
must openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/any.key" -subj /O=Madoguchi/CN=city -out "$work/any.csr"
must openssl x509 -req -in "$work/any.csr" -force_pubkey "$work/02.pem" -CA "$city/keys/city-ca.crt" \
    -CAkey "$city/keys/city-ca.key" -days 9 -extfile "$work/ext" -out "$work/opening.crt"
cat "$work/opening.crt" "$city/keys/recovery.crt" >"$kiosk/keys/recipients.pem"
seal() {
    KIOSK_HOME=$kiosk ASAN_OPTIONS=detect_leaks=0 "$build/asan/tests/intake/tool_line" seal "$work/envelope.der" \
        00112233445566778899aabbccddeeff 1 '{"v":1}' >"$work/out" 2>&1
}
seal || fail "the token's key does not seal: $(cat "$work/out")"
openssl cms -verify -binary -inform DER -in "$work/envelope.der" -CAfile "$city/keys/kiosk-ca.crt" -purpose smimesign \
    -out "$work/inner.der" 2>/dev/null || fail "openssl: the signature of the token's key"
openssl x509 -in "$kiosk/keys/kiosk.crt" -noout -pubkey >"$work/signer.pem"
opened() { # EXPECTED
    ctl "$city" "$1" open "$work/envelope.der" "$work/opening.crt" "$opens"
    [ "$1" -ne 0 ] || grep -q '"v":1' "$work/out" || fail "another text: $(cat "$work/out")"
}
opened 0
ctl "$city" 0 open "$work/envelope.der" "$city/keys/recovery.crt" "$city/keys/recovery.key"
ctl "$city" 1 open "$work/envelope.der" "$work/opening.crt" "$signs" # another key of the token

# As a setting, and the controls: a wrong PIN, no PIN (nobody is asked), no token.
printf 'city-cert = %s\ncity-key = %s\n' "$work/opening.crt" "$opens" >>"$city/madoguchi.conf"
sed -i '0,/^city-cert = keys/{/^city-cert = keys/d};/^city-key = keys/d' "$city/madoguchi.conf"
ctl "$city" 0 open "$work/envelope.der"
echo 9999 >"$CREDENTIALS_DIRECTORY/token-pin"
opened 1
[ "$(grep -c 'Login failed' "$work/out")" -eq 1 ] || fail "a wrong PIN costs more than one try: $(cat "$work/out")"
seal && fail "it seals with a wrong PIN"
rm "$CREDENTIALS_DIRECTORY/token-pin"
input=5678 # typed, were anybody asked
opened 1
opens="$opens;pin-value=5678" # it would stand in what the engine says
opened 1
opens=${opens%;pin-value*}
echo 5678 >"$CREDENTIALS_DIRECTORY/token-pin"
mv "$work/tokens" "$work/away"
mkdir "$work/tokens"
opened 1
mv "$work/away"/* "$work/tokens/"
opened 0
exit $failed
