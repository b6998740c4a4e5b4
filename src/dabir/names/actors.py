"""Actors: the mentions that stand for one somebody, gathered and numbered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from dabir.model import Actor, Name, Office
from dabir.names.kb import KnowledgeBase, squeeze
from dabir.names.mentions import Mention
from dabir.text.types import Text


class Names(Struct, frozen=True):
    """The result: mentions in text order, the actors that they refer to, and the table ids of those actors that have one."""

    mentions: tuple[Mention, ...]
    actors: tuple[Actor, ...]
    known: Mapping[str, str] = {}


def number(text: Text, kb: KnowledgeBase, mentions: Sequence[Mention]) -> Names:
    """Actors numbered in the order of their first mention, and the mentions with those numbers."""
    groups: dict[str, list[Mention]] = {}
    for m in mentions:
        groups.setdefault(_identity(text, m), []).append(m)
    ids = {identity: f"a{n}" for n, identity in enumerate(groups, 1)}
    actors = tuple(_actor(text, kb, ids[i], group) for i, group in groups.items())
    known = {ids[i]: i for i in groups if i in kb.entities}
    return Names(tuple(replace(m, actor=ids[_identity(text, m)]) for m in mentions), actors, known)


def _identity(text: Text, m: Mention) -> str:
    if m.actor:
        return m.actor
    if m.kind == "state" and m.state:
        return m.state
    return f"{m.kind}:{m.state}:{squeeze(text.key[m.start : m.end])}"


def _actor(text: Text, kb: KnowledgeBase, number: str, group: Sequence[Mention]) -> Actor:
    first = group[0]
    entity = kb.entities.get(first.actor or "")
    titled = next((m for m in group if m.office or m.rank), first)
    kinds = {"person": "person", "office": "person", "pronoun": "person", "state": "state", "group": "group"}
    kind = kinds.get(first.kind, "organization")
    if entity and entity.kind in ("person", "state", "organization", "group"):
        kind = entity.kind
    words = text.span(*first.head).text if first.person is None else first.person
    person = next((m.person for m in group if m.person), None) or (entity.fa if entity and kind == "person" else None)
    office = None
    if kind == "person" and titled.rank:
        title_words = text.span(titled.start, titled.end).text if titled.kind == "office" else _title(text, titled)
        office = Office(title=title_words, body=None, state=titled.state)
    candidates = () if entity else tuple(dict.fromkeys(i for m in group for i in m.candidates))
    known = "article" if (first.person and not candidates) or (first.state and first.kind != "person") else "unresolved"
    return Actor(
        id=number,
        kind=kind,  # type: ignore[arg-type]
        name=Name(entity.fa if entity else words, entity.en if entity else None),
        person=person,
        state=next((m.state for m in group if m.state), None),
        sector=entity.sector if entity else None,
        office=office,
        wikidata=entity.wikidata if entity else None,
        resolution="kb" if entity else known,  # type: ignore[arg-type]
        candidates=candidates,
        mentions=tuple(text.span(m.start, m.end) for m in group),
    )


def _title(text: Text, m: Mention) -> str | None:
    """The title beside a name: the words of the phrase that are not the name."""
    before, after = (m.start, m.head[0]), (m.head[1], m.end)
    a, b = max(before, after, key=lambda r: r[1] - r[0])
    return text.span(a, b).text.strip(' ،«»"-():\n') or None if b > a else None
