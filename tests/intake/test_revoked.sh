#!/bin/bash
# A terminal is revoked while intake and a connection stay: its records are laid apart and stay in its queue; lists that
# may not be used change nothing, also over a restart; lifted, everything arrives. Real programs, TLS and stock openssl.
set -u
. "$(dirname "$0")/line.sh"
ctl() { # EXPECTED ARGUMENTS
    local expected=$1
    shift
    "$BUILD/kioskctl" "$@" >"$FOLDER/ctl.log" 2>&1
    local got=$?
    [ $got -eq "$expected" ] || fail "kioskctl $* ended with $got: $(cat "$FOLDER/ctl.log")"
}
stop_intake() {
    kill "$INTAKE" && wait "$INTAKE"
    INTAKE=''
}
drain() { # EXPECTED
    "$BUILD/kiosk-sync" --once 2>"$FOLDER/sync.log"
    local got=$?
    [ $got -eq "$1" ] || fail "kiosk-sync ended with $got, not $1"
}
apart() { # HOW MANY
    local found
    found=$(find "$KIOSK_HOME/apart" -name '*.der' 2>/dev/null | wc -l)
    [ "$found" -eq "$1" ] || fail "$found records lie apart, not $1"
}
health() {
    curl --silent --noproxy '*' --max-time 10 --cacert "$keys/city-ca.crt" --cert "$keys/kiosk-tls.crt" \
        --key "$keys/kiosk-tls.key" --output "$FOLDER/answer" --write-out '%{http_code}' "https://127.0.0.1:$PORT/v1/health"
}

start_intake || fail "no intake"
"$TOOL" enqueue 2 || fail "enqueue"
drain 0
"$TOOL" enqueue 3 || fail "enqueue"
ctl 0 revoke
ctl 1 revoke kiosk-002
[ ! -e "$keys/kiosk.crl" ] || fail "a list of nobody"

# On a connection that stays, the next request after the list is refused.
python3 - "$PORT" "$keys" "$BUILD/kioskctl" <<'PYTHON' || fail "the connection that stays"
import http.client, ssl, subprocess, sys
port, keys, kioskctl = sys.argv[1:]
context = ssl.create_default_context(cafile=keys + "/city-ca.crt")
context.load_cert_chain(keys + "/kiosk-tls.crt", keys + "/kiosk-tls.key")
line = http.client.HTTPSConnection("127.0.0.1", int(port), context=context, timeout=10)
def get():
    line.request("GET", "/v1/health")
    answer = line.getresponse()
    return answer.status, answer.read()
assert get()[0] == 200
socket = line.sock
subprocess.run([kioskctl, "revoke", "kiosk-001"], check=True, stdout=subprocess.DEVNULL)
status, body = get()
assert status == 403 and b'"code":"revoked"' in body, (status, body)
assert line.sock is socket
PYTHON
openssl crl -verify -CAfile "$keys/kiosk-ca.crt" -in "$keys/kiosk.crl" -noout 2>/dev/null || fail "openssl: the list"
openssl verify -crl_check -CAfile "$keys/kiosk-ca.crt" -CRLfile "$keys/kiosk.crl" "$keys/kiosk.crt" 2>&1 |
    grep -q 'certificate revoked' || fail "openssl does not find the certificate revoked"

says() { # HOW MANY reports the ledger has
    local found
    found=$(sqlite3 "$KIOSK_HOME/ledger.db" 'SELECT count(*) FROM report')
    [ "$found" -eq "$1" ] || fail "$found reports, not $1"
}
says 1
sqlite3 "$KIOSK_HOME/ledger.db" 'DELETE FROM report'
drain 3
says 0 # what a thief says of the terminal is not kept either
[ "$("$TOOL" queued)" -eq 3 ] || fail "records left the queue of a revoked terminal"
grep -q 'event=intake.refused.*status=403' "$FOLDER/intake.log" || fail "no 403 in the log"
apart 3
drain 3
apart 3 # the same ones
file=$(find "$KIOSK_HOME/apart" -name '*.der' | head -1)
ctl 0 open "$file"
grep -q 'line.sequence' "$FOLDER/ctl.log" || fail "a record that lies apart can't be read by hand"
mkdir "$FOLDER/stick" # by stick it comes no further
ctl 0 usb export "$FOLDER/stick"
rm -r "$KIOSK_HOME/apart"
ctl 1 usb import "$FOLDER/stick"
grep -q '3 records are of a terminal that was revoked' "$FOLDER/ctl.log" || fail "usb: $(cat "$FOLDER/ctl.log")"
apart 3

# Lists that may not be used, with intake running and over a restart.
cp "$keys/kiosk.crl" "$FOLDER/1.crl"
ctl 0 revoke lift kiosk-001
cp "$keys/kiosk.crl" "$FOLDER/2.crl"
[ "$(health)" = 200 ] || fail "lifted, and still refused"
ctl 0 revoke kiosk-001
[ "$(health)" = 403 ] || fail "revoked again, and let in"
head -c 200 "$FOLDER/2.crl" >"$FOLDER/cut.crl"
sed '3s/[A-Za-z0-9]/+/' "$FOLDER/2.crl" >"$FOLDER/bent.crl"
for list in 2 1 cut bent; do
    cp "$FOLDER/$list.crl" "$keys/kiosk.crl"
    [ "$(health)" = 403 ] || fail "list $list was used"
done
for _ in $(seq 100); do grep -q event=intake.revoked-refused "$FOLDER/intake.log" && break; sleep 0.05; done
grep -q event=intake.revoked-refused "$FOLDER/intake.log" || fail "nobody is told of a list that can't be used"
stop_intake
start_intake || fail "no start with a broken list and a good copy"
[ "$(health)" = 403 ] || fail "a restart let it in"
stop_intake
mv "$keys/kiosk.crl.good" "$FOLDER/good"
start_intake && fail "intake starts though nobody knows who is out"
mv "$FOLDER/good" "$keys/kiosk.crl.good"
cp "$keys/kiosk.crl.good" "$keys/kiosk.crl"
start_intake || fail "no intake"

ctl 0 revoke lift kiosk-001
drain 0
"$TOOL" check 5 || fail "the line"
exit 0
