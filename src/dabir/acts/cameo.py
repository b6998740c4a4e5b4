"""CAMEO, the event codes before PLOVER: the conversion table of the PLOVER project (data/acts/cameo.tsv), both ways.

CAMEO's Goldstein values are another scale than PLOVER's intensity and are not given.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from msgspec import Struct

from dabir.acts.plover import plover_table
from dabir.errors import DataError
from dabir.model import Plover
from dabir.resources import table, values

DATA = "acts/cameo.tsv"


class Cameo(Struct, frozen=True):
    """A CAMEO code, its name, what it becomes in PLOVER, and a note where that is not what the conversion table prints."""

    code: str
    name: str
    plover: Plover
    note: str | None = None


@cache
def cameo_table() -> Mapping[str, Cameo]:
    """The table by CAMEO code. Raises DataError for a type or mode that PLOVER has not."""
    types = plover_table().types
    out = {}
    for row in table(DATA):
        kind, mode = types.get(row["event"]), row["mode"] or None
        if kind is None or (mode and mode not in kind.modes):
            raise DataError(f"{row['cameo']}: no PLOVER type and mode {row['event']} {row['mode']}", DATA)
        score = kind.modes[mode] if mode else kind.score
        code = Plover(row["event"], mode, values(row["contexts"]), kind.quad, score)
        out[row["cameo"]] = Cameo(row["cameo"], row["name"], code, row["note"] or None)
    return MappingProxyType(out)


def from_cameo(code: str) -> Cameo | None:
    """The row of a CAMEO code («042»), or of the nearest code above it where the table has no such subcode; None for what has
    no PLOVER code, as statements (01) and appeals (02) have none."""
    for size in range(len(code), 2, -1):
        if (row := cameo_table().get(code[:size])) is not None:
            return row
    return None


def cameo(code: Plover) -> tuple[Cameo, ...]:
    """The CAMEO rows that become a PLOVER code: those of its type and mode, or of its type without a mode where the table has
    none of the mode. Those that share most contexts come first, the more general code before the more special. None for an event
    that PLOVER does not code."""
    rows = [r for r in cameo_table().values() if r.plover.event == code.event]
    found = [r for r in rows if r.plover.mode == code.mode] or [r for r in rows if r.plover.mode is None]
    mine = set(code.contexts)
    return tuple(sorted(found, key=lambda r: (-len(mine & set(r.plover.contexts)), len(r.code), r.code)))
