"""Copies of one text: MinHash over folded word shingles finds candidates, the shared shingles decide.

A digest of 126 minima is cut into 42 bands of 3, each a row of `bands`: texts that share a band are compared (the usual
locality-sensitive hashing: two texts with a Jaccard similarity of .5 share a band with probability .996, of .3 with .68).
Copies are texts of which half of all shingles, or three quarters of the shorter one's, are in common.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence

from msgspec import Struct
from rensa import RMinHash

BANDS, ROWS = 42, 3
_SEED = 1403
_WORDS = 3
SHORTEST = 8  # shingles; a shorter text is a copy only of the very same words
JACCARD = 0.5
CONTAINED = 0.75


class Likeness(Struct, frozen=True):
    """How alike two texts are: shared shingles among all, and among the shorter text's."""

    jaccard: float
    contained: float

    @property
    def copies(self) -> bool:
        """Whether one is a copy of the other, whole or shortened."""
        return self.jaccard >= JACCARD or self.contained >= CONTAINED


def shingles(words: str) -> frozenset[str]:
    """All runs of three words of a text that is folded already."""
    found = words.split(" ")
    if len(found) < _WORDS:
        return frozenset({words}) if words else frozenset()
    return frozenset(" ".join(found[i : i + _WORDS]) for i in range(len(found) - _WORDS + 1))


def digest(found: Iterable[str]) -> bytes:
    """The MinHash digest of shingles (126 32-bit minima); the same for the same shingles."""
    minhash = RMinHash(num_perm=BANDS * ROWS, seed=_SEED)
    minhash.update(sorted(found))
    return struct.pack(f"<{BANDS * ROWS}I", *minhash.digest())


def bands(data: bytes) -> Sequence[str]:
    """The bands of a digest, as text."""
    width = 4 * ROWS
    return [data[i : i + width].hex() for i in range(0, len(data), width)]


def likeness(a: frozenset[str], b: frozenset[str]) -> Likeness:
    """How alike two sets of shingles are; of a short text only equality counts."""
    if not a or not b:
        return Likeness(0.0, 0.0)
    if min(len(a), len(b)) < SHORTEST:
        return Likeness(float(a == b), float(a == b))
    shared = len(a & b)
    return Likeness(shared / len(a | b), shared / min(len(a), len(b)))
