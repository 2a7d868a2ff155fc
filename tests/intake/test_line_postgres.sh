#!/bin/bash
# The line from queue to ledger as in test_line.sh, with the ledger on PostgreSQL. timeout: 90
set -u
COUNT=${COUNT:-200} exec "$(dirname "$0")/test_line.sh" postgres
