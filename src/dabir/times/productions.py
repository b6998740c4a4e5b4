"""From a rule's named groups to a meaning: one small function for each production that the rules name (days, clocks,
months, years; lengths.py has those of lengths and of what counts from elsewhere)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import cast

from dabir.model import Calendar
from dabir.times import lengths, lexicon
from dabir.times.meaning import LOCAL, Meaning
from dabir.times.words import Groups, anchored, calendar_of, edge, loose, number, said, unit_of_mod, when

_MOST = {"jalali": 31, "gregorian": 31, "hijri": 30}


def _year(words: str | None, calendar: Calendar | None) -> tuple[int | None, Calendar | None]:
    """A year with its century filled in, and its calendar: two digits are Jalali 13xx (00-09: 14xx) or Gregorian."""
    if not words:
        return None, calendar
    value = lexicon.number(words)
    if value < 100:
        if calendar == "gregorian":
            return (1900 if value > 30 else 2000) + value, calendar
        return (1300 if value > 9 else 1400) + value, calendar or "jalali"
    return value, calendar or ("jalali" if 1200 <= value <= 1449 else "gregorian")


def date(g: Groups) -> Meaning | None:
    """A day (or two) of a month: d, d2, m, y, mod, era."""
    name = lexicon.bare(g["m"] or "")
    calendar, month = lexicon.months()[name]
    cal = cast(Calendar, calendar)
    year, _ = _year(g.get("y"), cal)
    if cal == "jalali" and year and year > 1500:
        return None
    if cal == "gregorian" and year and year < 1500:
        year = None
    if not (year or g.get("mah") or g.get("said")) and _counts_things(name, g["d"] or ""):
        return None
    mod = g.get("mod")
    day, day2 = number(g["d"]), number(g.get("d2"))
    if g.get("plural") and not day2:  # «روزهای اول خرداد» are its first days
        return None
    if not day or day > _MOST[cal] or (day2 is not None and not day < day2 <= _MOST[cal]):
        return None
    return Meaning(
        form="day", day=day, day2=day2, month=month, calendar=cal, year=year, when=when(mod),
        when_unit=unit_of_mod(mod), anchored=anchored(mod),
    )  # fmt: skip


def _counts_things(month: str, day: str) -> bool:
    """Whether a number before a month's name that is a word, too, counts that: «هفت مهر», «سی دی», «۴ صفر»."""
    if day.isdigit():
        return month in lexicon.counted()
    return month not in lexicon.plain_months() and lexicon.bare(day) in lexicon.cardinals()


def date_pair(g: Groups) -> Meaning | None:
    """Two days joined by «و», one stretch where the second follows the first: groups of `date`."""
    meaning = date(g)
    return meaning if meaning and meaning.day2 == (meaning.day or 0) + 1 else None


def day_of_month(g: Groups) -> Meaning | None:
    """A day of this, last, next or the said month: d, d2, mod, era."""
    day, day2 = number(g["d"]), number(g.get("d2"))
    if not day or day > 31:
        return None
    return Meaning(
        form="day", day=day, day2=day2, calendar=calendar_of(g.get("era")), when=when(g["mod"]), when_unit="month",
        anchored=anchored(g["mod"]),
    )  # fmt: skip


def month(g: Groups) -> Meaning | None:
    """A month, or several: edge, m, m2, y, mod."""
    calendar, first = lexicon.months()[lexicon.bare(g["m"] or "")]
    cal = cast(Calendar, calendar)
    last = None
    if second := g.get("m2"):
        other, last = lexicon.months()[lexicon.bare(second)]
        if other != calendar:
            return None
        first, last = min(first, last), max(first, last)
    year, _ = _year(g.get("y"), cal)
    if year and ((cal == "jalali") != (year < 1500)) and cal != "hijri":
        return None
    mod = g.get("mod")
    return Meaning(
        form="month", month=first, month2=last, calendar=cal, year=year, when=when(mod), when_unit=unit_of_mod(mod),
        edge=edge(g.get("edge")), approximate=bool(g.get("edge")), anchored=anchored(mod),
    )  # fmt: skip


