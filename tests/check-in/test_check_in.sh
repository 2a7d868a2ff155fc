#!/bin/sh
# timeout: 120
# Many people check in with a card at one terminal: each within 5 s (the machine's part is far less), each once in the queue,
# no serial number of a card in any file, no try of a PIN spent. With --soak 5,000 people.
people=150
[ -z "${SOAK:-}" ] || people=5000
"$BUILD/tests/check-in" "$TOP" "$BUILD" $people 2>"$TMPDIR/log" || {
    tail -n 5 "$TMPDIR/log"
    exit 1
}
grep -q 40000000000 "$TMPDIR/log" && {
    echo "a serial number is in the log"
    exit 1
}
exit 0
