"""The words as the encoder reads them: the key, with the half-spaces of the restored text as spaces.

The same words give the same window whether the web copy kept its half-spaces, lost them or made them spaces, as far as
restoration finds them; every offset of a window is tied to one of the key.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from msgspec import Struct

from dabir.text.types import Text


class Window(Struct, frozen=True):
    """A stretch of text for the encoder. `at[i]` is the key offset of `text[i]`, `at[len(text)]` that of the end."""

    text: str
    at: Sequence[int]

    def place(self, start: int, end: int) -> tuple[int, int]:
        """The window's offsets of the key range [start, end), as far as it lies in the window."""
        return bisect_right(self.at, start) - 1, bisect_left(self.at, end)


def window(text: Text, start: int, end: int) -> Window:
    """The window of the key range [start, end)."""
    low, high = bisect_left(text.halves, start + 1), bisect_left(text.halves, end)
    parts: list[str] = []
    at: list[int] = []
    begin = start
    for half in (*text.halves[low:high], end):
        parts.append(text.key[begin:half])
        at += range(begin, half)
        if half < end:
            parts.append(" ")
            at.append(half)
        begin = half
    at.append(end)
    return Window("".join(parts), at)
