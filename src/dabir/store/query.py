"""Questions to the store: events, statements, actors and texts as typed rows, filtered, sorted, a page at a time.

Plain functions over a connection (`Store.reading`). Events are merged ones: what the merge has not seen yet is not here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Literal

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from dabir.errors import InputError
from dabir.store import filters, schema, search
from dabir.store.choosing import COMMON, Chosen, chosen
from dabir.store.filters import Filter
from dabir.store.merged import MergedCore, parties
from dabir.store.paging import Order, Page, page
from dabir.store.reports import CHUNK, Party

LIMIT = 50
EventSort = Literal["day", "reported", "outlets", "intensity"]
Facet = Literal["state", "act", "plover", "status", "country", "outlet"]
FACETS: tuple[Facet, ...] = ("state", "act", "plover", "status", "country", "outlet")


class EventRow(MergedCore, frozen=True):
    """A merged event as a row; `words`, `version`, `outlet`, `title` and `url` are those of one of its reports, the one that
    gives it its id."""

    words: str
    version: str
    outlet: str | None
    title: str | None
    url: str | None


class StatementRow(Struct, frozen=True):
    """A statement, with the article that it stands in; `start` and `stop` are offsets of its content in the article's text."""

    id: str
    version: str
    person: str | None
    state: str | None
    speaker: str
    cue: str | None
    content: str
    start: int
    stop: int
    direct: bool
    outlet: str | None
    published: str | None
    title: str | None
    url: str | None


class ActorRow(Struct, frozen=True):
    """Who takes part: a state or organisation, and the person where one is named (`name` where neither is known, only what reports
    call them); in how many events, first and last day."""

    state: str | None
    person: str | None
    events: int
    first: str | None
    last: str | None
    name: str | None = None


class TextRow(Struct, frozen=True):
    """What full-text search found: an article (its title and beginning as `words`) or a statement (its content)."""

    kind: Literal["article", "statement"]
    id: str
    version: str
    words: str
    outlet: str | None
    published: str | None
    title: str | None
    url: str | None


class Count(Struct, frozen=True):
    """How many events have a value."""

    value: str
    events: int


def _event_order(c: Chosen, sort: EventSort, descending: bool) -> Order:
    m = schema.merged.c
    columns = {"day": c.day, "reported": m.first_report, "outlets": m.outlets, "intensity": m.intensity}
    if sort not in columns:
        raise InputError(f"events are sorted by {', '.join(columns)}, not by {sort}")
    return Order(f"{'-' if descending else ''}{sort}", columns[sort], c.id, descending)


def events(
    connection: Connection, f: Filter, *, sort: EventSort = "day", descending: bool = False, limit: int = LIMIT,
    cursor: str | None = None,
) -> Page[EventRow]:  # fmt: skip
    """A page of merged events. Those without a value of what they are sorted by come last."""
    c = chosen(connection, f, walk=sort == "day")
    found, more = page(connection, c.keys() if sort == "day" else c.select(), _event_order(c, sort, descending), limit, cursor)
    return Page(tuple(_events(connection, [r.sort_id for r in found])), more)


def _events(connection: Connection, ids: Sequence[str]) -> Iterator[EventRow]:
    e, v = schema.events.c, schema.versions.c
    who: dict[str, tuple[Party, ...]] = {}
    told: dict[str, sa.Row[Any]] = {}
    found: dict[str, sa.Row[Any]] = {}
    for at in range(0, len(ids), CHUNK):
        part = ids[at : at + CHUNK]
        found |= {r.id: r for r in connection.execute(sa.select(schema.merged).where(schema.merged.c.id.in_(part)))}
        who |= parties(connection, part)
        report = sa.select(e.id, e.trigger, e.version, v.outlet, v.title, v.url).join(schema.versions, v.id == e.version)
        told |= {r.id: r for r in connection.execute(report.where(e.id.in_(part)))}
    for r in (found[i] for i in ids):
        own = told[r.id]
        yield EventRow(
            id=r.id, act=r.act, status=r.status, begin=r.begin, end=r.finish, since=r.since, until=r.until, plover=r.plover,
            mode=r.mode, quad=r.quad, intensity=r.intensity, place=r.place, country=r.country, main=r.main,
            first_report=r.first_report, last_report=r.last_report, reports=r.reports, outlets=r.outlets,
            parties=who.get(r.id, ()), words=own.trigger, version=own.version, outlet=own.outlet, title=own.title,
            url=own.url,
        )  # fmt: skip


def count(connection: Connection, f: Filter) -> int:
    """How many merged events a filter lets through."""
    return int(connection.execute(chosen(connection, f).keys(sa.func.count())).scalar_one())


