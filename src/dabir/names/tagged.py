"""The tagger proposes, the tables dispose: people and bodies that no table has, and names that only looked like ones."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from dabir.names import variants
from dabir.names.find import with_title
from dabir.names.kb import KnowledgeBase, Sense, squeeze
from dabir.names.scan import Phrase, Scanner
from dabir.names.tagger import Tag
from dabir.text.types import Text

SURE = 0.6  # mean probability from which a person is taken from the tagger alone
SURER = 0.85  # and a body, whose bounds are less plain
SMALL = frozenset({"state", "adjective", "capital", "people", "home"})  # phrases that a longer name may swallow
QUOTES = frozenset({"«", '"', "،"})


def amend(text: Text, kb: KnowledgeBase, phrases: Sequence[Phrase], tags: Sequence[Tag]) -> tuple[Phrase, ...]:
    """The phrases of the tables and patterns, with what the tagger adds to them and takes away, in order."""
    people = [t for t in tags if t.kind == "PER"]
    kept = [q for p in phrases if (q := _checked(p, people)) is not None]
    scan = Scanner(text, kb)
    for t in people:
        if t.p >= SURE and not any(p.name and _meets(p.name, t) for p in kept):
            kept = _with_person(scan, kept, t)
    for t in tags:
        if t.kind == "ORG" and t.p >= SURER and not any(_meets((p.start, p.end), t) for p in kept):
            kept.append(Phrase(t.start, t.end, "organization", (t.start, t.end), Sense("organization")))
    return tuple(sorted(kept, key=lambda p: (p.start, p.end)))


def _meets(span: tuple[int, int], t: Tag) -> bool:
    return span[0] < t.end and t.start < span[1]


def _checked(p: Phrase, people: Sequence[Tag]) -> Phrase | None:
    """A name that a pattern found, with the tagger's bounds; None where the tagger sees no person in it.

    Names of the tables stay as they are: the tagger cannot know better who is one.
    """
    if p.name is None or p.person or p.kind not in ("person", "surname"):
        return p
    found = [t for t in people if _meets(p.name, t)]
    if not found:
        return p if p.sense.rank else None
    t = found[0]
    a, b = t.start, t.end
    if (a, b) == p.name or not (p.start <= a or a == p.name[0]):
        return p
    return replace(p, start=min(p.start, a), end=max(p.end, b), name=(a, b), kind="person" if b - a > 1 else "surname")


def _with_person(scan: Scanner, kept: list[Phrase], t: Tag) -> list[Phrase]:
    """The phrases with a person whom only the tagger names, joined to the title beside the name."""
    met = [p for p in kept if _meets((p.start, p.end), t)]
    if any(p.kind not in SMALL or p.end - p.start >= t.end - t.start for p in met):
        return kept
    kept = [p for p in kept if not (t.start <= p.start and p.end <= t.end)]
    name, kind = (t.start, t.end), "person" if t.end - t.start > 1 else "surname"
    senses = scan.kb.senses.get(squeeze("".join(scan.words[t.start : t.end])), ())
    ids = tuple(s.entity for s in senses if s.kind in ("person", "surname"))
    if not ids and (found := variants.find(scan.words[t.start : t.end])):
        ids = (found,)
    before = next((p for p in kept if p.kind == "title" and p.name is None and _touches(scan, p.end, t.start)), None)
    if before is not None:
        joined = replace(before, end=t.end, name=name, kind=kind, person=ids)
        return [joined if p is before else p for p in kept]
    alone = Phrase(t.start, t.end, kind, name, Sense(kind), person=ids, name=name)
    titled = with_title(scan, alone)
    return [p for p in kept if not (titled.start <= p.start and p.end <= titled.end)] + [titled]


def _touches(scan: Scanner, end: int, start: int) -> bool:
    return end == start or (end + 1 == start and scan.words[end] in QUOTES)
