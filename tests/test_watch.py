"""Feeds: conditional requests, back-off, state, and that one failing feed stops no other. All servers are on loopback."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dabir.errors import InputError
from dabir.ingest.feeds import FeedList, load_feeds, read_feed
from dabir.ingest.files import from_lines
from dabir.ingest.raw import Failure, RawArticle
from dabir.ingest.watch import FeedState, load_state, save_state, watch
from servers import Site, serve

for needed in ("httpcore2", "protego", "feedparser", "trafilatura"):
    pytest.importorskip(needed)
from dabir.ingest.fetch import visitor  # noqa: E402

SENTENCE = "وزیران خارجه ایران و عمان روز شنبه در مسقط دیدار و درباره روابط دو کشور گفت‌وگو کردند. "
PAGE = f"<html><head><title>%s</title></head><body><article><p>{SENTENCE * 4}</p></article></body></html>"
START = datetime(2024, 11, 3, 8, 0, tzinfo=UTC)


def rss(site: Site, *numbers: int, date: str = "Sat, 02 Nov 2024 10:55:00 GMT") -> bytes:
    items = "".join(
        f"<item><title>خبر {n}</title><link>{site.url}/{n}</link><guid>id-{n}</guid><pubDate>{date}</pubDate>"
        f"<description><![CDATA[<p>{SENTENCE}</p>]]></description></item>"
        for n in numbers
    )
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>نمونه</title>{items}</channel></rss>'.encode()


class Desk:
    """A list of feeds, a clock that the test turns, and a state file."""

    def __init__(self, folder: Path, site: Site, settings: str = "", feeds: tuple[str, ...] = ("/rss",)) -> None:
        path = folder / "feeds.toml"
        text = "[watch]\ndelay = 0.0\n" + settings
        path.write_text(text + "".join(f'\n[[feed]]\nurl = "{site.url}{f}"\noutlet = "نمونه"\n' for f in feeds), encoding="utf-8")
        self.feeds: FeedList = load_feeds(path)
        self.state = folder / "state.json"
        self.time = START
        self.site = site

    def visit(self) -> list[RawArticle | Failure]:
        visit = visitor(private=True, delay=0.0)
        return list(watch(self.feeds, self.state, visit, now=lambda: self.time, sleep=self.wait, once=True))

    def wait(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)

    def of(self, feed: str = "/rss") -> FeedState:
        return load_state(self.state)[self.site.url + feed]


@pytest.fixture
def site() -> Iterator[Site]:
    with serve() as found:
        for n in range(1, 200):
            found.html(f"/{n}", PAGE % f"خبر {n}")
        yield found


def test_new_articles_once(site: Site, tmp_path: Path) -> None:
    desk = Desk(tmp_path, site)
    site.pages["/rss"] = (200, {}, rss(site, 1, 2))
    first = desk.visit()
    assert [(a.ref, a.title, a.outlet, a.published, a.published_basis) for a in first if isinstance(a, RawArticle)] == [
        ("id-1", "خبر 1", "نمونه", "2024-11-02T10:55:00+00:00", "feed"),
        ("id-2", "خبر 2", "نمونه", "2024-11-02T10:55:00+00:00", "feed"),
    ]
    assert desk.visit() == []  # not due
    desk.wait(900)
    site.pages["/rss"] = (200, {}, rss(site, 1, 2, 3))
    assert [a.ref for a in desk.visit() if isinstance(a, RawArticle)] == ["id-3"]


def test_conditional_requests(site: Site, tmp_path: Path) -> None:
    stamp = "Sat, 02 Nov 2024 10:55:00 GMT"
    tags = {"ETag": '"a1"', "Last-Modified": stamp}
    site.pages["/rss"] = lambda headers: (304, {}, b"") if headers.get("if-none-match") == '"a1"' else (200, tags, rss(site, 1))
    desk = Desk(tmp_path, site)
    assert len(desk.visit()) == 1
    desk.wait(900)
    assert desk.visit() == []
    asked = [h for p, h in site.asked if p == "/rss"]
    assert "if-none-match" not in asked[0]
    assert (asked[1]["if-none-match"], asked[1]["if-modified-since"]) == ('"a1"', stamp)
    assert desk.of().failures == 0


def test_texts_of_the_feed_itself(site: Site, tmp_path: Path) -> None:
    desk = Desk(tmp_path, site, "pages = false\n")
    site.pages["/rss"] = (200, {}, rss(site, 1, date="شنبه ۱۲ آبان ۱۴۰۳ - ۱۴:۲۵"))
    [article] = desk.visit()
    assert isinstance(article, RawArticle)
    assert (article.text, article.published, article.published_basis) == (SENTENCE.strip(), "2024-11-02T14:25", "feed")
    assert site.paths() == ["/rss"]
    site.pages["/rss"] = (200, {}, rss(site, 2, date="دیروز"))
    desk.wait(900)
    [article] = desk.visit()
    assert isinstance(article, RawArticle)
    assert (article.published, article.published_basis, article.published_reason) == (None, None, "not-readable")


def test_one_failing_feed_stops_no_other(site: Site, tmp_path: Path) -> None:
    feeds = ("/500", "/html", "/none", "/rss", "/broken", "/binary", "/empty")
    site.pages |= {
        "/500": (500, {}, b""),
        "/html": (200, {}, (PAGE % "x").encode()),
        "/rss": (200, {}, rss(site, 1)),
        "/broken": (200, {}, rss(site, 2, 3)[:-60]),
        "/binary": (200, {}, bytes(range(256)) * 10),
        "/empty": (200, {}, b""),
    }
    desk = Desk(tmp_path, site, feeds=feeds)
    found = desk.visit()
    assert [a.ref for a in found if isinstance(a, RawArticle)] == ["id-1", "id-2", "id-3"]
    faults = [str(f).removeprefix(site.url) for f in found if isinstance(f, Failure)]
    assert [f.partition(":")[0] for f in faults] == ["/500", "/html", "/none", "/binary", "/empty"]
    assert all("\n" not in f for f in faults)


def test_back_off(site: Site, tmp_path: Path) -> None:
    desk = Desk(tmp_path, site)
    waits = []
    for _ in range(9):
        site.pages["/rss"] = (503, {}, b"")
        assert len(desk.visit()) == 1
        due = desk.of().due
        assert due is not None
        waits.append((due - desk.time).total_seconds())
        desk.time = due
    assert waits == [1800, 3600, 7200, 14400, 28800, 57600, 86400, 86400, 86400]
    site.pages["/rss"] = (200, {}, rss(site, 1))
    assert len(desk.visit()) == 1
    assert desk.of().failures == 0


@pytest.mark.parametrize(
    ("sent", "seconds"),
    [
        ({"Retry-After": "7200"}, 7200),
        ({"Retry-After": "Sun, 03 Nov 2024 12:00:00 GMT", "Date": "Sun, 03 Nov 2024 10:00:00 GMT"}, 7200),
        ({"Retry-After": "soon"}, 1800),
        ({"Retry-After": "9" * 400}, 86400),
        ({"Retry-After": "-5"}, 1800),
    ],
)
def test_retry_after(site: Site, tmp_path: Path, sent: dict[str, str], seconds: int) -> None:
    desk = Desk(tmp_path, site)
    site.pages["/rss"] = (429, sent, b"")
    desk.visit()
    due = desk.of().due
    assert due is not None
    assert (due - desk.time).total_seconds() == seconds


def test_pages_that_fail_are_asked_again(site: Site, tmp_path: Path) -> None:
    desk = Desk(tmp_path, site)
    site.pages["/rss"] = (200, {"ETag": '"1"'}, rss(site, 1, 2))
    page, site.pages["/2"] = site.pages["/2"], (500, {}, b"")
    assert [type(a) for a in desk.visit()] == [RawArticle, Failure]
    site.pages["/rss"] = (304, {}, b"")
    desk.wait(900)
    assert [type(a) for a in desk.visit()] == [Failure]
    site.pages["/2"] = page
    desk.wait(900)
    [article] = desk.visit()
    assert isinstance(article, RawArticle)
    desk.wait(900)
    assert desk.visit() == []
    site.pages["/rss"] = (200, {}, rss(site, 500))
    for _ in range(3):
        desk.wait(900)
        assert [type(a) for a in desk.visit()] == [Failure]
    desk.wait(900)
    assert desk.visit() == []  # given up


def test_many_items_are_spread_over_visits(site: Site, tmp_path: Path) -> None:
    desk = Desk(tmp_path, site, "most = 3\n")
    site.pages["/rss"] = (200, {}, rss(site, *range(1, 8)))
    got = []
    for _ in range(4):
        got.append([a.ref for a in desk.visit() if isinstance(a, RawArticle)])
        desk.wait(900)
    assert got == [["id-1", "id-2", "id-3"], ["id-4", "id-5", "id-6"], ["id-7"], []]


def test_a_watch_that_is_killed_loses_nothing(site: Site, tmp_path: Path) -> None:
    desk = Desk(tmp_path, site)
    site.pages["/rss"] = (200, {}, rss(site, 1, 2, 3))
    killed = watch(desk.feeds, desk.state, visitor(private=True, delay=0.0), now=lambda: desk.time, sleep=desk.wait, once=True)
    next(killed)
    next(killed)
    killed.close()
    assert [a.ref for a in desk.visit() if isinstance(a, RawArticle)] == ["id-1", "id-2", "id-3"]


def test_watching_goes_on_and_sleeps_until_a_feed_is_due(site: Site, tmp_path: Path) -> None:
    desk = Desk(tmp_path, site)
    site.pages["/rss"] = (200, {}, rss(site, 1))
    slept = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        desk.wait(seconds)
        site.pages["/rss"] = (200, {}, rss(site, 1 + len(slept)))

    found = watch(desk.feeds, desk.state, visitor(private=True, delay=0.0), now=lambda: desk.time, sleep=sleep)
    assert [next(found).ref for _ in range(3)] == ["id-1", "id-2", "id-3"]  # type: ignore[union-attr]
    assert slept == [900, 900]


def test_state_files(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    assert load_state(path) == {}
    save_state(path, {"http://a": FeedState(etag="x", due=START, seen=("1",))})
    assert load_state(path)["http://a"] == FeedState(etag="x", due=START, seen=("1",))
    for data in (b"", b"{", b"[]", b"\xff\xfe", path.read_bytes()[:-9]):
        path.write_bytes(data)
        with pytest.raises(InputError, match="delete it"):
            load_state(path)
    with pytest.raises(InputError, match="cannot be written"):
        save_state(tmp_path / "none" / "state.json", {})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no \\[\\[feed\\]\\]"),
        ("[[feed", "not a list"),
        ("[[feed]]\n", "url"),
        ('[[feed]]\nurl = "file:///etc/passwd"', "not fetched"),
        ('[[feed]]\nurl = "http://a.ir"\nevry = 5', "evry"),
        ('[[feed]]\nurl = "http://a.ir"\nevery = 5', "60 seconds"),
        ('[[feed]]\nurl = "http://a.ir"\n[[feed]]\nurl = "http://a.ir"', "twice"),
        ('[watch]\ndelay = -1.0\n[[feed]]\nurl = "http://a.ir"', "delay"),
        ("x = 1" + " " * 1_000_000, "more than"),
    ],
    ids=range(9),
)
def test_lists_that_are_wrong(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "feeds.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=says) as error:
        load_feeds(path)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


def test_hostile_feeds() -> None:
    laughs = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
    )
    entity = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    item = "<rss version='2.0'><channel><item><link>http://a.ir/1</link><title>%s</title></item></channel></rss>"
    for data in (laughs + "]>" + item % "&j;", entity + item % "&a;", item % "<script>x</script>" * 3, "/etc/passwd", "[" * 100_000):
        try:
            found = read_feed(data.encode(), "http://a.ir/rss")
        except InputError as error:
            assert "not a feed" in error.message
        else:
            assert all(len(i.title or "") < 1000 and "root:" not in (i.title or "") for i in found)
    links = "".join(f"<item><link>{x}</link></item>" for x in ("javascript:1", "file:///etc/passwd", "", "http://a.ir/1", "http://a.ir/1"))
    [only] = read_feed(f"<rss version='2.0'><channel>{links}</channel></rss>".encode(), "http://a.ir/rss")
    assert only.link == "http://a.ir/1"
    many = "".join(f"<item><link>http://a.ir/{n}</link></item>" for n in range(700))
    assert len(read_feed(f"<rss version='2.0'><channel>{many}</channel></rss>".encode(), "http://a.ir/rss")) == 500


def test_atom_and_windows_1256() -> None:
    atom = '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>x</id><title>خبر</title><link href="https://www.irna.ir/1"/><published>2024-11-02T21:30:00Z</published></entry></feed>'
    [item] = read_feed(atom.encode(), "https://www.irna.ir/atom")
    assert (item.id, item.title, item.published) == ("x", "خبر", "2024-11-03T01:00:00+03:30")
    arabic = '<?xml version="1.0" encoding="windows-1256"?><rss version="2.0"><channel><item><title>خبر</title><link>http://a.ir/1</link></item></channel></rss>'
    [item] = read_feed(arabic.encode("windows-1256"), "http://a.ir/rss")
    assert (item.title, item.published, item.reason) == ("خبر", None, "not-stated")


def test_command(site: Site, tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from dabir.cli import app

    Desk(tmp_path, site)
    site.pages["/rss"] = (200, {}, rss(site, 1, 2))
    path = str(tmp_path / "feeds.toml")
    done = CliRunner().invoke(app, ["watch", path, "--once", "--allow-private"])
    assert done.exit_code == 0, done.stderr
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == ["id-1", "id-2"]
    assert (tmp_path / "feeds.state.json").exists()
    state = str(tmp_path / "other.json")
    done = CliRunner().invoke(app, ["watch", path, "--once", "--allow-private", "--format", "records", "--state", state])
    assert [json.loads(line)["article"]["published_basis"] for line in done.stdout.splitlines()] == ["feed", "feed"]
    refused = CliRunner().invoke(app, ["watch", path, "--once", "--state", str(tmp_path / "third.json")])
    assert refused.exit_code == 1
    assert "private" in refused.stderr
    wrong = CliRunner().invoke(app, ["watch", str(tmp_path / "none.toml")])
    assert wrong.exit_code == 2


def test_half_a_line_that_a_killed_watch_left_costs_no_other_article(site: Site, tmp_path: Path) -> None:
    desk = Desk(tmp_path, site)
    site.pages["/rss"] = (200, {}, rss(site, 1, 2))
    command = [sys.executable, "-c", "from dabir.cli import main; main()", "watch", str(tmp_path / "feeds.toml"), "--once",
               "--state", str(desk.state), "--allow-private"]  # fmt: skip
    spool = tmp_path / "articles.jsonl"
    spool.write_text('{"id": "id-1", "text": "نیم', encoding="utf-8")
    with spool.open("ab") as out:
        assert subprocess.run(command, stdout=out, check=False).returncode == 0
    with spool.open("rb") as file:
        found = list(from_lines(file, "articles.jsonl"))
    assert [a.ref for a in found if isinstance(a, RawArticle)] == ["id-1", "id-2"]
    assert [f.where for f in found if isinstance(f, Failure)] == ["articles.jsonl:1"]
    with (tmp_path / "new.jsonl").open("wb") as out:
        desk.state.unlink()
        assert subprocess.run(command, stdout=out, check=False).returncode == 0
    assert not (tmp_path / "new.jsonl").read_bytes().startswith(b"\n")
