#!/bin/bash
# The line from queue to ledger with the real programs: killed at random while 200 records drain, then
# asked by a plain HTTP client. timeout: 60
set -u
TOP=${TOP:-$(cd "$(dirname "$0")/../.." && pwd)}
BUILD=${BUILD:-$TOP/build}
case $BUILD in /*) ;; *) BUILD=$TOP/$BUILD ;; esac
TOOL=$BUILD/asan/tests/intake/tool_line
COUNT=${COUNT:-200}
SEED=${SEED:-$RANDOM}
RANDOM=$SEED
# The helper leaves its few path strings to the end of the process.
export ASAN_OPTIONS=detect_leaks=0
# "postgres": the ledger is on a server of the test's own, whose user has a password.
ON=${1:-sqlite}
if [ "$ON" = postgres ]; then
    . "$TOP/tests/ledger/cluster.sh"
fi
FOLDER=$(mktemp -d "${TMPDIR:-/tmp}/line-XXXXXX")
export KIOSK_HOME=$FOLDER/home
INTAKE='' SYNC=''

end() {
    for pid in $INTAKE $SYNC; do
        kill -9 "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
    done
    rm -rf "$FOLDER"
    [ "$ON" != postgres ] || clusters_end
}
trap end EXIT

fail() {
    echo "test_line: $* (SEED=$SEED)"
    tail -n 20 "$FOLDER"/*.log 2>/dev/null
    exit 1
}

# Waits up to 10 s until a command succeeds.
until_true() {
    for _ in $(seq 200); do
        "$@" && return 0
        sleep 0.05
    done
    return 1
}

start_intake() {
    : >"$FOLDER/intake.log"
    "$BUILD/kiosk-intake" 2>>"$FOLDER/intake.log" &
    INTAKE=$!
    until_true grep -q event=intake.listening "$FOLDER/intake.log" || fail "intake does not listen"
}

stop_with() {
    kill "-$2" "$1" && wait "$1" 2>/dev/null
}

pause() { # between the two, in milliseconds
    local ms=$(($1 + RANDOM % ($2 - $1)))
    sleep "$(printf '0.%03d' "$ms")"
}

request() { # status on standard output, body in $FOLDER/answer
    curl --silent --noproxy '*' --max-time 10 --cacert "$KIOSK_HOME/keys/city-ca.crt" \
        --output "$FOLDER/answer" --write-out '%{http_code}' "$@"
}
mine=(--cert "$KIOSK_HOME/keys/kiosk-tls.crt" --key "$KIOSK_HOME/keys/kiosk-tls.key")

expect() { # what, expected, got
    [ "$2" = "$3" ] || fail "$1: expected $2, got $3"
}

"$BUILD/kiosk-sync" --once 2>"$FOLDER/sync.log"
expect "sync without a set-up" 1 $?
"$BUILD/kiosk-intake" 2>"$FOLDER/intake.log"
expect "intake without a set-up" 1 $?
mkdir -p "$KIOSK_HOME"
SECRET=geheim-8431
if [ "$ON" = postgres ]; then
    cluster_make city && cluster_start city || fail "no server"
    cluster_ask city "CREATE ROLE intake LOGIN PASSWORD '$SECRET'" &&
        cluster_ask city "CREATE DATABASE city OWNER intake" || fail "no database"
    as_nobody sed -i '1i local all intake scram-sha-256' "$CLUSTERS/city.data/pg_hba.conf"
    cluster_ask city "SELECT pg_reload_conf()" >/dev/null
    export LEDGER_AT="postgresql://intake:$SECRET@/city?host=$CLUSTERS/city"
fi
"$TOOL" init || fail "no set-up"
start_intake
PORT=$(sed -n 's/.*event=intake.listening.* port=\([0-9]*\).*/\1/p' "$FOLDER/intake.log")
"$TOOL" port "$PORT" || fail "no settings"
"$BUILD/kiosk-sync" --twice 2>"$FOLDER/sync.log"
expect "sync with a wrong argument" 2 $?
"$BUILD/kiosk-sync" --once 2>>"$FOLDER/sync.log"
expect "an empty queue" 0 $?

