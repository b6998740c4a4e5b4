"""The second round of cleaning: words. Half-spaces lost or made spaces come back; words run together come apart."""

from __future__ import annotations

import re
from functools import lru_cache

from dabir.text.letters import HALF_SPACE
from dabir.text.lexicon import Lexicon, lexicon
from dabir.text.offsets import Change

_WORD = re.compile("[\u0621-\u063a\u0641-\u065f\u0670-\u06d3\u200c]+")
_OPEN = frozenset("اأآإدذرزژوؤء")  # never joined to the left: a lost space after them goes unseen
_LONGEST = 40
_RUN_TOGETHER = 15  # how many times commoner the words apart must be
_ATTESTED = 5  # how often a compound must be written with its half-space
_COMMON = 100
# After a number or «ماه», «می» is May.
_ONSET = re.compile(r"(?:[0-9۰-۹]|ماه) $")


def word_changes(text: str) -> list[Change]:
    """The changes to words that `text` (its letters already Persian) needs; none where all is right."""
    lex = lexicon()
    present = lex.affixes["present"]
    found = [(m.start(), m.end(), m[0]) for m in _WORD.finditer(text)]
    out: list[Change] = []
    skip = 0
    for i, (start, end, word) in enumerate(found):
        if len(word) <= _LONGEST and (new := spelling(word)) != word:
            out += _inserted(start, word, new)
        if i < skip or i + 1 == len(found) or found[i + 1][0] != end + 1 or text[end] != " ":
            continue
        if word in lex.joins and (size := _sequence(lex, found, text, i)):
            changes = _joined(lex, found, i, size)
            out += changes
            skip = i + size
        elif _leans(word, found[i + 1][2]) and not (word in present and _ONSET.search(text, max(0, start - 5), start)):
            out.append((end, end + 1, HALF_SPACE, "join"))
    return out


def _inserted(start: int, word: str, new: str) -> list[Change]:
    """The marks that `new` has and `word` has not (its letters being the same), as insertions."""
    out: list[Change] = []
    at = 0
    for char in new:
        if at < len(word) and char == word[at]:
            at += 1
        else:
            out.append((start + at, start + at, char, "half-space" if char == HALF_SPACE else "part"))
    return out


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


def _joined(lex: Lexicon, found: list[tuple[int, int, str]], i: int, size: int) -> list[Change]:
    """The changes that write found[i : i + size + 1] as the table has it: each space becomes a half-space or goes."""
    words = tuple(f[2] for f in found[i + 1 : i + 1 + size])
    joined = dict(lex.joins[found[i][2]])[words]
    out: list[Change] = []
    at = 0
    for k in range(i, i + size):
        at += len(found[k][2])
        half = joined[at : at + 1] == HALF_SPACE
        out.append((found[k][1], found[k][1] + 1, HALF_SPACE if half else "", "join"))
        at += half
    return out


@lru_cache(1 << 16)
def _leans(a: str, b: str) -> bool:
    """True where `a b` is one word whose half-space became a space."""
    lex = lexicon()
    if a in lex.affixes["present"]:
        return b in lex.verbs
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


@lru_cache(1 << 16)
def spelling(word: str) -> str:
    """The word with the half-spaces (and spaces, where words run together) that it lost; itself where it is right."""
    if len(word) < 4:
        return word
    lex = lexicon()
    if HALF_SPACE in word:
        return HALF_SPACE.join(lex.parts.get(part, part) for part in word.split(HALF_SPACE))
    if word in lex.parts:
        return lex.parts[word]
    count = lex.words.get(word, 0)
    spelled, uses = lex.spelled.get(word, (word, 0))
    if uses >= 3 and uses >= 2 * count:
        return spelled
    if parts := _apart(lex, word, max(count, 4)):
        return " ".join(parts)
    return word if count else _by_affix(lex, word)


def _apart(lex: Lexicon, word: str, count: int) -> tuple[str, ...]:
    """The words that `word` runs together, where usage writes them apart far more often; empty where it is one word."""
    best: tuple[str, ...] = ()
    most = _RUN_TOGETHER * count - 1
    for i in range(2, len(word) - 1):
        if word[i - 1] not in _OPEN or word[:i] not in lex.words:
            continue
        a, b = word[:i], word[i:]
        if b in lex.affixes["plural"] or b in lex.affixes["person"] or b in lex.affixes["degree"]:
            continue
        joined, apart = lex.pairs.get((a, b), (0, 0))
        if apart > most and apart > 3 * joined:
            best, most = (a, b), apart
        elif b not in lex.words and len(b) > 5 and (rest := _apart(lex, b, 4)):
            linked = lex.pairs.get((a, rest[0]), (0, 0))[1]
            if linked > most:
                best, most = (a, *rest), linked
    return best


def _by_affix(lex: Lexicon, word: str) -> str:
    """An unknown word parted before a suffix or after «می» where the rest is known."""
    for prefix in ("نمی", "می"):
        if word.startswith(prefix) and word[len(prefix) :] in lex.verbs:
            return prefix + HALF_SPACE + word[len(prefix) :]
    for suffix in sorted(lex.affixes["plural"], key=len, reverse=True):
        stem = word.removesuffix(suffix)
        if stem != word and len(stem) > 2 and stem[-1] not in _OPEN:
            new = spelling(stem)
            if new != stem or stem in lex.words:
                return new + HALF_SPACE + suffix
    for suffix in sorted(lex.affixes["person"], key=len, reverse=True):
        stem = word.removesuffix(suffix)
        if stem != word and len(stem) > 2 and stem.endswith("ه") and stem in lex.words:
            return stem + HALF_SPACE + suffix
    for suffix in ("ترین", "تر"):
        stem = word.removesuffix(suffix)
        if stem != word and len(stem) > 2 and stem[-1] not in _OPEN and lex.words.get(stem, 0) >= 20:
            return stem + HALF_SPACE + suffix
    for suffix in sorted(lex.affixes["apart"], key=len, reverse=True):
        stem = word.removesuffix(suffix)
        # A short one ends too many words by chance («است» in «خواست»).
        if stem != word and len(stem) > 2 and len(suffix) > 3 and stem[-1] not in _OPEN and stem in lex.words:
            return stem + HALF_SPACE + suffix
    if word.startswith("به") and len(word) > 4 and lex.words.get(word[2:], 0) >= _COMMON:
        return "به" + HALF_SPACE + word[2:]
    if word.endswith("ی") and (found := lex.spelled.get(word[:-1])) and found[1] >= 2 * lex.words.get(word[:-1], 0):
        return found[0] + "ی"
    return word
