"""Learns the weights of restoration's models: the second half of `restore_tables.py`.

Logistic regression over the features of `dabir.text.features`, by AdaGrad in a fixed order of examples. The examples
of a fold look at counts of the other folds only, so that the models learn what to do with words that are unknown.
"""

from __future__ import annotations

import sys
import time
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from math import exp, sqrt
from typing import TYPE_CHECKING
from zlib import crc32

from dabir.text.features import EIGHTHS, glue_features, hashed, lean_features, near_features
from dabir.text.spellings import well_formed
from restore_counts import FOLDS, HALF, Counts

if TYPE_CHECKING:
    from restore_tables import Knowledge

Example = tuple[list[str], float, float]
"""Features, share of half-spaces at such a place, weight."""

_CAP = 30  # a spelling met oftener counts no more: it is decided by its counts
_RATE = 0.3
_ROUNDS = 3
_RARE = 4  # a feature of fewer examples is left out
_SMALL = 0.35  # one whose weight is nearer to nothing is left out, and the others learnt again


def glue_examples(known: Knowledge, counts: Counts, fold: int) -> Iterator[Example]:
    """Every place between two letters of the fold's words, half-spaces taken out."""
    by_letters: dict[str, Counter[str]] = defaultdict(Counter)
    for word, count in counts.words[fold].items():
        if len(word) < 30 and well_formed(word.split(HALF)):
            by_letters[word.replace(HALF, "")][word] += count
    for letters, found in sorted(by_letters.items()):
        if len(letters) < 4:
            continue
        total = sum(found.values())
        if total < 2 and HALF not in "".join(found) and crc32(letters.encode()) % 2:
            continue  # half of the slips and rare names will do
        at_place: Counter[int] = Counter()
        for word, count in found.items():
            at = 0
            for piece in word.split(HALF)[:-1]:
                at += len(piece)
                at_place[at] += count
        weight = sqrt(min(total, _CAP))
        for i in range(2, len(letters)):
            if i == len(letters) - 1 and letters[i] != "ی":
                continue
            if features := glue_features(known.known, known.endings, letters, i):
                yield features, at_place[i] / total, weight


def lean_examples(known: Knowledge, counts: Counts, fold: int) -> Iterator[Example]:
    """Every pair of parts or words that the fold has side by side."""
    from restore_tables import joined, spaced

    together, apart = joined(counts.words[fold]), spaced(counts.pairs[fold])
    for a, b in sorted(set(together) | set(apart)):
        if len(a) > 25 or len(b) > 25:
            continue
        x, y = together[a, b], apart[a, b]
        weight = sqrt(min(x + y, _CAP))
        if not x and y < 2:
            if crc32(f"{a} {b}".encode()) % 5 > 1:
                continue
            weight *= 2
        if features := lean_features(known.known, known.endings, known.pairs, a, b):
            yield features, x / (x + y), weight


def near_examples(known: Knowledge, counts: Counts, fold: int) -> Iterator[Example]:
    """Every word in «های» of the fold between its neighbours."""
    for (before, word, after), count in sorted(counts.near[fold].items()):
        letters = word.replace(HALF, "")
        if len(letters) > 4 and (features := near_features(known.known, letters, bare(before), bare(after))):
            yield features, float(word.endswith(f"ه{HALF}ای")), sqrt(min(count, _CAP))


def bare(word: str) -> str:
    return word.replace(HALF, "")


def learn(examples: Callable[[int], Iterator[Example]]) -> tuple[int, bytes]:
    """The weights of the features that matter: their number; the gaps between their hashes, and eighths (see `lexicon`)."""
    ids: dict[int, int] = {}
    data: list[tuple[array[int], float, float]] = []
    for fold in range(FOLDS):
        for features, share, weight in examples(fold):
            data.append((array("i", [ids.setdefault(hashed(z), len(ids)) for z in features]), share, weight))
    met = [0] * len(ids)
    for features, _, _ in data:
        for z in features:
            met[z] += 1
    # An order that is the same everywhere, and none of the corpora's.
    data = [data[i] for i in sorted(range(len(data)), key=lambda i: crc32(b"%d" % i))]
    data = _only(data, [n >= _RARE for n in met])
    keep = [abs(w) >= _SMALL for w in _descend(data, len(ids))]
    weights = _descend(_only(data, keep), len(ids))
    return _packed({key: round(EIGHTHS * weights[k]) for key, k in ids.items() if keep[k]})


def _packed(weights: dict[int, int]) -> tuple[int, bytes]:
    gaps, eighths, last = array("H"), array("b"), 0
    for key, weight in sorted(weights.items()):
        if not weight:
            continue
        while key - last > 0xFFFF:
            gaps.append(0xFFFF)
            eighths.append(0)
            last += 0xFFFF
        gaps.append(key - last)
        eighths.append(max(-127, min(127, weight)))
        last = key
    if sys.byteorder == "big":
        gaps.byteswap()
    return len(gaps), gaps.tobytes() + eighths.tobytes()


Data = list[tuple["array[int]", float, float]]


def _only(data: Data, keep: list[bool]) -> Data:
    return [(array("i", [z for z in features if keep[z]]), share, weight) for features, share, weight in data]


def _descend(data: Data, size: int) -> list[float]:
    weights = [0.0] * size
    slopes = [1e-3] * size
    for number in range(_ROUNDS):
        loss = 0.0
        for features, share, weight in data:
            score = 0.0
            for z in features:
                score += weights[z]
            guess = 1 / (1 + exp(-score)) if score > -30 else 0.0
            slope = (guess - share) * weight
            loss += abs(slope)
            if -1e-4 < slope < 1e-4:
                continue
            square = slope * slope
            step = _RATE * slope
            for z in features:
                slopes[z] += square
                weights[z] -= step / sqrt(slopes[z])
        print(f"{time.process_time():.0f} s: round {number}, loss {loss / len(data):.5f}", file=sys.stderr)
    return weights
