"""From meanings to values: days and clock times, against publication and what the article said before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from dabir.times import calendars, stretches
from dabir.times.calendars import DAY, Interval
from dabir.times.context import (
    NO_ANCHOR,
    NO_DATE,
    NO_DAY,
    NO_PLACE,
    PUBLISHED,
    Anchor,
    Context,
    Value,
    nearest,
    nothing,
    stretch,
)
from dabir.times.lengths import amount
from dabir.times.meaning import LOCAL, Meaning

_SMALL_HOURS = 5
Found = tuple[Interval, str | None]


def resolve(meaning: Meaning, context: Context) -> Value:
    """The value of what an expression says, in its context."""
    try:
        return _FORMS[meaning.form](meaning, context)
    except (ValueError, OverflowError):
        return nothing(NO_DAY)


def _fixed(meaning: Meaning, context: Context) -> Value:
    """A value ready from the words; a length up to publication or from it («سه روز گذشته») has bounds as well."""
    if context.published is None or meaning.count is None or meaning.when not in ("past", "next"):
        return Value(meaning.value)
    here = context.published
    days = {"week": 7, "day": 1}.get(meaning.unit or "")
    if days:
        there = here + DAY * days * meaning.count * (1 if meaning.when == "next" else -1)
    else:
        months = meaning.count * (12 if meaning.unit == "year" else 1) * (1 if meaning.when == "next" else -1)
        there = calendars.same_day(here, months)
    begin, until = sorted((here, there))
    return Value(meaning.value, begin.isoformat(), until.isoformat(), anchor=PUBLISHED)


def _days(meaning: Meaning, year: int, month: int) -> Interval:
    calendar = meaning.calendar or "gregorian"
    day = meaning.day or 1
    if day < 0:
        last = calendars.last_weekday(calendars.month(calendar, year, month), (-day - 1))
        return last, last + DAY
    first = calendars.to_date(calendar, year, month, day)
    last = calendars.to_date(calendar, year, month, meaning.day2) if meaning.day2 else first
    return first, last + DAY


def _dated(meaning: Meaning, context: Context) -> Found | None:
    """Day and month, with or without a year."""
    month = meaning.month or 1
    if meaning.year is not None:
        return _days(meaning, meaning.year, month), None
    base = stretches.base_of(meaning, context)
    if base is None:
        return None
    options = stretches.in_years(meaning, base[0], meaning.calendar or "gregorian", lambda y: _days(meaning, y, month))
    if meaning.weekday is not None:
        matching = [o for o in options if o[0].weekday() == meaning.weekday and abs((o[0] - base[0]).days) < 400]
        options = matching or options
    return nearest(options, base[0], stretches.direction(meaning), context.tense), base[1]


def _nearest_weekday(day: date, weekday: int) -> date:
    """The `weekday` nearest to `day` (at most three days off)."""
    off = (weekday - day.weekday()) % 7
    return day + DAY * (off if off <= 3 else off - 7)


def _weekday(meaning: Meaning, context: Context) -> Found | None:
    if not context.published or meaning.weekday is None:
        return None
    published, weekday = context.published, meaning.weekday
    if meaning.when_unit == "week":
        shift = {"past": -1, "next": 1}.get(meaning.when or "", 0)
        monday = calendars.week(published, shift)[0]
        day = monday + DAY * (weekday if weekday < 5 else weekday - 7)
    elif meaning.when == "past":
        day = published - DAY * (((published.weekday() - weekday) % 7) or 7)
    elif meaning.when == "next" or context.tense == "future":
        ahead = (weekday - published.weekday()) % 7
        if meaning.when is None and ahead >= 5:  # «روز جمعه» on a Saturday is yesterday, whatever the verb says
            ahead -= 7
        day = published + DAY * (ahead or (7 if meaning.when else 0))
    else:
        day = published - DAY * ((published.weekday() - weekday) % 7)
    last = day
    if meaning.weekday2 is not None:
        last = day + DAY * ((meaning.weekday2 - weekday) % 7)
    return (day, last + DAY), PUBLISHED


def _day(meaning: Meaning, context: Context) -> Value:
    found: Found | None
    missing = NO_DATE
    if meaning.month is not None:
        found = _dated(meaning, context)
    elif meaning.day is not None:
        found = _in_month(meaning, context)
    elif meaning.shift is not None:
        found = _shifted(meaning, context)
    elif meaning.count is not None:
        found, missing = _from(context.day, meaning.count), NO_ANCHOR
    else:
        found = _weekday(meaning, context)
    if found is None:
        return nothing(NO_ANCHOR if meaning.anchored else missing)
    (begin, end), anchor = found
    if meaning.weekday is not None and meaning.weekday2 is None and end == begin + DAY:
        begin = _nearest_weekday(begin, meaning.weekday)
    if meaning.eve and end <= begin + DAY:
        begin -= DAY
    if meaning.hour is not None and meaning.hour < _SMALL_HOURS and meaning.part == "TNI" and meaning.weekday is not None:
        begin += DAY  # one o'clock of «پنجشنبه شب» is on Friday
    if end <= begin + 2 * DAY and meaning.day2 is None and meaning.weekday2 is None:
        end = begin + DAY
    if meaning.hour is not None and end == begin + DAY:
        return _timed(begin, meaning, anchor)
    value = stretch((begin, end), meaning.calendar, anchor)
    if meaning.part and end == begin + DAY:
        zone = None if meaning.zone == LOCAL else meaning.zone
        return Value(
            f"{value.value}{meaning.part}", value.begin, value.until, value.calendar, zone, anchor, None, value.days
        )
    return value


def _timed(day: date, meaning: Meaning, anchor: str | None) -> Value:
    if meaning.zone == LOCAL:
        return Value(None, day.isoformat(), (day + DAY).isoformat(), meaning.calendar, None, anchor, NO_PLACE, (day, day + DAY))
    hour = meaning.hour or 0  # 24 o'clock is the next day's midnight
    moment = datetime(day.year, day.month, day.day, hour % 24, meaning.minute or 0) + timedelta(days=hour // 24)
    if meaning.zone:
        moment = moment.replace(tzinfo=ZoneInfo(meaning.zone))
    text = moment.isoformat(timespec="minutes")
    until = (moment + timedelta(minutes=1)).isoformat(timespec="minutes")
    return Value(text, text, until, meaning.calendar, meaning.zone, anchor, None, (day, day + DAY))


def _in_month(meaning: Meaning, context: Context) -> Found | None:
    """A day of this, last or next month, or of the month stated before."""
    if meaning.anchored:
        if context.last is None:
            return None
        base, anchor = context.last.begin, context.last.id
        calendar = meaning.calendar or context.last.calendar or "gregorian"
    elif context.base is None:
        return None
    else:
        base, anchor = context.base
        calendar = meaning.calendar or context.source or "gregorian"
    year, month, _ = calendars.from_date(calendar, base)
    month += {"past": -1, "next": 1}.get(meaning.when or "", 0)
    first = calendars.month(calendar, year, month)[0]
    begin = first + DAY * ((meaning.day or 1) - 1)
    last = first + DAY * ((meaning.day2 or meaning.day or 1) - 1)
    return (begin, last + DAY), anchor


def _shifted(meaning: Meaning, context: Context) -> Found | None:
    if not context.published:
        return None
    day = context.published + DAY * (meaning.shift or 0)
    return (day, day + DAY), PUBLISHED


def _from(anchor: Anchor | None, days: int) -> Found | None:
    """The day that lies `days` after a stated one."""
    if anchor is None or anchor.day is None:
        return None
    day = anchor.day + DAY * days
    return (day, day + DAY), anchor.id


def _anchor(meaning: Meaning, context: Context) -> Value:
    found = _from(context.day, meaning.count or 0)
    return stretch(found[0], None, found[1]) if found else nothing(NO_ANCHOR)


def _clock(meaning: Meaning, context: Context) -> Value:
    stated = context.sentence or context.day
    if stated and stated.day:
        return _timed(stated.day, meaning, stated.id)
    return _timed(context.published, meaning, PUBLISHED) if context.published else nothing(NO_DATE)


def _ago(meaning: Meaning, context: Context) -> Value:
    """A number of units back or ahead: from publication, from what was said before, or from an event."""
    stated = None
    if meaning.anchored or meaning.loose:
        stated = context.day if meaning.unit in ("day", "week", "hour") else context.last
    if stated is None and (meaning.event is not None or meaning.loose):
        # «یک روز پس از حمله», «۶۰ روز بعد»: how long is said, from when is not.
        return Value(amount(abs(meaning.count or 0), meaning.unit or "day"))
    if stated is None and meaning.anchored:
        return nothing(NO_ANCHOR)
    if stated is not None:
        value = stretches.counted(meaning, stated.begin, stated.calendar, stated.id)
        if meaning.event is None or abs(meaning.count or 0) < 2:
            return value
        # «هشت روز پس از حمله» is said as a length; its day stands in the bounds.
        return Value(amount(abs(meaning.count or 0), meaning.unit or "day"), value.begin, value.until, None, None, value.anchor)
    if context.published is None:
        return nothing(NO_DATE)
    return stretches.counted(meaning, context.published, None, PUBLISHED)


_FORMS: Mapping[str, Callable[[Meaning, Context], Value]] = MappingProxyType({
    "day": _day, "clock": _clock, "ago": _ago, "anchor": _anchor, "fixed": _fixed, **stretches.FORMS,
})  # fmt: skip
