#!/bin/sh
# timeout: 120
# Loading the content: at most 50 ms for what exists; with a thousand procedures a file takes at most 1.2 times what it
# takes with a hundred, and at most 64 KiB of memory. Processor time, the best of several loads; needs build/bench/content.
set -u
cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-build}
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT

measure() { # a new folder each time
    rm -rf "$WORK/made" && mkdir "$WORK/made"
    "$BUILD/bench/content" "$PWD/assets" "$WORK/made"
}
holds() { # the bounds, over lines "name number"
    awk 'BEGIN { most["real-ms"] = 50; most["ratio"] = 1.2; most["many-kib-a-file"] = 64 }
        $1 in most { seen++; if ($2 + 0 <= 0 || $2 > most[$1]) { print $1 " is " $2 ", at most " most[$1]; bad = 1 } }
        END { exit bad || seen != 3 }'
}
for planted in "real-ms 51" "ratio 1.21" "many-kib-a-file 65" "ratio 0" "none 1"; do
    printf 'real-ms 1\nratio 1\nmany-kib-a-file 1\n%s\n' "$planted" | sed "/^${planted%% *} 1\$/d" |
        holds >/dev/null && [ "$planted" != "none 1" ] && { echo "not noticed: $planted"; exit 1; }
done
printf 'real-ms 1\nratio 1\n' | holds >/dev/null && { echo "a lacking line is not noticed"; exit 1; }
# what others do on this machine disturbs the caches too: one of three must hold
for _ in 1 2 3; do
    measure >"$WORK/out" || exit 1
    cat "$WORK/out"
    holds <"$WORK/out" && exit 0
done
exit 1
