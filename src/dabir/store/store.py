"""`Store`: what a program does with a store. Thin over the modules beside it; docs/store.md shows it at work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Literal

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from dabir.errors import InputError
from dabir.model import Article, Record
from dabir.store import ids, migrate, schema, search, writing
from dabir.store.database import Database, connect
from dabir.store.writing import Added

_STREAM = 200


class Hit(Struct, frozen=True):
    """Something that full-text search found: the id of an article's version or of a statement, and the version it is in."""

    kind: Literal["article", "statement"]
    id: str
    version: str


class Store:
    """Articles and their records, in a database. Safe to share between threads; each call is a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def name(self) -> str:
        """The file, or the URL without its password."""
        return self._database.name

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._database.engine.dialect.name

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database's connections."""
        self._database.engine.dispose()

    def reading(self) -> AbstractContextManager[Connection]:
        """A connection for questions of your own over `dabir.store.schema`; it sees one state of the store throughout."""
        return self._database.reading()

    def add(self, record: Record, *, at: str | None = None, reader: str = "", reread: bool = False) -> Added:
        """Store a record and its article, in one transaction; what is there already stays as it is.

        `at` is when (ISO), `reader` what read it. `reread` replaces the record of an article that is there.
        Raises InputError for words that cannot be stored, StoreError for a fault of the database.
        """
        return writing.add(self._database, record, reader, at, reread=reread)

    def has(self, article: Article) -> bool:
        """Whether this version of an article is there; its words, outlet, address, title and date count."""
        return writing.known(self._database, ids.version_id(article))

    def failed(self, place: str, message: str, *, at: str | None = None) -> None:
        """Keep that the input at `place` could not be read, and why."""
        writing.record_failure(self._database, place, message, at)

    def record(self, version: str) -> Record:
        """The record of an article's version. Raises InputError where there is none."""
        with self.reading() as connection:
            query = sa.select(schema.versions.c.record).where(schema.versions.c.id == version)
            text = connection.execute(query).scalar()
        if text is None:
            raise InputError(f"no article has the id {version}", self.name)
        return writing.decode(text)

    def records(self, *, current: bool = True) -> Iterator[Record]:
        """All records, by date of publication; with `current` only those of each article's last version."""
        v = schema.versions
        last: tuple[str, str] | None = None
        order = (sa.func.coalesce(v.c.published, ""), v.c.id)
        while True:
            query = sa.select(*order, v.c.record).order_by(*order).limit(_STREAM)
            query = query.where(v.c.current) if current else query
            query = query if last is None else query.where(sa.tuple_(*order) > sa.tuple_(*map(sa.literal, last)))
            with self.reading() as connection:
                found = connection.execute(query).all()
            if not found:
                return
            last = (found[-1][0], found[-1][1])
            yield from (writing.decode(row[2]) for row in found)

    def counts(self) -> Mapping[str, int]:
        """How many rows each table has."""
        with self.reading() as connection:
            return {
                t.name: connection.execute(sa.select(sa.func.count()).select_from(t)).scalar_one()
                for t in schema.metadata.sorted_tables
            }

    def search(self, query: str) -> tuple[Hit, ...]:
        """The articles (their last versions) and statements that have the words of a query, however they are spelt.

        Words are looked for one by one, those in quotes together; `*` ends a beginning of a word.
        """
        d, v = schema.documents, schema.versions
        wanted = (
            sa.select(d.c.kind, d.c.owner, d.c.version)
            .join(v, v.c.id == d.c.version)
            .where(v.c.current, d.c.owner.in_(search.matching(self.dialect, query)))
            .order_by(v.c.published.desc(), d.c.id)
        )
        with self.reading() as connection:
            return tuple(Hit(*row) for row in connection.execute(wanted))


def open_store(target: str | Path) -> Store:
    """The store at a path (SQLite) or a URL (`postgresql://user@host/name`); made where there is none, brought up to date
    where an older Dabir made it. Raises StoreError where it cannot be used, with what to do."""
    database = connect(target)
    migrate.prepare(database)
    return Store(database)
