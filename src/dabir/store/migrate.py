"""A store's version, and how an older one becomes this one: numbered steps over the kept tables, then all else made anew."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dabir.errors import StoreError
from dabir.store import schema, search
from dabir.store.database import Database, claim
from dabir.store.writing import decode, fill

LOCK = "dabir schema"
_STREAM = 200


def _to_2(connection: Connection) -> None:
    """Version 1 held articles and records alone."""
    for column in ("published_basis TEXT", "reader TEXT NOT NULL DEFAULT ''", "added TEXT"):
        connection.exec_driver_sql(f"ALTER TABLE versions ADD COLUMN {column}")
    connection.exec_driver_sql("CREATE INDEX ix_versions_published ON versions (published)")
    sides = [sa.Column(name, sa.Text, nullable=False, index=True) for name in ("left", "right")]
    words = [sa.Column(name, sa.Text, nullable=name == "note") for name in ("kind", "verdict", "by", "at", "note")]
    number = sa.Column("id", sa.Integer, primary_key=True, autoincrement=True)
    sa.Table("overrules", sa.MetaData(), number, *sides, *words).create(connection)  # as it was then
    schema.failures.create(connection)


def _to_3(connection: Connection) -> None:
    """Version 2 had no corrections, and decisions that could not be undone."""
    for table in (schema.corrections, schema.corrected):
        table.create(connection)
    connection.exec_driver_sql("ALTER TABLE overrules ADD COLUMN correction INTEGER REFERENCES corrections (id) ON DELETE CASCADE")


STEPS: MappingProxyType[int, tuple[str, Callable[[Connection], None]]] = MappingProxyType(
    {2: ("rows of every part, judgements", _to_2), 3: ("corrections", _to_3)}
)


def found_version(connection: Connection, name: str) -> int | None:
    """The store's version; null for an empty database. Raises StoreError where there is something else, or a newer store."""
    tables = sa.inspect(connection).get_table_names()
    if "schema_version" not in tables or "versions" not in tables:
        if tables:
            raise StoreError(f"this is no store: a database of something else (it has a table `{tables[0]}`)", name)
        return None
    version = connection.execute(sa.select(sa.func.max(schema.schema_version.c.version))).scalar_one()
    if version is None or version > schema.VERSION:
        raise StoreError(
            f"a newer Dabir wrote it (store version {version}, this one knows {schema.VERSION}); update Dabir", name
        )
    return int(version)


def prepare(database: Database) -> int | None:
    """Make the tables of an empty database, or bring an older store to this version, in one transaction.

    Returns the version that was found, null for none. Raises StoreError.
    """
    with database.reading() as connection:
        version = found_version(connection, database.name)
    if version == schema.VERSION:
        return version
    claim(database)
    with database.writing() as connection:
        database.lock(connection, LOCK)
        version = found_version(connection, database.name)  # another program may have done it meanwhile
        if version is None:
            create(connection)
        elif version < schema.VERSION:
            for number in range(version + 1, schema.VERSION + 1):
                title, step = STEPS[number]
                step(connection)
                connection.execute(schema.schema_version.insert().values(version=number, name=title))
            rebuild(connection)
    return version


def create(connection: Connection) -> None:
    """All tables of an empty database."""
    schema.metadata.create_all(connection)
    search.create(connection)
    connection.execute(schema.schema_version.insert().values(version=schema.VERSION, name="made"))


def rebuild(connection: Connection) -> None:
    """Make every table anew that is made from the kept ones. Merging starts over; what analysts decided is kept."""
    _indexes(connection)
    search.drop(connection)
    there = set(sa.inspect(connection).get_table_names())
    schema.metadata.drop_all(connection, tables=[t for t in schema.DERIVED if t.name in there])
    schema.metadata.create_all(connection)
    search.create(connection)
    versions = schema.versions
    order = sa.select(versions.c.id).order_by(versions.c.id)
    ids = list(connection.execute(order).scalars())
    for at in range(0, len(ids), _STREAM):
        part = sa.select(versions.c.record).where(versions.c.id.in_(ids[at : at + _STREAM])).order_by(versions.c.id)
        for text in list(connection.execute(part).scalars()):
            fill(connection, decode(text))


def _indexes(connection: Connection) -> None:
    """Give the kept tables the indexes of this version, and take away those that it has no more."""
    inspector = sa.inspect(connection)
    for table in schema.KEPT:
        there = {str(i["name"]) for i in inspector.get_indexes(table.name) if str(i["name"]).startswith("ix_")}
        wanted = {str(i.name): i for i in table.indexes}
        for name in sorted(there - wanted.keys()):
            connection.exec_driver_sql(f"DROP INDEX {name}")
        for name in sorted(wanted.keys() - there):
            wanted[name].create(connection)
