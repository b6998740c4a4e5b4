"""The temporal tagger by itself: text in, times and checks out, without names, events or models."""

from __future__ import annotations

from datetime import date, datetime

from dabir.model import Check, Time
from dabir.text.clean import outline
from dabir.times import check, find

Published = str | date | datetime | None


def find_times(text: str, *, published: Published = None) -> list[Time]:
    """Every expression of time in a Persian text, in order, each with its value, span and the reason for both.

    `published` is the day that «دیروز» counts from: a date, an ISO or Jalali date in words («۱۰ اسفند ۱۴۰۳»), or None;
    relative expressions then have no value, and say so. Spans are offsets of code points of `text` as it is.
    Raises InputError for a date that does not exist. Runs in time linear in the length of `text`.

    >>> [(t.text, t.value) for t in find_times("دیروز ساعت ۵ عصر دیدار کردند.", published="2025-02-28")]
    [('دیروز ساعت ۵ عصر', '2025-02-27T17:00')]
    """
    return list(find.find_times(outline(text), _day(published)))


def check_times(text: str, *, published: Published = None) -> list[Check]:
    """Where the times of a text contradict each other or the calendar, in text order; arguments as for `find_times`.

    >>> [c.kind for c in check_times("روز جمعه نهم اسفند ۱۴۰۳ رفت.")]
    ['weekday-mismatch']
    """
    outlined, day = outline(text), _day(published)
    return list(check.check_times(outlined, find.find_times(outlined, day), day))


def _day(published: Published) -> date | datetime | None:
    return find.parse_date(published) if isinstance(published, str) else published
