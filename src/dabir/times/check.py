"""Where the times of an article contradict each other or the calendar: reported, never bent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from msgspec.structs import replace

from dabir.model import Check, Message, Span, Time
from dabir.text.keys import key
from dabir.text.types import Text
from dabir.times import grammar, resolve
from dabir.times.context import NO_DAY, Context
from dabir.times.meaning import Meaning

_DAYS_FA = ("دوشنبه", "سه‌شنبه", "چهارشنبه", "پنجشنبه", "جمعه", "شنبه", "یکشنبه")
_DAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_LENGTH = re.compile(r"P(?:(\d+)D|T(?:(\d+)H)?(?:(\d+)M)?)")
_NEAR = 60  # characters between a start and end and their length
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?:[+-]\d\d:\d\d)?")
_SENTENCE = re.compile(r"[.!؟?\n]")
_BETWEEN = 4  # characters between two clocks that stand side by side: « («


def check_times(text: Text, times: tuple[Time, ...], published: date | datetime | None) -> tuple[Check, ...]:
    """Contradictions among `times` (as `find_times` gave them), in text order: a weekday that is not the date's, two
    calendars that name different days, two clocks that name different moments, a start and an end that are not as far apart
    as the length beside them, a day that does not exist."""
    day = published.date() if isinstance(published, datetime) else published
    out: list[Check] = []
    for i, time in enumerate(times):
        if time.reason == NO_DAY:
            out.append(_impossible(time))
            continue
        out.extend(_within(time, day))
        if i and (check := _clocks(text, times[i - 1], time)):
            out.append(check)
        if check := _length(text, times, i):
            out.append(check)
    return tuple(out)


def _span(time: Time) -> Span:
    return Span(time.start, time.end, time.text)


def _impossible(time: Time) -> Check:
    message = Message(
        fa=f"«{time.text}» در تقویم وجود ندارد.", en=f"There is no such day in the calendar: {time.text}."
    )
    return Check("impossible-date", message, (_span(time),), ())


def _within(time: Time, published: date | None) -> Iterator[Check]:
    """Contradictions inside one expression: its weekday against its date, one calendar against the other."""
    if "+" not in time.rule:
        return
    meanings = [p.meaning for p in grammar.match(key(time.text)) if p.meaning.form == "day"]
    dates = [m for m in meanings if m.month is not None and m.day is not None and m.day2 is None]
    weekday = next((m.weekday for m in meanings if m.weekday is not None and m.weekday2 is None), None)
    days = [d for m in dates if (d := _day(m, time, published))]
    if not days and weekday is not None and published:
        shifts = [m for m in meanings if m.shift is not None]
        days = [d for m in shifts if (d := _day(m, time, published))]
    if len(days) == 2 and days[0] != days[1] and dates[0].calendar != dates[1].calendar:
        yield _calendars(time, days[0], days[1])
    if weekday is not None and days and days[0].weekday() != weekday:
        yield _weekday(time, days[0], weekday)


def _day(meaning: Meaning, time: Time, published: date | None) -> date | None:
    """The day that one part names by itself, in the year that the whole expression was given."""
    base = published
    if meaning.month is not None and time.begin:
        base = date.fromisoformat(time.begin[:10])
    days = resolve.resolve(replace(meaning, weekday=None, when=None), Context(base, "gregorian")).days
    return days[0] if days else None


def _weekday(time: Time, day: date, weekday: int) -> Check:
    message = Message(
        fa=f"«{time.text}»: {day.isoformat()} {_DAYS_FA[day.weekday()]} است، نه {_DAYS_FA[weekday]}.",
        en=f"{time.text}: {day.isoformat()} is a {_DAYS_EN[day.weekday()]}, not a {_DAYS_EN[weekday]}.",
    )
    return Check("weekday-mismatch", message, (_span(time),), (day.isoformat(), _DAYS_EN[weekday]))


def _calendars(time: Time, first: date, second: date) -> Check:
    message = Message(
        fa=f"دو تاریخ «{time.text}» یک روز نیستند: {first.isoformat()} و {second.isoformat()}.",
        en=f"The two dates of {time.text} are different days: {first.isoformat()} and {second.isoformat()}.",
    )
    return Check("calendar-mismatch", message, (_span(time),), (first.isoformat(), second.isoformat()))


def _clocks(text: Text, first: Time, second: Time) -> Check | None:
    """Two clocks side by side, each with its zone, that are not the same moment."""
    if not (first.zone and second.zone and first.zone != second.zone and first.value and second.value):
        return None
    between = text.original[first.end : second.start]
    if len(between) > _BETWEEN or "(" not in between + second.text[:1]:
        return None
    a, b = datetime.fromisoformat(first.value), datetime.fromisoformat(second.value)
    if a.tzinfo is None or b.tzinfo is None or (a - b).total_seconds() % 86400 == 0:
        return None
    message = Message(
        fa=f"«{first.text}» و «{second.text}» یک لحظه نیستند.",
        en=f"{first.text} and {second.text} are different moments.",
    )
    return Check("clock-mismatch", message, (_span(first), _span(second)), (first.value, second.value))


def _length(text: Text, times: tuple[Time, ...], i: int) -> Check | None:
    """A length that is not what lies between the start and the end stated beside it, in the same sentence.

    «سفر سه‌روزه از ۵ تا ۷ اسفند» counts both its ends, and either count of days is right.
    """
    stated = times[i]
    match = _LENGTH.fullmatch(stated.value or "")
    if stated.kind != "duration" or match is None or stated.approximate:
        return None
    for j in (i + 1, i - 2, i - 1):
        bounds = _start_and_end(text, times, j)
        if bounds is None or not _beside(text, stated, bounds[2]):
            continue
        begin, end, spans = bounds
        if match[1] and isinstance(begin, date) and not isinstance(begin, datetime):
            days = (end - begin).days
            right = int(match[1]) in (days, days + 1)
        elif not match[1] and isinstance(begin, datetime):
            right = (end - begin) == timedelta(hours=int(match[2] or 0), minutes=int(match[3] or 0))
        else:
            continue
        return None if right else _duration(stated, begin, end, spans)
    return None


def _start_and_end(text: Text, times: tuple[Time, ...], j: int) -> tuple[date, date, tuple[Span, ...]] | None:
    """The first and last day (or moment) of an expression that states both, or of two joined by «تا»."""
    if not 0 <= j < len(times) or times[j].value is None:
        return None
    first = times[j]
    if first.kind == "date" and "/" in (first.value or "") and first.rule.startswith(("date", "day-of-month")):
        begin, end = (date.fromisoformat(x) for x in (first.value or "").split("/"))
        return begin, end - timedelta(1), (_span(first),)
    if j + 1 >= len(times) or text.original[first.end : times[j + 1].start].strip() != "تا":
        return None
    second = times[j + 1]
    a, b = first.value or "", second.value or ""
    if _DAY.fullmatch(a) and _DAY.fullmatch(b):
        return date.fromisoformat(a), date.fromisoformat(b), (_span(first), _span(second))
    if _MOMENT.fullmatch(a) and _MOMENT.fullmatch(b) and ("+" in a) == ("+" in b):
        return datetime.fromisoformat(a), datetime.fromisoformat(b), (_span(first), _span(second))
    return None


def _beside(text: Text, stated: Time, spans: tuple[Span, ...]) -> bool:
    """Whether a length stands near a start and end, in one sentence with them."""
    low, high = min(stated.end, spans[-1].end), max(stated.start, spans[0].start)
    return 0 <= high - low <= _NEAR and not _SENTENCE.search(text.original, low, high)


def _duration(stated: Time, begin: date, end: date, spans: tuple[Span, ...]) -> Check:
    values = (begin.isoformat().removesuffix(":00"), end.isoformat().removesuffix(":00"), stated.value or "")
    message = Message(
        fa=f"از {values[0]} تا {values[1]} با «{stated.text}» نمی‌خواند.",
        en=f"From {values[0]} to {values[1]} is not {stated.text} ({values[2]}).",
    )
    return Check("duration-mismatch", message, (*spans, _span(stated)), values)
