"""From meanings to values: the arithmetic, against the publication date and what the article said before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from msgspec import Struct

from dabir.model import Calendar
from dabir.times import calendars
from dabir.times.calendars import DAY, Interval
from dabir.times.meaning import Meaning

NO_DATE = "no publication date, and nothing in the article anchors it"
NO_ANCHOR = "the time that it counts from is not stated"
NO_DAY = "no such day in the calendar"


class Context(Struct, frozen=True):
    """What an expression is resolved against.

    `published` the publication day or None; `source` the calendar that the article counts in,
    where words leave it open (None: months are Gregorian, years Jalali);
    `ahead` whether the clause speaks of the future; `last` the latest day stated before, with its time's id;
    `year_hint` a day stated with its year, for dates without one where `published` is None.
    """

    published: date | None
    source: Calendar | None
    ahead: bool = False
    last: tuple[date, str] | None = None
    year_hint: tuple[date, str] | None = None
    sentence: tuple[date, str] | None = None


class Value(Struct, frozen=True):
    """A resolved value with its bounds, or None with the reason."""

    value: str | None
    begin: str | None = None
    until: str | None = None
    calendar: Calendar | None = None
    zone: str | None = None
    anchor: str | None = None
    reason: str | None = None
    day: date | None = None


def _stretch(
    stretch: Interval, calendar: Calendar | None = None, anchor: str | None = None, value: str | None = None
) -> Value:
    begin, end = stretch
    day = begin if end == begin + DAY else None
    return Value(value or calendars.iso(stretch), begin.isoformat(), end.isoformat(), calendar, None, anchor, None, day)


def _nothing(reason: str) -> Value:
    return Value(None, reason=reason)


def resolve(meaning: Meaning, context: Context) -> Value:
    """The value of what an expression says, in its context."""
    try:
        return _FORMS[meaning.form](meaning, context)
    except (ValueError, OverflowError):
        return _nothing(NO_DAY)


def _fixed(meaning: Meaning, _: Context) -> Value:
    return Value(meaning.value)


def _base(context: Context) -> tuple[date, str] | None:
    if context.published:
        return context.published, "published"
    return context.year_hint


def _pick(options: Iterable[Interval], base: date, when: str | None) -> Interval:
    """Of the same stretch in neighbouring years, the one meant: nearest to publication, the past weighing more."""
    rows = sorted(options)
    if when == "past":
        before = [o for o in rows if o[0] < base]
        return before[-1] if before else rows[0]
    if when == "next":
        after = [o for o in rows if o[1] > base]
        return after[0] if after else rows[-1]

    def distance(o: Interval) -> float:
        if o[0] > base:
            return (o[0] - base).days * 1.3
        return float(max(0, (base - o[1]).days))

    return min(rows, key=distance)


def _in_years(meaning: Meaning, base: date, build: Callable[[int], Interval]) -> list[Interval]:
    """A stretch built in each year that the words allow: the stated one, or those around `base`."""
    if meaning.year is not None:
        return [build(meaning.year)]
    this = calendars.from_date(meaning.calendar or "gregorian", base)[0]
    shift = {"past": (-1,), "next": (1,), "this": (0,)}.get(meaning.when or "") if meaning.when_unit == "year" else None
    out: list[Interval] = []
    for year in (this + n for n in shift or (-4, -3, -2, -1, 0, 1, 2)):
        try:
            out.append(build(year))
        except ValueError:
            continue
    if not out:
        raise ValueError("no such day")
    return out


def _days(meaning: Meaning, year: int, month: int) -> Interval:
    calendar = meaning.calendar or "gregorian"
    day = meaning.day or 1
    if day < 0:
        last = calendars.last_weekday(calendars.month(calendar, year, month), (-day - 1))
        return last, last + DAY
    first = calendars.to_date(calendar, year, month, day)
    last = calendars.to_date(calendar, year, month, meaning.day2) if meaning.day2 else first
    return first, last + DAY


def _dated(meaning: Meaning, context: Context) -> tuple[Interval, str | None] | None:
    """Day and month, with or without a year."""
    month = meaning.month or 1
    base = _base(context)
    if meaning.year is not None:
        return _days(meaning, meaning.year, month), None
    if base is None:
        return None
    options = _in_years(meaning, base[0], lambda y: _days(meaning, y, month))
    if meaning.weekday is not None:
        matching = [o for o in options if o[0].weekday() == meaning.weekday and abs((o[0] - base[0]).days) < 400]
        options = matching or options
    when = meaning.when if meaning.when_unit is None and meaning.when != "this" else None
    return _pick(options, base[0], when or ("next" if context.ahead and _soon(options, base[0]) else None)), base[1]


def _soon(options: list[Interval], base: date) -> bool:
    """Whether one of the options lies within some months after `base`."""
    return any(0 <= (o[0] - base).days < 150 for o in options)


def _nearest_weekday(day: date, weekday: int) -> date:
    """The `weekday` nearest to `day` (at most three days off)."""
    off = (weekday - day.weekday()) % 7
    return day + DAY * (off if off <= 3 else off - 7)


def _weekday(meaning: Meaning, context: Context) -> tuple[Interval, str] | None:
    if not context.published or meaning.weekday is None:
        return None
    published, weekday = context.published, meaning.weekday
    if meaning.when_unit == "week":
        shift = {"past": -1, "next": 1}.get(meaning.when or "", 0)
        monday = calendars.week(published, shift)[0]
        day = monday + DAY * (weekday if weekday < 5 else weekday - 7)
    elif meaning.when == "past":
        day = published - DAY * (((published.weekday() - weekday) % 7) or 7)
    elif meaning.when == "next" or context.ahead:
        ahead = (weekday - published.weekday()) % 7
        if meaning.when is None and ahead >= 5:  # «روز جمعه» on a Saturday is yesterday, whatever the verb says
            ahead -= 7
        day = published + DAY * (ahead or (7 if meaning.when else 0))
    else:
        day = published - DAY * ((published.weekday() - weekday) % 7)
    last = day
    if meaning.weekday2 is not None:
        last = day + DAY * ((meaning.weekday2 - weekday) % 7)
    return (day, last + DAY), "published"


def _day(meaning: Meaning, context: Context) -> Value:
    found: tuple[Interval, str | None] | None
    if meaning.month is not None:
        found = _dated(meaning, context)
    elif meaning.day is not None:
        found = _in_month(meaning, context)
    elif meaning.shift is not None:
        found = _shifted(meaning, context)
    elif meaning.count is not None:
        found = _from_last(meaning, context)
    else:
        found = _weekday(meaning, context)
    if found is None:
        return _nothing(NO_DATE)
    (begin, end), anchor = found
    if meaning.weekday is not None and meaning.weekday2 is None and end == begin + DAY:
        begin = _nearest_weekday(begin, meaning.weekday) - (DAY if meaning.eve else timedelta(0))
        end = begin + DAY
    if meaning.hour is not None and end == begin + DAY:
        return _timed(begin, meaning, anchor)
    value = _stretch((begin, end), meaning.calendar, anchor)
    if meaning.part and value.day:
        return Value(
            f"{value.value}{meaning.part}", value.begin, value.until, value.calendar, meaning.zone, anchor, None, begin
        )
    return value


def _timed(day: date, meaning: Meaning, anchor: str | None) -> Value:
    moment = datetime(day.year, day.month, day.day, meaning.hour or 0, meaning.minute or 0)
    if meaning.zone:
        moment = moment.replace(tzinfo=ZoneInfo(meaning.zone))
    text = moment.isoformat(timespec="minutes")
    until = (moment + timedelta(minutes=1)).isoformat(timespec="minutes")
    return Value(text, text, until, meaning.calendar, meaning.zone, anchor, None, day)


def _in_month(meaning: Meaning, context: Context) -> tuple[Interval, str] | None:
    base = _base(context)
    if base is None:
        return None
    calendar = meaning.calendar or context.source or "gregorian"
    year, month, _ = calendars.from_date(calendar, base[0])
    month += {"past": -1, "next": 1}.get(meaning.when or "", 0)
    first = calendars.month(calendar, year, month)[0]
    begin = first + DAY * ((meaning.day or 1) - 1)
    last = first + DAY * ((meaning.day2 or meaning.day or 1) - 1)
    return (begin, last + DAY), base[1]


def _shifted(meaning: Meaning, context: Context) -> tuple[Interval, str] | None:
    if not context.published:
        return None
    day = context.published + DAY * (meaning.shift or 0)
    return (day, day + DAY), "published"


def _from_last(meaning: Meaning, context: Context) -> tuple[Interval, str] | None:
    if not context.last:
        return None
    day = context.last[0] + DAY * (meaning.count or 0)
    return (day, day + DAY), context.last[1]


def _anchor(meaning: Meaning, context: Context) -> Value:
    found = _from_last(meaning, context)
    return _stretch(found[0], None, found[1]) if found else _nothing(NO_ANCHOR)


def _clock(meaning: Meaning, context: Context) -> Value:
    day = context.sentence or context.last or ((context.published, "published") if context.published else None)
    return _timed(day[0], meaning, day[1]) if day else _nothing(NO_DATE)


def _month(meaning: Meaning, context: Context) -> Value:
    calendar = meaning.calendar or "gregorian"
    # «اواخر ژوئن» stays 2019-06: ISO has a word for the month and none for its end. Others are stretches anyway.
    edge = "" if calendar == "gregorian" else meaning.edge or ""
    number = meaning.month or 1
    count = (meaning.month2 or number) - number + 1
    base = _base(context)
    if meaning.year is not None:
        stretch = calendars.month(calendar, meaning.year, number, count)
        return _stretch(calendars.part(stretch, edge), calendar)
    if base is None:
        return _nothing(NO_DATE)
    options = _in_years(meaning, base[0], lambda y: calendars.month(calendar, y, number, count))
    when = meaning.when if meaning.when_unit is None and meaning.when != "this" else None
    stretch = _pick(options, base[0], when or ("next" if context.ahead and _soon(options, base[0]) else None))
    return _stretch(calendars.part(stretch, edge), calendar, base[1])


def _season(meaning: Meaning, context: Context) -> Value:
    calendar: Calendar = "gregorian" if meaning.calendar == "gregorian" or (meaning.year or 0) > 1500 else "jalali"
    number = meaning.season or 0
    base = _base(context)
    if meaning.year is not None:
        return _stretch(calendars.part(calendars.season(meaning.year, number, calendar), meaning.edge or ""), calendar)
    if base is None:
        return _nothing(NO_DATE)
    this = calendars.from_date("jalali", base[0])[0]
    shifts: tuple[int, ...] = (-1, 0, 1)
    if meaning.when_unit == "year":
        shifts = ({"past": -1, "next": 1}.get(meaning.when or "", 0),)
    when = meaning.when if meaning.when_unit is None else None
    stretch = _pick(
        (calendars.season(this + n, number) for n in shifts), base[0], when or ("next" if context.ahead else None)
    )
    return _stretch(calendars.part(stretch, meaning.edge or ""), "jalali", base[1])


def _year(meaning: Meaning, _: Context) -> Value:
    calendar = meaning.calendar or "gregorian"
    first = meaning.year or 1
    stretch = calendars.years(calendar, first, (meaning.year2 or first) - first + 1)
    return _stretch(calendars.part(stretch, meaning.edge or ""), calendar)


def _decade(meaning: Meaning, _: Context) -> Value:
    calendar = meaning.calendar or "jalali"
    first = (meaning.year or 0) // 10 * 10
    return _stretch(calendars.part(calendars.years(calendar, first, 10), meaning.edge or ""), calendar)


def _century(meaning: Meaning, _: Context) -> Value:
    calendar = meaning.calendar or "gregorian"
    first = ((meaning.count or 1) - 1) * 100 + 1
    return _stretch(calendars.part(calendars.years(calendar, first, 100), meaning.edge or ""), calendar)


def _relative(meaning: Meaning, context: Context) -> Value:
    base = _base(context)
    if base is None:
        return _nothing(NO_DATE)
    if not context.published:
        return _nothing(NO_DATE)
    day, shift = base[0], {"past": -1, "next": 1}.get(meaning.when or "", 0)
    calendar = meaning.calendar or context.source or ("gregorian" if meaning.unit == "month" else "jalali")
    edge = meaning.edge or ""
    if meaning.unit == "week":
        week = calendars.week(day, shift)
        return _stretch(week, None, "published", calendars.iso_week(week))
    if meaning.unit == "weekend":  # Saturday and Sunday, as the wires have it
        monday = calendars.week(day - 2 * DAY, shift)[0]
        return _stretch((monday + 5 * DAY, monday + 7 * DAY), None, "published")
    if meaning.unit == "month":
        year, number, _ = calendars.from_date(calendar, day)
        return _stretch(calendars.part(calendars.month(calendar, year, number + shift), edge), calendar, "published")
    if meaning.unit in ("decade", "century"):
        return Value({-1: "PAST", 0: "PRESENT", 1: "FUTURE"}[shift])
    year = calendars.from_date(calendar, day)[0] + shift
    return _stretch(calendars.part(calendars.years(calendar, year), edge), calendar, "published")


def _ago(meaning: Meaning, context: Context) -> Value:
    anchored = meaning.when == "this"
    base = context.last if anchored else ((context.published, "published") if context.published else None)
    if base is None:
        return _nothing(NO_ANCHOR if anchored else NO_DATE)
    day, n = base[0], meaning.count or 0
    if meaning.unit in ("day", "week"):
        day += timedelta(days=n * (7 if meaning.unit == "week" else 1))
        return _stretch((day, day + DAY), None, base[1])
    if meaning.unit == "month":
        return _stretch(calendars.month("gregorian", day.year, day.month + n), "gregorian", base[1])
    if meaning.unit == "year":
        return _stretch(calendars.years("gregorian", day.year + n), "gregorian", base[1])
    return _stretch((day, day + DAY), None, base[1])


_FORMS: Mapping[str, Callable[[Meaning, Context], Value]] = MappingProxyType({
    "day": _day, "clock": _clock, "month": _month, "season": _season, "year": _year, "decade": _decade,
    "century": _century, "relative": _relative, "ago": _ago, "anchor": _anchor, "fixed": _fixed,
})  # fmt: skip
