"""A publication date as people give it, Jalali or ISO, to ISO 8601."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import cache
from types import MappingProxyType

from dabir.errors import InputError
from dabir.model import Calendar
from dabir.resources import table
from dabir.text.keys import key
from dabir.times.calendars import to_date

_ISO_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?) ?(Z|z|[+-]\d\d:?\d\d)?")
_NUMBERS = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
_WORDS = re.compile(r"(\d{1,2}) ?([^\d\W][^\d\W ]*(?: [^\d\W]+)?) ?،? ?(\d{4})")
_FORMS = "write 2025-02-28, 1403-12-10 or «۱۰ اسفند ۱۴۰۳»"
_LAST_JALALI_YEAR = 1599
_LAST_HIJRI_YEAR = 1500


@cache
def _months() -> MappingProxyType[str, tuple[Calendar, int]]:
    found: dict[str, tuple[Calendar, int]] = {}
    for row in table("times/months.tsv"):
        calendar: Calendar = {"jalali": "jalali", "hijri": "hijri"}.get(row["calendar"], "gregorian")  # type: ignore[assignment]
        found.setdefault(key(row["name"]), (calendar, int(row["number"])))
    return MappingProxyType(found)


def _day(calendar: Calendar, year: int, month: int, day: int, given: str) -> date:
    try:
        return to_date(calendar, year, month, day)
    except (ValueError, OverflowError):
        raise InputError(f"the date «{given}» does not exist in the {calendar} calendar; {_FORMS}") from None


def _with_clock(text: str, given: str) -> str | None:
    match = _ISO_TIME.fullmatch(text)
    if not match:
        return None
    day = _numeric(match[1], given)
    clock = match[2] + (match[3] or "").upper().replace("Z", "+00:00")
    try:
        return datetime.fromisoformat(f"{day}T{clock}").isoformat()
    except ValueError:
        raise InputError(f"the clock time of «{given}» does not exist; {_FORMS}") from None


def _numeric(text: str, given: str) -> str | None:
    match = _NUMBERS.fullmatch(text)
    if not match:
        return None
    year, month, day = int(match[1]), int(match[3]), int(match[4])
    return _day("jalali" if year <= _LAST_JALALI_YEAR else "gregorian", year, month, day, given).isoformat()


def _worded(text: str, given: str) -> str | None:
    match = _WORDS.search(text)
    if not match:
        return None
    name = match[2].removesuffix(" ماه")
    found = _months().get(name) or _months().get(name.removesuffix("ماه"))
    if found is None:
        return None
    calendar, month = found
    return _day(calendar, int(match[3]), month, int(match[1]), given).isoformat()


def publication_date(given: str | date) -> str:
    """The ISO date or date-time of a publication date.

    In: a date, ISO (`2025-02-28`, `2025-02-28T10:30+03:30`) or Jalali (`1403-12-10`, `۱۰ اسفند ۱۴۰۳`, Dari months too).
    Raises InputError where it is no date, or a day that the calendar does not have.

    >>> publication_date("۱۰ اسفند ۱۴۰۳")
    '2025-02-28'
    """
    if isinstance(given, date):
        return given.isoformat()
    text = " ".join(key(given).split())
    upper = text.upper()
    found = _with_clock(upper, given) or _numeric(text, given) or _worded(text, given)
    if found is None:
        raise InputError(f"«{given}» is not a date; {_FORMS}")
    return found
