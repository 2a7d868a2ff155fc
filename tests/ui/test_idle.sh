#!/bin/sh
# timeout: 60
# alone
# A page that nobody touches costs nothing: no frame and no tick of processor time, on the dummy driver
# and, where Xvfb is there, on X11. A signal still ends it at once, and a touch still comes through.
TOP=${TOP:-$(cd "$(dirname "$0")/../.." && pwd)}
BUILD=${BUILD:-$TOP/build}
WORK=$(mktemp -d)
SECONDS_IDLE=${SOAK:+20}
SECONDS_IDLE=${SECONDS_IDLE:-3}
tool=$BUILD/asan/tests/ui/tool_idle
xvfb=
pid=
trap 'kill $pid $xvfb 2>/dev/null; rm -rf "$WORK"' EXIT
cd "$TOP" || exit 1

fail() {
    echo "$*"
    cat "$WORK/out" 2>/dev/null
    exit 1
}

# user and system ticks of all threads
ticks() {
    sed 's/.*) //' "/proc/$1/stat" | awk '{ print $12 + $13 }'
}

wait_for() { # text in the output, at most 10 s
    for _ in $(seq 100); do
        grep -q "$1" "$WORK/out" && return 0
        sleep 0.1
    done
    return 1
}

idle_on() {
    driver=$1
    : >"$WORK/out"
    # libdbus, which SDL loads for X11, keeps a little for ever
    ASAN_OPTIONS=detect_leaks=0 SDL_VIDEODRIVER=$driver "$tool" >"$WORK/out" 2>&1 &
    pid=$!
    wait_for '^ready' || fail "$driver: no page came"
    frames=$(sed -n 's/^ready //p' "$WORK/out")
    before=$(ticks $pid)
    sleep "$SECONDS_IDLE"
    after=$(ticks $pid)
    [ "$before" = "$after" ] || fail "$driver: $((after - before)) ticks while idle"
    if [ "$driver" = x11 ] && command -v xdotool >/dev/null; then
        xdotool mousemove 200 240 click 1
        wait_for '^input 1 door:house' || fail "$driver: the touch did not come through"
        frames=$((frames + 2)) # pressed and let go
    fi
    kill -TERM $pid
    wait_for '^end' || fail "$driver: the signal did not end it"
    wait $pid || fail "$driver: ended with $?"
    [ "$(sed -n 's/^end //p' "$WORK/out")" = "$frames" ] || fail "$driver: frames while idle, $frames expected"
    pid=
}

idle_on dummy
idle_on offscreen
if command -v Xvfb >/dev/null; then
    Xvfb -displayfd 3 -screen 0 1280x720x24 -nolisten tcp 3>"$WORK/display" 2>/dev/null &
    xvfb=$!
    for _ in $(seq 100); do
        [ -s "$WORK/display" ] && break
        sleep 0.1
    done
    DISPLAY=:$(cat "$WORK/display")
    export DISPLAY
    idle_on x11
fi
exit 0
