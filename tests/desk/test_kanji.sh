#!/bin/bash
# The table of kanji that are one character (assets/desk/kanji.txt), held against Unicode's data: two that stand on their own in the
# lists for common use and for names are never one, nothing folds away when text is normalised, no kanji stands in two places.
# timeout: 60
set -u
cd "$(dirname "$0")/../.." || exit 1
python3 - assets/desk/kanji.txt <<'PY'
import bz2, sys, unicodedata

own = set()
for line in bz2.open("/usr/share/unicode/Unihan_OtherMappings.txt.bz2", "rt"):
    words = line.rstrip("\n").split("\t")
    if len(words) == 3 and words[1] in ("kJoyoKanji", "kJinmeiyoKanji") and "U+" not in words[2]:
        own.add(chr(int(words[0][2:], 16)))
assert len(own) > 2700, len(own)  # 2,136 and 863, less those that the second names as forms

def held(lines):
    """What is wrong, and how many characters there are."""
    seen, parts, wrong = set(), 0, []
    for part in (part for line in lines if not line.startswith("#") for part in line.rstrip("\n").split(" ")):
        parts += 1
        heads = [kanji for kanji in part if kanji in own]
        if len(heads) > 1:
            wrong.append(f"{part}: {' '.join(heads)} are characters of their own")
        for kanji in part:
            # U+FA11 and eleven more are unified ideographs, whatever they are called
            if unicodedata.normalize("NFC", kanji) != kanji or kanji in seen or not unicodedata.name(kanji).startswith("CJK "):
                wrong.append(f"{part}: {kanji}")
            seen.add(kanji)
    return wrong, parts

lines = open(sys.argv[1], encoding="utf-8").readlines()
wrong, parts = held(lines)
if wrong or parts < 900:
    sys.exit("\n".join(wrong) or f"only {parts} characters")
for planted in ("坂阪", "斎斉", "\ufa19祠", "髙", "鰯x"):  # two of their own, one that folds away, one twice, a letter
    if not held(lines + [planted])[0]:
        sys.exit(f"{planted} is not seen")
PY
