#!/bin/sh
# timeout: 120
# waits
# What people come to read: phrases said in Japanese, pages, waste, search, maps, and the city's notices as of their day.
. "$(dirname "$0")/env.sh"
alone "$0" "$@"
"$BUILD/kioskctl" init >/dev/null || fail init
echo "speech = list" >>"$KIOSK_HOME/madoguchi.conf"
play "$TOP/tests/app/plays/read.play"
# read aloud is off, yet the phrase is said, in Japanese, once
grep -c '"why": "phrase".*"language": "ja", "text": "胸が痛いです。"' "$WORK/heard.json" | grep -qx 1 ||
    fail "the phrase was not said: $(cat "$WORK/heard.json")"

# notices: those of today in the visitor's language, else in Japanese, with the moment at which the city knew them
day() { # DAYS: that many days from now, in Japan
    TZ=Asia/Tokyo date -d "$1 days" +%Y-%m-%d
}
mkdir -p "$KIOSK_HOME/live"
{
    printf '# as-of %sT08:00:00+09:00\n# form rows\n' "$(day 0)"
    printf '%s\t%s\tja\t見本のお知らせ\t今日だけです。\n' "$(day 0)" "$(day 0)"
    printf '%s\t%s\ten\tA sample notice\tToday only.\n' "$(day 0)" "$(day 0)"
    printf '%s\t%s\tja\t終わったお知らせ\t昨日まででした。\n' "$(day -9)" "$(day -1)"
    printf '%s\t%s\tja\tこれからのお知らせ\t明日からです。\n' "$(day 1)" "$(day 9)"
} >"$KIOSK_HOME/live/notices.tsv"
cat >"$WORK/notices.play" <<'PLAY'
language ja
open notices:
expect text "見本のお知らせ"
expect text "今日だけです。"
expect text "8:00"
expect no-text "終わったお知らせ"
expect no-text "これからのお知らせ"
language en
expect text "A sample notice"
expect no-text "見本のお知らせ"
language ko
expect text "見本のお知らせ"
PLAY
play "$WORK/notices.play"

# a heading is never the last thing on a page of the column
{
    echo "language my"
    look 3 1
    for page in child-allowance shelters; do
        echo "open page:$page"
        for i in 1 2 3 4 5; do
            echo "dump $WORK/foot-$page-$i.json"
            echo "tap page:next"
        done
    done
} >"$WORK/foot.play"
play "$WORK/foot.play"
feet=0
for dump in "$WORK"/foot-*.json; do
    words=$(grep -E '"role": "(title|text|door)", ("id": "link[^"]*", )?"rect": \[(240|360),' "$dump") || fail "nothing on $dump"
    case $(echo "$words" | tail -n 1) in
    *'"role": "title"'*'"size": "value"'*) fail "a heading alone at the foot: $(echo "$words" | tail -n 1)" ;;
    esac
    feet=$((feet + $(echo "$words" | grep -c '"role": "title".*"size": "value"')))
done
[ "$feet" -ge 3 ] || fail "there are no headings to look at"
exit 0
