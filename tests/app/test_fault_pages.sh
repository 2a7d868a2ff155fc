#!/bin/sh
# timeout: 120
# waits
# Every error that a part can give has a page: words of its own, a picture of its own, at least three ways on, a
# person among them; no code on it, and the words fit in the smallest and the largest letters.
. "$(dirname "$0")/env.sh"
alone "$0" "$@"
"$BUILD/kioskctl" init >/dev/null || fail init
codes=$(sed -n 's/^ *KERR_[A-Z_]* = \(-[0-9]*\).*/\1/p' "$TOP/kiosk/base/err.h")
mkdir "$WORK/dumps"
# shellcheck disable=SC2086 # a code is a word of its own
for look in "ja 1 0" "en 3 1" "ja-easy 3 2"; do
    set -- $look
    {
        echo "language $1"
        echo "start resident-record"
        look "$2" "$3"
        for code in $codes; do
            printf 'fault %s\ndump %s\n' "$code" "$WORK/dumps/$1.$code.1.json"
            for page in 2 3 4; do
                # a page that the column does not have is the last one once more
                printf 'key page:next\ndump %s\n' "$WORK/dumps/$1.$code.$page.json"
            done
            if [ -n "${SHOTS:-}" ]; then
                printf 'fault %s\nshot %s\n' "$code" "$SHOTS/fault.$1.$code.png"
            fi
        done
    } | sed 's/^key page:next$/key tap:page:next/' >"$WORK/$1.play"
    play "$WORK/$1.play"
done
"$TOP/tests/app/check-faults" "$WORK/dumps" || fail "fault pages"

# the check itself finds what is missing
spoil() { # WHAT SED-PROGRAM: on all dumps of one page
    rm -rf "$WORK/spoiled"
    cp -r "$WORK/dumps" "$WORK/spoiled"
    sed -i "$2" "$WORK/spoiled"/ja.-110.*.json
    cmp -s "$WORK/dumps/ja.-110.1.json" "$WORK/spoiled/ja.-110.1.json" && fail "$1: the sed program changes nothing"
    "$TOP/tests/app/check-faults" "$WORK/spoiled" >/dev/null && fail "$1: not found"
}
spoil "no person" 's/"id": "call"/"id": "cull"/'
spoil "another page's picture" 's/"picture": "card-letters"/"picture": "clock"/'
spoil "a code" 's/"text": "カードの中身を/&KERR_CARD_DATA/'
spoil "too few ways" 's/"id": "no-card"/"id": "x"/; s/"id": "back"/"id": "y"/'

# a terminal without its key says so before the first question
mv "$KIOSK_HOME/keys/kiosk.key" "$WORK/"
printf 'start resident-record\nexpect screen fault-seal-key\ntap call\nexpect screen call\n' >"$WORK/key.play"
play "$WORK/key.play"
exit 0
