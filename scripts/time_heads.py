"""Print data/times/heads.tsv: with which letters a match of each rule of time may begin, from the rules' patterns themselves.

By these few rules are tried at a word, and a rule is compiled when a word may begin it. `--write` puts the table in its place.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from dabir.times import grammar

try:
    from re import _constants as sre
    from re import _parser as sre_parser
except ImportError:  # pragma: no cover - where a later Python has moved what its own compiler uses
    raise SystemExit("time_heads: this Python has its parser of patterns elsewhere; use 3.11 to 3.13") from None

HEADER = "# Made by scripts/time_heads.py; a test compares. What a match of each rule may begin with, parted by |; none: anything.\n"
BLANK = " "  # no match begins with one
SHUT = frozenset("0123456789" + BLANK)
Head = tuple[str, bool]
"""Letters, and whether anything may come after them: such a head is not grown."""


def heads(pattern: str) -> tuple[str, ...]:
    """The shortest beginnings, of grammar.HEAD letters at most, one of which every match of `pattern` has."""
    found = {letters for letters, _ in _grow({("", False)}, sre_parser.parse(pattern))}
    found = {h for h in found if not h.startswith(BLANK)}
    return tuple(sorted(h for h in found if not any(h != g and h.startswith(g) for g in found)))


def _grow(begun: set[Head], items: Iterable[Any]) -> set[Head]:
    """What the beginnings become when `items`, a part of a parsed pattern, come after them."""
    for kind, value in items:
        if all(shut for _, shut in begun):
            break
        begun = {h for h in begun if h[1]} | _after({h for h in begun if not h[1]}, kind, value)
    return {(h, shut or len(h) >= grammar.HEAD) for h, shut in begun}


def _after(begun: set[Head], kind: Any, value: Any) -> set[Head]:
    if kind in (sre.ASSERT, sre.ASSERT_NOT, sre.AT):
        return begun
    if kind is sre.SUBPATTERN:
        return _grow(begun, value[-1])
    if kind is sre.BRANCH:
        return {h for branch in value[1] for h in _grow(begun, branch)}
    if kind is sre.GROUPREF_EXISTS:
        return {h for branch in value[1:] for h in _grow(begun, branch or ())}
    if kind in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
        return _repeated(begun, *value)
    if kind is sre.ATOMIC_GROUP:
        return _grow(begun, value)
    chars = tuple(_chars(kind, value))
    # What follows a figure or a blank is no matter: nearly every rule of figures takes every figure there.
    return {(h + c, c in SHUT or len(h) + 1 == grammar.HEAD) for h, _ in begun for c in chars} or {(h, True) for h, _ in begun}


def _repeated(begun: set[Head], least: int, most: Any, item: Any) -> set[Head]:
    out = set(begun) if least == 0 else set()
    for count in range(1, min(int(most), grammar.HEAD + 1) + 1):
        begun = _grow(begun, item)
        out |= begun if count >= min(least, grammar.HEAD) else set()
    return out


def _chars(kind: Any, value: Any) -> Iterator[str]:
    """The characters that one place of a pattern takes; none where these are too many to list. Figures of a key are ASCII."""
    if kind is sre.LITERAL:
        yield chr(value)
    elif kind is sre.IN and all(k in (sre.LITERAL, sre.RANGE) or (k, v) == (sre.CATEGORY, sre.CATEGORY_DIGIT) for k, v in value):
        for k, v in value:
            if k is sre.LITERAL:
                yield chr(v)
            else:
                yield from map(chr, range(v[0], v[1] + 1)) if k is sre.RANGE else "0123456789"


def table() -> str:
    """The table as a data file."""
    rows = [f"{rule.name}\t{'|'.join(heads(rule.source))}\n" for rule in grammar.rules()]
    return HEADER + "rule\theads\n" + "".join(rows)


if __name__ == "__main__":
    text = table()
    if "--write" in sys.argv:
        place = Path(__file__).resolve().parent.parent / "src" / "dabir" / "data" / "times" / "heads.tsv"
        place.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
