"""Citations: the outlet's own words that an event or a statement rests on, and where they stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from dabir.store import schema
from dabir.store.query import StatementRow
from dabir.store.reports import CHUNK


class Citation(Struct, frozen=True):
    """Words of an article: `text` is `article.text[start:end]` of the record of the version `article`, in code points."""

    article: str
    outlet: str | None
    published: str | None
    title: str | None
    url: str | None
    start: int
    end: int
    text: str


def of_events(connection: Connection, events: Iterable[str]) -> Mapping[str, tuple[Citation, ...]]:
    """The evidence of single reports' events, by id: the sentences that they rest on, the words of the act where the record has
    none. A merged event's id is that of one of its reports."""
    found: dict[str, tuple[Citation, ...]] = {}
    wanted = list(dict.fromkeys(events))
    for at in range(0, len(wanted), CHUNK):
        found |= _of_events(connection, wanted[at : at + CHUNK])
    return found


def _of_events(connection: Connection, events: Sequence[str]) -> dict[str, tuple[Citation, ...]]:
    e, v, f = schema.events.c, schema.versions.c, schema.fields.c
    spans: dict[str, list[tuple[int, int, str]]] = {}
    sentences = sa.select(f.owner, f.start, f.stop, f.words).where(
        f.owner.in_(events), f.field == "evidence", f.start.is_not(None)
    )
    for owner, start, stop, words in connection.execute(sentences.order_by(f.owner, f.position)):
        spans.setdefault(owner, []).append((start, stop, words))
    query = sa.select(e.id, e.version, v.outlet, v.published, v.title, v.url, e.start, e.stop, e.trigger)
    rows = connection.execute(query.join(schema.versions, v.id == e.version).where(e.id.in_(events)))
    return {
        r.id: tuple(
            Citation(r.version, r.outlet, r.published, r.title, r.url, *span)
            for span in spans.get(r.id) or [(r.start, r.stop, r.trigger)]
        )
        for r in rows
    }  # fmt: skip


def of_statement(row: StatementRow) -> Citation:
    """What a statement says, where it stands."""
    return Citation(row.version, row.outlet, row.published, row.title, row.url, row.start, row.stop, row.content)
