#!/bin/sh
# Words that may not be there: the paths of one machine, and blame in what a visitor reads.
. "$(dirname "$0")/env.sh"

# Built from pieces, so that this file does not hold what it looks for.
PLACES="/wor""k/|/tm""p/bash|/hom""e/[a-z]{2,}|/roo""t/|deb\\.debi""an\\.org|registry\\.npm""js|snapshot\\.debi""an"
BLAME='不正|無効|エラー|失敗'

places() { # FOLDER: files in git there, or all when it is no checkout
    if [ -e "$1/.git" ] && command -v git >/dev/null; then
        git -C "$1" grep --untracked -InE "$PLACES" -- . ':!*package-lock.json'
    else
        grep -rInE "$PLACES" "$1" --exclude-dir=.git --exclude-dir='build*' --exclude-dir=node_modules --exclude=package-lock.json
    fi
}
blame() { # FOLDER...: comments are for us, not for visitors
    grep -rnE "$BLAME" "$@" --include='*.po' --include='*.yaml' | grep -vE '^[^:]*:[0-9]+: *#'
}
if places "$TOP"; then
    wrong "the project must not know the machine that it was written on"
fi
if blame assets/po assets/procedures assets/dictionary; then
    wrong "nobody at the counter is told of errors: say what happened and what to do next"
fi

not() { ! "$@"; }
mkdir "$WORK/place" "$WORK/blame"
echo "see /wor""k/main" >"$WORK/place/README.md"
printf 'msgid "a"\nmsgstr "入力が不正です"\n' >"$WORK/blame/ja.po"
must_find 'a path of this machine' not places "$WORK/place"
must_find 'blame in a catalog' not blame "$WORK/blame"
exit $bad
