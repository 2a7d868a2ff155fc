#!/bin/sh
# timeout: 120
# waits
# Content and words that changed are shown without a restart: to the next visitor, never to the one who is there; content
# with a mistake not at all; what is being copied just now a little later.
. "$(dirname "$0")/env.sh"
alone "$0" "$@"
"$BUILD/kioskctl" init >/dev/null || fail init
reader
cp -R "$TOP/assets" "$WORK/assets"
cp -RL "$BUILD/locale" "$WORK/locale"
printf 'assets = %s/assets\nfonts = %s/fonts\nlocale = %s/locale\ntables = %s/tables\ncontent-look-s = 1\n' \
    "$WORK" "$BUILD" "$WORK" "$BUILD" >"$WORK/conf"
cat "$KIOSK_HOME/madoguchi.conf" >>"$WORK/conf"
cp "$WORK/conf" "$KIOSK_HOME/madoguchi.conf"
old=$(sed -n 's/^    title: //p' "$WORK/assets/city/doors.yaml" | head -n 1)

# The play runs beside this script: it waits at the named words until they come.
show() { # NAME: writes the play from stdin and starts it
    cat >"$WORK/$1.play"
    start "$1" sh -c "cd '$WORK' && exec '$BUILD/kiosk' --play '$WORK/$1.play'"
    playing=$!
}
told() { [ "$(grep -c "$2" "$WORK/$1.log")" -ge "${3:-1}" ]; }
until_told() { # NAME TEXT [TIMES]: in its log
    within 100 told "$@" || fail "$1: no '$2'"
}
door() { # NAME [FILE-AGE-S]: the first door's title; written whole, as long ago as this
    sed "0,/^    title: /s/^    title: .*/    title: $1/" "$TOP/assets/city/doors.yaml" >"$WORK/doors.part"
    touch -d "${2:-5} seconds ago" "$WORK/doors.part"
    mv "$WORK/doors.part" "$WORK/assets/city/doors.yaml"
}

# while a visitor is there nothing changes; at the end of the visit it does
show visit <<STEPS
tap start
expect text "$old"
sleep 3000
expect text "$old"
tap help
tap back
expect text "$old"
tap finish
wait screen attract 3
tap start
expect text "あたらしい扉"
STEPS
until_told visit 'event=visit.start'
door あたらしい扉
wait "$playing" || fail "a visit does not see what it should"
[ "$(grep -c 'event=content.anew' "$WORK/visit.log")" = 1 ] || fail "read more than once"

# while nobody is there, within the time of the setting
door もとの扉
show idle <<STEPS
wait screen attract 3
sleep 1500
shot idle.png
sleep 2500
tap start
expect text "つぎの扉"
STEPS
within 100 test -s "$WORK/idle.png" || fail "no idle.png"
door つぎの扉
wait "$playing" || fail "an idle terminal does not see new content"

# a mistake: what was there stays, is told once, and the next good one is taken
show mistake <<STEPS
wait screen attract 3
shot mistake.png
sleep 2500
tap start
expect text "つぎの扉"
tap finish
wait screen attract 3
shot mistake2.png
sleep 2500
tap start
expect text "$old"
STEPS
within 100 test -s "$WORK/mistake.png" || fail "no mistake.png"
echo 'nonsense: [' >"$WORK/bad.part"
touch -d '5 seconds ago' "$WORK/bad.part"
mv "$WORK/bad.part" "$WORK/assets/procedures/bad.yaml"
until_told mistake 'event=content.kept'
within 100 test -s "$WORK/mistake2.png" || fail "no mistake2.png"
rm "$WORK/assets/procedures/bad.yaml"
door "$old"
wait "$playing" || fail "a mistake is not kept away"
[ "$(grep -c 'event=content.kept' "$WORK/mistake.log")" = 1 ] || fail "the mistake is read again and again"

# words alone, and files that are younger than a copy takes
sed 's/^msgstr "きょうは、どんなご用ですか。"/msgstr "ことばが新しい。"/' "$TOP/assets/po/ja.po" >"$WORK/ja.po"
msgfmt -o "$WORK/ja.mo" "$WORK/ja.po"
show words <<STEPS
wait screen attract 3
shot words.png
sleep 2500
tap start
expect text "ことばが新しい。"
tap finish
wait screen attract 3
sleep 6000
tap start
expect text "ことばが新しい。"
expect text "若い扉"
STEPS
within 100 test -s "$WORK/words.png" || fail "no words.png"
touch -d '5 seconds ago' "$WORK/ja.mo"
mv "$WORK/ja.mo" "$WORK/locale/ja/LC_MESSAGES/madoguchi.mo"
until_told words 'event=words.anew'
until_told words 'event=visit.end'
began=$(date +%s%3N)
door 若い扉 0
until_told words 'event=content.anew' 2
took=$(($(date +%s%3N) - began))
[ "$took" -ge 1700 ] || fail "a file that is $took ms old may still be growing"
wait "$playing" || fail "new words are not shown"
