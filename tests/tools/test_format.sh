#!/bin/sh
# clang-format decides the layout of every C file; `make format` applies it.
. "$(dirname "$0")/env.sh"

sources | xargs clang-format --dry-run -Werror 2>"$WORK/format" || {
    grep error: "$WORK/format" | cut -d: -f1 | sort | uniq -c
    wrong "not as clang-format lays it out: make format"
}
cp .clang-format "$WORK/"
printf 'int f (void) { return 0; }\n' >"$WORK/planted.c"
must_find 'a badly laid out file' clang-format --dry-run -Werror "$WORK/planted.c"
exit $bad
