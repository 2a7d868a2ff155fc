#!/bin/sh
# timeout: 60
# Where room is short: a notice of any length ends on its page, keys keep their height beside "I don't know", and under tall letters
# they stand closer before they are lower; a title of two Thai lines stands whole in the bar.
. "$(dirname "$0")/env.sh"
alone "$0" "$@"
SHOTS=$BUILD/pictures
mkdir -p "$SHOTS"
"$BUILD/kioskctl" init >/dev/null || fail init
cp -r "$TOP/assets" "$WORK/assets"
sed -i '0,/holds: \[/s//&tight, /' "$WORK/assets/city/doors.yaml"
sed -i '/^panel-/d' "$KIOSK_HOME/madoguchi.conf"
echo "assets = $WORK/assets" >>"$KIOSK_HOME/madoguchi.conf"
keep_conf
lengths=$(seq 10) # of a counter's hours, in the notice that names it: from what has room in its usual letters to what needs the smallest
for n in $lengths; do
    printf '  tight-%s:\n    name: まどぐち\n    hours: ' "$n"
    for _ in $(seq "$n"); do printf '月曜日の午前と午後、'; done
    echo
done >>"$WORK/assets/city/counters.yaml"
{
    cat <<'YAML'
procedure: tight
in-force: 2026-04-01
follows: 試験用
counter: citizens
picture: document
title: ขอรับเงินช่วยเหลือเลี้ยงดูเด็กที่ยังไม่ได้รับและเปลี่ยนบัญชีธนาคารที่ใช้รับเงิน พร้อมแจ้งย้ายที่อยู่
about: 試験のための手続きです。
next: [番号を伝えてください。]
not-here:
YAML
    for n in $lengths; do
        printf '  - { when: days = %s, say: 窓口に来てください。, counter: tight-%s }\n' "$n" "$n"
    done
    cat <<'YAML'
questions:
  - ask: days
    type: number
    label: 何日ですか。
    name: 日
    max: 99
  - ask: insurer
    type: text
    label: 健康保険の名前を教えてください。
    name: 健康保険
    hint: 資格確認書などにある、保険者の名前です。
    dont-know: yes
    max-length: 100
YAML
} >"$WORK/assets/procedures/tight.yaml"

# 1. landscape, 15.6 inch: words, air and sign of the notice end above what stands at the foot
settings 'panel-px-per-m = 5560'
{
    echo 'language ja'
    for n in $lengths; do
        look 2 0
        printf 'start tight\ntap next\ntype %s\ntap next\nexpect screen not-here\n' "$n"
        printf 'dump %s\ntap page:next\ndump %s\n' "$WORK/notice-$n-1.json" "$WORK/notice-$n-2.json"
        [ "$n" != 6 ] || echo "shot $SHOTS/tight-notice.png"
        printf 'tap home\ntap finish\nwait screen attract 5\nlanguage ja\n'
    done
} >"$WORK/notice.play"
play "$WORK/notice.play"

# 2. upright, 15.6 inch, English: the button below the field; 3. upright, 21.5 inch, seated, Burmese in the largest letters
keyboard() { # LANGUAGE SIZE: with the first word written, so that all acts stand there
    printf 'language %s\n' "$1"
    look "$2" 0
    printf 'start tight\ntap next\ntype 0\ntap next\ndump %s\nshot %s\n' "$WORK/keys-$1.json" "$SHOTS/tight-keys-$1.png"
}
settings 'panel-width = 1080' 'panel-height = 1920' 'panel-px-per-m = 5560'
keyboard en 2 >"$WORK/keys.play"
play "$WORK/keys.play"
settings 'panel-width = 1080' 'panel-height = 1920' 'panel-px-per-m = 4030' 'wheelchair = yes'
{
    keyboard my 3
    printf 'language th\n'
    look 3 0
    printf 'start tight\nshot %s\ndump %s\n' "$SHOTS/tight-title.png" "$WORK/title.json"
} >"$WORK/keys.play"
play "$WORK/keys.play"

cat >"$WORK/look.py" <<'END'
import glob, json, sys
work, bad, sizes = sys.argv[1], 0, set()
for path in sorted(glob.glob(f"{work}/notice-*.json")):
    elements = json.load(open(path))["elements"]
    foot = min(e["rect"][1] for e in elements if e.get("id") in ("page:back", "page:next", "back", "next", "finish"))
    for e in elements:
        if e["role"] == "notice":
            sizes.add(e["size"])
            if e.get("overflow") or e["rect"][1] + e["rect"][3] > foot:
                print(path, "goes past its page:", e["rect"], foot); bad = 1
if len(sizes) < 2:
    print("all notices have words of one size:", sizes); bad = 1
for path in sorted(glob.glob(f"{work}/keys-*.json")):
    elements = json.load(open(path))["elements"]
    keys = [e for e in elements if e.get("id", "").split(":")[0] in ("key", "mode")]
    if len(keys) < 20 or not any(e.get("id") == "unsure" for e in elements):
        print(path, "has no keyboard beside I don't know"); bad = 1
    for e in keys:
        if min(e["rect"][2:]) < 160 or e.get("overflow"):
            print(path, "smaller than 16 mm:", e["id"], e["rect"]); bad = 1
title = next(e for e in json.load(open(f"{work}/title.json"))["elements"] if e.get("text", "").startswith("ขอรับ"))
if title.get("overflow"):
    print("the title does not fit the bar:", title); bad = 1
sys.exit(bad)
END
python3 "$WORK/look.py" "$WORK" || fail "too little room"
