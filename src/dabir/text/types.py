"""The working text: the source, its restored copy, and the key that every later stage matches on.

Three strings, one article:

- `original`: the source's own characters. Everything that leaves Dabir cites these.
- `clean`: restored for reading: half-spaces, words, letters and signs (docs/restore.md).
- `key`: for matching only. Made from `clean`: letters folded (ي→ی, ك→ک, ئ→ی, أ→ا, ؤ→و, ة→ه, ۀ→ه), diacritics and
  half-spaces gone, digits ASCII, quotes and spaces made alike. The same words give the same key whether the web copy
  kept its half-spaces, lost them, or turned them into spaces.

Stages hold key offsets; `Text.span` turns them into a span of the original.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from dabir.model import Edit, Span


class Token(Struct, frozen=True):
    """A word, number or mark of the key: `key[start:end] == text`."""

    start: int
    end: int
    text: str


class Text(Struct, frozen=True):
    """A cleaned text with the map from its key back to the source.

    `starts[i]` and `ends[i]` are the original's offsets of key character i (`starts` and `ends` are as long as `key`).
    `halves` are the key offsets where the clean text has a half-space that the key leaves out.
    `sentences` are half-open key ranges in order; `tokens` are all words and marks in order.
    `boilerplate` are spans of the original that are set aside; no sentence or token lies in them.
    """

    original: str
    clean: str
    key: str
    starts: Sequence[int]
    ends: Sequence[int]
    edits: tuple[Edit, ...]
    boilerplate: tuple[Span, ...]
    halves: Sequence[int]
    sentences: tuple[tuple[int, int], ...]
    tokens: tuple[Token, ...]

    def span(self, start: int, end: int) -> Span:
        """The original's span for the non-empty key range [start, end)."""
        a, b = self.starts[start], self.ends[end - 1]
        return Span(a, b, self.original[a:b])
