"""The tables of restoration: counts of spellings and neighbours, the models' weights, affixes and listed words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from msgspec import Struct

from dabir.errors import DataError
from dabir.resources import Row, read_text, table, values
from dabir.text.letters import HALF_SPACE
from dabir.text.spellings import Spellings, spellings


Join = tuple[tuple[str, ...], str]
"""The words after the first, and what they all become."""


class Lexicon(Struct, frozen=True):
    """What restoration and keys look up.

    `known`: counts of spellings. `words`: spelling (half-spaces kept) → count. `pairs`: two words → counts written together
    by a half-space, and apart. `glue`, `lean`: the weights of the two models, by feature. `endings`: of a verb.
    `joins`: first word → the split sequences that begin with it, and what they become; `mended`: those of them that the
    text itself wants. `parts`: words run together → the words. `affixes`: kind → forms.
    """

    known: Spellings
    words: Mapping[str, int]
    pairs: Mapping[tuple[str, str], tuple[int, int]]
    glue: Mapping[str, float]
    lean: Mapping[str, float]
    endings: tuple[str, ...]
    joins: Mapping[str, tuple[Join, ...]]
    mended: Mapping[str, tuple[Join, ...]]
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
def affixes() -> Mapping[str, frozenset[str]]:
    """Kind → forms, of the table of affixes."""
    return {row["kind"]: frozenset(values(row["forms"])) for row in table("text/affixes.tsv")}


@cache
def endings() -> tuple[str, ...]:
    """The personal endings of a verb, the longest first, none last."""
    return (*sorted(affixes()["ending"], key=lambda e: (-len(e), e)), "")


@cache
def stems() -> frozenset[str]:
    """The stems of the listed verbs."""
    return frozenset(s for row in table("text/stems.tsv") for cell in ("past", "present") for s in values(row[cell]))


@cache
def lexicon() -> Lexicon:
    """The shipped tables, read once."""
    words = {row[0]: int(row[1]) for row in _rows("text/lexicon.tsv.gz", 2)}
    pairs = {(a, b): (int(c), int(d)) for a, b, c, d in _rows("text/pairs.tsv.gz", 4)}
    weights: dict[str, dict[str, float]] = {"glue": {}, "lean": {}}
    for model, feature, weight in _rows("text/weights.tsv.gz", 3):
        weights[model][feature] = int(weight) / 8
    return Lexicon(
        known=spellings(words, affixes()["present"], endings(), stems()), words=words, pairs=pairs,
        glue=weights["glue"], lean=weights["lean"], endings=endings(), affixes=affixes(),
        joins=_joins(table("text/joins.tsv"), affixes()["month"]),
        mended=_joins((r for r in table("text/joins.tsv") if r["restore"] == "yes"), frozenset()),
        parts={row["run"]: row["apart"] for row in table("text/parts.tsv")},
    )  # fmt: skip


def _joins(rows: Iterable[Row], months: frozenset[str]) -> Mapping[str, tuple[Join, ...]]:
    pairs = [(row["split"], row["joined"]) for row in rows]
    pairs += [(f"{month} ماه", f"{month}{HALF_SPACE}ماه") for month in sorted(months)]
    found: dict[str, list[Join]] = {}
    for split, joined in pairs:
        first, *rest = split.split(" ")
        found.setdefault(first, []).append((tuple(rest), joined))
    return {first: tuple(sorted(joins, reverse=True)) for first, joins in found.items()}