def numeric(g: Groups) -> Meaning | None:
    """A date in figures: y, mo, d."""
    year, calendar = _year(g["y"], None)
    day, month_number = number(g["d"]), number(g["mo"])
    if len(g["y"] or "") == 2 and not (1 <= (month_number or 0) <= 12 and 1 <= (day or 0) <= 31):
        return None
    return Meaning(form="day", day=day, month=month_number, year=year, calendar=calendar)


def weekday(g: Groups) -> Meaning | None:
    """A weekday (or two): w, w2, mod."""
    mod = g.get("mod")
    second = g.get("w2")
    return Meaning(
        form="day", weekday=lexicon.weekdays()[lexicon.bare(g["w"] or "")], when=when(mod), when_unit=unit_of_mod(mod),
        weekday2=lexicon.weekdays()[lexicon.bare(second)] if second else None,
    )  # fmt: skip


def shift(g: Groups) -> Meaning | None:
    """Today, yesterday, tomorrow, last night: rel."""
    words = g["rel"] or ""
    days = int(said("shift", words) or 0)
    named = next((code for name, code in lexicon.parts().items() if lexicon.bare(words).startswith(name)), None)
    code = named or ("TNI" if "شب" in words else None)
    return Meaning(form="day", shift=days, part=code, kind="time" if code else "date")


def part(g: Groups) -> Meaning | None:
    """A part of a day: part."""
    words = g["part"] or ""
    return Meaning(form="part", part=lexicon.look(lexicon.parts(), words), kind="time", eve=words == "شب")


def hours_of_part(g: Groups) -> Meaning | None:
    """The hours of a part of the day, which is today's where no day is said: part."""
    return Meaning(form="part", part=lexicon.look(lexicon.parts(), g["part"] or ""), kind="time", count=0)


def clock(g: Groups) -> Meaning | None:
    """A clock time: h, mi, frac, part, zone or utc."""
    hour = number(g["h"])
    minute = number(g.get("mi")) or 0
    if frac := g.get("frac"):
        minute = 30 if "نیم" in frac else 15 if "ربع" in frac else lexicon.number(frac)
    if hour is None or hour > 24 or minute > 59 or (hour == 24 and minute):
        return None
    named = g.get("part")
    code = lexicon.look(lexicon.parts(), named) if named else None
    return Meaning(
        form="clock", hour=hour_of_day(hour, code), minute=minute, kind="time",
        zone=zone_of(g.get("zone") or g.get("utc")), approximate=bool(g.get("about")),
    )  # fmt: skip


def clock_to(g: Groups) -> Meaning | None:
    """Minutes to an hour («یک ربع به شش»): n or a quarter, h, part."""
    hour = number(g["h"])
    before = lexicon.number(g["n"] or "") if g.get("n") else 15
    if not hour or hour > 24 or not 0 < before < 60:
        return None
    code = lexicon.look(lexicon.parts(), g["part"] or "") if g.get("part") else None
    return Meaning(form="clock", hour=hour_of_day(hour - 1, code), minute=60 - before, kind="time")


def hour_of_day(hour: int, part: str | None) -> int:
    """The hour from 0 to 24 that «۵ عصر», «۸ شب», «۱۲ شب» or «یک بامداد» mean; `hour` itself where no part is said."""
    late = part in ("TAF", "TEV") or part == "TNI" and hour >= 5
    if late and 1 <= hour < 12 or part == "TNO" and hour < 4:
        return hour + 12
    return 0 if part in ("TMO", "TNI") and hour == 12 else hour


def zone_of(words: str | None) -> str | None:
    """The IANA zone that a place or «گرینویچ» names; `LOCAL` for «محلی»; None for no words."""
    if not words:
        return None
    return LOCAL if words == "محلی" else lexicon.look(lexicon.zones(), words)


def zone(g: Groups) -> Meaning | None:
    """Whose clock: zone."""
    return Meaning(form="zone", zone=zone_of(g["zone"]))


def year(g: Groups) -> Meaning | None:
    """A year or a run of years: edge, y, y2, era; `and` joins years that follow each other alone."""
    first, calendar = _year(g["y"], calendar_of(g.get("era")))
    last, _ = _year(g.get("y2"), calendar)
    if last is not None and first is not None and (last < first or g.get("and") and last > first + 1):
        return None
    return Meaning(
        form="year", year=first, year2=last, calendar=calendar, edge=edge(g.get("edge")),
        approximate=bool(g.get("edge")),
    )  # fmt: skip


