#!/bin/bash
# kioskctl init and status: a new set-up, the same again, one that was cut in the middle at each part,
# and ones that must not be touched.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=$(realpath -m "${BUILD:-build}")
ctl=$build/kioskctl
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
export KIOSK_HOME=$work/deep/er/home
home=$KIOSK_HOME

fail() {
    echo "test_init: FAILED: $*"
    failed=1
}
# Runs kioskctl with the arguments behind the expected exit code; its words are in $work/out.
ctl() {
    local expected=$1
    shift
    "$ctl" "$@" >"$work/out" 2>&1
    local got=$?
    [ $got -eq "$expected" ] || {
        fail "kioskctl $* ended with $got, not $expected"
        sed 's/^/    /' "$work/out"
    }
}
# One line for all files, their modes and bytes; the password line of "staff" too.
fingerprint() {
    (cd "$home" && find . -type f -printf '%p %m ' -exec sha256sum {} \; | sort | sha256sum)
}
value() {
    sed -n "s/^$1 = //p" "$home/madoguchi.conf"
}

[ -x "$ctl" ] || {
    echo "test_init: FAILED: $ctl is missing"
    exit 1
}

# Use.
ctl 2
ctl 0 help
grep -q '^usage: kioskctl' "$work/out" || fail "help shows no usage"
ctl 2 nonsense
ctl 2 init extra
ctl 2 status extra
ctl 1 status
[ -e "$home" ] && fail "status made a folder"

# New.
ctl 0 init
grep -q ': set up' "$work/out" || fail "init does not say that it set up"
grep -q "$home/first-password.txt" "$work/out" || fail "init does not say where the password is"
[ "$(stat -c %a "$home")" = 700 ] || fail "the folder is open to others"
open=$(find "$home" -name '*.key' -perm /077; find "$home" -maxdepth 1 -type f -perm /077)
[ -z "$open" ] || fail "open to others: $open"
for setting in kiosk-cert kiosk-key recipients city-ca kiosk-ca kiosk-tls-cert kiosk-tls-key \
    intake-tls-cert intake-tls-key receipt-cert receipt-key city-cert city-key queue staff; do
    [ -f "$home/$(value $setting)" ] || fail "the file of $setting is missing"
done
[ "$(value kiosk)" = kiosk-001 ] && [ "$(value kiosk-number)" = 1 ] || fail "kiosk's name"
[ "$(value intake-url)" = "https://127.0.0.1:$(value intake-port)" ] || fail "intake's url"
[ "$(value intake-port)" != "$(value desk-port)" ] || fail "one port twice"
[ "$(value panel-px-per-m) $(value panel-width) $(value panel-height)" = "4030 1920 1080" ] ||
    fail "panel"
[ "$(value ledger)" = ledger.db ] || fail "ledger"
password=$(cat "$home/first-password.txt")
[[ $password =~ ^[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}$ ]] || fail "the password is not readable"
grep -Eqx 'staff:lead:scrypt\$[0-9$a-f]+' "$home/staff" || fail "the staff file has another form"
grep -rqF "$password" "$home/staff" "$home/madoguchi.conf" && fail "the password is in other files"
# the hash is that password's, by another implementation
if ! python3 - "$password" "$(cut -d: -f3 "$home/staff")" <<'PYTHON'; then
import hashlib, sys
_, n, r, p, salt, want = sys.argv[2].split("$")
got = hashlib.scrypt(sys.argv[1].encode(), salt=bytes.fromhex(salt), n=1 << int(n), r=int(r), p=int(p),
                     dklen=32, maxmem=1 << 27)
sys.exit(got.hex() != want)
PYTHON
    fail "the account's hash is not that of the first password"
fi
ctl 0 status
grep -Eq '^waiting +0$' "$work/out" || fail "status: $(cat "$work/out")"

# Again: nothing changes.
before=$(fingerprint)
ctl 0 init
grep -q 'nothing was changed' "$work/out" || fail "the second run does not say that it did nothing"
[ "$before" = "$(fingerprint)" ] || fail "the second run changed something"

# Cut in the middle: what is there stays, the rest is made.
keep=$(sha256sum "$home/keys/city.key")
for lost in madoguchi.conf "madoguchi.conf staff" "madoguchi.conf staff first-password.txt" \
    "madoguchi.conf staff first-password.txt queue.db" keys/RECOVERY-KEY.txt queue.db; do
    (cd "$home" && rm -f $lost)
    ctl 0 init
    for file in $lost; do
        [ -f "$home/$file" ] || fail "$file was not made again after losing: $lost"
    done
    [ "$keep" = "$(sha256sum "$home/keys/city.key")" ] || fail "losing $lost gave new keys"
