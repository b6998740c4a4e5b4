"""What usage knows of a word's half-spaces: counts of whole spellings, and of the parts that they are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import log

from msgspec import Struct

from dabir.text.letters import HALF_SPACE

_LISTED = 3  # a listed stem is worth so many forms met

Spelling = tuple[tuple[int, ...], int]
"""Where the half-spaces stand, counted in letters, and how often."""


class Spellings(Struct, frozen=True):
    """Counts of spellings, seen from several sides.

    `words`: spelling (half-spaces kept) → count. `halves`: letters without half-spaces → the spellings that part them.
    `parts`: word or part of a compound → count. `first`, `second`: part → how often a half-space follows, stands before
    it. `stems`: stem of a verb → how many of its forms are met after «می‌». `verbs`: those forms.
    """

    words: Mapping[str, int]
    halves: Mapping[str, tuple[Spelling, ...]]
    parts: Mapping[str, int]
    first: Mapping[str, int]
    second: Mapping[str, int]
    stems: Mapping[str, int]
    verbs: frozenset[str]


def spellings(
    words: Mapping[str, int], present: frozenset[str], endings: tuple[str, ...], verbal: Iterable[str]
) -> Spellings:
    """The `Spellings` of a table of counts.

    In: `present`, the prefixes of verbs; `endings`, a verb's personal ones; `verbal`, the stems that a grammar lists.
    """
    halves: dict[str, tuple[Spelling, ...]] = {}
    parts: dict[str, int] = {}
    first: dict[str, int] = {}
    second: dict[str, int] = {}
    verbs: set[str] = set()
    for word, count in words.items():
        if HALF_SPACE not in word:
            parts[word] = parts.get(word, 0) + count
            continue
        pieces = word.split(HALF_SPACE)
        if not well_formed(pieces):
            continue
        at, places = 0, []
        for a, b in zip(pieces, pieces[1:], strict=False):
            at += len(a)
            places.append(at)
            first[a] = first.get(a, 0) + count
            second[b] = second.get(b, 0) + count
        for piece in pieces:
            parts[piece] = parts.get(piece, 0) + count
        letters = "".join(pieces)
        halves[letters] = (*halves.get(letters, ()), (tuple(places), count))
        if len(pieces) == 2 and pieces[0] in present:
            verbs.add(pieces[1])
    stems = dict.fromkeys(sorted(verbal), _LISTED)
    for verb in sorted(verbs):
        for stem in stems_of(verb, endings):
            stems[stem] = stems.get(stem, 0) + 1
    return Spellings(words, halves, parts, first, second, stems, frozenset(verbs))


def well_formed(pieces: list[str]) -> bool:
    """False where a letter stands alone between half-spaces (a slip: «د‌ر»), but for the «ی» of the ezafe at the end."""
    return all(len(p) > 1 for p in pieces[:-1]) and (len(pieces[-1]) > 1 or pieces[-1] == "ی")


def stems_of(verb: str, endings: tuple[str, ...]) -> list[str]:
    """What may be the stem of a verb's form: the form without each personal ending that it has."""
    return [verb[: len(verb) - len(e)] for e in endings if verb.endswith(e) and len(verb) > len(e) + 1]


def bucket(count: int) -> int:
    """A count by its order of magnitude: 0 for none, up to 7."""
    return 0 if count <= 0 else min(7, 1 + int(log(count, 4) + 1e-9))
