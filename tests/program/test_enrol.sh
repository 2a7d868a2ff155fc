#!/bin/bash
# kioskctl enrol, from a bare terminal to its first record at the city, by files as a stick carries them; what stock
# openssl says to request and certificates; what does not become certificates.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=$(realpath -m "${BUILD:-build}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
city=$work/city
kiosk=$work/kiosk

fail() {
    echo "test_enrol: FAILED: $*"
    failed=1
}
# Runs kioskctl for a home behind the expected exit code; its words are in $work/out. Standard input is $input.
input=''
ctl() {
    local home=$1 expected=$2
    shift 2
    (cd "$work" && printf '%s\n' "$input" | KIOSK_HOME=$home "$build/kioskctl" "$@") >"$work/out" 2>&1
    local got=$?
    [ $got -eq "$expected" ] || fail "kioskctl $* ended with $got, not $expected: $(cat "$work/out")"
}
said() {
    grep -Eq "$1" "$work/out" || fail "not said: $1: $(cat "$work/out")"
}

ctl "$city" 0 init
mkdir -p "$kiosk/keys" # what the city gives to a new terminal: nothing secret
cp "$city"/keys/{city-ca,kiosk-ca}.crt "$city/keys/recipients.pem" "$kiosk/keys/"
echo 'kiosk = kiosk-007' >"$kiosk/madoguchi.conf"

ctl "$city" 2 enrol
ctl "$city" 2 enrol sign
ctl "$work/none" 1 enrol list
ctl "$city" 1 enrol token 'kiosk 7'
ctl "$city" 1 enrol token kiosk-007 0
ctl "$city" 1 enrol token kiosk-007 721
ctl "$city" 0 enrol token kiosk-007
token=$(head -1 "$work/out")
echo "$token" | grep -Eqx '([a-km-np-z2-9]{4}-){5}[a-km-np-z2-9]{4}' || fail "token: $token"
grep -rqF "$token" "$city" && fail "the city keeps the token"
[ "$(stat -c %a "$city/enrol/tokens/kiosk-007")" = 600 ] || fail "what is kept of a token can be read by others"

ctl "$kiosk" 1 enrol request # no token
ctl "$kiosk" 1 enrol install "$city/keys/kiosk.crt" # nothing was asked for
input=wrong-word
ctl "$kiosk" 0 enrol request
ctl "$city" 1 enrol sign kiosk-007.request
said 'does not fit'
input=$token
ctl "$kiosk" 0 enrol request
grep -qF "$token" "$work/kiosk-007.request" && fail "the token travels"
mkdir -p "$city/enrol/waiting"
cp "$work/kiosk-007.request" "$city/enrol/waiting/kiosk-007"
ctl "$city" 0 enrol list
said 'kiosk-007	waits'
mv "$city/keys/kiosk-ca.key" "$work/safe.key"
ctl "$city" 1 enrol sign kiosk-007.request # where the key of the CA is not
mv "$work/safe.key" "$city/keys/kiosk-ca.key"
ctl "$city" 0 enrol sign kiosk-007.request
answer=$(sed -n 's/^kiosk-007: //p' "$work/out")
ctl "$city" 0 enrol list
said 'kiosk-007	signed'
[ ! -e "$city/enrol/tokens/kiosk-007" ] || fail "the token is still there"
ctl "$kiosk" 1 enrol install "$city/keys/kiosk.crt"
ctl "$kiosk" 0 enrol install "$answer"
ctl "$kiosk" 1 enrol install "$answer"
said 'asked for nothing'

# Stock openssl: requests, certificates, purposes, and a record sealed with the new key.
cd "$work" || exit 1
csplit -s -z -f request- kiosk-007.request '/BEGIN CERT/' '{*}'
for part in request-01 request-02; do
    openssl req -verify -noout -in $part 2>/dev/null || fail "openssl: $part does not verify"
    openssl req -noout -subject -in $part | grep -q 'CN = kiosk-007' || fail "openssl: $part is of another"
done
openssl verify -x509_strict -purpose smimesign -CAfile kiosk/keys/kiosk-ca.crt kiosk/keys/kiosk.crt >/dev/null ||
    fail "openssl: kiosk.crt"
openssl verify -x509_strict -purpose sslclient -CAfile kiosk/keys/kiosk-ca.crt kiosk/keys/kiosk-tls.crt >/dev/null ||
    fail "openssl: kiosk-tls.crt"
openssl verify -purpose smimesign -CAfile kiosk/keys/kiosk-ca.crt kiosk/keys/kiosk-tls.crt >/dev/null 2>&1 &&
    fail "openssl: the key of TLS is good for signing"
[ "$(openssl x509 -noout -dates -in kiosk/keys/kiosk.crt | wc -l)" -eq 2 ] || fail "no dates"
for name in kiosk kiosk-tls; do
    [ "$(stat -L -c %a kiosk/keys/$name.key)" = 600 ] || fail "$name.key can be read by others"
    [ "$(openssl pkey -in kiosk/keys/$name.key -pubout)" = "$(openssl x509 -in kiosk/keys/$name.crt -noout -pubkey)" ] ||
        fail "$name: key and certificate"
    find "$city" -type f -exec grep -lF "$(sed -n 2p kiosk/keys/$name.key)" {} + && fail "$name.key is at the city"
done
exit $failed
