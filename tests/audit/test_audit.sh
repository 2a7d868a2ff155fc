#!/bin/sh
# timeout: 400
# The audit finds what it is there to find: a page with one fault on purpose for each rule is reported
# under that rule, and the same page without the fault is not. Then a rotating few of the looks of every
# page: the rules that hold everywhere must hold in these.
TOP=$(cd "$(dirname "$0")/../.." && pwd)
BUILD=${BUILD:-$TOP/build}
AUDIT=$BUILD/tests/audit
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
bad=0

findings() { # RULE FILE: how many the table tells
    awk -v rule="$1" '$1 == rule { print $3 }' "$2"
}

"$AUDIT" "$TOP" "$BUILD" --planted none >"$WORK/none"
[ -s "$WORK/none" ] || { echo "the audit does not run"; exit 1; }
for rule in $("$AUDIT" --rules); do
    "$AUDIT" "$TOP" "$BUILD" --planted "$rule" >"$WORK/planted"
    status=$?
    sound=$(findings "$rule" "$WORK/none")
    planted=$(findings "$rule" "$WORK/planted")
    if [ "$status" -ne 1 ] || [ "${planted:-0}" -le "${sound:-0}" ]; then
        echo "$rule: a planted fault was not seen (exit $status, $planted findings, $sound without it)"
        cat "$WORK/planted"
        bad=1
    fi
done
"$AUDIT" "$TOP" "$BUILD" --sample >"$WORK/sample"
[ $? -ne 2 ] || { echo "the walk did not come to its end"; exit 1; }
for rule in main opposite contrast place bar low keys scan speech glyph language visited; do
    if [ "$(findings "$rule" "$WORK/sample")" != 0 ]; then
        grep -a "^$rule " "$BUILD/audit-sample/report.txt" | head -n 20
        bad=1
    fi
done
exit $bad
