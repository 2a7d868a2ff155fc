"""Reads what was handed over as another program would.
   tables.py FOLDER         a batch: its list, its tables, its report
   tables.py UTF-8 CP932    two tables of the same records: they differ only where CP932 can't follow"""
import csv
import hashlib
import json
import pathlib
import sys


def rows(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, strict=True))


def batch(folder):
    listed = json.loads((folder / "batch.json").read_text())
    assert listed["count"] == 4 and listed["number"] == 1, listed
    names = {file["name"] for file in listed["files"]} | {"batch.json"}
    assert names == {path.name for path in folder.iterdir()}, names
    for file in listed["files"]:
        content = (folder / file["name"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == file["sha256"] and len(content) == file["bytes"]
        assert b"\r\n" in content and content.startswith(b"\xef\xbb\xbf") != (".cp932." in file["name"])
        if file["name"] not in ("report.csv",) and ".cp932." not in file["name"]:
            assert len(rows(folder / file["name"])) == file["records"] + 1
    head, *body = rows(folder / "resident-record.csv")
    assert len(set(head)) == len(head)
    letters = dict(zip(head, next(row for row in body if "𠮷" in row[head.index("申請者_氏名")])))
    assert letters["申請者_氏名"] == "𠮷田　辻\U000e0101子", letters
    assert letters["申請者_居住住所_連結表記"] == "'=HYPERLINK(\"http://evil.example\"),表\n〜2号 café"
    assert letters["申請者_性別"] == "1" and letters["申請者_生年月日"] == "1990-02-03"
    assert not any(cell[:1] in "=+-@\t\r\n" for row in body for cell in row if cell)
    report = rows(folder / "report.csv")
    number = letters["受付番号"]
    told = {(row[0], row[1], row[3], row[4], row[5]) for row in report[1:]}
    assert told == {
        (number, "申請者_氏名", "𠮷", "U+20BB7", "吉"),
        (number, "申請者_氏名", "辻\U000e0101", "U+8FBB U+E0101", "辻"),
        (number, "申請者_居住住所_連結表記", "é", "U+00E9", "e"),
        (number, "申請者_居住住所_連結表記", "〜", "U+301C", ""),
        (number, "申請者_居住住所_連結表記", "'=", "U+003D", "'"),
        (number, "nobody.knows", "nobody.knows", "", ""),
    }, told


def both(plain, narrow):
    twins = str.maketrans("〜—‖−¢£¬", "～―∥－￠￡￢")
    one, other = rows(plain), rows(narrow)
    assert len(one) == len(other) > 1
    for wide, thin in zip(one, other):
        assert len(wide) == len(thin)
        for a, b in zip(wide, thin):
            a = a.replace("辻\U000e0101", "〓").replace("𠮷", "〓").replace("é", "〓")
            assert a.translate(twins) == b.translate(twins), (a, b)


paths = [pathlib.Path(name) for name in sys.argv[1:]]
if len(paths) == 1:
    batch(paths[0])
else:
    both(*paths)
