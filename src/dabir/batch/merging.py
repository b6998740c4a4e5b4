"""The merge of a finished batch, by as many hands as there are: the store's own blocks, judgements and groups, shuffled.

Steps, each over the days of the batch or the parts of a shuffle: reports are made of records; articles' last versions are told;
texts that share bands are compared, and copies get one origin; reports that share blocks are compared; what is tied is grouped,
batch by batch as the store does. The result is what `dabir add` of the same batch merges.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import count, islice
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa
from msgspec import Struct

from dabir.batch import blocking, files
from dabir.batch.blocking import WORK, Keyed, place
from dabir.batch.engines import Cluster, Machine
from dabir.batch.work import UNDATED
from dabir.errors import InputError
from dabir.model import Record
from dabir.store import copies, copying, ids, merging, reports, schema
from dabir.store.cluster import Pair, pair
from dabir.store.compare import compare, weights
from dabir.store.opinions import Summary, parties, summary
from dabir.store.reports import Report
from dabir.store.store import open_store

T = TypeVar("T")
Engine = Machine | Cluster
SUM = "merge.json"
AT_ONCE = 500  # articles that are made reports of together
GROUPED = 2000  # reports of groups that one call writes
SPREAD = 20_000  # articles a part of a shuffle
COLUMNS = (*Summary.__struct_fields__, "parties", "events", "articles")
_decoder = msgspec.msgpack.Decoder(Report)


class Merged(Struct, frozen=True):
    """What a merge of a batch was: reports of acts, acts, pairs compared, articles that are copies of others."""

    reports: int
    acts: int
    pairs: int
    copies: int


class Day(Struct, frozen=True):
    """A day of the batch: its number in the batch's order, how many reports of acts come before it, how many parts there are."""

    name: str
    number: int
    parts: int
    before: int = 0


class Member(Struct, frozen=True):
    """A report of a group to be made: the article's version that it is of, the day that has it, and its batch."""

    id: str
    version: str
    day: str
    batch: str


class Tie(Struct, frozen=True):
    """Two reports that may be of one act, when they were compared (the batch) and with what score."""

    left: str
    right: str
    score: float
    batch: str


class Part(Struct, frozen=True):
    """Reports that are tied to one another and to no others."""

    members: tuple[Member, ...]
    ties: tuple[Tie, ...]


class Grouping(Struct, frozen=True):
    """Parts that are grouped, and written as one file, together."""

    name: str
    parts: tuple[Part, ...]


def merge(output: str, days: Sequence[str], records: int, engine: Engine, parts: int = 0) -> Merged:
    """Merge the batch in `output`, whose records are of `days` (null dates as their partition has them), into `merged/`.

    A run that was cut off goes on where it was. Raises OSError where the output cannot be used.
    """
    if (before := finished(output)) is not None:
        return before
    parts = parts or 1 + records // SPREAD
    each = [Day(name, n, parts) for n, name in enumerate(sorted(days))]
    list(engine.run(partial(sketch, output), each))
    stale_ = frozenset(i for found in engine.run(partial(stale, output), range(parts)) for i in found)
    _keep(output, "stale", sorted(stale_))
    list(engine.run(partial(band, output), each))
    _shuffle(output, "copies", copying.CANDIDATES, engine, parts)
    origins = _origins(p for found in engine.run(partial(alike, output), days) for p in found)
    _keep(output, "origins", origins)
    total, ordered = 0, []
    for day, found in sorted(engine.run(partial(tally, output), each), key=lambda x: "" if x[0].name == UNDATED else x[0].name):
        ordered.append(msgspec.structs.replace(day, before=total))
        total += found
    list(engine.run(partial(index, output), ordered))
    _shuffle(output, "events", merging.NEIGHBOURS, engine, parts)
    pairs = sum(engine.run(partial(judge, output), days))
    files.remove(files.joined(output, "merged"))
    acts = sum(engine.run(partial(group, output), _groupings(output)))
    result = Merged(total, acts, pairs, len(origins))
    with files.whole(files.joined(output, SUM)) as out:
        out.write(msgspec.json.format(msgspec.json.encode(result)) + b"\n")
    files.remove(files.joined(output, WORK))
    return result


