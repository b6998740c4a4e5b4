"""Small words that productions share: what points back or ahead, what cuts a stretch, which calendar, how many."""

from __future__ import annotations

import re
from collections.abc import Mapping

from dabir.model import Calendar
from dabir.times import lexicon
from dabir.times.meaning import Edge, When

Groups = Mapping[str, str | None]

_PAST = re.compile("گذشته|قبل|پیش(?! رو)|پارسال|گذشت")
_NEXT = re.compile("آینده|آتی|بعد|پیش رو|دیگر|پس")
_EDGES: tuple[tuple[Edge, re.Pattern[str]], ...] = (
    ("first-half", re.compile("نیمه (?:اول|نخست)")),
    ("second-half", re.compile("نیمه (?:دوم|آخر)")),
    ("early", re.compile("اوایل")),
    ("middle", re.compile("اواسط|میانه|نیمه")),
    ("late", re.compile("اواخر")),
    ("start", re.compile("آغاز|شروع")),
    ("end", re.compile("پایان|انتهای|آخر")),
)
_UNITS = (("year", re.compile("سال|امسال")), ("month", re.compile("ماه")), ("week", re.compile("هفته")))
_JALALI = re.compile("شمسی|خورشیدی")


def when(words: str | None) -> When | None:
    """Whether a modifier points back, ahead or to the present."""
    if not words:
        return None
    return "past" if _PAST.search(words) else "next" if _NEXT.search(words) else "this"


def edge(words: str | None) -> Edge | None:
    """The part of a stretch that words cut out of it; None for none, and for «ابتدای», which news uses for all of it."""
    return next((name for name, pattern in _EDGES if words and pattern.search(words)), None)


def anchored(words: str | None) -> bool:
    """Whether a modifier counts from a time said before («همان سال»)."""
    return bool(words) and "همان" in (words or "")


def loose(words: str | None) -> bool:
    """Whether a modifier counts from a time said before, where there is one («سال بعد»)."""
    return bool(words) and (words or "").startswith("بعد")


def number(words: str | None) -> int | None:
    """The number that words spell; None for no words."""
    return lexicon.number(words) if words else None


def calendar_of(words: str | None) -> Calendar | None:
    """The calendar that an era word names."""
    if not words:
        return None
    if "میلادی" in words:
        return "gregorian"
    return "hijri" if "قمری" in words else "jalali" if _JALALI.search(words) else None


def unit_of_mod(words: str | None) -> str | None:
    """The unit of a modifier such as «سال گذشته»."""
    return next((unit for unit, pattern in _UNITS if words and pattern.search(words)), None)
