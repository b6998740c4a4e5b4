"""What resolving looks at: a text, the tables, the article's date and its own people, indexed once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence

from msgspec import Struct

from dabir.names.kb import KnowledgeBase
from dabir.names.mentions import Mention, MentionKind
from dabir.names.people import Person, endings
from dabir.names.scan import Phrase
from dabir.text.types import Text

LOOK_BACK = 80  # mentions among which an antecedent is sought
Before = Sequence[Mention]
"""The mentions resolved so far, in text order."""


class Scene(Struct, frozen=True):
    """A text with what is known of it before its phrases are resolved. `date` is ISO, `home` the code of «کشورمان», `near` the
    codes that the text names."""

    text: Text
    kb: KnowledgeBase
    date: str | None
    home: str
    people: tuple[Person, ...]
    near: frozenset[str]
    by_id: Mapping[str, Person]
    by_state: Mapping[str, tuple[Person, ...]]
    by_ending: Mapping[str, tuple[Person, ...]]
    ends: tuple[int, ...]

    def sentence(self, at: int) -> int:
        """The number of the sentence of a key offset."""
        return bisect_right(self.ends, at)

    def mention(
        self, p: Phrase, kind: MentionKind, *, state: str = "", person: str | None = None, entity: str = "", via: str = "",
        candidates: tuple[str, ...] = (),
    ) -> Mention:  # fmt: skip
        """The mention of a phrase."""
        tokens = self.text.tokens
        a, b = p.name or p.head
        return Mention(
            tokens[p.start].start, tokens[p.end - 1].end, kind, (tokens[a].start, tokens[b - 1].end),
            actor=entity or None, person=person, state=state or None, rank=p.sense.rank or None,
            office=p.sense.office, via=via or p.via, candidates=candidates,
        )  # fmt: skip

    def of(self, p: Phrase, q: Person, state: str = "") -> Mention:
        """The mention of a phrase that stands for a person of the article."""
        return self.mention(p, "person", state=state or q.state, person=q.words, entity=q.id or f"person:{q.squeezed}")

    def words(self, p: Phrase) -> list[str]:
        """The words of a phrase, as keys have them."""
        return [t.text for t in self.text.tokens[p.start : p.end]]


def scene(
    text: Text, kb: KnowledgeBase, date: str | None, home: str, people: Sequence[Person], phrases: Sequence[Phrase]
) -> Scene:
    """A scene with its indexes."""
    by_state: dict[str, tuple[Person, ...]] = {}
    by_ending: dict[str, tuple[Person, ...]] = {}
    for q in people:
        by_state[q.state] = (*by_state.get(q.state, ()), q)
        for ending in endings(q.words):
            by_ending[ending] = (*by_ending.get(ending, ()), q)
    near = frozenset({p.owner for p in phrases if p.owner} | {home})
    by_id = {q.id: q for q in people if q.id}
    return Scene(
        text, kb, date, home, tuple(people), near, by_id, by_state, by_ending, tuple(end for _, end in text.sentences)
    )
