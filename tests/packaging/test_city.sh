#!/bin/sh
# packaging/README.md, "From one machine to PostgreSQL and several intakes", word for word: a ledger moves to a server, a
# second intake joins, then a standby. What was kept before is kept, with the same receipts.
# timeout: 90
# waits
. "$(dirname "$0")/env.sh"
alone "$0" "$@"
. "$TOP/tests/ledger/cluster.sh"
TOOL=$BUILD/asan/tests/intake/tool_line
export ASAN_OPTIONS=detect_leaks=0
PIDS=''
end() {
    for pid in $PIDS; do
        kill "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
    done
    clusters_end
    rm -rf "$WORK"
}
trap end EXIT
trap 'exit 130' INT TERM

expect() { # WHAT EXPECTED GOT
    [ "$2" = "$3" ] || fail "$1: expected \"$2\", got \"$3\""
}
follow() { # NUMBER: that block of the section, as it stands there
    awk -v wanted="$1" '/^## /{ here = /several intakes$/ } here && /^```sh$/{ n++; inside = 1; next }
        /^```$/{ inside = 0 } inside && n == wanted' "$TOP/packaging/README.md" >"$WORK/block$1"
    [ -s "$WORK/block$1" ] || fail "no block $1 in packaging/README.md"
    sh -eu "$WORK/block$1" >"$WORK/out" 2>&1 || fail "block $1 of packaging/README.md"
}
intake() { # HOME: in the background
    KIOSK_HOME=$1 "$BUILD/kiosk-intake" 2>"$1.log" &
    PIDS="$PIDS $!"
    for _ in $(seq 200); do
        grep -qs event=intake.listening "$1.log" && return 0
        sleep 0.05
    done
    cat "$1.log"
    fail "an intake does not listen"
}
send() { # PORT FILE ID: status on standard output, the answer in $WORK/answer
    curl --silent --noproxy '*' --max-time 10 --cacert "$KIOSK_HOME/keys/city-ca.crt" --output "$WORK/answer" \
        --write-out '%{http_code}' --cert "$KIOSK_HOME/keys/kiosk-tls.crt" --key "$KIOSK_HOME/keys/kiosk-tls.key" \
        --request PUT --header 'Content-Type: application/cms' --data-binary "@$2" "https://127.0.0.1:$1/v1/records/$3"
}
record() { # NUMBER: its id
    printf '%032x' "$1"
}

# The machine as it is: one intake, a SQLite file.
mkdir -p "$KIOSK_HOME"
"$TOOL" init && "$TOOL" port 9443 || fail "no set-up"
sed -i 's#^ledger = .*#ledger = ledger.db#' "$KIOSK_HOME/madoguchi.conf"
for n in 1 2 3 4; do
    "$TOOL" seal "$WORK/$n" "$(record $n)" $n "{\"a\":$n}" || fail "can't seal"
done
"$TOOL" seal "$WORK/other" "$(record 1)" 1 '{"a":0}' || fail "can't seal"
intake "$KIOSK_HOME"
expect "a record" 201 "$(send 9443 "$WORK/1" "$(record 1)")"
mv "$WORK/answer" "$WORK/receipt1"
expect "other bytes" 409 "$(send 9443 "$WORK/other" "$(record 1)")"
kill $PIDS && wait $PIDS
PIDS=''

# A row in every table, with a place for every kind of value; whoever adds a table adds a row here.
cat >"$WORK/rows.sql" <<'SQL'
INSERT INTO gone(line, position, id, kiosk, epoch, sequence, hash, received_at, done_at, deleted_at, rule, number)
 VALUES(7, 900, randomblob(16), 'kiosk-009', -1, 5, randomblob(32), 1, 2, 3, '30 days', '');
INSERT INTO sweep(at, trusted_at, deleted, word) VALUES(4, 4, 1, 'done');
INSERT INTO look(line, at, by_whom, act, id, status, previous, hash) VALUES(3, 5, '佐藤', 'open', zeroblob(16), 200, randomblob(32), randomblob(32));
INSERT INTO look_cut(upto, hash, at) VALUES(2, randomblob(32), 5);
INSERT INTO tally VALUES('2026-11-22', 'resident-record', '', 'kiosk-009', 'no', 'done', 2, 30);
INSERT INTO decision(id, state, slot, seat, decided_at, decided_by, stands) SELECT id, 'booked', 'hall/2026-12-01', 1, 6, '佐藤', 0 FROM entry;
INSERT INTO decision(id, state, slot, decided_at, decided_by) SELECT id, 'open', 'hall/2026-12-01', 7, '佐藤' FROM entry;
INSERT INTO act(id, kind, value, acted_at, acted_by)
 SELECT id, 'note', 'a' || char(10) || '\.' || char(10) || '\N' || char(9) || '\x41, "b" ''|' || char(13), 8, '佐藤' FROM entry;
INSERT INTO act(id, kind, value, acted_at, acted_by) SELECT id, 'state', 'papers', 9, '' FROM entry;
INSERT INTO correction(id, fact, old_value, new_value, reason, corrected_at, corrected_by)
 SELECT id, 'applicant.name', '葛城', '葛' || char(917761) || '城', 'a, "b"', 9, '佐藤' FROM entry;
INSERT INTO act(id, kind, value, acted_at, acted_by) SELECT id, 'holder', '佐藤', 9, '\N' FROM entry;
UPDATE entry SET state = 'papers', holder = '佐藤';
INSERT INTO chain(kiosk, epoch, size, head, seen_at, bytes, alarms, alarm_bytes) VALUES('kiosk-009', -2, 4, randomblob(32), 5, randomblob(40), 1, randomblob(9));
INSERT INTO report VALUES('kiosk-009', 5, randomblob(40));
INSERT INTO kiosk_call VALUES('kiosk-009', -7, 'coming', 1, 'home', '', 2, 3, 4, '佐藤');
INSERT INTO batch VALUES('koseki', 3, randomblob(32), 9, '佐藤', 1, 1);
INSERT INTO handed SELECT 'koseki', id, 3, 12 FROM entry;
SQL
sqlite3 -bail "$KIOSK_HOME/ledger.db" <"$WORK/rows.sql" || fail "no rows"
# The lists of tables and the rows, read by other means than the tool's.
cat >"$WORK/moved.py" <<'PY'
import csv, io, sqlite3, subprocess, sys
file, uri = sys.argv[1:]
old = sqlite3.connect(file)
def ask(text):
    out = subprocess.run(["psql", "-XqAt", "--csv", "-P", "null=none", "-v", "ON_ERROR_STOP=1", "-d", uri, "-c", text], check=True, capture_output=True)
    return [tuple(row) for row in csv.reader(io.StringIO(out.stdout.decode(), newline=""))]
def seen(value):
    return "none" if value is None else "\\x" + value.hex() if isinstance(value, bytes) else str(value)
tables = sorted(name for name, in old.execute("SELECT name FROM sqlite_master WHERE type = 'table'") if not name.startswith("sqlite_"))
there = sorted(name for name, in ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'") if name != "ledger_version")
assert tables == there, (tables, there)
for table in tables:
    rows = old.execute(f"SELECT * FROM {table}")
    names = [column[0] for column in rows.description]
    was = sorted(tuple(seen(value) for value in row) for row in rows)
    chosen = ", ".join("stands::int" if (table, name) == ("decision", "stands") else name for name in names)
    assert was, f"no row in {table}: the test is blind"
    assert was == sorted(ask(f"SELECT {chosen} FROM {table}")), f"{table} is not what it was"
PY

# It moves.
cluster_make one && cluster_start one || fail "no server"
WORD='ge%heim\8431' # in the URI as it has to be there
as_nobody sed -i '1i local all intake scram-sha-256' "$CLUSTERS/one.data/pg_hba.conf"
cluster_ask one "SELECT pg_reload_conf()" >/dev/null
LEDGER="postgresql://intake:ge%25heim%5C8431@/city?host=$CLUSTERS/one,$CLUSTERS/two"
SECOND=$WORK/second
export WORD LEDGER SECOND PGHOST="$CLUSTERS/one" PGUSER=ledger PGDATABASE=postgres
cd "$TOP" || exit 1
follow 1
unset PGUSER PGDATABASE
# A table that is not on the other side stops it.
mkdir "$WORK/copy" && cp "$KIOSK_HOME/ledger.db" "$WORK/copy/ledger.db"
sqlite3 "$WORK/copy/ledger.db" 'CREATE TABLE forgotten(a INTEGER NOT NULL) STRICT'
if packaging/ledger-to-postgres "$WORK/copy/ledger.db" "$LEDGER" >"$WORK/out" 2>&1; then
    fail "a table is left behind"
fi
grep -q 'other tables: forgotten.a' "$WORK/out" || fail "which table is left behind"
follow 2
grep -q '^1 entries, 1 set aside, 2 decisions moved and compared' "$WORK/out" || fail "what was moved"
python3 "$WORK/moved.py" "$KIOSK_HOME/ledger.db" "$LEDGER" 2>"$WORK/out" || fail "what was moved: $(tail -n 1 "$WORK/out")"
if packaging/ledger-to-postgres "$KIOSK_HOME/ledger.db" "$LEDGER" >"$WORK/out" 2>&1; then
    fail "a ledger is moved onto another"
fi
grep -q 'holds a ledger already' "$WORK/out" || fail "why it is not moved"
follow 3
sed -i 's/^intake-port = .*/intake-port = 9444/' "$SECOND/madoguchi.conf" # on one machine here
[ ! -e "$SECOND/keys/city.key" ] || fail "the second intake can open records"
intake "$KIOSK_HOME"
intake "$SECOND"
for port in 9443 9444; do
    expect "what was there" 200 "$(send $port "$WORK/1" "$(record 1)")"
    cmp -s "$WORK/answer" "$WORK/receipt1" || fail "another receipt after the move"
    expect "other bytes" 409 "$(send $port "$WORK/other" "$(record 1)")"
done
expect "a new record" 201 "$(send 9443 "$WORK/2" "$(record 2)")"
mv "$WORK/answer" "$WORK/receipt2"
expect "the same by the other intake" 200 "$(send 9444 "$WORK/2" "$(record 2)")"
cmp -s "$WORK/answer" "$WORK/receipt2" || fail "two receipts for one record"

# A standby.
cluster_copy two one && mv "$CLUSTERS/two.data" "$CLUSTERS/standby.data" || fail "no standby"
as_nobody sed -i 's/application_name=two/application_name=standby/' "$CLUSTERS/standby.data/postgresql.auto.conf"
cluster_start standby || fail "the standby does not start"
export PGUSER=ledger PGDATABASE=postgres
follow 4
unset PGUSER PGDATABASE
cluster_until one "SELECT EXISTS (SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync')" || fail "the standby is not synchronous"
expect "a record with the standby" 201 "$(send 9444 "$WORK/3" "$(record 3)")"
cluster_stop standby
expect "a record without the standby" 503 "$(send 9443 "$WORK/4" "$(record 4)")"
cluster_start standby || fail "the standby does not start again"
for _ in $(seq 40); do
    status=$(send 9443 "$WORK/4" "$(record 4)")
    [ "$status" = 503 ] || break
    sleep 0.2
done
case $status in 200 | 201) ;; *) fail "the record with its standby: $status" ;; esac
cluster_kill one
as_nobody "$PG_BIN/pg_ctl" -D "$CLUSTERS/standby.data" -w -t 30 promote >/dev/null || fail "the standby is not promoted"
for _ in $(seq 40); do
    status=$(send 9444 "$WORK/2" "$(record 2)")
    [ "$status" = 503 ] || break
    sleep 0.2
done
expect "what was there, from the standby" 200 "$status"
cmp -s "$WORK/answer" "$WORK/receipt2" || fail "another receipt from the standby"
"$BUILD/kioskctl" fleet >"$WORK/out"
expect "nothing is missing" "4 0 1" "$(awk 'NR == 2 { print $4, $5, $6 }' "$WORK/out")"
if grep -h 'heim' "$KIOSK_HOME.log" "$SECOND.log"; then
    fail "a log tells the password"
fi
