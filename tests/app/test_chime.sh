#!/bin/sh
# timeout: 60
# waits
# A card that is left chimes after 3 s and louder after 8 s; one that is taken does not. A call chimes once, also when
# the language is changed on its page.
. "$(dirname "$0")/env.sh"
alone "$0" "$@"
"$BUILD/kioskctl" init >/dev/null || fail init
printf 'speech = list\n' >>"$KIOSK_HOME/madoguchi.conf"
reader
"$BUILD/kioskctl" card insert hanako >/dev/null || fail "card insert"
chimes() { grep -c '"why": "chime"' "$WORK/$1"; }

cat >"$WORK/left.play" <<'STEPS'
wait card 5
tap start
tap finish
expect screen take-card
heard at-once.json
sleep 3500
heard once.json
sleep 5000
heard twice.json
sleep 2000
heard no-more.json
tap finish
tap start
tap help
tap call
tap language
tap language:en
expect screen call
heard called.json
STEPS
play "$WORK/left.play"
[ "$(chimes at-once.json)" -eq 0 ] || fail "a chime before anybody could take the card"
[ "$(chimes once.json)" -eq 1 ] || fail "no chime after 3 s"
grep '"why": "chime"' "$WORK/twice.json" | tail -n 1 | grep -q 'louder' || fail "no louder chime after 8 s"
[ "$(chimes no-more.json)" -eq 2 ] || fail "the chime does not end"
[ "$(chimes called.json)" -eq 3 ] || fail "a call does not chime once"
