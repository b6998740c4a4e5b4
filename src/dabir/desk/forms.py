"""Forms that filter: what was filled in, as a `Filter`; dates written, or picked from lists of day, month and year."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from starlette.datastructures import QueryParams

from dabir.desk.language import Language
from dabir.errors import InputError
from dabir.store import filters, schema
from dabir.store.filters import Filter
from dabir.store.series import Reckoning
from dabir.store.store import Store
from dabir.times.calendars import from_date, to_date

FIELDS = ("state", "dyad", "actor", "act", "plover", "status", "place", "outlet", "since", "until", "text")
_MOST_YEARS = 120
_COMMAS = re.compile(r"[,،;؛]")
Fields = Mapping[str, Sequence[str]]


class Picker(Struct, frozen=True):
    """What the lists of a date offer: the calendar whose days they are, and its years, the last first."""

    calendar: Reckoning
    years: tuple[int, ...]

    @property
    def other(self) -> Reckoning:
        """The calendar that the reader may change to."""
        return "gregorian" if self.calendar == "jalali" else "jalali"


class Form(Struct, frozen=True):
    """A form as it was filled in: the filter that it means, the fields as links and inputs repeat them, and its lists of dates."""

    filter: Filter
    fields: Fields
    picker: Picker

    def first(self, name: str) -> str:
        """A field's only value, empty for none."""
        return next(iter(self.fields.get(name, ())), "")

    @property
    def query(self) -> Fields:
        """The fields that the API knows, too."""
        return {k: v for k, v in self.fields.items() if k != "calendar"}

    def toggled(self, name: str, value: str) -> Fields:
        """The fields with a value added, or taken away where it was there."""
        there = list(self.fields.get(name, ()))
        return {**self.fields, name: [v for v in there if v != value] if value in there else [*there, value]}


def asked(query: QueryParams, say: Language, store: Store, clock: str) -> Form:
    """The form that a page's query fills in. Several states may stand in one field, parted by commas; a date that was picked
    from the lists goes before one that was written. Raises InputError for what cannot be used."""
    calendar: Reckoning = say.calendar
    if query.get("calendar") in ("jalali", "gregorian"):
        calendar = "jalali" if query["calendar"] == "jalali" else "gregorian"
    given: dict[str, Any] = {k: [v.strip() for v in query.getlist(k) if v.strip()] for k in FIELDS}
    given["state"] = [s.strip() for v in given["state"] for s in _COMMAS.split(v) if s.strip()]
    for edge in ("since", "until"):
        iso = picked(query, edge, calendar)
        if iso:
            given[edge] = [say.day(iso) if say.calendar == "jalali" else iso]
    one = {k: given[k][0] if given[k] else None for k in ("actor", "place", "outlet", "since", "until", "text")}
    found = filters.asked(
        states=given["state"], dyad=given["dyad"], acts=given["act"], plover=given["plover"], status=given["status"], **one
    )
    fields = {k: v for k, v in {**given, "state": list(found.states), "act": list(found.acts)}.items() if v}
    if calendar != say.calendar:
        fields["calendar"] = [calendar]
    return Form(found, fields, Picker(calendar, years(store, calendar, clock)))


def picked(query: Mapping[str, str], name: str, calendar: Reckoning) -> str | None:
    """The ISO day that the lists of a field give: the first of a year or month where less than a day is picked, null for none.

    Raises InputError for a month or day without a year, and for a day that its month does not have.
    """
    parts = [query.get(f"{name}-{unit}", "").strip() for unit in ("year", "month", "day")]
    if not any(parts):
        return None
    if not parts[0] or (parts[2] and not parts[1]):
        raise InputError("pick a year for the date; a day needs its month, too")
    try:
        year, month, day = (int(p) if p else 1 for p in parts)
        return to_date(calendar, year, month, day).isoformat()
    except (ValueError, OverflowError):
        raise InputError(f"there is no day {'-'.join(p or '1' for p in parts)} in this calendar") from None


def years(store: Store, calendar: Reckoning, clock: str) -> tuple[int, ...]:
    """The years of the store's events in a calendar, the last first; this year for none."""
    m = schema.merged.c
    with store.reading() as connection:
        first = connection.execute(sa.select(sa.func.min(m.since))).scalar() or clock
        last = connection.execute(sa.select(sa.func.max(m.since))).scalar() or clock
    begin, end = (from_date(calendar, date.fromisoformat(d[:10]))[0] for d in (first, last))
    return tuple(range(end, max(begin, end - _MOST_YEARS) - 1, -1))
