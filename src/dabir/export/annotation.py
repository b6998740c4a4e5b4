"""Articles as annotation in the gold format of `dabir evaluate`, with analysts' values in place. Spans are the article's own words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from dabir.gold import GoldArticle, GoldCorrection, GoldEvent, GoldStatement, GoldTime, ScoredActor
from dabir.model import Event, Record, Statement
from dabir.store import readings
from dabir.store.corrections import Correction
from dabir.store.fields import PERSON, ROLES
from dabir.store.filters import Filter
from dabir.store.ids import version_id
from dabir.store.store import Store

_WORDS = 5  # of what is said, at its beginning and end
_Found = Mapping[str, Sequence[Correction]]


def chunks(store: Store, f: Filter) -> Iterator[str]:
    """All articles of a filter, a line each: what was read, and what analysts set instead."""
    for record in store.each_record(f):
        yield _line(_article(store, record))


def corrected(store: Store, f: Filter) -> Iterator[str]:
    """The articles of a filter that an analyst set or marked something of."""
    with store.reading() as connection:
        versions = readings.corrected(connection, f)
    for version in versions:
        article = _article(store, store.record(version))
        if article.corrected:
            yield _line(article)


def _article(store: Store, record: Record) -> GoldArticle:
    version = version_id(record.article)
    with store.reading() as connection:
        return annotated(record, version, readings.in_force(connection, record, version))


def _line(article: GoldArticle) -> str:
    plain = msgspec.to_builtins(article)
    for event in plain["events"]:
        for actor in event["actors"]:
            del actor["text"]  # gold's actors have a `name`; `text` is of records
    return msgspec.json.encode(plain).decode() + "\n"


def annotated(record: Record, version: str, found: _Found) -> GoldArticle:
    """A record as gold. `found` are the corrections in force by the store's id of the article's version, event or statement; what
    an analyst marked as wrong is left out, a value whose words the article does not have stays as it was read."""
    a, ids = record.article, readings.parts(record)
    events = [(e, found.get(ids[e.id], ())) for e in record.events]
    statements = [(s, found.get(ids[s.id], ())) for s in record.statements]
    own = {c.field: c.after for c in found.get(version, ()) if c.kind == "set"}
    return GoldArticle(
        id=a.ref or version, text=a.text, url=a.url, outlet=own.get("outlet", a.outlet), title=own.get("title", a.title),
        published=own.get("published", a.published), times=tuple(GoldTime(t.text, t.value, t.kind) for t in record.times),
        statements=tuple(_statement(s, cs) for s, cs in statements if not _wrong(cs)),
        events=tuple(_event(e, cs, record) for e, cs in events if not _wrong(cs)),
        corrected=(
            *(_kept("article", None, c) for c in found.get(version, ())),
            *(_kept("event", e.trigger.text, c) for e, cs in events for c in cs if _says(c, a.text)),
            *(_kept("statement", _ends(s.content.text)[0], c) for s, cs in statements for c in cs),
        ),
    )  # fmt: skip


def _wrong(found: Iterable[Correction]) -> bool:
    return any(c.kind == "mark" and c.after == "wrong" for c in found)


def _kept(of: str, words: str | None, c: Correction) -> GoldCorrection:
    return GoldCorrection(of, words, "mark" if c.kind == "mark" else c.field or "", c.before, c.after, c.by, c.at, c.why)


def _says(c: Correction, text: str) -> bool:
    return c.field != "place" or c.after is None or c.after in text


def _statement(s: Statement, found: Sequence[Correction]) -> GoldStatement:
    own = {c.field: c.after for c in found if c.kind == "set"}
    first, last = _ends(own.get("content") or s.content.text)
    return GoldStatement(
        speaker=own.get("speaker") or s.speaker.text, content_start=first, content_end=last,
        person=own.get("person", s.speaker.person), state=own.get("state", s.speaker.state),
        direct=own["direct"] == "true" if "direct" in own else s.direct,
    )  # fmt: skip


def _ends(content: str) -> tuple[str, str]:
    """The first and the last words, as they stand."""
    words = [m.span() for m in re.finditer(r"\S+", content)] or [(0, len(content))]
    return content[words[0][0] : words[:_WORDS][-1][1]], content[words[-_WORDS:][0][0] : words[-1][1]]


def _event(e: Event, found: Sequence[Correction], record: Record) -> GoldEvent:
    places = {p.id: p.mentions[0].text for p in record.places if p.mentions}
    actors = tuple(ScoredActor(a.role, a.person, a.state, a.text) for a in e.actors)
    gold = GoldEvent(e.act, e.trigger.text, e.status, actors, e.begin, e.main, e.end, places.get(e.place or ""))
    for c in found:
        if c.kind == "set" and _says(c, record.article.text):
            gold = _amended(gold, c.field or "", c.after, record)
    return gold


def _amended(gold: GoldEvent, field: str, value: str | None, record: Record) -> GoldEvent:
    if field in ROLES:
        return replace(gold, actors=_cast(gold.actors, field, (value or "").split(), record))
    if field.startswith(PERSON):
        state = field.removeprefix(PERSON)
        return replace(gold, actors=tuple(replace(a, person=value) if a.state == state else a for a in gold.actors))
    if field == "main":
        return replace(gold, main=value == "true")
    return replace(gold, **{field: value}) if field in ("act", "status", "begin", "end", "place") else gold


def _cast(actors: tuple[ScoredActor, ...], role: str, states: Sequence[str], record: Record) -> tuple[ScoredActor, ...]:
    """The actors with these states in a role, and none else there; who is new has the words that name it in the article, if any."""
    kept = tuple(a for a in actors if a.role != role or a.state is None or a.state in states)
    there = {a.state for a in kept if a.role == role}
    known = {a.state: (a.person, a.name) for a in reversed(actors)}
    named = {x.state: x.mentions[0].text for x in reversed(record.actors) if x.state and x.mentions}
    new = [(s, *known.get(s, (None, named.get(s)))) for s in states if s not in there]
    return kept + tuple(ScoredActor(role, person, state, name) for state, person, name in new)
