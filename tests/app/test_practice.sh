#!/bin/sh
# timeout: 60
# waits
# Practising never mixes with a visit: no record in the queue, no command to a card, whether it lay there before
# or comes meanwhile; afterwards a real visit finds the card as it always does.
. "$(dirname "$0")/env.sh"
alone "$0" "$@"
"$BUILD/kioskctl" init >/dev/null || fail init
reader
play "$TOP/tests/app/plays/practice.play"
grep -q 'event=practice.end apdus=0$' "$WORK/play.err" || fail "the end of practising was not told"

# a card lies there from the beginning
"$BUILD/kioskctl" card insert hanako >/dev/null || fail "card insert"
cat >"$WORK/lies.play" <<'STEPS'
wait card 5
tap start
tap access
tap access:practice
tap next
start resident-record
tap next
expect screen card
tap next
pin 1234
tap pin:ok
complete 2
expect screen accepted
tap finish
wait screen take-card 3
tap finish
wait screen attract 3
STEPS
play "$WORK/lies.play"
grep -q 'event=practice.end apdus=0$' "$WORK/play.err" || fail "the card that lay there was spoken to"
"$BUILD/kioskctl" card remove >/dev/null

# a card comes while somebody practises, and stays for the real visit after it
cat >"$WORK/comes.play" <<'STEPS'
tap start
tap access
tap access:practice
tap next
expect screen home
dump ready.json
start resident-record
tap next
sleep 3000
expect screen card
tap next
pin 1234
tap pin:ok
complete 2
expect screen accepted
tap finish
wait screen attract 3
start resident-record
read-card 1234
expect screen question
expect fact applicant.name "日立　花子"
STEPS
(cd "$WORK" && exec "$BUILD/kiosk" --play comes.play 2>play.err) &
pid=$!
for _ in $(seq 100); do
    [ -s "$WORK/ready.json" ] && break
    sleep 0.1
done
"$BUILD/kioskctl" card insert hanako >/dev/null || fail "card insert"
wait $pid || { cat "$WORK/play.err"; fail "a card that came while practising"; }
grep -q 'event=practice.end apdus=0$' "$WORK/play.err" || fail "the card that came was spoken to"

# no record was put into the queue, not even a number was used; a real visit then takes the first
"$BUILD/kioskctl" status >"$WORK/status"
grep -q '^waiting *0$' "$WORK/status" || { cat "$WORK/status"; fail "the queue is not empty"; }
grep -q '^next number *1 of' "$WORK/status" || { cat "$WORK/status"; fail "a number was used"; }
"$BUILD/kioskctl" card remove >/dev/null
printf 'start resident-record\ncomplete 3\nexpect screen accepted\n' >"$WORK/real.play"
play "$WORK/real.play"
"$BUILD/kioskctl" status >"$WORK/status"
grep -q "^waiting *1" "$WORK/status" || { cat "$WORK/status"; fail "the real visit is not in the queue"; }
