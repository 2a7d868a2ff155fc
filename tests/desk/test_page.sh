#!/bin/bash
# Plays the staff's page in a real Chromium against a real kiosk-desk with really sealed records, and
# the program's other duties: export, wrong use, a quick end. Pictures go to $BUILD/desk-pictures.
# timeout: 300
# waits
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${BUILD:-build}
build=$(realpath -m "$build")
here=tests/desk
fill=$build/asan/tests/desk/tool_fill
program=${DESK_PROGRAM:-$build/kiosk-desk} # build/asan/kiosk-desk works too
failed=0

say() {
    echo "test_page: $*"
}
fail() {
    say "FAILED: $*"
    failed=1
}

for need in "$program" "$fill" /usr/bin/chromium; do
    if [ ! -x "$need" ]; then
        say "FAILED: $need is missing"
        exit 1
    fi
done

# The test's own packages, as the lock file names them, outside the source tree.
modules=$build/desk-node
if ! cmp -s "$here/package-lock.json" "$modules/package-lock.json" ||
    [ ! -d "$modules/node_modules/playwright-core" ]; then
    mkdir -p "$modules"
    cp "$here/package.json" "$here/package-lock.json" "$modules/"
    if ! (cd "$modules" && npm ci --no-audit --no-fund --ignore-scripts >npm.log 2>&1); then
        say "FAILED: npm ci"
        tail -5 "$modules/npm.log"
        exit 1
    fi
fi

home=$(mktemp -d /tmp/madoguchi-page-XXXXXX)
desk=
# shellcheck disable=SC2317 # called by the trap
finish() {
    if [ -n "$desk" ]; then
        kill -KILL "$desk" 2>/dev/null
    fi
    rm -rf "$home"
}
trap finish EXIT

port=$(node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})')
"$fill" "$home" init "$port" || fail "init"
# 68 visits of the week before, then today's: more than one page of the list
"$fill" "$home" put easy 56 90000 >/dev/null || fail "put"
"$fill" "$home" put resident 4 3600 >/dev/null || fail "put"
"$fill" "$home" put broken 1 1500 >/dev/null || fail "put"
# Two visitors ask for the room of which one place is left
mkdir "$home/live"
printf '# as-of %s\n# form slots\nmihon-meeting\t%s\t13:00\t1\n' "$(date -u -d '-1 hour' +%FT%TZ)" \
    "$("$fill" "$home" day)" >"$home/live/community-rooms.tsv"
rooms=$("$fill" "$home" put room 2 1000) || fail "put"
twins=$("$fill" "$home" put twin 1 990 && "$fill" "$home" put visit 1 980 && "$fill" "$home" put with 1 970) || fail "put"
hostile=$("$fill" "$home" put hostile 1 900) || fail "put"
move=$("$fill" "$home" put move 1 300) || fail "put"

export KIOSK_HOME=$home

# One record went by rule, and the table of a month is there: what the lead looks after.
now=$(date +%s)
sqlite3 "$home/ledger.db" "INSERT INTO gone(position, id, kiosk, epoch, sequence, hash, received_at, done_at, deleted_at, rule, number)
 VALUES(1000000, randomblob(16), 'kiosk-001', 1, 1, randomblob(32), $now - 9000000, $now - 8000000, $now - 90000, 'retain-days 90', '11112222');
INSERT INTO sweep(at, trusted_at, deleted, word) VALUES($now - 90000, $now - 90000, 1, 'done');" || fail "a line of proof"
printf '\xEF\xBB\xBF"a","b","c","d","e","f","g","h","i"\r\n' >"$home/statistics.csv"
printf '"082023","茨城県日立市","2026-10-01","2026-10-31","%s","%s","%s","%s","%s"\r\n' \
    合計 "" "" 120 35 手続き別 resident-record 住民票の写し 80 20 言語別 vi ベトナム語 10 40 \
    計画の指標 assisted.yes 窓口での申請サポート件数 15 "" >>"$home/statistics.csv"
