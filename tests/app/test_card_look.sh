#!/bin/sh
# timeout: 60
# waits
# What a card tells without its PIN: its last day, that of its certificate, and the tries that are left; no PIN page, no try spent, no
# record, nothing of it in the next visit, nothing in the log; also for a card whose PIN is locked, and for one that ends soon. And what things cost: the list, and the line for the till in the code.
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
look 'expect fact card.tries "3"' 'expect fact card.expires "2031-03-05"' \
    'expect fact card.certificate-expires "2031-03-05"' 'expect fact card.login-tries "3"' \
    'expect fact card.sign-tries "5"' 'expect fact card.register-tries "3"'
look 'expect fact card.tries "3"' 'expect fact card.sign-tries "5"' # none was spent
"$BUILD/kioskctl" card insert blocked >/dev/null || fail "card insert"
look 'expect fact card.tries "0"' 'expect no-text "もう一度入力する"'

# a certificate that ended before its card, a locked password; then the next person's card, which has no certificate at all
"$BUILD/kioskctl" card insert one-left >/dev/null || fail "card insert"
cat >"$WORK/ended.play" <<'STEPS'
language ja
start card-support
tap next
wait screen question 10
tap choice:look
tap next
wait screen results
expect text "証明書の期限（利用者証明用）  令和7年（2025年）1月1日"
expect text "暗証番号の残り（署名用）  0回"
tap page:next
expect text "中の証明書の期限が、終わっています。"
expect text "暗証番号が、止まっています。"
tap finish
wait screen take-card 3
STEPS
play "$WORK/ended.play"
# where the lines are longer: what holds and why stand on one page
cat >"$WORK/together.play" <<'STEPS'
language en
start card-support
tap next
wait screen question 10
tap choice:look
tap next
wait screen results
tap page:next
expect text "This card can still be used."
expect no-text "The certificate in the card has expired."
tap page:next
expect text "The certificate in the card has expired."
expect text "Once it is renewed at the counter"
STEPS
play "$WORK/together.play"
"$BUILD/kioskctl" card insert taro >/dev/null || fail "card insert"
cat >"$WORK/other.play" <<'STEPS'
language ja
start card-support
tap next
wait screen question 10
expect fact card.sign-tries "5"
tap choice:look
tap next
wait screen results
expect no-text "利用者証明用"
expect no-text "中の証明書の期限"
STEPS
play "$WORK/other.play"
grep -rq 'sample-one-left\|2025-01-01' "$KIOSK_HOME" && fail "something of the certificate was kept"
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
