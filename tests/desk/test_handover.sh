#!/bin/bash
# Handing over, as other systems see it: the API over real HTTP, its answers held against its own OpenAPI document; batch files
# that are carried on wherever a run ended, read by Python and iconv; keys, how often, revocation.
# timeout: 120
# waits
set -u
cd "$(dirname "$0")/../.." || exit 1
build=$(realpath -m "${BUILD:-build}")
here=tests/desk
fill=$build/asan/tests/desk/tool_fill
program=${DESK_PROGRAM:-$build/kiosk-desk}
failed=0
fail() {
    echo "test_handover: FAILED: $*"
    failed=1
}

modules=$build/api-node
if ! cmp -s "$here/openapi/package-lock.json" "$modules/package-lock.json" || [ ! -d "$modules/node_modules/ajv" ]; then
    mkdir -p "$modules"
    cp "$here"/openapi/package*.json "$modules/"
    (cd "$modules" && npm ci --no-audit --no-fund --ignore-scripts >npm.log 2>&1) || {
        fail "npm ci: $(tail -3 "$modules/npm.log")"
        exit 1
    }
fi

home=$(mktemp -d /tmp/madoguchi-hand-XXXXXX)
desk=
# shellcheck disable=SC2317 # called by the trap
finish() {
    [ -n "$desk" ] && kill -KILL "$desk" 2>/dev/null
    rm -rf "$home"
}
trap finish EXIT
export KIOSK_HOME=$home

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$fill" "$home" init "$port" || fail init
for kind in "resident 2 3600" "broken 1 1500" "letters 1 900" "move 1 300"; do
    # shellcheck disable=SC2086 # three words
    "$fill" "$home" put $kind >/dev/null || fail "put $kind"
done

client() {
    "$build/kioskctl" client "$@" 2>/dev/null
}
key=$(client add core --states new,done --rate 600) || fail "client add"
slow=$(client add slow --states new --rate 2 --rights read --procedures move-in) || fail "client add slow"
[ -z "$(client add files --rights file,cp932 --states new)" ] || fail "a system without the API gets no key"
client add core && fail "a name twice"
client add Core && fail "a name in capitals"
client add x --states gone && fail "a state that is none"
client add x --rights all && fail "a right that is none"
grep -q "${key#mdg_}" "$home/clients" && fail "the key itself lies in the file"
[ "$(stat -c %a "$home/clients")" = 600 ] || fail "mode of the file"

"$program" 2>"$home/desk.log" &
desk=$!
url=http://127.0.0.1:$port/api/v1
for _ in $(seq 100); do
    curl -s -o /dev/null "$url/openapi.json" && break
    sleep 0.1
done
# ask KEY PATH [curl's options]: prints the status, the answer is in $home/answer
ask() {
    local bearer=$1 path=$2
    shift 2
    curl -s -o "$home/answer" -D "$home/head" -w '%{http_code}' -H "Authorization: Bearer $bearer" "$@" "$url/$path"
}
want() { # STATUS WHAT ARGUMENTS-OF-ASK...
    local status=$1 what=$2 got
    shift 2
    got=$(ask "$@")
    [ "$got" = "$status" ] || fail "$what: $got instead of $status, $(head -c 200 "$home/answer")"
}
json() { # EXPRESSION over the answer, called a
    python3 -c "import json,sys; a = json.load(open('$home/answer')); print(($1))"
}
put() { # NUMBER IDS... under core's key
    local number=$1
    shift
    printf '{"records":[%s]}' "$(printf ',"%s"' "$@" | cut -c2-)" >"$home/question"
    ask "$key" "batches/$number" -X PUT -H 'Content-Type: application/json' --data-binary @"$home/question"
}

# ---- who may ask ----
[ "$(curl -s -o "$home/openapi" -w '%{http_code}' "$url/openapi.json")" = 200 ] || fail "the document needs no key"
cmp -s "$home/openapi" assets/handover/openapi.json || fail "another document"
[ "$(curl -s -o /dev/null -w '%{http_code}' "$url/records")" = 401 ] || fail "no key"
want 401 "a wrong key" "${key}0" records
want 401 "a short key" mdg_ records
want 401 "the hash for the key" "$(sed -n 's/^core:\([^:]*\):.*/\1/p' "$home/clients")" records
want 421 "foreign host" "$key" records -H 'Host: evil.example'
want 403 "no right to mark" "$slow" batches/1 -X PUT -H 'Content-Type: application/json' -d '{"records":[]}'
want 200 "its own procedures" "$slow" records
[ "$(json 'sorted({r["procedure"] for r in a["records"]})')" = "['move-in']" ] || fail "scope: $(json a)"
want 429 "too often" "$slow" records
grep -qi '^retry-after: [1-9]' "$home/head" || fail "no Retry-After"
want 200 "others may" "$key" records
want 404 "elsewhere" "$key" nothing
want 405 "no POST" "$key" records -X DELETE

