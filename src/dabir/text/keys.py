"""Keys: the form of a word that matching compares. Folding is one character to one or none, so that offsets survive."""

from __future__ import annotations

import unicodedata
from functools import cache

HALF_SPACE = "\u200c"

_FOLD = {
    "ي": "ی", "ى": "ی", "ې": "ی", "ئ": "ی", "ك": "ک", "ڪ": "ک", "ة": "ه", "ۀ": "ه", "ە": "ه", "ہ": "ه", "ھ": "ه",
    "أ": "ا", "إ": "ا", "ٱ": "ا", "ؤ": "و", "“": '"', "”": '"', "„": '"', "″": '"', "‘": "'", "’": "'",
    "–": "-", "—": "-", "−": "-", "‐": "-", "‑": "-", "ـ": "", "\u00a0": " ", "\t": " ", "\r": "", "٬": ",", "٫": ".",
    "،": "،", "؛": "؛",
}  # fmt: skip


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
    return char.lower()


def key(text: str) -> str:
    """The key of a name, pattern or word as a data file spells it.

    >>> key("مذاکره‌کنندگان")
    'مذاکرهکنندگان'
    """
    return "".join(map(fold_char, text))
