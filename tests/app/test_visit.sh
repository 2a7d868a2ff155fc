#!/bin/sh
# timeout: 60
# waits
# The whole line: a card, a visit, a sealed record in the queue, at the city, at the desk.
. "$(dirname "$0")/env.sh"
alone "$0" "$@"
"$BUILD/kioskctl" init >/dev/null || fail init
reader
"$BUILD/kioskctl" card insert hanako >/dev/null || fail "card insert"
city
play "$TOP/tests/app/plays/hanako.play"
exported 1 >"$WORK/export.json"
grep -q '"applicant.name":"日立　花子"' "$WORK/export.json" || fail "the desk does not show the name"
grep -q '"procedure":"resident-record"' "$WORK/export.json" || fail "the desk does not show the procedure"
grep -q '"state":"new"' "$WORK/export.json" || fail "the record is not new"
[ "$(wc -l <"$WORK/export.json")" -eq 1 ] || fail "more than one record"
# nothing of the visitor in the clear on the disk, nor in a log
if grep -rlaE '花子|助川町|1941-03-05' "$KIOSK_HOME" "$WORK"/*.log "$WORK/play.err"; then
    fail "found in the clear"
fi
# the watched file was never touched
if find "$KIOSK_HOME/virtual-card" -name watch 2>/dev/null | grep -q .; then
    fail "somebody asked for the My Number file"
fi
