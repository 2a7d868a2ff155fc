#!/bin/bash
# The ledger on PostgreSQL: the suites of SQLite on a server of its own.
# timeout: 180
# waits
set -u
TOP=${TOP:-$(cd "$(dirname "$0")/../.." && pwd)}
BUILD=${BUILD:-$TOP/build}
case $BUILD in /*) ;; *) BUILD=$TOP/$BUILD ;; esac
. "$TOP/tests/ledger/cluster.sh"
trap clusters_end EXIT
trap 'exit 130' INT TERM

fail() {
    echo "test_postgres: $*"
    tail -n 20 "$CLUSTERS"/*.log 2>/dev/null | cut -c1-300
    exit 1
}

cluster_make first || fail "no cluster"
cluster_start first || fail "the server does not start"

for suite in test_ledger test_receipts test_acts test_gone test_hand test_decisions test_chains test_fleet test_versions; do
    LEDGER_AT=$(cluster_uri first) "$BUILD/asan/tests/ledger/$suite" >"$CLUSTERS/suite.out" 2>&1 || {
        cat "$CLUSTERS/suite.out"
        fail "$suite"
    }
    cat "$CLUSTERS/suite.out" >>"$CLUSTERS/suites.out"
    # the tables that it leaves; newer minor versions write random words around them
    pg_dump -s "$(cluster_uri first)" | grep -v '^\\' >"$CLUSTERS/$suite.tables" || fail "no dump"
done
# records on a stick, beside the network
LEDGER_AT=$(cluster_uri first) "$BUILD/asan/tests/intake/test_carry" >"$CLUSTERS/suite.out" 2>&1 || {
    cat "$CLUSTERS/suite.out"
    fail "test_carry"
}
grep -q '  SKIPPED ]' "$CLUSTERS/suites.out" && fail "a test was skipped"
grep -q 'OK ] test_turn_comes_first' "$CLUSTERS/suites.out" || fail "the server's own tests did not run"
# a ledger that was carried on from an older version has the tables and functions of a new one
grep -q 'CREATE FUNCTION public.ledger_decide' "$CLUSTERS/test_fleet.tables" || fail "a dump without functions"
diff "$CLUSTERS/test_fleet.tables" "$CLUSTERS/test_versions.tables" || fail "an older ledger becomes another one"
