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
expect "the table" "kiosk-002	1	1970-01-01T00:16:40Z	3	0	0	-	-	-" "$(sed 1d "$KIOSK_HOME/out")"
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

echo "ledger = postgresql://intake:geheim-8431@127.0.0.1:1/city" >"$KIOSK_HOME/madoguchi.conf"
"$BUILD/kioskctl" fleet >"$KIOSK_HOME/out" 2>"$KIOSK_HOME/err"
expect "a server that is not there" 1 $?
grep -q KERR_NET "$KIOSK_HOME/err" || fail "it does not say why"
! grep -q geheim "$KIOSK_HOME/err" || fail "it tells the password"
