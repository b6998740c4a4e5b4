"""Articles as analysts say they read: the corrections in force for the parts of a record, by the part's id in the store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dabir.model import Record
from dabir.store import amending, corrections, merged, query, schema
from dabir.store.corrections import Correction
from dabir.store.filters import Filter
from dabir.store.rows import localise


def parts(record: Record) -> dict[str, str]:
    """The store's id of each event and statement of a record, by the record's own id."""
    known = localise(record).known
    return {i: known[i] for i in (*(e.id for e in record.events), *(s.id for s in record.statements))}


def in_force(connection: Connection, record: Record, version: str) -> Mapping[str, tuple[Correction, ...]]:
    """What analysts set and marked of an article and its parts, by id: what was set for an act first, then what for its report.

    An act's correction speaks of an article where its outlets gave one value: then that was misread, or is wrong in all of them.
    Where they gave several it says which of them is right, and each article goes on saying what it says.
    """
    ids = [version, *parts(record).values()]
    found = corrections.history(connection, ids)
    own = [c for c in corrections.standing(found) if c.subject != "act"]
    own += [m for i in ids if (m := corrections.marked(found, i))]
    by_id: dict[str, tuple[Correction, ...]] = {}
    for event in {i for c in found if c.subject == "act" and c.kind == "set" for i in c.of}.intersection(ids):
        by_id[event] = tuple(_of_act(connection, event))
    for c in own:
        by_id[c.target] = (*by_id.get(c.target, ()), c)
    return {i: found_ for i, found_ in by_id.items() if found_}


def _of_act(connection: Connection, event: str) -> Iterable[Correction]:
    act = merged.of_event(connection, event)
    members = merged.members(connection, act) if act else ()
    found = corrections.history(connection, (r.id for r in members))
    for c in corrections.standing(corrections.belongs(connection, found, {r.id for r in members})):
        if len({amending.value(r, c.field or "") for r in members}) == 1:
            yield c


def corrected(connection: Connection, f: Filter) -> tuple[str, ...]:
    """The current versions, by date of publication, of the articles of a filter that an analyst set or marked something of."""
    v, e, s, t, c = (x.c for x in (schema.versions, schema.events, schema.statements, schema.corrected, schema.corrections))
    touched = sa.select(t.target).join(schema.corrections, c.id == t.correction)
    touched = touched.where(c.kind.in_(("set", "mark")), c.undone_at.is_(None))
    there: Any = sa.or_(
        v.id.in_(touched), v.id.in_(sa.select(e.version).where(e.id.in_(touched))),
        v.id.in_(sa.select(s.version).where(s.id.in_(touched))),
    )  # fmt: skip
    where = (v.current, there, *query.published(f, connection.dialect.name))
    found = sa.select(v.id).where(*where).order_by(sa.func.coalesce(v.published, ""), v.id)
    return tuple(connection.execute(found).scalars())
