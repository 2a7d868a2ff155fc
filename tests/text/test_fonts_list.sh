#!/bin/sh
# fonts/fonts.list and paper.list, with the subsets beside it and with Debian's files alone: a file for each font, and for each
# font the characters it is there for.
set -u
cd "$(dirname "$0")/../.." || exit 1
bad=0
for list in fonts/fonts.list "$BUILD/fonts/fonts.list" fonts/paper.list "$BUILD/fonts/paper.list"; do
    python3 - "$list" <<'PY' || bad=1
import os, struct, sys

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
        kind = struct.unpack(">H", cmap[at:at + 2])[0]
        if kind == 4:
            n = struct.unpack(">H", cmap[at + 6:at + 8])[0] // 2
            ends = struct.unpack(f">{n}H", cmap[at + 14:at + 14 + 2 * n])
            starts = struct.unpack(f">{n}H", cmap[at + 16 + 2 * n:at + 16 + 4 * n])
            if any(s <= code <= e for s, e in zip(starts, ends)):
                return True
        if kind != 12:
            continue
        for g in range(struct.unpack(">I", cmap[at + 12:at + 16])[0]):
            first, last = struct.unpack(">II", cmap[at + 16 + 12 * g:at + 24 + 12 * g])
            if first <= code <= last:
                return True
    return False

wanted = {  # what is in it, what is not
    "biz": ([0x3042, 0x845B], [0x20BB7]), "jp": ([0x20BB7], []), "noto": ([0x1EC5, 0x4AF, 0x61], []),
    "thai": ([0xE01], []), "myanmar": ([0x1000], []), "devanagari": ([0x915], []), "sinhala": ([0xD9A], []),
    "khmer": ([0x1780], []), "bengali": ([0x995], []), "lao": ([0xE81], []), "arabic": ([0x627, 0x6D2, 0x688], []),
    "sc": ([0x8FD9], []), "tc": ([0x9019], []), "kr": ([0xAC00], []), "ipamj": ([0x20BB7], [])}
folder, failed, seen = os.path.dirname(sys.argv[1]), 0, []
for line in open(sys.argv[1]):
    words = line.split()
    if not words or words[0] != "font":
        continue
    seen.append(words[1])
    for files in words[2:]:
        for file in files.split("|"):
            path, _, face = file.partition("#")
            path = os.path.join(folder, path)
            if os.path.exists(path):
                break
        else:
            print(f"{words[1]}: no file is there: {files}")
            failed = 1
            continue
        cmap = table(path, int(face or 0), b"cmap")
        for codes, want in zip(wanted[words[1]], (True, False)):
            for code in codes:
                if covers(cmap, code) != want:
                    print(f"{path}: U+{code:04X} is {'not ' if want else ''}there")
                    failed = 1
if seen[0] != "biz" or set(seen) != set(wanted):
    print(f"fonts are {seen}; biz is the first, it gives the look")
    failed = 1
sys.exit(failed)
PY
done
exit $bad
