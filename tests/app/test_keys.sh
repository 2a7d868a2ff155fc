#!/bin/sh
# timeout: 180
# waits
# Whole visits by five keys alone and by two switches alone end in the same record as by finger: with a card and
# its PIN, and typed on the page's own keyboard without one.
. "$(dirname "$0")/env.sh"
alone "$0" "$@"
"$BUILD/kioskctl" init >/dev/null || fail init
reader
city

visit() { # HANDS PLAY
    { echo "hands $1"; cat "$TOP/tests/app/plays/$2.play"; } >"$WORK/$1.$2.play"
    play "$WORK/$1.$2.play"
}
for hands in finger keys switches; do
    "$BUILD/kioskctl" card insert hanako >/dev/null || fail "card insert"
    visit $hands hanako
    "$BUILD/kioskctl" card remove >/dev/null
    visit $hands by_hand
done
exported 6 >"$WORK/export.json"
[ "$(wc -l <"$WORK/export.json")" -eq 6 ] || fail "not six records"
# what they hold but for number, time and the like is the same three times over
sed 's/.*"facts"/"facts"/' "$WORK/export.json" | sort | uniq -c >"$WORK/kinds"
[ "$(wc -l <"$WORK/kinds")" -eq 2 ] && ! grep -qv '^ *3 ' "$WORK/kinds" || { cat "$WORK/kinds"; fail "the records differ"; }

# a number pad on the PIN page: its digits are neither shown nor told, Enter is the main act
"$BUILD/kioskctl" card insert hanako >/dev/null || fail "card insert"
cat >"$WORK/pad.play" <<'STEPS'
tap start
tap door:certificates
tap service:resident-record
tap next
wait screen pin 4
type 72
key delete
type 468
dump pad.json
key main
wait screen fault-pin-wrong 5
STEPS
"$BUILD/kioskctl" card reset hanako >/dev/null
MADOGUCHI_TRACE=1
export MADOGUCHI_TRACE
play "$WORK/pad.play"
unset MADOGUCHI_TRACE
"$BUILD/kioskctl" card remove >/dev/null
grep -q '"value": 4, "count": 4' "$WORK/pad.json" || fail "the digits of the pad do not arrive"
grep -qE '7468|72468|"text": "[0-9]*46' "$WORK/pad.json" "$WORK/play.err" && fail "the digits can be seen"
"$BUILD/kioskctl" card reset hanako >/dev/null

# the ring that moves by itself leaves time for two rounds and more, but is no sign of life
printf 'idle-warn-s = 1\nidle-end-s = 3\nswitches = auto\nscan-ms = 500\n' >>"$KIOSK_HOME/madoguchi.conf"
cat >"$WORK/left.play" <<'STEPS'
tap start
tap door:certificates
tap service:resident-record
switch 1
sleep 4000
expect screen explain
wait screen still-there 20
STEPS
play "$WORK/left.play"

# five keys and two switches never end a visit, nor begin one, by what they do not choose
cat >"$WORK/slips.play" <<'STEPS'
sleep 400
drag language:en start
expect screen attract
sleep 400
drag start language:en
expect screen attract
tap language:en
expect screen home
STEPS
play "$WORK/slips.play"
exit 0
