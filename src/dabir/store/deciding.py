"""An analyst's decisions: kept for good, with who and when; the merge follows them."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dabir.errors import InputError
from dabir.store import schema
from dabir.store.compare import Verdict
from dabir.store.database import Database
from dabir.store.merging import LOCK
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
        kind = kinds.pop()
        row = {"kind": kind, "left": left, "right": right, "verdict": verdict, "by": by, "at": at, "note": note}
        connection.execute(schema.overrules.insert().values(row))
        if kind == "copy":
            _loosen_copies(connection, [left, right])
        else:
            m = schema.members.c
            acts = list(connection.execute(sa.select(m.merged).where(m.event.in_([left, right]))).scalars())
            connection.execute(schema.merged.delete().where(schema.merged.c.id.in_(acts)))


def _kind(connection: Connection, wanted: str, store: str) -> str:
    for kind, table in (("event", schema.events), ("copy", schema.versions)):
        if connection.execute(sa.select(sa.literal(1)).where(table.c.id == wanted)).first():
            return kind
    raise InputError(f"no event and no article has the id {wanted}", store)


def _loosen_copies(connection: Connection, versions: list[str]) -> None:
    c = schema.copies.c
    origins = list(connection.execute(sa.select(c.origin).where(c.version.in_(versions))).scalars())
    unmerge(connection, list(connection.execute(sa.select(c.version).where(c.origin.in_(origins))).scalars()))
