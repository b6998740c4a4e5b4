"""What is known of the spelling of Persian words: counts, half-space spellings and which pairs are written together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from msgspec import Struct

from dabir.errors import DataError
from dabir.resources import read_text, table, values
from dabir.text.letters import HALF_SPACE


class Lexicon(Struct, frozen=True):
    """Tables of restoration.

    `words`: spelling (half-spaces kept) → count. `spelled`: letters without half-spaces → the commonest spelling that
    has them, with its count. `pairs`: two words → counts written together by a half-space, and apart. `verbs`: what
    follows «می‌». `joins`: first word → the split sequences that begin with it, and what they become. `parts`: words run
    together → the words. `affixes`: kind → forms.
    """

    words: Mapping[str, int]
    spelled: Mapping[str, tuple[str, int]]
    pairs: Mapping[tuple[str, str], tuple[int, int]]
    verbs: frozenset[str]
    joins: Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]
    parts: Mapping[str, str]
    affixes: Mapping[str, frozenset[str]]


def _rows(name: str, columns: int) -> Iterator[list[str]]:
    """Rows of a large table, without a mapping for each (tens of thousands of rows at start-up)."""
    for number, line in enumerate(read_text(name).splitlines(), 1):
        if number > 2 and line:
            row = line.split("\t")
            if len(row) != columns:
                raise DataError(f"{len(row)} cells where {columns} belong", name, number)
            yield row


@cache
def lexicon() -> Lexicon:
    """The shipped tables, read once."""
    affixes = {row["kind"]: frozenset(values(row["forms"])) for row in table("text/affixes.tsv")}
    words = {row[0]: int(row[1]) for row in _rows("text/lexicon.tsv.gz", 2)}
    spelled: dict[str, tuple[str, int]] = {}
    verbs: set[str] = set()
    for word, count in words.items():
        if HALF_SPACE not in word:
            continue
        pieces = word.split(HALF_SPACE)
        # A single letter on its own is a slip of the typist («د‌ر»), but for the «ی» of the ezafe.
        if any(len(p) < 2 for p in pieces[:-1]) or (len(pieces[-1]) < 2 and pieces[-1] != "ی"):
            continue
        letters = "".join(pieces)
        if count > spelled.get(letters, ("", 0))[1]:
            spelled[letters] = (word, count)
        if pieces[0] in affixes["present"] and len(pieces) == 2:
            verbs.add(pieces[1])
    pairs = {(a, b): (int(c), int(d)) for a, b, c, d in _rows("text/pairs.tsv.gz", 4)}
    joins: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for split, joined in _joins(affixes["month"]):
        first, *rest = split.split(" ")
        joins.setdefault(first, []).append((tuple(rest), joined))
    sequences = {k: tuple(sorted(v, reverse=True)) for k, v in joins.items()}
    parts = {row["run"]: row["apart"] for row in table("text/parts.tsv")}
    return Lexicon(words, spelled, pairs, frozenset(verbs), sequences, parts, affixes)


def _joins(months: frozenset[str]) -> Iterator[tuple[str, str]]:
    for row in table("text/joins.tsv"):
        yield row["split"], row["joined"]
    for month in sorted(months):
        yield f"{month} ماه", f"{month}{HALF_SPACE}ماه"
