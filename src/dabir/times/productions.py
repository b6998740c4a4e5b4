"""From a rule's named groups to a meaning: one small function for each production that the rules name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import cast

from dabir.model import Calendar
from dabir.times import lexicon
from dabir.times.meaning import Meaning, When

Groups = Mapping[str, str | None]

_PAST = re.compile("گذشته|قبل|پیش(?! رو)|پارسال|گذشت")
_NEXT = re.compile("آینده|آتی|بعد|پیش رو|دیگر|پس")
_EARLY, _MIDDLE, _LATE = re.compile("اوایل"), re.compile("اواسط|میانه|نیمه"), re.compile("اواخر")
_ISO = {
    "second": "PT{}S", "minute": "PT{}M", "hour": "PT{}H", "day": "P{}D", "week": "P{}W", "month": "P{}M",
    "year": "P{}Y",
}  # fmt: skip
_BASE = {"decade": ("year", 10), "century": ("year", 100)}
_SEASONS = {"بهار": 0, "تابستان": 1, "پاییز": 2, "خزان": 2, "زمستان": 3}
_SHIFTS = (
    (re.compile("پس ?فردا"), 2), (re.compile("فردا"), 1), (re.compile("پریر|پری ?شب"), -2),
    (re.compile("دیروز|دیشب|دوش|(?:روز|شب) ?گذشته|روز پیش|روز قبل"), -1),
)  # fmt: skip


def when(words: str | None) -> When | None:
    """Whether a modifier points back, ahead or to the present."""
    if not words:
        return None
    return "past" if _PAST.search(words) else "next" if _NEXT.search(words) else "this"


def edge(words: str | None) -> str | None:
    """early, middle or late, for words that cut a stretch in three."""
    for name, pattern in (("early", _EARLY), ("middle", _MIDDLE), ("late", _LATE)):
        if words and pattern.search(words):
            return name
    return None


def _number(words: str | None) -> int | None:
    return lexicon.number(words) if words else None


def calendar_of(words: str | None) -> Calendar | None:
    """The calendar that an era word names."""
    if not words:
        return None
    if "میلادی" in words:
        return "gregorian"
    return "hijri" if "قمری" in words else "jalali" if re.search("شمسی|خورشیدی", words) else None


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


def _unit_of_mod(words: str | None) -> str | None:
    if not words:
        return None
    for unit, pattern in (("year", "سال|امسال"), ("month", "ماه"), ("week", "هفته")):
        if re.search(pattern, words):
            return unit
    return None


def date(g: Groups) -> Meaning | None:
    """A day (or two) of a month: d, d2, m, y, mod, era."""
    calendar, month = lexicon.months()[lexicon.bare(g["m"] or "")]
    cal = cast(Calendar, calendar)
    year, _ = _year(g.get("y"), cal)
    if cal == "jalali" and year and year > 1500:
        return None
    if cal == "gregorian" and year and year < 1500:
        year = None
    mod = g.get("mod")
    day, day2 = _number(g["d"]), _number(g.get("d2"))
    limit = {"jalali": 31, "gregorian": 31, "hijri": 30}[cal]
    if not day or day > limit or (day2 is not None and not day < day2 <= limit):
        return None
    return Meaning(
        form="day",
        day=day,
        day2=day2,
        month=month,
        calendar=cal,
        year=year,
        when=when(mod),
        when_unit=_unit_of_mod(mod),
    )


def date_pair(g: Groups) -> Meaning | None:
    """Two days joined by «و», one stretch where the second follows the first: groups of `date`."""
    meaning = date(g)
    return meaning if meaning and meaning.day2 == (meaning.day or 0) + 1 else None


def day_of_month(g: Groups) -> Meaning | None:
    """A day of this, last or next month: d, d2, mod, era."""
    day, day2 = _number(g["d"]), _number(g.get("d2"))
    if not day or day > 31:
        return None
    return Meaning(
        form="day", day=day, day2=day2, calendar=calendar_of(g.get("era")), when=when(g["mod"]), when_unit="month"
    )


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
        form="month", month=first, month2=last, calendar=cal, year=year, when=when(mod), when_unit=_unit_of_mod(mod),
        edge=edge(g.get("edge")), approximate=bool(g.get("edge")),
    )  # fmt: skip


def numeric(g: Groups) -> Meaning | None:
    """A date in figures: y, mo, d."""
    year, calendar = _year(g["y"], None)
    return Meaning(form="day", day=_number(g["d"]), month=_number(g["mo"]), year=year, calendar=calendar)


def weekday(g: Groups) -> Meaning | None:
    """A weekday (or two): w, w2, mod."""
    mod = g.get("mod")
    second = g.get("w2")
    return Meaning(
        form="day", weekday=lexicon.weekdays()[lexicon.bare(g["w"] or "")], when=when(mod), when_unit=_unit_of_mod(mod),
        weekday2=lexicon.weekdays()[lexicon.bare(second)] if second else None,
    )  # fmt: skip


def shift(g: Groups) -> Meaning | None:
    """Today, yesterday, tomorrow: rel, part."""
    words = g["rel"] or ""
    days = next((n for pattern, n in _SHIFTS if pattern.search(words)), 0)
    night = "TNI" if "شب" in words else None
    return Meaning(form="day", shift=days, part=night, kind="time" if night else "date")


def part(g: Groups) -> Meaning | None:
    """A part of a day: part."""
    words = g["part"] or ""
    return Meaning(form="part", part=lexicon.look(lexicon.parts(), words), kind="time", eve=words == "شب")


def clock(g: Groups) -> Meaning | None:
    """A clock time: h, mi, frac, part, zone."""
    hour = _number(g["h"])
    minute = _number(g.get("mi")) or 0
    if frac := g.get("frac"):
        minute = 30 if "نیم" in frac else 15 if "ربع" in frac else lexicon.number(frac)
    if hour is None or hour > 24 or minute > 59:
        return None
    named = g.get("part")
    code = lexicon.look(lexicon.parts(), named) if named else None
    if (
        code in ("TAF", "TEV", "TNI")
        and 1 <= hour < 12
        and not (code == "TNI" and hour < 5)
        or code == "TNO"
        and hour < 4
    ):
        hour += 12
    elif code in ("TMO", "TNI") and hour == 12:
        hour = 0
    zone = g.get("zone")
    return Meaning(
        form="clock", hour=hour % 24, minute=minute, kind="time",
        zone=lexicon.look(lexicon.zones(), zone) if zone else None, approximate=bool(g.get("about")),
    )  # fmt: skip


def zone(g: Groups) -> Meaning | None:
    """Whose clock: zone."""
    return Meaning(form="zone", zone=lexicon.look(lexicon.zones(), g["zone"] or ""))


def year(g: Groups) -> Meaning | None:
    """A year or a run of years: edge, y, y2, era."""
    era = calendar_of(g.get("era"))
    first, calendar = _year(g["y"], era)
    last, _ = _year(g.get("y2"), calendar)
    if last is not None and first is not None and last < first:
        return None
    return Meaning(
        form="year",
        year=first,
        year2=last,
        calendar=calendar,
        edge=edge(g.get("edge")),
        approximate=bool(g.get("edge")),
    )


def quarter(g: Groups) -> Meaning | None:
    """Three months of a year: n, y, era."""
    year, calendar = _year(g["y"], calendar_of(g.get("era")))
    last = 3 * lexicon.number(g["n"] or "")
    return Meaning(form="month", month=last - 2, month2=last, year=year, calendar=calendar)


def decade(g: Groups) -> Meaning | None:
    """A decade: edge, y, era."""
    first, calendar = _year(g["y"], calendar_of(g.get("era")))
    return Meaning(form="decade", year=first, calendar=calendar, edge=edge(g.get("edge")))


def century(g: Groups) -> Meaning | None:
    """A century: n, era."""
    n = lexicon.number(g["n"] or "")
    calendar = calendar_of(g.get("era")) or ("gregorian" if n > 14 else "jalali")
    return Meaning(form="century", count=n, calendar=calendar, edge=edge(g.get("edge")))


def weekend(g: Groups) -> Meaning | None:
    """The end of a week: mod."""
    return Meaning(form="relative", unit="weekend", when=when(g.get("mod")))


def season(g: Groups) -> Meaning | None:
    """A season: edge, season, y, mod."""
    first, calendar = _year(g.get("y"), calendar_of(g.get("era")))
    mod = g.get("mod")
    return Meaning(
        form="season", season=_SEASONS[lexicon.bare(g["season"] or "")], year=first, calendar=calendar, when=when(mod),
        when_unit=_unit_of_mod(mod), edge=edge(g.get("edge")), approximate=bool(g.get("edge")),
    )  # fmt: skip


def holiday(g: Groups) -> Meaning | None:
    """A day with a name: holiday, y, mod."""
    words = g["holiday"] or ""
    for pattern, calendar, number, day in lexicon.holidays():
        if pattern.fullmatch(words):
            first, _ = _year(g.get("y"), cast(Calendar, calendar))
            mod = g.get("mod")
            return Meaning(
                form="day", calendar=cast(Calendar, calendar), month=number, day=day, year=first, when=when(mod),
                when_unit=_unit_of_mod(mod),
            )  # fmt: skip
    return None


def relative(g: Groups) -> Meaning | None:
    """This, last or next unit: edge, unit, mod, era."""
    words = g["unit"] or ""
    unit = lexicon.look(lexicon.units(), words)
    return Meaning(
        form="relative", unit=unit, when=when(g["mod"]), calendar=calendar_of(g.get("era") or g.get("era2")),
        edge=edge(g.get("edge")), approximate=bool(g.get("edge")), count=_number(g.get("n")),
    )  # fmt: skip


def ago(g: Groups) -> Meaning | None:
    """A number of units back or ahead: about, n, half, unit, dir; `anchored` where they count from another time."""
    unit = lexicon.look(lexicon.units(), g["unit"] or "")
    n = _number(g["n"])
    back = when(g["dir"]) == "past"
    if n is None or unit is None:
        return None
    base, size = _BASE.get(unit, (unit, 1))
    return Meaning(
        form="ago", count=-n * size if back else n * size, unit=base, approximate=bool(g.get("about")),
        when="this" if g.get("anchored") else None,
    )  # fmt: skip


def anchor(g: Groups) -> Meaning | None:
    """That day, the day after, the day before: dir."""
    word = when(g["dir"])
    return Meaning(form="anchor", count={"past": -1, "next": 1}.get(word or "", 0), unit="day")


def _amount(n: int, unit: str, half: bool) -> str:
    unit, size = _BASE.get(unit, (unit, 1))
    n *= size
    shape = _ISO[unit]
    if not half:
        return shape.format(n)
    smaller = {"year": "P{}Y6M", "hour": "PT{}H30M", "minute": "PT{}M30S", "day": "P{}DT12H"}.get(unit)
    if size > 1:
        return shape.format(n + size // 2)
    if n == 0:
        return {"year": "P6M", "hour": "PT30M", "minute": "PT30S", "day": "PT12H"}.get(unit, shape.format("0.5"))
    return smaller.format(n) if smaller else shape.format(f"{n}.5")


def duration(g: Groups) -> Meaning | None:
    """A length of time: cmp (بیش از، کمتر از، حدود), n, n2, half, unit."""
    unit = lexicon.look(lexicon.units(), g["unit"] or "")
    if unit is None:
        return None
    half = bool(g.get("half"))
    n = 0 if g.get("halfof") else _number(g["n"])
    if n is None or (n == 0 and not half and not g.get("halfof")):
        return None
    value = _amount(n, unit, half or bool(g.get("halfof")))
    words = g.get("cmp") or ""
    more, less = (
        re.search("بیش|بالغ|حداقل|دستکم|فراتر|دست کم|متجاوز|لااقل", words),
        re.search("کم ?تر|حداکثر|زیر", words),
    )
    if more or less:
        value = value.replace("P", "P>" if more else "P<", 1)
    elif g.get("n2"):
        value = _ISO[_BASE.get(unit, (unit, 1))[0]].format("X")
    return Meaning(form="fixed", kind="duration", value=value, approximate=bool(words) and not (more or less))


def some(g: Groups) -> Meaning | None:
    """Some units: unit."""
    unit = lexicon.look(lexicon.units(), g.get("unit") or "") or "year"
    return Meaning(
        form="fixed", kind="duration", value=_ISO[_BASE.get(unit, (unit, 1))[0]].format("X"), approximate=True
    )


def every(g: Groups) -> Meaning | None:
    """A set: n, unit."""
    words = g["unit"] or ""
    unit = lexicon.look(lexicon.units(), words)
    if unit is None:
        named = (("سال", "year"), ("ماه", "month"), ("هفت", "week"), ("روز", "day"), ("ساعت", "hour"))
        unit = next((u for stem, u in named if stem in words), "day")
    return Meaning(form="fixed", kind="set", value="R/" + _amount(_number(g.get("n")) or 1, unit, half=False))


def every_weekday(g: Groups) -> Meaning | None:
    """Every such weekday."""
    return Meaning(form="fixed", kind="set", value="R/P1W") if g["w"] else None


def past(_: Groups) -> Meaning | None:
    """A vague past."""
    return Meaning(form="fixed", value="PAST", approximate=True)


def present(_: Groups) -> Meaning | None:
    """A vague present."""
    return Meaning(form="fixed", value="PRESENT", approximate=True)


def future(_: Groups) -> Meaning | None:
    """A vague future."""
    return Meaning(form="fixed", value="FUTURE", approximate=True)


def nothing(_: Groups) -> Meaning | None:
    """Words that look like a time and are none; they keep other rules off."""
    return Meaning(form="none")


PRODUCTIONS: Mapping[str, Callable[[Groups], Meaning | None]] = MappingProxyType({
    f.__name__: f
    for f in (
        date, date_pair, day_of_month, month, numeric, weekday, shift, part, clock, zone,
        year, quarter, decade, century, season,
        weekend,
        holiday,
        relative, ago, anchor, duration, some, every, every_weekday, past, present, future, nothing,
    )
})  # fmt: skip
