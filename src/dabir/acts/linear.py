"""Linear classifiers over named features: the weights are a data file, the arithmetic is a sum.

`training/events.py` writes the files. Scores are logits; `softmax` and `sigmoid` turn them into probabilities.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import cache

import msgspec
from msgspec import Struct

from dabir import resources
from dabir.errors import DataError


class Linear(Struct, frozen=True):
    """Classes in order, a bias for each, and for every feature its weight for each class."""

    classes: tuple[str, ...]
    bias: tuple[float, ...]
    weights: Mapping[str, tuple[float, ...]]

    def logits(self, features: Iterable[str]) -> list[float]:
        """One score a class for a set of present features; unknown features count nothing."""
        total = list(self.bias)
        for feature in features:
            row = self.weights.get(feature)
            if row is not None:
                for n, w in enumerate(row):
                    total[n] += w
        return total

    def probabilities(self, features: Iterable[str]) -> dict[str, float]:
        """The probability of each class. A model with one column is binary: its class against `no`."""
        logits = self.logits(features)
        if len(logits) == 1:
            p = sigmoid(logits[0])
            return {self.classes[0]: p, "no": 1 - p}
        return dict(zip(self.classes, softmax(logits), strict=True))


def sigmoid(x: float) -> float:
    """The logistic function, safe for large arguments."""
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def softmax(logits: list[float]) -> list[float]:
    """Probabilities that sum to 1."""
    top = max(logits)
    parts = [math.exp(x - top) for x in logits]
    whole = sum(parts)
    return [p / whole for p in parts]


@cache
def load(name: str) -> Linear:
    """The model in `data/acts/models/NAME.json.gz`. Raises DataError where it is missing or no model."""
    path = f"acts/models/{name}.json.gz"
    try:
        return msgspec.json.decode(resources.read_bytes(path), type=Linear)
    except msgspec.MsgspecError as error:
        raise DataError(str(error), path) from None


@cache
def thresholds() -> Mapping[str, float]:
    """The probabilities above which candidates are kept, as training chose them by cross-validation."""
    return {k: float(v) for k, v in resources.toml("acts/models/thresholds.toml").items()}
