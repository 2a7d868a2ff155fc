"""The staff's page with a million records: the real program over HTTP, one session, pages one after the other.

The newest SEALED records are really sealed, so that whatever is shown is opened; the rows below them have bytes that are no envelope,
put into the ledger's table by one transaction, and their rows of the index (bench/desk.c).
"""
import contextlib
import hashlib
import http.client
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlencode

TOP = Path(__file__).resolve().parents[2]
SEALED = 400
KIOSKS, FILLED_EPOCH = 97, 7
STATES = (["done"] * 90 + ["back"] * 3 + ["papers"] * 2 + ["work"] * 2 + ["new"] * 3)
FILLER = b"no envelope" * 20
STUB_HASH = hashlib.sha256(FILLER).digest()
GOAL_MS = 50
GOAL_PROCESSOR_MS = 15  # a busy machine shows in the other one


def rows(count):
    now = int(time.time())
    for position in range(1, count + 1):
        mixed = (position * 0x9e3779b97f4a7c15) & 0xffffffffffffffff
        name = mixed.to_bytes(8, "big") + position.to_bytes(8, "big")
        state = STATES[position % 100]
        holder = "佐藤" if state == "work" and position % 3 == 0 else ""
        at = now - 86400 - (count - position) * 7
        yield position, name, f"kiosk-{position % KIOSKS + 2:03}", FILLED_EPOCH, position, STUB_HASH, at, state, at, holder, FILLER


