"""Two states over time: how many events a day, week or month, of which PLOVER class, how intense; in either calendar."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Literal

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from dabir.errors import InputError
from dabir.store import schema
from dabir.store.choosing import Chosen, chosen
from dabir.store.filters import Filter
from dabir.times.calendars import from_date, month

Unit = Literal["day", "week", "month"]
Reckoning = Literal["jalali", "gregorian"]
LONGEST = 40_000
"""Buckets that a series may have: a century of days."""


class Bucket(Struct, frozen=True):
    """One day, week or month: half-open ISO days and its name in its calendar. `quads` counts events by PLOVER class (verbal and
    material cooperation, verbal and material conflict), `intensity` is the mean of those that have one, null for none;
    `first` and `second` count acts of the one towards the other."""

    label: str
    begin: str
    until: str
    events: int = 0
    quads: tuple[int, int, int, int] = (0, 0, 0, 0)
    intensity: float | None = None
    first: int = 0
    second: int = 0


class Series(Struct, frozen=True):
    """The buckets from the first event to the last, those without events too; `undated` are events that no bucket counts."""

    states: tuple[str, str]
    by: Unit
    calendar: Reckoning
    buckets: tuple[Bucket, ...]
    undated: int


class _Day(Struct, frozen=True):
    day: date
    quad: int | None
    doer: int
    events: int
    total: float | None
    scored: int


def dyad(connection: Connection, f: Filter, by: Unit = "month", calendar: Reckoning = "gregorian") -> Series:
    """The series of a filter's dyad. An event counts on the first day of its date; all statuses count unless the filter says
    which. Raises InputError without a dyad, or where there would be more than 40,000 buckets."""
    if f.dyad is None:
        raise InputError("a series needs two states, such as RUS and USA")
    found = _days(connection, chosen(connection, f), f.dyad)
    undated = sum(number for since, _, _, number, *_ in found if since is None)
    dated = [_Day(date.fromisoformat(since), *rest) for since, *rest in found if since]
    dated.sort(key=lambda d: (d.day, d.quad or 0, d.doer))
    return Series(f.dyad, by, calendar, tuple(_buckets(dated, by, calendar)), undated)


def _days(connection: Connection, c: Chosen, states: tuple[str, str]) -> list[tuple[Any, ...]]:
    """For each first day (null for none), PLOVER class and doer: how many events, the sum of their intensities, how many have one."""
    m, p = schema.merged.c, schema.parties.c

    def takes(state: str, role: str) -> Any:
        return sa.exists().where(p.merged == m.id, p.who == state, p.role == role)

    one, other = states
    doer = sa.case(
        (takes(one, "actor") & takes(other, "recipient"), 1), (takes(other, "actor") & takes(one, "recipient"), 2), else_=0
    ).label("doer")
    query = c.select(c.day, m.quad, doer, sa.func.count(), sa.func.sum(m.intensity), sa.func.count(m.intensity))
    return [tuple(row) for row in connection.execute(query.group_by(c.day, m.quad, doer))]


def bucket(day: date, by: Unit, calendar: Reckoning) -> Bucket:
    """The empty bucket that a day falls into. Weeks begin on Saturday in the Jalali calendar, else on Monday (ISO).

    >>> bucket(date(2025, 2, 27), "month", "jalali").label
    '1403-12'
    """
    year, number, of_month = from_date(calendar, day)
    if by == "month":
        begin, until = month(calendar, year, number)
        return Bucket(f"{year:04}-{number:02}", begin.isoformat(), until.isoformat())
    if by == "week":
        begin = day - timedelta((day.weekday() + 2) % 7 if calendar == "jalali" else day.weekday())
        iso = begin.isocalendar()
        label = f"{iso.year:04}-W{iso.week:02}" if calendar == "gregorian" else "{:04}-{:02}-{:02}".format(*from_date(calendar, begin))
        return Bucket(label, begin.isoformat(), (begin + timedelta(7)).isoformat())
    return Bucket(f"{year:04}-{number:02}-{of_month:02}", day.isoformat(), (day + timedelta(1)).isoformat())


def _buckets(found: list[_Day], by: Unit, calendar: Reckoning) -> Iterator[Bucket]:
    """Buckets without a gap; days come in order."""
    if found and (found[-1].day - found[0].day).days > LONGEST * {"day": 1, "week": 7, "month": 28}[by]:
        raise InputError(f"from {found[0].day} to {found[-1].day} is too long a time by {by}; narrow it, or take a longer step")
    group: list[_Day] = []
    at: Bucket | None = None
    for one in found:
        if at is None:
            at = bucket(one.day, by, calendar)
        while one.day.isoformat() >= at.until:
            yield _filled(at, group)
            at, group = bucket(date.fromisoformat(at.until), by, calendar), []
        group.append(one)
    if at is not None:
        yield _filled(at, group)


def _filled(empty: Bucket, days: list[_Day]) -> Bucket:
    quads = [sum(d.events for d in days if d.quad == n) for n in (1, 2, 3, 4)]
    scored = sum(d.scored for d in days)
    return msgspec.structs.replace(
        empty, events=sum(d.events for d in days), quads=(quads[0], quads[1], quads[2], quads[3]),
        intensity=round(sum(d.total or 0.0 for d in days) / scored, 3) if scored else None,
        first=sum(d.events for d in days if d.doer == 1), second=sum(d.events for d in days if d.doer == 2),
    )  # fmt: skip
