# tests/tools/env.sh - sourced by the static checks: where things are, a folder of their own, and a word
# for each thing that is wrong.
set -eu
TOP=$(cd "$(dirname "$0")/../.." && pwd)
BUILD=${BUILD:-$TOP/build}
case $BUILD in /*) ;; *) BUILD=$TOP/$BUILD ;; esac
TOOLS=$TOP/tests/tools
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
trap 'exit 130' INT TERM
cd "$TOP"

bad=0
wrong() { # TEXT...: says what is wrong and goes on
    printf '%s\n' "$*"
    bad=1
}
must_find() { # WHAT COMMAND...: the check has to fail on a planted fault
    what=$1
    shift
    if "$@" >"$WORK/planted" 2>&1; then
        wrong "the check does not notice: $what"
    fi
}
sources() { # the project's C files
    find kiosk tests -name '*.[ch]' -not -path '*/node_modules/*' | sort
}
