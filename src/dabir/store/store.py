"""`Store`: what a program does with a store. Thin over the modules beside it; docs/store.md shows it at work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Literal

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from dabir.errors import InputError
from dabir.model import Article, Record
from dabir.store import (
    backup,
    checking,
    correcting,
    corrections,
    deciding,
    details,
    ids,
    merged,
    merging,
    migrate,
    query,
    schema,
    search,
    series,
    tracking,
    writing,
)
from dabir.store.checking import Fault
from dabir.store.compare import Verdict
from dabir.store.correcting import Change
from dabir.store.corrections import Correction, Subject
from dabir.store.database import Database, connect
from dabir.store.details import Detail
from dabir.store.filters import EVERYTHING, Filter
from dabir.store.merged import Disagreement, MergedEvent, Reason
from dabir.store.merging import Merging, Progress
from dabir.store.paging import LARGEST, Page, each
from dabir.store.query import FACETS, LIMIT, ActorRow, Count, EventRow, EventSort, Facet, StatementRow, TextRow
from dabir.store.series import Reckoning, Series, Unit
from dabir.store.tracks import Track
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
            wanted = sa.select(schema.versions.c.record).where(schema.versions.c.id == version)
            text = connection.execute(wanted).scalar()
        if text is None:
            raise InputError(f"no article has the id {version}", self.name)
        return writing.decode(text)

    def records(self, *, current: bool = True) -> Iterator[Record]:
        """All records, by date of publication; with `current` only those of each article's last version."""
        v = schema.versions
        last: tuple[str, str] | None = None
        order = (sa.func.coalesce(v.c.published, ""), v.c.id)
        while True:
            wanted = sa.select(*order, v.c.record).order_by(*order).limit(_STREAM)
            wanted = wanted.where(v.c.current) if current else wanted
            wanted = wanted if last is None else wanted.where(sa.tuple_(*order) > sa.tuple_(*map(sa.literal, last)))
            with self.reading() as connection:
                found = connection.execute(wanted).all()
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

    def search(self, words: str) -> tuple[Hit, ...]:
        """The articles (their last versions) and statements that have the words of a query, however they are spelt.

        Words are looked for one by one, those in quotes together; `*` ends a beginning of a word.
        """
        d, v = schema.documents, schema.versions
        wanted = (
            sa.select(d.c.kind, d.c.owner, d.c.version)
            .join(v, v.c.id == d.c.version)
            .where(v.c.current, search.matches(self.dialect, words))
            .order_by(v.c.published.desc(), d.c.id)
        )
        with self.reading() as connection:
            return tuple(Hit(*row) for row in connection.execute(wanted))

    def merge(self, progress: Progress = merging.silent) -> Merging:
        """Tie what was added since the last merge to its copies and to the acts that it reports; run again, it does nothing.

        `progress` is told how many reports each step placed.
        """
        return merging.merge(self._database, progress)

    def judge(self, left: str, right: str, verdict: Verdict, *, by: str, at: str, note: str | None = None) -> None:
        """An analyst's word on two events (one act, or not) or two articles' versions (copies, or not); it holds from now on.

        `at` is when (ISO). `unsure` takes the machine's judgement out of account. Merges anew what this touches.
        Raises InputError for ids that are not there, or not both of one kind.
        """
        deciding.judge(self._database, left, right, verdict, by=by, at=at, note=note)
        self.merge()

    def correct(
        self, target: str, field: str, value: str | None, *, by: str, at: str, why: str, subject: Subject | None = None
    ) -> Correction:
        """Set a field of an act, report, statement or article to what an analyst says, null for not stated; `change` says more."""
        return self.change(Change("set", target, why, subject, field, value), by=by, at=at)

    def change(self, asked: Change, *, by: str, at: str) -> Correction:
        """Make a change of any kind and keep it, with who makes it and when (ISO). What was read stays as it is; the merge follows.

        Raises InputError for a target, field or value that there is none of.
        """
        found = correcting.change(self._database, asked, by=by, at=at)
        if asked.kind in ("join", "split"):
            self.merge()
        return found

    def undo(self, number: int, *, by: str, at: str) -> Correction:
        """Take a correction back, by its number; both stay in the history. Raises InputError where there is none, or not any more."""
        found = correcting.undo(self._database, number, by=by, at=at)
        if found.kind in ("join", "split"):
            self.merge()
        return found

    def corrections(
        self, target: str | None = None, *, by: str | None = None, limit: int = LIMIT, cursor: str | None = None
    ) -> Page[Correction]:  # fmt: skip
        """A page of corrections, the newest first, undone ones too: all, those of one thing by id, or those by one analyst."""
        with self.reading() as connection:
            return corrections.listed(connection, target=target, by=by, limit=limit, cursor=cursor)

    def each_correction(self, target: str | None = None, *, by: str | None = None) -> Iterator[Correction]:
        """All corrections as `corrections` gives them, a page held at a time."""
        return each(lambda cursor: self.corrections(target, by=by, limit=LARGEST, cursor=cursor))

    def history(self, targets: Iterable[str]) -> tuple[Correction, ...]:
        """Every correction of these events, statements and articles (ids), the oldest first."""
        with self.reading() as connection:
            return corrections.history(connection, targets)

    def merged(self, event: str) -> MergedEvent:
        """The merged event of this id, or that an event of this id belongs to. Raises InputError where there is none."""
        with self.reading() as connection:
            found = merged.load(connection, [merged.of_event(connection, event) or event])
        if not found:
            raise InputError(f"no merged event has the id {event}", self.name)
        return found[0]

    def merged_events(self, wanted: sa.Select[str] | None = None) -> Iterator[MergedEvent]:
        """All merged events, or those whose ids a question of your own selects, by day (those without a day first)."""
        m = schema.merged.c
        ids_ = sa.select(m.id).order_by(sa.func.coalesce(m.since, ""), m.id)
        with self.reading() as connection:
            found = list(connection.execute(ids_ if wanted is None else ids_.where(m.id.in_(wanted))).scalars())
        for at in range(0, len(found), _STREAM):
            with self.reading() as connection:
                yield from merged.load(connection, found[at : at + _STREAM])

    def reasons(self, event: str) -> tuple[Reason, ...]:
        """Why the reports of a merged event were joined, or kept apart from others: scores, evidence, analysts' decisions."""
        with self.reading() as connection:
            return tuple(merged.reasons(connection, merged.of_event(connection, event) or event))

    def disagreements(self, wanted: sa.Select[str] | None = None) -> tuple[Disagreement, ...]:
        """Where reports of one act contradict each other; `wanted` selects the merged events that are looked at."""
        with self.reading() as connection:
            return tuple(merged.disagreements(connection, wanted))

    def track(self, states: Sequence[str], *, since: str | None = None, until: str | None = None) -> tuple[Track, ...]:
        """The negotiations and disputes of two or more states (codes), between two ISO days (the second not included)."""
        if len(set(states)) < 2:
            raise InputError("a track needs two states or more, such as RUS and USA")
        with self.reading() as connection:
            return tracking.track(connection, tuple(dict.fromkeys(states)), since, until)

    def events(
        self, f: Filter = EVERYTHING, *, sort: EventSort = "day", descending: bool = False, limit: int = LIMIT,
        cursor: str | None = None,
    ) -> Page[EventRow]:  # fmt: skip
        """A page of merged events; `next` is the cursor of the page after it. Raises InputError for a cursor that is none."""
        with self.reading() as connection:
            return query.events(connection, f, sort=sort, descending=descending, limit=limit, cursor=cursor)

    def statements(
        self, f: Filter = EVERYTHING, *, descending: bool = False, limit: int = LIMIT, cursor: str | None = None
    ) -> Page[StatementRow]:
        """A page of statements, by date of publication; `query.statements` says what the filter means for them."""
        with self.reading() as connection:
            return query.statements(connection, f, descending=descending, limit=limit, cursor=cursor)

    def actors(self, f: Filter = EVERYTHING, *, limit: int = LIMIT, cursor: str | None = None) -> Page[ActorRow]:
        """A page of who takes part in the events of a filter, those in most events first."""
        with self.reading() as connection:
            return query.actors(connection, f, limit=limit, cursor=cursor)

    def texts(self, f: Filter, *, limit: int = LIMIT, cursor: str | None = None) -> Page[TextRow]:
        """A page of the articles and statements that have the filter's `text`, newest first."""
        with self.reading() as connection:
            return query.texts(connection, f, limit=limit, cursor=cursor)

    def each_event(self, f: Filter = EVERYTHING) -> Iterator[EventRow]:
        """All merged events of a filter by day, those without one last; a page is held at a time, however many there are."""
        return each(lambda cursor: self.events(f, limit=LARGEST, cursor=cursor))

    def each_statement(self, f: Filter = EVERYTHING) -> Iterator[StatementRow]:
        """All statements of a filter by date of publication, a page held at a time."""
        return each(lambda cursor: self.statements(f, limit=LARGEST, cursor=cursor))

    def each_detail(self, f: Filter = EVERYTHING) -> Iterator[Detail]:
        """All merged events of a filter in full, by day, a page held at a time."""

        def fetch(cursor: str | None) -> Page[Detail]:
            with self.reading() as connection:
                return details.details(connection, f, LARGEST, cursor)

        return each(fetch)

    def each_record(self, f: Filter = EVERYTHING) -> Iterator[Record]:
        """The records of the articles of a filter, by date of publication, a page held at a time."""

        def fetch(cursor: str | None) -> Page[Record]:
            with self.reading() as connection:
                return details.records(connection, f, _STREAM, cursor)

        return each(fetch)

    def facets(self, f: Filter = EVERYTHING, names: Sequence[Facet] = FACETS, *, limit: int = 20) -> Mapping[Facet, tuple[Count, ...]]:
        """The values of states, acts, types, statuses, countries and outlets of a filter's events, with how many events."""
        with self.reading() as connection:
            return query.facets(connection, f, names, limit)

    def dyad(self, f: Filter, by: Unit = "month", calendar: Reckoning = "gregorian") -> Series:
        """Counts and mean PLOVER intensity of the events of the filter's `dyad`, by day, week or month."""
        with self.reading() as connection:
            return series.dyad(connection, f, by, calendar)

    def backup(self, target: str | Path) -> None:
        """Write the whole store to a file that is not there yet (or an empty database by URL), while others go on writing."""
        backup.backup(self._database, target)

    def check(self) -> Iterator[Fault]:
        """Every fault of the store: integrity, records, spans, rows, full-text index. None where all is well."""
        return checking.check(self._database)


def open_store(target: str | Path) -> Store:
    """The store at a path (SQLite) or a URL (`postgresql://user@host/name`); made where there is none, brought up to date
    where an older Dabir made it. Raises StoreError where it cannot be used, with what to do."""
    database = connect(target)
    migrate.prepare(database)
    return Store(database)
