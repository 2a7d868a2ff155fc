#!/bin/sh
# Every header compiles alone, twice, with warnings as errors.
. "$(dirname "$0")/env.sh"

# The tests may use what glibc adds; the product may not.
alone() { # HEADER DEFINE...: as the only include of a file, included twice
    printf '#include "%s"\n#include "%s"\nextern int not_empty;\n' "$1" "$1" >"$WORK/alone.c"
    shift
    # shellcheck disable=SC2046 # flags are words
    cc -std=c17 "$@" -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE -Wall -Wextra -Wpedantic -Werror -Wshadow \
        -Wmissing-prototypes -Wstrict-prototypes -Wundef -I"$TOP/kiosk" -I"$TOP/tests" -isystem "$WORK" \
        $(pkg-config --cflags-only-I sdl2 SDL2_ttf libpcsclite icu-uc libcjson libpq 2>/dev/null | sed 's/-I/-isystem/g') \
        -fsyntax-only "$WORK/alone.c" 2>"$WORK/alone.err"
}
count=0
for header in $(sources | grep '\.h$'); do
    case $header in
    tests/*) alone "$TOP/$header" -D_GNU_SOURCE ;;
    *) alone "$TOP/$header" ;;
    esac || { wrong "$header does not compile alone:"; head -n 5 "$WORK/alone.err"; }
    count=$((count + 1))
done
[ "$count" -gt 10 ] || wrong "only $count headers were looked at"
printf 'int broken(size_t n);\n' >"$WORK/broken.h"
must_find 'a header that lacks an include' alone "$WORK/broken.h"
exit $bad
