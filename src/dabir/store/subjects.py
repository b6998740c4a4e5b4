"""Subjects of negotiations and disputes: which words name them, and which round of talks a text says it was."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from msgspec import Struct

from dabir.model import Name
from dabir.resources import toml
from dabir.store.words import indexed, terms
from dabir.text.keys import key

DATA = "store/tracks.toml"


class Subject(Struct, frozen=True):
    """A matter that states negotiate about."""

    id: str
    name: Name
    words: tuple[str, ...]


@cache
def subjects() -> Mapping[str, Subject]:
    """All subjects of the table, by id, their words as the index has them."""
    rows = toml(DATA)["subject"]
    return MappingProxyType({
        r["id"]: Subject(r["id"], Name(r["fa"], r["en"]), tuple(" ".join(terms(key(w))) for w in r["words"])) for r in rows
    })  # fmt: skip


@cache
def _pattern() -> re.Pattern[str]:
    words = {w for s in subjects().values() for w in s.words}
    return re.compile(f" (?={'|'.join(sorted((f'({re.escape(w)}) ' for w in words), key=len, reverse=True))})")


@cache
def _of_word() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for s in subjects().values():
        for w in s.words:
            found[w] = (*found.get(w, ()), s.id)
    return MappingProxyType(found)


def named(text: str) -> tuple[str, ...]:
    """The subjects whose words stand in a text, in the table's order."""
    words = f" {indexed(text)} "
    hits = {g for m in _pattern().finditer(words) for g in m.groups() if g}
    found = {subject for hit in hits for subject in _of_word()[hit]}
    return tuple(s for s in subjects() if s in found)


@cache
def _ordinal() -> re.Pattern[str]:
    numbers = {key(word): n for word, n in toml(DATA)["ordinals"].items()}
    return re.compile(rf"(?<!\w){key('دور')} ({'|'.join(numbers)})(?!\w)")


def stated_number(text: str) -> int | None:
    """The number of a round where the words say it («دور دوم مذاکرات»), else null."""
    m = _ordinal().search(key(text))
    return {key(word): int(n) for word, n in toml(DATA)["ordinals"].items()}[m[1]] if m else None
