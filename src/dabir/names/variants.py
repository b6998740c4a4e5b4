"""Names that differ only in how they were put into letters: keys under which «سرگئی» and «سرگی», Sergei and Сергей agree.

Persian letters: consonants of one sound are one, vowels are left out; names of Arabic and Persian, where a vowel makes another
name, keep them. Latin and Cyrillic letters: romanised by anyascii, then the same with the English names of the tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache

from anyascii import anyascii
from jellyfish import damerau_levenshtein_distance
from msgspec import Struct

from dabir import resources
from dabir.resources import values
from dabir.text.keys import fold_char

MIN_SOUNDS = 5  # consonants of a whole name below which too many names are alike
PER_EDIT = 5  # letters of a name for each letter in which two spellings of it may differ
PER_EDIT_LATIN = 3  # the same where vowels are written, and by each language in its way
_C = re.compile("c(?=([eiy]?))")
_DOUBLED = re.compile(r"(.)\1+")
_ARABIC = re.compile(r"\b(?:al|el|bin|bint|ibn|ben|abu|abdul?|abd)\b", re.I)


class _Rules(Struct, frozen=True):
    loose: Mapping[int, str | None]
    exact: Mapping[int, str | None]
    exact_states: frozenset[str]
    latin: tuple[tuple[str, str], ...]
    latin_vowels: Mapping[int, None]
    marked: Mapping[int, str]
    articles: frozenset[str]


@cache
def _rules() -> _Rules:
    table = resources.toml("names/variants.toml")
    loose: dict[int, str | None] = {ord(c): group[0] for group in table["same"] for c in group}
    loose |= {ord(c): None for c in table["vowels"]}
    return _Rules(
        loose, {ord(c): group[0] for group in table["exact_same"] for c in group}, frozenset(table["exact_states"]),
        tuple((a, b) for a, b in table["latin"]), {ord(c): None for c in table["latin_vowels"]},
        {ord(k): v for k, v in table["marked"].items()}, frozenset(table["articles"]),
    )  # fmt: skip


@lru_cache(1 << 15)
def loose(word: str) -> str:
    """The consonants of a word in Persian letters.

    >>> loose("سرگئی") == loose("سرگیی") == loose("سرگی")
    True
    """
    return _DOUBLED.sub(r"\1", word.translate(_rules().loose))


@lru_cache(1 << 15)
def exact(word: str) -> str:
    """A word in Persian letters without the article «ال» and doubled letters.

    >>> exact("الصدر") == exact("صدر"), exact("حسنی") == exact("حسینی")
    (True, False)
    """
    return _DOUBLED.sub(r"\1", word.removeprefix("ال").translate(_rules().exact))


@lru_cache(1 << 12)
def latin(name: str, *, bare_c: bool = False) -> tuple[str, str]:
    """A name in Latin, Cyrillic or other letters that anyascii romanises: its consonants, word by word, and its letters with
    those of one sound made one; initials and articles are left out. With `bare_c`, «c» is read as the č that it may have been.

    >>> latin("Сергей Лавров")[0] == latin("Sergei Lavrov")[0]
    True
    """
    rules = _rules()
    plain = anyascii(name.lower().translate(rules.marked)).lower()
    words = [w for w in re.split("[^a-z]+", re.sub("['’`]", "", plain)) if len(w) > 1 and w not in rules.articles]
    folded = [_fold_latin(w, bare_c) for w in words]
    return " ".join(_DOUBLED.sub(r"\1", w.translate(rules.latin_vowels)) or w[:1] for w in folded), " ".join(folded)


def _fold_latin(word: str, bare_c: bool) -> str:
    rules = _rules()
    for old, new in rules.latin:
        word = word.replace(old, new)
    word = word.replace("c", "č") if bare_c else _C.sub(lambda m: "s" if m[1] else "k", word)
    return _DOUBLED.sub(r"\1", word)


class Known(Struct, frozen=True):
    """A name of the tables with whom it names, its folded letters, and how many letters of it allow one to differ."""

    person: str
    letters: str
    per_edit: int


class Variants(Struct, frozen=True):
    """Names of the tables by the keys of their sounds."""

    loose: Mapping[str, tuple[Known, ...]]
    exact: Mapping[str, tuple[Known, ...]]
    latin: Mapping[str, tuple[Known, ...]]

    def find(self, words: Sequence[str]) -> str:
        """The id of the one person whose name `words` (of a key, given name first) is but for its spelling, '' where that is
        nobody or several."""
        if len(words) < 2:
            return ""
        if not persian(words[0]):
            sounds, letters = latin(" ".join(words))
            return _one(self.latin.get(sounds, ()), letters)
        letters, sounds = "".join(words), "".join(map(loose, words))
        near = self.loose.get(sounds, ()) if len(sounds) >= MIN_SOUNDS else ()
        return _one((*self.exact.get("".join(map(exact, words)), ()), *near), letters)


def _one(known: Sequence[Known], letters: str) -> str:
    """The one person whose name of the same sounds is near enough in its letters."""
    near = {k.person for k in known if damerau_levenshtein_distance(k.letters, letters) * k.per_edit <= len(letters)}
    return near.pop() if len(near) == 1 else ""


def persian(word: str) -> bool:
    """Whether a word is in Persian letters."""
    return "\u0600" <= word[0] <= "\u06ff"


def is_exact(state: str, en: str) -> bool:
    """Whether a person's name is one of those that a vowel changes: by the state, or an Arabic particle in the English name."""
    return state in _rules().exact_states or bool(_ARABIC.search(en))


