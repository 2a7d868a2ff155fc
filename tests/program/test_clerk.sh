#!/bin/sh
# timeout: 120
# The transcript of a clerk who adds a service: each command is typed again, in a copy of the content, and has to answer
# what stands there. Then the same with a slip in the transcript, which must be noticed. How long a clerk takes for the
# Japanese part (up to "make words") is counted: steps, letters, waiting (the processor time of
# the commands: a clerk's machine does nothing else meanwhile); it is an estimate, ten minutes at most.
# Needs build/, make, python3.
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
import collections, os, re, resource, subprocess, sys

# How fast a clerk writes: 100 keys a minute; Japanese, with conversion, 30 characters a minute: the third of four grades of
# the examination in business documents of commercial high schools (全商ビジネス文書実務検定, 300 in ten minutes). Reading an
# answer and thinking of the next step: 10 s each.
KEYS_A_MINUTE, JAPANESE_A_MINUTE, STEP_SECONDS, MOST_SECONDS = 100, 30, 10, 600

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


def typed(command, before):
    """Keys and Japanese characters of a command. In a file that `new` made, what stands there is written over: whole
    lines are not typed again, nor the key of a line, as often as it stands there. The editor keeps the indent. The steps for this test's eyes are no typing: a
    clerk looks at the kiosk and touches it."""
    if ">visit.play" in command:
        return 0, 0
    before = [re.sub(" +#.*", "", line) for line in before]
    heads = collections.Counter(line.split(":")[0] + ":" for line in before if ":" in line)
    keys = japanese = 0
    for number, line in enumerate(command.splitlines()):
        if line in before or line == "END" or (number == 0 and "<<" in line):
            continue
        head = line.split(":")[0] + ":"
        text = line[len(head):].strip() if heads[head] > 0 else line.strip()
        heads[head] -= 1
        japanese += sum(ord(c) > 0x2E7F for c in text)
        keys += 1 + sum(ord(c) <= 0x2E7F for c in text)
    return keys, japanese


def seconds(steps, keys, japanese, waited):
    return steps * STEP_SECONDS + keys * 60 / KEYS_A_MINUTE + japanese * 60 / JAPANESE_A_MINUTE + waited


def worked():
    """Seconds of processor time of all commands until now: however busy the machine of the test is."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main():
    bad = 0
    count = keys = japanese = waited = 0
    timed = True
    for command, answer in steps(sys.argv[1]):
        timed = timed and command != "make words"
        before = []
        made = re.search(r">(assets/procedures/\S+)", command)
        if made and os.path.exists(os.path.join(sys.argv[2], made[1])):
            before = open(os.path.join(sys.argv[2], made[1]), encoding="utf-8").read().splitlines()
        begun = worked()
        done = subprocess.run(["sh", "-c", TOOLS + command], cwd=sys.argv[2], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if timed:
            more = typed(command, before)
            count, keys, japanese, waited = count + 1, keys + more[0], japanese + more[1], waited + worked() - begun
        if not re.fullmatch(pattern(answer), done.stdout):
            bad = 1
            print(f"$ {command.splitlines()[0]}\n--- expected\n" + "\n".join(answer) + f"\n--- answered\n{done.stdout[:2000]}")
    whole = seconds(count, keys, japanese, waited)
    print(f"{count} steps, {keys} keys, {japanese} Japanese characters, {waited:.1f} s waited: about {whole / 60:.1f} minutes (an estimate)")
    if whole > MOST_SECONDS or count < 5 or keys < 200 or japanese < 100: # fewer: not what a clerk types
        print("a clerk takes longer than ten minutes, or nothing was counted")
        bad = 1
    return bad


assert seconds(1, 1000, 1, 0) > MOST_SECONDS > seconds(1, 500, 100, 0)  # can say no
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
