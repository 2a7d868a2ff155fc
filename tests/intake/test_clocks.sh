#!/bin/bash
# Mad clocks: terminal, kiosk-sync and kiosk-intake, each a day and eleven years before and after the others, and a clock that
# jumps while kiosk-sync runs. No record is lost or refused because of a date: what TLS does not let through waits.
# timeout: 60
# waits
set -u
TOP=${TOP:-$(cd "$(dirname "$0")/../.." && pwd)}
BUILD=${BUILD:-$TOP/build}
case $BUILD in /*) ;; *) BUILD=$TOP/$BUILD ;; esac
TOOL=$BUILD/asan/tests/intake/tool_line
export ASAN_OPTIONS=detect_leaks=0:verify_asan_link_order=0
export FAKETIME_DONT_FAKE_MONOTONIC=1 # a kernel's does not jump
export FAKETIME_FORCE_MONOTONIC_FIX=1 # else waits by that clock end at once
FOLDER=$(mktemp -d "${TMPDIR:-/tmp}/clocks-XXXXXX")
export KIOSK_HOME=$FOLDER/home
INTAKE='' SYNC=''

end() {
    for pid in $INTAKE $SYNC; do
        kill -9 "$pid" 2>/dev/null
    done
    rm -rf "$FOLDER"
}
trap end EXIT
trap 'exit 130' INT TERM

fail() {
    echo "test_clocks: $*"
    tail -n 20 "$FOLDER"/*.log 2>/dev/null
    exit 1
}
within() { # TENTHS COMMAND...
    tries=$1
    shift
    for _ in $(seq "$tries"); do
        "$@" && return 0
        sleep 0.1
    done
    return 1
}
at() { # CLOCK COMMAND...: the program sees this clock
    seen=$1
    shift
    [ "$seen" = 0 ] || set -- faketime -f "$seen" "$@"
    "$@"
}
intake_at() { # CLOCK: an intake, in place of the one before; the port stays the terminal's
    [ -z "$INTAKE" ] || { kill "$INTAKE" && wait "$INTAKE"; } 2>/dev/null
    : >"$FOLDER/intake.log"
    # exec, so that the number is that of the program
    if [ "$1" = 0 ]; then
        "$BUILD/kiosk-intake" 2>"$FOLDER/intake.log" &
    else
        FAKETIME=$1 LD_PRELOAD=$LIBRARY "$BUILD/kiosk-intake" 2>"$FOLDER/intake.log" &
    fi
    INTAKE=$!
    within 200 grep -qs 'event=intake.listening' "$FOLDER/intake.log"
}
queued() { "$TOOL" queued; }
enqueue() { # CLOCK COUNT
    at "$1" "$TOOL" enqueue "$2" || fail "can't enqueue at $1"
    all=$((all + $2))
}
once() { # CLOCK: what waits is tried once; 0 all went, 3 some wait
    at "$1" "$BUILD/kiosk-sync" --once 2>>"$FOLDER/sync.log"
    status=$?
    [ $status = 0 ] || [ $status = 3 ] || fail "kiosk-sync at $1: $status"
    return $status
}

# shellcheck disable=SC2016 # the inner shell's
LIBRARY=$(faketime -f +0 sh -c 'echo "$LD_PRELOAD"')
mkdir -p "$KIOSK_HOME"
"$TOOL" init && "$TOOL" port 0 || fail "no set-up"
intake_at 0 || fail "intake does not listen"
"$TOOL" port "$(sed -n 's/.*event=intake.listening port=\([0-9]*\) .*/\1/p' "$FOLDER/intake.log")"
all=0
for clock in -4015d -1d +1d +4015d; do # before and after the certificates, which hold ten years
    # the terminal's: the date of a record is its own matter
    enqueue "$clock" 2
    once 0 || fail "a terminal at $clock: its records wait"
    # kiosk-sync's: TLS may refuse, and sets nothing aside; right again, it sends at once
    enqueue 0 2
    once "$clock" || within 1 once 0 || fail "kiosk-sync at $clock: its records wait"
    # the intake's
    enqueue 0 2
    intake_at "$clock" || fail "intake at $clock does not listen"
    once 0
    intake_at 0 || fail "intake does not listen again"
    once 0 || fail "an intake at $clock: records wait"
