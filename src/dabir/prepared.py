"""Tables made ready: what code makes of data files, kept as MessagePack, so that loading it is no more than decoding.

Building the package writes them (hatch_build.py), data/prepared/ is no part of the source. Each begins with a digest of the data
and the code that it was made of: where a file is missing, or anything has changed since, the table is made as if it were not
there, which takes a third of a second and gives the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

T = TypeVar("T")
FOLDER = "data/prepared"
SOURCES = ("data/kb", "data/names", "data/text", "names/kb.py", "prepared.py", "resources.py", "text")  # below the package


def load(name: str, kind: type[T], make: Callable[[], T]) -> T:
    """The table `name`, of type `kind`: as it was prepared, or else as `make` makes it."""
    try:
        data = files("dabir").joinpath(*FOLDER.split("/"), f"{name}.msgpack").read_bytes()
        if data.startswith(digest()):
            return msgspec.msgpack.decode(memoryview(data)[len(digest()) :], type=kind)
    except (FileNotFoundError, msgspec.MsgspecError):
        return make()
    return make()


def write(folder: Path, name: str, table: object) -> None:
    """Prepare a table: the same bytes for the same table. `folder` is that of the package's source."""
    place = folder.joinpath(*FOLDER.split("/"), f"{name}.msgpack")
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(digest() + msgspec.msgpack.encode(_ordered(table)))


def _ordered(value: Any) -> Any:
    """A table whose sets are in order, its mappings as they are."""
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Struct):
        return {name: _ordered(getattr(value, name)) for name in value.__struct_fields__}
    return {key: _ordered(v) for key, v in value.items()} if isinstance(value, Mapping) else value


@cache
def digest() -> bytes:
    """What tells the sources of prepared tables from any others."""
    found = hashlib.blake2b(digest_size=16)
    for source in SOURCES:
        for name, data in _contents(files("dabir").joinpath(*source.split("/")), source):
            found.update(f"{name} {len(data)}\n".encode())
            found.update(data)
    return found.digest()


def _contents(node: Traversable, name: str) -> Iterator[tuple[str, bytes]]:
    if node.is_dir():
        for child in sorted(node.iterdir(), key=lambda n: n.name):
            if child.name != "__pycache__":
                yield from _contents(child, f"{name}/{child.name}")
    else:
        yield name, node.read_bytes()
