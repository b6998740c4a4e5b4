"""What a speaker said about one subject over time: since when, last when, in the same words or others, and whether the speaker
turned from being against to being for, as far as the record says."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Literal

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from dabir.resources import toml
from dabir.store import schema
from dabir.store.filters import Filter
from dabir.store.paging import LARGEST, each
from dabir.store.query import StatementRow, statements
from dabir.store.reports import CHUNK
from dabir.store.subjects import named
from dabir.store.words import indexed

DATA = "store/stances.toml"
MOST = 2000
"""Statements that a history looks at, the latest ones."""
Side = Literal["for", "against"]


class Deed(Struct, frozen=True, order=True):
    """What a speaker does by saying something: the act, towards whom (states and organisations, sorted; none where not stated)."""

    act: str
    towards: tuple[str, ...]

    @property
    def side(self) -> Side | None:
        """For or against, null for an act that is neither."""
        data = toml(DATA)
        return "for" if self.act in data["for"] else "against" if self.act in data["against"] else None


class Said(Struct, frozen=True):
    """A statement, what its speaker does with it, and the id of the earliest statement whose words it repeats."""

    statement: StatementRow
    deeds: tuple[Deed, ...]
    repeats: str | None


class Turn(Struct, frozen=True):
    """Where a speaker changes sides towards the same ones: the deed before and the deed after, with their statements."""

    before: Deed
    after: Deed
    earlier: StatementRow
    later: StatementRow


class History(Struct, frozen=True):
    """Statements by date of publication, those without one last; `changed` says whether some are for and others against the same
    ones, null where no two are either. `left_out` says that there are earlier statements that were not looked at."""

    said: tuple[Said, ...]
    turns: tuple[Turn, ...]
    changed: bool | None
    left_out: bool

    @property
    def first(self) -> StatementRow | None:
        """The earliest statement that has a date; null where earlier ones were left out."""
        return None if self.left_out else next((s.statement for s in self.said if s.statement.published), None)

    @property
    def last(self) -> StatementRow | None:
        """The latest statement that has a date."""
        return next((s.statement for s in reversed(self.said) if s.statement.published), None)

    @property
    def repeated(self) -> int:
        """How many statements repeat an earlier one."""
        return sum(s.repeats is not None for s in self.said)


def history(connection: Connection, f: Filter, subject: str | None = None) -> History:
    """What the speakers of a filter said (`query.statements` says what it means), about a subject of data/store/tracks.toml where
    one is given."""
    rows = each(lambda cursor: statements(connection, f, descending=True, limit=LARGEST, cursor=cursor))
    latest = list(islice(rows, MOST + 1))
    wanted = [r for r in latest[:MOST] if subject is None or subject in named(r.content)]
    ordered = sorted(wanted, key=lambda r: (r.published is None, r.published or "", r.id))
    deeds = _deeds(connection, [r.id for r in ordered])
    said = tuple(Said(r, deeds.get(r.id, ()), again) for r, again in zip(ordered, _repeats(ordered), strict=True))
    return History(said, tuple(_turns(said)), _changed(said), len(latest) > MOST)


def _deeds(connection: Connection, ids: Sequence[str]) -> Mapping[str, tuple[Deed, ...]]:
    """What speakers' own states do in the events that their statements are about."""
    b, e, s = schema.abouts.c, schema.events.c, schema.statements.c
    p, q = schema.participants.alias("p"), schema.participants.alias("q")
    found: dict[str, dict[str, tuple[str, set[str]]]] = {}
    for at in range(0, len(ids), CHUNK):
        query = (
            sa.select(b.statement, e.id, e.act, q.c.state)
            .join(schema.events, e.id == b.event)
            .join(schema.statements, s.id == b.statement)
            .join(p, (p.c.event == e.id) & (p.c.state == s.state) & p.c.role.in_(("actor", "participant")))
            .outerjoin(q, (q.c.event == e.id) & (q.c.role == "recipient") & (q.c.state != s.state))
            .where(b.statement.in_(ids[at : at + CHUNK]))
        )
        for statement, event, act, towards in connection.execute(query):
            whom = found.setdefault(statement, {}).setdefault(event, (act, set()))[1]
            whom |= {towards} if towards else set()
    return {i: tuple(sorted({Deed(act, tuple(sorted(whom))) for act, whom in of.values()})) for i, of in found.items()}


def _repeats(rows: Sequence[StatementRow]) -> Iterator[str | None]:
    """For each statement the first earlier one that shares most of its words with it.

    Two sets that share so much share one of their rarest words, of which so many are looked up (prefix filtering: Chaudhuri, Ganti
    and Kaushik 2006), so that most pairs are never compared.
    """
    least = float(toml(DATA)["same"])
    words = [frozenset(indexed(r.content).split()) for r in rows]
    often = Counter(w for mine in words for w in mine)
    having: dict[str, list[int]] = {}
    for at, mine in enumerate(words):
        rarest = sorted(mine, key=lambda w: (often[w], w))[: len(mine) - math.ceil(least * len(mine)) + 1]
        near = sorted({n for w in rarest for n in having.get(w, ())})
        same = next((n for n in near if len(mine & words[n]) >= least * len(mine | words[n])), None)
        yield None if same is None else rows[same].id
        for w in rarest:
            having.setdefault(w, []).append(at)


def _sides(said: Sequence[Said]) -> Mapping[tuple[str, ...], list[tuple[Deed, StatementRow]]]:
    """Deeds for or against somebody who is stated, of statements that have a date, by whom they are towards."""
    found: dict[tuple[str, ...], list[tuple[Deed, StatementRow]]] = {}
    for one in said:
        for deed in one.deeds if one.statement.published else ():
            if deed.side and deed.towards:
                found.setdefault(deed.towards, []).append((deed, one.statement))
    return found


def _turns(said: Sequence[Said]) -> Iterator[Turn]:
    for steps in _sides(said).values():
        for (before, earlier), (after, later) in zip(steps, steps[1:], strict=False):
            if before.side != after.side and earlier.id != later.id:
                yield Turn(before, after, earlier, later)


def _changed(said: Sequence[Said]) -> bool | None:
    several = [steps for steps in _sides(said).values() if len({row.id for _, row in steps}) > 1]
    return any(len({deed.side for deed, _ in steps}) > 1 for steps in several) if several else None
