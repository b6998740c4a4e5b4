"""The little pattern language of the acts' data files, compiled to linear regexes over the key.

A pattern is a row of elements parted by spaces, matched within one sentence and at word boundaries:

- `دیدار` a word as edited Persian spells it; a half-space inside it may be there, be lost, or be a space in the source;
- `دیدار~` the word with any nominal or copular ending (دیدارها، دیدارهای، دیداری، دیدارش، آماده‌ایم);
- `@کردن` any form of a verb of verbs.tsv (کرد، نمی‌کند، کرده است، خواهد کرد، کردن); `@!کردن` only negated forms;
- `(به|در|از سوی)` alternatives, each a pattern of its own; `(سفیر|کاردار)~` with endings;
- `..3` a gap of up to three words (six at most);
- a final `?` makes an element optional: `(رسمی)?`, `این?`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from types import MappingProxyType

from msgspec import Struct

from dabir.errors import DataError
from dabir.resources import table, values
from dabir.text.keys import HALF_SPACE, key

VERBS = "acts/verbs.tsv"
LONGEST_GAP = 6
HEAD = 4

_SEP = r"[ _\"'«»()\[\]]{1,4}"
# Possessive: signs and word can share a hyphen, and giving back what was taken would try every way to part a row of them.
_GAP_WORD = r"(?:[ _\"'«»(),،\-]{1,4}+[^\s_\"'«»(),،]{1,40}+)"
_BEFORE, _AFTER = r"(?<![^\W_])", r"(?![^\W_])"
# ها and its possessives, indefinite ی, possessives, and the copula that is written onto predicates (مخالفند، آماده‌ایم).
_ENDINGS = r"(?: ?های?(?:ی|م|ت|ش|مان|تان|شان)?| ?ا?(?:ند|یم|ید|م|ت|ش|ی)| ?ا?(?:مان|تان|شان)|ست|یی|ییها)?"
_PERSON_PAST = r"(?:ند|یم|ید|م|ی)?"
_PERSON_PRESENT = r"(?:ند|یم|ید|م|ی|د)"
_AUXILIARY = (
    r"(?: ?(?:ام|ای|است|ست|ایم|اید|اند)| (?:بود|باش|شد)(?:ند|یم|ید|ه ?اند|ه است|ه|م|د)?| (?:می ?|ن)?شو(?:ند|د))?"
)
_WORD = re.compile(r"[^\W_]+")
_ELEMENT = re.compile(r"\((?P<group>[^()]*)\)(?P<gend>~)?(?P<gopt>\?)?|(?P<word>[^\s()]+)")


class Verb(Struct, frozen=True):
    """A verb: preverb (or empty), past stems and present stems, as keys."""

    preverb: str
    past: tuple[str, ...]
    present: tuple[str, ...]


class Entry(Struct, frozen=True):
    """A labelled pattern of an index."""

    label: str
    regex: str


Index = Mapping[str, tuple[Entry, ...]]
"""Entries by the first letters (HEAD at most) of the word that they begin with, so that few are tried at each word."""


class Pattern(Struct, frozen=True):
    """A compiled pattern: its regex source, and the first letters (HEAD at most) of the words it can begin with."""

    source: str
    regex: str
    heads: frozenset[str]


@cache
def verbs() -> Mapping[str, Verb]:
    """The verbs of verbs.tsv by infinitive (as a key)."""
    out = {}
    for row in table(VERBS):
        past, present = values(row["past"]), values(row["present"])
        preverb = past[0].split("+")[0] if "+" in past[0] else ""
        stems = tuple(tuple(key(s.split("+")[-1]) for s in cell) for cell in (past, present))
        out[key(row["id"])] = Verb(key(preverb), stems[0], stems[1])
    return MappingProxyType(out)


def _after_prefix(stem: str) -> str:
    """The stem behind ب or ن: آی → یای, انداز → ینداز."""
    if stem.startswith("آ"):
        return "یا" + stem[1:]
    return "ی" + stem[1:] if stem.startswith("ا") else stem


def _verb_regex(verb: Verb, negated: bool) -> str:
    """Every form of a verb, or its negated forms only. Longer forms come first."""
    past = "(?:" + "|".join(verb.past) + ")"
    past_n = "(?:" + "|".join(map(_after_prefix, verb.past)) + ")"
    present = "(?:" + "|".join(verb.present) + ")"
    present_n = "(?:" + "|".join(map(_after_prefix, verb.present)) + ")"
    heads = f"(?:نمی ?{past}|ن{past_n}" + ("" if negated else f"|می ?{past}|{past}") + ")"
    forms = [
        f"{heads}ه{_AUXILIARY}",
        f"{heads}{_PERSON_PAST}",
        f"نخواه{_PERSON_PRESENT} {past}",
    ]
    if verb.present:
        forms += [f"نمی ?{present}{_PERSON_PRESENT}", f"ن{present_n}{_PERSON_PRESENT}"]
    if not negated:
        forms += [f"خواه{_PERSON_PRESENT} {past}", f"{past}ن{_ENDINGS}", f"ن{past_n}ن{_ENDINGS}"]
        if verb.present:
            forms += [f"(?:می ?)?{present}{_PERSON_PRESENT}", f"ب{present_n}{_PERSON_PRESENT}"]
    body = "(?:" + "|".join(forms) + ")"
    return f"(?:{verb.preverb} ?{body})" if verb.preverb else body


def _verb_heads(verb: Verb, negated: bool) -> Iterator[str]:
    if verb.preverb:
        yield verb.preverb
        return
    yield from ("نمی", "نخواه")
    for stem in verb.past + verb.present:
        yield "ن" + _after_prefix(stem)
        if not negated:
            yield from (stem, "ب" + _after_prefix(stem))
    if not negated:
        yield from ("می", "خواه")


def _word(spelled: str, ending: bool) -> str:
    parts = [re.escape(key(p)).replace(r"\ ", " ") for p in spelled.split(HALF_SPACE)]
    return " ?".join(p for p in parts if p) + (_ENDINGS if ending else "")


def _one(token: str, where: str) -> tuple[str, frozenset[str]]:
    """Regex and heads of one word-like element without its `?`."""
    if token.startswith("@"):
        negated = token.startswith("@!")
        name = key(token[2:] if negated else token[1:])
        verb = verbs().get(name)
        if verb is None:
            raise DataError(f"unknown verb {token!r}; add its row to {VERBS}", where)
        return _verb_regex(verb, negated), frozenset(h[:HEAD] for h in _verb_heads(verb, negated))
    ending = token.endswith("~")
    spelled = token[:-1] if ending else token
    folded = key(spelled.split(HALF_SPACE)[0])
    if not folded or not key(spelled).replace(" ", "").isalnum():
        raise DataError(f"{token!r} is no element of a pattern", where)
    # A first part before a half-space may be one letter; its head is then that letter.
    return _word(spelled, ending), frozenset({folded[:HEAD]})


def _sequence(pattern: str, where: str, ending: bool = False) -> tuple[str, frozenset[str]]:
    """Regex and heads of a row of elements."""
    out: list[str] = []
    heads: frozenset[str] = frozenset()
    started = False
    for m in _ELEMENT.finditer(pattern):
        token = m["word"] or ""
        if token.startswith(".."):
            size = int(token[2:]) if token[2:].isdigit() else 0
            if not 0 < size <= LONGEST_GAP or not started:
                raise DataError(f"gap {token!r} must follow a word and be 1 to {LONGEST_GAP}", where)
            out.append(f"{_GAP_WORD}{{0,{size}}}?")
            continue
        if m["group"] is not None:
            parts = [_sequence(a, where, bool(m["gend"])) for a in m["group"].split("|")]
            regex, first = "(?:" + "|".join(p for p, _ in parts) + ")", frozenset().union(*(h for _, h in parts))
            optional = bool(m["gopt"])
        else:
            optional = token.endswith("?")
            word = token.removesuffix("?")
            if ending and not word.startswith("@"):
                word = word.removesuffix("~") + "~"
            regex, first = _one(word, where)
        if not started:
            heads |= first
        if optional:
            out.append(f"(?:{_SEP}{regex})?" if started else f"(?:{regex}{_SEP})?")
        else:
            out.append(_SEP + regex if started else regex)
            started = True
    if not started:
        raise DataError(f"pattern {pattern!r} has no element that must be there", where)
    return "".join(out), heads


@cache
def parse(pattern: str, where: str = "pattern") -> Pattern:
    """Pattern text to a Pattern. Raises DataError, naming `where`, for an unknown verb or a malformed element."""
    regex, heads = _sequence(pattern, where)
    return Pattern(pattern, f"{_BEFORE}{regex}{_AFTER}", heads)


@cache
def compiled(regex: str) -> re.Pattern[str]:
    """A regex, compiled at its first use: most articles need few of them."""
    return re.compile(regex)


def index(pairs: Iterable[tuple[str, Pattern]]) -> Index:
    """An index of labelled patterns, for `matches`."""
    out: dict[str, list[Entry]] = {}
    for label, pattern in pairs:
        for head in sorted(pattern.heads):
            out.setdefault(head, []).append(Entry(label, pattern.regex))
    return MappingProxyType({head: tuple(entries) for head, entries in out.items()})


def matches(entries: Index, text_key: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """Every (label, start, end) where a pattern of the index matches within text_key[start:end], by start."""
    for word in _WORD.finditer(text_key, start, end):
        at = word.start()
        for size in range(1, min(HEAD, word.end() - at) + 1):
            for entry in entries.get(text_key[at : at + size], ()):
                match = compiled(entry.regex).match(text_key, at, end)
                if match is not None:
                    yield entry.label, at, match.end()
