"""A text under repair: each character knows where in the source it came from, so no offset is guessed."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from msgspec import Struct

from dabir.model import Edit

Change = tuple[int, int, str, str]
"""(start, end, replacement, rule) over the present text; sorted, not overlapping."""


class Draft(Struct, frozen=True):
    """A text made from a source: `text[i]` stands for `source[lows[i]:highs[i]]` (nothing, where it was put in).

    `rules` are the (source offset, rule) of every change so far.
    """

    source: str
    text: str
    lows: Sequence[int]
    highs: Sequence[int]
    rules: tuple[tuple[int, str], ...] = ()


def draft(source: str) -> Draft:
    """The draft that is still the source itself."""
    return Draft(source, source, range(len(source)), range(1, len(source) + 1))


def revise(old: Draft, changes: Sequence[Change]) -> Draft:
    """The draft after `changes` (over `old.text`), with its map back to the source."""
    pieces: list[str] = []
    lows: list[int] = []
    highs: list[int] = []
    rules = list(old.rules)
    at = 0
    for start, end, replacement, rule in changes:
        pieces += (old.text[at:start], replacement)
        lows += old.lows[at:start]
        highs += old.highs[at:start]
        low, high = _origin(old, start, end)
        lows += [low] * len(replacement)
        highs += [high] * len(replacement)
        rules.append((low, rule))
        at = end
    pieces.append(old.text[at:])
    lows += old.lows[at:]
    highs += old.highs[at:]
    return Draft(old.source, "".join(pieces), lows, highs, tuple(rules))


def _origin(old: Draft, start: int, end: int) -> tuple[int, int]:
    """The source's range behind `old.text[start:end]`; for an insertion the place, or the character it falls inside."""
    if start < end:
        return old.lows[start], old.highs[end - 1]
    before = old.highs[start - 1] if start else 0
    if start < len(old.text) and old.lows[start] < before:
        return old.lows[start], old.highs[start]
    return before, before


def edits_of(done: Draft) -> tuple[Edit, ...]:
    """The edits over the source that give `done.text`, read off the map."""
    source, text, lows, highs = done.source, done.text, done.lows, done.highs
    if not done.rules:
        return ()
    named = sorted(done.rules, key=lambda r: r[0])
    places = [r[0] for r in named]
    out: list[Edit] = []

    def add(start: int, end: int, replacement: str) -> None:
        was = source[start:end]
        if was != replacement:
            rule = named[max(bisect_right(places, start) - 1, 0)][1]
            out.append(Edit(start, end, was, replacement, rule))

    at = i = 0
    size = len(text)
    while i < size:
        k = bisect_left(places, at)
        untouched = (places[k] if k < len(places) else len(source)) - at
        if untouched > 0:
            at += untouched
            i += untouched
            continue
        low, high = lows[i], highs[i]
        if low == at and high == at + 1 and source[at] == text[i] and (i + 1 == size or lows[i + 1] >= high):
            at += 1
            i += 1
            continue
        if low > at:
            add(at, low, "")
        first = i
        i += 1
        while i < size and (lows[i] < high or (low == high == lows[i] == highs[i])):
            high = max(high, highs[i])
            i += 1
        add(low, high, text[first:i])
        at = high
    if at < len(source):
        add(at, len(source), "")
    return tuple(out)


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """`text` with `edits` (sorted, over the offsets of `text`) carried out: `Text.clean` from `Text.original`."""
    out: list[str] = []
    at = 0
    for edit in edits:
        out += (text[at : edit.start], edit.replacement)
        at = edit.end
    out.append(text[at:])
    return "".join(out)
