"""Merged events as values: one act, all its reports, what each field is said to be and by how many independent outlets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from dabir.store import corrections, reports, schema
from dabir.store.corrections import Correction
from dabir.store.opinions import Opinion, disagree, ranked
from dabir.store.reports import CHUNK, Party, Report


class Told(Struct, frozen=True):
    """One report of a merged event: the event's id and its article's version, outlet, date and status; `origin` ties copies."""

    event: str
    version: str
    outlet: str | None
    published: str | None
    status: str
    trigger: str
    origin: str


class Reason(Struct, frozen=True):
    """Why two reports count as one act: the score and its evidence by feature, or the analyst who said so and when."""

    left: str
    right: str
    verdict: str
    score: float | None
    evidence: Mapping[str, float]
    by: str | None = None
    at: str | None = None
    note: str | None = None


class MergedCore(Struct, frozen=True):
    """What is known of one act, as all outlets report it. `id` is the least id of its events; `since` and `until` are half-open
    ISO days."""

    id: str
    act: str
    status: str
    begin: str | None
    end: str | None
    since: str | None
    until: str | None
    plover: str | None
    mode: str | None
    quad: int | None
    intensity: float | None
    place: str | None
    country: str | None
    main: bool
    first_report: str | None
    last_report: str | None
    reports: int
    outlets: int
    parties: tuple[Party, ...]


class MergedEvent(MergedCore, frozen=True):
    """One act in full; the id of any of its events leads here. `fields` has the values of each field, best supported first;
    `told` the reports by date, so that their `status` shows what was announced, planned, held or denied when; `corrected` what
    analysts set for the act, by field: the act's own value is theirs, `fields` keeps what outlets say."""

    fields: Mapping[str, tuple[Opinion, ...]]
    told: tuple[Told, ...]
    corrected: Mapping[str, Correction] = {}


class Disagreement(Struct, frozen=True):
    """A field of one act on which its reports contradict each other."""

    event: str
    act: str
    field: str
    values: tuple[Opinion, ...]


def load(connection: Connection, ids: Iterable[str]) -> tuple[MergedEvent, ...]:
    """Merged events by their ids, in that order; ids that are none are left out."""
    wanted = list(dict.fromkeys(ids))
    found: dict[str, MergedEvent] = {}
    for at in range(0, len(wanted), CHUNK):
        found |= _load(connection, wanted[at : at + CHUNK])
    return tuple(found[i] for i in wanted if i in found)


def _load(connection: Connection, ids: Sequence[str]) -> dict[str, MergedEvent]:
    m, o = schema.merged.c, schema.opinions.c
    who = parties(connection, ids)
    said: dict[str, list[Opinion]] = {}
    for merged, *rest in connection.execute(sa.select(schema.opinions).where(o.merged.in_(ids))):
        said.setdefault(merged, []).append(Opinion(*rest))
    told = _told(connection, ids)
    corrected = _corrected(connection, told)
    return {
        row.id: MergedEvent(
            id=row.id, act=row.act, status=row.status, begin=row.begin, end=row.finish, since=row.since, until=row.until,
            plover=row.plover, mode=row.mode, quad=row.quad, intensity=row.intensity, place=row.place, country=row.country,
            main=row.main, first_report=row.first_report, last_report=row.last_report, reports=row.reports, outlets=row.outlets,
            parties=who.get(row.id, ()), fields=_by_field(said.get(row.id, ())),
            told=tuple(told.get(row.id, ())), corrected=corrected.get(row.id, {}),
        )
        for row in connection.execute(sa.select(schema.merged).where(m.id.in_(ids)))
    }  # fmt: skip


def parties(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[Party, ...]]:
    """The parties of merged events (a few hundred at most), by role and by who they are."""
    p = schema.parties.c
    found: dict[str, list[Party]] = {}
    query = sa.select(p.merged, p.who, p.role, p.state, p.person).where(p.merged.in_(ids))
    for merged, who, role, state, person in sorted(connection.execute(query), key=lambda row: (row.role, row.who)):
        found.setdefault(merged, []).append(Party(state, person, role, None if state or person else who))
    return {merged: tuple(all_) for merged, all_ in found.items()}


