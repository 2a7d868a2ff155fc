#!/bin/sh
# Shell scripts are clean for shellcheck where it is installed, and for sh -n everywhere.
. "$(dirname "$0")/env.sh"

scripts=$(git ls-files -co --exclude-standard | while read -r file; do
    [ -f "$file" ] && head -n 1 "$file" | grep -Eq '^#!.*[/ ](ba|da)?sh$' && echo "$file"
done || :)
[ -n "$scripts" ] || wrong "no scripts found"
for script in $scripts; do
    [ -x "$script" ] || wrong "$script is not executable"
    case $(head -n 1 "$script") in
    *bash) bash -n "$script" || bad=1 ;;
    *) sh -n "$script" || bad=1 ;;
    esac
done
if command -v shellcheck >/dev/null; then
    # shellcheck disable=SC2086 # file names of ours have no spaces
    shellcheck -S warning -x -P SCRIPTDIR $scripts || bad=1
fi
exit $bad
