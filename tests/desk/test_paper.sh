#!/bin/sh
# timeout: 240
# Every form of every procedure, filled by chance, and the guide slips in 14 languages, as witnesses that we did not write see
# them: qpdf (the file is sound), pdffonts (all fonts are inside, what is used of them), pdftotext (each answer stands there),
# zbarimg (the code is the number).
set -u
cd "$(dirname "$0")/../.." || exit 1
out=$TMPDIR/paper
mkdir -p "$out"
fail() { echo "FAILED: $*"; exit 1; }
"$BUILD/asan/tests/desk/tool_paper" "$out" >"$TMPDIR/log" 2>&1 || { tail -n 30 "$TMPDIR/log"; fail "it does not print"; }

count=0 slips=0
for pdf in "$out"/*.pdf; do
    qpdf --check "$pdf" >"$TMPDIR/qpdf" 2>&1 || { cat "$TMPDIR/qpdf"; fail "qpdf: $pdf"; }
    # name, type, encoding, emb, sub, uni, object, generation
    pdffonts "$pdf" | sed 1,2d | grep -vE ' yes yes (yes|no) +[0-9]+ +[0-9]+$' && fail "a font is not in $pdf"
    case $pdf in
    *-slip.pdf) slips=$((slips + 1)) ;;
    *) count=$((count + 1)) ;;
    esac
done
[ "$count" -ge 36 ] && [ "$slips" -ge 44 ] || fail "$count papers and $slips slips"

python3 - "$out" <<'PY' || fail "an answer is not on its form"
import glob, subprocess, sys

def bare(text):
    return "".join(text.split())

looked = 0
for answers in sorted(glob.glob(sys.argv[1] + "/*.txt")):
    pdf = answers[:-4] + ".pdf"
    text = bare(subprocess.run(["pdftotext", "-raw", pdf, "-"], capture_output=True, check=True, text=True).stdout)
    if bare("あるはずのない言葉") in text:
        sys.exit("a text that nobody wrote is there")
    for line in open(answers):
        key, value = line.rstrip("\n").split("\t")
        looked += 1
        # pictures and places are told in words of their own
        if "/" in value or "," in value or value in ("seen", "counter"):
            continue
        if bare(value) not in text:
            sys.exit(f"{pdf}: {key}: {value}")
print(f"{looked} answers")
sys.exit(0 if looked > 150 else "too few answers")
PY

# by what id a list knows a centre is nothing for paper; a bank's number is
pdftotext -raw "$out/community-room-1.pdf" - | grep -q '交流センター' || fail "no centre on the form"
pdftotext -raw "$out/community-room-1.pdf" - | grep -q 'mihon-' && fail "an id is on the form"

pdf=$(find "$out" -name 'move-in-1.pdf')
pdftoppm -r 150 -png -f 1 -l 1 "$pdf" "$TMPDIR/page" || fail pdftoppm
zbarimg -q --raw "$TMPDIR"/page*.png | grep -qx 00100737 || fail "the code on paper is not the number"
pdftoppm -r 150 -png -f 1 -l 1 "$out/move-in-1-slip.pdf" "$TMPDIR/slip" || fail pdftoppm
zbarimg -q --raw "$TMPDIR"/slip*.png | grep -qx 00100737 || fail "the code on the slip is not the number"
echo "$count papers, $slips slips"
