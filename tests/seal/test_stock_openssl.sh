#!/bin/sh
# Stock `openssl cms` opens both layers of an envelope and reads a receipt: a city is never tied to our
# programs. Dates, usages and names of the certificates are what kiosk/seal/README.md says.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=$(realpath -m "${BUILD:-build}")
tool=$build/asan/tests/seal/tool_seal
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

fail() {
    echo "test_stock_openssl: FAILED: $*"
    failed=1
}
# Runs a command that must succeed; shows what it said when it does not.
must() {
    "$@" >"$work/out" 2>&1 || {
        fail "$*"
        sed 's/^/    /' "$work/out"
    }
}
# Runs a command that must fail.
must_not() {
    "$@" >"$work/out" 2>&1 && fail "succeeded, but must not: $*"
}

[ -x "$tool" ] || {
    echo "test_stock_openssl: FAILED: $tool is missing"
    exit 1
}
printf '{"v":1,"name":"日立 花子"}' >"$work/plain"
must "$tool" keys "$work/keys"
must "$tool" keys "$work/foreign"
must "$tool" seal "$work/keys" "$work/plain" "$work/envelope.der"
must "$tool" receipt "$work/keys" "$work/receipt.der"
cd "$work" || exit 1

# The outer layer, with dates and purpose checked by openssl's own rules.
must openssl cms -verify -binary -inform DER -in envelope.der -CAfile keys/kiosk-ca.crt \
    -purpose smimesign -out inner.der
must_not openssl cms -verify -binary -inform DER -in envelope.der -CAfile foreign/kiosk-ca.crt \
    -out /dev/null
must_not openssl cms -verify -binary -inform DER -in envelope.der -CAfile keys/city-ca.crt \
    -out /dev/null

# The inner layer, by each recipient's key, and by nobody else's.
for name in city recovery; do
    must openssl cms -decrypt -binary -inform DER -in inner.der -recip "keys/$name.crt" \
        -inkey "keys/$name.key" -out "$name.plain"
    [ "$(wc -c <"$name.plain")" -eq 672 ] || fail "$name: the plaintext is not padded to 672 bytes"
    sed 's/ *$//' "$name.plain" | cmp -s - plain || fail "$name: another text came out"
done
for name in receipt kiosk intake-tls city-ca; do
    must_not openssl cms -decrypt -binary -inform DER -in inner.der -recip "keys/$name.crt" \
        -inkey "keys/$name.key" -out /dev/null
done
must_not openssl cms -decrypt -binary -inform DER -in inner.der -recip foreign/city.crt \
    -inkey foreign/city.key -out /dev/null

# What the layers are made of.
openssl cms -cmsout -print -inform DER -in envelope.der >outer.txt 2>&1
openssl cms -cmsout -print -inform DER -in inner.der >inner.txt 2>&1
openssl asn1parse -inform DER -in envelope.der >asn1.txt 2>&1
grep -q 'contentType: pkcs7-signedData' outer.txt || fail "the outer layer is no SignedData"
grep -q 'ecdsa-with-SHA256' outer.txt || fail "the signature is not ECDSA on SHA-256"
grep -q '1 kiosk-001 7 3 01020300000000000000000000000000' asn1.txt ||
    fail "the header is not a signed attribute in the clear"
grep -q 'contentType: id-smime-ct-authEnvelopedData' inner.txt ||
    fail "the inner layer is no AuthEnvelopedData"
grep -q 'aes-256-gcm' inner.txt || fail "the content is not under AES-256-GCM"
[ "$(grep -c 'dhSinglePass-stdDH-sha256kdf-scheme' inner.txt)" -eq 2 ] ||
    fail "not both recipients use the key derivation on SHA-256"
grep -qi 'sha1' inner.txt outer.txt && fail "SHA-1 is used somewhere"
grep -q '日立' envelope.der inner.der && fail "plaintext can be seen"

# The day is told, not the minute.
grep -A3 'signingTime' outer.txt | grep -q ' 00:00:00 ' || fail "the signing time is not a whole day"

# The receipt.
must openssl cms -verify -binary -inform DER -in receipt.der -CAfile keys/city-ca.crt -out receipt.json
grep -q '"kiosk":"kiosk-001","epoch":7,"sequence":3' receipt.json || fail "receipt: $(cat receipt.json)"

# Certificates: chains, names, usages, modes.
for name in city recovery receipt keyring content live intake-tls; do
    must openssl verify -x509_strict -CAfile keys/city-ca.crt "keys/$name.crt"
    must_not openssl verify -CAfile keys/kiosk-ca.crt "keys/$name.crt"
done
for name in kiosk kiosk-tls; do
    must openssl verify -x509_strict -CAfile keys/kiosk-ca.crt "keys/$name.crt"
    must_not openssl verify -CAfile keys/city-ca.crt "keys/$name.crt"
done
must openssl verify -x509_strict -purpose sslserver -verify_ip 127.0.0.1 -CAfile keys/city-ca.crt \
    keys/intake-tls.crt
must_not openssl verify -purpose sslserver -verify_ip 127.0.0.2 -CAfile keys/city-ca.crt \
    keys/intake-tls.crt
must openssl verify -x509_strict -purpose sslclient -CAfile keys/kiosk-ca.crt keys/kiosk-tls.crt
must_not openssl verify -purpose sslclient -CAfile keys/city-ca.crt keys/intake-tls.crt
must_not openssl verify -purpose smimesign -CAfile keys/kiosk-ca.crt keys/kiosk-tls.crt
for key in keys/*.key; do
    [ "$(stat -c %a "$key")" = 600 ] || fail "$key is open to others"
    openssl pkey -in "$key" -noout -text 2>/dev/null | grep -q 'NIST CURVE: P-256' ||
        fail "$key is not P-256"
done
[ "$(find keys -type f | wc -l)" -eq 23 ] || fail "not the twenty-three files: $(ls keys)"
serials=$(for c in keys/*.crt; do openssl x509 -in "$c" -noout -serial; done | sort -u | wc -l)
[ "$serials" -eq 11 ] || fail "serial numbers repeat"
exit $failed
