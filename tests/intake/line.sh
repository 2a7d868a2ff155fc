# tests/intake/line.sh - sourced by scripts that drive the line's real programs: a set-up in a folder of the test's own
# (FOLDER, KIOSK_HOME, keys) and tool_line (TOOL), which goes when the script ends, as does the intake.
TOP=${TOP:-$(cd "$(dirname "$0")/../.." && pwd)}
BUILD=${BUILD:-$TOP/build}
case $BUILD in /*) ;; *) BUILD=$TOP/$BUILD ;; esac
TOOL=$BUILD/asan/tests/intake/tool_line
export ASAN_OPTIONS=detect_leaks=0 # the helper leaves its few path strings
FOLDER=$(mktemp -d "${TMPDIR:-/tmp}/line-XXXXXX")
export KIOSK_HOME=$FOLDER/home
INTAKE=''

line_end() {
    [ -z "$INTAKE" ] || { kill "$INTAKE" && wait "$INTAKE"; } 2>/dev/null
    rm -rf "$FOLDER"
}
trap line_end EXIT

fail() {
    echo "$(basename "$0" .sh): FAILED: $*"
    tail -n 5 "$FOLDER"/*.log 2>/dev/null
    exit 1
}

start_intake() { # as a terminal's settings name it from then on; PORT
    "$BUILD/kiosk-intake" 2>"$FOLDER/intake.log" &
    INTAKE=$!
    for _ in $(seq 200); do
        grep -q event=intake.listening "$FOLDER/intake.log" && break
        kill -0 "$INTAKE" 2>/dev/null || return 1
        sleep 0.05
    done
    PORT=$(sed -n 's/.*event=intake.listening.* port=\([0-9]*\).*/\1/p' "$FOLDER/intake.log")
    "$TOOL" port "$PORT" || fail "no settings"
}

mkdir "$KIOSK_HOME"
"$TOOL" init || fail "no set-up"
keys=$KIOSK_HOME/keys