def finished(output: str) -> Merged | None:
    """The sum of a finished merge, null where there is none."""
    place_ = files.joined(output, SUM)
    if not files.exists(place_):
        return None
    with files.opened(place_) as file:
        return msgspec.json.decode(file.read(), type=Merged)


def _shuffle(output: str, kind: blocking.Kind, most: int, engine: Engine, parts: int) -> None:
    each = [blocking.Part(kind, n, parts, most) for n in range(parts)]
    list(engine.run(partial(blocking.count, output), each))
    list(engine.run(partial(blocking.rank, output), each))


def _keep(output: str, name: str, found: object) -> None:
    with files.whole(files.joined(output, WORK, f"{name}.msgpack")) as out:
        out.write(msgspec.msgpack.encode(found))


def _kept(output: str, name: str, kind: type[T]) -> T:
    with files.opened(files.joined(output, WORK, f"{name}.msgpack")) as file:
        return msgspec.msgpack.decode(file.read(), type=kind)


def sketch(output: str, day: Day) -> int:
    """Make the reports of a day of its records, and what copies are known by, with a store in memory: as every store makes them.
    Gives how many articles there are; what a store does not take is passed over, as it is when the batch is added."""
    if not files.exists(place(output, "versions", day.name)):
        texts: list[Sequence[object]] = []
        told: list[Sequence[object]] = []
        versions: dict[str, tuple[int, str, str, str]] = {}
        for n, some in enumerate(_records(output, day.name)):
            fresh = {ids.version_id(r.article): r for r in some}
            fresh = {version: record for version, record in fresh.items() if version not in versions}
            with open_store(":memory:") as store:
                for k, (version, record) in enumerate(fresh.items()):
                    rank = f"{day.number:06d}.{n:06d}.{k:06d}"
                    try:
                        store.add(record)
                    except InputError:
                        continue
                    article = ids.article_id(record.article)
                    versions[version] = (blocking.part_of(article, day.parts), version, article, rank)
                with store.reading() as connection:
                    texts += _texts(connection)
                    told += _told(connection, {v: r.article.id for v, r in fresh.items()})
        blocking.write(place(output, "texts", day.name), ("item", "article", "published", "text", "keys"), texts)
        blocking.write(place(output, "reports", day.name), ("item", "version", "published", "article", "report", "keys"), told)
        blocking.write(place(output, "versions", day.name), ("part", "item", "group", "rank"), sorted(versions.values()))
    return blocking.rows_in(place(output, "versions", day.name))


def _records(output: str, day: str) -> Iterator[list[Record]]:
    import pyarrow.parquet as pq

    decoder = msgspec.json.Decoder(Record)
    with files.opened(files.joined(output, "records", f"day={day}", "records.parquet")) as file:
        for batch in pq.ParquetFile(file).iter_batches(AT_ONCE, columns=["record"]):
            yield [decoder.decode(text) for text in batch.column("record").to_pylist()]


def _texts(connection: sa.Connection) -> Iterator[Sequence[object]]:
    v, d = schema.versions.c, schema.documents.c
    query = sa.select(v.id, v.article, v.published, d.key).join(schema.documents, d.owner == v.id).where(v.current)
    for version, article, published, text in connection.execute(query.order_by(v.id)):
        found = copies.shingles(text)
        yield version, article, published, text, copies.bands(copies.digest(found)) if found else ()


def _told(connection: sa.Connection, articles: Mapping[str, str]) -> Iterator[Sequence[object]]:
    for r in reports.load(connection, connection.execute(sa.select(schema.events.c.id)).scalars()).values():
        blocks = sorted(reports.blocks(r))
        yield r.id, r.version, r.published, articles[r.version], msgspec.msgpack.encode(r), blocks


