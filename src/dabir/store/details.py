"""Merged events in full, for handing on: parties with their names and titles, the place with its coordinates, the words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from dabir.model import Record
from dabir.store import schema
from dabir.store.filters import Filter
from dabir.store.paging import Order, Page, page
from dabir.store.query import EventRow, events, published
from dabir.store.reports import CHUNK
from dabir.store.writing import decode


class PartyDetail(Struct, frozen=True):
    """A party: whom it stands for, in which role, and what its reports know of who that is; `words` name it in one of them. One of
    no state has its person, or its name."""

    state: str | None
    role: str
    person: str | None = None
    kind: str | None = None
    name_en: str | None = None
    title: str | None = None
    sector: str | None = None
    wikidata: str | None = None
    words: str | None = None
    name: str | None = None


class PlaceDetail(Struct, frozen=True):
    """A place: coordinates in degrees (WGS 84), null where the tables have none."""

    name_fa: str | None
    name_en: str | None
    kind: str
    country: str | None
    latitude: float | None
    longitude: float | None
    geonames: str | None


class Detail(Struct, frozen=True):
    """A merged event with its parties and its place; contexts, topics, format and length are of the report that gives its id."""

    event: EventRow
    parties: tuple[PartyDetail, ...]
    place: PlaceDetail | None
    contexts: tuple[str, ...]
    topics: tuple[str, ...]
    format: tuple[str, ...]
    duration: str | None


def details(connection: Connection, f: Filter, limit: int, cursor: str | None = None) -> Page[Detail]:
    """A page of merged events in full, by day."""
    found = events(connection, f, limit=limit, cursor=cursor)
    rows: list[Detail] = []
    for at in range(0, len(found.rows), CHUNK):
        rows += _details(connection, found.rows[at : at + CHUNK])
    return Page(tuple(rows), found.next)


def _details(connection: Connection, found: Sequence[EventRow]) -> Iterator[Detail]:
    ids = [e.id for e in found]
    who, where = _known_parties(connection, ids), _known_places(connection, ids)
    e = schema.events.c
    own = {r.id: r for r in connection.execute(
        sa.select(e.id, e.contexts, e.topics, e.format, e.duration).where(e.id.in_(ids)))}  # fmt: skip
    for event in found:
        r = own[event.id]
        parties = tuple(
            who.get((event.id, p.state, p.role, p.person)) or PartyDetail(p.state, p.role, p.person, name=p.name)
            for p in event.parties
        )
        yield Detail(
            event, parties, where.get((event.id, event.place)), _list(r.contexts), _list(r.topics), _list(r.format), r.duration
        )


def _list(text: str) -> tuple[str, ...]:
    return msgspec.json.decode(text, type=tuple[str, ...])


def _known_parties(connection: Connection, ids: Sequence[str]) -> dict[tuple[str, str | None, str, str | None], PartyDetail]:
    """What the reports say of each party; of several, the first by id that knows the person's name in English."""
    m, p, a = schema.members.c, schema.participants.c, schema.actors.c
    query = (
        sa.select(m.merged, p.state, p.role, p.person, a.kind, a.name_en, a.office_title, a.sector, a.wikidata, p.words)
        .join(schema.participants, p.event == m.event)
        .outerjoin(schema.actors, a.id == p.actor)
        .where(m.merged.in_(ids), sa.func.coalesce(p.state, p.person).is_not(None))
        .order_by(m.merged, a.name_en.is_(None), p.event, p.position)
    )
    found: dict[tuple[str, str | None, str, str | None], PartyDetail] = {}
    for merged, *rest in connection.execute(query):
        party = PartyDetail(*rest)
        found.setdefault((merged, party.state, party.role, party.person), party)
        if party.state is not None and party.person is not None:  # where outlets name nobody together, the state alone is the party
            bare = PartyDetail(party.state, party.role, kind="state", words=party.words)
            found.setdefault((merged, party.state, party.role, None), bare)
    return found


def _known_places(connection: Connection, ids: Sequence[str]) -> dict[tuple[str, str | None], PlaceDetail]:
    m, e, pl = schema.members.c, schema.events.c, schema.places.c
    query = (
        sa.select(m.merged, pl.name_fa, pl.name_en, pl.kind, pl.country, pl.latitude, pl.longitude, pl.geonames)
        .join(schema.events, e.id == m.event)
        .join(schema.places, pl.id == e.place)
        .where(m.merged.in_(ids))
        .order_by(m.merged, pl.latitude.is_(None), e.id)
    )
    found: dict[tuple[str, str | None], PlaceDetail] = {}
    for merged, *rest in connection.execute(query):
        place = PlaceDetail(*rest)
        name = None if place.kind == "country" else place.name_fa
        found.setdefault((merged, name), place)
    return found


class Names(Struct, frozen=True):
    """The people, organisations and places that an article names, in English where known; no one who stays nameless."""

    people: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


def names(connection: Connection, versions: Sequence[str]) -> dict[str, Names]:
    """What each of these versions names."""
    a, pl = schema.actors.c, schema.places.c
    found: dict[str, dict[str, list[str]]] = {}
    for at in range(0, len(versions), CHUNK):
        part = versions[at : at + CHUNK]
        actors = sa.select(a.version, a.kind, a.name_en, a.name_fa).where(
            a.version.in_(part), a.person.is_not(None) | ((a.resolution == "kb") & (a.kind != "person"))
        )
        places = sa.select(pl.version, sa.literal("place"), pl.name_en, pl.name_fa).where(pl.version.in_(part))
        for query in (actors.order_by(a.version, a.id), places.order_by(pl.version, pl.id)):
            for version, kind, en, fa in connection.execute(query):
                if en or fa:
                    found.setdefault(version, {}).setdefault(kind, []).append(en or fa)
    return {
        version: Names(
            _once(kinds.get("person", [])), _once(kinds.get("organization", []) + kinds.get("group", [])),
            _once(kinds.get("place", [])),
        )
        for version, kinds in found.items()
    }  # fmt: skip


def _once(found: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found))


def records(connection: Connection, f: Filter, limit: int, cursor: str | None = None) -> Page[Record]:
    """A page of the records of articles' current versions, by date of publication, which `since` and `until` mean, too; `states`
    and `dyad` are of articles that name one of them, or both; `outlet` and `text` are the article's."""
    v = schema.versions.c
    query: sa.Select[Any] = sa.select(v.record).where(v.current, *published(f, connection.dialect.name))
    found, more = page(connection, query, Order("published", v.published, v.id), limit, cursor)
    return Page(tuple(decode(r[0]) for r in found), more)
