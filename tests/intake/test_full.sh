#!/bin/bash
# A terminal's disk is full, but for the room that is kept for a visit: what waits goes on leaving and is let go, kioskctl
# status and the city's fleet say what is the matter, and the room is there again afterwards. And a queue that is damaged. Real programs.
# waits
set -u
if [ -z "${FULL_ALONE:-}" ]; then
    FULL_ALONE=1 exec unshare -m --propagation private bash "$0" "$@"
fi
. "$(dirname "$0")/line.sh"
CITY=$KIOSK_HOME SYNC=''
finish() {
    [ -z "$SYNC" ] || { kill "$SYNC" && wait "$SYNC"; } 2>/dev/null
    umount -l "$FOLDER/disk"
    line_end
}
mkdir "$FOLDER/disk"
mount -t tmpfs -o size=12m tmpfs "$FOLDER/disk" || fail "no disk"
trap finish EXIT
start_intake || fail "no intake"
cp -a "$CITY/." "$FOLDER/disk/" # the ledger stays with the city
export KIOSK_HOME=$FOLDER/disk
echo 'queue-reserve-mb = 4' >>"$KIOSK_HOME/madoguchi.conf"
within() { # TENTHS OF A SECOND, COMMAND
    local tries=$1
    shift
    for _ in $(seq "$tries"); do
        "$@" && return 0
        sleep 0.1
    done
    return 1
}
status() { "$BUILD/kioskctl" status >"$FOLDER/status"; }
needs() { KIOSK_HOME=$CITY "$BUILD/kioskctl" fleet >"$FOLDER/fleet"; }

"$TOOL" enqueue 12 || fail "enqueue"
reserve=$KIOSK_HOME/queue.db.reserve
dd if=/dev/zero of="$reserve" bs=1M count=4 2>/dev/null
status || fail "all is well, and status says: $(cat "$FOLDER/status")"
grep -q '^room  *[0-9]* MB free, 4 MB more kept for a visit under way$' "$FOLDER/status" || fail "no word of the room: $(cat "$FOLDER/status")"
dd if=/dev/zero of="$KIOSK_HOME/fill" bs=4096 2>/dev/null
status && fail "a full disk is no alarm"
grep -q '^room .*THE DISK IS FULL' "$FOLDER/status" || fail "a full disk is not told: $(cat "$FOLDER/status")"

"$BUILD/kiosk-sync" 2>"$FOLDER/sync.log" &
SYNC=$!
is_empty() { [ "$("$TOOL" queued)" = 0 ]; }
within 100 is_empty || fail "what waits stays on a full disk"
[ "$(stat -c %s "$reserve")" = 4194304 ] || fail "the reserve is not there again"
[ "$(sqlite3 "$CITY/ledger.db" 'SELECT count(*) FROM entry')" = 12 ] || fail "not each record once at the city"
needs && fail "a full disk is no alarm for the city"
grep -q '^kiosk-001	.*	disk full$' "$FOLDER/fleet" || fail "the city does not hear of it: $(cat "$FOLDER/fleet")"
grep -q '^disk full: ' "$FOLDER/fleet" || fail "nobody is told what to do: $(cat "$FOLDER/fleet")"

# a refused row is put off there, too; and nothing but the reserve's room was used
stop() { kill "$1" && wait "$1"; }
stop "$INTAKE"
INTAKE=''
rm "$KIOSK_HOME/fill"
"$TOOL" enqueue 1 || fail "enqueue"
dd if=/dev/zero of="$KIOSK_HOME/fill" bs=4096 2>/dev/null
put_off() { [ "$(sqlite3 "$KIOSK_HOME/queue.db" 'SELECT tries > 0 FROM queue')" = 1 ]; }
within 100 put_off || fail "a row is not put off on a full disk"
! grep -q KERR_NO_SPACE <(grep sync.failed "$FOLDER/sync.log") || fail "kiosk-sync stumbles: $(tail -n 3 "$FOLDER/sync.log")"

# A damaged queue: kiosk-sync waits for the terminal, which mends it, and begins then; asked for one pass it ends.
[ -z "$SYNC" ] || { kill "$SYNC" && wait "$SYNC"; }
cp "$KIOSK_HOME/queue.db" "$FOLDER/whole.db"
printf XXXX | dd of="$KIOSK_HOME/queue.db" conv=notrunc 2>/dev/null
"$BUILD/kiosk-sync" --once 2>"$FOLDER/once.log" && fail "a pass over a damaged queue is well"
grep -q 'event=sync.bad-set-up.*KERR_STORE_CORRUPT' "$FOLDER/once.log" || fail "no word of the damage"
"$BUILD/kiosk-sync" 2>"$FOLDER/waits.log" &
SYNC=$!
within 50 grep -q event=sync.waits "$FOLDER/waits.log" || fail "it does not wait for the terminal"
kill "$SYNC" # also while it waits
wait "$SYNC"
"$BUILD/kiosk-sync" 2>"$FOLDER/waits.log" &
SYNC=$!
within 50 grep -q event=sync.waits "$FOLDER/waits.log" || fail "it does not wait again"
mv "$FOLDER/whole.db" "$KIOSK_HOME/queue.db"
within 50 grep -q event=sync.started "$FOLDER/waits.log" || fail "the mended queue is not taken"
