"""Which items may be one, of more than a machine holds: items that share keys meet in a shuffle, each keeps those nearest to it.

The same choice as the store's: an item meets those that come before it, and of these the ones that share most keys with it. Items
are spread over `parts` by the hash of a key, counted there, spread anew by the hash of the item, and ranked. Every step of the
work is one file, written whole.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Literal
from zlib import crc32

from msgspec import Struct

from dabir.batch import files

WORK = "_merge"
Kind = Literal["copies", "events"]


class Keyed(Struct, frozen=True):
    """An item with its keys. `home` is the day whose files have it; it meets items whose `rank` is not above its own (as text),
    but none of its own `group`."""

    item: str
    home: str
    rank: str
    group: str
    keys: Sequence[str]


class Part(Struct, frozen=True):
    """One of the parts that items are spread over."""

    kind: Kind
    number: int
    parts: int
    most: int


class Near(Struct, frozen=True):
    """An item and another that it is compared with, and the day that has the other."""

    item: str
    other: str
    there: str
    rank: str


def place(output: str, *names: str) -> str:
    """Where a step keeps what it did."""
    return f"{files.joined(output, WORK, *names)}.parquet"


def part_of(name: str, parts: int) -> int:
    """The part that a name is in."""
    return crc32(name.encode()) % parts


def spread(output: str, kind: Kind, home: str, items: Iterable[Keyed], parts: int) -> None:
    """Write the items of a day, once for each of their keys, by part."""
    rows = sorted((part_of(key, parts), key, i.item, i.home, i.rank, i.group) for i in items for key in i.keys)
    write(place(output, f"keys-{kind}", home), ("part", "key", "item", "home", "rank", "group"), rows)


def count(output: str, part: Part) -> int:
    """Count the keys that items share, of the keys of one part. Gives how many pairs have one."""
    done = place(output, f"shared-{part.kind}", f"{part.number:05d}")
    if not files.exists(done):
        by_key: dict[str, list[Any]] = defaultdict(list)
        for row in _of_part(output, f"keys-{part.kind}", part.number):
            by_key[row["key"]].append(row)
        shared: Counter[tuple[str, ...]] = Counter()
        for rows in by_key.values():
            shared.update((a["item"], b["item"], a["home"], b["home"], a["rank"]) for a in rows for b in rows if _meets(a, b))
        write(done, ("part", "item", "other", "home", "there", "rank", "shared"),
              sorted((part_of(pair[0], part.parts), *pair, n) for pair, n in shared.items()))  # fmt: skip
    return rows_in(done)


def _meets(a: dict[str, Any], b: dict[str, Any]) -> bool:
    return bool(b["rank"] <= a["rank"] and a["item"] != b["item"] and a["group"] != b["group"])


def rank(output: str, part: Part) -> int:
    """Keep for each item of one part the `most` others that share most keys with it. Gives how many pairs are left."""
    done = place(output, f"near-{part.kind}", f"{part.number:05d}")
    if not files.exists(done):
        shared: dict[tuple[str, str, str], Counter[tuple[str, str]]] = defaultdict(Counter)
        for row in _of_part(output, f"shared-{part.kind}", part.number):
            shared[row["home"], row["item"], row["rank"]][row["other"], row["there"]] += row["shared"]
        rows = [
            (home, item, *other, mine)
            for (home, item, mine), others in sorted(shared.items())
            for other, _ in sorted(others.items(), key=lambda pair: (-pair[1], pair[0]))[: part.most]
        ]
        write(done, ("home", "item", "other", "there", "rank"), rows)
    return rows_in(done)


def near(output: str, kind: Kind, home: str) -> list[Near]:
    """What the items of a day are to be compared with."""
    import pyarrow.compute as pc

    found = rows_of(output, f"near-{kind}", pc.field("home") == home)
    return [Near(row["item"], row["other"], row["there"], row["rank"]) for row in found]


def write(done: str, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows as Parquet, in groups small enough for readers of a part to pass over the others."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    lists = pa.list_(pa.string())
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    types = {"part": pa.int32(), "shared": pa.int32(), "score": pa.float64(), "report": pa.binary(), "keys": lists, "events": lists,
             "articles": lists, "reports": pa.int32(), "outlets": pa.int32(), "quad": pa.int32(), "intensity": pa.float64(),
             "main": pa.bool_()}  # fmt: skip
    schema = pa.schema([(name, types.get(name, pa.string())) for name in names])
    table = pa.table([pa.array(column, schema.field(n).type) for n, column in enumerate(columns)], schema=schema)
    with files.whole(done) as file:
        pq.write_table(table, file, compression="zstd", row_group_size=4096)


def _of_part(output: str, folder: str, number: int) -> Iterator[dict[str, Any]]:
    import pyarrow.compute as pc

    return rows_of(output, folder, pc.field("part") == number)


def rows_at(output: str, folder: str, home: str, items: Collection[str] | None = None) -> Iterator[dict[str, Any]]:
    """The rows of a step's file of one day; with `items` those of these alone."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    with files.opened(place(output, folder, home)) as file:
        yield from pq.read_table(file, filters=None if items is None else pc.field("item").isin(sorted(items))).to_pylist()


def rows_of(output: str, folder: str, wanted: Any = None, columns: Sequence[str] | None = None) -> Iterator[dict[str, Any]]:
    """The rows of all files of a step that a condition lets through, file by file in the order of their names."""
    import pyarrow.parquet as pq

    system, path = files.filesystem(files.joined(output, WORK, folder))
    for found in sorted(system.find(path)) if system.exists(path) else ():
        if found.endswith(".parquet"):
            with system.open(found, "rb") as file:
                yield from pq.read_table(file, filters=wanted, columns=columns).to_pylist()


def rows_in(done: str) -> int:
    """How many rows a file has."""
    import pyarrow.parquet as pq

    with files.opened(done) as file:
        return int(pq.ParquetFile(file).metadata.num_rows)
