#!/bin/sh
# timeout: 600
# Every fuzz target over its corpus, all truncations of it and seeded mutations; each target has a corpus,
# each corpus a target.
. "$(dirname "$0")/env.sh"

mutations=2000
[ -n "${SOAK:-}" ] && mutations=200000
count=0
for source in tests/fuzz/fuzz_*.c; do
    name=$(basename "$source" .c)
    name=${name#fuzz_}
    corpus=tests/fuzz/corpus/$name
    if [ ! -d "$corpus" ]; then
        wrong "$name has no corpus ($corpus)"
        continue
    fi
    "$BUILD/asan/fuzz/$name" --mutations "$mutations" "$corpus" >"$WORK/out" 2>&1 || {
        tail -n 40 "$WORK/out"
        wrong "$name"
    }
    count=$((count + 1))
done
for corpus in tests/fuzz/corpus/*/; do
    [ -f "tests/fuzz/fuzz_$(basename "$corpus").c" ] || wrong "$corpus belongs to no target"
done
[ "$count" -gt 0 ] || wrong "no fuzz target"

# the driver must reach a fault behind two changed bytes, and must refuse an empty corpus
cat >"$WORK/planted.c" <<'END'
#include <stddef.h>
#include <stdint.h>
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static volatile int sink;
    if (size > 4 && data[0] == 'T' && data[1] > size) {
        sink = data[data[1]];
    }
    return sink * 0;
}
END
cc -g -fsanitize=address -o "$WORK/planted" "$WORK/planted.c" tests/fuzz/driver/driver.c
mkdir "$WORK/corpus"
must_find 'an empty corpus' "$WORK/planted" "$WORK/corpus"
printf 'T\001value' >"$WORK/corpus/one"
must_find 'a read past the end' "$WORK/planted" "$WORK/corpus"
exit $bad
