#!/bin/sh
# timeout: 120
# waits
# make run: without a display it plays a visit whose record reaches the desk and whose pictures are there;
# with one it shows the kiosk until Ctrl-C; in both it leaves nothing running, and stops nothing that it
# did not start.
. "$(dirname "$0")/env.sh"
alone "$0" "$@"

# --- no display: the sample visit
"$TOP/packaging/run" >"$WORK/out" 2>&1 || fail "packaging/run gave $?"
none_left
for picture in attract home explain pin question accepted; do
    file=$(find "$KIOSK_HOME/pictures" -name "*-$picture.png")
    [ -s "$file" ] || fail "no picture of $picture"
    [ "$(identify -format '%wx%h %k' "$file" | awk '$1 == "1920x1080" && $2 > 8 { print "good" }')" = good ] ||
        fail "$file is no picture of a screen"
done
line=$(tail -n 1 "$WORK/out")
printf '%s\n' "$line" | python3 -c '
import json, sys
record = json.loads(sys.stdin.read())
assert record["procedure"] == "resident-record" and record["state"] == "new", record
assert record["facts"]["applicant.name"] == "日立　花子", record
assert record["number"], record' || fail "the last line is not the record: $line"
grep -q "$KIOSK_HOME/pictures" "$WORK/out" || fail "does not say where the pictures are"
grep -Eq 'http://127\.0\.0\.1:[0-9]+/' "$WORK/out" || fail "does not say where the desk is"
password_file=$(sed -n 's/.*password in //p' "$WORK/out" | head -n 1)
[ -s "$password_file" ] || fail "does not say where the staff password is"

# --- again: the set-up stays, a second record arrives
keys=$(cat "$KIOSK_HOME"/keys/*.crt | sha256sum)
"$TOP/packaging/run" >"$WORK/out" 2>&1 || fail "the second run gave $?"
none_left
[ "$keys" = "$(cat "$KIOSK_HOME"/keys/*.crt | sha256sum)" ] || fail "the second run changed the keys"
[ "$("$BUILD/kiosk-desk" --export json 2>/dev/null | wc -l)" -eq 2 ] || fail "the second record is not at the desk"

# --- a pcscd that was there stays there
/usr/sbin/pcscd --foreground >"$WORK/pcscd.log" 2>&1 &
pcscd=$!
for _ in $(seq 50); do
    [ -S /run/pcscd/pcscd.comm ] && break
    sleep 0.1
done
"$TOP/packaging/run" >"$WORK/out" 2>&1 || fail "with a running pcscd it gave $?"
kill -0 "$pcscd" || fail "it stopped a pcscd that it had not started"
kill "$pcscd"
wait "$pcscd" 2>/dev/null
none_left

# --- a display: the kiosk until it is told to stop
run_display() { # SIGNAL EXIT: shows the kiosk, places a card as the text says, sends SIGNAL
    rm -f "$WORK/display"
    Xvfb -displayfd 3 -screen 0 1920x1080x24 -nolisten tcp 3>"$WORK/display" 2>"$WORK/xvfb.log" &
    xvfb=$!
    for _ in $(seq 100); do
        [ -s "$WORK/display" ] && break
        sleep 0.1
    done
    display=:$(cat "$WORK/display")
    # sh starts a background command with SIGINT ignored, which no terminal does
    DISPLAY=$display python3 -c 'import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.setsid()
os.execv(sys.argv[1], sys.argv[1:])' "$TOP/packaging/run" >"$WORK/out" 2>&1 &
    run=$!
    for _ in $(seq 150); do
        ours | grep -qx kiosk && DISPLAY=$display xdotool search --class kiosk >/dev/null 2>&1 && break
        kill -0 "$run" 2>/dev/null || fail "packaging/run ended by itself"
        sleep 0.1
    done
    ours | grep -qx kiosk || fail "the kiosk does not run"
    grep -q 'card insert hanako' "$WORK/out" || fail "does not say how to place a card"
    "$BUILD/kioskctl" card insert hanako >/dev/null || fail "the card can't be placed"
    "$TOP/packaging/run" >"$WORK/second" 2>&1 && fail "two at the same time"
    grep -q 'in use' "$WORK/second" || fail "a second run does not say why it ends"
    if [ "$1" = kiosk ]; then # staff end the kiosk itself
        for entry in /proc/[0-9]*; do
            [ "$(readlink "$entry/exe" 2>/dev/null)" = "$BUILD/kiosk" ] &&
                tr '\0' '\n' <"$entry/environ" | grep -qx "KIOSK_HOME=$KIOSK_HOME" && kill "${entry#/proc/}"
        done
    else # Ctrl-C reaches the whole group of the terminal
        kill -s "$1" -- "-$run"
    fi
    wait "$run"
    code=$?
    [ "$code" -eq "$2" ] || fail "after $1 it gave $code, not $2"
    none_left
    kill "$xvfb"
    wait "$xvfb" 2>/dev/null
}
mkdir -p /tmp/.X11-unix
mount -t tmpfs tmpfs /tmp/.X11-unix
run_display INT 130
run_display TERM 143
run_display kiosk 0
exit 0
