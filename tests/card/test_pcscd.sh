#!/bin/bash
# timeout: 150
# waits
# The card room on a real pcscd with the virtual reader of vsmartcard, in a mount and network
# namespace of its own: no clash with the machine's pcscd or with a test beside this one. Needs the
# right to make namespaces; where that is missing it fails and says so.
set -u
cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-build}
if [ "${1:-}" != inside ]; then
    unshare=(unshare -m -n)
    [ "$(id -u)" = 0 ] || unshare=(unshare -r -m -n)
    if ! "${unshare[@]}" true; then
        echo "test_pcscd: can't make a namespace (unshare is not permitted here)"
        exit 1
    fi
    BUILD=$BUILD timeout 100 "${unshare[@]}" "$0" inside
    exit $?
fi

mount -t tmpfs tmpfs /run && mkdir /run/pcscd && ip link set lo up || exit 1
work=/run/test
mkdir $work
tool_log=$work/events
watch=$work/watch
failed=0

fail() {
    echo "test_pcscd: $*"
    failed=1
}
daemon() {
    rm -f /run/pcscd/*
    pcscd --foreground > $work/pcscd.log 2>&1 &
    pcscd_pid=$!
}
# The card NAME with options; its tries live in $work/state.
place() {
    local name=$1
    shift
    "$BUILD"/virtual-card --state-dir $work/state --watch $watch "$@" assets/samples/$name.card &
    card_pid=$!
}
lift() {
    kill $card_pid
    wait $card_pid 2> /dev/null
}
seen=0 # lines of the log that were dealt with
# Waits for the next event line matching a pattern, SECONDS at most; lines before it must not be there.
expect() {
    local pattern=$1 limit=${2:-3} i line
    for ((i = 0; i < limit * 50; i++)); do
        line=$(sed -n "$((seen + 1))p" $tool_log)
        if [ -n "$line" ]; then
            seen=$((seen + 1))
            case $line in
            asked*) continue ;;
            esac
            [[ $line =~ $pattern ]] || fail "line $seen: $line -- expected $pattern"
            last=$line
            return
        fi
        sleep 0.02
    done
    fail "nothing came, expected $pattern"
}
tell() {
    echo "$*" >&3
}
ms() {
    echo $(($(date +%s%N) / 1000000))
}

mkfifo $work/in
"$BUILD"/asan/tests/card/tool_pcscd < $work/in > $tool_log 2> $work/errors &
tool_pid=$!
exec 3> $work/in

# No service, then one.
expect '^event=readers error=KERR_CARD_NO_SERVICE'
tell read 1234
expect '^event=read error=KERR_CARD_NO_SERVICE'
daemon
expect '^event=readers error=KERR_OK .*readers=2'

# A card is placed and read: four commands.
place hanako
expect '^event=inserted error=KERR_OK kind=my-number tries=3'
tell stats
expect '^stats apdus=2 refused=0'
tell read 1234
expect '^event=read error=KERR_OK .*applicant.name=日立　花子 applicant.address=茨城県日立市助川町１丁目１番１号 applicant.birth=1941-03-05 applicant.sex=female$'
took=${last#*ms=}
took=${took%% *}
tell stats
expect '^stats apdus=4 refused=0'

# VERIFY, READ and the power-down took this long; with Nagle against delayed acknowledgements it
# would be 90 ms and more.
echo "test_pcscd: VERIFY, READ, power-down: $took ms"
[ "$took" -lt 60 ] || fail "a read took $took ms"

# Lifted and placed again.
lift
expect '^event=removed error=KERR_OK'
tell read 1234
expect '^event=read error=KERR_CARD_REMOVED'
place hanako --mode first-6f00 --mode no-extended
expect '^event=inserted error=KERR_OK kind=my-number tries=3'
tell read 1234
expect '^event=read error=KERR_OK .*applicant.sex=female$'

# Wrong PINs down to the last try; the tries outlive the card's program.
tell read 9999
expect '^event=read error=KERR_CARD_PIN_WRONG .*tries=2'
tell read 9999
expect '^event=read error=KERR_CARD_PIN_WRONG .*tries=1'
tell read 1234
expect '^event=read error=KERR_CARD_PIN_LAST_TRY .*tries=1'
lift
expect '^event=removed'
grep -q '^pin = 1$' $work/state/hanako.state || fail "the card has $(head -1 $work/state/hanako.state)"
place hanako
expect '^event=inserted error=KERR_OK kind=my-number tries=1'
tell confirm 9999
expect '^event=read error=KERR_CARD_PIN_BLOCKED .*tries=0'
tell confirm 1234
expect '^event=read error=KERR_CARD_PIN_BLOCKED .*tries=0'
lift
expect '^event=removed'

# Blocked from the start; a card of another kind.
place blocked
expect '^event=inserted error=KERR_OK kind=my-number tries=0'
lift
expect '^event=removed'
place taro --mode licence
expect '^event=inserted error=KERR_CARD_UNKNOWN kind=unknown'
lift
expect '^event=removed'

# Lifted in the middle: before VERIFY is answered, and before READ is.
for k in 3 4; do
    place taro --mode remove-at=$k
    expect '^event=inserted error=KERR_OK'
    start=$(ms)
    tell read 1234
    expect '^event=read error=KERR_CARD_REMOVED'
    [ $(($(ms) - start)) -lt 1500 ] || fail "removal at command $k was told after $(($(ms) - start)) ms"
    expect '^event=removed'
    wait $card_pid
done

# Another card takes its place after the query.
place hanako --mode swap-after=2 --swap assets/samples/taro.card
expect '^event=inserted error=KERR_OK kind=my-number tries=0'
expect '^event=removed'
expect '^event=inserted error=KERR_OK kind=my-number tries=3'
tell read 1234
expect '^event=read error=KERR_OK .*applicant.name=日立　太郎'

# pcscd dies and comes back, with the card on the reader; 3 s at most (twice, to be sure).
for i in 1 2; do
    kill -9 $pcscd_pid
    wait $pcscd_pid 2> /dev/null
    expect '^event=removed error=KERR_CARD_NO_SERVICE'
    expect '^event=readers error=KERR_CARD_NO_SERVICE'
    daemon
    start=$(ms)
    expect '^event=readers error=KERR_OK .*readers=2'
    expect '^event=inserted error=KERR_OK kind=my-number tries=3'
    back=$(($(ms) - start))
    echo "test_pcscd: back after a restart of pcscd in $back ms"
    [ $back -lt 3000 ] || fail "recovered after $back ms"
    tell read 1234
    expect '^event=read error=KERR_OK .*applicant.name=日立　太郎'
done

# pcscd hangs: the caller gets its answer all the same, and everything works when it goes on.
tell refresh
expect '^event=inserted error=KERR_OK'
kill -STOP $pcscd_pid
tell read 1234
expect '^event=read error=KERR_CARD_TIMEOUT' 12
kill -CONT $pcscd_pid
expect '^event=inserted error=KERR_OK kind=my-number tries=3'
tell read 1234
expect '^event=read error=KERR_OK .*applicant.name=日立　太郎'

# Released: silence until it is asked for.
tell release
tell refresh
expect '^event=inserted error=KERR_OK'
lift
expect '^event=removed'
tell quit
expect '^stopped' 5
wait $tool_pid || fail "tool_pcscd ended with $?: $(cat $work/errors)"
[ ! -e $watch ] || fail "somebody asked for the number: $(cat $watch)"
kill $pcscd_pid
[ $failed = 0 ] || cat $tool_log
exit $failed
