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
    [ "$(grep -Ec '^(waiting|set aside) +0$' "$work/out")" = 2 ] || fail "terminal $n: $(cat "$work/out")"
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

# 5. The counter: everything is printed; the staff take their records in the browser's way; what is done goes to two systems.
mkdir "$work/paper" "$work/files"
printed=$(KIOSK_HOME=$city "$BUILD/kiosk-desk" --print "$work/paper" 2>"$work/print.log") || fail "printing"
for pdf in "$work"/paper/*[05]?.pdf; do # a few of them: tests/desk/test_paper.sh looks at each form
    qpdf --check "$pdf" >"$work/qpdf.log" 2>&1 || fail "qpdf: $pdf"
done
key=$(KIOSK_HOME=$city "$BUILD/kioskctl" client add core --rate 600 2>>"$work/ctl.log") || fail "client core"
ctl "$city" client add files --rights file,cp932
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
sed -i "s/^desk-port = .*/desk-port = $port/" "$city/madoguchi.conf"
KIOSK_HOME=$city "$BUILD/kiosk-desk" 2>"$work/desk.log" &
desk=$!
for _ in $(seq 100); do
    curl -s -o /dev/null "http://127.0.0.1:$port/login" && break
    sleep 0.05
done
python3 - "$work" "http://127.0.0.1:$port" "$key" "$printed" "$BUILD/kiosk-desk" <<'PY' || fail "it does not add up"
import csv, glob, http.cookiejar, json, os, re, subprocess, sys, urllib.parse, urllib.request
from collections import Counter
work, url, key, printed, program = sys.argv[1:]
city = work + "/city"
browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

def page(path, form=None):
    body = urllib.parse.urlencode(form).encode() if form is not None else None
    with browser.open(url + path, body, timeout=20) as answer:
        return answer.read().decode()

def hidden(text, name):
    return re.search(r'name="%s"[^>]*value="([^"]*)"' % name, text)[1]

def api(path, put=None):
    body = json.dumps(put).encode() if put is not None else None
    request = urllib.request.Request(url + "/api/v1/" + path, body, {"Authorization": "Bearer " + key, "Content-Type": "application/json"},
                                     method="PUT" if put is not None else "GET")
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)

def exported(what):
    done = subprocess.run([program, "--export", what], env={**os.environ, "KIOSK_HOME": city}, check=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True)
    return done.stdout

page("/login", {"token": hidden(page("/login"), "token"), "name": "staff", "password": open(city + "/first-password.txt").read().strip()})
ids, at = [], "/?show=all"
while at:
    text = page(at)
    ids += re.findall(r'id="row-([0-9a-f]{32})"', text)
    older = re.search(r'id="page-older" href="([^"]*)"', text)
    at = older and older[1].replace("&amp;", "&")
records = [json.loads(line) for line in open(work + "/records.json", encoding="utf-8")]
assert len(ids) == len(set(ids)) == len(records), (len(ids), len(records))

# the staff: most are done, some wait for papers, some were sent back, some are begun, some nobody has touched
planned, want = {}, Counter()
for n, record in enumerate(ids):
    ways = [["work", "done"], ["work", "done"], ["done"], ["work", "papers", "done"], ["work", "papers"], ["work", "back"], ["work"], []][n % 8]
    for step in ways:
        text = page(f"/record/{record}?show=back")  # beside a short list
        page(f"/record/{record}/{step}", {"token": hidden(text, "token"), "show": "back", "before": "0", "seen": hidden(text, "seen"), "note": "書類の名前がちがう" if step == "back" else ""})
    planned[record] = ways[-1] if ways else "new"
    want[planned[record]] += 1
got = Counter(json.loads(line)["state"] for line in exported("json").splitlines())
assert got == want, (got, want)
home = page("/?show=all")
for state in ("new", "work", "papers", "done", "back"):
    shown = int(re.search(r'id="count-%s">(\d+)<' % state, home)[1])
    assert shown == want[state], (state, shown, want)

# what visitors hear is what the staff did, for each number that they were told
heard = Counter(line.split("\t")[1] for line in exported("answers").splitlines() if not line.startswith("#") and "\t" in line)
assert heard["done"] == want["done"] and heard["papers"] == want["papers"] and heard["back"] == want["back"], (heard, want)

# paper: each form and slip is a file of its own
papers = glob.glob(work + "/paper/*.pdf")
slips = [name for name in papers if name.endswith("-slip.pdf")]
assert len(papers) == int(printed), (len(papers), printed)
bare = {name.split("/")[-1][:17] for name in papers}
assert len(bare) >= len(records) * 9 // 10 and len(papers) - len(slips) >= len(records) // 2, (len(bare), len(papers), len(slips))

# by the API, in two batches, each asked for twice
done = {record for record, state in planned.items() if state == "done"}
taken, number = set(), 0
while batch := [record["id"] for record in api("records?limit=60")["records"]]:
    number += 1
    answer = api(f"batches/{number}", {"records": batch})
    assert api(f"batches/{number}", {"records": batch}) == answer and answer["count"] == len(batch), answer
    assert not taken & set(batch)
    taken |= set(batch)
assert taken == done and number >= 2, (len(taken), len(done), number)

# by files, whose rows are the same records
for expected in ("1", "0"):
    run = subprocess.run([program, "--hand-over", "files", work + "/files"], env={**os.environ, "KIOSK_HOME": city}, check=True,
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert run.stdout.strip() == expected, run.stdout
rows = 0
for name in glob.glob(work + "/files/files-000001/*.csv"):
    if not name.endswith((".cp932.csv", "report.csv")):
        rows += len(list(csv.reader(open(name, encoding="utf-8-sig", newline="")))) - 1
assert rows == len(done), (rows, len(done))
print(f"day: {len(papers)} files printed, {dict(sorted(want.items()))}; {len(taken)} handed over in {number} batches, {rows} rows in tables")
PY
for log in "$work/desk.log" "$work/intake.log" "$work"/sync-?.log; do
    grep -q 'level=error' "$log" && fail "$log: $(grep 'level=error' "$log" | head -n 1)"
done
echo "test_day: passed"
