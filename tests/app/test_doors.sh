#!/bin/sh
# timeout: 120
# waits
# Home's doors, what is behind them, a guide's results and the way through the procedures they lead to, what can't be done
# here, what is told beside the way, self-checks that keep nothing and answers without a person.
. "$(dirname "$0")/env.sh"
alone "$0" "$@"
"$BUILD/kioskctl" init >/dev/null || fail init
reader
sh "$TOP/tests/app/content/sample.sh" "$TOP/assets" "$WORK/assets"
printf 'assets = %s/assets\nfonts = %s/fonts\nlocale = %s/locale\ntables = %s/tables\n' \
    "$WORK" "$BUILD" "$BUILD" "$BUILD" >"$WORK/conf"
cat "$KIOSK_HOME/madoguchi.conf" >>"$WORK/conf"
cp "$WORK/conf" "$KIOSK_HOME/madoguchi.conf"

# a door, a service behind it, and the way back to where one came from
cat >"$WORK/doors.play" <<'STEPS'
tap start
shot home.png
tap door:sample
expect screen door
expect text "見本の扉"
shot door.png
tap read:waste
expect screen page
tap back
expect screen door
tap service:sample-adult
expect screen explain
tap back
expect screen door
tap back
expect screen home
tap search
expect screen search
tap back
expect screen home
STEPS
play "$WORK/doors.play"

# the guide: questions, results with reasons, one procedure after the other, answers once only
cat >"$WORK/guide.play" <<'STEPS'
tap start
tap unsure
expect screen explain
expect text "どこにも残しません。この画面にだけ出ます。"
shot explain-guide.png
tap next
expect screen question
tap choice:moved
tap choice:paper
tap choice:waste
tap next
tap choice:yes
tap next
expect screen results
expect text "引っ越したからです。"
expect text "児童手当の相談"
shot results.png
tap take
expect screen take-results
shot take-results.png
tap back
expect screen results
tap back
expect screen question
tap back
expect text "何がありましたか。"
tap next
tap next
expect screen results
tap "ごみの出し方"
expect screen page
tap back
expect screen results
tap "住民票の写し"
expect screen explain
tap back
expect screen results
tap result:0
expect text "転入届"
complete 3
expect screen accepted
expect text "つぎの手続き"
shot accepted-guide.png
tap back
expect screen results
expect text "受け付けました。"
shot results-done.png
tap "住民票の写し"
expect screen explain
tap back
tap back
expect screen question
expect text "18歳までの子どもがいますか。"
tap choice:no
tap next
expect screen results
expect no-text "児童手当の相談"
tap finish
wait screen attract 3
STEPS
play "$WORK/guide.play"

# much to take away: as many codes as it needs, and together they hold as much in long letters as in short ones
things_taken() { # LANGUAGE CODES: takes the guide's results along; how many codes, how many things are in them
    cat >"$WORK/codes.play" <<STEPS
tap start
tap language
tap language:$1
start guide
tap next
tap choice:moved-in
tap next
tap choice:small
tap choice:pupil
tap choice:foreign
tap choice:care
tap next
tap choice:insurance
tap choice:seal
tap choice:dog
tap next
expect screen results
tap take
expect screen take-results
shot code1.png
STEPS
    for turn in $(seq 2 "$2"); do
        printf 'tap page:next\nshot code%d.png\n' "$turn" >>"$WORK/codes.play"
    done
    printf 'expect text "%d / %d"\n' "$2" "$2" >>"$WORK/codes.play"
    rm -f "$WORK"/code?.png
    play "$WORK/codes.play"
    for code in "$WORK"/code?.png; do
        zbarimg --quiet --raw "$code" || fail "a part can't be read: $code"
    done | grep -c '^- '
}
short=$(things_taken ja 3)
long=$(things_taken my 6)
[ "$short" -gt 15 ] && [ "$short" -eq "$long" ] || fail "$short things to take in Japanese, $long in Burmese"

# from one guide to another: each has its own results, and back leads from one to the other
cat >"$WORK/two.play" <<'STEPS'
start sample-guide
tap next
tap choice:waste
tap choice:body
tap next
expect screen results
tap "体のようすを確かめる"
expect screen explain
tap next
tap choice:no
tap next
expect screen results
expect text "少しずつ歩いてみましょう。"
tap result:0
expect screen page
tap back
expect screen results
expect text "少しずつ歩いてみましょう。"
tap back
expect screen question
tap back
expect screen explain
tap back
expect screen results
expect text "ごみの出し方が知りたいからです。"
STEPS
play "$WORK/two.play"