def fill(tool, home, count):
    """Returns number and id of the newest record."""
    subprocess.run([tool, home, "begin"], check=True, cwd=TOP)
    ledger = sqlite3.connect(Path(home) / "ledger.db", isolation_level=None)
    ledger.execute("PRAGMA synchronous = OFF")
    ledger.execute("PRAGMA cache_size = -400000")
    ledger.execute("BEGIN")
    ledger.executemany("INSERT INTO entry(position, id, kiosk, epoch, sequence, hash, received_at, state, state_at, holder, envelope)"
                       " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows(count - SEALED))
    ledger.execute("COMMIT")
    ledger.close()
    subprocess.run([tool, home, "index", str(count - SEALED)], check=True, cwd=TOP)
    return subprocess.run([tool, home, "put", str(SEALED)], check=True, cwd=TOP, stdout=subprocess.PIPE, text=True).stdout.split()


class Desk:
    """The program, and a clerk who is logged in."""

    def __init__(self, program, home):
        self.log = Path(home) / "desk.log"
        with open(self.log, "wb") as log:
            self.child = subprocess.Popen([program], env={**os.environ, "KIOSK_HOME": str(home)}, stdin=subprocess.DEVNULL, stderr=log)
        self.cookies, self.line = {}, None

    def __enter__(self):
        began = time.monotonic()
        while not (port := re.search(r"event=desk.ready.* port=(\d+)", self.log.read_text())):
            if time.monotonic() > began + 20 or self.child.poll() is not None:
                sys.exit("bench: kiosk-desk does not start")
            time.sleep(0.02)
        self.line = http.client.HTTPConnection("127.0.0.1", int(port[1]))
        token = self.token(self.ask("GET", "/login")[1])
        self.ask("POST", "/login", {"token": token, "name": "佐藤", "password": "naka-machi 5"}, 303)
        # The index is read in the background: a search tells how far it is
        while 'id="found-behind"' in self.search("誰もいない"):
            if time.monotonic() > began + 60:
                sys.exit("bench: the index is not read")
            time.sleep(0.1)
        self.ready = time.monotonic() - began
        return self

    def __exit__(self, *_):
        self.child.terminate()
        self.child.wait()

    @staticmethod
    def token(page):
        return re.search(r'name="token" value="([^"]*)"', page)[1]

    def ask(self, method, path, fields=None, status=200):
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        begin = time.perf_counter()
        self.line.request(method, path, urlencode(fields) if fields is not None else None, headers)
        answer = self.line.getresponse()
        page = answer.read().decode()
        taken = (time.perf_counter() - begin) * 1000
        for name, value in answer.getheaders():
            if name == "Set-Cookie":
                self.cookies.update([value.split(";")[0].split("=", 1)])
        if answer.status != status:
            sys.exit(f"bench: {method} {path}: {answer.status}")
        return taken, page

    def search(self, typed):
        page = self.ask("GET", "/")[1]
        return self.ask("POST", "/search", {"token": self.token(page), "number": typed})[1]

    def processor_ms(self):
        """Of all its threads so far (proc(5), schedstat: nanoseconds on a processor)."""
        spent = 0
        for task in Path(f"/proc/{self.child.pid}/task").iterdir():
            spent += int((task / "schedstat").read_text().split()[0])
        return spent / 1e6

    def prepare(self, typed):
        """The fields of a search, out of the form of a page."""
        return typed and {"token": self.token(self.ask("GET", "/")[1]), "number": typed}


def pages(number, record, count):
    """What is asked: its name, method, path, what is typed."""
    yield "the list", "GET", "/", None
    for show in ("new", "work", "papers", "done", "back", "mine", "all"):
        yield f"the list, {show}", "GET", f"/?show={show}", None
    yield "the list, far down", "GET", f"/?show=all&before={count // 2}", None
    yield "a record", "GET", f"/record/{record}", None
    yield "a number", "POST", "/search", number
    for what, typed in (("a rare name", "稀代"), ("the most common name", "佐藤"), ("one kanji", "山"), ("kana", "さとう"), ("one kana", "さ"),
                        ("two words", "佐藤 花子"), ("a day of birth", "1941-03-05"), ("a year of birth", "昭和16年"),
                        ("a name and a year", "佐藤 1941年")):
        yield what, "POST", "/search", typed


def measure(programs, tool, work, count, turns):
    """Of each page and each program its times, by the clock and the processor's; programs take turns. Also seconds until a start can
    search all, megabytes; seconds that making and asking took."""
    home = Path(work) / "desk"
    home.mkdir()
    began = time.monotonic()
    number, record = fill(tool, str(home), count)
    found, started, spent = {}, {}, {"fill": time.monotonic() - began}
    with contextlib.ExitStack() as ends:
        desks = []
        for index, program in enumerate(programs):
            own = home if index == 0 else Path(work) / f"desk-{index}"  # an index is one program's at a time
            if index > 0:
                shutil.copytree(home, own, ignore=shutil.ignore_patterns("ledger.db*"))
                with open(own / "madoguchi.conf", "a") as conf:
                    conf.write(f"ledger={home / 'ledger.db'}\n")
            desks.append(ends.enter_context(Desk(program, own)))
            status = Path(f"/proc/{desks[-1].child.pid}/status").read_text()
            started[index] = desks[-1].ready, int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024
        began = time.monotonic()
        for what, method, path, typed in pages(number, record, count):
            fields = [each.prepare(typed) for each in desks]
            for turn in range(-2, turns):  # the first two warm up
                for index, each in enumerate(desks):
                    before = each.processor_ms()
                    taken = each.ask(method, path, fields[index], 303 if typed == number else 200)[0]
                    times = taken, each.processor_ms() - before
                    found.setdefault(what, {}).setdefault(index, []).extend([times] if turn >= 0 else [])
        spent["ask"] = time.monotonic() - began
    return found, started, spent


def p95(values):
    return sorted(values)[len(values) * 95 // 100]


def main():
    """use: desk.py [COUNT [TURNS [PROGRAM ...]]]: a table of these programs, before and after a change."""
    import tempfile
    build = (TOP / os.environ.get("BUILD", "build")).resolve()
    count, turns = (int(text) for text in (sys.argv[1:3] + ["10000", "20"][len(sys.argv[1:3]):]))
    programs = sys.argv[3:] or [str(build / "kiosk-desk")]
    with tempfile.TemporaryDirectory(prefix="bench-", dir=build) as work:
        found, started, spent = measure(programs, str(build / "bench/desk"), work, count, turns)
        print(f"{count} records made in {spent['fill']:.1f} s, {turns} answers of each page in {spent['ask']:.1f} s")
    for index, program in enumerate(programs):
        print(f"{program}: searches all {started[index][0]:.1f} s after its start, {started[index][1]:.0f} MB")
    for what, times in found.items():
        print(f"{what:24}" + "".join(f" p50 {sorted(clock)[len(clock) // 2]:7.2f} p95 {p95(clock):7.2f} ms, processor p95 {p95(own):5.2f} ms"
                                     for clock, own in (tuple(zip(*t)) for t in times.values())))


if __name__ == "__main__":
    main()
