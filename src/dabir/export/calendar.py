"""iCalendar (RFC 5545): meetings, talks, visits and the like that have a day, planned, held or cancelled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

from dabir.export.kinds import headline, name_en
from dabir.resources import toml
from dabir.store.filters import Filter
from dabir.store.frames import library
from dabir.store.query import EventRow
from dabir.store.store import Store

DATA = "export/calendar.toml"


def chunks(store: Store, f: Filter) -> Iterator[str]:
    """A calendar of whole days. Acts of other kinds, undated ones and those said to be in a month or year alone are no entries."""
    data = toml(DATA)
    yield "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Dabir//dabir//FA\r\nCALSCALE:GREGORIAN\r\n"
    for e in store.each_event(f):
        if e.act in data["acts"] and e.status in data["status"] and e.since and e.until and _days(e) <= data["longest"]:
            yield entry(e)
    yield "END:VCALENDAR\r\n"


def _days(e: EventRow) -> int:
    return (date.fromisoformat(e.until or "") - date.fromisoformat(e.since or "")).days


def entry(e: EventRow) -> str:
    """A VEVENT. Its stamp is the day of the last report, since the same store is to give the same calendar."""
    ical = library("icalendar", "calendar")
    item = ical.Event()
    item.add("uid", f"{e.id}@dabir")
    stamp = date.fromisoformat((e.last_report or e.since or "")[:10])
    item.add("dtstamp", datetime(stamp.year, stamp.month, stamp.day, tzinfo=UTC))
    item.add("dtstart", date.fromisoformat(e.since or ""))
    item.add("dtend", date.fromisoformat(e.until or ""))
    item.add("summary", headline(e))
    item.add("status", toml(DATA)["status"][e.status])
    item.add("categories", [e.act, *dict.fromkeys(name_en(p.state) for p in e.parties if p.state)])
    for name, value in (("location", e.place), ("description", e.title), ("url", e.url)):
        if value:
            item.add(name, value)
    return str(item.to_ical().decode())
