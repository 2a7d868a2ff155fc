#!/bin/bash
# Every answer of the listener with the ledger on PostgreSQL: test_intake.c on a server of its own.
# timeout: 60
# waits
set -u
TOP=${TOP:-$(cd "$(dirname "$0")/../.." && pwd)}
BUILD=${BUILD:-$TOP/build}
case $BUILD in /*) ;; *) BUILD=$TOP/$BUILD ;; esac
. "$TOP/tests/ledger/cluster.sh"
trap clusters_end EXIT
trap 'exit 130' INT TERM

cluster_make city && cluster_start city || exit 1
LEDGER_AT=$(cluster_uri city) "$BUILD/asan/tests/intake/test_intake"
