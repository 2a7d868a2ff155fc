#!/bin/sh
# timeout: 60
# waits
# The staff's way in: the right digits open the staff's page, which ends the program; wrong ones do not, five wrong ones lock.
. "$(dirname "$0")/env.sh"
alone "$0" "$@"
"$BUILD/kioskctl" init >/dev/null || fail init
pin=$(cat "$KIOSK_HOME/first-staff-pin.txt")
wrong=$(printf '%06d' $(((1$pin + 1) % 1000000)))

digits() { echo "$1" | sed 's/./tap digit:&\n/g'; }
{
    printf 'tap start\ntap help\ntap staff\nexpect screen staff\n'
    for _ in 1 2 3 4 5; do
        digits "$wrong"
        echo 'tap next'
    done
    echo 'expect text "しばらく待ってから"'
    digits "$pin"
} >"$WORK/locked.play"
play "$WORK/locked.play"
grep -q 'event=staff.wrong count=5' "$WORK/play.err" || fail "five wrong PINs were not counted"
# locked: the main button waits, even with the right digits
echo 'tap next' >>"$WORK/locked.play"
if "$BUILD/kiosk" --play "$WORK/locked.play" 2>"$WORK/play.err"; then
    fail "the right PIN was taken while the page was locked"
fi
grep -q 'event=staff.in' "$WORK/play.err" && fail "the staff's page opened while locked"

{
    printf 'tap start\ntap help\ntap staff\n'
    digits "$pin"
    printf 'tap next\nwait screen staff-desk\ntap page:next\nexpect text "まだ読んでいない訳が"\ntap staff-end\n'
} >"$WORK/exit.play"
play "$WORK/exit.play"
grep -q 'event=staff.exit' "$WORK/play.err" || fail "the right PIN did not lead to the end of the kiosk"
grep -q "$pin" "$WORK/play.err" && fail "the PIN is in the log"
exit 0