Row = tuple[str, str, str, Sequence[str]]
"""A person to index: id, state, English name, names in Persian."""


def index(people: Iterable[Row]) -> Variants:
    """The names of `people` by their sounds."""
    rows = tuple(people)
    return Variants(*_persian(rows), latin=_others(rows))


def _persian(people: Iterable[Row]) -> tuple[dict[str, tuple[Known, ...]], dict[str, tuple[Known, ...]]]:
    found: tuple[dict[str, dict[Known, None]], ...] = ({}, {})
    for person, state, en, names in people:
        strict = is_exact(state, en)
        for words in filter(lambda w: len(w) > 1, ("".join(map(fold_char, name)).split() for name in names)):
            known = Known(person, "".join(words), PER_EDIT)
            found[1].setdefault("".join(map(exact, words)), {})[known] = None
            if not strict:
                found[0].setdefault("".join(map(loose, words)), {})[known] = None
    return _frozen(found[0]), _frozen(found[1])


def _others(people: Iterable[Row]) -> dict[str, tuple[Known, ...]]:
    found: dict[str, dict[Known, None]] = {}
    for person, state, en, _ in people:
        per_edit = PER_EDIT if is_exact(state, en) else PER_EDIT_LATIN
        for bare_c in (False, True) if "c" in en.lower() else (False,):
            sounds, letters = latin(en, bare_c=bare_c)
            if " " in sounds:
                found.setdefault(sounds, {})[Known(person, letters, per_edit)] = None
    return _frozen(found)


def _frozen(found: Mapping[str, Mapping[Known, None]]) -> dict[str, tuple[Known, ...]]:
    return {k: tuple(v) for k, v in found.items()}


def people() -> tuple[Row, ...]:
    """The people of the tables."""
    return tuple((r["id"], r["state"], r["en"], (r["fa"], *values(r["variants"]))) for r in resources.tables("kb/people"))


@cache
def _in_persian() -> Variants:
    loose_, exact_ = _persian(people())
    return Variants(loose_, exact_, {})


@cache
def _in_other_letters() -> Variants:
    return Variants({}, {}, _others(people()))


def find(words: Sequence[str]) -> str:
    """`Variants.find` among the people of the tables."""
    return (_in_persian() if persian(words[0]) else _in_other_letters()).find(words)
