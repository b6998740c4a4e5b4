"""`dabir check`: whether a store is whole, down to each span's words."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from dabir.store import ids, schema, search
from dabir.store.database import Database
from dabir.store.rows import rows
from dabir.store.writing import decode

_STREAM = 100
_COUNTED = ("times", "actors", "places", "statements", "events", "fields", "documents")


class Fault(Struct, frozen=True):
    """Something that is not as it should be: where, and what."""

    where: str
    message: str

    def __str__(self) -> str:
        """One line for a person."""
        return f"{self.where}: {self.message}"


def check(database: Database) -> Iterator[Fault]:
    """Every fault of a store. A file that cannot be read at all raises StoreError.

    Looked at: the database's own integrity and foreign keys, the full-text index, that each record parses, is of its
    article, has words where its spans say and the rows that belong to it, and that each article has one last version.
    """
    with database.reading() as connection:
        if database.sqlite:
            yield from _sqlite(connection)
        yield from _current(connection)
    with database.writing() as connection:  # SQLite checks its index by a statement that counts as writing
        if fault := search.in_step(connection):
            yield Fault("full-text index", fault)
    last = ""
    while True:
        v = schema.versions.c
        with database.reading() as connection:
            query = sa.select(v.id, v.text, v.record).where(v.id > last).order_by(v.id).limit(_STREAM)
            found = connection.execute(query).all()
            for row in found:
                yield from (Fault(f"article {row[0]}", message) for message in _version(connection, *row))
        if not found:
            return
        last = found[-1][0]


def _sqlite(connection: Connection) -> Iterator[Fault]:
    for (message,) in connection.exec_driver_sql("PRAGMA integrity_check"):
        if message != "ok":
            yield Fault("database", " ".join(str(message).split()))
    for table, row, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield Fault(f"{table} row {row}", f"names a row of {parent} that is not there")


def _current(connection: Connection) -> Iterator[Fault]:
    v = schema.versions.c
    count = sa.func.sum(sa.case((v.current, 1), else_=0))
    query = sa.select(v.article, count).group_by(v.article).having(count != 1).order_by(v.article)
    for article, number in connection.execute(query):
        yield Fault(f"article {article}", f"{number} versions count as its last one")


def _version(connection: Connection, version: str, text: str, record: str) -> Iterator[str]:
    try:
        found = decode(record)
    except msgspec.MsgspecError as error:
        yield f"its record does not parse ({error})"
        return
    if ids.version_id(found.article) != version:
        yield "its record is of another article, or was changed"
    if found.article.text != text:
        yield "its text is not the one of its record"
    for start, end, words in _spans(msgspec.to_builtins(found)):
        if text[start:end] != words:
            yield f"the span {start}-{end} does not have the words «{words[:40]}»"
    expected = rows(found)
    for name in _COUNTED:
        table = schema.metadata.tables[name]
        count = connection.execute(sa.select(sa.func.count()).select_from(table).where(table.c.version == version)).scalar()
        if count != len(expected[name]):
            yield f"{count} rows in {name}, its record has {len(expected[name])}"


def _spans(value: object) -> Iterator[tuple[int, int, str]]:
    if isinstance(value, dict):
        if {"start", "end", "text"} <= value.keys():
            yield value["start"], value["end"], value["text"]
        for part in value.values():
            yield from _spans(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _spans(part)
