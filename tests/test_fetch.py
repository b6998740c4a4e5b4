"""Pages by address: limits, redirects, robots and private numbers. All servers are on loopback."""

from __future__ import annotations

import gzip
import json
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from dabir.errors import InputError
from dabir.ingest.addresses import Address, is_address, is_public, joined, parse_address
from dabir.ingest.files import NO_DEFAULTS, Failure, RawArticle, articles
from servers import Site, raw, serve

for needed in ("httpcore2", "protego", "feedparser", "trafilatura"):
    pytest.importorskip(needed)
from dabir.ingest import network  # noqa: E402
from dabir.ingest.fetch import Visitor, article_at, fetcher, visitor  # noqa: E402
from dabir.ingest.network import Limits, exchange  # noqa: E402

BODY = "<p>" + "وزیران خارجه ایران و عمان روز شنبه در مسقط دیدار و درباره روابط دو کشور گفت‌وگو کردند. " * 4 + "</p>"
PAGE = f"<html lang=fa><head><title>دیدار در مسقط</title><meta name=pubdate content=1403-08-12></head><body><article>{BODY}</article></body></html>"


@pytest.fixture
def site() -> Iterator[Site]:
    with serve() as found:
        yield found


def here(**limits: object) -> Visitor:
    return visitor(private=True, delay=0.0, limits=Limits(**limits))  # type: ignore[arg-type]


def message(visit: Visitor, url: str) -> str:
    got = article_at(lambda: visit, url)
    assert isinstance(got, Failure), got
    assert "\n" not in str(got)
    return str(got)


def test_a_page(site: Site) -> None:
    url = site.html("/news/1", PAGE)
    got = article_at(lambda: here(), url)
    assert isinstance(got, RawArticle)
    assert "گفت‌وگو" in got.text
    assert (got.title, got.published, got.published_basis, got.url) == ("دیدار در مسقط", "2024-11-02", "page", url)
    assert site.asked[0][0] == "/robots.txt"
    assert site.asked[1][1]["user-agent"].startswith("dabir")


def test_nothing_is_asked_before_its_turn_or_without_a_fetcher(site: Site) -> None:
    url = site.html("/1", PAGE)
    [fault] = articles([url])
    assert isinstance(fault, Failure)
    assert "network" in fault.message
    found = articles([url], fetch=fetcher(private=True))
    assert site.asked == []
    assert isinstance(next(found), RawArticle)


