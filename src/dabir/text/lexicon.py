"""The tables of restoration: counts of spellings and neighbours, the models' weights, affixes and listed words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from msgspec import Struct

from dabir.errors import DataError
from dabir.resources import read_text, table, values
from dabir.text.letters import HALF_SPACE
from dabir.text.spellings import Spellings, spellings


class Lexicon(Struct, frozen=True):
    """What restoration and keys look up.

    `known`: counts of spellings. `words`: spelling (half-spaces kept) → count. `pairs`: two words → counts written together
    by a half-space, and apart. `glue`, `lean`: the weights of the two models, by feature. `endings`: of a verb.
    `joins`: first word → the split sequences that begin with it, and what they become. `parts`: words run together →
    the words. `affixes`: kind → forms.
    """

    known: Spellings
    words: Mapping[str, int]
    pairs: Mapping[tuple[str, str], tuple[int, int]]
    glue: Mapping[str, float]
    lean: Mapping[str, float]
    endings: tuple[str, ...]
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
    joins: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for split, joined in _joins(affixes()["month"]):
        first, *rest = split.split(" ")
        joins.setdefault(first, []).append((tuple(rest), joined))
    return Lexicon(
        known=spellings(words, affixes()["present"], endings(), stems()), words=words, pairs=pairs,
        glue=weights["glue"], lean=weights["lean"], endings=endings(), affixes=affixes(),
        joins={k: tuple(sorted(v, reverse=True)) for k, v in joins.items()},
        parts={row["run"]: row["apart"] for row in table("text/parts.tsv")},
    )  # fmt: skip


def _joins(months: frozenset[str]) -> Iterator[tuple[str, str]]:
    for row in table("text/joins.tsv"):
        yield row["split"], row["joined"]
    for month in sorted(months):
        yield f"{month} ماه", f"{month}{HALF_SPACE}ماه"
