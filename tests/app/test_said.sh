#!/bin/sh
# timeout: 240
# waits
# Pages for the ear: what is said of every screen (goldens), when it is said, what stays silent (PIN, personal words on the
# loudspeaker), the black screen. How soon it sounds, and the device: test_speak.sh, which wants the machine alone.
. "$(dirname "$0")/env.sh"
alone "$0" "$@"
"$BUILD/kioskctl" init >/dev/null || fail init
reader
keep_conf

# ---- what is said of each screen ----
settings "speech = list"
for language in ja en; do
    "$BUILD/kioskctl" card reset hanako >/dev/null
    rm -rf "$WORK/said" && mkdir "$WORK/said"
    cat >"$WORK/walk.play" <<END
utterances said/01-attract
language $language
utterances said/02-home
tap help
utterances said/03-help
tap back
tap language
utterances said/04-language
tap back
tap access
utterances said/05-access
tap back
start resident-record
utterances said/06-explain
tap next
wait screen card 30
utterances said/07-card
tap no-card
utterances said/08-question-text
type ひたち　はなこ
tap next
type ひたちし　すけがわちょう　１ちょうめ
tap next
utterances said/09-question-date
tap era:showa
tap digit:1
tap digit:6
tap digit:0
tap digit:3
tap digit:0
tap digit:5
tap next
utterances said/10-question-choice
complete 3
utterances said/11-accepted
tap finish
wait screen attract 30
END
    play "$WORK/walk.play"
    "$BUILD/kioskctl" card insert hanako >/dev/null || fail "card insert"
    cat >"$WORK/walk.play" <<END
language $language
start resident-record
tap next
wait screen pin 30
pin 12
utterances said/12-pin
pin 39
tap pin:ok
wait screen fault-pin-wrong 30
utterances said/13-fault-pin-wrong
tap next
wait screen pin 30
pin 1234
tap pin:ok
wait screen question 30
utterances said/14-question-after-card
complete 5
tap finish
wait screen take-card 30
utterances said/15-take-card
END
    play "$WORK/walk.play"
    "$BUILD/kioskctl" card remove >/dev/null
    # The top bar is the same on each page: once is enough. Keys have their names from what stands on them.
    # Numbers that are drawn differ each time.
    for page in "$WORK"/said/*; do
        echo "== $(basename "$page")"
        case $page in *-home) bar=none ;; *) bar='help|home|language|text-size|contrast|speak' ;; esac
        grep -Ev '"key": true|"id": "(key|mode|language):' "$page" | grep -Ev "\"id\": \"($bar)\"" |
            sed -n 's/^ *{"id": "\([^"]*\)", "language": "\([^"]*\)", "text": "\([^"]*\)".*/\2 \1: \3/p' |
            sed -E 's/(ぜろ|いち|に|さん|よん|ご|ろく|なな|はち|きゅう)(、(ぜろ|いち|に|さん|よん|ご|ろく|なな|はち|きゅう)){7}/EIGHT DIGITS/; s/[0-9](, [0-9]){7}/EIGHT DIGITS/'
    done >"$BUILD/utterances.$language.txt"
    diff "$TOP/tests/app/golden/utterances.$language.txt" "$BUILD/utterances.$language.txt" ||
        fail "what is said in $language differs; when it is as wanted: cp \$BUILD/utterances.$language.txt tests/app/golden/"
done

# ---- furigana is heard as it reads, its marks never: neither in a page's words nor in "page n of m" ----
cat >"$WORK/walk.play" <<'END'
language ja-easy
tap text-size
tap text-size:huge
start move-in
utterances easy
END
play "$WORK/walk.play"
sed -n 's/.*"text": "\([^"]*\)".*/\1/p' "$WORK/easy" >"$WORK/easy.txt"
grep -q 'の うち' "$WORK/easy.txt" || fail "ja-easy does not say which page of how many it is"
grep '[{|}]' "$WORK/easy.txt" && fail "marks of furigana are said"

