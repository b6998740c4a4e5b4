"""In what form an act was held: by phone, behind closed doors, on the side-lines ... (data/acts/formats.toml)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from types import MappingProxyType

import msgspec
from msgspec import Struct

from dabir.acts.frames import Trigger
from dabir.acts.setting import Setting
from dabir.errors import DataError
from dabir.resources import toml
from dabir.text.keys import key

DATA = "acts/formats.toml"


class FormatRule(Struct, frozen=True, forbid_unknown_fields=True):
    """The acts that may have a form, the words that say it, and sentences that do and do not."""

    acts: tuple[str, ...]
    patterns: tuple[str, ...]
    examples: tuple[str, ...]
    counter: tuple[str, ...]


@cache
def format_rules() -> Mapping[str, FormatRule]:
    """The forms by name. Raises DataError where the file is malformed."""
    try:
        return MappingProxyType(msgspec.convert(dict(toml(DATA)), dict[str, FormatRule]))
    except msgspec.ValidationError as error:
        raise DataError(str(error), DATA) from None


@cache
def format_pattern(name: str) -> re.Pattern[str]:
    """The words of a form, for the key."""
    return re.compile("|".join(key(p) for p in format_rules()[name].patterns))


def formats(s: Setting, triggers: Sequence[Trigger]) -> tuple[str, ...]:
    """The forms of an act that is told at `triggers`, in the file's order: those whose words stand nearer to it than to any
    other act of the sentence that may have them."""
    return tuple(name for name in format_rules() if any(t in _owners(s, name, t) for t in triggers))


def _owners(s: Setting, name: str, t: Trigger) -> Iterator[Trigger]:
    """The triggers in t's sentence that the words of a form belong to."""
    rule = format_rules()[name]
    if t.act not in rule.acts:
        return
    start, end = s.text.sentences[s.sentence(t.start)]
    rivals = [x for x in s.triggers_between(start, end) if x.act in rule.acts]
    for m in format_pattern(name).finditer(s.text.key, start, end):
        nearest = min(_gap(x, m.start(), m.end()) for x in rivals)
        yield from (x for x in rivals if _gap(x, m.start(), m.end()) == nearest)


def _gap(t: Trigger, start: int, end: int) -> int:
    return max(0, t.start - end, start - t.end)
