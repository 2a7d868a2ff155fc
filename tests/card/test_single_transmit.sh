#!/bin/sh
# The allow-list guards nothing if there is a way around it: transmit is called once (allow.c),
# SCardTransmit once (pcsc.c), and winscard.h is known to pcsc.c alone.
cd "$(dirname "$0")/../.." || exit 1
fail=0
expect() { # what, files that hold it, how often
    got=$(grep -rlE "$1" kiosk --include='*.[ch]' | sort | tr '\n' ' ')
    count=$(grep -rhE "$1" kiosk --include='*.[ch]' | wc -l)
    if [ "$got" != "$2${2:+ }" ] || [ "$count" != "$3" ]; then
        echo "$1: $count times in: $got; expected $3 in $2"
        fail=1
    fi
}
expect '(->|\.)transmit\(' kiosk/card/allow.c 1
expect 'SCardTransmit\(' kiosk/card/pcsc.c 1
expect 'SCardControl\(' '' 0
expect '#include <(PCSC/)?winscard.h>' kiosk/card/pcsc.c 1
expect 'verify_granted = true' kiosk/card/myna.c 1
expect 'serial_granted = true' kiosk/card/look.c 1
expect 'look_granted = true' kiosk/card/look.c 1
exit $fail
