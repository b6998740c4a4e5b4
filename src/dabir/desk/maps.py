"""The map of events, as SVG: countries' shapes from data/desk/shapes.tsv, shaded by how many events took place there."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from msgspec import Struct

from dabir.resources import table

SHADES = 5
_WIDE = 1000  # units; in a narrower view small countries are seen as they are
# Stretches of the plane of shapes.tsv: left, top, width, height.
VIEWS: Mapping[str, tuple[int, int, int, int]] = MappingProxyType(
    {"world": (0, -490, 2000, 900), "near": (1120, -330, 320, 220), "europe": (900, -450, 330, 240), "asia": (1180, -420, 620, 430)}
)


class Shape(Struct, frozen=True):
    """A country: its code (empty for none of the tables), its middle, and its SVG path, empty where it is too small to draw."""

    code: str
    x: int
    y: int
    path: str
    small: bool


class Country(Struct, frozen=True):
    """A country with its events; `shade` is 0 (none) to 5, each step about three times as many; one with a `circle` is too small
    in this view."""

    shape: Shape
    events: int
    shade: int
    circle: bool


class Map(Struct, frozen=True):
    """The drawing: `view` as SVG's viewBox wants it, a small country's circle has `radius` units; `unplaced` are events in
    countries that the shapes lack."""

    countries: tuple[Country, ...]
    view: str
    radius: float
    unplaced: int


def shapes() -> Iterator[Shape]:
    """Every country of the table, the largest first."""
    for r in table("desk/shapes.tsv"):
        yield Shape(r["code"], int(r["x"]), int(r["y"]), r["path"], len(r["path"]) < 40)


def drawn(counts: Mapping[str, int], view: str) -> Map:
    """The map of events by country code, in one of `VIEWS`."""
    left, top, width, height = VIEWS[view]
    found = [
        Country(s, counts.get(s.code, 0), _shade(counts.get(s.code, 0)), s.small and (width > _WIDE or not s.path))
        for s in shapes()
        if s.path or counts.get(s.code)
    ]  # fmt: skip
    known = {c.shape.code for c in found}
    unplaced = sum(n for code, n in counts.items() if code not in known)
    return Map(tuple(found), f"{left} {top} {width} {height}", round(width / 250, 1), unplaced)


def _shade(events: int) -> int:
    return min(SHADES, 1 + math.floor(math.log(events, 3))) if events else 0
