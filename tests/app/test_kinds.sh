#!/bin/sh
# timeout: 240
# waits
# Answers with a page of their own: money, times, lists, a place on a map, a note, a signature. By finger, by keys and by
# switches; in the largest words, upright, for a seated visitor; what was drawn is wiped.
. "$(dirname "$0")/env.sh"
alone "$0" "$@"
SHOTS=$BUILD/pictures
mkdir -p "$SHOTS" "$WORK/dumps"
"$BUILD/kioskctl" init >/dev/null || fail init
cp -r "$TOP/assets" "$WORK/assets"
cp "$TOP"/tests/app/kinds/*.yaml "$WORK/assets/procedures/"
sed -i '0,/holds: \[/s//&kinds-of-answers, tasks-together, /' "$WORK/assets/city/doors.yaml"
echo "assets = $WORK/assets" >>"$KIOSK_HOME/madoguchi.conf"

# What each page takes, and what it can't.
cat >"$WORK/answers.play" <<'STEPS'
language ja
start kinds-of-answers
tap next
type 50000
expect text "50,000円"
tap next
expect fact kinds-of-answers.rent "50000"
# digits after which no time of the question can follow are not taken
type 3
type 6
expect text "__時"
type 0
type 6
expect text "0_時"
type 72
expect text "07時 2_分"
type 7
expect text "07時 2_分"
type 5
tap next
expect fact kinds-of-answers.from "07:25"
tap choice:14:30
tap next
# few entries are shown at once; a branch belongs to its bank
tap choice:hitachi-mihon-shinkin
tap next
expect text "多賀支店"
tap choice:hitachi-mihon-shinkin-taga
tap next
# many are sought: kana, then the ones that were found, each with its bank
tap key:た
tap key:か
tap key:゛
expect text "7件、見つかりました。"
tap next
expect text "見本農業協同組合"
tap back
tap key:ん
expect text "見つかりません。"
tap key:delete
tap next
tap choice:mihon-ja-taga
tap next
expect fact kinds-of-answers.any "mihon-ja-taga"
# keys set the pin in the middle, then move it; a touch sets it at once
tap pin:left
tap pin:left
tap pin:down
expect text "近く"
sleep 1500
draw 640 516 640 517
expect text "見本駅のところ"
tap next
expect text "通帳の写し"
tap next
expect fact kinds-of-answers.paper "seen"
# strokes stay while another page is looked at; the last one goes first
sleep 1500
draw 100 700 200 200 300 700
draw 500 300 700 320
tap help
tap back
tap key:undo
tap choice:counter
expect text "窓口で署名する"
sleep 1500
draw 100 700 200 200 300 700
draw 500 300 700 320 720 600
tap next
wait screen check
expect text "50,000円"
expect text "7:25"
tap page:next
expect text "見本駅のところ"
expect text "見本農業協同組合　多賀支店"
expect text "署名しました"
STEPS
play "$WORK/answers.play"

# In Latin letters, with and without the long vowel; what is not known; signed at the counter.
cat >"$WORK/english.play" <<'STEPS'
language en
start kinds-of-answers
tap next
type 1
tap next
type 0700
tap next
tap choice:13:00
tap next
tap choice:mihon
tap next
tap choice:mihon-jujo
tap next
type honte
expect text "7 found."
type x
expect text "Nothing found."
tap key:delete
type n
tap next
expect text "Honten"
tap back
tap key:delete
tap key:delete
tap key:delete
tap key:delete
tap key:delete
tap key:delete
type Juuo
expect text "found."
tap unsure
expect fact kinds-of-answers.any "unknown"
tap unsure
expect fact kinds-of-answers.spot "unknown"
tap next
tap choice:counter
tap next
wait screen check
expect fact kinds-of-answers.signature "counter"
STEPS
play "$WORK/english.play"

# A task list: all is ticked, why, how long, what it costs; what is not wanted is taken off.
cat >"$WORK/tasks.play" <<'STEPS'
language ja
start tasks-together
tap next
tap no-card
tap choice:yes
tap next
expect text "18歳までの子ども"
expect text "およそ3分"
expect text "1枚300円です"
tap choice:child-allowance-claim
tap next
expect fact tasks-together.together "resident-record"
STEPS
play "$WORK/tasks.play"

# A number's field before and after its first digit: as high, its caret where the digit is to stand, then behind it,
# before the unit; the ear hears that it is empty.
for language in ja ja-easy my; do
    for service in kinds-of-answers benefits; do # money; a number with its unit
        {
            printf 'language %s\n' $language
            look 3 1
            printf 'start %s\ntap next\n' $service
            printf 'utterances %s\ndump %s\ntype 5\ndump %s\n' "$WORK/field.said" "$WORK/empty.json" "$WORK/five.json"
        } >"$WORK/field.play"
        play "$WORK/field.play"
        for field in empty five; do
            grep '"role": "field"' "$WORK/$field.json" >"$WORK/$field.field"
        done
        rects=$(sed 's/.*"rect": \([^]]*\).*/\1/' "$WORK/empty.field" "$WORK/five.field" | sort -u | wc -l)
        [ "$rects" -eq 1 ] && grep -q '"text": "[^0-9]*",.*"caret": 1[,}]' "$WORK/empty.field" &&
            grep -q '"text": "5.*"caret": 2[,}]' "$WORK/five.field" ||
            fail "$service in $language: $(cat "$WORK/empty.field" "$WORK/five.field")"
        [ $language != ja ] || grep -q '^ *{"id": "field:.*まだ何も' "$WORK/field.said" ||
            fail "an empty field says $(cat "$WORK/field.said")"
    done
