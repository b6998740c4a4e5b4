"""Dabir reads Persian news about diplomacy into records.

>>> import dabir
>>> record = dabir.read("وزیران خارجه ایران و عمان در مسقط دیدار کردند.", published="2025-02-28")
>>> record.events[0].act
'meet'
"""

from __future__ import annotations

from datetime import date, datetime
from functools import cache

from dabir.errors import DabirError, DataError, InputError
from dabir.model import Check, Record, Time
from dabir.reading import Reader
from dabir.timing import check_times, find_times

__all__ = [
    "Check", "DabirError", "DataError", "InputError", "Reader", "Record", "Time", "check_times", "find_times", "read",
]  # fmt: skip
__version__ = "0.1.0"


@cache
def _reader() -> Reader:
    return Reader()


def read(
    text: str,
    *,
    published: str | date | datetime | None = None,
    outlet: str | None = None,
    url: str | None = None,
    title: str | None = None,
    ref: str | None = None,
) -> Record:
    """The record of one article; see `Reader.read`. The first call loads the tables (under a second)."""
    return _reader().read(text, published=published, outlet=outlet, url=url, title=title, ref=ref)
