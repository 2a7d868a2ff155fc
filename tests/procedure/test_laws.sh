#!/bin/sh
# Articles of law: each that a file of nursery, care or child allowance names stands in assets/laws.tsv, with the page where
# it was looked up and the day. A number that nobody looked up is told; how many other files still have such is counted.
set -u
cd "$(dirname "$0")/../.." || exit 1
exec python3 - "$@" <<'PY'
import datetime, glob, os, re, sys, tempfile

STRICT = ("nursery", "care", "child-allowance", "allowance.yaml")
LAW = r"[一-龠々ぁ-んァ-ヶー・]*?(?:法律|法)(?:施行規則|施行令)?"


def articles(text):
    """(law, article) of one line: 同法 is the law before it, 第7条・第8条 are two of one law."""
    law = base = None
    for word in re.finditer(r"(同法(?:施行規則|施行令)?|%s)(?= ?第\d)|第\d+条(?:の\d+)*" % LAW, text):
        if word[1] is None:
            if law:
                yield law, word[0]
        elif word[1].startswith("同法"):
            law = base + word[1][2:] if base else None
        else:
            law = word[1]
            base = re.sub(r"(施行規則|施行令)$", "", law)


def table(path):
    seen, bad = set(), []
    rows = [line.rstrip("\n").split("\t") for line in open(path, encoding="utf-8") if not line.startswith("#")]
    for row in rows[1:]:
        if len(row) != 5 or not row[3].startswith("http"):
            bad.append(f"{path}: no source: {row}")
            continue
        if datetime.date.fromisoformat(row[4]) > datetime.date(2100, 1, 1) or (row[0], row[1]) in seen:
            bad.append(f"{path}: twice, or no day: {row}")
        seen.add((row[0], row[1]))
    return seen, bad


def look(folder):
    seen, bad = table(folder + "/laws.tsv")
    named, others = set(), set()
    for path in sorted(glob.glob(folder + "/*/*.yaml")):
        strict = os.path.basename(path).startswith(STRICT)
        for number, line in enumerate(open(path, encoding="utf-8"), 1):
            if not re.match(r"\s*(follows|source):|.*# source:", line):
                continue
            for one in articles(line.split(":", 1)[1]):
                named.add(one)
                if one not in seen and strict:
                    bad.append(f"{path}:{number}: {one[0]} {one[1]} is not in laws.tsv")
                elif one not in seen:
                    others.add(one)
    bad += [f"laws.tsv: no file names {law} {article}" for law, article in sorted(seen - named)]
    return bad, named, others


# the control: what it must tell
assert list(articles("介護保険法 第27条（結果は30日以内）・第32条、同法施行令 第2条")) == [
    ("介護保険法", "第27条"), ("介護保険法", "第32条"), ("介護保険法施行令", "第2条")]
with tempfile.TemporaryDirectory() as work:
    os.mkdir(work + "/procedures")
    open(work + "/laws.tsv", "w").write("law\tarticle\tsays\tseen\ton\n児童福祉法\t第24条\tx\thttp://x\t2026-11-22\n民法\t第1条\tx\tmemory\t2026-11-22\n")
    open(work + "/procedures/nursery-x.yaml", "w").write("follows: 児童福祉法 第24条、子ども・子育て支援法 第20条\n")
    told = "\n".join(look(work)[0])
    assert "nursery-x.yaml:1: 子ども・子育て支援法 第20条 is not in" in told and "no source" in told and "第24条 is not" not in told, told

bad, named, others = look("assets")
print("\n".join(bad))
print(f"{len(named)} articles are named, {len(named) - len(others)} were looked up, {len(others)} of other files not yet")
sys.exit(1 if bad or len(named) < 60 else 0)
PY