def stale(output: str, number: int) -> list[str]:
    """The versions of one part of the articles that are not their articles' last."""
    import pyarrow.compute as pc

    last: dict[str, tuple[str, str]] = {}
    found: list[str] = []
    for row in blocking.rows_of(output, "versions", pc.field("part") == number):
        here = (row["rank"], row["item"])
        older, last[row["group"]] = sorted((here, last.get(row["group"], ("", ""))))
        found += [older[1]] if older[1] else []
    return sorted(found)


def band(output: str, day: Day) -> int:
    """Spread the texts of a day by their bands. Gives how many there are."""
    done = place(output, "keys-copies", day.name)
    if not files.exists(done):
        old = frozenset(_kept(output, "stale", list[str]))
        blocking.spread(output, "copies", day.name, (
            Keyed(row["item"], day.name, row["item"], row["article"], [f"{n} {hash_}" for n, hash_ in enumerate(row["keys"])])
            for row in blocking.rows_at(output, "texts", day.name) if row["item"] not in old
        ), day.parts)  # fmt: skip
    return blocking.rows_in(done)


def alike(output: str, day: str) -> list[Pair]:
    """The texts of a day that are copies of others."""
    near = blocking.near(output, "copies", day)
    rows = _looked_up(output, "texts", day, near)
    cut = {i: copies.shingles(row["text"]) for i, row in rows.items()}
    return [
        pair(n.item, n.other) for n in near
        if copying.close(rows[n.item]["published"], rows[n.other]["published"])
        and copies.likeness(cut[n.item], cut[n.other]).copies
    ]  # fmt: skip


def _looked_up(output: str, folder: str, day: str, near: Iterable[blocking.Near]) -> dict[str, dict[str, Any]]:
    """The rows of all that is to be compared, by id."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for n in near:
        wanted[day].add(n.item)
        wanted[n.there].add(n.other)
    return {row["item"]: row for home, some in wanted.items() for row in blocking.rows_at(output, folder, home, some)}


def _origins(pairs: Iterable[Pair]) -> dict[str, str]:
    """The least version of each group of copies, for all in it."""
    return {i: min(part) for part in parts_of(pairs) for i in part}


def parts_of(pairs: Iterable[Pair]) -> Iterable[set[str]]:
    """Ids that pairs tie to one another, however far apart."""
    found: dict[str, set[str]] = {}
    for a, b in pairs:
        small, large = sorted((found.setdefault(a, {a}), found.setdefault(b, {b})), key=len)
        if small is not large:
            large |= small
            found |= dict.fromkeys(small, large)
    return {id(part): part for part in found.values()}.values()


def _current(output: str, day: str) -> list[dict[str, Any]]:
    """The reports of a day that are of articles' last versions, in the order in which the store merges them."""
    old = frozenset(_kept(output, "stale", list[str]))
    found = [row for row in blocking.rows_at(output, "reports", day) if row["version"] not in old]
    return sorted(found, key=lambda row: (row["published"] or "", row["item"]))


def tally(output: str, day: Day) -> tuple[Day, int]:
    """How many reports of a day there are to merge."""
    return day, len(_current(output, day.name))


def index(output: str, day: Day) -> int:
    """Spread the reports of a day by their blocks, each with the number of its batch. Gives how many rows that makes."""
    done = place(output, "keys-events", day.name)
    if not files.exists(done):
        placed = [(f"{(day.before + n) // merging.BATCH:09d}", row) for n, row in enumerate(_current(output, day.name))]
        blocking.write(place(output, "members", day.name), ("item", "version", "rank"),
                       [(row["item"], row["version"], batch) for batch, row in placed])  # fmt: skip
        keyed = (Keyed(row["item"], day.name, batch, row["item"], row["keys"]) for batch, row in placed)
        blocking.spread(output, "events", day.name, keyed, day.parts)
    return blocking.rows_in(done)


