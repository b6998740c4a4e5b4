"""`dabir kb`: what the knowledge base knows of a name, who held an office, and how much there is of each kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from msgspec import Struct

from dabir import resources
from dabir.names.kb import Entity, Holding, KnowledgeBase, Spot, covers, squeeze


class Held(Struct, frozen=True):
    """An office and when it was held: ISO dates as precise as known, the end not included; null where unknown or open."""

    person: str
    title: str
    office: str
    state: str
    begin: str | None
    end: str | None


class Former(Struct, frozen=True):
    """A former name of a state, and when it was used: ISO dates as precise as known, the end not included."""

    fa: str
    begin: str | None
    end: str | None


class Entry(Struct, frozen=True):
    """Somebody, something or a place that a name may stand for. `code` is the state or organisation that it acts for; a place
    has coordinates in degrees, a person the offices of the tables, a state its former names."""

    kind: str
    id: str
    fa: str
    en: str | None = None
    code: str | None = None
    wikidata: str | None = None
    offices: tuple[Held, ...] = ()
    latitude: float | None = None
    longitude: float | None = None
    former: tuple[Former, ...] = ()


def named(kb: KnowledgeBase, name: str) -> tuple[Entry, ...]:
    """All that `name` may stand for, however its half-spaces are written; a word of titles or demonyms has no entry."""
    key = squeeze(name)
    ids = dict.fromkeys(s.entity for s in kb.senses.get(key, ()) if s.entity in kb.entities)
    return tuple([_entry(kb, kb.entities[i]) for i in ids] + [_place(s) for s in kb.spots.get(key, ()) if s.kind != "country"])


def _entry(kb: KnowledgeBase, e: Entity) -> Entry:
    offices = sorted(kb.offices.get(e.id, ()), key=lambda h: h.begin)
    former = _former_names(e.code or "") if e.kind == "state" else ()
    return Entry(e.kind, e.id, e.fa, e.en, e.code, e.wikidata, tuple(_held(kb, h) for h in offices), former=former)


def _former_names(code: str) -> tuple[Former, ...]:
    rows = (r for r in resources.table("kb/former.tsv") if r["code"] == code)
    return tuple(Former(r["fa"], r["begin"] or None, r["end"] or None) for r in rows)


def _place(s: Spot) -> Entry:
    return Entry(s.kind, s.id, s.fa, s.en or None, s.country or None, latitude=s.latitude, longitude=s.longitude)


def _held(kb: KnowledgeBase, h: Holding) -> Held:
    return Held(kb.entities[h.person].fa, h.title, h.office, h.state, h.begin or None, h.end or None)


def holders(kb: KnowledgeBase, state: str, office: str, on: str | None = None) -> tuple[Held, ...]:
    """Who held `office` (`foreign-minister`, `head-of-state` ...) of a state or organisation, in order; `on` (ISO) that day."""
    found = (h for h in kb.holdings.get((state, office), ()) if on is None or covers(h, on))
    return tuple(_held(kb, h) for h in sorted(found, key=lambda h: h.begin))


def offices_of(kb: KnowledgeBase, state: str) -> tuple[str, ...]:
    """The offices of a state or organisation that the tables have holders for, sorted."""
    return tuple(sorted(office for code, office in kb.holdings if code == state))


def counts(kb: KnowledgeBase) -> dict[str, int]:
    """How many entries of each kind, names, offices held, and states whose highest offices are held without a gap."""
    kinds = Counter(e.kind for e in kb.entities.values())
    places = Counter(s.kind for s in {s.id: s for spots in kb.spots.values() for s in spots}.values() if s.kind != "country")
    held = [h for all_ in kb.offices.values() for h in all_]
    return {
        **dict(sorted(kinds.items())), **dict(sorted(places.items())), "names": len(kb.senses), "offices held": len(held),
        "wikidata ids": sum(bool(e.wikidata) for e in kb.entities.values()),
        "states complete": len({r["state"] for r in resources.table("kb/complete.tsv")}),
    }  # fmt: skip


def lines(entries: Iterable[Entry]) -> Iterator[str]:
    """Entries as a person reads them."""
    for e in entries:
        where = f"{e.latitude:.2f}, {e.longitude:.2f}" if e.latitude is not None and e.longitude is not None else ""
        yield "  ".join(x for x in (e.fa, e.en, e.kind, e.code, e.wikidata, where) if x)
        yield from (f"    {line}" for line in held_lines(e.offices, names=False))
        yield from (f"    {f.begin or '?'} – {f.end or ''}  {f.fa}" for f in e.former)


def held_lines(held: Iterable[Held], names: bool = True) -> Iterator[str]:
    """Offices held, a line each."""
    for h in held:
        span = f"{h.begin or '?'} – {h.end or ''}"
        yield "  ".join([f"{span:25}", *([h.person] if names else []), h.title, h.state])
