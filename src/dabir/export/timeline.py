"""TimelineJS JSON (https://timeline.knightlab.com/docs/json-format.html): a slide a dated event."""

from __future__ import annotations

import html
from collections.abc import Iterator
from datetime import date

from dabir.export.kinds import headline, json_list, last_day, stated
from dabir.store.filters import Filter
from dabir.store.query import EventRow
from dabir.store.store import Store
from dabir.times.calendars import from_date


def chunks(store: Store, f: Filter) -> Iterator[str]:
    """A timeline; events without a day have no slide."""
    yield from json_list('{"events":[\n', (slide(e) for e in store.each_event(f) if e.since), "\n]}\n")


def slide(e: EventRow) -> dict[str, object]:
    """An event as a slide; what is shown is HTML, so the article's words are escaped. The day is shown in the Jalali calendar."""
    last = last_day(e)
    sources = html.escape(" · ".join(x for x in (e.outlet, e.title) if x))
    link = f'<p><a href="{html.escape(e.url)}">{sources}</a></p>' if e.url and _is_web(e.url) else f"<p>{sources}</p>"
    jalali = "{}/{:02}/{:02}".format(*from_date("jalali", date.fromisoformat(e.since or "")))
    return stated(
        unique_id=e.id, start_date=_date(e.since or ""), end_date=_date(last) if last else None,
        display_date=jalali if last is None else None, group=e.act,
        text={"headline": html.escape(headline(e)), "text": link},
    )  # fmt: skip


def _is_web(url: str) -> bool:
    return url.startswith(("https://", "http://"))


def _date(day: str) -> dict[str, int]:
    found = date.fromisoformat(day)
    return {"year": found.year, "month": found.month, "day": found.day}
