"""The people whom an article names in full, and where it names them by surname alone."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from dabir.names.kb import KnowledgeBase, Sense, squeeze
from dabir.names.scan import Phrase
from dabir.text.types import Text

MIN_ALIAS = 3  # letters: shorter surnames are too often other words


class Person(Struct, frozen=True):
    """A person as the article knows him: squeezed name, words, table id, state and office where given."""

    squeezed: str
    words: str
    id: str = ""
    state: str = ""
    office: str = ""
    rank: str = ""


def words_of(text: Text, start: int, end: int) -> str:
    """The name between two tokens, in the letters and half-spaces of the source."""
    return text.span(text.tokens[start].start, text.tokens[end - 1].end).text


def own_people(text: Text, kb: KnowledgeBase, phrases: Sequence[Phrase], date: str | None) -> tuple[Person, ...]:
    """Everybody whom the article names, in full or by a surname that the tables know, with state and office from the first phrase
    that gives them."""
    found: dict[str, Person] = {}
    for p in sorted(phrases, key=lambda p: p.kind != "person"):
        entity_id = choose(kb, p) if p.name else ""
        if p.name is None or p.kind not in ("person", "surname") or (p.kind == "surname" and not entity_id):
            continue
        words = words_of(text, *p.name) if p.kind == "person" else kb.entities[entity_id].fa
        state = p.owner if p.owner and p.via != "pronoun" else kb.acts_for(entity_id, date) if entity_id else ""
        person = Person(squeeze(words), words, entity_id, state, p.sense.office, p.sense.rank)
        key = entity_id or person.squeezed
        old = found.get(key)
        found[key] = (
            person
            if old is None
            else replace(
                old, state=old.state or person.state, office=old.office or person.office, rank=old.rank or person.rank
            )
        )
    return tuple(found.values())


def choose(kb: KnowledgeBase, phrase: Phrase) -> str:
    """The one table id a name stands for: alone, or the one of the phrase's state; '' where that leaves several. A surname with a
    title of another state is somebody else: «حریری، رئیس اتاق بازرگانی ایران و چین» is not Saad Hariri."""
    ids = phrase.person
    if phrase.owner and phrase.via != "pronoun" and (len(ids) > 1 or phrase.kind == "surname"):
        theirs = tuple(i for i in ids if _may_act_for(kb, i, phrase.owner))
        ids = theirs or (() if phrase.kind == "surname" else ids)
    return ids[0] if len(ids) == 1 else ""


def _may_act_for(kb: KnowledgeBase, person: str, owner: str) -> bool:
    """Whether the tables know a person as of that state, or in an office of it or its organisation."""
    return kb.entities[person].code == owner or any(h.state == owner for h in kb.offices.get(person, ()))


def with_surnames(text: Text, phrases: Sequence[Phrase], people: Sequence[Person]) -> list[Phrase]:
    """The phrases, and the surnames of the article's own people wherever they stand alone."""
    taken = [False] * len(text.tokens)
    for p in phrases:
        taken[p.start : p.end] = [True] * (p.end - p.start)
    surnames = {squeeze(w) for p in people for w in p.words.split()[1:][-1:]}
    surnames |= {s.removeprefix("ال") for s in surnames}
    surnames = {s for s in surnames if len(s) >= MIN_ALIAS}
    extra = [
        Phrase(n, n + 1, "surname", (n, n + 1), Sense("surname"), name=(n, n + 1))
        for n, token in enumerate(text.tokens)
        if not taken[n] and token.text in surnames
    ]
    return sorted([*phrases, *extra], key=lambda p: (p.start, p.end))


def endings(words: str) -> list[str]:
    """The squeezed endings of a name, from the whole to the last word, with and without the article «ال»."""
    parts = words.split()
    ends = [squeeze(" ".join(parts[n:])) for n in range(len(parts))]
    return list(dict.fromkeys([*ends, *(e.removeprefix("ال") for e in ends)]))
