#!/bin/sh
# The subsets that fonts/build made: 12 MB a weight at most, body text heavy enough, both weights with the same
# characters, no variant of a kanji lost that Debian's fonts have, layout tables kept, hints gone, the licence
# beside them; and fonts.list falls back to the files that the manifest names. Negative controls at the end.
set -u
cd "$(dirname "$0")/../.." || exit 1
cat >"$TMPDIR/look.py" <<'PY'
import glob, os, struct, sys

def tables(path, face=0):
    data = open(path, "rb").read()
    start = struct.unpack(">I", data[12 + 4 * face:16 + 4 * face])[0] if data[:4] == b"ttcf" else 0
    found = {}
    for i in range(struct.unpack(">H", data[start + 4:start + 6])[0]):
        tag, _, offset, size = struct.unpack(">4sIII", data[start + 12 + 16 * i:start + 28 + 16 * i])
        found[tag.decode()] = data[offset:offset + size]
    return found

def subtables(cmap):
    for i in range(struct.unpack(">H", cmap[2:4])[0]):
        yield cmap[struct.unpack(">I", cmap[8 + 8 * i:12 + 8 * i])[0]:]

def codes(cmap):
    found = set()
    for sub in subtables(cmap):
        kind = struct.unpack(">H", sub[:2])[0]
        if kind == 4:
            n = struct.unpack(">H", sub[6:8])[0] // 2
            ends = struct.unpack(f">{n}H", sub[14:14 + 2 * n])
            starts = struct.unpack(f">{n}H", sub[16 + 2 * n:16 + 4 * n])
            for first, last in zip(starts, ends):
                found.update(range(first, last + 1))
        elif kind == 12:
            for g in range(struct.unpack(">I", sub[12:16])[0]):
                first, last = struct.unpack(">II", sub[16 + 12 * g:24 + 12 * g])
                found.update(range(first, last + 1))
    return found - {0xFFFF}

def variants(cmap):
    found = set()
    for sub in subtables(cmap):
        if struct.unpack(">H", sub[:2])[0] != 14:
            continue
        for j in range(struct.unpack(">I", sub[6:10])[0]):
            selector = int.from_bytes(sub[10 + 11 * j:13 + 11 * j], "big")
            usual, other = struct.unpack(">II", sub[13 + 11 * j:21 + 11 * j])
            for k in range(struct.unpack(">I", sub[usual:usual + 4])[0] if usual else 0):
                first = int.from_bytes(sub[usual + 4 + 4 * k:usual + 7 + 4 * k], "big")
                found.update((first + n, selector) for n in range(sub[usual + 7 + 4 * k] + 1))
            for k in range(struct.unpack(">I", sub[other:other + 4])[0] if other else 0):
                found.add((int.from_bytes(sub[other + 4 + 5 * k:other + 7 + 5 * k], "big"), selector))
    return found

out, limit, least, bad = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), []
total = {}
want, have, listed = set(), set(), open(out + "/fonts.list").read()
for line in open("fonts/manifest"):
    if line.startswith("#") or not line.strip():
        continue
    file, weights, packages, source, face, what, licence = line.split()
    weights, seen = weights.split(","), []
    if len(weights) != len(packages.split(",")):
        bad.append(f"{file}: a package for each weight")
    for weight in weights:
        path, origin = (name.replace("*", weight) for name in (out + "/" + file, source))
        total[weight] = total.get(weight, 0) + os.path.getsize(path)
        new, old = tables(path), tables(origin, int(face))
        seen.append(codes(new["cmap"]))
        if what == "all" and seen[-1] != codes(old["cmap"]):
            bad.append(f"{path} has other characters than {origin}")
        bad += [f"{path} lost {tag}" for tag in ("GSUB", "GPOS") if tag in old and tag not in new]
        bad += [f"{path} has hints: {tag}" for tag in ("fpgm", "prep", "cvt ") if tag in new]
        if weight == weights[0]: # of body text
            have |= variants(new["cmap"]) # the one that is asked
            heavy = struct.unpack(">H", new["OS/2"][4:6])[0]
            if heavy < least:
                bad.append(f"{path} is of weight {heavy}, too light for body text")
        entry = f"{os.path.basename(path)}|{origin}" + (f"#{face}" if origin.endswith("ttc") else "")
        if not any(word == entry or word.startswith(entry + "|") for word in listed.split()):
            bad.append(f"fonts.list has no {entry}")
        if what in ("all", "ja"):
            want |= variants(old["cmap"])
    first = f"font {{}} {os.path.basename(out + '/' + file.replace('*', weights[0]))}|"
    if not any(first.format(row.split()[1]) in row for row in listed.splitlines() if row.startswith("font ")):
        bad.append(f"fonts.list does not set body text in {weights[0]} of {file}")
    if seen[0] ^ seen[-1]:
        bad.append(f"{file}: its weights differ in {len(seen[0] ^ seen[-1])} characters")
    if not os.path.exists(out + "/" + licence):
        bad.append(f"{licence} is not beside {file}")
have |= variants(tables("/usr/share/fonts/truetype/ipamj/ipamjm.ttf")["cmap"])
if len(want) < 14000 or want - have:
    bad.append(f"{len(want)} variants, {len(want - have)} lost")
bad += [f"{weight}: {size} bytes" for weight, size in total.items() if size > limit]
print("\n".join(bad[:20]))
print(total, len(want), "variants")
sys.exit(1 if bad else 0)
PY
look() { # FOLDER BYTES LEAST-WEIGHT; body text is of weight 500 at least: kiosk/decisions, "Body text is heavy"
    python3 "$TMPDIR/look.py" "$@"
}
look "$BUILD/fonts" 12000000 500 || exit 1
# What must be found: a weight of too many bytes, body text too light, subsets that lack kanji and their variants,
# a list that sets body text in another weight.
! look "$BUILD/fonts" 11000000 500 >/dev/null || { echo "a weight over its limit was not found"; exit 1; }
! look "$BUILD/fonts" 12000000 501 >/dev/null || { echo "too light a body was not found"; exit 1; }
cp -r "$BUILD/fonts" "$TMPDIR/poor"
hb-subset --unicodes=3000-6FFF --output-file="$TMPDIR/poor/BIZUDPGothic-Bold.ttf" "$BUILD/fonts/BIZUDPGothic-Bold.ttf"
hb-subset --unicodes=E01-E20 --output-file="$TMPDIR/poor/NotoSansThai-Medium.ttf" "$BUILD/fonts/NotoSansThai-Medium.ttf"
sed -i 's/^\(font lao \)[^ ]* \(.*\)/\1\2 \2/' "$TMPDIR/poor/fonts.list"
look "$TMPDIR/poor" 12000000 500 >"$TMPDIR/found" && { echo "a poor subset was not found"; exit 1; }
for what in 'other characters' 'its weights differ' 'lost$' 'does not set body text'; do
    grep -q "$what" "$TMPDIR/found" || { echo "not found: $what"; cat "$TMPDIR/found"; exit 1; }
done
