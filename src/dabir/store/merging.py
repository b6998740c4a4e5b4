"""The merge as it runs over a store: new articles are tied to their copies, new reports to the act that they tell of.

Each batch is one transaction, so that a merge that is cut off goes on where it was; of two that run at once, one waits for
the other. Only what is new is compared, with what shares a block with it: cost grows with the number of new reports.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from dabir.store import amending, reports, schema
from dabir.store.cluster import Pair, groups, pair
from dabir.store.compare import Judgement, compare, weights
from dabir.store.copying import group_copies
from dabir.store.corrections import overrules
from dabir.store.database import Database
from dabir.store.opinions import opinions, parties, summary
from dabir.store.reports import Party, Report

LOCK = "dabir merge"
BATCH = 200
NEIGHBOURS = 40  # reports that one is compared with at most, those first that share most blocks with it
Progress = Callable[[int], None]


class Merging(Struct, frozen=True):
    """What a merge did: articles looked at for copies, reports that got their place, pairs compared."""

    articles: int
    reports: int
    pairs: int


def silent(_: int) -> None:
    """Progress that nobody looks at."""


def merge(database: Database, progress: Progress = silent) -> Merging:
    """Merge what was added since the last merge. `progress` is told of each batch's reports. Raises StoreError."""
    looked = sum(iter(lambda: _copies(database), 0))
    done = compared = 0
    last = ("", "")
    while True:
        with database.writing() as connection:
            database.lock(connection, LOCK)
            fresh = _unplaced(connection, last)
            if fresh:
                compared += place(connection, [event for _, event in fresh])
        if not fresh:
            if done:
                database.measure()
            return Merging(looked, done, compared)
        last, done = fresh[-1], done + len(fresh)
        progress(len(fresh))


def _copies(database: Database) -> int:
    with database.writing() as connection:
        database.lock(connection, LOCK)
        return group_copies(connection)


def _unplaced(connection: Connection, after: tuple[str, str]) -> list[tuple[str, str]]:
    """The next events of current versions that belong to no merged event yet, with their articles' dates, in that order."""
    e, v, m = schema.events.c, schema.versions.c, schema.members.c
    order = (sa.func.coalesce(v.published, ""), e.id)
    query = (
        sa.select(*order)
        .join(schema.versions, v.id == e.version)
        .outerjoin(schema.members, m.event == e.id)
        .where(v.current, m.event.is_(None), sa.tuple_(*order) > sa.tuple_(*map(sa.literal, after)))
        .order_by(*order)
        .limit(BATCH)
    )
    return [(row[0], row[1]) for row in connection.execute(query)]


def place(connection: Connection, fresh: Iterable[str]) -> int:
    """Give each of these events its merged event. Returns how many pairs were compared."""
    found = reports.load(connection, fresh)
    _index(connection, found.values())
    neighbours = _neighbours(connection, found)
    known = found | reports.load(connection, (n for ids in neighbours.values() for n in ids if n not in found))
    judged: dict[Pair, Judgement] = {}
    for left, ids in neighbours.items():
        for right in ids:
            if right in known and known[right].version != known[left].version and pair(left, right) not in judged:
                judged[pair(left, right)] = compare(known[left], known[right])
    _keep(connection, judged.values())
    _regroup(connection, set(found), {p for p, j in judged.items() if j.score >= weights().linkage})
    return len(judged)


def _index(connection: Connection, found: Iterable[Report]) -> None:
    rows = [{"event": r.id, "block": b} for r in found for b in sorted(reports.blocks(r))]
    ids = sorted({row["event"] for row in rows})
    connection.execute(schema.blocks.delete().where(schema.blocks.c.event.in_(ids)))
    if rows:
        connection.execute(schema.blocks.insert(), rows)


