"""Judgements to groups: mean linkage, strongest pair first, never across a pair that must stay apart."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Mapping

Pair = tuple[str, str]


def pair(a: str, b: str) -> Pair:
    """Two ids in their order."""
    return (a, b) if a < b else (b, a)


def groups(
    ids: Iterable[str],
    scores: Mapping[Pair, float],
    linkage: float,
    together: Collection[Pair] = (),
    apart: Collection[Pair] = (),
    neutral: Collection[Pair] = (),
) -> tuple[tuple[str, ...], ...]:
    """Ids in groups, each sorted, in order of their first.

    Two groups join where the mean score over all their pairs reaches `linkage` (a pair without a score counts 0, a `neutral`
    one not at all) and no pair of `apart` would come together. `together` pairs join first, whatever their score; where that
    contradicts `apart`, apart holds.
    """
    found = _Groups(sorted(ids), scores, apart, neutral)
    for a, b in sorted(pair(*p) for p in together):
        if a in found.of and b in found.of:
            found.join(found.of[a], found.of[b])
    best = [e for a in found.members for b in found.sums[a] if a < b and (e := found.entry(a, b, linkage))]
    heapq.heapify(best)
    while best:
        _, a, b, sizes = heapq.heappop(best)
        if found.sizes(a, b) == sizes and found.join(a, b):
            for other in found.sums[a]:
                if e := found.entry(*pair(a, other), linkage):
                    heapq.heappush(best, e)
    return tuple(sorted(tuple(sorted(group)) for group in found.members.values()))


Entry = tuple[float, str, str, tuple[int, int]]
"""Two groups that may join, the best first: their mean score below nought, their least ids and their sizes then."""


class _Groups:
    """Groups by their least id, and for each two what adds up over their pairs, so that joining costs as much as it has neighbours."""

    def __init__(self, ids: Iterable[str], scores: Mapping[Pair, float], apart: Iterable[Pair], neutral: Iterable[Pair]) -> None:
        self.members = {i: {i} for i in ids}
        self.of = {i: i for i in self.members}
        self.sums: dict[str, dict[str, float]] = {i: {} for i in self.members}
        self.silent: dict[str, dict[str, float]] = {i: {} for i in self.members}
        self.barred: dict[str, dict[str, float]] = {i: {} for i in self.members}
        unscored = {pair(*p) for p in neutral}
        for table, found in (
            (self.sums, {p: s for p, s in scores.items() if p not in unscored}), (self.silent, dict.fromkeys(unscored, 1.0)),
            (self.barred, {pair(*p): 1.0 for p in apart}),
        ):  # fmt: skip
            for (a, b), value in found.items():
                if a in self.members and b in self.members:
                    table[a][b] = table[b][a] = value

    def sizes(self, a: str, b: str) -> tuple[int, int]:
        """How many ids two groups have, 0 for one that is in another by now."""
        return len(self.members.get(a, ())), len(self.members.get(b, ()))

    def entry(self, a: str, b: str, linkage: float) -> Entry | None:
        """Two groups as candidates for joining, null where their mean score is too low."""
        sizes = self.sizes(a, b)
        count = sizes[0] * sizes[1] - self.silent[a].get(b, 0)
        mean = self.sums[a][b] / count if count else 0.0
        return (-mean, a, b, sizes) if count and mean >= linkage else None

    def join(self, a: str, b: str) -> bool:
        """Make one of two groups, under the lesser id; says whether they were two and may be one."""
        a, b = pair(a, b)
        if a == b or b in self.barred[a]:
            return False
        self.members[a] |= self.members[b]
        self.of.update(dict.fromkeys(self.members.pop(b), a))
        for table in (self.sums, self.silent, self.barred):
            for other, value in table.pop(b).items():
                del table[other][b]
                if other != a:
                    table[a][other] = table[other][a] = table[a].get(other, 0.0) + value
        return True
