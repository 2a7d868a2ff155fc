#!/bin/bash
# A ledger on PostgreSQL with a synchronous standby: servers are killed, promoted, started again. Every receipt
# that was given is in the ledger that is left; every record is there once.
# timeout: 120
# waits
set -u
TOP=${TOP:-$(cd "$(dirname "$0")/../.." && pwd)}
BUILD=${BUILD:-$TOP/build}
case $BUILD in /*) ;; *) BUILD=$TOP/$BUILD ;; esac
TOOL=$BUILD/asan/tests/ledger/tool_ledger
COUNT=${COUNT:-200}
[ -z "${SOAK:-}" ] || COUNT=10000
. "$TOP/tests/ledger/cluster.sh"
WRITERS=''

end() {
    for pid in $WRITERS; do
        kill -9 "$pid" 2>/dev/null
    done
    clusters_end
}
trap end EXIT
trap 'exit 130' INT TERM

fail() {
    echo "test_standby: $*"
    tail -n 20 "$CLUSTERS"/*.log "$CLUSTERS"/*.out 2>/dev/null | cut -c1-300
    exit 1
}

expect() { # WHAT EXPECTED GOT
    [ "$2" = "$3" ] || fail "$1: expected \"$2\", got \"$3\""
}

check() { # SERVER RECEIPTS...: every receipt of the files is in the ledger, byte by byte
    server=$1
    shift
    cluster_ask "$server" "SELECT kiosk || ' ' || sequence || ' ' || convert_from(receipt, 'UTF8') FROM entry WHERE receipt IS NOT NULL" |
        sort >"$CLUSTERS/stored"
    sort -u "$@" >"$CLUSTERS/given"
    missing=$(comm -13 "$CLUSTERS/stored" "$CLUSTERS/given" | wc -l)
    echo "$(wc -l <"$CLUSTERS/given") receipts, $missing missing" >"$CLUSTERS/check.out"
    [ -s "$CLUSTERS/given" ] && [ "$missing" = 0 ]
}

IN_STEP="SELECT EXISTS (SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync' AND state = 'streaming')"

cluster_make first && cluster_start first || fail "no first server"
cluster_copy second first && cluster_start second || fail "no second server"
cluster_needs first second && cluster_until first "$IN_STEP" || fail "the second server is no synchronous standby"

# 1. Four intakes at once, two and two with the same records; the first server dies, the second takes over.
# the standby is named first: it has to be passed over while it is one
BOTH=$(cluster_uri second first)
for writer in 1 2 3 4; do
    "$TOOL" put "$BOTH" "kiosk-00$((writer % 2))" 1 "$COUNT" "$CLUSTERS/receipts.$writer" >"$CLUSTERS/writer$writer.out" 2>&1 &
    WRITERS="$WRITERS $!"
done
for _ in $(seq 400); do
    given=$(cat "$CLUSTERS"/receipts.* 2>/dev/null | wc -l)
    [ "$given" -ge "$COUNT" ] && break
    sleep 0.02
done
cluster_kill first
cat "$CLUSTERS"/receipts.* >"$CLUSTERS/given-before"
before=$(wc -l <"$CLUSTERS/given-before")
[ "$before" -ge "$COUNT" ] && [ "$before" -lt $((4 * COUNT)) ] || fail "killed at a wrong moment: $before receipts"
cluster_promote second || fail "the second server is not promoted"
for pid in $WRITERS; do
    wait "$pid" || fail "a writer gave up"
done
WRITERS=''
check second "$CLUSTERS"/given-before "$CLUSTERS"/receipts.? ||
    fail "receipts are lost"
expect "records, the highest position, changes, conflicts" "$((2 * COUNT))|$((2 * COUNT))|$((2 * COUNT))|0" \
    "$(cluster_ask second "SELECT (SELECT count(*) FROM entry), (SELECT max(position) FROM entry), (SELECT count FROM change_count), (SELECT count(*) FROM quarantine)")"
expect "receipts that two intakes gave differently" 0 \
    "$(cat "$CLUSTERS"/receipts.? | sort -u | awk '{ n[$1 " " $2]++ } END { for (k in n) if (n[k] > 1) d++; print d + 0 }')"
echo "failover: $before receipts before, $(cat "$CLUSTERS"/receipts.? | wc -l) in all; $(grep -h 'try again' "$CLUSTERS"/writer?.out | tr '\n' ' ')"

# 2. A handle that did nothing while its server was started anew.
mkfifo "$CLUSTERS/wake"
"$TOOL" idle "$(cluster_uri second)" kiosk-idle <"$CLUSTERS/wake" >"$CLUSTERS/idle.out" 2>&1 &
WRITERS=$!
exec 3>"$CLUSTERS/wake"
for _ in $(seq 200); do
    grep -q waiting "$CLUSTERS/idle.out" && break
    sleep 0.05
done
cluster_stop second && cluster_start second || fail "no second server any more"
echo >&3
exec 3>&-
wait $WRITERS || fail "the idle handle"
WRITERS=''
expect "the first try after a restart" new "$(sed -n 's/ .*//; 2p' "$CLUSTERS/idle.out")"

