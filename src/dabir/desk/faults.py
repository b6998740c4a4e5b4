"""Faults in the reader's language: messages of the stages, which are English, by the patterns of data/desk/faults.toml."""

from __future__ import annotations

import re
from functools import cache

from msgspec import Struct

from dabir.desk.language import Language
from dabir.resources import toml

_WILD = re.compile(r"(\{\}|…)")


class Said(Struct, frozen=True):
    """What a page says of a fault: in its own language, and the message itself where it is known in English alone."""

    message: str
    original: str | None = None


class Pattern(Struct, frozen=True):
    """A message as a pattern: its fixed `parts`, whether each stretch between two of them is `quoted`, and the message in Persian."""

    parts: tuple[str, ...]
    quoted: tuple[bool, ...]
    persian: str


@cache
def _patterns() -> tuple[Pattern, ...]:
    found = []
    for fault in toml("desk/faults.toml")["fault"]:
        for form in fault["en"]:
            pieces = _WILD.split(form)
            found.append(Pattern(tuple(pieces[::2]), tuple(p == "{}" for p in pieces[1::2]), fault["fa"]))
    return tuple(found)


def said(message: str, say: Language) -> Said:
    """A message in the page's language. What is quoted from it keeps its own direction, between U+2068 and U+2069.

    >>> said("«x» is no act; there are meet", Language("fa")).message
    '«\u2068x\u2069» نام هیچ کنشی نیست.'
    """
    if say.code == "en" or (not message.isascii() and not re.search("[A-Za-z]{2}", message)):
        return Said(message)
    for pattern in _patterns():
        quoted = _fits(pattern, message)
        if quoted is not None:
            return Said(pattern.persian.format(*(f"\u2068{q}\u2069" for q in quoted)))
    return Said(say.say("fault_in_english"), message)


def _fits(pattern: Pattern, message: str) -> list[str] | None:
    """The stretches of a message that a pattern quotes; null where it does not fit. Each part is looked for once, from the left."""
    first, *others = pattern.parts
    if not message.startswith(first):
        return None
    at, quoted = len(first), []
    for n, part in enumerate(others):
        last = n == len(others) - 1
        found = (len(message) - len(part) if message.endswith(part) else -1) if last else message.find(part, at)
        if found < at:
            return None
        if pattern.quoted[n]:
            quoted.append(message[at:found])
        at = found + len(part)
    return quoted if at == len(message) else None
