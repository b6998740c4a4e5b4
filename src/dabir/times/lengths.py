"""Productions of lengths and sets, of units counted from elsewhere, and of vague times."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from dabir.times import lexicon
from dabir.times.meaning import Meaning
from dabir.times.words import Groups, number, said, when

_ISO = {
    "second": "PT{}S", "minute": "PT{}M", "hour": "PT{}H", "day": "P{}D", "week": "P{}W", "month": "P{}M",
    "year": "P{}Y",
}  # fmt: skip
_BASE = {"decade": ("year", 10), "century": ("year", 100)}
_BOUNDS = {"more": "P>", "less": "P<"}
_VAGUE = {"decade": "P{}DE", "century": "P{}CE"}  # as TIMEX3 has them; ISO 8601 has no such units
_DAY = 24  # hours
_SMALLER = {"year": ("month", 12), "hour": ("minute", 60), "minute": ("second", 60), "day": ("hour", 24)}


def ago(g: Groups) -> Meaning | None:
    """A number of units back or ahead: about, n, unit, dir; `anchored`, `loose`, `event` and `clause` (an event told by a
    whole clause) say what they count from."""
    unit = lexicon.look(lexicon.units(), g["unit"] or "")
    n = number(g["n"])
    if n is None or unit is None:
        return None
    base, size = _BASE.get(unit, (unit, 1))
    back = when(g["dir"]) == "past"
    return Meaning(
        form="ago", count=-n * size if back else n * size, unit=base, approximate=bool(g.get("about")),
        anchored=bool(g.get("anchored") or g.get("event")), loose=bool(g.get("loose")),
        event="" if g.get("clause") else g.get("event"),
    )  # fmt: skip


def anchor(g: Groups) -> Meaning | None:
    """That day, the day after, the day before: dir; `event` where that of an event is meant."""
    word = when(g["dir"])
    count = {"past": -1, "next": 1}.get(word or "", 0)
    if "فردا" in (g["dir"] or ""):
        count = 1
    return Meaning(form="anchor", count=count, unit="day", anchored=True, event=g.get("event"))


def amount(n: int, unit: str, half: bool = False, rest: int = 0) -> str:
    """An ISO duration of `n` units, with a half or with `rest` smaller units."""
    unit, size = _BASE.get(unit, (unit, 1))
    n *= size
    if half and size > 1:
        return _ISO[unit].format(n + size // 2)
    if not half and not rest:
        return _ISO[unit].format(n)
    if unit not in _SMALLER:
        return _ISO[unit].format(f"{n}.5")
    smaller, parts = _SMALLER[unit]
    value = _ISO[smaller].format(rest or parts // 2)
    if not n:
        return value
    whole = _ISO[unit].format(n)
    return whole + (value.removeprefix("P") if "T" not in whole else value.removeprefix("PT"))


def duration(g: Groups) -> Meaning | None:
    """A length of time: cmp (بیش از، کمتر از، حدود), n, n2, half, unit; mod says that it reaches to publication or from it."""
    unit = lexicon.look(lexicon.units(), g["unit"] or g.get("unit2") or "")
    if unit is None:
        return None
    half = bool(g.get("half") or g.get("halfof"))
    n = 0 if g.get("halfof") else number(g["n"])
    if n is None or (n == 0 and not half):
        return None
    value = amount(n, unit, half)
    words = g.get("cmp")
    bound = said("bound", words)
    if bound:
        value = value.replace("P", _BOUNDS[bound], 1)
    elif g.get("n2"):
        value = _ISO[_BASE.get(unit, (unit, 1))[0]].format("X")
    base, size = _BASE.get(unit, (unit, 1))
    if base == "hour" and n and n % _DAY == 0 and not half:  # «۲۴ ساعت گذشته» reaches back a day, its value stays PT24H
        base, size, n = "day", 1, n // _DAY
    counts = not (words or half or g.get("n2")) and base not in ("hour", "minute", "second")
    return Meaning(
        form="fixed", kind="duration", value=value, approximate=bool(words) and not bound,
        when=when(g.get("mod")), count=n * size if counts else None, unit=base,
    )  # fmt: skip


def duration_compound(g: Groups) -> Meaning | None:
    """A length in two units: cmp, n, unit, rest, smaller."""
    unit = lexicon.look(lexicon.units(), g["unit"] or "")
    smaller = lexicon.look(lexicon.units(), g["smaller"] or "")
    n, rest = number(g["n"]), number(g["rest"])
    if unit is None or n is None or not rest or smaller is None or smaller == unit:
        return None
    first, second = amount(n, unit), amount(rest, smaller)
    value = first + (second.removeprefix("PT") if "T" in first else second.removeprefix("P"))
    words = g.get("cmp")
    bound = said("bound", words)
    if bound:
        value = value.replace("P", _BOUNDS[bound], 1)
    return Meaning(form="fixed", kind="duration", value=value, approximate=bool(words) and not bound)


def duration_fraction(g: Groups) -> Meaning | None:
    """A length with a decimal fraction or in quarters of an hour: n, tenths, unit, quarters."""
    if g.get("quarters"):
        return Meaning(form="fixed", kind="duration", value=f"PT{15 * lexicon.number(g['quarters'] or '')}M")
    unit = lexicon.look(lexicon.units(), g["unit"] or "")
    n, tenths = number(g["n"]), number(g["tenths"])
    if unit is None or n is None or tenths is None:
        return None
    base, size = _BASE.get(unit, (unit, 1))
    if size > 1:
        return Meaning(form="fixed", kind="duration", value=_ISO[base].format(n * size + tenths * size // 10))
    if base in _SMALLER and tenths:
        return Meaning(form="fixed", kind="duration", value=amount(n, base, rest=_SMALLER[base][1] * tenths // 10))
    return Meaning(form="fixed", kind="duration", value=_ISO[base].format(f"{n}.{tenths}" if tenths else n))


def some(g: Groups) -> Meaning | None:
    """Some units: unit."""
    unit = lexicon.look(lexicon.units(), g.get("unit") or g.get("unit3") or "") or "year"
    return Meaning(form="fixed", kind="duration", value=(_ISO | _VAGUE)[unit].format("X"), approximate=True)


def every(g: Groups) -> Meaning | None:
    """A set: n, unit (or unit2)."""
    words = g["unit"] or g.get("unit2") or ""
    unit = lexicon.look(lexicon.units(), words) or said("often", words) or "day"
    return Meaning(form="fixed", kind="set", value="R/" + amount(number(g.get("n")) or 1, unit))


def every_weekday(_: Groups) -> Meaning | None:
    """Every such weekday."""
    return Meaning(form="fixed", kind="set", value="R/P1W")


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
        ago, anchor, duration, duration_compound, duration_fraction, some, every, every_weekday, past, present, future,
        nothing,
    )
})  # fmt: skip
