#!/bin/sh
# timeout: 120
# waits
# Check-in at a shelter: by a card that is laid down, by a name, at a terminal that stands at the door; what the record holds,
# what it never holds, what staff see.
. "$(dirname "$0")/env.sh"
alone "$0" "$@"
"$BUILD/kioskctl" init >/dev/null || fail init
printf 'checked-in-s = 2\n' >>"$KIOSK_HOME/madoguchi.conf"
reader
city
pin=$(cat "$KIOSK_HOME/first-staff-pin.txt")
digits() { echo "$1" | sed 's/./tap digit:&\n/g'; }
staff() { # from the page that is shown to the staff's
    printf 'tap help\ntap staff\n'
    digits "$pin"
    printf 'tap next\nwait screen staff-desk\n'
}
arrived() { "$BUILD/kiosk-desk" --export json 2>/dev/null | grep -c shelter-check-in; }
until_arrived() { # COUNT
    for _ in $(seq 100); do
        [ "$(arrived)" -ge "$1" ] && return 0
        sleep 0.1
    done
    fail "$1 check-ins did not arrive"
}

# A card lies there when the door is touched: that is all. It counts once, however long it lies.
"$BUILD/kioskctl" card insert hanako || fail "no card"
cat >"$WORK/card.play" <<'EOS'
language ja
wait card
start shelter-check-in
wait screen checked-in
expect no-text "花子"
tap again
wait screen check-in
sleep 700
expect screen check-in
EOS
play "$WORK/card.play"
until_arrived 1

# By name; then staff make the terminal stand at the door, and see the counts.
"$BUILD/kioskctl" card remove
{
    printf 'start shelter-check-in\ntap no-card\nwait screen question\ncomplete 3\nwait screen checked-in\nwait screen attract\n'
    printf 'language ja\n'
    staff
    printf 'expect text "きょう 2"\ntap stand:shelter-check-in\nwait screen check-in\nexpect no-text "もどる"\n'
    # nobody's page: it stays, and a card begins a visit of its own
    printf 'sleep 300\nexpect screen check-in\n'
} >"$WORK/stand.play"
play "$WORK/stand.play"
until_arrived 2

# The terminal was switched off and on: it still stands there. Then the next card, which lies there already.
printf 'expect screen check-in\ntap home\nwait screen leave\n' >"$WORK/again.play"
play "$WORK/again.play"
"$BUILD/kioskctl" card insert taro || fail "no card"
printf 'wait screen checked-in\nwait screen check-in\n' >"$WORK/next.play"
play "$WORK/next.play"
until_arrived 3
"$BUILD/kioskctl" card remove
{
    staff
    printf 'expect text "きょう 3"\ntap stand-end\nwait screen attract\n'
} >"$WORK/end.play"
play "$WORK/end.play"
printf 'expect screen attract\n' >"$WORK/attract.play"
play "$WORK/attract.play"

# What the city got: tags of 32 hexadecimal digits that differ by card, the typed name, no serial number, no name of a card.
"$BUILD/kiosk-desk" --export json >"$WORK/export" 2>/dev/null
[ "$(grep -o '"card.tag":"[0-9a-f]\{32\}"' "$WORK/export" | sort -u | wc -l)" = 2 ] || fail "not two tags: $(cat "$WORK/export")"
[ "$(grep -c '"applicant.name"' "$WORK/export")" = 1 ] || fail "not one typed name"
for word in 400000520311111 太郎; do
    grep -q "$word" "$WORK/export" "$WORK"/*.err "$WORK"/*.log && fail "$word left the terminal"
done
grep -rq 400000520311111 "$KIOSK_HOME" && fail "a card's serial number is on the disk"
exit 0
