#!/bin/sh
# timeout: 300
# The audit finds what it is there to find: a page with one fault on purpose for each rule is reported
# under that rule, and the same page without the fault is not.
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
exit $bad
