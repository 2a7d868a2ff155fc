#!/bin/bash
# kioskctl fleet: each gap, conflict and epoch of the ledger's kiosks, as a table.
set -u
TOP=${TOP:-$(cd "$(dirname "$0")/../.." && pwd)}
BUILD=${BUILD:-$TOP/build}
case $BUILD in /*) ;; *) BUILD=$TOP/$BUILD ;; esac
TOOL=$BUILD/asan/tests/ledger/tool_ledger
KIOSK_HOME=$(mktemp -d)
export KIOSK_HOME
trap 'rm -rf "$KIOSK_HOME"' EXIT

fail() {
    echo "test_fleet: $*"
    exit 1
}
expect() { # WHAT EXPECTED GOT
    [ "$2" = "$3" ] || fail "$1: expected \"$2\", got \"$3\""
}
put() { # KIOSK FROM COUNT
    "$TOOL" put "$KIOSK_HOME/ledger.db" "$@" "$KIOSK_HOME/receipts" >/dev/null || fail "no records"
}

"$BUILD/kioskctl" fleet 2>"$KIOSK_HOME/err"
expect "without settings" 1 $?
echo "ledger = sqlite:ledger.db" >"$KIOSK_HOME/madoguchi.conf"
"$BUILD/kioskctl" fleet >"$KIOSK_HOME/out" 2>"$KIOSK_HOME/err"
expect "without a ledger" 1 $?
[ ! -e "$KIOSK_HOME/ledger.db" ] || fail "a ledger was made"
"$BUILD/kioskctl" fleet now 2>"$KIOSK_HOME/err"
expect "a wrong argument" 2 $?
put kiosk-002 1 3
"$BUILD/kioskctl" fleet >"$KIOSK_HOME/out"
expect "nothing is missing" 0 $?
expect "the table" "kiosk-002	1	1970-01-01T00:16:40Z	3	0	0	-	-	-" "$(sed -n 2p "$KIOSK_HOME/out")"
put kiosk-001 2 1
put kiosk-001 5 2
"$BUILD/kioskctl" fleet >"$KIOSK_HOME/out"
expect "something is missing" 1 $?
expect "the gaps" "kiosk-001	1	1970-01-01T00:16:40Z	6	3	0	1 3-4	-	-" "$(sed -n 2p "$KIOSK_HOME/out")"
# a kiosk whose disk was copied: the same place, other bytes
sqlite3 "$KIOSK_HOME/ledger.db" "UPDATE entry SET hash = zeroblob(32) WHERE kiosk = 'kiosk-002' AND sequence = 2"
"$TOOL" once "$KIOSK_HOME/ledger.db" kiosk-002 2 | grep -q '^conflict ' || fail "no conflict"
"$BUILD/kioskctl" fleet >"$KIOSK_HOME/out"
expect "a conflict" 1 $?
expect "the conflict" "kiosk-002	1	1970-01-01T00:16:40Z	3	0	1	-	-	-" "$(sed -n 3p "$KIOSK_HOME/out")"
# a chain that went back is named until somebody settles it
point() { # KIOSK EPOCH SIZE AT VERDICT
    expect "point $1 $2 $3" "$5" "$("$TOOL" point "$KIOSK_HOME/ledger.db" "$1" "$2" "$3" "$4")"
}
rm "$KIOSK_HOME/ledger.db"
put kiosk-002 1 3
point kiosk-001 9 4 1000 newer
point kiosk-002 1 70 1000 newer
"$BUILD/kioskctl" fleet >"$KIOSK_HOME/out"
expect "whole chains" 0 $?
expect "a chain" "kiosk-002	1	1970-01-01T00:16:40Z	3	0	0	-	70	whole" "$(sed -n 2p "$KIOSK_HOME/out")"
expect "a chain without records" "kiosk-001	9	-	-	-	-	-	4	whole" "$(sed -n 3p "$KIOSK_HOME/out")"
point kiosk-002 1 60 2000 back
"$BUILD/kioskctl" fleet >"$KIOSK_HOME/out"
expect "a chain that went back" 1 $?
expect "which" "kiosk-002	1	1970-01-01T00:16:40Z	3	0	0	-	70	set back or cloned, 1 times, last 1970-01-01T00:33:20Z" \
    "$(sed -n 2p "$KIOSK_HOME/out")"
grep -q '^set back or cloned: ' "$KIOSK_HOME/out" || fail "nobody is told what to do about a chain"
mkdir "$KIOSK_HOME/points"
"$BUILD/kioskctl" fleet points "$KIOSK_HOME/points" || fail "no points"
expect "the points" "kiosk-001-9.point=point 4 kiosk-002-1.alarm=point 60 kiosk-002-1.point=point 70 " \
    "$(cd "$KIOSK_HOME/points" && for f in *; do printf '%s=%s ' "$f" "$(cat "$f")"; done)"
"$BUILD/kioskctl" fleet points "$KIOSK_HOME/none" 2>"$KIOSK_HOME/err"
expect "no folder" 1 $?
"$BUILD/kioskctl" fleet settle kiosk-001 2>"$KIOSK_HOME/err"
expect "nothing to settle" 1 $?
"$BUILD/kioskctl" fleet settle kiosk-002 || fail "not settled"
"$BUILD/kioskctl" fleet >"$KIOSK_HOME/out"
expect "settled" 0 $?
grep -q "^kiosk-002	.*	60	whole" "$KIOSK_HOME/out" || fail "the point that somebody looked at does not count"

# how a kiosk said that it is; the line is what kiosk-sync sends (tests/base/test_report.c)
report() { # KIOSK AGE-IN-SECONDS CLOCK-AHEAD KIOSK-CERTIFICATE-UNTIL ASIDE [MORE]
    at=$(($(date +%s) - $2))
    sqlite3 "$KIOSK_HOME/ledger.db" "INSERT OR REPLACE INTO report VALUES('$1', $at, CAST('madoguchi-report 1; version=0.1.0; at=$((at + $3)); \
waiting=2; oldest=1700000000; aside=$5; had=7; epoch=9; next=10; tls-until=4000000000; kiosk-until=$4; content=12; keys=3; live=0; answers=1${6:-}' AS BLOB))"
    "$BUILD/kioskctl" fleet >"$KIOSK_HOME/out"
    told=$?
    needs=$(kiosk_009 | cut -f 16)
}
kiosk_009() { # its line of the second table; what to do about it stands below
    grep '^kiosk-009	' "$KIOSK_HOME/out" | tail -n 1
}
json() { # CLOCK PROGRAM: what a program prints of the answer, as this clock sees it
    faketime -f "$1" "$BUILD/kioskctl" fleet --json | python3 -c "import json, sys; d = json.load(sys.stdin); k = d['kiosks']; print($2)"
}
report kiosk-009 5 0 4000000000 0
expect "all is well" 0 $told
expect "its line" "0.1.0	2	2023-11-14T22:13:20Z	0	7	+0	2096-10-02T07:06:40Z	2096-10-02T07:06:40Z	-	12	3	-	1	-" \
    "$(kiosk_009 | cut -f 3-)"
for case in "7200 0 4000000000 0=silent" "5 61 4000000000 0=clock" "5 -86400 4000000000 0=clock" "5 0 0 0=certificate" "5 60 4000000000 1=set aside" \
    "7200 90 1000 3=silent, clock, certificate, set aside"; do
    # shellcheck disable=SC2086 # four numbers
    report kiosk-009 ${case%%=*}
    expect "$case" 1 $told
    expect "$case" "${case#*=}" "$needs"
    # below the tables: what to do about each of these words, and about no other
    expect "$case: what to do" "${case#*=}" "$(sed -n 's/^\(silent\|clock\|certificate\|city key\|set aside\|disk full\): .*/\1/p' "$KIOSK_HOME/out" | paste -sd , | sed 's/,/, /g')"
