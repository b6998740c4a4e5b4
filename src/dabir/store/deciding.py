"""An analyst's decisions: kept for good, with who and when; the merge follows them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dabir.errors import InputError
from dabir.store import schema
from dabir.store.cluster import Pair
from dabir.store.compare import Verdict
from dabir.store.database import Database
from dabir.store.merging import LOCK
from dabir.store.reports import CHUNK
from dabir.store.writing import unmerge


def judge(database: Database, left: str, right: str, verdict: Verdict, *, by: str, at: str, note: str | None) -> None:
    """Keep a decision and take what it touches out of the merge, to be merged anew. Raises InputError, StoreError."""
    if not by.strip():
        raise InputError("a decision needs the name of who made it")
    if left == right:
        raise InputError("the two ids are the same")
    with database.writing() as connection:
        database.lock(connection, LOCK)
        kinds = {_kind(connection, i, database.name) for i in (left, right)}
        if len(kinds) > 1:
            raise InputError("one id is an event's, the other an article's", database.name)
        keep(connection, kinds.pop(), [(left, right)], verdict, by=by, at=at, note=note)


def keep(
    connection: Connection, kind: str, pairs: Collection[Pair], verdict: Verdict, *, by: str, at: str, note: str | None,
    correction: int | None = None,
) -> None:  # fmt: skip
    """Keep a decision on each of these pairs; where it is part of a correction, it holds until that is undone."""
    row = {"kind": kind, "verdict": verdict, "by": by, "at": at, "note": note, "correction": correction}
    if pairs:
        connection.execute(schema.overrules.insert(), [{**row, "left": left, "right": right} for left, right in pairs])
    loosen(connection, kind, sorted({i for p in pairs for i in p}))


def loosen(connection: Connection, kind: str, ids: Sequence[str]) -> None:
    """Take out of the merge what decisions on these events, or articles, touch; the next merge places it anew."""
    if kind == "copy":
        _loosen_copies(connection, ids)
        return
    m = schema.members.c
    for at in range(0, len(ids), CHUNK):
        acts = list(connection.execute(sa.select(m.merged).where(m.event.in_(ids[at : at + CHUNK]))).scalars())
        connection.execute(schema.merged.delete().where(schema.merged.c.id.in_(acts)))


def _kind(connection: Connection, wanted: str, store: str) -> str:
    for kind, table in (("event", schema.events), ("copy", schema.versions)):
        if connection.execute(sa.select(sa.literal(1)).where(table.c.id == wanted)).first():
            return kind
    raise InputError(f"no event and no article has the id {wanted}", store)


def _loosen_copies(connection: Connection, versions: Sequence[str]) -> None:
    c = schema.copies.c
    origins = list(connection.execute(sa.select(c.origin).where(c.version.in_(versions))).scalars())
    unmerge(connection, list(connection.execute(sa.select(c.version).where(c.origin.in_(origins))).scalars()))
