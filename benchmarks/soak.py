"""A soak: `dabir watch`, `dabir add` and `dabir serve` under load for a while, killed again and again, nothing lost at the end.

    python benchmarks/soak.py [--articles 4000] [--minutes 20] [--readers 3] [--restart 45] [--folder DIR]

A server on this machine publishes made articles in four feeds, each with a page. `dabir watch` visits the feeds and appends to a
file, `dabir add` stores what the file has, again and again, `dabir serve` shows the store to readers that ask for its pages and
its API. Every --restart seconds one of the three is killed (SIGKILL) and started anew. At the end the feeds are visited and the
file is added once more without kills, and the store is compared with what was published: each article once. Prints a table; exit
status 1 where an article was lost or is there twice, `dabir check` finds a fault, or the server answered with an error of its own.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import sqlalchemy as sa
from rich.console import Console
from rich.table import Table

import dabir
from dabir.store import schema

DABIR = str(Path(sys.executable).with_name("dabir"))
PAUSE = 0.25  # seconds between a reader's questions: the desk grants an address so many a minute
APART = 6 * 3600  # seconds between acts
FEEDS, LISTED = 4, 120  # feeds, and items that each lists at a time
STATES = (("ایران", "تهران"), ("عمان", "مسقط"), ("قطر", "دوحه"), ("روسیه", "مسکو"), ("چین", "پکن"), ("ترکیه", "آنکارا"),
          ("عراق", "بغداد"), ("فرانسه", "پاریس"), ("آلمان", "برلین"), ("پاکستان", "اسلام‌آباد"), ("ژاپن", "توکیو"))  # fmt: skip
TOPICS = ("بازرگانی", "مرز", "آب", "انرژی", "رفت‌وآمد زائران", "زندانیان", "گذرگاه‌ها", "شیلات", "هواپیمایی", "گردشگری")
DAYS = ("شنبه", "یکشنبه", "دوشنبه", "سه‌شنبه", "چهارشنبه")
PAGES = ("/fa/search", "/en/search", "/fa/dyad?dyad=IRN&dyad=OMN", "/fa/statements", "/api/v1/health", "/fa/actor/IRN", "/en/",
         "/api/v1/events?limit=20", "/api/v1/actors", "/api/v1/search?text=مسقط")  # fmt: skip


def article(number: int) -> tuple[str, str]:
    """The title and the body of a made article: two states meet, one of them says something. Two articles after one another tell of
    one act; their numbers make their words their own."""
    pick = random.Random(number // 2)
    (one, _), (other, city) = pick.sample(STATES, 2)
    topic, day = pick.choice(TOPICS), pick.choice(DAYS)
    title = f"دیدار وزیران خارجه {one} و {other} درباره {topic}؛ گزارش {number}"
    body = (
        f"وزیر امور خارجه {one} روز {day} در {city} با همتای خود از {other} دیدار و درباره {topic} گفت‌وگو کرد. "
        f"دو طرف بر گسترش همکاری‌ها در زمینه {topic} تأکید کردند و قرار شد نشست بعدی ماه آینده برگزار شود.\n"
        f"سخنگوی وزارت خارجه {one} گفت: «گفت‌وگوها درباره پرونده شماره {number} سازنده بود و ادامه خواهد یافت.» "
        f"او افزود که {pick.randint(2, 40)} نفر در هیئت {other} بودند."
    )
    return title, body


class Site:
    """What is published so far, as feeds and pages."""

    def __init__(self, articles: int, seconds: float) -> None:
        self.start, self.articles, self.seconds = time.monotonic(), articles, seconds
        self.asked: Counter[str] = Counter()
        self.url = ""

    @property
    def published(self) -> int:
        """How many articles are out: they come evenly."""
        return min(self.articles, int(self.articles * (time.monotonic() - self.start) / self.seconds) + 1)

    def feed(self, n: int) -> bytes:
        """A feed with its newest articles."""
        numbers = [k for k in range(self.published) if k % FEEDS == n][-LISTED:]
        items = "".join(
            f"<item><title>{article(k)[0]}</title><link>{self.url}/{k}</link><guid>{self.url}/{k}</guid>"
            f"<pubDate>{time.strftime('%a, %d %b %Y %H:%M:%S', time.gmtime(1_700_000_000 + APART * (k // 2)))} GMT</pubDate></item>"
            for k in reversed(numbers)
        )
        return f'<?xml version="1.0"?><rss version="2.0"><channel><title>{n}</title>{items}</channel></rss>'.encode()

    def page(self, number: int) -> bytes:
        """An article's page."""
        title, body = article(number)
        paragraphs = "".join(f"<p>{p}</p>" for p in body.split("\n"))
        return f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>{paragraphs}</article></body></html>".encode()