def statements(
    connection: Connection, f: Filter, *, descending: bool = False, limit: int = LIMIT, cursor: str | None = None
) -> Page[StatementRow]:
    """A page of statements of articles' current versions, by date of publication, which `since` and `until` mean, too.

    `states`, `actor` and `office` are the speaker's; `dyad` is a speaker of the one in an article that names the other; `acts`,
    `plover` and `status` are those of an event that the statement is about.
    """
    s, v = schema.statements.c, schema.versions.c
    query = sa.select().select_from(sa.join(schema.statements, schema.versions, v.id == s.version))
    query = query.where(v.current, *_published(f), *_said(f, connection.dialect.name, last=_common_speaker(connection, f)))
    order = Order(f"{'-' if descending else ''}published", v.published, s.id, descending)
    found, more = page(connection, query, order, limit, cursor)
    return Page(tuple(_statements(connection, [r.sort_id for r in found])), more)


def _statements(connection: Connection, ids: Sequence[str]) -> Iterator[StatementRow]:
    s, v = schema.statements.c, schema.versions.c
    query = sa.select(
        s.id, s.version, s.person, s.state, s.speaker_words, s.cue, s.content, s.start, s.stop, s.direct, v.outlet, v.published,
        v.title, v.url,
    ).join(schema.versions, v.id == s.version)  # fmt: skip
    found: dict[str, StatementRow] = {}
    for at in range(0, len(ids), CHUNK):
        rows = connection.execute(query.where(s.id.in_(ids[at : at + CHUNK])))
        found |= {row.id: StatementRow(*tuple(row)) for row in rows}
    return (found[i] for i in ids)


def _published(f: Filter) -> list[Any]:
    v = schema.versions.c
    found = [filters.outlets(f.outlet)] if f.outlet else []
    found += [v.published >= f.since] if f.since else []
    return found + ([v.published < f.until] if f.until else [])


def published(f: Filter, dialect: str) -> list[Any]:
    """The conditions on `versions` that a filter sets: outlet, days of publication, words, and the states that are named."""
    v, a = schema.versions.c, schema.actors.c
    found = _published(f)
    if f.text:
        found.append(v.id.in_(filters.texts(dialect, f.text)))
    for states in ([f.states] if f.states else []) + [(s,) for s in f.dyad or ()]:
        found.append(v.id.in_(sa.select(a.version).where(a.state.in_(states))))
    return found


def _common_speaker(connection: Connection, f: Filter) -> bool:
    """Whether a filter asks SQLite for no more than the statements of states that said so much that a page is sooner full by going
    from article to article."""
    if connection.dialect.name != "sqlite" or not f.states or f != Filter(states=f.states, since=f.since, until=f.until):
        return False
    some = sa.select(schema.statements.c.state).where(schema.statements.c.state.in_(f.states)).limit(COMMON).subquery()
    return connection.execute(sa.select(sa.func.count()).select_from(some)).scalar_one() == COMMON


def _said(f: Filter, dialect: str, *, last: bool) -> list[Any]:
    s, a, e, b, pl, d = (
        t.c for t in (schema.statements, schema.actors, schema.events, schema.abouts, schema.places, schema.documents)
    )
    speaks = s.state + "" if last else s.state  # an expression has no index: each statement that is come to is looked at
    found: list[Any] = [speaks.in_(f.states)] if f.states else []
    if f.dyad:
        one, other = f.dyad
        named = {x: sa.select(a.version).where(a.state == x) for x in f.dyad}
        found.append(sa.or_(*((s.state == x) & s.version.in_(named[y]) for x, y in ((one, other), (other, one)))))
    who = [*([filters.people(dialect, f.actor)] if f.actor else []), *([filters.holders(f.office)] if f.office else [])]
    if who:
        found.append(s.speaker.in_(sa.select(a.id).where(*who)))
    about = [c.in_(v) for c, v in ((e.act, f.acts), (e.plover, f.plover), (e.status, f.status)) if v]
    if about:
        found.append(s.id.in_(sa.select(b.statement).join(schema.events, e.id == b.event).where(*about)))
    if f.place:
        found.append(s.place.in_(sa.select(pl.id).where(filters.placed(pl.name_fa, pl.country, f.place))))
    if f.text:
        found.append(s.id.in_(sa.select(d.owner).where(search.matches(dialect, f.text))))
    return found


