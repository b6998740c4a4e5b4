"""Spellings that are one word for matching, whatever stands between the parts: «گفت و گو», «رئیس جمهور», «این که»."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from dabir.text.letters import HALF_SPACE
from dabir.text.lexicon import Join, lexicon
from dabir.text.offsets import Change

Word = tuple[int, int, str]
"""Start, end, the word."""

WORD = re.compile("[\u0621-\u063a\u0641-\u065f\u0670-\u06d3\u200c]+")
_ATTESTED = 5  # how often a compound must be written with its half-space
# After a number or «ماه», «می» is May (here and in `restore`).
ONSET = re.compile(r"(?:[0-9۰-۹]|ماه) $")


def join_changes(text: str) -> Iterator[Change]:
    """The spaces of a restored text that part the words of a compound, each made a half-space or nothing."""
    lex = lexicon()
    present = lex.affixes["present"]
    found = [(m.start(), m.end(), m[0]) for m in WORD.finditer(text)]
    skip = 0
    for i, (start, end, word) in enumerate(found):
        if HALF_SPACE not in word and word in lex.parts:
            yield from inserted(start, word, lex.parts[word])
        if i < skip or i + 1 == len(found) or found[i + 1][0] != end + 1 or text[end] != " ":
            continue
        if word in lex.joins and (sequence := sequence_at(lex.joins, found, text, i)):
            yield from joined(found, i, sequence)
            skip = i + len(sequence[0])
        elif leans(word, found[i + 1][2]) and not (word in present and ONSET.search(text, max(0, start - 5), start)):
            yield end, end + 1, HALF_SPACE, "join"


def inserted(start: int, word: str, apart: str) -> Iterator[Change]:
    """The spaces that `apart` has and `word` has not, as insertions."""
    at = 0
    for char in apart:
        if at < len(word) and char == word[at]:
            at += 1
        else:
            yield start + at, start + at, char, "part"


def sequence_at(joins: Mapping[str, Sequence[Join]], found: Sequence[Word], text: str, i: int) -> Join | None:
    """The listed compound that the i-th word begins, each of its words parted by one space; None where it begins none."""
    for rest, whole in joins.get(found[i][2], ()):
        stop = i + 1 + len(rest)
        if (
            stop <= len(found)
            and all(found[k][2] == rest[k - i - 1] for k in range(i + 1, stop))
            and all(found[k][0] == found[k - 1][1] + 1 and text[found[k - 1][1]] == " " for k in range(i + 1, stop))
        ):
            return rest, whole
    return None


def joined(found: Sequence[Word], i: int, sequence: Join) -> Iterator[Change]:
    """The changes that write the i-th word and the rest of its compound as listed: each space becomes a half-space or goes."""
    rest, whole = sequence
    at = 0
    for k in range(i, i + len(rest)):
        at += len(found[k][2])
        half = whole[at : at + 1] == HALF_SPACE
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
