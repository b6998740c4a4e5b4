"""Tracks: acts and statements of a group of states, linked over time into one negotiation or dispute.

Plain: `Act`s and `Position`s go in, `Track`s come out. Two acts are of one track where their words name a common subject and
no more than `gap` days lie between them (data/store/tracks.toml). What names no subject joins the track of its own day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Literal, TypeVar

from msgspec import Struct

from dabir.model import Name
from dabir.resources import toml
from dabir.store.subjects import DATA, subjects

_TO_COME = frozenset({"planned", "proposed", "postponed"})
_DONE = frozenset({"held", "ongoing"})


class Side(Struct, frozen=True):
    """A delegation: the state, its people and the highest rank among them."""

    state: str
    people: tuple[str, ...]
    rank: str | None


class Act(Struct, frozen=True):
    """A merged event as a track needs it. `day` is its first day, of the first report where none is stated (`dated` false)."""

    id: str
    act: str
    status: str
    day: str
    dated: bool
    last_day: str
    begin: str | None
    place: str | None
    venue: str | None
    duration: str | None
    formats: tuple[str, ...]
    sides: tuple[Side, ...]
    doers: frozenset[str]
    targets: frozenset[str]
    hosts: tuple[str, ...]
    subjects: frozenset[str]
    number: int | None
    words: str
    reports: int
    outlets: int


class Position(Struct, frozen=True):
    """What a side said on a day (of publication, where the statement has no time of its own)."""

    id: str
    version: str
    state: str
    person: str | None
    day: str
    words: str
    subjects: frozenset[str]


class Round(Struct, frozen=True):
    """A round of talks: the events of one day and place. `number` is the one that reports give it, null where none does;
    `level` the highest rank named; `events` the ids, the best reported first."""

    events: tuple[str, ...]
    act: str
    status: str
    number: int | None
    begin: str | None
    day: str
    place: str | None
    venue: str | None
    hosts: tuple[str, ...]
    level: str | None
    delegations: tuple[Side, ...]
    duration: str | None
    format: tuple[str, ...]
    outlets: int


class Item(Struct, frozen=True):
    """A matter on the agenda, each side's stated position on it as it moves, and the accords that name it (event ids)."""

    subject: str
    name: Name
    positions: Mapping[str, tuple[Position, ...]]
    accords: tuple[str, ...]

    @property
    def open(self) -> bool:
        """Whether no accord that was held names it."""
        return not self.accords


class Measure(Struct, frozen=True):
    """A measure in the ledger: who did what to whom, and the measure that it answers, where one went before."""

    event: str
    act: str
    status: str
    day: str
    by: tuple[str, ...]
    against: tuple[str, ...]
    answers: str | None
    words: str


class Moment(Struct, frozen=True):
    """A line of the timeline; `dated` is false where the day is that of the first report."""

    day: str
    dated: bool
    event: str
    act: str
    status: str
    words: str


class Track(Struct, frozen=True):
    """One negotiation (it has rounds) or dispute (it has none) of a group of states."""

    kind: Literal["negotiation", "dispute"]
    states: tuple[str, ...]
    subjects: tuple[str, ...]
    begin: str
    end: str
    rounds: tuple[Round, ...]
    agenda: tuple[Item, ...]
    ledger: tuple[Measure, ...]
    agreed: tuple[Moment, ...]
    open: tuple[str, ...]
    planned: tuple[Moment, ...]
    timeline: tuple[Moment, ...]


class Rules(Struct, frozen=True):
    """Days and acts of data/store/tracks.toml."""

    gap: int
    answer: int
    of_act: Mapping[str, str]


@cache
def rules() -> Rules:
    """The rules in use."""
    data = toml(DATA)
    return Rules(data["gap"], data["answer"], MappingProxyType({a: kind for kind, acts in data["acts"].items() for a in acts}))


def tracks(acts: Iterable[Act], positions: Iterable[Position], states: Sequence[str]) -> tuple[Track, ...]:
    """The tracks of `states`, those with most acts first. Acts that belong to none (no subject, no day in common) are left out."""
    ordered = sorted(acts, key=lambda a: (a.day, a.id))
    said = sorted(positions, key=lambda p: (p.day, p.id))
    found = [_track(group, said, tuple(states)) for group in _linked(ordered)]
    kept = [t for t in found if t.rounds or t.agreed or len(t.ledger) > 1]
    return tuple(sorted(kept, key=lambda t: (-len(t.timeline), t.begin)))


def _apart(a: str, b: str) -> int:
    return abs((date.fromisoformat(b[:10]) - date.fromisoformat(a[:10])).days)


def _linked(ordered: Sequence[Act]) -> list[list[Act]]:
    """Acts in groups: the same subject within `gap` days of the last act on it; others with the acts of their day."""
    group: dict[str, int] = {}
    last: dict[str, Act] = {}
    merged: dict[int, int] = {}

    def root(n: int) -> int:
        while n in merged:
            n = merged[n]
        return n

    for number, act in enumerate(ordered):
        near = [last[s] for s in sorted(act.subjects) if s in last and _apart(last[s].day, act.day) <= rules().gap]
        roots = sorted({root(group[a.id]) for a in near}) or [number]
        merged.update(dict.fromkeys(roots[1:], roots[0]))
        if act.subjects:
            group[act.id] = roots[0]
            last.update(dict.fromkeys(act.subjects, act))
    by_day: dict[str, int] = {}
    for act in ordered:
        if act.id in group and rules().of_act.get(act.act) == "round":
            by_day.setdefault(act.day, group[act.id])
    found: dict[int, list[Act]] = {}
    for act in ordered:
        if (place := group.get(act.id, by_day.get(act.day))) is not None:
            found.setdefault(root(place), []).append(act)
    return list(found.values())


