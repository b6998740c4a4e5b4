"""A whole batch: units read wherever there are hands, their records gathered by day, what failed listed, the sum written last."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, nullcontext
from functools import partial
from pathlib import Path

import msgspec
from msgspec import Struct

from dabir.batch import files, merging, work
from dabir.batch.engines import Cluster, Machine
from dabir.batch.merging import Engine
from dabir.batch.units import ARTICLES, halves, units
from dabir.batch.work import Done, Gathering
from dabir.errors import InputError
from dabir.ingest.addresses import is_address
from dabir.ingest.raw import Defaults
from dabir.model import Record

DIED = "the processes that read it died each time, perhaps for want of memory; read it alone: dabir read"
SUM = "batch.json"


class Batch(Struct, frozen=True):
    """What a finished batch was: its inputs, what read them, and how many articles, records, failures and days."""

    inputs: tuple[str, ...]
    reader: str
    articles: int
    records: int
    failures: int
    days: int


def run(
    inputs: Sequence[str],
    output: str,
    defaults: Defaults,
    *,
    reader: str,
    address: str | None = None,
    jobs: int = 1,
    most: int = ARTICLES,
    merge: bool = False,
    progress: Callable[[int], None],
) -> Batch:
    """Read the articles of `inputs` (JSON Lines, Parquet, web archives; paths or URLs) into `output` (a folder or URL that all
    machines see), by `jobs` processes of this machine, or by the Ray cluster at `address`.

    `reader` is the version of Dabir, `most` the articles that are read at a time; with `merge` the reports of one act are merged
    afterwards, too (`merging`). `progress` is told how many articles were done. A run that was cut off goes on where it was: units
    that have their file are not read again. Every article gives exactly one record or one failure, whoever dies.

    Raises InputError for an output of other inputs, or a cluster that is not there, OSError for an output that cannot be used.
    """
    before = finished(output)
    if before is not None:
        if before.inputs != tuple(inputs) or before.reader != reader:
            raise InputError("holds a finished batch of other inputs or another version; name a new folder", output)
        if not merge:
            return before
    engine = Cluster(address) if address else Machine(jobs)
    with closing(engine) if isinstance(engine, Cluster) else nullcontext():
        result = before or _read(inputs, output, defaults, reader, most, engine, progress)
        if merge:
            merging.merge(output, days(output), result.records, engine)
    return result


def _read(
    inputs: Sequence[str], output: str, defaults: Defaults, reader: str, most: int, engine: Engine, progress: Callable[[int], None]
) -> Batch:
    done: list[Done] = []
    split = partial(halves, reason=DIED)
    for one in engine.run(partial(work.read_unit, output), units(inputs, defaults, reader, most), split):
        done.append(one)
        progress(one.records + one.failures)
    files.remove(files.joined(output, "records"))
    gathered = sum(engine.run(partial(work.gather, output), _gatherings(done)))
    return _finish(inputs, output, reader, sorted(done, key=lambda d: d.name), gathered)


def _gatherings(done: Sequence[Done]) -> Iterator[Gathering]:
    names: dict[str, list[str]] = {}
    for one in sorted(done, key=lambda d: d.name):
        for day in one.days:
            names.setdefault(day, []).append(one.name)
    return (Gathering(day, tuple(names[day])) for day in sorted(names))


def _finish(inputs: Sequence[str], output: str, reader: str, done: Sequence[Done], gathered: int) -> Batch:
    records, failed = sum(d.records for d in done), sum(d.failures for d in done)
    if gathered != records:
        raise InputError(f"{records} records were read and {gathered} gathered; a file of the batch was changed meanwhile", output)
    with files.whole(files.joined(output, "failures.jsonl")) as out:
        for failure in work.failures(output, (d.name for d in done if d.failures)):
            out.write(msgspec.json.encode(failure) + b"\n")
    count = len({day for d in done for day in d.days})
    result = Batch(tuple(inputs), reader, records + failed, records, failed, count)
    with files.whole(files.joined(output, SUM)) as out:
        out.write(msgspec.json.format(msgspec.json.encode(result)) + b"\n")
    files.remove(files.joined(output, "_units"))
    return result


def finished(output: str) -> Batch | None:
    """The sum of a finished batch, null where there is none. Raises InputError for one that is no such sum."""
    place = files.joined(output, SUM)
    if not files.exists(place):
        return None
    with files.opened(place) as file:
        try:
            return msgspec.json.decode(file.read(), type=Batch)
        except msgspec.MsgspecError as error:
            raise InputError(f"not the sum of a batch ({error})", place) from None


def days(output: str) -> tuple[str, ...]:
    """The days that a batch has records of, as its partitions have them, in order."""
    system, path = files.filesystem(files.joined(output, "records"))
    found = system.find(path) if system.exists(path) else ()
    return tuple(sorted(name.split("/")[-2].removeprefix("day=") for name in found))


def is_batch(place: str) -> bool:
    """Whether a path or URL is the folder of a finished batch. Web addresses are not asked."""
    if "://" in place:
        return not is_address(place) and files.exists(files.joined(place, SUM))
    return Path(place, SUM).is_file()


def records(output: str) -> Iterator[Record]:
    """The records of a finished batch, by day. A row group is held at a time. Raises InputError where it is not finished."""
    if finished(output) is None:
        raise InputError("no finished batch there; run dabir batch again, it goes on where it was", output)
    import pyarrow.parquet as pq

    decoder = msgspec.json.Decoder(Record)
    system, path = files.filesystem(files.joined(output, "records"))
    for place in sorted(system.find(path)) if system.exists(path) else ():
        with system.open(place, "rb") as file:
            for batch in pq.ParquetFile(file).iter_batches(256, columns=["record"]):
                yield from map(decoder.decode, batch.column("record").to_pylist())