def _neighbours(connection: Connection, found: Mapping[str, Report]) -> dict[str, list[str]]:
    """For each report those that share most blocks with it, by the database alone."""
    here, there = schema.blocks.alias("here"), schema.blocks.alias("there")
    shared = sa.func.count().label("shared")
    ranked = (
        sa.select(
            here.c.event, there.c.event.label("other"),
            sa.func.row_number().over(partition_by=here.c.event, order_by=(shared.desc(), there.c.event)).label("place"),
        )
        .join(there, (there.c.block == here.c.block) & (there.c.event != here.c.event))
        .where(here.c.event.in_(list(found)))
        .group_by(here.c.event, there.c.event)
        .subquery()
    )  # fmt: skip
    close: dict[str, list[str]] = {}
    query = sa.select(ranked.c.event, ranked.c.other).where(ranked.c.place <= NEIGHBOURS)
    for event, other in connection.execute(query.order_by(ranked.c.event, ranked.c.place)):
        close.setdefault(event, []).append(other)
    return close


def _keep(connection: Connection, judged: Iterable[Judgement]) -> None:
    """Record the judgements that say same or unsure; what is plainly different needs no row."""
    kept = [j for j in judged if j.verdict != "different"]
    table = schema.judgements
    for at in range(0, len(kept), reports.CHUNK):
        chunk = kept[at : at + reports.CHUNK]
        connection.execute(table.delete().where(sa.tuple_(table.c.left, table.c.right).in_([(j.left, j.right) for j in chunk])))
        connection.execute(table.insert(), [
            {"kind": "event", "left": j.left, "right": j.right, "verdict": j.verdict, "score": j.score,
             "evidence": msgspec.json.encode(j.evidence).decode()} for j in chunk
        ])  # fmt: skip


def _regroup(connection: Connection, fresh: set[str], tied: set[Pair]) -> None:
    """Group the new reports anew together with the merged events that they are tied to, and write these."""
    m = schema.members
    overruled = overrules(connection, "event")
    tied |= {p for p, verdict in overruled.items() if verdict == "same" and fresh & set(p)}
    seeds = fresh | {i for p in tied for i in p}
    touched = set(_column(connection, m.c.merged, m.c.event, seeds))
    ids = seeds | set(_column(connection, m.c.event, m.c.merged, touched))
    there = reports.load(connection, ids)
    found = clusters({r.id: r.version for r in there.values()}, _scores(connection, there), overruled)
    _write(connection, ([there[i] for i in ids_] for ids_ in found))
    gone = touched - {min(ids_) for ids_ in [*_column_groups(connection, touched)]}
    for chunk in _chunks(sorted(gone)):
        connection.execute(schema.merged.delete().where(schema.merged.c.id.in_(chunk)))


def clusters(
    versions: Mapping[str, str], scores: Mapping[Pair, float], overruled: Mapping[Pair, str]
) -> list[tuple[str, ...]]:
    """Reports, given by id with the version of the article that each is of, in groups of one act: by the recorded scores between
    them and by what analysts decided."""
    by = {v: {p for p, verdict in overruled.items() if verdict == v} for v in ("same", "different", "unsure")}
    near: dict[str, dict[Pair, float]] = {}
    for (a, b), score in scores.items():
        near.setdefault(a, {})[a, b] = score
    found: list[tuple[str, ...]] = []
    for part in _parts(versions, by["same"].union(scores)):
        own = {pair(a, b) for ids_ in _by_version(part, versions) for a in ids_ for b in ids_ if a < b}
        inside = {p: s for a in part for p, s in near.get(a, {}).items()}
        apart = {p for p in by["different"] if part.issuperset(p)} | own - by["same"]
        found += groups(part, inside, weights().linkage, by["same"], apart, by["unsure"])
    return found


def _column_groups(connection: Connection, merged: set[str]) -> list[list[str]]:
    m = schema.members
    found: dict[str, list[str]] = {}
    for chunk in _chunks(sorted(merged)):
        for event, owner in connection.execute(sa.select(m.c.event, m.c.merged).where(m.c.merged.in_(chunk))):
            found.setdefault(owner, []).append(event)
    return list(found.values())


