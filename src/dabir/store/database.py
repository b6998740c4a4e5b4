"""The database behind a store: SQLite by path, PostgreSQL by URL; transactions, and faults as one clear line."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from dabir.errors import StoreError

WAIT = 30  # seconds that a writer waits for another
_CACHE = 64  # MB of a SQLite file that a connection holds; ids are digests, so that rows asked for together lie far apart
_WRITES = "dabir_writes"
_APPLICATION = 0x64616269  # «dabi» in the header of a SQLite file

_SQLITE = MappingProxyType({
    "SQLITE_FULL": "the disk is full; what was added before is kept: make room and add again",
    "SQLITE_BUSY": f"another program has held it for {WAIT} seconds; try again when that has ended",
    "SQLITE_LOCKED": "another program holds it; try again when that has ended",
    "SQLITE_READONLY": "it is read-only; check the permissions of the file and of its folder",
    "SQLITE_CANTOPEN": "it cannot be opened; check that the folder is there and may be written to",
    "SQLITE_CORRUPT": "the file is damaged; restore the last backup (`dabir backup`) and add again what came after",
    "SQLITE_NOTADB": "this is no store: the file is not a SQLite database, or is damaged from its first page on",
    "SQLITE_IOERR": "the disk failed to read or write; check it, then `dabir check`",
})  # fmt: skip
_POSTGRES = MappingProxyType({
    "53100": "the server's disk is full; what was added before is kept: make room and add again",
    "53300": "the server has no connection left; try again later",
    "55P03": f"another program has held it for {WAIT} seconds; try again when that has ended",
    "25006": "the database is read-only",
    "42501": "this user may not write to the database",
    "28": "the server refuses the user or the password",
    "XX": "the database is damaged; restore the last backup",
    "08": "the server cannot be reached, or hung up",
    "57": "the server is shutting down or was stopped",
})  # fmt: skip


class Database(Struct, frozen=True):
    """An engine and the name that messages give the store (a URL without its password)."""

    engine: Engine
    name: str

    @property
    def sqlite(self) -> bool:
        """Whether this is a SQLite file."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the store from its first question on. Raises StoreError."""
        with self.explained(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction: all of it is written at its end, or none. Raises StoreError."""
        with self.explained(), self.engine.connect() as bare:
            connection = bare.execution_options(**{_WRITES: True})
            with connection.begin():
                yield connection

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Faults of the database as StoreError."""
        try:
            yield
        except DBAPIError as error:
            raise StoreError(_explanation(error.orig), self.name) from None
        except sqlite3.Error as error:  # raised outside SQLAlchemy, by a backup
            raise StoreError(_explanation(error), self.name) from None
        except SQLAlchemyError as error:
            raise StoreError(_one_line(error), self.name) from None

    def lock(self, connection: Connection, name: str) -> None:
        """Hold the lock `name` to the end of the transaction; on SQLite every writer holds the whole file anyhow."""
        if not self.sqlite:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(name, 0))))

    def measure(self) -> None:
        """Let SQLite look at how its tables are filled (a thousand rows of each index), by which it chooses how to answer; PostgreSQL
        does so by itself. Raises StoreError."""
        if self.sqlite:
            with self.writing() as connection:
                connection.exec_driver_sql("PRAGMA analysis_limit = 1000")
                connection.exec_driver_sql("ANALYZE")


def connect(target: str | Path) -> Database:
    """The database at a path, or at a URL (`sqlite:///...`, `postgresql://user@host/name`). Nothing is opened yet.

    Raises StoreError for a URL that is none of these, or where the `postgres` extra is not installed.
    """
    url = _url(target)
    shown = url.set(drivername=url.get_backend_name()).render_as_string(hide_password=True)
    name = url.database or ":memory:" if url.get_backend_name() == "sqlite" else shown
    if url.get_backend_name() == "sqlite":
        engine = sa.create_engine(url, connect_args={"timeout": WAIT})
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
        return Database(engine, name)
    try:
        engine = sa.create_engine(url, pool_pre_ping=True, connect_args={"options": f"-c lock_timeout={WAIT}s"})
    except ModuleNotFoundError:
        raise StoreError("PostgreSQL needs the `postgres` extra: pip install 'dabir[postgres]'", name) from None
    return Database(engine, name)


def _url(target: str | Path) -> URL:
    text = str(target)
    if isinstance(target, Path) or "://" not in text:
        return URL.create("sqlite", database=text)
    scheme, _, rest = text.partition("://")
    try:
        url = make_url(f"postgresql+psycopg://{rest}" if scheme in ("postgres", "postgresql") else text)
        if url.get_backend_name() in ("sqlite", "postgresql"):
            return url
    except (ArgumentError, NoSuchModuleError, ValueError):
        raise StoreError("not a URL that can be read; write postgresql://user@host/name", f"{scheme}://…") from None
    raise StoreError("a store is a SQLite file or PostgreSQL (postgresql://user@host/name)", f"{scheme}://…")


def _prepare_sqlite(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # transactions begin where `_begin_sqlite` says
    cache = f"cache_size = -{_CACHE * 1024}"
    for pragma in ("foreign_keys = ON", f"busy_timeout = {WAIT * 1000}", "synchronous = FULL", cache):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def claim(database: Database) -> None:
    """Mark a SQLite file as Dabir's, and let readers read while one writes. Other databases need neither."""
    if database.sqlite:
        with database.explained(), database.engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert isinstance(raw, sqlite3.Connection)
            raw.execute(f"PRAGMA application_id = {_APPLICATION}")
            raw.execute("PRAGMA journal_mode = WAL")


def _explanation(error: BaseException | None) -> str:
    name = str(getattr(error, "sqlite_errorname", "") or "")
    found = next((text for code, text in _SQLITE.items() if name == code or name.startswith(f"{code}_")), None)
    state = str(getattr(error, "sqlstate", "") or "")
    found = found or _POSTGRES.get(state) or (_POSTGRES.get(state[:2]) if state else None)
    if found:
        return found
    if error is not None and type(error).__name__ == "OperationalError" and not name and not state:
        if "FATAL" in str(error):  # the server answered and refused: its own words, which no code comes with
            return f"the server refuses the connection ({_one_line(error).rpartition('FATAL:')[2].strip()})"
        return f"the server cannot be reached ({_one_line(error)})"
    return _one_line(error)


def _one_line(error: Any) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__
