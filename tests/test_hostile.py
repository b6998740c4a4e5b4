"""Input that means harm: names that look alike, hidden and turned text, markup, SQL and paths in every field, bombs, deep nests."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

import dabir
from dabir.ingest.addresses import parse_address
from dabir.ingest.files import Failure, RawArticle, articles, from_lines
from dabir.model import Record
from dabir.parallel import read_raw
from dabir.views import page, words

ARTICLE = "سرگئی لاوروف وزیر خارجه روسیه روز شنبه در مسقط با وزیر خارجه عمان دیدار کرد. لاوروف گفت: «مذاکرات ادامه دارد.»"
NASTY = (
    "'; DROP TABLE versions; --", '" OR "1"="1', "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "{{ 7*7 }}{% raw %}",
    "../../etc/passwd", "C:\\..\\x", "=cmd|' /C calc'!A0", "%s%n{0}", "[bold red]x[/]", "\x1b[31mx\x1b]0;t\x07", "\u202eturned",
    "a\r\nSet-Cookie: x", "javascript:alert(1)",
)  # fmt: skip


STEERS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def run(*given: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-c", "from dabir.cli import main; main()", *given], capture_output=True, check=False)


def nasty(value: str) -> Record:
    """A record with the same words in every field that an input can set."""
    return dabir.read(f"{ARTICLE}\n{value}", outlet=value, url=value, title=value, ref=value, published="2025-02-28")


class Tags(HTMLParser):
    """The tags and attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= {tag} | {f"@{name}" for name, _ in attrs} | {f"href={v}" for n, v in attrs if n == "href" and not (v or "").startswith("#")}


@pytest.mark.parametrize("value", NASTY)
def test_every_field_is_text_on_the_page(value: str) -> None:
    plain, hostile = Tags(), Tags()
    plain.feed(page.render([nasty("متن")]))
    hostile.feed(page.render([nasty(value)]))
    assert hostile.found <= plain.found | {"h2", "h3", "dl", "dt", "dd", "small"}
    assert not any(f.startswith(("@on", "href=", "@src", "@style")) or f == "script" for f in hostile.found)


def test_every_field_is_text_in_a_store(url: str) -> None:
    with dabir.open_store(url) as store:
        records = [nasty(v) for v in NASTY]
        for record in records:
            assert store.add(record) == "new"
        kept = {r.article.id: r for r in store.records()}
        assert kept == {r.article.id: r for r in records}
        for value in NASTY:
            store.search(value)
            store.search(f'"{value}*')
            store.failed(value, value)
            with pytest.raises(dabir.InputError):
                store.record(value)
        assert list(store.check()) == []
        assert store.counts()["versions"] == len(NASTY)


def test_nothing_that_is_printed_steers_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for value in NASTY:
            line = {"text": f"{ARTICLE}\n{value}", "title": value, "outlet": value, "id": value, "url": value}
            broken = {"text": ARTICLE, "published": f"{value}\ndabir: all is well"}
            file.write(json.dumps(line) + "\n" + json.dumps(broken) + "\n")
    for command in ("read", "times"):
        done = run(command, str(path))
        assert not STEERS.search((done.stdout + done.stderr).decode())
        assert done.stderr.count(b"\n") == len(NASTY) and done.returncode == 1


def test_words_that_are_shown_are_one_line() -> None:
    assert words.shown("a\x1b[2J\u202eb\nc\u2067d\x9b") == "a\ufffd[2Jb cd\ufffd"
    assert words.shown("گفت\u200cوگو «۱»") == "گفت\u200cوگو «۱»"


def persons(record: Record) -> set[str | None]:
    return {a.wikidata for a in record.actors if a.kind == "person" and a.resolution == "kb"}


