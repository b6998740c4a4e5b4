"""The rules of data/times: read, checked, compiled; and the parts of a text that they match.

A rule is a name, a pattern (with `{macros}` and named groups, on the key), the production that reads its groups, and
its examples. `~` in a pattern is an optional space, a space one or two. Where a pattern has a group named `span`, the
rule covers that group alone: what stands around it is context.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from msgspec import Struct

from dabir import resources
from dabir.errors import DataError
from dabir.times import lexicon
from dabir.times.meaning import Part
from dabir.times.productions import PRODUCTIONS

FILES = ("dates", "clocks", "relative", "lengths", "vague")  # at equal length an earlier file's rule wins
# Named groups, and what refers to them, as a pattern that holds all rules at once cannot have them.
_GROUP = re.compile(r"\(\?P<\w+>")
_CONDITION = re.compile(r"\(\?\(\w+\)(.{0,400}?\\\))\)")
_SAME = re.compile(r"\(\?P=\w+\)")
_SEPARATOR = r" ?[/.-] ?"
_MACRO = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_LETTER = r"[^\W\d_]"
# Figures may stand glued to a word («۲۴اردیبهشت»); letters may not. Nothing begins with a blank or a mark.
_BEGIN = rf"(?:(?<!{_LETTER})(?={_LETTER})|(?<!\d)(?=\d))"
# A word may end in the copula («چهل دقیقه‌ست», «ماه‌هاست»).
_END = rf"(?:(?<=\d)|(?!{_LETTER})|(?=ست(?!{_LETTER})))"


class Rule(Struct, frozen=True):
    """A rule of the grammar; `examples` and `counter` (texts with nothing to find) are run by the tests."""

    name: str
    production: str
    pattern: re.Pattern[str]
    examples: tuple[Mapping[str, Any], ...]
    counter: tuple[str, ...]


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule, file after file. Raises DataError at a rule that lacks a field or cannot be compiled."""
    shared = resources.toml("times/macros.toml")["macros"]
    own = {name: lexicon.spell(text) for name, text in shared.items()}
    paths = [f"times/{name}.toml" for name in FILES]
    return tuple(_rule(row, own, path) for path in paths for row in resources.toml(path)["rule"])


def _rule(row: Mapping[str, Any], own: Mapping[str, str], path: str) -> Rule:
    name = row.get("name", "?")
    for field in ("name", "pattern", "production", "examples"):
        if field not in row:
            raise DataError(f"rule {name} has no {field}", path)
    if row["production"] not in PRODUCTIONS:
        raise DataError(f"rule {name} names the unknown production {row['production']}", path)
    source = _expand(lexicon.spell(row["pattern"].replace("\n", "")), own, name, path)
    try:
        pattern = re.compile(f"{_BEGIN}(?:{source}){_END}")
    except re.error as error:
        raise DataError(f"rule {name}: {error}", path) from None
    return Rule(name, row["production"], pattern, tuple(row["examples"]), tuple(row.get("counter", ())))


def _expand(source: str, own: Mapping[str, str], name: str, path: str) -> str:
    known = {**lexicon.macros(), **own}

    def value(match: re.Match[str]) -> str:
        if match[1] not in known:
            raise DataError(f"rule {name} uses the unknown macro {match[1]}", path)
        return known[match[1]]

    for _ in range(4):  # macros may use macros
        source = _MACRO.sub(value, source)
    return source


@cache
def _anywhere() -> re.Pattern[str]:
    """Where any rule may match: one pass over a text instead of one a rule. Without names it is a little looser."""
    sources = (rule.pattern.pattern.removeprefix(_BEGIN) for rule in rules())
    plain = "|".join(_CONDITION.sub(r"(?:\1)?", _GROUP.sub("(?:", _SAME.sub(_SEPARATOR, s))) for s in sources)
    return re.compile(f"{_BEGIN}(?!{lexicon.macros()['never']}(?!{_LETTER}))(?:{plain})")


def match(key: str) -> list[Part]:
    """The parts of `key` that rules match, leftmost longest, none overlapping; at equal length the earlier rule."""
    found: list[tuple[int, int, int, Part]] = []
    anywhere, at = _anywhere(), 0
    while hit := anywhere.search(key, at):
        at = hit.start() + 1
        for order, rule in enumerate(rules()):
            m = rule.pattern.match(key, hit.start())
            if m is None or not m[0] or (meaning := PRODUCTIONS[rule.production](m.groupdict())) is None:
                continue
            start, end = m.span("span" if "span" in rule.pattern.groupindex else 0)
            found.append((start, -end, order, Part(start, end, rule.name, meaning)))
            if start == hit.start():
                at = max(at, end)
    found.sort(key=lambda row: row[:3])
    out: list[Part] = []
    end = 0
    for start, _, _, part in found:
        if start >= end:
            out.append(part)
            end = part.end
    return out
