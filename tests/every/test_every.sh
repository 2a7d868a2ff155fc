#!/bin/sh
# timeout: 400
# Every procedure of the content, ten times each with answers by chance, in all languages in turn: the record that was
# sealed, opened with the desk's key, holds what was answered; what keeps nothing leaves nothing. Where an answer is taken
# for another no record is right: the comparison can fail. Then what the commonest visits cost in pages, touches, typed characters.
EVERY=$BUILD/tests/every
"$EVERY" "$TOP" "$BUILD" >"$TMPDIR/out" 2>"$TMPDIR/log" || {
    cat "$TMPDIR/out"
    grep -v ' level=' "$TMPDIR/log" | head -n 60
    exit 1
}
cat "$TMPDIR/out"
"$EVERY" "$TOP" "$BUILD" --seeds 3 --only resident-record --mistaken >"$TMPDIR/mistaken" 2>/dev/null && {
    echo "answers that nobody gave were taken for right"
    exit 1
}
grep -q ' 0 records opened' "$TMPDIR/mistaken" || {
    tail -n 1 "$TMPDIR/mistaken"
    exit 1
}
"$EVERY" "$TOP" "$BUILD" --visits 2>"$TMPDIR/log" || {
    grep -v ' level=' "$TMPDIR/log" | head -n 40
    exit 1
}
