"""Which merged events a filter means, as conditions of SQL that stay quick in a store of a million of them.

Rows lie where their ids, which are digests, put them, so that looking one up is dear and going along an index cheap. A state's
events are therefore reached by `sides`, a page by day is taken from an index in that order, and what can be answered by an index
alone never touches a row.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from dabir.store import filters, schema, search
from dabir.store.filters import Filter

COMMON = 5000
"""So many of a kind that a page is sooner full by going along an index than by fetching all of the kind."""


class Chosen(Struct, frozen=True):
    """The merged events that a filter lets through: the conditions on `merged`, and those on the side that leads to them, if any."""

    own: tuple[Any, ...]
    lead: Any = None
    of_lead: tuple[Any, ...] = ()

    @property
    def every(self) -> bool:
        """Whether nothing narrows."""
        return self.lead is None and not self.own

    @property
    def source(self) -> Any:
        """Where they are taken from, each once."""
        merged = schema.merged
        return merged if self.lead is None else sa.join(self.lead, merged, self.lead.c.merged == merged.c.id)

    @property
    def id(self) -> Any:
        """The column of their ids."""
        return schema.merged.c.id if self.lead is None else self.lead.c.merged

    @property
    def day(self) -> Any:
        """The column of their days, by which and the id an index has them in order."""
        return schema.merged.c.since if self.lead is None else self.lead.c.since

    def select(self, *columns: Any) -> sa.Select[Any]:
        """A question for columns of `merged`."""
        return sa.select(*columns).select_from(self.source).where(*self.of_lead, *self.own)

    def keys(self, *columns: Any) -> sa.Select[Any]:
        """A question for `id` and `day` alone, for which the side that leads may be enough."""
        if self.lead is None or self.own:
            return self.select(*columns)
        return sa.select(*columns).select_from(self.lead).where(*self.of_lead)


def chosen(connection: Connection, f: Filter, *, walk: bool = False) -> Chosen:
    """The merged events of a filter. Where a state must take part they are reached by that state's own days (of a dyad, by those
    of the one with fewer events), so that a page needs to look at few; whoever else must be there is looked up act by act. `walk`
    is for who takes only the first few by day."""
    m, lead = schema.merged.c, schema.sides.alias("lead")
    found: list[Any] = []
    first = _fewer(connection, f.dyad) if f.dyad else f.states[0] if len(f.states) == 1 else None
    of_lead: list[Any] = [lead.c.state == first] if first else []
    if f.dyad:
        of_lead += [~lead.c.host, *(_beside(lead.c.merged, (s,), host=False) for s in f.dyad if s != first)]
        of_lead += [_beside(lead.c.merged, f.states)] if f.states else []
    elif f.states and not first:
        found.append(m.id.in_(sa.select(schema.sides.c.merged).where(schema.sides.c.state.in_(f.states))))
    found += [c.in_(v) for c, v in ((m.act, f.acts), (m.plover, f.plover), (m.status, f.status)) if v]
    if f.place:
        found.append(filters.placed(m.place, m.country, f.place))
    found += _reported(connection, f, walk=walk and not found and not first)
    if f.since:
        found.append(m.until > f.since)
    if f.until:
        found.append(m.since < f.until)
    return Chosen(tuple(found), lead, tuple(of_lead)) if first else Chosen(tuple(found))


def _fewer(connection: Connection, states: tuple[str, str]) -> str:
    """The one of two states that has a part in fewer events."""
    s = schema.sides.c
    query = sa.select(s.state, sa.func.count()).where(s.state.in_(states)).group_by(s.state)
    counts = dict(tuple(row) for row in connection.execute(query))
    return min(states, key=lambda state: counts.get(state, 0))


def _beside(merged: Any, states: Collection[str], *, host: bool = True) -> Any:
    """The condition that one of the states has a part in an event; without `host`, more than that of its host."""
    other = schema.sides.alias().c
    there = sa.exists().where(other.merged == merged, other.state.in_(states))
    return there if host else there.where(~other.host)


class _Told(Struct, frozen=True):
    """Single reports, by what only these know: where they are taken from, on which conditions, and the column of their events."""

    source: Any
    conditions: tuple[Any, ...]
    event: Any

    def merged(self) -> sa.Select[Any]:
        """The merged events that they are reports of."""
        n = schema.members.c
        return sa.select(n.merged).where(n.event.in_(sa.select(self.event).select_from(self.source).where(*self.conditions)))

    def among(self, merged: Any) -> Any:
        """The condition that one of them is a report of the event that a question is just looking at."""
        n = schema.members.c
        here = sa.select(sa.literal(1)).select_from(self.source).where(n.merged == merged, n.event == self.event, *self.conditions)
        return here.correlate(merged.table).exists()

    def common(self, connection: Connection) -> bool:
        """Whether there are so many of them that a page is sooner full by going from day to day than by fetching them all."""
        some = sa.select(self.event).select_from(self.source).where(*self.conditions).limit(COMMON)
        return connection.execute(sa.select(sa.func.count()).select_from(some.subquery())).scalar_one() == COMMON


def _reported(connection: Connection, f: Filter, *, walk: bool) -> list[Any]:
    """The conditions on `merged` that a filter sets by single reports. PostgreSQL finds by itself in which order to go."""
    m, dialect = schema.merged.c, connection.dialect.name
    told = list(_by_report(f, dialect, last=False))
    if walk and dialect == "sqlite" and len(told) == 1 and told[0].common(connection):
        return [one.among(m.id) for one in _by_report(f, dialect, last=True)]
    found: list[Any] = [m.id.in_(one.merged()) for one in told]
    if f.actor and not f.office and not filters.known_people(f.actor):
        other = _Told(schema.participants, (filters.nameless(f.actor),), schema.participants.c.event)
        found[0] = found[0] | m.id.in_(other.merged())
    return found


def _by_report(f: Filter, dialect: str, *, last: bool) -> Iterator[_Told]:
    e, p, a, v, d = (t.c for t in (schema.events, schema.participants, schema.actors, schema.versions, schema.documents))
    who = [*([filters.people(dialect, f.actor)] if f.actor else []), *([filters.holders(f.office)] if f.office else [])]
    if who:
        yield _Told(sa.join(schema.participants, schema.actors, a.id == p.actor), tuple(who), p.event)
    if f.outlet:
        yield _Told(sa.join(schema.events, schema.versions, v.id == e.version), (filters.outlets(f.outlet),), e.id)
    if f.text:
        matching = search.matches(dialect, f.text, last=last)
        yield _Told(sa.join(schema.events, schema.documents, d.version == e.version), (matching,), e.id)
