"""What a written value covers: ISO values to half-open days."""

from __future__ import annotations

import re
from datetime import date, timedelta


def interval(value: str) -> tuple[date, date] | None:
    """A date-like value as half-open days (2025-02 and 2025-02-01/2025-03-01 are the same); None for other values."""
    try:
        if m := re.fullmatch(r"(\d{4}-\d\d-\d\d)/(\d{4}-\d\d-\d\d)", value):
            return date.fromisoformat(m[1]), date.fromisoformat(m[2])
        if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            return (day := date.fromisoformat(value)), day + timedelta(1)
        if m := re.fullmatch(r"(\d{4})-W(\d\d)", value):
            return (day := date.fromisocalendar(int(m[1]), int(m[2]), 1)), day + timedelta(7)
        if m := re.fullmatch(r"(\d{4})-(\d\d)", value):
            year, month = int(m[1]), int(m[2])
            return date(year, month, 1), date(year + month // 12, month % 12 + 1, 1)
        if re.fullmatch(r"\d{4}", value):
            return date(int(value), 1, 1), date(int(value) + 1, 1, 1)
    except ValueError:
        return None  # a day that does not exist equals nothing
    return None


def days(begin: str | None, end: str | None = None) -> tuple[date, date] | None:
    """The half-open days from `begin` through `end` (ISO values of any precision, clock and part of day let be).

    None where `begin` is null or no date; an `end` before it is let be.
    """
    first = interval(_day(begin)) if begin else None
    if first is None:
        return None
    last = interval(_day(end)) if end else None
    return first[0], max(first[1], last[1] if last else first[1])


def _day(value: str) -> str:
    return value if "/" in value else value.partition("T")[0]
