#!/bin/bash
# The drill: three lists of keys come to a terminal whose queue is full of records of all of them; then the
# line drains, and the desk reads every one. Real programs; the records are those of tool_line.
set -u
. "$(dirname "$0")/line.sh"
EACH=${EACH:-10}
# How many records the desk reads, and how many it can't; then it must end with 1.
read_as() {
    "$BUILD/kiosk-desk" --export json >"$FOLDER/out" 2>"$FOLDER/desk.log"
    local ended=$? unread
    unread=$(grep -c '"state":"unread"' "$FOLDER/out")
    [ "$(wc -l <"$FOLDER/out") $unread" = "$2 $3" ] ||
        fail "$1: $(wc -l <"$FOLDER/out") records, $unread of them not read; should be $2, $3"
    [ $ended -eq $(($3 > 0)) ] || fail "$1: the desk ended with $ended"
}
next() {
    "$BUILD/kioskctl" keys next "$@" >"$FOLDER/keys.log" 2>&1 || fail "keys next $*: $(cat "$FOLDER/keys.log")"
}

"$TOOL" enqueue "$EACH" || fail "n"
next
one=$(ls "$keys"/city/*.key)
"$TOOL" enqueue "$EACH" || fail "n + 1"
next
"$TOOL" enqueue "$EACH" || fail "n + 2"
next "$(date -d '+3 days' +%F)" # one that has not begun changes nothing yet
"$TOOL" enqueue "$EACH" || fail "before n + 3"
[ "$("$TOOL" queued)" -eq $((4 * EACH)) ] || fail "not all wait"

start_intake || fail "no intake"
"$BUILD/kiosk-sync" --once 2>"$FOLDER/sync.log" || fail "the queue does not drain"
"$TOOL" check $((4 * EACH)) || fail "the line"
touch "$KIOSK_HOME/staff"
read_as "with all keys" $((4 * EACH)) 0

# The control: each key opens its own. Without that of n + 1, exactly its records stay closed.
mkdir "$FOLDER/away"
mv "$one" "$FOLDER/away/"
read_as "without one key" $((4 * EACH)) "$EACH"
mv "$keys/city" "$FOLDER/away/"
read_as "with the first key alone" $((4 * EACH)) $((3 * EACH))
# The office's keys are gone: the recovery key reads everything.
rm "$keys/city.key"
printf 'city-cert = keys/recovery.crt\ncity-key = keys/recovery.key\n' >>"$KIOSK_HOME/madoguchi.conf"
read_as "with the recovery key" $((4 * EACH)) 0
exit 0