def test_a_name_that_only_looks_alike_is_not_that_person() -> None:
    assert persons(dabir.read(ARTICLE))
    latin = ARTICLE.replace("لاوروف", "Lаvrov")  # with a Cyrillic а
    assert not persons(dabir.read(latin))
    urdu = dabir.read(ARTICLE.replace("ه", "ہ").replace("ک", "ڪ"))  # letters of neighbours, folded: the same words, spelt oddly
    for actor in urdu.actors:
        for mention in actor.mentions:
            assert urdu.article.text[mention.start : mention.end] == mention.text


def test_hidden_characters_neither_hide_nor_make_a_name() -> None:
    plain = dabir.read(ARTICLE)
    for hidden in ("\u200b", "\u2060", "\ufeff", "\u200e", "\u202e", "\u2066", "\u00ad"):
        source = ARTICLE.replace("لاوروف", f"لاو{hidden}روف")
        record = dabir.read(source)
        assert persons(record) == persons(plain), hidden
        assert record.article.text == source
        assert all(source[m.start : m.end] == m.text for a in record.actors for m in a.mentions)


def test_turned_text_is_read_in_the_order_of_its_characters() -> None:
    record = dabir.read("\u202e" + ARTICLE + "\u202c")
    assert [e.act for e in record.events] == [e.act for e in dabir.read(ARTICLE).events]
    assert record.article.text.startswith("\u202e")  # what came is kept, for whoever looks


def test_bombs_and_nests_in_json_lines(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.jsonl.gz"
    with gzip.open(bomb, "wb", compresslevel=9) as file:
        file.write(b'{"text": "')
        for _ in range(30):
            file.write(b" " * 6_000_000)
        file.write(b'"}\n' + json.dumps({"text": ARTICLE}).encode() + b"\n")
    found = list(articles([bomb]))
    assert isinstance(found[0], Failure) and isinstance(found[1], RawArticle)
    for line in (b'{"text": ' + b"[" * 100_000, b'{"a": ' * 100_000, b'{"text": "x", "y": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"):
        [item] = from_lines([line], "x.jsonl")
        assert isinstance(item, Failure), item
        assert "\n" not in item.message and len(item.message) < 300


def test_a_line_of_ten_megabytes() -> None:
    text = "وزیر خارجه ایران به عمان رفت. " + "\u200c ، " * 2_500_000
    [item] = from_lines([json.dumps({"text": text}, ensure_ascii=False).encode()], "x.jsonl")
    assert isinstance(item, RawArticle) and item.text == text
    [item] = from_lines([b'{"text": "' + "ا".encode() * 21_000_000 + b'"}'], "x.jsonl")
    assert isinstance(item, Failure) and "one article may have 20,000,000" in item.message


@pytest.mark.parametrize("host", ["a b", "a\x00b", "a\r\nx: y", "a\tb", "a\\b", "a^b", "[::1%eth0]", "a|b", "<a>"])
def test_hosts_with_signs_that_no_host_has(host: str) -> None:
    try:
        found = parse_address(f"http://{host}/")
    except dabir.InputError as error:
        assert "\n" not in error.message
    else:  # the standard's own reading takes blanks of this kind out
        assert re.fullmatch(r"[A-Za-z0-9.-]+", found.host)


def test_names_of_files_lead_nowhere_else(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "outside.txt"
    inside.mkdir()
    outside.write_text(ARTICLE, encoding="utf-8")
    (inside / "a.txt").write_text(ARTICLE, encoding="utf-8")
    (inside / "loop").symlink_to(inside)
    (inside / "\x1b[31m\n.txt").write_text("x", encoding="utf-8")
    found = list(articles([inside]))
    assert [isinstance(f, RawArticle) for f in found].count(True) == 1  # folders that are links are not followed
    done = run("read", str(inside))
    assert done.returncode == 1 and done.stderr.count(b"\n") == 1 and b"\x1b" not in done.stderr
    record = read_raw(dabir.Reader(tagger=False), RawArticle(text=ARTICLE, ref="../../x", outlet="/etc/passwd", where="x"))
    assert isinstance(record, Record) and record.article.ref == "../../x"
