#!/bin/sh
# timeout: 240
# alone
# Pages for the ear: what is said of every screen (goldens), when it is said, how soon it sounds, what stays
# silent (PIN, personal words on the loudspeaker, languages without a voice), the black screen, headphones,
# clocks that stand still meanwhile, and an idle terminal that does nothing. Sound is read back from SDL's
# disk driver.
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

# ---- how soon it sounds ----
# What a press leads to begins with words that are made before it (the script waits until they are, however long
# other work on this machine makes that take); a press clicks, and the title is heard within 300 ms of the click.
# English is made in a few ms when it is asked for.
settings "key-clicks = always"
export SDL_AUDIODRIVER=disk SDL_DISKAUDIOFILE="$WORK/heard.raw"
press() { # ID TITLE: in the quiet that a click needs to be found
    printf 'wait voice "%s" 60\nkey pause\nsleep 600\ntap %s\nsleep 1200\n' "$2" "$1"
}
{
    printf 'headphones in\nlanguage ja\n'
    press door:certificates 証明書・カード
    press help お手伝いします。
    press back 証明書・カード
    press service:resident-record 住民票の写し
    press back 証明書・カード
    press language "ことばを えらんでください。"
    printf 'tap language:en\nsleep 1500\n'
    press help "We are here to help."
    printf 'headphones out\nheard heard.json\n'
} >"$WORK/a.play"
cat >"$WORK/measure.py" <<'END'
import array, sys
HZ, CLICK_MS, QUIET_MS = 24000, 16, 400
sound = array.array("h", open(sys.argv[1], "rb").read())
# stretches of sound with at most 25 ms of quiet inside
runs, quiet = [], HZ * 25 // 1000
for at, value in enumerate(sound):
    if abs(value) > 6:
        if runs and at - runs[-1][1] <= quiet:
            runs[-1][1] = at
        else:
            runs.append([at, at])
def clicks(at):  # 1800 Hz for 12 ms
    ups = sum(a < 0 <= b for a, b in zip(sound[at:at + HZ // 100], sound[at + 1:at + HZ // 100 + 1]))
    return 15 <= ups <= 20
waits = []
for i in range(1, len(runs) - 1):
    before, click, after = runs[i - 1], runs[i], runs[i + 1]
    if click[0] - before[1] < HZ * QUIET_MS // 1000 or not clicks(click[0]):
        continue
    lone = click[1] - click[0] < HZ * CLICK_MS // 1000  # else speech follows within 25 ms
    waits.append((after[0] - click[0]) * 1000 // HZ if lone else 25)
print("from press to speech, ms:", waits)
sys.exit(0 if len(waits) >= 5 and max(waits) <= 300 else 1)
END
soon=no # what is at hand needs a few ms of this process: it goes before another's work where it may, and one of three must do
for _ in 1 2 3; do
    (cd "$WORK" && nice -n -15 "$BUILD/kiosk" --play "$WORK/a.play" 2>"$WORK/play.err") || fail "the measured visit"
    python3 "$WORK/measure.py" "$WORK/heard.raw" && soon=yes && break
done
[ $soon = yes ] || fail "speech came too late"

# ---- a language without a voice ----
cat >"$WORK/a.play" <<'END'
language fil
tap speak
expect screen sound
dump sound.json
tap back
language en
tap speak
expect screen home
END
play "$WORK/a.play"
grep -q '"role": "notice"' "$WORK/sound.json" || fail "a language without a voice does not say so"

# ---- headphones: their socket starts it and stops it ----
mkfifo "$WORK/socket"
settings "headphone-device = $WORK/socket"
rm -f "$SDL_DISKAUDIOFILE"
"$BUILD/kiosk" 2>"$WORK/kiosk.log" &
kiosk=$!
PIDS="$PIDS $kiosk"
exec 3<>"$WORK/socket"
silent() { ! plays; }
started() { grep -q pcsc /proc/$kiosk/maps 2>/dev/null && [ "$(ls /proc/$kiosk/task | wc -l)" -ge 4 ]; }
within 300 started || fail "the terminal did not start"
# idle: no sound thread, and nothing ticks for two seconds, once whatever starting still does is over
plays && fail "the sound device is open though nobody listens"
idle() {
    before=$(ticks)
    sleep 2
    [ "$(ticks)" -eq "$before" ]
}
idle || idle || idle || fail "an idle terminal with speech at hand takes time"
event 1 >&3
within 100 plays || fail "headphones do not start speech"
loud() { [ "$(tr -d '\000' <"$SDL_DISKAUDIOFILE" | wc -c)" -gt 2000 ]; }
within 200 loud || fail "nothing is heard in the headphones"
event 0 >&3
within 100 silent || fail "speech goes on without headphones"
kill "$kiosk"
wait "$kiosk" || fail "the terminal did not end well"
exec 3>&-

# ---- clocks stand still while a page is read ----
settings "idle-warn-s = 1" "idle-warn-speech-s = 1" "idle-end-s = 20"
cat >"$WORK/a.play" <<'END'
language ja
tap speak
sleep 4000
expect screen home
key pause
wait screen still-there 30
END
play "$WORK/a.play"
# and who listens has longer before the warning
settings "idle-warn-s = 1" "idle-warn-speech-s = 4" "idle-end-s = 20"
cat >"$WORK/a.play" <<'END'
language ja
tap speak
key pause
sleep 2500
expect screen home
wait screen still-there 30
END
play "$WORK/a.play"
exit 0