def _by_field(found: Iterable[Opinion]) -> dict[str, tuple[Opinion, ...]]:
    return {field: tuple(group) for field, group in groupby(ranked(found), key=lambda o: o.field)}


def _told(connection: Connection, ids: Sequence[str]) -> dict[str, list[Told]]:
    m, e, v, c = schema.members.c, schema.events.c, schema.versions.c, schema.copies.c
    query = (
        sa.select(
            m.merged, e.id, e.version, v.outlet, v.published, e.status, e.trigger, sa.func.coalesce(c.origin, e.version)
        )
        .join(schema.events, e.id == m.event)
        .join(schema.versions, v.id == e.version)
        .outerjoin(schema.copies, c.version == e.version)
        .where(m.merged.in_(ids))
        .order_by(sa.func.coalesce(v.published, ""), e.id)
    )
    found: dict[str, list[Told]] = {}
    for merged, *rest in connection.execute(query):
        found.setdefault(merged, []).append(Told(*rest))
    return found


def _corrected(connection: Connection, told: Mapping[str, Sequence[Told]]) -> dict[str, dict[str, Correction]]:
    """What analysts set for these merged events, by field."""
    members = {act: {t.event for t in reports_} for act, reports_ in told.items()}
    found = corrections.history(connection, (i for ids in members.values() for i in ids))
    if not found:
        return {}
    return {
        act: {c.field or "": c for c in corrections.standing(corrections.belongs(connection, found, ids))}
        for act, ids in members.items()
        if any(ids.intersection(c.of) for c in found)
    }


def of_event(connection: Connection, event: str) -> str | None:
    """The merged event that an event belongs to, null for none."""
    m = schema.members.c
    return connection.execute(sa.select(m.merged).where(m.event == event)).scalar()


def reasons(connection: Connection, merged: str) -> Iterator[Reason]:
    """Every judgement about the reports of a merged event, the machine's and the analysts'."""
    m, j, o = schema.members.c, schema.judgements.c, schema.overrules.c
    ids = list(connection.execute(sa.select(m.event).where(m.merged == merged)).scalars())
    inside = j.left.in_(ids) | j.right.in_(ids)
    for row in connection.execute(sa.select(schema.judgements).where(inside).order_by(j.score.desc(), j.left, j.right)):
        yield Reason(row.left, row.right, row.verdict, row.score, msgspec.json.decode(row.evidence))
    inside = o.left.in_(ids) | o.right.in_(ids)
    for row in connection.execute(sa.select(schema.overrules).where(inside).order_by(o.id)):
        yield Reason(row.left, row.right, row.verdict, None, {}, row.by, row.at, row.note)


def disagreements(connection: Connection, wanted: sa.Select[str] | None = None) -> Iterator[Disagreement]:
    """Where reports of one act contradict each other, by act and field, the widest reported first. `wanted` narrows the acts."""
    o, m = schema.opinions.c, schema.merged.c
    several = sa.select(o.merged, o.field).group_by(o.merged, o.field).having(sa.func.count() > 1).subquery()
    query = (
        sa.select(m.act, schema.opinions)
        .join(schema.opinions, o.merged == m.id)
        .join(several, (several.c.merged == o.merged) & (several.c.field == o.field))
        .order_by(m.outlets.desc(), m.id, o.field)
    )
    if wanted is not None:
        query = query.where(m.id.in_(wanted))
    rows = ((merged, act, Opinion(*rest)) for act, merged, *rest in connection.execute(query))
    for (merged, act, field), group in groupby(rows, key=lambda row: (row[0], row[1], row[2].field)):
        found = ranked(opinion for *_, opinion in group)
        if disagree(field, found):
            yield Disagreement(merged, act, field, found)


def members(connection: Connection, merged: str) -> tuple[Report, ...]:
    """The reports of a merged event in full, as they were compared."""
    m = schema.members.c
    ids = list(connection.execute(sa.select(m.event).where(m.merged == merged).order_by(m.event)).scalars())
    found = reports.load(connection, ids)
    return tuple(found[i] for i in ids if i in found)