# 3. The standby is away: nothing is confirmed, whatever can be seen on the server that is left.
cluster_copy third second && cluster_start third || fail "no third server"
cluster_needs second third && cluster_until second "$IN_STEP" || fail "the third server is no synchronous standby"
cluster_stop third
SECOND=$(cluster_uri second)
read -r verdict ms < <("$TOOL" once "$SECOND" kiosk-alone 1)
expect "a record that the standby has not" KERR_BUSY "$verdict"
[ "$ms" -ge 3000 ] && [ "$ms" -le 8000 ] || fail "answered after $ms ms"
cluster_kill second
cluster_start second || fail "the second server does not start again"
expect "what the crash left to see" 1 "$(cluster_ask second "SELECT count(*) FROM entry WHERE kiosk = 'kiosk-alone'")"

# The command waits for the standby; an operator cancels the wait, and the server warns that only it has it.
cancelled() { # EXPECTED COMMAND...
    expected=$1
    shift
    "$TOOL" "$@" >"$CLUSTERS/cancelled.out" 2>&1 &
    WRITERS=$!
    # not cluster_until: whoever doesn't wait is told at once, not after 20 s
    for _ in $(seq 100); do
        [ "$(cluster_ask second "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")" = t ] && break
        kill -0 $WRITERS 2>/dev/null || break
        sleep 0.05
    done
    wait $WRITERS
    WRITERS=''
    expect "$* without a standby" "$expected" "$(sed 's/ .*//' "$CLUSTERS/cancelled.out")"
}
cancelled KERR_BUSY once "$SECOND" kiosk-alone 1
cancelled KERR_BUSY once "$SECOND" kiosk-alone 2
cancelled KERR_BUSY once "$SECOND&options=-csynchronous_commit%3Doff" kiosk-alone 3
cancelled KERR_BUSY receipt "$SECOND" kiosk-001 1
cluster_start third || fail "the third server does not start again"
cluster_until second "$IN_STEP" || fail "the third server does not follow"
for sequence in 1 2 3; do
    read -r verdict _ < <("$TOOL" once "$SECOND" kiosk-alone $sequence)
    expect "record $sequence with its standby" same "$verdict"
done
expect "a receipt with the standby" there "$("$TOOL" receipt "$SECOND" kiosk-001 1)"

# 4. The control: without the wait for the standby the same check has to find what is lost.
cluster_needs second '' || fail "can't do without the standby"
cluster_stop third
"$TOOL" put "$SECOND" kiosk-lost 1 5 "$CLUSTERS/lost" >"$CLUSTERS/lost.out" || fail "no records without a standby"
cluster_kill second
cluster_start third && cluster_promote third || fail "the third server is not promoted"
check third "$CLUSTERS"/receipts.? || fail "older receipts are lost"
if check third "$CLUSTERS/lost"; then
    fail "the check does not notice lost receipts"
fi
expect "what the check says" "5 receipts, 5 missing" "$(cat "$CLUSTERS/check.out")"
