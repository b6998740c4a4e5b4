"""Times of a text: parts that rules match are joined into expressions and resolved in text order."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from datetime import date, datetime

from dabir.errors import InputError
from dabir.model import Calendar, Kind, Span, Time
from dabir.text.keys import key
from dabir.text.types import Text
from dabir.times import calendars, discourse, grammar
from dabir.times.context import Context, Value
from dabir.times.join import join
from dabir.times.meaning import LOCAL, Part

_LETTERS = re.compile(r"[\W_]+")
_REPEATED = 20  # letters of a sentence that count as a repetition


def find_times(text: Text, published: date | datetime | None, repeats: bool = True) -> tuple[Time, ...]:
    """Every expression of time in `text`, in order, with ids t1, t2 ...

    `published` resolves relative expressions; None leaves them without a value, with the reason. Without `repeats`, a
    sentence that was there before (a headline that opens the body) is passed over.
    """
    day = published.date() if isinstance(published, datetime) else published
    groups = discourse.dated_once(join(text.key, _visible(text, grammar.match(text.key), repeats), day))
    base = Context(day, discourse.source_calendar(groups), hint=None if day else discourse.first_dated(groups))
    values = discourse.resolve_all(text.key, [start for start, _ in text.sentences], groups, base)
    return tuple(_time(text, i, g, v) for i, (g, v) in enumerate(zip(groups, values, strict=True)))


def _visible(text: Text, parts: list[Part], repeats: bool) -> list[Part]:
    """Parts outside boilerplate and, without `repeats`, outside sentences that repeat an earlier one."""
    seen: set[str] = set()
    repeated: list[tuple[int, int]] = []
    for start, end in () if repeats else text.sentences:
        words = _LETTERS.sub("", text.key[start:end])
        if len(words) >= _REPEATED and words in seen:
            repeated.append((start, end))
        seen.add(words)
    hidden = sorted((b.start, b.end) for b in text.boilerplate)
    return [p for p in parts if not _inside_any(hidden, text.starts[p.start]) and not _inside_any(repeated, p.start)]


def _inside_any(ranges: list[tuple[int, int]], at: int) -> bool:
    """Whether `at` lies in one of the ranges (sorted, apart from each other)."""
    i = bisect_right(ranges, at, key=lambda r: r[0])
    return i > 0 and at < ranges[i - 1][1]


def _time(text: Text, index: int, group: Part, value: Value) -> Time:
    span, m = _whole(text, group.start, group.end), group.meaning
    kind: Kind = "time" if m.part or m.hour is not None else m.kind
    if m.form == "ago" and value.value and value.days is None:
        kind = "duration"
    return Time(
        id=f"t{index + 1}", start=span.start, end=span.end, text=span.text, kind=kind, value=value.value,
        begin=value.begin, until=value.until, calendar=value.calendar,
        zone=value.zone or (None if m.zone == LOCAL else m.zone),
        approximate=m.approximate, anchor=value.anchor, rule=group.rule, reason=value.reason,
    )  # fmt: skip


def _whole(text: Text, start: int, end: int) -> Span:
    """The span of a key range, with the vowel signs that follow its last letter («اخیراً»)."""
    span, stop = text.span(start, end), text.ends[end - 1]
    while stop < len(text.original) and unicodedata.category(text.original[stop]) == "Mn":
        stop += 1
    return span if stop == span.end else Span(span.start, stop, text.original[span.start : stop])


def parse_date(words: str) -> date:
    """The day that `words` name.

    ISO `2025-02-28` (a time may follow) or Jalali `1403-12-10`, `۱۴۰۳/۱۲/۱۰`, `۱۰ اسفند ۱۴۰۳`.

    Raises InputError where the words name no day, or one that does not exist.
    """
    plain = key(words).strip()
    if m := re.match(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[t ]\d|$)", plain):
        year, month, day = map(int, m.groups())
        calendar: Calendar = "jalali" if 1200 <= year < 1600 else "gregorian"
    else:
        parts = [p.meaning for p in grammar.match(plain) if p.meaning.form == "day" and p.meaning.month]
        if len(parts) != 1 or parts[0].year is None or parts[0].day2 or parts[0].day is None:
            raise InputError(f"{words!r} is no date; write 2025-02-28, 1403-12-10 or ۱۰ اسفند ۱۴۰۳")
        year, month, day = parts[0].year, parts[0].month or 1, parts[0].day
        calendar = parts[0].calendar or "gregorian"
    try:
        return calendars.to_date(calendar, year, month, day)
    except ValueError:
        raise InputError(f"{words!r} is a date that does not exist in the {calendar} calendar") from None
