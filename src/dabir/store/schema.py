"""The tables, one schema for SQLite and PostgreSQL; docs/store.md explains each.

KEPT holds what cannot be made again: the articles with their records, what analysts decided and what could not be read.
Every other table is made from these and may be emptied and filled anew (`migrate.rebuild`).
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)  # fmt: skip

VERSION = 3
metadata = MetaData()


def _table(name: str, *columns: Column[object] | UniqueConstraint | Index) -> Table:
    return Table(name, metadata, *columns)


def _narrow(name: str, *columns: Column[object] | Index) -> Table:
    """A table of short rows that are found by their key: SQLite keeps them in the key's own tree, once instead of twice."""
    return Table(name, metadata, *columns, sqlite_with_rowid=False)


def _id() -> Column[object]:
    return Column("id", Text, primary_key=True)


def _to(name: str, target: str, *, key: bool = False, null: bool = False) -> Column[object]:
    return Column(name, Text, ForeignKey(target, ondelete="CASCADE"), primary_key=key, nullable=null, index=not key)


def _text(name: str, *, null: bool = True) -> Column[object]:
    return Column(name, Text, nullable=null)


def _number(name: str, *, null: bool = False) -> Column[object]:
    return Column(name, Integer, nullable=null)


def _long_index(name: str, column: str, where: str | None = None) -> Index:
    """An index of names, which may be longer than a page of a B-tree takes; `where` says of which rows."""
    only = text(where) if where else None
    return Index(name, column, postgresql_using="hash", postgresql_where=only, sqlite_where=only)


schema_version = _table("schema_version", Column("version", Integer, primary_key=True), _text("name", null=False))

articles = _table("articles", _id(), _text("key", null=False))
versions = _table(
    "versions", _id(), _to("article", "articles.id"), _number("number"), Column("current", Boolean, nullable=False),
    _text("ref"), _text("url"), _text("outlet"), _text("title"), _text("published"), _text("published_basis"),
    _text("text", null=False), _text("record", null=False), _text("reader", null=False), _text("added"),
    UniqueConstraint("article", "number"), Index("ix_versions_days", "published", "current"),
    Index("ix_versions_current", "id", "current", "published"),  # without the text, which is long
)  # fmt: skip
corrections = _table(
    "corrections", Column("id", Integer, primary_key=True, autoincrement=True), _text("kind", null=False),
    _text("subject", null=False), _text("target", null=False), _text("field"), _text("before"), _text("after"),
    _text("by", null=False), _text("at", null=False), _text("why", null=False), _text("undone_by"), _text("undone_at"),
)  # fmt: skip
corrected = _table(
    "corrected", Column("correction", Integer, ForeignKey("corrections.id", ondelete="CASCADE"), primary_key=True),
    Column("target", Text, primary_key=True, index=True),
)  # fmt: skip
overrules = _table(
    "overrules", Column("id", Integer, primary_key=True, autoincrement=True), _text("kind", null=False),
    Column("left", Text, nullable=False, index=True), Column("right", Text, nullable=False, index=True),
    _text("verdict", null=False), _text("by", null=False), _text("at", null=False), _text("note"),
    Column("correction", Integer, ForeignKey("corrections.id", ondelete="CASCADE")),
)  # fmt: skip
failures = _table("failures", _id(), _text("place", null=False), _text("message", null=False), _text("added"))
KEPT = (schema_version, articles, versions, corrections, corrected, overrules, failures)

