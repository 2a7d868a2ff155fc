#!/bin/bash
# What watchers see of a running kiosk-intake: /metrics, read by Prometheus' own client, and /health.
# timeout: 60
# waits
set -u
TOP=${TOP:-$(cd "$(dirname "$0")/../.." && pwd)}
BUILD=${BUILD:-$TOP/build}
case $BUILD in /*) ;; *) BUILD=$TOP/$BUILD ;; esac
TOOL=$BUILD/asan/tests/intake/tool_line
export ASAN_OPTIONS=detect_leaks=0
FOLDER=$(mktemp -d "${TMPDIR:-/tmp}/watch-XXXXXX")
export KIOSK_HOME=$FOLDER/home
INTAKE='' HOLDER=''

end() {
    exec 3>&-
    for pid in $INTAKE $HOLDER; do
        kill -9 "$pid" 2>/dev/null
    done
    rm -rf "$FOLDER"
}
trap end EXIT
trap 'exit 130' INT TERM

fail() {
    echo "test_watch: $*"
    tail -n 20 "$FOLDER"/*.log "$FOLDER"/samples 2>/dev/null
    exit 1
}
expect() { # WHAT EXPECTED GOT
    [ "$2" = "$3" ] || fail "$1: expected \"$2\", got \"$3\""
}
start_intake() { # on a port that was free a moment ago; false when somebody took it
    WATCH=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    sed -i '/^watch-port/d' "$KIOSK_HOME/madoguchi.conf"
    echo "watch-port = $WATCH" >>"$KIOSK_HOME/madoguchi.conf"
    "$BUILD/kiosk-intake" 2>"$FOLDER/intake.log" &
    INTAKE=$!
    for _ in $(seq 200); do
        grep -qs 'event=intake.listening' "$FOLDER/intake.log" && return 0
        kill -0 $INTAKE 2>/dev/null || return 1
        sleep 0.05
    done
    return 1
}
look() { # PATH [CURL-OPTION...]: status on standard output, body in $FOLDER/seen
    path=$1
    shift
    curl --silent --noproxy '*' --max-time 12 --output "$FOLDER/seen" --write-out '%{http_code} %{content_type}' \
        "$@" "http://127.0.0.1:$WATCH$path"
}
scrape() {
    expect "the numbers" "200 text/plain; version=0.0.4; charset=utf-8" "$(look /metrics)"
    "$TOP/tests/intake/check-metrics" "$FOLDER/seen" >"$FOLDER/samples" || fail "the numbers can't be read"
}
value() { # SAMPLE
    awk -v name="$1" '$1 == name { print $2 }' "$FOLDER/samples"
}
answers() { # REQUEST STATUS ANSWER
    value "madoguchi_intake_answers_total{answer=\"$3\",request=\"$1\",status=\"$2\"}"
}
request() { # CURL-OPTION...: to the listener, as a terminal
    curl --silent --noproxy '*' --max-time 10 --cacert "$KIOSK_HOME/keys/city-ca.crt" --output "$FOLDER/answer" \
        --write-out '%{http_code}' --cert "$KIOSK_HOME/keys/kiosk-tls.crt" --key "$KIOSK_HOME/keys/kiosk-tls.key" "$@"
}

mkdir -p "$KIOSK_HOME"
"$TOOL" init && "$TOOL" port 0 || fail "no set-up"
start_intake || start_intake || start_intake || fail "intake does not listen"
PORT=$(sed -n 's/.*event=intake.listening port=\([0-9]*\) .*/\1/p' "$FOLDER/intake.log")
grep -q "watch-port=$WATCH" "$FOLDER/intake.log" || fail "the log does not name the port"
expect "where it listens" "127.0.0.1:$WATCH" "$(ss -Hltn "sport = :$WATCH" | awk '{ print $4 }')"

