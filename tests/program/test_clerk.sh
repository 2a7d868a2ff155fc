#!/bin/sh
# timeout: 120
# The transcript of a clerk who adds a service: each command is typed again, in a copy of the content, and has to answer
# what stands there. Then the same with a slip in the transcript, which must be noticed. Needs build/, make, python3.
set -u
cd "$(dirname "$0")/../.." || exit 1
TOP=$PWD
BUILD=${BUILD:-build}
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
export TOP BUILD SDL_VIDEODRIVER=dummy KIOSK_HOME="$WORK/home"

cat >"$WORK/type.py" <<'END'
"""Types a transcript. use: type.py TRANSCRIPT FOLDER"""
import os, re, subprocess, sys

TOOLS = r'''
kioskctl() { "$BUILD/kioskctl" "$@"; }
make() { command make -C "$TOP" --no-print-directory -s "$@" ASSETS="$PWD/assets" BUILD="$BUILD"; }
fill() { python3 "$FILL" "assets/po/$1.po"; }
'''


def steps(path):
    command, answer = None, []
    for line in open(path, encoding="utf-8").read().splitlines():
        if line.startswith("#"):
            continue
        if line.startswith("$ "):
            if command:
                yield command, answer
            command, answer = line[2:], []
        elif line.startswith("> "):
            command += "\n" + line[2:]
        elif line:
            answer.append(line)
    yield command, answer


def pattern(answer):
    out = ""
    for line in answer:
        out += "(.*\n)*?" if line == "..." else re.escape(line).replace(r"\.\.\.", ".*") + "\n"
    return out


def main():
    bad = 0
    for command, answer in steps(sys.argv[1]):
        done = subprocess.run(["sh", "-c", TOOLS + command], cwd=sys.argv[2], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if not re.fullmatch(pattern(answer), done.stdout):
            bad = 1
            print(f"$ {command.splitlines()[0]}\n--- expected\n" + "\n".join(answer) + f"\n--- answered\n{done.stdout[:2000]}")
    return bad


sys.exit(main())
END
cat >"$WORK/fill.py" <<'END'
import re, sys

path = sys.argv[1]
text = open(path, encoding="utf-8").read()
for line in sys.stdin:
    japanese, words = line.rstrip("\n").split(" | ")
    text, count = re.subn(f'^(msgid "{re.escape(japanese)}"\nmsgstr )""$', lambda m: f'{m[1]}"{words}"', text, flags=re.M)
    if count != 1:
        print("not waiting for words:", japanese)
open(path, "w", encoding="utf-8").write(text)
END
export FILL="$WORK/fill.py"

desk() { # FOLDER: the content as the clerk finds it
    rm -rf "$1" && mkdir "$1" && cp -r assets "$1/assets"
    "$BUILD/kioskctl" init >/dev/null || exit 1
    sed -i '/^assets *=/d' "$KIOSK_HOME/madoguchi.conf"
    echo "assets = $1/assets" >>"$KIOSK_HOME/madoguchi.conf"
}
desk "$WORK/desk"
python3 "$WORK/type.py" tests/program/dog-registration.transcript "$WORK/desk" || exit 1
"$BUILD/kioskctl" status | grep -q '^next number *1 ' || { echo "the preview put a record into the queue"; exit 1; }
[ -s "$WORK/desk/explain.png" ] || { echo "the preview left no picture"; exit 1; }
sed 's/yaml:33:1: no words/yaml:34:1: no words/' tests/program/dog-registration.transcript >"$WORK/slip.transcript"
desk "$WORK/slip"
python3 "$WORK/type.py" "$WORK/slip.transcript" "$WORK/slip" >/dev/null && { echo "another answer is not noticed"; exit 1; }
exit 0
