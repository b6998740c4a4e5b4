"""The spans of articles: columns (CoNLL-U Plus), and W3C Web Annotations."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from dabir.export.kinds import json_list, stated
from dabir.model import Actor, Place, Record
from dabir.store.filters import Filter
from dabir.store.ids import version_id
from dabir.store.store import Store

_TOKEN = re.compile(r"[\w\u200c]+|[^\w\s]")
_STOP = frozenset(".؟?!")
_AROUND = 32
LAYERS = ("name", "time", "event", "speech")


class Mark(Struct, frozen=True):
    """A span of an article's text: its layer, a label, and the id of what it is of in the record."""

    layer: str
    label: str
    start: int
    end: int
    of: str


def marks(record: Record) -> Iterator[Mark]:
    """All spans of a record, in the order of its parts."""
    named: tuple[Actor | Place, ...] = (*record.actors, *record.places)
    for part in named:
        for m in part.mentions:
            yield Mark("name", part.kind, m.start, m.end, part.id)
    for t in record.times:
        yield Mark("time", t.kind, t.start, t.end, t.id)
    for e in record.events:
        yield Mark("event", e.act, e.trigger.start, e.trigger.end, e.id)
    for s in record.statements:
        yield Mark("speech", "direct" if s.direct else "reported", s.content.start, s.content.end, s.id)


def conll(store: Store, f: Filter) -> Iterator[str]:
    """Articles as columns: number, token, start, end (code points of the article's text), and a BIO column for each of names,
    times, events and speech. A blank line ends a sentence; where two spans of a layer overlap, the one that begins first counts."""
    yield f"# global.columns = ID FORM START END {' '.join(LAYERS).upper()}\n"
    for record in store.each_record(f):
        yield from _article(record)


def _article(record: Record) -> Iterator[str]:
    text = record.article.text
    columns = [list(_tags(text, [m for m in marks(record) if m.layer == layer])) for layer in LAYERS]
    yield f"# newdoc id = {version_id(record.article)}\n"
    number, end = 0, 0
    for m, *tags in zip(_TOKEN.finditer(text), *columns, strict=True):
        if number and (text[end - 1] in _STOP or "\n" in text[end : m.start()]):
            yield "\n"
            number = 0
        number, end = number + 1, m.end()
        yield "\t".join((str(number), m[0], str(m.start()), str(end), *tags)) + "\n"
    yield "\n"


def _tags(text: str, found: list[Mark]) -> Iterator[str]:
    """A BIO tag for each token, of marks that do not overlap: the one that begins first counts, of two the longer."""
    waiting = iter(sorted(found, key=lambda m: (m.start, -m.end)))
    mark, inside = next(waiting, None), False
    for token in _TOKEN.finditer(text):
        while mark and mark.end <= token.start():
            mark, inside = next(waiting, None), False
        if mark is None or mark.start >= token.end():
            yield "O"
        else:
            yield f"{'I' if inside else 'B'}-{mark.label}"
            inside = True


def web_annotations(store: Store, f: Filter) -> Iterator[str]:
    """A W3C AnnotationPage. Targets are articles by address (by id where there is none), with the position in code points and
    the words with 32 characters to each side."""
    head = '{"@context":"http://www.w3.org/ns/anno.jsonld","id":"urn:dabir:annotations","type":"AnnotationPage","items":[\n'
    items = (annotation(record, m) for record in store.each_record(f) for m in marks(record))
    yield from json_list(head, items, "\n]}\n")


def annotation(record: Record, m: Mark) -> dict[str, object]:
    """One span as an annotation that tags it."""
    a = record.article
    version, text = version_id(a), a.text
    quote = stated(
        type="TextQuoteSelector", exact=text[m.start : m.end], prefix=text[max(0, m.start - _AROUND) : m.start],
        suffix=text[m.end : m.end + _AROUND],
    )  # fmt: skip
    return {
        "id": f"urn:dabir:annotation:{version}:{m.of}:{m.start}-{m.end}", "type": "Annotation", "motivation": "tagging",
        "body": {"type": "TextualBody", "value": f"{m.layer}:{m.label}", "purpose": "tagging"},
        "target": {
            "source": a.url or f"urn:dabir:article:{version}",
            "selector": [{"type": "TextPositionSelector", "start": m.start, "end": m.end}, quote],
        },
    }  # fmt: skip
