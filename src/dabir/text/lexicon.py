"""The tables of restoration: counts of spellings and neighbours, the models' weights, affixes and listed words."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import accumulate
from struct import iter_unpack

from msgspec import Struct

from dabir.errors import DataError
from dabir.prepared import Table
from dabir.resources import Row, read_bytes, read_text, table, values
from dabir.text.features import Weights
from dabir.text.letters import HALF_SPACE
from dabir.text.spellings import Spellings, spellings

Join = tuple[tuple[str, ...], str]
"""The words after the first, and what they all become."""


class Lexicon(Struct, frozen=True):
    """What restoration and keys look up.

    `known`: counts of spellings. `pairs`: two words → counts written together
    by a half-space, and apart. `glue`, `lean`, `near`: the weights of the models. `endings`: of a verb.
    `joins`: first word → the split sequences that begin with it, and what they become; `mended`: those of them that the
    text itself wants. `parts`: words run together → the words. `affixes`: kind → forms.
    """

    known: Spellings
    pairs: Mapping[tuple[str, str], tuple[int, int]]
    glue: Weights
    lean: Weights
    near: Weights
    endings: tuple[str, ...]
    joins: Mapping[str, tuple[Join, ...]]
    mended: Mapping[str, tuple[Join, ...]]
    parts: Mapping[str, str]
    affixes: Mapping[str, frozenset[str]]

    @property
    def words(self) -> Mapping[str, int]:
        """Spelling (half-spaces kept) → count."""
        return self.known.words


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


def _weights(name: str) -> Mapping[str, Weights]:
    """Model → weights. The first line is a note that ends in pairs of a model's name and its number of features; then, for
    each model, the gaps between their hashes (two bytes each, the low one first) and the weights (one byte each)."""
    note, _, body = read_bytes(name).partition(b"\n")
    sizes = note.decode("utf-8", "replace").rpartition(": ")[2].split()
    out: dict[str, Weights] = {}
    at = 0
    for model, size in zip(sizes[::2], sizes[1::2], strict=False):
        count = int(size) if size.isdigit() else 0
        gaps, weights = body[at : at + 2 * count], body[at + 2 * count : at + 3 * count]
        at += 3 * count
        if count and len(weights) == count:
            hashes = accumulate(a for (a,) in iter_unpack("<H", gaps))
            out[model] = dict(zip(hashes, array("b", weights), strict=True))
    if not {"glue", "lean", "near"} <= out.keys() or at != len(body):
        raise DataError("the weights of three models belong here, as many as the first line says", name, 1)
    return out


@cache
def lexicon() -> Lexicon:
    """The shipped tables, loaded once."""
    return TABLE.load()


def made() -> Lexicon:
    """What restoration looks up, made of its tables. Raises DataError where one is malformed."""
    words = {row[0]: int(row[1]) for row in _rows("text/lexicon.tsv.gz", 2)}
    pairs = {(a, b): (int(c), int(d)) for a, b, c, d in _rows("text/pairs.tsv.gz", 4)}
    weights = _weights("text/weights.bin.gz")
    return Lexicon(
        known=spellings(words, affixes()["present"], endings(), stems()), pairs=pairs,
        glue=weights["glue"], lean=weights["lean"], near=weights["near"], endings=endings(), affixes=affixes(),
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


TABLE = Table("lexicon", Lexicon, made)
