"""What workers do, each step one file that is written whole: a unit's articles read; the records of some days gathered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from dabir.batch import files
from dabir.batch.units import Item, Unit, read
from dabir.ingest.raw import Failure
from dabir.model import Record
from dabir.parallel import own_reader, read_raw

if TYPE_CHECKING:
    import pyarrow as pa

UNDATED = "__HIVE_DEFAULT_PARTITION__"  # what readers of partitioned Parquet take for null
COLUMNS = ("day", "id", "ref", "outlet", "url", "title", "published", "record", "place", "failure")
KEPT = COLUMNS[1:8]
_ROWS = 2000


class Done(Struct, frozen=True):
    """A unit that was read: the days that its articles are of, how many records it gave and how many failures."""

    name: str
    days: tuple[str, ...]
    records: int
    failures: int


class Gathering(Struct, frozen=True):
    """A day whose records a worker gathers from the units `names`, in their order."""

    day: str
    names: tuple[str, ...]


def unit_file(output: str, name: str) -> str:
    """Where the rows of a unit are kept until its days are gathered."""
    return files.joined(output, "_units", f"{name}.parquet")


def read_unit(output: str, unit: Unit) -> Done:
    """Read a unit, unless that was done before. Its file is there whole or not at all, so that a worker may die at any point
    and another may do the same again. Raises OSError where the output cannot be written."""
    import pyarrow.parquet as pq

    place = unit_file(output, unit.name)
    if not files.exists(place):
        items = read(unit.archive, unit.defaults) if unit.archive else unit.items
        rows = [_row(item) for item in items]
        with files.whole(place) as file:
            pq.write_table(_table(rows), file, compression="zstd")
    with files.opened(place) as file:
        found = pq.read_table(file, columns=["day", "failure"]).to_pylist()
    failures = sum(row["failure"] is not None for row in found)
    days = {row["day"] for row in found if row["failure"] is None}
    return Done(unit.name, tuple(sorted(days)), len(found) - failures, failures)


def gather(output: str, gathering: Gathering) -> int:
    """Write the file of a day, `records/day=DAY/records.parquet`, from the units that have articles of it. Gives how many
    records that were. Some thousand rows are held at a time, whatever the day has."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    count = 0
    waiting: list[pa.Table] = []
    wanted = (pc.field("day") == gathering.day) & pc.field("failure").is_null()
    place = files.joined(output, "records", f"day={gathering.day}", "records.parquet")
    with files.whole(place) as file, pq.ParquetWriter(file, _schema(KEPT), compression="zstd") as writer:
        for name in gathering.names:
            with files.opened(unit_file(output, name)) as unit:
                waiting.append(pq.read_table(unit, filters=wanted).select(KEPT))
            count += waiting[-1].num_rows
            if sum(table.num_rows for table in waiting) >= _ROWS or name == gathering.names[-1]:
                writer.write_table(pa.concat_tables(waiting).combine_chunks())
                waiting = []
    return count


def failures(output: str, names: Iterable[str]) -> Iterator[Failure]:
    """What could not be read in the units of those names, in their order."""
    import pyarrow.parquet as pq

    for name in names:
        with files.opened(unit_file(output, name)) as file:
            for row in pq.read_table(file, columns=["place", "failure"]).to_pylist():
                if row["failure"] is not None:
                    yield Failure(row["place"], row["failure"])


def _row(item: Item) -> dict[str, str | None]:
    result = item if isinstance(item, Failure) else read_raw(own_reader(), item)
    if isinstance(result, Record):
        try:
            return _kept(result)
        except UnicodeEncodeError as error:
            where = item.where or result.article.id
            result = Failure(where, f"the text holds half a character (at {error.start})")
    return {"place": result.where.encode("utf-8", "replace").decode(), "failure": result.message.encode("utf-8", "replace").decode()}


def _kept(record: Record) -> dict[str, str | None]:
    article = record.article
    return {
        "day": article.published[:10] if article.published else UNDATED, "id": article.id, "ref": article.ref,
        "outlet": article.outlet, "url": article.url, "title": article.title, "published": article.published,
        "record": msgspec.json.encode(record).decode(),
    }  # fmt: skip


def _schema(names: Iterable[str]) -> Any:
    import pyarrow as pa

    return pa.schema([(name, pa.string()) for name in names])


def _table(rows: list[dict[str, str | None]]) -> Any:
    import pyarrow as pa

    return pa.table({name: [row.get(name) for row in rows] for name in COLUMNS}, schema=_schema(COLUMNS))
