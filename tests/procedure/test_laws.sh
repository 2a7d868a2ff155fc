#!/bin/sh
# Articles of law: each that a file of assets names stands in assets/laws.tsv, with the page where it was looked up and the day;
# and the list holds none that no file names. Files of every kind and every line of them are read: follows, source, comments, words.
set -u
cd "$(dirname "$0")/../.." || exit 1
exec python3 - "$@" <<'PY'
import datetime, os, re, sys, tempfile

LAW = r"[一-龠々ぁ-んァ-ヶー・]*?(?:法律|法)(?:施行規則|施行令)?|[一-龠々ァ-ヶー・]*(?:条例|規則|要領|政令|省令)"
ARTICLE = r"第\d+条(?:の\d+)*"
OTHER = r"第[0-9０-９〇一二三四五六七八九十百千]+条"  # a number that is not written as the list writes it


def articles(text):
    """(law, article) of one line: 同法 is the law before it, 第7条・第8条 are two of one law; without a law before it the law is None."""
    law = base = None
    for word in re.finditer(r"(同法(?:施行規則|施行令)?|%s)(?= ?第\d+条)|%s|%s" % (LAW, ARTICLE, OTHER), text, re.ASCII):
        if word[1] is None:
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
        if len(row) != 5 or not all(row) or not row[3].startswith("http"):
            bad.append(f"{path}: no source: {row}")
            continue
        datetime.date.fromisoformat(row[4])
        if (row[0], row[1]) in seen:
            bad.append(f"{path}: twice: {row}")
        seen.add((row[0], row[1]))
    return seen, bad


def lines(folder):
    """(path, number, line) of each line that names an article; a file that is no text has none."""
    for at, folders, names in os.walk(folder):
        folders.sort()
        for path in sorted(os.path.join(at, name) for name in names):
            text = open(path, "rb").read().decode("utf-8", "replace")
            if path == folder + "/laws.tsv" or not re.search(OTHER, text):
                continue
            yield from ((path, number, line) for number, line in enumerate(text.split("\n"), 1) if re.search(OTHER, line))


def look(folder):
    seen, bad = table(folder + "/laws.tsv")
    named = set()
    for path, number, line in lines(folder):
        for law, article in articles(line):
            named.add((law, article))
            if (law, article) not in seen:
                bad.append(f"{path}:{number}: {law} {article} is not in laws.tsv")
    bad += [f"laws.tsv: no file names {law} {article}" for law, article in sorted(seen - named)]
    return bad, named


# the control: what it must tell
assert list(articles("介護保険法 第27条（結果は30日以内）・第32条、同法施行令 第2条")) == [
    ("介護保険法", "第27条"), ("介護保険法", "第32条"), ("介護保険法施行令", "第2条")]
assert list(articles("地方税法 第20条の10、見本市条例 第3条（平成12年政令第16号）・第4条")) == [
    ("地方税法", "第20条の10"), ("見本市条例", "第3条"), ("見本市条例", "第4条")]
with tempfile.TemporaryDirectory() as work:
    os.makedirs(work + "/city/waste")
    open(work + "/laws.tsv", "w").write("".join(line + "\n" for line in (
        "law\tarticle\tsays\tseen\ton", "児童福祉法\t第24条\tx\thttp://x\t2026-11-22", "民法\t第1条\tx\tmemory\t2026-11-22",
        "民法\t第2条\tx\thttp://x\t2026-11-22", "民法\t第2条\tx\thttp://y\t2026-11-22", "民法\t第3条\t\thttp://x\t2026-11-22")))
    open(work + "/nursery.yaml", "w").write("follows: 児童福祉法 第24条、子ども・子育て支援法 第20条\n")
    open(work + "/page.md", "w").write("source: 第5条\n# 戸籍法 第十条\n")
    open(work + "/city/waste/list.csv", "w").write("x\ny,戸籍法第49条\n")
    told = "\n".join(look(work)[0])
    for words in (
            "nursery.yaml:1: 子ども・子育て支援法 第20条 is not in", "page.md:1: None 第5条 is not", "page.md:2: None 第十条 is not",
            "list.csv:2: 戸籍法 第49条 is not", "no source: ['民法', '第1条'", "no source: ['民法', '第3条'", "twice: ['民法', '第2条'",
            "no file names 民法 第2条"):
        assert words in told, (words, told)
    assert "第24条 is not" not in told, told

bad, named = look("assets")
print("\n".join(bad))
print(f"{len(named)} articles are named, {sum(' is not in ' in line for line in bad)} places name one that was not looked up")
sys.exit(1 if bad or len(named) < 100 else 0)
PY
