#!/bin/sh
# timeout: 120
# waits
# Nobody is hurried, and nobody's answers stay: the warning and the end, slow mode, a hand on the glass, a call.
. "$(dirname "$0")/env.sh"
alone "$0" "$@"
"$BUILD/kioskctl" init >/dev/null || fail init
reader
printf 'idle-warn-s = 1\nidle-end-s = 3\n' >>"$KIOSK_HOME/madoguchi.conf"
play "$TOP/tests/app/plays/idle.play"
play "$TOP/tests/app/plays/touching.play"
play "$TOP/tests/app/plays/slow.play"
printf 'call-s = 4\n' >>"$KIOSK_HOME/madoguchi.conf"
play "$TOP/tests/app/plays/call.play"
[ "$(grep -c 'event=call page=question$' "$WORK/play.err")" -eq 2 ] || fail "a call was not told with its page"

# slow: no digits of a countdown before its last 20 s; else they are told from the beginning
for slow in '' 'tap access:slow'; do
    printf 'tap start\ntap access\n%s\ntap access:practice\ntap next\nstart resident-record\ncomplete 3\nexpect screen accepted\ndump %s\n' \
        "${slow:-expect screen access}" "$WORK/accepted${slow:+-slow}.json" >"$WORK/pace.play"
    play "$WORK/pace.play"
done
grep -q '秒で消えます' "$WORK/accepted.json" || fail "the seconds are not told"
grep -q '秒で消えます' "$WORK/accepted-slow.json" && fail "seconds are counted for somebody who wants no hurry"

# nothing leads past the warning but its own buttons
for way in help language; do
    printf 'start resident-record\nwait screen still-there 4\ntap %s\n' "$way" >"$WORK/past.play"
    "$BUILD/kiosk" --play "$WORK/past.play" 2>/dev/null && fail "$way leads past the warning"
done
exit 0