done

# Every way of pressing reaches every answer.
for hands in keys switches; do
    {
        printf 'language ja\nhands %s\nstart kinds-of-answers\ntap next\n' $hands
        cat <<'STEPS'
tap digit:5
tap next
tap digit:0
tap digit:7
tap digit:3
tap digit:0
tap next
tap choice:18:00
tap next
tap choice:mihon-net
tap next
tap choice:mihon-net-sakura
tap next
tap key:た
tap next
tap choice:mihon-taga
tap next
tap pin:up
tap pin:right
tap next
tap next
tap choice:counter
tap next
wait screen check
expect fact kinds-of-answers.spot "district/525,500"
STEPS
    } >"$WORK/hands.play"
    play "$WORK/hands.play"
done

# The page names the person whom it asks about, in words that a loudspeaker keeps to itself.
cat >"$WORK/whom.play" <<'STEPS'
language ja
start child-allowance-claim
tap next
tap no-card
type ひたち
tap next
tap postal:skip
type ひたち
tap next
type 19900101
tap next
tap choice:male
tap next
type ヒタチ
tap next
tap choice:1
tap next
expect no-text "日立　さくら"
type 日立　さくら
tap next
expect text "日立　さくら"
type ヒタチ
tap next
expect text "日立　さくら"
utterances whom.json
STEPS
play "$WORK/whom.play"
grep -q '"text": "日立　さくら".*"personal": true' "$WORK/whom.json" || fail "a person's name isn't kept from the loudspeaker"

# By chance, and what the desk's clerk will read is what was answered.
cat >"$WORK/chance.play" <<'STEPS'
language ja
start kinds-of-answers
tap next
complete 2
tap finish
start kinds-of-answers
tap next
complete 7
tap finish
start report-spot
tap next
complete 3
tap finish
STEPS
play "$WORK/chance.play"

# Every page in every place.
walk() {
    cat <<'STEPS'
LANGUAGE
start kinds-of-answers
tap next
type 50000
SHOT kinds-money
tap next
type 07
SHOT kinds-time
type 30
tap next
SHOT kinds-times
tap choice:14:30
tap next
SHOT kinds-pick
tap choice:mihon
tap next
tap choice:mihon-taga
tap next
type ほん
SHOT kinds-search
tap next
SHOT kinds-hits
tap choice:mihon-honten
tap next
tap pin:up
SHOT kinds-place
tap next
SHOT kinds-note
tap next
sleep 1500
draw 100 700 200 200 300 700
SHOT kinds-sign
tap choice:counter
tap next
SHOT kinds-check
start tasks-together
tap next
tap no-card
tap choice:yes
tap next
SHOT kinds-tasks
STEPS
}
script() { # LANGUAGE SIZE THEME NAME
    walk | while read -r step rest; do
        case $step in
        SHOT)
            echo "shot $SHOTS/$4.$rest.$1.size$2.theme$3.png"
            echo "dump $WORK/dumps/$4/$rest.$1.size$2.theme$3.json"
            ;;
        LANGUAGE)
            echo "language $1"
            look "$2" "$3"
            ;;
        *) echo "$step $rest" ;;
        esac
    done
}
sed '/^panel-/d' "$KIOSK_HOME/madoguchi.conf" >"$WORK/conf"
for panel in "1920 1080 no" "1080 1920 no" "1920 1080 yes" "1080 1920 yes"; do
    set -- $panel
    {
        cat "$WORK/conf"
        printf 'panel-width = %s\npanel-height = %s\npanel-px-per-m = 4030\nwheelchair = %s\n' "$1" "$2" "$3"
    } >"$KIOSK_HOME/madoguchi.conf"
    name=$1$3
    mkdir "$WORK/dumps/$name"
    for look in "ja 1 0" "ja-easy 3 1" "en 3 2"; do
        set -- $look
        script "$1" "$2" "$3" "$name" >"$WORK/walk.play"
        play "$WORK/walk.play"
    done
done
for name in 1920yes 1080yes; do
    high=$(sed -n 's/.*"panel": \[[0-9]*, \([0-9]*\)\].*/\1/p' "$WORK/dumps/$name/kinds-pick.ja.size1.theme0.json")
    above=$(grep -hoE '"role": "(button|tool|main|choice|check|door|key)", "id": "[^"]+", "rect": \[[0-9]+, [0-9]+' \
        "$WORK/dumps/$name"/*.json | awk -v high="$high" 'high < 1000 || $NF < high * 40 / 100 - 1' | sort -u)
    [ -z "$above" ] || fail "out of a seated visitor's reach: $above"
done
grep -r '"overflow": *true' "$WORK/dumps" | sed "s|$WORK/dumps/||" | cut -c1-240 | head -n 40
[ "$(grep -lr '"overflow": *true' "$WORK/dumps" | wc -l)" -eq 0 ] || fail "words do not fit"
# no drawing is described to whoever dumps a page
grep -rq '[0-9],[0-9]* [0-9]*,[0-9]*;' "$WORK/dumps" && fail "a signature stands in a dump"
[ "$(find "$WORK/dumps" -name '*.json' | wc -l)" -ge 130 ] || fail "pages are missing"
