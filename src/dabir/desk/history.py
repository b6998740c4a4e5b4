"""What pages show of corrections: the analyst's values beside the outlets', the history, and what the forms offer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from starlette.requests import Request

from dabir.desk import guard
from dabir.desk.asking import Field
from dabir.desk.language import Language
from dabir.model import Record, Statement
from dabir.store import amending, corrections, fields, merged, readings, schema
from dabir.store.correcting import said
from dabir.store.corrections import Correction, Subject
from dabir.store.filters import Filter
from dabir.store.merged import MergedEvent
from dabir.store.query import EventRow, StatementRow
from dabir.store.store import Store

_AROUND = 3  # days to each side, in which an event may be the same act under another date
_NEAR = 12


NOTHING: Mapping[str, Any] = MappingProxyType({"ids": {}, "in_force": {}, "history": (), "analyst": None})
"""What the page of a text that is not kept shows."""


class Set(Struct, frozen=True):
    """A value that an analyst set; `outlet` is the one whose report reads so, null for the act as a whole."""

    correction: Correction
    outlet: str | None


class Row(Struct, frozen=True):
    """A field of an event: what analysts set, what outlets say."""

    field: Field
    set: tuple[Set, ...]


class Form(Struct, frozen=True):
    """The form of one field: its name, what it holds now, and the codes that it may hold (none where it is written)."""

    field: str
    value: str
    codes: tuple[tuple[str, str], ...]


def rows(event: MergedEvent, found: Sequence[Field], history: Iterable[Correction]) -> tuple[Row, ...]:
    """Every field of an event with the values that analysts set first; fields that they alone give come last."""
    outlets = {t.event: t.outlet or t.event[:8] for t in event.told}
    set_: dict[str, list[Set]] = {name: [Set(c, None)] for name, c in event.corrected.items()}
    for c in corrections.standing(history):
        if c.subject == "report" and c.field and c.target in outlets:
            set_.setdefault(c.field, []).append(Set(c, outlets[c.target]))
    known = [Row(f, tuple(set_.pop(f.name, ()))) for f in found]
    return (*known, *(Row(Field(name, (), False), tuple(values)) for name, values in set_.items()))


def near(store: Store, event: MergedEvent) -> tuple[EventRow, ...]:
    """Events that may be the same act: of its parties, within three days of it, or reported when it is where it has no day."""
    states = tuple(sorted({p.state for p in event.parties if p.state}))
    since, until = event.since or (event.first_report or "")[:10], event.until or (event.last_report or "")[:10]
    if not states or not since:
        return ()
    around = Filter(states=states, since=_moved(since, -_AROUND), until=_moved(until, _AROUND))
    shared = [e for e in store.events(around, limit=200).rows if e.id != event.id]
    ranked = sorted(shared, key=lambda e: (-len({p.state for p in e.parties}.intersection(states)), e.act != event.act, e.id))
    return tuple(ranked[:_NEAR])


def _moved(day: str, by: int) -> str:
    return (date.fromisoformat(day) + timedelta(by)).isoformat()


def _form(request: Request, subject: Subject, now: Callable[[str], str | None], say: Language) -> Form | None:
    """The form of the field that the address asks for, null for none or one that this thing does not have."""
    name = request.query_params.get("field", "")
    event = subject in ("act", "report")
    if name not in fields.FIELDS[subject] and not (event and fields.PERSON_FIELD.fullmatch(name)):
        return None
    kind = "truth" if name in fields.TRUTHS else name
    return Form(name, now(name) or "", tuple((c, say.label(kind, c)) for c in fields.codes(name)))


def of_event(request: Request, event: MergedEvent, found: Sequence[Field], say: Language) -> dict[str, Any]:
    """What the page of an event shows of corrections, and offers to an analyst."""
    store, analyst = guard.desk(request).store, guard.analyst(request)
    history = store.history(t.event for t in event.told)
    people = [f"{fields.PERSON}{s}" for s in dict.fromkeys(p.state for p in event.parties) if s]
    with store.reading() as connection:
        reports = amending.reading(connection, merged.members(connection, event.id)) if analyst else []
    return {
        "rows": rows(event, found, history), "history": history[::-1], "analyst": analyst, "page": f"event/{event.id}",
        "near": near(store, event) if analyst else (), "settable": (*fields.FIELDS["act"], *people), "target": event.id,
        "form": _form(request, "act", lambda name: amending.summed(reports, name), say) if analyst else None,
        "report": request.query_params.get("report", ""),
    }  # fmt: skip


def of_article(request: Request, record: Record, version: str, say: Language) -> dict[str, Any]:
    """What the page of an article shows of corrections of it and its parts; `ids` are the store's by the record's own."""
    store, analyst = guard.desk(request).store, guard.analyst(request)
    ids = readings.parts(record)
    with store.reading() as connection:
        in_force = readings.in_force(connection, record, version)
    a = {"title": record.article.title, "outlet": record.article.outlet, "published": record.article.published}
    now = a | {c.field: c.after for c in in_force.get(version, ()) if c.field}
    return {
        "ids": ids, "in_force": in_force, "history": store.history((version, *ids.values()))[::-1], "analyst": analyst,
        "page": f"article/{version}", "settable": fields.FIELDS["article"], "target": version,
        "form": _form(request, "article", now.get, say) if analyst else None,
    }  # fmt: skip


def of_statement(request: Request, own: Statement, ident: str, say: Language) -> dict[str, Any]:
    """What the page of a statement shows of corrections: the values in force, by field, and its mark."""
    store, analyst = guard.desk(request).store, guard.analyst(request)
    history = store.history([ident])
    set_ = {c.field: c for c in corrections.standing(history) if c.field}
    return {
        "fixed": set_, "mark": corrections.marked(history, ident), "history": history[::-1], "analyst": analyst,
        "page": f"statement/{ident}", "settable": fields.FIELDS["statement"], "target": ident,
        "form": _form(request, "statement", lambda f: set_[f].after if f in set_ else said(own, f), say) if analyst else None,
    }  # fmt: skip


def of_statements(store: Store, found: Sequence[StatementRow]) -> dict[str, dict[str, Correction]]:
    """What analysts set of the statements of a list, by id and field; a list is found by what was read."""
    by_id: dict[str, dict[str, Correction]] = {}
    for c in corrections.standing(store.history(s.id for s in found)):
        by_id.setdefault(c.target, {})[c.field or ""] = c
    return by_id


def statement(store: Store, ident: str) -> tuple[Record, Statement, str] | None:
    """The record that a statement stands in, the statement there, and its article's version; null for none of that id."""
    s = schema.statements.c
    with store.reading() as connection:
        row = connection.execute(sa.select(s.version, s.local).where(s.id == ident)).first()
    if row is None:
        return None
    record = store.record(row.version)
    return record, next(x for x in record.statements if x.id == row.local), row.version
