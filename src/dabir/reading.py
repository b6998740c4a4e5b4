"""The one place where the stages are composed: an article goes in, its record comes out."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import cache
from typing import Literal

from msgspec import Struct

from dabir import resources
from dabir.acts import assemble, setting
from dabir.acts.attribution import chains, item_source, own_outlets
from dabir.acts.circumstances import circumstances
from dabir.acts.events import Models, models
from dabir.acts.statements import find_statements
from dabir.encoder import session
from dabir.encoder.session import Encoder
from dabir.errors import InputError
from dabir.model import Article, Record
from dabir.names.check import check_offices
from dabir.names.kb import KnowledgeBase, load, squeeze
from dabir.names.places import find_places
from dabir.names.resolve import resolve_mentions
from dabir.names.tagger import tags
from dabir.text.clean import clean
from dabir.text.keys import key
from dabir.text.lexicon import lexicon
from dabir.text.types import Text
from dabir.times.check import check_times
from dabir.times.find import find_times, parse_date

MAX_CHARS = 20_000_000


class Tools(Struct, frozen=True):
    """What reading needs besides the article: tables and models, loaded once, never changed. No encoder: no tagger."""

    kb: KnowledgeBase
    models: Models
    encoder: Encoder | None = None


class Reader:
    """Reads articles. Loads tables and models at its making; safe to share between threads, and to pickle by being made anew
    in each process."""

    def __init__(self, *, tagger: bool = True) -> None:
        """Load what reading needs. Without the `tagger`, or where onnxruntime is missing, tables and patterns alone find names:
        faster, and people whom no table has are missed (docs/encoder.md)."""
        self._tagger = tagger
        with _uncollected():
            lexicon()
            self._tools = Tools(load(), models(), session.load() if tagger else None)

    def __reduce__(self) -> tuple[Callable[[bool], Reader], tuple[bool]]:
        return (_reader, (self._tagger,))

    def read(
        self,
        text: str,
        *,
        published: str | date | datetime | None = None,
        outlet: str | None = None,
        url: str | None = None,
        title: str | None = None,
        ref: str | None = None,
    ) -> Record:
        """The record of one article.

        `text` is the body; where `title` is given and the body does not begin with it, the article's text is title, blank
        line, body. `published` is a date, an ISO or Jalali date in words, or None: relative expressions then stay unresolved.
        Raises InputError for an empty text, one over 20 million characters, or a date that does not exist.
        """
        if not text.strip() and not (title or "").strip():
            raise InputError("the article is empty")
        if len(text) > MAX_CHARS:
            raise InputError(f"the article has {len(text):,} characters; the limit is {MAX_CHARS:,}")
        day = parse_date(published) if isinstance(published, str) else published
        return read_article(self._tools, text, day, outlet=outlet, url=url, title=title, ref=ref)


@contextmanager
def _uncollected() -> Iterator[None]:
    """No collection of garbage meanwhile: what loading makes stays, and going through it again and again takes a third of it."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _reader(tagger: bool) -> Reader:
    return Reader(tagger=tagger)


def whole_text(title: str | None, body: str) -> tuple[str, int]:
    """The article's text and the offset where its title ends (0 where the body stands alone)."""
    if not title or not title.strip():
        return body, 0
    if squeeze(body[: 2 * len(title) + 20]).startswith(squeeze(title)):
        return body, 0
    return f"{title}\n\n{body}", len(title)


def read_article(
    tools: Tools,
    body: str,
    day: date | datetime | None,
    *,
    outlet: str | None,
    url: str | None,
    title: str | None,
    ref: str | None,
) -> Record:
    """Every stage in turn. Same input, same record."""
    source, title_at = whole_text(title, body)
    text = clean(source)
    title_end = setting.key_range(text, title_at, title_at)[0] if title_at else 0
    s, record = _analyse(tools, text, title_end, day, outlet)
    article = Article(
        id=hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()[:32],
        text=source, clean=text.clean, edits=text.edits, boilerplate=text.boilerplate, ref=ref, url=url, outlet=outlet, title=title,
        published=day.isoformat() if day else None, published_basis="given" if day else None,
        published_reason=None if day else "not-given", variety=_variety(text),
    )  # fmt: skip
    return Record(article=article, **record)  # type: ignore[arg-type]


def _analyse(
    tools: Tools, text: Text, title_end: int, day: date | datetime | None, outlet: str | None
) -> tuple[setting.Setting, dict[str, object]]:
    home = home_state(tools.kb, text, outlet)
    times = find_times(text, day, repeats=False)
    clocks = [setting.key_range(text, t.start, t.end) for t in times]
    date = day.isoformat()[:10] if day else None
    read = tools.encoder.read(text) if tools.encoder and text.sentences else None
    names = resolve_mentions(text, tools.kb, date=date, home=home, outside=clocks, tags=tags(text, read) if read else ())
    places, spots = find_places(text, tools.kb)
    lead = item_source(text, names.mentions, own_outlets(tools.kb, outlet, text, names.mentions))
    statements = chains(text, names.mentions, find_statements(text, names.mentions, times, title_end), lead)
    s = setting.build(text, title_end, home, names.mentions, spots, times, statements)
    events = assemble.find_events(s, tools.models, statements, lead, date)
    statements = circumstances(s, statements, events)
    return s, {
        "times": times, "actors": names.actors, "places": places, "statements": statements, "events": events,
        "checks": (*check_times(text, times, day), *check_offices(text, tools.kb, names, times, date, home)),
    }  # fmt: skip


def home_state(kb: KnowledgeBase, text: Text, outlet: str | None) -> str:
    """The state that «کشورمان» means: the outlet's where that is Iran, Afghanistan or Tajikistan, else by the text's variety."""
    senses = kb.senses.get(squeeze(outlet), ()) if outlet else ()
    for sense in senses:
        state = kb.outlets.get(sense.entity, "") if sense.kind == "outlet" else ""
        if state in ("AFG", "TJK"):
            return state
    return "AFG" if _variety(text) == "dari" else "IRN"


@cache
def _dari_words() -> tuple[str, ...]:
    return tuple(key(w) for w in resources.toml("names/ambiguous.toml")["dari_words"])


def _variety(text: Text) -> Literal["iranian", "dari"] | None:
    """`dari` where Afghan words of the text outnumber Iranian ones, `iranian` else; null for no words."""
    if not text.tokens:
        return None
    marks = sum(text.key.count(w) for w in _dari_words())
    return "dari" if marks >= 2 else "iranian"