# 1. Nobody there: the record waits, and waits no longer than it must.
"$TOOL" enqueue 1 || fail "can't queue"
stop_with "$INTAKE" TERM
expect "intake's clean end" 0 $?
INTAKE=''
"$BUILD/kiosk-sync" --once 2>>"$FOLDER/sync.log"
expect "a record that can't go" 3 $?
start_intake
"$BUILD/kiosk-sync" --once 2>>"$FOLDER/sync.log"
expect "a record that was put off, and can go" 0 $?

# 2. Both ends are killed at random while the queue drains.
"$TOOL" enqueue $((COUNT - 1)) || fail "can't queue"
rounds=0 cut=0
while [ "$rounds" -lt 40 ] && left=$("$TOOL" queued) && [ "$left" -gt 0 ]; do
    [ -n "$INTAKE" ] || start_intake
    "$BUILD/kiosk-sync" 2>>"$FOLDER/sync.log" &
    SYNC=$!
    pause 40 160
    if [ $((RANDOM % 2)) = 0 ]; then
        stop_with "$INTAKE" KILL
        INTAKE=''
        pause 1 30
    fi
    stop_with "$SYNC" KILL
    SYNC=''
    rounds=$((rounds + 1))
    now=$("$TOOL" queued) || fail "the queue can't be opened after a kill"
    [ "$now" -gt 0 ] && [ "$now" -lt "$left" ] && cut=$((cut + 1))
done
[ "$cut" -ge 1 ] || fail "no kill came in the middle of draining"
[ -n "$INTAKE" ] || start_intake
sent_all() { "$BUILD/kiosk-sync" --once 2>>"$FOLDER/sync.log"; }
until_true sent_all || fail "the queue does not drain"
"$TOOL" check "$COUNT" || fail "after $rounds rounds of kills"

# 3. The daemon sends what comes while it runs, and ends within 2 seconds.
"$BUILD/kiosk-sync" 2>>"$FOLDER/sync.log" &
SYNC=$!
"$TOOL" enqueue 3
drained() { [ "$("$TOOL" queued)" = 0 ]; }
until_true drained || fail "the running sync sends nothing"
before=$(date +%s%N)
stop_with "$SYNC" TERM
expect "sync's clean end" 0 $?
SYNC=''
[ $((($(date +%s%N) - before) / 1000000)) -lt 2000 ] || fail "sync takes too long to end"
"$TOOL" check $((COUNT + 3)) || fail "after the daemon"

