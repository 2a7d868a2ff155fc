#!/bin/sh
# timeout: 120
# waits
# A double booking, from both visitors' requests to what each hears: two ask for one slot, staff decide at the desk, the desk's answers
# go down as a signed bundle, by the intake and kiosk-sync, and both ask with their numbers. Beside them somebody whose request is no booking is told that it is done.
. "$(dirname "$0")/env.sh"
alone "$0" "$@"
"$BUILD/kioskctl" init >/dev/null || fail init
live=$KIOSK_HOME/live
mkdir -p "$live"
day() { TZ=Asia/Tokyo date -d "$1" +%F; }
slot=mihon-meeting/$(day '+4 days')/13:00
printf '# as-of %sT08:00:00+09:00\n# form slots\nmihon-meeting\t%s\t13:00\t1\n' "$(day yesterday)" "$(day '+4 days')" \
    >"$live/community-rooms.tsv"
echo 'bundle-look-s = 1' >>"$KIOSK_HOME/madoguchi.conf"
city

# Both see one place that is free, and both ask for it; the terminals know nothing of each other.
cat >"$WORK/ask.play" <<EOS
language ja
start community-room
tap next
tap no-card
wait screen question
type みほん
tap next
tap choice:mihon
tap next
tap day:$(day '+4 days')
tap time:13:00
tap next
expect fact community-room.slot "$slot"
complete 2
wait screen accepted
expect text "まだ予約は決まっていません"
EOS
play "$WORK/ask.play"
play "$WORK/ask.play"
printf 'language ja\nstart points-exchange\ntap next\nwait screen question\ncomplete 3\nwait screen accepted\n' >"$WORK/points.play"
play "$WORK/points.play"
exported 3 >"$WORK/all.json"
number() { sed -n 's/^{"number":"\([0-9]*\)".*/\1/p' "$WORK/all.json" | sed -n "$1p"; }
first=$(number 1) second=$(number 2) points=$(number 3)
[ "$(grep -cF "$slot" "$WORK/all.json")" -eq 2 ] || fail "the desk has not both requests"

# The staff's browser: curl with its cookies, forms as the page has them.
start desk "$BUILD/kiosk-desk"
desk=http://127.0.0.1:$(sed -n 's/^desk-port *= *//p' "$KIOSK_HOME/madoguchi.conf" | grep . || echo 8480)
browse() { curl -s -b "$WORK/cookies" -c "$WORK/cookies" "$@"; }
within 50 curl -s -o /dev/null "$desk/login" || fail "no desk at $desk"
hidden() { sed -n "s/.*name=\"$1\" value=\"\([^\"]*\)\".*/\1/p" "$WORK/page" | head -n 1; }
browse "$desk/login" >"$WORK/page"
browse -o /dev/null --data-urlencode "token=$(hidden token)" -d name=staff \
    --data-urlencode "password=$(cat "$KIOSK_HOME/first-password.txt")" "$desk/login"
browse "$desk/" >"$WORK/page"
grep -q 'id="who"' "$WORK/page" || fail "the staff can't log in"
opened() { # NUMBER: the record's page, and its address in $record
    record=$(browse -o /dev/null -w '%{redirect_url}' -d "token=$(hidden token)" -d show=all -d "number=$1" "$desk/search")
    record=${record%%\?*}
    browse "$record?show=all" >"$WORK/page"
    grep -q "id=\"record-number\" data-value=\"$1\"" "$WORK/page" || fail "the desk does not open $1"
}
press() { # ACT: the code that comes back; the page in $WORK/answer
    browse -o "$WORK/answer" -w '%{http_code}' -d "token=$(hidden token)" -d show=all -d before=0 --data-urlencode "slot=$slot" \
        -d "seen=$(hidden seen)" "$record/$1"
}
opened "$second"
grep -q 'id="wishes-1" data-count="2"' "$WORK/page" || fail "the double booking is not shown"
opened "$first"
[ "$(press booked)" = 303 ] || fail "the first is not booked"
opened "$second"
[ "$(press booked)" = 200 ] || fail "the second is booked without a word"
grep -q 'id="booked-anyway-1"' "$WORK/answer" || fail "no warning that the slot is full"
[ "$(press taken)" = 303 ] || fail "the second is not told"
opened "$points"
grep -q 'id="booking"' "$WORK/page" && fail "points are no booking"
[ "$(press "done")" = 303 ] || fail "the third is not done"

# What the desk knows goes to the terminals whole; both ask with their numbers.
taken=$KIOSK_HOME/bundles/answers/now/answers.tsv
[ ! -e "$taken" ] || fail "answers came down before there were any"
"$BUILD/kiosk-desk" --export answers >"$WORK/answers.tsv" || fail "export"
"$BUILD/kioskctl" bundle make answers "$WORK/answers.tsv" >/dev/null || fail "no bundle of the answers"
within 100 cmp -s "$WORK/answers.tsv" "$taken" || fail "the answers do not come down"
"$BUILD/kioskctl" status >"$WORK/status"
grep -q '^answers      bundle 1, made 20' "$WORK/status" || fail "kioskctl status does not tell the bundle"
heard_by() { # NUMBER WORDS...
    printf 'language ja\nstart my-request\ntap next\ntype %s\ntap next\nwait screen lookup\n' "$1" >"$WORK/hear.play"
    shift
    printf 'expect text "%s"\n' "$@" >>"$WORK/hear.play"
    play "$WORK/hear.play"
}
heard_by "$first" 予約できました "見本交流センター　会議室" 13:00
heard_by "$second" 先に申し込んでいました "見本交流センター　会議室" もう一度選べます
heard_by "$points" 手続きが終わりました

# The next answers reach a terminal that runs: it looks between two visits.
sed "s/^\($first\t\)booked/\1taken/" "$WORK/answers.tsv" >"$WORK/changed.tsv"
cmp -s "$WORK/answers.tsv" "$WORK/changed.tsv" && fail "nothing changed"
cat >"$WORK/running.play" <<EOS
language ja
start my-request
tap next
type $first
tap next
wait screen lookup
expect text "予約できました"
shot gate.png
expect text "予約できました"
tap finish
wait screen attract 3
language ja
start my-request
tap next
type $first
tap next
wait screen lookup
expect text "先に申し込んでいました"
EOS
mkfifo "$WORK/gate.png" # the terminal stands at it until the bundle is there
start running sh -c "cd '$WORK' && exec '$BUILD/kiosk' --play '$WORK/running.play'"
playing=$!
"$BUILD/kioskctl" bundle make answers "$WORK/changed.tsv" >/dev/null || fail "no second bundle"
within 100 cmp -s "$WORK/changed.tsv" "$taken" || fail "the second does not come down"
timeout 60 cat "$WORK/gate.png" >/dev/null || fail "the running terminal shows nothing"
wait "$playing" || fail "a running terminal does not tell the newer answer to the next visitor alone"
exit 0
