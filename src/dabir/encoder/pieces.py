"""From key offsets to the encoder's pieces: windows of whole sentences, and which pieces a span has."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence

from msgspec import Struct

from dabir.encoder.windows import Window, window
from dabir.text.types import Text

LONGEST = 96  # pieces of a window, some two sentences; a longer sentence is a window alone, cut at `LIMIT`
LIMIT = 510  # the encoder has that many places, two of them for the marks at the ends

Coded = tuple[list[int], list[tuple[int, int]]]  # ids with the marks at the ends, and the window's offsets of each
Coder = Callable[[Sequence[str]], list[Coded]]


class Pieces(Struct, frozen=True):
    """A text for the encoder: the ids of each window, and for all pieces in a row the key range and the place.

    `places` are (window, index in it); marks at the ends are in `ids` and not in `places`.
    """

    ids: tuple[list[int], ...]
    starts: list[int]
    ends: list[int]
    places: list[tuple[int, int]]

    def of(self, start: int, end: int) -> range:
        """The pieces, by number, that the key range [start, end) touches."""
        return range(bisect_right(self.ends, start), bisect_left(self.starts, end))


def pieces(text: Text, coder: Coder) -> Pieces:
    """The pieces of the sentences of a text, packed into windows in order."""
    sentences = [window(text, *bounds) for bounds in text.sentences]
    sizes = [len(ids) for ids, _ in coder([w.text for w in sentences])]
    windows: list[Window] = []
    n = 0
    while n < len(sizes):
        last, total = n, sizes[n]
        while last + 1 < len(sizes) and total + sizes[last + 1] <= LONGEST:
            last += 1
            total += sizes[last]
        windows.append(window(text, text.sentences[n][0], text.sentences[last][1]))
        n = last + 1
    ids: list[list[int]] = []
    starts: list[int] = []
    ends: list[int] = []
    places: list[tuple[int, int]] = []
    for number, (w, (coded, offsets)) in enumerate(zip(windows, coder([w.text for w in windows]), strict=True)):
        ids.append(coded[: LIMIT + 1] + coded[-1:] if len(coded) > LIMIT + 2 else coded)
        for index, (a, b) in enumerate(offsets[: len(ids[-1]) - 1]):
            while a < b and w.text[a].isspace():
                a += 1
            if a < b:
                starts.append(w.at[a])
                ends.append(w.at[b])
                places.append((number, index))
    return Pieces(tuple(ids), starts, ends, places)