def judge(output: str, day: str) -> int:
    """Compare the reports of a day with those near them; what is plainly different is not kept. Gives how many pairs that were."""
    done = place(output, "judged", day)
    near = {pair(n.item, n.other): n for n in blocking.near(output, "events", day)}
    if not files.exists(done):
        rows, origins = _looked_up(output, "reports", day, near.values()), _kept(output, "origins", dict[str, str])
        known = {i: _report(row, origins) for i, row in rows.items()}
        judged = [(compare(known[a], known[b]), n.rank) for (a, b), n in near.items() if known[a].version != known[b].version]
        kept = sorted((j.left, j.right, j.score, batch) for j, batch in judged if j.verdict != "different")
        blocking.write(done, ("item", "other", "score", "rank"), kept)
    return len(near)


def _report(row: Mapping[str, Any], origins: Mapping[str, str]) -> Report:
    report = _decoder.decode(row["report"])
    return msgspec.structs.replace(report, origin=origins.get(report.version, report.version))


def _groupings(output: str) -> Iterator[Grouping]:
    """All reports in parts that are not tied to one another, some thousand at a time."""
    ties = [Tie(row["item"], row["other"], row["score"], row["rank"]) for row in blocking.rows_of(output, "judged")]
    part = {i: n for n, ids_ in enumerate(parts_of((t.left, t.right) for t in ties)) for i in ids_}
    of: dict[int, list[Tie]] = defaultdict(list)
    for t in ties:
        of[part[t.left]].append(t)
    members: dict[int, list[Member]] = defaultdict(list)
    for day in _days(output, "members"):
        for row in blocking.rows_at(output, "members", day):
            number = part.get(row["item"], -1 - len(members))
            members[number].append(Member(row["item"], row["version"], day, row["rank"]))
    found = iter(Part(tuple(some), tuple(of.get(n, ()))) for n, some in members.items())
    numbers = count(1)
    while some := tuple(islice(found, GROUPED)):
        yield Grouping(f"{next(numbers):06d}", some)


def _days(output: str, folder: str) -> list[str]:
    system, path = files.filesystem(files.joined(output, WORK, folder))
    names = (found.rpartition("/")[2] for found in (system.find(path) if system.exists(path) else ()))
    return sorted(name.removesuffix(".parquet") for name in names if name.endswith(".parquet"))


def group(output: str, grouping: Grouping) -> int:
    """Group reports and write what each group says together, one row an act. Gives how many acts that were."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for member in (m for part in grouping.parts for m in part.members):
        wanted[member.day].add(member.id)
    origins = _kept(output, "origins", dict[str, str])
    rows = {row["item"]: row for day, some in wanted.items() for row in blocking.rows_at(output, "reports", day, some)}
    found = []
    for ids_ in sorted(i for part in grouping.parts for i in grouped(part)):
        some = [_report(rows[i], origins) for i in ids_]
        who = sorted(parties(some), key=lambda p: (p.who or "", p.role))
        found.append((*msgspec.structs.astuple(summary(some)), msgspec.json.encode(who).decode(), list(ids_),
                      sorted({rows[i]["article"] for i in ids_})))  # fmt: skip
    blocking.write(files.joined(output, "merged", f"{grouping.name}.parquet"), COLUMNS, found)
    return len(found)


def grouped(part: Part) -> Iterable[tuple[str, ...]]:
    """The groups of a part as they come of merging it batch by batch: what a batch ties together is grouped anew, with the groups
    that it touches."""
    batches, ties = defaultdict(set), defaultdict(list)
    for m in part.members:
        batches[m.batch].add(m.id)
    for t in part.ties:
        ties[t.batch].append(t)
    versions = {m.id: m.version for m in part.members}
    group_of: dict[str, tuple[str, ...]] = {}
    scores: dict[Pair, float] = {}
    for batch, fresh in sorted(batches.items()):
        scores |= {pair(t.left, t.right): t.score for t in ties[batch]}
        seeds = fresh.union(*((t.left, t.right) for t in ties[batch] if t.score >= weights().linkage))
        touched = seeds.union(*(group_of.get(i, ()) for i in seeds))
        inside = {p: s for p, s in scores.items() if touched.issuperset(p)}
        for ids_ in merging.clusters({i: versions[i] for i in touched}, inside, {}):
            group_of |= dict.fromkeys(ids_, ids_)
    return set(group_of.values())
