"""Tables made ready: what code makes of data files, kept as MessagePack, so that loading it is no more than decoding.

Building the package writes them (hatch_build.py); data/prepared/ is no part of the source. Each begins with a digest of the data
and the code that it was made of: where a file is missing, or anything has changed since, the table is made as if it were not
there, which gives the same a third of a second later.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import Struct

T = TypeVar("T")
FOLDER = "data/prepared"
_MAKERS = ("prepared.py", "resources.py", "text", "data/text")  # what all tables rest on: how words are folded and restored


@dataclass(frozen=True)
class Table(Generic[T]):
    """A table that can be prepared: its name, its type, what makes it, and the data and code (files and folders below the
    package) that it is made of, besides what all are made of."""

    name: str
    kind: type[T]
    make: Callable[[], T]
    sources: tuple[str, ...] = ()

    def load(self) -> T:
        """The table, as it was prepared or else made. Raises what `make` does."""
        try:
            data = files("dabir").joinpath(*FOLDER.split("/"), f"{self.name}.msgpack").read_bytes()
            if data.startswith(self._seal()):
                return msgspec.msgpack.decode(memoryview(data)[len(self._seal()) :], type=self.kind)
        except (FileNotFoundError, msgspec.MsgspecError):
            return self.make()
        return self.make()

    def prepare(self, package: Path) -> None:
        """Write the table below the source of the package: the same bytes for the same sources."""
        place = package.joinpath(*FOLDER.split("/"), f"{self.name}.msgpack")
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(self._seal() + msgspec.msgpack.encode(_ordered(self.make())))

    def _seal(self) -> bytes:
        return hashlib.blake2b(b"".join(map(_digest, (*_MAKERS, *self.sources))), digest_size=16).digest()


def _ordered(value: Any) -> Any:
    """A table whose sets are in order, its mappings as they are."""
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Struct):
        return {name: _ordered(getattr(value, name)) for name in value.__struct_fields__}
    return {key: _ordered(v) for key, v in value.items()} if isinstance(value, Mapping) else value


@cache
def _digest(source: str) -> bytes:
    found = hashlib.blake2b(digest_size=16)
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
