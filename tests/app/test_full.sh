#!/bin/sh
# timeout: 120
# waits
# A disk that fills up during a visit: the visit finishes by the room that was kept for it, then the
# terminal says before the first question that it only informs, and takes applications again by itself
# when there is room. The same for a file system that can't be written for a while.
. "$(dirname "$0")/env.sh"
alone "$0" "$@"
mkdir "$WORK/disk"
mount -t tmpfs -o size=16m tmpfs "$WORK/disk" || fail "no disk"
finish() {
    ended=$?
    umount -l "$WORK/disk"
    (exit "$ended") # which cleanup passes on
    cleanup
}
trap finish EXIT
export KIOSK_HOME="$WORK/disk/home"
"$BUILD/kioskctl" init >/dev/null || fail init
echo 'queue-reserve-mb = 4' >>"$KIOSK_HOME/madoguchi.conf"
reserve=$KIOSK_HOME/queue.db.reserve

fill() { dd if=/dev/zero of="$WORK/disk/fill" bs=4096 2>/dev/null; }
# on the machine's side of each play: waits for the pictures that the play makes
beside() {
    until [ -e "$WORK/begun.json" ]; do sleep 0.05; done
    [ "$(stat -c %s "$reserve")" -eq 4194304 ] || echo "no reserve" >>"$WORK/wrong"
    fill
    touch "$WORK/filled"
    until [ -e "$WORK/closed.json" ]; do sleep 0.05; done
    [ ! -e "$reserve" ] || echo "the reserve is still there" >>"$WORK/wrong"
    rm "$WORK/disk/fill"
}
cat >"$WORK/full.play" <<STEPS
sleep 500
start resident-record
tap next
tap no-card
expect screen question
dump $WORK/begun.json
sleep 1500
complete 4
expect screen accepted
tap finish
wait screen attract 5
start resident-record
expect screen fault-closed
shot $WORK/closed.png
tap other
expect screen home
tap door:town
expect screen door
dump $WORK/closed.json
sleep 7000
start resident-record
expect screen explain
tap next
tap no-card
complete 4
expect screen accepted
STEPS
start beside beside
play "$WORK/full.play"
[ ! -e "$WORK/wrong" ] || fail "$(cat "$WORK/wrong")"
[ -e "$WORK/filled" ] || fail "the disk was never full"
"$BUILD/kioskctl" status >"$WORK/status"
grep -q '^waiting  *2,' "$WORK/status" || fail "not two waiting: $(cat "$WORK/status")"
for event in queue.full queue.opened; do
    grep -q "$event" "$WORK/play.err" || fail "no $event in the log"
done
