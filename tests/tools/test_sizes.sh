#!/bin/sh
# One role a file, one thought a function.
. "$(dirname "$0")/env.sh"

# shellcheck disable=SC2046 # file names of ours have no spaces
python3 "$TOOLS/check-sizes" $(sources) || bad=1

long_function() { # LINES: a function of that many
    printf 'int\nplanted(void)\n{\n'
    yes '    f();' | head -n "$1"
    printf '}\n'
}
long_function 80 >"$WORK/planted.c"
python3 "$TOOLS/check-sizes" "$WORK/planted.c" || wrong "80 lines are allowed"
long_function 81 >"$WORK/planted.c"
must_find 'a function of 81 lines' python3 "$TOOLS/check-sizes" "$WORK/planted.c"
yes '/* */' | head -n 801 >"$WORK/planted.c"
must_find 'a file of 801 lines' python3 "$TOOLS/check-sizes" "$WORK/planted.c"
exit $bad
