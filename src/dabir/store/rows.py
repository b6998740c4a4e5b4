"""A record as rows of the store's tables. Plain: a record goes in, rows come out, the same ones each time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec import Struct

from dabir.model import Actor, Attribution, Event, Place, Record, Span, Statement, Time
from dabir.store import ids
from dabir.store.words import indexed
from dabir.times.values import days

Row = dict[str, Any]
Rows = Mapping[str, list[Row]]
"""Rows by table name, in an order that foreign keys allow."""


class Local(Struct, frozen=True):
    """The store's ids of a record's own ids (`t1`, `a2`, `e3` ...)."""

    version: str
    known: Mapping[str, str]

    def id(self, local: str | None) -> str | None:
        """The store's id; null for null and for what the record does not have."""
        return self.known.get(local) if local else None


def localise(record: Record) -> Local:
    """The ids of all parts of a record. Raises nothing; parts that are alike are told apart by their order."""
    version = ids.version_id(record.article)
    parts: tuple[Time | Actor | Place, ...] = (*record.times, *record.actors, *record.places)
    known = {p.id: ids.part_id(version, p.id) for p in parts}
    seen: Counter[tuple[object, ...]] = Counter()
    same: tuple[object, ...]
    for e in record.events:
        same = (e.act, e.trigger.start, e.trigger.end)
        known[e.id] = ids.event_id(version, e, seen[same])
        seen[same] += 1
    for s in record.statements:
        same = (s.content.start, s.content.end, s.speaker.start, s.speaker.end)
        known[s.id] = ids.statement_id(version, s, seen[same])
        seen[same] += 1
    return Local(version, MappingProxyType(known))


def rows(record: Record) -> Rows:
    """Every row of a record but the article's own, by table."""
    local = localise(record)
    placed = _places(record, local)
    found: dict[str, list[Row]] = {
        "times": [_time(t, local) for t in record.times],
        "actors": [_actor(a, local) for a in record.actors],
        "places": placed,
        "mentions": list(_mentions(record, local)),
        "statements": [_statement(s, local) for s in record.statements],
        "events": [_event(e, local) for e in record.events],
        "participants": [row for e in record.events for row in _participants(e, local)],
        "links": list(_links(record, local)),
        "abouts": list(_abouts(record, local)),
        "fields": [row for e in record.events for row in _event_fields(e, record, local)]
        + [row for s in record.statements for row in _statement_fields(s, record, local)],
        "checks": [
            {"version": local.version, "position": n, "kind": c.kind, "fa": c.message.fa, "en": c.message.en}
            for n, c in enumerate(record.checks)
        ],
        "documents": list(_documents(record, local)),
    }
    return MappingProxyType(found)


def version_row(record: Record, text: str, reader: str, number: int, added: str | None) -> Row:
    """The row of an article's version; `text` is the record's JSON."""
    a = record.article
    return {
        "id": ids.version_id(a), "article": ids.article_id(a), "number": number, "current": True, "ref": a.ref, "url": a.url,
        "outlet": a.outlet, "title": a.title, "published": a.published, "published_basis": a.published_basis, "text": a.text,
        "record": text, "reader": reader, "added": added,
    }  # fmt: skip


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _time(t: Time, local: Local) -> Row:
    row = msgspec.structs.asdict(t)
    anchor = local.id(t.anchor) or t.anchor
    del row["end"], row["text"]
    return row | {"id": local.id(t.id), "version": local.version, "local": t.id, "stop": t.end, "words": t.text, "anchor": anchor}


def _actor(a: Actor, local: Local) -> Row:
    office = a.office
    return {
        "id": local.id(a.id), "version": local.version, "local": a.id, "kind": a.kind, "name_fa": a.name.fa, "name_en": a.name.en,
        "person": a.person, "state": a.state, "sector": a.sector, "office_title": office and office.title,
        "office_body": office and office.body, "office_state": office and office.state, "wikidata": a.wikidata,
        "resolution": a.resolution, "candidates": _json(a.candidates),
    }  # fmt: skip


def _places(record: Record, local: Local) -> list[Row]:
    """Places, each after the one that it lies in."""
    found, waiting = [], list(record.places)
    done: set[str | None] = {None}
    known = {p.id for p in waiting}
    while waiting:
        ready = [p for p in waiting if p.within in done or p.within not in known] or waiting[:1]
        for p in ready:
            within = local.id(p.within) if p.within in done else None
            found.append({
                "id": local.id(p.id), "version": local.version, "local": p.id, "name_fa": p.name.fa, "name_en": p.name.en,
                "kind": p.kind, "within": within, "country": p.country, "latitude": p.latitude, "longitude": p.longitude,
                "geonames": p.geonames,
            })  # fmt: skip
            done.add(p.id)
        waiting = [p for p in waiting if p.id not in done]
    return found


def _mentions(record: Record, local: Local) -> Iterator[Row]:
    parts: tuple[Actor | Place, ...] = (*record.actors, *record.places)
    for part in parts:
        for m in dict.fromkeys(part.mentions):
            yield {"owner": local.id(part.id), "version": local.version, "start": m.start, "stop": m.end, "words": m.text}


def _source(chain: Attribution, local: Local) -> str:
    return _json([{"kind": s.kind, "words": s.text, "start": s.start, "stop": s.end, "actor": local.id(s.actor)} for s in chain])


