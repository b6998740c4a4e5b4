"""What is no part of the news: end marks, codes, the outlet's own by-line, signatures, links, pictures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from dabir.errors import DataError
from dabir.model import Span
from dabir.resources import toml
from dabir.text.keys import key as to_key

Range = tuple[int, int]
_FILE = "text/boilerplate.toml"


@cache
def _rules() -> tuple[re.Pattern[str], ...]:
    data = toml(_FILE)
    outlets = "|".join(re.escape(to_key(name)) for name in sorted(data["outlets"], key=len, reverse=True))
    out: list[re.Pattern[str]] = []
    for rule in data["rule"]:
        try:
            out.append(re.compile(rule["pattern"].replace("{outlets}", outlets), re.MULTILINE))
        except re.error as error:
            raise DataError(f"rule {rule.get('name')}: {error}", _FILE) from None
    return tuple(out)


def set_aside(
    key: str, starts: Sequence[int], ends: Sequence[int], source: str
) -> tuple[tuple[Range, ...], tuple[Span, ...]]:
    """The stretches of `key` that are set aside (sorted, apart) and the same as spans of the source."""
    found: list[Range] = []
    for pattern in _rules():
        group = "aside" if "aside" in pattern.groupindex else 0
        found += [m.span(group) for m in pattern.finditer(key)]
    merged: list[Range] = []
    for start, end in sorted(found):
        while start < end and key[start].isspace():
            start += 1
        while start < end and key[end - 1].isspace():
            end -= 1
        if start >= end:
            continue
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    spans = tuple(Span(starts[a], ends[b - 1], source[starts[a] : ends[b - 1]]) for a, b in merged)
    return tuple(merged), spans
