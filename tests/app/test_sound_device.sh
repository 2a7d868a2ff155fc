#!/bin/sh
# timeout: 120
# waits
# The sound device is open while somebody listens: it is closed when a visit ends, or when nobody has come to the start page
# for a while, and opens again for the next visitor.
. "$(dirname "$0")/env.sh"
alone "$0" "$@"
"$BUILD/kioskctl" init >/dev/null || fail init
reader
keep_conf

# ---- the device ----
alive() { kill -0 "$kiosk" 2>/dev/null; }
quiet() { alive && ! plays; }
there() { [ -s "$WORK/$1" ]; }
run() { # plays a.play; the shell looks on
    rm -f "$WORK"/mark-*
    (cd "$WORK" && exec "$BUILD/kiosk" --play a.play 2>play.err) &
    kiosk=$!
    PIDS="$PIDS $kiosk"
}
export SDL_AUDIODRIVER=disk SDL_DISKAUDIOFILE="$WORK/heard.raw"
# with the visitor, whatever was open for them is closed
for clicks in speech always; do
    settings "key-clicks = $clicks"
    cat >"$WORK/a.play" <<'END'
language ja
tap speak
dump mark-open
sleep 3500
tap home
tap finish
wait screen attract 3
dump mark-over
sleep 6000
END
    run
    within 100 there mark-open || fail "the visit did not begin"
    within 30 plays || fail "speech does not open the device"
    within 100 there mark-over || { cat "$WORK/play.err"; fail "the visit did not end"; }
    within 50 quiet || fail "the device stays open after the visit (key-clicks = $clicks)"
    kill "$kiosk"
    wait "$kiosk"
done

# headphones that somebody left in: silence after a while, also in a terminal that nothing else wakes up
mkfifo "$WORK/socket"
settings "speech-alone-s = 2" "headphone-device = $WORK/socket"
SDL_DISKAUDIODELAY=1 "$BUILD/kiosk" 2>"$WORK/kiosk.log" & # a page is read in no time
kiosk=$!
PIDS="$PIDS $kiosk"
exec 3<>"$WORK/socket"
sleep 1
event 1 >&3
within 50 plays || fail "headphones do not start speech"
within 700 quiet || fail "nobody comes, and the device stays open"
sleep 1 # what closing still does
before=$(ticks)
sleep 2
[ "$(ticks)" -eq "$before" ] || fail "headphones in, nobody there: the terminal takes time"
kill "$kiosk"
wait "$kiosk"
exec 3>&-

# and speech again for the next visitor
settings "speech-alone-s = 2"
cat >"$WORK/a.play" <<'END'
headphones in
sleep 300
key down
dump mark-in
sleep 9000
tap start
dump mark-visit
sleep 6000
END
run
within 100 there mark-in || fail "the script did not begin"
within 45 plays || fail "headphones do not open the device"
within 85 quiet || fail "nobody is there, and the device stays open"
within 300 there mark-visit || { cat "$WORK/play.err"; fail "no visit begins"; }
within 50 plays || fail "the next visitor hears nothing"
kill "$kiosk"
wait "$kiosk"
exit 0
