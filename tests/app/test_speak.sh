#!/bin/sh
# timeout: 240
# alone
# Speech as it sounds: how soon, a language without a voice, headphones, clocks that stand still meanwhile, and an idle
# terminal that does nothing. Sound is read back from SDL's disk driver. What is said: test_said.sh.
. "$(dirname "$0")/env.sh"
alone "$0" "$@"
"$BUILD/kioskctl" init >/dev/null || fail init
reader
keep_conf

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
