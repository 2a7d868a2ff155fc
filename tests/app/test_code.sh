#!/bin/sh
# timeout: 120
# waits
# A record as a code on the screen: shown when records wait too long or the staff asks for it, not otherwise; read off the
# screen's picture by zbarimg in every layout, size and theme that makes it small; the same record by code, line and stick is one.
. "$(dirname "$0")/env.sh"
alone "$0" "$@"
SHOTS=$BUILD/pictures
mkdir -p "$SHOTS"
"$BUILD/kioskctl" init >/dev/null || fail init
pin=$(cat "$KIOSK_HOME/first-staff-pin.txt")
sed -i '/^panel-/d' "$KIOSK_HOME/madoguchi.conf"
keep_conf
WORDS=''

shown() { # NAME: the code on that picture is one symbol of version 25 at most, and reads as digits
    zbarimg -q --raw "$WORK/$1.png" >"$WORK/read" 2>/dev/null || fail "$1: zbarimg reads no code"
    grep -qx '7351[0-9]*' "$WORK/read" && [ "$(wc -l <"$WORK/read")" -eq 1 ] || fail "$1: other words"
    [ "$(wc -c <"$WORK/read")" -le 2396 ] || fail "$1: too long for version 25"
    grep -q '"overflow"' "$WORK/$1.json" && fail "$1: words do not fit"
    cat "$WORK/read" >>"$WORK/codes"
    cp "$WORK/$1.png" "$SHOTS/code-$1.png"
}
import() { # EXPECTED TEXT: the codes that were read, at the city
    "$BUILD/kioskctl" qr import "$WORK/codes" >"$WORK/import.log" 2>&1 || fail "import: $(cat "$WORK/import.log")"
    grep -qx "$1" "$WORK/import.log" || fail "import: $(tail -n 1 "$WORK/import.log")"
}
visit() { # NAME [STEPS]: a visit to its end, with steps at its begin; then the code
    cat >"$WORK/$1.play" <<PLAY
language ${WORDS:-ja}
${2:-}
start resident-record
complete 3
wait screen accepted 20
tap next
expect screen code
shot $1.png
dump $1.json
tap back
expect screen accepted
tap next
tap finish
wait screen attract 5
PLAY
    play "$WORK/$1.play"
    shown "$1"
}

# 1. not while the line is there: the record of a moment ago waits for nobody; two seconds later the line is away
settings 'code-after-s = 2'
cat >"$WORK/usual.play" <<'PLAY'
language ja
start resident-record
complete 1
wait screen accepted 20
tap finish
wait screen attract 5
sleep 2100
PLAY
play "$WORK/usual.play"
visit late
import '1 records are new, 0 were there already.'

# 2. the staff asks; a survey without a name has none all the same
settings
{
    printf 'tap start\ntap help\ntap staff\n'
    echo "$pin" | sed 's/./tap digit:&\n/g'
    printf 'tap next\nwait screen staff-desk\nshot staff.png\ntap codes\nwait screen attract\n'
    cat <<'PLAY'
language ja
start survey
complete 1
wait screen accepted 20
tap finish
wait screen attract 5
start resident-record
complete 2
wait screen accepted 20
tap next
expect screen code
shot asked.png
dump asked.json
expect text "写真にとって"
tap home
wait screen attract 5
PLAY
    printf 'tap start\ntap help\ntap staff\n'
    echo "$pin" | sed 's/./tap digit:&\n/g'
    printf 'tap next\nwait screen staff-desk\ntap codes-end\nwait screen attract\n'
    printf 'start resident-record\ncomplete 4\nwait screen accepted 20\ntap finish\nwait screen attract 5\n'
} >"$WORK/asked.play"
play "$WORK/asked.play"
shown asked
cp "$WORK/staff.png" "$SHOTS/code-staff.png"
import '1 records are new, 1 were there already.'

# 3. where a code has little room: the largest words, black, upright, seated, a small panel, scripts with high lines
settings 'code-after-s = 0'
visit large "$(look 3 1)"
WORDS=my visit large-my "$(look 3 0)"
settings 'code-after-s = 0' 'panel-width = 1080' 'panel-height = 1920'
WORDS=my visit upright "$(look 3 1)"
settings 'code-after-s = 0' 'panel-width = 1080' 'panel-height = 1920' 'wheelchair = yes'
WORDS=ja-easy visit seated "$(look 3 2)"
settings 'code-after-s = 0' 'panel-px-per-m = 5560'
WORDS=es visit small "$(look 2 3)"
settings 'code-after-s = 0' 'panel-px-per-m = 5560' 'wheelchair = yes'
WORDS="vi" visit small-seated "$(look 2 1)"
import '6 records are new, 2 were there already.'

# 4. a long record: two codes, a page each, in any order
settings 'code-after-s = 0'
for seed in 2 5 6 1 3 4; do
    cat >"$WORK/parts.play" <<PLAY
language vi
start child-allowance-change
complete $seed
wait screen accepted 20
tap next
expect screen code
shot first.png
dump first.json
tap page:next
shot second.png
dump second.json
tap finish
wait screen attract 5
PLAY
    (cd "$WORK" && "$BUILD/kiosk" --play parts.play 2>play.err) && break
done
[ -s "$WORK/second.json" ] || fail "no record of six takes two codes"
rm -f "$WORK/codes"
shown second
"$BUILD/kioskctl" qr import "$WORK/codes" >"$WORK/import.log" 2>&1 && fail "half a record was taken"
grep -q 'part 1 of 2 is missing' "$WORK/import.log" || fail "$(cat "$WORK/import.log")"
shown first
import '1 records are new, 0 were there already.'

# 5. by the line and on a stick they are there already; each is on the desk once
rm -f "$WORK/codes"
settings
mkdir "$WORK/stick"
all=$("$BUILD/kioskctl" status | sed -n 's/^waiting *\([0-9]*\).*/\1/p')
"$BUILD/kioskctl" usb export "$WORK/stick" >/dev/null || fail "usb export"
city
[ "$(exported "$all" | wc -l)" -eq "$all" ] || fail "not each record once: $(exported "$all" | wc -l)"
"$BUILD/kioskctl" usb import "$WORK/stick" >"$WORK/usb.log" || fail "usb import"
grep -q " 0 records are new, $all were there already" "$WORK/usb.log" || fail "$(cat "$WORK/usb.log")"
within 50 sh -c "'$BUILD/kioskctl' status | grep -q 'waiting *0'" || fail "the line gives no receipts for what came as codes"
