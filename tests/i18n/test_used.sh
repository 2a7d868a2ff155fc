#!/bin/sh
# timeout: 60
# Each message of the catalogs is said by some program: what nobody says is translated and looked at for nothing.
set -u
cd "$(dirname "$0")/../.." || exit 1
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT

# "fault-card.title" is made of "fault-card"; all others stand as they are.
unsaid() { # CATALOG
    sed -n 's/^msgid "\([a-z0-9.-]\{1,\}\)"$/\1/p' "$1" >"$WORK/ids"
    find kiosk -name '*.[ch]' -exec grep -hoE '"[a-z0-9.-]+"' {} + | tr -d '"' | LC_ALL=C sort -u >"$WORK/said"
    sed 's/$/.title/;p;s/\.title$/.text/' "$WORK/said" | LC_ALL=C sort -u - "$WORK/said" >"$WORK/all"
    LC_ALL=C sort -u "$WORK/ids" | LC_ALL=C comm -23 - "$WORK/all"
}
left=$(unsaid assets/po/ja.po)
[ -z "$left" ] || { printf 'no program says: %s\n' "$left"; exit 1; }
[ "$(wc -l <"$WORK/ids")" -gt 400 ] || { echo "no catalog"; exit 1; }
{ cat assets/po/ja.po && printf '\nmsgid "nobody.says"\nmsgstr "これ"\n'; } >"$WORK/ja.po"
[ "$(unsaid "$WORK/ja.po")" = nobody.says ] || { echo "a message that nobody says is not noticed"; exit 1; }
