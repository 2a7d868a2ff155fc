#!/bin/bash
# kioskctl open: one record of a file by the desk's keys, by the recovery key alone, and by none of them.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=$(realpath -m "${BUILD:-build}")
tool=$build/asan/tests/seal/tool_seal
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
export KIOSK_HOME=$work/home
keys=$KIOSK_HOME/keys

fail() {
    echo "test_open: FAILED: $*"
    failed=1
}
# Runs kioskctl open with the arguments behind the expected exit code; its output is in $work/out, its words in
# $work/words. Whatever was not opened leaves the output empty.
open() {
    local expected=$1
    shift
    "$build/kioskctl" open "$@" >"$work/out" 2>"$work/words"
    local got=$?
    [ $got -eq "$expected" ] || fail "open $* ended with $got, not $expected: $(cat "$work/words")"
    if [ "$expected" -eq 0 ]; then
        cmp -s "$work/out" "$work/plain" || fail "open $*: another text came out"
        grep -qx 'kiosk-001, epoch 7, number 3, id 01020300000000000000000000000000' "$work/words" ||
            fail "open $* does not say whose it is: $(cat "$work/words")"
    else
        [ -s "$work/out" ] && fail "open $*: something came out"
    fi
}

open 2
open 2 a b
open 1 "$work/envelope.der" # nothing is set up
"$build/kioskctl" init >/dev/null || fail "init"
printf '{"v":1,"name":"日立 花子"}' >"$work/text"
(cat "$work/text" && echo) >"$work/plain"
"$tool" seal "$keys" "$work/text" "$work/envelope.der" || fail "no record"
open 0 "$work/envelope.der"
open 0 "$work/envelope.der" "$keys/city.crt" "$keys/city.key"
open 0 "$work/envelope.der" "$keys/recovery.crt" "$keys/recovery.key"
open 1 "$work/envelope.der" "$keys/city.crt" "$keys/recovery.key"
open 1 "$work/envelope.der" "$keys/kiosk.crt" "$keys/kiosk.key"
open 1 "$work/missing.der"
open 1 "$work/plain"
head -c 900 "$work/envelope.der" >"$work/cut.der"
open 1 "$work/cut.der"

# The private key under a passphrase: it opens with the credential alone.
cp "$keys/city.key" "$work/clear.key"
printf 'geheim 4711' >"$work/right"
openssl pkcs8 -topk8 -scrypt -passout "file:$work/right" -in "$work/clear.key" -out "$keys/city.key" || fail "pkcs8"
grep -q 'BEGIN ENCRYPTED PRIVATE KEY' "$keys/city.key" || fail "the key is not encrypted"
mkdir "$work/given"
given() { # the expected exit code, the folder as it is named, and what lies in it
    printf "$3" >"$work/given/key-passphrase"
    CREDENTIALS_DIRECTORY=$2 open "$1" "$work/envelope.der"
}
open 1 "$work/envelope.der"
given 0 "$work/given" 'geheim 4711'
given 0 "$work/given" 'geheim 4711\n'
given 1 "$work/given" 'geheim 4712'
given 1 "$work/given" ''
given 1 "$work/given" '\n'
given 1 "$work/given" "$(printf '%2000s' '')"
given 1 "$work/nowhere" 'geheim 4711'
given 1 "$(realpath --relative-to=. "$work/given")" 'geheim 4711'
cp "$work/clear.key" "$keys/city.key"

# Another city's record, and ours for keys that are not here any more.
"$tool" keys "$work/foreign" && "$tool" seal "$work/foreign" "$work/text" "$work/foreign.der"
open 1 "$work/foreign.der"
grep -q 'no record of a kiosk of this city' "$work/words" || fail "a foreign record: $(cat "$work/words")"
mkdir "$keys/city"
mv "$keys/city.crt" "$keys/city/1.crt" && mv "$keys/city.key" "$keys/city/1.key"
cp "$work/foreign/city.crt" "$work/foreign/city.key" "$keys/"
open 0 "$work/envelope.der" # an earlier key
mv "$keys/city/1.key" "$work/"
open 1 "$work/envelope.der"
grep -q 'not for this key' "$work/words" || fail "a lost key: $(cat "$work/words")"
open 0 "$work/envelope.der" "$keys/recovery.crt" "$keys/recovery.key"
exit $failed
