"""What a title says: its words by meaning, so that two ways to name one office can be compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

from msgspec import Struct

from dabir import resources
from dabir.names.kb import KnowledgeBase, Sense, squeeze
from dabir.text.keys import key

MAX_TOKENS = 6
_NAMES = ("state", "capital", "seat", "adjective", "organization", "group")


class Title(Struct, frozen=True):
    """An office by its words: the first one, all others by meaning (codes for states and organisations), and whether the
    words say that it was held before (`former`) or at a time that they leave open (`other_time`)."""

    head: str
    words: frozenset[str]
    codes: frozenset[str]
    former: bool = False
    other_time: bool = False

    def fits(self, other: Title) -> bool:
        """Whether both may be one office: the same first word, no state that speaks against it, and the words of one among the
        other's. A bare «معاون» says too little to be more than one deputy's."""
        if not self.head or self.head != other.head or not (self.codes <= other.codes or other.codes <= self.codes):
            return False
        return self.words <= other.words or (bool(other.words) and other.words <= self.words)


class _Words(Struct, frozen=True):
    empty: frozenset[str]
    same: Mapping[str, str]
    same_head: Mapping[str, str]
    former: frozenset[str]
    other_time: frozenset[str]
    own_voice: frozenset[str]
    private: frozenset[str]


@cache
def _words() -> _Words:
    table = resources.toml("names/titles.toml")
    sets = {k: frozenset(map(squeeze, table[k])) for k in ("empty", "former", "other_time", "own_voice", "private")}
    same, same_head = ({squeeze(w): squeeze(g[0]) for g in table[k] for w in g} for k in ("same", "same_head"))
    return _Words(same=same, same_head=same_head, **sets)


def read_title(kb: KnowledgeBase, words: Sequence[str], home: str, *, codes: Sequence[str] = ()) -> Title:
    """The title that `words` (of a key) spell. `home` is what «کشورمان» means, `codes` whose office it is where that is known
    by other words."""
    table, found, states = _words(), list[str](), set(codes) - {""}
    seen = set[str]()
    i = 0
    while i < len(words):
        end, code = _named(kb, words, i, home)
        if code:
            states.add(code)
        elif end == i + 1:
            seen.add(words[i])
            word = table.same.get(words[i], words[i]) if found else words[i]
            if words[i] not in table.empty | table.former and words[i].isalnum():
                found.append(word)
        i = end
    head = found[0] if found else ""
    return Title(
        table.same_head.get(head, head), frozenset(found[1:]) - {""}, frozenset(states),
        bool(seen & table.former), bool(seen & table.other_time),
    )  # fmt: skip


def _named(kb: KnowledgeBase, words: Sequence[str], i: int, home: str) -> tuple[int, str]:
    """The end of the longest name of a state, organisation or person at word i, and its code; i + 1 and '' where there is none."""
    joined, best = "", (i + 1, "")
    for j in range(i, min(i + MAX_TOKENS, len(words))):
        joined += words[j]
        if joined not in kb.prefixes:
            break
        for sense in kb.senses.get(joined, ()):
            if sense.kind == "home":
                best = (j + 1, home)
            elif sense.kind in ("person", "surname") and i:
                best = (j + 1, best[1])
            elif sense.kind in _NAMES and sense.state and _whole(sense):
                best = (j + 1, sense.state)
    return best


def _whole(sense: Sense) -> bool:
    """Whether a name is a state's or a whole organisation's: an organ's and a ministry's say more than their code."""
    return sense.kind not in ("organization", "group") or sense.entity == sense.state


@lru_cache(1 << 12)
def title_words(title: str) -> tuple[str, ...]:
    """The words of a title of the tables, as keys have them."""
    return tuple(key(title).split())


def own_voice(words: Sequence[str]) -> bool:
    """Whether a title is of somebody who speaks for himself (analyst, professor, journalist)."""
    return any(w in _words().own_voice for w in (*words[:1], *(a + b for a, b in zip(words[:1], words[1:2], strict=False))))


def private(words: Sequence[str]) -> bool:
    """Whether a title is of a body that is no part of a state (chamber, company, club, university)."""
    return any(w in _words().private for w in (*words, *(a + b for a, b in zip(words, words[1:], strict=False))))
