#!/bin/sh
# timeout: 120
# waits
# The terminal signs the chain of what happened to its queue; `kioskctl audit verify` finds what was changed,
# and by a point that somebody else kept also a queue that was rolled back, and another terminal's point.
. "$(dirname "$0")/env.sh"
alone "$0" "$@"
"$BUILD/kioskctl" init >/dev/null || fail init
queue=$KIOSK_HOME/queue.db
city

apply() {
    cat >"$WORK/apply.play" <<STEPS
start resident-record
tap next
tap no-card
complete 4
expect screen accepted
STEPS
    play "$WORK/apply.play"
}
look() { # the terminal's own moment to sign
    echo 'sleep 700' >"$WORK/look.play"
    play "$WORK/look.play"
}
verify() { "$BUILD/kioskctl" audit verify "$@" >"$WORK/verified" 2>&1; }
newest() { sqlite3 "$queue" "SELECT writefile('$1', bytes) FROM point ORDER BY size DESC LIMIT 1" >/dev/null; }
all_sent() { "$BUILD/kioskctl" status | grep -q "^sent  *$1\$"; }

apply
within 200 all_sent 1 || fail "$("$BUILD/kioskctl" status)"
look
verify || fail "$(cat "$WORK/verified")"
grep -q ': 2 events, signed up to 2: whole' "$WORK/verified" || fail "$(cat "$WORK/verified")"
newest "$WORK/first.point"
cp "$queue" "$WORK/earlier.db"
openssl cms -verify -binary -inform DER -in "$WORK/first.point" -CAfile "$KIOSK_HOME/keys/kiosk-ca.crt" \
    -purpose any -out "$WORK/first.txt" 2>/dev/null || fail "openssl refuses the point"
[ "$(sed -n 2p "$WORK/first.txt")" = 2 ] || fail "the point says: $(cat "$WORK/first.txt")"

apply
within 200 all_sent 2 || fail "$("$BUILD/kioskctl" status)"
look
newest "$WORK/second.point"
verify "$WORK/first.point" "$WORK/second.point" || fail "$(cat "$WORK/verified")"
grep -q ': 4 events, signed up to 4: whole' "$WORK/verified" || fail "$(cat "$WORK/verified")"

cp "$queue" "$WORK/good.db"
refused() { # WHAT FILE...
    what=$1
    shift
    verify "$@" && fail "$what was not found: $(cat "$WORK/verified")"
    cp "$WORK/good.db" "$queue"
}
sqlite3 "$queue" 'UPDATE audit SET at = at - 60 WHERE number = 2'
refused "a changed event"
sqlite3 "$queue" 'DELETE FROM audit WHERE number = 4'
refused "a dropped event"
sqlite3 "$queue" 'UPDATE point SET bytes = CAST(substr(bytes, 1, 900) || zeroblob(1) || substr(bytes, 902) AS BLOB)'
refused "a changed point"
cp "$WORK/earlier.db" "$queue"
verify || fail "an earlier queue is whole in itself: $(cat "$WORK/verified")"
refused "a queue rolled back" "$WORK/second.point"
KIOSK_HOME=$WORK/other "$BUILD/kioskctl" init >/dev/null || fail init
cp "$KIOSK_HOME/keys/kiosk-ca.crt" "$WORK/mine.crt"
cp "$WORK/other/keys/kiosk-ca.crt" "$KIOSK_HOME/keys/kiosk-ca.crt"
refused "another terminal's point" "$WORK/second.point"
cp "$WORK/mine.crt" "$KIOSK_HOME/keys/kiosk-ca.crt"
verify "$WORK/second.point" || fail "$(cat "$WORK/verified")"
