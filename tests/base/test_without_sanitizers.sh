#!/bin/sh
# What sanitizers replace has to be tried without them: memory locking (AddressSanitizer makes mlock do
# nothing) and the free() that wipes. With the control: without wipe_free.c the probe finds its pattern.
set -u
cd "$(dirname "$0")/../.." || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
cc=${CC:-cc}
flags='-std=c17 -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE -Ikiosk -Wall -Wextra -Werror -O2 -g'
flags="$flags -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE -pie"

fail() {
    echo "test_without_sanitizers: FAILED: $*"
    failed=1
}

$cc $flags -o "$work/secret" tests/base/test_secret.c kiosk/base/secret.c -lcmocka || exit 1
"$work/secret" >"$work/out" 2>&1 || {
    fail "secrets"
    cat "$work/out"
}

$cc $flags -c -o "$work/wipe_free.o" kiosk/base/wipe_free.c || exit 1
$cc $flags -o "$work/wiped" tests/base/probe_wipe_free.c "$work/wipe_free.o" -lpthread || exit 1
$cc $flags -o "$work/control" tests/base/probe_wipe_free.c -lpthread || exit 1
"$work/wiped" >"$work/out" || fail "left on the heap after: $(tr '\n' ' ' <"$work/out")"
"$work/control" >"$work/found"
for way in malloc calloc realloc-growing realloc-shrinking realloc-to-nothing reallocarray aligned \
    stream other-thread; do
    grep -qx "$way" "$work/found" || fail "the control finds nothing after $way"
done
# the interposed functions are seen by libraries: exported, and defined by the program itself
nm -D --defined-only "$work/wiped" | grep -q ' T free$' || fail "free is not exported"
nm -D --defined-only "$work/wiped" | grep -q ' T realloc$' || fail "realloc is not exported"
exit $failed
