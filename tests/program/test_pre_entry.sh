#!/bin/bash
# Answers from home, end to end: the pages as kioskctl makes them, answered in a real Chromium from a file without a network; the
# code off the picture by zbarimg; the terminal reads it, asks what is left, and the record holds it. Old, foreign, wrong and
# broken codes are told kindly. SOAK=1: every page. Pictures go to $BUILD/pre-entry-pictures.
# timeout: 300
set -u
cd "$(dirname "$0")/../.." || exit 1
build=$(realpath -m "${BUILD:-build}")
work=$(mktemp -d)
export KIOSK_HOME=$work/home SDL_VIDEODRIVER=dummy
pictures=$build/pre-entry-pictures
fail() {
    echo "test_pre_entry: FAILED: $*"
    exit 1
}
trap 'rm -rf "$work"' EXIT

# The packages of the desk's test, as its lock file names them.
modules=$build/desk-node
if ! cmp -s tests/desk/package-lock.json "$modules/package-lock.json" || [ ! -d "$modules/node_modules/playwright-core" ]; then
    mkdir -p "$modules"
    cp tests/desk/package.json tests/desk/package-lock.json "$modules/"
    (cd "$modules" && npm ci --no-audit --no-fund --ignore-scripts >npm.log 2>&1) || fail "npm ci"
fi

