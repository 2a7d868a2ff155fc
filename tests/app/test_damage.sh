#!/bin/sh
# timeout: 120
# waits
# A queue that is damaged between two visits, while kiosk-sync has it open: the terminal mends it after its
# start, without the next visitor waiting for it before they submit, and every accepted record reaches the city once.
. "$(dirname "$0")/env.sh"
alone "$0" "$@"
"$BUILD/kioskctl" init >/dev/null || fail init
queue=$KIOSK_HOME/queue.db
start sync "$BUILD/kiosk-sync" # nobody answers yet

apply() {
    cat >"$WORK/apply-$1.play" <<STEPS
start resident-record
tap next
tap no-card
complete 4
expect screen accepted
STEPS
    play "$WORK/apply-$1.play"
}
apply 1
apply 2
apply 3
[ ! -e "$queue.damaged-1" ] || fail "mended without a damage"
epoch() { "$BUILD/kioskctl" status | sed -n 's/.* of epoch //p'; }
before=$(epoch)
# the header and the tables: no program opens such a file
head -c 4096 /dev/zero | tr '\0' '\377' | dd of="$queue" conv=notrunc bs=4096 count=1 2>/dev/null
"$BUILD/kioskctl" status >/dev/null 2>&1 && fail "a damaged queue looks well"
# what proves the records comes late, so the mending takes until then
ca=$KIOSK_HOME/keys/kiosk-ca.crt
mv "$ca" "$WORK/ca.crt"
mkfifo "$ca" "$WORK/home.png"
cat >"$WORK/apply-4.play" <<'STEPS'
tap start
expect screen home
shot home.png
start resident-record
tap next
tap no-card
complete 4
wait screen accepted 60
STEPS
start terminal sh -c "cd '$WORK' && exec '$BUILD/kiosk' --no-card --play '$WORK/apply-4.play'"
terminal=$!
timeout 20 cat "$WORK/home.png" >/dev/null || {
    kill -9 "$terminal" # whoever waits for a pipe hears nothing else
    fail "the first screen waits for the queue"
}
[ ! -e "$queue.damaged-1" ] || fail "mended without a proof"
timeout 60 sh -c "cat '$WORK/ca.crt' >'$ca'" || fail "nobody mends"
mv "$WORK/ca.crt" "$ca"
wait "$terminal" || fail "the visitor's application is not taken: $(cat "$WORK/terminal.log")"
[ -s "$queue.damaged-1" ] || fail "the damaged file is gone"
[ "$(epoch)" != "$before" ] || fail "the new file has the old epoch"
"$BUILD/kioskctl" status >"$WORK/status" && fail "a damaged file beside the queue is no alarm"
grep -q '^waiting  *4,' "$WORK/status" || fail "not four waiting: $(cat "$WORK/status")"
grep -q '^damaged  *1 ' "$WORK/status" || fail "no word of the damaged file: $(cat "$WORK/status")"

start intake "$BUILD/kiosk-intake"
# the line may rest for some seconds after it had no answer
all_there() { [ "$("$BUILD/kiosk-desk" --export json 2>/dev/null | wc -l)" -ge 4 ]; }
within 400 all_there || fail "$("$BUILD/kioskctl" status)"
exported 4 >"$WORK/export.json"
[ "$(wc -l <"$WORK/export.json")" -eq 4 ] || fail "$(wc -l <"$WORK/export.json") records at the desk"
all_sent() { "$BUILD/kioskctl" status | grep -q '^sent  *4'; }
within 100 all_sent || fail "not four sent: $("$BUILD/kioskctl" status)"