def actors(connection: Connection, f: Filter, *, limit: int = LIMIT, cursor: str | None = None) -> Page[ActorRow]:
    """A page of the states and persons that take part in the events of a filter, those in most events first."""
    m, p = schema.merged.c, schema.parties.c
    row = (p.who + "|" + sa.func.coalesce(p.person, "")).label("id")
    tally = sa.func.count(p.merged.distinct()).label("events")
    query = sa.select(row, p.who, p.state, p.person, tally, sa.func.min(m.since).label("first"), sa.func.max(m.since).label("last"))
    c = chosen(connection, f)
    query = query.select_from(sa.join(c.source, schema.parties, p.merged == m.id)).where(*c.of_lead, *c.own)
    query = query.where(p.state.in_(f.states)) if f.states else query
    grouped = query.group_by(p.who, p.state, p.person).subquery()
    order = Order("-events", grouped.c.events, grouped.c.id, True)
    found, more = page(connection, sa.select(grouped), order, limit, cursor)
    named = (r.who if r.state is None and r.person is None else None for r in found)
    return Page(tuple(ActorRow(r.state, r.person, r.events, r.first, r.last, n) for r, n in zip(found, named, strict=True)), more)


_SHOWN = 200


def texts(connection: Connection, f: Filter, *, limit: int = LIMIT, cursor: str | None = None) -> Page[TextRow]:
    """A page of the articles (current versions) and statements whose words match `text`, newest first.

    `outlet`, `since` and `until` are the article's; `states` narrows to articles that name one of them. Raises InputError
    without a text to search for.
    """
    if not f.text:
        raise InputError("say which words to search for")
    d, v, a = schema.documents.c, schema.versions.c, schema.actors.c
    query = sa.select().select_from(sa.join(schema.documents, schema.versions, v.id == d.version))
    last = connection.dialect.name == "sqlite" and search.count(connection, f.text, COMMON) == COMMON
    query = query.where(v.current, search.matches(connection.dialect.name, f.text, last=last), *_published(f))
    named = sorted({*f.states, *(f.dyad or ())})
    query = query.where(d.version.in_(sa.select(a.version).where(a.state.in_(named)))) if named else query
    found, more = page(connection, query, Order("-published", v.published, d.owner, True), limit, cursor)
    return Page(tuple(_texts(connection, [r.sort_id for r in found])), more)


def _texts(connection: Connection, ids: Sequence[str]) -> Iterator[TextRow]:
    d, v, s = schema.documents.c, schema.versions.c, schema.statements.c
    words = sa.func.coalesce(s.content, sa.func.substr(v.text, 1, _SHOWN))
    query = (
        sa.select(d.kind, d.owner, d.version, words, v.outlet, v.published, v.title, v.url)
        .join(schema.versions, v.id == d.version)
        .outerjoin(schema.statements, s.id == d.owner)
    )
    found: dict[str, TextRow] = {}
    for at in range(0, len(ids), CHUNK):
        found |= {row.owner: TextRow(*tuple(row)) for row in connection.execute(query.where(d.owner.in_(ids[at : at + CHUNK])))}
    return (found[i] for i in ids)


_OWN: tuple[Facet, ...] = ("act", "status", "plover", "country")


def facets(
    connection: Connection, f: Filter, names: Collection[Facet] = FACETS, limit: int = 20
) -> Mapping[Facet, tuple[Count, ...]]:
    """For each facet the values that the events of a filter have, with how many events; the commonest first, `limit` at most."""
    tally: dict[str, Counter[str]] = {name: Counter() for name in names}
    questions = list(_tallies(chosen(connection, f), names))
    for kind, *values, number in connection.execute(sa.union_all(*questions)) if questions else ():
        for name, value in zip(_OWN if kind == "own" else (kind,), values, strict=False):
            if name in tally and value is not None:
                tally[name][value] += number
    ranked = {n: sorted(tally[n].items(), key=lambda pair: (-pair[1], pair[0]))[:limit] for n in names}
    return {n: tuple(Count(value, number) for value, number in ranked[n]) for n in names}


def _tallies(c: Chosen, names: Collection[Facet]) -> Iterator[sa.Select[Any]]:
    """The questions for all facets, over one list of the events; where nothing narrows they count whole tables, by their indexes."""
    m, sides, tellers = schema.merged.c, schema.sides.c, schema.tellers.c
    among = None if c.every else c.keys(c.id.label("id")).cte("among")

    def counted(kind: str, owner: Any, *columns: Any) -> sa.Select[Any]:
        padded = (*columns, *(sa.null() for _ in range(len(_OWN) - len(columns))))
        query = sa.select(sa.literal(kind), *padded, sa.func.count()).group_by(*columns)
        return query if among is None else query.select_from(sa.join(among, owner.table, among.c.id == owner))

    if set(_OWN) & set(names):
        yield counted("own", m.id, *(m[n] for n in _OWN))
    for name, owner, column in (("state", sides.merged, sides.state), ("outlet", tellers.merged, tellers.outlet)):
        if name in names:
            yield counted(name, owner, column)
