"""What an expression is resolved against, and what comes out of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from msgspec import Struct

from dabir.model import Calendar
from dabir.times import calendars
from dabir.times.calendars import DAY, Interval
from dabir.times.meaning import Tense

NO_DATE = "no publication date, and nothing in the article anchors it"
NO_ANCHOR = "the time that it counts from is not stated"
NO_DAY = "no such day in the calendar"
NO_PLACE = "local time of a place that is not stated"

PUBLISHED = "published"

# A year that the words leave open is mostly the nearest. Days ahead of publication weigh more than days behind it, and
# days on the side that the clause's tense speaks against weigh more still.
_AHEAD = 1.3
_AHEAD_OF_PAST = 6.0
_BEHIND_FUTURE = 2.0


class Anchor(Struct, frozen=True):
    """A stretch of days stated in the article, with its time's id: what «همان روز» or «سال بعد» counts from."""

    begin: date
    end: date
    id: str
    calendar: Calendar | None = None

    @property
    def day(self) -> date | None:
        """The day, where the stretch is one."""
        return self.begin if self.end == self.begin + DAY else None


class Context(Struct, frozen=True):
    """What an expression is resolved against.

    `published` the publication day or None; `source` the calendar that the article counts in, where words leave it
    open (None: months are Gregorian, years Jalali); `tense` of the expression's clause; `day` the last day stated
    before, `last` the last stretch of any length; `hint` a day stated with its year, for dates without one where
    `published` is None; `sentence` the day that the same sentence states.
    """

    published: date | None
    source: Calendar | None
    tense: Tense | None = None
    day: Anchor | None = None
    last: Anchor | None = None
    hint: Anchor | None = None
    sentence: Anchor | None = None

    @property
    def base(self) -> tuple[date, str] | None:
        """The day from which open years are filled in, and what it is."""
        if self.published:
            return self.published, PUBLISHED
        return (self.hint.begin, self.hint.id) if self.hint else None


class Value(Struct, frozen=True):
    """A resolved value with its bounds, or None with the reason."""

    value: str | None
    begin: str | None = None
    until: str | None = None
    calendar: Calendar | None = None
    zone: str | None = None
    anchor: str | None = None
    reason: str | None = None
    days: Interval | None = None


def stretch(days: Interval, calendar: Calendar | None = None, anchor: str | None = None, value: str | None = None) -> Value:
    """The value of a stretch of days."""
    begin, end = days
    return Value(value or calendars.iso(days), begin.isoformat(), end.isoformat(), calendar, None, anchor, None, days)


def nothing(reason: str) -> Value:
    """No value, with the reason."""
    return Value(None, reason=reason)


def nearest(options: Iterable[Interval], base: date, when: str | None, tense: Tense | None) -> Interval:
    """Of the same stretch in neighbouring years, the one meant.

    `when` (past, next: said by the words) decides; else the nearest to `base`, weighed by the clause's tense.
    """
    rows = sorted(options)
    if when == "past":
        before = [o for o in rows if o[0] < base]
        return before[-1] if before else rows[0]
    if when == "next":
        after = [o for o in rows if o[1] > base]
        return after[0] if after else rows[-1]
    ahead = {"past": _AHEAD_OF_PAST, "future": 1.0}.get(tense or "", _AHEAD)
    back = _BEHIND_FUTURE if tense == "future" else 1.0

    def distance(o: Interval) -> float:
        return (o[0] - base).days * ahead if o[0] > base else max(0, (base - o[1]).days) * back

    return min(rows, key=distance)
