"""Whether two reports are of one act: a score, and the evidence for and against that it rests on."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from typing import Literal

from msgspec import Struct

from dabir.names.kb import squeeze
from dabir.resources import toml
from dabir.store.reports import DATA, Party, Report, families, rarity

Verdict = Literal["same", "different", "unsure"]
_MUTUAL = frozenset({"participant", "host", "mediator"})
_PRECISE = 3
_MANY = 20  # rare words
_FEW = 1.5  # so many rare words at least


class Weights(Struct, frozen=True):
    """The thresholds and the weights of data/store/merge.toml."""

    same: float
    unsure: float
    linkage: float
    of: Mapping[str, float]


class Judgement(Struct, frozen=True):
    """Two reports compared. `evidence` has each feature that is not 0: positive where it speaks for one act."""

    left: str
    right: str
    score: float
    evidence: Mapping[str, float]

    @property
    def verdict(self) -> Verdict:
        """What the score says."""
        w = weights()
        return "same" if self.score >= w.same else "unsure" if self.score >= w.unsure else "different"


@cache
def weights() -> Weights:
    """The weights in use."""
    data = toml(DATA)
    return Weights(data["same"], data["unsure"], data["linkage"], data["weights"])


def compare(a: Report, b: Report) -> Judgement:
    """The judgement of two reports, the same whichever comes first."""
    left, right = sorted((a, b), key=lambda r: r.id)
    evidence = {name: round(value, 3) for name, value in features(left, right) if value}
    of = weights().of
    total = of["bias"] + sum(of[name] * value for name, value in evidence.items())
    return Judgement(left.id, right.id, round(1 / (1 + math.exp(-max(-30.0, min(30.0, total)))), 4), evidence)


def features(a: Report, b: Report) -> Iterator[tuple[str, float]]:
    """What speaks for and against one act; 0 where nothing is known. The meaning of each stands in data/store/merge.toml."""
    yield "act", float(a.act == b.act)
    yield "family", float(families().get(a.act, a.act) == families().get(b.act, b.act))
    yield "states", _states(a, b)
    yield "roles", _swapped(a, b)
    yield "persons", _persons(a, b)
    days, near, apart = _times(a, b)
    yield from (("days", days), ("near", near), ("apart", apart))
    yield "place", _place(a, b)
    yield "words", shared(a.words, b.words)
    yield "lead", shared(a.lead, b.lead)
    yield "common", common(a.body, b.body) if a.main and b.main else 0.0
    yield "status", float({a.status, b.status} in ({"held", "proposed"}, {"ongoing", "proposed"}))
    yield "copy", float(a.origin == b.origin)
    yield "main", float(a.main and b.main)


def _states(a: Report, b: Report) -> float:
    left, right = a.states, b.states
    if not left or not right:
        return 0.0
    shared = len(left & right)
    if not shared:
        return -1.0
    if len(left) > 1 and len(right) > 1 and shared < 2:
        return -0.5
    return (shared / len(left | right) + shared / min(len(left), len(right))) / 2


def _side(parties: tuple[Party, ...], role: str) -> frozenset[str]:
    return frozenset(p.state for p in parties if p.role == role and p.state)


def _swapped(a: Report, b: Report) -> float:
    """1 where the actor of one is not the other's but its recipient, or each names another actor or recipient alone."""
    doers = _side(a.parties, "actor"), _side(b.parties, "actor")
    targets = _side(a.parties, "recipient"), _side(b.parties, "recipient")
    if doers[0] and doers[1] and not doers[0] & doers[1]:
        return 1.0
    return 0.6 if targets[0] and targets[1] and not targets[0] & targets[1] else 0.0


def _same_person(a: str, b: str) -> bool:
    one, other = a.split(), b.split()
    return squeeze(a) == squeeze(b) or squeeze(one[-1]) == squeeze(other[-1])


def _persons(a: Report, b: Report) -> float:
    """By party: the same person anywhere is 1; else -1 where both name somebody for a party, and nobody in common."""
    differ = 0.0
    for state in a.states & b.states:
        left = [p.person for p in a.parties if p.state == state and p.person]
        right = [p.person for p in b.parties if p.state == state and p.person]
        if any(_same_person(x, y) for x in left for y in right):
            return 1.0
        if left and right:
            differ = -1.0
    return differ


def _gap(a: tuple[date, date], b: tuple[date, date]) -> int:
    """Days between two half-open stretches, 0 where they overlap."""
    return max(0, (max(a[0], b[0]) - min(a[1], b[1])).days + 1)


def _times(a: Report, b: Report) -> tuple[float, float, float]:
    """How well stated days agree; where one or both state none, how well publication fits; and how far apart the two are."""
    if a.days and b.days:
        gap = _gap(a.days, b.days)
        precise = all((x[1] - x[0]).days <= _PRECISE for x in (a.days, b.days))
        if gap:
            return 0.0, 0.0, min(1.0, 0.25 * (gap - 1)) if precise else 0.75
        return 1.0 if precise else 0.4, 0.0, 0.0
    if stated := a.days or b.days:  # a report without a day was published soon after the act
        silent = b if a.days else a
        if silent.day is None:
            return 0.0, 0.0, 0.0
        gap = _gap(stated, (silent.day - timedelta(2), silent.day + timedelta(1)))
        return 0.0, 0.0 if gap else 0.6, min(1.0, 0.15 * gap)
    if a.day is None or b.day is None:
        return 0.0, 0.0, 0.0
    gap = abs((a.day - b.day).days)
    return 0.0, max(0.0, 1.0 - 0.45 * gap), min(1.0, 0.25 * max(0, gap - 2))


def _place(a: Report, b: Report) -> float:
    if a.place and b.place and squeeze(a.place) == squeeze(b.place):
        return 1.0
    if a.country and b.country:
        return 0.3 if a.country == b.country else -1.5
    return 0.0


def shared(a: frozenset[str], b: frozenset[str]) -> float:
    """The share of the shorter one's words that both have, rare words counting more; of very few words less is said."""
    fewer = min(_weight(a), _weight(b))
    return _weight(a & b) / max(fewer, _FEW) if fewer else 0.0


def _weight(words: frozenset[str]) -> float:
    """The rarities of words added up, the same in whatever order a set has them."""
    return math.fsum(map(rarity, words))


def common(a: frozenset[str], b: frozenset[str]) -> float:
    """How many words both have, rare ones counting more, however many others there are: on a logarithmic scale, 1 from twenty on."""
    return min(1.0, math.log1p(_weight(a & b)) / math.log1p(_MANY))
