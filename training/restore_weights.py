"""Learns the weights of restoration's two models: the second half of `restore_tables.py`.

Logistic regression over the features of `dabir.text.features`, by AdaGrad in a fixed order of examples. The examples
of a fold look at counts of the other folds only, so that the models learn what to do with words that are unknown.
"""

from __future__ import annotations

import os
import sys
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from math import exp, sqrt
from typing import TYPE_CHECKING

from restore_counts import FOLDS, HALF, Counts

from dabir.text.features import glue_features, lean_features
from dabir.text.spellings import well_formed

if TYPE_CHECKING:
    from restore_tables import Knowledge

Weights = dict[str, int]
Example = tuple[list[str], float, float]
"""Features, share of half-spaces at such a place, weight."""

SCALE = 8  # weights are shipped as whole numbers of eighths
_CAP = 30  # a spelling met oftener counts no more: it is decided by its counts
_RATE = 0.3
_ROUNDS = 3
_RARE = int(os.environ.get("RARE", "4"))  # a feature of fewer examples is left out
_SMALL = float(os.environ.get("SMALL", "0.35"))  # a weight nearer to nothing than this is left out, and the others learnt again


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
        if total < 2 and HALF not in "".join(found) and zlib.crc32(letters.encode()) % 2:
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
            if zlib.crc32(f"{a} {b}".encode()) % 5 > 1:
                continue
            weight *= 2
        if features := lean_features(known.known, known.endings, known.pairs, a, b):
            yield features, x / (x + y), weight


def learn(examples: Callable[[int], Iterator[Example]]) -> Weights:
    """The weights of the features that matter, in eighths."""
    ids: dict[str, int] = {}
    data: list[tuple[list[int], float, float]] = []
    for fold in range(FOLDS):
        for features, share, weight in examples(fold):
            data.append(([ids.setdefault(z, len(ids)) for z in features], share, weight))
    met = [0] * len(ids)
    for features, _, _ in data:
        for z in features:
            met[z] += 1
    keep = [n >= _RARE for n in met]
    order = sorted(range(len(data)), key=lambda i: zlib.crc32(b"%d" % i))
    weights = _descend(data, order, keep)
    keep = [k and abs(w) >= _SMALL for k, w in zip(keep, weights, strict=True)]
    weights = _descend(data, order, keep)
    out = {z: round(SCALE * weights[k]) for z, k in ids.items() if keep[k]}
    return {z: w for z, w in out.items() if w}


def _descend(data: list[tuple[list[int], float, float]], order: list[int], keep: list[bool]) -> list[float]:
    data = [([z for z in features if keep[z]], share, weight) for features, share, weight in data]
    weights = [0.0] * len(keep)
    slopes = [1e-3] * len(keep)
    for number in range(_ROUNDS):
        loss = 0.0
        for i in order:
            features, share, weight = data[i]
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
        print(f"{time.process_time():.0f} s: round {number}, {sum(keep)} features, loss {loss / len(data):.5f}", file=sys.stderr)
    return weights
