"""Words as the full-text index has them: Dabir's own key, without plural endings, so that every spelling of a word is one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from types import MappingProxyType

from dabir.resources import toml
from dabir.text.clean import outline
from dabir.text.keys import key

DATA = "store/search.toml"
MAX_WORDS = 50_000  # PostgreSQL holds no more than a megabyte of words for one text
_LONGEST = 60
_WORD = re.compile(r"[^\W_]+")
_TERM = re.compile(r"[^\W_]+\*?")
_MARKS = str.maketrans("«»", '""')


def indexed(text: str) -> str:
    """The words of a source text as the index has them, parted by single spaces; the first 50,000 of them."""
    return " ".join(terms(outline(text).key))


def terms(folded: str) -> list[str]:
    """The words of a text that is folded already, each as the index has it."""
    return [term(w) for w in _WORD.findall(folded)[:MAX_WORDS]]


@cache
def _endings() -> tuple[tuple[str, int, str], ...]:
    return tuple((key(row["ending"]), row["stem"], row.get("after", "")) for row in toml(DATA)["ending"])


@cache
def _variants() -> Mapping[str, str]:
    return MappingProxyType({key(a): key(b) for a, b in toml(DATA)["variants"].items()})


@lru_cache(1 << 16)
def term(word: str) -> str:
    """A folded word without its plural or linking ending, in the spelling that the index keeps.

    >>> {term(key(w)) for w in ("گفت‌وگو", "گفت و گوی", "گفتگوهای", "گفتوگو")} == {term(key("گفتگو"))}
    True
    """
    for ending, shortest, after in _endings():
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= shortest and (not after or stem[-1] in after):
            word = stem
            break
    return _variants().get(word, word)[:_LONGEST]


def phrases(query: str) -> tuple[tuple[tuple[str, ...], bool], ...]:
    """What a query asks for: runs of words that stand together, and whether the last is only the beginning of a word.

    Words are looked for one by one, those in quotes ("..." or «...») together; `*` ends a beginning of a word.

    >>> phrases('"وزیر خارجه" سف*')
    ((('وزیر', 'خارجه'), False), (('سف',), True))
    """
    found: list[tuple[tuple[str, ...], bool]] = []
    for n, run in enumerate(query.translate(_MARKS).split('"')):
        words = _TERM.findall(key(run))
        runs = [words] if n % 2 else [[w] for w in words]
        for one in runs:
            if one:
                begins = one[-1].endswith("*")
                last = one[-1][:-1][:_LONGEST] if begins else term(one[-1])
                found.append((tuple([term(w.rstrip("*")) for w in one[:-1]] + [last]), begins))
    return tuple(found)


def fts5(query: str) -> str:
    """The query in SQLite's FTS5 syntax; empty where it has no words."""
    return " ".join(f'"{" ".join(words)}"{"*" if begins else ""}' for words, begins in phrases(query))


def tsquery(query: str) -> str:
    """The query in PostgreSQL's tsquery syntax; empty where it has no words."""
    return " & ".join(
        "(" + " <-> ".join(f"'{w}'" for w in words) + (":*" if begins else "") + ")" for words, begins in phrases(query)
    )
