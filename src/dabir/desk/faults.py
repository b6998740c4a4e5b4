"""Faults in the reader's language: messages of the stages, which are English, by the patterns of data/desk/faults.toml."""

from __future__ import annotations

import re
from functools import cache

from msgspec import Struct

from dabir.desk.language import Language
from dabir.resources import toml

_FILLED = re.compile(r"\\(\d)")  # what is quoted from a message keeps its own direction: between U+2068 and U+2069


class Said(Struct, frozen=True):
    """What a page says of a fault: in its own language, and the message itself where it is known in English alone."""

    message: str
    original: str | None = None


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(f["en"], re.DOTALL), f["fa"]) for f in toml("desk/faults.toml")["fault"])


def said(message: str, say: Language) -> Said:
    """A message in the page's language.

    >>> said("«x» is no act; there are meet", Language("fa")).message
    '«\u2068x\u2069» نام هیچ کنشی نیست.'
    """
    if say.code == "en" or not message.isascii() and not re.search("[A-Za-z]{2}", message):
        return Said(message)
    for pattern, persian in _patterns():
        found = pattern.fullmatch(message)
        if found:
            return Said(found.expand(_FILLED.sub("\u2068\\\\\\1\u2069", persian)))
    return Said(say.say("fault_in_english"), message)
