"""When a page was published: what the page itself states, in order of trust; else null with the reason.

The order and the words are in data/ingest/pages.toml. Visible dates are read by the temporal tagger, so Jalali, Gregorian and
Hijri dates count in every form that it knows. Nothing is taken from a bare date at the head of a page, which is today's on
many sites, nor from the time of a change.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from msgspec import Struct

from dabir.errors import InputError
from dabir.ingest.dates import publication_date
from dabir.model import NoDate
from dabir.resources import table, toml
from dabir.text.clean import outline
from dabir.text.keys import key
from dabir.times.find import find_times

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_YEARS = range(1990, 2100)
_FIGURES = re.compile(r"\d{4}-\d\d-\d\d([Tt ][\d:.]+ ?([Zz]|[+-][\d:]+)?)?")
_LONGEST = 160  # characters of an element that is a date and not a sentence with one
_NOT_LETTERS = re.compile(r"[^a-z]+")
_ELSEWHERE = frozenset({"header", "nav", "footer", "aside"})
_LISTED = frozenset({"li", "ul", "ol", "table"})


class Published(Struct, frozen=True):
    """A publication date, ISO (date, or date-time with its offset where that is known), or why there is none."""

    value: str | None
    reason: NoDate | None = None


class Site(Struct, frozen=True):
    """What the address of a page says: the outlet's name in the knowledge base and the zone it lives in."""

    outlet: str | None = None
    zone: str | None = None


@cache
def _domains() -> MappingProxyType[str, tuple[str, str]]:
    return MappingProxyType({r["domain"]: (r["fa"], r["state"]) for r in table("kb/outlets.tsv") if r["domain"]})


def site(url: str | None) -> Site:
    """The outlet and zone of an address; subdomains belong to their domain. Both null where nothing is known."""
    try:
        host = (urlsplit(url or "").hostname or "").removeprefix("www.")
    except ValueError:
        return Site()
    zones = toml("ingest/pages.toml")["zones"]
    parts = host.split(".")
    for first in range(len(parts) - 1):
        if known := _domains().get(".".join(parts[first:])):
            return Site(known[0], zones["states"].get(known[1]) or zones["domains"].get(parts[-1]))
    return Site(None, zones["domains"].get(parts[-1]))


def read_stamp(given: str, zone: str | None) -> str | None:
    """The ISO date or date-time of what a page or feed states; null where it is no date from 1990 to 2099.

    In: ISO, RFC 2822 or words of any calendar. A time without an offset, or in UTC, becomes local where `zone` (IANA) is
    known: «امروز» in a text is its outlet's day.
    """
    text = given.strip()[:_LONGEST]
    if not text:
        return None
    value = _iso(text) if _FIGURES.fullmatch(text) else _rfc2822(text) or _worded(text)
    if value is None or int(value[:4]) not in _YEARS:
        return None
    return _local(value, zone)


def _iso(text: str) -> str | None:
    try:
        return publication_date(text)
    except InputError:
        return None


def _rfc2822(text: str) -> str | None:
    try:
        return parsedate_to_datetime(text).isoformat() if text.isascii() else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _worded(text: str) -> str | None:
    """The first whole date of the text, with the clock that stands beside it."""
    for time in find_times(outline(text), None):
        if time.value and re.match(r"\d{4}-\d\d-\d\d(T\d\d:\d\d|$)", time.value):
            return time.value[:16]
    return None


def _local(value: str, zone: str | None) -> str:
    if "T" not in value or zone is None:
        return value
    stamp = datetime.fromisoformat(value)
    offset = stamp.utcoffset()
    if offset is None:
        return stamp.replace(tzinfo=ZoneInfo(zone)).isoformat()
    return stamp.isoformat() if offset else stamp.astimezone(ZoneInfo(zone)).isoformat()


def find_published(page: HtmlElement, zone: str | None) -> Published:
    """When the page says that it was published."""
    stated = False
    for text in _stated(page):
        stated = True
        value = read_stamp(text, zone)
        if value is None:
            continue
        shown = next((v for v in (read_stamp(t, zone) for t in _labelled(page)) if v), None)
        return Published(_as_shown(text, value, shown) if shown else value)
    for text in (*_labelled(page), *_marked(page)):
        value = read_stamp(text, zone)
        if value is not None:
            return Published(value)
    return Published(None, "not-readable" if stated else "not-stated")


