"""Sentences and tokens of a key, as half-open ranges of it, with what was set aside left out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dabir.text.lexicon import lexicon
from dabir.text.types import Token

Range = tuple[int, int]

# Names of Latin letters and single letters, after which a full stop closes an initial, not a sentence.
_INITIALS = frozenset(
    (
        "ای",
        "بی",
        "سی",
        "دی",
        "اف",
        "جی",
        "اچ",
        "کی",
        "ال",
        "ام",
        "ان",
        "او",
        "پی",
        "کیو",
        "آر",
        "اس",
        "تی",
        "یو",
        "وی",
        "دبلیو",
        "ایکس",
        "وای",
        "زد",
        "ش",
        "ق",
        "م",
        "ه",
        "ج",
        "ع",
        "ص",
        "س",
        "ب",
        "آ",
        "ر",
        "د",
    )
)
_LAST = re.compile(r"[^\s«»\"()]+(?=[ »\"]*$)")
_CONTINUES = re.compile(r"[،,.؛»)]|(?:را|که)(?: |$)")
_STOP = re.compile(r"[.!?؟…]+[»\"')\]]{0,3}|\n")
_TOKEN = re.compile(
    r"[0-9]+(?:[.,/:٪%\-][0-9]+)*[%٪]?"  # numbers, clocks, dates
    r"|[a-z]+(?:[-'&.][a-z0-9]+)*|[a-z]*[0-9]+"  # Latin words, F-35
    r"|[\u0621-\u063a\u0641-\u064a\u066e-\u06d5\u0750-\u077f]+"
    r"|[^\W_]+"
    r"|\.{2,}|[^\s]"
)
_BEFORE = re.compile(r"[^\s.«»\"'()\[\]:،؛]*$")


def _ends_here(key: str, start: int, end: int) -> bool:
    """True where the mark key[start:end] closes a sentence."""
    mark = key[start:end]
    if mark[0] == "\n":
        return not _runs_on(key, start, end)
    following = key[end : end + 1]
    if mark[0] == "…" or mark.startswith(".."):
        return mark[-1] in '»"' and following in ("", " ", "\n")
    if mark[0] in "!?؟":
        return following in ("", " ", "\n") or mark[-1] not in "»\"')]" and following.isalpha()
    before = _BEFORE.search(key, max(0, start - 12), start)
    word = before[0] if before else ""
    if len(mark) == 1 and (word in _INITIALS or (len(word) == 1 and word.isalpha())):
        return following in ("", "\n")
    if following.isdigit() and word[-1:].isdigit():
        return False
    if mark[-1] == ")" and "(" in key[max(0, start - 40) : start] and following == " ":
        return False
    return following in ("", " ", "\n") or "\u0621" <= following <= "\u06d3" or following in '«"'


def _runs_on(key: str, start: int, end: int) -> bool:
    """True where a line breaks inside a sentence, as channels break it around a link or a tag."""
    last = _LAST.search(key, max(0, start - 40), start)
    if last is None or key[end : end + 1] in ("", "\n"):
        return False
    if last[0][-1] in "،," or last[0] in lexicon().affixes["open"]:
        return True
    return last[0][-1].isalnum() and _CONTINUES.match(key, end) is not None


def sentences(key: str, aside: Sequence[Range]) -> tuple[Range, ...]:
    """The sentences of `key` in order, trimmed of blanks and of what was `aside` (sorted ranges) at their edges."""
    cuts: list[int] = [m.end() for m in _STOP.finditer(key) if _ends_here(key, m.start(), m.end())]
    for start, end in aside:
        if start == 0 or end == len(key) or end - start > 3 or "\n" in (key[start - 1], key[end]):
            cuts += (start, end)
    cuts.append(len(key))
    out: list[Range] = []
    at = k = 0
    for cut in sorted(set(cuts)):
        start, end = at, cut
        at = cut
        while k < len(aside) and aside[k][1] <= start:
            k += 1
        start, end = _trim(key, start, end, aside, k)
        if start < end:
            out.append((start, end))
    return tuple(out)


def _trim(key: str, start: int, end: int, aside: Sequence[Range], k: int) -> Range:
    """The range without blanks and set-aside stretches at either edge; aside[k] is the first that may matter."""
    last = k
    while last < len(aside) and aside[last][0] < end:
        last += 1
    while start < end:
        if key[start].isspace():
            start += 1
        elif k < last and aside[k][0] <= start < aside[k][1]:
            start = aside[k][1]
            k += 1
        else:
            break
    while start < end:
        if key[end - 1].isspace():
            end -= 1
        elif last > k and aside[last - 1][0] < end <= aside[last - 1][1]:
            end = aside[last - 1][0]
            last -= 1
        else:
            break
    return start, min(end, len(key))


def tokens(key: str, aside: Sequence[Range]) -> tuple[Token, ...]:
    """All words, numbers and marks of `key` outside `aside`, in order."""
    out: list[Token] = []
    at = 0
    for start, end in (*aside, (len(key), len(key))):
        out += [Token(m.start(), m.end(), m[0]) for m in _TOKEN.finditer(key, at, start)]
        at = end
    return tuple(out)
