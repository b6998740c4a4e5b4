"""The network of who meets whom, as SVG: places of its circles and lines alone; the template draws it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import networkx
from msgspec import Struct

from dabir.store.meetings import Node, Tie

WIDTH, HEIGHT = 720, 520
_EDGE, _SIDE = 36, 84  # room for circles and for the names beside them
_MOST = 60  # ties that an eye can still follow
_NODES, _PERSONS = 36, 24  # persons' names are longer
_APART, _THREAD = 3.0, 0.3
_ROOM, _ROOM_PERSON = (76.0, 38.0), (112.0, 38.0)  # pixels that a circle with its name takes
_STEPS = 80
_SEED = 7  # the same ties give the same picture


class Circle(Struct, frozen=True):
    """Who meets, in pixels; `meetings` are those with the others in the drawing."""

    node: Node
    meetings: int
    x: float
    y: float
    radius: float


class Stroke(Struct, frozen=True):
    """A tie between two circles, in pixels."""

    tie: Tie
    x1: float
    y1: float
    x2: float
    y2: float
    width: float


class Network(Struct, frozen=True):
    """The drawing; `left_out` are the looser ties that it has no room for (the table has them)."""

    circles: tuple[Circle, ...]
    strokes: tuple[Stroke, ...]
    left_out: int
    width: int = WIDTH
    height: int = HEIGHT


def network(ties: Sequence[Tie]) -> Network:
    """The drawing of the closest ties (they come sorted): those who meet often stand near each other (Fruchterman and
    Reingold's forces, from a fixed start)."""
    shown = _closest(ties)
    if not shown:
        return Network((), (), 0)
    tally: Counter[Node] = Counter()
    graph = networkx.Graph()
    for t in shown:
        graph.add_edge(t.one, t.other, weight=1 + math.log2(t.events))
        tally[t.one] += t.events
        tally[t.other] += t.events
    places = networkx.spring_layout(_held(graph, tally), k=_APART / math.sqrt(len(graph)), iterations=300, seed=_SEED)
    x = _spread({n: float(p[0]) for n, p in places.items()}, _SIDE, WIDTH - _SIDE)
    y = _spread({n: float(p[1]) for n, p in places.items()}, _EDGE, HEIGHT - _EDGE)
    x, y = _parted(x, y, _ROOM_PERSON if shown[0].one.person else _ROOM)
    most, widest = max(tally.values()), max(t.events for t in shown)
    order = sorted(graph, key=lambda n: (-tally[n], n))
    circles = tuple(Circle(n, tally[n], x[n], y[n], round(5 + 11 * math.sqrt(tally[n] / most), 1)) for n in order)
    strokes = tuple(
        Stroke(t, x[t.one], y[t.one], x[t.other], y[t.other], round(1 + 6 * math.sqrt(t.events / widest), 1)) for t in shown
    )
    return Network(circles, strokes, len(ties) - len(shown))


def _held(graph: Any, tally: Mapping[Node, int]) -> Any:
    """The graph with its parts held together by threads that are not drawn: forces alone would drive them to the edges."""
    held = graph.copy()
    parts = networkx.connected_components(graph)
    hubs = sorted((min(part, key=lambda n: (-tally[n], n)) for part in parts), key=lambda n: (-tally[n], n))
    held.add_edges_from(((hubs[0], hub) for hub in hubs[1:]), weight=_THREAD)
    return held


def _closest(ties: Sequence[Tie]) -> list[Tie]:
    """The first ties, as many as there is room for them and for those whom they tie."""
    found: list[Tie] = []
    nodes: set[Node] = set()
    room = _PERSONS if ties and ties[0].one.person else _NODES
    for t in ties:
        if len(found) == _MOST:
            break
        if len(nodes | {t.one, t.other}) <= room:
            nodes |= {t.one, t.other}
            found.append(t)
    return found


def _parted(x: dict[Node, float], y: dict[Node, float], room: tuple[float, float]) -> tuple[dict[Node, float], dict[Node, float]]:
    """Coordinates with those who would write over each other pushed apart, a little at a time, within the picture."""
    x, y = dict(x), dict(y)
    pairs = list(combinations(sorted(x), 2))
    for _ in range(_STEPS):
        for a, b in pairs:
            dx, dy = x[b] - x[a], y[b] - y[a]
            over_x, over_y = room[0] - abs(dx), room[1] - abs(dy)
            if over_x > 0 and over_y > 0:
                across = over_x / room[0] < over_y / room[1]  # the shorter way out
                places, low, high = (x, _SIDE, WIDTH - _SIDE) if across else (y, _EDGE, HEIGHT - _EDGE)
                push = (over_x if across else over_y) / 4 * (1 if (dx if across else dy) >= 0 else -1)
                places[a] = min(high, max(low, places[a] - push))
                places[b] = min(high, max(low, places[b] + push))
    return {n: round(v, 1) for n, v in x.items()}, {n: round(v, 1) for n, v in y.items()}


def _spread(places: dict[Node, float], low: float, high: float) -> dict[Node, float]:
    """Coordinates from `low` to `high` pixels; half by their size, half by their rank, so that a crowd gets room."""
    least, most = min(places.values()), max(places.values())
    ranks = {n: rank for rank, n in enumerate(sorted(places, key=lambda n: (places[n], n)))}
    last = max(len(places) - 1, 1)

    def at(n: Node) -> float:
        size = (places[n] - least) / (most - least) if most > least else 0.5
        return round(low + (high - low) * (size + ranks[n] / last) / 2, 1)

    return {n: at(n) for n in places}