def _by_version(part: Iterable[str], versions: Mapping[str, str]) -> Iterable[list[str]]:
    found: dict[str, list[str]] = {}
    for i in part:
        found.setdefault(versions[i], []).append(i)
    return found.values()


def _chunks(ids: list[str]) -> Iterable[list[str]]:
    return (ids[at : at + reports.CHUNK] for at in range(0, len(ids), reports.CHUNK))


def _column(connection: Connection, wanted: sa.Column[object], where: sa.Column[object], ids: set[str]) -> Iterable[str]:
    for chunk in _chunks(sorted(ids)):
        yield from (str(x) for x in connection.execute(sa.select(wanted).where(where.in_(chunk))).scalars())


def _parts(there: Iterable[str], edges: Iterable[Pair]) -> Iterable[set[str]]:
    """Reports parted into those that have nothing to do with one another."""
    part: dict[str, set[str]] = {i: {i} for i in there}
    for a, b in edges:
        if a in part and b in part and part[a] is not part[b]:
            small, large = sorted((part[a], part[b]), key=len)
            large |= small
            part |= dict.fromkeys(small, large)
    return {id(p): p for p in part.values()}.values()


def _scores(connection: Connection, there: Mapping[str, Report]) -> dict[Pair, float]:
    """The recorded scores between these reports."""
    j = schema.judgements
    found: dict[Pair, float] = {}
    for chunk in _chunks(sorted(there)):
        for left, right, score in connection.execute(sa.select(j.c.left, j.c.right, j.c.score).where(j.c.left.in_(chunk))):
            if right in there:
                found[left, right] = score
    return found


def refresh(connection: Connection, acts: Iterable[str]) -> None:
    """Sum these merged events up anew from the reports that they have, after something in how they read has changed."""
    clusters = _column_groups(connection, set(acts))
    there = reports.load(connection, (i for ids_ in clusters for i in ids_))
    _write(connection, [[there[i] for i in ids_] for ids_ in clusters])


def sides(merged: str, since: str | None, who: Iterable[Party]) -> list[dict[str, object]]:
    """The rows of `sides` for a merged event's parties: a state once, and whether it is no more than the host."""
    roles: dict[str, set[str]] = {}
    for p in who:
        if p.state:
            roles.setdefault(p.state, set()).add(p.role)
    return [{"merged": merged, "state": s, "since": since, "host": found == {"host"}} for s, found in roles.items()]


def _write(connection: Connection, clusters: Iterable[list[Report]]) -> None:
    rows: dict[str, list[dict[str, object]]] = {t: [] for t in ("merged", "members", "parties", "sides", "tellers", "opinions")}
    for cluster, amended in amending.amend(connection, clusters):
        said = opinions(cluster)
        stands = said if amended is cluster else opinions(amended)
        one, who = summary(amended, stands), parties(amended, stands)
        rows["merged"].append(msgspec.structs.asdict(one))
        rows["members"] += [{"event": r.id, "merged": one.id} for r in cluster]
        rows["parties"] += [{"merged": one.id, "who": p.who, "role": p.role, "state": p.state, "person": p.person} for p in who]
        rows["sides"] += sides(one.id, one.since, who)
        rows["tellers"] += [{"merged": one.id, "outlet": o} for o in dict.fromkeys(r.outlet for r in cluster) if o]
        rows["opinions"] += [{"merged": one.id, **msgspec.structs.asdict(o)} for o in said]
    for chunk in _chunks([str(row["event"]) for row in rows["members"]]):
        connection.execute(schema.members.delete().where(schema.members.c.event.in_(chunk)))
    for chunk in _chunks([str(row["id"]) for row in rows["merged"]]):
        connection.execute(schema.merged.delete().where(schema.merged.c.id.in_(chunk)))
    for name, found in rows.items():
        if found:
            connection.execute(schema.metadata.tables[name].insert(), found)
