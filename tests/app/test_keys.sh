#!/bin/sh
# timeout: 180
# Whole visits by five keys alone and by two switches alone end in the same record as by finger: with a card and
# its PIN, and typed on the page's own keyboard without one.
. "$(dirname "$0")/env.sh"
alone "$0" "$@"
"$BUILD/kioskctl" init >/dev/null || fail init
reader
city

visit() { # HANDS PLAY
    { echo "hands $1"; cat "$TOP/tests/app/plays/$2.play"; } >"$WORK/$1.$2.play"
    play "$WORK/$1.$2.play"
}
for hands in finger keys switches; do
    "$BUILD/kioskctl" card insert hanako >/dev/null || fail "card insert"
    visit $hands hanako
    "$BUILD/kioskctl" card remove >/dev/null
    visit $hands by_hand
done
exported 6 >"$WORK/export.json"
[ "$(wc -l <"$WORK/export.json")" -eq 6 ] || fail "not six records"
# what they hold but for number, time and the like is the same three times over
sed 's/.*"facts"/"facts"/' "$WORK/export.json" | sort | uniq -c >"$WORK/kinds"
[ "$(wc -l <"$WORK/kinds")" -eq 2 ] && ! grep -qv '^ *3 ' "$WORK/kinds" || { cat "$WORK/kinds"; fail "the records differ"; }

# five keys and two switches never end a visit, nor begin one, by what they do not choose
cat >"$WORK/slips.play" <<'STEPS'
drag language:en start
expect screen attract
drag start language:en
expect screen attract
tap language:en
expect screen home
STEPS
play "$WORK/slips.play"
exit 0
