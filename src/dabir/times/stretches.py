"""From meanings to values: months, seasons, years and longer, and units counted back or ahead."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from types import MappingProxyType

from dabir.model import Calendar
from dabir.times import calendars
from dabir.times.calendars import DAY, Interval
from dabir.times.context import NO_ANCHOR, NO_DATE, PUBLISHED, Context, Value, nearest, nothing, stretch
from dabir.times.meaning import Meaning

_SHIFT = MappingProxyType({"past": -1, "next": 1, "this": 0})
_AROUND = (-4, -3, -2, -1, 0, 1, 2)  # years beside the base in which a date without a year is tried


def base_of(meaning: Meaning, context: Context) -> tuple[date, str] | None:
    """The day from which the year that words leave open counts, with the anchor's name."""
    if meaning.anchored:
        return (context.last.begin, context.last.id) if context.last else None
    return context.base


def direction(meaning: Meaning) -> str | None:
    """past or next, where the words say so of the expression itself rather than of its year."""
    return meaning.when if meaning.when_unit is None and meaning.when != "this" else None


def in_years(meaning: Meaning, base: date, calendar: Calendar, build: Callable[[int], Interval]) -> list[Interval]:
    """A stretch without a year built in each that the words allow: the one that they point to, or those around `base`."""
    this = calendars.from_date(calendar, base)[0]
    shifts: tuple[int, ...] = _AROUND
    if meaning.anchored:
        shifts = (0,)
    elif meaning.when_unit == "year" and meaning.when:
        shifts = (_SHIFT[meaning.when],)
    out: list[Interval] = []
    for year in (this + n for n in shifts):
        try:
            out.append(build(year))
        except ValueError:
            continue
    if not out:
        raise ValueError("no such day")
    return out


def _edged(days: Interval, meaning: Meaning, calendar: Calendar) -> Interval:
    """The part of a month that the words cut out of it.

    «اواخر ژوئن» stays 2019-06, since ISO has a word for the month and none for its end; others are stretches anyway.
    """
    soft = meaning.edge in ("early", "middle", "late")
    return days if soft and calendar == "gregorian" else calendars.part(days, meaning.edge, calendar)


def _month(meaning: Meaning, context: Context) -> Value:
    calendar = meaning.calendar or context.source or ("jalali" if meaning.when_unit == "year" else "gregorian")
    number = meaning.month or 1
    count = (meaning.month2 or number) - number + 1
    if meaning.year is not None:
        days = calendars.month(calendar, meaning.year, number, count)
        return stretch(_edged(days, meaning, calendar), calendar)
    base = base_of(meaning, context)
    if base is None:
        return nothing(NO_ANCHOR if meaning.anchored else NO_DATE)
    options = in_years(meaning, base[0], calendar, lambda y: calendars.month(calendar, y, number, count))
    days = nearest(options, base[0], direction(meaning), context.tense)
    return stretch(_edged(days, meaning, calendar), calendar, base[1])


def _season(meaning: Meaning, context: Context) -> Value:
    calendar: Calendar = "gregorian" if meaning.calendar == "gregorian" or (meaning.year or 0) > 1500 else "jalali"
    number = meaning.season or 0
    if meaning.year is not None:
        days = calendars.season(meaning.year, number, calendar)
        return stretch(calendars.part(days, meaning.edge, calendar), calendar)
    base = base_of(meaning, context)
    if base is None:
        return nothing(NO_ANCHOR if meaning.anchored else NO_DATE)
    this = calendars.from_date("jalali", base[0])[0]
    shifts: tuple[int, ...] = (-1, 0, 1)
    if meaning.when_unit == "year":
        shifts = (_SHIFT.get(meaning.when or "", 0),)
    options = [calendars.season(this + n, number) for n in shifts]
    days = nearest(options, base[0], direction(meaning), context.tense)
    return stretch(calendars.part(days, meaning.edge, "jalali"), "jalali", base[1])


