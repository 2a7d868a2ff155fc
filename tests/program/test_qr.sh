#!/bin/bash
# kioskctl qr with the real programs: records as codes, by a stick and by the network are one record each, on SQLite and on
# PostgreSQL; parts in any order, doubled, missing, garbled; a terminal that the city does not know. timeout: 60
set -u
TOP=${TOP:-$(cd "$(dirname "$0")/../.." && pwd)}
BUILD=${BUILD:-$TOP/build}
case $BUILD in /*) ;; *) BUILD=$TOP/$BUILD ;; esac
. "$TOP/tests/ledger/cluster.sh"
TOOL=$BUILD/asan/tests/intake/tool_line
export ASAN_OPTIONS=detect_leaks=0 # the helper leaves its few path strings to the end of the process
FOLDER=$(mktemp -d "${TMPDIR:-/tmp}/qr-XXXXXX")
STICK=$FOLDER/stick
INTAKE=''

end() {
    [ -z "$INTAKE" ] || { kill "$INTAKE" && wait "$INTAKE"; } 2>/dev/null
    clusters_end
    rm -rf "$FOLDER"
}
trap end EXIT

fail() {
    echo "test_qr ($ON): $*"
    cat "$FOLDER/out" "$FOLDER/err" "$FOLDER"/*.log 2>/dev/null | tail -n 20
    exit 1
}
qr() { # EXPECTED: imports FOLDER/codes
    "$BUILD/kioskctl" qr import "$FOLDER/codes" >"$FOLDER/out" 2>"$FOLDER/err"
    [ $? = "$1" ] || fail "qr: not $1"
}
ctl() {
    "$BUILD/kioskctl" "$@" >"$FOLDER/out" 2>"$FOLDER/err" || fail "$*"
}
says() { # TEXT
    grep -q "^$1" "$FOLDER/out" || fail "it does not say \"$1\""
}
complains() { # TEXT
    grep -q "$1" "$FOLDER/err" || fail "it does not complain \"$1\""
}
queued() {
    [ "$("$TOOL" queued)" = "$1" ] || fail "not $1 in the queue"
}

every_way() {
    export KIOSK_HOME=$FOLDER/$ON
    mkdir -p "$KIOSK_HOME" "$STICK"
    "$TOOL" init || fail "no set-up"

    # 1. five by code, with a scanner's line ends and empty lines; again; then by stick, which brings the receipts
    "$TOOL" enqueue 5 || fail "can't queue"
    "$TOOL" codes >"$FOLDER/codes"
    [ "$(wc -l <"$FOLDER/codes")" = 5 ] || fail "not one code each"
    sed -i 's/$/\r\n/' "$FOLDER/codes"
    qr 0
    says '5 records are new, 0 were there already.'
    says 'kiosk-001, record 3 ([0-9a-f]*): new, entry 3, its receipt is stored'
    "$BUILD/kioskctl" qr import <"$FOLDER/codes" >"$FOLDER/out" 2>"$FOLDER/err" || fail "from standard input"
    says '0 records are new, 5 were there already.'
    queued 5
    ctl usb export "$STICK"
    ctl usb import "$STICK"
    says '1 packs: 0 records are new, 5 were there already'
    ctl usb receipts "$STICK"
    queued 0
    "$TOOL" check 5 || fail "by code and stick"

    # 2. code first, then the line; the line first, then the code
    "$BUILD/kiosk-intake" 2>"$FOLDER/intake.log" &
    INTAKE=$!
    for _ in $(seq 200); do
        grep -q event=intake.listening "$FOLDER/intake.log" && break
        sleep 0.05
    done
    "$TOOL" port "$(sed -n 's/.*event=intake.listening.* port=\([0-9]*\).*/\1/p' "$FOLDER/intake.log")"
    "$TOOL" enqueue 3
    "$TOOL" codes >"$FOLDER/codes"
    qr 0
    says '3 records are new'
    "$BUILD/kiosk-sync" --once 2>"$FOLDER/sync.log" || fail "the code first"
    "$TOOL" enqueue 3
    "$TOOL" codes >"$FOLDER/codes"
    "$BUILD/kiosk-sync" --once 2>"$FOLDER/sync.log" || fail "the line first"
    qr 0
    says '0 records are new, 3 were there already'
    queued 0
    "$TOOL" check 11 || fail "by code and line"
    kill "$INTAKE" && wait "$INTAKE"
    INTAKE=''

    # 3. parts: the last first, one doubled, one missing, then all
    "$TOOL" enqueue 1 2000
    "$TOOL" codes >"$FOLDER/all"
    count=$(wc -l <"$FOLDER/all")
    [ "$count" -ge 2 ] || fail "a long one has $count parts"
    tac "$FOLDER/all" | sed '$d' >"$FOLDER/codes"
    head -n 1 "$FOLDER/codes" >>"$FOLDER/codes"
    qr 1
    says 'this part was read before'
    says '0 records are new, 0 were there already.'
    complains "part 1 of $count is missing"
    tac "$FOLDER/all" >"$FOLDER/codes"
    qr 0
    says '1 records are new'
    tr -d '\n' <"$FOLDER/all" >"$FOLDER/codes"
    qr 0
    says '0 records are new, 1 were there already.'

    # 4. garbled, cut, another code; the good one beside them goes in
    "$TOOL" enqueue 1
    "$TOOL" codes | tail -n 1 >"$FOLDER/one"
    {
        sed 's/\(.\{900\}\)./\1/' "$FOLDER/one"
        cut -c 1-500 "$FOLDER/one"
        echo 'MADOGUCHI;12345678;300'
        cat "$FOLDER/one"
    } >"$FOLDER/codes"
    qr 1
    says '1 records are new'
    [ "$(grep -c 'not read whole' "$FOLDER/err")" = 3 ] || fail "three are no codes"
    ctl usb export "$STICK"
    ctl usb import "$STICK"
    ctl usb receipts "$STICK"
    "$TOOL" check 13 || fail "after parts"

    # 5. a terminal whose certificate lies in no folder here is known from its records; before any, it is told
    "$TOOL" enqueue 1
    "$TOOL" codes >"$FOLDER/codes"
    echo "kiosk-certs = $FOLDER" >>"$KIOSK_HOME/madoguchi.conf"
    qr 0
    says '1 records are new'
    sed "s#^ledger = .*#ledger = $FOLDER/$ON.db#" "$KIOSK_HOME/madoguchi.conf" >"$FOLDER/conf"
    cp "$FOLDER/conf" "$KIOSK_HOME/madoguchi.conf"
    qr 1
    complains "certificate of this terminal is not known here: lay its keys/kiosk.crt .* into $FOLDER"
    cp "$KIOSK_HOME/keys/kiosk.crt" "$FOLDER/kiosk-001.crt"
    qr 0
    says '1 records are new'
    rm "$FOLDER/kiosk-001.crt"

    # 6. another city's: of its terminal with the same name nothing is taken
    rm -rf "$KIOSK_HOME/keys"
    "$TOOL" init || fail "no second set-up"
    qr 1
    says '0 records are new, 0 were there already.'
}

ON=SQLite
unset LEDGER_AT
for wrong in "qr" "qr export" "qr import a b"; do
    # shellcheck disable=SC2086 # arguments are words
    KIOSK_HOME=$FOLDER "$BUILD/kioskctl" $wrong >"$FOLDER/out" 2>"$FOLDER/err"
    [ $? = 2 ] || fail "\"$wrong\" is no use of it"
done
every_way
ON=PostgreSQL
cluster_make one
cluster_start one || fail "no server"
LEDGER_AT=$(cluster_uri one)
export LEDGER_AT
every_way