def _statement(s: Statement, local: Local) -> Row:
    return {
        "id": local.id(s.id), "version": local.version, "local": s.id, "speaker": local.id(s.speaker.actor),
        "speaker_words": s.speaker.text, "person": s.speaker.person, "state": s.speaker.state, "cue": s.cue and s.cue.text,
        "content": s.content.text, "start": s.content.start, "stop": s.content.end, "direct": s.direct,
        "addressee": local.id(s.addressee), "time": local.id(s.time), "place": local.id(s.place),
        "source": _source(s.source, local), "rule": s.rule,
    }  # fmt: skip


def _event(e: Event, local: Local) -> Row:
    span = days(e.begin, e.end)
    return {
        "id": local.id(e.id), "version": local.version, "local": e.id, "act": e.act, "status": e.status, "plover": e.plover.event,
        "mode": e.plover.mode, "contexts": _json(e.plover.contexts), "quad": e.plover.quad, "intensity": e.plover.intensity,
        "trigger": e.trigger.text, "start": e.trigger.start, "stop": e.trigger.end, "begin": e.begin, "finish": e.end,
        "since": span and span[0].isoformat(), "until": span and span[1].isoformat(), "duration": e.duration,
        "time": local.id(e.time), "place": local.id(e.place), "venue": local.id(e.venue), "format": _json(e.format),
        "topics": _json([t.text for t in e.topics]), "main": e.main, "source": _source(e.source, local), "score": e.score,
    }  # fmt: skip


def _participants(e: Event, local: Local) -> Iterator[Row]:
    for n, a in enumerate(e.actors):
        yield {
            "event": local.id(e.id), "position": n, "actor": local.id(a.actor), "person": a.person, "state": a.state,
            "role": a.role, "rank": a.rank, "words": a.text, "start": a.start, "stop": a.end,
        }  # fmt: skip


def _links(record: Record, local: Local) -> Iterator[Row]:
    for e in record.events:
        for link in dict.fromkeys(e.links):
            if target := local.id(link.event):
                yield {"event": local.id(e.id), "kind": link.kind, "target": target}


def _abouts(record: Record, local: Local) -> Iterator[Row]:
    for s in record.statements:
        for event in dict.fromkeys(s.about):
            if target := local.id(event):
                yield {"statement": local.id(s.id), "event": target}


Evidence = tuple[str | None, int | None, int | None, str | None]
"""A value with the span and words that it was read from, null where the record names no words for it."""


def _spans(record: Record) -> Mapping[str, Span]:
    """The words of a time, and of an actor or place at its first mention, by the record's own id."""
    parts: tuple[Actor | Place, ...] = (*record.actors, *record.places)
    found = {t.id: Span(t.start, t.end, t.text) for t in record.times}
    return found | {p.id: p.mentions[0] for p in parts if p.mentions}


def _at(value: str | None, span: Span | None) -> Evidence:
    return (value, span.start, span.end, span.text) if span else (value, None, None, None)


def _fields(owner: str | None, version: str, found: Iterable[tuple[str, Evidence]], missing: Mapping[str, str]) -> Iterator[Row]:
    position: Counter[str] = Counter()
    for name, (value, start, stop, words) in found:
        if value is not None:
            yield {
                "owner": owner, "field": name, "position": position[name], "version": version, "value": value, "reason": None,
                "start": start, "stop": stop, "words": words,
            }  # fmt: skip
            position[name] += 1
    for name, reason in missing.items():
        if not position[name]:
            yield {
                "owner": owner, "field": name, "position": 0, "version": version, "value": None, "reason": reason,
                "start": None, "stop": None, "words": None,
            }  # fmt: skip


def _event_fields(e: Event, record: Record, local: Local) -> Iterator[Row]:
    spans = _spans(record)
    time, names = spans.get(e.time or ""), {p.id: p.name.fa or p.name.en for p in record.places}
    found = [("act", _at(e.act, e.trigger)), ("status", _at(e.status, e.trigger))]
    found += [(a.role, _at(a.person or a.state or a.text, Span(a.start, a.end, a.text))) for a in e.actors]
    found += [("begin", _at(e.begin, time)), ("end", _at(e.end, time)), ("duration", _at(e.duration, None))]
    found += [(n, _at(names.get(p or ""), spans.get(p or ""))) for n, p in (("place", e.place), ("venue", e.venue))]
    found += [("format", _at(f, None)) for f in e.format] + [("topic", _at(t.text, t)) for t in e.topics]
    found += [(f"source-{s.kind}", _at(s.text, Span(s.start, s.end, s.text))) for s in e.source]
    found += [("evidence", _at(x.text, x)) for x in e.evidence]
    return _fields(local.id(e.id), local.version, found, e.missing)


def _statement_fields(s: Statement, record: Record, local: Local) -> Iterator[Row]:
    spans = _spans(record)
    speaker = Span(s.speaker.start, s.speaker.end, s.speaker.text)
    found = [("speaker", _at(s.speaker.person or s.speaker.state or s.speaker.text, speaker))]
    found += [("content", _at(s.content.text, s.content))]
    found += [("cue", _at(s.cue.text, s.cue))] if s.cue else []
    found += [(n, _at(spans[p].text, spans[p])) for n, p in (("time", s.time), ("place", s.place)) if p and p in spans]
    found += [(f"source-{x.kind}", _at(x.text, Span(x.start, x.end, x.text))) for x in s.source]
    return _fields(local.id(s.id), local.version, found, {})


def _documents(record: Record, local: Local) -> Iterator[Row]:
    yield {"owner": local.version, "kind": "article", "version": local.version, "key": indexed(record.article.clean)}
    for s in record.statements:
        yield {"owner": local.id(s.id), "kind": "statement", "version": local.version, "key": indexed(s.content.text)}
