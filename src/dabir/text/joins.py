"""Spellings that are one word for matching, whatever stands between the parts: «گفت و گو», «رئیس جمهور», «این که»."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from dabir.text.letters import HALF_SPACE
from dabir.text.lexicon import Lexicon, lexicon
from dabir.text.offsets import Change

_WORD = re.compile("[\u0621-\u063a\u0641-\u065f\u0670-\u06d3\u200c]+")
_ATTESTED = 5  # how often a compound must be written with its half-space
# After a number or «ماه», «می» is May.
_ONSET = re.compile(r"(?:[0-9۰-۹]|ماه) $")


def join_changes(text: str) -> Iterator[Change]:
    """The spaces of a restored text that part the words of a compound, each made a half-space or nothing."""
    lex = lexicon()
    present = lex.affixes["present"]
    found = [(m.start(), m.end(), m[0]) for m in _WORD.finditer(text)]
    skip = 0
    for i, (start, end, word) in enumerate(found):
        if i < skip or i + 1 == len(found) or found[i + 1][0] != end + 1 or text[end] != " ":
            continue
        if word in lex.joins and (size := _sequence(lex, found, text, i)):
            yield from _joined(lex, found, i, size)
            skip = i + size
        elif leans(word, found[i + 1][2]) and not (word in present and _ONSET.search(text, max(0, start - 5), start)):
            yield end, end + 1, HALF_SPACE, "join"


def _sequence(lex: Lexicon, found: list[tuple[int, int, str]], text: str, i: int) -> int:
    """How many words after the i-th make a listed compound with it, each parted by one space."""
    for rest, _ in lex.joins[found[i][2]]:
        stop = i + 1 + len(rest)
        if (
            stop <= len(found)
            and all(found[k][2] == rest[k - i - 1] for k in range(i + 1, stop))
            and all(found[k][0] == found[k - 1][1] + 1 and text[found[k - 1][1]] == " " for k in range(i + 1, stop))
        ):
            return len(rest)
    return 0


def _joined(lex: Lexicon, found: list[tuple[int, int, str]], i: int, size: int) -> Iterator[Change]:
    """The changes that write found[i : i + size + 1] as the table has it: each space becomes a half-space or goes."""
    words = tuple(f[2] for f in found[i + 1 : i + 1 + size])
    joined = dict(lex.joins[found[i][2]])[words]
    at = 0
    for k in range(i, i + size):
        at += len(found[k][2])
        half = joined[at : at + 1] == HALF_SPACE
        yield found[k][1], found[k][1] + 1, HALF_SPACE if half else "", "join"
        at += half


@lru_cache(1 << 16)
def leans(a: str, b: str) -> bool:
    """True where `a b` is one word whose half-space became a space."""
    lex = lexicon()
    if a in lex.affixes["present"]:
        return b in lex.known.verbs
    last = a.rpartition(HALF_SPACE)[2]
    first = b.partition(HALF_SPACE)[0]
    function = lex.affixes["function"]
    if b in lex.affixes["plural"]:
        return a not in function and len(a) > 1 and last not in lex.affixes["plural"]
    joined, apart = lex.pairs.get((last, first), (0, 0))
    if b in lex.affixes["person"] and a not in function and len(last) > 2 and last.endswith("ه"):
        return (joined > 0 or last in lex.words) and apart < 20 * (joined + 1)
    if b in lex.affixes["degree"]:
        return last not in function and (joined > 0 or (last + b) in lex.words or (b == "ترین" and last in lex.words))
    if b in ("ی", "ای"):
        return False
    return together(last, first) and joined >= _ATTESTED


@lru_cache(1 << 16)
def together(a: str, b: str) -> bool:
    """True where usage writes `a` and `b` as one word with a half-space; for pairs unknown, True as well."""
    lex = lexicon()
    if a == "به" or (b in lex.affixes["apart"]):
        return False
    joined, apart = lex.pairs.get((a, b), (0, 0))
    return 3 * joined >= apart
