#!/bin/sh
# timeout: 120
# waits
# The slip on paper: a cupsd of the test's own, with the settings of packaging/cups and a printer that prints, runs out of paper, is slow,
# dies. What comes out, what does not, what stays in the spool, and that nobody gets another's.
. "$(dirname "$0")/env.sh"
alone "$0" "$@"
SHOTS=$BUILD/pictures
mkdir -p "$SHOTS"
mount -t tmpfs -o mode=755 tmpfs /mnt
CUPS=/mnt/cups SOCKET=/mnt/cups/socket
mkdir -p $CUPS/spool/tmp $CUPS/cache $CUPS/run $CUPS/etc $CUPS/bin/backend $CUPS/log $CUPS/paper
for part in daemon filter notifier; do
    [ -d /usr/lib/cups/$part ] && ln -s /usr/lib/cups/$part $CUPS/bin/$part
done
cat >$CUPS/bin/backend/paper <<'BACKEND'
#!/bin/sh
# job user title copies options [file]: what a printer does, for each job a line of /mnt/cups/modes
[ $# -gt 0 ] || exit 0
mode=$(sed -n "$1p" /mnt/cups/modes)
echo "STATE: -media-empty-error,media-needed-error" >&2
case $mode in
dies) exit 1 ;;
empty) echo "STATE: +media-empty-error,media-needed-error" >&2 ;;
esac
trap 'exit 0' TERM
while [ "$mode" != prints ]; do sleep 0.05; done
cat "${6:--}" >"/mnt/cups/paper/$1.pdf"
BACKEND
chmod 755 $CUPS/bin/backend/paper
chmod 777 $CUPS/paper
{
    echo "Listen $SOCKET"
    printf '%s\n' 'LogLevel warn' 'MaxLogSize 0' 'WebInterface No' 'Browsing No' 'DefaultAuthType None' \
        '<Location />' 'Order allow,deny' 'Allow all' '</Location>'
    printf '%s\n' '<Policy default>' 'JobPrivateAccess default' 'JobPrivateValues default' \
        'SubscriptionPrivateAccess default' 'SubscriptionPrivateValues default' '<Limit All>' 'Order deny,allow' '</Limit>' '</Policy>'
    cat "$TOP/packaging/cups/cupsd.conf.add"
} >$CUPS/cupsd.conf
cat >$CUPS/files.conf <<FILES
ServerRoot $CUPS/etc
ServerBin $CUPS/bin
RequestRoot $CUPS/spool
TempDir $CUPS/spool/tmp
CacheDir $CUPS/cache
StateDir $CUPS/run
AccessLog $CUPS/log/access
ErrorLog $CUPS/log/error
PageLog $CUPS/log/page
User lp
Group lp
SystemGroup root
Sandboxing relaxed
FILES
chmod 640 $CUPS/files.conf

cupsd_start() { # as the drop-in of packaging has it started: with an empty spool
    sed -n 's/^ExecStartPre=.*sh -c .\(rm -f .*\).$/\1/p' "$TOP/packaging/cups/empty-spool.conf" |
        sed "s#/var/spool/cups#$CUPS/spool#; s#/var/cache/cups#$CUPS/cache#" >"$WORK/empty"
    [ -s "$WORK/empty" ] && sh "$WORK/empty" || fail "packaging/cups/empty-spool.conf"
    rm -f $SOCKET
    start cupsd /usr/sbin/cupsd -f -c $CUPS/cupsd.conf -s $CUPS/files.conf
    cupsd=$!
    within 100 sh -c "lpstat -h $SOCKET -r | grep -q 'is running'" || fail "cupsd did not start: $(cat $CUPS/log/error)"
}
all() { yes "$1" | head -n 30 >$CUPS/modes; } # every slip from now on: prints, empty, slow, dies
papers() { find $CUPS/paper -name '*.pdf' | wc -l; }
spooled() { find $CUPS/spool -name '[cd]*' | wc -l; }
empty() { [ "$(spooled)" -eq 0 ] && [ -z "$(lpstat -h $SOCKET -o slip)" ]; }
given() { # the spool has a slip, and the printer it
    lpstat -h $SOCKET -p slip | grep -q 'now printing slip-'
}
visit() { # NAME STEPS...: a visit that is accepted and asks for paper
    name=$1
    shift
    {
        printf 'language %s\nstart move-out\ncomplete 3\nwait screen accepted 20\ndump %s.json\n' "${WORDS:-ja}" "$name"
        printf 'tap print\nexpect screen slip\n'
        printf '%s\n' "$@"
    } >"$WORK/$name.play"
}
pauses() { # NAME STEPS...: a visit that pauses and asks for its ticket
    name=$1
    shift
    {
        printf 'language %s\nstart resident-record\ntap next\ntap no-card\ntype すめらぎ\ntap next\n' "${WORDS:-ja}"
        printf 'tap home\ntap pause\nexpect screen paused\ndump %s.json\ntap print\n' "$name"
        printf '%s\n' "$@"
    } >"$WORK/$name.play"
}
ticket_number() { sed -n 's/.*"role": "title".*"text": "\([0-9]* [0-9]*\)".*/\1/p' "$WORK/$1.json" | tr -d ' ' | head -n 1; }
number() { sed -n 's/.*"role": "qr".*"label": "\([0-9]*\)".*/\1/p' "$WORK/$1.json" | head -n 1; }
THERE='wait text "紙をお取りください" 20'
PHOTO='wait text "この画面を写真にとってください" 30'
END='tap finish
wait screen attract 5'

