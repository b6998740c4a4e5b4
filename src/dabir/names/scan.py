"""Noun phrases of actors, and the tokens of a text with look-ups in the knowledge base."""

from __future__ import annotations

from msgspec import Struct

from dabir.names.kb import KnowledgeBase, Sense
from dabir.text.types import Text

MAX_NAME_TOKENS = 9
Owner = tuple[int, int, Sense, str]
"""The words that say whose an office is: token range, reading, and how they name it (`Phrase.via`)."""


class Phrase(Struct, frozen=True):
    """An actor's noun phrase in token indexes [start, end).

    `kind` is the class of its head word; `name` the token range of a personal name in it; `person` the ids that the
    name may stand for; `owner` the code of the state or organisation it belongs to; `via` how that was named;
    `shared` that a plural head stands for one person of each of several states.
    """

    start: int
    end: int
    kind: str
    head: tuple[int, int]
    sense: Sense
    owner: str = ""
    via: str = ""
    person: tuple[str, ...] = ()
    name: tuple[int, int] | None = None
    shared: bool = False


class Match(Struct, frozen=True):
    """The readings of the tokens up to `end`."""

    end: int
    senses: tuple[Sense, ...]

    def of(self, *kinds: str) -> Sense | None:
        """The first reading of one of `kinds`, in the order of `kinds`."""
        return next((s for k in kinds for s in self.senses if s.kind == k), None)


class Scanner:
    """The tokens of one text with look-ups in the knowledge base; holds no state beyond them."""

    def __init__(self, text: Text, kb: KnowledgeBase) -> None:
        self.kb = kb
        self.words = [t.text for t in text.tokens]
        self.stops = _sentence_ends(text)

    def match(self, i: int) -> Match | None:
        """The longest name that starts at token i and ends with a token, inside its sentence."""
        words, best, joined = self.words, None, ""
        for j in range(i, min(i + MAX_NAME_TOKENS, self.stops[i])):
            joined += words[j]
            if joined not in self.kb.prefixes:
                if joined.endswith("است") and (senses := self.kb.senses.get(joined.removesuffix("ست"))):
                    best = Match(j + 1, senses)  # «آمریکاست»: the copula grows on
                break
            if joined in self.kb.senses:
                best = Match(j + 1, self.kb.senses[joined])
        return best

    def word(self, i: int, after: int) -> str:
        """Token i if it lies in the sentence of token `after`, else ''."""
        return self.words[i] if 0 <= i < self.stops[after] else ""


def _sentence_ends(text: Text) -> list[int]:
    """For each token the index after the last token of its sentence."""
    stops = [0] * len(text.tokens)
    bounds = iter(text.sentences)
    current = next(bounds, None)
    first = 0
    for n, token in enumerate(text.tokens):
        while current is not None and token.start >= current[1]:
            stops[first:n] = [n] * (n - first)
            first, current = n, next(bounds, None)
    stops[first:] = [len(stops)] * (len(stops) - first)
    return stops
