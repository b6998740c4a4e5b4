"""Corrections at work: reports as analysts say they read. What is summed up is the corrected reading; what outlets are shown to
say (`opinions`) stays what was read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce

from msgspec.structs import replace
from sqlalchemy.engine import Connection

from dabir.acts import plover
from dabir.store import corrections
from dabir.store.corrections import Correction
from dabir.store.fields import PERSON, ROLES
from dabir.store.opinions import opinions, parties, summary
from dabir.store.reports import Party, Report
from dabir.times.values import days

_OWN = {"end": "finish"}  # the record's names, where a report's differ


def value(report: Report, field: str) -> str | None:
    """What a report says of a field: codes of a role parted by spaces, the person named for a state (`person:IRN`), `true` or
    `false`, null for nothing stated."""
    if field in ROLES:
        return " ".join(sorted({p.state for p in report.parties if p.role == field and p.state})) or None
    if field.startswith(PERSON):
        return next((p.person for p in report.parties if p.person and p.state == field.removeprefix(PERSON)), None)
    return _text(getattr(report, _OWN.get(field, field)))


def summed(found: Sequence[Report], field: str) -> str | None:
    """What the reports of one act say together of a field, as `value` writes it."""
    if field in ROLES:
        return " ".join(sorted(p.state for p in parties(found) if p.role == field and p.state)) or None
    if field.startswith(PERSON):
        state = field.removeprefix(PERSON)
        return next((p.person for p in parties(found) if p.state == state and p.person), None)
    if field in ("duration", "venue"):  # values that an act has by its outlets alone
        return next((o.value for o in opinions(found) if o.field == field), None)
    return _text(getattr(summary(found), _OWN.get(field, field)))


def _text(found: str | bool | None) -> str | None:
    return str(found).lower() if isinstance(found, bool) else found


def amended(report: Report, field: str, new: str | None) -> Report:
    """The report with another value of a field, and what follows from it: days from dates, the PLOVER code from act and status
    alone, since the words of the report stand for another act or status."""
    if field in ROLES:
        return _cast(report, field, tuple((new or "").split()))
    if field.startswith(PERSON):
        state = field.removeprefix(PERSON)
        return replace(report, parties=tuple(replace(p, person=new) if p.state == state else p for p in report.parties))
    if field == "main":
        return replace(report, main=new == "true")
    found: Report = replace(report, **{_OWN.get(field, field): new})
    if field in ("begin", "end"):
        return replace(found, days=days(found.begin, found.finish))
    if field in ("act", "status") and new != value(report, field):
        code = plover.code(found.act, found.status)
        return replace(found, plover=code.event, mode=code.mode, quad=code.quad, intensity=code.intensity)
    return found


def _cast(report: Report, role: str, states: Sequence[str]) -> Report:
    """The report with these states in a role; who acts in person for a state stays."""
    people = {p.state: p.person for p in report.parties if p.person}
    kept = tuple(p for p in report.parties if p.role != role or not p.state)
    return replace(report, parties=kept + tuple(Party(s, people.get(s), role) for s in states))


def apply(report: Report, found: Iterable[Correction]) -> Report:
    """The report with the values that corrections set, in their order."""
    return reduce(lambda r, c: amended(r, c.field or "", c.after), found, report)


def reading(connection: Connection, cluster: Sequence[Report]) -> list[Report]:
    """The reports of one act as analysts say they read: each with its own corrections, then all with those of the act."""
    return next(amend(connection, [list(cluster)]))[1]


def amend(connection: Connection, clusters: Iterable[list[Report]]) -> Iterator[tuple[list[Report], list[Report]]]:
    """The reports of each act as they were read, and as analysts say they read."""
    groups = list(clusters)
    by_target: dict[str, list[Correction]] = {}
    for c in corrections.history(connection, (r.id for g in groups for r in g)):
        for target in c.of:
            by_target.setdefault(target, []).append(c)
    for group in groups:
        yield group, _amend(connection, group, by_target) if by_target else group


def _amend(connection: Connection, group: list[Report], by_target: Mapping[str, list[Correction]]) -> list[Report]:
    ids = {r.id for r in group}
    touching = sorted({c.id: c for i in ids for c in by_target.get(i, ())}.values(), key=lambda c: c.id)
    own = corrections.standing(c for c in touching if c.subject == "report")
    whole = corrections.standing(corrections.belongs(connection, touching, ids))
    return [apply(r, (*(c for c in own if c.target == r.id), *whole)) for r in group]
