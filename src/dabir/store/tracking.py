"""What tracks are made of, out of a store: merged events between a group's states, and what their people said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dabir.store import merged, schema
from dabir.store.merged import MergedEvent
from dabir.store.reports import CHUNK
from dabir.store.subjects import named, stated_number
from dabir.store.tracks import Act, Position, Side, Track, joined, tracks

_AROUND = 200
_LEAD = 1500  # characters of an article that say what its main event is about


def track(connection: Connection, states: Sequence[str], since: str | None = None, until: str | None = None) -> tuple[Track, ...]:
    """The tracks of a group of states (two or more codes) between two ISO days, the second not included."""
    ids = _between(connection, states, since, until)
    acts = []
    for at in range(0, len(ids), CHUNK):
        acts += list(_acts(connection, merged.load(connection, ids[at : at + CHUNK]), states))
    return tracks(acts, _positions(connection, states, since, until), states)


def _between(connection: Connection, states: Sequence[str], since: str | None, until: str | None) -> list[str]:
    """Merged events in which at least two of the states take part, other than as hosts, in the given days."""
    m, s = schema.merged.c, schema.sides.c
    day = sa.func.coalesce(m.since, sa.func.substr(m.first_report, 1, 10))
    both = sa.select(s.merged).where(s.state.in_(states), ~s.host).group_by(s.merged).having(sa.func.count() > 1)
    query = sa.select(m.id).where(m.id.in_(both), day.is_not(None)).order_by(day, m.id)
    query = query.where(day >= since) if since else query
    query = query.where(day < until) if until else query
    return list(connection.execute(query).scalars())


def _acts(connection: Connection, found: Sequence[MergedEvent], states: Sequence[str]) -> Iterator[Act]:
    details = _details(connection, [t.event for e in found for t in e.told])
    sides = _sides(connection, [t.event for e in found for t in e.told])
    for e in found:
        mine = [details[t.event] for t in e.told if t.event in details]
        who = [s for t in e.told for s in sides.get(t.event, ())]
        day = e.since or (e.first_report or "")[:10]
        last = (date.fromisoformat(e.until) - timedelta(1)).isoformat() if e.until else (e.last_report or day)[:10]
        places, venues = e.fields.get("place", ()), e.fields.get("venue", ())
        lengths = e.fields.get("duration", ())
        yield Act(
            id=e.id, act=e.act, status=e.status, day=day, dated=bool(e.since), last_day=max(day, last), begin=e.begin,
            place=places[0].value if places else None, venue=venues[0].value if venues else None,
            duration=lengths[0].value if lengths else None, formats=tuple(sorted({f for d in mine for f in d[1]})),
            sides=joined(s for s in who if s.state in states), doers=_of(e, ("actor", "participant")) & set(states),
            targets=_of(e, ("recipient",)) & set(states), hosts=tuple(sorted(_of(e, ("host",)))),
            subjects=frozenset(s for d in mine for s in named(d[0])),
            number=next((n for d in mine if (n := stated_number(d[0])) is not None), None), words=mine[0][2] if mine else "",
            reports=e.reports, outlets=e.outlets,
        )  # fmt: skip


def _of(e: MergedEvent, roles: Sequence[str]) -> frozenset[str]:
    return frozenset(p.state for p in e.parties if p.role in roles and p.state)


def _details(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[str, tuple[str, ...], str]]:
    """For each event: the words that say what it is about (its line; the article's beginning where it is the main event),
    its formats and its line."""
    e, v = schema.events.c, schema.versions.c
    found = {}
    for at in range(0, len(ids), CHUNK):
        query = sa.select(e.id, e.start, e.stop, e.format, e.main, v.text).join(schema.versions, v.id == e.version)
        for row in connection.execute(query.where(e.id.in_(ids[at : at + CHUNK]))):
            line = _line(row.text, row.start, row.stop)
            about = f"{line}\n{row.text[:_LEAD]}" if row.main else line
            found[row.id] = (about, tuple(msgspec.json.decode(row.format)), line)
    return found


def _line(text: str, start: int, stop: int) -> str:
    low = max(text.rfind("\n", 0, start) + 1, start - _AROUND)
    end = text.find("\n", stop)
    return text[low : min(end if end >= 0 else len(text), stop + _AROUND)].strip()


def _sides(connection: Connection, ids: Sequence[str]) -> dict[str, list[Side]]:
    p = schema.participants.c
    found: dict[str, list[Side]] = {}
    for at in range(0, len(ids), CHUNK):
        query = sa.select(p.event, p.state, p.person, p.rank).where(p.event.in_(ids[at : at + CHUNK]), p.state.is_not(None))
        for event, state, person, rank in connection.execute(query.order_by(p.event, p.position)):
            found.setdefault(event, []).append(Side(state, (person,) if person else (), rank))
    return found


def _positions(connection: Connection, states: Sequence[str], since: str | None, until: str | None) -> Iterator[Position]:
    """What people of the states said, in articles that name the others, too; by the day it was said or published."""
    s, v, t, a = schema.statements.c, schema.versions.c, schema.times.c, schema.actors.c
    day = sa.func.coalesce(t.begin, v.published)
    named_too = sa.select(a.version).where(a.state.in_(states)).group_by(a.version).having(sa.func.count(a.state.distinct()) > 1)
    query = (
        sa.select(s.id, s.version, s.state, s.person, day, s.content)
        .join(schema.versions, v.id == s.version)
        .outerjoin(schema.times, t.id == s.time)
        .where(v.current, s.state.in_(states), day.is_not(None), s.version.in_(named_too))
        .order_by(day, s.id)
    )
    query = query.where(day >= since) if since else query
    query = query.where(day < until) if until else query
    for row in connection.execute(query):
        if found := named(row[5]):
            yield Position(*row, frozenset(found))
