#!/bin/bash
# kioskctl usb with the real programs: a stick from the queue to the ledger and back, beside the network, and a stick
# that a stranger filled. timeout: 60
set -u
TOP=${TOP:-$(cd "$(dirname "$0")/../.." && pwd)}
BUILD=${BUILD:-$TOP/build}
case $BUILD in /*) ;; *) BUILD=$TOP/$BUILD ;; esac
TOOL=$BUILD/asan/tests/intake/tool_line
export ASAN_OPTIONS=detect_leaks=0 # the helper leaves its few path strings to the end of the process
FOLDER=$(mktemp -d "${TMPDIR:-/tmp}/usb-XXXXXX")
export KIOSK_HOME=$FOLDER/home
STICK=$FOLDER/stick
INTAKE=''

end() {
    if [ -n "$INTAKE" ]; then
        kill "$INTAKE"
        wait "$INTAKE" 2>/dev/null
    fi
    rm -rf "$FOLDER"
}
trap end EXIT

fail() {
    echo "test_usb: $*"
    cat "$FOLDER/out" "$FOLDER/err" "$FOLDER"/*.log 2>/dev/null | tail -n 20
    exit 1
}
usb() { # EXPECTED WORD: runs it on the stick
    "$BUILD/kioskctl" usb "$2" "$STICK" >"$FOLDER/out" 2>"$FOLDER/err"
    [ $? = "$1" ] || fail "usb $2: not $1"
}
says() { # TEXT: the first line of the last one
    grep -q "^$1" "$FOLDER/out" || fail "it does not say \"$1\""
}
queued() {
    [ "$("$TOOL" queued)" = "$1" ] || fail "not $1 in the queue"
}

mkdir "$KIOSK_HOME" "$STICK"
usb 1 export
"$TOOL" init || fail "no set-up"
usb 1 export
grep -q KERR_NOT_FOUND "$FOLDER/err" || fail "without a queue"
[ ! -e "$KIOSK_HOME/queue.db" ] || fail "a queue was made"
"$TOOL" enqueue 12 || fail "can't queue"
usb 1 receipts
usb 1 import
for wrong in "" "usb" "usb export" "usb copy $STICK" "usb export $STICK more"; do
    # shellcheck disable=SC2086 # arguments are words
    "$BUILD/kioskctl" $wrong >"$FOLDER/out" 2>"$FOLDER/err"
    [ $? = 2 ] || fail "\"$wrong\" is no use of it"
done

# 1. there and back, each step twice
usb 0 export
says '12 records in 1 packs (0 stood there already)'
usb 0 export
says '12 records in 1 packs (1 stood there already)'
queued 12
usb 0 import
says '1 packs: 12 records are new, 0 were there already'
usb 0 import
says '1 packs: 0 records are new, 12 were there already'
queued 12
# nothing but packs is on it, and nothing in the clear
[ "$(find "$STICK" -type f | sed 's/.*[.]//' | sort | tr '\n' ' ')" = "receipts records " ] || fail "other files"
! grep -rqa '"number"' "$STICK" || fail "words in the clear"
usb 0 receipts
says '12 records left the queue, 0 had left before, 1 packs left the stick'
queued 0
[ -z "$(find "$STICK" -type f)" ] || fail "something stays on the stick"
"$TOOL" check 12 || fail "after the stick"

# 2. the same records by the network, before and after the stick
"$BUILD/kiosk-intake" 2>"$FOLDER/intake.log" &
INTAKE=$!
for _ in $(seq 200); do
    grep -q event=intake.listening "$FOLDER/intake.log" && break
    sleep 0.05
done
"$TOOL" port "$(sed -n 's/.*event=intake.listening.* port=\([0-9]*\).*/\1/p' "$FOLDER/intake.log")"
"$TOOL" enqueue 5
usb 0 export
"$BUILD/kiosk-sync" --once 2>"$FOLDER/sync.log" || fail "the network first"
usb 0 import
says '1 packs: 0 records are new, 5 were there already'
usb 0 receipts
says '0 records left the queue, 5 had left before, 1 packs left the stick'
"$TOOL" enqueue 5
usb 0 export
usb 0 import
says '1 packs: 5 records are new, 0 were there already'
"$BUILD/kiosk-sync" --once 2>"$FOLDER/sync.log" || fail "the stick first"
usb 0 receipts
says '0 records left the queue, 5 had left before'
"$TOOL" check 22 || fail "by both ways"

# 3. a stranger's stick: told, and the good ones beside it go in
"$TOOL" enqueue 3
usb 0 export
mine=$STICK/madoguchi/kiosk-001
ln -s "$KIOSK_HOME/keys/receipt.key" "$mine/1-000001.records"
mkfifo "$mine/1-000002.records" "$mine/1-000002.receipts"
head -c 5000000 /dev/urandom >"$mine/1-000003.records"
head -c 5000 /dev/urandom >"$mine/1-000004.records"
head -c 5000 /dev/urandom >"$mine/1-000004.receipts"
usb 1 import
says '5 packs: 3 records are new'
grep -q '4 packs can.t be read to their end' "$FOLDER/err" || fail "the broken packs are not told"
usb 1 receipts
says '3 records left the queue'
"$TOOL" check 25 || fail "beside a stranger's files"
echo "ledger = postgresql://intake:geheim-8431@127.0.0.1:1/city" >>"$KIOSK_HOME/madoguchi.conf"
sed -i '/^ledger = .*ledger.db/d' "$KIOSK_HOME/madoguchi.conf"
usb 1 import
! grep -q geheim "$FOLDER/err" || fail "it tells the password"