def _year(meaning: Meaning, _: Context) -> Value:
    calendar = meaning.calendar or "gregorian"
    first = meaning.year or 1
    days = calendars.years(calendar, first, (meaning.year2 or first) - first + 1)
    return stretch(calendars.part(days, meaning.edge, calendar), calendar)


def _decade(meaning: Meaning, context: Context) -> Value:
    calendar = meaning.calendar or "jalali"
    first = (meaning.year or 0) // 10 * 10
    if meaning.count is not None and context.source == "gregorian":  # «دهه ۹۰» beside Gregorian dates: the nineties
        calendar, first = "gregorian", meaning.count + (1900 if meaning.count > 20 else 2000)
    return stretch(calendars.part(calendars.years(calendar, first, 10), meaning.edge, calendar), calendar)


def _century(meaning: Meaning, _: Context) -> Value:
    calendar = meaning.calendar or "gregorian"
    first = ((meaning.count or 1) - 1) * 100 + 1
    return stretch(calendars.part(calendars.years(calendar, first, 100), meaning.edge, calendar), calendar)


# How far from publication a stretch said before must lie for «سال بعد» and the like to count from it.
_FAR = MappingProxyType({"week": 10, "month": 40, "year": 200})


def _counting_from(meaning: Meaning, context: Context) -> tuple[date, str] | None:
    """What «همان سال» (always) and «سال بعد» (where there is one, and it is not about now) count from."""
    last = context.last
    if meaning.anchored:
        return (last.begin, last.id) if last else None
    if meaning.loose and last and context.published:
        far = abs((last.begin - context.published).days) > _FAR.get(meaning.unit or "", 0)
        if far and last.begin < context.published:
            return last.begin, last.id
    return (context.published, PUBLISHED) if context.published else None


def _relative(meaning: Meaning, context: Context) -> Value:
    base = _counting_from(meaning, context)
    if base is None:
        return nothing(NO_ANCHOR if meaning.anchored else NO_DATE)
    (day, anchor), shift = base, _SHIFT.get(meaning.when or "", 0)
    calendar = meaning.calendar or context.source or ("gregorian" if meaning.unit == "month" else "jalali")
    if anchor != PUBLISHED and context.last and context.last.calendar:
        calendar = meaning.calendar or context.last.calendar
    if meaning.unit == "week":
        week = calendars.week(day, shift)
        return stretch(week, None, anchor, calendars.iso_week(week))
    if meaning.unit == "weekend":
        return stretch(calendars.weekend(day, shift, context.source != "jalali"), None, anchor)
    if meaning.unit == "month":
        year, number, _ = calendars.from_date(calendar, day)
        days = calendars.month(calendar, year, number + shift)
        return stretch(calendars.part(days, meaning.edge, calendar), calendar, anchor)
    if meaning.unit in ("decade", "century"):
        return Value({-1: "PAST", 0: "PRESENT", 1: "FUTURE"}[shift])
    year = calendars.from_date(calendar, day)[0] + shift
    return stretch(calendars.part(calendars.years(calendar, year), meaning.edge, calendar), calendar, anchor)


def counted(meaning: Meaning, day: date, calendar: Calendar | None, anchor: str) -> Value:
    """`meaning.count` units from `day`: a day for days and weeks, the month or year for months and years."""
    n = meaning.count or 0
    if meaning.unit in ("day", "week"):
        day += timedelta(days=n * (7 if meaning.unit == "week" else 1))
        return stretch((day, day + DAY), None, anchor)
    if meaning.unit == "month":
        calendar = calendar or "gregorian"
        year, number, _ = calendars.from_date(calendar, day)
        return stretch(calendars.month(calendar, year, number + n), calendar, anchor)
    if meaning.unit == "year":
        calendar = calendar or "gregorian"
        return stretch(calendars.years(calendar, calendars.from_date(calendar, day)[0] + n), calendar, anchor)
    return stretch((day, day + DAY), None, anchor)


FORMS: Mapping[str, Callable[[Meaning, Context], Value]] = MappingProxyType({
    "month": _month, "season": _season, "year": _year, "decade": _decade, "century": _century, "relative": _relative,
})  # fmt: skip
