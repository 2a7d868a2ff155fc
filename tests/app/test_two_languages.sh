#!/bin/sh
# timeout: 180
# waits
# Two languages side by side, in the usual and the largest letters, landscape and portrait: nothing overflows, no
# targets lie on each other or outside, every page speaks Japanese too, and the words are said in one language only.
# On the page of languages every name stands at its own place, whatever language and size it is shown in.
. "$(dirname "$0")/env.sh"
alone "$0" "$@"
"$BUILD/kioskctl" init >/dev/null || fail init
reader
cp "$KIOSK_HOME/madoguchi.conf" "$WORK/landscape.conf"
printf 'panel-width = 1080\npanel-height = 1920\n' | cat - "$WORK/landscape.conf" | awk -F' = ' '!seen[$1]++' >"$WORK/portrait.conf"
mkdir "$WORK/dumps" "$WORK/names"
languages=$(find "$TOP/assets/po" -name '*.po' | wc -l)
# No page to turn, which one could not read; the hand that slipped beside a name finds the right one where it was.
names() { # SHAPE: "languages places" of all dumps of this shape, which must be the same number
    grep -ho '"id": "language:[^"]*", "rect": [^]]*' "$WORK/names"/*."$1".json | sort -u >"$WORK/rects"
    for dump in "$WORK/names"/*."$1".json; do
        [ "$(grep -c '"id": "language:' "$dump")" -eq "$languages" ] || return 1
    done
    [ "$(wc -l <"$WORK/rects")" -eq "$languages" ]
}

walk() { # LANGUAGE SIZE NAME
    n=0
    printf 'language %s\n' "$1"
    look "$2" 0
    printf 'tap access\ntap access:two-languages\ntap back\n'
    printf 'tap language\ndump %s/names/%s.json\ntap back\n' "$WORK" "$3"
    while read -r step; do
        case $step in
        DUMP)
            n=$((n + 1))
            printf 'dump %s/%s.%d.json\nutterances %s/%s.%d.said\n' "$WORK/dumps" "$3" $n "$WORK/dumps" "$3" $n
            ;;
        *) echo "$step" ;;
        esac
    done <<'STEPS'
DUMP
tap help
DUMP
tap call
DUMP
tap next
start resident-record
DUMP
tap next
wait screen card 3
DUMP
tap no-card
DUMP
complete 5
DUMP
start move-in
tap next
DUMP
fault -110
DUMP
fault -200
DUMP
STEPS
}
for shape in landscape portrait; do
    cp "$WORK/$shape.conf" "$KIOSK_HOME/madoguchi.conf"
    for code in en my vi; do
        for size in 1 3; do
            walk $code $size "$code.$size.$shape" >"$WORK/walk.play"
            play "$WORK/walk.play"
        done
    done
    names $shape || fail "names of languages stand at: $(cat "$WORK/rects")"
done
"$TOP/tests/app/check-glosses" "$WORK/dumps" 120 || fail "two languages"

# the check finds what it looks for
sed -i 's/"gloss": /"glass": /g' "$WORK/dumps/en.1.landscape.1.json"
"$TOP/tests/app/check-glosses" "$WORK/dumps" 120 >/dev/null && fail "a page without Japanese is not found"
exit 0
