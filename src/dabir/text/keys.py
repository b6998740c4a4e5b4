"""Keys: the form of a word that matching compares. A half-space goes, or is a space where usage parts the words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache

from dabir.text.joins import join_changes, together
from dabir.text.letters import HALF_SPACE as HALF_SPACE
from dabir.text.letters import letter_changes
from dabir.text.lexicon import lexicon
from dabir.text.offsets import Change, Draft, draft, revise
from dabir.text.restore import word_changes

_FOLD = {
    "ي": "ی", "ى": "ی", "ې": "ی", "ئ": "ی", "ك": "ک", "ڪ": "ک", "ة": "ه", "ۀ": "ه", "ە": "ه", "ہ": "ه", "ھ": "ه",
    "أ": "ا", "إ": "ا", "ٱ": "ا", "ؤ": "و", "“": '"', "”": '"', "„": '"', "″": '"', "‘": "'", "’": "'",
    "–": "-", "—": "-", "−": "-", "‐": "-", "‑": "-", "ـ": "", "\u00a0": " ", "\t": " ", "\r": "", "٬": ",", "٫": ".",
}  # fmt: skip
_PART = re.compile("[\u0621-\u063a\u0641-\u065f\u0670-\u06d3]+")
_HALF = re.compile(f"(?<=[\u0621-\u065f\u0670-\u06d3]){HALF_SPACE}(?=[\u0621-\u063a\u0641-\u06d3])")


@cache
def fold_char(char: str) -> str:
    """The key of one character: itself folded, or nothing for half-spaces, marks, controls and tatweel."""
    if char in _FOLD:
        return _FOLD[char]
    category = unicodedata.category(char)
    if category == "Nd":
        return str(unicodedata.digit(char))
    if category in ("Cf", "Mn", "Me", "Cc") and char != "\n":
        return ""
    if category == "Zs":
        return " "
    lower = char.lower()
    return lower if len(lower) == 1 else char


class _Folds(dict[int, str]):
    """The table of `fold` for str.translate, filled as characters are met."""

    def __missing__(self, char: int) -> str:
        self[char] = folded = fold_char(chr(char))
        return folded


@cache
def _folds() -> _Folds:
    return _Folds()


def fold(words: str) -> str:
    """`fold_char` of every character, in one pass."""
    return words.translate(_folds())


def key_draft(work: Draft) -> Draft:
    """The draft of a restored text with its compounds joined and its half-spaces as keys have them; letters not yet folded."""
    for find in (join_changes, gap_changes):
        work = revise(work, list(find(work.text)))
    return work


def gap_changes(clean: str) -> Iterator[Change]:
    """What half-spaces of a clean text become in its key, where that is more than nothing.

    «به‌گزارش» and «تعیین‌شده» are two words, «حل‌وفصل» three; the «ی» of «خانه‌ی ما» is not written at all.
    """
    for m in _HALF.finditer(clean):
        at = m.start()
        left = _last_part(clean, at)
        right = _PART.match(clean, at + 1)
        if right is None:
            continue
        yield from _gap(at, left, right[0], clean[right.end() : right.end() + 1])


def _last_part(clean: str, at: int) -> str:
    start = at
    while start > max(0, at - 40) and "\u0621" <= clean[start - 1] <= "\u06d3" and clean[start - 1] not in "ـ":
        start -= 1
    return clean[start:at]


def _gap(at: int, left: str, right: str, after: str) -> Iterator[Change]:
    if right == "ی" and left.endswith("ه") and after != HALF_SPACE:
        yield at, at + 2, "", "ezafe"
    elif (kind := _kind(left, right)) == "apart":
        yield at, at + 1, " ", "apart"
    elif kind == "and":
        yield at, at + 1, " ", "apart"
        yield at + 2, at + 2, " ", "apart"


@lru_cache(1 << 15)
def _kind(left: str, right: str) -> str:
    lex = lexicon()
    if right in lex.affixes["plural"] or right in lex.affixes["person"] or left in lex.affixes["present"]:
        return ""
    if right[0] == "و" and len(right) > 2 and right not in lex.words and right[1:] in lex.words and left in lex.words:
        return "" if right[1:] in lex.affixes["ordinary"] else "and"
    return "" if together(left, right) else "apart"


@lru_cache(1 << 14)
def key(text: str) -> str:
    """The key of a name, pattern or word as a data file spells it: the same as of an article that has the words.

    >>> key("مذاکره‌کنندگان")
    'مذاکرهکنندگان'
    >>> key("رئیس جمهور") == key("رئیس‌جمهور") == key("رئیسجمهور")
    True
    """
    work = draft(text)
    for find in (letter_changes, word_changes, word_changes):
        work = revise(work, find(work.text))
    work = key_draft(work)
    return fold(work.text)