done
rm "$home/madoguchi.conf" "$home/staff"
echo "old-word-here" >"$home/first-password.txt"
ctl 0 init
grep -qx old-word-here "$home/first-password.txt" || fail "an earlier run's password was replaced"
rm -rf "$home/keys" "$home/madoguchi.conf"
mkdir -p "$home/keys.part"
echo half >"$home/keys.part/city.key"
ctl 0 init
[ -e "$home/keys.part" ] && fail "the rest of a cut run is still there"

# The recovery key went into its safe, the first password was changed: both fine.
rm "$home/keys/recovery.key" "$home/first-password.txt"
ctl 0 init
[ -e "$home/first-password.txt" ] && fail "a password was made for an account that is there"

# Refused, with nothing changed: keys lost or exchanged after the set-up was finished, broken files.
refused() {
    local before
    before=$(fingerprint)
    ctl 1 init
    [ "$before" = "$(fingerprint)" ] || fail "a refused run changed something: $1"
}
cp -a "$home" "$work/good"
again() {
    rm -rf "$home"
    cp -a "$work/good" "$home"
}
for key in city.key kiosk.crt recipients.pem receipt.key intake-tls.key kiosk-tls.crt kiosk-ca.crt; do
    rm "$home/keys/$key"
    refused "without $key"
    again
done
mv "$home/keys" "$work/keys-away"
refused "without keys"
again
cp "$home/keys/receipt.key" "$home/keys/city.key"
refused "with another city.key"
again
echo "no setting" >>"$home/madoguchi.conf"
refused "with broken settings"
grep -q "line $(wc -l <"$home/madoguchi.conf") " "$work/out" || fail "the broken line is not named"
again
head -c 20000 /dev/urandom >"$home/queue.db"
ctl 0 init # the terminal's own to mend, and it must be started for that
grep -q 'queue.db: is damaged; the terminal mends it when it starts$' "$work/out" || fail "nothing said of a damaged queue"
again
mkdir -p "$work/other/keys"
echo x >"$work/other/keys/photo.png"
KIOSK_HOME=$work/other ctl 1 init
[ "$(ls "$work/other" "$work/other/keys" | tr '\n' ' ')" = "$work/other: keys  $work/other/keys: photo.png " ] ||
    fail "something was added to a stranger's folder: $(ls -R "$work/other")"

# The preferred ports are taken: others are found.
: >"$work/ports"
python3 - <<'PYTHON' >"$work/ports" &
import socket, time
held = []
for port in (9443, 9080):
    s = socket.socket()
    try:
        s.bind(("127.0.0.1", port)); s.listen(1)
    except OSError:
        pass
    held.append(s)
print("held", flush=True)
time.sleep(60)
PYTHON
holder=$!
for _ in $(seq 100); do grep -q held "$work/ports" && break; sleep 0.05; done
KIOSK_HOME=$work/busy ctl 0 init
kill $holder
wait $holder 2>/dev/null
ports=$(sed -n 's/^\(intake\|desk\)-port = //p' "$work/busy/madoguchi.conf")
grep -Eqx '9443|9080' <<<"$ports" && fail "a port that is taken was chosen"
[ "$(sort -u <<<"$ports" | wc -l)" -eq 2 ] || fail "not two ports: $ports"

# A second member of staff: the password is told once, and the file holds a hash of it.
export KIOSK_HOME=$work/busy
ctl 1 staff add staff lead
ctl 1 staff add mori boss
ctl 2 staff add
ctl 0 staff add mori lead
password=$(grep -Ex "[a-z2-9-]{14}" "$work/out")
grep -Eqx '([a-km-np-z2-9]{4}-){2}[a-km-np-z2-9]{4}' <<<"$password" || fail "password: $password"
grep -q "$password" "$KIOSK_HOME/staff" && fail "the staff file holds the password"
ctl 0 staff password mori
[ "$(grep -Ex "[a-z2-9-]{14}" "$work/out")" != "$password" ] || fail "the same password again"
ctl 0 staff list
[ "$(cat "$work/out")" = "$(printf 'staff\tlead\nmori\tlead')" ] || fail "staff list: $(cat "$work/out")"
ctl 0 staff remove mori
ctl 1 staff remove mori
[ "$(stat -c %a "$KIOSK_HOME/staff")" = 600 ] || fail "mode of the staff file"

# Two at once: one makes it, the other finds it made.
export KIOSK_HOME=$work/twice
"$ctl" init >"$work/one" 2>&1 &
one=$!
"$ctl" init >"$work/two" 2>&1
two=$?
wait $one
[ $? -eq 0 ] && [ $two -eq 0 ] || fail "two at once: $(cat "$work/one" "$work/two")"
[ "$(cat "$work/one" "$work/two" | grep -c ': set up$')" -eq 1 ] || fail "two at once: both made it"
exit $failed
