#!/bin/sh
# timeout: 120
# waits
# Help is two touches away: in the largest letters of every language the ways to staff and to the page that makes
# everything easier stand on the first page of help; from every kind of page help leads there and back.
. "$(dirname "$0")/env.sh"
alone "$0" "$@"
"$BUILD/kioskctl" init >/dev/null || fail init
reader
mkdir "$WORK/dumps"
for po in "$TOP"/assets/po/*.po; do
    code=$(basename "$po" .po)
    {
        printf 'language %s\n' "$code"
        look 3 0
        printf 'start resident-record\ntap next\nwait screen card 3\ntap no-card\ntap help\n'
        printf 'dump %s\n' "$WORK/dumps/$code.json"
        printf 'key tap:call\nexpect screen call\ntap next\nexpect screen question\n'
        printf 'key tap:help\nexpect screen help\nkey tap:access\nexpect screen access\n'
    } >"$WORK/$code.play"
    play "$WORK/$code.play"
done
for id in call access; do
    far=$(grep -L "\"id\": \"$id\"" "$WORK"/dumps/*.json)
    [ -z "$far" ] || fail "$id is on a later page of help: $far"
done

# from every kind of page: two touches to staff, and back without a loss
reached() { printf 'key tap:help\nexpect screen help\nkey tap:call\nexpect screen call\ntap next\nexpect screen %s\n' "$1"; }
{
    echo 'tap start'; reached home
    echo 'start resident-record'; reached explain
    printf 'tap next\nwait screen card 3\n'; reached card
    printf 'tap no-card\ntype ひたち\n'; reached question
    echo 'expect text "ひたち"'
    for code in -100 -106 -300; do
        printf 'start resident-record\nfault %s\ndump fault%s.json\n' "$code" "$code"
        printf 'key tap:help\nexpect screen help\nkey tap:call\nexpect screen call\ntap next\n'
    done
    printf 'start resident-record\ncomplete 5\n'; reached accepted
} >"$WORK/reach.play"
play "$WORK/reach.play"
