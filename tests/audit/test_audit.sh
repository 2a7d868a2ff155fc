#!/bin/sh
# timeout: 300
# The audit finds what it is there to find: a page with one fault on purpose for each rule is reported
# under that rule, and the same page without the fault is not. Then a rotating few of the looks of every
# page, on a panel of 21.5 inch and, in make soak, on one of 15.6 inch: no rule has a finding.
TOP=$(cd "$(dirname "$0")/../.." && pwd)
BUILD=${BUILD:-$TOP/build}
AUDIT=$BUILD/tests/audit
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
bad=0

"$AUDIT" "$TOP" "$BUILD" --planted none >"$WORK/none" || { echo "the sound page has findings"; cat "$WORK/none"; exit 1; }
"$AUDIT" "$TOP" "$BUILD" --planted all >"$WORK/all" || { echo "a planted fault was not seen"; cat "$WORK/all"; bad=1; }
[ "$("$AUDIT" --rules | wc -l)" -eq "$(wc -l <"$WORK/all")" ] || { echo "a rule was left out"; bad=1; }
# an audit that tells areas apart without their colours notices by itself that its answers don't hold
"$AUDIT" "$TOP" "$BUILD" --planted sums >"$WORK/sums"
[ $? -eq 2 ] || { echo "known answers were not sought again"; cat "$WORK/sums"; bad=1; }
for panel in 21.5 ${SOAK:+15.6}; do
    "$AUDIT" "$TOP" "$BUILD" --sample --panel "$panel" >"$WORK/sample"
    status=$?
    [ "$status" -ne 2 ] || { echo "the walk did not come to its end"; exit 1; }
    if [ "$status" -ne 0 ]; then
        cat "$WORK/sample"
        report=$(tail -n 1 "$WORK/sample")
        head -n 40 "${report#*: }"
        bad=1
    fi
done
exit $bad