"$build/kioskctl" client add office --rights page --states new,work,papers,done,back || fail "client add"

# Every fact of the dictionary stands under a heading of its own.
for group in $(sed -n 's/^  \([a-z][a-z-]*\)\.[a-z-]*:.*/\1/p' assets/dictionary/*.yaml | sort -u); do
    grep -q "^group\.$group = ." assets/desk/words.conf || fail "words.conf has no group.$group"
done

"$program" --export xml >/dev/null 2>&1
[ $? -eq 2 ] || fail "wrong use exits 2"
"$program" --export json >"$home/out.jsonl" 2>/dev/null
[ $? -eq 1 ] || fail "an export with an unread record exits 1"
[ "$(wc -l <"$home/out.jsonl")" -eq 68 ] || fail "an export has a line for every record"

"$program" 2>"$home/desk.log" &
desk=$!
for _ in $(seq 100); do
    curl -s -o /dev/null "http://127.0.0.1:$port/login" && break
    sleep 0.1
done

headers=$(curl -s -D - -o /dev/null "http://127.0.0.1:$port/login")
for header in "Content-Security-Policy: default-src 'self'" "X-Frame-Options: DENY" \
    "Cache-Control: no-store" "Referrer-Policy: same-origin" "X-Content-Type-Options: nosniff" \
    "HttpOnly; SameSite=Strict"; do
    grep -qF "$header" <<<"$headers" || fail "header $header"
done
if grep -qE "unsafe-(inline|eval)" <<<"$headers"; then
    fail "the policy allows inline script"
fi
code() {
    curl -s -o /dev/null -w '%{http_code}' "$@"
}
[ "$(code -H 'Host: evil.example' "http://127.0.0.1:$port/login")" = 421 ] || fail "foreign Host"
[ "$(code -X PUT "http://127.0.0.1:$port/")" = 405 ] || fail "PUT"
[ "$(head -c 9000 /dev/zero | tr '\0' a | code --data-binary @- "http://127.0.0.1:$port/login")" = 413 ] ||
    fail "a long body"
[ "$(code -I "http://127.0.0.1:$port/login")" = 200 ] || fail "HEAD"

mkdir -p "$build/desk-pictures"
NODE_PATH=$modules/node_modules PAGE_URL=http://127.0.0.1:$port PAGE_FILL=$fill PAGE_HOME=$home \
    PAGE_MOVE=$move PAGE_ROOMS=$rooms PAGE_VISIT=$(tail -2 <<<"$twins") PAGE_HOSTILE=$hostile PAGE_PICTURES=$build/desk-pictures \
    PAGE_MODULES=$modules/node_modules PAGE_DESK=$desk timeout 240 node "$here/page.mjs" || fail "page.mjs"

# A dawdler in the middle of a request does not hold up the end.
exec 3<>"/dev/tcp/127.0.0.1/$port"
printf 'POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nna' >&3
begin=$(date +%s%N)
kill -TERM "$desk"
wait "$desk"
code=$?
took=$((($(date +%s%N) - begin) / 1000000))
desk=
[ "$code" -eq 0 ] || fail "SIGTERM: exit $code"
[ "$took" -lt 2000 ] || fail "SIGTERM: $took ms"
if grep -qE '佐藤|日立|花子|NGUYEN|naka-machi|助川|PARK|1988|グエン' "$home/desk.log"; then
    fail "something personal in the log"
fi
# The index lies there, closed; a second start opens it.
if [ ! -s "$home/desk-index" ] || grep -qaE '花子|日立|NGUYEN|nguyen|1941' "$home/desk-index"; then
    fail "the index"
fi
grep -q 'event=desk.index .*anew=1' "$home/desk.log" || fail "the log tells of a new index"
[ "$failed" -eq 0 ] && say "passed; pictures in $build/desk-pictures"
exit "$failed"
