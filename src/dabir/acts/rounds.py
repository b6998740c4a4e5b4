"""Rounds of a series of talks: the next one, the last one, the fourth (data/acts/rounds.toml)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

import msgspec
from msgspec import Struct

from dabir.acts.frames import Trigger
from dabir.acts.patterns import parse
from dabir.acts.setting import Setting
from dabir.errors import DataError
from dabir.resources import toml
from dabir.text.keys import key

DATA = "acts/rounds.toml"
NEXT, LAST = -1, -2
BEFORE, BEHIND = 14, 24  # characters around a trigger in which its round may be named


class Rounds(Struct, frozen=True, forbid_unknown_fields=True):
    """The words for the next, the last and a numbered round, the acts that have rounds, and sentences with what they hold."""

    acts: tuple[str, ...]
    next: tuple[str, ...]
    last: tuple[str, ...]
    number: tuple[str, ...]
    ordinals: tuple[tuple[str, ...], ...]
    examples: Mapping[str, int]


@cache
def round_table() -> Rounds:
    """The table. Raises DataError where it is malformed."""
    try:
        return msgspec.convert(dict(toml(DATA)), Rounds)
    except msgspec.ValidationError as error:
        raise DataError(str(error), DATA) from None


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    t = round_table()
    rows = {"next": t.next, "last": t.last, "number": t.number}
    return MappingProxyType({name: re.compile("|".join(parse(p, DATA).regex for p in patterns)) for name, patterns in rows.items()})


def round_in(words: str) -> int | None:
    """The round that words of a key name: its number, NEXT, LAST, or None."""
    if _patterns()["next"].search(words):
        return NEXT
    if _patterns()["last"].search(words):
        return LAST
    m = _patterns()["number"].search(words)
    return _ordinal(m.group()) if m else None


def _ordinal(words: str) -> int | None:
    rows = enumerate(round_table().ordinals, 1)
    found = [n for n, row in rows for w in row if re.search(rf"(?<!\w){key(w)}(?:ین)?(?!\w)", words)]
    return found[-1] if found else None


def round_of(s: Setting, t: Trigger) -> int | None:
    """The round that a trigger tells of, where its own words or those beside it in the sentence name one."""
    if t.act not in round_table().acts:
        return None
    low, high = s.text.sentences[s.sentence(t.start)]
    before = s.text.key[max(low, t.start - BEFORE) : t.start]
    cut = max(before.rfind(mark) for mark in "،.:؛\n") + 1
    return round_in(before[cut:] + s.text.key[t.start : t.end]) or round_in(s.text.key[t.start : min(high, t.end + BEHIND)])


def same_round(a: int | None, b: int | None) -> bool:
    """Whether two tellings may be of one round: the same, or one that names no round and one that gives a number."""
    return a == b or (None in (a, b) and max(a or 0, b or 0) > 0)
