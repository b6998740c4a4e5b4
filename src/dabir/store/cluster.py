"""Judgements to groups: mean linkage, strongest pair first, never across a pair that must stay apart."""

from __future__ import annotations

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
    member = {i: frozenset((i,)) for i in sorted(ids)}
    barred = {pair(*p) for p in apart}
    for a, b in sorted(pair(*p) for p in together):
        if a in member and b in member and member[a] is not member[b] and not _barred(member[a], member[b], barred):
            _join(member, member[a], member[b])
    silent = {pair(*p) for p in neutral}
    while best := _best(member, scores, linkage, barred, silent):
        _join(member, *best)
    return tuple(sorted({tuple(sorted(group)) for group in member.values()}))


def _best(
    member: Mapping[str, frozenset[str]], scores: Mapping[Pair, float], linkage: float, barred: set[Pair], silent: set[Pair]
) -> tuple[frozenset[str], frozenset[str]] | None:
    sums: dict[tuple[frozenset[str], frozenset[str]], float] = {}
    for (a, b), score in scores.items():
        if a in member and b in member and member[a] is not member[b] and (a, b) not in silent:
            left, right = sorted((member[a], member[b]), key=min)
            sums[left, right] = sums.get((left, right), 0.0) + score
    ranked = sorted(
        (-total / count, min(left), min(right), left, right)
        for (left, right), total in sums.items()
        if (count := sum(pair(x, y) not in silent for x in left for y in right)) and total / count >= linkage
    )
    return next(((left, right) for *_, left, right in ranked if not _barred(left, right, barred)), None)


def _barred(left: frozenset[str], right: frozenset[str], barred: set[Pair]) -> bool:
    return bool(barred) and any(pair(x, y) in barred for x in left for y in right)


def _join(member: dict[str, frozenset[str]], left: frozenset[str], right: frozenset[str]) -> None:
    both = left | right
    for i in both:
        member[i] = both
