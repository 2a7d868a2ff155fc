#!/bin/sh
# kioskctl live: the sample city's files are good files, of the day that was asked for, with places of the city's lists and
# record numbers that hold their check digit; a bad line is named.
CTL=$BUILD/kioskctl
fail() {
    echo "$*"
    exit 1
}
"$CTL" live sample >/dev/null 2>&1 && fail "sample without a set-up"
"$CTL" init >/dev/null || fail init
"$CTL" live sample 2026-12-31 >/dev/null || fail sample
"$CTL" live check >"$TMPDIR/out" || fail "$(cat "$TMPDIR/out")"
grep -q 'rows of slots, as of 2026-12-30T23:00:00Z' "$TMPDIR/out" || fail "no slots: $(cat "$TMPDIR/out")"
grep -q 'rows of answers' "$TMPDIR/out" || fail "no answers"
grep -q 'rows of balances' "$TMPDIR/out" || fail "no balances"
for file in "$KIOSK_HOME"/live/*.tsv; do
    list=$TOP/assets/city/lists/$(basename "$file" .tsv).yaml
    grep -q '^# form slots' "$file" || continue
    [ -e "$list" ] || fail "$file: no list of its places"
    grep -q '	2027-01-01	' "$file" || fail "$file: no slot on the next day"
    grep -q '	2026-12-31	' "$file" && fail "$file: a slot today"
    sed -n 's/^\([a-z][^	]*\)	.*/\1/p' "$file" | sort -u >"$TMPDIR/places"
    [ -s "$TMPDIR/places" ] || fail "$file: empty"
done
cp "$KIOSK_HOME/live/answers.tsv" "$TMPDIR/answers.tsv"
printf '9990001\tasked\n' >>"$TMPDIR/answers.tsv"
lines=$(wc -l <"$TMPDIR/answers.tsv")
"$CTL" live check "$TMPDIR/answers.tsv" 2>"$TMPDIR/err" && fail "a bad line passed"
grep -q "answers.tsv:$lines:" "$TMPDIR/err" || fail "the line is not named: $(cat "$TMPDIR/err")"
for words in "" "frob" "sample today" "sample 2026-02-30" "sample 2026-12-31 x"; do
    # shellcheck disable=SC2086
    "$CTL" live $words >/dev/null 2>&1
    [ $? -eq 2 ] || fail "live $words is no wrong use"
done
exit 0