def before_christ(g: Groups) -> Meaning | None:
    """A year before Christ, as ISO 8601 counts it (1 BC is the year 0): y."""
    return Meaning(form="fixed", value=f"-{lexicon.number(g['y'] or '') - 1:04d}")


def months_of_year(g: Groups) -> Meaning | None:
    """Months of a year by number: n of them from its first (or last), or the n-th quarter; y, mod, era."""
    era = calendar_of(g.get("era") or g.get("era2") or g.get("mod"))
    mod = g.get("mod")
    first, calendar = _year(g.get("y"), era)
    if g.get("quarter"):
        last = 3 * lexicon.number(g["quarter"] or "")
        begin = last - 2
    else:
        count = lexicon.number(g["n"] or "")
        begin, last = (13 - count, 12) if g.get("final") else (1, count)
    if not 1 <= begin <= last <= 12:
        return None
    return Meaning(
        form="month", month=begin, month2=last, year=first, calendar=calendar, when=when(mod),
        when_unit="year" if mod else None, anchored=anchored(mod),
    )  # fmt: skip


def decade(g: Groups) -> Meaning | None:
    """A decade: edge, y, era; `count` holds its two digits where no era is said."""
    first, calendar = _year(g["y"], calendar_of(g.get("era")))
    short = lexicon.number(g["y"] or "")
    open_ = short if short < 100 and not g.get("era") else None
    return Meaning(form="decade", year=first, calendar=calendar, edge=edge(g.get("edge")), count=open_)


def century(g: Groups) -> Meaning | None:
    """A century: n, era."""
    n = lexicon.number(g["n"] or "")
    calendar = calendar_of(g.get("era")) or ("gregorian" if n > 14 else "jalali")
    return Meaning(form="century", count=n, calendar=calendar, edge=edge(g.get("edge")))


def season(g: Groups) -> Meaning | None:
    """A season: edge, season, y, mod."""
    first, calendar = _year(g.get("y"), calendar_of(g.get("era")))
    mod = g.get("mod")
    return Meaning(
        form="season", season=int(said("season", g["season"]) or 0), year=first, calendar=calendar, when=when(mod),
        when_unit=unit_of_mod(mod), edge=edge(g.get("edge")), approximate=bool(g.get("edge")), anchored=anchored(mod),
    )  # fmt: skip


def holiday(g: Groups) -> Meaning | None:
    """A day with a name: holiday, y, mod."""
    words = g["holiday"] or ""
    for pattern, calendar, month_number, day, last in lexicon.holidays():
        if pattern.fullmatch(words):
            first, _ = _year(g.get("y"), cast(Calendar, calendar))
            mod = g.get("mod")
            return Meaning(
                form="day", calendar=cast(Calendar, calendar), month=month_number, day=day, day2=last, year=first, when=when(mod),
                when_unit=unit_of_mod(mod), approximate=calendar == "hijri",  # the moon is sighted: a day either way
            )  # fmt: skip
    return None


def relative(g: Groups) -> Meaning | None:
    """This, last, next or the said unit: edge, unit, mod, era."""
    mod = g["mod"]
    return Meaning(
        form="relative", unit=lexicon.look(lexicon.units(), g["unit"] or ""), when=when(mod),
        calendar=calendar_of(g.get("era") or g.get("era2")), edge=edge(g.get("edge")),
        approximate=bool(g.get("edge")), anchored=anchored(mod), loose=loose(mod),
    )  # fmt: skip


def weekend(g: Groups) -> Meaning | None:
    """The end of a week: mod."""
    return Meaning(form="relative", unit="weekend", when=when(g.get("mod")))


PRODUCTIONS: Mapping[str, Callable[[Groups], Meaning | None]] = MappingProxyType({
    **{
        f.__name__: f
        for f in (
            date, date_pair, day_of_month, month, numeric, weekday, shift, part, hours_of_part, clock, clock_to, zone,
            year, before_christ, months_of_year, decade, century, season, weekend, holiday, relative,
        )
    },
    **lengths.PRODUCTIONS,
})  # fmt: skip
