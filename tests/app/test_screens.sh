#!/bin/sh
# timeout: 240
# Every screen, in every language, in every text size and theme: the words fit (no element is marked
# "overflow"), and the main button stands at the same place. Pictures go to $BUILD/pictures to be looked at.
. "$(dirname "$0")/env.sh"
alone "$0" "$@"
SHOTS=$BUILD/pictures
mkdir -p "$SHOTS"
"$BUILD/kioskctl" init >/dev/null || fail init
echo "speech = list" >>"$KIOSK_HOME/madoguchi.conf" # all of the page sound, on a machine without sound
reader

# Steps that walk through the pages; SHOT stands for "shot and dump under this name".
walk() {
    cat <<'STEPS'
SHOT attract
LANGUAGE
SHOT home
tap help
SHOT help
tap call
SHOT call
tap next
tap help
tap access
SHOT access
tap keys
key left
SHOT keys
tap back
tap access:practice
SHOT practice
tap back
tap back
tap speak
tap speak
SHOT sound
tap page:next
SHOT sound-more
tap page:back
tap speech
SHOT sound-off
tap back
tap help
tap stop
SHOT leave
tap back
tap language
SHOT language
tap back
start resident-record
SHOT explain
tap next
wait screen card 3
SHOT card
tap no-card
SHOT question-text
type ひたち　はなこ
tap next
type ひたちし　すけがわちょう　１ちょうめ
tap next
expect screen question
SHOT question-date
tap era:showa
tap digit:1
tap digit:6
tap digit:0
tap digit:3
tap digit:0
tap digit:5
SHOT question-date-full
tap next
SHOT question-choice
tap choice:self
tap next
SHOT question-choice-2
STEPS
}
walk_card() {
    cat <<'STEPS'
LANGUAGE
start resident-record
tap next
wait screen pin 5
pin 12
SHOT pin
pin 39
tap pin:ok
wait screen fault-pin-wrong 5
SHOT fault-pin-wrong
tap next
wait screen pin 5
pin 1239
tap pin:ok
wait screen fault-pin-wrong 5
SHOT fault-pin-wrong-1
tap next
wait screen pin-last 5
SHOT pin-last
tap last-try
wait screen pin 5
pin 1234
tap pin:ok
wait screen question 5
complete 5
SHOT accepted
tap finish
SHOT take-card
tap finish
start move-in
read-card 1234
wait screen question 5
SHOT question-move-in
complete 9
tap back
LANGUAGE
start move-in
tap next
SHOT check
STEPS
}

script() { # WALK LANGUAGE SIZE THEME: prints the play with names filled in
    $1 | while read -r step rest; do
        case $step in
        SHOT)
            echo "shot $SHOTS/$rest.$2.size$3.theme$4.png"
            echo "dump $WORK/dumps/$rest.$2.size$3.theme$4.json"
            ;;
        LANGUAGE)
            echo "language $2"
            look "$3" "$4"
            ;;
        *) echo "$step $rest" ;;
        esac
    done
}

mkdir -p "$WORK/dumps"
"$BUILD/kioskctl" check >/dev/null || fail "kioskctl check"
for look in "ja 1 0" "ja 3 1" "ja-easy 1 0" "ja-easy 3 1" "en 1 0" "en 3 2" "ja 0 3" "en 2 0"; do
    set -- $look
    script walk "$1" "$2" "$3" >"$WORK/walk.play"
    play "$WORK/walk.play"
    "$BUILD/kioskctl" card reset hanako >/dev/null
    "$BUILD/kioskctl" card insert hanako >/dev/null || fail "card insert"
    script walk_card "$1" "$2" "$3" >"$WORK/walk.play"
    play "$WORK/walk.play"
    "$BUILD/kioskctl" card remove >/dev/null
done
# One place for each button of the bars, on every page, in every size and theme; the main one at its own.
one_place() { # DUMPS
    for id in help home language text-size contrast speak back page:next page:back; do
        rects=$(grep -ho "\"id\": \"$id\", \"rect\": [^]]*" "$1"/*.json | sort -u)
        [ "$(printf '%s\n' "$rects" | wc -l)" -eq 1 ] && [ -n "$rects" ] || fail "$id stands at: $rects"
    done
    rects=$(grep -ho '"role": "main", "id": [^]]*' "$1"/*.json | grep -o '"rect.*' | sort -u)
    [ "$(printf '%s\n' "$rects" | wc -l)" -eq 1 ] || fail "main stands at: $rects"
    # all languages on one page, each at its own place
    languages=$(find "$TOP/assets/po" -name '*.po' | wc -l)
    for dump in "$1"/language.*.json; do
        [ "$(grep -c '"id": "language:' "$dump")" -eq "$languages" ] || fail "languages that one must turn a page for: $dump"
    done
    rects=$(grep -ho '"id": "language:[^"]*", "rect": [^]]*' "$1"/language.*.json | sort -u)
    [ "$(printf '%s\n' "$rects" | wc -l)" -eq "$languages" ] || fail "names of languages stand at: $rects"
}
one_place "$WORK/dumps"

# Upright panels and a seated visitor: the same walk without the card.
sed '/^panel-/d' "$KIOSK_HOME/madoguchi.conf" >"$WORK/conf"
for panel in "1080 1920 no" "1920 1080 yes" "1080 1920 yes"; do
    set -- $panel
    {
        cat "$WORK/conf"
        printf 'panel-width = %s\npanel-height = %s\npanel-px-per-m = 4030\nwheelchair = %s\n' "$1" "$2" "$3"
    } >"$KIOSK_HOME/madoguchi.conf"
    name=$1$3
    mkdir "$WORK/dumps/$name"
    for look in "ja 1 0" "ja-easy 3 1"; do
        set -- $look
        # a column that needs two pages there may need one here
        script walk "$1" "$2" "$3" |
            sed "/^tap page:/d; s|/dumps/|/dumps/$name/|; s|^shot $SHOTS/|&$name.|" >"$WORK/walk.play"
        play "$WORK/walk.play"
    done
    one_place "$WORK/dumps/$name"
done

# Seated, nothing that is touched stands in the upper 40 % of the panel.
for name in 1920yes 1080yes; do
    high=$(sed -n 's/.*"panel": \[[0-9]*, \([0-9]*\)\].*/\1/p' "$WORK/dumps/$name/home.ja.size1.theme0.json")
    above=$(grep -hoE '"role": "(button|tool|main|choice|check|door|key)", "id": "[^"]+", "rect": \[[0-9]+, [0-9]+' \
        "$WORK/dumps/$name"/*.json | awk -v high="$high" 'high < 1000 || $NF < high * 40 / 100 - 1' | sort -u)
    [ -z "$above" ] || fail "out of a seated visitor's reach: $above"
done

bad=$(grep -lr '"overflow": *true' "$WORK/dumps" | wc -l)
grep -r '"overflow": *true' "$WORK/dumps" | sed "s|$WORK/dumps/||" | cut -c1-240 | head -n 40
[ "$bad" -eq 0 ] || fail "words do not fit on $bad pages"
[ "$(find "$WORK/dumps" -name '*.json' | wc -l)" -ge 190 ] || fail "pages are missing"
