#!/bin/sh
# timeout: 120
# Visits that pause and are taken up again; with --soak forty of each procedure by chance. The log tells nothing of them.
seeds=1
[ -z "${SOAK:-}" ] || seeds=40
"$BUILD/tests/pause" "$TOP" "$BUILD" $seeds >"$TMPDIR/out" 2>"$TMPDIR/log" || {
    tail -n 40 "$TMPDIR/log"
    exit 1
}
grep -E 'すめらぎ|(^|[^0-9a-f])[0-9]{8}([^0-9a-f]|$)' "$TMPDIR/log" && {
    echo "a name or a number is in the log"
    exit 1
}
exit 0
