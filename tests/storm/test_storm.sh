#!/bin/sh
# timeout: 900
# Records from many queues to one ledger while the line breaks in every way and every process is killed; what
# is promised is checked at the end (tests/storm/check.c). Two programs that each lack one guard must be found,
# and an event that was changed after a terminal signed it.
# RECORDS, KIOSKS, SEED, FAULTS (of 1,000 requests) by the environment; with --soak 20 times, which is 1,000,000 records.
set -u
TOP=${TOP:-$(cd "$(dirname "$0")/../.." && pwd)}
BUILD=${BUILD:-$TOP/build}
case $BUILD in /*) ;; *) BUILD=$TOP/$BUILD ;; esac
# A network of its own for its ports, and a disk in memory: what is killed here are processes, not machines.
if [ -z "${STORM_ALONE:-}" ]; then
    STORM_ALONE=1 exec unshare -m -n --propagation private sh "$0" "$@"
fi
ip link set lo up
RECORDS=${RECORDS:-50000} KIOSKS=${KIOSKS:-16} FAULTS=${FAULTS:-30}
SEED=${SEED:-$(date +%s)}
ROUNDS=${ROUNDS:-1}
[ -z "${SOAK:-}" ] || ROUNDS=${SOAK_ROUNDS:-20}
WORK=$(mktemp -d)
trap 'umount "$WORK" 2>/dev/null; rmdir "$WORK"' EXIT
mount -t tmpfs tmpfs "$WORK" || exit 1
bad=0

storm() { # RECORDS KIOSKS SEED SYNC INTAKE; output in $WORK/told
    mkdir "$WORK/line"
    "$BUILD/tests/storm" "$2" "$1" "$3" "$FAULTS" "$WORK/line" "$4" "$5" >"$WORK/told" 2>&1
    status=$?
    if [ $status != 0 ] && [ "$4$5" = "$BUILD/kiosk-sync$BUILD/kiosk-intake" ]; then
        tail -n 5 "$WORK"/line/*/*.log
    fi
    rm -rf "$WORK/line"
    return $status
}

for round in $(seq "$ROUNDS"); do
    storm "$RECORDS" "$KIOSKS" $((SEED + round)) "$BUILD/kiosk-sync" "$BUILD/kiosk-intake" || bad=1
    cat "$WORK/told"
    [ $bad = 0 ] || exit 1
done

must_find() { # WHAT SYNC INTAKE MESSAGE [AND ANOTHER]
    FAULTS=150
    storm 600 4 "$SEED" "$2" "$3"
    if [ $? != 1 ] || ! grep -q "broken promise: $4" "$WORK/told" || ! grep -q "broken promise: ${5:-$4}" "$WORK/told"; then
        echo "FAILED: not found: $1 (SEED=$SEED)"
        cat "$WORK/told"
        bad=1
    fi
}
export STORM_HARM=1
must_find "an intake that answers before it commits, or an event that was changed" "$BUILD/kiosk-sync" "$BUILD/tests/intake-early" \
    "a receipt for what the ledger does not have" "the chain of events is not what was signed (kiosk-000, 6)"
unset STORM_HARM
must_find "a sync that deletes on any 200" "$BUILD/tests/sync-trusting" "$BUILD/kiosk-intake" "lost: a gap"
exit $bad