# ---- the records ----
want 200 list "$key" 'records?limit=2'
cp "$home/answer" "$home/list1"
[ "$(json 'len(a["records"]), a["more"]')" = "(2, True)" ] || fail "limit"
want 200 "list on" "$key" "records?limit=50&after=$(json 'a["next"]')"
cp "$home/answer" "$home/list2"
[ "$(json 'len(a["records"]), a["more"]')" = "(2, False)" ] || fail "the rest, without the one that can't be opened: $(json 'len(a["records"])')"
[ "$(json '[f["text"] for r in a["records"] for f in r["fields"] if f["term"] == "householdMember2.sex"]')" = "['0']" ] || fail "codes"
mapfile -t ids < <(python3 -c "
import json
for name in ('list1', 'list2'):
    for record in json.load(open('$home/' + name))['records']:
        print(record['id'])")
want 200 "one record" "$key" "records/${ids[2]}"
cp "$home/answer" "$home/record"
[ "$(json '"".join(f["value"] for f in a["fields"] if f["name"] == "申請者_氏名")')" = '𠮷田　辻󠄁子' ] || fail "nothing is replaced in JSON"
want 404 "a record that is not there" "$key" records/00112233445566778899aabbccddeeff

# ---- handed over, once ----
[ "$(put 1 "${ids[0]}" "${ids[1]}")" = 200 ] || fail "mark: $(cat "$home/answer")"
cp "$home/answer" "$home/marked"
[ "$(put 1 "${ids[1]}" "${ids[0]}")" = 200 ] || fail "the same in another order"
[ "$(put 1 "${ids[0]}" "${ids[1]}")" = 200 ] || fail "mark again"
cmp "$home/answer" "$home/marked" || fail "the same question, another answer"
[ "$(put 1 "${ids[2]}")" = 409 ] || fail "other records under the number"
[ "$(put 2 "${ids[1]}" "${ids[2]}")" = 200 ] || fail "a second batch"
[ "$(json '[r["batch"] for r in a["records"]], a["count"]')" = "([1, 2], 1)" ] || fail "first come stays: $(json a)"
[ "$(put 3 "${ids[3]}" 00112233445566778899aabbccddeeff)" = 404 ] || fail "a record that is not there"
[ "$(put 0 "${ids[3]}")" = 404 ] || fail "number 0"
# only what the client could have taken: one of its procedures that is, or ever was, in one of its states
mover=$(client add mover --states new,done --procedures move-in) || fail "client add mover"
late=$(client add late --states 'done') || fail "client add late"
mark() { # KEY NUMBER ID
    ask "$1" "batches/$2" -X PUT -H 'Content-Type: application/json' -d "{\"records\":[\"$3\"]}"
}
moved=$(python3 -c "
import json
print([r['id'] for name in ('list1', 'list2') for r in json.load(open('$home/' + name))['records'] if r['procedure'] == 'move-in'][0])")
[ "$(mark "$mover" 1 "${ids[0]}")" = 404 ] || fail "another's procedure is marked"
[ "$(mark "$mover" 1 "$moved")" = 200 ] || fail "its own is not"
[ "$(mark "$late" 1 "${ids[0]}")" = 404 ] || fail "a record that it never saw is marked"
want 404 "nor is it read then" "$late" "records/${ids[0]}"
acts() { # STATE...: of the first record, one after another
    for state in "$@"; do
        sqlite3 "$home/ledger.db" "INSERT INTO act(id, kind, value, acted_at, acted_by) VALUES(x'${ids[0]}', 'state', '$state', 9, '佐藤');
            UPDATE entry SET state = '$state' WHERE id = x'${ids[0]}'" || fail "an act"
    done
}
acts 'done' work
[ "$(mark "$late" 1 "${ids[0]}")" = 200 ] || fail "a record that was taken, and went on meanwhile, is not marked: $(cat "$home/answer")"
acts new
[ "$(put 3 xyz)" = 400 ] || fail "no ids"
want 400 "no JSON" "$key" batches/3 -X PUT -H 'Content-Type: application/json' -d '{"records":["'
want 415 "no JSON type" "$key" batches/3 -X PUT -d '{"records":[]}'
head -c 70000 /dev/zero | tr '\0' ' ' >"$home/long"
want 413 "a long body" "$key" batches/3 -X PUT -H 'Content-Type: application/json' --data-binary @"$home/long"
want 404 "no such batch" "$key" batches/3
want 200 batch "$key" batches/1
cp "$home/answer" "$home/batch"
want 200 "what is left" "$key" records
[ "$(json '[r["id"] for r in a["records"]]')" = "['${ids[3]}']" ] || fail "what is left: $(json a)"
want 200 "what it has can be asked for again" "$key" "records/${ids[0]}"
want 401 "problem" x records
API_MODULES=$modules/node_modules node "$here/openapi/check.mjs" assets/handover/openapi.json "$home/list1=RecordList" \
    "$home/list2=RecordList" "$home/record=Record" "$home/marked=Marked" "$home/batch=Batch" "$home/answer=Problem" || fail "OpenAPI"

for act in api-records api-record api-mark; do
    [ "$(sqlite3 "$home/ledger.db" "SELECT count(*) > 0 FROM look WHERE by_whom = 'api core' AND act = '$act'")" = 1 ] ||
        fail "the log of access says nothing of $act"
done

# ---- revoked: without a restart ----
client revoke core || fail revoke
want 401 revoked "$key" records
client add core && fail "a revoked name is taken for ever"
hash=$(sed -n 's/^slow:\([^:]*\):.*/\1/p' "$home/clients")
sed -i "s/^slow:.*/slow:$hash:600:read,revoked:new:*/" "$home/clients"
want 401 "revoked by hand, its key still in the line" "$slow" records
sed -i "s/^slow:.*/slow:$hash:600:read:new:move-in/" "$home/clients"
want 200 "and let in again" "$slow" records
echo 'a line that is none' >>"$home/clients"
want 401 "a broken file lets nobody in" "$slow" records
sed -i '$d' "$home/clients"

# ---- batch files ----
out=$home/out
mkdir "$out"
"$program" --hand-over slow "$out" >/dev/null 2>&1 && fail "without the right"
[ "$("$program" --hand-over files "$out" 2>>"$home/desk.log")" = 1 ] || fail "one batch"
[ "$("$program" --hand-over files "$out" 2>>"$home/desk.log")" = 0 ] || fail "nothing new"
python3 "$here/openapi/tables.py" "$out/files-000001" || fail "tables"
for name in resident-record move-in; do
    iconv -f CP932 -t UTF-8 "$out/files-000001/$name.cp932.csv" >"$home/back" || fail "iconv $name"
    python3 "$here/openapi/tables.py" "$out/files-000001/$name.csv" "$home/back" || fail "$name: both tables"
done

# A run that ended anywhere: before the files, in them, before the rename, before the ledger knew.
(cd "$out" && find files-000001 -type f -print0 | sort -z | xargs -0 sha256sum) >"$home/sums"
ended() { # WHAT: the ledger says that batch 1 is not written
    sqlite3 "$home/ledger.db" "UPDATE batch SET written = 0 WHERE client = 'files'"
    [ "$("$program" --hand-over files "$out" 2>>"$home/desk.log")" = 1 ] || fail "carried on: $1"
    (cd "$out" && sha256sum --quiet -c "$home/sums") || fail "other bytes: $1"
    [ "$(find "$out" -type f | wc -l) $(find "$out" -mindepth 1 -maxdepth 1)" = "$(wc -l <"$home/sums") $out/files-000001" ] ||
        fail "something is left over: $1"
    [ "$("$program" --hand-over files "$out" 2>>"$home/desk.log")" = 0 ] || fail "once more: $1"
}
mv "$out/files-000001" "$home/kept"
ended "before the files"
mv "$out/files-000001" "$out/.files-000001.part"
rm "$out/.files-000001.part/batch.json"
echo half >"$out/.files-000001.part/move-in.csv"
echo half >"$out/.files-000001.part/move-in.csv.tmp"
ended "in the files"
mv "$out/files-000001" "$out/.files-000001.part"
ended "before the rename"
ended "before the ledger knew"
(
    exec 9<"$out"
    flock 9
    timeout 20 "$program" --hand-over files "$out" >/dev/null 2>&1
) && fail "two at once"
[ "$(sqlite3 "$home/ledger.db" "SELECT count(*) FROM handed WHERE client = 'files'")" = 4 ] || fail "each record once"

# ---- each night: the units as systemd reads them, and what they start ----
units=$home/units
mkdir "$units"
for unit in packaging/kiosk-desk-*.service packaging/kiosk-desk-*.timer; do # each template as one of its own
    name=$(basename "$unit")
    sed "s|/usr/bin/kiosk-desk|$program|; s|%i|nightly|g" "$unit" >"$units/${name/@/@nightly}"
done
verify() { # prints what systemd can't make sense of
    systemd-analyze verify --man=no "$units"/*.timer "$units"/*.service 2>&1
}
[ -z "$(verify)" ] || fail "the units: $(verify)"
sed -i 's/^Persistent=/Persistant=/' "$units/kiosk-desk-hand-over@nightly.timer"
verify | grep -q Persistant || fail "a wrong word in a unit is not seen"
client add nightly --rights file,cp932 --states new >/dev/null || fail "client add nightly"
sed -n 's/^ExecStart\(Pre\)\?=//p' "$units/kiosk-desk-hand-over@nightly.service" >"$home/starts"
[ "$(wc -l <"$home/starts")" = 2 ] || fail "what the unit starts"
while read -ra words; do
    "${words[@]/\$\{KIOSK_HOME\}/$home}" >/dev/null 2>>"$home/desk.log" || fail "${words[*]}"
done <"$home/starts"
python3 "$here/openapi/tables.py" "$home/hand-over/nightly-000001" || fail "the night's tables"

# ---- the city's table, where the settings say so ----
echo 'handover-substitute = yes' >>"$home/madoguchi.conf"
client add table --rights file,cp932 --states new >/dev/null || fail "client add table"
"$program" --hand-over table "$out" >/dev/null 2>>"$home/desk.log" || fail "with the table"
iconv -f CP932 -t UTF-8 "$out/table-000001/resident-record.cp932.csv" | grep -q '"吉田　辻子"' || fail "the table is followed"
grep -q '市の表のとおりに書いた' "$out/table-000001/report.csv" || fail "and told"

# ---- the pages: a clerk, or a robot that reads ids ----
client add office --rights page --states new >/dev/null || fail "client add office"
web=http://127.0.0.1:$port
page() { # PATH [curl's options]: the status, the page is in $home/page
    local path=$1
    shift
    curl -s -o "$home/page" -D "$home/head" -w '%{http_code}' -b "$home/jar" -c "$home/jar" "$@" "$web$path"
}
element() { # ID ATTRIBUTE-OR-text...: of an element of the page
    python3 "$here/openapi/element.py" "$home/page" "$@"
}
page /login >/dev/null
login=$(element 'name=token' value)
[ "$(page /login --data-urlencode "token=$login" --data-urlencode name=佐藤 --data-urlencode 'password=naka-machi 5')" = 303 ] || fail login
[ "$(page /hand-over)" = 200 ] || fail overview
[ "$(element client-office href)" = /hand-over/office ] || fail "the systems"
element client-core href && fail "one without the right page, or revoked, is offered"
[ "$(page /hand-over/files)" = 404 ] || fail "a system that is not the page's"
[ "$(page /hand-over/office)" = 200 ] || fail "its page"
token=$(element 'name=token' value)
[ "$(element hand-count data-value)" = 4 ] || fail "what waits"
element "waiting-${ids[2]}" || fail "a record that waits has its id"

[ "$(page "/record/${ids[2]}/hand")" = 200 ] || fail "the screen to copy from"
[ "$(element item-applicant.name text)" = '𠮷田　辻󠄁子' ] || fail "a value as it is"
[ "$(element item-applicant.name data-name)" = 申請者_氏名 ] || fail "its name"
[ "$(element item-applicant.sex text data-value)" = '1 male' ] || fail "code and value"
[ "$(element item-number text)" = "$(python3 -c "import json; print(json.load(open('$home/record'))['number'])")" ] || fail "the number"
[ "$(element label=item-applicant.birth text)" = 申請者_生年月日 ] || fail "a label for each field"
[ "$(page "/record/${ids[2]}/hand" -d "client=office")" = 403 ] || fail "without the form's token"
for _ in 1 2; do # pressed twice
    [ "$(page "/record/${ids[2]}/hand" -d "token=$token" -d client=office)" = 303 ] || fail "it was typed in"
    page "/record/${ids[2]}/hand" >/dev/null
    [ "$(element handed-office data-number)" = 1 ] || fail "which batch"
done
element hand-office && fail "the button stays"
[ "$(page "/record/${ids[2]}/hand" -d "token=$token" -d client=files)" = 404 ] || fail "a system that is not the page's"

[ "$(page /hand-over/office -d "token=$token")" = 303 ] || fail "a batch"
grep -qi '^location: /hand-over/office/2' "$home/head" || fail "where it goes: $(cat "$home/head")"
[ "$(page /hand-over/office -d "token=$token")" = 303 ] || fail "nothing more"
grep -qi '^location: /hand-over/office.$' "$home/head" || fail "no third batch"
[ "$(page /hand-over/office/2)" = 200 ] || fail "the batch's page"
[ "$(element hand-batch-count data-value)" = 3 ] || fail "three records"
for file in resident-record.csv resident-record.cp932.csv report.csv; do
    [ "$(page "/hand-over/office/2/$file")" = 200 ] || fail "$file"
    grep -qi '^content-disposition: attachment' "$home/head" || fail "$file is kept, not shown"
done
page /hand-over/office/2/move-in.csv >/dev/null
cmp "$home/page" "$out/files-000001/move-in.csv" || fail "the page's table is the file's"
page /hand-over/office/2/move-in.cp932.csv >/dev/null
cmp "$home/page" "$out/files-000001/move-in.cp932.csv" || fail "the same in CP932"
for path in office/3 office/0 office/x office/2/nothing.csv office/2/../2/move-in.csv office/2/move-in.cp932 nobody nobody/1; do
    [ "$(page "/hand-over/$path" --path-as-is)" = 404 ] || fail "/hand-over/$path"
done
# ---- a corrected form of a character, on paper: 辻 with the selector that was chosen, not the one that came ----
glyph=/record/${ids[2]}/glyph/applicant.name
[ "$(page "/record/${ids[2]}/forms.pdf")" = 200 ] || fail "the form"
pdftotext "$home/page" "$home/came.txt" || fail pdftotext
grep -q $'辻\U000E0101' "$home/came.txt" || fail "the form as it came"
[ "$(page "$glyph" -d "token=$token" -d seen=0 -d c3=e0102 --data-urlencode reason=戸籍のとおり)" = 303 ] || fail "a correction"
[ "$(page "/record/${ids[2]}/forms.pdf")" = 200 ] || fail "the corrected form"
pdftotext "$home/page" "$home/mended.txt" || fail pdftotext
grep -q $'辻\U000E0102' "$home/mended.txt" || fail "the form has not what was corrected"
grep -q $'辻\U000E0101' "$home/mended.txt" && fail "the form still has what came"
pdffonts "$home/page" | grep -q 'IPAmjMincho .* yes yes ' || fail "a font that has the form is inside: $(pdffonts "$home/page")"
[ "$(page "$glyph" -d "token=$token" -d seen=0 -d c3=8fba-0 -d reason=x)" = 403 ] || fail "another character"

# ---- more of others' than a request may look at: each that can't be opened costs as much as twenty that are known ----
sqlite3 "$home/ledger.db" "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1100)
    INSERT INTO entry(id, kiosk, epoch, sequence, hash, received_at, state_at, envelope)
    SELECT randomblob(16), 'kiosk-099', 7, i, randomblob(32), 1, 1, randomblob(50) FROM n" || fail "others' records"
"$fill" "$home" put resident 1 5 >/dev/null || fail "one more"
[ "$(page /hand-over/office)" = 200 ] || fail "the page of many"
[ "$(element hand-count data-value)" = 0 ] || fail "it looked at all of them"
more=$(element hand-more href) || fail "nobody goes on"
[ "$(page /hand-over/office -d "token=$token")" = 303 ] || fail "a batch of none so far"
grep -qiF "location: $more" "$home/head" || fail "the button goes on elsewhere: $(grep -i ^location "$home/head"), not $more"
[ "$(page "$more")" = 200 ] || fail "on with it"
[ "$(element hand-count data-value)" = 1 ] || fail "the one behind them is not found"
element hand-more && fail "there is no more"
[ "$(page "$more" -d "token=$token")" = 303 ] || fail "a batch of it"
grep -qi '^location: /hand-over/office/3' "$home/head" || fail "where it goes: $(grep -i ^location "$home/head")"
[ "$(page /hand-over/office/3)" = 200 ] || fail "its page"
[ "$(element hand-batch-count data-value)" = 1 ] || fail "one record"

rm "$home/jar"
[ "$(page /hand-over/office/2/move-in.csv)" = 303 ] || fail "without a session"

kill -TERM "$desk"
wait "$desk" || fail "the end"
desk=
grep -qE '佐藤|日立|𠮷|NGUYEN|mdg_' "$home/desk.log" && fail "something personal, or a key, in the log"
[ "$failed" -eq 0 ] && echo "test_handover: passed"
exit "$failed"