# What a watcher is told, and a person; each thing that needs somebody ends kioskctl status with 1.
"$TOP/tests/intake/check-metrics" "$KIOSK_HOME/sync.prom" madoguchi_sync_ >"$FOLDER/samples" || fail "sync.prom is not in Prometheus' format"
grep -q '^madoguchi_sync_sent_total 3$' "$KIOSK_HOME/sync.prom" || fail "three were sent, and sync.prom says something else"
status() { "$BUILD/kioskctl" status >"$FOLDER/status"; }
status || fail "kioskctl status sees something wrong: $(cat "$FOLDER/status")"
grep -q '^city heard   20' "$FOLDER/status" || fail "kioskctl status does not say when the city was heard"
cp "$KIOSK_HOME/sync.prom" "$FOLDER/good.prom"
needs_somebody() { # WHAT, SED, TEXT
    sed "$2" "$FOLDER/good.prom" >"$KIOSK_HOME/sync.prom"
    status && fail "$1 is no alarm"
    grep -q "$3" "$FOLDER/status" || fail "$1: $(cat "$FOLDER/status")"
}
needs_somebody "a clock that is off" 's/^\(madoguchi_sync_clock_skew_seconds\) .*/\1 -3600/' 'is -3600 s .*: set it'
needs_somebody "a TLS refusal" 's/^\(madoguchi_sync_answer_error\) .*/\1 -601/' '^last answer  TLS was refused: .*(KERR_NET_TLS'
for case in "0 200=a receipt$" "-600 0=none: the line is away" "-600 503=the city's intake is busy" "-602 200=not the city's: something else" \
    "-603 403=the city refuses this terminal" "-603 422=the city refused a record"; do
    error=${case%% *} http=${case#* } http=${http%%=*}
    sed "s/^\(madoguchi_sync_answer_error\) .*/\1 $error/; s/^\(madoguchi_sync_answer_status\) .*/\1 $http/" "$FOLDER/good.prom" >"$KIOSK_HOME/sync.prom"
    status
    grep -q "^last answer  ${case#*=}" "$FOLDER/status" || fail "an answer ($case) is not explained: $(cat "$FOLDER/status")"
done
sed 's/^\(madoguchi_sync_written_timestamp_seconds\) .*/\1 1/' "$FOLDER/good.prom" >"$KIOSK_HOME/sync.prom"
status || fail "a sync that is not needed is an alarm: $(cat "$FOLDER/status")"
"$TOOL" enqueue 1 || fail "can't queue"
needs_somebody "a sync that stopped" 's/^\(madoguchi_sync_written_timestamp_seconds\) .*/\1 1/' 'does not run'
sqlite3 "$KIOSK_HOME/queue.db" "UPDATE queue SET queued_at = queued_at - 3540" || fail "no older row"
sed 's/^\(madoguchi_sync_contact_timestamp_seconds\) .*/\1 1/' "$FOLDER/good.prom" >"$KIOSK_HOME/sync.prom"
status || fail "a row that waits for less than an hour is an alarm: $(cat "$FOLDER/status")"
sqlite3 "$KIOSK_HOME/queue.db" "UPDATE queue SET queued_at = queued_at - 3660" || fail "no older row"
needs_somebody "a city that is not heard" 's/^\(madoguchi_sync_contact_timestamp_seconds\) .*/\1 1/' 'not heard for 2 h: look at the line'
"$BUILD/kiosk-sync" --once 2>>"$FOLDER/sync.log" || fail "the row does not go"
cp "$FOLDER/good.prom" "$KIOSK_HOME/sync.prom"
cp "$KIOSK_HOME/madoguchi.conf" "$FOLDER/good.conf"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$FOLDER/soon.key" -out "$KIOSK_HOME/soon.crt" \
    -subj /CN=kiosk-001 -days 20 2>/dev/null || fail "no certificate"
echo 'kiosk-tls-cert = soon.crt' >>"$KIOSK_HOME/madoguchi.conf"
needs_somebody "a certificate that ends soon" '' 'cert. TLS .*renew it'
cp "$FOLDER/good.conf" "$KIOSK_HOME/madoguchi.conf"
cp "$FOLDER/good.prom" "$KIOSK_HOME/sync.prom"
status || fail "all is well again, and kioskctl status does not say so"

# 4. As any client sees it.
ID=00112233445566778899aabbccddeeff
URL=https://127.0.0.1:$PORT/v1
put=(--request PUT --header 'Content-Type: application/cms')
"$TOOL" seal "$FOLDER/one" $ID 1 '{"a":1}' && "$TOOL" seal "$FOLDER/two" $ID 1 '{"a":2}' ||
    fail "can't seal"
expect "first PUT" 201 \
    "$(request "${mine[@]}" "${put[@]}" --data-binary "@$FOLDER/one" "$URL/records/$ID")"
"$TOOL" receipt "$FOLDER/answer" || fail "the receipt does not verify"
mv "$FOLDER/answer" "$FOLDER/first"
expect "second PUT" 200 \
    "$(request "${mine[@]}" "${put[@]}" --data-binary "@$FOLDER/one" "$URL/records/$ID")"
cmp "$FOLDER/first" "$FOLDER/answer" || fail "two receipts for one record"
expect "the receipt again" 200 "$(request "${mine[@]}" "$URL/records/$ID/receipt")"
cmp "$FOLDER/first" "$FOLDER/answer" || fail "another receipt by GET"
expect "other bytes" 409 \
    "$(request "${mine[@]}" "${put[@]}" --data-binary "@$FOLDER/two" "$URL/records/$ID")"
grep -q '"code":"conflict"' "$FOLDER/answer" || fail "no problem document for a conflict"
grep -q "\"instance\":\"/v1/records/$ID\"" "$FOLDER/answer" || fail "the refusal does not name its record"
expect "health" 200 "$(request "${mine[@]}" "$URL/health")"
grep -q '"quarantined":1' "$FOLDER/answer" || fail "the other bytes are not in quarantine"
expect "no client certificate" 000 \
    "$(request "${put[@]}" --data-binary "@$FOLDER/one" "$URL/records/$ID")"
expect "no client certificate, health" 000 "$(request "$URL/health")"
expect "plain HTTP" 000 "$(request "${mine[@]}" "http://127.0.0.1:$PORT/v1/health")"

# 5. The ledger's server goes away and comes back: "try again" soon enough, and nothing is lost.
if [ "$ON" = postgres ]; then
    NEXT=${ID%f}e
    "$TOOL" seal "$FOLDER/next" $NEXT 2 '{"a":3}' || fail "can't seal"
    cluster_stop city
    expect "PUT without a server" 503 \
        "$(request "${mine[@]}" "${put[@]}" --dump-header "$FOLDER/head" --data-binary "@$FOLDER/next" "$URL/records/$NEXT")"
    grep -qi '^retry-after: [0-9]' "$FOLDER/head" || fail "no Retry-After"
    expect "health without a server" 503 "$(request "${mine[@]}" "$URL/health")"
    : >"$FOLDER/second.log"
    (sed 's/^intake-port.*/intake-port = 0/' "$KIOSK_HOME/madoguchi.conf" >"$FOLDER/conf") &&
        mkdir "$FOLDER/second" && cp -r "$KIOSK_HOME/keys" "$FOLDER/second" && mv "$FOLDER/conf" "$FOLDER/second/madoguchi.conf"
    KIOSK_HOME=$FOLDER/second "$BUILD/kiosk-intake" 2>"$FOLDER/second.log"
    expect "an intake that begins without a server" 1 $?
    grep -q 'intake.cannot-start.*KERR_NET' "$FOLDER/second.log" || fail "no word about the server"
    cluster_start city || fail "the server does not start again"
    expect "PUT with the server" 201 \
        "$(request "${mine[@]}" "${put[@]}" --data-binary "@$FOLDER/next" "$URL/records/$NEXT")"
    expect "what was there before" 200 \
        "$(request "${mine[@]}" "${put[@]}" --data-binary "@$FOLDER/one" "$URL/records/$ID")"
    cmp "$FOLDER/first" "$FOLDER/answer" || fail "another receipt after the restart"
fi

# 6. What the programs may be able to do: no key that opens a record, nothing beyond their own work.
for program in kiosk-sync kiosk-intake; do
    if nm "$BUILD/$program" | grep -q ' [Tt] seal_open'; then
        fail "$program can open records"
    fi
    if ldd "$BUILD/$program" | grep -qi 'sdl\|pcsc'; then
        fail "$program links the terminal's libraries"
    fi
done
stop_with "$INTAKE" TERM
expect "intake's clean end" 0 $?
INTAKE=''
if grep -h -a -i -E "日立|password|PRIVATE|$SECRET" "$FOLDER"/*.log; then
    fail "a log says too much"
fi
echo "test_line: $COUNT records through $rounds rounds of kills, $cut in the middle (SEED=$SEED)"