times = _table(
    "times", _id(), _to("version", "versions.id"), _text("local", null=False), _number("start"), _number("stop"),
    _text("words", null=False), _text("kind", null=False), _text("value"), _text("begin"), _text("until"), _text("calendar"),
    _text("zone"), Column("approximate", Boolean, nullable=False), _text("anchor"), _text("rule", null=False), _text("reason"),
)  # fmt: skip
actors = _table(
    "actors", _id(), _to("version", "versions.id"), _text("local", null=False), _text("kind", null=False), _text("name_fa"),
    _text("name_en"), _text("person"), _text("state"), _text("sector"), _text("office_title"), _text("office_body"),
    _text("office_state"), _text("wikidata"), _text("resolution", null=False), _text("candidates", null=False),
    Index("ix_actors_state", "state"), _long_index("ix_actors_person", "person"),
    Index("ix_actors_names", "name_fa", "name_en", "person").ddl_if(dialect="sqlite"),
)  # fmt: skip
places = _table(
    "places", _id(), _to("version", "versions.id"), _text("local", null=False), _text("name_fa"), _text("name_en"),
    _text("kind", null=False), _to("within", "places.id", null=True), _text("country"), Column("latitude", Float),
    Column("longitude", Float), _text("geonames"),
)  # fmt: skip
mentions = _narrow(
    "mentions", Column("owner", Text, primary_key=True), Column("start", Integer, primary_key=True),
    Column("stop", Integer, primary_key=True), _to("version", "versions.id"), _text("words", null=False),
)  # fmt: skip
statements = _table(
    "statements", _id(), _to("version", "versions.id"), _text("local", null=False), _to("speaker", "actors.id", null=True),
    _text("speaker_words", null=False), _text("person"), _text("state"), _text("cue"), _text("content", null=False),
    _number("start"), _number("stop"), Column("direct", Boolean, nullable=False), _to("addressee", "actors.id", null=True),
    _to("time", "times.id", null=True), _to("place", "places.id", null=True), _text("source", null=False),
    _text("rule", null=False), Index("ix_statements_state", "state", "version"),
)  # fmt: skip
events = _table(
    "events", _id(), _to("version", "versions.id"), _text("local", null=False), _text("act", null=False),
    _text("status", null=False), _text("plover"), _text("mode"), _text("contexts", null=False), _number("quad", null=True),
    Column("intensity", Float), _text("trigger", null=False), _number("start"), _number("stop"), _text("begin"), _text("finish"),
    _text("since"), _text("until"), _text("duration"), _to("time", "times.id", null=True), _to("place", "places.id", null=True),
    _to("venue", "places.id", null=True), _text("format", null=False), _text("topics", null=False),
    Column("main", Boolean, nullable=False), _text("source", null=False), Column("score", Float),
    Index("ix_events_act", "act", "since"), Index("ix_events_since", "since"),
)  # fmt: skip
participants = _narrow(
    "participants", _to("event", "events.id", key=True), Column("position", Integer, primary_key=True),
    _to("actor", "actors.id", null=True), _text("person"), _text("state"), _text("role", null=False), _text("rank"),
    _text("words", null=False), _number("start"), _number("stop"), Index("ix_participants_state", "state"),
    _long_index("ix_participants_nameless", "words", where="state IS NULL AND person IS NULL"),
)  # fmt: skip
links = _narrow(
    "links", _to("event", "events.id", key=True), Column("kind", Text, primary_key=True),
    _to("target", "events.id", key=True),
)  # fmt: skip
abouts = _narrow("abouts", _to("statement", "statements.id", key=True), _to("event", "events.id", key=True))
fields = _narrow(
    "fields", Column("owner", Text, primary_key=True), Column("field", Text, primary_key=True),
    Column("position", Integer, primary_key=True), _to("version", "versions.id"), _text("value"), _text("reason"),
    _number("start", null=True), _number("stop", null=True), _text("words"),
)  # fmt: skip
checks = _narrow(
    "checks", _to("version", "versions.id", key=True), Column("position", Integer, primary_key=True),
    _text("kind", null=False), _text("fa", null=False), _text("en", null=False),
)  # fmt: skip
documents = _table(
    "documents", Column("id", Integer, primary_key=True, autoincrement=True), Column("owner", Text, nullable=False, unique=True),
    _text("kind", null=False), _to("version", "versions.id"), _text("key", null=False),
)  # fmt: skip

bands = _narrow(
    "bands", _to("version", "versions.id", key=True), Column("band", Integer, primary_key=True), _text("hash", null=False),
    Index("ix_bands_hash", "band", "hash"),
)  # fmt: skip
copies = _narrow("copies", _to("version", "versions.id", key=True), Column("origin", Text, nullable=False, index=True))
blocks = _narrow(
    "blocks", _to("event", "events.id", key=True), Column("block", Text, primary_key=True, index=True),
)  # fmt: skip
judgements = _narrow(
    "judgements", _text("kind", null=False), Column("left", Text, primary_key=True),
    Column("right", Text, primary_key=True, index=True), _text("verdict", null=False), Column("score", Float, nullable=False),
    _text("evidence", null=False),
)  # fmt: skip
merged = _narrow(
    "merged", _id(), _text("act", null=False), _text("status", null=False), _text("begin"), _text("finish"), _text("since"),
    _text("until"), _text("plover"), _text("mode"), _number("quad", null=True), Column("intensity", Float), _text("place"),
    _text("country"), Column("main", Boolean, nullable=False), _text("first_report"), _text("last_report"),
    _number("reports"), _number("outlets"), Index("ix_merged_days", "since", "until"),
    Index("ix_merged_act", "act", "since", "until"), Index("ix_merged_kinds", "act", "status", "plover", "country"),
)  # fmt: skip
members = _narrow("members", _to("event", "events.id", key=True), _to("merged", "merged.id"))
parties = _narrow(
    "parties", _to("merged", "merged.id", key=True), Column("who", Text, primary_key=True), Column("role", Text, primary_key=True),
    _text("state"), _text("person"),
)  # fmt: skip
sides = _narrow(
    "sides", _to("merged", "merged.id", key=True), Column("state", Text, primary_key=True), _text("since"),
    Column("host", Boolean, nullable=False), Index("ix_sides_days", "state", "since", "merged", "host"),
)  # fmt: skip
tellers = _narrow(
    "tellers", _to("merged", "merged.id", key=True), Column("outlet", Text, primary_key=True, index=True),
)  # fmt: skip
opinions = _narrow(
    "opinions", _to("merged", "merged.id", key=True), Column("field", Text, primary_key=True),
    Column("value", Text, primary_key=True), _number("outlets"), _number("reports"), _text("first"), _text("last"),
    Index("ix_opinions_field", "field", "value"),
)  # fmt: skip

DERIVED = tuple(t for t in metadata.sorted_tables if t not in KEPT)