def test_private_numbers_are_refused(site: Site) -> None:
    url = site.html("/1", PAGE)
    visit = visitor(delay=0.0)
    port = url.rpartition(":")[2]
    for host in ("127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "127.1", "2130706433", "169.254.169.254", "10.0.0.1"):
        got = article_at(lambda: visit, f"http://{host}:{port}")
        assert isinstance(got, Failure)
        assert "private" in got.message or "not found" in got.message, got
    assert site.asked == []


@pytest.mark.parametrize(
    ("number", "public"),
    [
        ("8.8.8.8", True), ("2606:4700::1111", True), ("127.0.0.1", False), ("10.1.2.3", False), ("172.16.0.1", False),
        ("192.168.1.1", False), ("169.254.169.254", False), ("100.64.0.1", False), ("0.0.0.0", False), ("255.255.255.255", False),
        ("224.0.0.1", False), ("240.0.0.1", False), ("192.0.2.1", False), ("198.18.0.1", False), ("::1", False), ("::", False),
        ("fe80::1%eth0", False), ("fe80::1", False), ("fc00::1", False), ("fec0::1", False), ("ff02::1", False), ("::ffff:127.0.0.1", False),
        ("::ffff:8.8.8.8", True), ("64:ff9b::7f00:1", False), ("64:ff9b::808:808", True), ("2002:7f00:1::", False), ("2001:db8::1", False),
        ("not a number", False), ("", False),
    ],
)  # fmt: skip
def test_public_numbers(number: str, public: bool) -> None:
    assert is_public(number) is public


def test_every_hop_is_looked_at(site: Site) -> None:
    """127.0.0.1 stands for a public host here; what it redirects to is not allowed."""
    port = site.url.rpartition(":")[2]
    for target in (f"http://127.0.0.2:{port}/in", f"//127.0.0.2:{port}/in", "file:///etc/passwd", "gopher://127.0.0.1/", f"http://u:p@127.0.0.1:{port}/in"):
        site.pages["/go"] = (302, {"Location": target}, b"")
        visit = visitor(delay=0.0, limits=Limits(allowed=lambda n: n == "127.0.0.1"))
        said = message(visit, site.url + "/go")
        assert "private" in said or "not fetched" in said, said
    assert "/in" not in site.paths()


def resolving(*answers: tuple[str, ...]) -> network.Resolve:
    """A resolver that answers each question with the next of `answers`."""
    left = iter(answers)
    return lambda *_: next(left)


def test_one_of_many_numbers_is_enough_to_refuse() -> None:
    address = parse_address("http://news.test/1")
    with pytest.raises(InputError, match=r"private address 10\.0\.0\.1"):
        exchange(address, {}, Limits(), network.monotonic() + 5, resolving(("8.8.8.8", "10.0.0.1")))


def test_rebinding_gains_nothing(site: Site) -> None:
    """The name resolves to an allowed number once, then to another; the connection goes to the number that was looked at."""
    resolver = resolving(("127.0.0.1",), ("127.0.0.2",))
    port = int(site.url.rpartition(":")[2])
    site.html("/1", PAGE)
    limits = Limits(allowed=lambda n: n == "127.0.0.1")
    address = parse_address(f"http://news.test:{port}/1")
    assert exchange(address, {}, limits, network.monotonic() + 5, resolver).status == 200
    assert site.asked[0][1]["host"] == f"news.test:{port}"
    with pytest.raises(InputError, match="private"):
        exchange(address, {}, limits, network.monotonic() + 5, resolver)


def test_redirects(site: Site) -> None:
    target = site.html("/خبر/۱", PAGE)
    site.pages[parse_address(target).url.removeprefix(site.url)] = site.pages["/خبر/۱"]
    site.pages["/a"] = (301, {"Location": "b"}, b"")
    site.pages["/b"] = (307, {"Location": parse_address(target).url + "#top"}, b"")
    got = article_at(lambda: here(), site.url + "/a")
    assert isinstance(got, RawArticle)
    assert got.url == parse_address(target).url
    for n in range(9):
        site.pages[f"/{n}"] = (302, {"Location": f"/{n + 1}"}, b"")
    assert "more than 5 redirects" in message(here(), site.url + "/0")
    site.pages["/x"] = (302, {"Location": "/y"}, b"")
    site.pages["/y"] = (302, {"Location": "/x"}, b"")
    assert "circle" in message(here(), site.url + "/x")
    site.pages["/z"] = (302, {"Location": "http://[::"}, b"")
    assert "address" in message(here(), site.url + "/z")


@pytest.mark.parametrize(
    ("robots", "path", "allowed"),
    [
        ("User-agent: *\nDisallow: /private", "/news", True),
        ("User-agent: *\nDisallow: /", "/news", False),
        ("User-agent: *\nDisallow: /*/print$", "/1/print", False),
        ("User-agent: dabir\nDisallow: /\n\nUser-agent: *\nAllow: /", "/news", False),
        ("User-agent: other\nDisallow: /", "/news", True),
        ("\x00\xff nonsense", "/news", True),
    ],
)
def test_robots(site: Site, robots: str, path: str, allowed: bool) -> None:
    url = site.html(path, PAGE)
    site.pages["/robots.txt"] = (200, {"Content-Type": "text/plain"}, robots.encode("latin-1"))
    got = article_at(lambda: here(), url)
    assert isinstance(got, RawArticle) is allowed
    assert (path in site.paths()) is allowed
    if isinstance(got, Failure):
        assert "robots.txt" in got.message


def test_robots_that_fail_allow_nothing_and_are_asked_once(site: Site) -> None:
    url = site.html("/1", PAGE)
    site.pages["/robots.txt"] = (503, {}, b"")
    visit = here()
    assert "robots.txt answers 503" in message(visit, url)
    assert "robots.txt answers 503" in message(visit, url)
    assert [p for p, _ in site.asked] == ["/robots.txt"]


def test_redirects_are_held_to_robots(site: Site) -> None:
    site.pages["/go"] = (302, {"Location": "/closed/1"}, b"")
    site.html("/closed/1", PAGE)
    site.pages["/robots.txt"] = (200, {}, b"User-agent: *\nDisallow: /closed")
    assert "robots.txt" in message(here(), site.url + "/go")
    assert site.paths() == ["/go"]


def test_politeness(site: Site) -> None:
    """A clock and a sleep of our own: two seconds between pages of one host, or what robots.txt asks for."""
    time = [0.0]
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        time[0] += seconds

    def send(address: Address, headers: Mapping[str, str], limits: Limits, _: float) -> network.Reply:
        return exchange(address, headers, limits, network.monotonic() + 5)

    def visit() -> Visitor:
        return Visitor(Limits(allowed=bool), delay=2.0, send=send, clock=lambda: time[0], sleep=sleep)

    url = site.html("/1", PAGE)
    polite = visit()
    polite.get(url)
    polite.get(url)
    assert slept == [2.0, 2.0]
    site.pages["/robots.txt"] = (200, {}, b"User-agent: *\nCrawl-delay: 7")
    slept.clear()
    polite = visit()
    polite.get(url)
    polite.get(url)
    assert slept == [7.0, 7.0]
    site.pages["/robots.txt"] = (200, {}, b"User-agent: *\nCrawl-delay: 700")
    with pytest.raises(InputError, match="700 seconds"):
        visit().get(url)


def test_sizes(site: Site) -> None:
    url = site.html("/1", PAGE)
    site.pages["/1"] = (200, {"Content-Length": str(10**9)}, b"x")
    assert "1,000,000,000 bytes announced" in message(here(), url)
    site.pages["/2"] = (200, {}, b"x" * 300_000)
    assert "300,000 bytes announced" in message(here(size=100_000), site.url + "/2")
    site.pages["/3"] = (200, {"Content-Encoding": "gzip"}, gzip.compress(b"x" * 50_000_000))
    assert "more than 10,000,000 bytes" in message(here(), site.url + "/3")
    site.pages["/4"] = (200, {"Content-Encoding": "gzip"}, gzip.compress(PAGE.encode())[:-20])
    assert "breaks off" in message(here(), site.url + "/4")
    site.pages["/5"] = (200, {"Content-Encoding": "gzip"}, b"no gzip")
    assert "broken gzip" in message(here(), site.url + "/5")
    site.pages["/6"] = (200, {"Content-Encoding": "br"}, b"x")
    assert "«br»" in message(here(), site.url + "/6")
    site.pages["/7"] = (200, {"Content-Encoding": "gzip", "Content-Type": "text/html"}, gzip.compress(PAGE.encode()))
    assert isinstance(article_at(lambda: here(), site.url + "/7"), RawArticle)


def test_endless_and_broken_servers() -> None:
    def endless(c: socket.socket) -> None:
        c.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        while True:
            c.sendall(b"x" * 65536)

    def half(c: socket.socket) -> None:
        c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<html>")

    def drip(c: socket.socket) -> None:
        c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while True:
            c.sendall(b"x")
            network.sleep(0.05)

    def drip_head(c: socket.socket) -> None:
        c.sendall(b"HTTP/1.1 200 OK\r\nX: ")
        while True:
            c.sendall(b"x")
            network.sleep(0.05)

    cases = (
        (endless, "more than 1,000,000 bytes"), (half, "cannot be fetched"), (drip, "within 0.5 seconds"), (drip_head, "within 0.5 seconds"),
        (lambda c: c.sendall(b"nonsense\r\n\r\n"), "cannot be fetched"), (lambda _: None, "cannot be fetched"),
        (lambda c: c.sendall(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 2_000_000), "cannot be fetched"),
    )  # fmt: skip
    for answer, says in cases:
        with raw(answer) as url:
            said = message(here(size=1_000_000, seconds=0.5 if "within" in says else 20.0), url)
            assert says in said, said


def test_what_cannot_be_had(site: Site) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert "cannot be fetched" in message(here(), f"http://127.0.0.1:{port}/1")
    assert "answers 404" in message(here(), site.url + "/none")
    site.pages["/pdf"] = (200, {"Content-Type": "application/pdf"}, b"%PDF")
    assert "application/pdf" in message(here(), site.url + "/pdf")
    site.pages["/binary"] = (200, {"Content-Type": "text/html"}, bytes(range(256)) * 40)
    assert "binary" in message(here(), site.url + "/binary")
    site.html("/english", "<p>The ministers met in Muscat on Saturday and talked about trade. " * 20)
    assert "not Persian" in message(here(), site.url + "/english")
    assert "found" in message(here(), "http://host.invalid/1")
    for address in ("http://", "http://[::", "https://user:word@example.com/", "http://" + "x" * 5000, "http://a:99999999/"):
        assert is_address(address)
        assert message(here(), address)


def test_addresses() -> None:
    assert parse_address("HTTP://Example.COM").url == "http://example.com/"
    persian = parse_address("https://خبر.ایران/سیاست?q=۱#x")
    assert persian.host.encode().decode("idna") == "خبر.ایران"
    assert persian.host.endswith(".xn--mgba3a4f16a")
    assert persian.url == f"https://{persian.host}/%D8%B3%DB%8C%D8%A7%D8%B3%D8%AA?q=%DB%B1"
    assert parse_address("http://[2001:db8::1]:8080/a b").origin == "http://[2001:db8::1]:8080"
    assert joined(parse_address("http://a.ir/x/y"), "../z").url == "http://a.ir/z"
    with pytest.raises(InputError, match="not fetched"):
        parse_address("ftp://a.ir/")
    assert not is_address("news/http.txt")


def test_missing_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "protego", None)
    got = fetcher()("http://example.com/", NO_DEFAULTS)
    assert isinstance(got, Failure)
    assert "dabir[web]" in got.message


def test_commands(site: Site, tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from dabir.cli import app

    url = site.html("/1", PAGE)
    path = tmp_path / "articles.jsonl"
    done = CliRunner().invoke(app, ["fetch", url, site.url + "/none", "--allow-private", "--output", str(path)])
    assert done.exit_code == 1
    [line] = path.read_text(encoding="utf-8").splitlines()
    row = json.loads(line)
    assert (row["published"], row["published_basis"], row["url"]) == ("2024-11-02", "page", url)
    [again] = articles([path])
    assert isinstance(again, RawArticle)
    assert (again.published, again.published_basis) == ("2024-11-02", "page")
    read = CliRunner().invoke(app, ["read", url, "--allow-private", "--format", "jsonl"])
    assert read.exit_code == 0
    assert json.loads(read.stdout)["article"]["published_basis"] == "page"
    refused = CliRunner().invoke(app, ["read", url])
    assert refused.exit_code == 1
