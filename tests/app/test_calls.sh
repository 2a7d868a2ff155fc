#!/bin/sh
# timeout: 90
# waits
# A call for staff, by the real programs: from the page "call" to the city's ledger and back to the page. Also with a line
# that comes later, two syncs at once, a terminal that is cut off, and a visitor who only practises. Latencies are told.
. "$(dirname "$0")/env.sh"
alone "$0" "$@"
"$BUILD/kioskctl" init >/dev/null || fail init
ledger=$KIOSK_HOME/ledger.db

now() { date +%s%3N; }
until_so() { # MILLISECONDS COMMAND...: how long it took, in $TOOK
    end=$(($(now) + $1)) began=$(now)
    shift
    until "$@"; do
        [ "$(now)" -lt "$end" ] || return 1
        sleep 0.02
    done
    TOOK=$(($(now) - began))
}
ask() { sqlite3 -cmd '.timeout 5000' "$ledger" "$1"; }
calls() { ask "SELECT kiosk || ' ' || state || ' ' || page || ' ' || reason FROM kiosk_call WHERE state <> 'over'" 2>/dev/null; }
is_call() { [ "$(calls)" = "$1" ]; }
has() { grep -q "$1" "$2" 2>/dev/null; }
changes() { ask 'SELECT count FROM change_count'; }
show() { # NAME: a terminal that plays what comes on standard input
    cat >"$WORK/$1.play"
    start "$1" sh -c "cd '$WORK' && exec '$BUILD/kiosk' --no-card --play '$WORK/$1.play'"
    terminal=$!
}
begin() { # NAME PROGRAM
    start "$1" "$BUILD/$2"
    started=$!
}
mkfifo "$WORK/one.png" "$WORK/two.png" "$WORK/three.png" # where a visitor stands until the script lets go
go_on() { cat "$WORK/$1.png" >/dev/null; }

# without a line the page says what it says, and what is over before the line comes rings nowhere
begin sync kiosk-sync
begin desk kiosk-desk
desk=http://127.0.0.1:$(sed -n 's/^desk-port = //p' "$KIOSK_HOME/madoguchi.conf")
fetch() { curl -s -b "$WORK/cookies" -c "$WORK/cookies" "$@"; }
until_so 20000 fetch -o "$WORK/none" "$desk/login" || fail "no desk"
token=$(fetch "$desk/login" | sed -n 's/.*name="token" value="\([0-9a-f]*\)".*/\1/p')
fetch -o "$WORK/none" --data "token=$token&name=staff" --data-urlencode "password=$(cat "$KIOSK_HOME/first-password.txt")" "$desk/login"
[ "$(fetch -o "$WORK/none" -w '%{http_code}' "$desk/calls")" = 200 ] || fail "no login at the desk"
show away <<'STEPS'
tap start
tap help
tap call
expect text "職員をよんでいます。"
shot one.png
expect text "職員をよんでいます。"
tap next
shot two.png
tap help
tap call
wait text "職員がまいります。" 30
shot coming.png
tap help
expect screen help
tap back
expect text "職員がまいります。"
tap next
shot three.png
tap help
tap call
expect text "職員をよんでいます。"
shot one.png
STEPS
until_so 20000 has 'state=rings' "$KIOSK_HOME/call" || fail "no file of a call"
go_on one
until_so 5000 has 'state=over' "$KIOSK_HOME/call" || fail "a call does not end"
port=$(sed -n 's#^intake-url = https://127.0.0.1:##p' "$KIOSK_HOME/madoguchi.conf")
[ -n "$port" ] || fail "no port"
go_on two
until_so 5000 has 'state=rings' "$KIOSK_HOME/call" || fail "no second call"
rang_at=$(now)
begin intake kiosk-intake # the visitor waits already
until_so 15000 is_call 'kiosk-001 rings home help' || fail "the call does not come when the line does: $(calls)"
echo "a line that came later: $(($(now) - rang_at)) ms"
[ "$(changes)" = 1 ] || fail "what was over before rang: $(changes) changes"

# a second sync of the same terminal says the same: nothing is doubled
begin sync-too kiosk-sync
sleep 1.5
[ "$(changes)" = 1 ] || fail "one call, $(changes) changes"
# a clerk at the counter's page
call=$(ask 'SELECT id FROM kiosk_call')
fetch "$desk/calls" | grep -q "name=\"call\" value=\"$call\"" || fail "the call is not on the desk's page"
token=$(fetch "$desk/calls" | sed -n 's/.*name="token" value="\([0-9a-f]*\)".*/\1/p' | head -n 1)
fetch -o "$WORK/none" --data "token=$token&kiosk=kiosk-001&call=$call" "$desk/calls/coming" || fail "nobody comes"
until_so 5000 has 'state=coming' "$KIOSK_HOME/call-answer" || fail "nobody tells the terminal"
echo "from the answer to the terminal's file: $TOOK ms"
kill "$started" # of two one stays
until_so 5000 test -s "$WORK/coming.png" || fail "the page does not say who comes"
until_so 5000 has 'state=over' "$KIOSK_HOME/call" || fail "the second call does not end"
until_so 5000 is_call '' || fail "the city does not hear that a call is over"
go_on three
until_so 5000 is_call 'kiosk-001 rings home help' || fail "no third call: $(calls)"
called=$(stat -c %.3Y "$KIOSK_HOME/call" | tr -d .)
echo "from the press to the ledger: $(($(now) - called)) ms"
[ $(($(now) - called)) -le 1500 ] || fail "a call takes too long"

# a terminal that is cut off in a call: the next start ends it
kill -9 "$terminal"
wait "$terminal" 2>/dev/null
has 'state=rings' "$KIOSK_HOME/call" || fail "the call was over already"
show again <<'STEPS'
expect screen attract
shot two.png
tap start
tap help
tap access
tap access:practice
tap next
tap help
tap call
expect text "職員をよんでいます。"
shot one.png
STEPS
until_so 20000 is_call '' || fail "a call of nobody goes on: $(calls)"
before=$(changes)
go_on two
until_so 20000 has 'event=call page=' "$WORK/again.log" || fail "no call in a practice"
go_on one
wait "$terminal" || fail "the last play"
has 'state=over' "$KIOSK_HOME/call" || fail "a practice calls somebody"
[ "$(changes)" = "$before" ] || fail "a practice rings"
