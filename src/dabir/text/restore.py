"""The second round of cleaning: words. Half-spaces lost or made spaces come back; words run together come apart.

Two log-linear models judge: `glue` each place between two letters of a word, `lean` each space between two words. How
much they must be sure depends on the line: one that kept its half-spaces is left as it stands unless it is plainly wrong;
one whose half-spaces were plainly lost is restored throughout.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from math import exp, log

from msgspec import Struct

from dabir.text.features import OPEN, glue_features, lean_features, near_features, score
from dabir.text.joins import ONSET, WORD, Word, inserted, joined, sequence_at
from dabir.text.letters import HALF_SPACE
from dabir.text.lexicon import Lexicon, lexicon
from dabir.text.offsets import Change

_LINE = re.compile(r"[^\n]+")
_MARKS = dict.fromkeys([*range(0x64B, 0x660), 0x670], None)
_LONGEST = 30
_RUN_TOGETHER = 15  # how many times commoner the words apart must be
_ACCEPTED = 4  # a listed word run together stays where the words apart are not so many times commoner
# A word is not looked at where it is this common as it stands and never met parted.
_PLAIN = 300
_DOUBLE = "های"  # of «خانه‌ای» or of «خان‌های»
_EITHER = -4.0
_WORTH = -1.0  # the lowest score that any line lets through


class Limits(Struct, frozen=True):
    """What a line asks for. `glue`, `lean`: the scores above which a half-space goes into a word, and takes the place of a
    space. `leave`: affixes that good usage also writes in one stay."""

    glue: float
    lean: float
    leave: bool


class Place(Struct, frozen=True):
    """A place in a word, by the number of letters before it. `optional`: what follows is rightly written in one too."""

    score: float
    at: int
    optional: bool


_PROOF = 3.0  # a place of such a score, left shut, shows that its line lost its half-spaces
KEPT = Limits(4.0, 2.0, True)
LOST = {  # by what became of the plainest places of a line without half-spaces: (glued, spaced)
    (False, False): Limits(0.0, 0.0, False),
    (True, False): Limits(0.0, 2.0, False),
    (False, True): Limits(4.0, -0.3, True),
    (True, True): Limits(0.0, -0.3, False),
}

Places = tuple[Place, ...]
"""Sorted, at least two letters apart."""


def word_changes(text: str) -> list[Change]:
    """The changes to words that `text` (its letters already Persian) needs; none where all is right."""
    lex = lexicon()
    lines = [_read(lex, text, m.start(), m.end()) for m in _LINE.finditer(text)]
    kept, glued, spaced = (sum(getattr(line, name) for line in lines) for name in ("kept", "glued", "spaced"))
    out: list[Change] = []
    for line in lines:
        # What a line does not show of itself, the rest of the text may.
        lost = (line.glued > 0 or glued > kept, line.spaced > 0 or spaced > kept)
        out += _line_changes(lex, text, line, KEPT if line.kept and line.kept >= line.glued else LOST[lost])
    return out


def _line_changes(lex: Lexicon, text: str, line: Line, limits: Limits) -> Iterator[Change]:
    words, done = line.words, 0
    for i, (start, end, word) in enumerate(words):
        if i < done:
            continue
        if word.endswith("ة") and (letter := _teh(word)):
            yield end - 1, end, letter, "letter"
        elif word in lex.mended and limits is not KEPT and (sequence := sequence_at(lex.mended, words, text, i)):
            yield from joined(words, i, sequence)
            done = i + len(sequence[0]) + 1
        else:
            inside = list(_inside(start, word, line.places[i], limits))
            yield from inside
            if i < len(line.leaning) and line.leaning[i] > limits.lean and all(c[3] != "part" for c in inside):
                yield end, words[i + 1][0], HALF_SPACE, "join"


class Line(Struct, frozen=True):
    """A line with what the models say of each word and of the space after it, and its evidence: how many half-spaces it
    has, how many places it has where one was plainly dropped, and where one plainly became a space."""

    words: list[Word]
    places: list[Places]
    leaning: list[float]
    kept: int
    glued: int
    spaced: int


def _read(lex: Lexicon, text: str, start: int, end: int) -> Line:
    words = [(m.start(), m.end(), m[0]) for m in WORD.finditer(text, start, end)]
    places = [_glued(word) for _, _, word in words]
    for i, (_, _, word) in enumerate(words):
        if 4 < len(word) <= _LONGEST and word.endswith(_DOUBLE) and HALF_SPACE not in word:
            places[i] = _settled(word, places[i], _neighbour(words, text, i, -1), _neighbour(words, text, i, 1))
    leaning = [_leaning(lex, words, text, i) for i in range(len(words) - 1)]
    kept = sum(HALF_SPACE in word for _, _, word in words)
    glued = sum(p.score > _PROOF and not p.optional for found in places for p in found)
    return Line(words, places, leaning, kept, glued, sum(sure > _PROOF for sure in leaning))


def _inside(start: int, word: str, places: Places, limits: Limits) -> Iterator[Change]:
    chosen = [p.at for p in places if p.score > limits.glue and not (limits.leave and p.optional)]
    if chosen:
        yield from _inserted(start, word, chosen)
    elif (new := apart(word)) != word:
        yield from inserted(start, word, new)


def _inserted(start: int, word: str, chosen: list[int]) -> Iterator[Change]:
    """Half-spaces put in before the letters of those numbers, vowel marks not counted."""
    count = -1
    wanted = set(chosen)
    for at, char in enumerate(word):
        if not ("\u064b" <= char <= "\u065f" or char == "\u0670"):
            count += 1
            if count in wanted:
                yield start + at, start + at, HALF_SPACE, "half-space"


@lru_cache(1 << 16)
def _glued(word: str) -> Places:
    """The places of `word` where a half-space may have stood."""
    if len(word) < 4 or len(word) > _LONGEST or HALF_SPACE in word:
        return ()
    lex = lexicon()
    letters = word.translate(_MARKS).replace("ۀ", "ه")
    if letters in lex.parts or (lex.words.get(letters, 0) >= _PLAIN and letters not in lex.known.halves):
        return ()
    found: list[tuple[float, int]] = []
    weights = lex.glue
    # Both last places of a word in «های» are kept, for `_settled`.
    double = len(letters) - 4 if letters.endswith(_DOUBLE) else len(letters)
    for i in range(2, len(letters)):
        if i == len(letters) - 1 and letters[i] != "ی":
            break
        features = glue_features(lex.known, lex.endings, letters, i)
        if features and (sure := score(weights, features)) > (_EITHER if i > double else _WORTH):
            found.append((sure, i))
    best: list[Place] = []
    optional = lex.affixes["optional"]
    for sure, i in sorted(found, reverse=True):
        if all(abs(i - p.at) > 1 or min(i, p.at) > double for p in best):
            best.append(Place(sure, i, letters[i - 1] != "ه" and letters[i:] in optional))
    return tuple(sorted(best, key=lambda p: p.at))


def _neighbour(words: list[Word], text: str, i: int, step: int) -> str:
    """The letters of the word before or after the i-th, where one space parts them; else nothing."""
    if not 0 <= i + step < len(words):
        return ""
    left, right = sorted((words[i], words[i + step]))
    return words[i + step][2].replace(HALF_SPACE, "") if text[left[1] : right[0]] == " " else ""


@lru_cache(1 << 14)
def _settled(word: str, places: Places, before: str, after: str) -> Places:
    """The places of a word in «های», of which only one of «…ه‌ای» and «…‌های» is left, as its neighbours have it."""
    lex = lexicon()
    letters = word.translate(_MARKS).replace("ۀ", "ه")
    last = len(letters) - 2
    features = near_features(lex.known, letters, before, after)
    sure = score(lex.near, features) if features else -99.0
    head = tuple(p for p in places if p.at < last - 1)
    if sure > 0:
        return (*head, Place(sure, last, False))
    share = {p.at: 1 / (1 + exp(-p.score)) for p in places}
    if last - 1 not in share:
        return head
    # How likely «…‌های» is, now that it is not the other.
    alone = min(share[last - 1] / max(1 - share.get(last, 0.0), 0.001), 0.999)
    return (*head, Place(log(alone / (1 - alone)), last - 1, letters[last - 2] != "ه"))


def _leaning(lex: Lexicon, words: list[Word], text: str, i: int) -> float:
    """The score of the space after the i-th word; very low where there is none."""
    start, end, word = words[i]
    if words[i + 1][0] != end + 1 or text[end] != " ":
        return -99.0
    a = word.rpartition(HALF_SPACE)[2]
    b = words[i + 1][2].partition(HALF_SPACE)[0]
    if a in lex.affixes["present"] and ONSET.search(text, max(0, start - 5), start):
        return -99.0
    return _lean(a, b)


@lru_cache(1 << 16)
def _lean(a: str, b: str) -> float:
    if len(a) > _LONGEST or len(b) > _LONGEST or not a or not b:
        return -99.0
    lex = lexicon()
    a, b = a.translate(_MARKS), b.translate(_MARKS).replace("ۀ", "ه")
    if not a or not b:
        return -99.0
    if b in lex.affixes["plural"] and a in lex.affixes["function"]:
        return -99.0
    features = lean_features(lex.known, lex.endings, lex.pairs, a, b)
    return score(lex.lean, features) if features else -99.0


@lru_cache(1 << 10)
def _teh(word: str) -> str:
    """The Persian letter of a word's «ة»: «ه» or «ت», as usage has the word; none where it writes the Arabic letter, too, or
    does not know the word («دایرة‌المعارف»)."""
    words = lexicon().words
    stem = word[:-1]
    count, letter = max((words.get(stem + c, 0), c) for c in "هت")
    return letter if count > words.get(word, 0) else ""


@lru_cache(1 << 16)
def apart(word: str) -> str:
    """The words that `word` runs together, parted by spaces; itself where it is one word."""
    lex = lexicon()
    if HALF_SPACE in word:
        return HALF_SPACE.join(_listed(lex, part) for part in word.split(HALF_SPACE))
    if word in lex.parts:
        return _listed(lex, word)
    if len(word) < 4 or len(word) > _LONGEST:
        return word
    return " ".join(_apart(lex, word, max(lex.words.get(word, 0), 4))) or word


def _listed(lex: Lexicon, word: str) -> str:
    """A listed word apart, unless many a newspaper runs it together («براساس»)."""
    new = lex.parts.get(word, word)
    first, second, *_ = (*new.split(" "), "", "")
    return word if _ACCEPTED * lex.words.get(word, 0) > lex.pairs.get((first, second), (0, 1))[1] else new


def _apart(lex: Lexicon, word: str, count: int) -> tuple[str, ...]:
    """The words that `word` runs together, where usage writes them apart far more often; empty where it is one word."""
    best: tuple[str, ...] = ()
    most = _RUN_TOGETHER * count - 1
    for i in range(2, len(word) - 1):
        if word[i - 1] not in OPEN or word[:i] not in lex.words:
            continue
        a, b = word[:i], word[i:]
        if b in lex.affixes["plural"] or b in lex.affixes["person"] or b in lex.affixes["degree"]:
            continue
        joined, spaced = lex.pairs.get((a, b), (0, 0))
        if spaced > most and spaced > 3 * joined:
            best, most = (a, b), spaced
        elif b not in lex.words and len(b) > 5 and (rest := _apart(lex, b, 4)):
            linked = lex.pairs.get((a, rest[0]), (0, 0))[1]
            if linked > most:
                best, most = (a, *rest), linked
    return best
