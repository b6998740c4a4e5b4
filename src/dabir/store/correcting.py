"""Changes by analysts, written: each is checked, kept with who, when and why, and what it touches is summed up or merged anew.

Nothing changes what was read: records and their rows stay. Joining and splitting are decisions as `deciding` keeps them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import product
from types import MappingProxyType

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from dabir.errors import InputError
from dabir.model import Record, Statement
from dabir.store import amending, corrections, deciding, fields, merged, merging, schema
from dabir.store.cluster import Pair, pair
from dabir.store.compare import Verdict
from dabir.store.corrections import Correction, Kind, Subject
from dabir.store.database import Database
from dabir.store.reports import Report
from dabir.store.rows import localise
from dabir.store.writing import decode


class Change(Struct, frozen=True, forbid_unknown_fields=True):
    """What an analyst asks for. `target` is the id of an event, a statement or an article's version; an event's id means the act
    with all its reports, unless `subject` says `report`: then that article's event alone.

    `set` needs a `field` (its new `value` null where not stated), `mark` a `value` (`right`, `wrong`, `notable`), `join` the other
    event's id as `value`; `split` takes the report `target` off its act; `note` needs nothing but `why`, the note.
    """

    kind: Kind
    target: str
    why: str
    subject: Subject | None = None
    field: str | None = None
    value: str | None = None


class Thing(Struct, frozen=True):
    """What a change is of: the ids that it holds on to, the words of its article, and its values as they read now."""

    subject: Subject
    target: str
    of: tuple[str, ...]
    text: str
    value: Callable[[str], str | None]


class Effect(Struct, frozen=True):
    """What a change does: its field and values, the ids that it holds on to, pairs of events that are one act, and that are not."""

    field: str | None = None
    before: str | None = None
    after: str | None = None
    of: tuple[str, ...] = ()
    same: tuple[Pair, ...] = ()
    different: tuple[Pair, ...] = ()


def change(database: Database, asked: Change, *, by: str, at: str) -> Correction:
    """Check a change, keep it, and bring the merge in line with it. Events that it joins or parts wait for the next merge.

    Raises InputError for what cannot be changed so, StoreError for a fault of the database.
    """
    who, why = fields.line(by, "the name of who makes the change"), fields.words(asked.why, "the reason")
    with database.writing() as connection:
        database.lock(connection, merging.LOCK)
        alone = asked.kind in ("mark", "split")  # these are of one report, not of the act that its id names, too
        thing = find(connection, asked.target, asked.subject, database.name, alone=alone)
        effect = _EFFECTS[asked.kind](connection, thing, asked)
        row = {"kind": asked.kind, "subject": thing.subject, "target": thing.target, "field": effect.field,
               "before": effect.before, "after": effect.after, "by": who, "at": at, "why": why}  # fmt: skip
        number = connection.execute(schema.corrections.insert().values(row).returning(schema.corrections.c.id)).scalar_one()
        connection.execute(schema.corrected.insert(), [{"correction": number, "target": i} for i in sorted(set(effect.of))])
        decisions: tuple[tuple[Verdict, tuple[Pair, ...]], ...] = (("different", effect.different), ("same", effect.same))
        for verdict, pairs in decisions:
            deciding.keep(connection, "event", pairs, verdict, by=who, at=at, note=why, correction=number)
        if asked.kind == "set":
            merging.refresh(connection, _acts(connection, effect.of))
        return corrections.load(connection, [number])[0]


def undo(database: Database, number: int, *, by: str, at: str) -> Correction:
    """Take a change back; it stays in the history, with who took it back and when. Raises InputError, StoreError."""
    who = fields.line(by, "the name of who undoes the change")
    with database.writing() as connection:
        database.lock(connection, merging.LOCK)
        found = corrections.load(connection, [number]) if 0 < number < 2**31 else ()
        if not found:
            raise InputError(f"there is no correction {number}", database.name)
        if found[0].undone_at:
            raise InputError(f"correction {number} was undone already, by {found[0].undone_by}", database.name)
        c = schema.corrections
        connection.execute(c.update().where(c.c.id == number).values(undone_by=who, undone_at=at))
        if found[0].kind in ("join", "split"):
            deciding.loosen(connection, "event", found[0].of)
        elif found[0].kind == "set":
            merging.refresh(connection, _acts(connection, found[0].of))
        return corrections.load(connection, [number])[0]


def _acts(connection: Connection, events: Iterable[str]) -> set[str]:
    return {act for i in events if (act := merged.of_event(connection, i))}


def find(connection: Connection, given: str, subject: Subject | None, store: str, *, alone: bool = False) -> Thing:
    """What an id is of; an event's id, where `subject` does not say, is of the act, or of its report if `alone`.

    Raises InputError where there is nothing of that id, or not what `subject` says.
    """
    events, statements, versions = schema.events.c, schema.statements.c, schema.versions.c
    target = _id(given)
    if subject in (None, "act", "report"):
        version = connection.execute(sa.select(events.version).where(events.id == target)).scalar()
        if version is not None:
            return _event(connection, target, version, subject or ("report" if alone else "act"), store)
    if subject in (None, "statement"):
        version = connection.execute(sa.select(statements.version).where(statements.id == target)).scalar()
        if version is not None:
            return _statement(connection, target, version)
    if subject in (None, "article") and connection.execute(sa.select(versions.id).where(versions.id == target)).first():
        return _article(connection, target)
    what = {None: "event, statement or article", "act": "event", "report": "event"}.get(subject, subject)
    raise InputError(f"no {what} has the id {given[:60]}", store)


def _id(given: str | None) -> str:
    """An id as it is; of what cannot be one (databases refuse NUL even in a question) nothing, which is no id."""
    return given if given and re.fullmatch("[0-9a-f]{32}", given) else ""


def _event(connection: Connection, event: str, version: str, subject: Subject, store: str) -> Thing:
    act = merged.of_event(connection, event)
    if act is None:
        raise InputError(f"the event {event} is in no act: its article has a newer version, or `dabir merge` has not run", store)
    members = merged.members(connection, act)
    read = amending.reading(connection, members)
    text = connection.execute(sa.select(schema.versions.c.text).where(schema.versions.c.id == version)).scalar_one()
    if subject == "report":
        own = next(r for r in read if r.id == event)
        return Thing("report", event, (event,), text, lambda field: amending.value(own, field))
    return Thing("act", act, tuple(r.id for r in members), text, lambda field: amending.summed(read, field))


def _record(connection: Connection, version: str) -> Record:
    return decode(connection.execute(sa.select(schema.versions.c.record).where(schema.versions.c.id == version)).scalar_one())


def _values(connection: Connection, target: str, read: Callable[[str], str | None]) -> Callable[[str], str | None]:
    """The values of a thing as read, with what corrections set instead."""
    set_ = {c.field: c.after for c in corrections.standing(corrections.history(connection, [target]))}
    return lambda field: set_[field] if field in set_ else read(field)


def _statement(connection: Connection, statement: str, version: str) -> Thing:
    record = _record(connection, version)
    known = localise(record).known
    own = next(s for s in record.statements if known[s.id] == statement)
    return Thing("statement", statement, (statement,), record.article.text, _values(connection, statement, lambda f: said(own, f)))


def said(s: Statement, field: str) -> str | None:
    """What a record says of a field of a statement."""
    found = {
        "speaker": s.speaker.text, "person": s.speaker.person, "state": s.speaker.state, "content": s.content.text,
        "direct": str(s.direct).lower(),
    }  # fmt: skip
    return found.get(field)


def _article(connection: Connection, version: str) -> Thing:
    a = _record(connection, version).article
    read = {"title": a.title, "outlet": a.outlet, "published": a.published}
    return Thing("article", version, (version,), a.text, _values(connection, version, read.get))


def _set(_: Connection, thing: Thing, asked: Change) -> Effect:
    field, after = fields.checked(thing.subject, asked.field or "", asked.value, thing.text)
    return Effect(field, thing.value(field), after, thing.of)


def _mark(connection: Connection, thing: Thing, asked: Change) -> Effect:
    if thing.subject not in ("report", "statement"):
        raise InputError("a mark is of a statement, or of one article's report of an act")
    if asked.value not in fields.MARKS:
        raise InputError(f"«{(asked.value or '')[:60]}» is no mark; there are {', '.join(fields.MARKS)}")
    before = corrections.marked(corrections.history(connection, thing.of), thing.target)
    return Effect(before=before.after if before else None, after=asked.value, of=thing.of)


def _note(_: Connection, thing: Thing, __: Change) -> Effect:
    return Effect(of=thing.of)


def _join(connection: Connection, thing: Thing, asked: Change) -> Effect:
    """All reports of both acts with the first of them; and what would keep any two of them apart, decided anew."""
    act = merged.of_event(connection, _id(asked.value))
    if thing.subject != "act" or act is None:
        raise InputError(f"an act is joined with another event; no event of an act has the id {(asked.value or '')[:60]}")
    if act == thing.target:
        raise InputError("these reports are one act already")
    ours, theirs = merged.members(connection, thing.target), merged.members(connection, act)
    decided = corrections.overrules(connection, "event")
    first, *rest = sorted(r.id for r in (*ours, *theirs))
    barred = {pair(a.id, b.id) for a, b in product(ours, theirs) if _apart(a, b, decided)}
    pairs = barred | {(first, i) for i in rest}
    return Effect(after=act, of=(first, *rest), same=tuple(sorted(pairs)))


def _apart(a: Report, b: Report, decided: Mapping[Pair, str]) -> bool:
    return a.version == b.version or decided.get(pair(a.id, b.id)) == "different"


def _split(connection: Connection, thing: Thing, _: Change) -> Effect:
    """The report apart from each other one; those that an analyst had joined through it stay together."""
    act = merged.of_event(connection, thing.target) if thing.subject == "report" else None
    rest = [r.id for r in merged.members(connection, act) if r.id != thing.target] if act else []
    if not rest:
        raise InputError("only a report of an act that has several can be split off")
    decided = corrections.overrules(connection, "event")
    held = [i for i in rest if decided.get(pair(thing.target, i)) == "same"]
    return Effect(
        before=act, of=(thing.target, *rest), different=tuple(pair(thing.target, i) for i in rest),
        same=tuple(pair(held[0], i) for i in held[1:]),
    )  # fmt: skip


_EFFECTS: Mapping[Kind, Callable[[Connection, Thing, Change], Effect]] = MappingProxyType(
    {"set": _set, "mark": _mark, "note": _note, "join": _join, "split": _split}
)