done
report kiosk-009 5 0 4000000000 0 '; full=1'
expect "a full disk" "1 disk full" "$told $needs"
# the city's key: past its end by the city's clock or the terminal's, and not said by older terminals
day=86400 now=$(date +%s)
report kiosk-009 5 0 4000000000 0 "; key-until=$((now + 60 * day))"
expect "a key that holds" "0 -" "$told $needs"
expect "its end" "$(date -u -d @$((now + 60 * day)) +%FT%TZ)" "$(kiosk_009 | cut -f 11)"
expect "by a clock of the city's that is ahead" "['silent', 'city key']" "$(json +70d "k[-1]['needs']")"
report kiosk-009 5 0 4000000000 0 "; key-until=$((now - 60 * day))"
expect "a key past its end" "1 city key" "$told $needs"
expect "by a clock of the city's that is behind" "['city key']" "$(json -70d "k[-1]['needs']")"
report kiosk-009 5 $((-70 * day)) 4000000000 0 "; key-until=$((now - 60 * day))"
expect "a terminal's clock that is behind" "1 clock, city key" "$told $needs"
report kiosk-009 5 $((70 * day)) 4000000000 0 "; key-until=$((now + 60 * day))"
expect "a terminal's clock that is ahead" "1 clock, city key" "$told $needs"
expect "as JSON" "('kiosk-009', '0.1.0', 2, 1209600, 'None', [[1, 2], 3, 0, 4, 0])" \
    "$(put kiosk-00\"9\\ 3 1; report kiosk-009 5 $((14 * day)) 4000000000 0
    json +0 "(k[-1]['kiosk'], k[-1]['version'], k[-1]['waiting'], k[-1]['clock_s'], str(k[-1]['city_key_until']), \
        [d['queues'][0]['gaps'][0], d['queues'][0]['highest'], d['queues'][0]['alarms'], d['queues'][-1]['events'], len(d['queues'][-1]['gaps'])])")"
"$BUILD/kioskctl" fleet --json >"$KIOSK_HOME/out"
expect "as JSON, it ends alike" 1 $?
sqlite3 "$KIOSK_HOME/ledger.db" "UPDATE report SET bytes = CAST('madoguchi-report 2' AS BLOB)"
"$BUILD/kioskctl" fleet >"$KIOSK_HOME/out"
expect "a line of tomorrow" "1 can't be read" "$? $(kiosk_009 | cut -f 16)"
expect "the same as JSON" "[\"can't be read\"]" "$(json +0 "k[-1]['needs']")"

echo "ledger = postgresql://intake:geheim-8431@127.0.0.1:1/city" >"$KIOSK_HOME/madoguchi.conf"
"$BUILD/kioskctl" fleet >"$KIOSK_HOME/out" 2>"$KIOSK_HOME/err"
expect "a server that is not there" 1 $?
grep -q KERR_NET "$KIOSK_HOME/err" || fail "it does not say why"
! grep -q geheim "$KIOSK_HOME/err" || fail "it tells the password"
