#!/bin/sh
# timeout: 150
# waits
# Written answers without a card: kanji by Mozc, by Anthy, by neither; the address from its postal code; the record that
# the city gets; keys of 18 mm and more at the same places in every text size, on both orientations and seated.
. "$(dirname "$0")/env.sh"
alone "$0" "$@"
"$BUILD/kioskctl" init >/dev/null || fail init
mount -t tmpfs tmpfs /dev/shm # ours alone: what is left there is ours
reader
city
keep_conf

play "$TOP/tests/app/plays/written.play"
exported 1 >"$WORK/record.json"
for words in '齋藤　花子' 'サイトウ　ハナコ' '茨城県日立市助川町1丁目2番'; do
    grep -q "$words" "$WORK/record.json" || { cat "$WORK/record.json"; fail "the record lacks $words"; }
done
play "$TOP/tests/app/plays/names.play"
play "$TOP/tests/app/plays/modes.play"
play "$TOP/tests/app/plays/hand.play"
settings 'handwriting = /nonexistent'
play "$TOP/tests/app/plays/no-hand.play"
settings 'mozc = /nonexistent'
play "$TOP/tests/app/plays/written.play"
settings 'mozc = /nonexistent' 'anthy = /nonexistent'
play "$TOP/tests/app/plays/neither.play"
left=$(find /dev/shm -name "madoguchi-input-*" 2>/dev/null)
[ -z "$left" ] || fail "folders of the conversion programs are left: $left"

# Every face of the keyboard in the smallest and the largest text size.
faces() { # PREFIX TAPS
    cat <<END
language ja
$2
start move-in
tap next
wait screen card 3
tap no-card
$(for mode in hiragana katakana phone latin digits hand; do printf 'tap mode:%s\ndump %s-%s.json\nshot %s-%s.png\n' $mode "$1" $mode "$1" $mode; done)
draw 100 400 900 400
draw 500 100 500 900
draw 500 400 150 850
draw 500 400 850 850
dump $1-drawn.json
shot $1-drawn.png
tap mode:latin
tap key:A
dump $1-letters.json
tap key:delete
tap mode:hiragana
tap key:す
tap key:け
tap key:か
tap key:゛
tap key:わ
tap key:さ
tap key:く
tap key:ら
tap key:convert
wait text "助川" 5
dump $1-words.json
shot $1-words.png
tap word:parts
dump $1-parts.json
tap word:0
tap word:0
tap key:forms
dump $1-forms.json
shot $1-forms.png
tap form:1
tap next
tap digit:4
tap digit:9
tap digit:8
tap digit:0
tap digit:0
tap digit:0
tap digit:0
dump $1-postal.json
shot $1-postal.png
END
}
check() { # PREFIX: sizes in each dump; the places of keys in small and huge
    python3 - "$WORK" "$1" <<'END'
import glob, json, sys
work, prefix = sys.argv[1:]
bad, places = 0, {}
for path in sorted(glob.glob(f"{work}/{prefix}-*.json")):
    size, page = path[:-5].split("/")[-1].split("-")[-2:]
    keys = {}
    for e in json.load(open(path))["elements"]:
        name = e.get("id", "")
        if e.get("overflow"):
            print(path, "words do not fit:", name or e.get("text")); bad = 1
        if name.split(":")[0] in ("key", "word", "form", "form-of", "mode", "town", "digit"):
            keys[name] = e["rect"]
            w, h = e["rect"][2:]
            if w < 180 or h < 180:
                print(path, "smaller than 18 mm:", name, w, h); bad = 1
    if not keys:
        print(path, "shows no key"); bad = 1
    if page in ("hiragana", "katakana", "phone", "latin", "digits", "hand", "drawn"):
        other = places.setdefault(page, keys)
        if other != keys:
            print(path, "keys moved with the text size"); bad = 1
sys.exit(bad)
END
}
look() { # PREFIX SETTING...
    prefix=$1
    shift
    settings "$@"
    faces "$prefix-small" 'tap text-size
tap text-size
tap text-size' >"$WORK/small.play"
    faces "$prefix-huge" 'tap text-size
tap text-size' >"$WORK/huge.play"
    play "$WORK/small.play"
    play "$WORK/huge.play"
    check "$prefix" || fail "keys of $prefix"
}
sed -i '/^panel-/d' "$WORK/plain.conf"
look landscape 'panel-width = 1920' 'panel-height = 1080'
look portrait 'panel-width = 1080' 'panel-height = 1920'
look seated 'panel-width = 1920' 'panel-height = 1080' 'wheelchair = yes'
mkdir -p "$BUILD/pictures"
cp "$WORK"/*.png "$BUILD/pictures/"
# the check must see a small key
sed -i 's/\("rect": \[[0-9]*, [0-9]*, [0-9]*\), [0-9]*\]/\1, 90]/' "$WORK"/landscape-small-digits.json
check landscape >/dev/null && fail "the check sees no small key"
exit 0
