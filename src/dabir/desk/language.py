"""What the desk says, in Persian or English: strings, labels of codes, names of states, digits and dates in both calendars."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from types import MappingProxyType
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from msgspec import Struct

from dabir.resources import table, toml
from dabir.store.series import Reckoning
from dabir.times.calendars import from_date

Code = Literal["fa", "en"]
LANGUAGES: tuple[Code, ...] = ("fa", "en")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_CLOCK = re.compile(r"\d{4}-\d{2}-\d{2}T(\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:\d{2})?")
_WEEK = re.compile(r"(\d{4})-W(\d{2})")
_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


@cache
def _labels() -> Mapping[tuple[str, str], Mapping[str, str]]:
    return {(r["kind"], r["code"]): r for r in table("desk/codes.tsv")}


@cache
def zones() -> Mapping[str, str | None]:
    """Time zones by their IANA names, with a Persian name where the tables have one; those first, then all others."""
    named: dict[str, str | None] = {}
    for r in table("times/zones.tsv"):
        named.setdefault(r["zone"], r["name"])
    return MappingProxyType(named | {z: named.get(z) for z in sorted(available_timezones()) if "/" in z})


@cache
def _states() -> Mapping[str, Mapping[str, str]]:
    """The first row of each code: organisations list their bodies below them."""
    found: dict[str, Mapping[str, str]] = {}
    for row in (*table("kb/states.tsv"), *table("kb/organisations.tsv")):
        found.setdefault(row["code"], row)
    return found


class Language(Struct, frozen=True):
    """One of the desk's languages, and the time zone (IANA) whose clock its reader chose."""

    code: Code
    zone: str | None = None

    @property
    def direction(self) -> str:
        """`rtl` or `ltr`."""
        return "rtl" if self.code == "fa" else "ltr"

    @property
    def other(self) -> Code:
        """The language that the switch leads to."""
        return "en" if self.code == "fa" else "fa"

    @property
    def calendar(self) -> Reckoning:
        """The calendar in which this language's readers think."""
        return "jalali" if self.code == "fa" else "gregorian"

    def say(self, key: str) -> str:
        """The string of a key. Raises KeyError for a key that data/desk/strings.toml lacks."""
        return str(toml("desk/strings.toml")[self.code][key])

    def label(self, kind: str, code: str | None) -> str:
        """The label of a code of the record, the code itself where there is none."""
        row = _labels().get((kind, code or ""))
        return row[self.code] if row else code or ""

    def codes(self, kind: str) -> tuple[str, ...]:
        """The codes of a kind that have labels, in the table's order."""
        return tuple(code for k, code in _labels() if k == kind)

    def state(self, code: str | None) -> str:
        """The name of a state or organisation by its code, the code itself where the tables have none."""
        row = _states().get(code or "")
        return (row[self.code] if row else "") or code or ""

    def digits(self, value: object) -> str:
        """A number or text with this language's digits."""
        return str(value).translate(_DIGITS) if self.code == "fa" else str(value)

    def count(self, key: str, number: int) -> str:
        """A number with its noun: `1 independent outlet`, `2 independent outlets`.

        >>> Language("en").count("reports", 1), Language("fa").count("reports", 2)
        ('1 report', '۲ گزارش')
        """
        return f"{self.digits(number)} {self.say(f'{key}_one' if number == 1 else f'{key}_many')}"

    def isolated(self, text: str) -> str:
        """Text that keeps its own direction inside SVG, which has none: between U+2067 (Persian) or U+2066 and U+2069."""
        opening = "\u2067" if self.code == "fa" else "\u2066"
        return f"{opening}{text}\u2069"

    def day(self, iso: str | None, calendar: Reckoning | None = None) -> str:
        """A date (`2025`, `2025-02`, `2025-W09`, `2025-02-27`, a date-time's day) in words; only whole days are turned into Jalali.

        >>> Language("fa").day("2025-02-27"), Language("en").day("2025-02")
        ('۹ اسفند ۱۴۰۳', 'February 2025')
        """
        if not iso:
            return ""
        begin, stretch, until = iso.partition("/")
        if stretch:  # half open in the record; readers count the last day in
            last = (date.fromisoformat(until[:10]) - timedelta(1)).isoformat() if _DAY.match(until) else until
            return f"{self.day(begin, calendar)} – {self.day(last, calendar)}"
        if week := _WEEK.fullmatch(iso):
            monday = date.fromisocalendar(int(week[1]), int(week[2]), 1)
            return self.day(f"{monday.isoformat()}/{(monday + timedelta(7)).isoformat()}", calendar)
        if not _DAY.match(iso):  # a month or a year
            parts = iso.split("-")
            if len(parts) == 2 and parts[1].isdigit():
                return self.digits(f"{self.label('gregorian', str(int(parts[1])))} {parts[0]}")
            return self.digits(iso)
        kind = calendar or self.calendar
        year, month, of_month = from_date(kind, date.fromisoformat(iso[:10]))
        return self.digits(f"{of_month} {self.label(kind, str(month))} {year}")

    def moment(self, iso: str | None) -> tuple[str, str]:
        """A date in words, and what stands beside it. A date-time with a clock and an offset is shown by the reader's clock,
        beside it as it was stated; without a chosen zone, or without an offset, as it was stated.

        >>> Language("en", "Europe/Berlin").moment("2025-02-27T01:30+03:30")
        ('26 February 2025, 23:00', '27 February 2025, 01:30 UTC+03:30')
        """
        found = _CLOCK.fullmatch(iso or "")
        if not iso or not found:
            return self.day(iso), ""
        stated = f"{self.day(iso)}{self.say('comma')} {self.digits(found[1])}"
        offset = f" UTC{self.digits(found[2])}" if found[2] and found[2] != "Z" else " UTC" if found[2] else ""
        if not self.zone or not found[2]:
            return stated, offset.strip()
        here = datetime.fromisoformat(iso).astimezone(ZoneInfo(self.zone))
        shown = f"{self.day(here.date().isoformat())}{self.say('comma')} {self.digits(here.strftime('%H:%M'))}"
        return shown, "" if shown == stated else f"{stated}{offset}"

    def both(self, iso: str | None) -> str:
        """A date in the other calendar, for the tooltip beside `day`."""
        return self.day(iso, "gregorian" if self.calendar == "jalali" else "jalali")

    def month(self, label: str, calendar: Reckoning) -> str:
        """The name of a month that a series labels `1403-12`."""
        year, _, number = label.partition("-")
        return self.digits(f"{self.label(calendar, str(int(number)))} {year}")
