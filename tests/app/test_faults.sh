#!/bin/sh
# timeout: 180
# waits
# Each thing that goes wrong with a card has its page, with a way on; after it the visit can be finished
# without the card, and nothing of an unfinished read stays. Tries: shown, confirmed, never burnt.
. "$(dirname "$0")/env.sh"
alone "$0" "$@"
SHOTS=$BUILD/pictures
mkdir -p "$SHOTS"
"$BUILD/kioskctl" init >/dev/null || fail init
city
reader

scene() { # NAME CARD MODE... : steps come from standard input, after the card page was asked for
    name=$1
    card=$2
    shift 2
    "$BUILD/kioskctl" card reset "$card" >/dev/null 2>&1
    modes=
    for mode in "$@"; do modes="$modes --mode $mode"; done
    # shellcheck disable=SC2086 # modes are words of their own
    "$BUILD/kioskctl" card insert "$card" $modes >/dev/null || fail "$name: card insert"
    { printf 'wait card 20\nstart resident-record\ntap next\n'; cat; } >"$WORK/$name.play"
    play "$WORK/$name.play"
    "$BUILD/kioskctl" card remove >/dev/null
}
# what every fault page must allow: the way without a card, up to the accepted record
without_card='tap no-card
expect screen question
complete 4
expect screen accepted'

scene unknown hanako unknown <<STEPS
wait screen fault-card-unknown 20
shot $SHOTS/fault-card-unknown.png
$without_card
STEPS
scene licence hanako licence <<STEPS
wait screen fault-card-unknown 20
$without_card
STEPS
scene blocked blocked <<STEPS
wait screen fault-pin-blocked 20
expect text "市役所の窓口"
shot $SHOTS/fault-pin-blocked.png
$without_card
STEPS
scene one-left one-left <<STEPS
wait screen pin-last 20
expect text "あと1回"
tap last-try
wait screen pin 20
pin 1234
tap pin:ok
wait screen question 20
expect fact applicant.name "河原子　さと"
STEPS
scene removed-verify hanako remove-after=2 <<STEPS
wait screen pin 20
pin 1234
tap pin:ok
wait screen fault-card-removed 8
shot $SHOTS/fault-card-removed.png
$without_card
STEPS
scene removed-read hanako remove-after=3 <<STEPS
wait screen pin 20
pin 1234
tap pin:ok
wait screen fault-card-removed 8
$without_card
STEPS
scene slow hanako delay=4:2500 <<STEPS
wait screen pin 20
pin 1234
tap pin:ok
wait screen reading 2
wait screen question 8
expect fact applicant.name "日立　花子"
STEPS
scene blocks hanako <<STEPS
wait screen pin 20
expect text "あと 3 回"
pin 0000
tap pin:ok
wait screen fault-pin-wrong 20
expect text "あと 2 回"
tap next
wait screen pin 20
pin 0000
tap pin:ok
wait screen fault-pin-wrong 20
expect text "あと 1 回"
tap next
wait screen pin-last 20
tap last-try
wait screen pin 20
pin 0000
tap pin:ok
wait screen fault-pin-blocked 20
$without_card
STEPS
scene unsure hanako <<STEPS
wait screen pin 20
tap pin:unknown
expect screen pin-unknown
shot $SHOTS/pin-unknown.png
tap next
wait screen pin 20
pin 12
tap pin:delete
pin 234
tap pin:ok
wait screen question 20
STEPS
scene again hanako <<STEPS
read-card 9999
expect screen fault-pin-wrong
read-card 1234
wait screen question 20
expect fact applicant.name "日立　花子"
STEPS
scene complete-at-pin hanako <<STEPS
wait screen pin 20
complete 6
expect screen accepted
STEPS
scene short-reads hanako no-extended <<STEPS
wait screen pin 20
pin 1234
tap pin:ok
wait screen question 20
expect fact applicant.address "茨城県日立市助川町１丁目１番１号"
STEPS

# help is open when the queue answers: the number waits below it
"$BUILD/kioskctl" card reset hanako >/dev/null
"$BUILD/kioskctl" card insert hanako >/dev/null || fail "card insert"
cat >"$WORK/meanwhile.play" <<STEPS
start resident-record
read-card 1234
wait screen question 20
complete 6
expect screen accepted
tap back
start resident-record
tap next
expect screen check
tap read-on
dump $WORK/held-now.json
sleep 3000
tap next
expect screen submitting
tap help
dump $WORK/asked.json
sleep 4000
expect screen help
tap back
expect screen accepted
STEPS
# holds the queue from the check page until help is open
cat >"$WORK/hold.sh" <<'END'
until [ -e "$1/held-now.json" ]; do sleep 0.05; done
{ echo 'BEGIN EXCLUSIVE;'; until [ -e "$1/asked.json" ]; do sleep 0.05; done; echo 'COMMIT;'; } | sqlite3 "$2"
END
start hold sh "$WORK/hold.sh" "$WORK" "$KIOSK_HOME/queue.db"
play "$WORK/meanwhile.play"
"$BUILD/kioskctl" card remove >/dev/null

# no reader at all: said on the card page, the way without a card is open
for pid in $PIDS; do
    [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = pcscd ] && kill "$pid"
done
sleep 0.5
cat >"$WORK/none.play" <<STEPS
start resident-record
tap next
expect screen card
expect text "いま、カードを読む機械が使えません。"
shot $SHOTS/card-no-reader.png
$without_card
STEPS
play "$WORK/none.play"

# a queue that can't be opened: said before the first question
mv "$KIOSK_HOME/queue.db" "$WORK/queue.db"
mkdir "$KIOSK_HOME/queue.db"
cat >"$WORK/closed.play" <<STEPS
start resident-record
expect screen fault-closed
shot $SHOTS/fault-closed.png
tap other
expect screen home
STEPS
play "$WORK/closed.play"
rmdir "$KIOSK_HOME/queue.db"
mv "$WORK/queue.db" "$KIOSK_HOME/queue.db"

# every record that was accepted arrived, none else
accepted=$(cat "$WORK"/*.play | grep -c '^expect screen accepted')
exported "$accepted" >"$WORK/export.json"
[ "$(wc -l <"$WORK/export.json")" -eq "$accepted" ] || fail "$(wc -l <"$WORK/export.json") records at the desk, $accepted were accepted"
if find "$KIOSK_HOME/virtual-card" -name watch | grep -q .; then
    fail "somebody asked for the My Number file"
fi
