#!/bin/sh
# timeout: 120
# Content from the city's folder to the visitor: a signed bundle goes down by a stick while the terminal runs, and the next visitor sees
# it; one that the terminal can't read is passed over at a start; what has a mistake is never signed.
. "$(dirname "$0")/env.sh"
alone "$0" "$@"
"$BUILD/kioskctl" init >/dev/null || fail init
echo 'content-look-s = 1' >>"$KIOSK_HOME/madoguchi.conf"
STICK=$WORK/stick
mkdir "$STICK"
cp -R "$TOP/assets" "$WORK/assets"
cp -RL "$BUILD/locale" "$WORK/locale"
# the words of the first page tell when a bundle is shown
sed '/^msgid "attract.place"/{n;s/.*/msgstr "あたらしいまち"/}' "$TOP/assets/po/ja.po" >"$WORK/ja.po"
msgfmt -o "$WORK/locale/ja/LC_MESSAGES/madoguchi.mo" "$WORK/ja.po" || fail "no catalog"
old=$(sed -n 's/^    title: //p' "$WORK/assets/city/doors.yaml" | head -n 1)
door() { # NAME: the first door's title in the city's folder
    sed "0,/^    title: /s/^    title: .*/    title: $1/" "$TOP/assets/city/doors.yaml" >"$WORK/assets/city/doors.yaml"
}
make() { # EXPECTED: signs what the city's folder holds
    "$BUILD/kioskctl" bundle make content "$WORK/assets" "$WORK/locale" >"$WORK/made.out" 2>"$WORK/made.err"
    [ $? = "$1" ] || fail "bundle make: not $1: $(cat "$WORK/made.err")"
}
carry() { # EXPECTED: by the stick
    "$BUILD/kioskctl" usb bundles "$STICK" >/dev/null || fail "nothing comes onto the stick"
    "$BUILD/kioskctl" usb take "$STICK" >"$WORK/taken.out" 2>&1
    [ $? = "$1" ] || fail "usb take: not $1: $(cat "$WORK/taken.out")"
}
show() { # NAME: writes the play from stdin and starts it
    cat >"$WORK/$1.play"
    start "$1" sh -c "cd '$WORK' && exec '$BUILD/kiosk' --no-card --play '$WORK/$1.play'"
    playing=$!
}

# a terminal that runs takes it between two visits
"$BUILD/kioskctl" usb take "$STICK" >/dev/null 2>&1 && fail "a stick without bundles is none"
mkfifo "$WORK/gate.png" # the visitor stands at it until the bundle is there
show running <<STEPS
tap start
expect text "$old"
shot gate.png
expect text "$old"
tap finish
wait text "あたらしいまち" 60
tap start
expect text "あたらしい扉"
STEPS
door あたらしい扉
make 0
grep -q '^content 1: 1[0-9][0-9] files' "$WORK/made.out" || fail "$(cat "$WORK/made.out")"
carry 0
grep -q '^content  1 was taken' "$WORK/taken.out" || fail "$(cat "$WORK/taken.out")"
timeout 60 cat "$WORK/gate.png" >/dev/null || fail "the terminal shows nothing"
wait "$playing" || fail "the next visitor does not see what came down"
"$BUILD/kioskctl" usb take "$STICK" | grep -q '^content  1 is the newest' || fail "taken twice"
[ "$(find "$KIOSK_HOME/bundles/content/now/" -name '*.mo' | wc -l)" -ge 14 ] || fail "the catalogs did not come"

# what has a mistake is not signed, and says where
echo 'broken: [' >>"$WORK/assets/city/doors.yaml"
make 1
grep -q 'doors.yaml:[0-9]' "$WORK/made.err" || fail "the mistake is not named: $(cat "$WORK/made.err")"
"$BUILD/kioskctl" usb bundles "$STICK" >/dev/null && "$BUILD/kioskctl" usb take "$STICK" | grep -q '^content  1 is the newest' || fail "something was signed"

# a bundle that this program can't read (of a newer one, say): the one before is shown at a start, then what was shipped
first() { # DOOR: is what a terminal that starts now shows
    printf 'tap start\nexpect text "%s"\n' "$1" >"$WORK/start.play"
    (cd "$WORK" && "$BUILD/kiosk" --no-card --play "$WORK/start.play" 2>"$WORK/start.err") || fail "not $1 at a start: $(cat "$WORK/start.err")"
}
door つぎの扉
sed -i 's/^title: 避難所の受付$/title: つぎの避難所/' "$WORK/assets/procedures/shelter-check-in.yaml"
make 0
carry 0
first つぎの扉

# the desk, when one is on this machine, calls things what the terminals call them
desk() { # TITLE: of a service, as a desk that starts now has it
    start desk "$BUILD/kiosk-desk"
    at_desk=$!
    address=http://127.0.0.1:$(sed -n 's/^desk-port = //p' "$KIOSK_HOME/madoguchi.conf")
    page() { curl -s -b "$WORK/cookies" -c "$WORK/cookies" "$@"; }
    for _ in $(seq 200); do
        token=$(page "$address/login" | sed -n 's/.*name="token" value="\([0-9a-f]*\)".*/\1/p')
        [ -z "$token" ] || break
        sleep 0.05
    done
    page --data "token=$token&name=staff" --data-urlencode "password=$(cat "$KIOSK_HOME/first-password.txt")" "$address/login"
    page "$address/" | grep -q ">$1<" || fail "the desk does not know $1"
    kill "$at_desk"
    wait "$at_desk"
}
desk つぎの避難所
echo 'broken: [' >>"$KIOSK_HOME/bundles/content/now/assets/city/doors.yaml"
first あたらしい扉
grep -q 'event=content.older .*rank=1' "$WORK/start.err" || fail "nobody is told"
desk 避難所の受付
grep -q 'event=content.older .*rank=1' "$WORK/desk.log" || fail "nobody is told at the desk"
echo 'broken: [' >>"$KIOSK_HOME/bundles/content/before/assets/city/doors.yaml"
first "$old"
# the next sync finds the damage and brings it once more
"$BUILD/kioskctl" usb take "$STICK" | grep -q '^content  2 was taken' || fail "damage is not mended"
first つぎの扉

# words without Japanese can't be shown: then what was shipped is
rm "$KIOSK_HOME/bundles/content/now/locale/ja/LC_MESSAGES/madoguchi.mo"
first "$old"
exit 0