def _as_shown(text: str, value: str, shown: str) -> str:
    """`value`, or the visible date where it says more: a clock, or that a stamp in «UTC» is the local clock so labelled."""
    if "T" not in value:
        return shown if shown[:10] == value else value
    utc = re.sub(r"[Zz]$|[+-]00:?00$", "", text.strip())
    if utc != text.strip() and "T" in shown and utc.replace(" ", "T")[:16] == shown[:16]:
        return shown
    return value


def _stated(page: HtmlElement) -> Iterator[str]:
    """Dates of the page's metadata, as they stand, the most trusted first."""
    words = toml("ingest/pages.toml")["dates"]
    objects = tuple(_json_ld(page))
    for name in words["json_ld"]:
        yield from (o[name] for o in objects if isinstance(o.get(name), str) and o[name].strip())
    metas: dict[str, str] = {}
    for meta in page.iter("meta"):
        name = (meta.get("property") or meta.get("name") or meta.get("itemprop") or "").strip().lower()
        if name and (meta.get("content") or "").strip():
            metas.setdefault(name, meta.get("content"))
    yield from (metas[name.lower()] for name in words["meta"] if name.lower() in metas)
    for element in page.iter():
        if isinstance(element.tag, str) and element.tag != "meta" and (element.get("itemprop") or "") == "datePublished":
            yield element.get("content") or element.get("datetime") or element.text_content()


def _json_ld(page: HtmlElement) -> Iterator[dict[str, Any]]:
    """The objects of the page's JSON-LD that are the article; broken scripts are passed over."""
    types = set(toml("ingest/pages.toml")["dates"]["json_ld_types"])
    for script in page.iter("script"):
        if (script.get("type") or "").strip().lower() != "application/ld+json":
            continue
        try:
            waiting = [json.loads(script.text or "", strict=False)]
        except (ValueError, RecursionError):
            continue
        while waiting:
            item = waiting.pop(0)
            if isinstance(item, list):
                waiting.extend(item)
            elif isinstance(item, dict):
                waiting.extend(item[k] for k in ("@graph", "mainEntity") if k in item)
                kinds = item.get("@type")
                if types & set(kinds if isinstance(kinds, list) and all(isinstance(k, str) for k in kinds) else [str(kinds)]):
                    yield item


def _labelled(page: HtmlElement) -> Iterator[str]:
    """Short visible texts that a label such as «تاریخ انتشار» opens."""
    labels = tuple(sorted((key(w) for w in toml("ingest/pages.toml")["dates"]["labels"]), key=len, reverse=True))
    for element in page.iter():
        if not isinstance(element.tag, str) or element.tag in ("script", "style", "title"):
            continue
        opening = key((element.text or "").strip()[:_LONGEST])
        if not opening.startswith(labels) or _away(element):
            continue
        own = " ".join(element.text_content().split())
        beside = " ".join((element.tail or "").split())
        after = element.getnext()
        for text in (own, beside, " ".join(after.text_content().split()) if after is not None else ""):
            if text and len(text) <= _LONGEST and any(c.isdigit() for c in text):
                yield text
                break


def _marked(page: HtmlElement) -> Iterator[str]:
    """Short visible texts in elements that are marked as a date, outside of page heads and of lists of other news."""
    classes = set(toml("ingest/pages.toml")["dates"]["classes"])
    for element in page.iter():
        if not isinstance(element.tag, str) or _away(element):
            continue
        marks = set(_NOT_LETTERS.split(f"{element.get('class') or ''} {element.get('id') or ''}".lower()))
        if element.tag != "time" and not marks & classes:
            continue
        text = element.get("datetime") or " ".join(element.text_content().split())
        if len(text) <= _LONGEST and any(c.isdigit() for c in text) and not element.xpath("ancestor-or-self::a"):
            yield text


def _away(element: HtmlElement) -> bool:
    """Whether the element stands in a page's head, foot or margin (an article's own head is the article's)."""
    above = [a.tag for a in element.iterancestors()]
    return bool(_ELSEWHERE & set(above)) and "article" not in above and "main" not in above
