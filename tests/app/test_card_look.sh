#!/bin/sh
# timeout: 60
# What a card tells without its PIN: its last day and the tries that are left, no PIN page, no try spent, no record, nothing of
# it in the next visit; also for a card whose PIN is locked. And what things cost: the list, and the line for the till in the code.
. "$(dirname "$0")/env.sh"
alone "$0" "$@"
"$BUILD/kioskctl" init >/dev/null || fail init
reader

look() { # LINE...: from the explanation to the results with these expectations
    {
        printf 'language ja\nstart card-support\ntap next\nwait screen question 10\n'
        printf '%s\n' "$@"
        printf 'tap choice:look\ntap next\nwait screen results\nexpect text "カードの期限"\n'
        printf 'tap finish\nwait screen take-card 3\ntap finish\nwait screen attract 3\n'
        printf 'language ja\nstart card-support\ntap next\n'
    } >"$WORK/look.play"
    play "$WORK/look.play"
}
"$BUILD/kioskctl" card insert hanako >/dev/null || fail "card insert"
look 'expect fact card.tries "3"' 'expect fact card.expires "2031-03-05"'
look 'expect fact card.tries "3"' # none was spent
"$BUILD/kioskctl" card insert blocked >/dev/null || fail "card insert"
look 'expect fact card.tries "0"' 'expect no-text "もう一度入力する"'
"$BUILD/kioskctl" card remove >/dev/null || fail "card remove"

# without a card the same service goes on
cat >"$WORK/none.play" <<'STEPS'
language ja
start card-support
tap next
wait screen card
expect text "暗証番号は要りません。"
tap no-card
tap choice:lost
tap next
wait screen results
expect text "0120-95-0178"
expect no-text "カードの期限"
STEPS
play "$WORK/none.play"
"$BUILD/kioskctl" status | grep -q '^waiting *0$' || fail "a record was kept"

# prices are the services' own; how to pay is the city's
cat >"$WORK/fees.play" <<'STEPS'
language ja
open page:fees
wait screen page
expect text "300円"
tap page:next
expect text "現金"
start resident-record
tap next
tap no-card
complete 3
wait screen accepted
expect text "クレジットカード"
shot accepted.png
STEPS
play "$WORK/fees.play"
zbarimg --quiet --raw "$WORK/accepted.png" >"$WORK/code" || fail "the code can't be read"
grep -qE '^MADOGUCHI;[0-9]{8};[0-9]+$' "$WORK/code" || fail "no line for the till: $(cat "$WORK/code")"
