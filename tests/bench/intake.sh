#!/bin/bash
# An intake on PostgreSQL beside pgbench that inserts the very same rows into the same kind of table. They take turns. Prints lines: the
# milliseconds a record of intake and pgbench by the clock, the intake's own processor time, and its slowest answer; then the first two
# once more where a commit takes 0.8 ms longer (waiting-intake, waiting-pgbench). use: intake.sh [COUNT [ROUNDS]]
set -eu
TOP=$(cd "$(dirname "$0")/../.." && pwd)
BUILD=${BUILD:-$TOP/build}
case $BUILD in /*) ;; *) BUILD=$TOP/$BUILD ;; esac
COUNT=${1:-2000} ROUNDS=${2:-3} CLIENTS=4
. "$TOP/tests/ledger/cluster.sh"
KIOSK_HOME=$(mktemp -d)
export KIOSK_HOME
INTAKE=''
end() {
    [ -z "$INTAKE" ] || kill "$INTAKE" 2>/dev/null || :
    rm -rf "$KIOSK_HOME"
    clusters_end
}
trap end EXIT

cluster_make city
cluster_start city
cluster_ask city "ALTER SYSTEM SET max_wal_size = '4GB'"
cluster_ask city "SELECT pg_reload_conf()" >/dev/null
"$BUILD/bench/intake" "$KIOSK_HOME" keys
printf 'kiosk = kiosk-001\nintake-port = 0\nledger = %s\n' "$(cluster_uri city)" >"$KIOSK_HOME/madoguchi.conf"
"$BUILD/kiosk-intake" 2>"$KIOSK_HOME/intake.log" &
INTAKE=$!
for _ in $(seq 200); do
    grep -qs event=intake.listening "$KIOSK_HOME/intake.log" && break
    sleep 0.05
done
PORT=$(sed -n 's/.*event=intake.listening.* port=\([0-9]*\).*/\1/p' "$KIOSK_HOME/intake.log")

# What an intake stored, inserted row by row by the server itself: nothing is sent over the line.
cat >"$CLUSTERS/insert.sql" <<'END'
INSERT INTO copy SELECT e.* FROM (SELECT nextval('turn') AS n OFFSET 0) t JOIN rows e ON e.position = t.n;
END
each() { # NAME MILLISECONDS-FOR-ALL
    awk -v name="$1" -v count="$COUNT" -v ms="$2" 'BEGIN { printf "%s %.3f\n", name, ms / count }'
}
ticks() { # the intake's own
    awk '{ print $14 + $15 }' "/proc/$INTAKE/stat"
}
turn() { # ROUND PREFIX: one of each; the first round warms up
    cluster_ask city "SET client_min_messages = warning; TRUNCATE entry CASCADE; UPDATE change_count SET count = 0, position = 0; CHECKPOINT"
    before=$(ticks)
    out=$("$BUILD/bench/intake" "$KIOSK_HOME" "$PORT" "$COUNT" $CLIENTS)
    [ "$1" = 0 ] || {
        each "$2intake" "$(echo "$out" | sed -n 's/^wall-ms //p')"
        each "$2processor" "$((($(ticks) - before) * 1000 / $(getconf CLK_TCK)))"
        echo "$out" | sed -n "s/^slowest-ms/$2slowest/p"
    }
    cluster_ask city "DROP TABLE IF EXISTS rows; CREATE TABLE rows AS TABLE entry; ALTER TABLE rows ADD PRIMARY KEY(position)" 2>/dev/null
    cluster_ask city "DROP TABLE IF EXISTS copy; CREATE TABLE copy (LIKE entry INCLUDING ALL)" 2>/dev/null
    cluster_ask city "DROP SEQUENCE IF EXISTS turn; CREATE SEQUENCE turn; ANALYZE rows; CHECKPOINT" 2>/dev/null
    begin=$(date +%s%N)
    pgbench -n -M prepared -c $CLIENTS -j 2 -t $((COUNT / CLIENTS)) -f "$CLUSTERS/insert.sql" "$(cluster_uri city)" >"$CLUSTERS/pgbench.out" 2>&1
    [ "$1" = 0 ] || each "$2pgbench" $((($(date +%s%N) - begin) / 1000000))
    [ "$(cluster_ask city "SELECT count(*) FROM copy")" = $((COUNT / CLIENTS * CLIENTS)) ] || {
        echo "intake.sh: pgbench did not insert them all" >&2
        exit 1
    }
}
for round in $(seq 0 "$ROUNDS"); do
    turn "$round" ''
done
# A disk that writes for real takes its time. PostgreSQL waits as long before each flush, for both alike.
cluster_ask city "ALTER SYSTEM SET commit_delay = 800"
cluster_ask city "ALTER SYSTEM SET commit_siblings = 0"
cluster_ask city "SELECT pg_reload_conf()" >/dev/null
cluster_until city "SELECT current_setting('commit_delay') = '800'"
for round in $(seq 1 "$ROUNDS"); do
    turn "$round" waiting-
done
