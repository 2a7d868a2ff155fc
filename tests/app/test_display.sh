#!/bin/sh
# timeout: 60
# waits
# The terminal in a real window: real touches (as SDL makes them of the pointer) lead from the first page
# on, the picture on the display changes, idle it draws nothing, and SIGTERM ends it within two seconds.
. "$(dirname "$0")/env.sh"
alone "$0" "$@"
mkdir -p /tmp/.X11-unix
mount -t tmpfs tmpfs /tmp/.X11-unix
chmod 1777 /tmp/.X11-unix
"$BUILD/kioskctl" init >/dev/null || fail init
start xvfb Xvfb :7 -screen 0 1920x1080x24 -nolisten tcp
export DISPLAY=:7 SDL_VIDEODRIVER=x11 SDL_MOUSE_TOUCH_EVENTS=1

colour() { # X Y: the colour that the display shows there, as rrggbb
    import -silent -window root -crop "1x1+$1+$2" -depth 8 rgb:- 2>/dev/null | od -An -tx1 | tr -d ' \n'
}
shows() { # X Y COLOUR: within five seconds
    for _ in $(seq 50); do
        [ "$(colour "$1" "$2")" = "$3" ] && return 0
        sleep 0.1
    done
    fail "at $1,$2 the display shows $(colour "$1" "$2"), not $3"
}
for _ in $(seq 50); do
    xdotool getdisplaygeometry >/dev/null 2>&1 && break
    sleep 0.1
done
"$BUILD/kiosk" 2>"$WORK/kiosk.log" &
kiosk=$!
PIDS="$PIDS $kiosk"
shows 60 400 00118f # the first page's blue
sleep 1 # a page that just came takes no touch for 0.3 s
xdotool mousemove 600 400 mousedown 1 sleep 0.1 mouseup 1
shows 60 400 fbfaf7 # home's paper
sleep 0.5
xdotool mousemove 960 820 mousedown 1 sleep 0.1 mouseup 1 # the widest door: the guide
shows 1300 1000 00118f # its page has the main button
mkdir -p "$BUILD/pictures"
import -silent -window root "$BUILD/pictures/display.png"
# by keys as the display server sends them: back to home, then the same door again
sleep 0.5
xdotool key F1
shows 1300 1000 ffffff # help has no main button
sleep 0.5
xdotool key Escape
shows 1300 1000 00118f
sleep 0.5
xdotool key Escape
shows 1300 1000 ffffff # nor has home
sleep 0.5
xdotool key Down sleep 0.1 key Down sleep 0.1 key Down sleep 0.1 key Down sleep 0.1 key Return
shows 1300 1000 00118f
sleep 0.5
# two switches: the ring begins at the first thing; at once on, and select the main act
xdotool key KP_Enter # a number pad's: the main act
shows 1300 1000 ffffff # the first question waits for an answer
ticks() { awk '{print $14 + $15}' "/proc/$kiosk/stat"; }
sleep 1
before=$(ticks)
sleep 3
[ "$(($(ticks) - before))" -le 1 ] || fail "the idle terminal used $(($(ticks) - before)) ticks in three seconds"
kill -TERM "$kiosk"
for _ in $(seq 20); do
    kill -0 "$kiosk" 2>/dev/null || break
    sleep 0.1
done
kill -0 "$kiosk" 2>/dev/null && fail "SIGTERM did not end the kiosk within two seconds"
wait "$kiosk" || fail "the kiosk ended with $?"
exit 0
