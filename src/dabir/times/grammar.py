"""The rules of data/times: read, checked, compiled; and the parts of a text that they match.

A rule is a name, a pattern (with `{macros}` and named groups, on the key), the production that reads its groups, and
its examples. `~` in a pattern is an optional space, a space one or two. Where a pattern has a group named `span`, the
rule covers that group alone: what stands around it is context.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from itertools import chain
from types import MappingProxyType
from typing import Any

from msgspec import Struct

from dabir import resources
from dabir.errors import DataError
from dabir.times import lexicon
from dabir.times.meaning import Part
from dabir.times.productions import PRODUCTIONS

FILES = ("dates", "clocks", "relative", "lengths", "vague")  # at equal length an earlier file's rule wins
HEADS = "times/heads.tsv"
HEAD = 3  # letters by which the rules that may match at a place are chosen
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
    source: str
    examples: tuple[Mapping[str, Any], ...]
    counter: tuple[str, ...]
    where: str

    @property
    def pattern(self) -> re.Pattern[str]:
        """What the rule matches, compiled at its first use. Raises DataError where it cannot be."""
        return _compiled(self.name, self.source, self.where)


@cache
def _compiled(name: str, source: str, where: str) -> re.Pattern[str]:
    try:
        return re.compile(f"{_BEGIN}(?:{source}){_END}")
    except re.error as error:
        raise DataError(f"rule {name}: {error}", where) from None


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule, file after file. Raises DataError at a rule that lacks a field or uses what there is not."""
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
    return Rule(name, row["production"], source, tuple(row["examples"]), tuple(row.get("counter", ())), path)


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
def _by_head() -> Mapping[str, tuple[tuple[int, Rule], ...]]:
    """The rules, with their places in the order, by the letters that a match of theirs may begin with; "" where any may."""
    order = {rule.name: (n, rule) for n, rule in enumerate(rules())}
    found: dict[str, list[tuple[int, Rule]]] = {}
    for row in resources.table(HEADS):
        if row["rule"] not in order:
            raise DataError(f"no rule {row['rule']}; make the table anew: python scripts/time_heads.py --write", HEADS)
        for head in row["heads"].split("|"):
            found.setdefault(head, []).append(order[row["rule"]])
    return MappingProxyType({head: tuple(some) for head, some in found.items()})


@cache
def _places() -> re.Pattern[str]:
    """Where a rule may begin."""
    return re.compile(rf"{_BEGIN}(?!{lexicon.macros()['never']}(?!{_LETTER}))")


def match(key: str) -> list[Part]:
    """The parts of `key` that rules match, leftmost longest, none overlapping; at equal length the earlier rule."""
    found: list[tuple[int, int, int, Part]] = []
    heads, past = _by_head(), 0
    for place in _places().finditer(key):
        at = place.start()
        if at < past:
            continue
        for order, rule in chain(*(heads.get(key[at : at + size], ()) for size in range(HEAD + 1))):
            m = rule.pattern.match(key, at)
            if m is None or not m[0] or (meaning := PRODUCTIONS[rule.production](m.groupdict())) is None:
                continue
            start, end = m.span("span" if "span" in rule.pattern.groupindex else 0)
            found.append((start, -end, order, Part(start, end, rule.name, meaning)))
            if start == at:
                past = max(past, end)
    found.sort(key=lambda row: row[:3])
    out: list[Part] = []
    end = 0
    for start, _, _, part in found:
        if start >= end:
            out.append(part)
            end = part.end
    return out
