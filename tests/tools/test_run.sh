#!/bin/sh
# The test runner itself: it must call red what is red.
. "$(dirname "$0")/env.sh"

tree=$WORK/tree/tests
mkdir -p "$tree/x" "$tree/y"
cp tests/run "$tree/"
result() { # what the runner says in that tree, one at a time
    (cd "$WORK/tree" && env -u MADOGUCHI_TEST tests/run --no-build --jobs 1) >"$WORK/out" 2>&1
}
script() { # FILE LINE...
    file=$tree/$1
    shift
    printf '%s\n' '#!/bin/sh' "$@" >"$file"
    chmod +x "$file"
}
expect() { # EXIT LAST-LINE
    code=0
    result || code=$?
    [ "$code" -eq "$1" ] || wrong "exit $code, expected $1"
    [ "$(tail -n 1 "$WORK/out")" = "$2" ] || wrong "last line \"$(tail -n 1 "$WORK/out")\", expected \"$2\""
}
expect 1 '0 passed, 0 failed'
script x/test_ok.sh 'exit 0'
expect 0 '1 passed, 0 failed'
script y/test_bad.sh '# alone' 'echo why it is bad' 'exit 3'
expect 1 '1 passed, 1 failed'
grep -q 'why it is bad' "$WORK/out" || wrong "a failed test's output is missing"
grep -q 'y/test_bad .*(exit 3)' "$WORK/out" || wrong "a failed test's exit code is missing"
script y/test_bad.sh '# timeout: 1' 'sleep 60'
expect 1 '1 passed, 1 failed'
grep -q 'took longer than 1 s' "$WORK/out" || wrong "the time-out is missing"
script y/test_bad.sh 'setsid sleep 61 &' 'exit 0'
expect 1 '1 passed, 1 failed'
grep -q 'left running: sleep' "$WORK/out" || wrong "a process left behind is missing"
rm "$tree/y/test_bad.sh" "$tree/x/test_ok.sh"
# who waits runs beside those that compute, and goes before them; who is alone meets nobody
script x/test_computes.sh "nice >$WORK/nice-computes" "touch $WORK/here" \
    "for _ in \$(seq 100); do [ -e $WORK/there ] && exit 0; sleep 0.1; done; exit 1"
script x/test_waits.sh '# waits' "nice >$WORK/nice-waits" \
    "for _ in \$(seq 100); do [ -e $WORK/here ] && touch $WORK/there && exit 0; sleep 0.1; done; exit 1"
script y/test_alone.sh '# alone' "nice >$WORK/nice-alone" "[ -e $WORK/there ]"
expect 0 '3 passed, 0 failed'
own=$(nice)
[ "$(cat "$WORK/nice-waits" "$WORK/nice-alone" | sort -u)" = "$own" ] || wrong "who waits does not go first"
[ "$(cat "$WORK/nice-computes")" -gt "$own" ] || [ "$own" = 19 ] || wrong "who computes does not stand back"
rm "$tree"/*/test_*.sh
# the time of a core, with what a test's own children took
script x/test_busy.sh 'sh -c "i=0; while [ \$i -lt 200000 ]; do i=\$((i + 1)); done"' 'sleep 0.3'
expect 0 '1 passed, 0 failed'
awk '$1 == "ok" { good = $5 > 0.02 && $5 < $3 - 0.2 } END { exit !good }' "$WORK/out" || wrong "the time of a core: $(cat "$WORK/out")"
script x/test_busy.sh 'exit 0'
printf '/* */\n' >"$tree/y/test_unbuilt.c"
expect 1 '1 passed, 1 failed'
exit $bad
