#!/bin/sh
# timeout: 180
# waits
# Nothing of a visitor survives the visit in the terminal's memory: all writable memory of the process
# is searched for the words of the card. Negative control: the same program without its wipes must be
# caught. The words are in no file that the terminal loads.
. "$(dirname "$0")/env.sh"
alone "$0" "$@"
"$BUILD/kioskctl" init >/dev/null || fail init
echo "closes = no" >>"$KIOSK_HOME/madoguchi.conf" # a visit can pause at any time of the day
reader
"$BUILD/kioskctl" card insert misaki >/dev/null || fail "card insert"
# the given name alone is in the list of names
printf '%s\n' 大久保　美咲 大久保町 日立ハイツ 1992-07-14 19920714 >"$WORK/words"

lean_bytes() { # 14 bytes that stand together in a record's lean form alone (kiosk/seal/lean.c), out of its code's digits
    python3 -c 'import sys
digits = sys.stdin.readline()
print("hex:" + "".join(int(digits[at : at + 17]).to_bytes(7, "big").hex() for at in (17, 34)))'
}

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
    [ "$3" != code ] || zbarimg -q --raw "$WORK/code.png" 2>/dev/null | lean_bytes >"$WORK/code"
    [ -s "$WORK/$3" ] || fail "there are no words to look for"
    "$BUILD/asan/tests/app/tool_scan" "$pid" "$WORK/$3" >"$WORK/scan.log"
    found=$?
}

wiped() { # PLAY WORDS WHAT: found after the same visit only in the program that does not wipe
    visit "$BUILD/kiosk" "$1" "$2"
    wait "$pid" || { cat "$WORK/play.err"; fail "the visit did not hold: $3"; }
    [ "$found" -eq 0 ] || fail "in memory after the visit: $3"
    visit "$BUILD/tests/kiosk-unwiped" "$1" "$2"
    kill "$pid" 2>/dev/null
    [ "$found" -eq 1 ] || fail "the scan does not notice: $3"
    wait "$pid" 2>/dev/null
}

wiped wipe words "words of the card"

# kana, the candidates and what was taken, the postal code's address; and the visit waits
"$BUILD/kioskctl" card remove >/dev/null || fail "card remove"
printf '%s\n' すみれ 黒沢菫 6048052 鍛冶屋町 >"$WORK/written"
wiped wipe_written written "what was written"

printf '%s\n' すみれいろ いろのは はなびら >"$WORK/searched"
wiped wipe_search searched "what was looked for"

printf '%s\n' 'district/525,500' '200,66 300,233' '700,106 720,200' >"$WORK/drawn"
cp -r "$TOP/assets" "$WORK/assets"
cp "$TOP/tests/app/kinds/kinds-of-answers.yaml" "$WORK/assets/procedures/"
sed -i '0,/holds: \[/s//&kinds-of-answers, /' "$WORK/assets/city/doors.yaml"
keep_conf
settings "assets = $WORK/assets"
wiped wipe_drawn drawn "what was pointed at and drawn"
settings 'code-after-s = 0'
wiped wipe_code code "a record's code"
settings

# by real voices to nobody
"$BUILD/kioskctl" card reset misaki >/dev/null || fail "card reset"
"$BUILD/kioskctl" card insert misaki >/dev/null || fail "card insert"
export SDL_AUDIODRIVER=dummy
wiped wipe_speech words "what was read aloud"