"$build/kioskctl" init >/dev/null || fail "init"
"$build/kioskctl" pre-entry assets "$work/pages" "$build/locale" 2>/dev/null && fail "pages without a key"
"$build/kioskctl" pre-entry key >/dev/null || fail "key"
"$build/kioskctl" pre-entry key >/dev/null 2>&1 && fail "two keys of one day"
[ "$(stat -c %a "$KIOSK_HOME"/keys/pre-entry/*.key)" = 600 ] || fail "others can read the key"
"$build/kioskctl" pre-entry assets "$work/pages" "$build/locale" >/dev/null || fail "pages"
[ "$(find "$work/pages" -name '*.html' | wc -l)" -ge 25 ] || fail "too few pages"
cp -r assets "$work/wide"
sed -i 's/^    max: 9$/    max: 12/' "$work/wide/dictionary"/*.yaml # of each group
"$build/kioskctl" pre-entry "$work/wide" "$work/none" "$build/locale" >/dev/null 2>"$work/wide.err" && fail "more answers than a code has"
grep -q 'move-in: it asks for more answers' "$work/wide.err" || fail "$(cat "$work/wide.err")"
[ -e "$work/pages/survey.html" ] && fail "a page for what is told without a name"
for page in "$work/pages"/*.html; do
    grep -q "content=\"default-src 'none'; script-src 'sha256-[A-Za-z0-9+/]*='; style-src 'sha256-[A-Za-z0-9+/]*='; base-uri" "$page" ||
        fail "$page has no policy"
    if grep -qE 'PRIVATE KEY|(src|href)=.?(https?:|//)' "$page"; then
        fail "$page names something outside, or holds a key"
    fi
done

mkdir -p "$pictures" "$work/codes"
PRE_MODULES=$modules/node_modules PRE_PAGES=$work/pages PRE_OUT=$work/codes PRE_PICTURES=$pictures \
    timeout 200 node tests/program/pre_entry.mjs || fail "pre_entry.mjs"
[ "$(zbarimg -q --raw "$pictures/code.png" 2>/dev/null)" = "$(cat "$work/codes/good.scan")" ] ||
    fail "the code on the picture says something else"

play() { # NAME: the terminal, with these steps
    cat >"$work/$1.play"
    (cd "$work/codes" && cp "$work/$1.play" . &&
        timeout 60 "$build/kiosk" --play "$1.play" >"$work/$1.log" 2>&1) || fail "$1: $(cat "$work/$1.log")"
}

# 1. The code is read on the start page, in the language of home: what is there stands on the page of all answers, the one that
#    was left is asked, and it is submitted.
play good <<PLAY
expect screen attract
scan good.scan
expect screen brought
expect text "Your answers have been read."
shot brought.png
tap next
expect screen explain
tap next
tap no-card
expect screen question
expect fact applicant.name "日立　花子"
expect fact applicant.birth "1941-03-05"
complete 1
wait screen accepted 20
PLAY
cp "$work/codes/brought.png" "$pictures/kiosk-brought.png"

# 2. Not on a page where something is answered: neither the field nor the answers see it.
# 3. An answer that does not hold is asked, and those behind it are taken; a strange one is passed over.
play wrong <<PLAY
language ja
start resident-record
tap next
tap no-card
expect screen question
scan wrong.scan
expect screen question
expect no-text "7351"
tap home
tap finish
wait screen attract 5
scan wrong.scan
expect screen brought
tap next
tap next
tap no-card
expect screen question
expect text "生まれた日を教えてください。"
expect fact applicant.name "日立　花子"
scan wrong.scan
expect screen question
PLAY

# A free time is chosen from this terminal's own list, whatever the code says.
play here <<PLAY
scan here.scan
tap next
tap next
tap no-card
expect screen question
expect fact community-room.centre "mihon"
expect no-text "何に使いますか。"
PLAY

# 4. Old, unknown, of another city, of nobody: told kindly, and one can go on.
play others <<PLAY
scan old.scan
expect screen brought
expect text "このコードは、使える日をすぎました。"
shot old.png
tap next
expect screen home
scan young.scan
expect text "お持ちの答えを読みました。"
scan unknown.scan
expect text "このコードは、この機械では読めません。"
scan anonymous.scan
expect text "このコードは、この機械では読めません。"
scan foreign.scan
expect text "このコードは、この機械では読めません。"
scan url.scan
expect text "このコードは、この機械では読めません。"
scan parts-2.scan
expect text "つぎのコードを、読みとり口にかざしてください。"
scan parts-2.scan
expect text "つぎのコードを、読みとり口にかざしてください。"
scan parts-1.scan
expect text "お持ちの答えを読みました。"
PLAY
cp "$work/codes/old.png" "$pictures/kiosk-old.png"

# 5. A bit of a good code changed, with check digits that fit: nothing of it is believed.
play changed <<PLAY
scan changed.scan
expect text "このコードは、この機械では読めません。"
PLAY

# 6. Nothing of it survives the visit: neither what became an answer nor what none asked for, nor the code. While the visit is
#    there, all of it is found.
{
    printf '%s\n' 雲母坂 糸魚川のひみつ
    cut -c 60-100 "$work/codes/private.scan"
} >"$work/words"
memory() { # FOUND: what a scan of the terminal's memory finds when these steps are done
    rm -f "$work/codes/done.json"
    printf '%s\n' "$(cat)" 'dump done.json' 'sleep 120000' >"$work/codes/memory.play"
    (cd "$work/codes" && exec "$build/kiosk" --play memory.play 2>"$work/memory.log") &
    terminal=$!
    for _ in $(seq 300); do
        [ -s "$work/codes/done.json" ] && break
        kill -0 "$terminal" 2>/dev/null || fail "memory: $(cat "$work/memory.log")"
        sleep 0.1
    done
    "$build/asan/tests/app/tool_scan" "$terminal" "$work/words" >"$work/scan.log"
    found=$?
    kill "$terminal" 2>/dev/null
    wait "$terminal" 2>/dev/null
    [ "$found" -eq "$1" ] || fail "memory: found $found instead of $1: $(cat "$work/scan.log")"
}
memory 1 <<PLAY
scan private.scan
expect screen brought
PLAY
memory 0 <<PLAY
scan private.scan
tap next
tap next
tap no-card
tap home
tap finish
wait screen attract 5
scan private.scan
tap home
tap finish
wait screen attract 5
PLAY

# 7. The key is gone: the code is of no use any more, and says nothing.
rm "$KIOSK_HOME"/keys/pre-entry/*.key
play gone <<PLAY
scan good.scan
expect text "このコードは、この機械では読めません。"
PLAY
if grep -rqE '日立|花子|7351[0-9]{8}' "$work"/*.log; then
    fail "something personal in the log"
fi
echo "test_pre_entry: passed; pictures in $pictures"
