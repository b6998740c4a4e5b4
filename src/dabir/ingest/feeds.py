"""Feeds: the file that lists them, and the items of one RSS or Atom document (feedparser, the `web` extra)."""

from __future__ import annotations

import io
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from dabir.errors import InputError
from dabir.ingest.addresses import parse_address
from dabir.ingest.decode import NO_MARKUP
from dabir.ingest.published import Published, read_stamp, site
from dabir.model import NoDate

if TYPE_CHECKING:
    from feedparser import FeedParserDict

MAX_ITEMS = 500
_MAX_FILE = 1_000_000


class Feed(Struct, frozen=True, forbid_unknown_fields=True):
    """One feed: its address, the outlet's name, seconds between visits, and whether its items' pages are fetched or the
    feed's own texts are the articles. What is null follows the file's `[watch]`."""

    url: str
    outlet: str | None = None
    every: int | None = None
    pages: bool | None = None


class Watch(Struct, frozen=True, forbid_unknown_fields=True):
    """What holds for all feeds: seconds between visits to one feed, seconds between requests to one host, whether pages are
    fetched, pages a visit, and an address or mail that servers are told."""

    every: int = 900
    delay: float = 2.0
    pages: bool = True
    most: int = 50
    contact: str | None = None


class FeedList(Struct, frozen=True, forbid_unknown_fields=True):
    """A feeds.toml."""

    feed: tuple[Feed, ...] = ()
    watch: Watch = Watch()


class Item(Struct, frozen=True):
    """An entry of a feed: its id and address, what it says of itself, and how often its page was asked for in vain."""

    id: str
    link: str
    title: str | None = None
    text: str = ""
    published: str | None = None
    reason: NoDate | None = None
    tries: int = 0


def load_feeds(path: Path) -> FeedList:
    """The feeds of a TOML file. Raises InputError, with the file, where it cannot be read or something in it is wrong."""
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_FILE + 1)
        if len(data) > _MAX_FILE:
            raise InputError(f"more than {_MAX_FILE:,} bytes", str(path))
        found = msgspec.convert(tomllib.loads(data.decode("utf-8")), FeedList)
    except OSError as error:
        raise InputError(f"cannot be opened ({error.strerror or error})", str(path)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError, RecursionError) as error:
        raise InputError(f"not a list of feeds ({error}); docs/ingest.md shows one", str(path)) from None
    if not found.feed:
        raise InputError("no [[feed]] in it; docs/ingest.md shows one", str(path))
    seen: set[str] = set()
    for feed in found.feed:
        try:
            parse_address(feed.url)
        except InputError as error:
            raise InputError(f"{error.message}: {feed.url[:80]}", str(path)) from None
        if feed.url in seen:
            raise InputError(f"named twice: {feed.url}", str(path))
        seen.add(feed.url)
    settings = found.watch
    if settings.delay < 0 or settings.most < 1 or min(settings.every, *(f.every or settings.every for f in found.feed)) < 60:
        raise InputError("`every` is 60 seconds or more, `delay` 0 or more, `most` 1 or more", str(path))
    return found


def read_feed(data: bytes, url: str, content_type: str | None = None) -> tuple[Item, ...]:
    """The items of an RSS or Atom document, the first 500; items without an address are left out.

    A document that breaks off gives the items before the break. Raises InputError where it is no feed.
    """
    import feedparser

    # A stream, since feedparser would take bytes or text for the name of a file to open.
    headers = {"content-type": content_type} if content_type else {}
    found = feedparser.parse(io.BytesIO(data), response_headers=headers)
    if not found.entries and (not found.get("version") or found.get("bozo")):
        why = " ".join(str(found.get("bozo_exception") or "no RSS or Atom element").split())[:120]
        raise InputError(f"not a feed ({why})", url)
    items = (_item(entry, url) for entry in found.entries[:MAX_ITEMS])
    return tuple({i.id: i for i in items if i is not None}.values())


def _item(entry: FeedParserDict, url: str) -> Item | None:
    link = str(entry.get("link") or "").strip()
    try:
        parse_address(link)
    except InputError:
        return None
    contents = [str(c.get("value") or "") for c in entry.get("content") or ()]
    text = max([*contents, str(entry.get("summary") or "")], key=len)
    date = _date(str(entry.get("published") or entry.get("created") or ""), site(link).zone or site(url).zone)
    title = _plain(str(entry.get("title") or "")).strip()
    return Item(
        id=str(entry.get("id") or link)[:500], link=link, title=title or None, text=_plain(text),
        published=date.value, reason=date.reason,
    )  # fmt: skip


def _date(stated: str, zone: str | None) -> Published:
    if not stated.strip():
        return Published(None, "not-stated")
    value = read_stamp(stated, zone)
    return Published(value, None if value else "not-readable")


def _plain(markup: str) -> str:
    """The text of a piece of HTML, a line a block."""
    if "<" not in markup and "&" not in markup:
        return markup
    import lxml.html

    try:
        tree = lxml.html.fragment_fromstring(markup, create_parent="div")
    except (lxml.etree.ParserError, lxml.etree.XMLSyntaxError, ValueError):
        return ""
    for element in tree.iter("p", "br", "div", "li"):
        element.tail = "\n" + (element.tail or "").translate(NO_MARKUP)
    lines = (" ".join(line.split(" ")).strip() for line in tree.text_content().splitlines())
    return "\n".join(line for line in lines if line)
