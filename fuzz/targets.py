"""What fuzzing calls: for each kind of input a function that takes bytes and fails where a promise is broken.

A target lets through only what the documentation announces (InputError, one line); anything else that is raised is a
finding. tests/test_fuzz.py runs the same functions over the seed corpus, the findings so far and generated input.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec

import dabir
from dabir import samples
from dabir.errors import InputError
from dabir.ingest.addresses import joined, parse_address
from dabir.ingest.dates import publication_date
from dabir.ingest.feeds import MAX_ITEMS, load_feeds, read_feed
from dabir.ingest.files import Failure, RawArticle, as_line, from_lines
from dabir.ingest.html import read_page
from dabir.ingest.warc import read_warc
from dabir.model import Record
from dabir.parallel import read_raw
from dabir.restoring import changes, restored
from dabir.scoring import as_json, evaluate, load_gold, load_records
from dabir.store.store import Store
from dabir.text.clean import apply_edits
from dabir.times.find import parse_date
from dabir.views import page

Target = Callable[[bytes], None]

ADDRESS = "http://news.example/1"
_DAY = re.compile(r"(?<!\d)\d{4}-\d\d-\d\d(?!\d)")


def _characters(data: bytes) -> str:
    return data.decode("utf-8", "replace")


@cache
def _reader(tagger: bool) -> dabir.Reader:
    return dabir.Reader(tagger=tagger)


def _one_line(message: str) -> None:
    assert message.strip() and "\n" not in message and len(message) < 2000, message


def _spans(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        if {"start", "end", "text"} <= node.keys():
            yield node
        for child in node.values():
            yield from _spans(child)
    elif isinstance(node, list):
        for child in node:
            yield from _spans(child)


def holds(record: Record) -> None:
    """What must hold of a record: it travels as JSON, its edits replay, its spans slice."""
    encoded = msgspec.json.encode(record)
    assert msgspec.json.decode(encoded, type=Record) == record
    article = record.article
    assert apply_edits(article.text, article.edits) == article.clean
    for span in _spans(msgspec.json.decode(encoded)):
        assert article.text[span["start"] : span["end"]] == span["text"], span
        assert 0 <= span["start"] < span["end"] or "replacement" in span, span  # an edit may put in what was not there
    for time in record.times:
        for day in _DAY.findall(time.value or ""):
            date.fromisoformat(day)


def _read(data: bytes, *, tagger: bool) -> None:
    """The first line is tried as a date of publication, and taken as the title where it is none."""
    first, _, rest = _characters(data).partition("\n")
    published = title = None
    try:
        published = parse_date(first)
    except InputError:
        title = first
    try:
        record = _reader(tagger).read(rest, published=published, title=title)
    except InputError as error:
        _one_line(str(error))
        return
    holds(record)
    assert page.render([record])


def read(data: bytes) -> None:
    """An article to its record, by tables and patterns alone."""
    _read(data, tagger=False)


def tagged(data: bytes) -> None:
    """An article to its record, with the encoder."""
    _read(data, tagger=True)


def restore(data: bytes) -> None:
    """Restoring changes nothing twice and loses no character; the filter keeps lines and their ends."""
    text = dabir.restore(_characters(data))
    assert apply_edits(text.original, text.edits) == text.clean
    again = dabir.restore(text.clean)
    assert again.clean == text.clean, (text.clean, again.clean)
    with suppress(InputError):
        out = "".join(restored("-", data.splitlines(keepends=True)))
        assert out.count("\n") == data.removeprefix(b"\xef\xbb\xbf").count(b"\n")
        list(changes("-", data.splitlines(keepends=True)))


def times(data: bytes) -> None:
    """The temporal tagger by itself, the first line tried as a date of publication."""
    first, _, rest = _characters(data).partition("\n")
    published: str | None = None
    with suppress(InputError):
        published = parse_date(first).isoformat()
    found = dabir.find_times(rest, published=published)
    dabir.check_times(rest, published=published)
    assert [t.start for t in found] == sorted(t.start for t in found)
    for time in found:
        assert time.start < time.end and rest[time.start : time.end] == time.text, time
        assert (time.value is None) == (time.reason is not None), time
        for day in _DAY.findall(f"{time.value} {time.begin} {time.until}"):
            date.fromisoformat(day)


def html(data: bytes) -> None:
    """A web page; the text that comes out has no markup of its own making and can be read."""
    try:
        found = read_page(data, ADDRESS)
    except InputError as error:
        _one_line(error.message)
        return
    assert found.text.strip()
    if found.published:
        datetime.fromisoformat(found.published)
    else:
        assert found.reason


def feed(data: bytes) -> None:
    """An RSS or Atom document: few items, each with an address that may be asked for."""
    try:
        items = read_feed(data, ADDRESS)
    except InputError as error:
        _one_line(error.message)
        return
    assert len(items) <= MAX_ITEMS
    for item in items:
        parse_address(item.link)
        assert len(item.id) <= 500
        if item.published:
            datetime.fromisoformat(item.published)
        msgspec.json.encode(item)


def lines(data: bytes) -> None:
    """JSON Lines: an article or one line of complaint for each; what was taken comes back as it went."""
    for item in from_lines(data.splitlines(keepends=True), "x.jsonl"):
        if isinstance(item, Failure):
            _one_line(str(item))
            continue
        [again] = from_lines([msgspec.json.encode(as_line(item))], "x.jsonl")
        assert isinstance(again, RawArticle), again
        assert msgspec.structs.replace(again, where=item.where) == item
        found = read_raw(_reader(False), item)
        if isinstance(found, Record):
            holds(found)
        else:
            _one_line(str(found))


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="dabir-fuzz-")


def _file(name: str, data: bytes) -> Path:
    path = Path(_folder().name) / name
    path.write_bytes(data)
    return path


def warc(data: bytes) -> None:
    """A web archive, packed or not."""
    for item in read_warc(_file("x.warc", data)):
        if isinstance(item, Failure):
            _one_line(item.message)


@cache
def _store() -> Store:
    store = dabir.open_store(Path(_folder().name) / "x.db")
    for raw in samples.articles():
        if isinstance(raw, RawArticle) and isinstance(found := read_raw(_reader(False), raw), Record):
            store.add(found)
    return store


def query(data: bytes) -> None:
    """A query of full-text search finds something or nothing, whatever its signs."""
    store = _store()
    known = {h.id for h in store.search("ایران")}
    for hit in store.search(_characters(data)):
        assert hit.kind in ("article", "statement") and hit.version
    assert known == {h.id for h in store.search("ایران")}


def day(data: bytes) -> None:
    """A publication date as people give it: ISO, or one line that says what is wrong; both readers of dates agree."""
    text = _characters(data)
    for ask in (publication_date, parse_date):
        try:
            found = ask(text)
        except InputError as error:
            assert "\n" not in str(error) or "\n" in text
        else:
            datetime.fromisoformat(str(found))


def address(data: bytes) -> None:
    """An address is ASCII, stays what it is when it is taken again, and redirects lead to addresses."""
    text, _, target = _characters(data).partition("\n")
    try:
        found = parse_address(text)
    except InputError as error:
        _one_line(error.message)
        return
    assert found.url.isascii() and found.url.startswith(("http://", "https://"))
    assert not set(found.url) & set(" \r\n\t\0") and not set(found.host) & set(" \r\n\t\0/@\\")
    assert parse_address(found.url) == found
    with suppress(InputError):
        joined(found, target)


def feeds(data: bytes) -> None:
    """A list of feeds in TOML."""
    try:
        assert load_feeds(_file("feeds.toml", data)).feed
    except InputError as error:
        assert str(error)


def gold(data: bytes) -> None:
    """Gold and records of others, to be scored."""
    path = _file("gold.jsonl", data)
    with suppress(InputError):
        wanted = load_gold(path)
        as_json(evaluate(wanted, load_records(str(path)) or [], "events"), differences=True)


TARGETS: Mapping[str, Target] = MappingProxyType(
    {
        t.__name__: t
        for t in (read, tagged, restore, times, html, feed, lines, warc, query, day, address, feeds, gold)
    }
)
# Which seeds a target begins with, where they are not its own.
SEEDS: Mapping[str, str] = MappingProxyType(
    {"read": "text", "tagged": "text", "restore": "text", "times": "text", "html": "page", "day": "date"}
)
