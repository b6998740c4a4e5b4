"""What a format is, and what formats share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from itertools import islice
from types import MappingProxyType
from typing import TypeVar

import msgspec
from msgspec import Struct

from dabir.names.kb import load
from dabir.resources import table
from dabir.store.filters import Filter
from dabir.store.query import EventRow
from dabir.store.store import Store

T = TypeVar("T")
Chunks = Callable[[Store, Filter], Iterator[str | bytes]]
"""The pieces of a file, in order, made as they are asked for."""


class Format(Struct, frozen=True):
    """A format: its name at the shell, the ending of its files, what it holds, what writes it, and the extra that this needs."""

    name: str
    suffix: str
    holds: str
    chunks: Chunks
    extra: str | None = None


class StateCode(Struct, frozen=True):
    """A state's codes in other lists: ISO 3166-1 alpha-2 and the Correlates of War number, null for none."""

    iso2: str | None
    cow: str | None


@cache
def state_codes() -> Mapping[str, StateCode]:
    """The codes of each state, by ISO 3166-1 alpha-3."""
    return MappingProxyType({r["code"]: StateCode(r["iso2"] or None, r["cow"] or None) for r in table("export/states.tsv")})


def name_fa(code: str) -> str:
    """The Persian name of a state or organisation, its code where the tables have none."""
    found = load().entities.get(code)
    return found.fa if found else code


def name_en(code: str) -> str:
    """The English name of a state or organisation, its code where the tables have none."""
    found = load().entities.get(code)
    return found.en if found and found.en else code


def last_day(event: EventRow) -> str | None:
    """The last day of a dated event, null for an undated one or one of a single day."""
    if event.since is None or event.until is None:
        return None
    last = (date.fromisoformat(event.until) - timedelta(1)).isoformat()
    return last if last > event.since else None


def headline(event: EventRow) -> str:
    """An event in a line: who, and the words that report it."""
    who = dict.fromkeys(name_fa(p.state) if p.state else p.who for p in event.parties if p.who)
    return "، ".join(map(str, who)) + f": {event.words}" if who else event.words


def json_list(before: str, items: Iterable[object], after: str) -> Iterator[str]:
    """A JSON document with a long list in it, an item at a time."""
    yield before
    for n, item in enumerate(items):
        yield (",\n" if n else "") + msgspec.json.encode(item).decode()
    yield after


def groups(items: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    """The items, so many at a time."""
    rest = iter(items)
    while found := tuple(islice(rest, size)):
        yield found


def stated(**fields: object) -> dict[str, object]:
    """The fields that have a value."""
    return {k: v for k, v in fields.items() if v not in (None, "", [], ())}
