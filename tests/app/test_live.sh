#!/bin/sh
# timeout: 120
# waits
# What came with the last sync, on the pages: free times with their date, nothing past or full to choose, a request that is not
# yet booked; answers and balances by number; a terminal to which nothing came.
. "$(dirname "$0")/env.sh"
alone "$0" "$@"
"$BUILD/kioskctl" init >/dev/null || fail init
live=$KIOSK_HOME/live
mkdir -p "$live"
day() { TZ=Asia/Tokyo date -d "$1" +%F; }
said() { TZ=Asia/Tokyo date -d "$1" '+%-m月%-d日'; }
centre=$(printf 'type みほん\ntap next\ntap choice:mihon\ntap next')
stamp="# as-of $(day today)T08:00:00+09:00"

# Nothing came: the page says so and leads to staff.
cat >"$WORK/nothing.play" <<EOS
language ja
start community-room
tap next
tap no-card
wait screen question
$centre
expect text "まだ届いていません"
tap call
wait screen call
EOS
play "$WORK/nothing.play"
printf 'language ja\nstart my-request\ntap next\ntype 99900021\ntap next\nwait screen lookup\nexpect text "まだ届いていません"\n' >"$WORK/no-answers.play"
play "$WORK/no-answers.play"

# Yesterday is not offered, what is full can't be chosen.
printf '%s\n# form slots\n' "$stamp" >"$live/community-rooms.tsv"
printf 'mihon-meeting\t%s\t09:00\t1\n' "$(day yesterday)" "$(day '+3 days')" >>"$live/community-rooms.tsv"
printf 'mihon-meeting\t%s\t13:00\t0\n' "$(day '+3 days')" >>"$live/community-rooms.tsv"
printf 'mihon-tatami\t%s\t13:00\t2\n' "$(day '+4 days')" >>"$live/community-rooms.tsv"
{
    printf 'language ja\nstart community-room\ntap next\ntap no-card\nwait screen question\n%s\nexpect text "%s"\n' "$centre" "$(said today)"
    printf 'expect text "時点です"\ntap place:mihon-meeting\nexpect no-text "%s"\nexpect text "%s"\n' "$(said yesterday)" "$(said '+3 days')"
    printf 'tap day:%s\nexpect text "空きなし"\ntap time:09:00\n' "$(day '+3 days')"
    printf 'tap back\ntap back\ntap place:mihon-tatami\ntap day:%s\ntap time:13:00\ntap next\n' "$(day '+4 days')"
    printf 'expect fact community-room.slot "mihon-tatami/%s/13:00"\ncomplete 2\nwait screen accepted\nexpect text "まだ予約は決まっていません"\n' "$(day '+4 days')"
} >"$WORK/book.play"
play "$WORK/book.play"
{
    printf 'language ja\nstart community-room\ntap next\ntap no-card\nwait screen question\n%s\ntap place:mihon-meeting\ntap day:%s\n' "$centre" "$(day '+3 days')"
    printf 'tap time:13:00\n'
} >"$WORK/full.play"
(cd "$WORK" && "$BUILD/kiosk" --play full.play 2>"$WORK/play.err") && fail "a full time was chosen"
grep -q "can't be used yet" "$WORK/play.err" || fail "the full time is not there: $(cat "$WORK/play.err")"

# The answer to a request: booked, somebody else was first, not there yet, a slip of one digit; and a balance.
printf '%s\n# form answers\n99900021\tbooked\tmihon-tatami/%s/13:00\n99900037\ttaken\tmihon-tatami/%s/13:00\n99900045\tpapers\n99900059\tback\n' \
    "$stamp" "$(day '+4 days')" "$(day '+4 days')" >"$live/answers.tsv"
printf '%s\n# form balances\n10010001\t120\n' "$stamp" >"$live/points.tsv"
ask() { # NUMBER WORDS
    printf 'language ja\nstart my-request\ntap next\ntype %s\ntap next\nwait screen lookup\nexpect text "%s"\n' "$1" "$2"
}
{
    ask 99900021 予約できました
    printf 'expect text "見本交流センター　和室"\nexpect text "%s"\nexpect text "時点です"\n' "$(said '+4 days')"
} >"$WORK/booked.play"
{
    ask 99900037 先に申し込んでいました
    printf 'tap other\nwait screen home\n'
} >"$WORK/taken.play"
{ # with the number that the visitor is asked to tell
    ask 99900045 書類がいります
    printf 'expect text "9990 0045"\n'
} >"$WORK/papers.play"
ask 99900059 もう一度、窓口で話を >"$WORK/back.play"
ask 99900013 まだ届いていません >"$WORK/absent.play"
ask 99900023 もう一度見てください >"$WORK/slip.play"
cat >"$WORK/points.play" <<'EOS'
language ja
start points-balance
tap next
type 10010001
tap next
wait screen lookup
expect text "120ポイント"
expect text "時点です"
tap service:points-exchange
wait screen explain
tap next
expect no-text "カードの番号を入れて"
EOS
for name in booked taken papers back absent slip points; do
    play "$WORK/$name.play"
done
exit 0
