#!/bin/sh
# timeout: 900
# clang-tidy, with the families that .clang-tidy lists, on everything that runs at a counter. Clean files are
# remembered by content under the build folder, so a second run takes seconds. `make soak` analyses deeper
# (tests/tools/tidy-one).
. "$(dirname "$0")/env.sh"

results=$BUILD/tidy
mkdir -p "$results"
find kiosk tests/vcard -name '*.c' | sort | xargs -P 2 -n 8 "$TOOLS/tidy-one" "$results" || bad=1

cat >"$WORK/planted.c" <<'END'
#include <stdlib.h>
int planted(int n);
int planted(int n)
{
    int *p = malloc(sizeof(p) * 2);
    if (n > 0) {
        return 1;
    }
    free(p);
    return *p;
}
END
mkdir "$WORK/results"
must_find 'a leak and a use after free' "$TOOLS/tidy-one" "$WORK/results" "$WORK/planted.c"
exit $bad
