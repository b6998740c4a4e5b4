"""The network of states and organisations: GEXF (Gephi) and GraphML (networkx). An edge is all events of two, summed up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations
from typing import Any

from dabir.export.kinds import name_en, name_fa
from dabir.store.filters import Filter
from dabir.store.frames import library
from dabir.store.store import Store

_WRITTEN = re.compile(r' lastmodifieddate="[\d-]*"')  # the day of writing: the same store is to give the same file


def graph(store: Store, f: Filter) -> Any:
    """A `networkx.Graph`: nodes have `label`, `fa` and `events`; edges `weight` (events), `cooperation` and `conflict` (by PLOVER
    class), `intensity` (the mean, where any event has one), `since` and `until`. Hosts that are no party make no edge."""
    found = library("networkx", "network").Graph()
    scores: dict[tuple[str, str], list[float]] = {}
    for e in store.each_event(f):
        states = sorted({p.state for p in e.parties if p.state and p.role != "host"})
        for state in states:
            if state not in found:
                found.add_node(state, label=name_en(state), fa=name_fa(state), events=0)
            found.nodes[state]["events"] += 1
        for pair in combinations(states, 2):
            if not found.has_edge(*pair):
                found.add_edge(*pair, weight=0, cooperation=0, conflict=0)
            edge = found.edges[pair]
            edge["weight"] += 1
            if e.quad:
                edge["cooperation" if e.quad < 3 else "conflict"] += 1
            if e.since:
                edge["since"] = min(edge.get("since", e.since), e.since)
                edge["until"] = max(edge.get("until", e.since), e.since)
            if e.intensity is not None:
                total = scores.setdefault(pair, [0.0, 0.0])
                total[0] += e.intensity
                total[1] += 1
    for pair, (total_score, count) in scores.items():
        found.edges[pair]["intensity"] = round(total_score / count, 3)
    return found


def gexf(store: Store, f: Filter) -> Iterator[str]:
    """The network as GEXF 1.2."""
    for line in library("networkx", "network").generate_gexf(graph(store, f)):
        yield _WRITTEN.sub("", line) + "\n"


def graphml(store: Store, f: Filter) -> Iterator[str]:
    """The network as GraphML."""
    yield from (f"{line}\n" for line in library("networkx", "network").generate_graphml(graph(store, f)))
