"""The words of time as the data files list them, and the macros that the rules' patterns are written with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType

from dabir import resources
from dabir.text.keys import fold_char, key

_ATOM = re.compile(r" \?| \{1,2\}|.")
_META = re.compile(r"[()\[\]{}|?*+.\\^$]")
_Tree = dict[str, "_Tree"]
_LOOK_BEHIND = re.compile(r"(\(\?<[=!][^()]*\))")


def spell(pattern: str) -> str:
    """A data file's words as a pattern on the key: `~` an optional space, half-spaces likewise, letters folded."""
    folded = "".join(c if c.isascii() else fold_char(c) for c in pattern.replace("\u200c", "~"))
    pieces = _LOOK_BEHIND.split(folded)  # what looks behind must be of fixed width: a space there is one space
    pieces[::2] = [p.replace(" ?", "~").replace(" ", " {1,2}").replace("~", " ?") for p in pieces[::2]]
    return "".join(pieces)


def _any(words: Iterable[str]) -> str:
    """A pattern of any of `words`, the longest first; plain words share their beginnings, so that few are tried at a place."""
    spelled = {spell(w) for w in words}
    plain = {w for w in spelled if not _META.search(w.replace(" ?", "").replace(" {1,2}", ""))}
    tree: _Tree = {}
    for word in sorted(plain):
        node = tree
        for atom in _ATOM.findall(word):
            node = node.setdefault(atom, {})
        node[""] = {}
    other = sorted(spelled - plain, key=len, reverse=True)
    return f"(?:{'|'.join([*other, *([_grown(tree)] if plain else [])])})"


def _grown(tree: _Tree) -> str:
    """The pattern of a tree of beginnings: as far as it goes, or less where a word ends before."""
    branches = [atom + _grown(rest) for atom, rest in sorted(tree.items()) if atom]
    if not branches:
        return ""
    if len(branches) == 1 and "" not in tree:
        return branches[0]
    return f"(?:{'|'.join(branches)}){'?' if '' in tree else ''}"


def _rows(name: str) -> tuple[resources.Row, ...]:
    return resources.table(f"times/{name}.tsv")


@cache
def weekdays() -> Mapping[str, int]:
    """Weekday names (spaces out) to 0 (Monday) .. 6."""
    return MappingProxyType({key(r["name"]).replace("~", ""): int(r["number"]) for r in _rows("weekdays")})


@cache
def months() -> Mapping[str, tuple[str, int]]:
    """Month names (spaces out) to calendar and number."""
    return MappingProxyType({bare(r["name"]): (r["calendar"], int(r["number"])) for r in _rows("months")})


@cache
def plain_months() -> frozenset[str]:
    """Month names (spaces out) that are no other word."""
    return frozenset(bare(r["name"]) for r in _rows("months") if r["bare"] == "yes")


@cache
def counted() -> frozenset[str]:
    """Month names (spaces out) that stand after figures as another word («۴ صفر»)."""
    return frozenset(bare(r["name"]) for r in _rows("months") if r["bare"] == "counted")


@cache
def cardinals() -> frozenset[str]:
    """Number words (spaces out) that are no ordinals."""
    return frozenset(bare(w) for r in _rows("numbers") for w in resources.values(r["cardinal"]))


@cache
def units() -> Mapping[str, str]:
    """Words for a unit of time, singular and plural (spaces out), to the unit."""
    return MappingProxyType({bare(w): r["unit"] for r in _rows("units") for w in _unit_forms(r)})


def _unit_forms(row: resources.Row) -> tuple[str, ...]:
    one = row["name"]
    return one, f"{one}~ها", f"{one}~های", f"{one}~هایی", *resources.values(row["plural"])


@cache
def parts() -> Mapping[str, str]:
    """Parts of a day (spaces out) to their codes."""
    return MappingProxyType({bare(r["name"]): r["code"] for r in _rows("parts")})


@cache
def zones() -> Mapping[str, str]:
    """Places after «به وقت» (spaces out) to IANA zones."""
    return MappingProxyType({bare(r["name"]): r["zone"] for r in _rows("zones")})


def bare(words: str) -> str:
    """Words as the tables of this module list them: keyed, spaces out."""
    return key(words).replace("~", "").replace(" ", "")


