#!/bin/sh
# timeout: 180
# Nothing of a visitor survives the visit in the terminal's memory: all writable memory of the process
# is searched for the words of the card. Negative control: the same program without its wipes must be
# caught. The words are in no file that the terminal loads.
. "$(dirname "$0")/env.sh"
alone "$0" "$@"
"$BUILD/kioskctl" init >/dev/null || fail init
reader
"$BUILD/kioskctl" card insert misaki >/dev/null || fail "card insert"
# the given name alone is in the list of names
printf '%s\n' 大久保　美咲 大久保町 日立ハイツ 1992-07-14 19920714 >"$WORK/words"

visit() { # PROGRAM PLAY WORDS: plays a visit, scans after its end; the scan's exit code in $found
    rm -f "$WORK/ended.json"
    (cd "$WORK" && exec "$1" --play "$TOP/tests/app/plays/$2.play" 2>"$WORK/play.err") &
    pid=$!
    for _ in $(seq 300); do
        [ -s "$WORK/ended.json" ] && break
        kill -0 "$pid" 2>/dev/null || { cat "$WORK/play.err"; fail "the visit did not end"; }
        sleep 0.1
    done
    [ -s "$WORK/ended.json" ] || fail "the visit took too long"
    "$BUILD/asan/tests/app/tool_scan" "$pid" "$WORK/$3" >"$WORK/scan.log"
    found=$?
}

visit "$BUILD/kiosk" wipe words
wait "$pid" || { cat "$WORK/play.err"; fail "the visit did not hold"; }
[ "$found" -eq 0 ] || fail "words of the visitor are in memory after the visit"
visit "$BUILD/tests/kiosk-unwiped" wipe words
kill "$pid" 2>/dev/null
[ "$found" -eq 1 ] || fail "the scan does not notice a program that does not wipe"

# the same for what was written on the screen: kana, the candidates and what was taken, the postal code's address
wait "$pid" 2>/dev/null
"$BUILD/kioskctl" card remove >/dev/null || fail "card remove"
printf '%s\n' すみれ 黒沢菫 6048052 鍛冶屋町 >"$WORK/written"
visit "$BUILD/kiosk" wipe_written written
wait "$pid" || { cat "$WORK/play.err"; fail "the written visit did not hold"; }
[ "$found" -eq 0 ] || fail "what was written is in memory after the visit"
visit "$BUILD/tests/kiosk-unwiped" wipe_written written
kill "$pid" 2>/dev/null
[ "$found" -eq 1 ] || fail "the scan does not notice what was written"

# what was looked for
wait "$pid" 2>/dev/null
printf '%s\n' すみれいろ いろのは はなびら >"$WORK/searched"
visit "$BUILD/kiosk" wipe_search searched
wait "$pid" || { cat "$WORK/play.err"; fail "the search did not hold"; }
[ "$found" -eq 0 ] || fail "what was looked for is in memory after the visit"
visit "$BUILD/tests/kiosk-unwiped" wipe_search searched
kill "$pid" 2>/dev/null
[ "$found" -eq 1 ] || fail "the scan does not notice what was looked for"

# what was pointed at and drawn
wait "$pid" 2>/dev/null
printf '%s\n' 'district/525,500' '200,66 300,233' '700,106 720,200' >"$WORK/drawn"
cp -r "$TOP/assets" "$WORK/assets"
cp "$TOP/tests/app/kinds/kinds-of-answers.yaml" "$WORK/assets/procedures/"
sed -i '0,/holds: \[/s//&kinds-of-answers, /' "$WORK/assets/city/doors.yaml"
cp "$KIOSK_HOME/madoguchi.conf" "$WORK/conf"
echo "assets = $WORK/assets" >>"$KIOSK_HOME/madoguchi.conf"
visit "$BUILD/kiosk" wipe_drawn drawn
wait "$pid" || { cat "$WORK/play.err"; fail "the drawn visit did not hold"; }
[ "$found" -eq 0 ] || fail "what was drawn is in memory after the visit"
visit "$BUILD/tests/kiosk-unwiped" wipe_drawn drawn
kill "$pid" 2>/dev/null
[ "$found" -eq 1 ] || fail "the scan does not notice what was drawn"
cp "$WORK/conf" "$KIOSK_HOME/madoguchi.conf"

# and for what was read aloud, by real voices to nobody
wait "$pid" 2>/dev/null
"$BUILD/kioskctl" card reset misaki >/dev/null || fail "card reset"
"$BUILD/kioskctl" card insert misaki >/dev/null || fail "card insert"
export SDL_AUDIODRIVER=dummy
visit "$BUILD/kiosk" wipe_speech words
wait "$pid" || { cat "$WORK/play.err"; fail "the spoken visit did not hold"; }
[ "$found" -eq 0 ] || fail "words that were read aloud are in memory after the visit"
visit "$BUILD/tests/kiosk-unwiped" wipe_speech words
kill "$pid" 2>/dev/null
[ "$found" -eq 1 ] || fail "the scan does not notice what was read aloud"

# what a card tells without a PIN: its serial number and the whole certificate are read for two days; names in the
# certificate, its end as it stands there and as it was shown
wait "$pid" 2>/dev/null
"$BUILD/kioskctl" card insert one-left >/dev/null || fail "card insert"
printf '%s\n' 400000120301111 sample-one-left 250101145959 'user authentication CA' 令和7年（2025年）1月1日 >"$WORK/looked"
visit "$BUILD/kiosk" wipe_look looked
wait "$pid" || { cat "$WORK/play.err"; fail "the look did not hold"; }
[ "$found" -eq 0 ] || { cat "$WORK/scan.log"; fail "what the card told is in memory after the visit"; }
visit "$BUILD/tests/kiosk-unwiped" wipe_look looked
kill "$pid" 2>/dev/null
[ "$found" -eq 1 ] || fail "the scan does not notice what a card tells"
grep -q 'user authentication CA' "$WORK/scan.log" || fail "the scan does not notice the certificate"