scrape
expect "nothing stored" 0 "$(answers put 201 stored)"
expect "nothing in the ledger" 0 "$(value 'madoguchi_intake_ledger_position{}')"
ID=00112233445566778899aabbccddeeff
URL=https://127.0.0.1:$PORT/v1
put=(--request PUT --header 'Content-Type: application/cms')
"$TOOL" seal "$FOLDER/one" $ID 1 '{"a":1}' && "$TOOL" seal "$FOLDER/two" $ID 1 '{"a":2}' || fail "can't seal"
before=$(date +%s)
expect "a record" 201 "$(request "${put[@]}" --data-binary "@$FOLDER/one" "$URL/records/$ID")"
expect "the same" 200 "$(request "${put[@]}" --data-binary "@$FOLDER/one" "$URL/records/$ID")"
expect "the same" 200 "$(request "${put[@]}" --data-binary "@$FOLDER/one" "$URL/records/$ID")"
expect "other bytes" 409 "$(request "${put[@]}" --data-binary "@$FOLDER/two" "$URL/records/$ID")"
expect "no envelope" 422 "$(request "${put[@]}" --data-binary "hello" "$URL/records/$ID")"
expect "a receipt" 200 "$(request "$URL/records/$ID/receipt")"
expect "no such path" 404 "$(request "$URL/nothing")"
scrape
cp "$FOLDER/seen" "$FOLDER/good"
expect "stored" 1 "$(answers put 201 stored)"
expect "again" 2 "$(answers put 200 again)"
expect "conflicts" 1 "$(answers put 409 conflict)"
expect "no envelopes" 1 "$(answers put 422 envelope-form)"
expect "given" 1 "$(answers other 200 given)"
expect "no such paths" 1 "$(answers other 404 no-such-path)"
expect "PUTs timed" 5 "$(value 'madoguchi_intake_put_seconds_count{}')"
expect "newest" 1 "$(value 'madoguchi_intake_ledger_position{}')"
expect "in quarantine" 1 "$(value 'madoguchi_intake_ledger_quarantined{}')"
expect "the ledger answers" 1 "$(value 'madoguchi_intake_ledger_up{}')"
contact=$(grep -a '^madoguchi_intake_last_contact_timestamp_seconds{kiosk="kiosk-001"} ' "$FOLDER/seen" | sed 's/.* //')
[ "${contact:-0}" -ge "$before" ] && [ "$contact" -le "$(date +%s)" ] || fail "last contact: \"$contact\""

# A terminal says until when the city's key holds that it seals with.
report() { # KEY-UNTIL
    at=$(date +%s)
    request "${put[@]}" --data-binary "" --header "Madoguchi-Report: madoguchi-report 1; version=0.1.0; at=$at; waiting=0; oldest=0; aside=0; had=0; epoch=1; \
next=1; tls-until=0; kiosk-until=0; content=0; keys=0; live=0; answers=0$1" "$URL/report"
}
key_end() { value 'madoguchi_intake_city_key_end_timestamp_seconds{kiosk="kiosk-001"}'; }
for case in "=-0" "; key-until=4000000000=4e+09-0" "; key-until=1000000000=1e+09-1"; do
    expect "a report" 204 "$(report "${case%=*}")"
    scrape
    expect "the key's end and how many are late" "${case##*=}" "$(key_end)-$(value 'madoguchi_intake_late_city_keys{}')"
done
expect "health" "200 application/json" "$(look /health)"
expect "health's words" '{"status":"ok","newest":1,"quarantined":1,"alarms":0}' "$(cat "$FOLDER/seen")"
expect "head" "200 application/json" "$(look /health --head)"
expect "another path" "404 application/problem+json" "$(look /)"
expect "another method" "405 application/problem+json" "$(look /metrics --request DELETE)"
case $(look /metrics --request POST --data x) in 200*) fail "it takes what is sent" ;; esac

# Somebody holds the ledger: the watchers hear it, while they are answered.
mkfifo "$FOLDER/hold"
sqlite3 "$KIOSK_HOME/ledger.db" <"$FOLDER/hold" >"$FOLDER/holder.log" 2>&1 &
HOLDER=$!
exec 3>"$FOLDER/hold"
echo "BEGIN EXCLUSIVE; SELECT 'held';" >&3
for _ in $(seq 200); do
    grep -qs held "$FOLDER/holder.log" && break
    sleep 0.05
done
scrape
expect "the ledger does not answer" 0 "$(value 'madoguchi_intake_ledger_up{}')"
expect "no position is made up" "" "$(value 'madoguchi_intake_ledger_position{}')"
expect "no late keys are made up" "" "$(value 'madoguchi_intake_late_city_keys{}')"
expect "what was counted stays" 1 "$(answers put 201 stored)"
exec 3>&-
wait $HOLDER
HOLDER=''
expect "health again" "200 application/json" "$(look /health)"
kill -TERM $INTAKE && wait $INTAKE
expect "intake's clean end" 0 $?
INTAKE=''

# The check of the numbers has to find what is wrong with them.
for harm in 's/^madoguchi_intake_put_seconds_bucket{le="1"} .*/madoguchi_intake_put_seconds_bucket{le="1"} 0/' \
    '/^# TYPE madoguchi_intake_connections/d' 's/^madoguchi_intake_ledger_up .*/&\n&/' '$ s/ [0-9]*$/ x/'; do
    sed "$harm" "$FOLDER/good" >"$FOLDER/harmed"
    ! cmp -s "$FOLDER/good" "$FOLDER/harmed" || fail "nothing is harmed by $harm"
    if "$TOP/tests/intake/check-metrics" "$FOLDER/harmed" >"$FOLDER/out" 2>&1; then
        fail "the check does not notice: $harm"
    fi
done
