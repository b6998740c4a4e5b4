"""One article into the store: one transaction, by content, so that adding again changes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dabir.errors import InputError
from dabir.model import Article, Record
from dabir.store import ids, schema
from dabir.store.database import Database
from dabir.store.rows import rows, version_row

Added = Literal["new", "version", "known", "reread"]
"""What became of an article: new, a new version of one that was there, there already, or there and read again."""

_decoder = msgspec.json.Decoder(Record)


def decode(text: str) -> Record:
    """The record of its JSON. Raises msgspec.MsgspecError where it is none."""
    return _decoder.decode(text)


def encode(record: Record) -> str:
    """The record's JSON, as `dabir read` prints it. Raises InputError where it would not come back from it: words that are not
    UTF-8 or hold NUL, values that the types do not allow."""
    if "\0" in record.article.text:
        raise InputError("the text holds the character NUL, which databases do not keep; take it out")
    try:
        text = msgspec.json.encode(record).decode()
        decode(text)
    except UnicodeEncodeError as error:
        raise InputError(f"the text holds half a character (at {error.start}); it cannot be stored") from None
    except msgspec.ValidationError as error:
        raise InputError(f"not a record ({error})") from None
    return text


def fill(connection: Connection, record: Record) -> None:
    """Write the rows of a record whose version is there."""
    for name, found in rows(record).items():
        if found:
            connection.execute(schema.metadata.tables[name].insert(), found)


def known(database: Database, version: str) -> bool:
    """Whether a version of an article is in the store."""
    with database.reading() as connection:
        return _known(connection, version)


def _known(connection: Connection, version: str) -> bool:
    return connection.execute(sa.select(sa.literal(1)).where(schema.versions.c.id == version)).first() is not None


def add(database: Database, record: Record, reader: str, at: str | None, *, reread: bool = False) -> Added:
    """Store one record in one transaction. `reader` names what read it, `at` is when (ISO), null where not known.

    An article that is there already stays as it is, unless `reread` asks that its record be replaced by this one.
    Raises InputError for words that cannot be stored, StoreError for a fault of the database.
    """
    text = encode(record)
    article, version = ids.article_id(record.article), ids.version_id(record.article)
    with database.writing() as connection:
        database.lock(connection, article)
        if _known(connection, version):
            return _again(connection, version, record, text, reader) if reread else "known"
        number = _next_number(connection, article, record.article)
        connection.execute(schema.versions.insert().values(version_row(record, text, reader, number, at)))
        fill(connection, record)
        return "new" if number == 1 else "version"


def _next_number(connection: Connection, article: str, source: Article) -> int:
    """The number of an article's next version; the ones before it are no longer current."""
    versions = schema.versions
    last = connection.execute(sa.select(sa.func.max(versions.c.number)).where(versions.c.article == article)).scalar()
    if last is None:
        connection.execute(schema.articles.insert().values(id=article, key=ids.article_key(source)))
        return 1
    old = list(connection.execute(sa.select(versions.c.id).where(versions.c.article == article)).scalars())
    unmerge(connection, old)
    connection.execute(versions.update().where(versions.c.article == article).values(current=False))
    return int(last) + 1


def _again(connection: Connection, version: str, record: Record, text: str, reader: str) -> Added:
    versions = schema.versions
    here = versions.c.id == version
    if connection.execute(sa.select(versions.c.record).where(here)).scalar_one() == text:
        return "known"
    unmerge(connection, [version])
    forget(connection, [version])
    connection.execute(versions.update().where(here).values(record=text, reader=reader))
    fill(connection, record)
    return "reread"


def forget(connection: Connection, found: Iterable[str]) -> None:
    """Take away all rows that were made from these versions."""
    ids_ = list(found)
    for table in reversed(schema.DERIVED):
        if "version" in table.c:
            connection.execute(table.delete().where(table.c.version.in_(ids_)))


def unmerge(connection: Connection, found: Iterable[str]) -> None:
    """Take these versions out of the merge: acts that they report, and their ties to copies, wait for the next merge."""
    ids_ = list(found)
    dissolve(connection, ids_)
    for table in (schema.copies, schema.bands):
        connection.execute(table.delete().where(table.c.version.in_(ids_)))
    own = sa.select(schema.events.c.id).where(schema.events.c.version.in_(ids_))
    connection.execute(schema.blocks.delete().where(schema.blocks.c.event.in_(own)))


def dissolve(connection: Connection, versions: Iterable[str]) -> None:
    """Take apart the merged events that these versions report; their reports wait for the next merge."""
    ids_ = list(versions)
    e, m = schema.events.c, schema.members.c
    told = sa.select(m.merged).join(schema.events, e.id == m.event).where(e.version.in_(ids_))
    acts = list(connection.execute(told.distinct()).scalars())
    connection.execute(schema.merged.delete().where(schema.merged.c.id.in_(acts)))


def record_failure(database: Database, place: str, message: str, at: str | None) -> None:
    """Keep that an input could not be read; the same failure is kept once."""
    found, failures = ids.digest(place, message), schema.failures
    with database.writing() as connection:
        database.lock(connection, found)
        if connection.execute(sa.select(failures.c.id).where(failures.c.id == found)).first() is None:
            connection.execute(failures.insert().values(id=found, place=place, message=message, added=at))
