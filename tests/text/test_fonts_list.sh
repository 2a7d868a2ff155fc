#!/bin/sh
# fonts/fonts.list: the form that fonts/README.md promises, files that are there, and for each font the
# characters it is there for (U+3042, U+845B in BIZ UD; U+20BB7, U+1EC5 in Noto).
set -u
cd "$(dirname "$0")/../.." || exit 1
list=fonts/fonts.list
bad=0
complain() {
    echo "$list: $*"
    bad=1
}
count=0
while read -r regular bold face rest; do
    case $regular in '' | '#'*) continue ;; esac
    [ -z "$rest" ] || complain "more than three words: $regular"
    case ${face:-0} in *[!0-9]*) complain "face is no number: $face" ;; esac
    for file in "$regular" "${bold:--}"; do
        [ "$file" = - ] && continue
        case $file in /*) ;; *) file=fonts/$file ;; esac
        [ -r "$file" ] || complain "can't be read: $file"
    done
    count=$((count + 1))
done <"$list"
[ "$count" -ge 2 ] && [ "$count" -le 16 ] || complain "$count fonts"
grep -v '^#' "$list" | sed -n 1p | grep -q BIZUDPGothic-Regular || complain "font 0 gives the look: BIZ UDPGothic"
python3 - "$list" <<'PY' || bad=1
import struct, sys

def table(path, face, tag):
    data = open(path, "rb").read()
    start = struct.unpack(">I", data[12 + 4 * face:16 + 4 * face])[0] if data[:4] == b"ttcf" else 0
    for i in range(struct.unpack(">H", data[start + 4:start + 6])[0]):
        at = start + 12 + 16 * i
        if data[at:at + 4] == tag:
            offset, size = struct.unpack(">II", data[at + 8:at + 16])
            return data[offset:offset + size]

def covers(cmap, code):
    for i in range(struct.unpack(">H", cmap[2:4])[0]):
        at = struct.unpack(">I", cmap[8 + 8 * i:12 + 8 * i])[0]
        if struct.unpack(">H", cmap[at:at + 2])[0] != 12:
            continue
        for g in range(struct.unpack(">I", cmap[at + 12:at + 16])[0]):
            first, last = struct.unpack(">II", cmap[at + 16 + 12 * g:at + 24 + 12 * g])
            if first <= code <= last:
                return True
    return False

lines = [l.split() for l in open(sys.argv[1]) if l.strip() and not l.startswith("#")]
wanted = [{0x3042: True, 0x845B: True, 0x20BB7: False}, {0x20BB7: True, 0x1EC5: True}]
failed = 0
for words, codes in zip(lines, wanted):
    face = int(words[2]) if len(words) > 2 else 0
    for path in [w for w in words[:2] if w != "-"]:
        cmap = table(path, face, b"cmap")
        for code, want in codes.items():
            if covers(cmap, code) != want:
                print(f"{path}: U+{code:04X} is {'not ' if want else ''}there")
                failed = 1
sys.exit(failed)
PY
exit $bad