during() { # NAME: plays it while the test goes on, once the printer has its slip
    (cd "$WORK" && exec "$BUILD/kiosk" --play "$WORK/$1.play" 2>play.err) &
    kiosk=$!
    within 200 given || fail "nothing was given to the printer: $(cat "$WORK/play.err")"
}

"$BUILD/kioskctl" init >/dev/null || fail init
sed -i '/^panel-/d' "$KIOSK_HOME/madoguchi.conf"
keep_conf
PRINTER="printer-server = $SOCKET"
printf '%s\n' prints prints empty slow prints dies prints empty >$CUPS/modes
cupsd_start
lpadmin -h $SOCKET -p slip -E -v paper:/ || fail lpadmin

# 1. a day: two papers for the first visitor, none for the second (a page to take a photo of), the third walks off while it is slow,
# the fourth gets the fourth's, for the fifth the printer dies
settings 'printer = slip' "$PRINTER"
visit prints "$THERE" 'shot prints.png' 'tap back' 'expect screen accepted' 'shot prints-accepted.png' 'tap print' "$THERE" "$END"
visit empty "$PHOTO" 'shot empty.png' 'dump photo.json' "$END"
visit leaves 'wait text "印刷しています"' 'shot slow.png' 'sleep 1500' 'tap home' 'wait screen attract 5'
visit next "$THERE" "$END"
visit dies "$PHOTO" "$END" 'sleep 300'
# and who pauses: one takes the ticket, one a photo
WORDS="vi" pauses paused 'shot paused.png' 'wait text "Hãy lấy tờ giấy" 20' 'shot paused-there.png' 'expect screen paused' "$END"
pauses paused-empty "$PHOTO" 'expect screen paused' 'shot paused-photo.png' 'dump paused-photo.json' "$END"
for name in prints empty leaves next dies paused paused-empty; do cat "$WORK/$name.play"; done >"$WORK/day.play"
play "$WORK/day.play"
[ "$(cd $CUPS/paper && echo *)" = '1.pdf 2.pdf 5.pdf 7.pdf' ] || fail "papers: $(ls $CUPS/paper)"
empty || fail "something stays in the spool: $(ls $CUPS/spool)"
grep -q '"overflow"' "$WORK/photo.json" && fail "words do not fit"
zbarimg -q --raw "$WORK/empty.png" | tr -d ' ' | grep -q "$(number empty)" || fail "the photo does not have the number"
[ "$(number prints)" != "$(number next)" ] || fail "the test is blind: one number for all"
for one in 1:prints 2:prints 5:next; do
    pdftotext -layout $CUPS/paper/${one%:*}.pdf - | tr -d ' \n' | grep -q "$(number ${one#*:})" ||
        fail "paper ${one%:*} is not of the visit ${one#*:}"