done
at -4015d "$BUILD/kioskctl" status >"$FOLDER/status"
grep -q '^cert. TLS    from .*: not yet, by this clock' "$FOLDER/status" || fail "a clock before the certificates is not explained"
at +4015d "$BUILD/kioskctl" status >"$FOLDER/status"
grep -q '^cert. TLS    until .*: it ended, by this clock' "$FOLDER/status" || fail "a clock behind the certificates is not explained"

# jumps, while it runs
jump() { # CLOCK
    printf '%s\n' "$1" >"$FOLDER/clock.new" && mv "$FOLDER/clock.new" "$FOLDER/clock"
}
is_empty() { [ "$(queued)" = 0 ]; }
jump +0
FAKETIME_TIMESTAMP_FILE=$FOLDER/clock FAKETIME_NO_CACHE=1 LD_PRELOAD=$LIBRARY "$BUILD/kiosk-sync" 2>"$FOLDER/running.log" &
SYNC=$!
for clock in +0 +300d +1d -1d -0; do
    jump "$clock"
    enqueue 0 2
    # at -1d, before the certificates, TLS refuses, and the line rests for a quarter of an hour
    case $clock in
    +0 | +1d | +300d) within 150 is_empty || fail "after a jump to $clock records wait" ;;
    esac
done
kill $SYNC && wait $SYNC
SYNC=''
once 0 || fail "after the jumps records wait"
"$TOOL" check $all || fail "a promise of the line is broken"
! grep -q 'event=sync.quarantine' "$FOLDER"/*.log || fail "a record was set aside"

# The city's key. A terminal whose list did not come seals on with a key past its end, and is named; one mad clock alone, the
# city's or the terminal's, hides nothing.
[ -z "$INTAKE" ] || { kill "$INTAKE" && wait "$INTAKE"; } 2>/dev/null
INTAKE=''
export KIOSK_HOME=$FOLDER/keys
day() { date -d "$1 days" +%F; }
next() { # CLOCK FROM UNTIL
    at "$1" "$BUILD/kioskctl" keys next "$(day "$2")" "$(day "$3")" >"$FOLDER/keys.log" 2>&1 || fail "no list: $(cat "$FOLDER/keys.log")"
}
says() { # CLOCK OF THE TERMINAL, CLOCK OF THE CITY, NEEDS: after kiosk-sync reported
    rm -f "$KIOSK_HOME"/queue.db* # as after a start: the word goes along at once
    at 0 "$TOOL" enqueue 1 || fail "can't enqueue"
    at "$1" "$BUILD/kiosk-sync" --once 2>>"$FOLDER/sync.log" || fail "kiosk-sync at $1: its record waits"
    at "$2" "$BUILD/kioskctl" fleet --json >"$FOLDER/fleet"
    needs=$(python3 -c 'import json, sys; print(", ".join(json.load(open(sys.argv[1]))["kiosks"][0]["needs"]))' "$FOLDER/fleet")
    [ "$needs" = "$3" ] || fail "terminal at $1, city at $2: \"$needs\", not \"$3\""
}
mkdir "$KIOSK_HOME"
at -400d "$TOOL" init && "$TOOL" port 0 || fail "no older set-up"
next -390d -390 -100
cp "$KIOSK_HOME/keyring.der" "$FOLDER/older.der"
next -110d -110 600
cp "$KIOSK_HOME/keyring.der" "$FOLDER/newer.der"
cp "$FOLDER/older.der" "$KIOSK_HOME/keyring.der"
intake_at 0 || fail "intake does not listen with older keys"
"$TOOL" port "$(sed -n 's/.*event=intake.listening port=\([0-9]*\) .*/\1/p' "$FOLDER/intake.log")"
says 0 0 "city key"
says 0 -200d "city key" # the city's clock would not see it
grep -q "^madoguchi_sync_city_key_end_timestamp_seconds $(date -d "$(day -100)T00:00:00+09:00" +%s)$" "$KIOSK_HOME/sync.prom" || fail "the terminal does not say when its key ended"
"$BUILD/kioskctl" keys take "$FOLDER/newer.der" >/dev/null || fail "the newer list is not taken"
says 0 0 ""
says -200d 0 "clock, city key" # by its own clock the terminal seals with the older key
says 0 +700d "silent, city key"
says 0 0 ""
