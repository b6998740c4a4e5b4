"""Which articles of a store are copies of one another, kept in `copies` as one origin for all of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dabir.store import copies, schema
from dabir.store.cluster import pair
from dabir.store.reports import CHUNK
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
    if not found:
        return 0
    words = _words(connection, found)
    shingles = {version: copies.shingles(words.get(version, "")) for version in found}
    _sketch(connection, shingles)
    near = _near(connection, found)
    words |= _words(connection, {other for others in near.values() for other in others} - words.keys())
    decided = _overrules(connection)
    for version, published in found.items():
        alike = [
            other
            for other, day in near.get(version, {}).items()
            if close(published, day) and copies.likeness(shingles[version], copies.shingles(words.get(other, ""))).copies
        ]
        _tie(connection, version, alike, decided)
    return len(found)


def _words(connection: Connection, versions: Iterable[str]) -> dict[str, str]:
    d = schema.documents.c
    ids = sorted(versions)
    found: dict[str, str] = {}
    for at in range(0, len(ids), CHUNK):
        query = sa.select(d.owner, d.key).where(d.owner.in_(ids[at : at + CHUNK]))
        found |= {row[0]: row[1] for row in connection.execute(query)}
    return found


def _sketch(connection: Connection, shingles: Mapping[str, frozenset[str]]) -> None:
    connection.execute(schema.bands.delete().where(schema.bands.c.version.in_(list(shingles))))
    rows = [
        {"version": version, "band": n, "hash": h}
        for version, found in shingles.items()
        if found
        for n, h in enumerate(copies.bands(copies.digest(found)))
    ]
    if rows:
        connection.execute(schema.bands.insert(), rows)


def _near(connection: Connection, versions: Collection[str]) -> dict[str, dict[str, str | None]]:
    """For each of these versions those of other articles that share a band with it and have their origin already, or are before it
    among these; with their dates, those first that share most."""
    here, there = schema.bands.alias("here"), schema.bands.alias("there")
    shared = sa.func.count().label("shared")
    query = (
        sa.select(here.c.version, there.c.version.label("other"))
        .join(there, (here.c.band == there.c.band) & (here.c.hash == there.c.hash))
        .where(here.c.version.in_(versions), there.c.version != here.c.version)
        .group_by(here.c.version, there.c.version)
        .order_by(here.c.version, shared.desc(), there.c.version)
    )
    pairs = [(version, other) for version, other in connection.execute(query)]
    known = _placed(connection, {x for pair_ in pairs for x in pair_})
    found: dict[str, dict[str, str | None]] = {}
    for version, other in pairs:
        article, published, placed = known.get(other, (None, None, False))
        ready = placed or (other in versions and other < version)
        others = found.setdefault(version, {})
        if ready and article and article != known[version][0] and len(others) < CANDIDATES:
            others[other] = published
    return found


def _placed(connection: Connection, versions: Iterable[str]) -> dict[str, tuple[str, str | None, bool]]:
    """The article and the date of those of these versions that are current, and whether they have their origin."""
    v, c, ids = schema.versions.c, schema.copies.c, sorted(versions)
    found: dict[str, tuple[str, str | None, bool]] = {}
    for at in range(0, len(ids), CHUNK):
        query = sa.select(v.id, v.article, v.published, c.version).outerjoin(schema.copies, c.version == v.id)
        for row in connection.execute(query.where(v.id.in_(ids[at : at + CHUNK]), v.current)):
            found[row[0]] = (row[1], row[2], row[3] is not None)
    return found


def close(a: str | None, b: str | None) -> bool:
    """Whether two days of publication are near enough for copies; one that is not known is near any."""
    return not a or not b or abs((date.fromisoformat(a[:10]) - date.fromisoformat(b[:10])).days) <= _APART


def _tie(connection: Connection, version: str, alike: Iterable[str], decided: Mapping[tuple[str, str], str]) -> None:
    """Give a version the origin of its copies; where they had several, one for all: the least id of the group."""
    c = schema.copies.c
    wanted = {o for o in alike if decided.get(pair(version, o)) not in ("different", "unsure")}
    wanted |= {x for p, verdict in decided.items() if verdict == "same" and version in p for x in p if x != version}
    if not wanted:
        connection.execute(schema.copies.insert().values(version=version, origin=version))
        return
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
