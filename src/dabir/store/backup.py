"""Copies of a whole store: SQLite to SQLite page by page while others write, any other way article by article."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import sqlalchemy as sa

from dabir.errors import StoreError
from dabir.store import migrate, schema
from dabir.store.database import Database, connect

_STREAM = 200


def backup(database: Database, target: str | Path) -> None:
    """Write the store to `target`, a file that is not there yet or a database without tables.

    A backup that is cut off leaves no file behind. Raises StoreError.
    """
    copy = connect(target)
    if not copy.sqlite:
        _transfer(database, copy)
        return
    path = Path(copy.name)
    if path.exists():
        raise StoreError("there is a file already; a backup replaces none", str(path))
    part = path.with_name(f"{path.name}.part")
    try:
        part.unlink(missing_ok=True)
        if database.sqlite:
            _pages(database, part)
        else:
            half = connect(part)
            _transfer(database, half)
            half.engine.dispose()
        part.rename(path)
    except OSError as error:
        raise StoreError(f"the backup cannot be written ({error.strerror or error})", str(path)) from None
    finally:
        for suffix in ("", "-wal", "-shm", "-journal"):
            Path(f"{part}{suffix}").unlink(missing_ok=True)


def _pages(database: Database, target: Path) -> None:
    with database.explained(), database.engine.connect() as connection:
        source = connection.connection.driver_connection
        assert isinstance(source, sqlite3.Connection)
        copy = sqlite3.connect(target)
        try:
            source.backup(copy)
        except sqlite3.Error as error:
            raise StoreError(f"the backup cannot be written ({error})", str(target)) from None
        finally:
            copy.close()


def _transfer(database: Database, target: Database) -> None:
    """Copy the kept tables in one transaction and make the others anew. Raises StoreError where there are tables already."""
    with target.reading() as there:
        if sa.inspect(there).get_table_names():
            raise StoreError("the database has tables already; a backup replaces none", target.name)
    with database.reading() as source, target.writing() as copy:
        schema.metadata.create_all(copy)
        for table in schema.KEPT:
            rows = source.execution_options(yield_per=_STREAM).execute(sa.select(table)).mappings()
            for chunk in rows.partitions(_STREAM):
                copy.execute(table.insert(), [dict(row) for row in chunk])
        if not target.sqlite:
            for table in (schema.corrections, schema.overrules):
                number = sa.select(sa.func.coalesce(sa.func.max(table.c.id), 0) + 1).scalar_subquery()
                copy.execute(sa.select(sa.func.setval(sa.func.pg_get_serial_sequence(table.name, "id"), number, False)))
        migrate.rebuild(copy)
