#!/bin/sh
# Every program has a manual that renders without a warning and names each of its options and settings.
. "$(dirname "$0")/env.sh"

MAN=packaging/man
settings_of() { # ROOM-OR-FILE...: keys that the code reads
    grep -rhoE 'conf_(str|int|path)\([^;"]*"[a-z-]+"' "$@" | sed 's/.*"\(.*\)"/\1/' | sort -u
}
names() { # PAGE WORD
    grep -Eq -- "(^|[ ,.])$2( |,|\$)" "$1"
}
for program in kiosk kiosk-sync kiosk-intake kiosk-desk kioskctl; do
    page=$MAN/$program.1
    [ -f "$page" ] || { wrong "no manual of $program"; continue; }
    grep -q "^\.Nm $program\$" "$page" || wrong "$page is not about $program"
    if command -v mandoc >/dev/null; then
        mandoc -T lint -W warning "$page" || wrong "$page does not render cleanly"
    fi
done
for setting in $(settings_of kiosk/app kiosk/program/kiosk.c); do
    names $MAN/kiosk.1 "$setting" || wrong "kiosk.1 does not name the setting $setting"
done
for program in sync intake desk; do
    for setting in $(settings_of kiosk/program/kiosk_$program.c); do
        [ "$setting" = kiosk ] || names $MAN/kiosk-$program.1 "$setting" ||
            wrong "kiosk-$program.1 does not name the setting $setting"
    done
done
for option in $(grep -hoE '"--[a-z-]+"' kiosk/program/kiosk.c | tr -d '"-'); do
    tr -d - <$MAN/kiosk.1 | grep -q "^\.It Fl $option" || wrong "kiosk.1 does not name --$option"
done
"$BUILD/kioskctl" help | sed -n 's/^  \([a-z]*\) .*/\1/p' >"$WORK/commands"
[ -s "$WORK/commands" ] || wrong "kioskctl help lists nothing"
while read -r command; do
    grep -Eq "^\.It Cm $command( |\$)" $MAN/kioskctl.1 || wrong "kioskctl.1 does not name $command"
done <"$WORK/commands"

cp $MAN/kiosk.1 "$WORK/planted.1"
must_find 'a setting that the manual lacks' names "$WORK/planted.1" no-such-setting
if command -v mandoc >/dev/null; then
    printf '.Xx\n' >>"$WORK/planted.1"
    must_find 'a macro that does not exist' mandoc -T lint -W warning "$WORK/planted.1"
fi
exit $bad
