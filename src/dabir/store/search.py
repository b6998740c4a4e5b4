"""Full-text search over `documents.key`: FTS5 on SQLite, a tsvector on PostgreSQL, kept in step by the database itself."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dabir.store.schema import documents
from dabir.store.words import fts5, tsquery

_CREATE_SQLITE = (
    "CREATE VIRTUAL TABLE documents_fts USING fts5(key, content='documents', content_rowid='id', "
    "tokenize=\"unicode61 remove_diacritics 0\")",
    "CREATE TRIGGER documents_added AFTER INSERT ON documents BEGIN "
    "INSERT INTO documents_fts(rowid, key) VALUES (new.id, new.key); END",
    "CREATE TRIGGER documents_gone AFTER DELETE ON documents BEGIN "
    "INSERT INTO documents_fts(documents_fts, rowid, key) VALUES ('delete', old.id, old.key); END",
)
_CREATE_POSTGRES = (
    "ALTER TABLE documents ADD COLUMN words tsvector GENERATED ALWAYS AS (to_tsvector('simple', key)) STORED",
    "CREATE INDEX ix_documents_words ON documents USING gin (words)",
)


def create(connection: Connection) -> None:
    """Make the index of a store that has just got its tables."""
    for statement in _CREATE_SQLITE if connection.dialect.name == "sqlite" else _CREATE_POSTGRES:
        connection.exec_driver_sql(statement)


def drop(connection: Connection) -> None:
    """Take the index away, before its table goes."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("DROP TABLE IF EXISTS documents_fts")


def matches(dialect: str, query: str, *, last: bool = False) -> Any:
    """The condition that a document's words match a query; nothing matches one without words. With `last` SQLite is to look at
    documents in another order, and at this condition of each it comes to.

    Words are looked for one by one, those in quotes together; `*` ends a beginning of a word.
    """
    sqlite = dialect == "sqlite"
    if not (text := fts5(query) if sqlite else tsquery(query)):
        return sa.false()
    if sqlite:
        ids = sa.text("SELECT rowid FROM documents_fts WHERE documents_fts MATCH :query").bindparams(query=text)
        return (documents.c.id + 0 if last else documents.c.id).in_(ids.columns(sa.column("rowid", sa.Integer)))
    return sa.literal_column("documents.words").op("@@")(sa.func.to_tsquery("simple", text))


def count(connection: Connection, query: str, most: int) -> int:
    """How many documents match a query; no more than `most` are counted."""
    some = sa.select(documents.c.id).where(matches(connection.dialect.name, query)).limit(most).subquery()
    return int(connection.execute(sa.select(sa.func.count()).select_from(some)).scalar_one())


def in_step(connection: Connection) -> str | None:
    """Null where the index has exactly the words of the documents, else what is wrong."""
    if connection.dialect.name != "sqlite":
        query = "SELECT count(*) FROM documents WHERE words IS DISTINCT FROM to_tsvector('simple', key)"
        wrong = connection.exec_driver_sql(query).scalar_one()
        return f"{wrong} documents are not indexed as they are" if wrong else None
    try:
        connection.exec_driver_sql("INSERT INTO documents_fts(documents_fts, rank) VALUES ('integrity-check', 1)")
    except sa.exc.DatabaseError as error:
        return f"the full-text index differs from its documents ({error.orig})"
    return None
