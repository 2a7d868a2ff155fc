#!/bin/sh
# timeout: 120
# waits
# Visits without a card: languages, going back, preferences; and scripts that must not hold.
. "$(dirname "$0")/env.sh"
alone "$0" "$@"
"$BUILD/kioskctl" init >/dev/null || fail init
reader
play "$TOP/tests/app/plays/english_move_in.play"
play "$TOP/tests/app/plays/change.play"
play "$TOP/tests/app/plays/date.play"
play "$TOP/tests/app/plays/date_long.play"
play "$TOP/tests/app/plays/languages.play"
play "$TOP/tests/app/plays/access.play"
play "$TOP/tests/app/plays/keys.play"
cmp -s "$WORK/before.png" "$WORK/after.png" || fail "the next visitor does not find the start as the first one did"
play "$TOP/tests/app/plays/two_languages.play"
play "$TOP/tests/app/plays/unsure.play"
# a step that does not hold gives 1, the file, the line and what was on the screen
printf 'expect screen attract\nexpect text "nobody says this"\n' >"$WORK/wrong.play"
if "$BUILD/kiosk" --play "$WORK/wrong.play" 2>"$WORK/wrong.err"; then
    fail "a script that does not hold gave 0"
fi
grep -q 'wrong.play:2: expect text' "$WORK/wrong.err" || fail "the message lacks file and line"
grep -q 'on the screen: attract' "$WORK/wrong.err" || fail "the message lacks the screen"
for step in 'no-such-step' 'tap nowhere' 'start nothing' 'language xx' 'expect fact applicant.name "日立"'; do
    printf '%s\n' "$step" >"$WORK/one.play"
    "$BUILD/kiosk" --play "$WORK/one.play" 2>/dev/null && fail "this step gave 0: $step"
done
exit 0
