"""Where the times of an article contradict each other or the calendar."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from msgspec.structs import replace

from dabir.model import Check, Message, Span, Time
from dabir.text.keys import key
from dabir.text.types import Text
from dabir.times import grammar, resolve
from dabir.times.context import NO_DAY, Context
from dabir.times.meaning import Meaning

_DAYS_FA = ("دوشنبه", "سه‌شنبه", "چهارشنبه", "پنجشنبه", "جمعه", "شنبه", "یکشنبه")
_DAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_BETWEEN = 4  # characters between two clocks that stand side by side: « («


def check_times(text: Text, times: tuple[Time, ...], published: date | datetime | None) -> tuple[Check, ...]:
    """Contradictions among `times` (as `find_times` gave them), in text order: a weekday that is not the date's, two
    calendars that name different days, two clocks that name different moments, a day that does not exist."""
    day = published.date() if isinstance(published, datetime) else published
    out: list[Check] = []
    for i, time in enumerate(times):
        if time.reason == NO_DAY:
            out.append(_impossible(time))
            continue
        out.extend(_within(time, day))
        if i and (check := _clocks(text, times[i - 1], time)):
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