def look(mapping: Mapping[str, str], words: str) -> str | None:
    """The value of `words`, however they are spaced."""
    return mapping.get(bare(words))


@cache
def _numbers() -> Mapping[str, tuple[int, str]]:
    out: dict[str, tuple[int, str]] = {}
    for row in _rows("numbers"):
        for word in (*resources.values(row["cardinal"]), *resources.values(row["ordinal"])):
            out[bare(word)] = (int(row["value"]), row["class"])
    return MappingProxyType(out)


@cache
def _number_words() -> re.Pattern[str]:
    return re.compile("|".join(sorted(_numbers(), key=len, reverse=True)))


def number(words: str) -> int:
    """The number that digits or number words (cardinal or ordinal) spell: «بیست و هفتم» is 27.

    >>> number("هزار و سیصد و نود و هفت")
    1397
    """
    closed = bare(words)
    if digits := re.match(r"\d+", closed):
        value = int(digits[0])
        return value * 1000 if closed.endswith("هزار") else value
    total = part = 0
    for match in _number_words().finditer(closed):
        value, kind = _numbers()[match[0]]
        if kind == "thousand":
            total, part = (part or 1) * 1000, 0
        else:
            part += value
    return total + part


def _classes(column: str, *classes: str) -> str:
    return _any(w for r in _rows("numbers") if r["class"] in classes for w in resources.values(r[column]))


def _number_macros() -> dict[str, str]:
    card = {c: _classes("cardinal", c) for c in ("unit", "teen", "ten", "hundred", "thousand")}
    tens = f"(?:{card['ten']}(?: ?و ?{card['unit']})?|{card['teen']}|{card['unit']})"
    hundreds = f"(?:{card['hundred']}(?: ?و ?{tens})?|{tens})"
    last = f"(?:{card['ten']} ?و ?{_classes('ordinal', 'unit')}|{_classes('ordinal', 'teen', 'ten', 'unit')})"
    return {
        "word": hundreds,
        "ordinal": last,
        "n": rf"(?:(?<![\d.,/:])\d{{1,4}}(?!\d|[.,/:]\d)(?: ?هزار)?|(?:{hundreds} )?هزار|{hundreds})",
        "day": rf"(?:(?<![\d.,:])(?<!\d/)(?:0?[1-9]|[12]\d|3[01])(?!\d|[.,/:]\d)|{last}|{tens})",
        "yearwords": rf"(?:(?:{card['unit']} ?)?هزار(?: ?و ?{hundreds})?|{card['ten']} ?و ?{card['unit']})",
    }


@cache
def macros() -> Mapping[str, str]:
    """What `{name}` in a rule's pattern stands for."""
    names = _rows("months")
    return MappingProxyType(
        {
            **_number_macros(),
            "month": _any(r["name"] for r in names),
            "baremonth": _any(r["name"] for r in names if r["bare"] == "yes"),
            "weekday": _any(r["name"] for r in _rows("weekdays")),
            "unit": _any(r["name"] for r in _rows("units")),
            "part": _any(r["name"] for r in _rows("parts")),
            "zone": _any(r["name"] for r in _rows("zones")),
            "long": _any(r["word"] for r in _rows("ages") if r["kind"] == "length"),
            "person": _any(r["word"] for r in _rows("ages") if r["kind"] == "person"),
            "holiday": _any(r["name"] for r in _rows("holidays")),
            "never": _any(w for r in _rows("words") if r["kind"] == "never" for w in resources.values(r["pattern"])),
            "season": _any(w for r in _rows("words") if r["kind"] == "season" for w in resources.values(r["pattern"])),
            "year": r"(?<![\d.,/])(?:1[2-9]\d\d|20\d\d)(?!\d|[.,/:]\d)",
            "shortyear": r"(?<![\d.,/])(?:[3-9]\d|0\d)(?!\d|[.,/:]\d)",
        }
    )


@cache
def holidays() -> tuple[tuple[re.Pattern[str], str, int, int, int | None], ...]:
    """Named days: pattern, calendar, month, day (negative: the last such weekday of the month) and last day, if more."""
    return tuple(
        (re.compile(spell(r["name"])), r["calendar"], int(r["month"]), int(r["day"]), int(r["last"] or 0) or None)
        for r in _rows("holidays")
    )
