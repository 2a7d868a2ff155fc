#!/bin/bash
# timeout: 300
# A day at the counter, end to end: 200 visits of all kinds in 14 languages at three terminals with certificates of their own. Two
# have a line, which breaks in the middle of the day; the third has none: some of its records are read as codes, all of them come by
# stick. Then the staff's work, through the page as a browser asks it and the desk's own commands. Everything must add up: what
# visitors answered, ledger, record for record what the desk opens, states, paper, what was handed on.
set -u
TOP=${TOP:-$(cd "$(dirname "$0")/../.." && pwd)}
BUILD=${BUILD:-$TOP/build}
case $BUILD in /*) ;; *) BUILD=$TOP/$BUILD ;; esac
VISITS=(67 67 66)
work=$(mktemp -d "${TMPDIR:-/tmp}/day-XXXXXX")
city=$work/city
intake=''
desk=''
end() {
    for pid in $intake $desk; do
        kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
    done
    rm -rf "$work"
}
trap end EXIT
fail() {
    echo "test_day: FAILED: $*"
    tail -n 5 "$work"/*.log 2>/dev/null | cut -c 1-300
    exit 1
}
ctl() { # HOME ARGUMENTS...
    local home=$1
    shift
    (cd "$work" && KIOSK_HOME=$home "$BUILD/kioskctl" "$@") >"$work/out" 2>"$work/ctl.log" || fail "kioskctl $*"
}
start_intake() { # on the port of the first start
    KIOSK_HOME=$city "$BUILD/kiosk-intake" 2>"$work/intake.log" &
    intake=$!
    for _ in $(seq 200); do
        grep -q event=intake.listening "$work/intake.log" && break
        sleep 0.05
    done
    port=$(sed -n 's/.*event=intake.listening.* port=\([0-9]*\).*/\1/p' "$work/intake.log")
    sed -i "s/^intake-port = .*/intake-port = $port/" "$city/madoguchi.conf"
}

# 1. The city and three terminals that it signed certificates for.
ctl "$city" init
sed -i 's/^intake-port = .*/intake-port = 0/; s/^desk-port = .*/desk-port = 0/' "$city/madoguchi.conf"
start_intake
for n in 1 2 3; do
    home=$work/kiosk-10$n
    mkdir -p "$home/keys"
    cp "$city"/keys/{city-ca,kiosk-ca}.crt "$city"/keys/{recipients.pem,check-in.key} "$home/keys/"
    printf 'kiosk = kiosk-10%d\nkiosk-number = %d\nintake-url = https://127.0.0.1:%s\ncheck-in-key = keys/check-in.key\n' \
        $n $n "$port" >"$home/madoguchi.conf"
    ctl "$city" enrol token kiosk-10$n
    token=$(head -n 1 "$work/out")
    ctl "$home" enrol request <<<"$token"
    ctl "$city" enrol sign kiosk-10$n.request
    ctl "$home" enrol install "$(sed -n "s/^kiosk-10$n: //p" "$work/out")"
done

# 2. The visits, at all three at once.
first=0
for n in 1 2 3; do
    "$BUILD/tests/every" "$TOP" "$BUILD" --day "$work/kiosk-10$n" $first "${VISITS[n - 1]}" >"$work/said-$n" 2>"$work/day-$n.log" &
    visits[n]=$!
    first=$((first + VISITS[n - 1]))
done
for n in 1 2 3; do
    wait "${visits[n]}" || fail "terminal $n: $(grep '^day:' "$work/day-$n.log")"
done

# 3. To the city. The line of the second breaks: its intake ends at once, with what it was writing, and comes again.
sync() { # N
    KIOSK_HOME=$work/kiosk-10$1 "$BUILD/kiosk-sync" --once 2>"$work/sync-$1.log"
}
sync 1 || fail "the first terminal's line"
sync 2 &
cut_off=$!
for _ in $(seq 400); do
    [ "$(grep -c event=intake.kept "$work/intake.log")" -ge $(($(grep -c ^kept "$work/said-1") + 10)) ] && break
    sleep 0.01
done
kill -KILL "$intake"
wait "$intake" "$cut_off" 2>/dev/null
start_intake
sync 2 || fail "the second terminal's line"
# The third: ten as codes off the screen, then all by stick; the stick brings the receipts back.
home=$work/kiosk-103
stick=$work/stick
mkdir "$stick"
KIOSK_HOME=$home ASAN_OPTIONS=detect_leaks=0 "$BUILD/asan/tests/intake/tool_line" codes | head -n 10 >"$work/codes"
ctl "$city" qr import "$work/codes"
grep -q '^[1-9][0-9]* records are new' "$work/out" || fail "codes: $(cat "$work/out")"
ctl "$home" usb export "$stick"
ctl "$city" usb import "$stick"
ctl "$home" usb receipts "$stick"
for n in 1 2 3; do
    ctl "$work/kiosk-10$n" status
    grep -Eq '^waiting +0$' "$work/out" && grep -Eq '^set aside +0$' "$work/out" || fail "terminal $n: $(cat "$work/out")"
done

# 4. What the desk opens is what was answered, record for record, and nothing besides.
KIOSK_HOME=$city "$BUILD/kiosk-desk" --export json >"$work/records.json" 2>"$work/export.log" || fail "the export"
cat "$work"/said-? >"$work/said"
python3 - "$work" <<'PY' || fail "the records are not what was said"
import json, sys
from collections import Counter
work = sys.argv[1]
said = [line.rstrip("\n").split("\t") for line in open(work + "/said", encoding="utf-8")]
kept = [visit for visit in said if visit[0] == "kept"]
records = [json.loads(line) for line in open(work + "/records.json", encoding="utf-8")]
bad = [f"{len(kept)} visits were kept, {len(records)} records are there"] if len(kept) != len(records) else []
def shape(procedure, language, answers):  # as they stood on the check page
    return procedure, language, tuple(sorted(answers))
records_left = Counter()
for record in records:
    answers = {f"{key}={value}" for key, value in record["facts"].items()}
    records_left[record["number"]] += 1
    visit = [v for v in kept if v[1] == record["number"]] or [v for v in kept if v[1] == "" and v[2] == record["procedure"]]
    if not any(v[2] == record["procedure"] and v[3] == record["language"] and set(v[4:]) <= answers for v in visit):
        bad.append(f"{record['number']} {record['procedure']} holds what nobody said")
    if record["state"] != "new":
        bad.append(f"{record['number']} is {record['state']}")
languages = {visit[3] for visit in said}
kinds = {visit[2] for visit in said}
print(f"day: {len(said)} visits, {len(kinds)} procedures, {len(languages)} languages; {len(kept)} kept, {len(records)} at the desk")
if len(said) != 200 or len(languages) != 14 or len(kinds) < 40:
    bad.append("not 200 visits of all kinds in 14 languages")
print("\n".join(bad))
sys.exit(1 if bad else 0)
PY
