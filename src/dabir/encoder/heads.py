"""The heads above the encoder's vectors, in numpy: what training/reader/heads.py learned, said again without torch.

Shapes: P pieces, W the encoder's width, S spans, T triggers.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from dabir import resources
from dabir.encoder.pieces import Pieces

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float32]

FILE = "models/heads.npz"
PAIRS = ("role", "voice")


class Heads:
    """The weights by name, and the rows of the pairs' features."""

    def __init__(self, weights: Mapping[str, Array], rows: Mapping[str, Mapping[str, int]]) -> None:
        self.weights, self.rows = weights, rows

    def linear(self, name: str, x: Array) -> Array:
        """One affine layer."""
        out: Array = x @ self.weights[f"{name}.weight"].T
        bias = self.weights.get(f"{name}.bias")
        return out if bias is None else out + bias

    def pair(self, name: str, left: Array, right: Array, features: Sequence[Sequence[str]]) -> Array:
        """Scores of pairs of vectors (one a row) with the features of their places."""
        import numpy as np

        a, b = self.linear(f"{name}.a", left), self.linear(f"{name}.b", right)
        table, rows = self.weights[f"{name}.features.weight"], self.rows[name]
        where = np.array([table[[rows.get(f, 0) for f in row]].sum(axis=0) for row in features], dtype=np.float32)
        return self.linear(f"{name}.out", gelu(a + b + self.linear(f"{name}.c", a * b) + where))


def gelu(x: Array) -> Array:
    """The Gaussian error linear unit, by its tanh form."""
    import numpy as np

    out: Array = 0.5 * x * (1 + np.tanh(0.7978845608 * (x + 0.044715 * x**3)))
    return out


def means(vectors: Array, pieces: Pieces, spans: Sequence[tuple[int, int]]) -> Array:
    """The mean vector of each key range's pieces (S x W); zeros where a range has none."""
    import numpy as np

    out = np.zeros((len(spans), vectors.shape[1]), dtype=np.float32)
    for n, (a, b) in enumerate(spans):
        found = pieces.of(a, b)
        if found:
            out[n] = vectors[found.start : found.stop].mean(axis=0)
    return out


@cache
def load() -> Heads:
    """The heads that ship with the package. Raises DataError where the file is missing."""
    import numpy as np

    with np.load(io.BytesIO(resources.read_bytes(FILE)), allow_pickle=False) as file:
        weights = {k: file[k].astype(np.float32) for k in file.files if not k.startswith("words.")}
        rows = {name: {str(f): n for n, f in enumerate(file[f"words.{name}"], 1)} for name in PAIRS}
    return Heads(weights, rows)