@contextlib.contextmanager
def serving(site: Site) -> Iterator[Site]:
    """The site on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            name = self.path.strip("/")
            kind, body = ("feed", site.feed(int(name[4:]))) if name.startswith("feed") else ("page", b"")
            if name.isdigit() and int(name) < site.published:
                body = site.page(int(name))
            site.asked[kind] += 1
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "application/rss+xml" if kind == "feed" else "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


class Kept:
    """A program that is started again, some seconds after it ended or was killed; its memory is looked at."""

    def __init__(self, name: str, start: Callable[[], subprocess.Popen[bytes]], pause: float = 0.2) -> None:
        self.name, self._start, self._pause, self.kills, self.runs = name, start, pause, 0, 0
        self.memory: list[tuple[float, float]] = []
        self._lock, self._stop = threading.Lock(), threading.Event()
        self._process = start()
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self._thread.start()

    def _keep(self) -> None:
        while not self._stop.wait(self._pause):
            with self._lock:
                if self._process.poll() is not None:
                    self.runs += 1
                    self._process = self._start()

    def kill(self, then: Callable[[], None] = lambda: None) -> None:
        """End it at once, whatever it is at; do something while it is down."""
        with self._lock:
            if self._process.poll() is None:
                self._process.send_signal(signal.SIGKILL)
                self._process.wait()
                self.kills += 1
            then()

    def look(self, at: float) -> None:
        """Note its memory now, in MB."""
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{self._process.pid}/status").read_text().splitlines():
                if line.startswith("VmRSS"):
                    self.memory.append((at, int(line.split()[1]) / 1e3))

    def stop(self) -> None:
        """End it and start it no more."""
        self._stop.set()
        self._thread.join()
        self.kill()


class Readers:
    """Threads that ask the desk for its pages, again and again."""

    def __init__(self, url: str, count: int) -> None:
        self.answers: Counter[str] = Counter()
        self.faults: list[str] = []
        self._url, self._stop = url, threading.Event()
        self._threads = [threading.Thread(target=self._read, args=(n,), daemon=True) for n in range(count)]
        for thread in self._threads:
            thread.start()

    def _read(self, seed: int) -> None:
        pick = random.Random(seed)
        while not self._stop.is_set():
            path = pick.choice(PAGES)
            try:
                with urllib.request.urlopen(urllib.request.Request(self._url + quoted(path)), timeout=60) as answer:
                    answer.read()
                    self.answers[str(answer.status)] += 1
                time.sleep(PAUSE)
            except urllib.error.HTTPError as error:
                self.answers[str(error.code)] += 1
                if error.code == 429:  # one address may ask so much a minute
                    time.sleep(3)
                else:
                    self.faults.append(f"{path}: {error.code} {error.read()[:200]!r}")
            except (OSError, ValueError):
                self.answers["no answer (it was down)"] += 1
                time.sleep(0.1)

    def stop(self) -> None:
        """No more questions."""
        self._stop.set()
        for thread in self._threads:
            thread.join()


def quoted(path: str) -> str:
    """A path whose Persian letters are as in addresses."""
    return "".join(c if c.isascii() else "".join(f"%{b:02X}" for b in c.encode()) for c in path)


def found(store: Path, site: Site) -> tuple[int, int, int]:
    """How many published articles the store lacks, how many it has more than once, and how many others it has."""
    v = schema.versions.c
    with dabir.open_store(store) as opened, opened.reading() as c:
        counts = Counter(url for (url,) in c.execute(sa.select(v.url)))
    wanted = {f"{site.url}/{n}" for n in range(site.articles)}
    return len(wanted - counts.keys()), sum(n > 1 for n in counts.values()), len(counts.keys() - wanted)


def settings(folder: Path, site: Site) -> Path:
    """The list of feeds."""
    path = folder / "feeds.toml"
    feeds = "".join(f'\n[[feed]]\nurl = "{site.url}/feed{n}"\noutlet = "نمونه {n}"\n' for n in range(FEEDS))
    path.write_text(f"[watch]\nevery = 60\ndelay = 0.0\nmost = {LISTED}\n{feeds}", encoding="utf-8")
    return path


def made_due(feeds: Path) -> None:
    """Let the next visit be at once: feeds are visited once a minute at most. What was seen stays as watch has written it."""
    path = feeds.with_suffix(".state.json")
    if path.exists():
        states = json.loads(path.read_bytes())
        path.write_text(json.dumps({url: state | {"due": None} for url, state in states.items()}), encoding="utf-8")


def soak(folder: Path, articles: int, seconds: float, readers: int, restart: float) -> tuple[Table, bool]:
    """Run it; the table, and whether all was well."""
    store, spool, log = folder / "news.db", folder / "articles.jsonl", folder / "log.txt"
    spool.touch()
    dabir.open_store(store).close()
    port = free_port()
    with serving(Site(articles, seconds)) as site:
        feeds = settings(folder, site)
        watch = [DABIR, "watch", str(feeds), "--allow-private"]
        add = [DABIR, "add", str(spool), "--store", str(store), "--jobs", "1"]
        serve = [DABIR, "serve", "--store", str(store), "--port", str(port)]

        def started(command: Sequence[str], into: Path) -> subprocess.Popen[bytes]:
            with into.open("ab") as out, log.open("ab") as err:
                return subprocess.Popen(command, stdout=out, stderr=err)

        kept = [
            Kept("watch", lambda: started(watch, spool)), Kept("add", lambda: started(add, log), 3),
            Kept("serve", lambda: started(serve, log)),
        ]  # fmt: skip
        asking = Readers(f"http://127.0.0.1:{port}", readers)
        pick, start = random.Random(7), time.monotonic()
        due, victims = restart, 0
        while (now := time.monotonic() - start) < seconds:
            if now >= due:
                due += restart * pick.uniform(0.5, 1.5)
                victim, victims = kept[victims % len(kept)], victims + 1
                victim.kill(*([lambda: made_due(feeds)] if victim.name == "watch" else []))
            for program in kept:
                program.look(now)
            time.sleep(min(1.0, seconds / 60))
        asking.stop()
        for program in kept:
            program.stop()
        made_due(feeds)  # what was out at the end is fetched and stored in peace
        for command, into in ((watch + ["--once"], spool), (add, log)):
            started(command, into).wait()
        lost, twice, others = found(store, site)
        check = subprocess.run([DABIR, "check", "--store", str(store)], capture_output=True, text=True, check=False)
    lines = sum(1 for _ in spool.open("rb"))
    errors = sum(n for code, n in asking.answers.items() if code.startswith("5"))
    well = not lost and not twice and not errors and check.returncode == 0
    out = table(f"soak of {seconds / 60:.1f} minutes", "what", "figure")
    for label, value in (
        ("articles published", articles), ("pages and feeds fetched", sum(site.asked.values())), ("lines that watch wrote", lines),
        ("runs of add", kept[1].runs), ("requests answered", asking.answers["200"]),
        ("kills: " + ", ".join(f"{k.name} {k.kills}" for k in kept), sum(k.kills for k in kept)), ("articles lost", lost),
        ("articles twice", twice), ("other articles in the store", others), ("answers 5xx", errors),
        ("other answers: " + (", ".join(f"{k} {n:,}" for k, n in sorted(asking.answers.items()) if k != "200") or "none"), ""),
        ("dabir check", check.stdout.strip().splitlines()[-1] if check.returncode == 0 else check.stdout + check.stderr),
    ):  # fmt: skip
        out.add_row(label, f"{value:,}" if isinstance(value, int) else value)
    for fault in asking.faults[:5]:
        out.add_row("an error answer", fault)
    for program in kept:
        out.add_row(f"MB of {program.name}, by fifths of the time", "  ".join(f"{n:,.0f}" for n in fifths(program.memory, seconds)))
    return out, well


def fifths(memory: list[tuple[float, float]], seconds: float) -> list[float]:
    """The largest memory in each fifth of the time."""
    parts: list[list[float]] = [[] for _ in range(5)]
    for at, size in memory:
        parts[min(4, int(5 * at / seconds))].append(size)
    return [max(part, default=0.0) for part in parts]


def table(title: str, *columns: str) -> Table:
    """An empty table whose second column is figures."""
    made = Table(columns[0], title=title, title_justify="left", box=None)
    for column in columns[1:]:
        made.add_column(column, justify="right")
    return made


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def main() -> int:
    """Soak and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=4000)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--readers", type=int, default=3)
    parser.add_argument("--restart", type=float, default=45, help="seconds between kills, about")
    parser.add_argument("--folder", type=Path, help="where store, file and log stay; else they are taken away")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = given.folder or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        out, well = soak(folder, given.articles, given.minutes * 60, given.readers, given.restart)
    Console(width=140).print(out)
    return 0 if well else 1


if __name__ == "__main__":
    raise SystemExit(main())
