"""Names and titles as the encoder marks them: spans of whole words, each with its kind and probability."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from dabir.encoder.session import Read
from dabir.text.types import Text

TagKind = Literal["PER", "ORG", "LOC", "FAC", "PROD", "EVENT", "NAT", "TITLE"]
NAMES: tuple[TagKind, ...] = ("PER", "ORG", "LOC", "FAC", "PROD", "EVENT", "NAT")
TITLES: tuple[TagKind, ...] = ("TITLE",)


class Tag(Struct, frozen=True):
    """A name or title in token indexes [start, end); `p` is the mean probability of its kind over its words."""

    start: int
    end: int
    kind: TagKind
    p: float


def tags(text: Text, read: Read) -> tuple[Tag, ...]:
    """The names of a text in order, then its titles: two layers, which may overlap.

    A word is of the kind that its pieces give the most probability to (labels: 0 outside, 2k+1 where kind k begins, 2k+2
    where it goes on), so that no name ends inside a word.
    """
    return (*_layer(text, read, read.names, NAMES), *_layer(text, read, read.titles, TITLES))


def _layer(text: Text, read: Read, scores: object, kinds: tuple[TagKind, ...]) -> list[Tag]:
    import numpy as np

    logits = np.asarray(scores)
    if not len(logits):
        return []
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    begins, goes_on = p[:, 1::2], p[:, 2::2]
    either = begins + goes_on
    out: list[Tag] = []
    open_kind, shares = -1, list[float]()
    for n, token in enumerate(text.tokens):
        found = read.pieces.of(token.start, token.end)
        if not found:
            open_kind = -1
            continue
        # Most words are one piece, whose mean it is: numpy's own takes longer than all the rest here.
        share = either[found.start] if len(found) == 1 else either[found.start : found.stop].mean(axis=0)
        kind = int(share.argmax())
        if share[kind] <= 1 - share.sum():
            open_kind = -1
            continue
        first = found.start
        joined = kind == open_kind and goes_on[first, kind] >= begins[first, kind] and out and out[-1].end == n
        shares = [*shares, float(share[kind])] if joined else [float(share[kind])]
        mean = sum(shares) / len(shares)
        if joined:
            out[-1] = Tag(out[-1].start, n + 1, kinds[kind], mean)
        else:
            out.append(Tag(n, n + 1, kinds[kind], mean))
        open_kind = kind
    return out
