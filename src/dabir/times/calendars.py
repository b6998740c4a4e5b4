"""Three calendars as one: days, months, years and seasons to Gregorian days, and back."""

from __future__ import annotations

from datetime import date, timedelta

from hijridate import Gregorian, Hijri
from persiantools.jdatetime import JalaliDate

from dabir.model import Calendar

DAY = timedelta(1)
Interval = tuple[date, date]

# Umm al-Qura tables end here; outside them the arithmetic (tabular) calendar stands in, right within a day or two.
_HIJRI_FIRST, _HIJRI_LAST = 1343, 1500
_LONG = 200  # days; shorter stretches are months or seasons
_HIJRI_EPOCH = 227014  # ordinal of the day that the arithmetic calendar counts from


def to_date(calendar: Calendar, year: int, month: int, day: int) -> date:
    """The Gregorian day of a date in `calendar`. Raises ValueError where there is no such day."""
    if calendar == "gregorian":
        return date(year, month, day)
    if calendar == "jalali":
        jalali = JalaliDate(year, month, day)  # type: ignore[no-untyped-call]
        return date.fromordinal(jalali.to_gregorian().toordinal())
    if _HIJRI_FIRST <= year <= _HIJRI_LAST:
        return date.fromordinal(Hijri(year, month, day).to_gregorian().toordinal())
    if not (1 <= month <= 12 and 1 <= day <= 30 and year >= 1):
        raise ValueError(f"no such Hijri date: {year}-{month}-{day}")
    days = (year - 1) * 354 + (3 + 11 * year) // 30 + (59 * (month - 1) + 1) // 2 + day - 1
    return date.fromordinal(_HIJRI_EPOCH + days)


def from_date(calendar: Calendar, day: date) -> tuple[int, int, int]:
    """Year, month and day of a Gregorian `day` in `calendar` (Hijri: 1924-08-01 to 2077-11-16, else ValueError)."""
    if calendar == "gregorian":
        return day.year, day.month, day.day
    if calendar == "jalali":
        j = JalaliDate.to_jalali(day)  # type: ignore[no-untyped-call]
        return j.year, j.month, j.day
    try:
        h = Gregorian(day.year, day.month, day.day).to_hijri()
    except OverflowError as error:
        raise ValueError(str(error)) from None
    return h.year, h.month, h.day


def month(calendar: Calendar, year: int, number: int, count: int = 1) -> Interval:
    """The half-open stretch of `count` months from month `number` (13 runs into the next year, 0 into the last)."""
    return _month_start(calendar, year, number), _month_start(calendar, year, number + count)


def _month_start(calendar: Calendar, year: int, number: int) -> date:
    return to_date(calendar, year + (number - 1) // 12, (number - 1) % 12 + 1, 1)


def years(calendar: Calendar, year: int, count: int = 1) -> Interval:
    """The half-open stretch of `count` years from `year`."""
    return to_date(calendar, year, 1, 1), to_date(calendar, year + count, 1, 1)


def season(year: int, number: int, calendar: Calendar = "jalali") -> Interval:
    """Season `number` (0 spring .. 3 winter) of a Jalali year, or of a Gregorian one (its winter ends in the next)."""
    first = year if calendar == "jalali" else from_date("jalali", date(year, 6, 1))[0]
    return month("jalali", first, 3 * number + 1, 3)


def part(stretch: Interval, edge: str | None, calendar: Calendar) -> Interval:
    """A part of a stretch of `calendar`: `early`, `middle` or `late` (a third of a month or season, the first, middle or
    last quarter(s) of a year, a third of a longer one), `first-half`, `second-half`, or its day at the `start` or `end`."""
    begin, end = stretch
    days = (end - begin).days
    if edge is None:
        return stretch
    if edge in ("start", "end"):
        return (begin, begin + DAY) if edge == "start" else (end - DAY, end)
    if edge in ("first-half", "second-half"):
        middle = _middle(stretch, calendar)
        return (begin, middle) if edge == "first-half" else (middle, end)
    if days >= _LONG:
        return _quarters(stretch, edge, calendar)
    cuts = (10, 20) if days <= 31 else (days // 3, 2 * days // 3)
    a, b = begin + DAY * cuts[0], begin + DAY * cuts[1]
    return {"early": (begin, a), "middle": (a, b), "late": (b, end)}[edge]


def _middle(stretch: Interval, calendar: Calendar) -> date:
    """Where the second half begins: the 16th of a month, the seventh month of a year, the sixth year of a decade."""
    begin, end = stretch
    days = (end - begin).days
    if days < _LONG:
        return begin + DAY * (15 if days <= 31 else days // 2)
    year, last = from_date(calendar, begin)[0], from_date(calendar, end)[0]
    return to_date(calendar, year + (last - year) // 2, 1 if last - year > 1 else 7, 1)


def _quarters(stretch: Interval, edge: str, calendar: Calendar) -> Interval:
    begin, end = stretch
    year = from_date(calendar, begin)[0]
    if (end - begin).days > 400:
        span = from_date(calendar, end)[0] - year
        third = max(1, span // 3)
        first = {"early": year, "middle": year + third, "late": year + span - third}[edge]
        return years(calendar, first, third if edge != "middle" else span - 2 * third)
    first_month, count = {"early": (1, 3), "middle": (4, 6), "late": (10, 3)}[edge]
    return month(calendar, year, first_month, count)


def iso(stretch: Interval) -> str:
    """A stretch as its shortest ISO 8601 value: day, month, year, or `begin/end`."""
    begin, end = stretch
    if end == begin + DAY:
        return begin.isoformat()
    if begin.day == 1 and end == month("gregorian", begin.year, begin.month)[1]:
        return f"{begin.year:04d}-{begin.month:02d}"
    if (begin.month, begin.day, end.month, end.day) == (1, 1, 1, 1) and end.year == begin.year + 1:
        return f"{begin.year:04d}"
    return f"{begin.isoformat()}/{end.isoformat()}"


def week(day: date, shift: int = 0) -> Interval:
    """The Saturday-to-Friday week of `day`, `shift` weeks on, as the ISO week that shares its five working days."""
    saturday = day - DAY * ((day.weekday() + 2) % 7) + timedelta(weeks=shift)
    return saturday + 2 * DAY, saturday + 9 * DAY


def same_day(day: date, months: int) -> date:
    """The day `months` Gregorian months on (or back), or the last of that month where it is shorter."""
    year, number = divmod(day.year * 12 + day.month - 1 + months, 12)
    first, end = month("gregorian", year, number + 1)
    return min(first + DAY * (day.day - 1), end - DAY)


def weekend(day: date, shift: int, western: bool) -> Interval:
    """The weekend of the week of `day`, `shift` weeks on: Thursday and Friday, as Iran has it, or Saturday and Sunday."""
    monday = week(day - 2 * DAY if western else day, shift)[0]
    first = monday + DAY * (5 if western else 3)
    return first, first + 2 * DAY


def iso_week(stretch: Interval) -> str:
    """An ISO week (Monday to Sunday) as `2025-W09`."""
    year, number, _ = stretch[0].isocalendar()
    return f"{year:04d}-W{number:02d}"


def last_weekday(stretch: Interval, weekday: int) -> date:
    """The last `weekday` (0 Monday) of a stretch."""
    last = stretch[1] - DAY
    return last - DAY * ((last.weekday() - weekday) % 7)
