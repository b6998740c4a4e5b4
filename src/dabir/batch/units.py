"""Input cut into units of work: some articles that are read together, or a web archive that its worker reads itself."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterable, Iterator
from itertools import count
from typing import BinaryIO

import msgspec
from msgspec import Struct

from dabir.batch import files
from dabir.errors import InputError
from dabir.ingest.files import from_lines
from dabir.ingest.parquet import from_parquet
from dabir.ingest.raw import Defaults, Failure, RawArticle
from dabir.ingest.warc import from_archive

ARTICLES, CHARACTERS = 64, 400_000  # of a unit at most: some seconds of work, which is what the death of a worker costs
KINDS = (".jsonl", ".jsonl.gz", ".parquet", ".warc", ".warc.gz")

Item = RawArticle | Failure


class Unit(Struct, frozen=True):
    """A unit of work. `name` begins with its place in the input and ends in a digest of what it holds and of what reads it, so
    that the same input gives the same names. `archive` is a web archive to be read, `items` then are empty."""

    name: str
    items: tuple[Item, ...] = ()
    archive: str = ""
    defaults: Defaults = Defaults()


def units(inputs: Iterable[str], defaults: Defaults, reader: str, most: int = ARTICLES) -> Iterator[Unit]:
    """The units of the inputs (JSON Lines, Parquet and web archives, by path or URL, or folders of them) in their order.

    `reader` is the version of what reads, `most` how many articles a unit has at most. One unit is held
    at a time. What cannot be opened is a Failure in its place.
    """
    numbers = count(1)
    for place in inputs:
        for found in _expanded(place):
            if isinstance(found, str) and found.lower().endswith((".warc", ".warc.gz")):
                seal = _digest(f"{reader} {found} {_size(found)} {defaults}".encode())
                yield Unit(f"{next(numbers):08d}-{seal}", archive=found, defaults=defaults)
                continue
            for items in _blocks(iter((found,)) if isinstance(found, Failure) else read(found, defaults), most):
                seal = _digest(reader.encode() + msgspec.json.encode(items))
                yield Unit(f"{next(numbers):08d}-{seal}", items)


def halves(unit: Unit, reason: str) -> tuple[Unit, ...]:
    """A unit whose workers died, in two parts, so that the one article that kills them is found; a single article is set aside
    with the reason."""
    if len(unit.items) < 2:
        where = unit.archive or (unit.items[0].where if unit.items else unit.name)
        return (Unit(f"{unit.name}.x", (Failure(where, reason),)),)
    middle = len(unit.items) // 2
    parts = (unit.items[:middle], unit.items[middle:])
    return tuple(Unit(f"{unit.name}.{n}", items) for n, items in enumerate(parts, 1))


def read(place: str, defaults: Defaults) -> Iterator[Item]:
    """The articles of one file. What cannot be read is a Failure in its place, and ends the file where it cannot go on."""
    name, empty = place.lower(), True
    try:
        with files.opened(place) as file:
            for item in _items(file, place, defaults):
                empty = False
                yield item
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        yield Failure(place, f"broken gzip ({error}); what came before was read")
    except OSError as error:
        yield Failure(place, files.why(error))
    else:
        if empty and ".json" in name:
            yield Failure(place, "the file is empty")


def _items(file: BinaryIO, place: str, defaults: Defaults) -> Iterator[Item]:
    name = place.lower()
    if name.endswith((".warc", ".warc.gz")):
        yield from from_archive(file, place, defaults)
    elif name.endswith(".parquet"):
        yield from from_parquet(file, place, defaults)
    elif name.endswith(".gz"):
        with gzip.open(file) as unpacked:
            yield from from_lines(unpacked, place, defaults)
    else:
        yield from from_lines(file, place, defaults)


def _expanded(place: str) -> Iterator[str | Failure]:
    """The files of a folder in their order, or the file itself."""
    try:
        system, path = files.filesystem(place)
        if not system.isdir(path):
            yield place if place.lower().endswith(KINDS) else Failure(place, _unknown(system.exists(path)))
            return
        found = sorted(f for f in system.find(path) if f.lower().endswith(KINDS) and not f.rpartition("/")[2].startswith("."))
    except InputError as error:
        yield Failure(place, error.message)
        return
    except OSError as error:
        yield Failure(place, files.why(error))
        return
    yield from (system.unstrip_protocol(f) if "://" in place else f for f in found)
    if not found:
        yield Failure(place, f"no articles in this folder; files that are read: {', '.join(KINDS)}")


def _unknown(there: bool) -> str:
    return f"an unknown kind of file; files that are read: {', '.join(KINDS)}" if there else "there is no such file"


def _size(place: str) -> int:
    try:
        return files.size(place)
    except InputError:
        return -1  # its worker says what is wrong with it


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def _blocks(items: Iterator[Item], most: int) -> Iterator[tuple[Item, ...]]:
    block: list[Item] = []
    characters = 0
    for item in items:
        block.append(item)
        characters += len(item.text) if isinstance(item, RawArticle) else 0
        if len(block) >= most or characters >= CHARACTERS:
            yield tuple(block)
            block, characters = [], 0
    if block:
        yield tuple(block)
