#!/bin/sh
# timeout: 480
# A few whole visits by each kind of simulated hands, in Japanese and in another language: each ends in
# the record that the person had in mind, the blind person's and the one in two languages too. And where another
# answer is expected none does: the comparison can fail.
TOP=$(cd "$(dirname "$0")/../.." && pwd)
BUILD=${BUILD:-$TOP/build}
HANDS=$BUILD/tests/hands

rows() { # OUTPUT HANDS PLAYED RIGHT: in each tongue so many were played, and so many of them right
    for tongue in 'ja  *' 'two languages  *'; do
        grep -q "^usual  *$2  *$tongue$3  *$4 " "$1" && continue
        cat "$1"
        echo "$2, $tongue: not $3 visits, $4 of them right"
        exit 1
    done
}
out=$(mktemp) || exit 1
trap 'rm -f "$out"' EXIT
"$HANDS" "$TOP" "$BUILD" --seeds 3 >"$out" || { cat "$out"; exit 1; }
for hands in tremor keys switches ears; do
    rows "$out" $hands 3 3
done
"$HANDS" "$TOP" "$BUILD" --seeds 1 --usual --only ears --mistaken >"$out"
rows "$out" ears 1 0
