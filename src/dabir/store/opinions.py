"""Reports of one act, summed up: for each field the values, and how many independent outlets say which.

Independent are reports that share neither the text (copies count once), nor the outlet, nor the agency that they cite.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from dabir.store.reports import Party, Report
from dabir.times.values import days

LONGEST = 300  # characters of a value that is counted; longer ones are no names
_SETTLED = frozenset({"held", "ongoing", "cancelled", "postponed", "denied"})
_DENIES = frozenset({"denied", "cancelled"})
_AFFIRMS = frozenset({"held", "ongoing", "alleged"})
_ONE_VALUE = ("begin", "end", "duration", "place", "country", "venue")


class Opinion(Struct, frozen=True):
    """A value of a field: how many independent outlets and how many reports say so, first and last when (ISO, null unknown)."""

    field: str
    value: str
    outlets: int
    reports: int
    first: str | None
    last: str | None


class Summary(Struct, frozen=True):
    """What the reports of one act say together. Each field holds the value that most independent outlets give."""

    id: str
    act: str
    status: str
    begin: str | None
    finish: str | None
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


def independent(reports: Iterable[Report]) -> int:
    """How many of the reports are independent of one another."""
    groups: list[set[tuple[str, str]]] = []
    for r in reports:
        marks = {("text", r.origin), ("house", r.house)}
        touched = [g for g in groups if g & marks]
        groups = [g for g in groups if not g & marks] + [marks.union(*touched)]
    return len(groups)


def values(report: Report) -> Iterator[tuple[str, str]]:
    """Field and value of all that a report says of its act: of a party its role and state (without one its name), of a state's
    person `person:STATE` and the name."""
    yield "act", report.act
    yield "status", report.status
    found = (report.begin, report.finish, report.duration, report.place, report.country, report.venue)
    for name, value in zip(_ONE_VALUE, found, strict=True):
        if value and len(value) <= LONGEST:
            yield name, value
    for p in report.parties:
        if p.who and len(p.who) <= LONGEST:
            yield p.role, p.who
        if p.state and p.person and len(p.person) <= LONGEST:
            yield f"person:{p.state}", p.person


def opinions(reports: Sequence[Report]) -> tuple[Opinion, ...]:
    """All values of all fields, in the order of `ranked`."""
    said: dict[tuple[str, str], list[Report]] = {}
    for r in sorted(reports, key=lambda r: (r.published or "", r.id)):
        for key in dict.fromkeys(values(r)):
            said.setdefault(key, []).append(r)
    found = [_opinion(field, value, group) for (field, value), group in said.items()]
    return ranked(found)


def ranked(found: Iterable[Opinion]) -> tuple[Opinion, ...]:
    """Values by field, within each those first that most independent outlets give; where as many give two lengths, the finer one
    («شش ساعت و نیم» before «حدود شش ساعت»); then those with more reports."""
    return tuple(sorted(found, key=lambda o: (o.field, -o.outlets, _coarse(o), -o.reports, o.value)))


def _coarse(o: Opinion) -> int:
    return -len(o.value) if o.field == "duration" else 0


def _opinion(field: str, value: str, group: Sequence[Report]) -> Opinion:
    dates = sorted(r.published for r in group if r.published)
    return Opinion(field, value, independent(group), len(group), dates[0] if dates else None, dates[-1] if dates else None)


def _most(found: Iterable[Opinion]) -> str | None:
    """The value that most outlets give; where as many give two, the later one."""
    best = max(found, key=lambda o: (o.outlets, o.last or "", o.reports, o.value), default=None)
    return best.value if best else None


def status(reports: Sequence[Report]) -> str:
    """The act's status as last reported: by those who wrote on its day or later and say that it came about or did not; else by all."""
    begun = max((r.days[0].isoformat() for r in reports if r.days), default=None)
    after = [r for r in reports if begun and r.published and r.published[:10] >= begun and r.status in _SETTLED]
    said: dict[str, list[Report]] = {}
    for r in after or reports:
        said.setdefault(r.status, []).append(r)
    return _most(_opinion("status", value, group) for value, group in said.items()) or reports[0].status


def summary(reports: Sequence[Report], said: Sequence[Opinion] = ()) -> Summary:
    """The summary of the reports of one act (at least one); `said` are their opinions, where these are known already."""
    found = said or opinions(reports)
    last = status(reports)
    best = {name: _most(o for o in found if o.field == name) for name in ("act", *_ONE_VALUE)}
    stretch = days(best["begin"], best["end"])
    model = max(reports, key=lambda r: (r.act == best["act"], r.status == last, r.plover is not None, r.id))
    dates = sorted(r.published for r in reports if r.published)
    return Summary(
        id=min(r.id for r in reports), act=best["act"] or model.act, status=last, begin=best["begin"],
        finish=best["end"], since=stretch and stretch[0].isoformat(), until=stretch and stretch[1].isoformat(),
        plover=model.plover, mode=model.mode, quad=model.quad, intensity=model.intensity, place=best["place"],
        country=best["country"], main=any(r.main for r in reports), first_report=dates[0] if dates else None,
        last_report=dates[-1] if dates else None, reports=len(reports), outlets=independent(reports),
    )  # fmt: skip


def parties(reports: Sequence[Report], said: Sequence[Opinion] = ()) -> tuple[Party, ...]:
    """The parties by role, with the person that most outlets name for a state; those that half of the independent outlets name."""
    found = said or opinions(reports)
    enough = independent(reports) / 2
    roles = {"participant", "actor", "recipient", "host", "mediator"}
    kept = [o for o in found if o.field in roles and o.outlets >= enough]
    known = {p.who: p for r in reports for p in r.parties}
    return tuple(_party(known[o.value], o.field, found) for o in kept or [o for o in found if o.field in roles])


def _party(one: Party, role: str, found: Sequence[Opinion]) -> Party:
    if one.state is None:
        return Party(None, one.person, role, one.name)
    return Party(one.state, _most(p for p in found if p.field == f"person:{one.state}"), role)


def disagree(field: str, found: Sequence[Opinion]) -> bool:
    """Whether values of one field contradict each other, rather than one being less precise than the other, or later."""
    stated = [o.value for o in found]
    if field == "status":
        return bool(_DENIES & set(stated)) and bool(_AFFIRMS & set(stated))
    if field in ("begin", "end"):
        spans = [s for v in stated if (s := days(v))]
        return any(a[1] <= b[0] or b[1] <= a[0] for a in spans for b in spans)
    return len(set(stated)) > 1 and (field in ("duration", "country", "venue", "place") or field.startswith("person:"))
