#!/bin/bash
# kioskctl keys: the city's next key and its list, a terminal that takes the list, alarms, and what stock openssl
# says to list, records and keys.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=$(realpath -m "${BUILD:-build}")
tool=$build/asan/tests/seal/tool_seal
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
city=$work/city
kiosk=$work/kiosk

fail() {
    echo "test_key_list: FAILED: $*"
    failed=1
}
# Runs kioskctl for a home behind the expected exit code; its words are in $work/out.
ctl() {
    local home=$1 expected=$2
    shift 2
    KIOSK_HOME=$home "$build/kioskctl" "$@" >"$work/out" 2>&1
    local got=$?
    [ $got -eq "$expected" ] || fail "kioskctl $* ended with $got, not $expected: $(cat "$work/out")"
}
said() {
    grep -Eq "$1" "$work/out" || fail "not said: $1: $(cat "$work/out")"
}
day() {
    TZ=Asia/Tokyo date -d "$1" +%F
}

ctl "$city" 0 init
cp -a "$city" "$kiosk"
rm "$kiosk"/keys/{city-ca,city,recovery,keyring,kiosk-ca}.key # a terminal holds none of these
ctl "$city" 2 keys nonsense
ctl "$city" 2 keys take
ctl "$city" 2 keys next a b c
ctl "$work/none" 1 keys
ctl "$city" 0 keys
said '^sealing key .*, of list 0$'
for days in "yesterday" "2026-02-30" "$(day +2days) $(day +1day)" "$(day +2days) $(day +40years)" "$(day -9days)"; do
    ctl "$city" 1 keys next $days
    [ -e "$city/keyring.der" ] && fail "a list was made for $days"
    [ -e "$city/keys/city" ] && fail "a key was made for $days"
done
ctl "$kiosk" 1 keys next # the CA's key is not here
ctl "$city" 0 keys next
said '^sealing key +'"$(day today)"' to .*, of list 1$'
cp "$city/keyring.der" "$work/1.der"
ctl "$city" 0 keys next "$(day +5days)" "$(day +25days)"
said ', of list 2$'
said '^next key +from '"$(day +5days)"'$'
cp "$city/keyring.der" "$work/2.der"
[ "$(find "$city/keys/city" -name '*.key' -perm 600 | wc -l)" -eq 2 ] || fail "not two closed keys"

# The terminal.
ctl "$kiosk" 1 keys take "$work/missing"
ctl "$kiosk" 1 keys take "$city/keys/city.crt"
ctl "$kiosk" 0 keys take "$work/2.der"
said ', of list 2$'
ctl "$kiosk" 0 keys take "$work/2.der"
ctl "$kiosk" 1 keys take "$work/1.der"
said 'is not newer'
cmp -s "$kiosk/keyring.der" "$work/2.der" || fail "an older list was taken"
ctl "$kiosk" 0 status
said '^next key'
cp "$kiosk/keyring.der" "$work/good"
printf x | dd of="$kiosk/keyring.der" bs=1 seek=700 conv=notrunc 2>/dev/null
ctl "$kiosk" 1 status
said 'no list of this city'
ctl "$kiosk" 0 keys take "$work/good"

# A key past its end: an alarm, and it seals.
"$tool" late "$city/keys" "$work/late" || fail "no late list"
ctl "$kiosk" 0 status
cp "$work/late" "$kiosk/keyring.der"
ctl "$kiosk" 1 status
said 'PAST ITS END and still in use'

# Stock openssl reads the list, and the list's key opens a record with it.
printf '{"v":1}' >"$work/plain"
cp "$work/1.der" "$work/list"
"$tool" seal-by "$city/keys" "$work/list" "$work/plain" "$work/envelope.der" || fail "no record"
cd "$work" || exit 1
openssl cms -verify -binary -inform DER -in list -CAfile city/keys/city-ca.crt -out list.txt 2>/dev/null ||
    fail "openssl: the list does not verify"
[ "$(head -2 list.txt | tr '\n' '|')" = 'madoguchi keyring 1|counter 1|' ] || fail "list: $(head -2 list.txt)"
[ "$(grep -c 'BEGIN CERT' list.txt)" -eq 3 ] || fail "not three certificates"
for cert in city/keys/city/*.crt; do
    openssl verify -x509_strict -no_check_time -CAfile city/keys/city-ca.crt "$cert" >/dev/null 2>&1 ||
        fail "openssl: $cert"
done
openssl cms -verify -binary -inform DER -in envelope.der -CAfile city/keys/kiosk-ca.crt -purpose smimesign \
    -out inner.der 2>/dev/null || fail "openssl: the outer layer"
new=$(ls city/keys/city/"$(day today)"-*.crt)
for cert in "$new" city/keys/recovery.crt; do
    openssl cms -decrypt -binary -inform DER -in inner.der -recip "$cert" -inkey "${cert%.crt}.key" -out out.plain ||
        fail "openssl: $cert does not open"
    sed 's/ *$//' out.plain | cmp -s - plain || fail "openssl: $cert: another text came out"
done
openssl cms -decrypt -binary -inform DER -in inner.der -recip city/keys/city.crt -inkey city/keys/city.key \
    -out /dev/null 2>/dev/null && fail "the key before opens, too"
exit $failed
