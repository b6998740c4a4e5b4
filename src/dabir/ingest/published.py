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
from itertools import islice
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
_MOST = 300  # elements looked at, so that a page made of dates costs no more than others
_SLASHED = re.compile(r"\d{1,2}/\d{1,2}/\d{4}")
_LONGEST = 160  # characters of an element that is a date and not a sentence with one
_NOT_LETTERS = re.compile(r"[^a-z]+")
_ELSEWHERE = frozenset({"header", "nav", "footer", "aside"})


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
    if _FIGURES.fullmatch(text):
        value = _iso(text)
    elif _SLASHED.match(text):
        value = _slashed(text)
    else:
        value = _rfc2822(text) or _worded(text)
    if value is None or int(value[:4]) not in _YEARS:
        return None
    return _local(value, zone)


def _iso(text: str) -> str | None:
    try:
        return publication_date(text)
    except InputError:
        return None


def _slashed(text: str) -> str | None:
    """Figures with the year last. With AM or PM they are American, month first; without, whether a day or a month comes
    first is not known."""
    try:
        return datetime.strptime(text, "%m/%d/%Y %I:%M:%S %p").isoformat()
    except ValueError:
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
    for text in _labelled(page):
        value = read_stamp(text, zone)
        if value is not None:
            return Published(value)
    marked = tuple(v for v in (read_stamp(t, zone) for t in _marked(page)) if v)
    if len({v[:10] for v in marked}) == 1:
        return Published(max(marked, key=len) if len({v for v in marked if "T" in v}) <= 1 else marked[0][:10])
    return Published(None, "ambiguous" if marked else "not-readable" if stated else "not-stated")


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
    opened = (e for e in _visible(page) if key((e.text or "").strip()[:_LONGEST]).startswith(labels))
    for element in islice(opened, _MOST):
        if _away(element):
            continue
        after = element.getnext()
        near = (element.text_content(), element.tail or "", after.text_content() if after is not None else "")
        for text in (" ".join(t[: 2 * _LONGEST].split()) for t in near):
            if text and len(text) <= _LONGEST and any(c.isdigit() for c in text):
                yield text
                break


def _marked(page: HtmlElement) -> Iterator[str]:
    """Short visible texts in elements that are marked as a date, outside of page heads, comments and lists of other news."""
    words = toml("ingest/pages.toml")
    classes, aside = set(words["dates"]["classes"]), set(words["aside"]["classes"])
    for element in islice((e for e in _visible(page) if e.tag == "time" or marks(e) & classes), _MOST):
        text = element.get("datetime") or " ".join(element.text_content()[: 2 * _LONGEST].split())
        if len(text) > _LONGEST or not any(c.isdigit() for c in text) or "امروز" in text or _away(element):
            continue
        if not any(a.tag == "a" or marks(a) & aside for a in (element, *element.iterancestors())):
            yield text


def _visible(page: HtmlElement) -> Iterator[HtmlElement]:
    return (e for e in page.iter() if isinstance(e.tag, str) and e.tag not in ("script", "style", "title", "meta"))


def marks(element: HtmlElement) -> set[str]:
    """The words of an element's class and id, parted by anything but letters."""
    return set(_NOT_LETTERS.split(f"{element.get('class') or ''} {element.get('id') or ''}".lower()))


def _away(element: HtmlElement) -> bool:
    """Whether the element stands in a page's head, foot or margin. The head of the article itself is none: it holds the
    headline, or lies in the article."""
    heads = set(toml("ingest/pages.toml")["dates"]["heads"])
    above = tuple(element.iterancestors())
    if any(a.tag in ("article", "main") for a in above):
        return False
    return any((a.tag in _ELSEWHERE or (a.tag != "body" and marks(a) & heads)) and a.find(".//h1") is None for a in above)
