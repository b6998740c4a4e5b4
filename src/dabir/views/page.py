"""Records as one self-contained HTML page: the article's words marked with what was read from them. No scripts.

The text is cut at every border of a span; each piece carries one class a layer, and each layer has its own visual
channel (background, underline, colour, border), so that overlapping spans all stay visible.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

import jinja2
from markupsafe import Markup
from msgspec import Struct

from dabir.model import Record
from dabir.views import words


class Mark(Struct, frozen=True):
    """A span to be marked: its layer's class, what the tooltip says, and the id that the panel links to."""

    start: int
    end: int
    layer: str
    tip: str
    anchor: str


class Piece(Struct, frozen=True):
    """A stretch of text under the same marks."""

    text: str
    classes: str
    tip: str
    anchors: tuple[str, ...]


def marks(record: Record, prefix: str) -> list[Mark]:
    """Every span of `record` that the page shows; `prefix` makes the ids its own where a page holds many records."""
    found = [Mark(b.start, b.end, "aside", "set aside", "") for b in record.article.boilerplate]
    for n, s in enumerate(record.statements):
        kind = "direct" if s.direct else "indirect"
        said = f"statement ({kind}): {words.speaker_label(s)}"
        found.append(Mark(s.content.start, s.content.end, "said", said, f"{prefix}s{n}"))
        found.append(Mark(s.speaker.start, s.speaker.end, "speaker", f"speaker: {words.speaker_label(s)}", ""))
    for n, a in enumerate(record.actors):
        tip = f"{a.kind}: {words.actor_name(a)}" + (f" ({a.state})" if a.state else "")
        for k, m in enumerate(a.mentions):
            found.append(Mark(m.start, m.end, "actor", tip, "" if k else f"{prefix}a{n}"))
    for n, p in enumerate(record.places):
        for k, m in enumerate(p.mentions):
            found.append(Mark(m.start, m.end, "place", f"place: {words.place_label(p)}", "" if k else f"{prefix}p{n}"))
    for n, t in enumerate(record.times):
        found.append(Mark(t.start, t.end, "time", f"{t.kind}: {words.time_label(t)}", f"{prefix}t{n}"))
    for n, e in enumerate(words.ordered_events(record)):
        layer = "event main" if e.main else "event"
        found.append(Mark(e.trigger.start, e.trigger.end, layer, f"event: {e.act}, {e.status}", f"{prefix}e{n}"))
    return [m for m in found if m.end > m.start]


def pieces(text: str, spans: Sequence[Mark]) -> Iterator[Piece]:
    """`text` cut at every border of `spans`; the pieces' texts joined are `text`."""
    starts: dict[int, list[Mark]] = {}
    for mark in spans:
        starts.setdefault(mark.start, []).append(mark)
    borders = sorted({0, len(text)} | {m.start for m in spans} | {m.end for m in spans})
    live: list[Mark] = []
    for begin, end in zip(borders, borders[1:], strict=False):
        live = [m for m in live if m.end > begin] + starts.get(begin, [])
        classes = " ".join(dict.fromkeys(c for m in live for c in m.layer.split()))
        tip = "\n".join(dict.fromkeys(m.tip for m in live))
        anchors = tuple(m.anchor for m in starts.get(begin, []) if m.anchor)
        yield Piece(text[begin:end], classes, tip, anchors)


@cache
def _asset(name: str) -> str:
    return files("dabir.views").joinpath("templates", name).read_text(encoding="utf-8")


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_asset), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    environment.globals["words"] = words
    return environment.get_template("page.html.j2")


def render(records: Sequence[Record], title: str = "Dabir") -> str:
    """One HTML page of `records`: everything escaped, nothing loaded from elsewhere, styles allowed by their hash."""
    css = _asset("page.css")
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    views = []
    for number, record in enumerate(records, 1):
        prefix = f"r{number}-"
        views.append(
            {
                "id": f"r{number}",
                "prefix": prefix,
                "record": record,
                "index": words.index(record),
                "pieces": tuple(pieces(record.article.text, marks(record, prefix))),
                "headline": record.article.title or words.short(record.article.text, 90),
            }
        )
    policy = f"default-src 'none'; style-src 'sha256-{digest}'"
    return _template().render(title=title, views=views, css=Markup(css), csp=policy)