# two services from a page that the results led to: the results wait behind both
cat >"$WORK/page.play" <<'STEPS'
start sample-guide
tap next
tap choice:waste
tap next
expect screen results
tap "ごみの出し方"
expect screen page
start sample-adult
tap back
expect screen page
start sample-survey
tap back
expect screen page
tap back
expect screen results
expect text "ごみの出し方が知りたいからです。"
STEPS
play "$WORK/page.play"

# no result: a person
cat >"$WORK/none.play" <<'STEPS'
start sample-guide
tap next
tap choice:none
tap next
expect screen results
expect text "職員がお話をうかがいます。"
shot results-none.png
tap call
expect screen call
STEPS
play "$WORK/none.play"

# not here: as soon as it is known; the answer can be changed, and then it goes on
cat >"$WORK/not-here.play" <<'STEPS'
start sample-adult
shot explain-adult.png
tap next
tap choice:japan
tap next
tap era:western
type 20200101
tap next
expect screen not-here
expect text "17歳までの人は、保護者といっしょに窓口に来てください。"
shot not-here.png
tap read
expect screen page
tap back
expect screen not-here
fault -5
tap next
expect screen check
tap next
expect screen not-here
tap back
expect screen question
expect text "生まれた日を教えてください。"
tap back
expect text "どこの国の人ですか。"
tap next
expect text "生まれた日を教えてください。"
tap next
expect screen not-here
tap back
tap era:western
tap digit:delete
tap digit:delete
tap digit:delete
tap digit:delete
tap digit:delete
tap digit:delete
tap digit:delete
tap digit:delete
type 19800101
tap next
expect screen check
expect text "コンビニでも取れます。"
shot check-also.png
tap change:sample-adult.birth
tap back
expect screen check
tap next
wait screen accepted 20
STEPS
play "$WORK/not-here.play"

# an anonymous self-check: asked anew each time, for it may be another person's; its result is kept nowhere
cat >"$WORK/self.play" <<'STEPS'
start sample-self
expect text "どこにも残しません。この画面にだけ出ます。"
tap next
expect screen question
tap choice:no
tap next
expect screen results
expect text "少しずつ歩いてみましょう。"
shot self.png
tap result:0
expect screen page
tap back
expect screen results
tap other
expect screen home
start sample-self
tap next
expect screen question
tap choice:yes
tap next
expect text "そのまま続けましょう。"
STEPS
play "$WORK/self.play"

# a survey in a visit that knows much of the person: nothing of that is in its record
cat >"$WORK/survey.play" <<'STEPS'
start move-in
complete 4
expect screen accepted
tap back
start resident-record
complete 4
expect screen accepted
tap back
start sample-survey
expect text "名前は聞きません。だれの答えかは、わかりません。"
shot explain-survey.png
complete 4
expect screen accepted
STEPS
play "$WORK/survey.play"

# with the queue broken: what keeps nothing goes on, the rest says so at once
mv "$KIOSK_HOME/keys/kiosk.key" "$WORK/kiosk.key"
cat >"$WORK/broken.play" <<'STEPS'
start sample-self
expect screen explain
start resident-record
expect screen fault-seal-key
STEPS
play "$WORK/broken.play"
mv "$WORK/kiosk.key" "$KIOSK_HOME/keys/kiosk.key"

# four records were made above and one survey; none by guides and self-checks
city
exported 5 >"$WORK/export.json"
[ "$(wc -l <"$WORK/export.json")" -eq 5 ] || fail "not five records"
grep sample-survey "$WORK/export.json" >"$WORK/survey.json"
grep -q '"sample-survey.easy"' "$WORK/survey.json" || fail "no answer of the survey"
# records of one visit share its number, those of others have their own, and the survey has none: it would have a name
sed -n 's/.*"procedure":"\([a-z-]*\)".*"visit":"\([0-9a-f]*\)".*/\1 \2/p' "$WORK/export.json" >"$WORK/visits"
grep -qx 'sample-survey ' "$WORK/visits" || fail "the survey's record has a visit: $(cat "$WORK/visits")"
[ "$(grep -cE ' [0-9a-f]{16}$' "$WORK/visits")" -eq 4 ] || fail "not four records with a visit: $(cat "$WORK/visits")"
[ "$(cut -d' ' -f2 "$WORK/visits" | sort -u | grep -c .)" -eq 3 ] || fail "not three visits: $(cat "$WORK/visits")"
grep -qE 'applicant|move\.|household|card' "$WORK/survey.json" && fail "the survey's record tells of a person"
exit 0
