"""Small words that productions share, as data/times/words.tsv lists them: what points back or ahead, what cuts a stretch,
which calendar, how many."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import cast

from dabir import resources
from dabir.model import Calendar
from dabir.times import lexicon
from dabir.times.meaning import Edge, When

Groups = Mapping[str, str | None]


@cache
def _patterns(kind: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    rows = resources.table("times/words.tsv")
    return tuple((r["value"], re.compile(lexicon.spell(r["pattern"]))) for r in rows if r["kind"] == kind)


def said(kind: str, words: str | None) -> str | None:
    """What `words` say of a kind (`when`, `edge`, `era`, `unit`, `shift`, `season`, `bound`, `often`); None for nothing."""
    return next((value for value, pattern in _patterns(kind) if pattern.search(words)), None) if words else None


def when(words: str | None) -> When | None:
    """Whether a modifier points back, ahead or to the present; None for no words."""
    return cast(When, said("when", words) or "this") if words else None


def edge(words: str | None) -> Edge | None:
    """The part of a stretch that words cut out of it; None for none, and for «ابتدای», which news uses for all of it."""
    return cast(Edge | None, said("edge", words))


def calendar_of(words: str | None) -> Calendar | None:
    """The calendar that an era word names."""
    return cast(Calendar | None, said("era", words))


def unit_of_mod(words: str | None) -> str | None:
    """The unit of a modifier such as «سال گذشته»."""
    return said("unit", words)


def anchored(words: str | None) -> bool:
    """Whether a modifier counts from a time said before («همان سال»)."""
    return words is not None and "همان" in words


def loose(words: str | None) -> bool:
    """Whether a modifier counts from a time said before, where there is one («سال بعد»)."""
    return words is not None and words.startswith("بعد")


def number(words: str | None) -> int | None:
    """The number that words spell; None for no words."""
    return lexicon.number(words) if words else None