# ---- when it is said; what the loudspeaker keeps to itself ----
"$BUILD/kioskctl" card reset hanako >/dev/null
"$BUILD/kioskctl" card insert hanako >/dev/null || fail "card insert"
cat >"$WORK/a.play" <<'END'
language ja
tap speak
start resident-record
tap next
wait screen pin 30
key right
key right
key right
key right
key right
key right
tap pin:1
tap pin:2
tap pin:delete
heard heard.json
shot seen.png
tap speak
expect screen sound
tap volume:up
tap rate:up
tap black-screen
shot black.png
key light
shot light.png
tap black-screen
shot black-again.png
finger back
finger up
shot touched.png
tap page:next
tap personal-aloud
heard heard.json
END
play "$WORK/a.play"
heard >"$WORK/lines"
grep -q '^home page  きょうは、どんなご用ですか。$' "$WORK/lines" || fail "the page is not read when speech begins"
grep -q '^pin focus ' "$WORK/lines" || fail "the ring's element is not said"
grep -q '^pin change field:pin .*1けた' "$WORK/lines" || fail "an entered digit is not told"
grep -q '^pin change field:pin .*2けた' "$WORK/lines" || fail "the second digit is not told"
grep -q '^sound change volume:up .*60' "$WORK/lines" || fail "the new volume is not said"
grep -q '^sound change rate:up .*125' "$WORK/lines" || fail "the new rate is not said"
grep -q '^pin focus pin:[0-9] 数字のボタン$' "$WORK/lines" || fail "the ring on a digit of the keypad says nothing"
grep -E '^pin (change|focus) pin:[0-9]' "$WORK/lines" | grep -vE ' 数字のボタン$' && fail "the loudspeaker names a digit of the PIN"
for picture in seen light touched; do
    [ "$(identify -format %k "$WORK/$picture.png")" -gt 10 ] || fail "$picture.png shows nothing"
done
for picture in black black-again; do
    [ "$(identify -format '%k %[fx:maxima]' "$WORK/$picture.png")" = "1 0" ] || fail "$picture.png is not black"
done

"$BUILD/kioskctl" card remove >/dev/null
# the next visitor finds the usual volume and speed, and silence
"$BUILD/kioskctl" card remove >/dev/null || fail "card remove" # else the end waits until it is taken
cat >"$WORK/a.play" <<'END'
language ja
tap speak
tap speak
tap volume:up
tap volume:up
expect text "70%"
tap rate:down
expect text "75%"
tap back
tap finish
wait screen attract 30
language en
heard heard.json
tap speak
tap speak
tap volume:up
expect text "60%"
tap rate:up
expect text "125%"
END
play "$WORK/a.play"
heard | grep -q 'What would you like' && fail "speech stays on for the next visitor"
"$BUILD/kioskctl" card insert hanako >/dev/null || fail "card insert"

# the same visit's check page: by the loudspeaker without the person, in headphones whole
"$BUILD/kioskctl" card insert hanako >/dev/null || fail "card insert"
cat >"$WORK/personal.play" <<'END'
language ja
HOW
start resident-record
read-card 1234
wait screen question 30
complete 5
heard heard.json
END
name=$("$BUILD/kioskctl" card list 2>/dev/null | grep -o '日立[^ ,]*' | head -n 1)
: "${name:=日立}"
for how in "tap speak" "headphones in"; do
    "$BUILD/kioskctl" card reset hanako >/dev/null
    sed "s/^HOW\$/$how/" "$WORK/personal.play" >"$WORK/a.play"
    play "$WORK/a.play"
    heard | grep '^check ' >"$WORK/lines"
    [ -s "$WORK/lines" ] || fail "nothing was said of the check page ($how)"
    case $how in
    tap*) grep -q "$name" "$WORK/lines" && fail "the loudspeaker tells a name" ;;
    *) grep -q "$name" "$WORK/lines" || fail "headphones do not tell the name" ;;
    esac
done
"$BUILD/kioskctl" card remove >/dev/null
