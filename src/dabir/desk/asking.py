"""What pages ask the store beyond its own questions: which outlet says what, evidence, offices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

import sqlalchemy as sa
from msgspec import Struct
from msgspec.structs import replace

from dabir import lookup
from dabir.desk.language import Language
from dabir.desk.marking import quoted
from dabir.errors import InputError
from dabir.model import Event
from dabir.names.kb import load
from dabir.store import merged, opinions, schema, stances
from dabir.store.choosing import chosen
from dabir.store.filters import Filter
from dabir.store.merged import Disagreement, MergedEvent, Told
from dabir.store.query import EventRow, Facet
from dabir.store.stances import History
from dabir.store.store import Store
from dabir.store.subjects import subjects
from dabir.views.page import Piece

_RECENT = 200


class Value(Struct, frozen=True):
    """A value of a field and the outlets that give it."""

    value: str
    outlets: int
    reports: int
    said_by: tuple[str, ...]


class Field(Struct, frozen=True):
    """A field of a merged event: its values, and whether they contradict each other."""

    name: str
    values: tuple[Value, ...]
    disagree: bool


class Witness(Struct, frozen=True):
    """One report as the event's page shows it: its event there, and its evidence in pieces; `anchor` is its place in the article,
    `clock` the date-time that it states, null where it states no time of day."""

    told: Told
    event: Event
    anchor: str
    clock: str | None
    evidence: tuple[tuple[Piece, ...], ...]


def fields(store: Store, event: MergedEvent) -> tuple[Field, ...]:
    """Every field of an event with every outlet's value."""
    said: dict[tuple[str, str], list[str]] = {}
    with store.reading() as connection:
        for report in merged.members(connection, event.id):
            for key in dict.fromkeys(opinions.values(report)):
                said.setdefault(key, []).extend([report.outlet] if report.outlet else [])
    return tuple(
        Field(
            name,
            tuple(Value(o.value, o.outlets, o.reports, tuple(dict.fromkeys(said.get((name, o.value), ())))) for o in found),
            opinions.disagree(name, found),
        )
        for name, found in event.fields.items()
    )  # fmt: skip


def witnesses(store: Store, event: MergedEvent, say: Language) -> Iterator[Witness]:
    """An event's reports with the sentences that they rest on."""
    e = schema.events.c
    with store.reading() as connection:
        wanted = sa.select(e.id, e.local).where(e.id.in_([t.event for t in event.told]))
        local: Mapping[str, str] = {r.id: r.local for r in connection.execute(wanted)}
    for told in event.told:
        record = store.record(told.version)
        mine = next((x for x in record.events if x.id == local.get(told.event)), None)
        if mine:
            clock = next((t.value for t in record.times if t.id == mine.time and "T" in (t.value or "")), None)
            yield Witness(told, mine, anchor(record.events, mine), clock, quoted(record, mine, say))


def anchor(events: Sequence[Event], event: Event) -> str:
    """The deep link of an event inside its article's page."""
    ordered = sorted(events, key=lambda x: (not x.main, x.trigger.start))
    return f"e{ordered.index(event)}"


def disputed(store: Store, limit: int) -> tuple[Disagreement, ...]:
    """What outlets disagree on among the events reported last."""
    m = schema.merged.c
    recent = sa.select(m.id).where(m.outlets > 1).order_by(m.last_report.desc(), m.id).limit(_RECENT)
    return store.disagreements(sa.select(recent.subquery().c.id))[:limit]


def offices(person: str) -> tuple[lookup.Held, ...]:
    """The offices that the tables give a person, by begin; none for somebody whom they do not have, or several of that name."""
    found = [e for e in lookup.named(load(), person) if e.kind == "person" and e.fa == person]
    return found[0].offices if len(found) == 1 else ()


def holders(state: str) -> tuple[lookup.Held, ...]:
    """Who held the highest offices of a state, the newest first."""
    base = load()
    wanted = ("head-of-state", "head-of-government", "foreign-minister")
    found = [h for office in wanted for h in lookup.holders(base, state, office)]
    return tuple(sorted(found, key=lambda h: h.begin or "", reverse=True))


def outlets(store: Store) -> tuple[str, ...]:
    """The outlets that the store has articles of, sorted."""
    v = schema.versions.c
    with store.reading() as connection:
        return tuple(connection.execute(sa.select(v.outlet).where(v.outlet.is_not(None)).distinct().order_by(v.outlet)).scalars())


class ArticleEvents(Struct, frozen=True):
    """What one article reports: its events, in the order in which they came; the first says which article."""

    events: tuple[EventRow, ...]


def by_article(rows: Iterable[EventRow]) -> tuple[ArticleEvents, ...]:
    """Events together with the others of the same article."""
    found: dict[str, list[EventRow]] = {}
    for row in rows:
        found.setdefault(row.version, []).append(row)
    return tuple(ArticleEvents(tuple(events)) for events in found.values())


class Choice(Struct, frozen=True):
    """A value that a facet offers: with how many events, and whether it is chosen."""

    value: str
    events: int
    chosen: bool


_FACETS: Mapping[Facet, str] = MappingProxyType({"state": "states", "act": "acts", "status": "status", "plover": "plover"})


def facets(store: Store, f: Filter, limit: int) -> Mapping[str, tuple[Choice, ...]]:
    """What a filter may be narrowed or widened to: of each facet the commonest values, and those that are chosen. The values of
    one facet are alternatives, so each is counted as if nothing were chosen in its own facet."""
    open_ = {name: field for name, field in _FACETS.items() if getattr(f, field)}
    found = dict(store.facets(f, tuple(n for n in _FACETS if n not in open_), limit=limit))
    for name, field in open_.items():
        found |= store.facets(replace(f, **{field: ()}), (name,), limit=_RECENT)
    offered: dict[str, tuple[Choice, ...]] = {}
    for name, counts in found.items():
        chosen = getattr(f, _FACETS[name]) if name in open_ else ()
        there = [Choice(c.value, c.events, c.value in chosen) for c in counts]
        missing = [Choice(v, 0, True) for v in chosen if v not in {c.value for c in counts}]
        offered[name] = (*(c for n, c in enumerate(there) if n < limit or c.chosen), *missing)
    return offered


def history(store: Store, f: Filter, subject: str | None) -> History | None:
    """What one speaker, a person or a state, said about one subject or in some words; null where not both are asked for.

    Raises InputError for a subject that is none.
    """
    if subject and subject not in subjects():
        raise InputError(f"«{subject}» is no subject; there are {', '.join(subjects())}")
    if not (f.actor or len(f.states) == 1) or not (subject or f.text):
        return None
    with store.reading() as connection:
        return stances.history(connection, f, subject)


def unplaced(store: Store, f: Filter) -> int:
    """How many events of a filter have no country that is known."""
    m = schema.merged.c
    with store.reading() as connection:
        wanted = chosen(connection, f).select(sa.func.count()).where(m.country.is_(None))
        return int(connection.execute(wanted).scalar_one())


def merged_event(store: Store, event: str) -> MergedEvent | None:
    """The merged event of an id, null where there is none."""
    try:
        return store.merged(event)
    except InputError:
        return None
