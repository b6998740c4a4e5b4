"""The only opener of `data/`: reads tables and rules once, checks their shape, returns frozen values."""

from __future__ import annotations

import gzip
import tomllib
import zlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Any

from dabir.errors import DataError

Row = Mapping[str, str]


def _node(name: str) -> Traversable:
    return files("dabir").joinpath("data", *name.split("/"))


def read_bytes(name: str) -> bytes:
    """The bytes of data file `name` (a path below `data/`, `.gz` unpacked). Raises DataError where it is missing or broken."""
    try:
        raw = _node(name).read_bytes()
        return gzip.decompress(raw) if name.endswith(".gz") else raw
    except FileNotFoundError:
        raise DataError("data file is missing; reinstall dabir", name) from None
    except (EOFError, OSError, zlib.error) as error:
        raise DataError(f"data file cannot be read ({error})", name) from None


def read_text(name: str) -> str:
    """The text of data file `name`, as `read_bytes`. Raises DataError where it is not UTF-8, too."""
    try:
        return read_bytes(name).decode("utf-8")
    except UnicodeDecodeError as error:
        raise DataError(f"data file cannot be read ({error})", name) from None


@cache
def table(name: str) -> tuple[Row, ...]:
    """The rows of a tab-separated data file with a header line. Lines that begin with `#` are comments.

    Raises DataError at the line whose number of cells is not the header's.
    """
    header: list[str] | None = None
    rows: list[Row] = []
    for number, line in enumerate(read_text(name).splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = line.split("\t")
        if header is None:
            header = cells
        elif len(cells) != len(header):
            raise DataError(f"{len(cells)} cells where the header has {len(header)}", name, number)
        else:
            rows.append(MappingProxyType(dict(zip(header, map(str.strip, cells), strict=True))))
    if header is None:
        raise DataError("table has no header line", name)
    return tuple(rows)


def names(folder: str, suffix: str) -> tuple[str, ...]:
    """Paths (below `data/`) of the files of `folder` that end in `suffix`, sorted."""
    return tuple(sorted(f"{folder}/{n.name}" for n in _node(folder).iterdir() if n.name.endswith(suffix)))


def tables(folder: str) -> tuple[Row, ...]:
    """The rows of every `.tsv` file in `folder`, file after file."""
    return tuple(row for name in names(folder, ".tsv") for row in table(name))


@cache
def toml(name: str) -> Mapping[str, Any]:
    """A TOML data file. Raises DataError with the parser's line where it is not TOML."""
    try:
        return MappingProxyType(tomllib.loads(read_text(name)))
    except tomllib.TOMLDecodeError as error:
        raise DataError(str(error), name) from None


def values(cell: str) -> tuple[str, ...]:
    """The values of a cell that holds several, parted by `|`; none for an empty cell."""
    return tuple(v.strip() for v in cell.split("|") if v.strip())
