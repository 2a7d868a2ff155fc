# tests/packaging/env.sh - sourced by the tests of what a user types: a machine of their own (mount and
# network namespace, so that pcscd's socket and every port are free). Call `alone "$0" "$@"` first.
set -u
TOP=$(cd "$(dirname "$0")/../.." && pwd)
BUILD=${BUILD:-$TOP/build}
case $BUILD in /*) ;; *) BUILD=$TOP/$BUILD ;; esac
export BUILD

alone() {
    if [ -z "${MADOGUCHI_ALONE:-}" ]; then
        # root, or a kernel that lets users have namespaces
        if [ "$(id -u)" -eq 0 ]; then
            MADOGUCHI_ALONE=1 exec unshare -m -n --propagation private sh "$@"
        fi
        MADOGUCHI_ALONE=1 exec unshare -r -m -n --propagation private sh "$@"
    fi
    ip link set lo up
    mkdir -p /run/pcscd
    mount -t tmpfs tmpfs /run/pcscd
    WORK=$(mktemp -d)
    export KIOSK_HOME="$WORK/home"
    unset DISPLAY WAYLAND_DISPLAY SDL_VIDEODRIVER
    trap 'rm -rf "$WORK"' EXIT
    trap 'exit 130' INT TERM
}
fail() {
    echo "FAILED: $*"
    [ ! -e "$WORK/out" ] || sed 's/^/  out: /' "$WORK/out"
    for log in "$KIOSK_HOME"/log/*.log; do
        [ ! -s "$log" ] || { echo "--- $log"; tail -n 15 "$log"; }
    done
    exit 1
}
ours() { # processes of our programs that use this KIOSK_HOME, and every pcscd in this network namespace
    for entry in /proc/[0-9]*; do
        case $(readlink "$entry/exe" 2>/dev/null) in
        "$BUILD"/kiosk* | "$BUILD"/virtual-card)
            tr '\0' '\n' <"$entry/environ" 2>/dev/null | grep -qx "KIOSK_HOME=$KIOSK_HOME" && cat "$entry/comm"
            ;;
        */pcscd)
            [ "$(readlink "$entry/ns/net")" = "$(readlink /proc/self/ns/net)" ] && cat "$entry/comm"
            ;;
        esac
    done
}
none_left() {
    for _ in $(seq 30); do
        [ -z "$(ours)" ] && return 0
        sleep 0.1
    done
    fail "still running: $(ours | tr '\n' ' ')"
}