done
pdftotext -layout $CUPS/paper/7.pdf - | tr -d ' \n' >"$WORK/ticket"
grep -q "$(ticket_number paused)" "$WORK/ticket" || fail "the ticket does not have the number"
grep -q 'すめらぎ' "$WORK/ticket" && fail "the ticket has a name"
grep -q 'この番号で' "$WORK/ticket" || fail "the ticket has no Japanese"
pdftoppm -r 100 -png $CUPS/paper/7.pdf "$WORK/ticket" && zbarimg -q --raw "$WORK"/ticket-1.png >"$WORK/ticket-code"
[ "$(cat "$WORK/ticket-code")" = "MADOGUCHIP$(ticket_number paused)" ] || fail "the ticket's code is $(cat "$WORK/ticket-code")"
grep -q '"overflow"' "$WORK/paused-photo.json" && fail "words do not fit"
grep -q "$(ticket_number paused)" $CUPS/log/* "$WORK"/*.err && fail "a log has a ticket's number"
cp "$WORK/ticket-1.png" "$SHOTS/slip-ticket.png"
pdftoppm -r 150 -png $CUPS/paper/1.pdf "$WORK/paper" && zbarimg -q --raw "$WORK"/paper-*.png >"$WORK/read"
grep -qx "$(number prints)" "$WORK/read" || fail "no code of the number: $(cat "$WORK/read")"
grep -q '^7351' "$WORK/read" && fail "the record is on paper though the line is there"
for name in paused-there paused-photo; do
    cp "$WORK/$name.png" "$SHOTS/slip-$name.png"
done
for name in prints:there prints-accepted:accepted empty:photo slow:comes; do
    cp "$WORK/${name%:*}.png" "$SHOTS/slip-${name#*:}.png"
done

# 2. while the line is away the paper carries the record, in the visitor's language
settings 'printer = slip' "$PRINTER" 'code-after-s = 0'
rm -f $CUPS/paper/* "$WORK"/paper-*
all prints
WORDS="vi" visit away 'wait text "Hãy lấy tờ giấy" 20' 'tap finish' 'wait screen attract 5'
play "$WORK/away.play"
pdftoppm -r 200 -png $CUPS/paper/*.pdf "$WORK/paper" && zbarimg -q --raw "$WORK"/paper-*.png | grep '^7351' >"$WORK/codes"
"$BUILD/kioskctl" qr import "$WORK/codes" >"$WORK/import.log" 2>&1 && grep -qx '1 records are new, 0 were there already.' "$WORK/import.log" ||
    fail "the paper's code is not the record: $(cat "$WORK/import.log")"
cp "$WORK/paper-1.png" "$SHOTS/slip-paper.png"
rm -f $CUPS/paper/*

# 3. a terminal that is ended, and one that is killed: its slip does not come out for the next one, for whom the queue stands still
settings 'printer = slip' "$PRINTER"
lpadmin -h $SOCKET -p slip -o printer-error-policy=stop-printer
all slow
visit ends 'wait text "印刷しています"' 'sleep 1500'
during ends
wait $kiosk || fail "$(cat "$WORK/play.err")"
empty || fail "the slip of a terminal that was ended stays in the spool"
visit killed 'sleep 20000'
during killed
kill -9 $kiosk
wait $kiosk 2>/dev/null
[ "$(spooled)" -gt 0 ] || fail "the test is blind: nothing was in the spool"
all dies
play "$WORK/dies.play"
empty || fail "the slip of a killed terminal, or of a queue that stands still, stays in the spool"
lpstat -h $SOCKET -p slip | grep -q disabled || fail "the test is blind: the queue goes on"
cupsenable -h $SOCKET slip
all slow

# 4. the spool does not answer while somebody leaves: the next one waits until it is known to be empty
visit stuck 'wait text "印刷しています"' 'sleep 1500' 'tap home' 'wait screen attract 10' 'tap start' 'expect screen settling' \
    'shot settling.png' 'wait screen attract 20' 'tap start' 'wait screen home 3'
during stuck
kill -STOP "$cupsd"
sleep 3
kill -CONT "$cupsd"
wait $kiosk || fail "$(cat "$WORK/play.err")"
empty || fail "the slip of who left stays in the spool"
cp "$WORK/settling.png" "$SHOTS/slip-settling.png"

# 5. the spool itself dies, with a slip in it
visit gone 'wait text "印刷しています"' "$PHOTO" "$END"
during gone
# shellcheck disable=SC2046 # numbers are words; systemd ends what a service started, too
kill -9 "$cupsd" $(pgrep -P "$cupsd")
wait $kiosk || fail "$(cat "$WORK/play.err")"
all prints
cupsd_start
[ "$(spooled)" -eq 0 ] || fail "a spool that starts anew has a slip in it"
[ "$(papers)" -eq 0 ] || fail "$(papers) papers of people who left"
for name in prints empty next dies; do
    grep -q "$(number $name)" $CUPS/log/* && fail "a log has a number"
done
exit 0