def _moment(a: Act) -> Moment:
    return Moment(a.day, a.dated, a.id, a.act, a.status, a.words)


def _track(acts: Sequence[Act], said: Sequence[Position], states: tuple[str, ...]) -> Track:
    kinds = rules().of_act
    begin, end = acts[0].day, max(a.last_day for a in acts)
    about = frozenset(s for a in acts for s in a.subjects)
    accords = [a for a in acts if kinds.get(a.act) == "accord" and a.status in _DONE]
    positions = [p for p in said if p.subjects & about and begin <= p.day[:10] <= end]
    agenda = tuple(_agenda(about, positions, accords))
    rounds = tuple(_rounds([a for a in acts if kinds.get(a.act) == "round" and a.dated]))
    return Track(
        kind="negotiation" if rounds else "dispute", states=states, subjects=tuple(i.subject for i in agenda), begin=begin, end=end,
        rounds=rounds, agenda=agenda, ledger=tuple(_ledger([a for a in acts if kinds.get(a.act) == "measure"])),
        agreed=tuple(map(_moment, accords)), open=tuple(i.subject for i in agenda if i.open),
        planned=tuple(_moment(a) for a in acts if a.status in _TO_COME and kinds.get(a.act) in ("round", "accord")),
        timeline=tuple(map(_moment, acts)),
    )  # fmt: skip


def _agenda(about: frozenset[str], said: Sequence[Position], accords: Sequence[Act]) -> Iterator[Item]:
    for subject in (s for s in subjects() if s in about):
        sides: dict[str, list[Position]] = {}
        for p in said:
            mine = sides.setdefault(p.state, []) if subject in p.subjects else None
            if mine is not None and all(p.words != other.words for other in mine):  # a copy says it only once
                mine.append(p)
        agreed = tuple(a.id for a in accords if subject in a.subjects)
        yield Item(subject, subjects()[subject].name, {s: tuple(ps) for s, ps in sorted(sides.items())}, agreed)


_RANKS = ("head", "minister", "deputy", "envoy", "expert", "spokesperson")


def _rounds(acts: Sequence[Act]) -> Iterator[Round]:
    """Rounds in order; talks, meeting and summit of one day are one round unless their places differ. Undated ones are none."""
    groups: list[list[Act]] = []
    for a in acts:
        last = groups[-1] if groups else []
        places = {x.place for x in (*last, a) if x.place}
        if last and last[0].day == a.day and len(places) < 2:
            last.append(a)
        else:
            groups.append([a])
    return map(_round, groups)


def _round(acts: Sequence[Act]) -> Round:
    best = max(acts, key=lambda a: (a.outlets, a.reports, len(a.subjects), a.id))
    ordered = (best, *(a for a in acts if a is not best))
    return Round(
        events=tuple(a.id for a in ordered), act=best.act, status=best.status, number=_first(a.number for a in ordered),
        begin=best.begin, day=best.day, place=_first(a.place for a in ordered), venue=_first(a.venue for a in ordered),
        hosts=tuple(dict.fromkeys(h for a in ordered for h in a.hosts)),
        level=highest(s.rank for a in ordered for s in a.sides), delegations=joined(s for a in ordered for s in a.sides),
        duration=_first(a.duration for a in ordered), format=tuple(dict.fromkeys(f for a in ordered for f in a.formats)),
        outlets=max(a.outlets for a in ordered),
    )  # fmt: skip


_T = TypeVar("_T")


def _first(values: Iterable[_T | None]) -> _T | None:
    return next((v for v in values if v is not None), None)


def highest(ranks: Iterable[str | None]) -> str | None:
    """The highest of ranks, null for none."""
    found = [r for r in ranks if r]
    return min(found, key=_RANKS.index) if found else None


def joined(sides: Iterable[Side]) -> tuple[Side, ...]:
    """One delegation for each state, with everybody that any of the sides names."""
    by: dict[str, list[Side]] = {}
    for s in sides:
        by.setdefault(s.state, []).append(s)
    return tuple(
        Side(state, tuple(dict.fromkeys(p for s in mine for p in s.people)), highest(s.rank for s in mine))
        for state, mine in sorted(by.items())
    )


def _ledger(measures: Sequence[Act]) -> Iterator[Measure]:
    """Measures in order; one answers the last before it that its own target took against its own doer."""
    for n, a in enumerate(measures):
        earlier = (
            m.id
            for m in reversed(measures[:n])
            if m.doers & a.targets and m.targets & a.doers and _apart(m.day, a.day) <= rules().answer
        )
        yield Measure(a.id, a.act, a.status, a.day, tuple(sorted(a.doers)), tuple(sorted(a.targets)), next(earlier, None), a.words)
