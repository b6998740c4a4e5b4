"""Neighbouring parts become one expression: «روز پنجشنبه» + «نهم اسفند» + «ساعت ۱۶», two calendars, weekday in brackets."""

from __future__ import annotations

import re
from datetime import date, timedelta

from msgspec.structs import replace

from dabir.times.meaning import Meaning, Part
from dabir.times.productions import hour_of_day

# What may stand between two parts of one expression: «امروز (شنبه)», «پنجشنبه، نهم اسفند», «جمعه مورخ ۶ تیر».
_GAP = re.compile(
    r' {0,2}(?P<mark>[،,:/-])? {0,2}(?P<open>[(\[«"] ?)?'
    r"(?P<same>(?:(?:برابر|مصادف|مطابق|معادل|مقارن|مساوی)(?: با)?|یعنی) )?(?:(?:مورخ|مورخه|به تاریخ) )?(?:روز )?"
)
_CLOSE = re.compile(r' ?[)\]»"]')
_MATES = {
    "day": frozenset({"day", "part", "clock", "zone"}),
    "part": frozenset({"day", "part", "clock", "zone"}),
    "clock": frozenset({"day", "part", "zone"}),
    "zone": frozenset({"day", "part"}),
    "anchor": frozenset({"day", "part", "clock"}),
    "month": frozenset({"month"}),
}
_FIELDS = ("weekday", "shift", "part", "hour", "minute", "zone", "day", "month")
_CARRIED = ("year", "calendar", "when", "when_unit", "day2", "count", "weekday2")


def join(key: str, parts: list[Part], published: date | None) -> list[Part]:
    """Parts (in order, apart) joined into expressions; a part of a day, a zone or an empty part alone is none."""
    out: list[Part] = []
    i = 0
    while i < len(parts):
        group, i = _expression(key, parts, i, published)
        if group.meaning.form == "part" and group.meaning.count is not None:  # «ساعات ظهر» stands alone
            group = replace(group, meaning=replace(group.meaning, form="day", shift=0, count=None))
        if group.meaning.form not in ("part", "zone", "none"):
            out.append(group)
    return out


def _expression(key: str, parts: list[Part], i: int, published: date | None) -> tuple[Part, int]:
    """The expression that begins with the i-th part, and the number of the first part after it."""
    group = parts[i]
    i += 1
    opened = False  # inside brackets that began in this expression
    while i < len(parts):
        follower = parts[i]
        gap = _GAP.match(key, group.end)
        if gap is None or not gap.start() <= follower.start <= gap.end() or (opened and gap["open"]):
            break
        linked = bool(gap["open"] or gap["same"] or gap["mark"] == "/")
        if gap["mark"] == "/" and not _two_calendars(group.meaning, follower.meaning):
            break
        merged = _merge(group.meaning, follower.meaning, linked or opened, published)
        if merged is None:
            break
        end, i = follower.end, i + 1
        opened = opened or bool(gap["open"])
        if opened and (close := _CLOSE.match(key, end)):
            end, opened = close.end(), False
        group = Part(group.start, end, f"{group.rule}+{follower.rule}", merged)
    return group, i


def _two_calendars(a: Meaning, b: Meaning) -> bool:
    return a.form == b.form and a.month is not None and b.month is not None and a.calendar != b.calendar


def _merge(a: Meaning, b: Meaning, linked: bool, published: date | None) -> Meaning | None:
    """Two neighbouring parts as one meaning, or None where they contradict or repeat each other.

    `linked` says that the text itself puts the second beside the first: in brackets, or with «برابر با».
    """
    if b.form not in _MATES.get(a.form, ()):
        return None
    if _two_calendars(a, b):
        return _same_day(a, b) if linked else None
    if a.form == "month" or linked and b.form == "clock" and a.hour is not None:
        return None
    if a.form == "anchor":
        if b.weekday is None and b.month is None and b.part is None and b.hour is None:
            return None
        a = replace(a, form="day")
    if not linked and a.weekday is not None and b.shift is not None and not _agree(a.weekday, b.shift, published):
        return None
    if a.day2 or b.day2 or a.weekday2 is not None or b.weekday2 is not None:
        allowed = (a.weekday2 is not None and b.day2) or (a.form == "part")
        if not allowed:
            return None
    return _filled(a, b)


def _same_day(a: Meaning, b: Meaning) -> Meaning | None:
    """One day (or month) in two calendars: the first, unless the second alone states its year."""
    if (a.day2 is None) != (b.day2 is None) or (a.month2 is None) != (b.month2 is None):
        return None
    if a.year is None and b.year is not None:
        return replace(
            a, year=b.year, month=b.month, month2=b.month2, day=b.day, day2=b.day2, calendar=b.calendar,
            when=b.when, when_unit=b.when_unit,
        )  # fmt: skip
    return a


def _agree(weekday: int, shift: int, published: date | None) -> bool:
    """Whether «روز پنجشنبه» and «امروز» side by side can be one day."""
    return published is None or (published + timedelta(days=shift)).weekday() == weekday


def _filled(a: Meaning, b: Meaning) -> Meaning | None:
    """`a` with what `b` states besides; None where they state different values of one field."""
    update: dict[str, object] = {}
    for name in _FIELDS:
        mine, other = getattr(a, name), getattr(b, name)
        if other is None:
            continue
        if mine is not None:
            if name == "minute" or mine == other:
                continue
            return None
        update[name] = other
    for name in _CARRIED:
        if getattr(a, name) is None and getattr(b, name) is not None:
            update[name] = getattr(b, name)
    for name in ("anchored", "approximate"):
        if getattr(b, name):
            update[name] = True
    forms = (a.form, b.form)
    if a.form == "part" and b.form == "day":
        update["count"] = b.count
    form = next((f for f in ("day", "clock", "part") if f in forms), a.form)
    # «شب جمعه» is the night before Friday, «جمعه شب» that of Friday; a clock tells the night itself.
    eve = a.eve and (b.weekday is not None or b.month is not None) and b.part is None
    both = replace(a, form=form, kind="time" if "clock" in forms or "part" in forms else a.kind, eve=eve, **update)
    if both.hour is not None and both.part and (a.part is None) != (b.part is None):
        both = replace(both, hour=hour_of_day(both.hour, both.part))
    return both
