# tests/app/env.sh - sourced by the tests of whole visits: a private machine in a mount and network
# namespace with its own pcscd, virtual reader, set-up and city. Call `alone "$0" "$@"` first.

TOP=$(cd "$(dirname "$0")/../.." && pwd)
BUILD=${BUILD:-$TOP/build}
case $BUILD in /*) ;; *) BUILD=$TOP/$BUILD ;; esac

# Starts the script again inside namespaces of its own (needs root or user namespaces).
alone() {
    if [ -z "${MADOGUCHI_ALONE:-}" ]; then
        MADOGUCHI_ALONE=1 exec unshare -m -n --propagation private sh "$@"
    fi
    ip link set lo up
    mkdir -p /run/pcscd
    mount -t tmpfs tmpfs /run/pcscd
    WORK=$(mktemp -d)
    export KIOSK_HOME="$WORK/home"
    export SDL_VIDEODRIVER=dummy
    PIDS=
    trap cleanup EXIT
    trap 'exit 130' INT TERM
}

cleanup() {
    status=$?
    "$BUILD/kioskctl" card remove >/dev/null 2>&1
    for pid in $PIDS; do
        kill "$pid" 2>/dev/null
    done
    wait 2>/dev/null
    [ -n "${KEEP:-}" ] && echo "kept: $WORK" || rm -rf "$WORK"
    exit $status
}

start() { # NAME COMMAND...: in the background, log in $WORK/NAME.log
    name=$1
    shift
    "$@" >"$WORK/$name.log" 2>&1 &
    PIDS="$PIDS $!"
}

reader() { # a pcscd with the virtual reader
    start pcscd /usr/sbin/pcscd --foreground
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        [ -S /run/pcscd/pcscd.comm ] && return 0
        sleep 0.1
    done
    fail "pcscd did not start"
}

city() { # intake and sync
    start intake "$BUILD/kiosk-intake"
    start sync "$BUILD/kiosk-sync"
}

fail() {
    echo "FAILED: $*"
    for log in "$WORK"/*.log; do
        [ -s "$log" ] && { echo "--- $log"; tail -n 15 "$log"; }
    done
    exit 1
}

play() { # FILE: plays it, in $WORK so that shots land there
    (cd "$WORK" && "$BUILD/kiosk" --play "$1" 2>"$WORK/play.err") || { cat "$WORK/play.err"; fail "play $1"; }
}

exported() { # waits until the desk's export has COUNT lines, then prints them
    for _ in $(seq 100); do
        lines=$("$BUILD/kiosk-desk" --export json 2>/dev/null | wc -l)
        [ "$lines" -ge "$1" ] && break
        sleep 0.1
    done
    "$BUILD/kiosk-desk" --export json 2>/dev/null
}

look() { # SIZE THEME, both from 0: the steps of a play that choose them by the screen's own buttons
    set -- "$1" "$2" small normal large huge default black white low-glare
    i=$(($1 + 3))
    j=$(($2 + 7))
    eval "echo tap text-size; echo tap text-size:\${$i}; echo tap contrast; echo tap contrast:\${$j}"
}

# ---- for the ear ----

keep_conf() { # the set-up's settings, for settings() to begin with
    CONF=$KIOSK_HOME/madoguchi.conf
    cp "$CONF" "$WORK/plain.conf"
}

settings() { # LINE...: these, and the usual ones behind them: of two lines for one setting the first counts
    { printf '%s\n' "$@" && cat "$WORK/plain.conf"; } >"$CONF"
}

heard() { # "screen why id text" a line of what a play has heard in heard.json
    sed -n 's/.*"screen": "\([^"]*\)", "why": "\([^"]*\)", "id": "\([^"]*\)".*"text": "\(.*\)"}$/\1 \2 \3 \4/p' "$WORK/heard.json"
}

event() { # VALUE: struct input_event of a 64-bit kernel: time, EV_SW, SW_HEADPHONE_INSERT, value
    printf '\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\005\0\002\0\'"$1"'\0\0\0'
}

within() { # TENTHS COMMAND...
    tenths=$1
    shift
    for _ in $(seq "$tenths"); do
        "$@" && return 0
        sleep 0.1
    done
    return 1
}

# of the process $kiosk: is its sound device open, what time has it taken
plays() { grep -q SDLAudio /proc/$kiosk/task/*/comm 2>/dev/null; }
ticks() { sed 's/.*) //' "/proc/$kiosk/stat" | awk '{ print $12 + $13 }'; }
