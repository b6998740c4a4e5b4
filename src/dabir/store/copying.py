"""Which articles of a store are copies of one another, kept in `copies` as one origin for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dabir.store import copies, schema
from dabir.store.cluster import pair
from dabir.store.writing import dissolve

_BATCH = 100
CANDIDATES = 60
_APART = 30  # days between publications, from which on the same words are told anew rather than copied


def group_copies(connection: Connection) -> int:
    """Tie the next versions that have no origin yet to their copies. Returns how many there were."""
    v, c = schema.versions.c, schema.copies.c
    query = (
        sa.select(v.id, v.published)
        .outerjoin(schema.copies, c.version == v.id)
        .where(v.current, c.version.is_(None))
        .order_by(v.id)
        .limit(_BATCH)
    )
    found = {row[0]: row[1] for row in connection.execute(query)}
    words = _words(connection, found)
    for version, published in found.items():
        shingles = copies.shingles(words.get(version, ""))
        _sketch(connection, version, shingles)
        near = _near(connection, version)
        theirs = _words(connection, near)
        alike = [
            other
            for other, day in near.items()
            if close(published, day) and copies.likeness(shingles, copies.shingles(theirs.get(other, ""))).copies
        ]
        _tie(connection, version, alike)
    return len(found)


def _words(connection: Connection, versions: Iterable[str]) -> Mapping[str, str]:
    d = schema.documents.c
    query = sa.select(d.owner, d.key).where(d.owner.in_(list(versions)))
    return {row[0]: row[1] for row in connection.execute(query)}


def _sketch(connection: Connection, version: str, shingles: frozenset[str]) -> None:
    connection.execute(schema.bands.delete().where(schema.bands.c.version == version))
    if shingles:
        parts = enumerate(copies.bands(copies.digest(shingles)))
        connection.execute(schema.bands.insert(), [{"version": version, "band": n, "hash": h} for n, h in parts])


def _near(connection: Connection, version: str) -> dict[str, str | None]:
    """Versions that have been given their origin, share a band with this one and are not of the same article."""
    here, there = schema.bands.alias("here"), schema.bands.alias("there")
    v, mine = schema.versions, schema.versions.alias("mine")
    query = (
        sa.select(there.c.version, v.c.published, sa.func.count().label("shared"))
        .join(here, (here.c.band == there.c.band) & (here.c.hash == there.c.hash))
        .join(v, v.c.id == there.c.version)
        .join(mine, mine.c.id == here.c.version)
        .join(schema.copies, schema.copies.c.version == there.c.version)
        .where(here.c.version == version, there.c.version != version, v.c.current, v.c.article != mine.c.article)
        .group_by(there.c.version, v.c.published)
        .order_by(sa.desc("shared"), there.c.version)
        .limit(CANDIDATES)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def close(a: str | None, b: str | None) -> bool:
    """Whether two days of publication are near enough for copies; one that is not known is near any."""
    return not a or not b or abs((date.fromisoformat(a[:10]) - date.fromisoformat(b[:10])).days) <= _APART


def _tie(connection: Connection, version: str, alike: Iterable[str]) -> None:
    """Give a version the origin of its copies; where they had several, one for all: the least id of the group."""
    c = schema.copies.c
    decided = _overrules(connection)
    wanted = {o for o in alike if decided.get(pair(version, o)) not in ("different", "unsure")}
    wanted |= {x for p, verdict in decided.items() if verdict == "same" and version in p for x in p if x != version}
    origins = sorted(set(connection.execute(sa.select(c.origin).where(c.version.in_(sorted(wanted)))).scalars()))
    joined = {version}
    for origin in origins:
        group = set(connection.execute(sa.select(c.version).where(c.origin == origin)).scalars())
        if not any(decided.get(pair(x, y)) == "different" for x in joined for y in group):
            joined |= group
    if len(origins) > 1:  # two groups turn out to be one: who is independent of whom has changed
        dissolve(connection, joined)
    origin = min(joined)
    connection.execute(schema.copies.update().where(c.version.in_(sorted(joined))).values(origin=origin))
    connection.execute(schema.copies.insert().values(version=version, origin=origin))


def _overrules(connection: Connection) -> dict[tuple[str, str], str]:
    o = schema.overrules.c
    query = sa.select(o.left, o.right, o.verdict).where(o.kind == "copy").order_by(o.id)
    return {pair(left, right): verdict for left, right, verdict in connection.execute(query)}
