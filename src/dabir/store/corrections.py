"""What analysts changed: the kept corrections as values, which of them hold, and what each is of. Writing is `correcting`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Literal

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from dabir.store import schema
from dabir.store.cluster import Pair, pair
from dabir.store.paging import Order, Page, page
from dabir.store.reports import CHUNK

Kind = Literal["set", "join", "split", "mark", "note"]
Subject = Literal["act", "report", "statement", "article"]


class Correction(Struct, frozen=True):
    """One change by an analyst: `kind` and what it is of, by id. `field`, `before` and `after` are null where the kind has none,
    `after` also where the value is not stated; `by` who, `at` when (ISO), `why` in the analyst's words (of a note, the note).
    `undone_by` and `undone_at` are null while it holds. `of` has the ids that it holds on to: of an act, its reports then.
    """

    id: int
    kind: Kind
    subject: Subject
    target: str
    field: str | None
    before: str | None
    after: str | None
    by: str
    at: str
    why: str
    undone_by: str | None
    undone_at: str | None
    of: tuple[str, ...]


def load(connection: Connection, ids: Iterable[int]) -> tuple[Correction, ...]:
    """Corrections by number, in that order; numbers that are none are left out."""
    wanted = sorted(set(ids))
    found: dict[int, Correction] = {}
    for at in range(0, len(wanted), CHUNK):
        part = wanted[at : at + CHUNK]
        rows = connection.execute(sa.select(schema.corrections).where(schema.corrections.c.id.in_(part))).all()
        found |= {c.id: c for c in _whole(connection, rows)}
    return tuple(found[i] for i in wanted if i in found)


def _whole(connection: Connection, rows: Collection[sa.Row[Any]]) -> list[Correction]:
    t = schema.corrected.c
    of: dict[int, list[str]] = {}
    query = sa.select(t.correction, t.target).where(t.correction.in_([r.id for r in rows])).order_by(t.correction, t.target)
    for correction, target in connection.execute(query):
        of.setdefault(correction, []).append(target)
    names = [n for n in Correction.__struct_fields__ if n != "of"]
    return [Correction(**{n: r._mapping[n] for n in names}, of=tuple(of.get(r.id, ()))) for r in rows]


def history(connection: Connection, targets: Iterable[str]) -> tuple[Correction, ...]:
    """Every correction of these things (events, statements, versions by id), also undone ones, by time."""
    t = schema.corrected.c
    found: set[int] = set()
    wanted = sorted(set(targets))
    for at in range(0, len(wanted), CHUNK):
        query = sa.select(t.correction).where(t.target.in_(wanted[at : at + CHUNK]))
        found |= set(connection.execute(query).scalars())
    return load(connection, found)


def standing(found: Iterable[Correction]) -> tuple[Correction, ...]:
    """Those that set a field and have not been undone: the last one of each field of each thing. Those of acts are taken to be of
    one act; `belongs` says which are."""
    last: dict[tuple[str, str | None], Correction] = {}
    for c in found:
        if c.kind == "set" and c.undone_at is None:
            last["" if c.subject == "act" else c.target, c.field] = c
    return tuple(last.values())


def marked(found: Iterable[Correction], target: str) -> Correction | None:
    """The mark that a statement or report has, null for none: the last one that was not undone."""
    marks = [c for c in found if c.kind == "mark" and c.target == target and c.undone_at is None]
    return marks[-1] if marks else None


def listed(
    connection: Connection, *, target: str | None = None, by: str | None = None, limit: int = 50, cursor: str | None = None
) -> Page[Correction]:  # fmt: skip
    """A page of all corrections, the newest first; those of one thing, or of one analyst."""
    c, t = schema.corrections.c, schema.corrected.c
    query = sa.select(schema.corrections)
    if target is not None:
        query = query.where(c.id.in_(sa.select(t.correction).where(t.target == target)))
    query = query.where(c.by == by) if by is not None else query
    found, more = page(connection, query, Order("-number", c.id, sa.cast(c.id, sa.Text), True), limit, cursor)
    return Page(tuple(_whole(connection, found)), more)


def belongs(connection: Connection, found: Iterable[Correction], members: Collection[str]) -> tuple[Correction, ...]:
    """Those corrections of acts that are of the act with these reports: it has more than half of the reports that the correction
    was made for, or half with the least of them. Reports whose article has a newer version no longer count."""
    acts = [c for c in found if c.subject == "act"]
    there = _current(connection, {i for c in acts for i in c.of if i not in members}) | set(members)
    kept = []
    for c in acts:
        known = [i for i in c.of if i in there]
        mine = sum(i in members for i in known)
        if 2 * mine > len(known) or (mine and 2 * mine == len(known) and min(known) in members):
            kept.append(c)
    return tuple(kept)


def _current(connection: Connection, events: Collection[str]) -> set[str]:
    e, v = schema.events.c, schema.versions.c
    ids = sorted(events)
    found: set[str] = set()
    for at in range(0, len(ids), CHUNK):
        query = sa.select(e.id).join(schema.versions, v.id == e.version).where(e.id.in_(ids[at : at + CHUNK]), v.current)
        found |= set(connection.execute(query).scalars())
    return found


def overrules(connection: Connection, kind: str) -> Mapping[Pair, str]:
    """What analysts decided last about each pair of events (`event`) or of articles (`copy`), without what they have undone."""
    o, c = schema.overrules.c, schema.corrections.c
    query = (
        sa.select(o.left, o.right, o.verdict)
        .outerjoin(schema.corrections, c.id == o.correction)
        .where(o.kind == kind, c.undone_at.is_(None))
        .order_by(o.id)
    )
    return {pair(left, right): verdict for left, right, verdict in connection.execute(query)}
