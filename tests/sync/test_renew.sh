#!/bin/bash
# A terminal's certificates are renewed while records wait: kiosk-sync asks, staff sign where the CA's key is, and what was
# sealed before arrives with what comes after. While nobody signs, or a wrong answer lies there, records go on and
# status tells. Real programs, TLS.
set -u
. "$(dirname "$0")/../intake/line.sh"
sync_once() { # WHAT IS SAID OF THE RENEWAL
    "$BUILD/kiosk-sync" --once 2>"$FOLDER/sync.log" || fail "kiosk-sync ended with $?"
    grep -q "event=sync.renewal.* state=$1" "$FOLDER/sync.log" || [ "$1" = none ] || fail "renewal: not $1"
    ! grep -q "event=sync.renewal" "$FOLDER/sync.log" || [ "$1" != none ] || fail "a renewal that is not due"
}
office() { # EXPECTED ARGUMENTS: staff's machine, where the CA's key is
    local expected=$1
    shift
    KIOSK_HOME=$FOLDER/office "$BUILD/kioskctl" "$@" >"$FOLDER/office.log" 2>&1
    local got=$?
    [ $got -eq "$expected" ] || fail "kioskctl $* ended with $got"
}
serial() {
    openssl x509 -noout -serial -in "$keys/$1.crt"
}
enqueue() {
    "$TOOL" enqueue "$1" || fail "enqueue"
}

mkdir -p "$FOLDER/office/keys"
mv "$keys/kiosk-ca.key" "$FOLDER/office/keys/" # the intake hasn't it
cp "$keys/kiosk-ca.crt" "$FOLDER/office/keys/"
printf 'enrolment = %s\ncertificate-days = 20\n' "$KIOSK_HOME/enrol" >"$FOLDER/office/madoguchi.conf"
start_intake || fail "no intake"

enqueue 1
sync_once none # ten years are left
cp -a "$keys" "$FOLDER/keys-before"
echo 'renew-days = 3650' >>"$KIOSK_HOME/madoguchi.conf"
touch "$KIOSK_HOME/enrol" # the city can't take it: records go all the same
enqueue 1
sync_once failed
rm "$KIOSK_HOME/enrol"
sync_once waits
grep -q 'event=intake.asked' "$FOLDER/intake.log" || fail "staff are not told"
request=$(echo "$KIOSK_HOME"/enrol/waiting/*)
[ "${request##*/}" = kiosk-001 ] || fail "waiting: $request"
cp "$request" "$FOLDER/request"
enqueue 2
sync_once waits
cmp -s "$request" "$FOLDER/request" || fail "it asks for something else each time"
"$BUILD/kioskctl" status >"$FOLDER/status.log" 2>&1
grep -q 'renewal .*asked' "$FOLDER/status.log" || fail "status does not tell that it was asked"

# What lies there instead of the answer changes nothing.
office 0 enrol list
grep -q 'kiosk-001	waits' "$FOLDER/office.log" || fail "it is not listed"
office 0 enrol sign "$request"
answer=$(sed -n 's/^kiosk-001: //p' "$FOLDER/office.log")
mv "$answer" "$FOLDER/answer"
cat "$keys/kiosk.crt" "$keys/kiosk-tls.crt" >"$answer"
before=$(serial kiosk)
enqueue 1
sync_once failed
[ "$(serial kiosk)" = "$before" ] || fail "it took a wrong answer"
[ ! -L "$keys/kiosk.crt" ] || fail "a wrong answer changed the files"

# Two records wait, sealed under the old certificate, when the new ones come.
enqueue 2
mv "$FOLDER/answer" "$answer"
sync_once "done"
[ "$(serial kiosk)" != "$before" ] || fail "the old certificate is in use"
[ ! -e "$request" ] || fail "what is answered still waits"
openssl verify -x509_strict -purpose sslclient -CAfile "$keys/kiosk-ca.crt" "$keys/kiosk-tls.crt" >/dev/null || fail "openssl"
cmp -s "$keys/kiosk.key" "$FOLDER/keys-before/kiosk.key" && fail "the old key"
enqueue 2
sed -i '/^renew-days/d' "$KIOSK_HOME/madoguchi.conf"
sync_once waits # 20 days are left, fewer than 30: it asks again
"$TOOL" check 9 || fail "the line"
"$BUILD/kioskctl" status >"$FOLDER/status.log" 2>&1 && fail "status: well, with 20 days left"
grep -q 'cert. TLS .*renew it' "$FOLDER/status.log" || fail "status does not say to renew"

# A request that was answered has its answer again; what is none, or needs a token, is refused.
put() {
    curl --silent --noproxy '*' --max-time 10 --cacert "$keys/city-ca.crt" --cert "$keys/kiosk-tls.crt" --key "$keys/kiosk-tls.key" \
        --output "$FOLDER/answer" --write-out '%{http_code}' -T "$1" -H 'Content-Type: application/cms' \
        "$(sed -n 's/^intake-url = //p' "$KIOSK_HOME/madoguchi.conf")/v1/enrolment"
}
[ "$(put "$FOLDER/request")" = 200 ] || fail "the same request has no answer"
mkdir -p "$FOLDER/new/keys"
echo 'kiosk = kiosk-001' >"$FOLDER/new/madoguchi.conf"
(cd "$FOLDER" && echo token | KIOSK_HOME=$FOLDER/new "$BUILD/kioskctl" enrol request first) >/dev/null 2>&1
[ "$(put "$FOLDER/first")" = 422 ] || fail "a first request by the line"
head -c 300 "$FOLDER/request" >"$FOLDER/cut"
[ "$(put "$FOLDER/cut")" = 422 ] || fail "half a request"
exit 0
