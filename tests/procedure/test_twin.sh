#!/bin/bash
# The page at home asks what the terminal asks: assets/pre-entry/engine.js and kiosk/procedure answer the same visits by chance,
# right and wrong answers, back and changes, and stand at the same place after each act. SOAK=1: twenty times the visits.
# timeout: 600
set -u
cd "$(dirname "$0")/../.." || exit 1
build=$(realpath -m "${BUILD:-build}")
tool=$build/asan/tests/procedure/tool_twin
engine=assets/pre-entry/engine.js
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
seeds=1
[ "${SOAK:-}" = 1 ] && seeds=20

twin() { # ENGINE: with the visits on standard input
    node tests/procedure/twin.mjs "$1" 20779 # 2026-11-22
}
"$tool" assets "$seeds" 1 | twin "$engine" || exit 1
"$tool" tests/procedure/assets $((3 * seeds)) 1 >"$WORK/visits" || exit 1
twin "$engine" <"$WORK/visits" || exit 1

# The controls: a page that differs in one rule is seen.
mutant() { # WHAT FROM TO
    node -e 'const fs = require("fs"); const [from, to] = process.argv.slice(2), text = fs.readFileSync(process.argv[1], "utf8");
        if (!text.includes(from)) process.exit(1); fs.writeFileSync("/dev/stdout", text.replace(from, to));' \
        "$engine" "$2" "$3" >"$WORK/mutant.js" || {
        echo "test_twin: FAILED: nothing to change for: $1"
        exit 1
    }
    if twin "$WORK/mutant.js" <"$WORK/visits" >"$WORK/out" 2>&1; then
        echo "test_twin: FAILED: not seen: $1"
        exit 1
    fi
}
mutant 'an open answer counts as no' 'return a.know === "open" ? a : ofBool(a.n === 0)' 'return ofBool(!(a.n > 0))'
mutant 'what was left out comes back' '!this.tasksSeen.has(id) || kept === null' 'true'
mutant 'twelve digits are taken' 'MY_NUMBER_DIGITS = 12' 'MY_NUMBER_DIGITS = 99'
