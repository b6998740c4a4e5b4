"""Who meets whom: ties between states or persons, summed over the meetings, calls and visits that both take part in."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from dabir.model import Status
from dabir.store import schema
from dabir.store.choosing import chosen
from dabir.store.filters import Filter

MEETING = ("meet", "talks", "call", "visit", "summit", "mediate")
"""The acts that bring people together; a filter that names acts has its own."""
BROUGHT: tuple[Status, ...] = ("held", "ongoing", "planned", "proposed", "postponed", "alleged")
"""The statuses of events that bring people together, or are said to; what was cancelled or denied does not."""
LARGEST = 2000
"""Ties that an answer may have."""
Between = Literal["states", "persons"]


class Node(Struct, frozen=True, order=True):
    """Who meets: a state or organisation, and the person where persons are asked for."""

    state: str
    person: str | None = None


class Tie(Struct, frozen=True):
    """Two who meet: in how many events, and the first and last day of those that have one."""

    one: Node
    other: Node
    events: int
    first: str | None
    last: str | None


class Ties(Struct, frozen=True):
    """The ties of a filter, the closest first; `left_out` says whether there are more than an answer may have."""

    between: Between
    ties: tuple[Tie, ...]
    left_out: bool


def ties(connection: Connection, f: Filter, between: Between = "states", limit: int = LARGEST) -> Ties:
    """Who meets whom in the events of a filter: of its acts and statuses, else of `MEETING` and `BROUGHT`. Hosts that are no party
    meet nobody."""
    m, p, q = schema.merged.c, schema.parties.alias("p"), schema.parties.alias("q")
    wanted = msgspec.structs.replace(f, acts=f.acts or MEETING, status=f.status or BROUGHT)
    columns: list[Any] = [p.c.state, q.c.state]
    behind: Any = p.c.state < q.c.state
    if between == "persons":
        columns = [p.c.state, p.c.person, q.c.state, q.c.person]
        behind = sa.and_(
            p.c.person.is_not(None), q.c.person.is_not(None), p.c.person != q.c.person,
            sa.or_(p.c.state < q.c.state, (p.c.state == q.c.state) & (p.c.person < q.c.person)),
        )  # fmt: skip
    tally, c = sa.func.count(m.id.distinct()), chosen(connection, wanted)
    query = (
        sa.select(*columns, tally, sa.func.min(m.since), sa.func.max(m.since))
        .select_from(c.source)
        .join(p, p.c.merged == m.id)
        .join(q, q.c.merged == m.id)
        .where(*c.of_lead, *c.own, p.c.role != "host", q.c.role != "host", behind)
        .group_by(*columns)
        .order_by(tally.desc(), *columns)
        .limit(limit + 1)
    )
    rows = connection.execute(query).all()
    half = len(columns) // 2
    found = tuple(Tie(Node(*r[:half]), Node(*r[half : 2 * half]), *r[2 * half :]) for r in rows[:limit])
    return Ties(between, found, len(rows) > limit)
