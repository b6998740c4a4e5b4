"""Rows of the store as rows of a table: one cell a column, lists joined, for CSV and terminals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Struct

Cell = str | int | float | bool | None
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def flat(row: Struct) -> Mapping[str, Cell]:
    """The fields of a row as cells; parties become `STATE role person` (or name), lists are joined by `; `."""
    return {name: _cell(value) for name, value in msgspec.structs.asdict(row).items()}


def _cell(value: object) -> Cell:
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, Sequence):
        return "; ".join(str(_cell(v)) for v in value)
    if isinstance(value, Struct):
        parts = msgspec.structs.asdict(value)
        order: list[str] = [n for n in ("state", "role", "person", "name") if n in parts] or list(parts)
        return " ".join(str(parts[n]) for n in order if parts[n] is not None)
    return str(value)


def safe(cell: Cell) -> Cell:
    """A cell that no spreadsheet takes for a formula: text that begins like one gets an apostrophe before it; numbers stay
    (OWASP, CSV Injection).

    >>> safe("=1+1"), safe(-3.5), safe("ایران")
    ("'=1+1", -3.5, 'ایران')
    """
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
